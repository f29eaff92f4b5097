//! How long nodes were up: the share of time, and how long a stay lasted.

use crate::kernel::{Instant, NodeId, Span};

/// The time for which the experiment's nodes were up, role nodes apart. One that has left for good without a crash
/// counts as up.
#[derive(Clone, Debug)]
pub struct Uptime {
    nodes: u32,
    up: u32,
    since: Instant,
    /// Nanoseconds, summed over nodes, up to `since`.
    sum: u128,
    crashes: u64,
}

impl Uptime {
    /// At the start of a run with so many nodes, none of them up.
    pub(super) fn new(nodes: u32) -> Uptime {
        Uptime { nodes, up: 0, since: Instant::START, sum: 0, crashes: 0 }
    }

    /// A node starts.
    pub(super) fn start(&mut self, node: NodeId, now: Instant) {
        if node.0 < self.nodes {
            self.move_to(now);
            self.up += 1;
        }
    }

    /// A node crashes.
    pub(super) fn crash(&mut self, node: NodeId, now: Instant) {
        if node.0 < self.nodes {
            self.move_to(now);
            self.up -= 1;
            self.crashes += 1;
        }
    }

    fn move_to(&mut self, now: Instant) {
        self.sum += u128::from(self.up) * u128::from(now.since(self.since).nanos());
        self.since = now;
    }

    /// The time up to `now`, which must not lie in the past, for which nodes were up, in ns summed over them.
    fn sum(&self, now: Instant) -> u128 {
        self.sum + u128::from(self.up) * u128::from(now.since(self.since).nanos())
    }

    /// The share of the nodes that were up, averaged over the time up to `now`; `None` where there was no time, or no
    /// node.
    pub fn availability(&self, now: Instant) -> Option<f64> {
        let whole = u128::from(self.nodes) * u128::from(now.nanos());
        (whole > 0).then(|| self.sum(now) as f64 / whole as f64)
    }

    /// How long a node is up until it crashes: the time for which nodes were up, over their crashes. The mean over the
    /// stays that have ended would be too short, as the longest have not.
    pub fn session_mean(&self, now: Instant) -> Option<Span> {
        let mean = self.sum(now).checked_div(u128::from(self.crashes))?;
        Some(Span::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX)))
    }
}
