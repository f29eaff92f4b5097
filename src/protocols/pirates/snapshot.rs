//! Pirates at a moment, as graph files show them.

use super::metrics::{pirates, rows};
use super::{Keeps, Tally};
use crate::kernel::NodeId;
use crate::simulation::Nodes;
use crate::topology::files::{Cells, Column, Snapshot};
use crate::topology::{Graph, Labels};

/// Who knows whom, with gold, periods, rumours and states; credit on the edges.
pub(super) fn take<P: Keeps>(tally: &Tally, world: &impl Nodes<P>, labels: Labels) -> Snapshot {
    let numbers = |name, cells: Vec<u64>| Column {
        name,
        cells: Cells::Numbers(cells.into_iter().map(Some).collect()),
    };
    let purses = pirates(world).map(|(_, chest)| u64::from(chest.booty));
    let periods = pirates(world).map(|(p, _)| p.map_or(0, |p| u64::from(p.period_ms())));
    let rumours = pirates(world).map(|(p, _)| p.map_or(0, |p| u64::from(p.rumours())));
    let states = (0..).map(NodeId).zip(pirates(world)).map(|(id, (pirate, _))| {
        Some(match pirate {
            None => "down",
            Some(pirate) if pirate.has_left() => "left",
            Some(_) if tally.is_enlisted(id) => "aboard",
            Some(_) => "absent",
        })
    });
    let credit = pirates(world).flat_map(|(pirate, chest)| {
        let slots = pirate.map_or(0, |pirate| pirate.buddies().len());
        chest.credit[..slots].iter().map(|coins| u64::from(*coins))
    });
    Snapshot {
        header: None,
        model: None,
        nodes: vec![
            numbers("gold", purses.collect()),
            numbers("period_ms", periods.collect()),
            numbers("rumours", rumours.collect()),
            Column { name: "state", cells: Cells::Texts(states.collect()) },
        ],
        links: vec![numbers("credit", credit.collect())],
        graph: Graph::from_rows(rows(world)).with_labels(labels),
    }
}
