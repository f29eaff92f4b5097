//! Graph files that an experiment names: how they are written, and read once.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::Topology;
use crate::experiment::files::{Library, hex};
use crate::kernel::Span;
use crate::settings::{Code, DistributionSetting, Field, Kind, Mistake, Place, Section, Source};
use crate::topology::Connect;
use crate::topology::files::{Directed, Direction, GraphFile, ReadOptions, Repeats, Weights, read};

/// What the key `file` says, before the file is read.
pub(super) struct WantedFile {
    pub(super) path: String,
    pub(super) options: ReadOptions,
    pub(super) connect: Connect,
    pub(super) latency: Option<DistributionSetting>,
    pub(super) sha256: Option<String>,
}

/// Reads the settings of `file`: a path, or a section.
pub(super) fn read_wanted(field: Field<'_>) -> WantedFile {
    if field.value().is_some_and(|value| matches!(value.kind, Kind::Text(_))) {
        let (options, connect) = (ReadOptions::default(), Connect::No);
        return WantedFile { path: field.file(""), options, connect, latency: None, sha256: None };
    }
    field.section(|s| {
        let path = s.file("path", "");
        let edges = s.choice("edges", DIRECTIONS, Direction::Auto);
        let repeats = s.choice("repeats", REPEATS, Repeats::Auto);
        let weights = s.choice("weights", WEIGHTS, Weights::Latency);
        let directed = s.optional("directed").map(|field| field.switch(false));
        let connect = s.choice("connect", CONNECTS, Connect::No);
        let constant = DistributionSetting::Constant(Span::ZERO);
        let latency = s.optional("latency").map(|field| field.distribution(constant));
        let sha256 = s.optional("sha256").map(|field| field.text(""));
        s.value("counts");
        let directed = match directed {
            None => Directed::AsWritten,
            Some(true) => Directed::Yes,
            Some(false) => Directed::No,
        };
        let options = ReadOptions { edges, repeats, weights, directed };
        WantedFile { path, options, connect, latency, sha256 }
    })
}

const DIRECTIONS: &[(&str, Direction)] = &[
    ("auto", Direction::Auto),
    ("as_written", Direction::AsWritten),
    ("reversed", Direction::Reversed),
];

const REPEATS: &[(&str, Repeats)] =
    &[("auto", Repeats::Auto), ("refuse", Repeats::Refuse), ("drop", Repeats::Drop)];

const WEIGHTS: &[(&str, Weights)] = &[("latency", Weights::Latency), ("ignore", Weights::Ignore)];

const CONNECTS: &[(&str, Connect)] = &[("no", Connect::No), ("require", Connect::Require)];

/// Reads a graph file; its own mistakes are told with their places in it.
pub(super) fn load(wanted: WantedFile, library: &Library, s: &mut Section<'_>) -> Option<Topology> {
    let WantedFile { path, options, connect, latency, sha256 } = wanted;
    if path.is_empty() {
        return None;
    }
    let key = format!("{path} {options:?}");
    let known = library.graphs.borrow().get(&key).cloned();
    let (file, digest) = match known {
        Some(known) => known,
        None => {
            let read = read_graph(&path, options, library, s)?;
            library.graphs.borrow_mut().insert(key, read.clone());
            read
        }
    };
    if sha256.is_some_and(|expected| expected != digest) {
        let message = format!("{path} is not the file that is meant");
        s.refuse("topology", Code::BadFile, &message, &format!("its SHA-256 is {digest}"));
    }
    for warning in &file.warnings {
        let place = s.place("topology").clone();
        s.report().add(Mistake::new(Code::Surprising, format!("{path}: {warning}"), place));
    }
    let sampled = latency.as_ref().map(|latency| s.sampler("topology", latency));
    let counts: Map<String, Json> =
        file.counts.named().iter().map(|(name, count)| ((*name).into(), json!(count))).collect();
    let mut canonical = json!({
        "path": path,
        "edges": word(DIRECTIONS, options.edges),
        "repeats": word(REPEATS, options.repeats),
        "weights": word(WEIGHTS, options.weights),
        "connect": word(CONNECTS, connect),
        "sha256": digest,
        "counts": counts,
    });
    if options.directed != Directed::AsWritten {
        canonical["directed"] = json!(options.directed == Directed::Yes);
    }
    if let Some(latency) = &latency {
        canonical["latency"] = latency.canonical();
    }
    s.put("topology", json!({ "file": canonical }));
    Some(Topology::File { file, connect, latency: sampled })
}

/// Reads the file itself, and its digest; none where it cannot be read, which is told.
fn read_graph(
    path: &str,
    options: ReadOptions,
    library: &Library,
    s: &mut Section<'_>,
) -> Option<(Arc<GraphFile>, String)> {
    let bytes = match library.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            s.refuse("topology", Code::BadFile, &error, "this file");
            return None;
        }
    };
    let digest = hex(&Sha256::digest(&bytes));
    match read(&bytes, path, options) {
        Ok(file) => Some((Arc::new(file), digest)),
        Err(mistakes) => {
            let source = Source::new(path, &String::from_utf8_lossy(&bytes));
            for mistake in mistakes {
                let place = Place::at(&source, mistake.line, mistake.column);
                s.report().add(Mistake::new(Code::BadFile, mistake.message, place));
            }
            None
        }
    }
}

/// The word for a meaning.
fn word<T: PartialEq>(words: &[(&'static str, T)], meaning: T) -> Option<&'static str> {
    words.iter().find(|word| word.1 == meaning).map(|word| word.0)
}
