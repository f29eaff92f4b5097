//! Why a generator makes no graph, in a sentence with its cure.

use std::fmt;

use super::{Columns, Degree};
use crate::kernel::NodeId;

/// Why there is no such graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GenerateError {
    /// A graph without nodes.
    NoNodes,
    /// More neighbours than other nodes.
    TooManyNeighbours {
        /// Number of nodes.
        nodes: u32,
        /// The degree asked for.
        degree: Degree,
    },
    /// An odd number of ends of edges.
    OddEnds {
        /// Number of nodes.
        nodes: u32,
        /// The degree asked for.
        degree: Degree,
    },
    /// More neighbours on average than there are other nodes.
    TooDense {
        /// Number of nodes.
        nodes: u32,
        /// The mean degree asked for.
        mean_degree: f64,
    },
    /// More edges than pairs.
    TooManyPairs {
        /// How many pairs there are.
        pairs: u64,
        /// How many edges are asked for.
        edges: u64,
    },
    /// Too many edges to be kept.
    TooManyEdges,
    /// The nodes fill no torus.
    NoTorus {
        /// Number of nodes.
        nodes: u32,
        /// The columns asked for, or the square's.
        columns: Columns,
    },
    /// The nodes are no corners of a cube.
    NoHypercube {
        /// Number of nodes.
        nodes: u32,
    },
    /// An odd number of neighbours in a lattice that has as many on both sides.
    OddNeighbours(Degree),
    /// A node of a list of edges that is none.
    NoSuchNode {
        /// Number of nodes.
        nodes: u32,
        /// The end of an edge.
        end: NodeId,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            GenerateError::NoNodes => f.write_str("a graph needs at least one node"),
            GenerateError::TooManyNeighbours { nodes, degree } => {
                let (most, degree) = (nodes - 1, degree.0);
                write!(
                    f,
                    "degree {degree} is too much for {nodes} nodes: at most {most} is possible"
                )
            }
            GenerateError::OddEnds { nodes, degree } => write!(
                f,
                "{nodes} nodes of degree {} do not pair up: nodes x degree has to be even",
                degree.0
            ),
            GenerateError::TooDense { nodes, mean_degree } => write!(
                f,
                "a mean degree of {mean_degree} is too much for {nodes} nodes: at most {} is possible",
                nodes - 1
            ),
            GenerateError::TooManyPairs { pairs, edges } => {
                write!(f, "{edges} edges are too many: there are {pairs} pairs of nodes")
            }
            GenerateError::TooManyEdges => {
                f.write_str("nodes x degree is at most 4294967295: use fewer nodes or neighbours")
            }
            GenerateError::NoTorus { nodes, columns } => write!(
                f,
                "{nodes} nodes make no torus of {} columns: nodes is columns x rows, both at least 3",
                columns.0
            ),
            GenerateError::NoHypercube { nodes } => write!(
                f,
                "{nodes} nodes are no hypercube: their number has to be a power of two, such as {}",
                nearest_power(nodes)
            ),
            GenerateError::OddNeighbours(degree) => write!(
                f,
                "{} neighbours cannot lie on both sides alike: their number has to be even",
                degree.0
            ),
            GenerateError::NoSuchNode { nodes, end } => {
                write!(f, "an edge ends at node {end}, but the last of {nodes} is {}", nodes - 1)
            }
        }
    }
}

fn nearest_power(nodes: u32) -> u32 {
    let below = 1 << nodes.max(1).ilog2();
    if nodes - below <= below / 2 {
        below
    } else {
        nodes.checked_next_power_of_two().unwrap_or(below)
    }
}

impl std::error::Error for GenerateError {}
