//! Matrices of latencies: a table of named places, and which node is at which of them.

use super::population::Population;
use crate::kernel::{NodeId, Span};
use std::fmt;
use std::sync::Arc;

/// Latencies between named places, one way and directed: a row is where a message comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    names: Vec<String>,
    cells: Vec<Span>,
}

/// What the numbers of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// One-way latencies.
    OneWay,
    /// Round trips, of which a message takes half.
    Round,
}

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

/// Why a table is no matrix, or a matrix knows nothing of a node; prints as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatrixError {
    /// A line that does not fit: its number from 1, and why.
    Line(usize, String),
    /// A node that is at none of its places.
    Nowhere(NodeId, MatrixBy),
}

impl fmt::Display for MatrixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MatrixError::Line(line, why) => write!(f, "line {line}: {why}"),
            MatrixError::Nowhere(node, MatrixBy::Group) => {
                write!(f, "node {node} is in no group of the latency matrix")
            }
            MatrixError::Nowhere(node, MatrixBy::Node) => {
                write!(f, "node {node} has no row in the latency matrix")
            }
        }
    }
}

impl std::error::Error for MatrixError {}

impl Matrix {
    /// Reads a table in CSV: a first line of places after any word, then for each place, in any order, its name and
    /// the milliseconds from there to each of the first line.
    ///
    /// # Errors
    /// The first line that does not fit.
    pub fn read(csv: &str, trip: Trip) -> Result<Matrix, MatrixError> {
        let lines = (1..).zip(csv.lines()).filter(|(_, line)| !line.trim().is_empty());
        let mut lines = lines
            .map(|(number, line)| (number, line.split(',').map(str::trim).collect::<Vec<_>>()));
        let wrong = |line, why: String| MatrixError::Line(line, why);
        let head = lines.next().map_or(Vec::new(), |(_, cells)| cells);
        let names: Vec<String> = head.iter().skip(1).map(|name| (*name).to_owned()).collect();
        let count = names.len();
        if count == 0 {
            return Err(wrong(1, "a first line of names is missing".to_owned()));
        }
        if let Some(twice) = (1..count).find(|k| names[..*k].contains(&names[*k])) {
            return Err(wrong(1, format!("`{}` is there twice", names[twice])));
        }
        let mut rows: Vec<Option<Vec<Span>>> = vec![None; count];
        for (number, cells) in lines {
            let Some(place) = names.iter().position(|name| *name == cells[0]) else {
                return Err(wrong(number, format!("the first line does not name `{}`", cells[0])));
            };
            if cells.len() != count + 1 {
                let why = format!("{count} numbers must follow the name, not {}", cells.len() - 1);
                return Err(wrong(number, why));
            }
            if rows[place].is_some() {
                return Err(wrong(number, format!("`{}` has two lines", cells[0])));
            }
            let read = |cell: &&str| span(cell, trip).map_err(|why| wrong(number, why));
            rows[place] = Some(cells[1..].iter().map(read).collect::<Result<_, _>>()?);
        }
        let missing = || format!("not each of the {count} places has a line");
        let cells: Option<Vec<_>> = rows.into_iter().collect();
        let cells = cells.ok_or_else(|| wrong(csv.lines().count(), missing()))?;
        Ok(Matrix { names, cells: cells.concat() })
    }

    fn place(&self, name: &str) -> Option<u32> {
        self.names.iter().position(|known| known == name).map(|place| place as u32)
    }
}

/// Milliseconds as a span, one way.
fn span(cell: &str, trip: Trip) -> Result<Span, String> {
    let millis: Option<f64> = cell.parse().ok().filter(|ms: &f64| (0.0..=1e12).contains(ms));
    let millis = millis.ok_or_else(|| format!("`{cell}` is no number of milliseconds"))?;
    let share = if trip == Trip::Round { 0.5 } else { 1.0 };
    Ok(Span::from_nanos_f64(millis * 1e6 * share))
}

impl MatrixRows {
    /// A matrix of which it is not known yet who is where.
    pub fn new(matrix: Matrix, by: MatrixBy) -> MatrixRows {
        MatrixRows { matrix: Arc::new(matrix), by, rows: Arc::new([]) }
    }

    /// The same with every node of `population` in its place.
    ///
    /// # Errors
    /// The first node that is at none.
    pub fn resolve(&self, population: &Population) -> Result<MatrixRows, MatrixError> {
        let mut rows = vec![None; population.nodes as usize];
        match self.by {
            MatrixBy::Group => {
                for (group, nodes) in &population.groups {
                    let place = self.matrix.place(group);
                    for node in nodes {
                        if let Some(row) = rows.get_mut(node.index()) {
                            *row = place;
                        }
                    }
                }
            }
            MatrixBy::Node => {
                for (node, row) in (0..).map(NodeId).zip(&mut rows) {
                    let label = population.labels.get(node).to_string();
                    let by_id = || self.matrix.place(&node.to_string());
                    *row = self.matrix.place(&label).or_else(by_id);
                }
            }
        }
        let known = |(row, node): (Option<u32>, u32)| {
            row.ok_or(MatrixError::Nowhere(NodeId(node), self.by))
        };
        let rows = rows.into_iter().zip(0..).map(known).collect::<Result<_, _>>()?;
        Ok(MatrixRows { rows, ..self.clone() })
    }

    /// The longest of all cells.
    pub(super) fn greatest(&self) -> Span {
        self.matrix.cells.iter().copied().max().unwrap_or(Span::ZERO)
    }

    /// The latency from one node to another.
    pub(super) fn cell(&self, source: NodeId, target: NodeId) -> Span {
        match (self.rows.get(source.index()), self.rows.get(target.index())) {
            (Some(from), Some(to)) => {
                self.matrix.cells[*from as usize * self.matrix.names.len() + *to as usize]
            }
            _ => Span::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_table_that_is_no_matrix_is_refused_at_its_line() {
        for (text, expected) in [
            ("", "line 1: a first line"),
            ("x,a,a\na,1,1\n", "line 1: `a` is there twice"),
            ("x,a,b\na,1,1\n", "line 2: not each of the 2"),
            ("x,a,b\na,1,1\nc,1,1\n", "line 3: the first line does not name `c`"),
            ("x,a,b\na,1\nb,1,1\n", "line 2: 2 numbers must follow the name, not 1"),
            ("x,a,b\na,1,-1\nb,1,1\n", "line 2: `-1` is no number"),
            ("x,a\na,1\na,1\n", "line 3: `a` has two lines"),
        ] {
            let found = Matrix::read(text, Trip::OneWay).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{text}: {found}");
        }
    }
}
