//! Shared uplinks, driven: messages wait until the network says that they have left, and nodes are told.

use std::collections::{BTreeMap, VecDeque};

use super::books::Link;
use super::live::Live;
use super::workload::Workload;
use super::world::{Event, Outside, Tag, World};
use crate::kernel::{Entry, Instant, NodeId, Places, Span};
use crate::network::{Arrival, Coming, Fate, Parcel, Ticket};
use crate::protocol::{Input, Observer, Protocol};

/// What is at shared uplinks, or comes from them byte by byte.
#[derive(Debug)]
pub(super) struct Uplinks<P: Protocol, T> {
    waiting: BTreeMap<Ticket, Cargo<P, T>>,
    /// When each is looked at next.
    looks: BTreeMap<NodeId, Instant>,
    /// To whom nodes may hand the next message, as they are about to hear.
    ready: BTreeMap<NodeId, VecDeque<NodeId>>,
    /// Copies whose last byte is to arrive, by the number in their event.
    streams: Vec<Option<Stream<P, T>>>,
    unused: Vec<u32>,
}

/// A message that waits, and how many copies the network will make of it.
#[derive(Debug)]
struct Cargo<P: Protocol, T> {
    link: Link,
    message: P::Message,
    tag: T,
    copies: u64,
}

/// A copy whose first byte arrives a span before its last.
#[derive(Debug)]
struct Stream<P: Protocol, T> {
    link: Link,
    message: P::Message,
    tag: T,
    span: Span,
}

impl<P: Protocol, T> Default for Uplinks<P, T> {
    fn default() -> Self {
        Uplinks {
            waiting: BTreeMap::new(),
            looks: BTreeMap::new(),
            ready: BTreeMap::new(),
            streams: Vec::new(),
            unused: Vec::new(),
        }
    }
}

impl<P: Protocol, T> Uplinks<P, T> {
    /// The messages, each with the number of its copies that are still to arrive.
    pub(super) fn messages(&self) -> impl Iterator<Item = (Link, &P::Message, u64)> {
        let waiting = self.waiting.values().map(|c| (c.link, &c.message, c.copies));
        waiting.chain(self.streams.iter().flatten().map(|s| (s.link, &s.message, 1)))
    }

    /// A node that crashes hears of nothing that it sent before.
    pub(super) fn forget(&mut self, node: NodeId) {
        self.ready.remove(&node);
    }

    fn keep(&mut self, stream: Stream<P, T>) -> u32 {
        match self.unused.pop() {
            Some(number) => {
                self.streams[number as usize] = Some(stream);
                number
            }
            None => {
                self.streams.push(Some(stream));
                (self.streams.len() - 1) as u32
            }
        }
    }

    fn take(&mut self, number: u32) -> Stream<P, T> {
        self.unused.push(number);
        self.streams[number as usize].take().expect("an event for each")
    }
}

impl<P, O, W, T> Live<'_, '_, P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    /// Hands a message to the node's shared uplink.
    #[cold]
    pub(super) fn send_shared(
        &mut self,
        parcel: Parcel,
        places: Places,
        message: P::Message,
        tag: T,
    ) {
        let kind = usize::from(parcel.kind);
        let outside = &mut *self.outside;
        let (fate, ticket) = outside.network.enter(&parcel, places);
        outside.observer.on_send(&parcel, &fate, &message);
        let copies = match fate {
            Fate::Lost(reason) => {
                outside.lose(kind, reason);
                0
            }
            Fate::Deliver(_) => 1,
            Fate::Copies(spans) => spans.len() as u64,
        };
        outside.duplicate(kind, copies.saturating_sub(1));
        for _ in 0..copies {
            outside.books.set_out((parcel.source, parcel.target), parcel.size);
        }
        if let Some(ticket) = ticket {
            let cargo = Cargo { link: (parcel.source, parcel.target), message, tag, copies };
            outside.uplinks.waiting.insert(ticket, cargo);
        }
        self.outside.tend_uplink(self.me, self.now);
    }

    /// A message came to nothing before it came to the uplink, which may be shared.
    #[cold]
    pub(super) fn pass_over(&mut self, to: NodeId) {
        self.outside.network.pass_over(self.me, to);
        self.outside.tend_uplink(self.me, self.now);
    }
}

impl<P: Protocol, O, W, T: Tag> Outside<P, O, W, T> {
    /// Lets out what has left the uplink of `node`, and plans what comes next of it.
    pub(super) fn tend_uplink(&mut self, node: NodeId, now: Instant) {
        while let Some((ticket, comings)) = self.network.leave(node, now) {
            // A message that the network loses has left, too.
            if let Some(cargo) = self.uplinks.waiting.remove(&ticket) {
                comings.into_iter().for_each(|coming| self.set_out(&cargo, coming));
            }
        }
        while let Some(to) = self.network.ready(node) {
            self.uplinks.ready.entry(node).or_default().push_back(to);
            self.queue.push(Entry::own(now, node, Event::Ready));
        }
        let looks = &mut self.uplinks.looks;
        if let Some(next) = self.network.next_leave(node)
            && looks.get(&node).is_none_or(|look| next < *look)
        {
            looks.insert(node, next);
            self.queue.push(Entry::own(next, node, Event::Uplink));
        }
    }

    /// A copy is under way.
    fn set_out(&mut self, cargo: &Cargo<P, T>, Coming { at, stream }: Coming) {
        let Cargo { link, tag, .. } = *cargo;
        let (from, to) = link;
        let message = cargo.message.clone();
        let event = match stream {
            Span::ZERO => Event::Deliver { message, tag },
            span => Event::Streamed(self.uplinks.keep(Stream { link, message, tag, span })),
        };
        self.queue.push(Entry { at, to, from, event });
    }
}

impl<P, O, W, T> World<P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    /// Something may have left the uplink of a node.
    #[cold]
    pub(super) fn look_at_uplink(&mut self, me: NodeId) {
        let (outside, now) = (&mut self.outside, self.clock.now);
        if outside.uplinks.looks.get(&me).is_some_and(|look| *look <= now) {
            outside.uplinks.looks.remove(&me);
        }
        outside.tend_uplink(me, now);
    }

    /// A node hears that the next message to somebody may come.
    #[cold]
    pub(super) fn tell_ready(&mut self, me: NodeId) {
        let heard = self.outside.uplinks.ready.get_mut(&me).and_then(VecDeque::pop_front);
        // Otherwise it has crashed since, and forgotten whom it sent what; or it has sent more, and hears later.
        if let Some(to) = heard
            && !self.outside.network.waits(me, to)
            && self.node(me).is_some_and(|node| !P::gone(node))
        {
            self.activate(me, Input::Ready(to), None);
        }
    }

    /// The last byte of a copy arrives.
    #[cold]
    pub(super) fn end_stream(&mut self, me: NodeId, number: u32) {
        let outside = &mut self.outside;
        let Stream { link: (from, _), message, tag, span } = outside.uplinks.take(number);
        match outside.network.arrive(from, me) {
            Arrival::Deliver => self.hand_over(me, from, message, tag),
            Arrival::Downlink => self.descend(me, from, message, tag, span),
            // What was held up comes in one piece.
            Arrival::Wait(until) => {
                let event = Event::Deliver { message, tag };
                outside.queue.push(Entry { at: until, to: me, from, event });
            }
            Arrival::Lost => self.lose(me, from, &message),
        }
    }
}
