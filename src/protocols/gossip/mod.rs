//! Gossip: rumors that spread from site to site.
//!
//! Direct mail, flooding, epidemics that die out and that do not, anti-entropy, and rumor mongering, in synchronous
//! rounds or by timers. Sources: Demers et al. (PODC 1987), "Epidemic algorithms for replicated database
//! maintenance"; Kermarrec et al. (2003), "Probabilistic reliable dissemination in large-scale systems"; Karp et al.
//! (FOCS 2000), "Randomized rumor spreading". Every node is a site; its peers are its neighbours in the topology.
//! All state is per (site, rumor).
//!
//! Sites also agree on the mean of their numbers: Kempe, Dobra & Gehrke (FOCS 2003), "Gossip-based computation of
//! aggregate information"; Jelasity, Montresor & Babaoglu (TOCS 2005), "Gossip-based aggregation in large dynamic
//! networks".

mod aggregate;
mod averaging;
mod calls;
mod checks;
mod clocked;
mod command;
mod config;
mod convergence;
mod exchange;
mod family;
mod few;
mod flaws;
mod histogram;
mod invariants;
mod keys;
mod known;
mod ledger;
mod limit;
mod liveness;
mod median;
mod message;
mod metrics;
mod on_receipt;
mod push_sum;
mod range;
mod rules;
mod service;
mod settings;
mod site;
mod snapshot;
mod tally;

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

pub use aggregate::{Aggregation, Holding, Share, Values};
pub use checks::Checks;
pub use config::{
    Algorithm, Config, Dedupe, Delivery, Forward, Keeping, Limit, Mode, Mongering, Origin, Phase,
    Removal, Rpc, Stop, Tempo, Useful, View,
};
pub use family::GossipFamily;
pub use flaws::FLAWS;
pub use invariants::INVARIANTS;
pub use known::{Known, Record};
pub use ledger::Ledger;
pub use median::{Line, Lines, Median, Stage};
pub use message::{Call, Fact, Ids, Item, Message, News, Request, RumorId, Start, Tries, Wants};
pub use metrics::METRICS;
pub use rules::{Paper, Planted, Planting, Rules};
pub use site::{Site, Spread};
pub use tally::Tally;

use crate::kernel::{NodeId, RequestId};
use crate::protocol::{Context, Never, Protocol};
use crate::simulation::World;

/// Bytes around a payload.
const RUMOR_HEADER: u32 = 24;
const REQUEST: u32 = 16;
const DIGEST: u32 = 16;
const ID: u32 = 8;
const FEEDBACK: u32 = 8;
const SHARE: u32 = 24;

/// The protocol; `R` decides as written ([`Paper`]) or with a planted mistake ([`Planted`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gossip<R = Paper>(PhantomData<R>);

/// What part a node plays: all play the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Role;

crate::timers!(
    /// A site's next turn by the clock; without one, what its calls wait for.
    Turn
);

impl<R: Rules> Protocol for Gossip<R> {
    type Config = Config;
    type Role = Role;
    type Node = Site;
    type Durable = Known;
    type Record = Record;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Response = Never;
    type Fact = Fact;

    fn boot<'w>(Role: Role, cx: &mut impl Context<'w, Self>) -> Site {
        let mut site = Site::default();
        if cx.config().algorithm.is_clocked() {
            site.start_clock(cx);
        }
        if let Some(aggregation) = cx.config().algorithm.aggregation() {
            site.hold(aggregation.values, cx);
        }
        site
    }

    fn on_message<'w>(
        site: &mut Site,
        from: NodeId,
        message: Message,
        cx: &mut impl Context<'w, Self>,
    ) {
        match message {
            Message::Rumor { id, bytes, hops, wants, call } => {
                let config = cx.config();
                if R::is(Planting::Deaf, config) && cx.me().0 + 1 == config.nodes {
                    return;
                }
                let item = Item { id, bytes, hops };
                match config.algorithm.is_clocked() {
                    true => site.on_copy_by_clock(from, item, wants, cx),
                    false => {
                        let call = (wants == Wants::Ack).then_some(call);
                        site.take_in(from, item, call, cx);
                    }
                }
            }
            Message::Request(ids, tries) if site.admits(from, tries, cx) => {
                match cx.config().algorithm {
                    Algorithm::AntiEntropy { .. } => site.give_what_lacks(from, &ids, cx),
                    _ => site.answer(from, cx),
                }
            }
            Message::Knock(tries) if site.admits(from, tries, cx) => site.accept(from, cx),
            Message::Digest(ids, tries) if site.admits(from, tries, cx) => {
                site.on_digest(from, &ids, cx);
            }
            Message::Request(..) | Message::Knock(_) | Message::Digest(..) => {}
            Message::Accepted => site.tell_all(from, Wants::Nothing, cx),
            Message::Refused(tries) => site.hunt(tries, cx),
            Message::Feedback { id, news } => site.on_feedback(id, news, cx),
            Message::Need(ids) => site.give(from, &ids, cx),
            Message::Ack { call, .. } => site.on_ack(call, cx),
            Message::Call(lines) => {
                if let Algorithm::MedianCounter(median) = cx.config().algorithm {
                    site.on_call(from, &lines, median, cx);
                }
            }
            Message::Answer(lines) => site.on_lines(from, &lines, cx),
            Message::Share(share) => site.on_share(*share, cx),
            Message::Offer { call, value } => site.on_offer(from, (call, value), cx),
            Message::Reply { call, value } => site.on_reply(call, value, cx),
            Message::Busy(call) => site.on_busy(call),
        }
    }

    fn on_timer<'w>(site: &mut Site, Timer::Turn: Timer, cx: &mut impl Context<'w, Self>) {
        match cx.config().algorithm.is_clocked() {
            true => site.on_turn(cx),
            false => site.on_due(cx),
        }
    }

    fn on_request<'w>(
        site: &mut Site,
        _: RequestId,
        request: Request,
        cx: &mut impl Context<'w, Self>,
    ) {
        let item = match request {
            Request::Publish { id, bytes } => Item { id, bytes, hops: 0 },
            Request::SetValue(value) => return site.set_value(value, cx),
        };
        match cx.config().algorithm.is_clocked() {
            true => site.publish_by_clock(item, cx),
            false => site.publish(item, cx),
        }
    }

    #[inline(always)]
    fn store(known: &mut Known, record: Record) {
        known.store(record);
    }

    const KINDS: &'static [&'static str] =
        &["rumor", "request", "feedback", "digest", "need", "ack", "share"];

    #[inline(always)]
    fn kind(message: &Message) -> usize {
        match message {
            Message::Rumor { .. } => 0,
            Message::Request(..) | Message::Knock(_) => 1,
            Message::Feedback { .. } | Message::Accepted | Message::Refused(_) => 2,
            Message::Digest(..) => 3,
            Message::Need(_) => 4,
            Message::Ack { .. } => 5,
            Message::Call(_) | Message::Answer(_) if message.handed_over().next().is_some() => 0,
            Message::Call(_) | Message::Offer { .. } => 1,
            Message::Answer(_) | Message::Busy(_) => 2,
            Message::Share(_) | Message::Reply { .. } => 6,
        }
    }

    #[inline(always)]
    fn size(message: &Message) -> u32 {
        let of = |ids: &Ids| ids.as_ref().map_or(0, |ids| ID.saturating_mul(ids.len() as u32));
        match message {
            Message::Rumor { bytes, .. } => bytes.saturating_add(RUMOR_HEADER),
            Message::Request(None, _) | Message::Knock(_) => REQUEST,
            Message::Request(ids, _) | Message::Digest(ids, _) => DIGEST.saturating_add(of(ids)),
            Message::Feedback { .. } | Message::Accepted | Message::Refused(_) => FEEDBACK,
            Message::Need(ids) => of(ids),
            Message::Ack { bytes, .. } => *bytes,
            Message::Call(lines) => median::size(lines).max(REQUEST),
            Message::Answer(lines) => median::size(lines).max(FEEDBACK),
            Message::Offer { .. } => REQUEST,
            Message::Busy(_) => FEEDBACK,
            Message::Share(_) | Message::Reply { .. } => SHARE,
        }
    }

    fn is(_: &Site, role: &str) -> bool {
        role == "site"
    }
}

/// Gossip with or without planted flaws: what is measured and checked alike.
pub trait Spreads:
    Protocol<
        Config = Config,
        Role = Role,
        Node = Site,
        Durable = Known,
        Message = Message,
        Timer = Timer,
        Request = Request,
        Response = Never,
        Fact = Fact,
    >
{
}

impl<R: Rules> Spreads for Gossip<R> {}

const _: () = {
    type Plain = World<Gossip>;
    assert!(Plain::NODE_BYTES == 64, "a site with its disk is one cache line");
    assert!(Plain::ENTRY_BYTES == 32, "two entries of the queue are one");
};
