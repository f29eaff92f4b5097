//! Graphs against NetworkX: statistics, generators, arrivals, bad files, round trips.
#![allow(clippy::unwrap_used)]

mod files;
mod generators;
mod statistics;

use std::collections::BTreeMap;

use corsair::kernel::{Domain, NodeId, Seed, Stream};
use corsair::topology::files::{GraphFile, ReadOptions, read};
use corsair::topology::{Effort, Graph, Profile};

pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/topology");

/// The lines of a table below its header, each as a map from column to cell.
fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(format!("{FOLDER}/{name}")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn graph_file(name: &str) -> GraphFile {
    let bytes = std::fs::read(format!("{FOLDER}/graphs/{name}.json")).unwrap();
    read(&bytes, name, ReadOptions::default()).unwrap()
}

fn profile(graph: &Graph, from: Option<NodeId>) -> BTreeMap<&'static str, Option<f64>> {
    let mut random = Stream::new(Seed(1), Domain::Topology, 1, 1);
    Profile::of(graph, Effort::Exact, from, &mut random).metrics.into_iter().collect()
}

/// An empty cell is what is not defined.
fn assert_is(value: Option<f64>, cell: &str, what: &str) {
    match (value, cell) {
        (None, "") => {}
        (Some(value), cell) if !cell.is_empty() => {
            let expected: f64 = cell.parse().unwrap();
            assert!((value - expected).abs() <= 1e-9, "{what}: {value}, not {expected}");
        }
        _ => panic!("{what}: {value:?}, not `{cell}`"),
    }
}
