//! T2 and T3: generators against formulas and NetworkX.

use std::collections::BTreeMap;

use super::{assert_is, profile, table};
use corsair::experiment::{NoGraph, generate};
use corsair::kernel::Seed;
use corsair::topology::Graph;

fn sets(row: &BTreeMap<String, String>) -> Vec<String> {
    row["set"].split_whitespace().map(str::to_owned).collect()
}

fn made(row: &BTreeMap<String, String>, seed: u64) -> Graph {
    let nodes = row["nodes_arg"].parse().unwrap();
    generate(&row["generator"], Some(nodes), Seed(seed), &sets(row)).unwrap().0
}

#[test]
fn rules_make_the_graphs_of_the_reference() {
    for row in table("generators_exact.csv") {
        let found = profile(&made(&row, 1), None);
        let statistics = row.iter().filter(|(name, _)| found.contains_key(name.as_str()));
        assert!(statistics.clone().count() >= 14);
        for (name, cell) in statistics {
            let what = format!("{} {} {}: {name}", row["generator"], row["set"], row["nodes_arg"]);
            assert_is(found[name.as_str()], cell, &what);
        }
    }
}

/// The means over so many graphs lie within four standard errors of the reference's.
fn compare(seeds: u64) {
    let mut rows = BTreeMap::<(String, String), Vec<BTreeMap<String, String>>>::new();
    for row in table("generators_random.csv") {
        rows.entry((row["generator"].clone(), row["set"].clone())).or_default().push(row);
    }
    for rows in rows.values() {
        let mut samples = BTreeMap::<&str, Vec<f64>>::new();
        for seed in 0..seeds {
            let found = profile(&made(&rows[0], seed), None);
            for (name, value) in &found {
                samples.entry(name).or_default().extend(*value);
            }
            let connected = f64::from(u32::from(found["components"] == Some(1.0)));
            samples.entry("connected").or_default().push(connected);
        }
        for row in rows {
            let what = format!("{} {} {}", row["generator"], row["set"], row["statistic"]);
            let number = |column: &str| row[column].parse::<f64>().unwrap();
            let (mean, se, sd) = (number("mean"), number("se"), number("sd"));
            let values = &samples[row["statistic"].as_str()];
            let count = values.len() as f64;
            let own = values.iter().sum::<f64>() / count;
            if sd == 0.0 {
                let agree = values.iter().filter(|value| (**value - mean).abs() < 1e-9).count();
                let least = if row["source"] == "exact" { 1.0 } else { 0.97 };
                assert!(agree as f64 >= least * count, "{what}: {agree} of {count}");
                continue;
            }
            let z = (own - mean) / (sd * sd / count + se * se).sqrt();
            assert!(z.abs() <= 4.0, "{what}: {own}, not {mean}; z = {z}");
        }
    }
}

#[test]
fn draws_make_the_graphs_of_the_reference() {
    compare(40);
}

#[test]
#[ignore = "heavy: 200 seeds of each generator"]
fn many_draws_make_the_graphs_of_the_reference() {
    compare(200);
}

fn refusal(name: &str, nodes: Option<u32>, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    match generate(name, nodes, Seed(1), &sets) {
        Ok(_) => panic!("{name} {sets:?} is accepted"),
        Err(NoGraph::Refused(report)) => report.to_string(),
        Err(NoGraph::NotConnected(error)) => format!("not connected: {error}"),
        Err(NoGraph::Mistakes(mistakes)) => unreachable!("no file is read: {mistakes:?}"),
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    for (name, nodes, sets, says) in [
        ("ring", 0, &[][..], "a graph needs at least one node"),
        ("torus", 10, &[], "10 nodes make no torus of 4 columns"),
        ("hypercube", 12, &[], "a power of two, such as 8"),
        ("erdos_renyi", 9, &[], "takes one of `p`, `edges` and `mean_degree`"),
        ("erdos_renyi", 9, &["p=0.5", "edges=3"], "takes one of"),
        ("erdos_renyi", 9, &["edges=37"], "there are 36 pairs"),
        ("barabasi_albert", 3, &["edges_per_node=3"], "at most 2 is possible"),
        ("watts_strogatz", 9, &["neighbours=3", "rewire=0"], "has to be even"),
        ("random_regular", 5, &["degree=3"], "nodes x degree has to be even"),
        ("random_geometric", 5, &["radius=0"], "radius"),
        ("edges", 3, &["list=[[0, 1], [1, 0], [2, 2], [0]]"], "repeats edge 1"),
        ("edges", 3, &["list=[[0, 1], [1, 0], [2, 2], [0]]"], "joins node 2 to itself"),
        ("edges", 3, &["list=[[0, 1], [1, 0], [2, 2], [0]]"], "an edge has two ends"),
        ("edges", 3, &["list=[[0, 7]]"], "node 7, but the last of 3 is 2"),
        ("erdos_renyi", 50, &["p=0", "connect=require"], "not connected: the graph is not"),
        ("erdos_renyi", 50, &["p=0", "connect=redraw"], "after 100 tries"),
        ("ring", 9, &["latency={uniform: {min: 5ms, max: 1ms}}"], "below `min`"),
        ("ring", 9, &["perfix=a"], "did you mean `prefix`?"),
        ("complete", 20_000, &["latency=1ms"], "too many to keep a latency of each"),
    ] {
        let told = refusal(name, Some(nodes), sets);
        assert!(told.contains(says), "{name} {sets:?}: {told}");
    }
    assert!(refusal("ring", None, &[]).contains("Add --nodes N"));
}

fn graph(name: &str, nodes: u32, sets: &[&str]) -> Graph {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    generate(name, Some(nodes), Seed(3), &sets).unwrap().0
}

#[test]
fn graphs_are_mended_where_they_fall_apart() {
    let sparse = |connect: &str| {
        graph("erdos_renyi", 300, &["mean_degree=2", &format!("connect={connect}")])
    };
    let no = sparse("no");
    let parts = profile(&no, None)["components"].unwrap();
    assert!(parts > 10.0);
    let bridged = sparse("bridge");
    assert_eq!(bridged.edges() as f64, no.edges() as f64 + parts - 1.0);
    assert_eq!(profile(&bridged, None)["components"], Some(1.0));
    let largest = sparse("largest");
    let share = profile(&no, None)["largest_share"].unwrap();
    assert_eq!(f64::from(largest.nodes()), (share * 300.0).round());
    assert_eq!(profile(&largest, None)["components"], Some(1.0));
    let redrawn = graph("erdos_renyi", 30, &["mean_degree=4", "connect=redraw"]);
    assert_eq!(profile(&redrawn, None)["components"], Some(1.0));
}

#[test]
fn edges_have_names_and_latencies() {
    let ring =
        graph("ring", 50, &["prefix=n", "latency={uniform: {min: 10ms, max: 60ms, step: 1ms}}"]);
    assert_eq!(ring.label(corsair::kernel::NodeId(7)).to_string(), "n7");
    let mut seen = std::collections::BTreeSet::new();
    for (a, b) in ring.iter_links() {
        let latency = ring.latency(a, b).unwrap();
        assert_eq!(ring.latency(b, a), Some(latency));
        assert!(latency.nanos().is_multiple_of(1_000_000));
        assert!((10_000_000..=60_000_000).contains(&latency.nanos()));
        seen.insert(latency);
    }
    assert!(seen.len() > 20);
    let found = profile(&ring, None);
    assert!(found["latency_min_ms"].unwrap() >= 10.0 && found["latency_max_ms"].unwrap() <= 60.0);
    let near = graph("random_geometric", 80, &["radius=0.3", "latency_per_unit=100ms"]);
    for (a, b) in near.iter_links() {
        let (at, other) = (near.position(a).unwrap(), near.position(b).unwrap());
        let length = libm::hypot(at.x - other.x, at.y - other.y);
        let ms = near.latency(a, b).unwrap().as_millis_f64();
        assert!((ms - 100.0 * length).abs() < 1e-6);
    }
}
