//! All runs of an experiment, worked on by so many threads, into one folder that appears whole or not at all.

use std::fmt;
use std::iter;
use std::num::NonZeroUsize;
use std::path::Path;
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::ENGINE_NUMBER;
use super::decode::Experiment;
use super::outcome::{Outcome, judge};
use super::record::TraceLevel;
use super::report::report;
use super::run::{Artifacts, RunPlan};
use super::series::InOrder;
use super::sink::{RunSink, Shared};
use super::tables::{PointSummary, RunPlace, RunRecord, TableRequest, write_tables};
use crate::record::{
    Counts, Disk, Draft, EventsWriter, Manifest, Provenance, RecordError, ResultKind, SeriesWriter,
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
    let events = match experiment.record.events {
        true => {
            let header = EventsWriter::new(draft.create("events.csv")?)?.finish()?;
            Some(Arc::new(InOrder::new(header)))
        }
        false => None,
    };
    let shared = Shared {
        draft: Mutex::new(draft),
        series: InOrder::new(series),
        events,
        warnings: Mutex::new(Vec::new()),
    };
    let runs = work(request, &shared)?;
    let Shared { draft, series, events, warnings } = shared;
    let mut draft = draft.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    draft.close(series.into_inner())?;
    if let Some(events) = events {
        let events = Arc::into_inner(events).expect("runs that are over have let go of it");
        draft.close(events.into_inner())?;
    }
    let summary = write_plain(experiment, &runs, &mut draft)?;
    let manifest = manifest(request, &runs);
    let page = report(draft.folder(), &manifest)?;
    draft.add("report.html", page.as_bytes())?;
    draft.add_provenance(&provenance())?;
    let published = draft.publish(manifest)?;
    let verdicts = judge(&experiment.asserts, slice::from_ref(&summary), &[]);
    let warnings = warnings.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(Outcome { runs, summary, verdicts, warnings, published: Some(published) })
}

fn manifest(request: Request<'_>, runs: &[RunRecord]) -> Manifest {
    let experiment = request.experiment;
    let violated = runs.iter().filter(|run| run.violation.is_some()).count();
    Manifest {
        schema: 1,
        name: experiment.name.clone(),
        id: experiment.id(request.only),
        kind: ResultKind::Run,
        study: None,
        seed: experiment.seed.0,
        engine: ENGINE_NUMBER,
        counts: Counts {
            points: 1,
            replications: u64::from(experiment.replications),
            runs: runs.len() as u64,
            violated: violated as u64,
            events: runs.iter().map(|run| run.events).sum(),
        },
        files: Vec::new(),
    }
}

/// Hands out the runs by number; whoever is done first takes the next.
fn work(request: Request<'_>, shared: &Shared<'_>) -> Result<Vec<RunRecord>, RunError> {
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
                Ok(record) => done.push(record),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err((replication, error));
                }
            }
        }
        Ok(done)
    };
    let jobs = request.jobs.get().min(replications.len());
    let ended: Vec<_> = thread::scope(|scope| {
        // Where no more threads are to be had, this one and those that are do it all.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, worker).ok();
        let others: Vec<_> = (1..jobs).map_while(spawn).collect();
        let own = worker();
        let joined = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        iter::once(own).chain(joined).collect()
    });
    let (mut runs, mut errors) = (Vec::new(), Vec::new());
    for ended in ended {
        match ended {
            Ok(done) => runs.extend(done),
            Err(error) => errors.push(error),
        }
    }
    // Every replication before it was begun, so that the first is the same for any number of threads.
    if let Some((_, error)) = errors.into_iter().min_by_key(|(replication, _)| *replication) {
        return Err(error);
    }
    runs.sort_by_key(|run| run.rep);
    Ok(runs)
}

fn run_one(
    experiment: &Experiment,
    (run, replication): (u32, u32),
    shared: &Shared<'_>,
) -> Result<RunRecord, RunError> {
    // One run's graphs say enough; `--rep` gives any other's.
    let artifacts = if run == 0 { Artifacts::Wanted } else { Artifacts::Events };
    let plan = RunPlan { experiment, run, replication, artifacts };
    let mut sink = RunSink::new(run, shared, experiment.record.graph.as_ref());
    let report = plan.run(&mut sink).map_err(|error| match sink.take_error() {
        Some(error) => RunError::Record(error),
        None => {
            let seed = experiment.seed.0;
            RunError::Setup(format!("replication {replication} of seed {seed}: {error}"))
        }
    })?;
    sink.finish()?;
    let place = RunPlace { point: 0, rep: replication, seed: plan.seed() };
    Ok(RunRecord::of(place, report))
}

/// The tables of a plain run: one point, no factors.
fn write_plain(
    experiment: &Experiment,
    records: &[RunRecord],
    draft: &mut Draft<'_>,
) -> Result<PointSummary, RunError> {
    let request = TableRequest {
        experiment,
        kind: ResultKind::Run,
        factors: &[],
        points: &[Vec::new()],
        baselines: &[],
        level: experiment.level,
        experiment_at: &|_| experiment,
    };
    let mut points = write_tables(&request, records, draft)?;
    Ok(points.pop().expect("there is at least one run"))
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
        if self.record.events {
            files.push("events.csv");
        }
        files.push("report.html");
        files
    }
}
