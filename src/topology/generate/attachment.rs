//! `barabasi_albert`: growth by preferential attachment.

use super::{Degree, GenerateError, check_room};
use crate::kernel::{Bits, NodeId, Stream};
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// The graph of Barabasi and Albert (1999): a star of m + 1 nodes, then each node attaches to m
/// different ones, drawn by their degrees when it comes.
///
/// # Errors
/// No nodes; not 1 <= m < nodes; more edges than rows can hold.
pub fn barabasi_albert(nodes: u32, m: Degree, random: &mut Stream) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    if m.0 == 0 || m.0 >= nodes {
        return Err(GenerateError::TooManyNeighbours { nodes, degree: m });
    }
    let edges = u64::from(m.0) * u64::from(nodes - m.0);
    check_room(edges)?;
    // Edge k is ends[2 k] and ends[2 k + 1]; a node stands here as often as its degree.
    let mut ends = Vec::with_capacity(2 * edges as usize);
    ends.extend((1..=m.0).flat_map(|leaf| [NodeId(0), NodeId(leaf)]));
    for newcomer in (m.0 + 1..nodes).map(NodeId) {
        let before = ends.len();
        while ends.len() < before + 2 * m.0 as usize {
            let drawn = ends[random.below(before as u64) as usize];
            if ends[before..].chunks_exact(2).all(|edge| edge[1] != drawn) {
                ends.extend([newcomer, drawn]);
            }
        }
    }
    let edges = ends.chunks_exact(2).map(|edge| (edge[0], edge[1]));
    Ok(Graph::undirected(Rows::both_ways(nodes, edges)))
}
