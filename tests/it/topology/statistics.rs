//! T1 and T4: statistics and arrivals of given graphs.

use std::collections::BTreeMap;

use super::{assert_is, graph_file, profile, table};
use corsair::kernel::NodeId;
use corsair::topology::files::{ReadOptions, read};

#[test]
fn statistics_are_those_of_networkx() {
    for row in table("stats.csv") {
        let file = graph_file(&row["graph"]);
        let found = profile(&file.snapshot.graph, None);
        for (name, cell) in row.iter().filter(|(name, _)| *name != "graph") {
            assert_is(found[name.as_str()], cell, &format!("{} {name}", row["graph"]));
        }
    }
}

#[test]
fn arrivals_are_those_of_dijkstra() {
    let mut expected = BTreeMap::<String, Vec<BTreeMap<String, String>>>::new();
    for row in table("arrivals.csv") {
        expected.entry(row["graph"].clone()).or_default().push(row);
    }
    for row in table("flood.csv") {
        let graph = graph_file(&row["graph"]).snapshot.graph;
        let origin = graph.labels().find(&row["origin"]).unwrap();
        let found = profile(&graph, Some(origin));
        assert_is(found["arrival_mean_ms"], &row["arrival_mean_ms"], &row["graph"]);
        assert_is(found["arrival_max_ms"], &row["arrival_max_ms"], &row["graph"]);
        let reached = expected[&row["graph"]].iter().filter(|row| !row["arrival_ms"].is_empty());
        assert_eq!(reached.count().to_string(), row["informed"]);
        // An edge that carries to both ends at once is one that Dijkstra found, or a longer way.
        let at = |id: NodeId| {
            let label = graph.label(id).to_string();
            let row = expected[&row["graph"]].iter().find(|row| row["node"] == label);
            row.unwrap()["arrival_ms"].parse::<f64>().ok()
        };
        for id in (0..graph.nodes()).map(NodeId).filter(|id| *id != origin) {
            let through = graph.links_from(id).filter_map(|(from, latency)| {
                let ms = latency.map_or(1.0, |latency| latency.as_millis_f64());
                at(from).map(|start| start + ms)
            });
            let fastest = through.min_by(f64::total_cmp);
            assert_eq!(fastest.is_some(), at(id).is_some());
            if let (Some(fastest), Some(at)) = (fastest, at(id)) {
                assert!((fastest - at).abs() < 1e-9, "{} {id}", row["graph"]);
            }
        }
    }
}

#[test]
fn what_surprises_in_a_file_is_said() {
    let warnings =
        |text: &str| read(text.as_bytes(), "f", ReadOptions::default()).unwrap().warnings;
    let zeros = r#"{"nodes":[{"id":0},{"id":1}],"edges":[{"source":0,"target":1,"weight":0}],"total_edges":3}"#;
    let found = warnings(zeros);
    assert!(found.iter().any(|warning| warning.contains("weights: ignore")), "{found:?}");
    assert!(found.iter().any(|warning| warning.contains("total_edges says 3")), "{found:?}");
    let some = r#"{"nodes":[{"id":0},{"id":1},{"id":2}],
        "links":[{"source":0,"target":1,"latency":"5us"},{"source":1,"target":2}]}"#;
    assert_eq!(warnings(some), ["edges without a latency, which the network gives: 1"]);
    assert!(graph_file("ba30").warnings.is_empty(), "a wrong weight_average does not matter");
}
