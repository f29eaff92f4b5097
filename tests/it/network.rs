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
use proptest::prelude::*;

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
    let line = &world.network().uplinks()[0];
    assert_eq!(line.busy(ms(100)), Span::from_millis(30));
    assert_eq!(line.waits().max, Span::from_millis(20));
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
    assert_eq!(slow, outcome("ring", "{latency: {edge: {default: 40ms}}}"));
    assert_ne!(slow, ring(""));
    assert_eq!(ring(""), outcome("ring", "{latency: 1ms}"));
    let plane = |network| outcome("{random_geometric: {radius: 0.9}}", network);
    assert_eq!(plane("{latency: {geo: {per_unit: 0s, base: 7ms}}}"), plane("{latency: 7ms}"));
    assert_ne!(plane("{latency: {geo: {per_unit: 1s, base: 7ms}}}"), plane("{latency: 7ms}"));
}

fn networks() -> impl Strategy<Value = String> {
    let latency = prop_oneof![
        Just("{exponential: {mean: 20ms}}"),
        Just("{pareto: {min: 5ms, alpha: 1.5, per: link, jitter: 0.2}}"),
        Just("0s"),
    ];
    let loss = prop_oneof![
        (0.0..0.3f64).prop_map(|p| p.to_string()),
        Just("{burst: {to_bad: 0.05, to_good: 0.3, loss_bad: 0.8}}".to_owned()),
    ];
    let bandwidth = prop_oneof![
        Just(""),
        Just("bandwidth: 20kbps"),
        Just("bandwidth: {up: 8kbps, queue: 64B, headers: 20B}"),
        Just("bandwidth: {down: 8kbps}"),
    ];
    let order = prop_oneof![Just("unordered"), Just("fifo")];
    (latency, loss, bandwidth, order, 0.0..0.3f64, 1u8..4).prop_map(
        |(latency, loss, bandwidth, order, duplicate, copies)| {
            format!(
                "{{latency: {latency}, loss: {loss}, order: {order}, duplicate: {duplicate}, \
                 copies: {copies}, {bandwidth}}}"
            )
        },
    )
}

fn faults() -> impl Strategy<Value = String> {
    let window = (0u32..25, 1u32..25).prop_map(|(a, b)| format!("from: {a}s, until: {}s", a + b));
    let fault = (window, 0usize..9, 0.0..1.0f64).prop_map(|(window, which, p)| {
        let kinds = [
            format!("crash: {{{window}, every: 4s, nodes: {{fraction: {p}}}, restart_after: 2s}}"),
            "crash: {at: 9s, nodes: {random: 2}, after_effects: 1, disk: keep}".to_owned(),
            format!("churn: {{{window}, nodes: all, leave: {{weibull: {{scale: 8s, shape: 0.5}}}}, \
                     rejoin_after: {{exponential: {{mean: 3s}}}}, start: stationary, graceful: {p}}}"),
            format!("crash_poisson: {{{window}, rate: 1/s, restart_after: 1s, spare: [{{node: 0}}]}}"),
            format!("partition: {{{window}, split: {{fractions: [0.5, {}]}}, direction: into}}", p / 2.0),
            format!("loss_burst: {{{window}, probability: {p}}}"),
            format!("clog: {{{window}, nodes: {{fraction: {p}}}}}"),
            format!("link: {{{window}, between: [{{node: 1}}, all], slow: x3, duplicate: {p}, \
                     extra_latency: {{uniform: {{min: 0s, max: 1s}}}}}}"),
            format!("isolate: {{{window}, nodes: {{random: 3}}}}"),
        ];
        format!("  - {}\n", kinds[which])
    });
    prop::collection::vec(fault, 0..6).prop_map(|faults| faults.concat())
}

/// Runs an experiment, at the end of which the books are balanced by kind or the run panics.
fn conserves(text: &str) {
    let given = Given::new("random.yaml", text.as_bytes(), None).unwrap();
    let (experiment, report) = read_experiment(&given, &[]);
    let experiment =
        experiment.unwrap_or_else(|| panic!("{}\n{text}", report.render(Paint::Plain)));
    let report = experiment.run(0, &mut Nothing).unwrap();
    let total = report.books.total();
    assert!(total.sent > 0);
    let ended = total.delivered + total.lost() + total.to_nobody + total.in_flight();
    assert_eq!(total.sent + total.duplicated, ended, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn messages_are_conserved_whatever_goes_wrong(
        seed in any::<u32>(), network in networks(), faults in faults(),
    ) {
        let faults = if faults.is_empty() { "  []\n".to_owned() } else { faults };
        conserves(&format!(
            "schema: 1\nname: random\nseed: {seed}\nnodes: 12\nstop: {{at: 40s}}\n\
             network: {network}\nprotocol: {{pirates: {{chat_period: {{uniform: {{min: 1s, max: 3s}}}}}}}}\n\
             workload:\n  - gold_coin: {{from: 1s, until: 30s, every: 3s, to: {{random: 1}}, coins: 50}}\n\
             faults:\n{faults}invariants: none\n"
        ));
    }
}
