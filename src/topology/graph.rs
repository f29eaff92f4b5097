//! `Graph`: who is whose neighbour, in compressed rows or by the rule "everybody knows everybody".

use std::sync::Arc;

use crate::kernel::NodeId;

use super::attributes::Attributes;
use super::labels::{Label, Labels};
use super::rows::Rows;

/// Nodes 0, 1, 2, ..., what they are called, and who their neighbours are. A clone shares the rows and attributes: the
/// nodes of a run, its network and its checks look at one graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub(super) shape: Arc<Shape>,
    pub(super) labels: Labels,
    pub(super) attributes: Option<Arc<Attributes>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Everybody knows everybody: no edge is stored.
    Complete { nodes: u32 },
    /// Every edge in two rows, rows by id.
    Undirected(Rows),
    /// Rows in the order of their source, and by id for searching where that differs.
    Directed { rows: Rows, sorted: Option<Rows> },
}

impl Graph {
    /// Every pair is joined; costs nothing.
    pub fn complete(nodes: u32) -> Graph {
        Graph::of(Shape::Complete { nodes })
    }

    /// No pair is joined.
    pub fn empty(nodes: u32) -> Graph {
        Graph::undirected(Rows::from_links(nodes, std::iter::empty()))
    }

    /// The undirected graph of `edges`, each given once, in any order and direction.
    ///
    /// # Panics
    /// If an end is not below `nodes`, an edge joins a node to itself, or one is given twice.
    pub fn from_edges(nodes: u32, edges: &[(NodeId, NodeId)]) -> Graph {
        Graph::undirected(Rows::both_ways(nodes, edges.iter().copied()))
    }

    /// The directed graph of `rows`, which keep their order.
    ///
    /// # Panics
    /// If a row names a node twice, its own node, or one that is none.
    pub fn from_rows(rows: Rows) -> Graph {
        let sorted = (!rows.ascend()).then(|| {
            let mut sorted = rows.clone();
            sorted.sort();
            sorted
        });
        assert_simple(sorted.as_ref().unwrap_or(&rows));
        Graph::of(Shape::Directed { rows, sorted })
    }

    /// The undirected graph of `rows` in which every edge stands twice.
    pub(super) fn undirected(mut rows: Rows) -> Graph {
        rows.sort();
        assert_simple(&rows);
        Graph::of(Shape::Undirected(rows))
    }

    fn of(shape: Shape) -> Graph {
        Graph { shape: Arc::new(shape), labels: Labels::default(), attributes: None }
    }

    /// The same graph with other labels.
    ///
    /// # Panics
    /// If names are given, but not one for each node.
    #[must_use]
    pub fn with_labels(self, labels: Labels) -> Graph {
        if let Labels::Given(names) = &labels {
            assert_eq!(names.len(), self.nodes() as usize, "each node has one name");
        }
        Graph { labels, ..self }
    }

    /// How many nodes.
    pub fn nodes(&self) -> u32 {
        match &*self.shape {
            Shape::Complete { nodes } => *nodes,
            Shape::Undirected(rows) | Shape::Directed { rows, .. } => rows.nodes(),
        }
    }

    /// How many edges; an undirected one counts once.
    pub fn edges(&self) -> u64 {
        match &*self.shape {
            Shape::Complete { nodes } => {
                let nodes = u64::from(*nodes);
                nodes * nodes.saturating_sub(1) / 2
            }
            Shape::Undirected(rows) => rows.links() as u64 / 2,
            Shape::Directed { rows, .. } => rows.links() as u64,
        }
    }

    /// Whether an edge leads one way only.
    pub fn directed(&self) -> bool {
        matches!(*self.shape, Shape::Directed { .. })
    }

    /// The stored rows; none where the graph is complete.
    pub fn rows(&self) -> Option<&Rows> {
        match &*self.shape {
            Shape::Complete { .. } => None,
            Shape::Undirected(rows) | Shape::Directed { rows, .. } => Some(rows),
        }
    }

    /// The nodes that `me` knows.
    ///
    /// # Panics
    /// If `me` is not below [`Graph::nodes`].
    #[inline(always)]
    pub fn peers(&self, me: NodeId) -> Peers<'_> {
        match &*self.shape {
            Shape::Complete { nodes } => {
                assert!(me.0 < *nodes, "only a node has peers");
                Peers::AllBut { me, of: *nodes }
            }
            Shape::Undirected(rows) | Shape::Directed { rows, .. } => Peers::Row(rows.row(me)),
        }
    }

    /// Asks for the memory that [`Graph::peers`] reads first, some events early.
    #[inline(always)]
    pub fn prefetch(&self, id: NodeId) {
        if let Some(rows) = self.rows() {
            rows.prefetch(id);
        }
    }

    /// Asks for the peers themselves, some events after [`Graph::prefetch`].
    #[inline(always)]
    pub fn prefetch_peers(&self, id: NodeId) {
        if let Some(rows) = self.rows() {
            rows.prefetch_row(id);
        }
    }

    /// How many links: an undirected edge is one each way.
    pub fn links(&self) -> u64 {
        if self.directed() { self.edges() } else { 2 * self.edges() }
    }

    /// All links by (source, slot). Those of a complete graph are listed, too.
    pub fn iter_links(&self) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let ids = (0..self.nodes()).map(NodeId);
        ids.flat_map(|source| self.peers(source).iter().map(move |target| (source, target)))
    }

    /// Whether `source` knows `target`: a binary search.
    pub fn has_edge(&self, source: NodeId, target: NodeId) -> bool {
        match &*self.shape {
            Shape::Complete { .. } => self.peers(source).contains(target),
            Shape::Undirected(rows) => rows.row(source).binary_search(&target).is_ok(),
            Shape::Directed { rows, sorted } => {
                sorted.as_ref().unwrap_or(rows).row(source).binary_search(&target).is_ok()
            }
        }
    }

    /// What a node is called.
    pub fn label(&self, id: NodeId) -> Label<'_> {
        self.labels.get(id)
    }

    /// What the nodes are called.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }
}

fn assert_simple(sorted: &Rows) {
    assert!(sorted.ascend(), "no edge is given twice");
    for (source, row) in sorted.iter() {
        assert!(row.binary_search(&source).is_err(), "no edge joins a node to itself");
        assert!(row.last().is_none_or(|last| last.0 < sorted.nodes()), "both ends are nodes");
    }
}

/// The neighbours of one node: a row, or everybody else.
#[derive(Clone, Copy, Debug)]
pub enum Peers<'w> {
    /// These.
    Row(&'w [NodeId]),
    /// All but one.
    AllBut {
        /// The one.
        me: NodeId,
        /// How many there are with it, at least 1.
        of: u32,
    },
}

impl<'w> Peers<'w> {
    /// Nobody.
    pub const fn none() -> Peers<'w> {
        Peers::Row(&[])
    }

    /// How many.
    #[inline(always)]
    pub fn len(self) -> usize {
        match self {
            Peers::Row(row) => row.len(),
            Peers::AllBut { of, .. } => of as usize - 1,
        }
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The k-th.
    ///
    /// # Panics
    /// If `k` is not below [`Peers::len`].
    #[inline(always)]
    pub fn get(self, k: usize) -> NodeId {
        match self {
            Peers::Row(row) => row[k],
            Peers::AllBut { me, of } => {
                assert!(k + 1 < of as usize, "there is no such peer");
                NodeId(k as u32 + u32::from(k >= me.index()))
            }
        }
    }

    /// Whether `id` is among them: a walk along the row. Where rows are long, ask
    /// [`Graph::has_edge`].
    #[inline(always)]
    pub fn contains(self, id: NodeId) -> bool {
        match self {
            Peers::Row(row) => row.contains(&id),
            Peers::AllBut { me, of } => id != me && id.0 < of,
        }
    }

    /// All of them, in order.
    #[inline(always)]
    pub fn iter(self) -> impl ExactSizeIterator<Item = NodeId> + Clone + 'w {
        (0..self.len()).map(move |k| self.get(k))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn complete_is_the_same_graph_as_its_list_of_edges() {
        for nodes in [1, 2, 3, 7] {
            let pairs =
                (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (NodeId(a), NodeId(b))));
            let listed = Graph::from_edges(nodes, &pairs.collect::<Vec<_>>());
            let complete = Graph::complete(nodes);
            assert_eq!(complete.edges(), listed.edges());
            for me in (0..nodes).map(NodeId) {
                let (rule, row) = (complete.peers(me), listed.peers(me));
                assert!(rule.iter().eq(row.iter()));
                assert_eq!((rule.len(), rule.is_empty()), (row.len(), row.is_empty()));
                for other in (0..nodes + 2).map(NodeId) {
                    assert_eq!(rule.contains(other), row.contains(other));
                    assert_eq!(complete.has_edge(me, other), listed.has_edge(me, other));
                }
            }
        }
    }

    #[test]
    fn directed_rows_keep_their_order() {
        let rows = Rows::collect([vec![NodeId(2), NodeId(1)], vec![], vec![NodeId(0)]]);
        let graph = Graph::from_rows(rows);
        assert!(graph.directed());
        assert_eq!((graph.nodes(), graph.edges()), (3, 3));
        assert_eq!(graph.peers(NodeId(0)).get(0), NodeId(2));
        assert!(graph.has_edge(NodeId(0), NodeId(1)) && !graph.has_edge(NodeId(1), NodeId(0)));
    }

    #[test]
    #[should_panic(expected = "no edge is given twice")]
    fn an_edge_and_its_reverse_are_one() {
        Graph::from_edges(2, &[(NodeId(0), NodeId(1)), (NodeId(1), NodeId(0))]);
    }

    proptest! {
        #[test]
        fn rows_agree_with_adjacency_sets(
            pairs in prop::collection::btree_set((0u32..9, 0u32..9), 0..40),
        ) {
            let edges: BTreeSet<_> =
                pairs.iter().filter(|(a, b)| a != b).map(|&(a, b)| (a.min(b), a.max(b))).collect();
            let listed: Vec<_> = edges.iter().rev().map(|&(a, b)| (NodeId(b), NodeId(a))).collect();
            let graph = Graph::from_edges(9, &listed);
            prop_assert_eq!(graph.edges(), edges.len() as u64);
            for a in 0..9 {
                let expected: Vec<_> =
                    (0..9).filter(|&b| edges.contains(&(a.min(b), a.max(b)))).map(NodeId).collect();
                prop_assert!(graph.peers(NodeId(a)).iter().eq(expected.iter().copied()));
                for b in 0..9 {
                    let (a, b) = (NodeId(a), NodeId(b));
                    prop_assert_eq!(graph.has_edge(a, b), expected.contains(&b));
                }
            }
        }
    }
}
