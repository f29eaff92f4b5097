//! Node-link JSON out: a node or a link a line, in an order that never varies.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::snapshot::{Cells, Column, Snapshot};
use crate::kernel::NodeId;

/// Writes a snapshot as node-link JSON. Links are written as directed ones, each by its source, in
/// the order of its slots; an undirected edge is written in both directions.
///
/// # Errors
/// Those of `out`.
///
/// # Panics
/// If a column does not have a cell for each node or link.
pub fn write_node_link(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    snapshot.assert_sound();
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
    }
    out.write_all(br#"],"links":["#)?;
    for (place, source, target) in snapshot.numbered_links() {
        out.write_all(start_of_line(place == 0))?;
        write!(out, r#"{{"source":{source},"target":{target}"#)?;
        write_cells(out, &snapshot.links, place)?;
    }
    out.write_all(b"]}\n")
}

fn start_of_line(first: bool) -> &'static [u8] {
    if first { b"\n" } else { b",\n" }
}

/// The attributes of one node or link, and the end of its object.
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
    out.write_all(b"}")
}

fn write_string(out: &mut impl Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
