//! Rows 9, 15, 16 and 17 against what is derived on paper: stationary distributions and limits.

use super::laboratory::{Reference, experiment, hold};

const INTRODUCED: [&str; 2] = ["nodes=1000", "protocol.pirates.stay=0s"];

/// Row 9: chance alone decides who is known to somebody, and nobody is known to many. In spigo of 2016 only 62 were, one
/// of them to 163: its generator's doing, not the protocol's.
#[test]
fn no_hubs_without_gossip() {
    let nodes = 1000.0;
    let unknown = nodes - 864.5;
    let references = [
        Reference::derived("degree_in[0]", unknown, 8.8),
        Reference { metric: "in_degree_max".into(), mean: 7.87, sd: 0.86, se: 0.027 },
    ];
    hold("row 9", &experiment("classic.yaml", &INTRODUCED), 20, &references);
}

/// Row 15: one coin at a time is a zero-range process, whose stationary purses are geometric: (1 + m) / (1 + 2m).
#[test]
#[ignore = "long: for release builds"]
fn one_coin_at_a_time() {
    let set = [
        "protocol.pirates.stay=1200s",
        "protocol.pirates.gold={constant: 5}",
        "protocol.pirates.gift={coins: 1}",
    ];
    let references = [Reference::derived("gold_gini", 0.5449, 0.0111)];
    hold("row 15", &experiment("gold.yaml", &set), 30, &references);
}

/// Row 16: a uniform share leaves purses of Gamma(1/2), with a Gini coefficient of (N-1)/N 2/pi.
#[test]
#[ignore = "long: for release builds"]
fn a_share_of_the_purse() {
    let references = [Reference::derived("gold_gini", 0.6360, 0.0099)];
    hold("row 16", &experiment::<&str>("gold.yaml", &[]), 40, &references);
}

/// Row 17: the rumour ends at the root of y = 1 - e^(-2y).
#[test]
#[ignore = "long: for release builds"]
fn a_rumour_ends_at_the_giant_component() {
    let references = [Reference::derived("rumour_coverage", 0.7968, 0.0177)];
    hold("row 17", &experiment::<&str>("rumour.yaml", &[]), 100, &references);
}
