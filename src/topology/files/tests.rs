//! The sample files in `tests/oracles`, read and written.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::kernel::NodeId;
use crate::topology::{Graph, Labels, Rows, Statistics};

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/pirates/graphs/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(sample(name)).unwrap()
}

fn read_sample(name: &str) -> GraphFile {
    read(&sample(name), name, ReadOptions::default()).unwrap()
}

/// The lines of a table below its header, each as a map from column to cell.
fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let bytes = sample(name);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

fn node_link(snapshot: &Snapshot) -> String {
    let mut out = Vec::new();
    write_node_link(snapshot, EdgeKey::Edges, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn graphml(snapshot: &Snapshot) -> String {
    let mut out = Vec::new();
    assert!(write_graphml(snapshot, &mut out).unwrap().is_empty());
    String::from_utf8(out).unwrap()
}

fn adjacency(graph: &Graph) -> BTreeMap<String, Vec<String>> {
    let label = |id| graph.label(id).to_string();
    let row = |id| (label(id), graph.peers(id).iter().map(label).collect());
    (0..graph.nodes()).map(|id| row(NodeId(id))).collect()
}

fn messages(text: &str, options: ReadOptions) -> Vec<String> {
    let found = read(text.as_bytes(), "f", options).unwrap_err();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn counts_are_those_of_the_reference_loader() {
    for row in table("counts.csv") {
        for (name, count) in read_sample(&row["file"]).counts.named() {
            assert_eq!(row[name], count.to_string(), "{} {name}", row["file"]);
        }
    }
}

#[test]
fn rows_are_those_of_the_reference_loader_in_order() {
    let expected: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_str(&text("adjacency.json")).unwrap();
    for (file, expected) in expected {
        assert_eq!(adjacency(&read_sample(&file).snapshot.graph), expected, "{file}");
    }
}

#[test]
fn metrics_are_those_of_the_reference_loader() {
    for row in table("metrics.csv") {
        let statistics = Statistics::of(&read_sample(&row["file"]).snapshot.graph);
        for (name, value) in statistics.metrics() {
            let expected: f64 = row[name].parse().unwrap();
            let value = value.unwrap();
            assert!((value - expected).abs() < 1e-9, "{} {name}: {value}", row["file"]);
        }
    }
}

#[test]
fn bad_files_are_refused_where_they_are_wrong() {
    // The table's columns for these lie beside the value that they are about, which starts here.
    let starts = [
        ("bad-several.json", "5", "14"),
        ("bad-several.json", "6", "49"),
        ("bad-several.json", "8", "14"),
        ("bad-latin1.json", "4", "18"),
    ];
    let says = BTreeMap::from([
        (
            "end of file inside the array graph (line of the end; column 0 or 1 allowed)",
            "end of file inside the array graph",
        ),
        (
            "spigo-9.9 and the known versions 0.0 to 0.4",
            "spigo-9.9; the known versions are spigo-0.0 to 0.4",
        ),
        ("empty file; the three formats", "empty file; the three formats"),
    ]);
    let mut expected = BTreeMap::<_, Vec<_>>::new();
    for row in table("errors.csv") {
        let (file, line) = (row["file"].clone(), row["line"].clone());
        let start = starts.iter().find(|(f, l, _)| (*f, *l) == (&*file, &*line));
        let column = start.map_or(row["col"].clone(), |start| start.2.to_owned());
        let must_say =
            says.get(&*row["must_say"]).map_or(row["must_say"].clone(), |s| s.to_string());
        expected.entry(file).or_default().push((line, column, must_say));
    }
    for (file, expected) in expected {
        let found = read(&sample(&file), &file, ReadOptions::default()).unwrap_err();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, (line, column, must_say)) in found.iter().zip(expected) {
            let start = format!("{file}:{line}:{column}: ");
            let found = found.to_string();
            assert!(found.starts_with(&start) && found.contains(&must_say), "{found}; {must_say}");
        }
    }
}

#[test]
fn our_snapshot_is_written_as_it_was_read() {
    let file = read_sample("nodelink.json");
    assert_eq!(node_link(&file.snapshot), text("nodelink.json"));
    assert_eq!((file.gold(NodeId(2)), file.period_ms(NodeId(0))), (Some(62), Some(17_000)));
    assert!(file.warnings.is_empty());
}

#[test]
fn writing_reading_and_writing_again_gives_the_same_bytes() {
    for row in table("counts.csv") {
        let first = read_sample(&row["file"]).snapshot;
        let json = node_link(&first);
        let second = read(json.as_bytes(), "json", ReadOptions::default()).unwrap();
        assert_eq!(node_link(&second.snapshot), json);
        assert_eq!(adjacency(&first.graph), adjacency(&second.snapshot.graph));
    }
}

#[test]
fn edges_may_be_read_the_other_way_round() {
    let read_as = |edges| {
        let options = ReadOptions { edges, ..ReadOptions::default() };
        adjacency(&read(&sample("v02.json"), "v02.json", options).unwrap().snapshot.graph)
    };
    assert_eq!(read_as(Direction::Auto), read_as(Direction::Reversed));
    assert_eq!(read_as(Direction::AsWritten)["Pirate3"], ["Pirate1"]);
}

#[test]
fn warnings_name_what_was_dropped() {
    let warnings = read_sample("networkx.json").warnings;
    assert_eq!(warnings, ["repeated edges, counted once: 1", "self loops, dropped: 1"]);
    let total = r#"{"nodes":[{"id":1}],"edges":[],"total_nodes":2}"#;
    let file = read(total.as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(file.warnings, ["total_nodes says 2, but there are 1"]);
    let twice = r#"{"version":"spigo-0.4","graph":[{"node":"a"},{"node":"b"},
        {"edge":"e1","source":"a","target":"b"},{"edge":"e1","source":"b","target":"a"},
        {"forget":"e1","source":"a","target":"b"},{"forget":"e1","source":"a","target":"b"}]}"#;
    let file = read(twice.as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(
        file.warnings,
        ["edge ids that stand more than once: 1", "forget records whose edge is not there: 1"]
    );
    assert_eq!((file.counts.forgotten, file.counts.edges), (1, 1));
}

#[test]
fn strict_files_name_every_mistake_with_both_positions() {
    let text = "{\"nodes\": [{\"id\": \"7\"},\n {\"id\": 7}, {\"id\": 8}, {}, 9, {\"id\": 1.5},\n \
                {\"id\": \"b\", \"gold\": -1, \"period_ms\": 4294967296, \"name\": 3}],\n \
                \"directed\": 1, \"links\": [{\"source\": 7, \"target\": \"8\"},\n \
                {\"source\": 8, \"target\": 7}, {\"source\": 8, \"target\": 8},\n \
                {\"source\": 8}, {\"source\": [], \"target\": 7}]}";
    assert_eq!(
        messages(text, ReadOptions::default()),
        [
            "f:2:9: node 7 named twice (first on line 1)",
            "f:2:24: this node has no id",
            "f:2:28: a record has to be an object",
            "f:2:38: a node id is a string that is not empty, or a whole number",
            "f:3:22: gold has to be a whole number, at most 18446744073709551615",
            "f:3:39: period_ms has to be a whole number, at most 4294967295",
            "f:3:59: a node name is a string",
            "f:4:14: directed has to be true or false",
            "f:5:2: this edge repeats the edge of line 4",
            "f:5:30: self loop at 8",
            "f:6:2: this edge has no target",
            "f:6:28: the source of an edge is the id of a node",
        ]
    );
    let refuse = ReadOptions { repeats: Repeats::Refuse, ..ReadOptions::default() };
    assert_eq!(
        messages(&self::text("v00.json"), refuse),
        ["f:14:5: this edge repeats the edge of line 10"]
    );
}

#[test]
fn what_is_no_graph_file_is_told_what_one_is() {
    let message = |text: &str| messages(text, ReadOptions::default()).remove(0);
    assert!(message(" \n").starts_with("f:1:1: empty file; the three formats are GraphML"));
    assert!(message("\n a,b").starts_with("f:2:2: unknown format; the three formats are"));
    assert!(message("{\"graph\":{}}").starts_with("f:1:1: this object has no array \"graph\""));
    assert_eq!(message("{\"nodes\":[]}"), "f:1:10: a graph needs at least one node");
    assert_eq!(message("{\"nodes\":5}"), "f:1:10: nodes has to be an array of objects");
    assert_eq!(message("{\"nodes\":[1,]}"), "f:1:13: value expected");
    assert_eq!(message("{\"nodes\":[]} x"), "f:1:14: nothing may follow the end of the object");
    assert_eq!(message("{\"nodes\":[{\"id\":"), "f:1:17: end of file inside the array nodes");
    let lone = "{\"nodes\":[{\"id\":\"\\ud800\"}]}";
    assert!(message(lone).starts_with("f:1:17: a node id is a string"));
}

#[test]
fn any_name_survives_json_and_graphml_escapes_it() {
    let names = ["Anne \"the Knife\" & <Bonny>'s", "tab\t lf\n cr\r", "nul\0 \u{7}", "\u{1F3F4}é"];
    let rows = Rows::collect([vec![NodeId(1)], vec![], vec![NodeId(3), NodeId(0)], vec![]]);
    let labels = Labels::Given(names.iter().collect());
    let mut snapshot = Snapshot::of(Graph::from_rows(rows).with_labels(labels));
    let header = Header { name: "a\"b".into(), protocol: "pirates".into(), run: 3, t_ms: 1500 };
    snapshot.header = Some(header);
    let states = [Some("aboard"), None, Some("aboard"), Some("<left>")];
    snapshot
        .nodes
        .push(Column { name: "state", cells: Cells::Texts(states.into_iter().collect()) });
    snapshot.links.push(Column {
        name: "credit",
        cells: Cells::Numbers(vec![Some(u64::MAX), None, Some(0)]),
    });
    let again = read(node_link(&snapshot).as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(again.snapshot, snapshot);

    let mut out = Vec::new();
    let warnings = write_graphml(&snapshot, &mut out).unwrap();
    assert_eq!(warnings, ["names with characters that XML forbids, written as U+FFFD: 1"]);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">
  <key id=\"d0\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>
  <key id=\"d1\" for=\"node\" attr.name=\"state\" attr.type=\"string\"/>
  <key id=\"d2\" for=\"edge\" attr.name=\"credit\" attr.type=\"long\"/>
  <graph id=\"corsair\" edgedefault=\"directed\">
    <node id=\"n0\"><data key=\"d0\">Anne &quot;the Knife&quot; &amp; &lt;Bonny&gt;&apos;s</data>\
         <data key=\"d1\">aboard</data></node>
    <node id=\"n1\"><data key=\"d0\">tab&#9; lf&#10; cr&#13;</data></node>
    <node id=\"n2\"><data key=\"d0\">nul\u{FFFD} \u{FFFD}</data>\
         <data key=\"d1\">aboard</data></node>
    <node id=\"n3\"><data key=\"d0\">\u{1F3F4}é</data><data key=\"d1\">&lt;left&gt;</data></node>
    <edge id=\"e0\" source=\"n0\" target=\"n1\"><data key=\"d2\">18446744073709551615</data></edge>
    <edge id=\"e1\" source=\"n2\" target=\"n3\"/>
    <edge id=\"e2\" source=\"n2\" target=\"n0\"><data key=\"d2\">0</data></edge>
  </graph>
</graphml>
"
    );
}

#[test]
fn graphml_is_read_back_as_it_was_written() {
    let mut first = read_sample("nodelink.json").snapshot;
    first.header = None;
    let written = graphml(&first);
    let second = read(written.as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(second.snapshot, first);
    let names = ["Anne \"the Knife\" & <Bonny>'s", " tab\t lf\n cr\r"];
    let labels = Labels::Given(names.iter().collect());
    let first = Snapshot::of(Graph::from_rows(Rows::collect([[], []])).with_labels(labels));
    let second = read(graphml(&first).as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(second.snapshot, first);
}

#[test]
fn graphml_mistakes_are_named() {
    let message = |text: &str| messages(text, ReadOptions::default());
    assert_eq!(message("<graphml/>"), ["f:1:1: a graph needs at least one node"]);
    assert_eq!(message("<graphml/><x/>"), ["f:1:11: x after the end of graphml"]);
    assert_eq!(message("<graphml><graph>"), ["f:1:17: end of file inside graphml"]);
    assert!(message("<graphml></graph>")[0].starts_with("f:1:10: not XML: "));
    let several = "<graphml><key id='g' for='node' attr.name='gold'/><graph>
<node/><node id='a'><data key='g'>-1</data></node><node id='a'/>
<edge id='e' source='a'/><edge source='a' target='&x;'/><edge source='b' target='a'/>
<node id='b'><data key='g'>&y;</data></node></graph></graphml>";
    assert_eq!(
        message(several)[..4],
        [
            "f:2:1: this node has no id",
            "f:2:21: gold has to be a whole number, at most 18446744073709551615",
            "f:2:51: node a named twice (first on line 2)",
            "f:3:1: edge e has no target",
        ]
    );
    assert!(message(several)[4].starts_with("f:3:26: "));
    assert!(message(several).iter().any(|message| message == "f:4:28: unknown entity &y;"));
    let refuse = ReadOptions { repeats: Repeats::Refuse, ..ReadOptions::default() };
    let found = messages(&text("undirected.graphml"), refuse);
    assert_eq!(found, ["f:6:108: this edge repeats the edge of line 6"]);
}

proptest! {
    /// Samples with a few bytes changed: the reader may refuse them, but has to come back.
    #[test]
    fn no_file_makes_the_reader_panic(
        file in 0usize..12,
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0usize..9), 1..6),
    ) {
        let mut bytes = sample(&table("counts.csv")[file]["file"]);
        for (place, byte, cut) in changes {
            let place = place.index(bytes.len());
            let end = (place + cut).min(bytes.len());
            bytes.splice(place..end, [byte]);
        }
        let options = ReadOptions { repeats: Repeats::Refuse, ..ReadOptions::default() };
        for options in [options, ReadOptions::default()] {
            if let Err(mistakes) = read(&bytes, "f", options) {
                prop_assert!(!mistakes.is_empty() && mistakes.len() <= 20);
            }
        }
    }
}

#[test]
fn complete_graphs_are_listed_each_edge_once_but_a_run_s_both_ways() {
    let complete = Snapshot::of(Graph::complete(3));
    let listed = read(node_link(&complete).as_bytes(), "f", ReadOptions::default()).unwrap();
    assert_eq!(listed.counts.edges, 6);
    assert_eq!(node_link(&listed.snapshot), node_link(&complete));
    let once = graphml(&complete);
    assert!(once.contains("edgedefault=\"undirected\""), "{once}");
    assert!(once.contains("<edge id=\"e2\" source=\"n1\" target=\"n2\"/>\n  </graph>"), "{once}");
    let (name, protocol) = ("r".to_owned(), "p".to_owned());
    let header = Some(Header { name, protocol, run: 0, t_ms: 0 });
    let moment = graphml(&Snapshot { header, ..complete });
    assert!(moment.contains("<edge id=\"e5\" source=\"n2\" target=\"n1\"/>"), "{moment}");
}
