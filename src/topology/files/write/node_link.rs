//! Node-link JSON out: a node or a link a line, in an order that never varies.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::snapshot::{Cells, Column, Snapshot};
use crate::kernel::NodeId;
use crate::topology::annotate::LinkAttributes;
use crate::topology::matrix::ms;
use crate::topology::{Bandwidth, Graph, Position};

/// What the list of edges is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdgeKey {
    /// As NetworkX calls it since version 3.4.
    #[default]
    Edges,
    /// As D3 does, and NetworkX did before.
    Links,
}

/// Writes a snapshot as node-link JSON. An undirected graph is written as NetworkX writes it, nodes
/// by their labels and each edge once, under the key that is given. A directed one, and a snapshot
/// of a run, have `links`, each by its source, in the order of its slots; there an undirected edge
/// is written in both directions.
///
/// # Errors
/// Those of `out`.
///
/// # Panics
/// If a column does not have a cell for each node or link.
pub fn write_node_link(snapshot: &Snapshot, key: EdgeKey, out: &mut impl Write) -> io::Result<()> {
    snapshot.assert_sound();
    if snapshot.is_plain() { write_plain(snapshot, key, out) } else { write_links(snapshot, out) }
}

fn write_plain(snapshot: &Snapshot, key: EdgeKey, out: &mut impl Write) -> io::Result<()> {
    let graph = &snapshot.graph;
    out.write_all(br#"{"directed":false,"multigraph":false,"graph":{},"nodes":["#)?;
    let mut label = Label::default();
    for id in (0..graph.nodes()).map(NodeId) {
        out.write_all(start_of_line(id.0 == 0))?;
        out.write_all(br#"{"id":"#)?;
        out.write_all(label.of(snapshot, id)?)?;
        write_cells(out, &snapshot.nodes, id.index())?;
        write_node_attributes(out, graph, id)?;
        out.write_all(b"}")?;
    }
    let key = match key {
        EdgeKey::Edges => "edges",
        EdgeKey::Links => "links",
    };
    write!(out, r#"],"{key}":["#)?;
    let mut first = true;
    for (place, link) in graph.link_attributes().enumerate().filter(|(_, link)| link.0 < link.1) {
        out.write_all(start_of_line(std::mem::replace(&mut first, false)))?;
        out.write_all(br#"{"source":"#)?;
        out.write_all(label.of(snapshot, link.0)?)?;
        out.write_all(br#","target":"#)?;
        out.write_all(label.of(snapshot, link.1)?)?;
        write_cells(out, &snapshot.links, place)?;
        write_link_attributes(out, link)?;
        out.write_all(b"}")?;
    }
    write!(out, r#"],"total_nodes":{},"total_edges":{}"#, graph.nodes(), graph.edges())?;
    if let Some(model) = &snapshot.model {
        out.write_all(br#","model":"#)?;
        write_string(out, model)?;
    }
    out.write_all(b"}\n")
}

fn write_links(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    out.write_all(br#"{"schema":1,"directed":true,"multigraph":false,"graph":{"#)?;
    if let Some(header) = &snapshot.header {
        out.write_all(br#""name":"#)?;
        write_string(out, &header.name)?;
        out.write_all(br#","protocol":"#)?;
        write_string(out, &header.protocol)?;
        write!(out, r#","run":{},"t_ms":{}"#, header.run, header.t_ms)?;
    }
    out.write_all(br#"},"nodes":["#)?;
    let mut name = String::new();
    for id in 0..snapshot.graph.nodes() {
        name.clear();
        write!(name, "{}", snapshot.graph.label(NodeId(id))).expect("a string takes any text");
        out.write_all(start_of_line(id == 0))?;
        write!(out, r#"{{"id":{id},"name":"#)?;
        write_string(out, &name)?;
        write_cells(out, &snapshot.nodes, id as usize)?;
        write_node_attributes(out, &snapshot.graph, NodeId(id))?;
        out.write_all(b"}")?;
    }
    out.write_all(br#"],"links":["#)?;
    for (place, link) in snapshot.graph.link_attributes().enumerate() {
        out.write_all(start_of_line(place == 0))?;
        write!(out, r#"{{"source":{},"target":{}"#, link.0, link.1)?;
        write_cells(out, &snapshot.links, place)?;
        write_link_attributes(out, link)?;
        out.write_all(b"}")?;
    }
    out.write_all(b"]}\n")
}

/// A label as JSON: a whole number where it is one, else a string.
#[derive(Default)]
struct Label {
    text: String,
    json: Vec<u8>,
}

impl Label {
    fn of(&mut self, snapshot: &Snapshot, id: NodeId) -> io::Result<&[u8]> {
        self.text.clear();
        self.json.clear();
        write!(self.text, "{}", snapshot.graph.label(id)).expect("a string takes any text");
        let is_digit = |byte: u8| byte.is_ascii_digit();
        let is_number = self.text == "0"
            || self.text.bytes().all(is_digit)
                && (1..=15).contains(&self.text.len())
                && !self.text.starts_with('0');
        if is_number {
            self.json.extend_from_slice(self.text.as_bytes());
        } else {
            write_string(&mut self.json, &self.text)?;
        }
        Ok(&self.json)
    }
}

fn write_node_attributes(out: &mut impl Write, graph: &Graph, id: NodeId) -> io::Result<()> {
    if let Some(group) = graph.groups().and_then(|groups| groups.name(id)) {
        out.write_all(br#","group":"#)?;
        write_string(out, group)?;
    }
    if let Some(Bandwidth(bits)) = graph.bandwidth(id) {
        write!(out, r#","bandwidth":{bits}"#)?;
    }
    if let Some(Position { x, y }) = graph.position(id) {
        write!(out, r#","x":{x},"y":{y}"#)?;
    }
    Ok(())
}

fn write_link_attributes(out: &mut impl Write, link: LinkAttributes) -> io::Result<()> {
    if let Some(latency) = link.2 {
        write!(out, r#","latency":{}"#, ms(latency))?;
    }
    if let Some(Bandwidth(bits)) = link.3 {
        write!(out, r#","bandwidth":{bits}"#)?;
    }
    Ok(())
}

fn start_of_line(first: bool) -> &'static [u8] {
    if first { b"\n" } else { b",\n" }
}

/// The columns of one node or link.
fn write_cells(out: &mut impl Write, columns: &[Column], place: usize) -> io::Result<()> {
    for Column { name, cells } in columns {
        match cells {
            Cells::Numbers(numbers) => {
                if let Some(number) = numbers[place] {
                    write!(out, r#","{name}":{number}"#)?;
                }
            }
            Cells::Texts(texts) => {
                if let Some(text) = texts.get(place) {
                    write!(out, r#","{name}":"#)?;
                    write_string(out, text)?;
                }
            }
        }
    }
    Ok(())
}

fn write_string(out: &mut impl Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
