//! GEXF 1.3 out, for Gephi.

use std::io::{self, Write};

use super::super::snapshot::Snapshot;
use super::graphml::escaped;
use crate::kernel::NodeId;
use crate::topology::matrix::ms;
use crate::topology::{Bandwidth, Position};

/// Writes a snapshot as GEXF: latencies and bandwidths as attributes, positions for its viewer.
///
/// # Errors
/// Those of `out`.
pub fn write_gexf(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    let graph = &snapshot.graph;
    let is_plain = snapshot.is_plain();
    let default = if is_plain { "undirected" } else { "directed" };
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    out.write_all(b"<gexf xmlns=\"http://gexf.net/1.3\" ")?;
    out.write_all(b"xmlns:viz=\"http://gexf.net/1.3/viz\" version=\"1.3\">\n")?;
    writeln!(out, "  <graph defaultedgetype=\"{default}\">")?;
    out.write_all(
        b"    <attributes class=\"node\">\n\
          \x20     <attribute id=\"group\" title=\"group\" type=\"string\"/>\n\
          \x20     <attribute id=\"bandwidth\" title=\"bandwidth\" type=\"long\"/>\n\
          \x20   </attributes>\n\
          \x20   <attributes class=\"edge\">\n\
          \x20     <attribute id=\"latency\" title=\"latency\" type=\"double\"/>\n\
          \x20     <attribute id=\"bandwidth\" title=\"bandwidth\" type=\"long\"/>\n\
          \x20   </attributes>\n    <nodes>\n",
    )?;
    for id in (0..graph.nodes()).map(NodeId) {
        let label = escaped(&graph.label(id).to_string());
        let mut values = Vec::new();
        if let Some(group) = graph.groups().and_then(|groups| groups.name(id)) {
            values.push(("group", escaped(group)));
        }
        values.extend(graph.bandwidth(id).map(|Bandwidth(bits)| ("bandwidth", bits.to_string())));
        let position = graph.position(id).map_or(String::new(), |Position { x, y }| {
            format!("<viz:position x=\"{x}\" y=\"{y}\"/>")
        });
        let inside = attributes(&values) + &position;
        write!(out, "      <node id=\"{id}\" label=\"{label}\"")?;
        close(out, "node", &inside)?;
    }
    out.write_all(b"    </nodes>\n    <edges>\n")?;
    let links = graph.link_attributes().filter(|link| !is_plain || link.0 < link.1);
    for (number, (source, target, latency, bandwidth)) in links.enumerate() {
        let mut values = Vec::new();
        values.extend(latency.map(|latency| ("latency", ms(latency))));
        values.extend(bandwidth.map(|Bandwidth(bits)| ("bandwidth", bits.to_string())));
        write!(out, "      <edge id=\"{number}\" source=\"{source}\" target=\"{target}\"")?;
        close(out, "edge", &attributes(&values))?;
    }
    out.write_all(b"    </edges>\n  </graph>\n</gexf>\n")
}

fn attributes(values: &[(&str, String)]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let value =
        |(id, value): &(&str, String)| format!("<attvalue for=\"{id}\" value=\"{value}\"/>");
    format!("<attvalues>{}</attvalues>", values.iter().map(value).collect::<String>())
}

fn close(out: &mut impl Write, name: &str, inside: &str) -> io::Result<()> {
    match inside {
        "" => writeln!(out, "/>"),
        inside => writeln!(out, ">{inside}</{name}>"),
    }
}
