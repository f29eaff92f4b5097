//! A site: what it spreads, and how it learns of a rumor.

use super::aggregate::Holding;
use super::calls::Calls;
use super::few::Few;
use super::median::Ballot;
use super::message::{Call, Item, Message, RumorId, Wants};
use super::rules::{Planting, Rules};
use super::{Gossip, Record};
use crate::kernel::NodeId;
use crate::protocol::Context;

/// What a crash erases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Site {
    /// Rumors with something to remember about them beside that they are known.
    pub(super) spreads: Few<Spread>,
    /// What only some algorithms need.
    aside: Option<Box<Aside>>,
}

const _: () = assert!(size_of::<Option<Site>>() == 32);

/// What few sites have to remember.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Aside {
    /// Calls made and taken, and what they wait for.
    calls: Calls,
    /// What it holds of a sum that is shared by all.
    holding: Option<Holding>,
    /// Whom it met about the rumors that it tells (median_counter).
    pub(super) ballots: Vec<Ballot>,
}

/// One rumor at one site.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spread {
    /// The rumor.
    pub item: Item,
    /// The round in which the site heard of it.
    pub since: u32,
    /// Useless rounds in a row, or rounds at all; or how far it is (median_counter).
    pub counter: u16,
    /// Whether it is still told.
    pub(super) state: State,
    /// What became of this round's transfers.
    pub(super) transfers: Transfers,
}

/// Whether a rumor is still told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// It is.
    Infective,
    /// It is known, no more.
    Known,
}

/// What became of a round's transfers of one rumor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Transfers {
    pub(super) useful: bool,
    pub(super) useless: bool,
}

impl Spread {
    /// Whether it is still told.
    #[inline(always)]
    pub fn is_infective(&self) -> bool {
        self.state == State::Infective
    }
}

impl Site {
    /// What it has to remember of rumors beside that they are known.
    pub fn spreads(&self) -> &[Spread] {
        &self.spreads
    }

    /// How many lists of peers it is calling.
    pub fn open_calls(&self) -> usize {
        self.calls().map_or(0, |calls| calls.open.len())
    }

    /// What it holds, if the algorithm is one of aggregation.
    pub fn holding(&self) -> Option<&Holding> {
        self.aside.as_ref()?.holding.as_ref()
    }

    pub(super) fn holding_mut(&mut self) -> Option<&mut Holding> {
        self.aside.as_mut()?.holding.as_mut()
    }

    pub(super) fn take_hold(&mut self, holding: Holding) {
        self.aside.get_or_insert_default().holding = Some(holding);
    }

    /// What it remembers of calls, if it ever made or took any.
    pub(super) fn calls(&self) -> Option<&Calls> {
        self.aside.as_ref().map(|aside| &aside.calls)
    }

    pub(super) fn calls_mut(&mut self) -> Option<&mut Calls> {
        self.aside.as_mut().map(|aside| &mut aside.calls)
    }

    pub(super) fn calls_or_new(&mut self) -> &mut Calls {
        &mut self.aside.get_or_insert_default().calls
    }

    pub(super) fn ballots(&self) -> &[Ballot] {
        self.aside.as_ref().map_or(&[], |aside| &aside.ballots)
    }

    pub(super) fn ballots_mut(&mut self) -> &mut Vec<Ballot> {
        &mut self.aside.get_or_insert_default().ballots
    }

    /// Whether it knows a rumor.
    #[inline(always)]
    pub(super) fn knows<'w, R: Rules>(
        &self,
        id: RumorId,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) -> bool {
        self.spreads.iter().any(|spread| spread.item.id == id)
            || R::keeps(cx.config()) && cx.disk().knows(id)
    }

    /// Notes that it knows a rumor.
    #[inline(always)]
    pub(super) fn note<'w, R: Rules>(&mut self, item: Item, cx: &mut impl Context<'w, Gossip<R>>) {
        let forgets = R::forgets(cx.config());
        if R::keeps(cx.config()) {
            cx.persist(if forgets { Record::Only(item) } else { Record::Also(item) });
            return;
        }
        if forgets {
            self.spreads.clear();
        }
        self.spreads.push(Spread::known(item));
    }
}

impl Spread {
    /// One that is known, no more.
    pub(super) fn known(item: Item) -> Spread {
        let (since, counter, transfers) = (0, 0, Transfers::default());
        Spread { item, since, counter, state: State::Known, transfers }
    }
}

/// Sends a copy, a hop further.
#[inline(always)]
pub(super) fn send_copy<'w, R: Rules>(
    to: NodeId,
    item: Item,
    wants: Wants,
    cx: &mut impl Context<'w, Gossip<R>>,
) {
    send_call(to, item, (wants, Call::default()), cx);
}

/// Sends a copy, a hop further, by a call of that number.
#[inline(always)]
pub(super) fn send_call<'w, R: Rules>(
    to: NodeId,
    item: Item,
    (wants, call): (Wants, Call),
    cx: &mut impl Context<'w, Gossip<R>>,
) {
    let Item { mut id, bytes, hops } = item;
    if R::is(Planting::Invent, cx.config()) && cx.choose(1000) == 0 {
        id = RumorId(id.0 ^ 1 << 30);
    }
    cx.send(to, Message::Rumor { id, bytes, hops: hops.saturating_add(1), wants, call });
}

/// So many distinct peers, uniformly drawn; all, if they are fewer (Floyd's algorithm: Bentley & Floyd 1987).
pub(super) fn draw_peers<'w, R: Rules>(
    wanted: u32,
    cx: &mut impl Context<'w, Gossip<R>>,
) -> Vec<NodeId> {
    let peers = cx.peers();
    let len = peers.len() as u32;
    let mut drawn: Vec<NodeId> = Vec::with_capacity(wanted.min(len) as usize);
    for last in len.saturating_sub(wanted)..len {
        let peer = draw_peer(last + 1, cx);
        let is_new = R::is(Planting::WithReplacement, cx.config()) || !drawn.contains(&peer);
        drawn.push(if is_new { peer } else { peers.get(last as usize) });
    }
    drawn
}

/// One of the first so many peers.
#[inline(always)]
pub(super) fn draw_peer<'w, R: Rules>(of: u32, cx: &mut impl Context<'w, Gossip<R>>) -> NodeId {
    if R::is(Planting::AnyPeer, cx.config()) {
        let nodes = cx.config().nodes;
        return NodeId(cx.choose(nodes));
    }
    let place = cx.choose(of) as usize;
    cx.peers().get(place)
}
