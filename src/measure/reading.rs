//! Readings: what metrics show at a moment.

use super::metric::{Cost, Metric, Scope};

/// What a reading belongs to, within its metric's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id {
    /// The run.
    Run,
    /// Something numbered.
    Number(u32),
    /// Something named.
    Name(&'static str),
}

/// One number of one metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Which metric.
    pub metric: &'static Metric,
    /// Of what.
    pub id: Id,
    /// `None`: missing, as there is no denominator, or it was never reached.
    pub value: Option<f64>,
}

/// Collects the readings of a moment: those that are wanted.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    wanted: &'a [&'static Metric],
    cost_max: Cost,
    taken: Vec<Reading>,
}

impl<'a> Readings<'a> {
    /// For readings of these metrics, as far as the moment allows their cost.
    pub fn new(wanted: &'a [&'static Metric], cost_max: Cost) -> Readings<'a> {
        Readings { wanted, cost_max, taken: Vec::new() }
    }

    /// Whether a metric is to be read now: look before computing what is dear.
    pub fn wants(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether any of these metrics is to be read now.
    pub fn want_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.wants(name))
    }

    /// Takes the reading of a metric of scope run, if it is wanted.
    pub fn put(&mut self, name: &str, value: impl Into<Option<f64>>) {
        self.put_each(name, Id::Run, value);
    }

    /// Takes the reading of a count, if it is wanted.
    pub fn count(&mut self, name: &str, count: u64) {
        self.put(name, count as f64);
    }

    /// Takes one of the readings of a metric of a finer scope, if it is wanted.
    pub fn put_each(&mut self, name: &str, id: Id, value: impl Into<Option<f64>>) {
        let Some(metric) = self.find(name) else { return };
        if metric.scope == Scope::Run && id != Id::Run {
            return;
        }
        let value = value.into().filter(|value| value.is_finite());
        self.taken.push(Reading { metric, id, value });
    }

    /// What was taken, in the order in which the metrics were wanted.
    pub fn finish(mut self) -> Vec<Reading> {
        let place = |metric: &Metric| self.wanted.iter().position(|m| m.name == metric.name);
        self.taken.sort_by_key(|reading| (place(reading.metric), reading.id));
        self.taken
    }

    fn find(&self, name: &str) -> Option<&'static Metric> {
        let metric = self.wanted.iter().find(|metric| metric.name == name)?;
        (metric.cost <= self.cost_max).then_some(*metric)
    }
}
