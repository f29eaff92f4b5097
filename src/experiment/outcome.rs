//! What came of all runs: as it was just run, or read again from the folder in which it stands.

use std::path::Path;

use super::decode::Experiment;
use super::record::{Bounds, Condition};
use super::statistics::Proportion;
use super::tables::{PointSummary, RunRecord, read_records, summarise};
use crate::measure::Metric;
use crate::record::{Published, RecordError};

/// What came of all runs.
#[derive(Debug)]
pub struct Outcome {
    /// Each run, in the order of the replications.
    pub runs: Vec<RunRecord>,
    /// Each metric of scope run, over all runs.
    pub summary: PointSummary,
    /// What was asserted, and whether it holds.
    pub verdicts: Vec<Verdict>,
    /// What should be known beside.
    pub warnings: Vec<String>,
    /// Whether the folder is new, or was confirmed; `None`: it was there, and nothing was run.
    pub published: Option<Published>,
}

/// An assertion and how it was judged at a point.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The point; a plain run has point 0 alone.
    pub point: u32,
    /// The metric.
    pub metric: &'static Metric,
    /// Its bounds.
    pub bounds: Bounds,
    /// What was held against them: an interval's bounds, or one value twice; `None`: no run has the metric.
    pub judged: Option<(f64, f64)>,
    /// How many runs have the metric, where some do not: it holds of none of the others, so not of all.
    pub reached: Option<Proportion>,
    /// Whether it lies within, in all runs.
    pub holds: bool,
}

/// Bounds are held against the interval of the mean where there is one, else against the value: at the baseline of a
/// study where it has some, else at every point. A run that lacks the metric fails what is asserted of it.
pub(super) fn judge(
    asserts: &[Condition],
    points: &[PointSummary],
    baselines: &[Option<u32>],
) -> Vec<Verdict> {
    let is_judged = |point: &&PointSummary| {
        baselines.is_empty() || baselines.get(point.point as usize) == Some(&Some(point.point))
    };
    let points = points.iter().filter(is_judged);
    points.flat_map(|point| asserts.iter().map(|assert| judge_one(assert, point))).collect()
}

fn judge_one(Condition { metric, bounds }: &Condition, point: &PointSummary) -> Verdict {
    let known = point.metrics.iter().find(|known| known.metric.name == metric.name);
    let judged = known.and_then(|known| match (known.summary.ci, known.summary.values) {
        (Some(interval), _) => Some((interval.low, interval.high)),
        (None, Some(values)) => Some((values.mean, values.mean)),
        (None, None) => None,
    });
    let reached = known.and_then(|known| known.reached);
    let is_within = judged.is_some_and(|(low, high)| bounds.hold(low, high));
    let holds = is_within && reached.is_none();
    Verdict { point: point.point, metric, bounds: *bounds, judged, reached, holds }
}

impl Outcome {
    /// Reads the results of an experiment that stand in a folder.
    ///
    /// # Errors
    /// What cannot be read, and what no run of this engine has written.
    pub fn read(experiment: &Experiment, folder: &Path) -> Result<Outcome, RecordError> {
        let runs = read_records(experiment, folder)?;
        let mut points = summarise(experiment, &runs, experiment.level);
        let verdicts = judge(&experiment.asserts, &points, &[]);
        let Some(summary) = points.pop().filter(|_| points.is_empty()) else {
            let what = "these are not the runs of one point".to_owned();
            return Err(RecordError::Malformed { path: folder.join("runs.csv"), what });
        };
        Ok(Outcome { runs, summary, verdicts, warnings: Vec::new(), published: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::{few_metrics, record};
    use super::*;

    fn edges(bounds: Bounds) -> Vec<Condition> {
        let metrics = super::super::metrics::run_metrics(&few_metrics());
        vec![Condition { metric: metrics[0], bounds }]
    }

    fn verdicts(
        bounds: Bounds,
        runs: &[(u32, Option<f64>)],
        baseline: Option<u32>,
    ) -> Vec<Verdict> {
        let baselines = baseline.map_or(Vec::new(), |baseline| vec![Some(baseline); 3]);
        let rep = |place: usize| runs[..place].iter().filter(|run| run.0 == runs[place].0).count();
        let records: Vec<_> = (0..runs.len())
            .map(|place| record(runs[place].0, rep(place) as u32, [runs[place].1, None]))
            .collect();
        let experiment = few_metrics();
        judge(&edges(bounds), &summarise(&experiment, &records, experiment.level), &baselines)
    }

    #[test]
    fn one_run_is_judged_by_its_value_and_several_by_their_interval() {
        let least = Bounds { at_least: Some(1.0), ..Bounds::default() };
        let holds = |values: &[f64]| {
            let runs: Vec<_> = values.iter().map(|value| (0, Some(*value))).collect();
            verdicts(least, &runs, None)[0].holds
        };
        assert!(holds(&[1.0]) && !holds(&[0.99]));
        // The mean of both lies above 1, the interval of the first is wider than that.
        assert!(!holds(&[1.0, 2.0]) && holds(&[1.5, 1.5001]));
    }

    #[test]
    fn a_run_without_the_metric_fails_what_is_asserted_of_it() {
        let least = Bounds { at_least: Some(1.0), ..Bounds::default() };
        let verdict = |values: &[Option<f64>]| {
            let runs: Vec<_> = values.iter().map(|value| (0, *value)).collect();
            verdicts(least, &runs, None).remove(0)
        };
        assert!(verdict(&[Some(5.0), Some(5.0)]).holds);
        let some = verdict(&[Some(5.0), None, Some(5.0)]);
        assert!(!some.holds && some.judged.is_some());
        assert_eq!(some.reached, Some(Proportion::of([true, false, true])));
        let none = verdict(&[None]);
        assert!(!none.holds && none.judged.is_none());
    }

    #[test]
    fn a_study_is_judged_at_its_baseline_or_everywhere() {
        let most = Bounds { at_most: Some(1.0), ..Bounds::default() };
        let runs = [(0, Some(0.5)), (1, Some(2.0)), (2, Some(1.0)), (2, Some(1.0))];
        let judged = |baseline| -> Vec<(u32, bool)> {
            verdicts(most, &runs, baseline).iter().map(|v| (v.point, v.holds)).collect()
        };
        assert_eq!(judged(None), [(0, true), (1, false), (2, true)]);
        assert_eq!(judged(Some(1)), [(1, false)]);
        assert_eq!(judged(Some(2)), [(2, true)]);
    }
}
