//! Disks whose writes take time: what a node says after a record waits until the record is safe.
//!
//! `Persist` shows in the node's own view at once. From its first record on that is not yet safe, each send, reply
//! and record of a node waits in a line, under the name it was given. One sync at a time: it starts at the end of
//! the activation or sync that brought a record to the front, covers all records then adjacent there, stores them
//! and lets out what follows up to the next record. A sync that fails crashes the node.

use std::collections::VecDeque;

use super::live::Live;
use super::workload::Workload;
use super::world::{Event, Tag};
use crate::kernel::{Bits, Domain, Entry, Instant, Probability, Span, Stream};
use crate::protocol::{Effect, Observer, Protocol};

/// How long a sync takes, and how often it fails. Without a latency every write is safe at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// From the start of a sync to its end.
    pub latency: Span,
    /// With this probability it fails, and the node crashes.
    pub fails: Probability,
}

impl Default for Sync {
    fn default() -> Self {
        Sync { latency: Span::ZERO, fails: Probability::ZERO }
    }
}

/// An effect under the name it was given.
#[derive(Debug)]
pub(super) struct Waiting<P: Protocol> {
    pub(super) effect: Effect<P>,
    pub(super) activation: u32,
    pub(super) k: u32,
}

impl<P: Protocol> Waiting<P> {
    /// Timers and facts never wait for the disk.
    #[inline(always)]
    pub(super) fn waits(&self) -> bool {
        matches!(self.effect, Effect::Send { .. } | Effect::Reply { .. } | Effect::Persist(_))
    }
}

/// What a node has said since its first record that is not safe.
#[derive(Debug)]
pub(super) struct Line<P: Protocol> {
    /// How many records at the front the sync in progress covers.
    syncing: usize,
    /// The activation that started the sync; 0 when an earlier sync did.
    by: u32,
    until: Instant,
    waiting: VecDeque<Waiting<P>>,
}

impl<P: Protocol> Line<P> {
    /// All that waits.
    pub(super) fn into_effects(self) -> impl Iterator<Item = Effect<P>> {
        self.waiting.into_iter().map(|given| given.effect)
    }
}

impl<P, O, W, T> Live<'_, '_, P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    /// Queues an effect behind the records that are not safe yet.
    #[cold]
    pub(super) fn line_up(&mut self, given: Waiting<P>) {
        let record = match &given.effect {
            Effect::Persist(record) => Some(record),
            _ => None,
        };
        if let Some(record) = record {
            P::store(self.disk, record.clone());
        }
        let is_record = record.is_some();
        let until = self.now + self.outside.sync.latency;
        let by = given.activation;
        match self.outside.lines.get_mut(&self.me) {
            Some(line) => {
                // The sync starts as the activation ends: records side by side go with it.
                let adjacent = line.syncing == line.waiting.len();
                if is_record && adjacent && line.by == by && line.until == until {
                    line.syncing += 1;
                }
                line.waiting.push_back(given);
            }
            None if is_record => self.start_sync(1, by, [given].into()),
            None => self.apply(given),
        }
    }

    fn start_sync(&mut self, syncing: usize, by: u32, waiting: VecDeque<Waiting<P>>) {
        let until = self.now + self.outside.sync.latency;
        self.outside.queue.push(Entry::own(until, self.me, Event::Synced));
        self.outside.lines.insert(self.me, Line { syncing, by, until, waiting });
    }

    /// A sync ends now. False: it failed.
    #[cold]
    pub(super) fn end_sync(&mut self) -> bool {
        let (me, now) = (self.me, self.now);
        if self.outside.lines.get(&me).is_none_or(|line| line.until != now) {
            return true; // of an incarnation that has crashed since
        }
        let mut luck = Stream::new(self.outside.seed, Domain::Disk, u64::from(me.0), now.nanos());
        if self.outside.sync.fails.hit(luck.bits()) {
            return false; // the crash ends the line
        }
        let line = self.outside.lines.remove(&me).expect("looked at above");
        let mut waiting = line.waiting;
        for given in waiting.drain(..line.syncing) {
            if let Effect::Persist(record) = given.effect {
                P::store(&mut self.outside.synced[me.index()], record);
            }
        }
        let is_record = |given: &Waiting<P>| matches!(given.effect, Effect::Persist(_));
        while let Some(given) = waiting.pop_front() {
            if is_record(&given) {
                waiting.push_front(given);
                let adjacent = waiting.iter().take_while(|given| is_record(given)).count();
                self.start_sync(adjacent, 0, waiting);
                break;
            }
            self.apply(given);
        }
        true
    }
}
