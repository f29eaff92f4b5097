//! Where the nodes of a graph are drawn: forces (Fruchterman and Reingold 1991), so many steps and
//! no chance, so that a graph has one layout on every machine.

/// A point of the plane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Below so many nodes each pushes every other; above, cells of nodes push from afar.
const CELLS_FROM: usize = 300;
const STEPS: std::ops::RangeInclusive<usize> = 40..=150;
const STEPS_OF_CELLS: usize = 60;
/// About so many pairs are looked at in all where each pushes every other.
const PAIRS: usize = 1_500_000;
/// How strongly all are drawn to the middle, which keeps components together.
const GRAVITY: f64 = 0.8;
/// The angle between neighbours of a sunflower, in radians.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// Spots within the unit square for nodes 0.. of a graph with these edges; nodes without an edge
/// lie on a circle around the others.
pub(super) fn layout(nodes: usize, edges: &[(u32, u32)]) -> Vec<Spot> {
    let mut joined = vec![false; nodes];
    for (a, b) in edges {
        joined[*a as usize] = true;
        joined[*b as usize] = true;
    }
    let inner: Vec<usize> = (0..nodes).filter(|node| joined[*node]).collect();
    let alone: Vec<usize> = (0..nodes).filter(|node| !joined[*node]).collect();
    let mut place = vec![0u32; nodes];
    inner.iter().enumerate().for_each(|(k, node)| place[*node] = k as u32);
    let edges: Vec<_> =
        edges.iter().map(|(a, b)| (place[*a as usize], place[*b as usize])).collect();
    let mut spots = vec![Spot { x: 0.5, y: 0.5 }; nodes];
    let radius = if alone.is_empty() { 0.5 } else { 0.43 };
    for (node, spot) in inner.iter().zip(settle(inner.len(), &edges)) {
        spots[*node] = Spot { x: 0.5 + radius * spot.x, y: 0.5 + radius * spot.y };
    }
    for (k, node) in alone.iter().enumerate() {
        let angle = std::f64::consts::TAU * k as f64 / alone.len() as f64;
        spots[*node] =
            Spot { x: 0.5 + 0.495 * libm::sin(angle), y: 0.5 - 0.495 * libm::cos(angle) };
    }
    spots
}

/// Lets forces act, and answers with spots in the square from -1 to 1.
fn settle(nodes: usize, edges: &[(u32, u32)]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = (0..nodes)
        .map(|k| {
            let (radius, angle) =
                (((k as f64 + 0.5) / nodes as f64).sqrt(), GOLDEN_ANGLE * k as f64);
            Spot { x: radius * libm::cos(angle), y: radius * libm::sin(angle) }
        })
        .collect();
    let ideal = 1.6 / (nodes.max(1) as f64).sqrt();
    let steps = if nodes < CELLS_FROM {
        (PAIRS / (nodes * nodes / 2).max(1)).clamp(*STEPS.start(), *STEPS.end())
    } else {
        STEPS_OF_CELLS
    };
    for step in 0..steps {
        let mut forces: Vec<Spot> = spots
            .iter()
            .map(|spot| Spot { x: -GRAVITY * ideal * spot.x, y: -GRAVITY * ideal * spot.y })
            .collect();
        repel(&spots, ideal, &mut forces);
        for (a, b) in edges {
            let (a, b) = (*a as usize, *b as usize);
            let (dx, dy) = (spots[a].x - spots[b].x, spots[a].y - spots[b].y);
            let pull = (dx * dx + dy * dy).sqrt() / ideal;
            forces[a] = Spot { x: forces[a].x - dx * pull, y: forces[a].y - dy * pull };
            forces[b] = Spot { x: forces[b].x + dx * pull, y: forces[b].y + dy * pull };
        }
        let heat = 0.12 * (1.0 - step as f64 / steps as f64) + 0.002;
        for (spot, force) in spots.iter_mut().zip(forces) {
            let length = (force.x * force.x + force.y * force.y).sqrt().max(1e-12);
            let by = length.min(heat) / length;
            *spot = Spot {
                x: (spot.x + force.x * by).clamp(-2.0, 2.0),
                y: (spot.y + force.y * by).clamp(-2.0, 2.0),
            };
        }
    }
    fit(spots)
}

fn push(spots: &[Spot], (a, b): (usize, usize), square: f64, forces: &mut [Spot]) {
    let (dx, dy) = (spots[a].x - spots[b].x, spots[a].y - spots[b].y);
    let by = square / (dx * dx + dy * dy).max(1e-9);
    forces[a] = Spot { x: forces[a].x + dx * by, y: forces[a].y + dy * by };
    forces[b] = Spot { x: forces[b].x - dx * by, y: forces[b].y - dy * by };
}

fn repel(spots: &[Spot], ideal: f64, forces: &mut [Spot]) {
    let square = ideal * ideal;
    if spots.len() < CELLS_FROM {
        for a in 0..spots.len() {
            for b in 0..a {
                push(spots, (a, b), square, forces);
            }
        }
        return;
    }
    let cells = Cells::of(spots);
    for (a, spot) in spots.iter().enumerate() {
        let (row, column) = cells.cell(*spot);
        for (number, (nodes, middle)) in cells.all.iter().enumerate() {
            let is_near =
                (number / SIDE).abs_diff(row) <= 1 && (number % SIDE).abs_diff(column) <= 1;
            if is_near {
                nodes.iter().for_each(|b| pushed(*spot, spots[*b], square, &mut forces[a]));
            } else if !nodes.is_empty() {
                // From afar a cell is as if all its nodes were in their middle.
                pushed(*spot, *middle, square * nodes.len() as f64, &mut forces[a]);
            }
        }
    }
}

fn pushed(spot: Spot, by: Spot, square: f64, force: &mut Spot) {
    let (dx, dy) = (spot.x - by.x, spot.y - by.y);
    let strength = square / (dx * dx + dy * dy).max(1e-9);
    *force = Spot { x: force.x + dx * strength, y: force.y + dy * strength };
}

/// So many cells has a side.
const SIDE: usize = 16;

/// Nodes by where they are.
struct Cells {
    origin: Spot,
    size: f64,
    /// Row by row: the nodes of a cell and their middle.
    all: Vec<(Vec<usize>, Spot)>,
}

impl Cells {
    fn of(spots: &[Spot]) -> Cells {
        let (xs, ys) = (range(spots, |spot| spot.x), range(spots, |spot| spot.y));
        let size = ((xs.1 - xs.0).max(ys.1 - ys.0) / SIDE as f64).max(1e-9);
        let empty = vec![(Vec::new(), Spot::default()); SIDE * SIDE];
        let mut cells = Cells { origin: Spot { x: xs.0, y: ys.0 }, size, all: empty };
        for (node, spot) in spots.iter().enumerate() {
            let (row, column) = cells.cell(*spot);
            let (nodes, middle) = &mut cells.all[row * SIDE + column];
            nodes.push(node);
            let share = 1.0 / nodes.len() as f64;
            middle.x += (spot.x - middle.x) * share;
            middle.y += (spot.y - middle.y) * share;
        }
        cells
    }

    fn cell(&self, spot: Spot) -> (usize, usize) {
        let place = |at: f64, from: f64| (((at - from) / self.size) as usize).min(SIDE - 1);
        (place(spot.y, self.origin.y), place(spot.x, self.origin.x))
    }
}

fn range(spots: &[Spot], of: fn(&Spot) -> f64) -> (f64, f64) {
    let all = spots.iter().map(of);
    all.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
}

/// So much of what lies farther out than nine tenths of the nodes is kept: a few nodes at the rim
/// would else make all others small.
const RIM_KEPT: f64 = 0.35;

/// Moves and scales all into the square from -1 to 1, the rim drawn in.
fn fit(mut spots: Vec<Spot>) -> Vec<Spot> {
    centre(&mut spots);
    let length = |spot: &Spot| (spot.x * spot.x + spot.y * spot.y).sqrt();
    let mut lengths: Vec<f64> = spots.iter().map(length).collect();
    lengths.sort_by(f64::total_cmp);
    let rim = lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(1.0).max(1e-9);
    for spot in &mut spots {
        let length = length(spot);
        if length > rim {
            let by = (rim + (length - rim) * RIM_KEPT) / length;
            *spot = Spot { x: spot.x * by, y: spot.y * by };
        }
    }
    centre(&mut spots);
    spots
}

fn centre(spots: &mut [Spot]) {
    let (xs, ys) = (range(spots, |spot| spot.x), range(spots, |spot| spot.y));
    let half = ((xs.1 - xs.0).max(ys.1 - ys.0) / 2.0).max(1e-9);
    for spot in spots {
        spot.x = (spot.x - (xs.0 + xs.1) / 2.0) / half;
        spot.y = (spot.y - (ys.0 + ys.1) / 2.0) / half;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(a: Spot, b: Spot) -> f64 {
        ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).sqrt()
    }

    #[test]
    fn neighbours_lie_near_and_all_within_the_square() {
        for nodes in [2usize, 40, 600] {
            let edges: Vec<_> = (1..nodes as u32).map(|k| (k - 1, k)).collect();
            let spots = layout(nodes + 1, &edges);
            assert!(spots.iter().all(|s| (0.0..=1.0).contains(&s.x) && (0.0..=1.0).contains(&s.y)));
            let mean = |pairs: &mut dyn Iterator<Item = (usize, usize)>| {
                let all: Vec<_> = pairs.map(|(a, b)| apart(spots[a], spots[b])).collect();
                all.iter().sum::<f64>() / all.len() as f64
            };
            let joined = mean(&mut (1..nodes).map(|k| (k - 1, k)));
            let any = mean(&mut (0..nodes).flat_map(|a| (0..a).map(move |b| (a, b))));
            assert!(nodes == 2 || 3.0 * joined < any, "{nodes}: {joined} {any}");
            assert!(
                apart(spots[nodes], Spot { x: 0.5, y: 0.5 }) > 0.49,
                "a lone node lies outside"
            );
        }
    }

    #[test]
    fn a_layout_is_pinned() {
        let spots = layout(5, &[(0, 1), (1, 2), (2, 0), (2, 3)]);
        let shown: Vec<_> = spots.iter().map(|s| format!("{:.3},{:.3}", s.x, s.y)).collect();
        assert_eq!(
            shown,
            ["0.070,0.696", "0.147,0.304", "0.487,0.575", "0.930,0.662", "0.500,0.005"]
        );
    }
}
