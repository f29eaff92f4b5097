//! What is printed and where: data on stdout, everything else on stderr.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use comfy_table::{CellAlignment, Table, presets};

use super::Colour;
use crate::settings::{Paint, Report, visible};

pub(super) use crate::experiment::{brief, grouped, plural, word};

/// The two streams.
pub(super) struct Terminal {
    out: BufWriter<StdoutLock<'static>>,
    paint: Paint,
    quiet: bool,
}

impl Terminal {
    pub(super) fn new(colour: Colour, quiet: bool) -> Terminal {
        let is_wanted = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => std::env::var_os("NO_COLOR").is_none() && io::stderr().is_terminal(),
        };
        let paint = if is_wanted { Paint::Colour } else { Paint::Plain };
        Terminal { out: BufWriter::new(io::stdout().lock()), paint, quiet }
    }

    /// One that tells nothing but errors.
    pub(super) fn silent() -> Terminal {
        let out = BufWriter::new(io::stdout().lock());
        Terminal { out, paint: Paint::Plain, quiet: true }
    }

    /// Whether remarks are unwanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A line of data.
    pub(super) fn say(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// Where data goes.
    pub(super) fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Data as comma-separated values.
    pub(super) fn csv(&mut self, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(&mut self.out);
        csv.write_record(header)?;
        rows.iter().try_for_each(|row| csv.write_record(row))?;
        csv.flush()
    }

    /// All data so far is out.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// A remark that is no data.
    pub(super) fn note(&self, line: impl Display) {
        if !self.quiet {
            // Where stderr is closed nobody wants remarks.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// What went wrong, in one sentence.
    pub(super) fn error(&self, line: &str) {
        // Names of files and nodes may hold anything.
        let line = line.lines().map(visible).collect::<Vec<_>>().join("\n");
        let _ = match self.paint {
            Paint::Colour => writeln!(io::stderr(), "\x1b[1;31merror\x1b[0m: {line}"),
            Paint::Plain => writeln!(io::stderr(), "error: {line}"),
        };
    }

    /// A line about what is wrong that has its place in front.
    pub(super) fn plain(&self, line: impl Display) {
        let _ = writeln!(io::stderr(), "{}", visible(&line.to_string()));
    }

    /// All that is wrong with a file, and what will surprise.
    pub(super) fn report(&self, report: &Report) {
        let text = report.render(self.paint);
        if !text.is_empty() && (!self.quiet || !report.accepts()) {
            let _ = write!(io::stderr(), "{text}");
        }
    }
}

/// A table for people: columns apart by two spaces, numbers to the right.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let is_number = |text: &str| text.starts_with(|c: char| "0123456789-[".contains(c));
    let numbers = |place: usize| rows.iter().all(|row| is_number(&row[place]));
    let columns = rows.first().map_or(header.len(), Vec::len);
    let right: Vec<_> = (0..columns).map(|place| !rows.is_empty() && numbers(place)).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    for row in rows {
        table.add_row(row);
    }
    for (column, right) in table.column_iter_mut().zip(right) {
        column.set_padding((0, 2));
        if right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
