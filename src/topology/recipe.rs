//! Recipes: how the graph of a run comes about, from its rule to its labels.

use std::fmt;
use std::ops::Range;

use super::annotate::TooLargeToList;
use super::attributes::{Groups, Latencies};
use super::components::Components;
use super::connect::{Connect, ConnectError};
use super::generate::{Between, GenerateError, Generator, between};
use super::graph::Graph;
use super::labels::Labels;
use super::rows::Rows;
use crate::kernel::{Distribution, Domain, NodeId, Seed, Span, Stream};

/// How a graph comes about. What is drawn depends on the run's seed alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Which graph.
    pub kind: Kind,
    /// What becomes of it where it is not connected.
    pub connect: Connect,
    /// What stands before the ids in its labels; `None`: whoever uses it names the nodes.
    pub prefix: Option<String>,
    /// Drawn once for each edge.
    pub latency: Option<Distribution>,
}

/// Which graph.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One rule for all nodes.
    Plain(Generator),
    /// One for each group of nodes, and one for pairs of groups.
    Clusters(Clusters),
}

/// Groups of nodes, joined within and between.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The names of the groups.
    pub names: Vec<String>,
    /// How many nodes each has.
    pub sizes: Sizes,
    /// The graph within each group.
    pub inside: Inside,
    /// The links of each pair of groups.
    pub between: Between,
    /// Latencies from group to group, the diagonal being within; empty where none are given.
    pub latencies: Vec<Vec<Option<Span>>>,
}

/// The graph within each group: drawn for each on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// Its rule.
    pub generator: Generator,
    /// What becomes of it where it is not connected. A group keeps all its nodes: never
    /// [`Connect::Largest`].
    pub connect: Connect,
}

/// How many nodes the groups have.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// These, of which the sum is a number of nodes.
    Counts(Vec<u32>),
    /// These shares of all, of which at least one is positive.
    Shares(Vec<f64>),
}

impl Sizes {
    /// How many nodes each group has of so many: by largest remainder, the earlier group first.
    pub fn of(&self, nodes: u32) -> Vec<u32> {
        let shares = match self {
            Sizes::Counts(counts) => return counts.clone(),
            Sizes::Shares(shares) => shares,
        };
        let whole: f64 = shares.iter().sum();
        let exact = shares.iter().map(|share| share / whole * f64::from(nodes));
        let mut sizes: Vec<u32> = exact.clone().map(|size| size as u32).collect();
        let mut remainders: Vec<(f64, usize)> =
            exact.zip(&sizes).map(|(exact, size)| exact - f64::from(*size)).zip(0..).collect();
        remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let left = nodes.saturating_sub(sizes.iter().sum());
        for (_, group) in remainders.iter().cycle().take(left as usize) {
            sizes[*group] += 1;
        }
        sizes
    }

    /// The number of all nodes, where it does not depend on the experiment's.
    pub fn nodes(&self) -> Option<u32> {
        match self {
            Sizes::Counts(counts) => Some(counts.iter().sum()),
            Sizes::Shares(_) => None,
        }
    }
}

/// A graph, and what is worth knowing of how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The graph.
    pub graph: Graph,
    /// How many nodes were dropped to connect it.
    pub dropped: u32,
}

/// Why a recipe makes no graph.
#[derive(Clone, Debug, PartialEq)]
pub enum RecipeError {
    /// There is no such graph.
    Generate(GenerateError),
    /// It is there, but not connected.
    Connect(ConnectError),
    /// Its edges cannot be listed.
    List(TooLargeToList),
    /// A group cannot have its graph.
    Group(String, GenerateError),
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecipeError::Generate(error) => error.fmt(f),
            RecipeError::Connect(error) => error.fmt(f),
            RecipeError::List(error) => error.fmt(f),
            RecipeError::Group(name, error) => write!(f, "group {name}: {error}"),
        }
    }
}

impl std::error::Error for RecipeError {}

impl From<GenerateError> for RecipeError {
    fn from(error: GenerateError) -> RecipeError {
        RecipeError::Generate(error)
    }
}

impl From<TooLargeToList> for RecipeError {
    fn from(error: TooLargeToList) -> RecipeError {
        RecipeError::List(error)
    }
}

/// What a stream of [`Domain::Topology`] is for. Groups and pairs of groups count from their own.
mod purpose {
    pub(super) const GRAPH: u64 = 0;
    pub(super) const BRIDGES: u64 = 1 << 32;
    pub(super) const LATENCIES: u64 = super::Recipe::LATENCIES;
    pub(super) const GROUP: u64 = 3 << 32;
    pub(super) const PAIR: u64 = 4 << 32;
}

impl Recipe {
    /// What the stream of edges' latencies is called.
    pub const LATENCIES: u64 = 2 << 32;

    /// A graph by its rule alone.
    pub fn of(generator: Generator) -> Recipe {
        let kind = Kind::Plain(generator);
        Recipe { kind, connect: Connect::No, prefix: None, latency: None }
    }

    /// How many nodes it makes, where that does not depend on the experiment's.
    pub fn own_nodes(&self) -> Option<u32> {
        match &self.kind {
            Kind::Plain(_) => None,
            Kind::Clusters(clusters) => clusters.sizes.nodes(),
        }
    }

    /// The labels that it gives.
    pub fn labels(&self) -> Option<Labels> {
        self.prefix.as_ref().map(|prefix| Labels::Numbered { prefix: prefix.clone(), first: 0 })
    }

    /// The graph of a run on so many nodes.
    ///
    /// # Errors
    /// Why there is none.
    pub fn build(&self, nodes: u32, seed: Seed) -> Result<Built, RecipeError> {
        let draw = |attempt| match &self.kind {
            Kind::Plain(generator) => {
                let mut random = Stream::new(seed, Domain::Topology, purpose::GRAPH, attempt);
                Ok(generator.build(nodes, &mut random)?)
            }
            Kind::Clusters(clusters) => clusters.build(nodes, seed, attempt),
        };
        let bridges = |attempt| Stream::new(seed, Domain::Topology, purpose::BRIDGES, attempt);
        let mut graph = connected(self.connect, draw, bridges)?;
        let dropped = nodes.saturating_sub(graph.nodes());
        if let Kind::Plain(Generator::RandomGeometric {
            surface,
            latency_per_unit: Some(per_unit),
            ..
        }) = self.kind
        {
            graph = graph.measure_latencies(surface, per_unit)?;
        }
        if let Kind::Clusters(Clusters { latencies, .. }) = &self.kind
            && latencies.iter().flatten().any(Option::is_some)
        {
            graph = graph.with_latencies(Latencies::ByGroup(latencies.clone()));
        }
        if let Some(latency) = &self.latency {
            let mut random = Stream::new(seed, Domain::Topology, purpose::LATENCIES, 0);
            graph = graph.draw_latencies(latency, &mut random)?;
        }
        if let Some(labels) = self.labels() {
            graph = graph.with_labels(labels);
        }
        Ok(Built { graph, dropped })
    }
}

impl Recipe {
    /// The longest latency that an edge can have; none where there is no bound.
    pub fn latency_greatest(&self) -> Option<Span> {
        if let Some(latency) = &self.latency {
            return latency.greatest();
        }
        match &self.kind {
            Kind::Clusters(Clusters { latencies, .. }) => {
                let cells = latencies.iter().flatten().flatten().copied();
                Some(cells.max().unwrap_or(Span::ZERO))
            }
            // No distance within the unit square is longer than its diagonal, which is below 3/2.
            Kind::Plain(Generator::RandomGeometric {
                latency_per_unit: Some(per_unit), ..
            }) => Some(Span::from_nanos(per_unit.nanos().saturating_add(per_unit.nanos() / 2))),
            Kind::Plain(_) => Some(Span::ZERO),
        }
    }
}

/// Draws until the graph is as connected as it has to be.
fn connected(
    connect: Connect,
    draw: impl Fn(u64) -> Result<Graph, RecipeError>,
    bridges: impl Fn(u64) -> Stream,
) -> Result<Graph, RecipeError> {
    let graph = draw(0)?;
    if connect == Connect::No {
        return Ok(graph);
    }
    let components = Components::of(&graph);
    let Some(error) = components.as_error(1) else { return Ok(graph) };
    match connect {
        Connect::No => Ok(graph),
        Connect::Require => Err(RecipeError::Connect(error)),
        Connect::Bridge => Ok(graph.bridged(&components, &mut bridges(0))),
        Connect::Largest => {
            let largest = components.largest().expect("there are several");
            Ok(graph.restricted(&components, largest))
        }
        Connect::Redraw => {
            let mut last = error;
            for attempt in 1..Connect::TRIES {
                let graph = draw(attempt)?;
                match Components::of(&graph).as_error(attempt + 1) {
                    None => return Ok(graph),
                    Some(error) => last = error,
                }
            }
            Err(RecipeError::Connect(last))
        }
    }
}

impl Clusters {
    /// The ids of each group: group by group.
    pub fn ranges(&self, nodes: u32) -> Vec<Range<u32>> {
        let mut end = 0;
        let range = |size: u32| {
            let start = end;
            end += size;
            start..end
        };
        self.sizes.of(nodes).into_iter().map(range).collect()
    }

    fn build(&self, nodes: u32, seed: Seed, attempt: u64) -> Result<Graph, RecipeError> {
        let ranges = self.ranges(nodes);
        let all = ranges.last().map_or(0, |range| range.end);
        let of = ranges
            .iter()
            .zip(0..)
            .flat_map(|(range, group)| range.clone().map(move |_| Some(group)));
        let groups = Groups::new(self.names.clone(), of.collect());
        let is_complete = self.inside.generator == Generator::Complete
            && (self.between == Between::Complete || ranges.len() == 1);
        if is_complete && all > 0 {
            return Ok(Graph::complete(all).with_groups(groups));
        }
        let (mut edges, mut dialled) = (Vec::new(), None);
        for (group, range) in (0..).zip(&ranges) {
            let size = range.end - range.start;
            if size > 0 {
                let graph = self.group(group, size, seed, attempt)?;
                let own = graph.iter_links().filter(|(a, b)| a < b);
                let shift = |id: NodeId| NodeId(id.0 + range.start);
                edges.extend(own.map(|(a, b)| (shift(a), shift(b))));
                for me in (0..size).map(NodeId) {
                    let Some(row) = graph.dialled(me) else { break };
                    let dials = row.iter().map(|other| (shift(me), shift(*other)));
                    dialled.get_or_insert_with(Vec::new).extend(dials);
                }
            }
        }
        let mut pair = 0;
        for (k, first) in ranges.iter().enumerate() {
            for second in &ranges[k + 1..] {
                let mut random = Stream::new(seed, Domain::Topology, purpose::PAIR + pair, attempt);
                let links = between((first.clone(), second.clone()), self.between, &mut random)?;
                if let Some(dialled) = &mut dialled {
                    dialled.extend(&links);
                }
                edges.extend(links);
                pair += 1;
            }
        }
        if all == 0 {
            return Err(GenerateError::NoNodes.into());
        }
        if edges.len() >= 1 << 31 {
            return Err(GenerateError::TooManyEdges.into());
        }
        let graph = Graph::from_edges(all, &edges).with_groups(groups);
        Ok(match dialled {
            Some(dialled) => graph.with_dialled(Rows::from_links(all, dialled.iter().copied())),
            None => graph,
        })
    }

    /// The graph within one group. A complete one is listed, and has to be small enough for that.
    fn group(&self, group: u64, size: u32, seed: Seed, attempt: u64) -> Result<Graph, RecipeError> {
        let name = || self.names[group as usize].clone();
        let draw = |again: u64| {
            let stream = attempt * Connect::TRIES + again;
            let mut random = Stream::new(seed, Domain::Topology, purpose::GROUP + group, stream);
            let graph = self.inside.generator.build(size, &mut random);
            Ok(graph.map_err(|error| RecipeError::Group(name(), error))?.listed()?)
        };
        let bridges =
            |_| Stream::new(seed, Domain::Topology, purpose::BRIDGES + 1 + group, attempt);
        connected(self.inside.connect, draw, bridges)
    }
}
