//! One run: a pure function of the resolved experiment, the seed and the replication, whose rows stream to a sink.

use std::io;

use super::decode::Experiment;
use super::event_log::EventLog;
use super::graph_log::GraphLog;
use super::metrics::run_metrics;
use super::network::{calm_after, network_on};
use super::record::{Condition, GraphFormat, GraphRecord, TraceLevel};
use super::trace::Tracer;
use crate::check::{Verdicts, Violation};
use crate::kernel::{Instant, Seed, Span};
use crate::measure::{Cost, Metric, Reading, Readings, read_engine, read_uplinks, read_uptime};
use crate::network::Population;
use crate::protocol::{Observer, Origin, Protocol};
use crate::protocols::{Family, Ground, Outlook};
use crate::record::{SpigoHeader, StopReason};
use crate::simulation::{Books, Plan, Progress, Script, Setup, Sync, Tag, World};
use crate::topology::files::{Header, Snapshot};

/// Which run.
#[derive(Clone, Copy, Debug)]
pub struct RunPlan<'a> {
    /// Of which experiment.
    pub experiment: &'a Experiment,
    /// Its number among the runs.
    pub run: u32,
    /// Which replication it is.
    pub replication: u32,
    /// What is wanted of it beside its rows.
    pub artifacts: Artifacts,
}

/// What is wanted of a run beside its rows: of the first one everything that is recorded, of the other replications
/// their events, of the runs of a study nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artifacts {
    /// Graphs, a trace and events, as far as they are recorded.
    Wanted,
    /// Events, if they are recorded.
    Events,
    /// Nothing.
    Unwanted,
}

impl RunPlan<'_> {
    /// The seed of this run alone.
    pub fn seed(&self) -> Seed {
        self.experiment.seed.replication(self.replication)
    }

    /// The snapshots that are wanted of it.
    fn graph(&self) -> Option<&GraphRecord> {
        let graph = self.experiment.record.graph.as_ref()?;
        (self.artifacts == Artifacts::Wanted).then_some(graph)
    }

    fn wants_log(&self) -> bool {
        self.graph().is_some_and(|graph| graph.formats.contains(&GraphFormat::Spigo))
    }

    fn wants_trace(&self) -> bool {
        self.artifacts == Artifacts::Wanted && self.experiment.record.trace > TraceLevel::Nothing
    }

    fn wants_events(&self) -> bool {
        self.artifacts != Artifacts::Unwanted && self.experiment.record.events
    }

    /// Runs it.
    ///
    /// # Errors
    /// One sentence about what could not be set up or written.
    pub fn run(&self, sink: &mut dyn Sink) -> Result<RunReport, String> {
        let ground = self.experiment.ground(self.seed())?;
        self.experiment.protocol.run(self, &ground, sink)
    }
}

impl Experiment {
    /// Runs one replication alone, as run 0 with its graphs and its trace: a pure function of the
    /// experiment and that number. What is recorded goes to `sink`.
    ///
    /// # Errors
    /// One sentence about what could not be set up or written.
    pub fn run(&self, replication: u32, sink: &mut dyn Sink) -> Result<RunReport, String> {
        RunPlan { experiment: self, run: 0, replication, artifacts: Artifacts::Wanted }.run(sink)
    }
}

/// Where a run's results go while it runs.
pub trait Sink {
    /// A sample of one metric.
    ///
    /// # Errors
    /// What went wrong in writing it.
    fn sample(&mut self, at: Instant, reading: &Reading) -> io::Result<()>;
    /// A snapshot of the graph.
    ///
    /// # Errors
    /// What went wrong in writing it.
    fn snapshot(&mut self, moment: Moment, snapshot: &Snapshot) -> io::Result<()>;
    /// A log that grows with the run.
    ///
    /// # Errors
    /// What went wrong in making it.
    fn log(&mut self, path: &str) -> io::Result<Box<dyn io::Write>>;
    /// Where the rows of the run's events go; unless a sink says so, nowhere.
    ///
    /// # Errors
    /// What went wrong in making it.
    fn events(&mut self) -> io::Result<Box<dyn io::Write>> {
        Ok(Box::new(io::sink()))
    }
}

/// When a snapshot is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// On the way.
    During(Instant),
    /// At the end.
    End,
}

/// What is left of a run when it is over.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// Why it ended.
    pub stop_reason: StopReason,
    /// When.
    pub end: Instant,
    /// Activations.
    pub events: u64,
    /// What became of the messages.
    pub books: Books,
    /// The last reading of each metric of scope run, in the order of the record.
    pub metrics: Vec<Option<f64>>,
    /// The rolling digest.
    pub digest: u128,
    /// The invariant that does not hold.
    pub violation: Option<Violation>,
}

/// Runs once.
///
/// # Errors
/// One sentence about what could not be set up or written.
pub(super) fn simulate<F: Family>(
    settings: &F::Settings,
    commands: &[F::Command],
    plan: &RunPlan<'_>,
    ground: &Ground,
    sink: &mut dyn Sink,
) -> Result<RunReport, String> {
    let experiment = plan.experiment;
    let (seed, end) = (plan.seed(), experiment.end());
    let population = experiment.population_on(ground);
    let in_item = |(index, error): (usize, String)| format!("workload.{index}: {error}");
    let requests = F::requests(commands, &population, seed, end).map_err(in_item)?;
    let in_fault = |(id, error): (crate::faults::FaultId, crate::faults::FaultError)| {
        format!("faults.{}: {error}", id.0)
    };
    let faults = experiment.faults.expand(&population, seed, end).map_err(in_fault)?;
    let network = experiment.network.resolve(&population, seed);
    let network = network.map_err(|error| format!("network: {error}"))?;
    let config = F::config(settings, ground);
    let graph = F::graph(settings, ground);
    let outlook = Outlook {
        requests: &requests,
        graph: &graph,
        warmup: experiment.record.warmup,
        calm: calm_after(&faults, &network, &ground.graph),
    };
    let verdicts = Verdicts::new(experiment.invariants.clone());
    let watch = F::watch(&config, &outlook, verdicts);
    let setup = Setup {
        seed,
        config,
        graph,
        nodes: ground.nodes + F::ROLE_NODES,
        role: F::role,
        network: network_on(&ground.graph, network, seed),
        sync: Sync::default(),
        plans: Plan::from_faults(faults),
        events_max: experiment.stop.events.unwrap_or(u64::MAX),
    };
    if !plan.wants_log() && !plan.wants_trace() && !plan.wants_events() {
        let world = World::<_, _, _, ()>::new(setup, (watch, ()), Script(requests));
        return Course::<F, (), ()>::new(world, plan, sink).run().map(|(report, ())| report);
    }
    let io_error = |error: io::Error| error.to_string();
    let logs = open_logs::<F>(plan, ground.nodes, sink).map_err(io_error)?;
    let events = open_events::<F>(plan, (commands, &population), sink)?;
    let world = World::<_, _, _, Origin>::new(setup, (watch, (logs, events)), Script(requests));
    let (report, ((log, tracer), events)) = Course::<F, _, Origin>::new(world, plan, sink).run()?;
    log.map_or(Ok(()), |log| log.finish(report.end)).map_err(io_error)?;
    tracer.map_or(Ok(()), |t| t.finish(report.violation.is_some())).map_err(io_error)?;
    events.map_or(Ok(()), EventLog::finish).map_err(io_error)?;
    Ok(report)
}

/// What is written while a run goes on, as far as it is wanted.
type Logs<F> = (Option<GraphLog<F>>, Option<Tracer>);

fn open_logs<F: Family>(
    plan: &RunPlan<'_>,
    nodes: u32,
    sink: &mut dyn Sink,
) -> io::Result<Logs<F>> {
    let RunPlan { experiment, run, .. } = *plan;
    let (mut log, mut tracer) = (None, None);
    if plan.wants_log() {
        let header = SpigoHeader {
            experiment: &experiment.name,
            seed: experiment.seed,
            run: u64::from(run),
            architecture: "fsm",
            package: F::NAME.strip_suffix('s').unwrap_or(F::NAME),
        };
        let out = sink.log("graph/spigo.json")?;
        log = Some(GraphLog::new(out, experiment.labels(), &header, nodes)?);
    }
    if plan.wants_trace() {
        let out = sink.log("trace.jsonl")?;
        tracer = Some(Tracer::new(out, experiment.record.trace, u64::from(run)));
    }
    Ok((log, tracer))
}

/// The events file, where one is wanted of a family that has it.
fn open_events<F: Family>(
    plan: &RunPlan<'_>,
    (commands, population): (&[F::Command], &Population),
    sink: &mut dyn Sink,
) -> Result<Option<EventLog<F>>, String> {
    let RunPlan { experiment, run, .. } = *plan;
    let Some(events) = F::EVENTS.filter(|_| plan.wants_events()) else { return Ok(None) };
    let stem = format!("{}-{}", experiment.name, population.nodes);
    let (seed, end) = (plan.seed(), experiment.end());
    let items = (events.labels)(commands, population, seed, end, &stem);
    let items = items.map_err(|(index, error)| format!("workload.{index}: {error}"))?;
    let out = sink.events().map_err(|error| error.to_string())?;
    Ok(Some(EventLog::new(out, events, u64::from(run), (experiment.labels(), items))))
}

type Observed<F, X, T> =
    World<<F as Family>::Protocol, (<F as Family>::Watch, X), Script<<F as Family>::Protocol>, T>;

/// A run on its way: the world, and what is looked at when.
struct Course<'p, F: Family, X, T> {
    world: Observed<F, X, T>,
    plan: &'p RunPlan<'p>,
    sink: &'p mut dyn Sink,
    next_sample: Option<Instant>,
    next_snapshot: Option<Instant>,
    /// When metrics of which cost were sampled last.
    sampled: Option<(Instant, Cost)>,
}

impl<'p, F, X, T> Course<'p, F, X, T>
where
    F: Family,
    X: Observer<F::Protocol>,
    T: Tag,
{
    fn new(world: Observed<F, X, T>, plan: &'p RunPlan<'p>, sink: &'p mut dyn Sink) -> Self {
        let record = &plan.experiment.record;
        let snapshots = plan.graph().and_then(|graph| graph.every);
        Course {
            world,
            plan,
            sink,
            next_sample: record.every.map(|_| Instant::START),
            next_snapshot: snapshots.map(|_| Instant::START),
            sampled: None,
        }
    }

    fn run(mut self) -> Result<(RunReport, X), String> {
        let stop_reason = self.go().map_err(|error| error.to_string())?;
        let end = match stop_reason {
            StopReason::At => self.plan.experiment.end(),
            _ => self.world.now(),
        };
        self.look();
        let metrics = self.finish(end).map_err(|error| error.to_string())?;
        self.world.balance_books();
        let violation = F::verdicts(&mut self.world.observer_mut().0).violation().cloned();
        let report = RunReport {
            stop_reason: if violation.is_some() { StopReason::Violation } else { stop_reason },
            end,
            events: self.world.events(),
            books: self.world.books().clone(),
            metrics,
            digest: self.world.digest().value(),
            violation,
        };
        Ok((report, self.world.into_observer().1))
    }

    /// From look to look, until something ends the run.
    fn go(&mut self) -> io::Result<StopReason> {
        let experiment = self.plan.experiment;
        let end = experiment.end();
        loop {
            let looks = [self.next_sample, self.next_snapshot];
            let mut to = looks.into_iter().flatten().min().unwrap_or(end).min(end);
            if experiment.stop.when.is_some() {
                // A condition is looked at after every instant.
                to = self.world.next_at().unwrap_or(to).min(to);
            }
            match self.world.advance(to) {
                Progress::Reached => {}
                Progress::Halted => return Ok(StopReason::Violation),
                Progress::Exhausted => return Ok(StopReason::Events),
                Progress::Quiet if self.world.now() < to => {
                    return Ok(self.ended_by_condition().unwrap_or(StopReason::Quiet));
                }
                Progress::Quiet => {
                    self.look_at(to)?;
                    return Ok(self.ended_by_condition().unwrap_or(StopReason::Quiet));
                }
            }
            self.look_at(to)?;
            if F::verdicts(&mut self.world.observer_mut().0).is_violated() {
                return Ok(StopReason::Violation);
            }
            if let Some(reason) = self.ended_by_condition() {
                return Ok(reason);
            }
            if to == end {
                return Ok(StopReason::At);
            }
        }
    }

    fn ended_by_condition(&mut self) -> Option<StopReason> {
        let Condition { metric, bounds } = self.plan.experiment.stop.when.as_ref()?;
        let readings = self.read(&[metric], Cost::Graph, self.world.now());
        let value = readings.first().and_then(|reading| reading.value)?;
        bounds.hold(value, value).then_some(StopReason::When)
    }

    /// What is due at a moment, after all events of it.
    fn look_at(&mut self, at: Instant) -> io::Result<()> {
        let record = &self.plan.experiment.record;
        let snapshot_due = self.next_snapshot == Some(at);
        if self.next_sample == Some(at) {
            self.next_sample = record.every.map(|every| at + every);
            self.look();
            let cost = if snapshot_due { Cost::Graph } else { Cost::Scan };
            self.sample(at, cost)?;
        }
        if snapshot_due {
            let every = self.plan.graph().and_then(|graph| graph.every);
            self.next_snapshot = every.map(|every: Span| at + every);
            self.look();
            self.snapshot(Moment::During(at), at)?;
        }
        Ok(())
    }

    /// Looks at all nodes for an invariant that does not hold.
    fn look(&mut self) {
        if self.plan.experiment.invariants.is_empty() {
            return;
        }
        if let Some(violation) = F::look(&self.world.observer().0, &self.world) {
            F::verdicts(&mut self.world.observer_mut().0).violate(violation);
        }
    }

    fn read(&self, wanted: &[&'static Metric], cost: Cost, at: Instant) -> Vec<Reading> {
        let mut readings = Readings::new(wanted, cost);
        let [crashes, restarts, faults_void] = self.world.faults();
        let counts = [self.world.events(), crashes, restarts, faults_void];
        read_engine(self.world.books(), F::Protocol::KINDS, counts, &mut readings);
        read_uplinks(self.world.network().uplinks(at), at, &mut readings);
        let refused = self.world.requests_to_nobody();
        read_uptime(self.world.uptime(), refused, at, &mut readings);
        F::read(&self.world.observer().0, &self.world, &mut readings);
        readings.finish()
    }

    fn sample(&mut self, at: Instant, cost: Cost) -> io::Result<()> {
        let record = &self.plan.experiment.record;
        if at < record.warmup {
            return Ok(());
        }
        self.sampled = Some((at, cost));
        for reading in self.read(&record.metrics, cost, at) {
            self.sink.sample(at, &reading)?;
        }
        Ok(())
    }

    fn snapshot(&mut self, moment: Moment, at: Instant) -> io::Result<()> {
        let experiment = self.plan.experiment;
        let mut snapshot = F::snapshot(&self.world.observer().0, &self.world, experiment.labels());
        snapshot.header = Some(Header {
            name: experiment.name.clone(),
            protocol: F::NAME.to_owned(),
            run: self.plan.run,
            t_ms: at.nanos() / 1_000_000,
        });
        self.sink.snapshot(moment, &snapshot)
    }

    /// The last sample, the last snapshot, and the metrics of the run.
    fn finish(&mut self, end: Instant) -> io::Result<Vec<Option<f64>>> {
        let record = &self.plan.experiment.record;
        let columns = run_metrics(self.plan.experiment);
        let is_recorded = |metric: &Metric| record.metrics.iter().any(|m| m.name == metric.name);
        let others = columns.iter().copied().filter(|metric| !is_recorded(metric));
        let wanted: Vec<_> = record.metrics.iter().copied().chain(others).collect();
        let readings = self.read(&wanted, Cost::Graph, end);
        // What was sampled at this instant already is not repeated.
        let sampled = self.sampled.filter(|(at, _)| *at == end).map(|(_, cost)| cost);
        let is_due = |metric: &Metric| {
            end >= record.warmup && is_recorded(metric) && sampled.is_none_or(|c| metric.cost > c)
        };
        for reading in readings.iter().filter(|reading| is_due(reading.metric)) {
            self.sink.sample(end, reading)?;
        }
        if self.plan.graph().is_some() {
            self.snapshot(Moment::End, end)?;
        }
        let of = |metric: &&'static Metric| {
            readings.iter().find(|reading| reading.metric == *metric)?.value
        };
        Ok(columns.iter().map(of).collect())
    }
}
