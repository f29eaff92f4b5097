//! Matrices of latencies between named places: a table of their names and cells in milliseconds.

use std::fmt;

use crate::kernel::Span;

/// Round-trip times between 11 regions of a cloud, in ms: the built-in matrix `aws11`. Measured by
/// CometBFT's project for its emulated networks, whose one-way values are doubled here.
pub const AWS11: &str = include_str!("../../topologies/aws11_rtt_ms.csv");

/// Latencies from place to place, one way; not necessarily the same both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    names: Vec<String>,
    /// A row for each name.
    cells: Vec<Vec<Span>>,
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
        Matrix::read(AWS11).expect("a test reads it").halved()
    }

    /// Reads a table: the names in its first row and, in the same order, in its first column; the
    /// cells in ms, from the row to the column.
    ///
    /// # Errors
    /// The first mistake.
    pub fn read(text: &str) -> Result<Matrix, MatrixMistake> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let Some((head, head_line)) = lines.next() else {
            let message = "a matrix has names in its first row and column, and ms between".into();
            return Err(MatrixMistake { line: 1, column: 1, message });
        };
        let names: Vec<String> = fields(head).skip(1).map(|(_, name)| name.to_owned()).collect();
        let mistake = |line, column, message| Err(MatrixMistake { line, column, message });
        for (k, (column, name)) in fields(head).skip(1).enumerate() {
            if name.is_empty() {
                return mistake(head_line, column, "a column has no name".to_owned());
            }
            if names[..k].iter().any(|other| other == name) {
                return mistake(head_line, column, format!("two columns are called {name}"));
            }
        }
        let mut cells = Vec::with_capacity(names.len());
        for (text, line) in lines {
            let Some(name) = names.get(cells.len()) else {
                return mistake(
                    line,
                    1,
                    format!("there are more rows than the {} columns", names.len()),
                );
            };
            let mut row = Vec::with_capacity(names.len());
            for (k, (column, field)) in fields(text).enumerate() {
                match (k, parse_ms(field)) {
                    (0, _) if field == name => {}
                    (0, _) => {
                        return mistake(line, column, format!("row {field} where {name} is next"));
                    }
                    (_, Some(span)) => row.push(span),
                    (_, None) => {
                        let message =
                            format!("`{field}` is no latency: a number of ms, not negative");
                        return mistake(line, column, message);
                    }
                }
            }
            if row.len() != names.len() {
                let message =
                    format!("{} cells where there are {} columns", row.len(), names.len());
                return mistake(line, 1, message);
            }
            cells.push(row);
        }
        if cells.len() < names.len() {
            let message = format!("{} rows where there are {} columns", cells.len(), names.len());
            return mistake(text.lines().count().max(1), 1, message);
        }
        Ok(Matrix { names, cells })
    }

    /// Each latency halved: one way of a round trip.
    #[must_use]
    pub fn halved(mut self) -> Matrix {
        let half = |span: &mut Span| *span = Span::from_nanos(span.nanos() / 2);
        self.cells.iter_mut().flatten().for_each(half);
        self
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
        self.cells[from][to]
    }
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
        let told = |text: &str| Matrix::read(text).unwrap_err().to_string();
        assert_eq!(
            told("\n"),
            "1:1: a matrix has names in its first row and column, and ms between"
        );
        assert_eq!(told("x,a,a\n"), "1:5: two columns are called a");
        assert_eq!(told("x,a,b\nb,1,2\n"), "2:1: row b where a is next");
        assert_eq!(
            told("x,a,b\na,1, -2\n"),
            "2:6: `-2` is no latency: a number of ms, not negative"
        );
        assert_eq!(told("x,a,b\na,1\n"), "2:1: 1 cells where there are 2 columns");
        assert_eq!(told("x,a,b\na,1,2\n"), "2:1: 1 rows where there are 2 columns");
        assert_eq!(told("x,a\na,0\nb,1\n"), "3:1: there are more rows than the 1 columns");
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
