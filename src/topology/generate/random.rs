//! `erdos_renyi`: every pair joined with one probability, or so many pairs of all.

use super::sample::distinct;
use super::{GenerateError, check_room, pairs};
use crate::kernel::{Bits, Domain, NodeId, Seed, Stream};
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// How dense a random graph is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Density {
    /// Each pair is joined with this probability: G(n, p).
    Probability(f64),
    /// So many pairs are joined: G(n, m).
    Edges(u64),
    /// G(n, p) with as many neighbours on average.
    MeanDegree(f64),
}

/// The random graph of Gilbert, or of Erdos and Renyi where the number of edges is given.
///
/// # Errors
/// No nodes; more edges than pairs; more edges than rows can hold.
pub fn erdos_renyi(
    nodes: u32,
    density: Density,
    random: &mut Stream,
) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    let p = match density {
        Density::Probability(p) => p,
        Density::MeanDegree(mean) if mean > f64::from(nodes - 1) => {
            return Err(GenerateError::TooDense { nodes, mean_degree: mean });
        }
        Density::MeanDegree(mean) => mean / f64::from(nodes - 1).max(1.0),
        Density::Edges(edges) => return so_many(nodes, edges, random),
    };
    if p <= 0.0 || nodes == 1 {
        return Ok(Graph::empty(nodes));
    }
    // Six standard deviations above the mean.
    let mean = pairs(nodes) as f64 * p;
    check_room((mean + 6.0 * mean.sqrt()) as u64)?;
    let edges = Triangle { nodes, row: 1, next: 0, skips: Skips::new(p, random) };
    Ok(Graph::undirected(Rows::mirrored(nodes, edges)))
}

fn so_many(nodes: u32, edges: u64, random: &mut Stream) -> Result<Graph, GenerateError> {
    if edges > pairs(nodes) {
        return Err(GenerateError::TooManyPairs { pairs: pairs(nodes), edges });
    }
    check_room(edges)?;
    let chosen = distinct(edges, pairs(nodes), random);
    // Pair k of the triangle: row v starts at v (v - 1) / 2.
    let mut row = 1u64;
    let ends = chosen.into_iter().map(move |pair| {
        while pair >= row * (row + 1) / 2 {
            row += 1;
        }
        (NodeId(row as u32), NodeId((pair - row * (row - 1) / 2) as u32))
    });
    Ok(Graph::undirected(Rows::mirrored(nodes, ends)))
}

/// How many pairs lie between one that is joined and the next: geometric, so that only edges cost
/// draws (Batagelj and Brandes 2005).
pub(super) struct Skips {
    /// ln(1 - p): -infinity where all are joined.
    log_of_miss: f64,
    random: Stream,
}

impl Skips {
    /// Skips for `p` above 0, from a stream of their own.
    pub(super) fn new(p: f64, random: &mut Stream) -> Skips {
        let random = Stream::new(Seed(random.bits()), Domain::Topology, 0, 0);
        Skips { log_of_miss: libm::log1p(-p), random }
    }

    #[inline(always)]
    pub(super) fn next(&mut self) -> u64 {
        // The cast saturates.
        (libm::log(self.random.unit()) / self.log_of_miss) as u64
    }
}

/// The pairs that are joined, row by row of the lower triangle: both rows of an edge fill up in
/// ascending order.
struct Triangle {
    nodes: u32,
    row: u32,
    /// The first column of the row that may be joined.
    next: u64,
    skips: Skips,
}

impl Iterator for Triangle {
    type Item = (NodeId, NodeId);

    #[inline(always)]
    fn next(&mut self) -> Option<(NodeId, NodeId)> {
        let mut column = self.next.saturating_add(self.skips.next());
        while column >= u64::from(self.row) {
            column -= u64::from(self.row);
            self.row += 1;
            if self.row >= self.nodes {
                self.row = self.nodes;
                return None;
            }
        }
        self.next = column + 1;
        Some((NodeId(self.row), NodeId(column as u32)))
    }
}
