//! CSV edge lists out: an edge a line.

use std::io::{self, Write};

use super::super::snapshot::Snapshot;
use crate::kernel::NodeId;
use crate::topology::Bandwidth;
use crate::topology::matrix::ms;

/// Writes the edges of a snapshot with the latencies and bandwidths that there are, in the order in
/// which a walk from node 0 finds them: a reader that numbers nodes as they appear writes them in
/// the same order again. Answers what an edge list cannot say.
///
/// # Errors
/// Those of `out`.
pub fn write_edge_list(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<Vec<String>> {
    let graph = &snapshot.graph;
    let is_plain = snapshot.is_plain();
    let (mut has_latency, mut has_bandwidth) = (false, false);
    if graph.has_link_attributes() {
        for link in graph.link_attributes() {
            has_latency |= link.2.is_some();
            has_bandwidth |= link.3.is_some();
        }
    }
    let mut table = csv::WriterBuilder::new().from_writer(out);
    let mut head = vec!["source", "target"];
    head.extend(has_latency.then_some("latency_ms"));
    head.extend(has_bandwidth.then_some("bandwidth_bps"));
    table.write_record(&head)?;
    let walk = Walk::along(snapshot);
    let mut row = Vec::new();
    for source in &walk.order {
        let mut links: Vec<_> = graph.links_from(*source).collect();
        if is_plain {
            links.retain(|(target, _)| walk.rank(*target) > walk.rank(*source));
            links.sort_by_key(|(target, _)| walk.rank(*target));
        }
        for (target, latency) in links {
            row.clear();
            row.extend([graph.label(*source).to_string(), graph.label(target).to_string()]);
            row.extend(has_latency.then(|| latency.map_or(String::new(), ms)));
            if has_bandwidth {
                let bandwidth = graph.link_bandwidth(*source, target);
                row.push(bandwidth.map_or(String::new(), |Bandwidth(bits)| bits.to_string()));
            }
            table.write_record(&row)?;
        }
    }
    table.flush()?;
    let mut warnings = Vec::new();
    let alone = graph.nodes() as usize - walk.order.len();
    if alone > 0 {
        warnings.push(format!("nodes without edges, which an edge list leaves out: {alone}"));
    }
    if !is_plain {
        let say = "an edge list does not say that edges lead one way: read it with directed: true";
        warnings.push(say.to_owned());
    }
    let ids = (0..graph.nodes()).map(NodeId);
    let has_more = graph.groups().is_some()
        || ids.clone().any(|id| graph.bandwidth(id).is_some() || graph.position(id).is_some())
        || !snapshot.nodes.is_empty();
    if has_more {
        warnings.push(
            "what is known of nodes is left out: an edge list has no place for it".to_owned(),
        );
    }
    Ok(warnings)
}

/// The nodes that have links, in the order in which they are found: breadth first, from the least
/// node that is not found yet.
struct Walk {
    order: Vec<NodeId>,
    ranks: Vec<u32>,
}

impl Walk {
    const UNSEEN: u32 = u32::MAX;

    fn along(snapshot: &Snapshot) -> Walk {
        let graph = &snapshot.graph;
        let nodes = graph.nodes();
        let mut walk = Walk { order: Vec::new(), ranks: vec![Walk::UNSEEN; nodes as usize] };
        let mut next = 0;
        for start in (0..nodes).map(NodeId) {
            if !graph.peers(start).is_empty() {
                walk.find(start);
            }
            while let Some(&node) = walk.order.get(next) {
                graph.peers(node).iter().for_each(|peer| walk.find(peer));
                next += 1;
            }
        }
        walk
    }

    fn find(&mut self, id: NodeId) {
        if self.ranks[id.index()] == Walk::UNSEEN {
            self.ranks[id.index()] = self.order.len() as u32;
            self.order.push(id);
        }
    }

    fn rank(&self, id: NodeId) -> u32 {
        self.ranks[id.index()]
    }
}
