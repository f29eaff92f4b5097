//! A study that was stopped or killed goes on where it was (S1), and takes over what other results have.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::{assert_same, bench, sweep};
use crate::cli::{Bench, Told};

fn spawn(bench: &Bench, arguments: &[&str]) -> Child {
    let mut command = bench.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Waits until a folder of parts holds a draft: the first run is in hand.
fn wait_for_work(parts: &Path) {
    for _ in 0..2_000 {
        if fs::read_dir(parts).is_ok_and(|mut entries| entries.next().is_some()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("nothing was begun in {}", parts.display());
}

/// So many runs that nothing is done before the signal comes.
const LONG: [&str; 4] = ["-r", "100000", "--set", "stop.at=60s"];

#[test]
fn a_terminated_study_keeps_its_runs_and_goes_on() {
    let bench = bench();
    for (name, status) in [("TERM", 75), ("INT", 130)] {
        let all = [&["sweep", "small.yaml", "-o", name], &LONG[..]].concat();
        let child = spawn(&bench, &all);
        wait_for_work(&bench.path(name).join("parts"));
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, name);
        let told = Told::from(child.wait_with_output().unwrap());
        assert_eq!((told.status, told.out.as_str()), (Some(status), ""), "{}", told.err);
        assert!(told.err.contains("the same command goes on"), "{}", told.err);
        let parts: Vec<_> = fs::read_dir(bench.path(name).join("parts")).unwrap().collect();
        assert_eq!(parts.len(), 1, "one part and no leftovers: {parts:?}");
        let told = bench.call(&["status", name, "--format", "json"]);
        assert_eq!(told.status, Some(3));
        let status: serde_json::Value = serde_json::from_str(&told.out).unwrap();
        assert!(status["done"].as_u64().unwrap() > 0, "{status}");
        let told = bench.call(&["collect", name]);
        assert_eq!(told.status, Some(3));
        assert!(told.err.contains(" of 400000 runs are missing: "), "{}", told.err);
    }
}

#[test]
fn a_time_budget_begins_no_run_when_it_is_over() {
    let bench = bench();
    sweep(&bench, "whole", &[]).good();
    let told = sweep(&bench, "short", &["--time-budget", "0s"]);
    assert_eq!(told.status, Some(75), "{}", told.err);
    sweep(&bench, "short", &["--shard", "1/4"]).good();
    let told = bench.call(&["status", "short"]);
    assert!(told.out.contains("5 of 20 runs done, 15 missing"), "{}", told.out);
    assert_eq!(told.after("next: "), "corsair sweep short/resolved.json -o short");
    // The line that it prints does what is missing.
    let line: Vec<&str> = told.after("next: corsair ").split(' ').collect();
    bench.call(&line).good();
    assert_same(&bench, "whole", "short");
    assert!(bench.call(&["status", "short"]).good().out.contains("20 of 20 runs done, 0 missing"));
}

#[test]
fn a_study_killed_at_any_moment_is_finished_to_the_same_bytes() {
    let bench = bench();
    sweep(&bench, "whole", &[]).good();
    let started = std::time::Instant::now();
    sweep(&bench, "timed", &["--shard", "1/2"]).good();
    let usual_us = started.elapsed().as_micros() as u64 * 3;
    for kill in 0..20u64 {
        let folder = format!("killed-{kill}");
        sweep(&bench, &folder, &["--shard", "0/2"]).good();
        let mut child = spawn(&bench, &["sweep", "small.yaml", "-o", &folder]);
        // Moments all over the time that it takes, from the first to after the last.
        let moment = usual_us * ((kill * 7919) % 20) / 20;
        std::thread::sleep(Duration::from_micros(moment));
        child.kill().unwrap();
        child.wait().unwrap();
        sweep(&bench, &folder, &[]).good();
        assert_same(&bench, "whole", &folder);
        let left: Vec<String> = fs::read_dir(bench.path("."))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(&format!(".{folder}.")))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn more_replications_take_over_those_that_are_there() {
    let bench = bench();
    let study = |arguments: &[&str]| bench.call(&[&["sweep", "small.yaml"], arguments].concat());
    sweep(&bench, "seven", &["-r", "7"]).good();
    study(&["-r", "3"]).good();
    // Two more than the finished three, then two more than the finished five.
    study(&["--add-reps", "2"]).good();
    let told = study(&["--add-reps", "2", "--time-budget", "0s"]);
    assert_eq!(told.status, Some(75), "{}", told.err);
    let latest = fs::read_to_string(bench.path("results/small/latest.txt")).unwrap();
    let names: Vec<String> = fs::read_dir(bench.path("results/small"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| bench.path("results/small").join(name).join("resolved.json").is_file())
        .filter(|name| !bench.path("results/small").join(name).join("manifest.json").is_file())
        .collect();
    let [begun] = &names[..] else { panic!("one study is under way: {names:?}, {latest}") };
    let folder = format!("results/small/{begun}");
    let told = bench.call(&["status", &folder]);
    assert!(told.out.contains("20 of 28 runs done, 8 missing"), "{}", told.out);
    study(&["--add-reps", "2"]).good();
    assert_same(&bench, "seven", &folder);
}

#[test]
fn a_result_is_reused_and_made_again_when_that_is_wanted() {
    let bench = bench();
    let first = sweep(&bench, "one", &[]).good();
    let again = sweep(&bench, "one", &[]).good();
    assert!(again.out.contains("it was there, intact"), "{}", again.out);
    let table = |told: &Told| told.out.split("runs.csv").next().unwrap_or_default().to_owned();
    assert_eq!(table(&first), table(&again), "what is read back is what was computed");
    let forced = sweep(&bench, "one", &["--force"]).good();
    assert!(forced.out.contains("the same bytes as before"), "{}", forced.out);
    let other = sweep(&bench, "one", &["--set", "nodes=31", "--over", "network.loss=0"]);
    assert_eq!(other.status, Some(2), "{}", other.err);
    assert!(other.err.contains("one holds other results"), "{}", other.err);
}

#[test]
fn an_interrupted_study_is_finished_by_two_shares_elsewhere() {
    let bench = bench();
    sweep(&bench, "whole", &[]).good();
    let mut child = spawn(&bench, &["sweep", "small.yaml", "-o", "here", "--shard", "2/3"]);
    wait_for_work(&bench.path("here").join("parts"));
    child.kill().unwrap();
    child.wait().unwrap();
    sweep(&bench, "here", &["--shard", "1/5"]).good();
    // Another machine, on which only the folder is known.
    let there = Bench::new();
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([bench.path("here"), there.path("study")])
        .status()
        .unwrap();
    assert!(copied.success());
    for share in ["0/2", "1/2"] {
        let arguments = ["sweep", "study/resolved.json", "-o", "study", "--shard", share];
        there.call(&arguments).good();
    }
    there.call(&["collect", "study"]).good();
    let whole = bench.path("whole");
    there.call(&["verify", "study", whole.to_str().unwrap()]).good();
}
