//! Crashes: between events and between two effects, and what comes after.

use corsair::faults::DiskLoss;
use corsair::kernel::{NodeId, Span};
use corsair::network::Targets;
use corsair::simulation::Plan;

use super::{Order, Stage, Timer};

/// A crash between two events.
pub(super) fn crash(node: u32) -> Plan {
    crash_with(node, None, DiskLoss::LoseUnsynced)
}

pub(super) fn crash_with(node: u32, after_effects: Option<u32>, disk: DiskLoss) -> Plan {
    Plan::Crash { targets: nodes(node), after_effects, disk, restart_after: None }
}

pub(super) fn restart(node: u32) -> Plan {
    Plan::Start { targets: nodes(node) }
}

/// A crash that ends by itself.
pub(super) fn crash_for(node: u32, millis: u64, after_effects: Option<u32>) -> Plan {
    let (disk, restart_after) = (DiskLoss::Keep, Some(Span::from_millis(millis)));
    Plan::Crash { targets: nodes(node), after_effects, disk, restart_after }
}

fn nodes(node: u32) -> Targets {
    Targets::Nodes(vec![NodeId(node)])
}

#[test]
fn a_crash_after_k_effects_applies_exactly_k() {
    let orders = [
        Order::Say(1),
        Order::Send(1, 2),
        Order::Persist(3),
        Order::Reply(4),
        Order::Arm(Timer::Bell, 1),
        Order::Send(1, 6),
    ];
    let at_once = ["0s 0: says 1", "0s 0: replies 4 to 0"];
    for k in 0..=orders.len() {
        let plan = crash_with(0, Some(k as u32), DiskLoss::LoseUnsynced);
        let lines = Stage::of(2).plan(0, plan).ask(0, 0, &orders).plan(9, restart(0)).play();
        let mut expected = Vec::new();
        expected.extend((k >= 1).then_some(at_once[0]));
        expected.extend((k >= 4).then_some(at_once[1]));
        expected.extend((k < 1).then_some("0s 0: swallows 1"));
        expected.push("0s 0: crashes");
        expected.extend((k >= 2).then_some("1ms 1: hears 2 from 0"));
        expected.extend((k >= 6).then_some("1ms 1: hears 6 from 0"));
        expected.push(if k >= 3 { "9ms 0: boots with [3]" } else { "9ms 0: boots with []" });
        assert_eq!(lines, expected, "after {k} effects");
    }
}

#[test]
fn a_crash_after_effects_waits_for_an_activation_that_has_so_many() {
    let plan = crash_with(0, Some(2), DiskLoss::Keep);
    let stage = Stage::of(1).plan(0, plan).ask(1, 0, &[Order::Say(1)]).ask(
        2,
        0,
        &[Order::Say(2), Order::Say(3), Order::Say(4)],
    );
    let lines =
        ["1ms 0: says 1", "2ms 0: says 2", "2ms 0: says 3", "2ms 0: swallows 4", "2ms 0: crashes"];
    assert_eq!(stage.play(), lines);
}

#[test]
fn a_handler_that_leaves_can_be_cut_short() {
    let orders = [Order::Leave, Order::Persist(1), Order::Say(2)];
    let plan = crash_with(0, Some(1), DiskLoss::Keep);
    let stage = Stage::of(1).plan(0, plan).ask(0, 0, &orders).plan(5, restart(0));
    let (_, world) = stage.play_out();
    assert_eq!(world.faults(), [1, 1, 0]);
    let lines = ["0s 0: swallows 2", "0s 0: crashes", "5ms 0: boots with [1]"];
    assert_eq!(world.observer().lines[1..], lines);
}

#[test]
fn timers_die_with_their_node_and_messages_do_not() {
    let arm = [Order::Arm(Timer::Bell, 4), Order::Arm(Timer::Gong, 6)];
    let stage = Stage::of(2)
        .ask(0, 0, &arm)
        .plan(1, crash(0))
        .ask(2, 1, &[Order::Send(0, 5)])
        .ask(2, 0, &[Order::Say(1)])
        .plan(3, restart(0))
        .ask(3, 0, &[Order::Arm(Timer::Gong, 5)]);
    // The note was sent to the first incarnation, which was down; the second hears it.
    let lines = ["1ms 0: crashes", "3ms 0: boots with []", "3ms 0: hears 5 from 1"];
    let (rest, rings) = (stage.play(), ["8ms 0: Gong rings"]);
    assert_eq!(rest, [&lines[..], &rings[..]].concat());
}

#[test]
fn faults_that_meet_nobody_are_void() {
    let stage = Stage::of(2)
        .plan(1, restart(0))
        .plan(2, crash(0))
        .plan(3, crash(0))
        .ask(4, 1, &[Order::Leave])
        .plan(5, crash(1))
        .plan(6, restart(1))
        .ask(7, 1, &[Order::Say(1)])
        .ask(7, 0, &[Order::Say(1)])
        .plan(8, crash_with(1, Some(1), DiskLoss::Keep));
    let (_, world) = stage.play_out();
    assert_eq!(world.faults(), [1, 0, 5]);
    assert_eq!(world.requests_to_nobody(), 2);
    assert!(world.node(NodeId(0)).is_none() && world.node(NodeId(1)).is_some());
    assert_eq!(world.observer().lines[2..], ["2ms 0: crashes"]);
}

#[test]
fn a_crash_that_ends_by_itself_ends_so_long_after_it_struck() {
    let orders = [Order::Say(1), Order::Say(2)];
    let stage = Stage::of(2)
        .plan(1, crash_for(0, 5, None))
        .plan(1, crash_for(1, 5, Some(1)))
        .plan(3, crash_for(0, 9, None))
        .ask(4, 1, &orders);
    let (_, world) = stage.play_out();
    let lines = [
        "1ms 0: crashes",
        "4ms 1: says 1",
        "4ms 1: swallows 2",
        "4ms 1: crashes",
        "6ms 0: boots with []",
        "9ms 1: boots with []",
    ];
    assert_eq!(world.observer().lines[2..], lines);
    assert_eq!(world.faults(), [2, 2, 1]);
}
