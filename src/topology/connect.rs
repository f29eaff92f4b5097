//! What becomes of a drawn graph that does not hang together.

use std::fmt;
use std::sync::Arc;

use crate::kernel::{Bits, NodeId, Stream};

use super::attributes::{Attributes, Latencies};
use super::components::Components;
use super::graph::{Graph, Shape};
use super::rows::Rows;

/// What to do about a graph of several components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connect {
    /// Nothing.
    #[default]
    No,
    /// It is an error.
    Require,
    /// Draw again, [`Connect::TRIES`] times at most.
    Redraw,
    /// Join a random node of each component to a random node of the next.
    Bridge,
    /// Drop all components but the largest; nodes are renumbered in order.
    Largest,
}

impl Connect {
    /// How often a graph is drawn at most.
    pub const TRIES: u64 = 100;
}

/// The graph is not connected, though it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectError {
    /// How many components it has.
    pub components: u64,
    /// How many nodes the largest holds.
    pub largest: u64,
    /// How many nodes there are.
    pub nodes: u64,
    /// How often it was drawn; 0 if it was read from a file.
    pub tries: u64,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConnectError { components, largest, nodes, tries } = self;
        write!(f, "the graph is not connected: {components} components, the largest holds ")?;
        write!(f, "{largest} of {nodes} nodes")?;
        match tries {
            0 => f.write_str("; only more edges in its file mend that"),
            1 => f.write_str("; connect: redraw, bridge or largest mends that"),
            tries => write!(f, ", after {tries} tries; make it denser, or connect: bridge"),
        }
    }
}

impl std::error::Error for ConnectError {}

impl Components {
    /// That there are several, if there are.
    pub fn as_error(&self, tries: u64) -> Option<ConnectError> {
        if self.count() <= 1 {
            return None;
        }
        let nodes = self.sizes().iter().map(|size| u64::from(*size)).sum();
        let largest = self.sizes().iter().max().copied().map_or(0, u64::from);
        Some(ConnectError { components: self.count() as u64, largest, nodes, tries })
    }
}

impl Graph {
    /// The same graph with an edge between each component and the next, by their least ids: between
    /// a random node of the one and a random node of the other, dialled by the first.
    ///
    /// # Panics
    /// If it is directed, or links have attributes already.
    #[must_use]
    pub(super) fn bridged(mut self, components: &Components, random: &mut Stream) -> Graph {
        let members = components.members();
        let draw = |members: &Vec<NodeId>, random: &mut Stream| {
            members[random.below(members.len() as u64) as usize]
        };
        let bridges: Vec<(NodeId, NodeId)> = members
            .windows(2)
            .map(|pair| (draw(&pair[0], random), draw(&pair[1], random)))
            .collect();
        let Shape::Undirected(rows) = &*self.shape else {
            assert!(bridges.is_empty(), "only undirected graphs are bridged");
            return self;
        };
        let both = bridges.iter().flat_map(|&(a, b)| [(a, b), (b, a)]);
        let rows = with_links(rows, both);
        self.shape = Arc::new(Shape::Undirected(rows));
        if let Some(known) = &mut self.attributes {
            let known = Arc::make_mut(known);
            known.assert_links_are_bare();
            known.dialled =
                known.dialled.take().map(|rows| with_links(&rows, bridges.iter().copied()));
        }
        self
    }

    /// The graph on the nodes of one component, renumbered in order.
    ///
    /// # Panics
    /// If it is directed, or links have attributes already, or nodes bandwidths.
    #[must_use]
    pub(super) fn restricted(self, components: &Components, number: u32) -> Graph {
        let kept: Vec<NodeId> = components.nodes(number).collect();
        let mut place = vec![None; self.nodes() as usize];
        for (new, old) in (0..).zip(&kept) {
            place[old.index()] = Some(NodeId(new));
        }
        let Shape::Undirected(rows) = &*self.shape else {
            assert_eq!(kept.len(), self.nodes() as usize, "only undirected graphs are restricted");
            return self;
        };
        let renumbered = |rows: &Rows| {
            let row = |old: &NodeId| {
                rows.row(*old).iter().map(|to| place[to.index()].expect("a component is closed"))
            };
            Rows::collect(kept.iter().map(row))
        };
        let mut graph = Graph::undirected(renumbered(rows));
        graph.attributes = self.attributes.map(|known| {
            let mut known = Arc::unwrap_or_clone(known);
            known.assert_links_are_bare();
            assert!(known.bandwidths.is_none(), "nodes have bandwidths when all are there");
            known.groups = known.groups.map(|groups| groups.keep(&kept));
            let at = |all: Vec<Option<_>>| kept.iter().map(|id| all[id.index()]).collect();
            known.positions = known.positions.map(at);
            known.dialled = known.dialled.as_ref().map(renumbered);
            Arc::new(known)
        });
        graph
    }
}

impl Attributes {
    /// What is known by link is known by its place, which more or fewer links move.
    fn assert_links_are_bare(&self) {
        let by_link = matches!(self.latencies, Some(Latencies::ByLink(_)));
        let is_bare = !by_link && self.link_bandwidths.is_none();
        assert!(is_bare, "links are annotated when all are there");
    }
}

/// Rows with more links, rows by id.
fn with_links(rows: &Rows, more: impl Iterator<Item = (NodeId, NodeId)> + Clone) -> Rows {
    let old = rows.iter().flat_map(|(source, row)| row.iter().map(move |to| (source, *to)));
    let mut rows = Rows::from_links(rows.nodes(), old.chain(more));
    rows.sort();
    rows
}
