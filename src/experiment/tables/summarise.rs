//! What the runs of a point say of each metric.

use std::borrow::Cow;
use std::ops::Range;

use super::super::decode::Experiment;
use super::super::metrics::run_metrics;
use super::super::statistics::{Interval, Level, Proportion, Summary, quantile_interval};
use super::RunRecord;
use crate::kernel::Probability;
use crate::measure::Metric;

/// What the runs of a point say.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSummary {
    /// The number of the point.
    pub point: u32,
    /// In how many of its runs an invariant failed.
    pub violated: Proportion,
    /// Each metric of scope run.
    pub metrics: Vec<MetricSummary>,
}

/// What the runs of a point say of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSummary {
    /// The metric.
    pub metric: &'static Metric,
    /// Over the runs that have it.
    pub summary: Summary,
    /// The interval of the median; none of few runs.
    pub median: Option<Interval>,
    /// How many runs have it, where some do not.
    pub reached: Option<Proportion>,
}

/// A row of `summary.csv`: a metric, or how many runs reached it.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryLine {
    /// The metric's name, or `<metric>_reached`.
    pub name: Cow<'static, str>,
    /// The unit of its values, empty for none.
    pub unit: &'static str,
    /// What the runs say of it.
    pub summary: Summary,
    /// The interval of the median; none of few runs, and of a share.
    pub median: Option<Interval>,
}

impl PointSummary {
    /// How many runs the point has.
    pub fn runs(&self) -> usize {
        self.violated.n()
    }

    /// The rows of the point in `summary.csv`.
    pub fn lines(&self, level: Level) -> impl Iterator<Item = SummaryLine> {
        self.metrics.iter().flat_map(move |known| {
            let MetricSummary { metric, summary, median, reached } = known.clone();
            let share = reached.map(|reached| SummaryLine {
                name: format!("{}_reached", metric.name).into(),
                unit: "",
                summary: Summary::of_proportion(reached, level),
                median: None,
            });
            let (name, unit) = (metric.name.into(), metric.unit);
            [SummaryLine { name, unit, summary, median }].into_iter().chain(share)
        })
    }
}

impl MetricSummary {
    fn of(metric: &'static Metric, values: &[Option<f64>], level: Level) -> MetricSummary {
        let sample: Vec<f64> = values.iter().copied().flatten().collect();
        let half = Probability::new(0.5).expect("a half is a probability");
        let is_whole = sample.len() == values.len();
        MetricSummary {
            metric,
            summary: Summary::of(&sample, level),
            median: quantile_interval(&sample, half, level),
            reached: (!is_whole).then(|| Proportion::of(values.iter().map(Option::is_some))),
        }
    }
}

/// Summarises each point that has runs; `records` are sorted by point and replication.
pub fn summarise(
    experiment: &Experiment,
    records: &[RunRecord],
    level: Level,
) -> Vec<PointSummary> {
    let metrics = run_metrics(experiment);
    let of_point = |runs: Range<usize>| {
        let runs = &records[runs];
        let of_metric = |(place, metric): (usize, &&'static Metric)| {
            let values: Vec<_> = runs.iter().map(|run| run.metrics[place]).collect();
            MetricSummary::of(metric, &values, level)
        };
        PointSummary {
            point: runs[0].point,
            violated: Proportion::of(runs.iter().map(|run| run.violation.is_some())),
            metrics: metrics.iter().enumerate().map(of_metric).collect(),
        }
    };
    by_point(records).into_iter().map(of_point).collect()
}

/// Where the runs of each point stand.
pub(super) fn by_point(records: &[RunRecord]) -> Vec<Range<usize>> {
    let mut start = 0;
    let range = |runs: &[RunRecord]| {
        let range = start..start + runs.len();
        start = range.end;
        range
    };
    records.chunk_by(|a, b| a.point == b.point).map(range).collect()
}
