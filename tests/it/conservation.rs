//! Random experiments over protocols, networks and faults: no copy is ever lost silently, no invariant is broken,
//! nothing panics, and a run that is run again is the same.
#![allow(clippy::unwrap_used)]

use std::io::{self, Write};

use corsair::experiment::{Experiment, Given, Moment, RunReport, Sink, read_experiment};
use corsair::kernel::Instant;
use corsair::measure::Reading;
use corsair::settings::Paint;
use corsair::topology::files::Snapshot;
use proptest::prelude::*;

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

/// Whether the protocol bounds what a message may take.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Latencies {
    Any,
    Short,
}

fn network(latencies: Latencies) -> impl Strategy<Value = String> {
    let latency = match latencies {
        Latencies::Short => prop_oneof![Just("20ms"), Just("{uniform: {min: 0s, max: 40ms}}")],
        Latencies::Any => prop_oneof![
            Just("{exponential: {mean: 20ms}}"),
            Just("{pareto: {min: 5ms, alpha: 1.5, per: link, jitter: 0.2}}"),
        ],
    };
    let loss = prop_oneof![
        (0.0..0.3f64).prop_map(|p| p.to_string()),
        Just("{burst: {to_bad: 0.05, to_good: 0.3, loss_bad: 0.8}}".to_owned()),
    ];
    let reorder = match latencies {
        Latencies::Short => Just("").boxed(),
        Latencies::Any => {
            prop_oneof![Just(""), Just("reorder: {p: 0.2, extra: {exponential: {mean: 30ms}}},")]
                .boxed()
        }
    };
    let order = prop_oneof![Just("unordered"), Just("fifo")];
    (latency, loss, bandwidth(), order, reorder, 0.0..0.3f64, 1u8..4).prop_map(
        |(latency, loss, bandwidth, order, reorder, duplicate, copies)| {
            format!(
                "{{latency: {latency}, loss: {loss}, order: {order}, duplicate: {duplicate}, \
                 copies: {copies}, {reorder} {bandwidth}}}"
            )
        },
    )
}

fn bandwidth() -> impl Strategy<Value = String> {
    let rate = prop_oneof![Just("8kbps"), Just("20kbps"), Just("1Mbps")];
    let sides = (prop::option::of(rate.clone()), prop::option::of(rate));
    let sharing = prop_oneof![Just("fifo"), Just("serial"), Just("fair")];
    let rest = prop_oneof![Just(""), Just("queue: 64B, headers: 20B,"), Just("queue: 4KiB,")];
    (sides, sharing, rest).prop_map(|((up, down), sharing, rest)| {
        let side = |name, rate: Option<&str>| {
            rate.map_or(String::new(), |rate| format!("{name}: {rate}, "))
        };
        let (up, down) = (side("up", up), side("down", down));
        format!("bandwidth: {{{up}{down}{rest} sharing: {sharing}}}")
    })
}

/// A protocol with its workload, and what it asks of latencies.
fn protocol() -> impl Strategy<Value = (String, Latencies)> {
    let pirates = "protocol: {pirates: {chat_period: {uniform: {min: 1s, max: 3s}}}}\n\
                   workload:\n  - gold_coin: {from: 1s, until: 30s, every: 3s, to: {random: 1}, coins: 50}\n";
    let gossip = prop_oneof![
        Just("algorithm: direct_mail"),
        Just("algorithm: direct_mail, rpc: blocking, durable: off"),
        Just("algorithm: flood"),
        Just("algorithm: flood, rpc: blocking, forward_probability: 0.7"),
        Just("algorithm: infect_and_die, fanout: 3, ttl: 4"),
        Just("algorithm: infect_forever, fanout: 2, period: 500ms"),
        Just("algorithm: anti_entropy, mode: push_pull, period: 700ms, phase: redraw"),
        Just("algorithm: anti_entropy, mode: pull, period: 1s, clock: rounds"),
        Just("algorithm: rumor, mode: push, k: 2, period: 300ms"),
        Just("algorithm: rumor, mode: pull, k: 3, period: 400ms, stop: coin"),
        Just("algorithm: rumor, mode: push_pull, k: 2, period: 1s, clock: rounds"),
        Just(
            "algorithm: rumor, mode: push, k: 2, period: 1s, clock: rounds, connection_limit: 1, hunt: 1"
        ),
        Just("algorithm: anti_entropy, mode: push_pull, period: 300ms, durable: off"),
        Just("algorithm: infect_forever, fanout: 2, period: 1s, clock: rounds, stop_after: 4"),
        Just("algorithm: median_counter, period: 1s, clock: rounds"),
        Just("algorithm: push_sum, period: 1s, clock: rounds"),
        Just("algorithm: averaging, period: 1s, phase: redraw"),
    ];
    let gossip = gossip.prop_map(|knobs| {
        let latencies = if knobs.contains("rounds") { Latencies::Short } else { Latencies::Any };
        let has_rumors = !knobs.contains("push_sum") && !knobs.contains("averaging");
        let publish =
            "\n  - publish: {from: 1s, until: 30s, every: 2s, by: {random: 1}, bytes: 100B}";
        let workload = if has_rumors { publish } else { " []" };
        let text = format!("protocol: {{gossip: {{{knobs}}}}}\nworkload:{workload}\n");
        (text, latencies)
    });
    prop_oneof![1 => Just((pirates.to_owned(), Latencies::Any)), 3 => gossip]
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

/// An experiment of so many nodes.
fn experiment(nodes: u32) -> impl Strategy<Value = String> {
    let parts = protocol().prop_flat_map(|(protocol, latencies)| {
        (Just(protocol), network(latencies), faults(), any::<u32>())
    });
    parts.prop_map(move |(protocol, network, faults, seed)| {
        let faults = if faults.is_empty() { "  []\n".to_owned() } else { faults };
        format!(
            "schema: 1\nname: random\nseed: {seed}\nnodes: {nodes}\nstop: {{at: 40s}}\n\
             network: {network}\n{protocol}faults:\n{faults}"
        )
    })
}

fn run(experiment: &Experiment) -> RunReport {
    experiment.run(0, &mut Nothing).unwrap()
}

/// Runs an experiment twice. At the end of a run the books must balance, by kind and for every node, or it panics.
fn conserves(text: &str) {
    let given = Given::new("random.yaml", text.as_bytes(), None).unwrap();
    let (experiment, report) = read_experiment(&given, &[]);
    let experiment =
        experiment.unwrap_or_else(|| panic!("{}\n{text}", report.render(Paint::Plain)));
    let (first, second) = (run(&experiment), run(&experiment));
    assert_eq!((first.digest, &first.books), (second.digest, &second.books), "{text}");
    assert_eq!(first.violation, None, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn messages_are_conserved_whatever_goes_wrong(text in experiment(12)) {
        conserves(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "long: for release builds"]
    fn messages_are_conserved_whatever_goes_wrong_at_length(text in experiment(40)) {
        conserves(&text);
    }
}
