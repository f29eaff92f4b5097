//! Graphs by rule alone: rows, rings, stars, trees, grids and cubes.

use super::GenerateError;
use crate::kernel::NodeId;
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// How many children a node of a tree has, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity(pub u32);

/// How many columns a grid has, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(pub u32);

/// Edges i - i+1.
pub fn line(nodes: u32) -> Graph {
    let last = nodes.saturating_sub(1);
    let before = |id: u32| (id > 0).then(|| NodeId(id - 1));
    let after = |id: u32| (id < last).then(|| NodeId(id + 1));
    let row = |id: u32| before(id).into_iter().chain(after(id));
    Graph::undirected(Rows::collect((0..nodes).map(row)))
}

/// A line whose ends are joined; two nodes have one edge, one has none.
pub fn ring(nodes: u32) -> Graph {
    if nodes < 3 {
        return line(nodes);
    }
    let last = nodes - 1;
    let row = |id: u32| match id {
        0 => [NodeId(1), NodeId(last)],
        _ if id == last => [NodeId(0), NodeId(last - 1)],
        _ => [NodeId(id - 1), NodeId(id + 1)],
    };
    Graph::undirected(Rows::collect((0..nodes).map(row)))
}

/// Edges between node 0, the hub, and every other.
pub fn star(nodes: u32) -> Graph {
    let hub = (0..nodes.min(1)).map(|_| 1..nodes);
    let others = (1..nodes).map(|_| 0..1);
    Graph::undirected(Rows::collect(hub.chain(others).map(|row| row.map(NodeId))))
}

/// Edges between i > 0 and its parent (i - 1) div `arity`.
pub fn tree(nodes: u32, arity: Arity) -> Graph {
    let arity = u64::from(arity.0.max(1));
    let row = |id: u32| {
        let parent = (id > 0).then(|| ((u64::from(id) - 1) / arity) as u32);
        let first = u64::from(id) * arity + 1;
        let bound = |child: u64| child.min(u64::from(nodes)) as u32;
        parent.into_iter().chain(bound(first)..bound(first + arity)).map(NodeId)
    };
    Graph::undirected(Rows::collect((0..nodes).map(row)))
}

/// Rows of `columns` nodes, each joined to those beside, above and below it; the last row may be
/// short. Without columns there are ceil(sqrt(nodes)).
pub fn grid(nodes: u32, columns: Option<Columns>) -> Graph {
    let columns = columns.map_or_else(|| root_above(nodes), |columns| columns.0).max(1);
    let row = |id: u32| {
        let column = id % columns;
        let above = id.checked_sub(columns);
        let before = (column > 0).then(|| id - 1);
        let after = (column + 1 < columns && id + 1 < nodes).then(|| id + 1);
        let below = id.checked_add(columns).filter(|below| *below < nodes);
        [above, before, after, below].into_iter().flatten().map(NodeId)
    };
    Graph::undirected(Rows::collect((0..nodes).map(row)))
}

/// A grid whose opposite sides are joined. Without columns it is square.
///
/// # Errors
/// `nodes` is not columns x rows, both at least 3; more than 2^31 edges.
pub fn torus(nodes: u32, columns: Option<Columns>) -> Result<Graph, GenerateError> {
    let columns = columns.unwrap_or_else(|| Columns(root_above(nodes)));
    let Columns(width) = columns;
    if width < 3 || !nodes.is_multiple_of(width) || nodes / width < 3 {
        return Err(GenerateError::NoTorus { nodes, columns });
    }
    super::check_room(2 * u64::from(nodes))?;
    let height = nodes / width;
    let row = |id: u32| {
        let (row, column) = (id / width, id % width);
        let at = |row: u32, column: u32| NodeId((row % height) * width + column % width);
        [
            at(row + height - 1, column),
            at(row, column + width - 1),
            at(row, column + 1),
            at(row + 1, column),
        ]
    };
    Ok(Graph::undirected(Rows::collect((0..nodes).map(row))))
}

/// Edges between ids that differ in one bit.
///
/// # Errors
/// No nodes, or `nodes` is no power of two; more than 2^31 edges.
pub fn hypercube(nodes: u32) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    if !nodes.is_power_of_two() {
        return Err(GenerateError::NoHypercube { nodes });
    }
    let bits = nodes.ilog2();
    super::check_room(u64::from(nodes) * u64::from(bits) / 2)?;
    let row = |id: u32| (0..bits).map(move |bit| NodeId(id ^ 1 << bit));
    Ok(Graph::undirected(Rows::collect((0..nodes).map(row))))
}

/// The least whole number whose square is at least `nodes`.
fn root_above(nodes: u32) -> u32 {
    let floor = nodes.isqrt();
    floor + u32::from(u64::from(floor) * u64::from(floor) < u64::from(nodes))
}
