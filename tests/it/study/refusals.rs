//! What is wrong with a study or its parts gets one clear answer, and loses nothing.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{assert_same, bench, sweep};

/// The parts of a folder.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("parts")).unwrap();
    let mut parts: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    parts.sort();
    parts
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Changes a text in a file of a part, and its manifest so that it fits.
fn forge(part: &Path, file: &str, change: impl Fn(&str) -> String) {
    let old = fs::read_to_string(part.join(file)).unwrap();
    let new = change(&old);
    assert_ne!(old, new);
    let sum = |text: &str| {
        let digest = Sha256::digest(text);
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let manifest = fs::read_to_string(part.join("manifest.json")).unwrap();
    let forged = manifest
        .replace(&sum(&old), &sum(&new))
        .replace(&format!("\"bytes\": {}", old.len()), &format!("\"bytes\": {}", new.len()));
    fs::write(part.join("manifest.json"), forged).unwrap();
    fs::write(part.join(file), new).unwrap();
}

#[test]
fn a_damaged_part_counts_as_missing() {
    let bench = bench();
    sweep(&bench, "whole", &[]).good();
    sweep(&bench, "study", &["--shard", "0/2"]).good();
    sweep(&bench, "study", &["--shard", "1/2"]).good();
    let part = &parts(&bench.path("study"))[0];
    let mut bytes = fs::read(part.join("series.csv")).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(part.join("series.csv"), bytes).unwrap();
    let told = bench.call(&["collect", "study"]);
    assert_eq!(told.status, Some(3));
    assert!(told.err.contains("is damaged: its runs count as missing"), "{}", told.err);
    assert!(told.err.contains("10 of 20 runs are missing"), "{}", told.err);
    let next = told.err.lines().find_map(|line| line.strip_prefix("next: corsair ")).unwrap();
    bench.call(&next.split(' ').collect::<Vec<_>>()).good();
    assert_same(&bench, "whole", "study");
}

#[test]
fn two_machines_that_do_not_agree_are_told_apart() {
    let bench = bench();
    sweep(&bench, "study", &["--shard", "0/2"]).good();
    let part = &parts(&bench.path("study"))[0];
    let forged = part.with_file_name("zz-forged");
    copy(part, &forged);
    // Another digest in the last row.
    forge(&forged, "runs.csv", |text| {
        let end = text.trim_end().len();
        let last = if text[..end].ends_with('0') { '1' } else { '0' };
        format!("{}{last}\n", &text[..end - 1])
    });
    for call in [&["collect", "study"][..], &["sweep", "small.yaml", "-o", "study"]] {
        let told = bench.call(call);
        assert_eq!(told.status, Some(4), "{}", told.err);
        assert!(told.err.contains("is not the same in"), "{}", told.err);
        assert!(told.err.contains("network.loss="), "{}", told.err);
    }
}

#[test]
fn runs_of_another_engine_or_study_never_mix() {
    let bench = bench();
    sweep(&bench, "study", &["--shard", "0/2"]).good();
    sweep(&bench, "other", &["--set", "stop.at=21s", "--shard", "1/2"]).good();
    let strange = &parts(&bench.path("other"))[0];
    copy(strange, &bench.path("study/parts/strange"));
    let told = bench.call(&["status", "study"]);
    assert!(told.err.contains("strange is no part of this study"), "{}", told.err);
    assert!(told.out.contains("10 of 20 runs done"), "{}", told.out);
    let part = &parts(&bench.path("study"))[0];
    let manifest = fs::read_to_string(part.join("manifest.json")).unwrap();
    fs::write(part.join("manifest.json"), manifest.replace("\"engine\": 1", "\"engine\": 2"))
        .unwrap();
    for call in [&["collect", "study"][..], &["sweep", "small.yaml", "-o", "study"]] {
        let told = bench.call(call);
        assert_eq!(told.status, Some(3), "{}", told.err);
        assert!(told.err.contains("was made by engine 2"), "{}", told.err);
    }
}

#[test]
fn folders_that_hold_no_study_are_refused() {
    let bench = bench();
    bench.call(&["run", "small.yaml", "-o", "run"]).good();
    fs::create_dir(bench.path("empty")).unwrap();
    for (folder, says) in [
        ("nowhere", "there is no folder nowhere"),
        ("empty", "empty is no result"),
        ("run", "run is the result of a run, not of a study"),
    ] {
        for command in ["status", "collect"] {
            let told = bench.call(&[command, folder]);
            assert_eq!(told.status, Some(2), "{}", told.err);
            assert!(told.err.contains(says), "{}", told.err);
        }
    }
}

#[test]
fn arguments_are_judged_before_any_work() {
    let bench = bench();
    for (arguments, says) in [
        (&["--shard", "3/3"][..], "I from 0 to N - 1"),
        (&["--time-budget", "5"], "write 30s, 50m or 12h"),
        (&["--over", "network.lost=1"], "did you mean `loss`"),
        (&["--over", "nodes"], "KEY=V1,V2"),
        (&["--add-reps", "0"], "0 is not in"),
        (&["-r", "3", "--add-reps", "2"], "cannot be used with"),
        (&["--metric", "gold_giny"], "did you mean `gold_gini`"),
    ] {
        let told = sweep(&bench, "study", arguments);
        assert_eq!(told.status, Some(2), "{arguments:?}: {}", told.err);
        assert!(told.err.contains(says), "{arguments:?}: {}", told.err);
    }
    let told = bench.call(&["sweep", "pirates-gold"]);
    if !corsair::experiment::builtin("pirates-gold").unwrap().text.contains("sweep:") {
        assert_eq!(told.status, Some(2));
        assert!(told.err.contains("there is nothing to vary"), "{}", told.err);
    }
}

#[test]
fn the_runs_are_listed_and_none_is_run() {
    let bench = bench();
    let told = sweep(&bench, "study", &["-n", "--format", "csv"]).good();
    assert_eq!(told.out.lines().count(), 21);
    assert!(told.out.starts_with("run,point,rep,seed,network.loss,nodes\n0,0,0,"), "{}", told.out);
    assert!(told.out.lines().nth(20).unwrap().starts_with("19,3,4,"), "{}", told.out);
    let share = sweep(&bench, "study", &["-n", "--shard", "1/4", "--format", "csv"]).good();
    assert_eq!(share.out.lines().count(), 6);
    assert!(!bench.path("study").exists());
}

#[test]
fn a_run_that_cannot_be_set_up_is_told_and_the_others_are_kept() {
    let bench = bench();
    // Two parts of a split are drawn: in some replications, and not in the first, they share a node.
    let text = "schema: 1\nname: split\nnodes: 10\nseed: 1\nreplications: 12\nprotocol: pirates\nstop: {at: 5s}\n\
                faults: [{partition: {from: 1s, until: 2s, split: {groups: [{random: 3}, {random: 3}]}}}]\n\
                sweep: {grid: {network.loss: [0, 0.1]}}\n";
    let seed = (1..60).find(|seed| {
        bench.write("split.yaml", text.replace("seed: 1", &format!("seed: {seed}")));
        bench.call(&["validate", "split.yaml"]).status == Some(0)
    });
    assert!(seed.is_some(), "some seed is accepted");
    let told = bench.call(&["sweep", "split.yaml", "-o", "study", "-j", "1"]);
    assert_eq!(told.status, Some(3), "{}", told.err);
    assert!(told.err.contains("is in two parts of the split"), "{}", told.err);
    assert!(told.err.contains("1 run could not be set up; --keep-going does the others"));
    let counts = || -> serde_json::Value {
        let told = bench.call(&["status", "study", "--format", "json"]);
        assert_eq!(told.status, Some(3), "{}", told.err);
        serde_json::from_str(&told.out).unwrap()
    };
    let first = counts();
    assert_eq!(first["failed"], 1, "{first}");
    let told = bench.call(&["sweep", "split.yaml", "-o", "study", "--keep-going"]);
    assert_eq!(told.status, Some(3), "{}", told.err);
    let last = counts();
    assert!(last["done"].as_u64() > first["done"].as_u64(), "{first} {last}");
    assert_eq!(last["missing"], last["failed"], "all others are done: {last}");
    let told = bench.call(&["status", "study"]);
    assert!(told.out.contains("failed: network.loss=0, replication "), "{}", told.out);
}
