//! The section `topology:`: which graph a run stands on, and how it comes about.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::files::Library;
use crate::kernel::{Domain, Seed, Stream};
use crate::settings::{
    Code, Field, Key, Kind, Mistake, Place, Report, Section, Shape, Source, Variant,
    decode as decode_tree, parse, set,
};
use crate::topology::Graph;
use crate::topology::files::{Direction, GraphFile, ReadOptions, Repeats, read};
use crate::topology::generate::{Degree, line, random_regular, ring};

/// The choices of `topology`.
pub(super) const TOPOLOGIES: &[Variant] = &[
    Variant::word("complete", "all pairs; no edge is stored"),
    Variant::word("empty", "no edge"),
    Variant::word("line", "each node and the next"),
    Variant::word("ring", "a line whose ends are joined"),
    Variant::new("random_regular", Shape::Keys(REGULAR), "uniform among graphs of one degree"),
    Variant::new(
        "file",
        Shape::Either(&[Shape::Path, Shape::Keys(FILE)]),
        "spigo JSON, node-link JSON or GraphML",
    ),
];

const REGULAR: &[Key] =
    &[Key::required("degree", Shape::Count { min: 0, max: 100_000 }, "links of each node")];

const FILE: &[Key] = &[
    Key::required("path", Shape::Path, "where the file is"),
    Key::new(
        "edges",
        Shape::OneOf(&[
            Variant::word("auto", "as the version of the file has it"),
            Variant::word("as_written", "the source knows the target"),
            Variant::word("reversed", "the target knows the source"),
        ]),
        "auto",
        "which end of an edge knows the other",
    ),
    Key::new(
        "repeats",
        Shape::OneOf(&[
            Variant::word("auto", "drop where the format allows them, else refuse"),
            Variant::word("refuse", "they are errors"),
            Variant::word("drop", "they are counted and left out"),
        ]),
        "auto",
        "what becomes of repeated edges and self loops",
    ),
    Key::optional("sha256", Shape::Text, "its digest, to be sure that it is the same file"),
    Key::optional("counts", Shape::Any, "what it held when it was read"),
];

/// The generators that an experiment may name, and `file`.
pub fn topologies() -> &'static [Variant] {
    TOPOLOGIES
}

/// The graph of a generator, as the first run of an experiment of that seed has it. `overrides` are
/// those of its section, such as `degree=8`.
///
/// # Errors
/// All that is wrong with the settings.
pub fn generate(
    name: &str,
    nodes: u32,
    seed: Seed,
    overrides: &[String],
) -> Result<Graph, Box<Report>> {
    const KEYS: &[Key] =
        &[Key::required("topology", Shape::OneOf(TOPOLOGIES), "who is whose neighbour")];
    let mut report = Report::new();
    let source = Source::new("topology", &format!("topology: {name}"));
    let Some(mut tree) = parse(&source, &mut report) else { return Err(report.into()) };
    for assignment in overrides {
        set(&mut tree, &format!("topology.{name}.{assignment}"), &mut report);
    }
    let library = Library::of(None);
    let (topology, _) = decode_tree(&tree, KEYS, &mut report, |s| decode(s, &library));
    let graph =
        topology.filter(|_| report.accepts()).map(|it| it.build(nodes, seed.replication(0)));
    match graph {
        Some(Ok(graph)) => Ok(graph),
        Some(Err(error)) => {
            let place = Place::at(&source, 1, "topology: ".len() + 1);
            report.add(Mistake::new(Code::OutOfRange, error, place));
            Err(report.into())
        }
        None => Err(report.into()),
    }
}

/// Which graph.
#[derive(Clone, Debug)]
pub(super) enum Topology {
    /// All pairs.
    Complete,
    /// None.
    Empty,
    /// In a row.
    Line,
    /// In a circle.
    Ring,
    /// Drawn for each run.
    RandomRegular(Degree),
    /// Read once.
    File(Arc<GraphFile>),
}

impl Topology {
    /// The graph of a run on so many nodes.
    ///
    /// # Errors
    /// One sentence about why there is none.
    pub(super) fn build(&self, nodes: u32, seed: Seed) -> Result<Graph, String> {
        match self {
            Topology::Complete => Ok(Graph::complete(nodes)),
            Topology::Empty => Ok(Graph::empty(nodes)),
            Topology::Line => Ok(line(nodes)),
            Topology::Ring => Ok(ring(nodes)),
            Topology::RandomRegular(degree) => {
                let mut stream = Stream::new(seed, Domain::Topology, 0, 0);
                random_regular(nodes, *degree, &mut stream).map_err(|error| error.to_string())
            }
            Topology::File(file) => Ok(file.snapshot.graph.clone()),
        }
    }
}

/// What the key says, before a file is read.
enum Wanted {
    Graph(Topology),
    File(WantedFile),
}

struct WantedFile {
    path: String,
    options: ReadOptions,
    sha256: Option<String>,
}

/// Reads the key `topology`, and the file, if it is one. Where that cannot be read, the report says so.
pub(super) fn decode(s: &mut Section<'_>, library: &Library) -> Option<Topology> {
    let wanted = s.optional("topology")?.one_of("complete", |name, field| match name {
        "empty" => Wanted::Graph(Topology::Empty),
        "line" => Wanted::Graph(Topology::Line),
        "ring" => Wanted::Graph(Topology::Ring),
        "random_regular" => {
            let degree = field.section(|s| s.count("degree", 0));
            Wanted::Graph(Topology::RandomRegular(Degree(degree)))
        }
        "file" => Wanted::File(read_wanted(field)),
        _ => Wanted::Graph(Topology::Complete),
    });
    match wanted {
        Wanted::Graph(topology) => Some(topology),
        Wanted::File(wanted) => load(wanted, library, s).map(|file| Topology::File(Arc::new(file))),
    }
}

fn read_wanted(field: Field<'_>) -> WantedFile {
    if field.value().is_some_and(|value| matches!(value.kind, Kind::Text(_))) {
        let options = ReadOptions::default();
        return WantedFile { path: field.file(""), options, sha256: None };
    }
    field.section(|s| {
        let path = s.file("path", "");
        let edges = s.choice("edges", DIRECTIONS, Direction::Auto);
        let repeats = s.choice("repeats", REPEATS, Repeats::Auto);
        let sha256 = s.optional("sha256").map(|field| field.text(""));
        s.value("counts");
        WantedFile { path, options: ReadOptions { edges, repeats }, sha256 }
    })
}

const DIRECTIONS: &[(&str, Direction)] = &[
    ("auto", Direction::Auto),
    ("as_written", Direction::AsWritten),
    ("reversed", Direction::Reversed),
];

const REPEATS: &[(&str, Repeats)] =
    &[("auto", Repeats::Auto), ("refuse", Repeats::Refuse), ("drop", Repeats::Drop)];

/// Reads a graph file; its own mistakes are told with their places in it.
fn load(wanted: WantedFile, library: &Library, s: &mut Section<'_>) -> Option<GraphFile> {
    let WantedFile { path, options, sha256 } = wanted;
    if path.is_empty() {
        return None;
    }
    let bytes = match library.read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            s.refuse("topology", Code::BadFile, &error, "this file");
            return None;
        }
    };
    let digest = hex(&Sha256::digest(&bytes));
    if sha256.is_some_and(|expected| expected != digest) {
        let message = format!("{path} is not the file that is meant");
        s.refuse("topology", Code::BadFile, &message, &format!("its SHA-256 is {digest}"));
    }
    let source = Source::new(&path, &String::from_utf8_lossy(&bytes));
    let file = match read(&bytes, &path, options) {
        Ok(file) => file,
        Err(mistakes) => {
            for mistake in mistakes {
                let place = Place::at(&source, mistake.line, mistake.column);
                s.report().add(Mistake::new(Code::BadFile, mistake.message, place));
            }
            return None;
        }
    };
    for warning in &file.warnings {
        let place = s.place("topology").clone();
        s.report().add(Mistake::new(Code::Surprising, format!("{path}: {warning}"), place));
    }
    let word = |words: &[(&'static str, Direction)]| {
        words.iter().find(|word| word.1 == options.edges).map(|word| word.0)
    };
    let repeats = REPEATS.iter().find(|word| word.1 == options.repeats).map(|word| word.0);
    let counts: Map<String, Json> =
        file.counts.named().iter().map(|(name, count)| ((*name).into(), json!(count))).collect();
    s.put(
        "topology",
        json!({ "file": {
            "path": path, "edges": word(DIRECTIONS), "repeats": repeats, "sha256": digest,
            "counts": counts,
        }}),
    );
    Some(file)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes any text");
    }
    text
}
