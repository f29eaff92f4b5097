//! DOT out, for Graphviz.

use std::io::{self, Write};

use super::super::snapshot::Snapshot;
use crate::kernel::NodeId;
use crate::topology::matrix::ms;
use crate::topology::{Bandwidth, Position};

/// Writes a snapshot in the language of Graphviz.
///
/// # Errors
/// Those of `out`.
pub fn write_dot(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    let graph = &snapshot.graph;
    let is_plain = snapshot.is_plain();
    let (kind, arrow) = if is_plain { ("graph", "--") } else { ("digraph", "->") };
    writeln!(out, "{kind} corsair {{")?;
    for id in (0..graph.nodes()).map(NodeId) {
        let mut attributes = Vec::new();
        if let Some(group) = graph.groups().and_then(|groups| groups.name(id)) {
            attributes.push(format!("group={}", quoted(group)));
        }
        if let Some(Bandwidth(bits)) = graph.bandwidth(id) {
            attributes.push(format!("bandwidth={bits}"));
        }
        if let Some(Position { x, y }) = graph.position(id) {
            attributes.push(format!("pos=\"{x},{y}\""));
        }
        let label = quoted(&graph.label(id).to_string());
        writeln!(out, "  {label}{};", list(&attributes))?;
    }
    for (source, target, latency, bandwidth) in graph.link_attributes() {
        if is_plain && source > target {
            continue;
        }
        let mut attributes = Vec::new();
        attributes.extend(latency.map(|latency| format!("latency={}", ms(latency))));
        attributes.extend(bandwidth.map(|Bandwidth(bits)| format!("bandwidth={bits}")));
        let label = |id| quoted(&graph.label(id).to_string());
        writeln!(out, "  {} {arrow} {}{};", label(source), label(target), list(&attributes))?;
    }
    writeln!(out, "}}")
}

fn list(attributes: &[String]) -> String {
    if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
