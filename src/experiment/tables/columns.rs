//! Which metric stands in which column of `runs.csv`.

use super::super::decode::Experiment;
use super::super::metrics::run_metrics;
use crate::measure::Metric;
use crate::record::{Column, MetricColumn, runs_columns};

/// The columns of `runs.csv` of an experiment, and where its metrics stand in them.
pub(super) struct RunColumns {
    /// All columns.
    pub(super) all: Vec<Column>,
    /// Of each metric column in order, the metric's place in [`run_metrics`].
    pub(super) places: Vec<usize>,
}

impl RunColumns {
    pub(super) fn of(experiment: &Experiment, factors: &[String]) -> RunColumns {
        let standing: Vec<_> = runs_columns(&[], &[]).into_iter().map(|c| c.name).collect();
        let metrics = run_metrics(experiment).into_iter().enumerate();
        let (places, columns): (Vec<_>, Vec<_>) = metrics
            .filter(|(_, metric)| !standing.iter().any(|name| *name == metric.name))
            .map(|(place, metric)| (place, column(metric)))
            .unzip();
        RunColumns { all: runs_columns(factors, &columns), places }
    }
}

fn column(Metric { name, unit, says, .. }: &Metric) -> MetricColumn {
    let says = format!("{}{}.", says[..1].to_uppercase(), &says[1..]);
    MetricColumn { name: (*name).into(), unit: (*unit).into(), says }
}
