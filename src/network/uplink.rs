//! An uplink that its destinations share: a queue for each, served in turn or all at once.

use super::line::{Rate, Usage, Waits};
use crate::kernel::{Instant, NodeId, Span};
use std::collections::{BTreeMap, VecDeque};

/// How destinations share an uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// One after the other, round robin, a whole message each.
    Serial,
    /// The first message of each destination has an equal share of the rate: processor sharing.
    Fair,
}

/// An uplink with a queue for each destination. `J` is what it is told to carry.
///
/// Its arithmetic is in whole numbers: what a line gives in a time is counted in 10^-9 bits, what cannot be divided
/// by those that are served is kept for the next time, and a message is through at the first whole nanosecond at
/// which it was given its size. So the line never gives more than its rate, one destination alone finds a line that
/// carries one message after the other, and equal messages that start together end together.
#[derive(Clone, Debug)]
pub struct Uplink<J> {
    /// Without one a message leaves at once.
    rate: Option<Rate>,
    turns: Turns,
    /// Those that wait or are served.
    lanes: BTreeMap<NodeId, Lane<J>>,
    /// Who has messages that wait and is not served: the next comes first.
    next: VecDeque<NodeId>,
    waiting_bytes: u64,
    /// Those that are served, by what `given` will be when they are through, and by age.
    serving: BTreeMap<(u128, u64), Served<J>>,
    /// What the line has given to each that was served all the time, in 10^-9 bits.
    given: u128,
    /// What was left after the last division.
    rest: u128,
    /// Up to when all that is accounted for.
    at: Instant,
    left: VecDeque<Departure<J>>,
    ready: VecDeque<NodeId>,
    offered: u64,
    busy: Span,
    waits: Waits,
}

/// The messages to one destination, but for the one that is served.
#[derive(Clone, Debug)]
struct Lane<J> {
    waiting: VecDeque<Waiting<J>>,
    is_served: bool,
}

#[derive(Clone, Debug)]
struct Waiting<J> {
    number: u64,
    came: Instant,
    bytes: u64,
    /// Whether anybody wants to know when it begins to leave.
    is_awaited: bool,
    job: J,
}

#[derive(Clone, Debug)]
struct Served<J> {
    target: NodeId,
    started: Instant,
    job: J,
}

/// A message that has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure<J> {
    /// What it was.
    pub job: J,
    /// When its first byte left.
    pub started: Instant,
    /// When its last byte did.
    pub left: Instant,
}

impl<J> Uplink<J> {
    /// An idle uplink; without a rate it takes no time.
    pub fn new(rate: Option<Rate>, turns: Turns) -> Uplink<J> {
        Uplink {
            rate,
            turns,
            lanes: BTreeMap::new(),
            next: VecDeque::new(),
            waiting_bytes: 0,
            serving: BTreeMap::new(),
            given: 0,
            rest: 0,
            at: Instant::START,
            left: VecDeque::new(),
            ready: VecDeque::new(),
            offered: 0,
            busy: Span::ZERO,
            waits: Waits::default(),
        }
    }

    /// Whether a message that comes now finds room: none is needed where it starts at once. Time never runs back.
    pub fn has_room(
        &mut self,
        now: Instant,
        target: NodeId,
        bytes: u64,
        queue: Option<u64>,
    ) -> bool {
        self.settle(now);
        let starts = match self.turns {
            Turns::Serial => self.serving.is_empty(),
            Turns::Fair => !self.lanes.contains_key(&target),
        };
        starts || queue.is_none_or(|bound| self.waiting_bytes + bytes <= bound)
    }

    /// Takes a message that comes now.
    pub fn offer(&mut self, now: Instant, target: NodeId, bytes: u64, job: J) {
        self.settle(now);
        let new = || Lane { waiting: VecDeque::new(), is_served: false };
        let lane = self.lanes.entry(target).or_insert_with(new);
        if lane.waiting.is_empty() && !lane.is_served {
            self.next.push_back(target);
        }
        let number = self.offered;
        lane.waiting.push_back(Waiting { number, came: now, bytes, is_awaited: true, job });
        self.offered += 1;
        self.waiting_bytes += bytes;
        // One that takes no time leaves as it comes.
        self.start();
        self.settle(now);
    }

    /// A message to `target` came to nothing before it could wait: the next may come, if none waits before it.
    pub fn pass_over(&mut self, target: NodeId) {
        match self.lanes.get_mut(&target).and_then(|lane| lane.waiting.back_mut()) {
            Some(last) => last.is_awaited = true,
            None => self.ready.push_back(target),
        }
    }

    /// Whether a message to `target` has not begun to leave.
    pub fn waits(&self, target: NodeId) -> bool {
        self.lanes.get(&target).is_some_and(|lane| !lane.waiting.is_empty())
    }

    /// What has left up to now, in the order in which it did; to be asked until there is nothing more.
    pub fn leave(&mut self, now: Instant) -> Option<Departure<J>> {
        self.settle(now);
        self.left.pop_front()
    }

    /// To whom nothing waits any more, as the first byte of the last message has left; told once each time.
    pub fn ready(&mut self) -> Option<NodeId> {
        self.ready.pop_front()
    }

    /// Whoever sent what waits does not want to be told when it has left.
    pub fn forget_ready(&mut self) {
        self.ready.clear();
        let waiting = self.lanes.values_mut().flat_map(|lane| &mut lane.waiting);
        waiting.for_each(|message| message.is_awaited = false);
    }

    /// When the next message will have left, if no other comes before.
    pub fn next_at(&self) -> Option<Instant> {
        let ((due, _), _) = self.serving.first_key_value()?;
        let count = self.serving.len() as u128;
        let missing = (count * due.saturating_sub(self.given)).saturating_sub(self.rest);
        let nanos = match self.rate {
            Some(rate) => missing.div_ceil(u128::from(rate.0.get())),
            None => 0,
        };
        Some(self.at + Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// How it was used up to now.
    pub fn usage(&self, now: Instant) -> Usage {
        let current = if self.serving.is_empty() { Span::ZERO } else { now.since(self.at) };
        Usage { busy: self.busy + current, waits: self.waits }
    }

    /// Lets everything leave and start that does so up to now.
    fn settle(&mut self, now: Instant) {
        while let Some(due) = self.next_at().filter(|due| *due <= now) {
            self.advance(due);
            self.finish();
            self.start();
        }
        self.advance(now);
    }

    fn advance(&mut self, to: Instant) {
        let passed = to.since(self.at);
        self.at = self.at.max(to);
        if self.serving.is_empty() {
            (self.given, self.rest) = (0, 0);
            return;
        }
        let count = self.serving.len() as u128;
        let rate = self.rate.map_or(0, |rate| u128::from(rate.0.get()));
        let sum = rate * u128::from(passed.nanos()) + self.rest;
        self.given += sum / count;
        self.rest = sum % count;
        self.busy = self.busy + passed;
    }

    fn finish(&mut self) {
        while let Some(first) = self.serving.first_entry().filter(|e| e.key().0 <= self.given) {
            let Served { target, started, job } = first.remove();
            self.left.push_back(Departure { job, started, left: self.at });
            let lane = self.lanes.get_mut(&target).expect("it was served");
            lane.is_served = false;
            if lane.waiting.is_empty() {
                self.lanes.remove(&target);
            } else {
                self.next.push_back(target);
            }
        }
    }

    fn start(&mut self) {
        while self.turns == Turns::Fair || self.serving.is_empty() {
            let Some(target) = self.next.pop_front() else { return };
            let lane = self.lanes.get_mut(&target).expect("it waits");
            let message = lane.waiting.pop_front().expect("that is why it waits");
            let Waiting { number, came, bytes, is_awaited, job } = message;
            lane.is_served = true;
            if lane.waiting.is_empty() && is_awaited {
                self.ready.push_back(target);
            }
            self.waiting_bytes -= bytes;
            self.waits.add(self.at.since(came));
            let work = if self.rate.is_some() { u128::from(bytes) * 8_000_000_000 } else { 0 };
            let served = Served { target, started: self.at, job };
            self.serving.insert((self.given + work, number), served);
        }
    }
}
