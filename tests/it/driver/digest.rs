//! Determinism: a run is a function of its setup, and draws belong to who makes them.

use corsair::faults::DiskLoss;
use corsair::kernel::{Distribution, NodeId, Probability, Span};
use corsair::network::{
    Bandwidth, Degradation, Direction, Links, NetworkConfig, Rate, Rule, RuleId, Sharing, Targets,
    Turns,
};
use corsair::protocol::{Effect, Flaw, Flawed, Origin};
use corsair::simulation::{Digest, Plan, Sync, World};

use super::crash::{crash, crash_with, restart};
use super::{Asks, Log, Order, Puppet, Stage, Timer, ms};

/// Two pairs of puppets: draws, keyed and not, timers, records and messages at latencies of chance, a crash.
fn busy() -> Stage {
    let latency = Distribution::uniform(Span::from_millis(1), Span::from_millis(9));
    let latency = latency.expect("ascending");
    let mut stage = Stage::of(4).latency(latency).plan(20, crash(1)).plan(30, restart(1));
    for step in 0..40 {
        let (node, other) = (step % 4, (step % 4) ^ 1);
        let back = [Order::Send(node, step), Order::Draw].into();
        let orders = [
            Order::Draw,
            Order::Persist(step),
            Order::Tell(other, back),
            Order::Arm(Timer::Bell, u64::from(step % 7)),
            Order::Key(u64::from(step)),
            Order::Draw,
        ];
        stage = stage.ask(u64::from(step), node, &orders);
    }
    stage
}

fn digest(stage: &Stage) -> Digest {
    stage.play_out().1.digest()
}

/// What one node says.
fn said_by(stage: &Stage, node: u32) -> Vec<String> {
    let by = |line: &&String| line.contains(&format!(" {node}: says"));
    stage.play().iter().filter(by).cloned().collect()
}

#[test]
fn the_same_setup_gives_the_same_run() {
    assert_eq!(busy().play(), busy().play());
    assert_eq!(digest(&busy()), digest(&busy()));
}

#[test]
fn every_activation_changes_the_digest() {
    let mut stage = busy();
    let mut digests = vec![Digest::default()];
    for events_max in 4..100 {
        stage.events_max = events_max;
        digests.push(digest(&stage));
    }
    // The first boot of all is a word of zeros, and shows all the same.
    let first = World::<Puppet>::new(Stage::of(1).setup(), (), ());
    digests.push(first.digest());
    let values: std::collections::BTreeSet<u128> = digests.iter().map(|d| d.value()).collect();
    assert_eq!(values.len(), digests.len());
}

#[test]
fn observers_and_tags_do_not_take_part() {
    let stage = busy();
    let asks = stage.asks.clone();
    let mut bare: World<Puppet, (), Asks> = World::new(stage.setup(), (), asks.clone());
    bare.advance(ms(1000));
    let both = (Log::default(), Log::default());
    let mut tagged: World<Puppet, _, Asks, Origin> = World::new(stage.setup(), both, asks);
    tagged.advance(ms(1000));
    assert_eq!([bare.digest(), tagged.digest()], [digest(&stage); 2]);
    assert_eq!(tagged.observer().0.lines, tagged.observer().1.lines);
}

#[test]
fn a_fault_that_touches_nothing_changes_nothing() {
    let harm = || Degradation { loss: Probability::ONE, ..Degradation::default() };
    let nobody = || Links::Touching(Targets::Nodes(vec![]), Direction::Into);
    let faults = [
        Plan::Begin(RuleId(4), Rule::Degrade(nobody(), harm())),
        Plan::Begin(RuleId(4), Rule::Degrade(Links::All, Degradation::default())),
        Plan::Begin(RuleId(5), Rule::Cut(nobody())),
        Plan::Begin(RuleId(6), Rule::Clog(nobody(), ms(500))),
        restart(2),
        crash_with(2, Some(1000), DiskLoss::Wipe),
    ];
    let plain = digest(&busy());
    for fault in faults {
        let told = format!("{fault:?}");
        assert_eq!(digest(&busy().plan(3, fault)), plain, "{told}");
    }
    assert_ne!(digest(&busy().plan(3, crash(2))), plain);
}

#[test]
fn the_draws_of_a_node_are_its_own() {
    // Two pairs talk: with node 2 away, node 3 hears less, and nothing changes for nodes 0 and 1.
    let without = busy().plan(0, crash(2));
    assert_ne!(said_by(&busy(), 3), said_by(&without, 3));
    for node in [0, 1] {
        assert_eq!(said_by(&busy(), node), said_by(&without, node));
        assert!(said_by(&busy(), node).len() > 10);
    }
}

#[test]
fn a_key_names_its_draws_whatever_happened_before() {
    let keyed = [Order::Key(5), Order::Draw, Order::Draw];
    let stage = |first: &[Order]| Stage::of(2).ask(1, 0, first).ask(2, 0, &keyed).ask(2, 1, &keyed);
    let plain = stage(&[]).play();
    assert_eq!(plain, stage(&[Order::Draw]).play()[1..]);
    let numbers = plain.iter().map(|line| line.split(' ').next_back());
    assert_eq!(numbers.collect::<std::collections::BTreeSet<_>>().len(), 4);
}

/// Edits nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Honest;

impl Flaw<Puppet> for Honest {
    fn edit(
        effect: Effect<Puppet>,
        _: NodeId,
        (): &(),
        _: impl FnMut(u32) -> u32,
    ) -> Option<Effect<Puppet>> {
        Some(effect)
    }
}

#[test]
fn a_flaw_that_edits_nothing_shows_nowhere() {
    let slow = Sync { latency: Span::from_millis(3), fails: Probability::ZERO };
    let cut = crash_with(3, Some(3), DiskLoss::LoseUnsynced);
    let lanes = Bandwidth {
        up: Rate::new(100_000),
        sharing: Sharing::Lanes(Turns::Fair),
        ..Bandwidth::default()
    };
    let setups =
        [(Sync::default(), Bandwidth::default()), (slow, Bandwidth::default()), (slow, lanes)];
    for (sync, bandwidth) in setups {
        let network = NetworkConfig { bandwidth, ..busy().network };
        let stage =
            Stage { sync, ..busy() }.network(network).plan(9, cut.clone()).plan(12, restart(3));
        let (log, asks) = (Log::default(), stage.asks.clone());
        let mut flawed: World<Flawed<Puppet, Honest>, _, _> = World::new(stage.setup(), log, asks);
        flawed.advance(ms(1000));
        let (_, plain) = stage.play_out();
        assert_eq!(flawed.observer().lines, plain.observer().lines);
        let hears = plain.observer().lines.iter().any(|line| line.contains("may send"));
        assert_eq!(hears, bandwidth == lanes);
        assert_eq!((flawed.digest(), flawed.books()), (plain.digest(), plain.books()));
    }
}
