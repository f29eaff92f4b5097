//! Which metrics become columns of `runs.csv` and rows of the summary.

use super::decode::Experiment;
use crate::measure::{Metric, Scope};

/// The recorded metrics of scope run, then those of assertions and of published figures, each once.
pub fn run_metrics(experiment: &Experiment) -> Vec<&'static Metric> {
    let recorded = experiment.record.metrics.iter().copied();
    let asserted = experiment.asserts.iter().map(|condition| condition.metric);
    let published = experiment.published.iter().map(|figure| figure.metric);
    let mut metrics: Vec<&'static Metric> = Vec::new();
    let wanted = recorded.chain(asserted).chain(published);
    for metric in wanted.filter(|metric| metric.scope == Scope::Run) {
        if !metrics.iter().any(|known| known.name == metric.name) {
            metrics.push(metric);
        }
    }
    metrics
}
