//! The context: a handler's only view of the world, and the effects that are its only means to change it.

use super::{Protocol, Random};
use crate::kernel::{Instant, NodeId, RequestId, Span};
use crate::topology::Peers;

/// What a handler asks of the world: data, to be applied, recorded, edited or cut short by whoever drives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<P: Protocol> {
    /// Hands a message to the network.
    Send {
        /// The receiver.
        to: NodeId,
        /// What it is sent.
        message: P::Message,
    },
    /// Sets a timer, or resets it.
    Arm {
        /// Which.
        timer: P::Timer,
        /// When, by the node's own clock.
        after: Span,
    },
    /// Takes a timer back.
    Disarm {
        /// Which.
        timer: P::Timer,
    },
    /// Writes to the node's disk.
    Persist(P::Record),
    /// Answers a request.
    Reply {
        /// Which.
        id: RequestId,
        /// The answer.
        response: P::Response,
    },
    /// Lets observers know.
    Tell(P::Fact),
}

/// A handler's view of the world, which outlives it by `'w`. Drivers write the methods without a body.
pub trait Context<'w, P: Protocol>: Random<'w> {
    /// The node that acts.
    fn me(&self) -> NodeId;
    /// The time by this node's own clock, skew included. It may compute deadlines, leases and round numbers; what a
    /// handler *decides*, it decides by a timer.
    fn now(&self) -> Instant;
    /// Its neighbours in the topology at the start of the run: a row of it, or everybody else.
    fn peers(&self) -> Peers<'w>;
    /// The knobs that all nodes share.
    fn config(&self) -> &'w P::Config;
    /// All that this node has persisted, synced or not.
    fn disk(&self) -> &P::Durable;
    /// Applies, records or edits what the handler asks for.
    fn effect(&mut self, effect: Effect<P>);

    /// Sends a message.
    #[inline(always)]
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.effect(Effect::Send { to, message });
    }
    /// Sets a timer, or resets it.
    #[inline(always)]
    fn arm(&mut self, timer: P::Timer, after: Span) {
        self.effect(Effect::Arm { timer, after });
    }
    /// Takes a timer back.
    #[inline(always)]
    fn disarm(&mut self, timer: P::Timer) {
        self.effect(Effect::Disarm { timer });
    }
    /// Writes to the disk.
    #[inline(always)]
    fn persist(&mut self, record: P::Record) {
        self.effect(Effect::Persist(record));
    }
    /// Answers a request.
    #[inline(always)]
    fn reply(&mut self, id: RequestId, response: P::Response) {
        self.effect(Effect::Reply { id, response });
    }
    /// Tells observers a fact; free when none listens.
    #[inline(always)]
    fn tell(&mut self, fact: P::Fact) {
        self.effect(Effect::Tell(fact));
    }
}
