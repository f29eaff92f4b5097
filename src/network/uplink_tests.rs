//! Shared uplinks against what sharing means: capacity, conservation, order, equal shares, and simpler twins.

use super::*;
use crate::kernel::{Instant, NodeId, Span};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A message: how long after the one before it comes, to whom, its bytes.
type Offer = (u64, u32, u64);

/// A message that left: its number, and when it began and was through.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Left {
    number: usize,
    started: u64,
    left: u64,
}

const BOTH: [Turns; 2] = [Turns::Serial, Turns::Fair];

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn rate(bits: u64) -> Rate {
    Rate::new(bits).unwrap()
}

fn drain(uplink: &mut Uplink<usize>, now: Instant, all: &mut Vec<Left>) {
    let mut leave = |uplink: &mut Uplink<usize>, now| {
        while let Some(Departure { job: number, started, left }) = uplink.leave(now) {
            all.push(Left { number, started: started.nanos(), left: left.nanos() });
        }
    };
    while let Some(due) = uplink.next_at().filter(|due| *due <= now) {
        leave(uplink, due);
    }
    leave(uplink, now);
}

/// When each message comes.
fn times(offers: &[Offer]) -> impl Iterator<Item = u64> {
    offers.iter().scan(0, |now, (gap, ..)| {
        *now += gap;
        Some(*now)
    })
}

/// Lets everything leave that is offered; what finds no room is not among it.
fn carry(rate: Rate, turns: Turns, queue: Option<u64>, offers: &[Offer]) -> Vec<Left> {
    let (mut uplink, mut all) = (Uplink::new(Some(rate), turns), Vec::new());
    for (number, (now, (_, target, bytes))) in times(offers).zip(offers).enumerate() {
        drain(&mut uplink, at(now), &mut all);
        if uplink.has_room(at(now), NodeId(*target), *bytes, queue) {
            uplink.offer(at(now), NodeId(*target), *bytes, number);
        }
    }
    drain(&mut uplink, Instant::NEVER, &mut all);
    all
}

/// The same over a line that carries one message after the other.
fn carry_in_line(rate: Rate, queue: Option<u64>, offers: &[Offer]) -> Vec<(usize, u64)> {
    let mut line = Line::default();
    let carry = |(number, (now, (_, _, bytes))): (usize, (u64, &Offer))| {
        Some((number, line.carry(at(now), *bytes, rate, queue)?.nanos()))
    };
    times(offers).zip(offers).enumerate().filter_map(carry).collect()
}

/// Processor sharing in twelfths of 10^-9 bits, which up to four destinations divide without a rest.
fn share_exactly(rate: u64, offers: &[Offer]) -> Vec<(usize, u64)> {
    let mut lanes: BTreeMap<u32, Vec<(usize, u128)>> = BTreeMap::new();
    let mut coming: Vec<_> = times(offers).zip(offers).enumerate().collect();
    coming.reverse();
    let (mut now, mut all) = (0, Vec::new());
    loop {
        let share = 12 * u128::from(rate) / lanes.len().max(1) as u128;
        let rest = 12 * u128::from(rate) % lanes.len().max(1) as u128;
        assert_eq!(rest, 0);
        let heads = lanes.values().map(|lane| lane[0].1.div_ceil(share));
        let due = heads.min().map(|span| now + span as u64);
        let next = coming.last().map(|(_, (time, _))| *time);
        let Some(to) = due.into_iter().chain(next).min() else { return all };
        for lane in lanes.values_mut() {
            lane[0].1 = lane[0].1.saturating_sub(share * u128::from(to - now));
        }
        now = to;
        for lane in lanes.values_mut().filter(|lane| lane[0].1 == 0) {
            all.push((lane.remove(0).0, now));
        }
        lanes.retain(|_, lane| !lane.is_empty());
        while let Some((number, (_, (_, target, bytes)))) =
            coming.pop_if(|(_, (time, _))| *time == now)
        {
            let work = 12 * 8_000_000_000 * u128::from(*bytes);
            lanes.entry(*target).or_default().push((number, work));
        }
    }
}

#[test]
fn a_round_is_a_whole_message_to_each_and_a_newcomer_comes_before_a_second_turn() {
    // A byte a nanosecond. Nodes 1, 2, 3 have two messages each; that to 4 comes while the second of the first round
    // is on its way.
    let mut offers: Vec<Offer> = [1, 2, 3, 1, 2, 3].map(|target| (0, target, 10)).into();
    offers.push((15, 4, 10));
    let order = |left: Vec<Left>| left.iter().map(|l| offers[l.number].1).collect::<Vec<_>>();
    let serial = carry(rate(8_000_000_000), Turns::Serial, None, &offers);
    assert_eq!(serial.iter().map(|l| l.left).collect::<Vec<_>>(), [10, 20, 30, 40, 50, 60, 70]);
    // The second message to 1 waited its turn already when the one to 4 came.
    assert_eq!(order(serial), [1, 2, 3, 1, 4, 2, 3]);
}

#[test]
fn equal_messages_have_equal_shares() {
    // 7 destinations, 3 messages of 1000 B each, at 3 Mbps: no whole number of nanoseconds.
    let offers: Vec<Offer> = (0..21).map(|k| (0, k % 7, 1_000)).collect();
    let left = carry(rate(3_000_000), Turns::Fair, None, &offers);
    let each = 7 * 8_000 * 1_000 / 3 + 1;
    for (round, chunk) in (1..).zip(left.chunks(7)) {
        assert!(chunk.iter().all(|l| l.left == round * each), "{chunk:?}");
    }
    // A short message among long ones is through after so many times its own length.
    let left = carry(rate(8_000_000_000), Turns::Fair, None, &[(0, 1, 1_000), (10, 2, 100)]);
    assert_eq!(left[0], Left { number: 1, started: 10, left: 210 });
    assert_eq!(left[1], Left { number: 0, started: 0, left: 1_100 });
}

#[test]
fn who_may_send_next_is_told_when_the_last_message_begins_to_leave() {
    for (turns, second) in [(Turns::Serial, 10), (Turns::Fair, 0)] {
        let mut uplink = Uplink::new(Some(rate(8_000_000_000)), turns);
        for (target, job) in [(1, 'a'), (1, 'b'), (2, 'c')] {
            uplink.offer(at(0), NodeId(target), 10, job);
        }
        let mut told = Vec::new();
        let mut listen = |uplink: &mut Uplink<char>, now: u64| {
            while uplink.leave(at(now)).is_some() {}
            while let Some(node) = uplink.ready() {
                told.push((node.0, now));
            }
        };
        (0..40).for_each(|now| listen(&mut uplink, now));
        assert_eq!(told, [(1, 0), (2, second), (1, 20)], "{turns:?}");
        assert!(!uplink.waits(NodeId(1)));
        // It begins at once where nothing else leaves, and what never came has not even waited.
        uplink.offer(at(40), NodeId(1), 10, 'd');
        uplink.pass_over(NodeId(3));
        assert_eq!([uplink.ready(), uplink.ready()], [Some(NodeId(1)), Some(NodeId(3))]);
        uplink.offer(at(40), NodeId(1), 10, 'e');
        assert!(uplink.waits(NodeId(1)));
        uplink.pass_over(NodeId(1));
        uplink.forget_ready();
        uplink.offer(at(45), NodeId(2), 10, 'f');
        assert_eq!(std::iter::from_fn(|| uplink.leave(at(70))).count(), 3);
        assert_eq!([uplink.ready(), uplink.ready()], [Some(NodeId(2)), None]);
        // One that nobody awaits tells those who come to nothing behind it.
        uplink.offer(at(70), NodeId(1), 10, 'g');
        uplink.offer(at(70), NodeId(1), 10, 'h');
        uplink.forget_ready();
        uplink.pass_over(NodeId(1));
        assert_eq!((uplink.ready(), uplink.leave(at(80)).map(|d| d.job)), (None, Some('g')));
        assert_eq!(
            (uplink.ready(), uplink.leave(at(90)).map(|d| d.job)),
            (Some(NodeId(1)), Some('h'))
        );
        assert_eq!(uplink.usage(at(1_000)).busy, Span::from_nanos(80));
    }
}

#[test]
fn without_a_rate_everything_leaves_at_once() {
    for turns in BOTH {
        let mut uplink = Uplink::new(None, turns);
        uplink.offer(at(5), NodeId(1), 10, 'a');
        uplink.offer(at(5), NodeId(1), 10, 'b');
        let mut jobs = Vec::new();
        while let Some(departure) = uplink.leave(at(5)) {
            assert_eq!((departure.started, departure.left), (at(5), at(5)));
            jobs.push(departure.job);
        }
        assert_eq!((jobs, uplink.next_at()), (vec!['a', 'b'], None));
        assert_eq!([uplink.ready(), uplink.ready()], [Some(NodeId(1)); 2]);
    }
}

fn offers(targets: u32) -> impl Strategy<Value = Vec<Offer>> {
    let gap = prop_oneof![Just(0), 0u64..20_000_000];
    prop::collection::vec((gap, 0..targets, 0u64..3_000), 0..60)
}

proptest! {
    #[test]
    fn everything_leaves_once_in_the_order_of_its_destination(
        offers in offers(4), bits in 1u64..50_000_000,
    ) {
        for turns in BOTH {
            let left = carry(rate(bits), turns, None, &offers);
            let mut numbers: Vec<usize> = left.iter().map(|l| l.number).collect();
            for target in 0..4 {
                let own = numbers.iter().filter(|number| offers[**number].1 == target);
                prop_assert!(own.is_sorted());
            }
            numbers.sort_unstable();
            prop_assert!(numbers.into_iter().eq(0..offers.len()));
        }
    }

    #[test]
    fn the_line_never_gives_more_than_its_rate(offers in offers(4), bits in 1u64..50_000_000) {
        for turns in BOTH {
            let left = carry(rate(bits), turns, None, &offers);
            // Whatever lies within an interval was carried within it.
            for from in &left {
                for to in left.iter().filter(|to| to.left >= from.started) {
                    let within = left.iter()
                        .filter(|l| l.started >= from.started && l.left <= to.left);
                    let bytes: u64 = within.map(|l| offers[l.number].2).sum();
                    let time = u128::from(to.left - from.started);
                    let most = u128::from(bits) * time;
                    prop_assert!(8_000_000_000 * u128::from(bytes) <= most, "{from:?} {to:?}");
                }
            }
        }
    }

    #[test]
    fn a_shared_line_works_as_long_as_one_that_is_not(
        offers in offers(4), bits in 1u64..50_000_000,
    ) {
        let twin = carry_in_line(rate(bits), None, &offers);
        for turns in BOTH {
            let left = carry(rate(bits), turns, None, &offers);
            // A message takes its time, rounded up to a nanosecond, in whatever order.
            let last = |all: &mut dyn Iterator<Item = u64>| all.max().unwrap_or(0);
            let (own, other) =
                (last(&mut left.iter().map(|l| l.left)), last(&mut twin.iter().map(|l| l.1)));
            prop_assert!(own.abs_diff(other) <= offers.len() as u64, "{own} {other}");
        }
    }

    #[test]
    fn one_destination_alone_finds_a_line_that_is_not_shared(
        offers in offers(1), bits in 1u64..50_000_000, bound in prop::option::of(0u64..6_000),
    ) {
        let twin = carry_in_line(rate(bits), bound, &offers);
        for turns in BOTH {
            let left = carry(rate(bits), turns, bound, &offers);
            let left: Vec<_> = left.iter().map(|l| (l.number, l.left)).collect();
            prop_assert_eq!(&left, &twin);
        }
    }

    #[test]
    fn fair_shares_are_what_fractions_say(offers in offers(4), bits in 1u64..50_000_000) {
        let sorted = |mut all: Vec<(usize, u64)>| { all.sort_unstable(); all };
        let left = carry(rate(bits), Turns::Fair, None, &offers);
        let left = sorted(left.iter().map(|l| (l.number, l.left)).collect());
        let exact = sorted(share_exactly(bits, &offers));
        prop_assert_eq!(left.len(), exact.len());
        for (own, exact) in left.iter().zip(&exact) {
            // Less than 10^-9 bits each are kept back, once a message: less than a nanosecond at 1 bit/s.
            prop_assert!(own.1.abs_diff(exact.1) <= offers.len() as u64, "{own:?} {exact:?}");
        }
    }

    #[test]
    fn no_destination_gets_two_turns_while_another_waits(
        offers in offers(4), bits in 1u64..50_000_000,
    ) {
        let left = carry(rate(bits), Turns::Serial, None, &offers);
        let came: Vec<u64> = times(&offers).collect();
        for (k, first) in left.iter().enumerate() {
            let own = offers[first.number].1;
            let again = left[k + 1..].iter().find(|l| offers[l.number].1 == own);
            let Some(again) = again else { continue };
            for other in left.iter().filter(|l| offers[l.number].1 != own) {
                // It waited all the time from the end of one turn to the beginning of the next: it had one between.
                let waited = came[other.number] < first.started && other.started > again.started;
                let had = left.iter().any(|l| offers[l.number].1 == offers[other.number].1
                    && l.started >= first.started && l.started <= again.started
                    && l.number < other.number);
                prop_assert!(!waited || had, "{first:?} {again:?} {other:?}");
            }
        }
    }
}
