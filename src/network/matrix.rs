//! Matrices of latencies in use: which node is at which of their places.

use super::population::Population;
use crate::kernel::{NodeId, Span};
use crate::topology::Matrix;
use std::fmt;
use std::sync::Arc;

/// What places are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixBy {
    /// Groups of nodes.
    Group,
    /// Nodes: by their names, or by their ids where the names are no node's.
    Node,
}

/// A matrix in use: before a run it is not known who is where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRows {
    matrix: Arc<Matrix>,
    by: MatrixBy,
    /// The row of each node; role nodes have none, and are beside every other.
    rows: Arc<[u32]>,
}

/// A node that is at no place of a matrix; prints as one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nowhere(pub NodeId, pub MatrixBy);

impl fmt::Display for Nowhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nowhere(node, MatrixBy::Group) => {
                write!(f, "node {node} is in no group of the latency matrix")
            }
            Nowhere(node, MatrixBy::Node) => {
                write!(f, "node {node} has no row in the latency matrix")
            }
        }
    }
}

impl std::error::Error for Nowhere {}

impl MatrixRows {
    /// A matrix of which it is not known yet who is where.
    pub fn new(matrix: Matrix, by: MatrixBy) -> MatrixRows {
        MatrixRows { matrix: Arc::new(matrix), by, rows: Arc::new([]) }
    }

    /// The same with every node of `population` in its place.
    ///
    /// # Errors
    /// The first node that is at none.
    pub fn resolve(&self, population: &Population) -> Result<MatrixRows, Nowhere> {
        let place = |name: &str| self.matrix.find(name).map(|place| place as u32);
        let mut rows = vec![None; population.nodes as usize];
        match self.by {
            MatrixBy::Group => {
                for (group, nodes) in &population.groups {
                    let row_of_group = place(group);
                    for node in nodes {
                        if let Some(row) = rows.get_mut(node.index()) {
                            *row = row_of_group;
                        }
                    }
                }
            }
            MatrixBy::Node => {
                for (node, row) in (0..).map(NodeId).zip(&mut rows) {
                    let label = population.labels.get(node).to_string();
                    let by_id = || place(&node.to_string());
                    *row = place(&label).or_else(by_id);
                }
            }
        }
        let known = |(row, node): (Option<u32>, u32)| row.ok_or(Nowhere(NodeId(node), self.by));
        let rows = rows.into_iter().zip(0..).map(known).collect::<Result<_, _>>()?;
        Ok(MatrixRows { rows, ..self.clone() })
    }

    /// The longest of all cells.
    pub(super) fn greatest(&self) -> Span {
        self.matrix.greatest()
    }

    /// The latency from one node to another.
    pub(super) fn cell(&self, source: NodeId, target: NodeId) -> Span {
        match (self.rows.get(source.index()), self.rows.get(target.index())) {
            (Some(from), Some(to)) => self.matrix.cell(*from as usize, *to as usize),
            _ => Span::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Trip;

    const TABLE: &str = "from,eu,us\nus,80,2\neu,0,100\n";

    fn groups() -> Population {
        let mut population = Population::of(3);
        population.groups.insert("eu".to_owned(), vec![NodeId(0), NodeId(2)]);
        population.groups.insert("us".to_owned(), vec![NodeId(1)]);
        population
    }

    #[test]
    fn cells_are_directed_and_round_trips_are_halved() {
        for (trip, share) in [(Trip::OneWay, 1), (Trip::Round, 2)] {
            let matrix = Matrix::read(TABLE, trip).unwrap();
            let rows = MatrixRows::new(matrix, MatrixBy::Group).resolve(&groups()).unwrap();
            for (from, to, ms) in [(0, 1, 100), (1, 0, 80), (0, 2, 0), (1, 1, 2), (1, 7, 0)] {
                let cell = rows.cell(NodeId(from), NodeId(to));
                assert_eq!(cell, Span::from_nanos(ms * 1_000_000 / share), "{from} {to}");
            }
        }
    }

    #[test]
    fn nodes_are_found_by_id_and_missing_ones_are_named() {
        let by_id = Matrix::read("x,0,1\n0,0,5\n1,6,0\n", Trip::OneWay).unwrap();
        let rows = MatrixRows::new(by_id, MatrixBy::Node);
        let two = rows.resolve(&Population::of(2)).unwrap();
        assert_eq!(two.cell(NodeId(1), NodeId(0)), Span::from_millis(6));
        let third = rows.resolve(&Population::of(3)).unwrap_err();
        assert_eq!(third.to_string(), "node 2 has no row in the latency matrix");
        let matrix = Matrix::read(TABLE, Trip::OneWay).unwrap();
        let nobody = MatrixRows::new(matrix, MatrixBy::Group).resolve(&Population::of(1));
        let why = nobody.unwrap_err().to_string();
        assert_eq!(why, "node 0 is in no group of the latency matrix");
    }
}
