//! A study of ten thousand tiny runs in 64 shares: few files, little memory (S8).

use std::fs;
use std::path::Path;
use std::process::Command;

use super::assert_same;
use crate::cli::Bench;

const TINY: &str = "\
schema: 1
name: tiny
nodes: 5
replications: 20
protocol: pirates
stop: {at: 2s}
record: {every: 1s, metrics: [gold_gini]}
sweep:
  grid: {network.loss: {from: 0, to: 0.499, step: 0.001}}
";

fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[test]
#[ignore = "ten thousand runs twice: a minute in a debug build"]
fn ten_thousand_runs_are_few_files_and_little_memory() {
    let bench = Bench::new();
    bench.write("tiny.yaml", TINY);
    let sweep = ["sweep", "tiny.yaml", "-q", "--metric", "gold_gini"];
    bench.call(&[&sweep[..], &["-o", "whole"]].concat()).good();
    for share in 0..64 {
        let share = format!("{share}/64");
        bench.call(&[&sweep[..], &["-o", "shares", "--shard", &share]].concat()).good();
    }
    let parts = files(&bench.path("shares/parts"));
    assert!((64..500).contains(&parts), "{parts} part files");
    // Address space, of which memory in use is a part: 200 MB.
    let corsair = env!("CARGO_BIN_EXE_corsair");
    let limited = format!("ulimit -v 195312; exec '{corsair}' collect shares --metric gold_gini");
    let told = Command::new("sh").args(["-c", &limited]).current_dir(bench.path(".")).output();
    assert!(told.unwrap().status.success());
    assert_same(&bench, "whole", "shares");
}
