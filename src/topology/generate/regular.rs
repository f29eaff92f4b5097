//! `random_regular`: every node has the same number of neighbours, drawn by pairing.

use crate::kernel::{Bits, NodeId, Stream, prefetch};

use super::{Degree, GenerateError};
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// A random simple graph in which every node has `degree` neighbours, close to uniform: the pairing
/// of Steger and Wormald (1999), begun again when it is stuck.
///
/// # Errors
/// No nodes; `degree` not below `nodes`; nodes x degree odd, or above 2^32 - 1.
pub fn random_regular(
    nodes: u32,
    degree: Degree,
    random: &mut Stream,
) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    if degree.0 >= nodes {
        return Err(GenerateError::TooManyNeighbours { nodes, degree });
    }
    let ends = u64::from(nodes) * u64::from(degree.0);
    if ends > u64::from(u32::MAX) {
        return Err(GenerateError::TooManyEdges);
    }
    if ends % 2 == 1 {
        return Err(GenerateError::OddEnds { nodes, degree });
    }
    // The complement of a regular graph is regular, and the pairing is quick where edges are few.
    let complement = nodes - 1 - degree.0;
    if degree.0 <= complement {
        return Ok(Graph::undirected(paired(nodes, degree, random).rows()));
    }
    let sparse = Graph::undirected(paired(nodes, Degree(complement), random).rows());
    let others = |id: NodeId| {
        let missing = sparse.rows().map_or(&[][..], |rows| rows.row(id));
        (0..nodes)
            .map(NodeId)
            .filter(move |peer| *peer != id && missing.binary_search(peer).is_err())
    };
    Ok(Graph::undirected(Rows::collect((0..nodes).map(NodeId).map(others))))
}

/// Pairs until no try gets stuck: each has a chance that does not vanish as the graph grows.
fn paired(nodes: u32, degree: Degree, random: &mut Stream) -> Pairing {
    loop {
        if let Some(pairing) = Pairing::new(nodes, degree).complete(random) {
            return pairing;
        }
    }
}

/// A graph under construction: `degree` points a node, to be joined in pairs.
struct Pairing {
    degree: usize,
    /// The owners of the free points.
    free: Vec<NodeId>,
    /// `degree` places a node, of which the first `joined` are taken.
    table: Vec<NodeId>,
    joined: Vec<u32>,
}

impl Pairing {
    fn new(nodes: u32, degree: Degree) -> Pairing {
        let owners = (0..nodes).flat_map(|id| std::iter::repeat_n(NodeId(id), degree.0 as usize));
        Pairing {
            degree: degree.0 as usize,
            table: vec![NodeId(0); nodes as usize * degree.0 as usize],
            free: owners.collect(),
            joined: vec![0; nodes as usize],
        }
    }

    /// Joins two free points drawn uniformly, again and again; pairs that would be a loop or a
    /// repeat are drawn anew. `None` when only such pairs are left.
    fn complete(mut self, random: &mut Stream) -> Option<Pairing> {
        let mut misses = 0;
        let mut scout = Scout::new(random);
        while self.free.len() >= 2 {
            let left = self.free.len();
            scout.look(&self);
            let first = random.below(left as u64) as usize;
            let second = random.below(left as u64 - 1) as usize;
            let second = second + usize::from(second >= first);
            let (a, b) = (self.free[first], self.free[second]);
            if self.may_join(a, b) {
                self.join(a, b);
                // The later place first, so that the earlier one is still where it was.
                self.free.swap_remove(first.max(second));
                self.free.swap_remove(first.min(second));
                misses = 0;
                continue;
            }
            misses += 1;
            // So many misses in a row are likely only where few or no pairs are left: look at all
            // of them.
            if misses > left * left {
                if !self.can_go_on() {
                    return None;
                }
                misses = 0;
            }
        }
        Some(self)
    }

    fn can_go_on(&self) -> bool {
        let free = &self.free;
        (1..free.len()).any(|k| free[..k].iter().any(|&a| self.may_join(a, free[k])))
    }

    #[inline(always)]
    fn may_join(&self, a: NodeId, b: NodeId) -> bool {
        let start = a.index() * self.degree;
        let row = &self.table[start..start + self.joined[a.index()] as usize];
        a != b && !row.contains(&b)
    }

    #[inline(always)]
    fn join(&mut self, a: NodeId, b: NodeId) {
        for (source, target) in [(a, b), (b, a)] {
            let joined = &mut self.joined[source.index()];
            self.table[source.index() * self.degree + *joined as usize] = target;
            *joined += 1;
        }
    }

    fn rows(self) -> Rows {
        let nodes = self.joined.len();
        let row = |id: usize| self.table[id * self.degree..(id + 1) * self.degree].iter().copied();
        Rows::collect((0..nodes).map(row))
    }
}

/// Draws what the pairing will draw some pairs later, and asks for the memory that it will need then.
struct Scout {
    random: Stream,
    /// The places of the pairs to come, by their number modulo the length.
    pairs: [[usize; 2]; Scout::FAR],
    number: usize,
}

impl Scout {
    /// How many pairs early the free points are asked for, and then what is known of their owners.
    const FAR: usize = 16;
    const NEAR: usize = 8;

    fn new(random: &Stream) -> Scout {
        let mut random = random.clone();
        for _ in 0..2 * Scout::FAR {
            random.bits();
        }
        Scout { random, pairs: [[0; 2]; Scout::FAR], number: 0 }
    }

    /// Looks one pair further; misses make it look aside, which costs time alone.
    #[inline(always)]
    fn look(&mut self, pairing: &Pairing) {
        let left = pairing.free.len().saturating_sub(2 * Scout::FAR) as u64;
        let far = [(); 2].map(|()| self.random.below(left) as usize);
        far.iter().for_each(|place| prefetch(&pairing.free, *place));
        self.pairs[self.number % Scout::FAR] = far;
        for place in self.pairs[(self.number + Scout::NEAR) % Scout::FAR] {
            if let Some(owner) = pairing.free.get(place) {
                prefetch(&pairing.joined, owner.index());
                prefetch(&pairing.table, owner.index() * pairing.degree);
            }
        }
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Domain, Seed};
    use proptest::prelude::*;

    fn stream(seed: u64) -> Stream {
        Stream::new(Seed(seed), Domain::Topology, 0, 0)
    }

    fn edges(graph: &Graph) -> Vec<(u32, u32)> {
        let peers = |id| graph.peers(NodeId(id)).iter().map(move |peer| (id, peer.0));
        (0..graph.nodes()).flat_map(peers).filter(|(a, b)| a < b).collect()
    }

    #[test]
    fn impossible_degrees_are_refused() {
        let message = |nodes, degree| {
            random_regular(nodes, Degree(degree), &mut stream(1)).unwrap_err().to_string()
        };
        assert_eq!(message(0, 0), "a graph needs at least one node");
        assert_eq!(message(4, 4), "degree 4 is too much for 4 nodes: at most 3 is possible");
        let odd = "5 nodes of degree 3 do not pair up: nodes x degree has to be even";
        assert_eq!(message(5, 3), odd);
        assert!(message(u32::MAX, 2).starts_with("nodes x degree is at most"));
    }

    #[test]
    fn a_seed_always_gives_the_same_graph() {
        let graph = random_regular(10, Degree(3), &mut stream(2014)).unwrap();
        assert_eq!(edges(&graph), PINNED);
    }

    const PINNED: [(u32, u32); 15] = [
        (0, 2),
        (0, 3),
        (0, 4),
        (1, 6),
        (1, 7),
        (1, 8),
        (2, 4),
        (2, 9),
        (3, 8),
        (3, 9),
        (4, 8),
        (5, 6),
        (5, 7),
        (5, 9),
        (6, 7),
    ];

    #[test]
    fn both_cubic_shapes_of_six_nodes_appear_in_proportion() {
        // 70 labelled cubic graphs on 6 nodes: 10 are K3,3, 60 are prisms (with triangles). Steger
        // and Wormald's pairing is uniform in the limit only; here the share of K3,3 is near 1/7.
        let mut bipartite = 0;
        for seed in 0..4_000 {
            let graph = random_regular(6, Degree(3), &mut stream(seed)).unwrap();
            let triangle = edges(&graph).iter().any(|&(a, b)| {
                let (a, b) = (NodeId(a), NodeId(b));
                graph.peers(a).iter().any(|c| graph.has_edge(b, c))
            });
            bipartite += u32::from(!triangle);
        }
        let share = f64::from(bipartite) / 4_000.0;
        assert!((0.10..0.19).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn random_regular_graphs_are_regular_and_simple(
            (nodes, degree) in (1u32..40).prop_flat_map(|n| (Just(n), 0..n)),
            seed: u64,
        ) {
            prop_assume!(nodes * degree % 2 == 0);
            // `Graph` itself asserts that rows name no node twice and never their own.
            let graph = random_regular(nodes, Degree(degree), &mut stream(seed)).unwrap();
            for id in (0..nodes).map(NodeId) {
                let peers = graph.peers(id);
                prop_assert_eq!(peers.len(), degree as usize);
                prop_assert!(peers.iter().all(|peer| graph.has_edge(peer, id) && peer != id));
            }
        }
    }
}
