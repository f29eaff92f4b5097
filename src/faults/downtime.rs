//! Who is down when, as far as the faults expanded so far have it.

use crate::kernel::{Instant, NodeId, Span};
use crate::network::Targets;
use std::collections::BTreeMap;

/// Spans of time in which nodes are down.
#[derive(Clone, Debug, Default)]
pub(super) struct Downtime(BTreeMap<NodeId, Vec<(Instant, Instant)>>);

impl Downtime {
    /// Whether a node is up.
    pub(super) fn is_up(&self, node: NodeId, at: Instant) -> bool {
        let covers = |(from, until): &(Instant, Instant)| *from <= at && at < *until;
        !self.0.get(&node).is_some_and(|spans| spans.iter().rev().any(covers))
    }

    /// Whether nobody is ever down.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nodes crash, those that are up, and start again after that long, or never.
    pub(super) fn crash(&mut self, targets: &Targets, at: Instant, restart_after: Option<Span>) {
        let Targets::Nodes(nodes) = targets else { return };
        let until = restart_after.map_or(Instant::NEVER, |after| at + after);
        for node in nodes {
            if self.is_up(*node, at) {
                self.0.entry(*node).or_default().push((at, until));
            }
        }
    }

    /// Nodes start, those that are down.
    pub(super) fn start(&mut self, targets: &Targets, at: Instant) {
        let Targets::Nodes(nodes) = targets else { return };
        for node in nodes {
            for (from, until) in self.0.get_mut(node).into_iter().flatten() {
                if *from <= at && at < *until {
                    *until = at;
                }
            }
        }
    }
}
