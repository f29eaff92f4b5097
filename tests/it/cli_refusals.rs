//! Bad input gets one clear answer: what is wrong, where, exit status 2, and nothing written.
#![allow(clippy::unwrap_used)]

use std::fs;

use crate::cli::{Bench, ROOT};

/// An experiment in which one line is bad.
fn with(line: &str) -> String {
    let key = line.split(':').next().unwrap();
    let lines = ["schema: 1", "name: x", "nodes: 5", "protocol: pirates", "stop: {at: 1s}"];
    let kept = lines.iter().filter(|kept| !kept.starts_with(&format!("{key}:")));
    let mut text: String = kept.map(|kept| format!("{kept}\n")).collect();
    text += line;
    text.push('\n');
    text
}

#[test]
fn mistakes_of_a_file_are_told_with_their_places() {
    let bombs = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n\
                 c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n\
                 e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e]\n\
                 g: &g [*f, *f, *f, *f, *f, *f, *f, *f]\nh: &h [*g, *g, *g, *g, *g, *g, *g, *g]\n";
    for (text, says, place) in [
        (with("fanuot: 3"), "unknown key `fanuot`", ":6:1"),
        (with("stop: {at: 60}"), "60s or 60ms?", ":5:12"),
        (with("network: {loss: 5}"), "between 0 and 1", ":6:17"),
        (with("faults: [{crash: {at: 1s, nodes: {node: 12}}}]"), "12", ":6:41"),
        (with("nodes: -5"), "nodes", ":5:8"),
        (with("nodes: 1000000000000"), "100000000", ":5:8"),
        (with("nodes: 1e12"), "nodes", ":5:8"),
        (
            with("workload: [{chat: {at: 1s, to: all, period: 1500us}}]"),
            "no whole number of milliseconds",
            ":6:45",
        ),
        (with("workload: [{goodbye: {every: 1ns, to: all}}]"), "at most 10000000 requests", ":6:"),
        (with("protocol: pirate"), "did you mean `pirates`?", ":5:11"),
        (with("record: {metrics: [gold_gin]}"), "did you mean `gold_gini`?", ":6:20"),
        (with("assert: {edgs: {at_least: 1}}"), "did you mean `edges`?", ":6:"),
        (with("assert: {degree_in: {at_least: 1}}"), "a finer scope", ":6:"),
        (with("assert: {edges: {at_least: 2, at_most: 1}}"), "no number is within", ":6:"),
        (with("stop: {when: {metric: edges, at_least: 2, equals: 1}}"), "no number", ":5:"),
        (with("record: {graph: {every: 1us}}"), "at least 1ms", ":6:25"),
        (with("network: {latency: -5ms}"), "a duration is never negative", ":6:20"),
        (
            with("network: {latency: {exponential: {mean: -3ms}}}"),
            "a duration is never negative",
            ":6:41",
        ),
        (with("faults: [{crash: {at: -1s, nodes: all}}]"), "a duration is never negative", ":6:23"),
        (with("network: {latency: {exponential: 5ms}}"), "write {mean: ...}", ":6:34"),
        (
            with("network: {latency: {weibull: {scale: 1ms, shape: 0}}}"),
            "must be a number above 0",
            ":6:50",
        ),
        (with("network: {per_kind: {gold_con: {loss: 1}}}"), "did you mean `gold_coin`?", ":6:22"),
        (
            with("faults: [{crash: {at: 1s, nodes: {group: eu}}}]"),
            "the topology has no groups",
            ":6:42",
        ),
        (
            with("network: {links: [{from: {group: eu}, to: all, loss: 1}]}"),
            "the topology has no groups",
            ":6:34",
        ),
        (with("network: {latency: {matrix: {rtt: aws11}}}"), "no groups", ":6:29"),
        (with("seed: 18446744073709551616"), "this is too large", ":6:7"),
        (with("base: gone.yaml"), "there is no file gone.yaml", ":6:7"),
        (with("base: [a]"), "the path of an experiment", ":6:7"),
        (with("invariants: [gold]"), "no invariant `gold`", ":6:14"),
        (with("topology: {file: gone.json}"), "there is no file gone.json", ":6:"),
        (with("name: ../../etc"), "a name is up to 80 letters", ":5:7"),
        (with("nodes: 5\nnodes: 6"), "nodes", ":6:1"),
        ("a: &a [*a]\n".to_owned(), "a", ":1:"),
        (bombs.to_owned(), "alias", ":"),
        (String::new(), "no settings in this file", ":1:1"),
        ("# nothing\n".to_owned(), "no settings in this file", ":"),
        ("[1, 2".to_owned(), "", ":1:"),
        ("\0".to_owned(), "", ":1:1"),
    ] {
        let bench = Bench::new();
        bench.write("x.yaml", &text);
        let before = bench.files(".");
        for command in ["run", "validate"] {
            let told = bench.call(&[command, "x.yaml"]);
            assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{text}{}", told.err);
            assert!(told.err.contains(says), "`{says}`: {}", told.err);
            assert!(told.err.contains(&format!("--> x.yaml{place}")), "`{place}`: {}", told.err);
        }
        assert_eq!(bench.files("."), before);
    }
}

#[test]
fn a_topology_that_cannot_be_read_is_the_only_mistake() {
    for topology in [
        "{file: gone.json}",
        "{clusters: {groups: [{name: eu, nodes: 2}], between: none, latency: {between: {rtt: gone.csv}}}}",
    ] {
        let bench = Bench::new();
        let nodeless = with("nodes:").replace("nodes:\n", "").replace("pirates", "gossip");
        bench.write("x.yaml", format!("{nodeless}topology: {topology}\n"));
        let told = bench.call(&["validate", "x.yaml"]);
        assert_eq!(told.status, Some(2));
        assert_eq!(told.err.matches("error[").count(), 1, "{}", told.err);
        assert!(!told.err.contains("how many nodes"), "{}", told.err);
    }
}

#[test]
fn mistakes_of_an_override_are_told_at_the_override() {
    let bench = Bench::new();
    bench.write("x.yaml", with("faults: [{crash: {at: 1s, nodes: all}}]") + "network: {loss: 0}\n");
    for (set, place) in [
        ("faults.0.crash.nodes={group: eu}", ":1:30"),
        ("network.latency={matrix: {rtt: aws11}}", ":1:26"),
    ] {
        let told = bench.call(&["validate", "x.yaml", "--set", set]);
        assert_eq!(told.status, Some(2));
        assert!(told.err.contains(&format!("--> --set {set}{place}")), "{}", told.err);
    }
}

#[test]
fn a_folder_does_not_hide_what_is_built_in() {
    let bench = Bench::new();
    fs::create_dir(bench.path("pirates")).unwrap();
    let told = bench.call(&["run", "pirates", "--dry-run"]);
    assert_eq!(told.status, Some(0), "{}", told.err);
    let told = bench.call(&["run", "pirates", "--dry-run", "--set", "nodes=1"]);
    assert!(told.out.contains(" 1 node, 1 run,"), "{}", told.out);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let bench = Bench::new();
    bench.write("x.yaml", with("fanuot: 3") + "network: {loss: 5}\nrecord: {every: 1}\n");
    let told = bench.call(&["run", "x.yaml", "--set", "seed=minus"]);
    assert_eq!(told.err.matches("error[").count(), 4, "{}", told.err);
    assert!(told.err.contains("--> --set seed=minus:1:6"), "{}", told.err);
}

#[test]
fn mistakes_of_a_graph_file_are_told_with_their_places_in_it() {
    let bench = Bench::new();
    let path = format!("{ROOT}/tests/oracles/pirates/graphs/bad-truncated.json");
    fs::copy(path, bench.path("cut.json")).unwrap();
    bench.write("x.yaml", with("topology: {file: cut.json}"));
    let told = bench.call(&["run", "x.yaml"]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("end of file inside the array graph"), "{}", told.err);
    assert!(told.err.contains("--> cut.json:"), "{}", told.err);
    assert!(!bench.path("results").exists());
}

#[test]
fn what_is_no_file_is_told_in_a_sentence() {
    let bench = Bench::new();
    bench.write("latin.yaml", b"schema: 1\nname: caf\xe9\n");
    fs::create_dir(bench.path("folder")).unwrap();
    for (words, says) in [
        (&["run", "latin.yaml"][..], "--> latin.yaml:2:10"),
        (&["run", "folder"], "folder is a folder, not a file"),
        (&["run", "gone.yaml"], "there is no file gone.yaml"),
        (&["run", "piratse"], "did you mean `pirates`?"),
        (&["run", "frigate"], "corsair list examples"),
        (&["run"], "Usage: corsair run"),
        (&["rum", "pirates"], "corsair"),
        (&["run", "pirates", "-j", "0"], "--jobs"),
        (&["run", "pirates", "--assert", "edges"], "write METRIC>=VALUE"),
        (&["run", "pirates", "--assert", "edgs>=1"], "did you mean `edges`?"),
        (&["run", "pirates", "--set", "nodes"], "KEY=VALUE"),
        (&["run", "pirates", "--set", "netwrok.loss=0"], "did you mean `network`?"),
        (&["run", "pirates", "-o", "."], "folder"),
        (&["verify", "gone"], "gone"),
        (&["verify", "folder"], "folder"),
    ] {
        let before = bench.files(".");
        let told = bench.call(words);
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{words:?}: {}", told.err);
        assert!(told.err.contains(says), "{words:?}: {}", told.err);
        assert_eq!(bench.files("."), before);
    }
}

#[test]
fn folders_of_the_user_are_left_alone() {
    let bench = Bench::new();
    fs::create_dir(bench.path("thesis")).unwrap();
    bench.write("thesis/thesis.tex", "my life");
    for force in [&[][..], &["--force"]] {
        let words = [&["run", "pirates", "--set", "nodes=5", "-o", "thesis"], force].concat();
        let told = bench.call(&words);
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{}", told.err);
        assert!(told.err.contains("thesis holds `thesis.tex`"), "{}", told.err);
    }
    let files = bench.files(".");
    assert_eq!((files.len(), files[0].1.as_str()), (1, "my life"));
}

#[test]
fn what_loses_or_holds_up_calls_is_warned_of() {
    let bench = Bench::new();
    let lines = "schema: 1\nname: x\nnodes: 5\nstop: {at: 9s}\ntopology: complete\n";
    let waits = "a blocking caller waits for a lost answer for ever";
    let rounds = "algorithm: anti_entropy, clock: rounds, period: 1s";
    let calls = "algorithm: flood, rpc: blocking";
    let all = "from: 1s, until: 2s";
    for (gossip, more, says) in [
        (calls, "faults: [{crash: {at: 1s, nodes: {node: 1}}}]".to_owned(), waits),
        (
            calls,
            format!(
                "faults: [{{partition: {{{all}, split: {{groups: [{{node: 0}}, {{node: 1}}]}}}}}}]"
            ),
            waits,
        ),
        (calls, format!("faults: [{{loss_burst: {{{all}, probability: 0.5}}}}]"), waits),
        (calls, format!("faults: [{{clog: {{{all}}}}}]"), ""),
        (
            rounds,
            format!("faults: [{{clog: {{{all}}}}}]"),
            "with a fault a call may outlast a round",
        ),
        (rounds, "network: {bandwidth: 1kbps}".to_owned(), "with the bandwidth a call may outlast"),
        (rounds, "network: {loss: 0.5}".to_owned(), ""),
        ("algorithm: flood, dedupe: last", String::new(), "can circulate for ever"),
    ] {
        bench.write("x.yaml", format!("{lines}protocol: {{gossip: {{{gossip}}}}}\n{more}\n"));
        let told = bench.call(&["validate", "x.yaml"]);
        assert_eq!(told.status, Some(0), "{}", told.err);
        let warnings = told.err.matches("warning[").count();
        assert_eq!(warnings, usize::from(!says.is_empty()), "{more}: {}", told.err);
        assert!(told.err.contains(says), "{more}: {}", told.err);
    }
}
