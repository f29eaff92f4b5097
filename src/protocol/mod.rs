//! The protocol layer: the contract between a state machine and whatever drives it.
//!
//! A [`Protocol`] is a set of pure handlers, generic over the [`Context`] that drives them. What a handler asks of
//! the world is data, an [`Effect`], but nothing stores it: the simulation's context matches each effect where it is
//! made and the enum compiles away; a [`Recorder`] keeps them for unit tests and for crashes between two effects;
//! [`Flawed`] edits them to plant flaws. One trait, several drivers, the same handlers.
//!
//! ```
//! use corsair::kernel::{NodeId, RequestId, Span};
//! use corsair::protocol::{Context, Effect, Never, Protocol, Recorder};
//!
//! /// Answers every ping.
//! #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
//! struct Echo;
//!
//! #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
//! enum Message {
//!     Ping(u32),
//!     Pong(u32),
//! }
//! corsair::timers!(Retry);
//!
//! impl Protocol for Echo {
//!     type Config = ();
//!     type Role = ();
//!     type Node = ();
//!     type Durable = ();
//!     type Record = Never;
//!     type Message = Message;
//!     type Timer = Timer;
//!     type Request = Never;
//!     type Response = Never;
//!     type Fact = Never;
//!
//!     fn boot<'w>(_: (), cx: &mut impl Context<'w, Self>) {
//!         cx.arm(Timer::Retry, Span::from_secs(1));
//!     }
//!     fn on_message<'w>(_: &mut (), from: NodeId, message: Message, cx: &mut impl Context<'w, Self>) {
//!         if let Message::Ping(number) = message {
//!             cx.send(from, Message::Pong(number));
//!         }
//!     }
//!     fn on_timer<'w>(_: &mut (), _: Timer, _: &mut impl Context<'w, Self>) {}
//!     fn on_request<'w>(_: &mut (), _: RequestId, request: Never, _: &mut impl Context<'w, Self>) {
//!         match request {}
//!     }
//!     fn store(_: &mut (), record: Never) {
//!         match record {}
//!     }
//!     const KINDS: &'static [&'static str] = &["ping", "pong"];
//!     fn kind(message: &Message) -> usize {
//!         match message {
//!             Message::Ping(_) => 0,
//!             Message::Pong(_) => 1,
//!         }
//!     }
//! }
//!
//! let mut cx = Recorder::<Echo, _>::of(NodeId(0), &(), |_| 0);
//! Echo::on_message(&mut (), NodeId(7), Message::Ping(42), &mut cx);
//! assert_eq!(cx.effects, [Effect::Send { to: NodeId(7), message: Message::Pong(42) }]);
//! ```

mod context;
mod deadlines;
mod draw;
mod flaw;
mod input;
mod observer;
mod recorder;
mod timer;

use std::fmt::Debug;
use std::hash::Hash;

pub use context::{Context, Effect};
pub use deadlines::Deadlines;
pub use draw::{Draw, Random, answer};
pub use flaw::{Flaw, Flawed, FlawedDisk, FlawedRecord};
pub use input::{Input, Origin};
pub use observer::{Observer, Undelivered};
pub use recorder::Recorder;
pub use timer::TimerName;

use crate::kernel::{NodeId, RequestId};

/// A pure state machine: state and input become new state and effects. No clock, no input or output, no globals, no
/// bare floats in its state. The type itself is a marker,
/// `#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)] pub struct Pirates;`.
pub trait Protocol: Copy + Debug + Eq + Hash + 'static {
    /// Validated knobs, shared by all nodes.
    type Config: Debug;
    /// What part a node plays: pirate, controller; broker, client.
    type Role: Copy + Debug + Eq + Hash;
    /// What a crash erases: an enum with a variant a role, where there are several.
    type Node: Clone + Debug + Eq + Hash;
    /// What a crash leaves; `()` where nothing is kept.
    type Durable: Clone + Debug + Eq + Hash + Default;
    /// One write to it; [`Never`] where nothing is kept.
    type Record: Clone + Debug + Eq + Hash;
    /// By value; bulk behind an `Rc`. Up to 8 bytes keep an event at 24 bytes.
    type Message: Clone + Debug + Eq + Hash + Ord;
    /// One deadline for each (node, name); where many are needed, [`Deadlines`].
    type Timer: TimerName;
    /// What the workload asks of a node.
    type Request: Clone + Debug + Eq + Hash;
    /// What it is answered.
    type Response: Clone + Debug + Eq + Hash;
    /// What observers, checkers and the workload are told.
    type Fact: Clone + Debug + Eq;

    /// Builds a node when it starts, and again after each crash, from `cx.disk()`.
    fn boot<'w>(role: Self::Role, cx: &mut impl Context<'w, Self>) -> Self::Node;
    /// A message has arrived.
    fn on_message<'w>(
        node: &mut Self::Node,
        from: NodeId,
        message: Self::Message,
        cx: &mut impl Context<'w, Self>,
    );
    /// A deadline has come.
    fn on_timer<'w>(node: &mut Self::Node, timer: Self::Timer, cx: &mut impl Context<'w, Self>);
    /// A client asks for something; `Reply` with the same id answers it.
    fn on_request<'w>(
        node: &mut Self::Node,
        id: RequestId,
        request: Self::Request,
        cx: &mut impl Context<'w, Self>,
    );
    /// Under a shared uplink: the first byte of the last message to `to` has left, the next may be handed over.
    fn on_ready<'w>(_node: &mut Self::Node, _to: NodeId, _cx: &mut impl Context<'w, Self>) {}
    /// Folds a record into durable state. Drivers call it, handlers never.
    fn store(durable: &mut Self::Durable, record: Self::Record);

    /// The kinds of message: names of counters, keys of `per_kind`, words of a trace.
    const KINDS: &'static [&'static str];
    /// The place of a message's kind in [`Protocol::KINDS`].
    fn kind(message: &Self::Message) -> usize;
    /// How many items a message carries: rumours, log entries.
    fn items(_message: &Self::Message) -> u32 {
        1
    }
    /// Bytes on the wire, for bandwidth and traffic.
    fn size(message: &Self::Message) -> u32 {
        size_of_val(message) as u32
    }
    /// What a selector such as `{role: leader}` asks.
    fn is(_node: &Self::Node, _role: &str) -> bool {
        false
    }
    /// The request that announces a graceful departure: a crash follows when it was handled.
    fn leave() -> Option<Self::Request> {
        None
    }
    /// Left for good, with its state kept to be read: what reaches it counts as addressed to nobody.
    fn gone(_node: &Self::Node) -> bool {
        false
    }
}

/// What never happens: the type of records, requests or facts of a protocol that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Never {}
