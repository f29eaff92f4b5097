//! `watts_strogatz`: a ring lattice, some of whose edges lead elsewhere.

use super::{Degree, GenerateError, check_room};
use crate::kernel::{Bits, NodeId, Probability, Stream};
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// The small world of Watts and Strogatz (1998): each node of a ring is joined to k/2 on either
/// side; then, distance by distance and node by node, an edge keeps its first end and takes another
/// second end with probability `rewire`.
///
/// # Errors
/// No nodes; k odd or not below `nodes`; more edges than rows can hold.
pub fn watts_strogatz(
    nodes: u32,
    neighbours: Degree,
    rewire: Probability,
    random: &mut Stream,
) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    if neighbours.0 >= nodes {
        return Err(GenerateError::TooManyNeighbours { nodes, degree: neighbours });
    }
    if neighbours.0 % 2 == 1 {
        return Err(GenerateError::OddNeighbours(neighbours));
    }
    let side = neighbours.0 / 2;
    check_room(u64::from(nodes) * u64::from(side))?;
    let mut lattice = Lattice::new(nodes, side);
    for distance in 0..side as usize {
        for id in (0..nodes).map(NodeId) {
            if rewire.hit(random.bits()) {
                lattice.rewire(id, distance, random);
            }
        }
    }
    let owners = (0..nodes).flat_map(|id| (0..side).map(move |_| NodeId(id)));
    let edges = owners.zip(lattice.owned.iter().copied());
    Ok(Graph::undirected(Rows::both_ways(nodes, edges)))
}

/// Every edge belongs to the end that it keeps: a node owns `side` of them.
struct Lattice {
    nodes: u32,
    side: usize,
    /// The other ends, those of node 0 first.
    owned: Vec<NodeId>,
    degrees: Vec<u32>,
}

impl Lattice {
    fn new(nodes: u32, side: u32) -> Lattice {
        let after = |id: u32, distance: u32| {
            NodeId(((u64::from(id) + u64::from(distance)) % u64::from(nodes)) as u32)
        };
        let owned = (0..nodes).flat_map(|id| (1..=side).map(move |distance| after(id, distance)));
        let owned = owned.collect();
        Lattice { nodes, side: side as usize, owned, degrees: vec![2 * side; nodes as usize] }
    }

    fn owned_by(&self, id: NodeId) -> &[NodeId] {
        &self.owned[id.index() * self.side..(id.index() + 1) * self.side]
    }

    /// Takes another end, uniform among the nodes that are neither `id` nor joined to it, if there
    /// are any.
    fn rewire(&mut self, id: NodeId, distance: usize, random: &mut Stream) {
        if self.degrees[id.index()] + 1 >= self.nodes {
            return;
        }
        let other = loop {
            let drawn = NodeId(random.below(u64::from(self.nodes)) as u32);
            let is_joined =
                self.owned_by(id).contains(&drawn) || self.owned_by(drawn).contains(&id);
            if drawn != id && !is_joined {
                break drawn;
            }
        };
        let place = id.index() * self.side + distance;
        let left = std::mem::replace(&mut self.owned[place], other);
        self.degrees[left.index()] -= 1;
        self.degrees[other.index()] += 1;
    }
}
