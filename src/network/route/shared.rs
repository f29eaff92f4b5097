//! Messages that pass an uplink which destinations share: what they meet is decided as they are sent, when they arrive
//! is known as they leave.

use super::Network;
use crate::kernel::{Instant, NodeId, Places, Span};
use crate::network::fate::{Fate, LossReason, Parcel};
use crate::network::uplink::Departure;

/// Names a message at a shared uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What a network knows of a message that waits for its turn.
#[derive(Clone, Debug)]
pub(super) struct Journey {
    ticket: Ticket,
    parcel: Parcel,
    /// How long each copy takes once it has left; none where the message is lost behind the uplink.
    copies: Vec<Way>,
}

/// How long a copy takes once it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    /// Before it is put in order.
    transit: Span,
    /// Whatever the order.
    disorder: Span,
}

/// A copy that has left a shared uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// When its last byte arrives.
    pub at: Instant,
    /// So long before that its first byte arrives.
    pub stream: Span,
}

impl Network {
    /// Whether destinations share uplinks, so that messages [enter](Network::enter) and leave them.
    pub fn shares_uplinks(&self) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.turns().is_some())
    }

    /// The fate of a message at its sending where uplinks are shared, with the spans from when it has left; and its
    /// ticket, unless it is lost. Messages must come in the order of time. [`Network::leave`] says when copies arrive.
    pub fn enter(&mut self, parcel: &Parcel, places: Places) -> (Fate, Option<Ticket>) {
        if self.is_cut(parcel) {
            self.pass_over(parcel.source, parcel.target);
            return (Fate::Lost(LossReason::Partitioned), None);
        }
        let lines = self.lines.as_mut().expect("there are uplinks to share");
        if !lines.has_room(parcel, &*self.terrain) {
            self.pass_over(parcel.source, parcel.target);
            return (Fate::Lost(LossReason::QueueFull), None);
        }
        let places = self.own_places(places);
        let count = self.copies(parcel, places);
        let way = |copy: u16| {
            let copy = copy as u8;
            let transit = self.transit(parcel, places, copy);
            Way { transit, disorder: self.disorder(parcel, places, copy) }
        };
        let copies: Vec<Way> = (0..count).map(way).collect();
        let span = |way: &Way| way.transit + way.disorder;
        let fate = match copies.as_slice() {
            [] => Fate::Lost(LossReason::Loss),
            [way] => Fate::Deliver(span(way)),
            ways => Fate::Copies(ways.iter().map(span).collect()),
        };
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        let is_lost = copies.is_empty();
        let journey = Journey { ticket, parcel: *parcel, copies };
        let lines = self.lines.as_mut().expect("as above");
        lines.enter(parcel, journey, &*self.terrain);
        (fate, (!is_lost).then_some(ticket))
    }

    /// A message to `target` came to nothing before it came to the uplink: unless another waits there, the next may
    /// come.
    pub fn pass_over(&mut self, source: NodeId, target: NodeId) {
        if let Some(lines) = self.lines.as_mut().filter(|lines| lines.turns().is_some()) {
            lines.uplink_of(source, &*self.terrain).pass_over(target);
        }
    }

    /// The next message that has left the uplink of `source` up to now, and its copies; to be asked until there is
    /// none.
    pub fn leave(&mut self, source: NodeId, now: Instant) -> Option<(Ticket, Vec<Coming>)> {
        let lines = self.lines.as_mut()?;
        let Departure { job: journey, started, left } = lines.leave(source, now)?;
        let Journey { ticket, parcel, copies } = journey;
        let (first, last) = lines.cross(&parcel, (started, left), &*self.terrain);
        let (leaving, stream) = (last.since(parcel.sent_at), last.since(first));
        let coming = |way: Way| {
            let delay = self.in_order(&parcel, leaving + way.transit) + way.disorder;
            Coming { at: parcel.sent_at + delay, stream }
        };
        Some((ticket, copies.into_iter().map(coming).collect()))
    }

    /// When the next message will have left the uplink of `source`, if nothing is sent before.
    pub fn next_leave(&self, source: NodeId) -> Option<Instant> {
        self.lines.as_ref()?.uplink(source)?.next_at()
    }

    /// Whether a message from `source` to `target` has not begun to leave.
    pub fn waits(&self, source: NodeId, target: NodeId) -> bool {
        let uplink = self.lines.as_ref().and_then(|lines| lines.uplink(source));
        uplink.is_some_and(|uplink| uplink.waits(target))
    }

    /// To whom `source` may hand the next message, as the first byte of the last one has left; told once each time.
    pub fn ready(&mut self, source: NodeId) -> Option<NodeId> {
        self.lines.as_mut()?.shared(source)?.ready()
    }

    /// Who sent what waits at the uplink of `source` is gone, and need not be told when it has left.
    pub fn forget_ready(&mut self, source: NodeId) {
        let uplink = self.lines.as_mut().and_then(|lines| lines.shared(source));
        if let Some(uplink) = uplink {
            uplink.forget_ready();
        }
    }
}
