//! The profile of a graph: what NetworkX would say of it, and how fast it carries something.

use std::borrow::Cow;

use super::components::{Components, both_ways};
use super::graph::Graph;
use super::measure::{Histogram, Triangles, histogram, ratio};
use super::paths::{Hops, arrivals};
use super::rows::Rows;
use crate::kernel::{Bits, NodeId, Span, Stream};

/// How much is done for paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Above [`Effort::NODES_EXACT`] nodes they are estimated.
    #[default]
    Usual,
    /// They are exact, however long that takes.
    Exact,
}

impl Effort {
    /// Up to so many nodes all paths are looked at.
    pub const NODES_EXACT: u32 = 5_000;
    /// Above, those from so many sources.
    pub const SOURCES: u32 = 256;
}

/// What can be said about a graph. What is not defined is missing; ratios are exact to a rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Whether edges lead one way: then clustering, transitivity, assortativity and paths are those
    /// of the undirected shadow.
    pub directed: bool,
    /// The sources from which paths were estimated; `None`: they are exact.
    pub sources: Option<usize>,
    /// Every statistic by its name, in the order of the reference.
    pub metrics: Vec<(&'static str, Option<f64>)>,
    /// The numbers of nodes with 0, 1, 2, ... neighbours; of directed graphs for links in and for
    /// links out.
    pub degrees: Vec<(&'static str, Histogram)>,
}

impl Profile {
    /// Measures a graph: in time O(edges x largest degree), and what paths take. `from` is where
    /// arrivals are counted from; sources of sampled paths are drawn from `random`.
    pub fn of(graph: &Graph, effort: Effort, from: Option<NodeId>, random: &mut Stream) -> Profile {
        let nodes = f64::from(graph.nodes());
        let mut metrics = vec![
            ("nodes", Some(nodes)),
            ("edges", Some(graph.edges() as f64)),
            (
                "density",
                (graph.nodes() > 1).then(|| graph.links() as f64 / (nodes * (nodes - 1.0))),
            ),
        ];
        let degrees = degrees(graph);
        for (of, degrees) in &degrees {
            metrics.extend(degree_metrics(of, degrees));
        }
        let shape = match graph.rows() {
            None => Shape::of_complete(graph.nodes()),
            Some(rows) => {
                let shadow = match graph.directed() {
                    true => Cow::Owned(both_ways(rows).0),
                    false => Cow::Borrowed(rows),
                };
                Shape::of_rows(&shadow, effort, random)
            }
        };
        metrics.extend([
            ("components", Some(shape.components)),
            ("largest_share", shape.largest_share),
            ("diameter", shape.diameter),
            ("radius", shape.radius),
            ("mean_path_length", shape.mean_path_length),
            ("clustering", shape.clustering),
            ("transitivity", shape.transitivity),
            ("assortativity", shape.assortativity),
        ]);
        metrics.extend(latency_metrics(graph));
        if let Some(origin) = from {
            metrics.extend(arrival_metrics(&arrivals(graph, origin)));
        }
        let degrees = degrees.into_iter().map(|(of, degrees)| (of, histogram(degrees.into_iter())));
        Profile {
            directed: graph.directed(),
            sources: shape.sources,
            metrics,
            degrees: degrees.collect(),
        }
    }

    /// What has to be known of the numbers: a statistic, and how it is to be read.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let mut notes = Vec::new();
        if let Some(sources) = self.sources {
            let from = format!("from {sources} sources; --exact looks at all");
            notes.push(("diameter", format!("a lower bound, {from}")));
            notes.push(("radius", format!("an upper bound, {from}")));
            notes.push(("mean_path_length", format!("an estimate, {from}")));
        }
        if self.directed {
            let shadow = "of the graph without directions";
            for name in [
                "diameter",
                "radius",
                "mean_path_length",
                "clustering",
                "transitivity",
                "assortativity",
            ] {
                notes.push((name, shadow.to_owned()));
            }
        }
        notes
    }
}

/// How many links each node has, under the prefix of their names.
fn degrees(graph: &Graph) -> Vec<(&'static str, Vec<u64>)> {
    let out = (0..graph.nodes()).map(|id| graph.peers(NodeId(id)).len() as u64).collect();
    if !graph.directed() {
        return vec![("", out)];
    }
    let mut into = vec![0u64; graph.nodes() as usize];
    graph.iter_links().for_each(|(_, target)| into[target.index()] += 1);
    vec![("in_", into), ("out_", out)]
}

fn degree_metrics(of: &str, degrees: &[u64]) -> [(&'static str, Option<f64>); 4] {
    let names = match of {
        "in_" => ["in_degree_min", "in_degree_mean", "in_degree_max", "in_degree_sd"],
        "out_" => ["out_degree_min", "out_degree_mean", "out_degree_max", "out_degree_sd"],
        _ => ["degree_min", "degree_mean", "degree_max", "degree_sd"],
    };
    let count = degrees.len() as u128;
    let sum: u128 = degrees.iter().map(|degree| u128::from(*degree)).sum();
    let squares: u128 = degrees.iter().map(|degree| u128::from(*degree).pow(2)).sum();
    // In whole numbers up to the last division: no cancellation.
    let sd = (count > 0).then(|| ((count * squares - sum * sum) as f64).sqrt() / count as f64);
    let real = |degree: Option<&u64>| degree.map(|degree| *degree as f64);
    let mean = (count > 0).then(|| sum as f64 / count as f64);
    let values = [real(degrees.iter().min()), mean, real(degrees.iter().max()), sd];
    [0, 1, 2, 3].map(|k| (names[k], values[k]))
}

/// What does not depend on directions.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    components: f64,
    largest_share: Option<f64>,
    diameter: Option<f64>,
    radius: Option<f64>,
    mean_path_length: Option<f64>,
    clustering: Option<f64>,
    transitivity: Option<f64>,
    assortativity: Option<f64>,
    sources: Option<usize>,
}

impl Shape {
    fn of_complete(nodes: u32) -> Shape {
        let some = |at_least: u32, value: f64| (nodes >= at_least).then_some(value);
        let far = f64::from(u32::from(nodes > 1));
        let closed = f64::from(u32::from(nodes > 2));
        Shape {
            components: f64::from(nodes.min(1)),
            largest_share: some(1, 1.0),
            diameter: some(1, far),
            radius: some(1, far),
            mean_path_length: some(2, 1.0),
            clustering: some(1, closed),
            transitivity: some(1, closed),
            assortativity: None,
            sources: None,
        }
    }

    fn of_rows(rows: &Rows, effort: Effort, random: &mut Stream) -> Shape {
        let components = Components::of_rows(rows);
        let largest: Vec<NodeId> = match components.largest() {
            Some(number) => components.nodes(number).collect(),
            None => Vec::new(),
        };
        let is_sampled = effort == Effort::Usual && rows.nodes() > Effort::NODES_EXACT;
        let sources = if is_sampled { sample(&largest, random) } else { largest.clone() };
        let hops = Hops::from(&sources, rows);
        let others = largest.len().saturating_sub(1) as u64;
        let triangles = Triangles::of(rows);
        let nodes = u64::from(rows.nodes());
        let defined = nodes > 0;
        Shape {
            components: components.count() as f64,
            largest_share: ratio(largest.len() as u64, nodes),
            diameter: hops.farthest.iter().max().map(|hops| f64::from(*hops)),
            radius: hops.farthest.iter().min().map(|hops| f64::from(*hops)),
            mean_path_length: ratio(hops.sum, sources.len() as u64 * others),
            clustering: defined.then(|| triangles.local_sum / nodes as f64),
            transitivity: ratio(3 * triangles.count, triangles.triples).or(defined.then_some(0.0)),
            assortativity: assortativity(rows),
            sources: (sources.len() < largest.len()).then_some(sources.len()),
        }
    }
}

/// Some of the nodes, drawn without repetition.
fn sample(nodes: &[NodeId], random: &mut Stream) -> Vec<NodeId> {
    let mut nodes = nodes.to_vec();
    let wanted = nodes.len().min(Effort::SOURCES as usize);
    for place in 0..wanted {
        let left = nodes.len() - place;
        nodes.swap(place, place + random.below(left as u64) as usize);
    }
    nodes.truncate(wanted);
    nodes
}

/// The correlation of the degrees at both ends, over both directions of every edge: in whole
/// numbers up to the last division.
fn assortativity(rows: &Rows) -> Option<f64> {
    let degree = |id: NodeId| rows.row(id).len() as i128;
    let (mut once, mut squares, mut products) = (0i128, 0i128, 0i128);
    for (source, row) in rows.iter() {
        let own = degree(source);
        once += own * own;
        squares += own * own * own;
        products += own * row.iter().map(|target| degree(*target)).sum::<i128>();
    }
    let links = rows.links() as i128;
    let variance = links * squares - once * once;
    (variance > 0).then(|| (links * products - once * once) as f64 / variance as f64)
}

fn latency_metrics(graph: &Graph) -> [(&'static str, Option<f64>); 3] {
    let (mut count, mut sum) = (0u64, 0u128);
    let (mut least, mut most) = (None::<Span>, None::<Span>);
    if graph.has_latencies() {
        for latency in graph.link_attributes().filter_map(|link| link.2) {
            count += 1;
            sum += u128::from(latency.nanos());
            least = Some(least.map_or(latency, |least| least.min(latency)));
            most = Some(most.map_or(latency, |most| most.max(latency)));
        }
    }
    let mean = (count > 0).then(|| sum as f64 / count as f64 / 1e6);
    let ms = |span: Option<Span>| span.map(Span::as_millis_f64);
    [("latency_mean_ms", mean), ("latency_min_ms", ms(least)), ("latency_max_ms", ms(most))]
}

/// Over the nodes that are reached, the origin apart.
fn arrival_metrics(arrivals: &[Option<Span>]) -> [(&'static str, Option<f64>); 2] {
    let reached = arrivals.iter().flatten();
    let others = (reached.clone().count() as u64).saturating_sub(1);
    let sum: u128 = reached.clone().map(|at| u128::from(at.nanos())).sum();
    let most = reached.max().filter(|_| others > 0);
    let mean = (others > 0).then(|| sum as f64 / others as f64 / 1e6);
    [("arrival_mean_ms", mean), ("arrival_max_ms", most.map(|span| span.as_millis_f64()))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Domain, Seed};
    use crate::topology::generate::{Degree, random_regular, ring};

    fn stream() -> Stream {
        Stream::new(Seed(1), Domain::Topology, 9, 9)
    }

    fn metrics(graph: &Graph, effort: Effort) -> Vec<(&'static str, Option<f64>)> {
        Profile::of(graph, effort, None, &mut stream()).metrics
    }

    #[test]
    fn complete_needs_no_list() {
        for nodes in 0..6 {
            let pairs =
                (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (NodeId(a), NodeId(b))));
            let listed = Graph::from_edges(nodes, &pairs.collect::<Vec<_>>());
            let (rule, list) =
                (metrics(&Graph::complete(nodes), Effort::Usual), metrics(&listed, Effort::Usual));
            assert_eq!(rule, list);
        }
    }

    #[test]
    fn samples_are_labelled_and_near() {
        let graph = random_regular(6_000, Degree(4), &mut stream()).unwrap();
        let sampled = Profile::of(&graph, Effort::Usual, None, &mut stream());
        let exact = Profile::of(&graph, Effort::Exact, None, &mut stream());
        assert_eq!((sampled.sources, exact.sources), (Some(256), None));
        assert_eq!((sampled.notes().len(), exact.notes().len()), (3, 0));
        let value = |profile: &Profile, name: &str| {
            profile.metrics.iter().find(|metric| metric.0 == name).unwrap().1.unwrap()
        };
        assert!(value(&sampled, "diameter") <= value(&exact, "diameter"));
        assert!(value(&sampled, "radius") >= value(&exact, "radius"));
        let (estimate, mean) =
            (value(&sampled, "mean_path_length"), value(&exact, "mean_path_length"));
        assert!((estimate / mean - 1.0).abs() < 0.01, "{estimate} {mean}");
    }

    #[test]
    fn directed_graphs_have_degrees_both_ways() {
        let rows = Rows::collect([vec![NodeId(1), NodeId(2)], vec![NodeId(0)], vec![]]);
        let profile =
            Profile::of(&Graph::from_rows(rows), Effort::Usual, Some(NodeId(2)), &mut stream());
        let value =
            |name: &str| profile.metrics.iter().find(|metric| metric.0 == name).map(|m| m.1);
        assert_eq!(value("edges"), Some(Some(3.0)));
        assert_eq!(value("density"), Some(Some(0.5)));
        assert_eq!(
            (value("in_degree_min"), value("out_degree_max")),
            (Some(Some(1.0)), Some(Some(2.0)))
        );
        assert_eq!((value("degree_mean"), value("diameter")), (None, Some(Some(2.0))));
        assert_eq!((value("arrival_mean_ms"), value("arrival_max_ms")), (Some(None), Some(None)));
        assert_eq!(profile.notes().len(), 6);
        let plain = Profile::of(&ring(4), Effort::Usual, None, &mut stream());
        assert_eq!(plain.degrees, [("", vec![0, 0, 4])]);
    }
}
