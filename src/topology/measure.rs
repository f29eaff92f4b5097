//! Statistics of a graph, read as directed: degrees, reciprocity, clustering, components.

use crate::kernel::NodeId;

use super::components::{Components, both_ways};
use super::graph::Graph;
use super::rows::Rows;

/// How many nodes have degree 0, 1, 2, ...; ends at the largest degree there is.
pub type Histogram = Vec<u64>;

/// What can be said about a graph. An undirected edge counts as two directed ones; ratios without a
/// denominator are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Number of nodes.
    pub nodes: u64,
    /// Number of directed edges.
    pub edges: u64,
    /// Edges per node.
    pub mean_degree: Option<f64>,
    /// Share of the edges whose reverse exists.
    pub reciprocity: Option<f64>,
    /// Mean over all nodes of the local coefficient of the undirected simple projection (Watts and
    /// Strogatz 1998); a node of degree below 2 counts as 0.
    pub clustering: Option<f64>,
    /// 3 triangles / connected triples of the same projection.
    pub transitivity: Option<f64>,
    /// Number of weakly connected components.
    pub components: u64,
    /// Share of the nodes that the largest component holds.
    pub largest_component: Option<f64>,
    /// Number of nodes with no edge in or out.
    pub isolated: u64,
    /// The largest in-degree; 0 without nodes.
    pub in_degree_max: u64,
    /// The largest out-degree; 0 without nodes.
    pub out_degree_max: u64,
    /// Number of nodes whose in-degree is positive and at least three times the mean degree.
    pub hubs: u64,
    /// Nodes by in-degree.
    pub in_degrees: Histogram,
    /// Nodes by out-degree.
    pub out_degrees: Histogram,
}

impl Statistics {
    /// Measures a graph, in time O(edges x largest degree) at most.
    pub fn of(graph: &Graph) -> Statistics {
        match graph.rows() {
            Some(rows) => Statistics::of_rows(rows),
            None => Statistics::of_complete(u64::from(graph.nodes())),
        }
    }

    /// Measures rows that name no node twice and never their own.
    pub fn of_rows(rows: &Rows) -> Statistics {
        let (nodes, edges) = (u64::from(rows.nodes()), rows.links() as u64);
        let mut in_degrees = vec![0u64; rows.nodes() as usize];
        for (_, row) in rows.iter() {
            row.iter().for_each(|target| in_degrees[target.index()] += 1);
        }
        let out_degrees = rows.iter().map(|(_, row)| row.len() as u64);
        let isolated = out_degrees.clone().zip(&in_degrees).filter(|(o, i)| o + **i == 0).count();
        // In whole numbers, so that no rounding decides: d >= 3 edges / nodes.
        let is_hub = |&&degree: &&u64| degree > 0 && degree * nodes >= 3 * edges;
        // A pair joined both ways stands twice in the rows of both its ends.
        let (projection, reciprocal) = both_ways(rows);
        let triangles = Triangles::of(&projection);
        let components = Components::of_rows(&projection);
        let largest = components.sizes().iter().max();
        Statistics {
            nodes,
            edges,
            mean_degree: ratio(edges, nodes),
            reciprocity: ratio(reciprocal, edges),
            clustering: (nodes > 0).then(|| triangles.local_sum / nodes as f64),
            transitivity: ratio(3 * triangles.count, triangles.triples),
            components: components.count() as u64,
            largest_component: largest.and_then(|size| ratio(u64::from(*size), nodes)),
            isolated: isolated as u64,
            in_degree_max: in_degrees.iter().copied().max().unwrap_or(0),
            out_degree_max: out_degrees.clone().max().unwrap_or(0),
            hubs: in_degrees.iter().filter(is_hub).count() as u64,
            in_degrees: histogram(in_degrees.iter().copied()),
            out_degrees: histogram(out_degrees),
        }
    }

    /// What [`Statistics::of_rows`] would say of all pairs, without listing them.
    fn of_complete(nodes: u64) -> Statistics {
        let degree = nodes.saturating_sub(1);
        let full = |at_least: u64| (nodes >= at_least).then_some(1.0);
        let degrees = histogram(std::iter::repeat_n(degree, nodes as usize));
        Statistics {
            nodes,
            edges: nodes * degree,
            mean_degree: full(1).map(|_| degree as f64),
            reciprocity: full(2),
            clustering: full(3).or(full(1).map(|_| 0.0)),
            transitivity: full(3),
            components: nodes.min(1),
            largest_component: full(1),
            isolated: u64::from(nodes == 1),
            in_degree_max: degree,
            out_degree_max: degree,
            hubs: 0,
            in_degrees: degrees.clone(),
            out_degrees: degrees,
        }
    }

    /// Every metric by its name, in the order of the reference; `None` is missing. Counts are exact
    /// below 2^53.
    pub fn metrics(&self) -> [(&'static str, Option<f64>); 12] {
        let count = |count: u64| Some(count as f64);
        [
            ("nodes", count(self.nodes)),
            ("edges", count(self.edges)),
            ("mean_degree", self.mean_degree),
            ("reciprocity", self.reciprocity),
            ("clustering", self.clustering),
            ("transitivity", self.transitivity),
            ("components", count(self.components)),
            ("largest_component", self.largest_component),
            ("isolated", count(self.isolated)),
            ("in_degree_max", count(self.in_degree_max)),
            ("out_degree_max", count(self.out_degree_max)),
            ("hubs", count(self.hubs)),
        ]
    }
}

pub(super) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

pub(super) fn histogram(degrees: impl Iterator<Item = u64>) -> Histogram {
    let mut counts = Vec::new();
    for degree in degrees {
        let degree = degree as usize;
        if counts.len() <= degree {
            counts.resize(degree + 1, 0);
        }
        counts[degree] += 1;
    }
    counts
}

pub(super) struct Triangles {
    pub(super) count: u64,
    /// Pairs of edges that meet.
    pub(super) triples: u64,
    /// Sum of the local clustering coefficients.
    pub(super) local_sum: f64,
}

impl Triangles {
    /// Each triangle is found once, from its end of least rank: O(m^1.5) whatever the degrees
    /// (Chiba and Nishizeki 1985).
    pub(super) fn of(projection: &Rows) -> Triangles {
        let rank = |id: NodeId| (projection.row(id).len(), id);
        let upward = Rows::collect(projection.iter().map(|(source, row)| {
            row.iter().copied().filter(move |target| rank(source) < rank(*target))
        }));
        let mut corners = vec![0u64; projection.nodes() as usize];
        // Who marked a node last, and who looks: a mark of an earlier node is stale.
        let mut marked_by = vec![None; projection.nodes() as usize];
        for (a, above) in upward.iter() {
            above.iter().for_each(|b| marked_by[b.index()] = Some(a));
            for b in above {
                for c in upward.row(*b).iter().filter(|c| marked_by[c.index()] == Some(a)) {
                    [a, *b, *c].iter().for_each(|corner| corners[corner.index()] += 1);
                }
            }
        }
        let (mut triples, mut local_sum) = (0, 0.0);
        for ((_, row), corners) in projection.iter().zip(&corners) {
            let pairs = row.len() as u64 * (row.len() as u64).saturating_sub(1) / 2;
            triples += pairs;
            local_sum += ratio(*corners, pairs).unwrap_or(0.0);
        }
        Triangles { count: corners.iter().sum::<u64>() / 3, triples, local_sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_ratios() {
        let none = Statistics::of_rows(&Rows::collect(Vec::<Vec<NodeId>>::new()));
        assert_eq!(none, Statistics::of(&Graph::complete(0)));
        assert!(none.metrics().iter().all(|(_, value)| value.is_none_or(|value| value == 0.0)));
        assert_eq!((none.mean_degree, none.clustering, none.largest_component), (None, None, None));
        let alone = Statistics::of(&Graph::empty(2));
        assert_eq!(
            (alone.mean_degree, alone.reciprocity, alone.transitivity),
            (Some(0.0), None, None)
        );
        assert_eq!((alone.clustering, alone.isolated, alone.hubs), (Some(0.0), 2, 0));
    }

    #[test]
    fn complete_needs_no_list() {
        for nodes in 1..6 {
            let pairs =
                (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (NodeId(a), NodeId(b))));
            let listed = Graph::from_edges(nodes, &pairs.collect::<Vec<_>>());
            assert_eq!(Statistics::of(&Graph::complete(nodes)), Statistics::of(&listed));
        }
    }

    #[test]
    fn a_hub_has_three_times_the_mean() {
        // Three know 0, nobody else is known: mean 3/4, and 3 >= 9/4.
        let rows = [vec![], vec![NodeId(0)], vec![NodeId(0)], vec![NodeId(0)]];
        let star = Statistics::of_rows(&Rows::collect(rows));
        assert_eq!((star.hubs, star.in_degree_max, star.out_degree_max), (1, 3, 1));
        assert_eq!(star.in_degrees, [3, 0, 0, 1]);
        assert_eq!(star.out_degrees, [1, 3]);
    }

    /// The definitions, word by word, over a matrix.
    fn twin(knows: &[Vec<bool>]) -> [Option<f64>; 8] {
        let n = knows.len();
        let all = || (0..n).flat_map(|a| (0..n).map(move |b| (a, b)));
        let joined = |a: usize, b: usize| knows[a][b] || knows[b][a];
        let over = |x: usize, y: usize| (y > 0).then(|| x as f64 / y as f64);
        let edges = all().filter(|&(a, b)| knows[a][b]).count();
        let mutual = all().filter(|&(a, b)| knows[a][b] && knows[b][a]).count();
        let wedges = |v: usize| all().filter(move |&(a, b)| a < b && joined(a, v) && joined(v, b));
        let closed = |v: usize| wedges(v).filter(|&(a, b)| joined(a, b)).count();
        let local = |v: usize| over(closed(v), wedges(v).count()).unwrap_or(0.0);
        let mut component: Vec<usize> = (0..n).collect();
        for _ in 0..n {
            for (a, b) in all().filter(|&(a, b)| joined(a, b)) {
                component[a] = component[a].min(component[b]);
            }
        }
        let size = |c: usize| component.iter().filter(|&&x| x == c).count();
        let in_degree = |v: usize| (0..n).filter(|&u| knows[u][v]).count();
        let hub = |v: &usize| in_degree(*v) > 0 && in_degree(*v) * n >= 3 * edges;
        [
            over(edges, n),
            over(mutual, edges),
            (n > 0).then(|| (0..n).map(local).sum::<f64>() / n as f64),
            over((0..n).map(closed).sum(), (0..n).map(|v| wedges(v).count()).sum()),
            Some((0..n).filter(|&c| size(c) > 0).count() as f64),
            (0..n).map(size).max().and_then(|most| over(most, n)),
            Some((0..n).filter(|&v| !(0..n).any(|u| joined(u, v))).count() as f64),
            Some((0..n).filter(hub).count() as f64),
        ]
    }

    proptest! {
        #[test]
        fn statistics_agree_with_their_definitions(
            n in 0usize..9,
            bits in prop::collection::vec(0u8..3, 81),
        ) {
            let knows: Vec<Vec<bool>> =
                (0..n).map(|a| (0..n).map(|b| a != b && bits[a * 9 + b] == 0).collect()).collect();
            let row = |row: &Vec<bool>| {
                let known = (0..row.len()).rev().filter(|&b| row[b]);
                known.map(|b| NodeId(b as u32)).collect::<Vec<_>>()
            };
            let found = Statistics::of_rows(&Rows::collect(knows.iter().map(row)));
            let found = [
                found.mean_degree,
                found.reciprocity,
                found.clustering,
                found.transitivity,
                Some(found.components as f64),
                found.largest_component,
                Some(found.isolated as f64),
                Some(found.hubs as f64),
            ];
            for (found, expected) in found.iter().zip(twin(&knows)) {
                prop_assert_eq!(found.is_some(), expected.is_some());
                prop_assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12);
            }
        }
    }
}
