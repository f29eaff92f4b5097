//! Lines against what queueing theory and arithmetic say of them, and bandwidth in the fate of a message.

use super::*;
use crate::kernel::{
    Bits, Distribution, Domain, Instant, NodeId, Places, Probability, Seed, Span, Stream,
};

const SEED: Seed = Seed(2026);

fn rate(bits: u64) -> Rate {
    Rate::new(bits).unwrap()
}

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

/// Waits of a million messages as 20 batch means, in ms: their mean, and its standard error.
fn waits_of(per_second: f64, mut size: impl FnMut(&mut Stream) -> u64) -> (f64, f64) {
    const BATCH: usize = 50_000;
    let mut stream = Stream::new(SEED, Domain::Statistics, 7, 0);
    let gaps =
        Distribution::exponential(Span::from_nanos_f64(1e9 / per_second), Span::ZERO).unwrap();
    let (mut line, mut now) = (Line::default(), Instant::START);
    let mut batch = || {
        let mut sum = 0.0;
        for _ in 0..BATCH {
            now += gaps.sample(&mut stream);
            let bytes = size(&mut stream);
            let before = line.waits().total;
            line.carry(now, bytes, rate(1_000_000), None).unwrap();
            sum += (line.waits().total - before).as_millis_f64();
        }
        sum / BATCH as f64
    };
    let means: Vec<f64> = (0..20).map(|_| batch()).collect();
    let mean = means.iter().sum::<f64>() / 20.0;
    let variance = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / 19.0;
    (mean, (variance / 20.0).sqrt())
}

#[test]
fn waits_for_an_uplink_meet_the_oracle() {
    let oracle = include_str!("../../tests/oracles/network/queue.csv");
    let mut reader = csv::Reader::from_reader(oracle.as_bytes());
    let mut rows = 0;
    for record in reader.records().map(Result::unwrap) {
        let figure = |k: usize| record[k].parse::<f64>().unwrap();
        assert_eq!((&record[2], figure(3)), ("1Mbps", 1250.0));
        let (mean, error) = match &record[0] {
            "M/D/1" => waits_of(figure(5), |_| 1250),
            // An exponential size to the byte: the next whole one adds half a byte, 4 microseconds, in the mean.
            _ => waits_of(figure(5), |stream| (-1250.0 * libm::log(stream.unit())).round() as u64),
        };
        let z = (mean - figure(6)) / error;
        assert!(z.abs() <= 4.0, "{record:?}: {mean} +- {error}");
        rows += 1;
    }
    assert_eq!(rows, 4);
}

#[test]
fn a_burst_leaves_message_by_message() {
    let mut line = Line::default();
    for i in 1..=1_000 {
        // 1001 B at 3 bit/s: no whole number of nanoseconds, each rounded up for itself.
        let through = line.carry(at(5), 1_001, rate(3), None).unwrap();
        assert_eq!(through, at(5 + i * 2_669_333_333_334));
    }
    assert_eq!(line.waits().max, Span::from_nanos(999 * 2_669_333_333_334));
    assert_eq!(line.busy(at(5)), Span::ZERO);
    assert_eq!(line.busy(at(1_000_000_005)), Span::from_secs(1));
}

#[test]
fn a_full_queue_drops_what_comes_last_and_an_idle_line_nothing() {
    let mut line = Line::default();
    let mut carry = |now, bytes| line.carry(at(now), bytes, rate(8_000_000_000), Some(10));
    // A byte a nanosecond. The first goes at once, however large.
    assert_eq!(carry(0, 100), Some(at(100)));
    assert_eq!(carry(0, 6), Some(at(106)));
    assert_eq!(carry(50, 5), None);
    assert_eq!(carry(50, 4), Some(at(110)));
    assert_eq!(carry(99, 1), None);
    // At 100 the second leaves the queue.
    assert_eq!(carry(100, 6), Some(at(116)));
}

fn parcel(sent_at: Instant, source: u32, target: u32) -> Parcel {
    Parcel { sent_at, source: NodeId(source), target: NodeId(target), size: 1250, kind: 0 }
}

fn slow_uplinks() -> NetworkConfig {
    NetworkConfig {
        latency: Latency::PerCopy(Distribution::Constant(Span::from_millis(5))),
        bandwidth: Bandwidth { up: Some(rate(1_000_000)), ..Bandwidth::default() },
        ..NetworkConfig::default()
    }
}

#[test]
fn the_uplink_is_shared_by_all_that_a_node_sends_and_by_nobody_else() {
    let mut network = Network::new(slow_uplinks(), SEED);
    let mut send = |source, target, k| {
        network
            .route(&parcel(Instant::START, source, target), Places::new(SEED, Domain::Fate, 0, k))
    };
    let after = |ms| Fate::Deliver(Span::from_millis(ms));
    assert_eq!((send(0, 1, 1), send(0, 2, 2), send(3, 1, 3)), (after(15), after(25), after(15)));
}

#[test]
fn a_lost_message_has_left_its_uplink_and_a_cut_one_never_came_to_it() {
    let lossy = NetworkConfig { loss: Loss::Independent(Probability::ONE), ..slow_uplinks() };
    let mut network = Network::new(lossy, SEED);
    let send = |network: &mut Network| {
        network.route(&parcel(Instant::START, 0, 1), Places::new(SEED, Domain::Fate, 0, 1))
    };
    let used =
        |network: &Network| network.uplinks(at(0)).map(|(_, usage)| usage.waits.count).sum::<u64>();
    assert_eq!(send(&mut network), Fate::Lost(LossReason::Loss));
    assert_eq!(used(&network), 1);
    network.begin(RuleId(0), Rule::Cut(Links::All));
    assert_eq!(send(&mut network), Fate::Lost(LossReason::Partitioned));
    assert_eq!(used(&network), 1);
}

/// Two nodes, 5 apart; edges from the first only.
#[derive(Debug)]
struct Plain;

impl Terrain for Plain {
    fn latency(&self, source: NodeId, _: NodeId) -> Option<Span> {
        (source.0 == 0).then_some(Span::from_millis(7))
    }
    fn position(&self, node: NodeId) -> Option<[f64; 2]> {
        [[0.0, 0.0], [3.0, 4.0]].get(node.index()).copied()
    }
    fn has_bandwidths(&self) -> bool {
        true
    }
    fn link_bandwidth(&self, source: NodeId, _: NodeId) -> Option<u64> {
        (source.0 == 0).then_some(1_000_000)
    }
}

#[test]
fn a_terrain_says_how_long_an_edge_takes() {
    let ms = Span::from_millis;
    let jitter = Distribution::Constant(ms(1));
    let distance = Distance { base: ms(2), per_unit: ms(10) };
    for (latency, there, back) in [
        (Latency::Edge(ms(30), jitter.clone()), 8, 31),
        (Latency::Geo(distance, jitter.clone()), 53, 53),
    ] {
        let config = NetworkConfig {
            latency,
            bandwidth: Bandwidth { source: BandwidthSource::Network, ..Bandwidth::default() },
            ..NetworkConfig::default()
        };
        let fates = |config: NetworkConfig| {
            let mut network = Network::over(std::sync::Arc::new(Plain), config, SEED);
            [(0, 1), (1, 0)].map(|(source, target)| {
                let places = Places::new(SEED, Domain::Fate, 0, 1);
                network.route(&parcel(Instant::START, source, target), places)
            })
        };
        assert_eq!(fates(config.clone()), [Fate::Deliver(ms(there)), Fate::Deliver(ms(back))]);
        // The edge's own bandwidth takes ten more.
        let slow = NetworkConfig { bandwidth: Bandwidth::default(), ..config };
        assert_eq!(fates(slow), [Fate::Deliver(ms(there + 10)), Fate::Deliver(ms(back))]);
    }
}
