//! `random_geometric`: points in a square, joined where they are near.

use super::{GenerateError, check_room};
use crate::kernel::{Bits, NodeId, Stream};
use crate::topology::attributes::Position;
use crate::topology::graph::Graph;
use crate::topology::rows::Rows;

/// What the points lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The unit square.
    Square,
    /// The unit square with opposite sides joined.
    Torus,
}

impl Surface {
    /// How far apart two points are.
    pub fn distance(self, a: Position, b: Position) -> f64 {
        self.squared(a, b).sqrt()
    }

    #[inline(always)]
    fn squared(self, a: Position, b: Position) -> f64 {
        let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let (dx, dy) = match self {
            Surface::Square => (dx, dy),
            Surface::Torus => (dx.min(1.0 - dx), dy.min(1.0 - dy)),
        };
        dx * dx + dy * dy
    }
}

/// Nodes at uniform places, joined where their distance is at most `radius`. The places are kept.
///
/// # Errors
/// No nodes; more edges than rows can hold.
pub fn random_geometric(
    nodes: u32,
    radius: f64,
    surface: Surface,
    random: &mut Stream,
) -> Result<Graph, GenerateError> {
    if nodes == 0 {
        return Err(GenerateError::NoNodes);
    }
    let share = (std::f64::consts::PI * radius * radius).min(1.0);
    let mean = super::pairs(nodes) as f64 * share;
    check_room((mean * 1.1) as u64)?;
    let place = |_| {
        let x = random.unit();
        Position { x, y: random.unit() }
    };
    let positions: Vec<Position> = (0..nodes).map(place).collect();
    let cells = Cells::new(&positions, radius, surface);
    let near = |id: u32| {
        let (me, positions) = (NodeId(id), &positions);
        let at = positions[me.index()];
        let is_near = move |other: &NodeId| {
            *other != me && surface.squared(at, positions[other.index()]) <= radius * radius
        };
        cells.around(at).filter(is_near)
    };
    let rows = Rows::collect((0..nodes).map(near));
    Ok(Graph::undirected(rows).with_positions(positions.into_iter().map(Some).collect()))
}

/// The nodes by the cells of a square grid whose cells are no narrower than the radius.
struct Cells {
    side: u32,
    surface: Surface,
    nodes: Rows,
}

impl Cells {
    fn new(positions: &[Position], radius: f64, surface: Surface) -> Cells {
        let nodes = positions.len() as u32;
        // More cells than nodes would only cost memory.
        let most = f64::from(nodes).sqrt().ceil();
        let side = (1.0 / radius).floor().clamp(1.0, most) as u32;
        let cell = |at: &Position| NodeId(cell_of(at.y, side) * side + cell_of(at.x, side));
        let links = positions.iter().zip(0..).map(|(at, id)| (cell(at), NodeId(id)));
        Cells { side, surface, nodes: Rows::from_links(side * side, links) }
    }

    /// All nodes that may be near.
    fn around(&self, at: Position) -> impl Iterator<Item = NodeId> + '_ {
        let columns = self.beside(cell_of(at.x, self.side));
        let rows = self.beside(cell_of(at.y, self.side));
        let cells = rows.into_iter().flatten().flat_map(move |row| {
            columns.into_iter().flatten().map(move |column| NodeId(row * self.side + column))
        });
        cells.flat_map(|cell| self.nodes.row(cell).iter().copied())
    }

    /// A column or row and those beside it, each once.
    fn beside(&self, place: u32) -> [Option<u32>; 3] {
        let last = self.side - 1;
        let wrap = |edge: u32| (self.surface == Surface::Torus && self.side >= 3).then_some(edge);
        let before = if place > 0 { Some(place - 1) } else { wrap(last) };
        let after = if place < last { Some(place + 1) } else { wrap(0) };
        [before, Some(place), after]
    }
}

fn cell_of(coordinate: f64, side: u32) -> u32 {
    ((coordinate * f64::from(side)) as u32).min(side - 1)
}
