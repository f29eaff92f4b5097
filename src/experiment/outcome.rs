//! What came of all runs: as it was just run, or read again from the folder in which it stands.

use std::path::Path;

use super::decode::Experiment;
use super::record::{Bounds, Condition};
use super::statistics::Level;
use super::tables::{MetricSummary, RunRecord, read_records, summarise};
use crate::measure::Metric;
use crate::record::{Published, RecordError};

/// What came of all runs.
#[derive(Debug)]
pub struct Outcome {
    /// Each run, in the order of the replications.
    pub runs: Vec<RunRecord>,
    /// Each metric of scope run, over all runs.
    pub summaries: Vec<MetricSummary>,
    /// What was asserted, and whether it holds.
    pub verdicts: Vec<Verdict>,
    /// What should be known beside.
    pub warnings: Vec<String>,
    /// Whether the folder is new, or was confirmed; `None`: it was there, and nothing was run.
    pub published: Option<Published>,
}

/// An assertion and how it was judged.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The metric.
    pub metric: &'static Metric,
    /// Its bounds.
    pub bounds: Bounds,
    /// What was held against them: an interval's bounds, or one value twice; `None`: the metric is missing.
    pub judged: Option<(f64, f64)>,
    /// Whether it lies within.
    pub holds: bool,
}

/// Bounds are held against the interval of the mean where there is one, else against the value.
pub(super) fn judge(asserts: &[Condition], summaries: &[MetricSummary]) -> Vec<Verdict> {
    let judge_one = |Condition { metric, bounds }: &Condition| {
        let summary = summaries.iter().find(|known| known.metric.name == metric.name);
        let judged = summary.and_then(|known| match (known.summary.ci, known.summary.values) {
            (Some(interval), _) => Some((interval.low, interval.high)),
            (None, Some(values)) => Some((values.mean, values.mean)),
            (None, None) => None,
        });
        let holds = judged.is_some_and(|(low, high)| bounds.hold(low, high));
        Verdict { metric, bounds: *bounds, judged, holds }
    };
    asserts.iter().map(judge_one).collect()
}

impl Outcome {
    /// Reads the results of an experiment that stand in a folder.
    ///
    /// # Errors
    /// What cannot be read, and what no run of this engine has written.
    pub fn read(experiment: &Experiment, folder: &Path) -> Result<Outcome, RecordError> {
        let runs = read_records(experiment, folder)?;
        let points = summarise(experiment, &runs, Level::USUAL);
        let summaries: Vec<_> = points.into_iter().flat_map(|point| point.metrics).collect();
        let verdicts = judge(&experiment.asserts, &summaries);
        Ok(Outcome { runs, summaries, verdicts, warnings: Vec::new(), published: None })
    }
}
