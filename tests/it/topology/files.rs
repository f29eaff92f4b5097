//! T5 and T6: files that are refused, and files that are written as they were read; clusters.

use std::fs;

use super::{FOLDER, table};
use crate::cli::Bench;

#[test]
fn bad_files_are_refused_where_they_are_wrong() {
    let bench = Bench::new();
    for row in table("bad.csv") {
        let path = format!("{FOLDER}/bad/{}", row["file"]);
        let told = bench.call(&["topology", &path]);
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{path}");
        let start = format!("{path}:{}:", row["line"]);
        assert!(told.err.starts_with(&start), "{start} {}", told.err);
        let says = match row["file"].as_str() {
            "self_loop.json" => "self loop at b",
            "repeated_edge.json" => "repeats the edge of line 8",
            "unknown_endpoint.json" => "z is no node",
            "repeated_id.json" => "node a named twice (first on line 3)",
            "repeated_id_mixed.json" => "node 7 named twice",
            "no_nodes.json" => "no \"nodes\"",
            "truncated.json" => "end of file",
            "three_mistakes.json" => "self loop at a",
            _ => &row["mistake"],
        };
        let says = match row["file"].as_str() {
            "weight_and_latency.json" => "weight and latency disagree",
            "bad_bandwidth.json" => "write 10M",
            _ => says,
        };
        assert!(told.err.contains(says), "{says}: {}", told.err);
        if row["file"] == "three_mistakes.json" {
            let lines: Vec<_> = told.err.lines().collect();
            assert_eq!(lines.len(), 3);
            assert!(
                lines[1].starts_with(&format!("{path}:9:")) && lines[1].contains("q is no node")
            );
            assert!(lines[2].starts_with(&format!("{path}:10:")) && lines[2].contains("negative"));
        }
    }
}

/// What a graph is written as, read, and written again, has the same bytes.
fn assert_round_trip(bench: &Bench, words: &[&str]) {
    for form in ["json", "csv", "graphml"] {
        let (first, second) = (format!("a.{form}"), format!("b.{form}"));
        bench.call(&[&["topology"], words, &["-o", &first]].concat()).good();
        let read = |name: &str| fs::read_to_string(bench.path(name)).unwrap();
        // An edge list has no place for a graph without edges.
        if form == "csv" && read(&first).lines().count() == 1 {
            continue;
        }
        bench.call(&["topology", &first, "-o", &second]).good();
        assert_eq!(read(&first), read(&second), "{words:?} {form}");
    }
}

#[test]
fn graphs_are_written_as_they_were_read() {
    let bench = Bench::new();
    for row in table("stats.csv") {
        assert_round_trip(&bench, &[&format!("{FOLDER}/graphs/{}.json", row["graph"])]);
    }
    let geometric = ["--set", "radius=0.4", "--set", "latency_per_unit=10ms"];
    assert_round_trip(&bench, &[&["random_geometric", "--nodes", "30"], &geometric[..]].concat());
    bench.write(
        "rich.json",
        r#"{"nodes":[{"id":"a","group":"eu","bandwidth":"10M","x":0.5,"y":-1},{"id":7,"group":"us"},
        {"id":"b \"c\", d"}],"links":[{"source":"a","target":7,"latency":"1.5us","bandwidth":"2 kbit"},
        {"source":7,"target":"b \"c\", d","weight":0.25}],"model":"by hand"}"#,
    );
    assert_round_trip(&bench, &["rich.json"]);
    bench.call(&["topology", "rich.json", "-o", "c.json", "--links"]).good();
    let text = fs::read_to_string(bench.path("c.json")).unwrap();
    let expected = r#"{"directed":false,"multigraph":false,"graph":{},"nodes":[
{"id":"a","group":"eu","bandwidth":10000000,"x":0.5,"y":-1},
{"id":7,"group":"us"},
{"id":"b \"c\", d"}],"links":[
{"source":"a","target":7,"latency":0.0015,"bandwidth":2000},
{"source":7,"target":"b \"c\", d","latency":0.25}],"total_nodes":3,"total_edges":2,"model":"by hand"}
"#;
    assert_eq!(text, expected);
    bench.call(&["topology", "rich.json", "-o", "c.dot", "-o", "c.gexf", "-o", "c.csv"]).good();
    let dot = fs::read_to_string(bench.path("c.dot")).unwrap();
    assert!(dot.starts_with("graph corsair {\n  \"a\" [group=\"eu\""), "{dot}");
    assert!(dot.contains("\"7\" -- \"b \\\"c\\\", d\" [latency=0.25];"), "{dot}");
    let gexf = fs::read_to_string(bench.path("c.gexf")).unwrap();
    assert!(gexf.contains("<node id=\"2\" label=\"b &quot;c&quot;, d\"/>"), "{gexf}");
    let csv = fs::read_to_string(bench.path("c.csv")).unwrap();
    let lines =
        "source,target,latency_ms,bandwidth_bps\na,7,0.0015,2000\n7,\"b \"\"c\"\", d\",0.25,\n";
    assert_eq!(csv, lines);
}

#[test]
fn edge_lists_are_read_and_judged() {
    let bench = Bench::new();
    bench.write("good.csv", "source,target,latency_ms\nx,y,5\ny,z,\n");
    let told = bench.call(&["topology", "good.csv", "--from", "x", "--format", "csv"]).good();
    for line in ["metric,nodes,3", "metric,arrival_max_ms,6", "metric,latency_mean_ms,5"] {
        assert!(told.out.lines().any(|told| told == line), "{line}: {}", told.out);
    }
    bench.write("bad.csv", "source,target,latency_ms\nx,x,5\ny,,1\nx,y,-1\ny,x,2\n");
    let told = bench.call(&["topology", "bad.csv"]);
    assert_eq!(told.status, Some(2));
    let expected = "bad.csv:2:3: self loop at x\nbad.csv:3:1: this edge has no target\n\
                    bad.csv:4:5: a latency must not be negative: -1\n\
                    bad.csv:5:1: this edge repeats the edge of line 4\n";
    assert_eq!(told.err, expected);
}

const CLUSTERS: &str = "schema: 1
name: c
topology:
  clusters:
    groups: [{name: us-east-1, nodes: 40}, {name: eu-west-1, nodes: 40}, {name: ap-southeast-2, nodes: 20}]
    inside: {random_regular: {degree: 4}}
    between: {links: 3}
    latency: {inside: 500us, between: {rtt: aws11}}
protocol: {pirates: {start: reload}}
stop: {at: 2s}
";

#[test]
fn clusters_have_groups_and_latencies_between_them() {
    let bench = Bench::new();
    bench.write("c.yaml", CLUSTERS);
    let told = bench.call(&["topology", "c.yaml", "--format", "csv", "-o", "c.json"]).good();
    for line in ["metric,nodes,100", "metric,edges,209", "metric,latency_max_ms,127"] {
        assert!(told.out.lines().any(|told| told == line), "{line}: {}", told.out);
    }
    let text = fs::read_to_string(bench.path("c.json")).unwrap();
    assert!(text.contains("\"group\":\"eu-west-1\""), "{text}");
    // Half of 66, 196 and 254 ms.
    for latency in ["\"latency\":33}", "\"latency\":98}", "\"latency\":127}"] {
        assert_eq!(text.matches(latency).count(), 3, "{latency}");
    }
    for (set, says) in [
        ("nodes=7", "the groups have 100 nodes, not 7"),
        ("topology.clusters.groups.0.name=us-eats-1", "did you mean `us-east-1`?"),
        ("topology.clusters.groups.0.name=eu-west-1", "two groups are called"),
        ("topology.clusters.latency.between={rows: [[1ms]]}", "3 rows of 3 cells"),
        ("topology.clusters.between={links: 9999}", "there are 1600 pairs"),
        ("topology.clusters.inside={random_regular: {degree: 50}}", "group us-east-1: degree 50"),
        ("topology.clusters.inside={ring: {prefix: x}}", "has no effect"),
        (
            "topology.clusters.inside={random_dial: {dials: 0, connect: largest}}",
            "a group keeps all its nodes",
        ),
        ("topology.clusters.inside={k_out: {degree: 0, connect: largest}}", "a group keeps all"),
    ] {
        let told = bench.call(&["topology", "c.yaml", "--set", set]);
        assert_eq!(told.status, Some(2), "{set}: {}{}", told.out, told.err);
        assert!(told.err.contains(says), "{set}: {}", told.err);
    }
}

const TWO_PARTS: &str = r#"{"nodes":[{"id":"a"},{"id":"b"},{"id":"c"}],
"links":[{"source":"a","target":"b","weight":5}]}"#;

#[test]
fn files_in_several_parts_are_told() {
    let bench = Bench::new();
    bench.write("two.json", TWO_PARTS);
    let text = "schema: 1\nname: t\ntopology: {file: two.json}\nprotocol: {gossip: {fanout: 1}}\n\
                stop: {at: 1s}\n";
    bench.write("t.yaml", text);
    let told = bench.call(&["validate", "t.yaml"]).good();
    let says =
        "2 components, the largest holds 2 of 3 nodes; only more edges in its file mend that";
    assert!(told.err.contains(says) && told.err.contains("--> t.yaml:3:11"), "{}", told.err);
    let set = "topology={file: {path: two.json, connect: require}}";
    let told = bench.call(&["validate", "t.yaml", "--set", set]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains(says), "{}", told.err);
    let told = bench.call(&["topology", "two.json", "--set", "connect=require"]);
    assert_eq!((told.status, told.out.as_str()), (Some(1), ""));
    assert!(told.err.contains(says), "{}", told.err);
}

#[test]
fn files_take_the_settings_of_their_section() {
    let bench = Bench::new();
    bench.write("two.json", TWO_PARTS);
    let told = |sets: &[&str]| {
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let words: Vec<_> =
            ["topology", "two.json", "--format", "csv"].into_iter().chain(sets).collect();
        bench.call(&words)
    };
    for (sets, line) in [
        (&[][..], "metric,latency_max_ms,5"),
        (&["weights=ignore"], "metric,latency_max_ms,"),
        (&["latency=7ms"], "metric,latency_max_ms,7"),
        (&["directed=true", "edges=reversed"], "metric,out_degree_max,1"),
    ] {
        let told = told(sets).good();
        assert!(told.out.lines().any(|told| told == line), "{sets:?} {line}: {}", told.out);
    }
    for (set, says) in [
        ("weihgts=ignore", "did you mean `weights`?"),
        ("weights=forget", "must be latency or ignore"),
        ("path=other.json", "the graph file is named already"),
        ("sha256=00", "two.json is not the file that is meant"),
    ] {
        let told = told(&[set]);
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{set}");
        assert!(told.err.contains(says), "{set}: {}", told.err);
    }
    for option in ["--nodes", "--seed"] {
        let told = bench.call(&["topology", "two.json", option, "7"]);
        assert_eq!(told.status, Some(2));
        assert!(told.err.contains("a graph file is as it is"), "{}", told.err);
    }
}

#[test]
fn names_do_not_move_the_cursor() {
    let bench = Bench::new();
    bench.write(
        "esc.json",
        r#"{"nodes":[{"id":"\u001b[31ma"}],
        "links":[{"source":"\u001b[31ma","target":"\u001b[31ma"}]}"#,
    );
    for words in [
        &["topology", "esc.json"][..],
        &["topology", "ring", "--nodes", "3", "--from", "\u{1b}[2J"],
    ] {
        let told = bench.call(words);
        assert_eq!(told.status, Some(2));
        assert!(told.err.contains("\u{fffd}[") && !told.err.contains('\u{1b}'), "{}", told.err);
    }
}

#[test]
fn records_are_told_where_the_metrics_do_not_say_them() {
    let bench = Bench::new();
    bench.write("two.json", TWO_PARTS);
    let told = bench.call(&["topology", "two.json"]).good();
    assert!(told.out.starts_with("metric"), "{}", told.out);
    let told = bench.call(&["topology", "two.json", "--set", "directed=true"]).good();
    assert!(told.out.starts_with("two.json: nodes 3, edge_records 1,"), "{}", told.out);
    bench.write("twice.json", TWO_PARTS.replace("}]}", r#"},{"source":"b","target":"a"}]}"#));
    let told = bench.call(&["topology", "twice.json", "--set", "repeats=drop"]).good();
    let first = told.out.lines().next().unwrap();
    assert!(
        first.contains("edge_records 2, duplicates 1,") && !first.contains(" edges "),
        "{first}"
    );
}

#[test]
fn runs_that_drop_nodes_say_so() {
    let bench = Bench::new();
    let text = "schema: 1\nname: l\nnodes: 20\nreplications: 8\n\
                topology: {erdos_renyi: {mean_degree: 1.5, connect: largest}}\n\
                protocol: {gossip: {fanout: 1}}\nworkload: [{publish: {at: 0s, by: {node: 0}}}]\n\
                stop: {at: 1s}\n";
    bench.write("l.yaml", text);
    let told = bench.call(&["validate", "l.yaml"]).good();
    assert!(told.out.contains(", up to 20 nodes, 8 replications"), "{}", told.out);
    let told = bench.call(&["run", "l.yaml"]).good();
    assert!(told.out.starts_with("l   up to 20 nodes, 8 replications"), "{}", told.out);
    let page = fs::read_to_string(bench.only_result("l").join("report.html")).unwrap();
    assert!(page.contains("<dt>nodes</dt><dd>up to 20</dd>"));
    assert!(page.contains("among up to 20 nodes (the largest component of each graph) with"));
    // The first draw keeps twelve nodes, the second nine.
    bench.write("l.yaml", text.replace("node: 0", "node: 10"));
    bench.call(&["validate", "l.yaml"]).good();
    for jobs in ["1", "3"] {
        let told = bench.call(&["run", "l.yaml", "-j", jobs]);
        assert_eq!(told.status, Some(2));
        let says = "error: replication 1 of seed 1: workload.0: there is no node 10";
        assert!(told.err.contains(says), "{}", told.err);
    }
}

#[test]
fn selectors_know_the_groups() {
    let bench = Bench::new();
    let faults = "faults:\n  - crash: {at: 1s, nodes: {group: eu-west-1}}\n";
    bench.write("c.yaml", format!("{CLUSTERS}{faults}"));
    let told = bench.call(&["run", "c.yaml", "--format", "json", "-o", "c"]);
    assert_eq!(told.status, Some(0), "{}", told.err);
    bench.write("d.yaml", format!("{CLUSTERS}{}", faults.replace("eu-west-1", "eu-west")));
    let told = bench.call(&["run", "d.yaml"]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("did you mean `eu-west-1`?"), "{}", told.err);
}

#[test]
fn what_is_not_connected_is_told() {
    let bench = Bench::new();
    let sparse = ["topology", "erdos_renyi", "--nodes", "50", "--set", "mean_degree=1"];
    let told = bench.call(&sparse).good();
    assert!(told.err.contains("components, the largest holds"), "{}", told.err);
    let told = bench.call(&[&sparse[..], &["--set", "connect=require"]].concat());
    assert_eq!((told.status, told.out.as_str()), (Some(1), ""));
    assert!(told.err.contains("is not connected"), "{}", told.err);
    let told = bench.call(&[&sparse[..], &["--set", "connect=largest"]].concat()).good();
    assert!(told.err.contains("connect: largest drops"), "{}", told.err);
    let told = bench
        .call(&["topology", "ring", "--nodes", "6000", "--histogram", "--format", "csv"])
        .good();
    assert!(
        told.out.contains("note,diameter,\"a lower bound")
            || told.out.contains("note,diameter,a lower"),
        "{}",
        told.out
    );
    assert!(told.out.lines().any(|line| line == "degree,2,6000"), "{}", told.out);
    let told = bench.call(&["topology", "ring", "--nodes", "9", "--from", "x"]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("there is no node x"), "{}", told.err);
}
