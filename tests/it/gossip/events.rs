//! The events file, as the command writes it.

use std::collections::BTreeMap;
use std::fs;

use super::oracle;
use crate::cli::Bench;

/// An experiment whose events are kept, with a line more.
fn yaml(nodes: &str, protocol: &str, publish: &str) -> String {
    format!(
        "schema: 1
name: told
{nodes}
protocol: {{ gossip: {{ {protocol} }} }}
workload: [{{ publish: {{ {publish} }} }}]
record: {{ events: true }}
"
    )
}

/// The events of a call that writes its results to `out`, by column.
fn events(bench: &Bench, call: &[&str]) -> Vec<BTreeMap<String, String>> {
    bench.call(&[call, &["-o", "out", "--force"]].concat()).good();
    let mut reader = csv::Reader::from_path(bench.path("out/events.csv")).expect("it is there");
    reader.deserialize().map(|row| row.expect("it is well-formed")).collect()
}

/// G8: every event of cnsim's blocking flood, in the columns of its result files.
#[test]
fn the_events_file_is_that_of_cnsim() {
    for (file, topology, nodes, origin, marks) in [
        ("v1_trace_complete5.csv", "complete", 5, 0, false),
        ("v1_trace_line5_from2.csv", "line", 5, 2, false),
        ("v1_trace_ring6_marked.csv", "ring", 6, 0, true),
    ] {
        let bench = Bench::new();
        let nodes = format!("nodes: {nodes}\ntopology: {topology}\nnetwork: {{ latency: 5ms }}");
        let protocol = format!("algorithm: flood, rpc: blocking, origin_marks_seen: {marks}");
        let publish = format!("at: 0s, by: {{ node: {origin} }}, label: m");
        bench.write("told.yaml", yaml(&nodes, &protocol, &publish));
        bench.call(&["run", "told.yaml", "-o", "out"]).good();
        let text = fs::read_to_string(bench.path("out/events.csv")).expect("it is there");
        let first_six = |line: &str| line.split(',').take(6).collect::<Vec<_>>().join(",");
        let seen: Vec<String> = text.lines().map(first_six).collect();
        let expected = fs::read_to_string(oracle(file)).expect("the oracle is there");
        assert_eq!(seen, expected.lines().collect::<Vec<_>>(), "{file}");
        let rest = text.lines().next().and_then(|line| line.splitn(7, ',').nth(6));
        assert_eq!(rest, Some("detail,run,hops"));
    }
}

/// A copy is under way for what its latency says: a flood sends at once, so from the sender's own receipt to this one.
#[test]
fn propagation_is_from_a_copys_send_to_its_receipt() {
    let bench = Bench::new();
    let network = "network: { latency: { exponential: { mean: 50ms } } }";
    let publish = "at: 1s, by: { node: 3 }";
    let nodes = format!("nodes: 40\ntopology: {{ random_regular: {{ degree: 4 }} }}\n{network}");
    bench.write("told.yaml", yaml(&nodes, "algorithm: flood", publish));
    let rows = events(&bench, &["run", "told.yaml", "-r", "3"]);
    let mut knows: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut last = (0, 0);
    for row in &rows {
        let number = |column: &str| row[column].parse::<u64>().expect("a number");
        let at = number("received_timestamp");
        assert!(last <= (number("run"), at), "rows are in event order, run after run");
        last = (number("run"), at);
        assert_eq!(row["message"], "told-40-0");
        *counts.entry((&row["run"], &row["event_type"])).or_default() += 1;
        let place = (row["run"].as_str(), row["receiver_id"].as_str());
        match row["event_type"].as_str() {
            "initiate" => {
                assert_eq!((row["sender_id"].as_str(), place.1, at), ("3", "3", 1_000_000_000));
                assert_eq!((row["propagation_time"].as_str(), number("hops")), ("", 0));
                knows.insert(place, (at, 0));
            }
            "received" => {
                let (since, hops) = knows[&(place.0, row["sender_id"].as_str())];
                let under_way: f64 = row["propagation_time"].parse().expect("a number");
                assert!((under_way * 1e6 - (at - since) as f64).abs() < 0.5, "{row:?}");
                assert_eq!(number("hops"), hops + 1);
                assert_eq!(knows.insert(place, (at, hops + 1)), None, "first receipts only");
            }
            "duplicate" => assert_eq!((&*row["propagation_time"], &*row["hops"]), ("", "")),
            other => panic!("{other} is no event"),
        }
    }
    for run in ["0", "1", "2"] {
        // 80 edges carry 2 x 80 - 40 + 1 copies.
        let seen = ["initiate", "received", "duplicate"].map(|event| counts[&(run, event)]);
        assert_eq!(seen, [1, 39, 121 - 39]);
    }
}

/// One replication alone is run 0, the threads change nothing, and nor do the events a run's own course.
#[test]
fn events_are_those_of_all_runs_in_their_order() {
    let bench = Bench::new();
    let publish = "from: 0s, every: 100ms, count: 3, by: { random: 2 }, label: news";
    bench.write("told.yaml", yaml("nodes: 300", "algorithm: flood", publish));
    for jobs in ["1", "2", "5"] {
        bench.call(&["run", "told.yaml", "-r", "6", "-j", jobs, "-o", jobs]).good();
    }
    for jobs in ["2", "5"] {
        assert_eq!(bench.call(&["verify", "1", jobs]).good().out, format!("1 = {jobs}\n"));
    }
    let all = fs::read_to_string(bench.path("1/events.csv")).expect("it is there");
    let of_run = |text: &str, run: &str| -> Vec<String> {
        let cells = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let cells = cells.filter(|cells| cells[7] == run).map(|cells| cells[..7].join(","));
        cells.collect()
    };
    let alone = events(&bench, &["run", "told.yaml", "-r", "6", "--rep", "4"]);
    assert!(alone.iter().all(|row| row["run"] == "0"));
    let alone = fs::read_to_string(bench.path("out/events.csv")).expect("it is there");
    assert_eq!(of_run(&alone, "0"), of_run(&all, "4"));
    let initiated = of_run(&alone, "0").into_iter().filter(|line| line.contains(",initiate,"));
    let labels: Vec<String> = initiated.filter_map(|l| Some(l.split(',').nth(2)?.into())).collect();
    assert_eq!(labels, (0..6).map(|k| format!("news-{k}")).collect::<Vec<_>>());
    bench.call(&["run", "told.yaml", "-r", "6", "--set", "record.events=off", "-o", "off"]).good();
    assert!(!bench.path("off/events.csv").exists());
    let runs = |folder: &str| fs::read_to_string(bench.path(folder).join("runs.csv")).ok();
    assert_eq!(runs("off"), runs("1"));
}

/// What a result says of its files names the events, and they are checked with the others.
#[test]
fn the_events_file_belongs_to_the_result() {
    let bench = Bench::new();
    bench.write("told.yaml", yaml("nodes: 5", "algorithm: flood", "at: 0s, by: all"));
    let told = bench.call(&["run", "told.yaml", "-o", "out"]).good();
    assert!(told.out.contains(" events.csv"), "{}", told.out);
    let package = fs::read_to_string(bench.path("out/datapackage.json")).expect("it is there");
    assert!(package.contains("\"path\": \"events.csv\""));
    bench.call(&["verify", "out"]).good();
    bench.write("out/events.csv", "sender_id\n");
    assert_eq!(bench.call(&["verify", "out"]).status, Some(4));
}

/// Details: what a publish waits for, and a second copy in the round of the first.
#[test]
fn details_say_why() {
    let bench = Bench::new();
    let mail = "algorithm: direct_mail, discovery: { base: 40ms }";
    bench.write(
        "told.yaml",
        yaml("nodes: 3", mail, "from: 0s, every: 1s, count: 2, by: { node: 1 }"),
    );
    let rows = events(&bench, &["run", "told.yaml"]);
    let details: Vec<&str> = rows.iter().map(|row| row["detail"].as_str()).collect();
    assert_eq!(details, ["discovery", "", "", "", "", ""]);
    let ways: Vec<&str> = rows.iter().map(|row| row["propagation_time"].as_str()).collect();
    assert_eq!(ways, ["", "1", "1", "", "1", "1"], "a wait for discovery is no part of the way");
    let rounds = "algorithm: rumor, clock: rounds, period: 1s";
    bench.write("told.yaml", yaml("nodes: 100", rounds, "at: 0s, by: { node: 0 }"));
    let rows = events(&bench, &["run", "told.yaml"]);
    let useful = rows.iter().filter(|row| row["detail"] == "same_round");
    for row in useful.clone() {
        let first = rows.iter().find(|other| {
            other["receiver_id"] == row["receiver_id"] && other["event_type"] == "received"
        });
        let first = first.expect("a first copy has come");
        assert_eq!(first["received_timestamp"], row["received_timestamp"], "rounds of 1 ms ways");
    }
    assert!(useful.count() > 0);
}

#[test]
fn who_has_no_events_says_so() {
    let bench = Bench::new();
    let told = bench.call(&["run", "pirates", "--set", "record.events=true"]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("error[E019]: pirates has no events file"), "{}", told.err);
    bench.write("told.yaml", yaml("nodes: 3", "algorithm: flood", "at: 0s, by: all"));
    let told = bench.call(&["sweep", "told.yaml", "--over", "nodes=3,4", "-o", "out"]).good();
    assert!(told.err.contains("a study keeps no graphs, traces and events"), "{}", told.err);
    assert!(!bench.path("out/events.csv").exists());
    let twice = "workload=[{publish: {at: 0s, by: all, label: m}}, \
                 {publish: {at: 0s, by: all, label: m}}]";
    let told = bench.call(&["run", "told.yaml", "--set", twice]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("other rumors are labelled `m` already"), "{}", told.err);
}
