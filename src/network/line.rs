//! Bandwidth: lines that carry one message after the other, at the sender, on an edge, and at the receiver.

use super::fate::Parcel;
use super::terrain::Terrain;
use crate::kernel::{Instant, NodeId, Span};
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU64;

/// How fast messages leave and arrive. Without a rate they take no time for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// What a node sends with.
    pub up: Option<Rate>,
    /// What a node receives with.
    pub down: Option<Rate>,
    /// So many bytes wait for an uplink at most; what comes on top is lost.
    pub queue: Option<u64>,
    /// What every message is longer by on its way, in bytes.
    pub headers: u64,
    /// Whether the topology knows better.
    pub source: BandwidthSource,
}

impl Default for Bandwidth {
    fn default() -> Bandwidth {
        let source = BandwidthSource::Topology;
        Bandwidth { up: None, down: None, queue: None, headers: 0, source }
    }
}

/// Where the bandwidths of nodes and edges come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandwidthSource {
    /// From the topology, where that has some.
    Topology,
    /// From the network alone.
    Network,
}

/// Bits a second, more than none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub NonZeroU64);

impl Rate {
    /// `bits` a second; `None` for none.
    pub fn new(bits: u64) -> Option<Rate> {
        NonZeroU64::new(bits).map(Rate)
    }

    /// How long so many bytes take, rounded up to a nanosecond.
    pub fn time(self, bytes: u64) -> Span {
        let bits = 8_000_000_000 * u128::from(bytes);
        let nanos = bits.div_ceil(u128::from(self.0.get()));
        Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// A line that carries one message after the other, in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct Line {
    busy_until: Instant,
    /// All that it has carried, and will have once it is idle again.
    busy: Span,
    waits: Waits,
    /// When each of those that wait starts, and its size: kept where the queue is bounded.
    waiting: VecDeque<(Instant, u64)>,
    waiting_bytes: u64,
}

/// How long messages waited for a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// How many messages there were.
    pub count: u64,
    /// The sum over them.
    pub total: Span,
    /// The longest.
    pub max: Span,
}

impl Line {
    /// When so many bytes that come at `now` are through; `None` where they would have to wait and `queue` has no
    /// room. `now` must not lie before that of an earlier call.
    pub fn carry(
        &mut self,
        now: Instant,
        bytes: u64,
        rate: Rate,
        queue: Option<u64>,
    ) -> Option<Instant> {
        let start = now.max(self.busy_until);
        if let Some(bound) = queue {
            while self.waiting.front().is_some_and(|(start, _)| *start <= now) {
                let (_, gone) = self.waiting.pop_front().expect("looked at above");
                self.waiting_bytes -= gone;
            }
            if start > now {
                if self.waiting_bytes + bytes > bound {
                    return None;
                }
                self.waiting.push_back((start, bytes));
                self.waiting_bytes += bytes;
            }
        }
        let time = rate.time(bytes);
        self.busy_until = start + time;
        self.busy = self.busy + time;
        let wait = start.since(now);
        let Waits { count, total, max } = self.waits;
        self.waits = Waits { count: count + 1, total: total + wait, max: max.max(wait) };
        Some(self.busy_until)
    }

    /// How long it was busy up to `now`.
    pub fn busy(&self, now: Instant) -> Span {
        // It works without a pause until all that has come is through.
        self.busy - self.busy_until.max(now).since(now)
    }

    /// How long messages waited for it.
    pub fn waits(&self) -> Waits {
        self.waits
    }
}

/// The lines of a run. They come into being as they are used.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    bandwidth: Bandwidth,
    has_downlinks: bool,
    up: Vec<Line>,
    edges: BTreeMap<(NodeId, NodeId), Line>,
    down: Vec<Line>,
}

impl Lines {
    /// The lines of a network; `None` where messages take no time to leave or arrive.
    pub(super) fn new(bandwidth: Bandwidth, terrain: &dyn Terrain) -> Option<Lines> {
        let on_terrain = bandwidth.source == BandwidthSource::Topology && terrain.has_bandwidths();
        let has_downlinks = bandwidth.down.is_some() || on_terrain;
        (has_downlinks || bandwidth.up.is_some()).then(|| Lines {
            bandwidth,
            has_downlinks,
            up: Vec::new(),
            edges: BTreeMap::new(),
            down: Vec::new(),
        })
    }

    pub(super) fn has_downlinks(&self) -> bool {
        self.has_downlinks
    }

    /// How long a message takes to leave, its wait included: over its sender's uplink and, if it has a bandwidth of
    /// its own, over its edge. `None` where the uplink's queue is full.
    pub(super) fn send(&mut self, parcel: &Parcel, terrain: &dyn Terrain) -> Option<Span> {
        let Parcel { sent_at, source, target, .. } = *parcel;
        let bytes = u64::from(parcel.size) + self.bandwidth.headers;
        let mut at = sent_at;
        if let Some(rate) = self.rate_of(source, self.bandwidth.up, terrain) {
            at = line_of(&mut self.up, source).carry(at, bytes, rate, self.bandwidth.queue)?;
        }
        let link = match self.bandwidth.source {
            BandwidthSource::Topology => terrain.link_bandwidth(source, target),
            BandwidthSource::Network => None,
        };
        if let Some(rate) = link.and_then(Rate::new) {
            // One uplink feeds it, in order.
            let line = self.edges.entry((source, target)).or_default();
            at = line.carry(at, bytes, rate, None).expect("this queue has no bound");
        }
        Some(at.since(sent_at))
    }

    /// When a copy that comes to the downlink of `target` now is through.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        target: NodeId,
        size: u32,
        terrain: &dyn Terrain,
    ) -> Instant {
        let bytes = u64::from(size) + self.bandwidth.headers;
        match self.rate_of(target, self.bandwidth.down, terrain) {
            None => now,
            Some(rate) => {
                let line = line_of(&mut self.down, target);
                line.carry(now, bytes, rate, None).expect("this queue has no bound")
            }
        }
    }

    fn rate_of(
        &self,
        node: NodeId,
        otherwise: Option<Rate>,
        terrain: &dyn Terrain,
    ) -> Option<Rate> {
        match self.bandwidth.source {
            BandwidthSource::Topology => terrain.bandwidth(node).and_then(Rate::new).or(otherwise),
            BandwidthSource::Network => otherwise,
        }
    }

    pub(super) fn uplinks(&self) -> &[Line] {
        &self.up
    }
}

fn line_of(lines: &mut Vec<Line>, node: NodeId) -> &mut Line {
    if lines.len() <= node.index() {
        lines.resize(node.index() + 1, Line::default());
    }
    &mut lines[node.index()]
}
