//! Small runs of which everything is known: cnsim's blocking flood event by event, and the edge cases.

use std::fmt::Write;
use std::fs;

use corsair::kernel::{Distribution, Instant, NodeId, Seed, Span};
use corsair::network::{Latency, Network, NetworkConfig};
use corsair::protocol::Observer;
use corsair::protocols::gossip::{
    Algorithm, Config, Dedupe, Delivery, Fact, Forward, Gossip, Keeping, Origin, Phase, Request,
    Role, Rpc, RumorId, Tempo,
};
use corsair::simulation::{Progress, Script, Setup, Sync, World};
use corsair::topology::Graph;
use corsair::topology::files::{ReadOptions, read};

use super::{experiment, oracle, overrides, run, table};

/// All facts, with when and who.
#[derive(Debug, Default)]
struct Facts(Vec<(Instant, NodeId, Fact)>);

impl Observer<Gossip> for Facts {
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        self.0.push((at, node, *fact));
    }
}

/// cnsim as it was described: a blocking flood, 5 ms each way.
fn v1(graph: Graph, origin: NodeId, marks: bool) -> (u64, Vec<(Instant, NodeId, Fact)>) {
    let delivery = Delivery { rpc: Rpc::Blocking, dedupe: Dedupe::Set, ..Delivery::PLAIN };
    let marks = if marks { Origin::Marked } else { Origin::Unmarked };
    let algorithm =
        Algorithm::Flood { delivery, forward: Forward::Always, ttl: None, origin: marks };
    let period = Distribution::Constant(Span::from_millis(100));
    let config = Config {
        nodes: graph.nodes(),
        algorithm,
        tempo: Tempo::Timers { period, phase: Phase::Random },
        keeping: Keeping::Durable,
        limit: None,
        flaw: None,
    };
    let latency = Latency::PerCopy(Distribution::Constant(Span::from_millis(5)));
    let network = NetworkConfig { latency, ..NetworkConfig::default() };
    let setup = Setup {
        seed: Seed(1),
        config,
        nodes: graph.nodes(),
        graph,
        role: |_, _| Role,
        network: Network::new(network, Seed(1)),
        sync: Sync::default(),
        plans: Vec::new(),
        events_max: u64::MAX,
    };
    let request = Request::Publish { id: RumorId(0), bytes: 64 };
    let script = Script(vec![(Instant::START, origin, request)]);
    let mut world = World::<Gossip, _, _>::new(setup, Facts::default(), script);
    assert_eq!(world.advance(Instant::NEVER), Progress::Quiet);
    world.balance_books();
    let sent = world.books()[0].sent;
    (sent, std::mem::take(&mut world.observer_mut().0))
}

fn edges(pairs: impl Iterator<Item = (u32, u32)>) -> Vec<(NodeId, NodeId)> {
    pairs.map(|(a, b)| (NodeId(a), NodeId(b))).collect()
}

/// A graph of the oracles by its name.
fn graph(name: &str, nodes: u32) -> Graph {
    let last = nodes - 1;
    match name {
        "complete" => Graph::complete(nodes),
        "line" => Graph::from_edges(nodes, &edges((0..last).map(|a| (a, a + 1)))),
        "ring" => Graph::from_edges(nodes, &edges((0..nodes).map(|a| (a, (a + 1) % nodes)))),
        "star" => Graph::from_edges(nodes, &edges((1..nodes).map(|a| (0, a)))),
        file => {
            let bytes = fs::read(oracle("../topology/graphs").join(file)).expect("it is there");
            let graph = read(&bytes, file, ReadOptions::default()).expect("it is a graph");
            graph.snapshot.graph
        }
    }
}

/// G8: how much is said, and when it is over.
#[test]
fn the_blocking_flood_is_counted() {
    let rows = table("v1_counts.csv");
    assert_eq!(rows.len(), 24);
    for row in rows {
        let number = |column: &str| row[column].parse::<u64>().expect("a number");
        let graph = graph(&row["graph"], number("nodes") as u32);
        let origin = NodeId(number("origin") as u32);
        let (sent, facts) = v1(graph, origin, row["origin_marks_seen"] == "true");
        let count =
            |is: &dyn Fn(&Fact) -> bool| facts.iter().filter(|(.., f)| is(f)).count() as u64;
        let last = |is: &dyn Fn(&Fact) -> bool| {
            let times = facts.iter().filter(|(.., f)| is(f)).map(|(at, ..)| *at);
            times.max().expect("there are some").nanos() / 1_000_000
        };
        let is_received = |f: &Fact| matches!(f, Fact::Received { .. });
        let is_duplicate = |f: &Fact| matches!(f, Fact::Duplicate { .. });
        let is_initiate = |f: &Fact| matches!(f, Fact::Initiated { .. });
        let is_closed = |f: &Fact| matches!(f, Fact::Closed { .. });
        let is_event = |f: &Fact| is_received(f) || is_duplicate(f) || is_initiate(f);
        let seen = [
            sent,
            count(&is_initiate),
            count(&is_received),
            count(&is_duplicate),
            last(&is_event),
            last(&is_received),
            last(&is_closed),
        ];
        let expected = [
            "rumors_sent",
            "initiate",
            "received",
            "duplicate",
            "last_event_ms",
            "last_received_ms",
            "origin_done_ms",
        ];
        assert_eq!(seen, expected.map(number), "{row:?}");
    }
}

/// G8: every event, in its order.
#[test]
fn the_blocking_flood_is_traced() {
    for (file, name, nodes, origin, marks) in [
        ("v1_trace_complete5.csv", "complete", 5, 0, false),
        ("v1_trace_line5_from2.csv", "line", 5, 2, false),
        ("v1_trace_ring6_marked.csv", "ring", 6, 0, true),
    ] {
        let header = "sender_id,receiver_id,message,event_type,received_timestamp,propagation_time";
        let mut seen = format!("{header}\n");
        for (at, node, fact) in v1(graph(name, nodes), NodeId(origin), marks).1 {
            let at = at.nanos();
            let line = match fact {
                Fact::Initiated { .. } => format!("{node},{node},m,initiate,{at},"),
                Fact::Received { from, .. } => format!("{from},{node},m,received,{at},5"),
                Fact::Duplicate { from, .. } => format!("{from},{node},m,duplicate,{at},"),
                _ => continue,
            };
            writeln!(seen, "{line}").expect("a String takes all");
        }
        let expected = fs::read_to_string(oracle(file)).expect("the oracle is there");
        assert_eq!(seen, expected.replace('\r', ""), "{file}");
    }
}

/// G9: blocking direct mail takes two ways a peer.
#[test]
fn blocking_mail_goes_one_by_one() {
    let set = ["algorithm=direct_mail", "rpc=blocking"].map(|set| format!("protocol.gossip.{set}"));
    let more = ["nodes=10".to_owned(), "network.latency=5ms".to_owned()];
    let (report, values) = run(&experiment(&[&set[..], &more[..]].concat()), 0);
    assert_eq!(values["t_last_ms"], 85.0, "(2 (N - 1) - 1) w");
    assert_eq!(values["t_ave_ms"], 40.5, "the mean of (2i - 1) w over i = 1..9, and 0");
    assert_eq!(report.end, Instant::START + Span::from_millis(90), "2 w (N - 1)");
}

/// Discovery is paid before the first send of a life: the second mail of the same origin is warm.
#[test]
fn discovery_is_paid_once() {
    let set = [
        "nodes=3",
        "network.latency=5ms",
        "protocol.gossip.algorithm=direct_mail",
        "protocol.gossip.rpc=blocking",
        "protocol.gossip.discovery={base: 40ms, per_peer: 6ms}",
        "workload=[{publish: {from: 0s, every: 1s, count: 2, by: {node: 1}}}]",
    ];
    let (_, values) = run(&experiment(&set), 0);
    assert_eq!(values["cold_share"], 0.5);
    assert_eq!(values["propagation_time_max"], 52.0 + 15.0);
    assert_eq!(values["propagation_time_min"], 15.0);
}

/// A node-link file of a graph of the edge cases.
fn topology(name: &str, nodes: u32, folder: &std::path::Path) -> String {
    let graph = match name {
        "complete" | "ring" | "line" => return name.to_owned(),
        "star hub 0" => graph("star", nodes),
        _ => Graph::empty(nodes),
    };
    let path = folder.join("graph.json");
    let mut bytes = Vec::new();
    let snapshot = corsair::topology::files::Snapshot::of(graph);
    corsair::topology::files::write_node_link(
        &snapshot,
        corsair::topology::files::EdgeKey::Edges,
        &mut bytes,
    )
    .expect("memory takes all");
    fs::write(&path, bytes).expect("a file");
    format!("{{file: {}}}", path.display())
}

/// G15, and that each algorithm ends on a single site.
#[test]
fn edge_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    let algorithms =
        ["direct_mail", "flood", "infect_and_die", "infect_forever", "anti_entropy", "rumor"];
    let algorithms = algorithms.iter().chain(&["median_counter"]);
    let mut held = 0;
    for row in table("edge_cases.csv") {
        let nodes: u32 = row["nodes"].parse().expect("a count");
        let setup = row["setup"].replace("(stop at coverage 1)", "");
        let setups: Vec<String> = match setup.strip_prefix("any algorithm, ") {
            Some(rest) => algorithms.clone().map(|a| format!("algorithm={a} {rest}")).collect(),
            None => vec![setup],
        };
        for setup in setups {
            let setup = setup.replace("origin ", "origin:");
            let (own, knobs): (Vec<&str>, Vec<&str>) =
                setup.split_whitespace().partition(|word| word.starts_with("origin:"));
            let origin = own.first().map_or("0", |word| &word["origin:".len()..]);
            let mut set = overrides(&knobs.join(" "));
            set.push(format!("nodes={nodes}"));
            set.push(format!("topology={}", topology(&row["topology"], nodes, folder.path())));
            set.push(format!("workload=[{{publish: {{at: 0s, by: {{node: {origin}}}}}}}]"));
            let when = match setup.contains("anti_entropy") {
                true => "metric: coverage, at_least: 1",
                false => "metric: active, at_most: 0",
            };
            set.push(format!("stop={{at: 60s, when: {{{when}}}}}"));
            let (_, values) = run(&experiment(&set), 0);
            let seen = values.get(&row["metric"]);
            let expected: f64 = row["expected"].parse().expect("a number");
            assert_eq!(seen, Some(&expected), "{row:?} {setup}");
            held += 1;
        }
    }
    assert!(held > 40, "{held}");
}

/// G15: every algorithm, by each of its clocks, ends on the smallest graphs and keeps its promises there.
#[test]
fn all_algorithms_on_the_smallest_graphs() {
    let graphs = [("complete", 1), ("complete", 2), ("complete", 3), ("empty", 3), ("star", 20)];
    let algorithms = [
        ("direct_mail", &["timers"][..]),
        ("flood", &["timers"]),
        ("infect_and_die", &["timers"]),
        ("infect_forever", &["timers", "rounds"]),
        ("anti_entropy", &["timers", "rounds"]),
        ("rumor", &["timers", "rounds"]),
        ("median_counter", &["rounds"]),
        ("push_sum", &["rounds"]),
        ("averaging", &["timers"]),
    ];
    for (topology, nodes) in graphs {
        for (algorithm, clocks) in algorithms {
            for clock in clocks {
                let averages = ["push_sum", "averaging"].contains(&algorithm);
                let mut set = overrides(&format!("algorithm={algorithm}"));
                if clocks.len() > 1 {
                    set.extend(overrides(&format!("clock={clock}")));
                }
                set.push(format!("nodes={nodes}"));
                set.push(format!("topology={topology}"));
                set.push("stop={at: 400s}".to_owned());
                if averages {
                    set.push("workload=[]".to_owned());
                }
                let (_, values) = run(&experiment(&set), 0);
                let case = format!("{algorithm} by {clock} on {topology} {nodes}");
                let reaches_all =
                    ["direct_mail", "flood", "infect_forever", "anti_entropy"].contains(&algorithm);
                if averages {
                    let is_right = values["max_rel_error"] < 1e-6;
                    assert_eq!(is_right, topology != "empty", "{case}: {values:?}");
                } else if topology == "empty" {
                    assert_eq!(values["coverage"], 1.0 / 3.0, "{case}");
                } else if reaches_all || nodes <= 2 {
                    assert_eq!(values["coverage"], 1.0, "{case}");
                }
            }
        }
    }
}

/// What a disk keeps, a restarted site does not tell: only anti-entropy does.
#[test]
fn a_restarted_site_knows_but_is_not_infective() {
    let crash = "faults=[{crash: {at: 2500ms, nodes: {node: 0}, restart_after: 1s}}]";
    let set = |more: &[&str]| -> Vec<String> {
        let base = ["nodes=2", "network.loss=0", "stop={at: 20s}", crash];
        base.iter().chain(more).map(|set| (*set).to_owned()).collect()
    };
    // Node 1 is down until node 0 has crashed.
    let down = "faults=[{crash: {at: 0s, nodes: {node: 1}, restart_after: 5s}}, \
                {crash: {at: 2500ms, nodes: {node: 0}, restart_after: 1s}}]";
    let forever = ["protocol.gossip.algorithm=infect_forever", "protocol.gossip.clock=rounds"];
    let (_, values) = run(&experiment(&set(&[&forever[..], &[down]].concat())), 0);
    assert_eq!(values["coverage"], 0.5);
    let entropy = ["protocol.gossip.algorithm=anti_entropy", "protocol.gossip.clock=rounds"];
    let (_, values) = run(&experiment(&set(&[&entropy[..], &[down]].concat())), 0);
    assert_eq!(values["coverage"], 1.0);
    let volatile = ["protocol.gossip.durable=false", down];
    let (_, values) = run(&experiment(&set(&[&entropy[..], &volatile[..]].concat())), 0);
    assert_eq!(values["coverage"], 0.0, "nobody remembers");
}
