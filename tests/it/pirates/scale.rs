//! The speed line, small: its event count and digest are pinned, so that no change of speed is a change of results.

use corsair::kernel::{Distribution, Seed, Span};
use corsair::network::{Latency, NetworkConfig};
use corsair::protocols::pirates::{Config, Lonely, Period, Pirates, Tally};
use corsair::simulation::{Progress, Sync, World};

use super::{Voyage, at, habits, modern};

/// `configs/pirates-scale.yaml` at 10,000 nodes, by the bare seed: activations, messages and digest after 60 s.
const EVENTS: u64 = 140_032;
const SENT: u64 = 82_456;
const DIGEST: &str = "2267e7459b1d2b2484aeb19abcd85de3";

fn scale(pirates: u32) -> Voyage {
    let config = Config {
        stay: None,
        ramp_up: Span::from_secs(1),
        chat_period: Period { min_ms: 1000, count: 59_001, step_ms: 1 },
        habits: habits([0.5, 0.5, 0.0, 0.0, 0.0]),
        lonely: Lonely::Wait,
        ..modern(pirates, Span::ZERO)
    };
    let latency = Distribution::uniform(Span::from_millis(1), Span::from_millis(20));
    let latency = Latency::PerCopy(latency.expect("ascending"));
    let network = NetworkConfig { latency, ..NetworkConfig::default() };
    Voyage { seed: Seed(1), config, network, sync: Sync::default(), plans: Vec::new() }
}

#[test]
fn the_speed_line_is_pinned() {
    let voyage = scale(10_000);
    let mut bare = World::<Pirates>::new(voyage.setup(), (), ());
    assert_eq!(bare.advance(at(60)), Progress::Reached);
    bare.balance_books();
    let sent = bare.books().total().sent;
    let seen = (bare.events(), sent, bare.digest().to_string());
    assert_eq!(seen, (EVENTS, SENT, DIGEST.to_owned()));
    // Who counts changes nothing.
    let mut counted = World::<Pirates, _>::new(voyage.setup(), Tally::new(10_000), ());
    counted.advance(at(60));
    assert_eq!(counted.digest(), bare.digest());
}
