//! Numbers that are averaged: how fast they agree, held against an oracle and theory, what is lost, and what has no
//! meaning; and the traffic of the median counter.

use corsair::experiment::{Experiment, Given, read_experiment};
use corsair::settings::Paint;
use proptest::prelude::*;

use super::rows::{Reference, hold};
use super::{BASE, experiment, run, table};

const PUSH_SUM: [&str; 3] = [
    "protocol.gossip.algorithm=push_sum",
    "workload=[]",
    "stop={at: 400s, when: {metric: rounds_to_error, at_least: 0}}",
];

/// Averaging without latency, for so many periods of a second.
fn averaging(nodes: u32, periods: u32, more: &[&str]) -> Experiment {
    let own = [
        format!("nodes={nodes}"),
        format!("stop={{at: {periods}s}}"),
        "protocol.gossip.algorithm=averaging".to_owned(),
        "workload=[]".to_owned(),
        "network.latency=0s".to_owned(),
    ];
    let more = more.iter().map(|set| (*set).to_owned());
    experiment(&own.into_iter().chain(more).collect::<Vec<_>>())
}

/// G14.
fn hold_push_sum(runs: u32) {
    for row in table("push_sum.csv") {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let target = row["statistic"].strip_prefix("rounds_to_").expect("names its target");
        let set = [format!("protocol.gossip.target_error={target}")];
        let set: Vec<_> = PUSH_SUM.iter().map(|set| (*set).to_owned()).chain(set).collect();
        let (mean, se, sd) = (number("mean"), number("se"), number("sd"));
        let statistic = "rounds_to_error".to_owned();
        hold(
            &format!("push_sum to {target}"),
            &set,
            runs,
            &[Reference { statistic, mean, se, sd }],
        );
    }
}

#[test]
fn push_sum_in_so_many_rounds() {
    hold_push_sum(60);
}

#[test]
#[ignore = "long: for release builds"]
fn push_sum_with_many_runs() {
    hold_push_sum(400);
}

/// The mean of the variance ratio over a few runs, and its standard error.
fn ratio(more: &[&str]) -> (f64, f64) {
    let experiment = averaging(2000, 10, more);
    let ratios: Vec<f64> = (0..8).map(|r| run(&experiment, r).1["variance_ratio"]).collect();
    let mean = ratios.iter().sum::<f64>() / 8.0;
    let squares: f64 = ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum();
    (mean, (squares / 7.0 / 8.0).sqrt())
}

/// Jelasity et al. 2005, section 4: what a cycle leaves of the variance.
#[test]
fn the_variance_falls_as_the_order_has_it() {
    let redraw = 1.0 / (2.0 * libm::sqrt(std::f64::consts::E));
    let pairs = 1.0 / std::f64::consts::E;
    let poisson = "protocol.gossip.period={exponential: {mean: 1s}}";
    for (order, theory) in [("protocol.gossip.phase=redraw", redraw), (poisson, pairs)] {
        let (mean, se) = ratio(&[order]);
        eprintln!("{order}: {theory:.4}, here {mean:.4} +- {se:.4}");
        assert!((mean - theory).abs() < 4.0 * se && se < 0.01, "{order}: {theory}, here {mean}");
    }
    // One fixed order is neither.
    let (fixed, se) = ratio(&[]);
    assert!(fixed < redraw - 4.0 * se, "{fixed} +- {se}");
}

/// By hand: two sites, 0 and 1, meet in the first cycle, and both are at a half.
#[test]
fn two_sites_agree_at_once() {
    let (_, values) = run(&averaging(2, 3, &["protocol.gossip.values=index"]), 0);
    assert_eq!((values["rounds_to_error"], values["max_rel_error"]), (1.0, 0.0));
    assert_eq!((values["mass_error"], values["mass_lost"], values["refusals"]), (0.0, 0.0, 0.0));
    assert_eq!(values["variance_ratio"], 0.0, "no variance is left of a quarter");
}

/// All begin at once, and wait for each other: nobody ever agrees.
#[test]
fn who_waits_refuses() {
    let more =
        ["protocol.gossip.phase=aligned", "protocol.gossip.values=index", "stop={at: 2500ms}"];
    let (_, values) = run(&averaging(10, 3, &more), 0);
    assert_eq!(values["refusals"], 30.0, "0 s, 1 s and 2 s");
    assert_eq!(values["variance_ratio"], 1.0);
    assert_eq!(values["messages_sent"], 60.0);
}

/// What crashed sites held is gone: of 0, 1/4, .., 1 the last is two fifths.
#[test]
fn a_crash_loses_mass() {
    let more = [
        "protocol.gossip.values=index",
        "protocol.gossip.phase=aligned",
        "protocol.gossip.period=10s",
        "stop={at: 5s}",
        "faults=[{crash: {at: 1s, nodes: {node: 4}}}]",
    ];
    let (_, values) = run(&averaging(5, 5, &more), 0);
    assert_eq!((values["mass_lost"], values["mass_error"]), (0.4, 0.4));
    let back = "faults=[{crash: {at: 1s, nodes: {node: 4}, restart_after: 1s}}]";
    let (_, values) = run(&averaging(5, 5, &[&more[..4], &[back]].concat()), 0);
    assert_eq!((values["mass_lost"], values["mass_error"]), (0.4, 0.0), "it starts anew");
}

/// A lost share is lost mass; a lost reply moves it.
#[test]
fn loss_moves_mass() {
    let loss = "network.loss=0.2";
    let set = [PUSH_SUM[0], PUSH_SUM[1], "stop={at: 10s}", "nodes=100", loss];
    let (_, values) = run(&experiment(&set), 0);
    assert!(values["mass_error"] > 0.5, "{values:?}");
    let (_, values) = run(&averaging(100, 10, &[loss]), 0);
    assert!(values["mass_error"] > 1e-4 && values["mass_error"] < 0.1, "{values:?}");
    assert_eq!(values["mass_lost"], 0.0);
}

/// A number that changes moves the mean of all, and all find it.
#[test]
fn numbers_may_change() {
    let set = "workload=[{set_value: {at: 0s, nodes: all, value: 3}}, \
               {set_value: {at: 5s, nodes: {node: 2}, value: 13}}]";
    for more in [&["protocol.gossip.algorithm=push_sum"][..], &[]] {
        let (_, values) = run(&averaging(10, 60, &[&[set], more].concat()), 0);
        assert_eq!(values["rounds_to_error"], if more.is_empty() { 1.0 } else { 0.0 });
        assert!(values["max_rel_error"] < 1e-9 && values["mass_error"] < 1e-9, "{values:?}");
    }
}

/// Of rumors nothing is said where there are none, and of numbers nothing where there are none.
#[test]
fn what_does_not_apply_is_missing() {
    let (_, numbers) = run(&averaging(10, 5, &[]), 0);
    let (_, rumors) = run(&experiment(&["nodes=10", "stop={at: 5s}"]), 0);
    for name in ["coverage", "traffic", "active", "t_ave", "publishes", "p_die_out"] {
        assert!(!numbers.contains_key(name) && rumors.contains_key(name), "{name}");
    }
    for name in ["variance_ratio", "max_rel_error", "mass_error", "mass_lost", "refusals"] {
        assert!(numbers.contains_key(name) && !rumors.contains_key(name), "{name}");
    }
    for name in ["load_max", "load_gini", "messages_sent"] {
        assert!(numbers.contains_key(name) && rumors.contains_key(name), "{name}");
    }
}

/// What a set of overrides is answered.
fn answer(set: &[&str]) -> String {
    let given = Given::new("row", BASE.as_bytes(), None).expect("it is text");
    let set: Vec<String> = set.iter().map(|set| (*set).to_owned()).collect();
    read_experiment(&given, &set).1.render(Paint::Plain)
}

#[test]
fn what_has_no_meaning_is_refused() {
    let algorithm = |name| format!("protocol.gossip.algorithm={name}");
    let (stop, none) = ("stop={at: 9s}", "workload=[]");
    for (name, clock) in
        [("median_counter", "timers"), ("push_sum", "timers"), ("averaging", "rounds")]
    {
        let wrong = format!("protocol.gossip.clock={clock}");
        let answer = answer(&[&algorithm(name), &wrong, stop, none]);
        assert!(answer.contains("error[") && answer.contains("did you mean"), "{answer}");
    }
    let mixed = answer(&[&algorithm("push_sum"), stop]);
    assert!(mixed.contains("there is nothing to publish"), "{mixed}");
    let number = "workload=[{set_value: {at: 0s, nodes: all, value: 1}}]";
    let mixed = answer(&[&algorithm("rumor"), stop, number]);
    assert!(mixed.contains("there are no numbers"), "{mixed}");
    let idle = answer(&[&algorithm("averaging"), stop, none, "protocol.gossip.k=3"]);
    assert!(idle.contains("`k` says nothing about averaging"), "{idle}");
    let endless = answer(&[&algorithm("averaging"), none]);
    assert!(endless.contains("never ends by itself"), "{endless}");
    let misspelt = answer(&[&algorithm("averging"), none]);
    assert!(misspelt.contains("did you mean `averaging`"), "{misspelt}");
    assert!(!misspelt.contains("never ends by itself"), "{misspelt}");
    let late = answer(&[&algorithm("averaging"), stop, none, "network.latency=600ms"]);
    assert!(late.contains("an answer may come after its exchange was given up"), "{late}");
}

/// A single site is right from the start; sites without peers never agree.
#[test]
fn averages_of_few() {
    for algorithm in ["push_sum", "averaging"] {
        let set = format!("protocol.gossip.algorithm={algorithm}");
        let (_, values) = run(&averaging(1, 3, &[&set]), 0);
        assert_eq!((values["max_rel_error"], values["mass_error"]), (0.0, 0.0), "{algorithm}");
        let (_, values) = run(&averaging(2, 30, &[&set, "protocol.gossip.values=peak"]), 0);
        assert!(values["max_rel_error"] < 1e-6, "{algorithm}: {values:?}");
    }
}

/// A leaf of a star gives for ever and hears almost never: its weight has no end at 0, and no sum is lost.
#[test]
fn weights_never_vanish() {
    let star = "topology={star: {}}";
    let set = [PUSH_SUM[0], PUSH_SUM[1], "nodes=400", star, "stop={at: 3000s}"];
    let (_, values) = run(&experiment(&set), 0);
    assert!(values["mass_error"] < 1e-9, "{values:?}");
}

/// Age alone: every informed site tells in rounds 1 to max_age, so two sites hand over all that they can.
#[test]
fn age_alone_stops_too() {
    let set = ["nodes=2", "stop={at: 60s, when: {metric: active, at_most: 0}}"];
    let median = "protocol.gossip.algorithm=median_counter";
    let more = ["protocol.gossip.counter=none", "protocol.gossip.max_age=5", median];
    let (_, values) = run(&experiment(&[&set[..], &more[..]].concat()), 0);
    assert_eq!(values["rumors_sent"], 2.0 + 4.0 * 4.0, "two by one site, then four a round");
    assert_eq!(values["t_quiet_rounds"], 5.0);
}

/// Karp et al. 2000, theorem 3.1: a few more rounds than log n, and messages that grow with log log n at most.
#[test]
fn the_median_counter_reaches_all_cheaply() {
    let traffic = |nodes: u32| {
        let nodes = format!("nodes={nodes}");
        let stop = "stop={at: 200s, when: {metric: active, at_most: 0}}";
        let set = [&nodes, stop, "protocol.gossip.algorithm=median_counter"];
        let experiment = experiment(&set);
        let all: Vec<_> = (0..5).map(|r| run(&experiment, r).1).collect();
        assert!(all.iter().all(|values| values["coverage"] == 1.0));
        all.iter().map(|values| values["traffic"]).sum::<f64>() / 5.0
    };
    let (few, many) = (traffic(100), traffic(3000));
    assert!((many - few).abs() < 2.0, "{few} {many}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The promise `converges`: on a complete graph without loss all are right within 20 log2 n + 60 periods.
    #[test]
    fn numbers_converge(seed in any::<u32>(), nodes in 2u32..300, which in 0usize..4, index in any::<bool>()) {
        let orders = [
            &["protocol.gossip.algorithm=push_sum", "network.latency=200ms"][..],
            &["protocol.gossip.phase=random", "network.latency=1ms"],
            &["protocol.gossip.phase=redraw"],
            &["protocol.gossip.period={exponential: {mean: 1s}}"],
        ];
        let values = if index { "index" } else { "peak" };
        let periods = 20.0 * libm::log2(f64::from(nodes)) + 60.0;
        let more = [format!("seed={seed}"), format!("protocol.gossip.values={values}")];
        let more: Vec<&str> = more.iter().map(String::as_str).chain(orders[which].to_vec()).collect();
        let (_, values) = run(&averaging(nodes, periods as u32, &more), 0);
        prop_assert!(values["max_rel_error"] < 1e-6, "{values:?}");
    }
}
