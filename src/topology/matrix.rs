//! Matrices of latencies between named places: a table of their names and cells in milliseconds.

use std::fmt;

use crate::kernel::Span;

/// Round-trip times between 11 regions of a cloud, in ms: the built-in matrix `aws11`. Measured by
/// CometBFT's project for its emulated networks, whose one-way values are doubled here.
const AWS11: &str = include_str!("../../topologies/aws11_rtt_ms.csv");

/// Latencies from place to place, one way; not necessarily the same both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    names: Vec<String>,
    /// Row by row, in the order of the names: where a message comes from.
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

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixMistake {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for MatrixMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl Matrix {
    /// The built-in matrix `aws11`, one way.
    pub fn aws11() -> Matrix {
        Matrix::read(AWS11, Trip::Round).expect("a test reads it")
    }

    /// Reads a table in CSV: the names in its first row, after any word; then a row for each of them, in any order,
    /// with its name and the milliseconds from there to each of the first row.
    ///
    /// # Errors
    /// The first mistake.
    pub fn read(text: &str, trip: Trip) -> Result<Matrix, MatrixMistake> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let (head, head_line) = lines.next().unwrap_or(("", 1));
        let names = read_names(head, head_line)?;
        let mistake = |line, message| MatrixMistake { line, column: 1, message };
        let mut rows: Vec<Option<Vec<Span>>> = vec![None; names.len()];
        for (text, line) in lines {
            let name = fields(text).next().map_or("", |(_, name)| name);
            let Some(place) = names.iter().position(|known| known == name) else {
                return Err(mistake(line, format!("no column is called {name}")));
            };
            if rows[place].is_some() {
                return Err(mistake(line, format!("two rows are called {name}")));
            }
            let row = fields(text).skip(1).map(|(column, field)| {
                let message = || format!("`{field}` is no latency: a number of ms, not negative");
                let span = parse_ms(field);
                span.ok_or_else(|| MatrixMistake { line, column, message: message() })
            });
            let row: Vec<Span> = row.collect::<Result<_, _>>()?;
            if row.len() != names.len() {
                let (cells, columns) = (row.len(), names.len());
                let message = format!("{cells} cells where there are {columns} columns");
                return Err(mistake(line, message));
            }
            rows[place] = Some(row);
        }
        let missing = |place: usize| {
            mistake(text.lines().count().max(1), format!("no row is called {}", names[place]))
        };
        let rows = rows.into_iter().enumerate().map(|(k, row)| row.ok_or_else(|| missing(k)));
        let mut cells = rows.collect::<Result<Vec<_>, _>>()?.concat();
        if trip == Trip::Round {
            cells.iter_mut().for_each(|span| *span = Span::from_nanos(span.nanos() / 2));
        }
        Ok(Matrix { names, cells })
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// From one place to another, by their places among the names.
    ///
    /// # Panics
    /// If one is no place.
    pub fn cell(&self, from: usize, to: usize) -> Span {
        assert!(to < self.names.len(), "places are among the names");
        self.cells[from * self.names.len() + to]
    }

    /// The longest of all.
    pub fn greatest(&self) -> Span {
        self.cells.iter().copied().max().unwrap_or(Span::ZERO)
    }
}

/// The names in the first row of a table.
fn read_names(head: &str, line: usize) -> Result<Vec<String>, MatrixMistake> {
    let columns: Vec<(usize, &str)> = fields(head).skip(1).collect();
    let mistake = |column, message| Err(MatrixMistake { line, column, message });
    if columns.is_empty() {
        let message = "a matrix has names in its first row and column, and ms between";
        return mistake(1, message.to_owned());
    }
    for (k, (column, name)) in columns.iter().enumerate() {
        if name.is_empty() {
            return mistake(*column, "a column has no name".to_owned());
        }
        if columns[..k].iter().any(|(_, other)| other == name) {
            return mistake(*column, format!("two columns are called {name}"));
        }
    }
    Ok(columns.into_iter().map(|(_, name)| name.to_owned()).collect())
}

/// The fields of a line, trimmed, each with its column.
fn fields(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut column = 1;
    line.split(',').map(move |field| {
        let start = column + field.chars().take_while(|c| c.is_whitespace()).count();
        column += field.chars().count() + 1;
        (start, field.trim())
    })
}

/// A number of milliseconds that is finite and not negative, to the nearest nanosecond.
pub(super) fn parse_ms(text: &str) -> Option<Span> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let ms = text.parse::<f64>().ok().filter(|ms| starts_well && ms.is_finite())?;
    let nanos = ms * 1e6;
    (nanos <= Span::MAX.nanos() as f64).then(|| Span::from_nanos_f64(nanos))
}

/// A span in milliseconds, in the shortest decimal that [`parse_ms`] reads back.
pub(super) fn ms(span: Span) -> String {
    let (whole, rest) = (span.nanos() / 1_000_000, span.nanos() % 1_000_000);
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:06}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_matrix_is_one_way() {
        let matrix = Matrix::aws11();
        assert_eq!(matrix.names().len(), 11);
        let (east, sydney) = (matrix.find("us-east-1").unwrap(), matrix.find("ap-southeast-2"));
        assert_eq!(matrix.cell(east, sydney.unwrap()), Span::from_millis(98));
        assert_eq!(matrix.cell(east, east), Span::ZERO);
    }

    #[test]
    fn mistakes_have_their_places() {
        for (text, expected) in [
            ("\n", "1:1: a matrix has names in its first row and column, and ms between"),
            ("x\na\n", "1:1: a matrix has names in its first row and column, and ms between"),
            ("x,a,a\n", "1:5: two columns are called a"),
            ("x,a,\n", "1:5: a column has no name"),
            ("x,a,b\na,1,1\nc,1,1\n", "3:1: no column is called c"),
            ("x,a,b\na,1, -2\n", "2:6: `-2` is no latency: a number of ms, not negative"),
            ("x,a,b\na,1\nb,1,1\n", "2:1: 1 cells where there are 2 columns"),
            ("x,a,b\n\nb,1,2\n", "3:1: no row is called a"),
            ("x,a\na,0\na,1\n", "3:1: two rows are called a"),
        ] {
            assert_eq!(Matrix::read(text, Trip::OneWay).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn milliseconds_are_read() {
        for (text, nanos) in [("0", 0), ("5", 5_000_000), ("0.5", 500_000), ("1.000001", 1_000_001)]
        {
            assert_eq!(parse_ms(text), Some(Span::from_nanos(nanos)));
            assert_eq!(ms(Span::from_nanos(nanos)), text);
        }
        assert_eq!(parse_ms("1e2"), Some(Span::from_millis(100)));
        for text in ["", "-1", "nan", "inf", "1e300", "five", "+1"] {
            assert_eq!(parse_ms(text), None, "{text}");
        }
    }
}
