//! The event queue against two that are too simple to be wrong, step by step.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use priority_queue::PriorityQueue;
use proptest::prelude::*;

use super::*;

/// The three queues, driven alike. The event is the push's serial number, which shows the order of ties.
#[derive(Default)]
struct Trio {
    queue: EventQueue<u32>,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    keyed: PriorityQueue<u32, Reverse<(u64, u32)>, BuildHasherDefault<DefaultHasher>>,
    serial: u32,
    now: u64,
}

impl Trio {
    fn push(&mut self, after: u64) {
        let at = (self.now + after).min(Instant::NEVER.nanos() - 1);
        let at_serial = NodeId(self.serial);
        self.queue.push(Entry::own(Instant::from_nanos(at), at_serial, self.serial));
        self.heap.push(Reverse((at, self.serial)));
        self.keyed.push(self.serial, Reverse((at, self.serial)));
        self.serial += 1;
    }

    /// Pops one entry before `limit` from each; false when there is none.
    fn pop(&mut self, limit: u64) -> bool {
        let expected = self.heap.peek().copied().filter(|Reverse((at, _))| *at < limit);
        if expected.is_some() {
            self.heap.pop();
            assert_eq!(self.keyed.pop().map(|(_, priority)| priority), expected);
        }
        let got = self.queue.pop(Instant::from_nanos(limit));
        let got = got.map(|entry| Reverse((entry.at.nanos(), entry.event)));
        assert_eq!(got, expected);
        assert_eq!(self.queue.len(), self.heap.len());
        if let Some(Reverse((at, _))) = got {
            self.now = at;
        }
        got.is_some()
    }

    fn drain(&mut self) {
        let mut left: Vec<u32> = self.queue.iter().map(|entry| entry.event).collect();
        left.sort_unstable();
        let mut expected: Vec<u32> = self.heap.iter().map(|Reverse((_, serial))| *serial).collect();
        expected.sort_unstable();
        assert_eq!(left, expected, "iter shows what is there");
        while self.pop(u64::MAX) {}
        assert!(self.queue.is_empty());
    }
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Burst(usize, u64),
    Ramp(usize, u64),
    Pop(usize),
    PopBefore(u64),
    Peek,
}

/// From 1 ns to 2^60 ns, every magnitude equally likely; zero and round numbers, which tie, often.
fn delays() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        (0u32..60, any::<u64>()).prop_map(|(bits, x)| (1 << bits) | x & ((1 << bits) - 1)),
        (0u64..40).prop_map(|x| x * 1_000_000),
        (0u64..300).prop_map(|x| x * 65_536),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => delays().prop_map(Step::Push),
        1 => (1usize..3_000, delays()).prop_map(|(n, d)| Step::Burst(n, d)),
        1 => (1usize..3_000, 0u64..1 << 24).prop_map(|(n, d)| Step::Ramp(n, d)),
        6 => (1usize..50).prop_map(Step::Pop),
        1 => (500usize..4_000).prop_map(Step::Pop),
        3 => delays().prop_map(Step::PopBefore),
        1 => Just(Step::Peek),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn entries_leave_by_time_then_push_order(steps in prop::collection::vec(steps(), 1..60)) {
        let mut trio = Trio::default();
        for step in steps {
            match step {
                Step::Push(after) => trio.push(after),
                Step::Burst(count, after) => (0..count).for_each(|_| trio.push(after)),
                Step::Ramp(count, gap) => (0..count as u64).for_each(|k| trio.push(k * 7919 % 1000 * gap)),
                Step::Pop(count) => (0..count).for_each(|_| { trio.pop(u64::MAX); }),
                // Whoever pops up to a limit goes on from there, as the simulation's agenda does.
                Step::PopBefore(span) => {
                    let limit = (trio.now + span).min(Instant::NEVER.nanos() - 1);
                    while trio.pop(limit) {}
                    trio.now = trio.now.max(limit);
                }
                Step::Peek => {
                    let expected = trio.heap.peek().map(|Reverse((at, _))| Instant::from_nanos(*at));
                    prop_assert_eq!(trio.queue.next_at(), expected);
                }
            }
        }
        trio.drain();
    }
}

#[test]
fn a_split_keeps_the_order_of_ties() {
    // A wide run, then bursts of equal times before its end: the case that needs tail and heap filed in order.
    let mut trio = Trio::default();
    for k in 0..1_500 {
        trio.push(1 << 40 | (k % 5) << 30);
    }
    trio.pop(u64::MAX);
    for _ in 0..2 {
        (0..3_000).for_each(|k| trio.push((k % 3) << 31));
        (0..100).for_each(|_| assert!(trio.pop(u64::MAX)));
    }
    trio.drain();
}

#[test]
#[should_panic(expected = "before the buckets")]
fn nothing_is_pushed_before_a_limit_that_was_reached() {
    let mut queue = EventQueue::new();
    let at = |nanos| Entry::own(Instant::from_nanos(nanos), NodeId(0), ());
    // A bucket that is spread because it is large, of which no part lies before the limit.
    (0..3000).for_each(|_| queue.push(at(400)));
    assert_eq!(queue.pop(Instant::from_nanos(300)), None);
    queue.push(at(10));
}

#[test]
#[should_panic(expected = "into the past")]
fn time_does_not_run_backwards() {
    let mut queue = EventQueue::new();
    let at = |nanos| Entry::own(Instant::from_nanos(nanos), NodeId(0), ());
    queue.push(at(10));
    queue.pop(Instant::NEVER);
    queue.push(at(9));
}
