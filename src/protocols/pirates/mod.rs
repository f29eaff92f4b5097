//! Pirates: name-dropping, gold, broken promises and rumours.
//!
//! Pirates know only whom they were told about; a controller enlists them, introduces them to others and says
//! goodbye. Predecessors: spigo (2014-16) and the occam-pi simulation behind it; gold as in kinetic exchange models
//! (Dragulescu & Yakovenko 2000; Angle 1986), rumours as in the simple epidemic (Demers et al. 1987). One state
//! machine: a `style` is nothing but a set of defaults.

mod chest;
mod command;
mod config;
mod controller;
mod family;
mod flaws;
mod invariants;
mod message;
mod metrics;
mod pirate;
mod rules;
mod settings;
mod snapshot;
mod tally;

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

pub use chest::{Account, Chest, Durable, Record, Roll};
pub use config::{
    Config, Gift, Habit, Habits, Inform, Lonely, Period, Purse, Reload, Rhythm, Start, Tell,
};
pub use family::PiratesFamily;
pub use flaws::{FLAWS, InventedRumour, LostCredit, Shout};
pub use invariants::{Checks, INVARIANTS};
pub use message::{Fact, Lost, Message, Request, Verdict};
pub use metrics::METRICS;
pub use pirate::Pirate;
pub use rules::{Paper, Planted, Planting, Rules};
pub use tally::{Gold, RUMOURS, Spread, Tally};

use crate::kernel::{NodeId, RequestId};
use crate::protocol::{Context, Flaw, Flawed, Never, Protocol};

/// The most buddies that a pirate can remember: the slots of its cache line (Dunbar's number, here 10).
pub const BUDDIES_MAX: usize = 10;

/// The protocol; `R` decides as written ([`Paper`]) or with a planted mistake ([`Planted`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pirates<R = Paper>(PhantomData<R>);

/// What part a node plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ids 0..N-1.
    Pirate,
    /// Id N.
    Controller,
}

/// What a crash erases. The controller's state is all durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// One that gossips.
    Pirate(Pirate),
    /// The one that introduces.
    Controller,
}

crate::timers!(
    /// A pirate's next wake, or its next hello while it waits for a chat; the controller's next enlistment or goodbye.
    Turn
);

impl<R: Rules> Protocol for Pirates<R> {
    type Config = Config;
    type Role = Role;
    type Node = Node;
    type Durable = Durable;
    type Record = Record;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Response = Never;
    type Fact = Fact;

    fn boot<'w>(role: Role, cx: &mut impl Context<'w, Self>) -> Node {
        match role {
            Role::Pirate => Node::Pirate(Pirate::boot(cx)),
            Role::Controller => {
                controller::boot(cx);
                Node::Controller
            }
        }
    }

    fn on_message<'w>(
        node: &mut Node,
        from: NodeId,
        message: Message,
        cx: &mut impl Context<'w, Self>,
    ) {
        match node {
            Node::Pirate(pirate) => pirate.on_message(from, message, cx),
            Node::Controller => controller::on_message(from, message, cx),
        }
    }

    fn on_timer<'w>(node: &mut Node, Timer::Turn: Timer, cx: &mut impl Context<'w, Self>) {
        match node {
            Node::Pirate(pirate) => pirate.on_turn(cx),
            Node::Controller => controller::on_turn(cx),
        }
    }

    fn on_request<'w>(
        node: &mut Node,
        _: RequestId,
        request: Request,
        cx: &mut impl Context<'w, Self>,
    ) {
        // Only the controller is asked; what a pirate does is its own affair.
        if let Node::Controller = node {
            cx.send(request.to, request.message);
        }
    }

    #[inline(always)]
    fn store(durable: &mut Durable, record: Record) {
        durable.store(record);
    }

    const KINDS: &'static [&'static str] =
        &["hello", "name_drop", "gold_coin", "chat", "rumour", "forget", "inform", "goodbye"];

    #[inline(always)]
    fn kind(message: &Message) -> usize {
        match message {
            Message::Hello => 0,
            Message::NameDrop { .. } => 1,
            Message::GoldCoin { .. } => 2,
            Message::Chat { .. } => 3,
            Message::Rumour { .. } => 4,
            Message::Forget => 5,
            Message::Inform { .. } => 6,
            Message::Goodbye => 7,
        }
    }

    fn is(node: &Node, role: &str) -> bool {
        matches!((node, role), (Node::Pirate(_), "pirate") | (Node::Controller, "controller"))
    }

    #[inline(always)]
    fn gone(node: &Node) -> bool {
        matches!(node, Node::Pirate(pirate) if pirate.has_left())
    }
}

/// Pirates with or without planted flaws: what is measured and checked alike.
pub trait Keeps:
    Protocol<
        Config = Config,
        Role = Role,
        Node = Node,
        Message = Message,
        Timer = Timer,
        Request = Request,
        Response = Never,
        Fact = Fact,
    >
{
    /// What a crash leaves of a disk.
    fn durable(disk: &Self::Durable) -> &Durable;
}

impl<R: Rules> Keeps for Pirates<R> {
    #[inline(always)]
    fn durable(disk: &Durable) -> &Durable {
        disk
    }
}

impl<R: Rules, F: Flaw<Pirates<R>>> Keeps for Flawed<Pirates<R>, F> {
    fn durable(disk: &Self::Durable) -> &Durable {
        &disk.kept
    }
}
