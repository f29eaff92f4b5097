//! From the records of runs to the tables of a result: of a plain run, or of a study of many points.

mod columns;
mod pairs;
mod read;
mod run_record;
mod summarise;
#[cfg(test)]
pub(super) mod tests;
mod violations;

pub(super) use pairs::{Observation, comparison, difference};
pub use read::read_records;
pub use run_record::{RunPlace, RunRecord};
pub use summarise::{MetricSummary, PointSummary, SummaryLine, summarise};

use super::decode::Experiment;
use super::results::RunError;
use super::statistics::{Level, Values};
use crate::record::{
    Draft, PointRow, PointsWriter, Resource, ResultKind, RunRow, RunsWriter, SummaryRow,
    SummaryWriter, datapackage, events_columns, pairs_columns, points_columns, series_columns,
    summary_columns,
};
use columns::RunColumns;
use pairs::write_pairs;
use violations::write_violations;

/// What the tables of a result are about.
pub struct TableRequest<'a> {
    /// The experiment as it is without a sweep: its name, its metrics.
    pub experiment: &'a Experiment,
    /// Whether these are the tables of a run or of a study.
    pub kind: ResultKind,
    /// The swept keys; none for a run.
    pub factors: &'a [String],
    /// Of each point its values of these keys as they are written; a run has one point without any.
    pub points: &'a [Vec<String>],
    /// Of each point the one that it is compared with, a baseline's own number where it is one; none at all where there
    /// is no baseline.
    pub baselines: &'a [Option<u32>],
    /// How sure the intervals are.
    pub level: Level,
    /// The experiment of a point, for its violations.
    pub experiment_at: &'a dyn Fn(u32) -> &'a Experiment,
}

/// Writes `runs.csv`, `summary.csv`, of a study also `points.csv` and, where it has a baseline, `pairs.csv`, then
/// `violations/` and `datapackage.json`. `records` are all runs, sorted by point and replication; a run's number is
/// its place. Says what the runs of each point say.
///
/// # Errors
/// What cannot be written.
pub fn write_tables(
    request: &TableRequest<'_>,
    records: &[RunRecord],
    draft: &mut Draft<'_>,
) -> Result<Vec<PointSummary>, RunError> {
    assert!(
        records.is_sorted_by(|a, b| (a.point, a.rep) < (b.point, b.rep)),
        "runs are sorted by point and replication, each once"
    );
    let columns = RunColumns::of(request.experiment, request.factors);
    write_runs(request, records, draft)?;
    let summaries = summarise(request.experiment, records, request.level);
    write_summary(&summaries, request.level, draft)?;
    if request.kind == ResultKind::Study {
        write_points(request, &summaries, draft)?;
        if !request.baselines.is_empty() {
            write_pairs(request, records, draft)?;
        }
    }
    let resources = resources(request, columns);
    let package = datapackage(&request.experiment.name, &resources);
    draft.add("datapackage.json", package.as_bytes())?;
    Ok(summaries)
}

/// Writes `runs.csv` and `violations/`, from which [`read_records`] gets the records again. A run's number is its
/// place, in whatever order they are.
///
/// # Errors
/// What cannot be written.
pub fn write_runs(
    request: &TableRequest<'_>,
    records: &[RunRecord],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let columns = RunColumns::of(request.experiment, request.factors);
    let mut table = RunsWriter::new(draft.create("runs.csv")?, &columns.all)?;
    for (run, record) in records.iter().enumerate() {
        let values = request.points.get(record.point as usize).map_or(&[][..], Vec::as_slice);
        table.row(&RunRow {
            run: run as u64,
            point: u64::from(record.point),
            rep: u64::from(record.rep),
            seed: record.seed.0,
            factors: request.factors.iter().cloned().zip(values.iter().cloned()).collect(),
            status: record.status,
            stop_reason: record.stop_reason,
            end: record.end,
            events: record.events,
            messages: record.messages,
            metrics: columns.places.iter().map(|place| record.metrics[*place]).collect(),
            digest: record.digest,
        })?;
    }
    draft.close(table.finish()?)?;
    write_violations(request, records, draft)
}

fn write_summary(
    summaries: &[PointSummary],
    level: Level,
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let mut table = SummaryWriter::new(draft.create("summary.csv")?)?;
    for point in summaries {
        for line in point.lines(level) {
            table.row(&SummaryRow { point: u64::from(point.point), ..row(&line) })?;
        }
    }
    Ok(draft.close(table.finish()?)?)
}

fn row(line: &SummaryLine) -> SummaryRow<'_> {
    let SummaryLine { name, unit, summary, median } = line;
    let value = |pick: fn(&Values) -> f64| summary.values.as_ref().map(pick);
    SummaryRow {
        point: 0,
        metric: name,
        unit,
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
        p50_low: median.map(|interval| interval.low),
        p50_high: median.map(|interval| interval.high),
    }
}

/// All points, those without runs included.
fn write_points(
    request: &TableRequest<'_>,
    summaries: &[PointSummary],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let columns = points_columns(request.factors);
    let mut table = PointsWriter::new(draft.create("points.csv")?, &columns)?;
    for (point, factors) in request.points.iter().enumerate() {
        let found = summaries.binary_search_by_key(&point, |summary| summary.point as usize);
        let violated = found.ok().map(|place| summaries[place].violated);
        let interval = violated.and_then(|violated| violated.interval(request.level));
        table.row(&PointRow {
            point: point as u64,
            factors,
            runs: violated.map_or(0, |violated| violated.n() as u64),
            violated: violated.map(|violated| violated.hits() as f64 / violated.n() as f64),
            violated_low: interval.map(|interval| interval.low),
            violated_high: interval.map(|interval| interval.high),
        })?;
    }
    Ok(draft.close(table.finish()?)?)
}

fn resources(request: &TableRequest<'_>, columns: RunColumns) -> Vec<Resource> {
    let mut resources = vec![
        Resource { path: "runs.csv", says: "A run a row.", columns: columns.all },
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
    if request.kind == ResultKind::Run && request.experiment.record.events {
        resources.push(Resource {
            path: "events.csv",
            says: "What happened to each message at each node, a step a row.",
            columns: events_columns(),
        });
    }
    if request.kind == ResultKind::Study {
        resources.push(Resource {
            path: "points.csv",
            says: "A point of the study a row.",
            columns: points_columns(request.factors),
        });
        if !request.baselines.is_empty() {
            resources.push(Resource {
                path: "pairs.csv",
                says: "Each metric at each point less that at the baseline.",
                columns: pairs_columns(),
            });
        }
    }
    resources
}
