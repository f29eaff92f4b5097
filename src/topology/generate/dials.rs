//! `k_out` and `random_dial`: each node chooses some others.

use super::{Degree, GenerateError, check_room};
use crate::kernel::{Bits, NodeId, Stream};
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// Whether a node may dial another twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialling {
    /// It dials so many different ones.
    Distinct,
    /// It draws each dial from all others.
    Repeating,
}

/// Each node picks `degree` different others; who picked or was picked is joined (spigo's buddies).
///
/// # Errors
/// No nodes; `degree` not below `nodes`; more edges than rows can hold.
pub fn k_out(nodes: u32, degree: Degree, random: &mut Stream) -> Result<Graph, GenerateError> {
    let picks = picks(nodes, degree, random)?;
    Ok(union(&picks))
}

/// Node 0, 1, ... dials others in turn; a link that is there already stays as it is. Each link
/// knows who dialled it ([`Graph::dialled`]).
///
/// # Errors
/// No nodes; more different dials than other nodes, or any where there are none; more edges than
/// rows can hold.
pub fn random_dial(
    nodes: u32,
    dials: Degree,
    dialling: Dialling,
    random: &mut Stream,
) -> Result<Graph, GenerateError> {
    let drawn = match dialling {
        Dialling::Distinct => picks(nodes, dials, random)?,
        Dialling::Repeating => repeating(nodes, dials, random)?,
    };
    // Whoever comes first has dialled: the later of two that dialled each other has not.
    let is_first =
        |me: NodeId, other: NodeId| other > me || drawn.row(other).binary_search(&me).is_err();
    let own = |(me, row): (NodeId, &[NodeId])| {
        row.iter().copied().filter(|other| is_first(me, *other)).collect::<Vec<_>>()
    };
    let dialled = Rows::collect(drawn.iter().map(own));
    Ok(union(&dialled).with_dialled(dialled))
}

/// The undirected graph of who chose whom.
fn union(chosen: &Rows) -> Graph {
    let edges = chosen.iter().flat_map(|(me, row)| row.iter().map(move |other| (me, *other)));
    let mut rows = Rows::both_ways(chosen.nodes(), edges);
    rows.sort();
    rows.dedup();
    Graph::undirected(rows)
}

fn check(nodes: u32, degree: Degree) -> Result<(), GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    if degree.0 >= nodes {
        return Err(GenerateError::TooManyNeighbours { nodes, degree });
    }
    check_room(u64::from(nodes) * u64::from(degree.0))
}

/// Each node's choice of different others, sorted: Floyd's algorithm (Bentley and Floyd 1987).
fn picks(nodes: u32, degree: Degree, random: &mut Stream) -> Result<Rows, GenerateError> {
    check(nodes, degree)?;
    let others = nodes - 1;
    // Who was chosen last by whom, counted from 1.
    let mut chosen_by = vec![0u32; others as usize];
    let mut row = Vec::with_capacity(degree.0 as usize);
    let choose = |me: u32| {
        row.clear();
        for last in others - degree.0..others {
            let drawn = random.below(u64::from(last) + 1) as u32;
            let choice = if chosen_by[drawn as usize] == me + 1 { last } else { drawn };
            chosen_by[choice as usize] = me + 1;
            row.push(NodeId(choice + u32::from(choice >= me)));
        }
        row.sort_unstable();
        row.clone()
    };
    Ok(Rows::collect((0..nodes).map(choose)))
}

/// Each node's draws from all others, sorted, each once.
fn repeating(nodes: u32, degree: Degree, random: &mut Stream) -> Result<Rows, GenerateError> {
    if nodes <= 1 {
        check(nodes, degree)?;
    }
    check_room(u64::from(nodes) * u64::from(degree.0))?;
    let draw = |me: u32| {
        let one = |_| {
            let choice = random.below(u64::from(nodes - 1)) as u32;
            NodeId(choice + u32::from(choice >= me))
        };
        let mut row: Vec<NodeId> = (0..degree.0).map(one).collect();
        row.sort_unstable();
        row.dedup();
        row
    };
    Ok(Rows::collect((0..nodes).map(draw)))
}
