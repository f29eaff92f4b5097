//! Uplinks that destinations share, in whole runs: who leaves when, who is told, and what a crash changes.

use std::num::NonZeroU8;

use corsair::kernel::{Distribution, Instant, NodeId, Probability, Span};
use corsair::network::{
    Bandwidth, Duplication, Latency, Links, NetworkConfig, Order as Arrivals, Rate, Rule, RuleId,
    Sharing, Targets, Turns,
};
use corsair::simulation::Plan;

use crate::driver::{Message, Order, Stage, ms};

const BOTH: [Turns; 2] = [Turns::Serial, Turns::Fair];

/// At this rate a puppet's message takes 10 ms.
fn slow() -> Option<Rate> {
    Rate::new(800 * size_of::<Message>() as u64)
}

fn up(turns: Turns) -> Bandwidth {
    Bandwidth { up: slow(), sharing: Sharing::Lanes(turns), ..Bandwidth::default() }
}

/// 5 ms between any two nodes.
fn network(bandwidth: Bandwidth) -> NetworkConfig {
    let latency = Latency::PerCopy(Distribution::Constant(Span::from_millis(5)));
    NetworkConfig { latency, bandwidth, ..NetworkConfig::default() }
}

/// Node 0 sends a number to each of these nodes at once.
fn sends(bandwidth: Bandwidth, targets: &[u32]) -> Stage {
    let orders: Vec<Order> = (1..).zip(targets).map(|(k, to)| Order::Send(*to, k)).collect();
    Stage::of(4).network(network(bandwidth)).ask(0, 0, &orders)
}

fn line(at: u64, what: &str) -> String {
    format!("{} {what}", ms(at))
}

/// What nodes hear, and nothing else.
fn heard(stage: &Stage) -> Vec<String> {
    stage.play().into_iter().filter(|line| line.contains(" hears ")).collect()
}

#[test]
fn destinations_take_turns_or_have_equal_shares() {
    let serial = [
        line(10, "0: may send to 2"),
        line(15, "1: hears 1 from 0"),
        line(20, "0: may send to 1"),
        line(25, "2: hears 3 from 0"),
        line(35, "1: hears 2 from 0"),
    ];
    assert_eq!(sends(up(Turns::Serial), &[1, 1, 2]).play(), serial);
    let fair = [
        line(0, "0: may send to 2"),
        line(20, "0: may send to 1"),
        line(25, "1: hears 1 from 0"),
        line(25, "2: hears 3 from 0"),
        line(35, "1: hears 2 from 0"),
    ];
    assert_eq!(sends(up(Turns::Fair), &[1, 1, 2]).play(), fair);
}

#[test]
fn an_idle_downlink_as_fast_as_the_uplink_adds_nothing() {
    let ten = [1; 10];
    let expected: Vec<_> =
        (1..=10).map(|k| line(5 + 10 * k, &format!("1: hears {k} from 0"))).collect();
    for turns in BOTH {
        assert_eq!(heard(&sends(up(turns), &ten)), expected);
        assert_eq!(heard(&sends(Bandwidth { down: slow(), ..up(turns) }, &ten)), expected);
        // Without an uplink's rate all comes in one piece.
        let down = Bandwidth { up: None, down: slow(), ..up(turns) };
        assert_eq!(heard(&sends(down, &ten)), expected);
        // Half as fast, it is busy from the first byte on.
        let half = Bandwidth { down: slow().and_then(|r| Rate::new(r.0.get() / 2)), ..up(turns) };
        let late = [line(25, "1: hears 1 from 0"), line(45, "1: hears 2 from 0")];
        assert_eq!(heard(&sends(half, &[1, 1])), late);
    }
}

#[test]
fn a_downlink_that_two_senders_fill_takes_twice_as_long() {
    for turns in BOTH {
        let stage = Stage::of(3).network(network(Bandwidth { down: slow(), ..up(turns) }));
        let stage = stage.ask(0, 0, &[Order::Send(2, 1)]).ask(0, 1, &[Order::Send(2, 2)]);
        let lines = [line(15, "2: hears 1 from 0"), line(25, "2: hears 2 from 1")];
        assert_eq!(heard(&stage), lines);
    }
}

#[test]
fn what_is_held_up_comes_in_one_piece() {
    for turns in BOTH {
        let clog = Plan::Begin(RuleId(0), Rule::Clog(Links::All, ms(40)));
        let both = Bandwidth { down: slow(), ..up(turns) };
        let stage = sends(both, &[1, 1]).plan(0, clog).plan(40, Plan::End(RuleId(0)));
        assert_eq!(heard(&stage), [line(50, "1: hears 1 from 0"), line(60, "1: hears 2 from 0")]);
    }
}

#[test]
fn a_node_that_crashed_is_not_told_of_what_it_sent_before() {
    let targets = || Targets::Nodes(vec![NodeId(0)]);
    let told = |stage: &Stage| stage.play().iter().filter(|l| l.contains("may send")).count();
    for turns in BOTH {
        let stage = sends(up(turns), &[1, 1, 1]);
        assert_eq!((told(&stage), heard(&stage).len()), (1, 3));
        let crash = Plan::Crash {
            targets: targets(),
            after_effects: None,
            disk: corsair::faults::DiskLoss::Keep,
            restart_after: Some(Span::from_millis(2)),
        };
        let stage = stage.plan(5, crash);
        assert_eq!((told(&stage), heard(&stage).len()), (0, 3));
        // What it sends after its restart is another matter.
        let stage = stage.ask(8, 0, &[Order::Send(1, 4)]);
        assert_eq!((told(&stage), heard(&stage).len()), (1, 4));
    }
}

#[test]
fn who_sent_what_never_came_to_the_uplink_may_send_again() {
    for turns in BOTH {
        let cut = Plan::Begin(RuleId(0), Rule::Cut(Links::All));
        assert_eq!(sends(up(turns), &[1]).plan(0, cut).play(), [line(0, "0: may send to 1")]);
        let lines = sends(up(turns), &[99]).play();
        assert_eq!(lines, [line(0, "99: misses 0, Nobody"), line(0, "0: may send to 99")]);
        // One leaves at once, one waits, three are lost; then the one that waited leaves.
        let queue = Some(size_of::<Message>() as u64);
        let stage = sends(Bandwidth { queue, ..up(turns) }, &[1; 5]);
        let total = stage.play_out().1.books().total();
        assert_eq!((total.delivered, total.lost_to_full_queues), (2, 3));
        let lines = stage.play();
        assert_eq!(lines[..2], [line(10, "0: may send to 1"), line(15, "1: hears 1 from 0")]);
    }
}

#[test]
fn without_sharing_nobody_is_told() {
    let fifo = Bandwidth { sharing: Sharing::Fifo, ..up(Turns::Serial) };
    assert_eq!(sends(fifo, &[1, 2, 1]).play().len(), 3);
}

#[test]
fn an_uplink_is_busy_while_something_leaves() {
    for (turns, waited) in [(Turns::Serial, 30), (Turns::Fair, 20)] {
        let (_, world) = sends(up(turns), &[1, 2, 1]).play_out();
        let (node, usage) = world.network().uplinks(ms(100)).next().expect("node 0 has sent");
        assert_eq!((node, usage.busy), (NodeId(0), Span::from_millis(30)));
        assert_eq!((usage.waits.count, usage.waits.total), (3, Span::from_millis(waited)));
    }
}

#[test]
fn copies_are_accounted_for_at_every_moment_and_keep_their_order() {
    for (turns, down) in [(Turns::Serial, None), (Turns::Fair, None), (Turns::Fair, slow())] {
        let mean = Span::from_millis(30);
        let exponential = Distribution::exponential(mean, Span::ZERO).expect("a mean above 0");
        let half = Probability::new(0.5).expect("a probability");
        let copies = NonZeroU8::new(2).expect("not 0");
        let config = NetworkConfig {
            latency: Latency::PerCopy(exponential),
            loss: Probability::new(0.2).expect("a probability").into(),
            duplication: Duplication { probability: half, copies },
            order: Arrivals::Fifo,
            ..network(Bandwidth { down, ..up(turns) })
        };
        let stage = sends(up(turns), &[1, 2, 1, 2, 1, 2, 1, 2, 1, 3]).network(config);
        let mut world = stage.open();
        for end in 0..400 {
            world.advance(ms(end));
            world.balance_books();
        }
        let total = world.books().total();
        assert!(total.duplicated > 0 && total.lost() > 0, "{total:?}");
        let by_one = |line: &&String| line.contains(" 1: hears ");
        let lines = world.observer().lines.iter().filter(by_one);
        let number = |line: &String| line.split(' ').nth(3).and_then(|n| n.parse::<u32>().ok());
        assert!(lines.map(number).is_sorted());
        assert!(world.now() > Instant::START);
    }
}
