//! The section `topology:`: which graph a run stands on, and how it comes about.

mod alone;
mod clusters;
mod file;
mod generators;
mod keys;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::Library;
use crate::kernel::{Distribution, Domain, NodeId, Seed, Stream};
use crate::settings::{Section, Variant};
use crate::topology::files::GraphFile;
use crate::topology::generate::Generator;
use crate::topology::{Components, Connect, Graph, Kind, Labels, Recipe, RecipeError};
use clusters::read_clusters;
use file::{WantedFile, load, read_wanted};
use generators::{Scope, read_generator};

pub use alone::{NoGraph, from_file, generate};
pub(super) use keys::TOPOLOGIES;

/// The generators that an experiment may name, and `file`.
pub fn topologies() -> &'static [Variant] {
    TOPOLOGIES
}

/// Which graph.
#[derive(Clone, Debug)]
pub(super) enum Topology {
    /// Made for each run.
    Drawn(Recipe),
    /// Read once.
    File {
        /// What was read.
        file: Arc<GraphFile>,
        /// Whether it has to be connected.
        connect: Connect,
        /// Drawn once for each edge, in place of the file's.
        latency: Option<Distribution>,
    },
}

impl Topology {
    /// How many nodes it has, where that does not depend on the experiment.
    pub(super) fn own_nodes(&self) -> Option<u32> {
        match self {
            Topology::Drawn(recipe) => recipe.own_nodes(),
            Topology::File { file, .. } => Some(file.snapshot.graph.nodes()),
        }
    }

    /// The graph of a run on so many nodes.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn build(&self, nodes: u32, seed: Seed) -> Result<Graph, RecipeError> {
        let (file, connect, latency) = match self {
            Topology::Drawn(recipe) => return Ok(recipe.build(nodes, seed)?.graph),
            Topology::File { file, connect, latency } => (file, connect, latency),
        };
        let graph = file.snapshot.graph.clone();
        if *connect == Connect::Require
            && let Some(error) = Components::of(&graph).as_error(0)
        {
            return Err(RecipeError::Connect(error));
        }
        Ok(match latency {
            None => graph,
            Some(latency) => {
                let mut random = Stream::new(seed, Domain::Topology, Recipe::LATENCIES, 0);
                graph.draw_latencies(latency, &mut random)?
            }
        })
    }

    /// What will probably surprise about a graph that it made for so many nodes.
    pub(super) fn surprise(&self, graph: &Graph, nodes: u32) -> Option<String> {
        let recipe = match self {
            Topology::Drawn(recipe) => recipe,
            Topology::File { .. } => {
                return Components::of(graph).as_error(0).map(|error| error.to_string());
            }
        };
        if recipe.connect == Connect::Largest && graph.nodes() < nodes {
            let (dropped, left) = (nodes - graph.nodes(), graph.nodes());
            return Some(format!(
                "connect: largest drops {dropped} of {nodes} nodes: {left} are left"
            ));
        }
        if recipe.connect != Connect::No || recipe.kind == Kind::Plain(Generator::Empty) {
            return None;
        }
        Components::of(graph).as_error(1).map(|error| error.to_string())
    }

    /// Whether its graphs may have fewer nodes than are asked for.
    pub(super) fn drops_nodes(&self) -> bool {
        matches!(self, Topology::Drawn(Recipe { connect: Connect::Largest, .. }))
    }

    /// The names that it gives the nodes.
    pub(super) fn labels(&self) -> Option<Labels> {
        match self {
            Topology::Drawn(recipe) => recipe.labels(),
            Topology::File { file, .. } => Some(file.snapshot.graph.labels().clone()),
        }
    }

    /// The groups of so many nodes, before any is dropped.
    pub(super) fn groups(&self, nodes: u32) -> BTreeMap<String, Vec<NodeId>> {
        match self {
            Topology::Drawn(Recipe { kind: Kind::Clusters(clusters), .. }) => {
                let ids = clusters.ranges(nodes).into_iter().map(|ids| ids.map(NodeId).collect());
                clusters.names.iter().cloned().zip(ids).collect()
            }
            Topology::Drawn(_) => BTreeMap::new(),
            Topology::File { file, .. } => members(&file.snapshot.graph),
        }
    }
}

/// The nodes of each group of a graph.
pub(super) fn members(graph: &Graph) -> BTreeMap<String, Vec<NodeId>> {
    let mut members = BTreeMap::new();
    if let Some(groups) = graph.groups() {
        members.extend(groups.names().iter().map(|name| (name.clone(), Vec::new())));
        for id in (0..graph.nodes()).map(NodeId) {
            if let Some(members) = groups.name(id).and_then(|name| members.get_mut(name)) {
                members.push(id);
            }
        }
    }
    members
}

/// What the key says, before a file is read.
enum Wanted {
    Graph(Recipe),
    File(WantedFile),
    Nothing,
}

/// Reads the key `topology`, and the file, if it is one. Where that cannot be read, the report says
/// so.
pub(super) fn decode(s: &mut Section<'_>, library: &Library) -> Option<Topology> {
    let wanted = s.optional("topology")?.one_of("complete", |name, field| match name {
        "file" => Wanted::File(read_wanted(field)),
        "clusters" => read_clusters(field, library).map_or(Wanted::Nothing, Wanted::Graph),
        name => {
            let (generator, common) = read_generator(name, field, Scope::All);
            let kind = Kind::Plain(generator);
            let (connect, prefix, latency) = (common.connect, common.prefix, common.latency);
            Wanted::Graph(Recipe { kind, connect, prefix, latency })
        }
    });
    match wanted {
        Wanted::Graph(recipe) => Some(Topology::Drawn(recipe)),
        Wanted::File(wanted) => load(wanted, library, s),
        Wanted::Nothing => None,
    }
}
