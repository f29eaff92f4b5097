//! The network and churn in whole runs: bandwidth at both ends, nodes that come and go, and that no copy is ever lost
//! silently.
#![allow(clippy::unwrap_used)]

use std::io::{self, Write};

use corsair::experiment::{Given, Moment, Sink, read_experiment};
use corsair::faults::{Churn, ChurnStart, DiskLoss, Fault, Faults, Window};
use corsair::kernel::{Distribution, Instant, NodeId, Probability, Seed, Span};
use corsair::measure::Reading;
use corsair::network::{
    Bandwidth, Latency, Links, NetworkConfig, Population, Rate, Rule, RuleId, Selector, Targets,
};
use corsair::settings::Paint;
use corsair::simulation::Plan;
use corsair::topology::files::Snapshot;

use crate::driver::{Message, Order, Stage, ms};

/// At this rate a puppet's message takes 10 ms.
fn slow() -> Option<Rate> {
    Rate::new(800 * size_of::<Message>() as u64)
}

fn network(bandwidth: Bandwidth) -> NetworkConfig {
    NetworkConfig {
        latency: Latency::PerCopy(Distribution::Constant(Span::from_millis(5))),
        bandwidth,
        ..NetworkConfig::default()
    }
}

/// Node 0 sends ten numbers to node 1 at once.
fn burst(bandwidth: Bandwidth) -> Stage {
    let orders: Vec<Order> = (1..=10).map(|i| Order::Send(1, i)).collect();
    Stage::of(2).network(network(bandwidth)).ask(0, 0, &orders)
}

/// When node 1 hears them.
fn heard(first: u64) -> Vec<String> {
    (1..=10).map(|i| format!("{} 1: hears {i} from 0", ms(first + 10 * (i - 1)))).collect()
}

#[test]
fn a_burst_arrives_at_the_pace_of_its_lines() {
    let up = Bandwidth { up: slow(), ..Bandwidth::default() };
    assert_eq!(burst(up).play(), heard(15));
    // The same again for the receiver's downlink, which starts with the first while the second leaves.
    assert_eq!(burst(Bandwidth { down: slow(), ..up }).play(), heard(25));
    assert_eq!(burst(Bandwidth { down: slow(), ..Bandwidth::default() }).play(), heard(15));
}

#[test]
fn a_downlink_serves_whoever_comes_first() {
    let bandwidth = Bandwidth { down: slow(), ..Bandwidth::default() };
    let stage = Stage::of(3).network(network(bandwidth));
    let stage = stage.ask(2, 0, &[Order::Send(2, 1)]).ask(1, 1, &[Order::Send(2, 2)]);
    let lines = [(16, 2, 1), (26, 1, 0)];
    let lines = lines.map(|(at, what, from)| format!("{} 2: hears {what} from {from}", ms(at)));
    assert_eq!(stage.play(), lines);
}

#[test]
fn a_cut_stops_what_is_on_the_downlink_and_a_full_queue_what_would_wait() {
    let down = Bandwidth { down: slow(), ..Bandwidth::default() };
    let cut = Plan::Begin(RuleId(0), Rule::Cut(Links::All));
    let (_, world) = burst(down).plan(30, cut).play_out();
    let total = world.books().total();
    assert_eq!((total.delivered, total.lost_to_partitions), (2, 8));

    // One leaves at once, two wait, the rest is lost.
    let queue = Some(2 * size_of::<Message>() as u64);
    let (_, world) = burst(Bandwidth { up: slow(), queue, ..Bandwidth::default() }).play_out();
    let total = world.books().total();
    assert_eq!((total.delivered, total.lost_to_full_queues), (3, 7));
    assert_eq!(total.bytes_sent, 10 * size_of::<Message>() as u64);
    assert_eq!(total.bytes_delivered, 3 * size_of::<Message>() as u64);
    let (node, usage) = world.network().uplinks(ms(100)).next().unwrap();
    assert_eq!((node, usage.busy), (NodeId(0), Span::from_millis(30)));
    assert_eq!(usage.waits.max, Span::from_millis(20));
}

#[test]
fn what_is_on_its_way_at_the_end_is_accounted_for() {
    let both = Bandwidth { up: slow(), down: slow(), ..Bandwidth::default() };
    for end in 0..130 {
        let mut world = burst(both).open();
        world.advance(ms(end));
        world.balance_books();
    }
}

fn churn(nodes: Selector, start: ChurnStart, until: u64) -> Faults {
    let exponential = |secs| Distribution::exponential(Span::from_secs(secs), Span::ZERO).unwrap();
    let churn = Churn {
        nodes,
        leave: exponential(60),
        rejoin_after: Some(exponential(20)),
        start,
        graceful: Probability::ZERO,
        disk: DiskLoss::Keep,
    };
    let window = Window::new(Instant::START, ms(until * 1000)).unwrap();
    [Fault::Churn { window, churn }].into_iter().collect()
}

#[test]
fn churn_that_starts_stationary_is() {
    const NODES: u32 = 1000;
    let end = ms(1_000_000);
    let faults = churn(Selector::All, ChurnStart::Stationary, 1000);
    let expanded = faults.expand(&Population::of(NODES), Seed(2026), end).unwrap();
    let stage = Plan::from_faults(expanded)
        .into_iter()
        .fold(Stage::of(NODES), |stage, (at, plan)| stage.plan_at(at, plan));
    let mut world = stage.open();
    world.advance(end);
    let [crashes, restarts, void] = world.faults();
    assert_eq!(void, 0);
    // The mean over 1000 s of a process that forgets at the rate 1/60 + 1/20 a second.
    let availability = world.uptime().availability(end).unwrap();
    let variance = 2.0 * 0.75 * 0.25 / (1000.0 / 15.0) / f64::from(NODES);
    let z = (availability - 0.75) / variance.sqrt();
    assert!(z.abs() <= 4.0, "availability {availability}, z {z}");
    // Cycles of 80 s with the variance 60^2 + 20^2, as many as fit.
    let variance = f64::from(NODES) * 1000.0 * 4000.0 / (80.0 * 80.0 * 80.0);
    let z = (crashes as f64 - 12_500.0) / variance.sqrt();
    assert!(z.abs() <= 4.0, "{crashes} crashes, z {z}");
    assert!(restarts.abs_diff(crashes) < 400, "{restarts} restarts");
    let session = world.uptime().session_mean(end).unwrap().as_millis_f64();
    assert!((session / 60_000.0 - 1.0).abs() < 0.05, "{session}");
}

#[test]
fn a_graceful_departure_is_announced_before_the_crash() {
    let leave = |restart_after| Plan::Leave {
        targets: Targets::Nodes(vec![NodeId(0)]),
        disk: DiskLoss::Keep,
        restart_after,
    };
    let stage = Stage::of(1).plan(5, leave(Some(Span::from_millis(3)))).plan(6, leave(None));
    let lines = ["5ms 0: says 77", "5ms 0: crashes", "8ms 0: boots with []"];
    assert_eq!(stage.play(), lines);
    assert_eq!(stage.play_out().1.faults(), [1, 1, 1]);
}

/// Nowhere.
struct Nothing;

impl Sink for Nothing {
    fn sample(&mut self, _: Instant, _: &Reading) -> io::Result<()> {
        Ok(())
    }
    fn snapshot(&mut self, _: Moment, _: &Snapshot) -> io::Result<()> {
        Ok(())
    }
    fn log(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
}

/// How an experiment goes on a topology, with everything else the same: what becomes of its messages, and its digest.
fn outcome(topology: &str, network: &str) -> (u64, u128) {
    let text = format!(
        "schema: 1\nname: terrain\nnodes: 12\nstop: {{at: 20s}}\ntopology: {topology}\n\
         network: {network}\nprotocol: {{pirates: {{start: reload}}}}\n"
    );
    let given = Given::new("terrain.yaml", text.as_bytes(), None).unwrap();
    let (experiment, report) = read_experiment(&given, &[]);
    let experiment = experiment.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    let report = experiment.run(0, &mut Nothing).unwrap();
    (report.books.total().delivered, report.digest)
}

#[test]
fn edges_with_a_latency_are_the_default_and_distances_count() {
    let ring = |latency| outcome(&format!("{{ring: {{{latency}}}}}"), "{}");
    let slow = ring("latency: 40ms");
    assert_eq!(slow, outcome("{ring: {latency: 40ms}}", "{latency: edge}"));
    let everywhere = outcome("{ring: {latency: 40ms}}", "{latency: {edge: {default: 40ms}}}");
    assert_eq!(everywhere, outcome("ring", "{latency: 40ms}"));
    assert_ne!(slow, ring(""));
    assert_eq!(ring(""), outcome("ring", "{latency: 1ms}"));
    let plane = |network| outcome("{random_geometric: {radius: 0.9}}", network);
    assert_eq!(plane("{latency: {geo: {per_unit: 0s, base: 7ms}}}"), plane("{latency: 7ms}"));
    assert_ne!(plane("{latency: {geo: {per_unit: 1s, base: 7ms}}}"), plane("{latency: 7ms}"));
}

#[test]
fn requests_to_nodes_that_are_down_are_counted() {
    let text = "schema: 1\nname: down\nnodes: 3\nstop: {at: 9s}\n\
                protocol: {gossip: {algorithm: flood}}\n\
                workload: [{publish: {from: 0s, every: 1s, until: 9s, by: {node: 0}}}]\n\
                faults: [{crash: {at: 2500ms, nodes: {node: 0}, restart_after: 4s}}]\n\
                record: {metrics: [requests_to_nobody]}\n";
    let given = Given::new("down.yaml", text.as_bytes(), None).unwrap();
    let (experiment, report) = read_experiment(&given, &[]);
    let experiment = experiment.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    // Those of seconds 3 to 6.
    assert_eq!(experiment.run(0, &mut Nothing).unwrap().metrics, [Some(4.0)]);
}
