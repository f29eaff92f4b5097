//! `corsair sweep --script` as a user calls it, and the shards that such scripts begin.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::cli::Bench;

/// A study of six small runs.
const STUDY: [&str; 6] = ["sweep", "pirates", "--over", "network.loss=0,0.1", "--set", "nodes=20"];

fn study<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&STUDY[..], more].concat()
}

#[test]
fn the_command_prints_a_script_and_runs_nothing() {
    let bench = Bench::new();
    let options = [
        "--set",
        "network.latency={constant: 5ms}",
        "-s",
        "7",
        "-r",
        "3",
        "-j",
        "2",
        "--time-budget",
        "90s",
        "--keep-going",
        "--script",
        "parallel",
        "--shards",
        "4",
    ];
    let told = bench.call(&study(&options)).good();
    let line = format!(
        "    {} sweep pirates --over network.loss=0,0.1 --set nodes=20 --set 'network.latency={{constant: 5ms}}' \
         --seed 7 --replications 3 --time-budget 90s --keep-going --shard \"$1/4\" -j 2\n",
        env!("CARGO_BIN_EXE_corsair")
    );
    assert!(told.out.contains(&line), "{}", told.out);
    assert!(told.out.contains(": 6 runs in 4 shards, by GNU parallel."), "{}", told.out);
    assert_eq!((bench.files("."), told.err.as_str()), (vec![], ""));
    let named = ["-o", "my results", "--script", "slurm", "--shards", "40"];
    let told = bench.call(&study(&named)).good();
    assert!(told.out.contains(" -o 'my results' \\\n    --shard "), "{}", told.out);
    let replications = told.out.lines().any(|line| line.contains("--replications"));
    assert!(!replications, "nobody asked for them");
    assert!(told.err.contains("shards do nothing"), "{}", told.err);
    for kind in ["slurm", "k8s", "parallel", "snakemake"] {
        let told = bench.call(&study(&["--script", kind, "--shards", "4"])).good();
        assert!(told.out.contains("# The study pirates "), "{kind}: {}", told.out);
    }
}

#[test]
fn what_no_script_can_do_is_refused() {
    let bench = Bench::new();
    let script = ["--script", "slurm", "--shards", "4"];
    for more in [["--shard", "0/3"], ["--metric", "edges"], ["--format", "csv"], ["-n", "-q"]] {
        let told = bench.call(&[&study(&script)[..], &more].concat());
        assert_eq!(told.status, Some(2), "{more:?}: {}", told.out);
    }
    for count in ["0", "100001", "x"] {
        assert_eq!(bench.call(&study(&["--script", "k8s", "--shards", count])).status, Some(2));
    }
    assert_eq!(bench.call(&study(&["--script", "slurm"])).status, Some(2));
    assert_eq!(bench.call(&study(&["--shards", "4"])).status, Some(2));
    let text = corsair::experiment::builtin("pirates").unwrap().text;
    let stdin = [&["sweep", "-", "--over", "network.loss=0,0.1"], &script[..]].concat();
    let told = bench.call_with(&stdin, text.as_bytes());
    assert!(told.status == Some(2) && told.err.contains("save it in a file"), "{}", told.err);
}

#[test]
#[cfg(target_os = "linux")]
fn memory_is_that_of_the_last_measured_run() {
    let bench = Bench::new();
    let memory = |bench: &Bench| {
        let text = bench.call(&study(&["--script", "slurm", "--shards", "2"])).good().out;
        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        [line("# Memory is "), line("#SBATCH --mem=")]
    };
    let guess =
        "# Memory is a guess: once a run of this experiment is in results/, it is measured.";
    assert_eq!(memory(&bench), [guess, "#SBATCH --mem=2048M"]);
    // Shares and what gathers them measure nothing.
    bench.call(&study(&["--shard", "0/1"])).good();
    bench.call(&study(&[])).good();
    let result = bench.only_result("pirates");
    let provenance = |folder: &Path| -> Json {
        serde_json::from_slice(&fs::read(folder.join("provenance.json")).unwrap()).unwrap()
    };
    assert_eq!(provenance(&result)["peak_bytes"], Json::Null);
    assert_eq!(memory(&bench)[0], guess);
    bench.call(&["run", "pirates", "-r", "2", "-j", "2", "-o", "results/pirates/mine"]).good();
    let peak = provenance(&bench.path("results/pirates/mine"))["peak_bytes"].as_u64().unwrap();
    assert!((1 << 20..1 << 30).contains(&peak), "{peak} bytes of a small run");
    let mebibytes = peak.div_ceil(1 << 20);
    let source = format!(
        "# Memory is twice the {mebibytes} MiB of results/pirates/mine with 2 runs at once."
    );
    let asked = (2 * peak).div_ceil(128 << 20) * 128;
    assert_eq!(memory(&bench), [source, format!("#SBATCH --mem={asked}M")]);
}

#[test]
fn shares_of_a_longer_study_take_over_what_is_there() {
    let bench = Bench::new();
    bench.call(&study(&["-r", "2"])).good();
    let script = bench.call(&study(&["--add-reps", "1", "--script", "slurm", "--shards", "2"]));
    let script = script.good().out;
    assert!(script.contains(" --replications 3 \\\n"), "{script}");
    let folder = script.lines().find_map(|line| line.strip_prefix("#   watch    corsair status "));
    let folder = folder.unwrap();
    for shard in ["0/2", "1/2"] {
        bench.call(&study(&["-r", "3", "--shard", shard])).good();
    }
    bench.call(&["status", folder]).good();
    let kept = bench.files(&format!("{folder}/parts"));
    let rows = kept.iter().filter(|(path, _)| path.ends_with("runs.csv"));
    let rows: usize = rows.map(|(_, text)| text.lines().count() - 1).sum();
    assert_eq!(rows, 2, "a new replication at each of two points, and nothing twice");
    bench.call(&["collect", folder]).good();
    bench.call(&study(&["-r", "3", "-o", "whole"])).good();
    bench.call(&["verify", "whole", folder]).good();
}

#[test]
fn shares_may_begin_at_the_same_time() {
    let bench = Bench::new();
    let shares: Vec<String> = (0..8).map(|share| format!("{share}/8")).collect();
    let begin = |share: &String| {
        let mut command = bench.command(&study(&["-r", "8", "-o", "shared", "--shard", share]));
        command.stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let begun: Vec<_> = shares.iter().map(begin).collect();
    for share in begun {
        let output = share.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{err}");
    }
    bench.call(&["collect", "shared"]).good();
    bench.call(&study(&["-r", "8", "-o", "alone"])).good();
    bench.call(&["verify", "alone", "shared"]).good();
}
