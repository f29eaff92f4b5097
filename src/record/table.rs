//! Tables as CSV: typed columns declared as data, rows written one by one, and a table read back.
//!
//! A number is the shortest decimal that reads back as itself; nothing stands for what is missing.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::kernel::Instant;

use super::error::RecordError;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Whole numbers, not negative.
    Integer,
    /// Numbers.
    Number,
    /// Words.
    Text,
}

/// A column of a table, as its reader needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// What its cells are.
    pub kind: CellKind,
    /// The unit of its cells; empty for none.
    pub unit: Cow<'static, str>,
    /// Its meaning in one sentence.
    pub says: Cow<'static, str>,
}

impl Column {
    /// A column of whole numbers.
    pub fn integer(name: impl Into<Cow<'static, str>>) -> Column {
        Column::of_kind(name.into(), CellKind::Integer)
    }

    /// A column of numbers.
    pub fn number(name: impl Into<Cow<'static, str>>) -> Column {
        Column::of_kind(name.into(), CellKind::Number)
    }

    /// A column of words.
    pub fn text(name: impl Into<Cow<'static, str>>) -> Column {
        Column::of_kind(name.into(), CellKind::Text)
    }

    fn of_kind(name: Cow<'static, str>, kind: CellKind) -> Column {
        Column { name, kind, unit: "".into(), says: "".into() }
    }

    /// This column with a unit.
    pub fn unit(self, unit: impl Into<Cow<'static, str>>) -> Column {
        Column { unit: unit.into(), ..self }
    }

    /// This column with its meaning.
    pub fn says(self, says: impl Into<Cow<'static, str>>) -> Column {
        Column { says: says.into(), ..self }
    }
}

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A whole number.
    Integer(u64),
    /// A number; one that is not finite counts as missing.
    Number(f64),
    /// A moment, in milliseconds, exact to the nanosecond.
    Millis(Instant),
    /// A word; an empty one reads back as missing.
    Text(&'a str),
    /// Nothing.
    Missing,
}

impl From<Option<f64>> for Cell<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Cell::Missing, Cell::Number)
    }
}

impl Cell<'_> {
    fn fits(self, kind: CellKind) -> bool {
        match self {
            Cell::Missing => true,
            Cell::Integer(_) => kind != CellKind::Text,
            Cell::Number(_) | Cell::Millis(_) => kind == CellKind::Number,
            Cell::Text(_) => kind == CellKind::Text,
        }
    }
}

/// Writes a table row by row.
pub struct TableWriter<W: Write> {
    csv: csv::Writer<W>,
    kinds: Vec<CellKind>,
    text: String,
}

impl<W: Write> TableWriter<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W, columns: &[Column]) -> io::Result<TableWriter<W>> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(columns.iter().map(|column| column.name.as_bytes())).map_err(cause)?;
        let kinds = columns.iter().map(|column| column.kind).collect();
        Ok(TableWriter { csv, kinds, text: String::new() })
    }

    /// Goes on with a table whose header stands elsewhere.
    pub fn rows_only(out: W, columns: &[Column]) -> TableWriter<W> {
        let kinds = columns.iter().map(|column| column.kind).collect();
        TableWriter { csv: csv::Writer::from_writer(out), kinds, text: String::new() }
    }

    /// Appends a row: a cell a column, in order.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        let mut kinds = self.kinds.iter();
        for cell in cells {
            let kind = *kinds.next().expect("a row has no more cells than its table columns");
            assert!(cell.fits(kind), "{cell:?} is no cell of a column of {kind:?}");
            self.text.clear();
            let text = match cell {
                Cell::Text(text) => text,
                Cell::Missing => "",
                Cell::Integer(value) => spell(&mut self.text, format_args!("{value}")),
                Cell::Number(value) => spell_number(&mut self.text, value),
                Cell::Millis(at) => spell_millis(&mut self.text, at),
            };
            self.csv.write_field(text).map_err(cause)?;
        }
        assert!(kinds.next().is_none(), "a row has as many cells as its table columns");
        self.csv.write_record(None::<&[u8]>).map_err(cause)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn finish(mut self) -> io::Result<W> {
        self.csv.flush()?;
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The error of the stream below, which knows its path.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn spell<'t>(text: &'t mut String, words: std::fmt::Arguments<'_>) -> &'t str {
    text.write_fmt(words).expect("a string takes all that is written to it");
    text
}

/// The shortest decimal that reads back as `value`; with an exponent only where the zeros would
/// hide it.
fn spell_number(text: &mut String, value: f64) -> &str {
    let size = value.abs();
    if !value.is_finite() {
        ""
    } else if value == 0.0 {
        "0"
    } else if (1e-7..1e17).contains(&size) {
        spell(text, format_args!("{value}"))
    } else {
        spell(text, format_args!("{value:e}"))
    }
}

fn spell_millis(text: &mut String, at: Instant) -> &str {
    let (whole, fraction) = (at.nanos() / 1_000_000, at.nanos() % 1_000_000);
    if fraction == 0 {
        return spell(text, format_args!("{whole}"));
    }
    spell(text, format_args!("{whole}.{fraction:06}")).trim_end_matches('0')
}

/// A table read back: its header and its rows as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    /// Reads the table in the file at `path`.
    ///
    /// # Errors
    /// A file that cannot be read, that is not UTF-8, or of which a row is not as long as the
    /// header.
    pub fn open(path: &Path) -> Result<Table, RecordError> {
        let file = std::fs::File::open(path).map_err(RecordError::disk("read", path))?;
        Table::read(file).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(cause) => RecordError::disk("read", path)(cause),
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => RecordError::Malformed {
                path: path.to_owned(),
                what: format!(
                    "line {} has {len} cells, the header {expected_len}",
                    pos.map_or(0, |pos| pos.line())
                ),
            },
            other => RecordError::Malformed {
                path: path.to_owned(),
                what: match other {
                    csv::ErrorKind::Utf8 { pos: Some(pos), .. } => {
                        format!("line {} is not UTF-8", pos.line())
                    }
                    _ => "this is no table".into(),
                },
            },
        })
    }

    fn read(from: impl Read) -> Result<Table, csv::Error> {
        let mut csv = csv::Reader::from_reader(from);
        let header = csv.headers()?.iter().map(str::to_owned).collect();
        Ok(Table { header, rows: csv.into_records().collect::<Result<_, _>>()? })
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows: a text a column each.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &csv::StringRecord> {
        self.rows.iter()
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The cells of a column in row order, those without a number as `None`.
    pub fn numbers(&self, column: usize) -> impl ExactSizeIterator<Item = Option<f64>> {
        let read = |text: &str| text.parse().ok().filter(|value: &f64| value.is_finite());
        self.rows().map(move |row| row.get(column).and_then(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(value: f64) -> String {
        spell_number(&mut String::new(), value).to_owned()
    }

    #[test]
    fn numbers_are_spelled_shortest() {
        let cases = [
            (3.0, "3"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-2.5, "-2.5"),
            (1e-7, "0.0000001"),
            (1.5e-8, "1.5e-8"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (1e300, "1e300"),
            (f64::NAN, ""),
            (f64::NEG_INFINITY, ""),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn moments_are_spelled_to_the_nanosecond() {
        let millis =
            |nanos| spell_millis(&mut String::new(), Instant::from_nanos(nanos)).to_owned();
        assert_eq!(millis(0), "0");
        assert_eq!(millis(1), "0.000001");
        assert_eq!(millis(1_500_000), "1.5");
        assert_eq!(millis(60_000_000_000), "60000");
        assert_eq!(millis((1 << 61) + 1), "2305843009213.693953");
    }

    #[test]
    fn a_table_has_a_header_quotes_and_line_feeds() {
        let columns = [Column::integer("run"), Column::text("what"), Column::number("value")];
        let empty = TableWriter::new(Vec::new(), &columns).unwrap().finish().unwrap();
        assert_eq!(empty, b"run,what,value\n");
        let mut table = TableWriter::new(Vec::new(), &columns).unwrap();
        let what = "a \"b\", c\nd";
        table.row([Cell::Integer(u64::MAX), Cell::Text(what), Cell::Number(0.5)]).unwrap();
        table.row([Cell::Missing; 3]).unwrap();
        let bytes = table.finish().unwrap();
        let text = "run,what,value\n18446744073709551615,\"a \"\"b\"\", c\nd\",0.5\n,,\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
        let back = Table::read(text.as_bytes()).unwrap();
        assert_eq!(back.rows().next().unwrap().get(1), Some(what));
        let value = back.column("value").unwrap();
        assert_eq!(back.numbers(value).collect::<Vec<_>>(), [Some(0.5), None]);
    }

    #[test]
    fn a_broken_table_names_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a,b\n1,2\n3\n").unwrap();
        let error = Table::open(file.path()).unwrap_err().to_string();
        assert!(error.ends_with(": line 3 has 1 cells, the header 2"), "{error}");
        std::fs::write(file.path(), b"a,b\n1,\xff\n").unwrap();
        let error = Table::open(file.path()).unwrap_err().to_string();
        assert!(error.ends_with(": line 2 is not UTF-8"), "{error}");
    }

    #[test]
    #[should_panic(expected = "is no cell of a column of Integer")]
    fn a_cell_keeps_to_its_column() {
        let mut table = TableWriter::new(Vec::new(), &[Column::integer("run")]).unwrap();
        table.row([Cell::Number(0.5)]).unwrap();
    }

    proptest! {
        #[test]
        fn numbers_read_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(number(value).parse::<f64>().unwrap(), value);
        }
    }
}
