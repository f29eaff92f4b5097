//! `corsair topology` on the sample graphs: counts, metrics, mistakes, and files written from files.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use crate::cli::{Bench, ROOT};

fn graphs() -> String {
    format!("{ROOT}/tests/oracles/pirates/graphs")
}

fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("{}/{name}", graphs());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn counts_and_metrics_are_those_of_the_reference() {
    let bench = Bench::new();
    let metrics = rows("metrics.csv");
    for counts in rows("counts.csv") {
        let file = &counts["file"];
        let told = bench.call(&["topology", &format!("{}/{file}", graphs()), "--format", "csv"]);
        let told = told.good().out;
        let value = |of: &str, name: &str| {
            let start = format!("{of},{name},");
            let line = told.lines().find_map(|line| line.strip_prefix(&start));
            line.unwrap_or_else(|| panic!("{start} in {told}")).to_owned()
        };
        for (name, count) in counts.iter().filter(|(name, _)| *name != "file") {
            assert_eq!(value("count", name), *count, "{file} {name}");
        }
        let metrics = metrics.iter().find(|row| row["file"] == *file).unwrap();
        let told = told.lines().filter_map(|line| line.strip_prefix("metric,"));
        let told = told.map(|line| line.split_once(',').unwrap());
        let told: Vec<_> = told.filter(|(name, _)| metrics.contains_key(*name)).collect();
        assert_eq!(told.len(), 12);
        for (name, value) in told {
            let (value, expected) = (value.parse::<f64>(), metrics[name].parse::<f64>());
            assert!((value.unwrap() - expected.unwrap()).abs() < 1e-9, "{file} {name}");
        }
    }
}

#[test]
fn mistakes_have_their_places_in_front() {
    let bench = Bench::new();
    for (file, line) in [
        ("bad-comma.json", ":4:3: "),
        ("bad-version.json", ":2:13: "),
        ("bad-empty.json", ":1:1: empty file; the three formats"),
        ("bad-nul.graphml", ":9:1: "),
        ("bad-dtd.graphml", ":2:1: "),
        ("bad-hyperedge.graphml", ":4:3: "),
        ("bad-root.graphml", ":1:1: gexf where graphml was expected"),
        ("bad-unknown.graphml", ":9:7: "),
    ] {
        let path = format!("{}/{file}", graphs());
        let told = bench.call(&["topology", &path, "--out", "never.json"]);
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{file}");
        assert!(told.err.starts_with(&format!("{path}{line}")), "{}", told.err);
    }
    let told = bench.call(&["topology", &format!("{}/bad-several.json", graphs())]);
    assert_eq!(told.err.lines().count(), 4, "all mistakes at once: {}", told.err);
    assert_eq!(bench.files("."), []);
}

#[test]
fn what_is_written_reads_back_and_is_written_again() {
    let bench = Bench::new();
    for file in ["v00.json", "v04.json", "networkx.json", "nodelink.json", "service.graphml"] {
        let path = format!("{}/{file}", graphs());
        for (first, second) in [("a.json", "b.json"), ("a.graphml", "b.graphml")] {
            bench.call(&["topology", &path, "-o", first]).good();
            bench.call(&["topology", first, "-o", second, "-o", "c.json"]).good();
            let read = |name: &str| fs::read(bench.path(name)).unwrap();
            assert_eq!(read(first), read(second), "{file}");
        }
        // c.json came by GraphML, and lost nothing but where the graph is from.
        let body = |name: &str| {
            let text = fs::read_to_string(bench.path(name)).unwrap();
            text.split_once("\"nodes\":[").unwrap().1.to_owned()
        };
        assert_eq!(body("c.json"), body("a.json"), "{file}");
    }
    let told = bench.call(&["topology", "a.json", "--to", "graphml"]).good();
    assert_eq!(told.out, fs::read_to_string(bench.path("a.graphml")).unwrap());
}

#[test]
fn generators_and_experiments_have_graphs() {
    let bench = Bench::new();
    let value = |told: &str, name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("metric,{name},")));
        line.unwrap().parse::<f64>().unwrap()
    };
    let csv = |words: &[&str]| {
        bench.call(&[&["topology"], words, &["--format", "csv"]].concat()).good().out
    };
    let regular =
        csv(&["random_regular", "--nodes", "100", "--set", "degree=8", "-o", "r.graphml"]);
    assert_eq!((value(&regular, "degree_mean"), value(&regular, "degree_max")), (8.0, 8.0));
    assert_eq!(value(&csv(&["ring", "--nodes", "1e3"]), "edges"), 1000.0);
    assert_eq!(value(&csv(&["complete", "--nodes", "1000000"]), "edges"), 999_999.0 * 5e5);
    assert_eq!(value(&csv(&["pirates-gold", "--nodes", "50"]), "degree_mean"), 8.0);
    let text = "schema: 1\nname: r\nnodes: 100\ntopology: {random_regular: {degree: 8}}\n\
                protocol: {pirates: {start: reload}}\nstop: {at: 1s}\n";
    bench.write("r.yaml", text);
    bench.call(&["topology", "r.yaml", "-o", "e.graphml"]).good();
    let links = |name: &str| {
        let text = fs::read_to_string(bench.path(name)).unwrap();
        let edges: Vec<_> = text.lines().filter(|line| line.contains("<edge")).collect();
        assert_eq!(edges.len(), 400);
        edges.join("\n")
    };
    assert_eq!(links("e.graphml"), links("r.graphml"), "the generator is that of a run");
}

#[test]
fn the_next_command_makes_the_same_graph() {
    let bench = Bench::new();
    let words = ["topology", "line", "--nodes", "6", "--seed", "3", "--set", "prefix=a b"];
    let told = bench.call(&words).good();
    let next =
        "next: corsair topology line --nodes 6 --seed 3 --set 'prefix=a b' --out graph.graphml";
    assert_eq!(told.out.lines().last(), Some(next));
    bench.call(&[&words[..], &["--out", "graph.graphml"]].concat()).good();
}

#[test]
fn what_has_no_graph_is_refused() {
    let bench = Bench::new();
    for (words, says) in [
        (
            &["random_regular", "--nodes", "9", "--set", "degree=3"][..],
            "nodes x degree has to be even",
        ),
        (&["random_regular", "--nodes", "9"], "degree"),
        (&["random_regular", "--nodes", "9", "--set", "degre=2"], "did you mean `degree`?"),
        (&["ring"], "how many nodes?"),
        (&["rign", "--nodes", "9"], "generators: complete, empty, line, ring, star, tree, grid"),
        (&["complete", "--nodes", "1e6", "-o", "x.json"], "too many for a file"),
        (&["ring", "--nodes", "9", "-o", "x.svg"], "add --to"),
        (&["."], "is a folder"),
        (&["ring", "--nodes", "1e12"], "a whole number up to"),
    ] {
        let told = bench.call(&[&["topology"], words].concat());
        assert_eq!(told.status, Some(2), "{words:?}");
        assert!(told.err.contains(says), "{words:?}: {}", told.err);
    }
    assert_eq!(bench.files("."), []);
}
