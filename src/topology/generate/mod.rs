//! Generators: graphs by rule, and by draw, as data that builds them.

mod attachment;
mod bipartite;
mod dials;
mod error;
mod geometric;
mod random;
mod regular;
mod rule;
mod sample;
mod small_world;

use std::sync::Arc;

pub use attachment::barabasi_albert;
pub use bipartite::{Between, between};
pub use dials::{Dialling, k_out, random_dial};
pub use error::GenerateError;
pub use geometric::{Surface, random_geometric};
pub use random::{Density, erdos_renyi};
pub use regular::random_regular;
pub use rule::{Arity, Columns, grid, hypercube, line, ring, star, torus, tree};
pub use small_world::watts_strogatz;

use super::graph::Graph;
use crate::kernel::{NodeId, Probability, Span, Stream};

/// How many neighbours a node has, or how many it chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Degree(pub u32);

/// A kind of graph on any number of nodes, by its rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Generator {
    /// All pairs; nothing is stored.
    Complete,
    /// No edge.
    Empty,
    /// What [`line()`] makes.
    Line,
    /// What [`ring`] makes.
    Ring,
    /// What [`star`] makes.
    Star,
    /// What [`tree`] makes.
    Tree(Arity),
    /// What [`grid`] makes; without columns, as square as can be.
    Grid(Option<Columns>),
    /// What [`torus`] makes; without columns, square.
    Torus(Option<Columns>),
    /// What [`hypercube`] makes.
    Hypercube,
    /// What [`erdos_renyi`] makes.
    ErdosRenyi(Density),
    /// What [`random_regular`] makes.
    RandomRegular(Degree),
    /// What [`barabasi_albert`] makes, each node attached to so many.
    BarabasiAlbert(Degree),
    /// What [`watts_strogatz`] makes.
    WattsStrogatz {
        /// How many neighbours a node has in the lattice: even.
        neighbours: Degree,
        /// How likely an edge is to be rewired.
        rewire: Probability,
    },
    /// What [`random_geometric`] makes.
    RandomGeometric {
        /// Nodes at most so far apart are joined; the square's side is 1.
        radius: f64,
        /// What the nodes lie on.
        surface: Surface,
        /// How long a link is for each unit of its length.
        latency_per_unit: Option<Span>,
    },
    /// What [`k_out`] makes.
    KOut(Degree),
    /// What [`random_dial`] makes.
    RandomDial {
        /// How many links a node dials.
        dials: Degree,
        /// Whether it may dial one node twice.
        dialling: Dialling,
    },
    /// These edges, each of two different nodes and given once.
    Edges(Arc<[(NodeId, NodeId)]>),
}

impl Generator {
    /// The graph on so many nodes; what is drawn comes from `random`.
    ///
    /// # Errors
    /// Why there is no such graph.
    pub fn build(&self, nodes: u32, random: &mut Stream) -> Result<Graph, GenerateError> {
        if nodes == 0 {
            return Err(GenerateError::NoNodes);
        }
        match self {
            Generator::Complete => Ok(Graph::complete(nodes)),
            Generator::Empty => Ok(Graph::empty(nodes)),
            Generator::Line => Ok(line(nodes)),
            Generator::Ring => Ok(ring(nodes)),
            Generator::Star => Ok(star(nodes)),
            Generator::Tree(arity) => Ok(tree(nodes, *arity)),
            Generator::Grid(columns) => Ok(grid(nodes, *columns)),
            Generator::Torus(columns) => torus(nodes, *columns),
            Generator::Hypercube => hypercube(nodes),
            Generator::ErdosRenyi(density) => erdos_renyi(nodes, *density, random),
            Generator::RandomRegular(degree) => random_regular(nodes, *degree, random),
            Generator::BarabasiAlbert(degree) => barabasi_albert(nodes, *degree, random),
            Generator::WattsStrogatz { neighbours, rewire } => {
                watts_strogatz(nodes, *neighbours, *rewire, random)
            }
            Generator::RandomGeometric { radius, surface, .. } => {
                random_geometric(nodes, *radius, *surface, random)
            }
            Generator::KOut(degree) => k_out(nodes, *degree, random),
            Generator::RandomDial { dials, dialling } => {
                random_dial(nodes, *dials, *dialling, random)
            }
            Generator::Edges(edges) => listed(nodes, edges),
        }
    }
}

fn listed(nodes: u32, edges: &[(NodeId, NodeId)]) -> Result<Graph, GenerateError> {
    match edges.iter().flat_map(|(a, b)| [a, b]).find(|end| end.0 >= nodes) {
        Some(end) => Err(GenerateError::NoSuchNode { nodes, end: *end }),
        None => Ok(Graph::from_edges(nodes, edges)),
    }
}

/// So many edges have both their directions in rows that 32 bits can count.
const EDGES_MAX: u64 = (1 << 31) - 1;

/// The number of pairs of different nodes.
fn pairs(nodes: u32) -> u64 {
    let nodes = u64::from(nodes);
    nodes * nodes.saturating_sub(1) / 2
}

fn check_room(edges: u64) -> Result<(), GenerateError> {
    if edges > EDGES_MAX { Err(GenerateError::TooManyEdges) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
