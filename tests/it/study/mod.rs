//! Studies as their users run them: on threads and shares, interrupted and resumed, with more replications later.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "kills come in real time")]

mod judged;
mod large;
mod refusals;
mod resume;
mod same;

use crate::cli::{Bench, Told};

/// Four points of five short runs each, with series.
pub(super) const SMALL: &str = "\
schema: 1
name: small
nodes: 30
replications: 5
protocol: pirates
stop: {at: 20s}
record: {every: 5s}
sweep:
  grid: {network.loss: [0, 0.1], nodes: [20, 30]}
  baseline: {network.loss: 0}
";

/// A working folder with `small.yaml` in it.
pub(super) fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("small.yaml", SMALL);
    bench
}

/// Runs the small study into a folder.
pub(super) fn sweep(bench: &Bench, folder: &str, arguments: &[&str]) -> Told {
    bench.call(&[&["sweep", "small.yaml", "-o", folder], arguments].concat())
}

/// Two results have the same bytes.
#[track_caller]
pub(super) fn assert_same(bench: &Bench, one: &str, other: &str) {
    let told = bench.call(&["verify", one, other]).good();
    assert_eq!(told.out, format!("{one} = {other}\n"));
}
