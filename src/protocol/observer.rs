//! Observers: who listens to a run without taking part in it.

use super::{Effect, Input, Origin, Protocol};
use crate::kernel::{Instant, NodeId, RequestId};
use crate::network::{Fate, Parcel};

/// Why a copy that was under way did not reach a node that could handle it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The receiver is down, has left, or never was.
    Nobody,
    /// A partition was in force when it arrived.
    Partitioned,
}

/// Hears what happens. Every method has an empty default; `()` and pairs are observers.
pub trait Observer<P: Protocol> {
    /// A node that is up is about to handle an input.
    #[inline(always)]
    fn on_activation(&mut self, _: Instant, _: NodeId, _: &Input<P>, _: Option<Origin>) {}
    /// A handler asks for this. A send may wait for the disk before [`Observer::on_send`] tells of it.
    #[inline(always)]
    fn on_effect(&mut self, _: Instant, _: NodeId, _: &Effect<P>) {}
    /// A message was handed to the network, which has decided.
    #[inline(always)]
    fn on_send(&mut self, _: &Parcel, _: &Fate, _: &P::Message) {}
    /// A copy from the second node to the first came to nothing at its arrival.
    #[inline(always)]
    fn on_undelivered(&mut self, _: Instant, _: NodeId, _: NodeId, _: &P::Message, _: Undelivered) {
    }
    /// A request was answered.
    #[inline(always)]
    fn on_reply(&mut self, _: Instant, _: NodeId, _: RequestId, _: &P::Response) {}
    /// A node tells a fact.
    #[inline(always)]
    fn on_fact(&mut self, _: Instant, _: NodeId, _: &P::Fact) {}
    /// A node that crashes had asked for this, but it never happens: its handler was cut short, or the effect waited
    /// for the disk. Comes after [`Observer::on_effect`] and before [`Observer::on_crash`].
    #[inline(always)]
    fn on_unsaid(&mut self, _: Instant, _: NodeId, _: &Effect<P>) {}
    /// A node has crashed: the state that is lost, and the disk as a restart will find it.
    #[inline(always)]
    fn on_crash(&mut self, _: Instant, _: NodeId, _: &P::Node, _: &P::Durable) {}
    /// Whether the run is to end after this activation, as an invariant does not hold.
    #[inline(always)]
    fn halts(&self) -> bool {
        false
    }
}

impl<P: Protocol> Observer<P> for () {}

impl<P: Protocol, A: Observer<P>, B: Observer<P>> Observer<P> for (A, B) {
    #[inline(always)]
    fn on_activation(
        &mut self,
        at: Instant,
        node: NodeId,
        input: &Input<P>,
        origin: Option<Origin>,
    ) {
        self.0.on_activation(at, node, input, origin);
        self.1.on_activation(at, node, input, origin);
    }
    #[inline(always)]
    fn on_effect(&mut self, at: Instant, node: NodeId, effect: &Effect<P>) {
        self.0.on_effect(at, node, effect);
        self.1.on_effect(at, node, effect);
    }
    #[inline(always)]
    fn on_send(&mut self, parcel: &Parcel, fate: &Fate, message: &P::Message) {
        self.0.on_send(parcel, fate, message);
        self.1.on_send(parcel, fate, message);
    }
    #[inline(always)]
    fn on_undelivered(
        &mut self,
        at: Instant,
        node: NodeId,
        from: NodeId,
        message: &P::Message,
        why: Undelivered,
    ) {
        self.0.on_undelivered(at, node, from, message, why);
        self.1.on_undelivered(at, node, from, message, why);
    }
    #[inline(always)]
    fn on_reply(&mut self, at: Instant, node: NodeId, id: RequestId, response: &P::Response) {
        self.0.on_reply(at, node, id, response);
        self.1.on_reply(at, node, id, response);
    }
    #[inline(always)]
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &P::Fact) {
        self.0.on_fact(at, node, fact);
        self.1.on_fact(at, node, fact);
    }
    fn on_unsaid(&mut self, at: Instant, node: NodeId, effect: &Effect<P>) {
        self.0.on_unsaid(at, node, effect);
        self.1.on_unsaid(at, node, effect);
    }
    #[inline(always)]
    fn on_crash(&mut self, at: Instant, node: NodeId, state: &P::Node, disk: &P::Durable) {
        self.0.on_crash(at, node, state, disk);
        self.1.on_crash(at, node, state, disk);
    }
    #[inline(always)]
    fn halts(&self) -> bool {
        self.0.halts() || self.1.halts()
    }
}

/// An observer that may be absent.
impl<P: Protocol, A: Observer<P>> Observer<P> for Option<A> {
    fn on_activation(
        &mut self,
        at: Instant,
        node: NodeId,
        input: &Input<P>,
        origin: Option<Origin>,
    ) {
        self.iter_mut().for_each(|o| o.on_activation(at, node, input, origin));
    }
    fn on_send(&mut self, parcel: &Parcel, fate: &Fate, message: &P::Message) {
        self.iter_mut().for_each(|o| o.on_send(parcel, fate, message));
    }
    fn on_undelivered(
        &mut self,
        at: Instant,
        node: NodeId,
        from: NodeId,
        message: &P::Message,
        why: Undelivered,
    ) {
        self.iter_mut().for_each(|o| o.on_undelivered(at, node, from, message, why));
    }
    fn on_reply(&mut self, at: Instant, node: NodeId, id: RequestId, response: &P::Response) {
        self.iter_mut().for_each(|o| o.on_reply(at, node, id, response));
    }
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &P::Fact) {
        self.iter_mut().for_each(|o| o.on_fact(at, node, fact));
    }
    fn on_crash(&mut self, at: Instant, node: NodeId, state: &P::Node, disk: &P::Durable) {
        self.iter_mut().for_each(|o| o.on_crash(at, node, state, disk));
    }
    fn halts(&self) -> bool {
        self.as_ref().is_some_and(Observer::halts)
    }
}
