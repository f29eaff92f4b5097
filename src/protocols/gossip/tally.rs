//! The counters of a run of gossip, kept from what the sites say and tell.

use std::collections::BTreeMap;

use super::config::{Algorithm, Config, round_of};
use super::histogram::Histogram;
use super::message::{Fact, Message, News, RumorId, Start};
use super::{Known, Ledger, Request, Site, Spreads, Tempo};
use crate::kernel::{Instant, NodeId, Span};
use crate::network::{Fate, Parcel};
use crate::protocol::{Input, Observer, Origin, Undelivered};
use crate::protocols::Outlook;

/// Counters. They cost a few instructions an event, a bit a site and rumor, and 4 bytes a site.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The length of a round; none where times are not in rounds.
    round: Option<Span>,
    /// Whether all who know a rumor go on for ever.
    always: bool,
    pub(super) nodes: u32,
    /// When each publish is due, and by number.
    pub(super) due: Vec<Instant>,
    warmup: Instant,
    /// By number; none before it was published.
    rumors: Vec<Option<Box<Spreading>>>,
    pub(super) infective: u64,
    in_flight: u64,
    /// Lists of peers that are being called, by site.
    open: BTreeMap<NodeId, u32>,
    /// Sends by site.
    pub(super) load: Vec<u32>,
    pub(super) cold: u64,
    pub(super) delivery: Histogram,
    /// Of numbers, where nothing spreads.
    pub(super) ledger: Option<Box<Ledger>>,
}

/// How far a rumor has come.
#[derive(Clone, Debug)]
pub(super) struct Spreading {
    published: Instant,
    /// A bit a site.
    sites: Vec<Sites>,
    pub(super) informed: u64,
    /// Sites that ever heard of it, the origin apart: first receipts.
    pub(super) receipts: u64,
    /// Sites that tell it now.
    telling: u64,
    pub(super) sent: u64,
    pub(super) duplicates: u64,
    /// Over first receipts, in rounds or nanoseconds.
    pub(super) sum: u128,
    /// Over transfers that count as news, in rounds.
    pub(super) sum_useful: u128,
    /// The latest first receipt, in rounds or nanoseconds.
    pub(super) last: u64,
    pub(super) last_span: Option<Span>,
    /// The latest receipt, also by a site that knew.
    pub(super) last_copy: Option<Span>,
    /// The end of the last round in which a site was infective that no longer is.
    quiet: u64,
    pub(super) hops: u64,
    pub(super) hops_max: u16,
    /// Until half, 9 of 10 and 99 of 100 sites knew.
    pub(super) reached: [Option<Span>; 3],
}

/// 64 sites, of which the first is the lowest bit.
#[derive(Clone, Copy, Debug, Default)]
struct Sites {
    /// They know.
    informed: u64,
    /// They tell.
    infective: u64,
    /// They have ever known, also in an earlier life without a disk.
    heard: u64,
}

/// The shares behind [`Spreading::reached`], in hundredths.
const SHARES: [u64; 3] = [50, 90, 99];

impl Tally {
    /// Nothing counted yet.
    pub fn new<P: Spreads>(config: &Config, outlook: &Outlook<'_, P>) -> Tally {
        let round = match config.tempo {
            Tempo::Rounds(period) if config.in_rounds() => Some(period),
            _ => None,
        };
        let publishes = || {
            let requests = outlook.requests.iter();
            requests.filter(|(.., request)| matches!(request, Request::Publish { .. }))
        };
        Tally {
            round,
            always: matches!(config.algorithm, Algorithm::AntiEntropy { .. }),
            nodes: config.nodes,
            due: publishes().map(|(at, ..)| *at).collect(),
            warmup: outlook.warmup,
            rumors: vec![None; publishes().count()],
            infective: 0,
            in_flight: 0,
            open: BTreeMap::new(),
            load: vec![0; config.nodes as usize],
            cold: 0,
            delivery: Histogram::default(),
            ledger: Ledger::of(config),
        }
    }

    /// The rumors that count, with their numbers: published, and not while the run was warming up.
    pub(super) fn rumors(&self) -> impl Iterator<Item = (RumorId, &Spreading)> + Clone {
        let published = self
            .rumors
            .iter()
            .zip(0..)
            .filter_map(|(rumor, id)| rumor.as_deref().map(|rumor| (RumorId(id), rumor)));
        published.filter(|(_, rumor)| rumor.published >= self.warmup)
    }

    /// Infective sites, copies of rumors under way, and open calls; none while publishes are still to come.
    pub(super) fn active(&self, now: Instant) -> Option<u64> {
        let lasting = || {
            let all = self.rumors.iter().flatten();
            all.map(|rumor| rumor.informed).sum::<u64>()
        };
        let infective = if self.always { lasting() } else { self.infective };
        let is_over = self.due.last().is_none_or(|last| *last <= now);
        let open: u64 = self.open.values().map(|open| u64::from(*open)).sum();
        is_over.then_some(infective + self.in_flight + open)
    }

    /// Publishes whose time has come without a site that was up.
    pub(super) fn skipped(&self, now: Instant) -> u64 {
        let all = self.due.iter().zip(&self.rumors);
        all.filter(|(due, rumor)| **due <= now && rumor.is_none()).count() as u64
    }

    /// The last round in which a site told a rumor: this one, if some still do.
    pub(super) fn quiet(&self, rumor: &Spreading, now: Instant) -> u64 {
        match self.always || rumor.telling > 0 {
            true => Tally::since(self.round, rumor.published, now),
            false => rumor.quiet,
        }
    }

    pub(super) fn in_rounds(&self) -> bool {
        self.round.is_some()
    }

    /// From the publish of a rumor on: rounds, or nanoseconds.
    fn since(round: Option<Span>, published: Instant, at: Instant) -> u64 {
        match round {
            Some(period) => u64::from(round_of(at, period) - round_of(published, period)),
            None => at.since(published).nanos(),
        }
    }

    fn rumor(&mut self, id: RumorId) -> Option<&mut Spreading> {
        // A site with a planted flaw invents numbers.
        self.rumors.get_mut(id.0 as usize)?.as_deref_mut()
    }

    fn publish(&mut self, at: Instant, node: NodeId, id: RumorId) {
        let mut sites = vec![Sites::default(); (self.nodes as usize).div_ceil(64)];
        let origin = &mut sites[node.index() / 64];
        (origin.informed, origin.heard) = (bit(node), bit(node));
        let mut rumor = Spreading {
            published: at,
            sites,
            informed: 1,
            receipts: 0,
            telling: 0,
            sent: 0,
            duplicates: 0,
            sum: 0,
            sum_useful: 0,
            last: 0,
            last_span: None,
            last_copy: None,
            quiet: 0,
            hops: 0,
            hops_max: 0,
            reached: [None; 3],
        };
        rumor.reach(self.nodes, Span::ZERO);
        if let Some(place) = self.rumors.get_mut(id.0 as usize) {
            *place = Some(Box::new(rumor));
        }
    }

    #[inline(always)]
    fn receive(&mut self, at: Instant, node: NodeId, id: RumorId, hops: u16) {
        let (round, nodes, warmup) = (self.round, self.nodes, self.warmup);
        let Some(rumor) = self.rumor(id) else { return };
        let span = at.since(rumor.published);
        let since = Tally::since(round, rumor.published, at);
        let sites = &mut rumor.sites[node.index() / 64];
        let (is_news, is_first) = (sites.informed & bit(node) == 0, sites.heard & bit(node) == 0);
        sites.informed |= bit(node);
        sites.heard |= bit(node);
        rumor.informed += u64::from(is_news);
        rumor.sum_useful += u128::from(since);
        rumor.last_span = Some(span);
        rumor.last_copy = Some(span);
        rumor.reach(nodes, span);
        if !is_first {
            // The origin's own, where it was not marked, or that of a later life.
            return;
        }
        rumor.receipts += 1;
        rumor.sum += u128::from(since);
        rumor.last = since;
        rumor.hops += u64::from(hops);
        rumor.hops_max = rumor.hops_max.max(hops);
        if rumor.published >= warmup {
            self.delivery.add(span);
        }
    }
}

impl Spreading {
    fn reach(&mut self, nodes: u32, span: Span) {
        for (reached, share) in self.reached.iter_mut().zip(SHARES) {
            if reached.is_none() && self.informed * 100 >= u64::from(nodes) * share {
                *reached = Some(span);
            }
        }
    }

    /// Whether a site knows it.
    pub(super) fn informs(&self, node: NodeId) -> bool {
        self.sites[node.index() / 64].informed & bit(node) != 0
    }

    /// Notes whether a site tells it; says whether that is a change.
    #[inline(always)]
    fn tell(&mut self, node: NodeId, tells: bool) -> bool {
        let telling = &mut self.sites[node.index() / 64].infective;
        let before = *telling;
        *telling = if tells { before | bit(node) } else { before & !bit(node) };
        let is_change = *telling != before;
        match tells {
            true => self.telling += u64::from(is_change),
            false => self.telling -= u64::from(is_change),
        }
        is_change
    }
}

/// A site among its 64.
#[inline(always)]
fn bit(node: NodeId) -> u64 {
    1 << (node.0 % 64)
}

/// How many copies were made of a message.
fn copies(fate: &Fate) -> u64 {
    match fate {
        Fate::Deliver(_) => 1,
        Fate::Lost(_) => 0,
        Fate::Copies(copies) => copies.len() as u64,
    }
}

impl<P: Spreads> Observer<P> for Tally {
    #[inline(always)]
    fn on_activation(&mut self, at: Instant, node: NodeId, input: &Input<P>, _: Option<Origin>) {
        if let Some(ledger) = &mut self.ledger {
            ledger.tick(at, input);
        }
        let Input::Message(_, message) = input else { return };
        if let Message::Rumor { .. } = message {
            self.in_flight -= 1;
        } else if let Some(ledger) = &mut self.ledger {
            ledger.on_message(node, message);
        } else {
            self.in_flight -= message.handed_over().count() as u64;
        }
    }

    #[inline(always)]
    fn on_send(&mut self, parcel: &Parcel, fate: &Fate, message: &Message) {
        self.load[parcel.source.index()] += 1;
        if let Message::Rumor { id, .. } = message {
            self.in_flight += copies(fate);
            if let Some(rumor) = self.rumor(*id) {
                rumor.sent += 1;
            }
        } else if let Some(ledger) = &mut self.ledger {
            ledger.on_send(parcel.target, fate, message, copies(fate));
        } else {
            for id in message.handed_over() {
                self.in_flight += copies(fate);
                if let Some(rumor) = self.rumor(id) {
                    rumor.sent += 1;
                }
            }
        }
    }

    fn on_undelivered(
        &mut self,
        _: Instant,
        node: NodeId,
        _: NodeId,
        message: &Message,
        _: Undelivered,
    ) {
        if let Message::Rumor { .. } = message {
            self.in_flight -= 1;
        }
        self.in_flight -= message.handed_over().count() as u64;
        if let Some(ledger) = &mut self.ledger {
            ledger.on_undelivered(node, message);
        }
    }

    #[inline(always)]
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        match *fact {
            Fact::Received { id, hops, .. } => self.receive(at, node, id, hops),
            Fact::Duplicate { id, news, .. } => {
                let round = self.round;
                let Some(rumor) = self.rumor(id) else { return };
                rumor.duplicates += 1;
                rumor.last_copy = Some(at.since(rumor.published));
                if news == News::Useful {
                    let since = Tally::since(round, rumor.published, at);
                    rumor.sum_useful += u128::from(since);
                }
            }
            Fact::Infective { id } => {
                let is_new = self.rumor(id).is_some_and(|rumor| rumor.tell(node, true));
                self.infective += u64::from(is_new);
            }
            Fact::Removed { id } => {
                let round = self.round;
                let Some(rumor) = self.rumor(id) else { return };
                // It is settled when the next round begins.
                let since = Tally::since(round, rumor.published, at);
                rumor.quiet = rumor.quiet.max(since.saturating_sub(1));
                let is_change = rumor.tell(node, false);
                self.infective -= u64::from(is_change);
            }
            Fact::Initiated { id, start } => {
                self.publish(at, node, id);
                self.cold += u64::from(start == Start::Cold && at >= self.warmup);
            }
            Fact::Opened { .. } => *self.open.entry(node).or_default() += 1,
            Fact::Closed { .. } => {
                if let Some(open) = self.open.get_mut(&node) {
                    *open = open.saturating_sub(1);
                }
            }
            Fact::Counted { .. } | Fact::TimedOut { .. } => {}
            Fact::Valued { .. } | Fact::Estimate { .. } | Fact::GaveUp => {
                if let Some(ledger) = &mut self.ledger {
                    ledger.on_fact(node, fact);
                }
            }
        }
    }

    fn on_crash(&mut self, at: Instant, node: NodeId, site: &Site, disk: &Known) {
        self.open.remove(&node);
        let round = self.round;
        if let Some(ledger) = &mut self.ledger {
            ledger.on_crash(node, site);
        }
        for (rumor, id) in self.rumors.iter_mut().zip(0..) {
            let Some(rumor) = rumor else { continue };
            if rumor.tell(node, false) {
                self.infective -= 1;
                rumor.quiet = rumor.quiet.max(Tally::since(round, rumor.published, at));
            }
            // What it wrote before it could tell, or told before it could write.
            let known = &mut rumor.sites[node.index() / 64].informed;
            let before = *known;
            *known = if disk.knows(RumorId(id)) { before | bit(node) } else { before & !bit(node) };
            rumor.informed =
                rumor.informed + u64::from(*known > before) - u64::from(*known < before);
        }
    }
}
