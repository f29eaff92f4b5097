//! What comes first at one instant, how runs end, and what the books count.

use corsair::kernel::{Distribution, Instant, NodeId, Span};
use corsair::network::{Links, Rule, RuleId};
use corsair::simulation::{Desk, Plan, Progress, Workload, World};

use super::crash::{crash, crash_for};
use super::{Fact, Log, Order, Puppet, Stage, Timer, ms};

#[test]
fn at_one_instant_faults_come_first_then_requests_then_events_as_pushed() {
    let stage = Stage::of(3)
        .ask(0, 1, &[Order::Arm(Timer::Gong, 1), Order::Arm(Timer::Bell, 1)])
        .ask(0, 0, &[Order::Send(1, 5), Order::Send(2, 6), Order::Send(1, 7)])
        .ask(1, 1, &[Order::Send(1, 8), Order::Say(1)])
        .ask(1, 0, &[Order::Say(2)])
        .plan(1, crash(2));
    assert_eq!(
        stage.play(),
        [
            "1ms 2: crashes",
            "1ms 1: says 1",
            "1ms 0: says 2",
            "1ms 1: Gong rings",
            "1ms 1: Bell rings",
            "1ms 1: hears 5 from 0",
            "1ms 2: misses 0, Nobody",
            "1ms 1: hears 7 from 0",
            "1ms 1: hears 8 from 1",
        ]
    );
}

/// Asks node 0 something as soon as it hears a 5.
struct Eager;

impl Workload<Puppet> for Eager {
    fn on_start(&mut self, desk: &mut Desk<Puppet>) {
        desk.request(ms(0), NodeId(1), vec![Order::Send(0, 5), Order::Send(0, 6)]);
        desk.wake(ms(3), 1);
        desk.wake(ms(2), 1);
    }
    fn on_wake(&mut self, at: Instant, key: u64, desk: &mut Desk<Puppet>) {
        desk.request(at, NodeId(0), vec![Order::Say(at.nanos() as u32 + key as u32)]);
    }
    fn on_fact(&mut self, at: Instant, _: NodeId, fact: &Fact, desk: &mut Desk<Puppet>) {
        if *fact == Fact::Heard(NodeId(1), 5) {
            desk.request(at, NodeId(0), vec![Order::Say(9)]);
        }
    }
}

#[test]
fn a_request_of_this_instant_comes_before_the_events_that_are_left_and_a_wake_can_move() {
    let mut world = World::<Puppet, _, _>::new(Stage::of(2).setup(), Log::default(), Eager);
    assert_eq!(world.advance(ms(9)), Progress::Quiet);
    assert_eq!(
        world.observer().lines[2..],
        ["1ms 0: hears 5 from 1", "1ms 0: says 9", "1ms 0: hears 6 from 1", "2ms 0: says 2000001"]
    );
}

#[test]
fn a_timer_that_was_moved_or_taken_back_keeps_to_its_last_word() {
    let stage = Stage::of(1)
        .ask(0, 0, &[Order::Arm(Timer::Bell, 5), Order::Arm(Timer::Gong, 5)])
        .ask(1, 0, &[Order::Arm(Timer::Bell, 9), Order::Disarm(Timer::Gong)])
        .ask(2, 0, &[Order::Arm(Timer::Gong, 1)])
        .ask(20, 0, &[Order::Disarm(Timer::Bell)]);
    assert_eq!(stage.play(), ["3ms 0: Gong rings", "10ms 0: Bell rings"]);
}

#[test]
fn what_falls_on_the_last_instant_still_happens() {
    let mut world = Stage::of(2).ask(0, 0, &[Order::Send(1, 5)]).open();
    assert_eq!(world.advance(Instant::from_nanos(999_999)), Progress::Reached);
    assert_eq!((world.events(), world.next_at()), (3, Some(ms(1))));
    assert_eq!(world.advance(ms(1)), Progress::Quiet);
    assert_eq!(world.events(), 4);
}

#[test]
fn a_world_is_quiet_when_nothing_can_happen_any_more() {
    // Rules and crashes rouse nobody; a restart or a request does.
    let cut = || Plan::Begin(RuleId(1), Rule::Cut(Links::All));
    let idle = Stage::of(1).plan(5000, cut()).plan(6000, crash(0));
    assert_eq!(idle.play_out().0, Progress::Quiet);
    assert_eq!(idle.clone().ask(5000, 0, &[]).play_out().0, Progress::Reached);
    let ends = |effects| idle.clone().plan(7000, crash_for(0, 1, effects)).play_out().0;
    assert_eq!([ends(None), ends(Some(1))], [Progress::Reached, Progress::Quiet]);
    let restart = Plan::Start { targets: corsair::network::Targets::Nodes(vec![NodeId(0)]) };
    assert_eq!(idle.plan(7000, restart).play_out().0, Progress::Reached);
}

#[test]
fn a_run_ends_after_so_many_activations_be_they_boots_requests_or_events() {
    let mut stage =
        Stage::of(2).ask(1, 0, &[Order::Send(1, 5)]).ask(1, 0, &[]).ask(9, 1, &[Order::Say(1)]);
    for events_max in 2..=6 {
        stage.events_max = events_max;
        let (progress, world) = stage.play_out();
        assert_eq!((progress, world.events()), (Progress::Exhausted, events_max));
    }
    stage.events_max = 7;
    assert_eq!(stage.play_out().0, Progress::Quiet);
}

#[test]
fn an_observer_ends_the_run_at_once_be_it_at_an_event_or_a_request() {
    let thirteen = [Order::Say(13)];
    let by_request = Stage::of(2).ask(1, 0, &thirteen).ask(1, 0, &[Order::Say(1)]);
    let by_event = Stage::of(2)
        .ask(0, 0, &[Order::Tell(1, thirteen.into()), Order::Send(1, 4)])
        .ask(2, 0, &[Order::Say(1)]);
    for stage in [by_request, by_event] {
        let (progress, mut world) = stage.play_out();
        assert_eq!(progress, Progress::Halted);
        assert!(world.observer().lines.last().unwrap().ends_with("says 13"));
        let events = world.events();
        assert_eq!(world.advance(ms(2000)), Progress::Halted);
        assert_eq!(world.events(), events);
    }
}

#[test]
fn notes_to_oneself_are_counted_nowhere_and_names_of_nobody_are() {
    let stage = Stage::of(2).ask(0, 0, &[Order::Send(0, 5), Order::Send(9, 6), Order::Send(1, 7)]);
    let (_, world) = stage.play_out();
    let total = world.books().total();
    assert_eq!((total.sent, total.delivered, total.to_nobody), (2, 1, 1));
    let lines = ["0s 9: misses 0, Nobody", "0s 0: hears 5 from 0", "1ms 1: hears 7 from 0"];
    assert_eq!(world.observer().lines[2..], lines);
}

#[test]
fn books_that_do_not_balance_are_told() {
    let latency = Distribution::Constant(Span::from_secs(9));
    let stage = Stage::of(2).latency(latency).ask(0, 0, &[Order::Send(1, 5)]);
    let (progress, world) = stage.play_out();
    assert_eq!(progress, Progress::Reached);
    let names = ["number", "orders"];
    assert_eq!(world.books().balance(&[1, 0], &names), Ok(()));
    assert_eq!(
        world.books().balance(&[0, 0], &names),
        Err("number: 1 copies were made, 0 ended, 0 are under way".to_owned())
    );
    assert!(world.books().balance(&[1, 1], &names).unwrap_err().starts_with("orders: 0 copies"));
}

#[test]
fn a_cut_is_judged_at_sending_and_at_arrival() {
    let stage = Stage::of(2)
        .ask(0, 0, &[Order::Send(1, 5)])
        .ask(2, 0, &[Order::Send(1, 6)])
        .ask(4, 0, &[Order::Send(1, 7), Order::Send(0, 8)])
        .plan(1, Plan::Begin(RuleId(3), Rule::Cut(Links::All)))
        .plan(4, Plan::End(RuleId(3)));
    let (_, world) = stage.play_out();
    let lines = ["1ms 1: misses 0, Partitioned", "4ms 0: hears 8 from 0", "5ms 1: hears 7 from 0"];
    assert_eq!(world.observer().lines[2..], lines);
    assert_eq!(world.books().total().lost_to_partitions, 2);
}

#[test]
fn what_a_clog_holds_back_arrives_at_its_end_in_order() {
    let clog = Rule::Clog(Links::All, ms(5));
    let stage = Stage::of(2)
        .ask(0, 0, &[Order::Send(1, 5)])
        .ask(1, 0, &[Order::Send(1, 6)])
        .plan(1, Plan::Begin(RuleId(3), clog))
        .plan(5, Plan::End(RuleId(3)));
    assert_eq!(stage.play(), ["5ms 1: hears 5 from 0", "5ms 1: hears 6 from 0"]);
}
