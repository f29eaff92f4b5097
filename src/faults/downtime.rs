//! Who is down when, as far as the faults expanded so far have it.

use crate::kernel::{Instant, NodeId, Span};
use crate::network::Targets;
use std::collections::BTreeMap;

/// Spans of time in which nodes are down.
#[derive(Clone, Debug, Default)]
pub(super) struct Downtime(BTreeMap<NodeId, Spells>);

/// The spans of one node by their beginnings. Faults are expanded one after the other, so that a span may begin before
/// others that are there, and end after them.
type Spells = BTreeMap<Instant, Spell>;

/// One span.
#[derive(Clone, Copy, Debug)]
struct Spell {
    /// Its end, not included.
    until: Instant,
    /// The latest end of this span and of those that begin before it: who is down is found without a scan.
    latest: Instant,
}

impl Downtime {
    /// Whether a node is up.
    pub(super) fn is_up(&self, node: NodeId, at: Instant) -> bool {
        self.0.get(&node).is_none_or(|spells| latest_before(spells, at) <= at)
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
            let spells = self.0.entry(*node).or_default();
            if latest_before(spells, at) <= at {
                // Only one that is empty can begin at the same moment.
                spells.insert(at, Spell { until, latest: at });
                note_latest(spells, at);
            }
        }
    }

    /// Nodes start, those that are down.
    pub(super) fn start(&mut self, targets: &Targets, at: Instant) {
        let Targets::Nodes(nodes) = targets else { return };
        for node in nodes {
            let Some(spells) = self.0.get_mut(node) else { continue };
            let mut first = None;
            for (from, spell) in spells.range_mut(..=at).rev() {
                if spell.latest <= at {
                    break;
                }
                spell.until = spell.until.min(at);
                first = Some(*from);
            }
            if let Some(first) = first {
                note_latest(spells, first);
            }
        }
    }
}

/// The latest end of the spans that begin up to `at`.
fn latest_before(spells: &Spells, at: Instant) -> Instant {
    spells.range(..=at).next_back().map_or(Instant::START, |(_, spell)| spell.latest)
}

/// Sets the latest ends right from the span that begins at `from` on.
fn note_latest(spells: &mut Spells, from: Instant) {
    let before = spells.range(..from).next_back().map_or(Instant::START, |(_, spell)| spell.latest);
    let mut latest = before;
    for (begins, spell) in spells.range_mut(from..) {
        latest = latest.max(spell.until);
        if *begins != from && spell.latest == latest {
            return;
        }
        spell.latest = latest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Bits, Domain, Seed, Stream};

    /// The same by looking at every span.
    #[derive(Default)]
    struct Slow(Vec<(Instant, Instant)>);

    impl Slow {
        fn is_up(&self, at: Instant) -> bool {
            !self.0.iter().any(|(from, until)| *from <= at && at < *until)
        }

        fn crash(&mut self, at: Instant, until: Instant) {
            if self.is_up(at) {
                self.0.push((at, until));
            }
        }

        fn start(&mut self, at: Instant) {
            for (_, until) in self.0.iter_mut().filter(|(from, until)| *from <= at && at < *until) {
                *until = at;
            }
        }
    }

    #[test]
    fn who_is_down_is_who_any_span_covers() {
        let mut draws = Stream::new(Seed(1), Domain::Faults, 0, 0);
        let who = Targets::Nodes(vec![NodeId(3)]);
        for _ in 0..300 {
            let (mut fast, mut slow) = (Downtime::default(), Slow::default());
            for _ in 0..40 {
                let at = Instant::from_nanos(draws.below(60));
                if draws.below(4) == 0 {
                    fast.start(&who, at);
                    slow.start(at);
                } else {
                    let after = (draws.below(12) > 0).then(|| Span::from_nanos(draws.below(30)));
                    fast.crash(&who, at, after);
                    slow.crash(at, after.map_or(Instant::NEVER, |after| at + after));
                }
                for at in (0..100).map(Instant::from_nanos) {
                    assert_eq!(fast.is_up(NodeId(3), at), slow.is_up(at), "{at} {:?}", slow.0);
                }
            }
        }
    }
}
