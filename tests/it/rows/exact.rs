//! Rows 1 to 8, 13 and 25: what is the same in every run, and means that are known on paper (`exact.csv`).

use std::fs;
use std::process::Command;

use serde::Deserialize;

use super::laboratory::{Reference, Seen, assert_repeats, experiment, hold, oracle, run, table};
use corsair::protocols::pirates::{Durable, Pirates};
use corsair::record::StopReason;
use corsair::simulation::World;

/// The lines of one set-up in `exact.csv`.
struct Setup {
    name: String,
    nodes: u32,
    overrides: Vec<String>,
    /// The same in every run.
    exact: Vec<(String, f64)>,
    /// In the mean.
    expected: Vec<Reference>,
}

impl Setup {
    fn named(name: &str) -> Setup {
        let rows: Vec<_> = table("exact.csv").into_iter().filter(|row| row[0] == name).collect();
        let number = |cell: &str| -> f64 { cell.parse().expect("a number") };
        let first = rows.first().expect("exact.csv has it");
        let mut setup = Setup {
            name: name.to_owned(),
            nodes: first[1].parse().expect("a number of nodes"),
            overrides: vec![
                format!("nodes={}", first[1]),
                format!("protocol.pirates.stay={}s", first[2]),
                format!("protocol.pirates.introductions={}", first[3]),
            ],
            exact: Vec::new(),
            expected: Vec::new(),
        };
        for row in &rows {
            let (metric, value) = (row[4].clone(), number(&row[5]));
            match (row[7].as_str(), row[6].as_str()) {
                ("exact", _) => setup.exact.push((metric, value)),
                // Counts that are Poisson for large N, and tighter for small.
                (_, "") => setup.expected.push(Reference::derived(&metric, value, value.sqrt())),
                (_, sd) => setup.expected.push(Reference::derived(&metric, value, number(sd))),
            }
        }
        setup
    }

    fn read(&self, more: &[&str]) -> corsair::experiment::Experiment {
        let more = more.iter().map(|set| (*set).to_owned());
        let overrides: Vec<String> = self.overrides.iter().cloned().chain(more).collect();
        experiment("classic.yaml", &overrides)
    }
}

/// What a full trace shows, counted apart from the books.
#[derive(Debug, Default)]
struct Census {
    controllers_timers: f64,
    messages_of_pirates: f64,
}

#[derive(Deserialize)]
struct Line<'a> {
    what: &'a str,
    node: Option<u32>,
    from: Option<u32>,
}

impl Census {
    fn of(seen: &Seen, controller: u32) -> Census {
        let (_, log) = seen.memory.logs.first().expect("a trace was asked for");
        let mut census = Census::default();
        for line in log.bytes().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line: Line<'_> = serde_json::from_slice(line).expect("a trace is JSON lines");
            match line.what {
                "timer" if line.node == Some(controller) => census.controllers_timers += 1.0,
                "message" if line.from != Some(controller) => census.messages_of_pirates += 1.0,
                _ => {}
            }
        }
        census
    }
}

/// Exact counts in a traced run, means over so many.
fn check(name: &str, runs: u32) {
    let setup = Setup::named(name);
    let seen = run(&setup.read(&["record.trace=full"]), 0);
    let census = Census::of(&seen, setup.nodes);
    assert!(!setup.exact.is_empty());
    for (metric, expected) in &setup.exact {
        let ours = match metric.as_str() {
            "timers_controller" => census.controllers_timers,
            "messages_sent_by_pirates" => census.messages_of_pirates,
            _ => seen.count(metric),
        };
        assert_eq!(ours, *expected, "{name} {metric}");
    }
    assert_eq!(seen.report.stop_reason, StopReason::Quiet);
    if !setup.expected.is_empty() {
        hold(&setup.name, &setup.read(&[]), runs, &setup.expected);
    }
}

#[test]
fn small_crews() {
    for name in ["c0-0", "c0-10", "c1-0", "c1-60", "c2-0", "c10-0"] {
        check(name, 400);
    }
}

#[test]
fn a_hundred() {
    for name in ["c100-0", "c100-10", "c100-60"] {
        check(name, 100);
    }
}

#[test]
fn a_thousand() {
    check("c1000-60", 10);
}

#[test]
#[ignore = "long: for release builds"]
fn a_hundred_thousand() {
    check("c100000-0", 5);
    check("c100000-60", 3);
    let setup = Setup::named("c100000-60");
    assert_repeats(|| setup.read(&[]), 0);
}

/// Row 1: nothing but the controller's boot happens; what has no denominator is missing, counts are 0.
#[test]
fn nobody_at_all() {
    for name in ["c0-0", "c0-10"] {
        let seen = run(&Setup::named(name).read(&[]), 0);
        assert_eq!((seen.report.events, seen.report.stop_reason), (1, StopReason::Quiet));
        for metric in [
            "mean_degree",
            "reciprocity",
            "clustering",
            "transitivity",
            "largest_component",
            "gold_gini",
            "benefactors",
            "rumour_coverage",
            "rumour_t50",
        ] {
            assert_eq!(seen.value(metric), None, "{metric}");
        }
        for metric in ["edges", "in_degree_max", "isolated", "full", "hubs", "components"] {
            assert_eq!(seen.count(metric), 0.0, "{metric}");
        }
    }
}

/// Row 25: a wake or a name drop touches one cache line, and so does a gift beside it.
#[test]
fn two_cache_lines_a_pirate() {
    assert_eq!((World::<Pirates>::NODE_BYTES, World::<Pirates>::DISK_OFFSET), (128, 64));
    assert!(size_of::<Durable>() <= 64);
}

/// Row 1: the command ends well.
#[test]
fn nobody_at_all_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(oracle("classic.yaml"), folder.path().join("classic.yaml")).expect("a copy");
    for stay in ["0s", "10s"] {
        let stay = format!("protocol.pirates.stay={stay}");
        let status = Command::new(env!("CARGO_BIN_EXE_corsair"))
            .args(["run", "classic.yaml", "--set", "nodes=0", "--set", &stay])
            .current_dir(folder.path())
            .output()
            .expect("the command starts")
            .status;
        assert_eq!(status.code(), Some(0));
    }
}

/// Row 2: who is alone is introduced to itself, twice, and wakes for nothing.
#[test]
fn alone() {
    for replication in 0..20 {
        let seen = run(&Setup::named("c1-60").read(&[]), replication);
        let counts = ["messages_delivered", "name_drops_self", "edges"].map(|m| seen.count(m));
        assert_eq!(counts, [7.0, 2.0, 0.0]);
        assert_eq!(seen.count("wakes_idle"), seen.count("wakes"));
    }
}

/// Row 3: with one buddy at most, nobody has a name to drop.
#[test]
fn two_have_nobody_to_talk_about() {
    let pair = experiment("classic.yaml", &["nodes=2", "protocol.pirates.stay=60s"]);
    for replication in 0..20 {
        let seen = run(&pair, replication);
        assert_eq!(seen.count("messages_delivered"), 14.0);
        assert_eq!(seen.count("name_drops"), 4.0);
    }
}

/// Row 5: the controller is told about each accepted name, and nothing else changes.
#[test]
fn informed() {
    for name in ["c0-10", "c1-60", "c10-0", "c100-60", "c1000-60"] {
        let setup = Setup::named(name);
        for replication in 0..3 {
            let seen = run(&setup.read(&["protocol.pirates.inform=edges"]), replication);
            let uninformed = run(&setup.read(&[]), replication);
            let informs = seen.count("messages_delivered_inform");
            assert_eq!(informs, seen.count("edge_records"));
            assert_eq!(
                seen.count("messages_delivered"),
                uninformed.count("messages_delivered") + informs
            );
            for metric in ["edges", "wakes", "name_drops", "clustering", "gold_gini"] {
                assert_eq!(seen.value(metric), uninformed.value(metric), "{name} {metric}");
            }
        }
    }
}

/// Row 13: with 5 ms on the way, every wake of the first 10 s still counts, but its names reach nobody.
#[test]
fn with_latency() {
    let setup = Setup::named("c100-10");
    let slow = setup.read(&["network.latency.constant=5ms"]);
    let mut lost_in_all = 0.0;
    for replication in 0..10 {
        let seen = run(&slow, replication);
        for kind in ["hello", "gold_coin", "chat"] {
            assert_eq!(seen.count(&format!("messages_delivered_{kind}")), 100.0, "{kind}");
        }
        assert_eq!(seen.count("messages_delivered_goodbye"), 200.0);
        let [drops, to_nobody, sent] =
            ["name_drops", "messages_to_nobody", "messages_sent"].map(|metric| seen.count(metric));
        assert_eq!(drops + 500.0 + to_nobody, sent);
        lost_in_all += to_nobody;
    }
    assert!(lost_in_all > 0.0, "wakes of the last instant drop names to nobody");
    let wakes: Vec<Reference> =
        setup.expected.iter().filter(|reference| reference.metric == "wakes").cloned().collect();
    assert_eq!(wakes.len(), 1);
    hold("row 13", &slow, 200, &wakes);
}
