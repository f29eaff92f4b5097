//! The lines of a run: at the sender, on an edge, and at the receiver.

use super::fate::Parcel;
use super::line::{Bandwidth, BandwidthSource, Line, Rate, Sharing, Usage};
use super::terrain::Terrain;
use super::uplink::{Departure, Turns, Uplink};
use crate::kernel::{Instant, NodeId, Span};
use std::collections::BTreeMap;

/// The lines of a run. They come into being as they are used. `J` is what shared uplinks are told to carry.
#[derive(Clone, Debug)]
pub(super) struct Lines<J> {
    bandwidth: Bandwidth,
    has_downlinks: bool,
    up: Vec<Line>,
    /// In their place where uplinks are shared.
    shared: BTreeMap<NodeId, Uplink<J>>,
    edges: BTreeMap<(NodeId, NodeId), Line>,
    down: Vec<Line>,
}

impl<J> Lines<J> {
    /// The lines of a network; `None` where messages take no time to leave or arrive, and nobody shares anything.
    pub(super) fn new(bandwidth: Bandwidth, terrain: &dyn Terrain) -> Option<Lines<J>> {
        let on_terrain = bandwidth.source == BandwidthSource::Topology && terrain.has_bandwidths();
        let has_downlinks = bandwidth.down.is_some() || on_terrain;
        let has_uplinks = bandwidth.up.is_some() || bandwidth.sharing != Sharing::Fifo;
        (has_downlinks || has_uplinks).then(|| Lines {
            bandwidth,
            has_downlinks,
            up: Vec::new(),
            shared: BTreeMap::new(),
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
        let Parcel { sent_at, source, .. } = *parcel;
        let mut at = sent_at;
        if let Some(rate) = self.rate_of(source, self.bandwidth.up, terrain) {
            let (bytes, queue) = (self.bytes(parcel.size), self.bandwidth.queue);
            at = line_of(&mut self.up, source).carry(at, bytes, rate, queue)?;
        }
        let (_, at) = self.cross(parcel, (at, at), terrain);
        Some(at.since(sent_at))
    }

    /// When the first and the last byte of a message have left, its edge included, that have left the uplink then.
    #[inline(always)]
    pub(super) fn cross(
        &mut self,
        parcel: &Parcel,
        (first, last): (Instant, Instant),
        terrain: &dyn Terrain,
    ) -> (Instant, Instant) {
        let Parcel { source, target, size, .. } = *parcel;
        let link = match self.bandwidth.source {
            BandwidthSource::Topology => terrain.link_bandwidth(source, target),
            BandwidthSource::Network => None,
        };
        let Some(rate) = link.and_then(Rate::new) else { return (first, last) };
        let bytes = self.bytes(size);
        // One uplink feeds it, in order.
        let line = self.edges.entry((source, target)).or_default();
        let through = line.carry(last, bytes, rate, None).expect("this queue has no bound");
        (before(through, rate.time(bytes)), through)
    }

    /// When a copy is through whose last byte comes to the downlink of `target` now, and its first byte came the span
    /// of `stream` before. Its share of the line lies between the arrival of its first byte and that moment.
    #[inline]
    pub(super) fn receive(
        &mut self,
        (now, stream): (Instant, Span),
        target: NodeId,
        size: u32,
        terrain: &dyn Terrain,
    ) -> Instant {
        let bytes = self.bytes(size);
        match self.rate_of(target, self.bandwidth.down, terrain) {
            None => now,
            Some(rate) => {
                let line = line_of(&mut self.down, target);
                let through = line.carry(before(now, stream), bytes, rate, None);
                through.expect("this queue has no bound").max(now)
            }
        }
    }

    /// How uplinks are shared, if they are.
    pub(super) fn turns(&self) -> Option<Turns> {
        match self.bandwidth.sharing {
            Sharing::Fifo => None,
            Sharing::Lanes(turns) => Some(turns),
        }
    }

    /// Whether a message finds room at its sender's shared uplink.
    pub(super) fn has_room(&mut self, parcel: &Parcel, terrain: &dyn Terrain) -> bool {
        let (bytes, queue) = (self.bytes(parcel.size), self.bandwidth.queue);
        let uplink = self.uplink_of(parcel.source, terrain);
        uplink.has_room(parcel.sent_at, parcel.target, bytes, queue)
    }

    /// Hands a message to its sender's shared uplink.
    pub(super) fn enter(&mut self, parcel: &Parcel, job: J, terrain: &dyn Terrain) {
        let bytes = self.bytes(parcel.size);
        let uplink = self.uplink_of(parcel.source, terrain);
        uplink.offer(parcel.sent_at, parcel.target, bytes, job);
    }

    /// The shared uplink of a node that has used it.
    pub(super) fn shared(&mut self, node: NodeId) -> Option<&mut Uplink<J>> {
        self.shared.get_mut(&node)
    }

    /// The same, to look at.
    pub(super) fn uplink(&self, node: NodeId) -> Option<&Uplink<J>> {
        self.shared.get(&node)
    }

    /// The shared uplink of a node.
    pub(super) fn uplink_of(&mut self, node: NodeId, terrain: &dyn Terrain) -> &mut Uplink<J> {
        let rate = self.rate_of(node, self.bandwidth.up, terrain);
        let turns = self.turns().expect("only shared uplinks are asked for");
        self.shared.entry(node).or_insert_with(|| Uplink::new(rate, turns))
    }

    /// What has left a shared uplink up to now.
    pub(super) fn leave(&mut self, node: NodeId, now: Instant) -> Option<Departure<J>> {
        self.shared(node)?.leave(now)
    }

    #[inline]
    fn bytes(&self, size: u32) -> u64 {
        u64::from(size) + self.bandwidth.headers
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

    /// How the uplinks that carried anything were used up to now.
    pub(super) fn usages(&self, now: Instant) -> impl Iterator<Item = (NodeId, Usage)> + '_ {
        let plain =
            (0..).map(NodeId).zip(&self.up).map(move |(node, line)| (node, line.usage(now)));
        let shared = self.shared.iter().map(move |(node, uplink)| (*node, uplink.usage(now)));
        plain.chain(shared).filter(|(_, usage)| usage.waits.count > 0)
    }
}

/// So long before a moment, or the start of the run.
fn before(at: Instant, span: Span) -> Instant {
    Instant::START + at.since(Instant::START + span)
}

fn line_of(lines: &mut Vec<Line>, node: NodeId) -> &mut Line {
    if lines.len() <= node.index() {
        lines.resize(node.index() + 1, Line::default());
    }
    &mut lines[node.index()]
}
