//! The attributes of a graph's nodes and links: how they are given, and asked for.

use std::sync::Arc;

use crate::kernel::{Bits, Distribution, NodeId, Span};

use super::attributes::{Attributes, Bandwidth, Groups, Latencies, LinkSpans, Position};
use super::generate::Surface;
use super::graph::{Graph, Shape};
use super::rows::Rows;

/// A complete graph keeps no link; with a latency for each it must, and this is how many it may.
const LISTED_MAX: u64 = 1 << 26;

/// A complete graph is too large to be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLargeToList {
    /// How many links it has.
    pub links: u64,
}

impl std::fmt::Display for TooLargeToList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} links of a complete graph are too many to keep a latency of each: use fewer nodes, \
             or draw it with network.latency and `per: link`",
            self.links
        )
    }
}

impl std::error::Error for TooLargeToList {}

/// A link: from where to where, and what is known of it.
pub(super) type LinkAttributes = (NodeId, NodeId, Option<Span>, Option<Bandwidth>);

/// Giving attributes.
impl Graph {
    /// The same graph with groups.
    ///
    /// # Panics
    /// If they do not speak for each node.
    #[must_use]
    pub fn with_groups(mut self, groups: Groups) -> Graph {
        assert_eq!(groups.nodes(), self.nodes() as usize, "a group, or none, for each node");
        self.attributes_mut().groups = Some(groups);
        self
    }

    /// The same graph with the places of its nodes.
    ///
    /// # Panics
    /// If there is not one, or none, for each node.
    #[must_use]
    pub fn with_positions(mut self, positions: Vec<Option<Position>>) -> Graph {
        assert_eq!(positions.len(), self.nodes() as usize, "a place, or none, for each node");
        self.attributes_mut().positions = Some(positions);
        self
    }

    /// The same graph with the bandwidths of its nodes.
    ///
    /// # Panics
    /// If there is not one, or none, for each node.
    #[must_use]
    pub fn with_bandwidths(mut self, bandwidths: Vec<Option<Bandwidth>>) -> Graph {
        assert_eq!(bandwidths.len(), self.nodes() as usize, "one, or none, for each node");
        self.attributes_mut().bandwidths = Some(bandwidths);
        self
    }

    /// The same graph with other latencies.
    ///
    /// # Panics
    /// If they are by link, and there is not one, or none, for each link of the rows.
    #[must_use]
    pub fn with_latencies(mut self, latencies: Latencies) -> Graph {
        if let Latencies::ByLink(spans) = &latencies {
            let links = self.rows().map(Rows::links);
            assert_eq!(Some(spans.len()), links, "a latency, or none, for each link");
        }
        self.attributes_mut().latencies = Some(latencies);
        self
    }

    /// The same graph with the bandwidths of its links.
    ///
    /// # Panics
    /// If there is not one, or none, for each link of the rows.
    #[must_use]
    pub fn with_link_bandwidths(mut self, bandwidths: Vec<Option<Bandwidth>>) -> Graph {
        assert_eq!(Some(bandwidths.len()), self.rows().map(Rows::links), "one for each link");
        self.attributes_mut().link_bandwidths = Some(bandwidths);
        self
    }

    /// The same graph, and whom each node dialled: rows by id.
    pub(super) fn with_dialled(mut self, dialled: Rows) -> Graph {
        assert_eq!(dialled.nodes(), self.nodes(), "a row for each node");
        self.attributes_mut().dialled = Some(dialled);
        self
    }

    /// The same graph with one draw for each edge, in the order of (source, target); both directions
    /// of an undirected edge share it.
    ///
    /// # Errors
    /// The graph is complete, and too large to be listed.
    pub fn draw_latencies(
        self,
        latency: &Distribution,
        random: &mut impl Bits,
    ) -> Result<Graph, TooLargeToList> {
        self.spread(|_, _| latency.sample(random))
    }

    /// The same graph with the distance of its ends, times `per_unit`, as each link's latency.
    ///
    /// # Errors
    /// The graph is complete, and too large to be listed.
    ///
    /// # Panics
    /// If a node has no place.
    pub fn measure_latencies(
        self,
        surface: Surface,
        per_unit: Span,
    ) -> Result<Graph, TooLargeToList> {
        let attributes = self.attributes.as_deref();
        let positions = attributes.and_then(|known| known.positions.clone());
        let positions = positions.expect("who measures has placed the nodes");
        let at = |id: NodeId| positions[id.index()].expect("each node has a place");
        let length = |a, b| surface.distance(at(a), at(b)) * per_unit.nanos() as f64;
        self.spread(|a, b| Span::from_nanos_f64(length(a, b)))
    }

    /// Gives each edge a latency, the same in both directions where it has two.
    fn spread(self, mut of: impl FnMut(NodeId, NodeId) -> Span) -> Result<Graph, TooLargeToList> {
        let graph = self.listed()?;
        let rows = graph.rows().expect("it is listed");
        let mut spans = LinkSpans::none(rows.links());
        if graph.directed() {
            for (place, (source, target)) in graph.iter_links().enumerate() {
                spans.set(place, of(source, target));
            }
        } else {
            // Rows are by id, and so is this walk: whoever comes back to a node comes in the order
            // of its row.
            let mut back: Vec<u32> =
                (0..rows.nodes()).map(|id| rows.start(NodeId(id)) as u32).collect();
            for (source, row) in rows.iter() {
                let start = rows.start(source);
                for (slot, &target) in row.iter().enumerate().filter(|(_, to)| **to > source) {
                    let span = of(source, target);
                    spans.set(start + slot, span);
                    spans.set(back[target.index()] as usize, span);
                    back[target.index()] += 1;
                }
            }
        }
        Ok(graph.with_latencies(Latencies::ByLink(spans)))
    }

    /// The same graph with every link in rows.
    ///
    /// # Errors
    /// It is complete, and has too many.
    pub fn listed(self) -> Result<Graph, TooLargeToList> {
        let links = self.links();
        let Shape::Complete { nodes } = *self.shape else { return Ok(self) };
        if links > LISTED_MAX {
            return Err(TooLargeToList { links });
        }
        let rows = Rows::collect((0..nodes).map(|id| self.peers(NodeId(id)).iter()));
        Ok(Graph { shape: Arc::new(Shape::Undirected(rows)), ..self })
    }

    fn attributes_mut(&mut self) -> &mut Attributes {
        Arc::make_mut(self.attributes.get_or_insert_default())
    }
}

/// Asking for attributes.
impl Graph {
    /// The groups, if there are any.
    pub fn groups(&self) -> Option<&Groups> {
        self.attributes.as_deref()?.groups.as_ref()
    }

    /// Where a node lies.
    pub fn position(&self, id: NodeId) -> Option<Position> {
        self.attributes.as_deref()?.positions.as_ref()?[id.index()]
    }

    /// The bandwidth of a node.
    pub fn bandwidth(&self, id: NodeId) -> Option<Bandwidth> {
        self.attributes.as_deref()?.bandwidths.as_ref()?[id.index()]
    }

    /// Whether links may have latencies.
    pub fn has_latencies(&self) -> bool {
        self.attributes.as_deref().is_some_and(|known| known.latencies.is_some())
    }

    /// The longest latency of its links; zero if none has one.
    pub fn latency_greatest(&self) -> Span {
        let latencies = self.attributes.as_deref().and_then(|known| known.latencies.as_ref());
        latencies.map_or(Span::ZERO, Latencies::greatest)
    }

    /// Whether nodes or links may have bandwidths.
    pub fn has_bandwidths(&self) -> bool {
        let known = self.attributes.as_deref();
        known.is_some_and(|known| known.bandwidths.is_some() || known.link_bandwidths.is_some())
    }

    /// Whether nodes may have positions.
    pub fn has_positions(&self) -> bool {
        self.attributes.as_deref().is_some_and(|known| known.positions.is_some())
    }

    /// The latency of the link from `source` to `target`; none where there is no such link.
    pub fn latency(&self, source: NodeId, target: NodeId) -> Option<Span> {
        let latencies = self.attributes.as_deref()?.latencies.as_ref()?;
        match latencies {
            Latencies::ByGroup(cells) => {
                let groups = self.groups()?;
                let (from, to) = (groups.place(source)?, groups.place(target)?);
                cells[from as usize][to as usize].filter(|_| self.has_edge(source, target))
            }
            Latencies::ByLink(spans) => spans.get(self.place(source, target)?),
        }
    }

    /// The bandwidth of the link from `source` to `target`.
    pub fn link_bandwidth(&self, source: NodeId, target: NodeId) -> Option<Bandwidth> {
        let bandwidths = self.attributes.as_deref()?.link_bandwidths.as_ref()?;
        bandwidths[self.place(source, target)?]
    }

    /// Whom a node dialled, by id; `None` where nobody dialled.
    pub fn dialled(&self, id: NodeId) -> Option<&[NodeId]> {
        Some(self.attributes.as_deref()?.dialled.as_ref()?.row(id))
    }

    /// The latencies and bandwidths of all links, in the order of [`Graph::iter_links`].
    pub(super) fn link_attributes(&self) -> impl Iterator<Item = LinkAttributes> + '_ {
        let known = self.attributes.as_deref();
        let latencies = known.and_then(|known| known.latencies.as_ref());
        let bandwidths = known.and_then(|known| known.link_bandwidths.as_ref());
        self.iter_links().enumerate().map(move |(place, (source, target))| {
            let latency = match latencies {
                None => None,
                Some(Latencies::ByLink(spans)) => spans.get(place),
                Some(Latencies::ByGroup(_)) => self.latency(source, target),
            };
            (source, target, latency, bandwidths.and_then(|bandwidths| bandwidths[place]))
        })
    }

    /// Whether anything may be known of links.
    pub(super) fn has_link_attributes(&self) -> bool {
        let known = self.attributes.as_deref();
        known.is_some_and(|known| known.latencies.is_some() || known.link_bandwidths.is_some())
    }

    /// Whether each link has the attributes of its reverse.
    pub(super) fn is_symmetric(&self) -> bool {
        let known = self.attributes.as_deref();
        let has_bandwidths = known.is_some_and(|known| known.link_bandwidths.is_some());
        match known.and_then(|known| known.latencies.as_ref()) {
            Some(Latencies::ByGroup(cells)) if !has_bandwidths => {
                let groups = 0..cells.len();
                return groups.clone().all(|a| groups.clone().all(|b| cells[a][b] == cells[b][a]));
            }
            None if !has_bandwidths => return true,
            _ => {}
        }
        self.link_attributes().all(|(source, target, latency, bandwidth)| {
            latency == self.latency(target, source)
                && bandwidth == self.link_bandwidth(target, source)
        })
    }

    /// The links of one node: where they lead, and their latencies.
    pub fn links_from(&self, source: NodeId) -> impl Iterator<Item = (NodeId, Option<Span>)> + '_ {
        let latencies = self.attributes.as_deref().and_then(|known| known.latencies.as_ref());
        let start = self.rows().map_or(0, |rows| rows.start(source));
        self.peers(source).iter().zip(start..).map(move |(target, place)| {
            let latency = match latencies {
                None => None,
                Some(Latencies::ByLink(spans)) => spans.get(place),
                Some(Latencies::ByGroup(_)) => self.latency(source, target),
            };
            (target, latency)
        })
    }

    /// The place of a link among all.
    fn place(&self, source: NodeId, target: NodeId) -> Option<usize> {
        let rows = self.rows()?;
        let row = rows.row(source);
        let slot = match &*self.shape {
            Shape::Directed { sorted: Some(_), .. } => row.iter().position(|peer| *peer == target),
            _ => row.binary_search(&target).ok(),
        };
        slot.map(|slot| rows.start(source) + slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_differ_from_their_reverses_in_either_attribute() {
        let pair = || {
            let groups = Groups::new(vec!["a".to_owned()], vec![Some(0), Some(0)]);
            Graph::from_edges(2, &[(NodeId(0), NodeId(1))]).with_groups(groups)
        };
        let bandwidths = |one, other| vec![Some(Bandwidth(one)), Some(Bandwidth(other))];
        let latencies = || Latencies::ByGroup(vec![vec![Some(Span::ZERO)]]);
        for (one, other) in [(5, 5), (5, 6)] {
            let plain = pair().with_link_bandwidths(bandwidths(one, other));
            assert_eq!(plain.is_symmetric(), one == other);
            assert_eq!(plain.with_latencies(latencies()).is_symmetric(), one == other);
        }
        assert!(pair().with_latencies(latencies()).is_symmetric());
    }
}
