//! Lines that carry one message after the other, and how fast nodes send and receive.

use super::uplink::Turns;
use crate::kernel::{Instant, Span};
use std::collections::VecDeque;
use std::num::NonZeroU64;

/// How fast messages leave and arrive. Without a rate they take no time for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// What a node sends with.
    pub up: Option<Rate>,
    /// What a node receives with.
    pub down: Option<Rate>,
    /// Who leaves next.
    pub sharing: Sharing,
    /// So many bytes wait for an uplink at most; what comes on top is lost.
    pub queue: Option<u64>,
    /// What every message is longer by on its way, in bytes.
    pub headers: u64,
    /// Whether the topology knows better.
    pub source: BandwidthSource,
}

impl Default for Bandwidth {
    fn default() -> Bandwidth {
        let (sharing, source) = (Sharing::Fifo, BandwidthSource::Topology);
        Bandwidth { up: None, down: None, sharing, queue: None, headers: 0, source }
    }
}

/// Who leaves an uplink next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Who came first. A message that is sent has left its node, which is told nothing more.
    Fifo,
    /// Each destination in its turn or share; a node is told when the next message to one may come, and a downlink is
    /// busy from the first byte of a message on.
    Lanes(Turns),
}

/// Where the bandwidths of nodes and edges come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandwidthSource {
    /// From the topology, where that has some.
    Topology,
    /// From the network alone.
    Network,
}

/// Bits a second, more than none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub NonZeroU64);

impl Rate {
    /// `bits` a second; `None` for none.
    pub fn new(bits: u64) -> Option<Rate> {
        NonZeroU64::new(bits).map(Rate)
    }

    /// How long so many bytes take, rounded up to a nanosecond.
    pub fn time(self, bytes: u64) -> Span {
        let bits = 8_000_000_000 * u128::from(bytes);
        let nanos = bits.div_ceil(u128::from(self.0.get()));
        Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// A line that carries one message after the other, in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct Line {
    busy_until: Instant,
    /// All that it has carried, and will have once it is idle again.
    busy: Span,
    waits: Waits,
    /// When each of those that wait starts, and its size: kept where the queue is bounded.
    waiting: VecDeque<(Instant, u64)>,
    waiting_bytes: u64,
}

/// How long messages waited for a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// How many messages there were.
    pub count: u64,
    /// The sum over them.
    pub total: Span,
    /// The longest.
    pub max: Span,
}

impl Waits {
    /// Enters one more.
    pub(super) fn add(&mut self, wait: Span) {
        let Waits { count, total, max } = *self;
        *self = Waits { count: count + 1, total: total + wait, max: max.max(wait) };
    }
}

/// How an uplink was used up to a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How long it was busy.
    pub busy: Span,
    /// How long messages waited for it.
    pub waits: Waits,
}

impl Line {
    /// When so many bytes that come at `now` are through; `None` where they would have to wait and `queue` has no
    /// room. `now` must not lie before that of an earlier call.
    pub fn carry(
        &mut self,
        now: Instant,
        bytes: u64,
        rate: Rate,
        queue: Option<u64>,
    ) -> Option<Instant> {
        let start = now.max(self.busy_until);
        if let Some(bound) = queue {
            while self.waiting.front().is_some_and(|(start, _)| *start <= now) {
                let (_, gone) = self.waiting.pop_front().expect("looked at above");
                self.waiting_bytes -= gone;
            }
            if start > now {
                if self.waiting_bytes + bytes > bound {
                    return None;
                }
                self.waiting.push_back((start, bytes));
                self.waiting_bytes += bytes;
            }
        }
        let time = rate.time(bytes);
        self.busy_until = start + time;
        self.busy = self.busy + time;
        self.waits.add(start.since(now));
        Some(self.busy_until)
    }

    /// How long it was busy up to `now`.
    pub fn busy(&self, now: Instant) -> Span {
        // It works without a pause until all that has come is through.
        self.busy - self.busy_until.max(now).since(now)
    }

    /// How long messages waited for it.
    pub fn waits(&self) -> Waits {
        self.waits
    }

    /// How it was used up to `now`.
    pub fn usage(&self, now: Instant) -> Usage {
        Usage { busy: self.busy(now), waits: self.waits }
    }
}
