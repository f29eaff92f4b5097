//! All runs of an experiment, worked on by so many threads, into one folder that appears whole or not at all.

use std::fmt;
use std::iter;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use serde_json::json;

use super::ENGINE_NUMBER;
use super::decode::Experiment;
use super::metrics::run_metrics;
use super::outcome::{Outcome, RunOutcome, judge};
use super::record::TraceLevel;
use super::report::report;
use super::run::{Artifacts, RunPlan, RunReport};
use super::series::InOrder;
use super::sink::{RunSink, Shared};
use super::statistics::{Level, Summary};
use crate::measure::Metric;
use crate::record::{
    Counts, Disk, Draft, Manifest, MessageCounts, MetricColumn, Provenance, RecordError, Resource,
    ResultKind, RunRow, RunsWriter, SeriesWriter, Status, SummaryRow, SummaryWriter, datapackage,
    runs_columns, series_columns, summary_columns,
};

/// What is to be run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// One replication alone, instead of all.
    pub only: Option<u32>,
    /// How many runs are worked on at once.
    pub jobs: NonZeroUsize,
}

/// Why there are no results.
#[derive(Debug)]
pub enum RunError {
    /// A run could not be set up.
    Setup(String),
    /// A file could not be written.
    Record(RecordError),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Setup(error) => f.write_str(error),
            RunError::Record(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RunError {}

impl From<RecordError> for RunError {
    fn from(error: RecordError) -> RunError {
        RunError::Record(error)
    }
}

impl From<std::io::Error> for RunError {
    fn from(error: std::io::Error) -> RunError {
        RunError::Record(RecordError::from(error))
    }
}

/// Runs everything and writes the folder `target`. `provenance` is asked when all runs are done.
///
/// # Errors
/// What could not be set up or written; then `target` is as it was.
pub fn run_all(
    request: Request<'_>,
    disk: &dyn Disk,
    target: &Path,
    provenance: impl FnOnce() -> Provenance,
) -> Result<Outcome, RunError> {
    let experiment = request.experiment;
    let mut draft = Draft::begin(disk, target)?;
    if let Some(text) = &experiment.text {
        draft.add("experiment.yaml", text.as_bytes())?;
    }
    let resolved = serde_json::to_string_pretty(&experiment.canonical);
    draft.add("resolved.json", (resolved.expect("a tree of plain values") + "\n").as_bytes())?;
    let series = SeriesWriter::new(draft.create("series.csv")?)?.finish()?;
    let shared = Shared {
        draft: Mutex::new(draft),
        series: InOrder::new(series),
        warnings: Mutex::new(Vec::new()),
    };
    let runs = work(request, &shared)?;
    let Shared { draft, series, warnings } = shared;
    let mut draft = draft.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    draft.close(series.into_inner())?;
    let summaries = summarise(experiment, &runs);
    write_tables(request, &runs, &summaries, &mut draft)?;
    write_violations(experiment, &runs, &mut draft)?;
    let manifest = manifest(request, &runs);
    let page = report(draft.folder(), &manifest)?;
    draft.add("report.html", page.as_bytes())?;
    draft.add_provenance(&provenance())?;
    let published = draft.publish(manifest)?;
    let verdicts = judge(&experiment.asserts, &summaries);
    let warnings = warnings.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let runs = runs.into_iter().map(RunOutcome::of).collect();
    Ok(Outcome { runs, summaries, verdicts, warnings, published: Some(published) })
}

fn manifest(request: Request<'_>, runs: &[(u32, RunReport)]) -> Manifest {
    let experiment = request.experiment;
    let violated = runs.iter().filter(|(_, run)| run.violation.is_some()).count();
    Manifest {
        schema: 1,
        name: experiment.name.clone(),
        id: experiment.id(request.only),
        kind: ResultKind::Run,
        seed: experiment.seed.0,
        engine: ENGINE_NUMBER,
        counts: Counts {
            points: 1,
            replications: u64::from(experiment.replications),
            runs: runs.len() as u64,
            violated: violated as u64,
            events: runs.iter().map(|(_, run)| run.events).sum(),
        },
        files: Vec::new(),
    }
}

/// Hands out the runs by number; whoever is done first takes the next.
fn work(request: Request<'_>, shared: &Shared<'_>) -> Result<Vec<(u32, RunReport)>, RunError> {
    let replications = match request.only {
        Some(only) => only..only + 1,
        None => 0..request.experiment.replications,
    };
    let (next, failed) = (AtomicU32::new(replications.start), AtomicBool::new(false));
    let worker = || {
        let mut done = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let replication = next.fetch_add(1, Ordering::Relaxed);
            if replication >= replications.end {
                break;
            }
            let run = replication - replications.start;
            match run_one(request.experiment, (run, replication), shared) {
                Ok(report) => done.push((replication, report)),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(done)
    };
    let jobs = request.jobs.get().min(replications.len());
    let done: Result<Vec<_>, RunError> = thread::scope(|scope| {
        // Where no more threads are to be had, this one and those that are do it all.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, worker).ok();
        let others: Vec<_> = (1..jobs).map_while(spawn).collect();
        let own = worker();
        let joined = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        iter::once(own).chain(joined).collect()
    });
    let mut runs = done?.concat();
    runs.sort_by_key(|(replication, _)| *replication);
    Ok(runs)
}

fn run_one(
    experiment: &Experiment,
    (run, replication): (u32, u32),
    shared: &Shared<'_>,
) -> Result<RunReport, RunError> {
    // One run's graphs say enough; `--rep` gives any other's.
    let artifacts = if run == 0 { Artifacts::Wanted } else { Artifacts::Unwanted };
    let plan = RunPlan { experiment, run, replication, artifacts };
    let mut sink = RunSink::new(run, shared, experiment.record.graph.as_ref());
    let report = plan.run(&mut sink).map_err(|error| match sink.take_error() {
        Some(error) => RunError::Record(error),
        None => RunError::Setup(error),
    })?;
    sink.finish()?;
    Ok(report)
}

/// Each metric over the runs that have it, in run order.
fn summarise(
    experiment: &Experiment,
    runs: &[(u32, RunReport)],
) -> Vec<(&'static Metric, Summary)> {
    let metrics = run_metrics(experiment).into_iter().enumerate();
    let of = |place: usize| -> Vec<f64> {
        runs.iter().filter_map(|(_, run)| run.metrics[place]).collect()
    };
    metrics.map(|(place, metric)| (metric, Summary::of(&of(place), Level::USUAL))).collect()
}

/// Those metrics that `runs.csv` has no column of its own for.
fn columns_of(experiment: &Experiment) -> Vec<(usize, MetricColumn)> {
    let own: Vec<_> = runs_columns(&[], &[]).into_iter().map(|column| column.name).collect();
    let metrics = run_metrics(experiment).into_iter().enumerate();
    metrics
        .filter(|(_, metric)| !own.iter().any(|name| *name == metric.name))
        .map(|(place, Metric { name, unit, says, .. })| {
            let says = format!("{}{}.", says[..1].to_uppercase(), &says[1..]);
            (place, MetricColumn { name: (*name).into(), unit: (*unit).into(), says })
        })
        .collect()
}

fn write_tables(
    request: Request<'_>,
    runs: &[(u32, RunReport)],
    summaries: &[(&'static Metric, Summary)],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let experiment = request.experiment;
    let (places, columns): (Vec<_>, Vec<_>) = columns_of(experiment).into_iter().unzip();
    let columns = runs_columns(&[], &columns);
    let mut table = RunsWriter::new(draft.create("runs.csv")?, &columns)?;
    for (run, (replication, report)) in runs.iter().enumerate() {
        let total = report.books.total();
        table.row(&RunRow {
            run: run as u64,
            point: 0,
            rep: u64::from(*replication),
            seed: experiment.seed.replication(*replication).0,
            factors: Vec::new(),
            status: if report.violation.is_some() { Status::Violated } else { Status::Ok },
            stop_reason: report.stop_reason,
            end: report.end,
            events: report.events,
            messages: MessageCounts {
                sent: total.sent,
                duplicated: total.duplicated,
                delivered: total.delivered,
                lost: total.lost(),
                in_flight: total.in_flight(),
                to_nobody: total.to_nobody,
            },
            metrics: places.iter().map(|place| report.metrics[*place]).collect(),
            digest: report.digest,
        })?;
    }
    draft.close(table.finish()?)?;
    let mut table = SummaryWriter::new(draft.create("summary.csv")?)?;
    for (metric, summary) in summaries {
        table.row(&summary_row(metric, summary))?;
    }
    draft.close(table.finish()?)?;
    let tables = [
        Resource { path: "runs.csv", says: "A run a row.", columns },
        Resource {
            path: "series.csv",
            says: "The metrics of each run over virtual time, a value a row.",
            columns: series_columns(),
        },
        Resource {
            path: "summary.csv",
            says: "Each metric over the runs that have it.",
            columns: summary_columns(),
        },
    ];
    draft.add("datapackage.json", datapackage(&experiment.name, &tables).as_bytes())?;
    Ok(())
}

fn summary_row<'a>(metric: &'a Metric, summary: &Summary) -> SummaryRow<'a> {
    let value = |pick: fn(&super::Values) -> f64| summary.values.as_ref().map(pick);
    SummaryRow {
        point: 0,
        metric: metric.name,
        unit: metric.unit,
        n: summary.n as u64,
        mean: value(|values| values.mean),
        sd: summary.sd,
        ci_low: summary.ci.map(|interval| interval.low),
        ci_high: summary.ci.map(|interval| interval.high),
        method: summary.method.word(),
        min: value(|values| values.min),
        p05: value(|values| values.p05),
        p50: value(|values| values.p50),
        p95: value(|values| values.p95),
        max: value(|values| values.max),
    }
}

/// A file for each run in which an invariant failed: all that is needed to see it again.
fn write_violations(
    experiment: &Experiment,
    runs: &[(u32, RunReport)],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    for (run, (replication, report)) in runs.iter().enumerate() {
        let Some(violation) = &report.violation else { continue };
        let seed = experiment.seed.replication(*replication);
        let faults = experiment.faults.expand(&experiment.population(), seed, experiment.end());
        let faults = faults.map(|faults| faults.happenings).unwrap_or_default();
        let happenings = faults.iter().map(|happening| {
            json!({
                "at_ns": happening.at.nanos(),
                "fault": happening.fault.0,
                "what": format!("{:?}", happening.what),
            })
        });
        let whole = json!({
            "invariant": violation.invariant,
            "at_ns": violation.at.nanos(),
            "node": violation.node.map(|node| node.0),
            "detail": violation.detail,
            "event": report.events,
            "rep": replication,
            "seed": format!("{:016x}", seed.0),
            "engine": ENGINE_NUMBER,
            "faults": happenings.collect::<Vec<_>>(),
            "experiment": experiment.canonical,
        });
        let text = serde_json::to_string_pretty(&whole).expect("a tree of plain values") + "\n";
        draft.add(&format!("violations/{}-{run}.json", violation.invariant), text.as_bytes())?;
    }
    Ok(())
}

impl Experiment {
    /// The files that a result of this experiment holds, for those who print them.
    pub fn artifacts(&self) -> Vec<&'static str> {
        let mut files = vec!["runs.csv", "series.csv", "summary.csv"];
        if self.record.graph.is_some() {
            files.push("graph/");
        }
        if self.record.trace > TraceLevel::Nothing {
            files.push("trace.jsonl");
        }
        files.push("report.html");
        files
    }
}
