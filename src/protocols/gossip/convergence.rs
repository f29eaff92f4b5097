//! Whether sites agree on the mean of their numbers, some time after the last of them changed.

use super::config::{Config, Tempo};
use crate::kernel::{Instant, NodeId, Span};
use crate::protocols::Calm;
use crate::topology::Graph;

/// Kept from facts alone. Nothing is judged where shares may be lost or doubled, exchanges given up, or where sites
/// do not all know each other.
#[derive(Clone, Debug)]
pub(super) struct Convergence {
    /// When it is judged; never, where nothing is promised.
    due: Instant,
    /// The number of each site, and what it estimates their mean to be.
    sites: Vec<(f64, f64)>,
}

/// How far an estimate may be from the mean, relative to it.
const TOLERANCE: f64 = 1e-6;

/// Below this share of the largest number, rounding errors are not small beside the mean.
const LEAST_MEAN: f64 = 1e-3;

impl Convergence {
    /// Nothing is ever due.
    pub(super) fn unjudged() -> Convergence {
        Convergence { due: Instant::NEVER, sites: Vec::new() }
    }

    /// Of numbers of which the last is set at `last`.
    pub(super) fn new(config: &Config, calm: Calm, last: Instant, graph: &Graph) -> Convergence {
        let is_whole = calm.heal == Instant::START && calm.loss == 0.0 && !calm.duplicates;
        let nodes = config.nodes;
        let all_know_all = graph.nodes() == nodes
            && (0..nodes).all(|id| graph.peers(NodeId(id)).len() as u32 + 1 == nodes);
        let (period, least) = match &config.tempo {
            Tempo::Rounds(period) => (*period, *period),
            Tempo::Timers { period, .. } => {
                (period.greatest().unwrap_or(period.mean()), period.mean())
            }
        };
        // Sites that wait for an answer refuse exchanges: they wait for half of the time at most.
        let is_swift = 4 * u128::from(calm.latency.nanos()) <= u128::from(least.nanos());
        let is_promised = config.algorithm.aggregation().is_some();
        if !(is_promised && is_whole && all_know_all && is_swift) {
            return Convergence::unjudged();
        }
        let periods = 20.0 * libm::log2(f64::from(nodes.max(2))) + 60.0;
        let patience = Span::from_nanos_f64(period.nanos() as f64 * periods);
        Convergence { due: last + patience, sites: vec![(0.0, 0.0); nodes as usize] }
    }

    /// A site's own number changes.
    pub(super) fn on_value(&mut self, node: NodeId, value: f64) {
        if let Some((own, _)) = self.sites.get_mut(node.index()) {
            *own = value;
        }
    }

    /// A site estimates.
    pub(super) fn on_estimate(&mut self, node: NodeId, estimate: f64) {
        if let Some((_, last)) = self.sites.get_mut(node.index()) {
            *last = estimate;
        }
    }

    /// Judges once, when it is time: who is wrong, and by how much.
    #[inline(always)]
    pub(super) fn judge(&mut self, at: Instant) -> Option<(NodeId, String)> {
        if at <= self.due { None } else { self.judge_now() }
    }

    #[cold]
    fn judge_now(&mut self) -> Option<(NodeId, String)> {
        self.due = Instant::NEVER;
        let sum: f64 = self.sites.iter().map(|(own, _)| own).sum();
        let mean = sum / self.sites.len() as f64;
        let largest = self.sites.iter().map(|(own, _)| own.abs()).fold(0.0, f64::max);
        if mean.abs() < LEAST_MEAN * largest {
            return None;
        }
        let is_wrong = |estimate: f64| (estimate - mean).abs() > TOLERANCE * mean.abs();
        let mut sites = self.sites.iter().zip(0..);
        let ((_, estimate), id) = sites.find(|((_, estimate), _)| is_wrong(*estimate))?;
        let detail = format!("estimates {estimate}, and the mean of all numbers is {mean}");
        Some((NodeId(id), detail))
    }
}
