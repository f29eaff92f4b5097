//! GraphML out.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::snapshot::{Cells, Column, Snapshot};
use crate::kernel::NodeId;
use crate::topology::annotate::LinkAttributes;
use crate::topology::matrix::ms;
use crate::topology::{Bandwidth, Graph, Position};

/// Writes a snapshot as GraphML: nodes `n0`, `n1`, ... by id, edges `e0`, `e1`, ... by (source,
/// slot). Of a directed graph and of a moment of a run, all links are written; of others, each edge
/// once. Answers the warnings there are.
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
    let keys = Keys::of(snapshot);
    out.write_all(keys.text.as_bytes())?;
    let is_plain = snapshot.is_plain();
    let default = if is_plain { "undirected" } else { "directed" };
    writeln!(out, "  <graph id=\"corsair\" edgedefault=\"{default}\">")?;
    let mut line = Line::default();
    let mut replaced = 0;
    let graph = &snapshot.graph;
    for id in 0..graph.nodes() {
        line.text.clear();
        line.replaced = false;
        line.raw(format_args!("    <node id=\"n{id}\">"));
        line.data(0, format_args!("{}", graph.label(NodeId(id))));
        replaced += u64::from(line.replaced);
        line.cells(1, &snapshot.nodes, id as usize);
        keys.write_node(graph, NodeId(id), &mut line);
        line.raw(format_args!("</node>\n"));
        out.write_all(line.text.as_bytes())?;
    }
    let links = graph.link_attributes().enumerate();
    let written = links.filter(|(_, link)| !is_plain || link.0 < link.1);
    for (number, (place, link)) in written.enumerate() {
        line.text.clear();
        let (source, target) = (link.0, link.1);
        line.raw(format_args!(
            "    <edge id=\"e{number}\" source=\"n{source}\" target=\"n{target}\""
        ));
        let start = line.text.len();
        line.cells(keys.links, &snapshot.links, place);
        keys.write_link(link, &mut line);
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

/// The keys of a file: names, then columns of nodes and of links, then what graphs know.
struct Keys {
    text: String,
    /// The first key of a column of links.
    links: usize,
    group: Option<usize>,
    bandwidth: Option<usize>,
    position: Option<usize>,
    latency: Option<usize>,
    link_bandwidth: Option<usize>,
}

impl Keys {
    fn of(snapshot: &Snapshot) -> Keys {
        let (nodes, links) = (&snapshot.nodes, &snapshot.links);
        let mut text = key(0, "node", "name", "string");
        for (k, column) in (1..).zip(nodes) {
            text += &key(k, "node", column.name, type_of(column));
        }
        let first = nodes.len() + 1;
        for (k, column) in (first..).zip(links) {
            text += &key(k, "edge", column.name, type_of(column));
        }
        let graph = &snapshot.graph;
        let ids = || (0..graph.nodes()).map(NodeId);
        let has_links = |is: &dyn Fn(&LinkAttributes) -> bool| {
            graph.has_link_attributes() && graph.link_attributes().any(|link| is(&link))
        };
        let mut next = first + links.len();
        let mut declare = |is_there: bool, owner, names: &[(&str, &str)]| {
            is_there.then(|| {
                let own = next;
                for (name, kind) in names {
                    text += &key(next, owner, name, kind);
                    next += 1;
                }
                own
            })
        };
        let group = declare(graph.groups().is_some(), "node", &[("group", "string")]);
        let has_bandwidth = ids().any(|id| graph.bandwidth(id).is_some());
        let bandwidth = declare(has_bandwidth, "node", &[("bandwidth", "long")]);
        let has_position = ids().any(|id| graph.position(id).is_some());
        let position = declare(has_position, "node", &[("x", "double"), ("y", "double")]);
        let latency =
            declare(has_links(&|link| link.2.is_some()), "edge", &[("latency", "double")]);
        let link_bandwidth =
            declare(has_links(&|link| link.3.is_some()), "edge", &[("bandwidth", "long")]);
        Keys { text, links: first, group, bandwidth, position, latency, link_bandwidth }
    }

    fn write_node(&self, graph: &Graph, id: NodeId, line: &mut Line) {
        if let (Some(k), Some(group)) = (self.group, graph.groups().and_then(|g| g.name(id))) {
            line.data(k, format_args!("{group}"));
        }
        if let (Some(k), Some(Bandwidth(bits))) = (self.bandwidth, graph.bandwidth(id)) {
            line.data(k, format_args!("{bits}"));
        }
        if let (Some(k), Some(Position { x, y })) = (self.position, graph.position(id)) {
            line.data(k, format_args!("{x}"));
            line.data(k + 1, format_args!("{y}"));
        }
    }

    fn write_link(&self, link: LinkAttributes, line: &mut Line) {
        if let (Some(k), Some(latency)) = (self.latency, link.2) {
            line.data(k, format_args!("{}", ms(latency)));
        }
        if let (Some(k), Some(Bandwidth(bits))) = (self.link_bandwidth, link.3) {
            line.data(k, format_args!("{bits}"));
        }
    }
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

/// A text with what XML forbids escaped or replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut line = Line::default();
    Escaped(&mut line).write_str(text).expect("writing to a string never fails");
    line.text
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
