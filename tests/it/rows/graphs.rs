//! Rows 20, 23 and 24: graphs that go into runs and come out of them.

use std::collections::BTreeMap;
use std::fs;

use super::laboratory::{Seen, experiment, oracle, run};
use corsair::kernel::NodeId;
use corsair::topology::Graph;
use corsair::topology::files::{
    EdgeKey, GraphFile, ReadOptions, Snapshot, read, write_graphml, write_node_link,
};

/// Whom everybody knows, by name and in order.
fn adjacency(graph: &Graph) -> BTreeMap<String, Vec<String>> {
    let name = |id| graph.label(id).to_string();
    let ids = (0..graph.nodes()).map(NodeId);
    ids.map(|id| (name(id), graph.peers(id).iter().map(name).collect())).collect()
}

fn read_back(bytes: &[u8]) -> GraphFile {
    read(bytes, "written", ReadOptions::default()).expect("what we write can be read")
}

fn node_link(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_node_link(snapshot, EdgeKey::Links, &mut bytes).expect("memory takes all");
    bytes
}

fn graphml(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_graphml(snapshot, &mut bytes).expect("memory takes all");
    bytes
}

/// Row 20: a graph of spigo's first format goes on where it stood.
#[test]
fn an_old_graph_is_reloaded() {
    let set = [
        "nodes=6",
        "topology={file: graphs/v00.json}",
        "protocol.pirates.start=reload",
        "protocol.pirates.stay=0s",
        "record.graph.formats=[node_link, graphml]",
    ];
    let seen = run(&experiment("classic.yaml", &set), 0);
    assert_eq!(seen.count("messages_delivered"), 39.0, "5 N + 9");
    let text = fs::read_to_string(oracle("graphs/adjacency.json")).expect("the oracle is there");
    let all: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_str(&text).expect("it is well-formed");
    assert_eq!(adjacency(&seen.final_graph().graph), all["v00.json"]);

    let [json, xml] = [node_link(seen.final_graph()), graphml(seen.final_graph())];
    let [from_json, from_xml] = [&json, &xml].map(|bytes| read_back(bytes).snapshot);
    assert_eq!(node_link(&from_json), json);
    assert_eq!(graphml(&from_json), xml, "GraphML of the same graph");
    assert_eq!(graphml(&from_xml), xml);
    let old = fs::read(oracle("graphs/v00.json")).expect("the oracle is there");
    let once = node_link(&read_back(&old).snapshot);
    assert_eq!(node_link(&read_back(&once).snapshot), once);
}

/// Row 23: spigo's log of a run holds everybody, each edge once, and is the final graph when it is read back.
#[test]
fn the_log_of_a_run_is_its_final_graph() {
    let set = ["protocol.pirates.stay=60s", "record.graph.formats=[spigo]"];
    let seen = run(&experiment("classic.yaml", &set), 0);
    let [(path, log)] = seen.memory.logs.as_slice() else { panic!("one log") };
    assert_eq!(path, "graph/spigo.json");
    let bytes = log.bytes();
    let records = |kind: &str| {
        let key = format!("{{\"{kind}\":");
        let text = String::from_utf8_lossy(&bytes);
        text.lines().filter(|line| line.replace(' ', "").starts_with(&key)).count() as f64
    };
    assert_eq!(records("node"), 100.0);
    assert_eq!(records("edge"), seen.count("edges"));
    assert_eq!(records("done"), 100.0);

    let file = read_back(&bytes);
    assert_eq!(file.counts.done, 100);
    assert_eq!(file.counts.edge_records as f64, seen.count("edges"));
    assert_eq!(adjacency(&file.snapshot.graph), adjacency(&seen.final_graph().graph));
}

/// Row 24: the final graph of a run is a start: the same edges in the same order, gold and periods.
#[test]
fn a_final_graph_is_a_start() {
    let [first, second] = [0, 1].map(|replication| {
        let last = ["protocol.pirates.stay=60s", "record.graph.formats=[node_link]"];
        run(&experiment("modern.yaml", &last), replication)
    });
    for seen in [first, second] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("final.json");
        fs::write(&path, node_link(seen.final_graph())).expect("a file");
        let file = format!("topology={{file: {}}}", path.display());
        let set = [
            file.as_str(),
            "protocol.pirates.start=reload",
            "protocol.pirates.stay=0s",
            "record.graph.formats=[node_link]",
        ];
        let again = run(&experiment("modern.yaml", &set), 0);
        let rows = |seen: &Seen| seen.final_graph().graph.rows().cloned();
        assert!(rows(&again).is_some_and(|rows| rows.links() > 0));
        assert_eq!(rows(&again), rows(&seen));
        for attribute in ["gold", "period_ms"] {
            let numbers = |seen: &Seen| seen.final_graph().numbers(attribute).map(<[_]>::to_vec);
            assert!(numbers(&again).is_some());
            assert_eq!(numbers(&again), numbers(&seen), "{attribute}");
        }
    }
}
