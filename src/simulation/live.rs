//! The simulation's context: each effect goes straight to the network, the queue, the disk or the observer.

use super::deadline::Deadline;
use super::disk::Waiting;
use super::workload::Workload;
use super::world::{Event, Outside, Tag};
use crate::kernel::{Domain, Entry, Instant, NodeId, Places, Span, Stream};
use crate::network::{Fate, Parcel, Reach};
use crate::protocol::{
    Context, Draw, Effect, Observer, Origin, Protocol, Random, TimerName, Undelivered, answer,
};
use crate::topology::{Graph, Peers};

/// One activation of one node.
pub(super) struct Live<'a, 'w, P: Protocol, O, W, T> {
    pub(super) me: NodeId,
    pub(super) now: Instant,
    pub(super) graph: &'w Graph,
    pub(super) config: &'w P::Config,
    pub(super) outside: &'a mut Outside<P, O, W, T>,
    pub(super) deadlines: &'a mut [Deadline],
    pub(super) disk: &'a mut P::Durable,
    pub(super) activation: u32,
    /// How many messages it has sent.
    pub(super) k: u32,
    /// Made at the first draw.
    pub(super) draws: Option<Stream>,
}

impl<'w, P: Protocol, O, W, T> Random<'w> for Live<'_, 'w, P, O, W, T> {
    #[inline(always)]
    fn draw(&mut self, draw: Draw<'w>) -> u64 {
        let (seed, me, activation) = (self.outside.seed, self.me, self.activation);
        let stream = self.draws.get_or_insert_with(|| {
            Stream::new(seed, Domain::Activation, u64::from(me.0), u64::from(activation))
        });
        answer(draw, stream)
    }

    #[inline(always)]
    fn keyed(&mut self, key: u64) {
        self.draws = Some(Stream::new(self.outside.seed, Domain::Keyed, u64::from(self.me.0), key));
    }
}

/// The draws of an activation, without its effects.
pub(super) struct DrawsOf<'a, C>(pub(super) &'a mut C);

impl<'w, C: Random<'w>> Random<'w> for DrawsOf<'_, C> {
    fn draw(&mut self, draw: Draw<'w>) -> u64 {
        self.0.draw(draw)
    }
    fn keyed(&mut self, key: u64) {
        self.0.keyed(key);
    }
}

impl<'w, P, O, W, T> Context<'w, P> for Live<'_, 'w, P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    #[inline(always)]
    fn me(&self) -> NodeId {
        self.me
    }
    #[inline(always)]
    fn now(&self) -> Instant {
        self.now
    }
    #[inline(always)]
    fn peers(&self) -> Peers<'w> {
        if self.me.0 < self.graph.nodes() { self.graph.peers(self.me) } else { Peers::none() }
    }
    #[inline(always)]
    fn config(&self) -> &'w P::Config {
        self.config
    }
    #[inline(always)]
    fn disk(&self) -> &P::Durable {
        self.disk
    }
    #[inline(always)]
    fn effect(&mut self, effect: Effect<P>) {
        self.outside.observer.on_effect(self.now, self.me, &effect);
        if let Effect::Send { .. } = effect {
            self.k += 1;
        }
        let given = Waiting { effect, activation: self.activation, k: self.k };
        if self.outside.sync.latency > Span::ZERO && given.waits() {
            return self.line_up(given);
        }
        self.apply(given);
    }
}

impl<P, O, W, T> Live<'_, '_, P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    #[inline(always)]
    pub(super) fn apply(&mut self, Waiting { effect, activation, k }: Waiting<P>) {
        let (now, me) = (self.now, self.me);
        match effect {
            Effect::Send { to, message } => self.send_out(to, message, activation, k),
            Effect::Arm { timer, after } => {
                let (index, due) = (timer.index(), now + after);
                let all = me.index() * P::Timer::ALL.len() + index;
                if self.outside.moved.arm(&mut self.deadlines[index], all, due) {
                    let event = Event::Timer(index as u8);
                    self.outside.queue.push(Entry::own(due, me, event));
                }
            }
            Effect::Disarm { timer } => {
                let index = timer.index();
                let all = me.index() * P::Timer::ALL.len() + index;
                self.outside.moved.disarm(&mut self.deadlines[index], all);
            }
            Effect::Persist(record) => P::store(self.disk, record),
            Effect::Reply { id, response } => {
                let Outside { observer, workload, desk, .. } = &mut *self.outside;
                observer.on_reply(now, me, id, &response);
                workload.on_reply(now, me, id, &response, desk);
            }
            Effect::Tell(fact) => {
                let Outside { observer, workload, desk, .. } = &mut *self.outside;
                observer.on_fact(now, me, &fact);
                workload.on_fact(now, me, &fact, desk);
            }
        }
    }

    /// Asks the network for a message's fate and queues its copies.
    #[inline(always)]
    fn send_out(&mut self, to: NodeId, message: P::Message, activation: u32, k: u32) {
        let (now, me) = (self.now, self.me);
        let tag = T::new(Origin { sent_at: now, activation, k });
        if to == me {
            // A note to oneself crosses no network and is counted nowhere.
            let event = Event::Deliver { message, tag };
            return self.outside.queue.push(Entry::own(now, me, event));
        }
        let kind = P::kind(&message);
        let size = P::size(&message);
        let parcel = Parcel { sent_at: now, source: me, target: to, size, kind: kind as u8 };
        let Outside { queue, network, observer, books, seed, nodes, .. } = &mut *self.outside;
        let book = books.kind_mut(kind);
        book.sent += 1;
        book.bytes_sent += u64::from(size);
        let is_reached = match network.config().reach {
            Reach::Anyone => to.0 < *nodes,
            // Role nodes are in no graph: they reach, and are reached by, everybody.
            Reach::Neighbours => {
                let is_role = me.0.max(to.0) >= self.graph.nodes();
                to.0 < *nodes && (is_role || self.graph.has_edge(me, to))
            }
        };
        if !is_reached {
            book.to_nobody += 1;
            observer.on_send(&parcel, &Fate::Deliver(Span::ZERO), &message);
            observer.on_undelivered(now, to, me, &message, Undelivered::Nobody);
            return self.pass_over(to);
        }
        let sender = u64::from(me.0) << 32 | u64::from(activation);
        let places = Places::new(*seed, Domain::Fate, sender, u64::from(k));
        let Some(after) = network.draw(&parcel, places) else {
            return self.send_decided(parcel, places, message, tag);
        };
        observer.on_send(&parcel, &Fate::Deliver(after), &message);
        books.set_out((me, to), size);
        let event = Event::Deliver { message, tag };
        queue.push(Entry { at: now + after, to, from: me, event });
    }

    /// Sends a message of which more than its latency is to be decided.
    #[inline(never)]
    fn send_decided(&mut self, parcel: Parcel, places: Places, message: P::Message, tag: T) {
        if self.outside.network.shares_uplinks() {
            return self.send_shared(parcel, places, message, tag);
        }
        let (now, from, to) = (parcel.sent_at, parcel.source, parcel.target);
        let kind = usize::from(parcel.kind);
        let outside = &mut *self.outside;
        let fate = outside.network.route(&parcel, places);
        outside.observer.on_send(&parcel, &fate, &message);
        match fate {
            Fate::Deliver(after) => {
                outside.books.set_out((from, to), parcel.size);
                outside.queue.push(Entry {
                    at: now + after,
                    to,
                    from,
                    event: Event::Deliver { message, tag },
                });
            }
            Fate::Lost(reason) => outside.lose(kind, reason),
            Fate::Copies(delays) => {
                outside.duplicate(kind, delays.len() as u64 - 1);
                for after in &delays {
                    outside.books.set_out((from, to), parcel.size);
                    let event = Event::Deliver { message: message.clone(), tag };
                    outside.queue.push(Entry { at: now + *after, to, from, event });
                }
            }
        }
    }
}
