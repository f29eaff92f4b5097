//! Kills, full disks, vanished folders, closed pipes: one clear answer or a quiet end, and never half a result (S1, S7).
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "kills come in real time")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use corsair::kernel::{Bits, Domain, Seed, Stream};

use crate::cli::{Bench, Told};

const RUN: [&str; 7] = ["run", "pirates", "-r", "4", "-q", "--set", "nodes=1000"];

#[test]
fn a_run_that_was_killed_is_made_again() {
    let whole = Bench::new();
    // The shortest of three: what else the machine does must not let the runs end before they are killed.
    let timed = |_| {
        let start = Instant::now();
        whole.call(&[&RUN[..], &["--force"]].concat()).good();
        start.elapsed()
    };
    let lasts = (0..3).map(timed).min().unwrap();
    let reference = whole.only_result("pirates");
    let mut stream = Stream::new(Seed(7), Domain::Workload, 0, 0);
    let mut killed = 0;
    for _ in 0..20 {
        let bench = Bench::new();
        let mut command = bench.command(&RUN);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(lasts.mul_f64(stream.unit()));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        // What is visible is whole.
        let seen = bench.path("results/pirates").join(reference.file_name().unwrap());
        if seen.exists() {
            bench.call(&["verify", seen.to_str().unwrap()]).good();
        }
        bench.call(&RUN).good();
        let made = bench.only_result("pirates");
        bench.call(&["verify", made.to_str().unwrap(), reference.to_str().unwrap()]).good();
    }
    assert!(killed >= 5, "{killed} of 20 were killed: the others were done before");
}

/// One error that ends in a normal exit.
#[track_caller]
fn assert_clear(told: &Told) {
    assert_eq!(told.status, Some(3), "{told:?}");
    assert_eq!(told.err.matches("error: ").count(), 1, "{}", told.err);
    assert!(!told.err.contains("panicked"), "{}", told.err);
}

#[test]
fn a_file_size_limit_is_an_error_and_no_signal() {
    for blocks in ["0", "1", "2", "16"] {
        let bench = Bench::new();
        let mut command = Command::new("sh");
        let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_corsair")]).args(RUN);
        let told: Told = command.current_dir(bench.path("")).output().unwrap().into();
        assert_clear(&told);
        assert!(told.err.contains("file too large"), "{}", told.err);
        assert_eq!(bench.files("results"), [], "nothing is left");
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error() {
    let bench = Bench::new();
    fs::create_dir(bench.path("results")).unwrap();
    let mut permissions = fs::metadata(bench.path("results")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(bench.path("results"), permissions).unwrap();
    if fs::create_dir(bench.path("results/probe")).is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let told = bench.call(&RUN);
    assert_clear(&told);
    assert!(told.err.contains("results"), "{}", told.err);
}

#[test]
fn results_deleted_on_the_way_are_an_error() {
    for wait_ms in [0, 20, 60] {
        let bench = Bench::new();
        let mut command = bench.command(&RUN);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let results = bench.path("results");
        let patience = Instant::now();
        while !results.exists() && patience.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(wait_ms));
        while fs::remove_dir_all(&results).is_err() && results.exists() {}
        let told: Told = child.wait_with_output().unwrap().into();
        if told.status != Some(0) {
            assert_clear(&told);
            assert!(told.err.contains("results/pirates"), "{}", told.err);
            assert_eq!(bench.files("results"), [], "{told:?}");
        } else if results.join("pirates").exists() {
            // Its folder came back before anything was in it.
            bench.call(&["verify", bench.only_result("pirates").to_str().unwrap()]).good();
        }
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let bench = Bench::new();
    for words in [&RUN[..], &["list"], &["validate", "pirates"], &["topology", "pirates"]] {
        let mut command = bench.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let told: Told = child.wait_with_output().unwrap().into();
        assert_eq!(told.status, Some(0), "{words:?}: {}", told.err);
        assert!(!told.err.contains("error"), "{words:?}: {}", told.err);
    }
    let made = bench.only_result("pirates");
    bench.call(&["verify", made.to_str().unwrap()]).good();

    let mut child = bench.command(&["list"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut head = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    head.read_line(&mut line).unwrap();
    drop(head);
    assert_eq!((line.as_str(), child.wait().unwrap().code()), ("protocols\n", Some(0)));
}
