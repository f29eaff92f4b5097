//! The event queue against std's binary heap and priority-queue: the hold model of Jones (1986).
//!
//! A hold pops the first of N pending events and pushes one an exponential wait later. All three queues must pop
//! the same events in the same order; equal times leave in push order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::io;

use priority_queue::PriorityQueue;
use serde_json::json;

use super::cpu_s;
use crate::cli::output::{Terminal, brief, grouped, table};
use crate::cli::{Format, Status};
use crate::kernel::{
    Bits, Distribution, Domain, Entry, EventQueue, Instant, NodeId, Seed, Span, Stream,
};

/// Enough for two digits.
const HOLDS: u32 = 2_000_000;

/// As large as the message of an event in the simulator.
type Event = [u32; 2];

/// What a hold needs of a queue.
trait Queue {
    const NAME: &'static str;
    fn new() -> Self;
    fn push(&mut self, entry: Entry<Event>);
    fn pop(&mut self) -> Option<Entry<Event>>;
}

impl Queue for EventQueue<Event> {
    const NAME: &'static str = "corsair";
    fn new() -> Self {
        EventQueue::new()
    }
    fn push(&mut self, entry: Entry<Event>) {
        EventQueue::push(self, entry);
    }
    fn pop(&mut self) -> Option<Entry<Event>> {
        EventQueue::pop(self, Instant::NEVER)
    }
}

/// When, which push, to whom and from whom, and what.
type Counted = (Instant, u64, [NodeId; 2], Event);

/// A heap that counts its pushes, so that equal times leave in push order.
struct Heap {
    heap: BinaryHeap<Reverse<Counted>>,
    pushes: u64,
}

impl Queue for Heap {
    const NAME: &'static str = "std BinaryHeap";
    fn new() -> Self {
        Heap { heap: BinaryHeap::new(), pushes: 0 }
    }
    fn push(&mut self, Entry { at, to, from, event }: Entry<Event>) {
        self.pushes += 1;
        self.heap.push(Reverse((at, self.pushes, [to, from], event)));
    }
    fn pop(&mut self) -> Option<Entry<Event>> {
        let Reverse((at, _, [to, from], event)) = self.heap.pop()?;
        Some(Entry { at, to, from, event })
    }
}

/// What is pushed and where it goes; the number of the push makes it one of a kind.
#[derive(PartialEq, Eq, Hash)]
struct Item(u64, [NodeId; 2], Event);

struct Keyed {
    queue: PriorityQueue<Item, Reverse<(Instant, u64)>, BuildHasherDefault<DefaultHasher>>,
    pushes: u64,
}

impl Queue for Keyed {
    const NAME: &'static str = "priority-queue";
    fn new() -> Self {
        Keyed { queue: PriorityQueue::with_default_hasher(), pushes: 0 }
    }
    fn push(&mut self, Entry { at, to, from, event }: Entry<Event>) {
        self.pushes += 1;
        self.queue.push(Item(self.pushes, [to, from], event), Reverse((at, self.pushes)));
    }
    fn pop(&mut self) -> Option<Entry<Event>> {
        let (Item(_, [to, from], event), Reverse((at, _))) = self.queue.pop()?;
        Some(Entry { at, to, from, event })
    }
}

/// Exponential waits, drawn before the clock starts.
struct Waits {
    table: Vec<Span>,
    stream: Stream,
}

impl Waits {
    fn new(pending: u32) -> Waits {
        let mut stream = Stream::new(Seed(1), Domain::Statistics, 0, pending.into());
        let wait = Distribution::exponential(Span::from_secs(1), Span::ZERO);
        let wait = wait.expect("a second is a mean");
        Waits { table: (0..4096).map(|_| wait.sample(&mut stream)).collect(), stream }
    }

    fn next(&mut self) -> Span {
        self.table[(self.stream.bits() >> 52) as usize]
    }
}

/// What was measured of a queue.
struct Hold {
    queue: &'static str,
    pending: u32,
    ns: f64,
    /// Over the times and receivers that were popped.
    digest: u64,
}

fn hold<Q: Queue>(pending: u32) -> Hold {
    let mut waits = Waits::new(pending);
    let mut queue = Q::new();
    for id in 0..pending {
        // Exponential waits have no memory: what is left of them is distributed as they are.
        let at = Instant::START + waits.next();
        queue.push(Entry::own(at, NodeId(id), [id; 2]));
    }
    let mut digest = 0u64;
    let start = cpu_s();
    for _ in 0..HOLDS {
        let Some(entry) = queue.pop() else { break };
        let popped = entry.at.nanos() ^ u64::from(entry.to.0).rotate_left(32);
        digest = (digest.rotate_left(5) ^ popped).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        queue.push(Entry { at: entry.at + waits.next(), ..entry });
    }
    let ns = (cpu_s() - start) * 1e9 / f64::from(HOLDS);
    Hold { queue: Q::NAME, pending, ns, digest }
}

/// Measures all three at each number of pending events.
pub(super) fn bench(
    pending: &[u32],
    format: Format,
    terminal: &mut Terminal,
) -> io::Result<Status> {
    let sizes = if pending.is_empty() { &[1_000, 100_000, 1_000_000] } else { pending };
    let mut rows = Vec::new();
    for pending in sizes {
        terminal.note(format_args!("{} pending events ...", grouped((*pending).into())));
        let ours = hold::<EventQueue<Event>>(*pending);
        for other in [hold::<Heap>(*pending), hold::<Keyed>(*pending)] {
            assert_eq!(ours.digest, other.digest, "all queues pop the same events in one order");
            rows.push((other.ns / ours.ns, other));
        }
        let at = rows.len() - 2;
        rows.insert(at, (1.0, ours));
    }
    match format {
        Format::Table => {
            let cells = rows.iter().map(|(ratio, hold)| {
                let pending = grouped(hold.pending.into());
                vec![hold.queue.to_owned(), pending, brief(Some(hold.ns)), format!("{ratio:.2}")]
            });
            terminal.say(table(&["queue", "pending", "ns_per_hold", "ratio"], cells))?;
        }
        Format::Csv => {
            let row = |(ratio, hold): &(f64, Hold)| {
                let (pending, ns) = (hold.pending.to_string(), hold.ns.to_string());
                vec![hold.queue.to_owned(), pending, ns, ratio.to_string()]
            };
            let rows: Vec<_> = rows.iter().map(row).collect();
            terminal.csv(&["queue", "pending", "ns_per_hold", "ratio"], &rows)?;
        }
        Format::Json => {
            for (ratio, Hold { queue, pending, ns, digest }) in &rows {
                terminal.say(json!({
                    "queue": queue, "pending": pending, "ns_per_hold": ns, "ratio": ratio,
                    "digest": format!("{digest:016x}"),
                }))?;
            }
        }
    }
    terminal.flush()?;
    Ok(Status::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_queues_pop_the_same_events_in_the_same_order() {
        fn popped<Q: Queue>() -> Vec<(u64, u32)> {
            let (mut queue, mut waits) = (Q::new(), Waits::new(7));
            let mut at = Instant::START;
            let mut popped = Vec::new();
            for round in 0..4_000u32 {
                // Bursts of equal times, and more pushes than pops.
                let wait = Span::from_nanos(waits.next().nanos() / 300_000_000);
                queue.push(Entry::own(at + wait, NodeId(round), [round; 2]));
                if round % 3 > 0 {
                    let entry = queue.pop().unwrap();
                    at = entry.at;
                    popped.push((at.nanos(), entry.to.0));
                }
            }
            popped.extend(std::iter::from_fn(|| queue.pop()).map(|e| (e.at.nanos(), e.to.0)));
            popped
        }
        let ours = popped::<EventQueue<Event>>();
        assert_eq!(ours.len(), 4_000);
        assert_eq!(ours, popped::<Heap>());
        assert_eq!(ours, popped::<Keyed>());
    }
}
