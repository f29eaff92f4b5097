//! The network against its acceptance rows, and rules against what they promise.

use super::*;
use crate::kernel::{Distribution, Domain, Instant, NodeId, Places, Probability, Seed, Span};
use proptest::prelude::*;
use std::num::NonZeroU8;

const SEED: Seed = Seed(2026);

fn exponential(mean_ms: u64) -> Distribution {
    Distribution::exponential(Span::from_millis(mean_ms), Span::ZERO).unwrap()
}

fn config(latency: Distribution) -> NetworkConfig {
    NetworkConfig { latency: Latency::PerCopy(latency), ..NetworkConfig::default() }
}

fn chance(p: f64) -> Probability {
    Probability::new(p).unwrap()
}

fn nodes(ids: &[u32]) -> NodeSet {
    ids.iter().map(|id| NodeId(*id)).collect()
}

fn parcel(sent_ms: u64, source: u32, target: u32) -> Parcel {
    let sent_at = Instant::START + Span::from_millis(sent_ms);
    Parcel { sent_at, source: NodeId(source), target: NodeId(target), size: 64, kind: 0 }
}

/// The fate of the k-th message of node 0 to node 1, sent after k ms.
fn fate(network: &mut Network, k: u64) -> Fate {
    network.route(&parcel(k, 0, 1), Places::new(SEED, Domain::Fate, 0, k))
}

/// What the checks below ask of a network: the fates of so many messages.
fn fates(config: NetworkConfig, count: u64) -> Vec<Fate> {
    let mut network = Network::new(config, SEED);
    (0..count).map(|k| fate(&mut network, k)).collect()
}

/// N5: whoever survives 30 % loss takes as long as without it. The first that does not, if any.
fn first_shifted(perfect: &[Fate], lossy: &[Fate]) -> Option<usize> {
    perfect.iter().zip(lossy).position(|(p, l)| !matches!(l, Fate::Lost(_)) && p != l)
}

#[test]
fn a_loss_rate_leaves_the_latency_of_survivors_as_it_was() {
    let perfect = fates(config(exponential(50)), 10_000);
    let lossy =
        fates(NetworkConfig { loss: chance(0.3).into(), ..config(exponential(50)) }, 10_000);
    assert!(
        lossy.iter().filter(|fate| matches!(fate, Fate::Lost(LossReason::Loss))).count() > 2_700
    );
    assert_eq!(first_shifted(&perfect, &lossy), None);
}

#[test]
fn losses_meet_the_oracle() {
    let oracle = include_str!("../../tests/oracles/network/loss.csv");
    let mut reader = csv::Reader::from_reader(oracle.as_bytes());
    let records = reader.records().map(Result::unwrap);
    // The rows of independent loss; the others are bursts.
    let rows: Vec<(f64, f64)> =
        records.filter_map(|r| Some((r[0].parse().ok()?, r[3].parse().ok()?))).collect();
    assert_eq!(rows.len(), 2);
    for (p, mean_run) in rows {
        let lost: Vec<bool> =
            fates(NetworkConfig { loss: chance(p).into(), ..config(exponential(50)) }, 1_000_000)
                .iter()
                .map(|fate| matches!(fate, Fate::Lost(_)))
                .collect();
        let losses = lost.iter().filter(|lost| **lost).count() as f64;
        let runs = lost.split(|lost| !lost).filter(|run| !run.is_empty()).count() as f64;
        let pairs = lost.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64;
        let rate = (losses - 1e6 * p) / (1e6 * p * (1.0 - p)).sqrt();
        // Runs are geometric: their variance is p / (1 - p)^2.
        let run = (losses / runs - mean_run) / (p / ((1.0 - p) * (1.0 - p)) / runs).sqrt();
        // Overlapping pairs: neighbouring ones are correlated, hence the second term.
        let variance = p * p * (1.0 - p * p) + 2.0 * (p * p * p - p * p * p * p);
        let pair = (pairs - 1e6 * p * p) / (1e6 * variance).sqrt();
        assert!([rate, run, pair].iter().all(|z| z.abs() <= 4.0), "{p}: {rate} {run} {pair}");
    }
}

/// The bursts of the oracle.
fn bursts() -> [(Burst, &'static str); 2] {
    let burst = |[to_bad, to_good, good, bad]: [f64; 4]| {
        let turns = BurstTurns { to_bad: chance(to_bad), to_good: chance(to_good) };
        Burst::new(turns, BurstLoss { good: chance(good), bad: chance(bad) }).unwrap()
    };
    [
        (
            burst([0.01, 0.25, 0.0, 0.5]),
            "{burst: {to_bad: 0.01, to_good: 0.25, loss_good: 0, loss_bad: 0.5}}",
        ),
        (
            burst([0.05, 0.5, 0.01, 1.0]),
            "{burst: {to_bad: 0.05, to_good: 0.5, loss_good: 0.01, loss_bad: 1}}",
        ),
    ]
}

/// Loss rate, pairs in a row, mean run of losses.
fn loss_figures(lost: &[bool]) -> [f64; 3] {
    let count = lost.len() as f64;
    let losses = lost.iter().filter(|lost| **lost).count() as f64;
    let pairs = lost.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64;
    let runs = lost.split(|lost| !lost).filter(|run| !run.is_empty()).count() as f64;
    [losses / count, pairs / (count - 1.0), losses / runs]
}

#[test]
fn bursts_meet_the_oracle() {
    let oracle = include_str!("../../tests/oracles/network/loss.csv");
    let mut reader = csv::Reader::from_reader(oracle.as_bytes());
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    for (burst, text) in bursts() {
        let record = records.iter().find(|record| &record[0] == text).unwrap();
        let loss = Loss::Burst(burst);
        let lost: Vec<bool> = fates(NetworkConfig { loss, ..config(exponential(50)) }, 1_000_000)
            .iter()
            .map(|fate| matches!(fate, Fate::Lost(_)))
            .collect();
        let batches: Vec<_> = lost.chunks(50_000).map(loss_figures).collect();
        for k in 0..3 {
            let expected: f64 = record[k + 1].parse().unwrap();
            let mean = batches.iter().map(|batch| batch[k]).sum::<f64>() / 20.0;
            let off = |batch: &[f64; 3]| (batch[k] - mean) * (batch[k] - mean);
            let error = (batches.iter().map(off).sum::<f64>() / 19.0 / 20.0).sqrt();
            let z = (mean - expected) / error;
            assert!(z.abs() <= 4.0, "{text}, column {}: {mean}, z {z}", k + 1);
        }
    }
}

#[test]
fn links_turn_bad_each_by_itself_and_start_as_they_go_on() {
    let (burst, _) = bursts()[1];
    let config = NetworkConfig { loss: Loss::Burst(burst), ..config(exponential(50)) };
    // The first message of each of many links is lost as often as any.
    let mut network = Network::new(config.clone(), SEED);
    let mut first = |k: u32| {
        let places = Places::new(SEED, Domain::Fate, 0, u64::from(k));
        matches!(network.route(&parcel(0, k, k + 1), places), Fate::Lost(_))
    };
    let lost = (0..100_000).filter(|k| first(*k)).count() as f64;
    let z = (lost - 10_000.0) / (100_000.0f64 * 0.1 * 0.9).sqrt();
    assert!(z.abs() <= 4.0, "{lost}");
    // What another link carries changes nothing on this one.
    let (mut alone, mut beside) = (Network::new(config.clone(), SEED), Network::new(config, SEED));
    for k in 0..1_000 {
        beside.route(&parcel(k, 5, 6), Places::new(SEED, Domain::Fate, 5, k));
        assert_eq!(fate(&mut alone, k), fate(&mut beside, k));
    }
}

fn arrivals(fates: &[Fate]) -> Vec<Instant> {
    let sent = (0..).map(|k| parcel(k, 0, 1).sent_at);
    let span = |fate: &Fate| match fate {
        Fate::Deliver(span) => *span,
        other => panic!("nothing is lost or duplicated here: {other:?}"),
    };
    sent.zip(fates).map(|(sent, fate)| sent + span(fate)).collect()
}

#[test]
fn fifo_links_keep_their_order_and_change_nothing_else() {
    let unordered = arrivals(&fates(config(exponential(50)), 1_000));
    let fifo = NetworkConfig { order: Order::Fifo, ..config(exponential(50)) };
    let ordered = arrivals(&fates(fifo, 1_000));
    assert!(ordered.is_sorted());
    assert!(!unordered.is_sorted());
    // The definition: each arrives when it was drawn to, or with the latest before it.
    let mut latest = Instant::START;
    for (drawn, arrival) in unordered.iter().zip(&ordered) {
        latest = latest.max(*drawn);
        assert_eq!(*arrival, latest);
    }
}

#[test]
fn fifo_links_do_not_wait_for_each_other() {
    let mut network =
        Network::new(NetworkConfig { order: Order::Fifo, ..config(exponential(50)) }, SEED);
    let mut alone = network.clone();
    for k in 0..100 {
        let there = Places::new(SEED, Domain::Fate, 0, k);
        let back = Places::new(SEED, Domain::Fate, 1, k);
        network.route(&parcel(k, 1, 0), back);
        assert_eq!(network.route(&parcel(k, 0, 1), there), alone.route(&parcel(k, 0, 1), there));
    }
}

#[test]
fn duplicates_have_latencies_of_their_own_and_leave_the_original_alone() {
    let once = fates(config(exponential(50)), 1_000);
    let copies = NonZeroU8::new(3).unwrap();
    let duplication = Duplication { probability: chance(0.25), copies };
    let many = fates(NetworkConfig { duplication, ..config(exponential(50)) }, 1_000);
    let mut duplicated = 0;
    for (once, many) in once.iter().zip(&many) {
        if let Fate::Copies(spans) = many {
            duplicated += 1;
            assert_eq!((spans.len(), once), (4, &Fate::Deliver(spans[0])));
            assert!(spans.windows(2).all(|pair| pair[0] != pair[1]));
        } else {
            assert_eq!(once, many);
        }
    }
    let z = (f64::from(duplicated) - 250.0) / (1_000.0f64 * 0.25 * 0.75).sqrt();
    assert!(z.abs() <= 4.0, "{duplicated}");
}

#[test]
fn a_reordered_copy_takes_exactly_the_extra_time() {
    let extra = Span::from_secs(1);
    let reorder = Reorder { probability: chance(0.5), extra: Distribution::Constant(extra) };
    let calm = arrivals(&fates(config(exponential(50)), 100));
    let disturbed = NetworkConfig { reorder: Some(reorder), ..config(exponential(50)) };
    let late = arrivals(&fates(disturbed, 100));
    let moved = calm.iter().zip(&late).filter(|(calm, late)| **calm + extra == **late).count();
    let kept = calm.iter().zip(&late).filter(|(calm, late)| calm == late).count();
    assert!(moved + kept == 100 && (25..75).contains(&moved), "{moved}");
}

#[test]
fn a_latency_per_link_is_drawn_once_and_jitters() {
    let spans = |jitter: f64| -> Vec<u64> {
        let latency = Latency::PerLink(exponential(50), Factor::new(jitter).unwrap());
        let mut network = Network::new(NetworkConfig { latency, ..config(exponential(1)) }, SEED);
        let mut span = |k: u64, source, target| match network
            .route(&parcel(k, source, target), Places::new(SEED, Domain::Fate, 9, k))
        {
            Fate::Deliver(span) => span.nanos(),
            other => panic!("{other:?}"),
        };
        let links = (0..100).map(|k| (k, 0, 1)).chain([(0, 1, 0)]);
        links.map(|(k, source, target)| span(k, source, target)).collect()
    };
    let still = spans(0.0);
    assert!(still[..100].iter().all(|span| *span == still[0]));
    assert_ne!(still[100], still[0], "the way back is a link of its own");
    let jittered = spans(0.1);
    assert!(jittered[..100].iter().all(|s| (still[0]..=still[0] + still[0] / 10).contains(s)));
    assert!(jittered.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn the_first_override_that_says_something_decides() {
    let latency = |ms| Some(Latency::PerCopy(Distribution::Constant(Span::from_millis(ms))));
    let from = |source: u32, target: u32| Links::From(nodes(&[source]), nodes(&[target]));
    let config = NetworkConfig {
        per_kind: vec![(7, Override { latency: latency(7), loss: None })],
        links: vec![
            LinkOverride { links: from(0, 1), what: Override { latency: latency(2), loss: None } },
            LinkOverride {
                links: from(0, 1),
                what: Override { latency: latency(3), loss: Some(Probability::ONE.into()) },
            },
            LinkOverride { links: from(1, 0), what: Override { latency: latency(3), loss: None } },
        ],
        ..NetworkConfig::default()
    };
    let mut network = Network::new(config, SEED);
    let mut fate = |source, target, kind| {
        let parcel = Parcel { kind, ..parcel(0, source, target) };
        network.route(&parcel, Places::new(SEED, Domain::Fate, 0, 1))
    };
    let after = |ms| Fate::Deliver(Span::from_millis(ms));
    assert_eq!(fate(0, 1, 0), Fate::Lost(LossReason::Loss));
    assert_eq!((fate(1, 0, 0), fate(1, 0, 7), fate(2, 0, 0)), (after(3), after(7), after(1)));
}

/// Whether a message passes at sending, and whether it passes at arrival.
fn passes(network: &mut Network, source: u32, target: u32) -> (bool, bool) {
    let fate = network.route(&parcel(0, source, target), Places::new(SEED, Domain::Fate, 0, 1));
    let arrival = network.arrive(NodeId(source), NodeId(target));
    (fate != Fate::Lost(LossReason::Partitioned), arrival == Arrival::Deliver)
}

#[test]
fn partitions_are_judged_at_both_ends_and_each_must_let_pass() {
    let mut network = Network::new(NetworkConfig::default(), SEED);
    let halves = Links::Across(vec![nodes(&[0, 1]), nodes(&[2, 3])], Direction::Both);
    network.begin(RuleId(4), Rule::Cut(halves));
    network.begin(
        RuleId(9),
        Rule::Cut(Links::Across(vec![nodes(&[0]), nodes(&[1])], Direction::Both)),
    );
    for (source, target, open) in
        [(0, 2, false), (3, 1, false), (0, 1, false), (2, 3, true), (0, 70, true), (70, 2, true)]
    {
        assert_eq!(passes(&mut network, source, target), (open, open), "{source} {target}");
    }
    network.end(RuleId(4));
    assert_eq!(passes(&mut network, 0, 2), (true, true));
    assert_eq!(passes(&mut network, 0, 1), (false, false));
    network.end(RuleId(9));
    assert_eq!(passes(&mut network, 0, 1), (true, true));
}

#[test]
fn a_direction_cuts_one_way_only() {
    for (links, blocked) in [
        (Links::Touching(nodes(&[0]), Direction::Into), (2, 0)),
        (Links::Touching(nodes(&[0]), Direction::OutOf), (0, 2)),
        (Links::Across(vec![nodes(&[0]), nodes(&[2])], Direction::Into), (2, 0)),
        (Links::Across(vec![nodes(&[0]), nodes(&[2])], Direction::OutOf), (0, 2)),
        (Links::From(nodes(&[0]), nodes(&[2])), (0, 2)),
    ] {
        let mut network = Network::new(NetworkConfig::default(), SEED);
        network.begin(RuleId(0), Rule::Cut(links));
        assert_eq!(passes(&mut network, blocked.0, blocked.1), (false, false));
        assert_eq!(passes(&mut network, blocked.1, blocked.0), (true, true));
    }
}

#[test]
fn a_degraded_link_is_slower_in_both_directions_and_others_are_not() {
    let harm = Degradation {
        slow: Factor::new(5.0).unwrap(),
        extra_latency: Distribution::Constant(Span::from_millis(10)),
        ..Degradation::default()
    };
    let mut network = Network::new(NetworkConfig::default(), SEED);
    let between = || Links::Between(nodes(&[0, 1]), nodes(&[2]));
    network.begin(RuleId(1), Rule::Degrade(between(), harm.clone()));
    // Factors first, then additions: 1 ms x 5 x 5 + 10 ms + 10 ms where both hold.
    network.begin(RuleId(2), Rule::Degrade(Links::Touching(nodes(&[1]), Direction::Both), harm));
    for (source, target, ms) in [(0, 2, 15), (2, 0, 15), (2, 1, 45), (0, 3, 1)] {
        let fate = network.route(&parcel(0, source, target), Places::new(SEED, Domain::Fate, 0, 1));
        assert_eq!(fate, Fate::Deliver(Span::from_millis(ms)), "{source} {target}");
    }
}

#[test]
fn a_burst_of_loss_is_independent_of_the_network_s_own() {
    let mut network =
        Network::new(NetworkConfig { loss: chance(0.3).into(), ..NetworkConfig::default() }, SEED);
    let harm = Degradation { loss: chance(0.5), ..Degradation::default() };
    network.begin(RuleId(0), Rule::Degrade(Links::All, harm));
    let lost = (0..100_000).filter(|k| fate(&mut network, *k) == Fate::Lost(LossReason::Loss));
    let z = (lost.count() as f64 - 65_000.0) / (100_000.0f64 * 0.65 * 0.35).sqrt();
    assert!(z.abs() <= 4.0, "{z}");
}

#[test]
fn a_clog_holds_arrivals_back_until_it_ends() {
    let until = Instant::from_nanos(8_000);
    let mut network = Network::new(NetworkConfig::default(), SEED);
    network.begin(RuleId(0), Rule::Clog(Links::Touching(nodes(&[1]), Direction::Both), until));
    assert_eq!(network.arrive(NodeId(0), NodeId(1)), Arrival::Wait(until));
    assert_eq!(network.arrive(NodeId(0), NodeId(2)), Arrival::Deliver);
    assert_eq!(fate(&mut network, 0), Fate::Deliver(Span::from_millis(1)));
    network.begin(RuleId(1), Rule::Cut(Links::All));
    assert_eq!(network.arrive(NodeId(0), NodeId(1)), Arrival::Lost);
    network.end(RuleId(0));
    network.end(RuleId(1));
    assert_eq!(network.arrive(NodeId(0), NodeId(1)), Arrival::Deliver);
}

proptest! {
    #[test]
    fn a_rule_on_other_links_changes_no_fate(
        loss in 0.0..1.0f64, duplicate in 0.0..1.0f64, number in 0u32..200_000, k in 0u64..1_000,
    ) {
        let duplication =
            Duplication { probability: chance(duplicate), copies: NonZeroU8::MIN };
        let mut network = Network::new(
            NetworkConfig { loss: chance(loss).into(), duplication, ..config(exponential(50)) },
            SEED,
        );
        let before = fate(&mut network, k);
        let extra_latency = exponential(5);
        let harm = Degradation { loss: chance(0.5), extra_latency, ..Degradation::default() };
        let links = Links::Touching(nodes(&[2]), Direction::Both);
        network.begin(RuleId(number), Rule::Degrade(links, harm));
        prop_assert_eq!(fate(&mut network, k), before);
    }

    #[test]
    fn a_node_set_is_a_set(ids in proptest::collection::vec(0u32..300, 0..40)) {
        let set = nodes(&ids);
        let sorted: std::collections::BTreeSet<u32> = ids.into_iter().collect();
        prop_assert_eq!(set.iter().map(|node| node.0).collect::<Vec<_>>(),
            sorted.iter().copied().collect::<Vec<_>>());
        prop_assert!((0..400).all(|id| set.contains(NodeId(id)) == sorted.contains(&id)));
    }
}
