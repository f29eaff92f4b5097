//! GraphML out.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::snapshot::{Cells, Column, Snapshot};
use crate::kernel::NodeId;

/// Writes a snapshot as GraphML: nodes `n0`, `n1`, ... by id, edges `e0`, `e1`, ... by (source,
/// slot). An undirected edge is written in both directions. Answers the warnings there are.
///
/// # Errors
/// Those of `out`.
///
/// # Panics
/// If a column does not have a cell for each node or link.
pub fn write_graphml(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<Vec<String>> {
    snapshot.assert_sound();
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    out.write_all(b"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n")?;
    out.write_all(key(0, "node", "name", "string").as_bytes())?;
    let (nodes, links) = (&snapshot.nodes, &snapshot.links);
    for (k, column) in (1..).zip(nodes) {
        out.write_all(key(k, "node", column.name, type_of(column)).as_bytes())?;
    }
    for (k, column) in (nodes.len() + 1..).zip(links) {
        out.write_all(key(k, "edge", column.name, type_of(column)).as_bytes())?;
    }
    out.write_all(b"  <graph id=\"corsair\" edgedefault=\"directed\">\n")?;
    let mut line = Line::default();
    let mut replaced = 0;
    for id in 0..snapshot.graph.nodes() {
        line.text.clear();
        line.replaced = false;
        line.raw(format_args!("    <node id=\"n{id}\">"));
        line.data(0, format_args!("{}", snapshot.graph.label(NodeId(id))));
        replaced += u64::from(line.replaced);
        line.cells(1, nodes, id as usize);
        line.raw(format_args!("</node>\n"));
        out.write_all(line.text.as_bytes())?;
    }
    for (place, source, target) in snapshot.numbered_links() {
        line.text.clear();
        line.raw(format_args!(
            "    <edge id=\"e{place}\" source=\"n{source}\" target=\"n{target}\""
        ));
        let start = line.text.len();
        line.cells(nodes.len() + 1, links, place);
        if line.text.len() == start {
            line.raw(format_args!("/>\n"));
        } else {
            line.text.insert(start, '>');
            line.raw(format_args!("</edge>\n"));
        }
        out.write_all(line.text.as_bytes())?;
    }
    out.write_all(b"  </graph>\n</graphml>\n")?;
    Ok(match replaced {
        0 => Vec::new(),
        names => {
            vec![format!("names with characters that XML forbids, written as U+FFFD: {names}")]
        }
    })
}

fn key(k: usize, owner: &'static str, name: &str, kind: &str) -> String {
    format!("  <key id=\"d{k}\" for=\"{owner}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n")
}

fn type_of(column: &Column) -> &'static str {
    match column.cells {
        Cells::Numbers(_) => "long",
        Cells::Texts(_) => "string",
    }
}

/// One line of the file, and whether it had to replace a character.
#[derive(Default)]
struct Line {
    text: String,
    replaced: bool,
}

impl Line {
    fn raw(&mut self, text: std::fmt::Arguments<'_>) {
        self.text.write_fmt(text).expect("writing to a string never fails");
    }

    fn data(&mut self, k: usize, value: std::fmt::Arguments<'_>) {
        self.raw(format_args!("<data key=\"d{k}\">"));
        Escaped(self).write_fmt(value).expect("writing to a string never fails");
        self.raw(format_args!("</data>"));
    }

    /// The attributes of one node or link; the key of the first column is `k`.
    fn cells(&mut self, k: usize, columns: &[Column], place: usize) {
        for (k, column) in (k..).zip(columns) {
            match &column.cells {
                Cells::Numbers(numbers) => {
                    if let Some(number) = numbers[place] {
                        self.data(k, format_args!("{number}"));
                    }
                }
                Cells::Texts(texts) => {
                    if let Some(text) = texts.get(place) {
                        self.data(k, format_args!("{text}"));
                    }
                }
            }
        }
    }
}

/// Escapes what is written to a line.
struct Escaped<'l>(&'l mut Line);

impl std::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            let Line { text, replaced } = &mut *self.0;
            match c {
                '&' => text.push_str("&amp;"),
                '<' => text.push_str("&lt;"),
                '>' => text.push_str("&gt;"),
                '"' => text.push_str("&quot;"),
                '\'' => text.push_str("&apos;"),
                // As they are, a reader may turn them into spaces or into each other (XML 1.0, 2.11
                // and 3.3.3).
                '\t' => text.push_str("&#9;"),
                '\n' => text.push_str("&#10;"),
                '\r' => text.push_str("&#13;"),
                // XML 1.0, 2.2: all other control characters are forbidden, even as references.
                '\0'..'\x20' | '\u{FFFE}' | '\u{FFFF}' => {
                    *replaced = true;
                    text.push('\u{FFFD}');
                }
                c => text.push(c),
            }
        }
        Ok(())
    }
}
