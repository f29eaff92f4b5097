//! The sites at a moment, as graph files show them.

use super::Spreads;
use crate::kernel::NodeId;
use crate::simulation::Nodes;
use crate::topology::Labels;
use crate::topology::files::{Cells, Column, Snapshot};

/// The topology, with how many rumors each site knows and whether it is up.
pub(super) fn take<P: Spreads>(world: &impl Nodes<P>, labels: Labels) -> Snapshot {
    let graph = world.graph().clone().with_labels(labels);
    let ids = || (0..graph.nodes()).map(NodeId);
    let known = ids().map(|id| {
        let volatile = world.node(id).map_or(0, |site| site.spreads().len());
        Some(world.disk(id).items().len().max(volatile) as u64)
    });
    let states = ids().map(|id| {
        Some(match world.node(id) {
            None => "down",
            Some(site) if site.spreads().iter().any(|spread| spread.is_infective()) => "infective",
            Some(_) => "up",
        })
    });
    let nodes = vec![
        Column { name: "known", cells: Cells::Numbers(known.collect()) },
        Column { name: "state", cells: Cells::Texts(states.collect()) },
    ];
    Snapshot { header: None, model: None, nodes, links: Vec::new(), graph }
}
