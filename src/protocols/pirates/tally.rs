//! The counters of a run of pirates, kept from what they say and tell.

use super::message::{Fact, Lost, Message, Verdict};
use super::{Keeps, Node};
use crate::kernel::{Instant, NodeId, Span};
use crate::network::{Fate, Parcel};
use crate::protocol::{Effect, Input, Observer, Origin, Undelivered};

/// How many rumours there can be.
pub const RUMOURS: usize = 16;

/// Counters. They cost a few instructions an event, and 3 bytes a pirate.
#[derive(Clone, Debug)]
pub struct Tally {
    controller: NodeId,
    pub(super) wakes: u64,
    pub(super) wakes_idle: u64,
    /// By [`Verdict`].
    pub(super) judged: [u64; 4],
    pub(super) edges_formed: u64,
    pub(super) edges_lost: u64,
    pub(super) gifts: u64,
    pub(super) rumours_told: u64,
    pub(super) reintroductions: u64,
    pub(super) promises_broken: u64,
    pub(super) promises_broken_mutual: u64,
    pub(super) population: u64,
    pub(super) gold: Gold,
    standing: Vec<Standing>,
    heard: Vec<u16>,
    pub(super) rumours: [Spread; RUMOURS],
}

/// Where the coins are. At every moment: total + in flight + lost + overboard = minted + counterfeit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gold {
    /// In purses.
    pub total: u64,
    /// In the controller's messages.
    pub minted: u64,
    /// In the messages of pirates.
    pub given: u64,
    /// In copies under way, or in gifts that wait for the giver's disk.
    pub in_flight: u64,
    /// In copies that were lost.
    pub lost: u64,
    /// Delivered to nobody, refused by a full purse, or gone with a wiped disk.
    pub overboard: u64,
    /// In the extra copies of duplicated messages.
    pub counterfeit: u64,
}

/// What a pirate is, a bit each: one byte of it for each of 10^7 pirates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing(u8);

impl Standing {
    const ENLISTED: u8 = 1;
    const UP: u8 = 2;
    const LEFT: u8 = 4;

    /// Enlisted, up, and not left.
    fn is_aboard(self) -> bool {
        self.0 == Standing::ENLISTED | Standing::UP
    }
}

/// How far a rumour has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Pirates that ever heard it.
    pub heard: u64,
    /// Its first delivery.
    pub since: Option<Instant>,
    /// From then until half of the pirates had heard it.
    pub t50: Option<Span>,
    /// From then until 99 of 100 had.
    pub t99: Option<Span>,
}

impl Tally {
    /// Nothing counted yet, for so many pirates.
    pub fn new(pirates: u32) -> Tally {
        Tally {
            controller: NodeId(pirates),
            wakes: 0,
            wakes_idle: 0,
            judged: [0; 4],
            edges_formed: 0,
            edges_lost: 0,
            gifts: 0,
            rumours_told: 0,
            reintroductions: 0,
            promises_broken: 0,
            promises_broken_mutual: 0,
            population: 0,
            gold: Gold::default(),
            standing: vec![Standing::default(); pirates as usize],
            heard: Vec::new(),
            rumours: [Spread::default(); RUMOURS],
        }
    }

    pub(super) fn judged(&self, verdict: Verdict) -> u64 {
        self.judged[verdict as usize]
    }

    /// Where the coins are.
    pub fn gold(&self) -> Gold {
        self.gold
    }

    /// Whether a pirate has been spoken to by the controller.
    pub(super) fn is_enlisted(&self, pirate: NodeId) -> bool {
        self.standing[pirate.index()].0 & Standing::ENLISTED != 0
    }

    fn hear(&mut self, at: Instant, pirate: NodeId, rumour: u8) {
        if self.heard.is_empty() {
            self.heard = vec![0; self.standing.len()];
        }
        let heard = &mut self.heard[pirate.index()];
        if *heard >> rumour & 1 == 1 {
            return; // an amnesiac hears it again
        }
        *heard |= 1 << rumour;
        let all = self.standing.len() as u64;
        let spread = &mut self.rumours[usize::from(rumour)];
        spread.heard += 1;
        let since = *spread.since.get_or_insert(at);
        let reached = |percent: u64| spread.heard * 100 >= all * percent;
        if reached(50) {
            spread.t50.get_or_insert(at.since(since));
        }
        if reached(99) {
            spread.t99.get_or_insert(at.since(since));
        }
    }

    /// The coins that a pirate gives; a gift to oneself never leaves the purse.
    #[inline(always)]
    fn gift<P: Keeps>(&self, node: NodeId, effect: &Effect<P>) -> Option<u64> {
        match effect {
            Effect::Send { to, message: Message::GoldCoin { coins } }
                if node != self.controller && *to != node =>
            {
                Some(u64::from(*coins))
            }
            _ => None,
        }
    }

    /// Coins leave a purse for nowhere.
    fn sink(&mut self, coins: u32) {
        self.gold.total -= u64::from(coins);
        self.gold.overboard += u64::from(coins);
    }

    fn stand(&mut self, pirate: NodeId, change: impl FnOnce(&mut u8)) {
        let standing = &mut self.standing[pirate.index()];
        let before = standing.is_aboard();
        change(&mut standing.0);
        self.population = self.population + u64::from(standing.is_aboard()) - u64::from(before);
    }
}

impl<P: Keeps> Observer<P> for Tally {
    #[inline(always)]
    fn on_activation(&mut self, _: Instant, node: NodeId, input: &Input<P>, _: Option<Origin>) {
        match input {
            // A note to oneself is not seen when it is sent.
            Input::Message(from, Message::GoldCoin { coins }) if *from != node => {
                self.gold.in_flight -= u64::from(*coins);
                self.gold.total += u64::from(*coins);
            }
            Input::Boot(_) if node != self.controller => self.stand(node, |s| *s |= Standing::UP),
            _ => {}
        }
    }

    #[inline(always)]
    fn on_effect(&mut self, _: Instant, node: NodeId, effect: &Effect<P>) {
        if let Some(coins) = self.gift(node, effect) {
            self.gold.total -= coins;
            self.gold.in_flight += coins;
        }
    }

    #[inline(always)]
    fn on_send(&mut self, parcel: &Parcel, fate: &Fate, message: &Message) {
        let from_pirate = parcel.source != self.controller;
        match message {
            Message::GoldCoin { coins } => {
                let coins = u64::from(*coins);
                if from_pirate {
                    self.gifts += 1;
                    self.gold.given += coins;
                    self.gold.in_flight -= coins; // since it was asked for
                } else {
                    self.gold.minted += coins;
                }
                let copies = match fate {
                    Fate::Deliver(_) => 1,
                    Fate::Lost(_) => 0,
                    Fate::Copies(copies) => copies.len() as u64,
                };
                self.gold.in_flight += copies * coins;
                self.gold.counterfeit += copies.saturating_sub(1) * coins;
                self.gold.lost += u64::from(copies == 0) * coins;
            }
            Message::Rumour { .. } => self.rumours_told += u64::from(from_pirate),
            Message::Hello => self.reintroductions += u64::from(from_pirate),
            Message::Forget => self.promises_broken += 1,
            _ => {}
        }
    }

    fn on_undelivered(
        &mut self,
        _: Instant,
        _: NodeId,
        _: NodeId,
        message: &Message,
        why: Undelivered,
    ) {
        if let Message::GoldCoin { coins } = message {
            let coins = u64::from(*coins);
            self.gold.in_flight -= coins;
            match why {
                Undelivered::Nobody => self.gold.overboard += coins,
                Undelivered::Partitioned => self.gold.lost += coins,
            }
        }
    }

    #[inline(always)]
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        match fact {
            Fact::Woke { idle } => {
                self.wakes += 1;
                self.wakes_idle += u64::from(*idle);
            }
            Fact::Judged(verdict) => self.judged[*verdict as usize] += 1,
            Fact::EdgeFormed { .. } => self.edges_formed += 1,
            Fact::EdgeLost { how, .. } => {
                self.edges_lost += 1;
                self.promises_broken_mutual += u64::from(*how == Lost::Told);
            }
            Fact::Heard { rumour, .. } => self.hear(at, node, *rumour),
            Fact::Refused { coins, .. } => self.sink(*coins),
            Fact::Enlisted => self.stand(node, |s| *s |= Standing::ENLISTED),
            Fact::Left => self.stand(node, |s| *s |= Standing::LEFT),
        }
    }

    /// The state that a crash erases goes as far as the handler came, whatever became of its effects.
    fn on_unsaid(&mut self, _: Instant, node: NodeId, effect: &Effect<P>) {
        if let Some(coins) = self.gift(node, effect) {
            self.gold.in_flight -= coins;
            self.gold.overboard += coins;
        }
        match effect {
            Effect::Tell(Fact::Refused { coins, .. }) => self.sink(*coins),
            Effect::Tell(Fact::EdgeFormed { .. }) => self.edges_formed += 1,
            Effect::Tell(Fact::EdgeLost { .. }) => self.edges_lost += 1,
            _ => {}
        }
    }

    fn on_crash(&mut self, _: Instant, node: NodeId, state: &Node, disk: &P::Durable) {
        let Node::Pirate(pirate) = state else { return };
        self.stand(node, |s| *s &= !Standing::UP);
        self.edges_lost += pirate.buddies().len() as u64;
        let sunk = i64::from(pirate.booty()) - i64::from(P::durable(disk).chest().booty);
        // A disk that lost its last writes may be poorer than the purse, or richer, when it forgot a gift.
        self.gold.total = self.gold.total.wrapping_add_signed(-sunk);
        self.gold.overboard = self.gold.overboard.wrapping_add_signed(sunk);
    }
}
