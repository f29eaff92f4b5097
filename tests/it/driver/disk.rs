//! Disks whose writes take time: nothing that is said after a record gets out before it is safe.

use corsair::faults::DiskLoss;
use corsair::kernel::{Instant, NodeId, Probability, Span};
use corsair::protocol::{Effect, Observer, Protocol};
use corsair::simulation::{Sync, World};

use super::crash::{crash_with, restart};
use super::{Asks, Order, Puppet, Stage, ms};

fn slow(nodes: u32) -> Stage {
    let sync = Sync { latency: Span::from_millis(10), fails: Probability::ZERO };
    Stage { sync, ..Stage::of(nodes) }
}

/// Two syncs: of 7 alone, then of 8 and 9 together.
const STORY: [Order; 8] = [
    Order::Send(1, 1),
    Order::Persist(7),
    Order::Send(1, 2),
    Order::Say(3),
    Order::Persist(8),
    Order::Persist(9),
    Order::Reply(4),
    Order::Send(1, 5),
];

#[test]
fn a_send_waits_for_the_records_before_it_and_a_fact_for_nothing() {
    // A later activation waits behind the earlier one.
    let stage = slow(2).ask(0, 0, &STORY).ask(5, 0, &[Order::Send(1, 6), Order::Say(7)]);
    assert_eq!(
        stage.play(),
        [
            "0s 0: says 3",
            "1ms 1: hears 1 from 0",
            "5ms 0: says 7",
            "11ms 1: hears 2 from 0",
            "20ms 0: replies 4 to 0",
            "21ms 1: hears 5 from 0",
            "21ms 1: hears 6 from 0",
        ]
    );
}

#[test]
fn a_sync_covers_the_records_of_its_activation_only() {
    let persist = |record| [Order::Persist(record), Order::Send(1, record)];
    let stage = slow(2)
        .ask(0, 0, &[Order::Persist(1), Order::Persist(2), Order::Send(1, 2)])
        .ask(5, 0, &persist(3))
        .ask(6, 0, &persist(4));
    let lines = ["11ms 1: hears 2 from 0", "21ms 1: hears 3 from 0", "31ms 1: hears 4 from 0"];
    assert_eq!(stage.play(), lines);
}

#[test]
fn what_was_said_after_a_lost_record_is_lost_with_it() {
    for (loss, disk) in
        [(DiskLoss::Keep, "[7, 8, 9]"), (DiskLoss::LoseUnsynced, "[7]"), (DiskLoss::Wipe, "[]")]
    {
        let stage =
            slow(2).ask(0, 0, &STORY).plan(15, crash_with(0, None, loss)).plan(30, restart(0));
        let boots = format!("30ms 0: boots with {disk}");
        let lines = [
            "0s 0: says 3",
            "1ms 1: hears 1 from 0",
            "11ms 1: hears 2 from 0",
            "15ms 0: crashes",
            &boots,
        ];
        assert_eq!(stage.play(), lines);
    }
}

#[test]
fn a_sync_of_an_earlier_incarnation_makes_nothing_safe() {
    let stage = slow(2)
        .ask(0, 0, &[Order::Persist(1), Order::Send(1, 1)])
        .plan(5, crash_with(0, None, DiskLoss::LoseUnsynced))
        .plan(6, restart(0))
        .ask(6, 0, &[Order::Persist(2), Order::Send(1, 2)]);
    let lines = ["5ms 0: crashes", "6ms 0: boots with []", "17ms 1: hears 2 from 0"];
    assert_eq!(stage.play(), lines);
}

#[test]
fn a_sync_that_fails_crashes_the_node() {
    let mut stage = slow(2).ask(0, 0, &STORY).plan(30, restart(0));
    stage.sync.fails = Probability::ONE;
    let lines =
        ["0s 0: says 3", "1ms 1: hears 1 from 0", "10ms 0: crashes", "30ms 0: boots with []"];
    assert_eq!(stage.play(), lines);
}

#[test]
fn a_sync_that_fails_crashes_even_who_has_left() {
    let orders = [Order::Persist(1), Order::Leave, Order::Send(1, 2)];
    let mut stage = slow(2).ask(0, 0, &orders).plan(30, restart(0));
    stage.sync.fails = Probability::ONE;
    assert_eq!(stage.play(), ["10ms 0: crashes", "30ms 0: boots with []"]);
}

/// Counts the messages that were never sent.
#[derive(Debug, Default)]
struct Unsent(usize);

impl<P: Protocol> Observer<P> for Unsent {
    fn on_unsaid(&mut self, _: Instant, _: NodeId, effect: &Effect<P>) {
        self.0 += usize::from(matches!(effect, Effect::Send { .. }));
    }
}

#[test]
fn what_waited_for_a_sync_that_fails_is_told_to_be_unsaid() {
    let mut stage = slow(2).ask(0, 0, &STORY);
    stage.sync.fails = Probability::ONE;
    let mut world: World<Puppet, Unsent, Asks> =
        World::new(stage.setup(), Unsent::default(), stage.asks.clone());
    world.advance(ms(1000));
    assert_eq!(world.observer().0, 2);
}

#[test]
fn without_a_latency_every_record_is_safe_at_once() {
    let plan = crash_with(0, Some(2), DiskLoss::LoseUnsynced);
    let stage = Stage::of(2).plan(0, plan).ask(0, 0, &STORY).plan(5, restart(0));
    let lines =
        ["0s 0: swallows 3", "0s 0: crashes", "1ms 1: hears 1 from 0", "5ms 0: boots with [7]"];
    assert_eq!(stage.play(), lines);
}
