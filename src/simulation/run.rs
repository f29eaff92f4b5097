//! The loop: events by time; before those of an instant the faults, then the requests that are planned for it.

use std::iter;

use super::deadline::Firing;
use super::lifecycle::{Fall, handle};
use super::live::Live;
use super::plan::Plan;
use super::workload::Workload;
use super::world::{Event, Slot, Tag, World};
use crate::faults::DiskLoss;
use crate::kernel::{Entry, Instant, NodeId, Span, prefetch};
use crate::network::{Arrival, LossReason};
use crate::protocol::{Input, Observer, Protocol, TimerName, Undelivered};

/// So many events ahead the destination's cache line is asked for.
const AHEAD: usize = 8;

/// Why [`World::advance`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All that happens up to and including the moment has happened; more is to come.
    Reached,
    /// Nothing is left to happen, ever.
    Quiet,
    /// An observer wants the run to end.
    Halted,
    /// The greatest number of activations is reached.
    Exhausted,
}

impl<P, O, W, T> World<P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    /// Lets everything happen up to and including `to`.
    pub fn advance(&mut self, to: Instant) -> Progress {
        let after = to + Span::from_nanos(1);
        if let Some(progress) = self.stopped() {
            return progress;
        }
        loop {
            self.outside.desk.limit = self.outside.desk.next_at().unwrap_or(after).min(after);
            if let Some(progress) = self.drain() {
                return progress;
            }
            if self.outside.desk.next_at().is_none_or(|at| at > to) {
                break;
            }
            let (at, plan) = self.outside.desk.pop().expect("looked at above");
            assert!(at >= self.clock.now, "a workload asked for something in the past");
            self.clock.now = at;
            self.carry_out(plan);
            if let Some(progress) = self.stopped() {
                return progress;
            }
        }
        match self.outside.queue.is_empty() && !self.outside.desk.rouses() {
            true => Progress::Quiet,
            false => Progress::Reached,
        }
    }

    /// When the next thing happens, be it an event or a plan.
    pub fn next_at(&mut self) -> Option<Instant> {
        let event = self.outside.queue.next_at();
        event.into_iter().chain(self.outside.desk.next_at()).min()
    }

    /// Handles the queued events that lie before the desk's limit, which a handler may bring closer.
    fn drain(&mut self) -> Option<Progress> {
        while let Some(entry) = self.outside.queue.pop(self.outside.desk.limit) {
            if let Some(next) = self.outside.queue.ahead(2 * AHEAD) {
                prefetch(&self.nodes, next.index());
                self.graph.prefetch(next);
            }
            if let Some(next) = self.outside.queue.ahead(AHEAD) {
                self.graph.prefetch_peers(next);
            }
            let Entry { at, to: me, from, event } = entry;
            self.clock.now = at;
            match event {
                Event::Deliver { message, tag } => self.deliver(me, from, message, tag),
                Event::Timer(index) => self.fire(me, usize::from(index)),
                Event::Synced => self.end_sync(me),
                Event::Landed => self.land(me),
                Event::Uplink => self.look_at_uplink(me),
                Event::Ready => self.tell_ready(me),
                Event::Streamed(number) => self.end_stream(me, number),
            }
            if let Some(progress) = self.stopped() {
                return Some(progress);
            }
        }
        None
    }

    /// Whether the run is over before its time.
    #[inline(always)]
    fn stopped(&self) -> Option<Progress> {
        if self.outside.observer.halts() {
            Some(Progress::Halted)
        } else if self.clock.events >= self.events_max {
            Some(Progress::Exhausted)
        } else {
            None
        }
    }

    /// A copy arrives.
    #[inline(always)]
    fn deliver(&mut self, me: NodeId, from: NodeId, message: P::Message, tag: T) {
        if from != me {
            let outside = &mut self.outside;
            match outside.network.arrive(from, me) {
                Arrival::Deliver => {}
                Arrival::Downlink => return self.descend(me, from, message, tag, Span::ZERO),
                Arrival::Wait(until) => {
                    let event = Event::Deliver { message, tag };
                    return outside.queue.push(Entry { at: until, to: me, from, event });
                }
                Arrival::Lost => return self.lose(me, from, &message),
            }
        }
        self.hand_over(me, from, message, tag);
    }

    /// The node gets a copy, if it is up.
    #[inline(always)]
    pub(super) fn hand_over(&mut self, me: NodeId, from: NodeId, message: P::Message, tag: T) {
        let World { config, graph, nodes, outside, clock, falling, .. } = self;
        let slot = &mut nodes[me.index()];
        let is_up = slot.node.as_ref().is_some_and(|node| !P::gone(node));
        if from != me {
            let size = P::size(&message);
            outside.books.come_in((from, me), size);
            let book = outside.books.kind_mut(P::kind(&message));
            if !is_up {
                book.to_nobody += 1;
                let why = Undelivered::Nobody;
                return outside.observer.on_undelivered(clock.now, me, from, &message, why);
            }
            book.delivered += 1;
            book.bytes_delivered += u64::from(size);
        }
        if !is_up {
            return;
        }
        let (input, origin) = (Input::Message(from, message), tag.origin());
        if falling.is_empty() {
            handle((graph, config), clock, outside, slot, me, input, origin);
        } else {
            self.activate_falling(me, input, origin);
        }
    }

    /// A copy meets a cut link at its arrival.
    #[cold]
    pub(super) fn lose(&mut self, me: NodeId, from: NodeId, message: &P::Message) {
        let outside = &mut self.outside;
        outside.books.come_in((from, me), P::size(message));
        outside.lose(P::kind(message), LossReason::Partitioned);
        let (now, why) = (self.clock.now, Undelivered::Partitioned);
        outside.observer.on_undelivered(now, me, from, message, why);
    }

    /// A copy comes to its receiver's downlink, which carries one after the other; its first byte came a span before.
    #[cold]
    pub(super) fn descend(
        &mut self,
        me: NodeId,
        from: NodeId,
        message: P::Message,
        tag: T,
        stream: Span,
    ) {
        let outside = &mut self.outside;
        let at = outside.network.receive((self.clock.now, stream), me, P::size(&message));
        outside.landing.entry(me).or_default().push_back((from, message, tag));
        outside.queue.push(Entry::own(at, me, Event::Landed));
    }

    /// The first copy on a downlink is through. A cut that has begun since still stops it.
    #[cold]
    fn land(&mut self, me: NodeId) {
        let line = self.outside.landing.get_mut(&me).expect("it was put there");
        let (from, message, tag) = line.pop_front().expect("an event for each");
        match self.outside.network.arrive(from, me) {
            Arrival::Lost => self.lose(me, from, &message),
            Arrival::Deliver | Arrival::Downlink | Arrival::Wait(_) => {
                self.hand_over(me, from, message, tag);
            }
        }
    }

    /// A queue entry of a timer pops.
    #[inline(always)]
    fn fire(&mut self, me: NodeId, index: usize) {
        let World { config, graph, nodes, outside, clock, falling, .. } = self;
        let slot = &mut nodes[me.index()];
        let timer = me.index() * P::Timer::ALL.len() + index;
        let deadline = &mut slot.deadlines.as_mut()[index];
        match outside.moved.fire(deadline, timer, clock.now) {
            Firing::Now if falling.is_empty() => {
                let input = Input::Timer(P::Timer::ALL[index]);
                handle((graph, config), clock, outside, slot, me, input, None);
            }
            Firing::Now => self.activate_falling(me, Input::Timer(P::Timer::ALL[index]), None),
            Firing::Later(at) => {
                let event = Event::Timer(index as u8);
                outside.queue.push(Entry::own(at, me, event));
            }
            Firing::Void => {}
        }
    }

    #[cold]
    fn end_sync(&mut self, me: NodeId) {
        let World { config, graph, nodes, outside, clock, .. } = self;
        let slot = &mut nodes[me.index()];
        let Slot { deadlines, disk, activations: activation, .. } = slot;
        let (now, deadlines, activation) = (clock.now, deadlines.as_mut(), *activation);
        let (k, draws) = (0, None);
        let mut cx =
            Live { me, now, graph, config, outside, deadlines, disk, activation, k, draws };
        if !cx.end_sync() {
            // Even if it has left: that it did was among its last records, and its goodbye waited for them.
            let node = self.nodes[me.index()].node.take().expect("a crash ends the line of a node");
            let fall = Fall { disk: DiskLoss::LoseUnsynced, restart_after: None };
            self.vanish(me, node, iter::empty(), fall);
        }
    }

    #[cold]
    fn carry_out(&mut self, plan: Plan) {
        match plan {
            Plan::Crash { targets, after_effects, disk, restart_after } => {
                let fall = Fall { disk, restart_after };
                for node in self.resolve(&targets) {
                    match after_effects {
                        Some(_) if self.node(node).is_some_and(P::gone) => self.faults_void += 1,
                        Some(effects) => _ = self.falling.insert(node, (effects, fall)),
                        None => self.crash(node, fall),
                    }
                }
            }
            Plan::Leave { targets, disk, restart_after } => {
                for node in self.resolve(&targets) {
                    self.depart(node, Fall { disk, restart_after });
                }
            }
            // They were left out when the others booted.
            Plan::Absent { .. } => {}
            Plan::Start { targets } => {
                for node in self.resolve(&targets) {
                    self.restart(node);
                }
            }
            Plan::Begin(id, rule) => {
                let rule = rule.resolve(|role| self.playing(role));
                self.outside.network.begin(id, rule);
            }
            Plan::End(rule) => self.outside.network.end(rule),
            Plan::Wake(key) => {
                self.outside.workload.on_wake(self.clock.now, key, &mut self.outside.desk);
            }
            Plan::Request(id) => {
                let (to, request) = self.outside.desk.asked(id).clone();
                let node = self.nodes.get(to.index()).and_then(|slot| slot.node.as_ref());
                if node.is_some_and(|node| !P::gone(node)) {
                    self.activate(to, Input::Request(id, request), None);
                } else {
                    self.requests_to_nobody += 1;
                    self.outside.workload.on_down(self.clock.now, to, &mut self.outside.desk);
                }
            }
        }
    }
}
