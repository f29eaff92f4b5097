//! Any crew on any network under any faults: every invariant holds, the books balance, everyone leaves.

use corsair::kernel::{Distribution, Instant, NodeId, Probability, Seed, Span};
use corsair::network::{
    Degradation, Direction, Duplication, Factor, Latency, Links, NetworkConfig, Rule, RuleId,
    Targets,
};
use corsair::protocols::pirates::{
    Config, Gift, Inform, Lonely, Period, Pirates, Purse, Rhythm, Start, Tell,
};
use corsair::simulation::{Plan, Sync};
use proptest::prelude::*;

use super::{Voyage, crash, habits, modern, restart};

/// Faults are over by then, and everyone is up.
const HEALED: u64 = 15_000;
const LATENCY_MAX: u64 = 400;

fn ms(millis: u64) -> Instant {
    Instant::START + Span::from_millis(millis)
}

fn probability(percent: u32) -> Probability {
    Probability::new(f64::from(percent) / 100.0).expect("a percentage")
}

fn configs() -> impl Strategy<Value = Config> {
    let knobs = (0u32..=12, 0u64..20_000, 0u64..=1000, 0u32..=4, 1u8..=10);
    let choices = (any::<[bool; 5]>(), 1u32..1500, 0u32..=100, 1u32..=20);
    (knobs, choices).prop_map(|((pirates, stay, ramp, introductions, dunbar), choices)| {
        let ([all, hello, inform, coins, memoryless], period, gold, share) = choices;
        let stay = Span::from_millis(stay.max(ramp));
        let unit = Distribution::exponential(Rhythm::UNIT, Span::ZERO).expect("a mean");
        Config {
            ramp_up: Span::from_millis(ramp),
            start: Start::Introductions(introductions),
            dunbar,
            gold: Purse { min: gold / 2, max: gold },
            chat_period: Period { min_ms: period, count: 100, step_ms: 7 },
            rhythm: if memoryless { Rhythm::Memoryless(unit) } else { Rhythm::Regular },
            tell: if all { Tell::All } else { Tell::One },
            habits: habits([0.3, 0.3, 0.15, 0.15, 0.1]),
            gift: if coins { Gift::Coins(share) } else { Gift::UpTo(f64::from(share) / 20.0) },
            lonely: if hello { Lonely::Hello } else { Lonely::Wait },
            inform: if inform { Inform::Edges } else { Inform::Nothing },
            ..modern(pirates, stay)
        }
    })
}

fn networks() -> impl Strategy<Value = NetworkConfig> {
    (0u64..=LATENCY_MAX, 0u64..=LATENCY_MAX).prop_map(|(a, b)| {
        let [min, max] = [a.min(b), a.max(b)].map(Span::from_millis);
        let latency = Latency::PerCopy(Distribution::uniform(min, max).expect("ascending"));
        NetworkConfig { latency, ..NetworkConfig::default() }
    })
}

/// One fault of a node, the controller included: when, who, after how many effects, how long it is down.
type Fall = (u64, u32, Option<u32>, u64);

fn falls() -> impl Strategy<Value = Vec<Fall>> {
    let after = prop_oneof![2 => Just(None), 3 => (0u32..8).prop_map(Some)];
    prop::collection::vec((0..HEALED - 3000, any::<u32>(), after, 1u64..3000), 0..6)
}

/// Loss and duplication from the start, a partition, a slow link: all healed in time.
fn weather() -> impl Strategy<Value = Vec<(Instant, Plan)>> {
    (0u32..40, 0u32..40, 0..HEALED, 0..HEALED, any::<u16>(), 1u32..3).prop_map(
        |(loss, duplicate, a, b, side, slow)| {
            let harm = Degradation {
                loss: probability(loss),
                duplicate: probability(duplicate),
                slow: Factor::new(f64::from(slow)).expect("positive"),
                ..Degradation::default()
            };
            let part = |bit: u16| {
                let on_side = |id: &u32| side >> id & 1 == bit;
                Targets::Nodes((0..14).filter(on_side).map(NodeId).collect())
            };
            let cut = Rule::Cut(Links::Across(vec![part(0), part(1)], Direction::Both));
            vec![
                (ms(0), Plan::Begin(RuleId(0), Rule::Degrade(Links::All, harm))),
                (ms(HEALED), Plan::End(RuleId(0))),
                (ms(a.min(b)), Plan::Begin(RuleId(1), cut)),
                (ms(a.max(b)), Plan::End(RuleId(1))),
            ]
        },
    )
}

fn voyages() -> impl Strategy<Value = Voyage> {
    let sync = prop_oneof![Just(0u64), 1u64..20];
    (any::<u64>(), configs(), networks(), falls(), weather(), sync).prop_map(
        |(seed, mut config, mut network, falls, mut plans, sync)| {
            if sync > 0 {
                // Else a slow disk falls behind without end.
                config.chat_period.min_ms += 1000;
            }
            network.duplication =
                Duplication { probability: probability(1), ..network.duplication };
            for (mut from, who, mut after, down) in falls {
                let node = NodeId(who % (config.pirates + 1));
                if node == config.controller() && after.is_some() {
                    // At its first enlistment, which has more effects than that: a later one may have to wait for
                    // a goodbye, when faults should be over.
                    from = 0;
                    after = after.map(|effects| effects % 5);
                }
                let node = vec![node];
                plans.push(crash(ms(from), node.clone(), after));
                plans.push(restart(ms(from + down), node.clone()));
                // One that was to be cut short may fall late.
                plans.push(restart(ms(HEALED), node));
            }
            let sync = Sync { latency: Span::from_millis(sync), fails: Probability::ZERO };
            Voyage { seed: Seed(seed), config, network, sync, plans }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, ..ProptestConfig::default() })]

    #[test]
    fn every_promise_is_kept(voyage in voyages()) {
        let stay = voyage.config.stay.expect("is finite").nanos() / 1_000_000;
        // Goodbyes queue up behind the records of where the controller's round has come to.
        let syncs = u64::from(voyage.config.pirates + 20) * voyage.sync.latency.nanos() / 1_000_000;
        let end = ms(HEALED.max(stay) + 1000 + 2 * LATENCY_MAX + syncs);
        let report = voyage.sail::<Pirates>(end);
        prop_assert_eq!(report.told, None);
        prop_assert!(report.paid_max <= 1, "paid {} times", report.paid_max);
        prop_assert_eq!(report.aboard, 0);
    }
}
