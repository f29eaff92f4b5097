//! Graphs without an experiment: that of a generator, or of a file, and the settings of either.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::file::{WantedFile, read_wanted};
use super::keys::TOPOLOGIES;
use super::{Topology, decode};
use crate::experiment::files::{Library, hex};
use crate::kernel::{Distribution, Seed};
use crate::settings::{
    Code, Key, Mistake, Place, Report, Section, Shape, Source, decode as decode_tree, parse, set,
};
use crate::topology::files::{FileMistake, GraphFile, Snapshot, read};
use crate::topology::{Graph, RecipeError};

const KEYS: &[Key] =
    &[Key::required("topology", Shape::OneOf(TOPOLOGIES), "who is whose neighbour")];

/// Why there is no graph.
#[derive(Clone, Debug)]
pub enum NoGraph {
    /// The settings are wrong.
    Refused(Box<Report>),
    /// The graph is not connected, though it has to be; in one sentence.
    NotConnected(String),
    /// The file is wrong.
    Mistakes(Vec<FileMistake>),
}

/// The graph of a generator, as the first run of an experiment of that seed has it, and warnings.
/// `overrides` are those of its section, such as `degree=8`. Without `nodes` the generator has to
/// say how many there are.
///
/// # Errors
/// All that is wrong with the settings; or that the graph is not connected, if it has to be.
pub fn generate(
    name: &str,
    nodes: Option<u32>,
    seed: Seed,
    overrides: &[String],
) -> Result<(Graph, Report), NoGraph> {
    let mut report = Report::new();
    let source = Source::new("topology", &format!("topology: {name}"));
    let refused = |report: Report| Err(NoGraph::Refused(report.into()));
    let Some(mut tree) = parse(&source, &mut report) else { return refused(report) };
    for assignment in overrides {
        set(&mut tree, &format!("topology.{name}.{assignment}"), &mut report);
    }
    let library = Library::of(None);
    let (topology, _) = decode_tree(&tree, KEYS, &mut report, |s| decode(s, &library));
    let Some(topology) = topology.filter(|_| report.accepts()) else { return refused(report) };
    let place = Place::at(&source, 1, "topology: ".len() + 1);
    let tell = |report: &mut Report, code, message: String| {
        report.add(Mistake::new(code, message, place.clone()));
    };
    let nodes = match (topology.own_nodes(), nodes) {
        (Some(own), Some(given)) if own != given => {
            let message = format!("the topology has {own} nodes, not {given}");
            tell(&mut report, Code::Conflict, message);
            return refused(report);
        }
        (Some(nodes), _) | (None, Some(nodes)) => nodes,
        (None, None) => {
            let message = "how many nodes? Add --nodes N, such as --nodes 100";
            tell(&mut report, Code::MissingKey, message.to_owned());
            return refused(report);
        }
    };
    match topology.build(nodes, seed.replication(0)) {
        Ok(graph) => {
            if let Some(warning) = topology.surprise(&graph, nodes) {
                tell(&mut report, Code::Surprising, warning);
            }
            Ok((graph, report))
        }
        Err(error @ RecipeError::Connect(_)) => Err(NoGraph::NotConnected(error.to_string())),
        Err(error) => {
            tell(&mut report, Code::OutOfRange, error.to_string());
            refused(report)
        }
    }
}

/// The graph of a file, as the first run of an experiment of that seed has it, and warnings about the
/// settings. `overrides` are those of its section, such as `weights=ignore`.
///
/// # Errors
/// All that is wrong with the settings, or with the file; or that the graph is not connected, if it
/// has to be.
pub fn from_file(
    name: &str,
    bytes: &[u8],
    seed: Seed,
    overrides: &[String],
) -> Result<(GraphFile, Report), NoGraph> {
    let mut report = Report::new();
    let source = Source::new("topology", &format!("topology: {{file: {{path: {GIVEN}}}}}"));
    let refused = |report: Report| Err(NoGraph::Refused(report.into()));
    let Some(mut tree) = parse(&source, &mut report) else { return refused(report) };
    for assignment in overrides {
        set(&mut tree, &format!("topology.file.{assignment}"), &mut report);
    }
    let digest = hex(&Sha256::digest(bytes));
    let (wanted, _) = decode_tree(&tree, KEYS, &mut report, |s| decode_given(s, name, &digest));
    let Some((wanted, latency)) = wanted.filter(|_| report.accepts()) else {
        return refused(report);
    };
    let file = read(bytes, name, wanted.options).map_err(NoGraph::Mistakes)?;
    let nodes = file.snapshot.graph.nodes();
    let file = Arc::new(file);
    let topology = Topology::File { file: Arc::clone(&file), connect: wanted.connect, latency };
    match topology.build(nodes, seed.replication(0)) {
        Ok(graph) => {
            let file = GraphFile::clone(&file);
            let snapshot = Snapshot { graph, ..file.snapshot };
            Ok((GraphFile { snapshot, ..file }, report))
        }
        Err(error @ RecipeError::Connect(_)) => Err(NoGraph::NotConnected(error.to_string())),
        Err(error) => {
            let place = Place::at(&source, 1, 1);
            report.add(Mistake::new(Code::OutOfRange, error.to_string(), place));
            refused(report)
        }
    }
}

/// Stands where an experiment says which file it is.
const GIVEN: &str = "given";

/// Reads the settings of a file that is there already.
fn decode_given(
    s: &mut Section<'_>,
    name: &str,
    digest: &str,
) -> Option<(WantedFile, Option<Distribution>)> {
    let field = s.optional("topology")?;
    let wanted = field.one_of("complete", |_, field| read_wanted(field));
    if wanted.path != GIVEN {
        s.refuse("topology", Code::Conflict, "the graph file is named already", "leave `path` out");
    }
    if wanted.sha256.as_ref().is_some_and(|expected| expected != digest) {
        let message = format!("{name} is not the file that is meant");
        s.refuse("topology", Code::BadFile, &message, &format!("its SHA-256 is {digest}"));
    }
    let latency = wanted.latency.as_ref().map(|latency| s.sampler("topology", latency));
    Some((wanted, latency))
}
