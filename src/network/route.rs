//! The network: decides the fate of each message from its parcel, its draws and the rules in force.

mod shared;

pub use shared::{Coming, Ticket};

use super::config::{Factor, NetworkConfig, Order, Override};
use super::fate::{Arrival, Fate, LossReason, Parcel};
use super::flaw::NetworkFlaw;
use super::latency::{Latency, link_draws};
use super::line::Usage;
use super::lines::Lines;
use super::loss::{Chains, Loss, Model};
use super::rule::{Degradation, Rule, RuleId};
use super::terrain::Terrain;
use crate::kernel::{Bits, Domain, Instant, NodeId, Places, Probability, Seed, Span};
use shared::Journey;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The network of a run. The simulation begins and ends its rules, and asks it about each message
/// twice: when it is sent and when a copy would arrive. Messages to oneself are none of its
/// business.
#[derive(Clone, Debug)]
pub struct Network {
    /// Whether the latency alone decides, with one draw at most: no loss, no duplicates, no order, no override, no
    /// rule.
    is_plain: bool,
    config: NetworkConfig,
    seed: Seed,
    /// By number, so that draws and results do not depend on which began first.
    in_force: BTreeMap<RuleId, Rule>,
    /// How many rules may stop copies at arrival, and one more where downlinks take time.
    gates: u32,
    /// Under [`Order::Fifo`], when the last copy of each link that was used arrives.
    last_arrivals: BTreeMap<(NodeId, NodeId), Instant>,
    /// The links that burst losses have met.
    chains: Chains,
    /// Where messages take time to leave or arrive.
    lines: Option<Lines<Journey>>,
    /// How many messages have come to shared uplinks.
    tickets: u64,
    terrain: Arc<dyn Terrain>,
    flaw: Option<NetworkFlaw>,
    /// How much was drawn of the one generator, where that is the flaw.
    drawn: u64,
}

impl Network {
    /// A network without any rule in force, on a terrain without features.
    pub fn new(config: NetworkConfig, seed: Seed) -> Network {
        Network::over(Arc::new(()), config, seed)
    }

    /// A network without any rule in force, on a terrain.
    pub fn over(terrain: Arc<dyn Terrain>, config: NetworkConfig, seed: Seed) -> Network {
        let mut network = Network {
            is_plain: false,
            lines: Lines::new(config.bandwidth, &*terrain),
            tickets: 0,
            config,
            seed,
            in_force: BTreeMap::new(),
            gates: 0,
            last_arrivals: BTreeMap::new(),
            chains: Chains::default(),
            terrain,
            flaw: None,
            drawn: 0,
        };
        network.note_change();
        network
    }

    /// The same with a planted mistake.
    #[must_use]
    pub fn with_flaw(mut self, flaw: NetworkFlaw) -> Network {
        self.flaw = Some(flaw);
        if flaw == NetworkFlaw::FifoOff {
            self.config.order = Order::Unordered;
        }
        self.note_change();
        self
    }

    /// The mistake that is planted, if any.
    pub fn flaw(&self) -> Option<NetworkFlaw> {
        self.flaw
    }

    /// What it is like.
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// The fate of a message at its sending. `places` holds the draws of this message alone.
    #[inline(always)]
    pub fn route(&mut self, parcel: &Parcel, places: Places) -> Fate {
        match self.draw(parcel, places) {
            Some(after) => Fate::Deliver(after),
            None => self.decide(parcel, places),
        }
    }

    /// When a message arrives, while its latency alone decides; else [`Network::route`] knows more, or
    /// [`Network::enter`] where uplinks are shared.
    #[inline(always)]
    pub fn draw(&self, parcel: &Parcel, places: Places) -> Option<Span> {
        if !self.is_plain {
            return None;
        }
        match &self.config.latency {
            Latency::PerCopy(latency) => Some(latency.sample(&mut places.place(place::latency(0)))),
            Latency::PerLink(latency, _) => {
                Some(latency.sample(&mut link_draws(self.seed, parcel.source, parcel.target)))
            }
            _ => None,
        }
    }

    /// What becomes of a copy that would arrive now.
    #[inline(always)]
    pub fn arrive(&self, source: NodeId, target: NodeId) -> Arrival {
        if self.gates == 0 { Arrival::Deliver } else { self.judge(source, target) }
    }

    /// When a copy is through that comes to the downlink of `target` now, as [`Arrival::Downlink`] asks for; its first
    /// byte came the span of `stream` before. Messages must come in the order of time.
    pub fn receive(
        &mut self,
        (now, stream): (Instant, Span),
        target: NodeId,
        size: u32,
    ) -> Instant {
        match &mut self.lines {
            Some(lines) => lines.receive((now, stream), target, size, &*self.terrain),
            None => now,
        }
    }

    /// How the uplinks that carried anything were used up to now; none where messages take no time to leave.
    pub fn uplinks(&self, now: Instant) -> impl Iterator<Item = (NodeId, Usage)> + '_ {
        self.lines.iter().flat_map(move |lines| lines.usages(now))
    }

    /// Puts a rule in force, in place of one of the same number.
    pub fn begin(&mut self, id: RuleId, rule: Rule) {
        self.in_force.insert(id, rule);
        self.note_change();
    }

    /// Ends a rule; one that is not in force stays so.
    pub fn end(&mut self, id: RuleId) {
        self.in_force.remove(&id);
        self.note_change();
    }

    fn note_change(&mut self) {
        let barrier = |rule: &&Rule| matches!(rule, Rule::Cut(_) | Rule::Clog(..));
        let downlinks = u32::from(self.lines.as_ref().is_some_and(Lines::has_downlinks));
        self.gates = self.in_force.values().filter(barrier).count() as u32 + downlinks;
        let config = &self.config;
        let takes_one_draw =
            matches!(&config.latency, Latency::PerCopy(_) | Latency::PerLink(_, Factor::ZERO));
        self.is_plain = takes_one_draw
            && self.in_force.is_empty()
            && self.flaw != Some(NetworkFlaw::SharedStream)
            && self.lines.is_none()
            && config.loss == Loss::NEVER
            && config.duplication.probability == Probability::ZERO
            && config.order == Order::Unordered
            && config.reorder.is_none()
            && config.per_kind.is_empty()
            && config.links.is_empty();
    }

    /// The whole order of decisions. A message passes its sender's uplink once, whatever becomes of it after: loss and
    /// duplication happen in the network behind.
    #[inline(never)]
    fn decide(&mut self, parcel: &Parcel, places: Places) -> Fate {
        if self.is_cut(parcel) {
            return Fate::Lost(LossReason::Partitioned);
        }
        let leaving = match &mut self.lines {
            None => Span::ZERO,
            Some(lines) => match lines.send(parcel, &*self.terrain) {
                Some(leaving) => leaving,
                None => return Fate::Lost(LossReason::QueueFull),
            },
        };
        let places = self.own_places(places);
        match self.copies(parcel, places) {
            0 => Fate::Lost(LossReason::Loss),
            1 => Fate::Deliver(self.delay(parcel, places, 0, leaving)),
            n => Fate::Copies(
                (0..=(n - 1) as u8).map(|k| self.delay(parcel, places, k, leaving)).collect(),
            ),
        }
    }

    #[inline(always)]
    fn is_cut(&self, parcel: &Parcel) -> bool {
        let cut = |(_, rule): (RuleId, &Rule)| matches!(rule, Rule::Cut(_));
        !self.in_force.is_empty() && rules_on_link(&self.in_force, parcel).any(cut)
    }

    /// The draws of a message: its own, unless all draw from one generator.
    #[inline(always)]
    fn own_places(&self, places: Places) -> Places {
        match self.flaw {
            Some(NetworkFlaw::SharedStream) => {
                Places::new(self.seed, Domain::Fate, u64::MAX, self.drawn)
            }
            _ => places,
        }
    }

    /// How many copies of a message the network delivers: none when it is lost, at most 256.
    #[inline(always)]
    fn copies(&mut self, parcel: &Parcel, places: Places) -> u16 {
        let copies = self.copies_by_chance(parcel, places);
        self.drawn += 1 + u64::from(copies);
        copies
    }

    #[inline(always)]
    fn copies_by_chance(&mut self, parcel: &Parcel, places: Places) -> u16 {
        let mut loss = self.loss(parcel, places);
        let mut duplicate = self.config.duplication.probability;
        if !self.in_force.is_empty() {
            for (_, harm) in harms(&self.in_force, parcel) {
                loss = loss.or(harm.loss);
                duplicate = duplicate.or(harm.duplicate);
            }
        }
        if loss.hit(places.place(place::LOSS).bits()) {
            0
        } else if duplicate.hit(places.place(place::DUPLICATE).bits()) {
            1 + u16::from(self.config.duplication.copies.get())
        } else {
            1
        }
    }

    /// The probability that a message is lost by the network's own doing.
    fn loss(&mut self, parcel: &Parcel, places: Places) -> Probability {
        let (model, loss) = match self.deciding(parcel, |what| what.loss) {
            Some((index, loss)) => (index + 1, loss),
            None => (0, self.config.loss),
        };
        match loss {
            Loss::Independent(probability) => probability,
            Loss::Burst(burst) => {
                let turn = places.place(place::BURST).bits();
                let link = (parcel.source, parcel.target);
                self.chains.step((model, &burst), link, self.seed, turn)
            }
        }
    }

    /// How long a copy takes: the time to leave, latency, what rules add to it, order, disorder.
    fn delay(&mut self, parcel: &Parcel, places: Places, copy: u8, leaving: Span) -> Span {
        let delay = self.transit(parcel, places, copy) + leaving;
        self.in_order(parcel, delay) + self.disorder(parcel, places, copy)
    }

    /// How long a copy takes that has left.
    #[inline(always)]
    fn transit(&self, parcel: &Parcel, places: Places, copy: u8) -> Span {
        let mut delay = self.latency(parcel, places, copy);
        if self.in_force.is_empty() {
            return delay;
        }
        for (_, harm) in harms(&self.in_force, parcel) {
            delay = harm.slow.of(delay);
        }
        for (id, harm) in harms(&self.in_force, parcel) {
            delay = delay + harm.extra_latency.sample(&mut places.place(place::extra(id, copy)));
        }
        delay
    }

    /// How long a copy takes that would take `delay`, when none arrives before the one sent before it.
    #[inline(always)]
    fn in_order(&mut self, parcel: &Parcel, delay: Span) -> Span {
        if self.config.order == Order::Unordered {
            return delay;
        }
        let link = (parcel.source, parcel.target);
        let last = self.last_arrivals.entry(link).or_insert(Instant::START);
        *last = (*last).max(parcel.sent_at + delay);
        last.since(parcel.sent_at)
    }

    /// How much longer a copy takes, whatever the order.
    #[inline(always)]
    fn disorder(&self, parcel: &Parcel, places: Places, copy: u8) -> Span {
        let mut delay = Span::ZERO;
        if let Some(reorder) = &self.config.reorder {
            delay = delay + reorder.sample(places.place(place::reorder(copy)));
        }
        if self.in_force.is_empty() {
            return delay;
        }
        for (id, harm) in harms(&self.in_force, parcel) {
            if let Some(reorder) = &harm.reorder {
                delay = delay + reorder.sample(places.place(place::reorder_by(id, copy)));
            }
        }
        delay
    }

    fn latency(&self, parcel: &Parcel, places: Places, copy: u8) -> Span {
        let overridden = self.deciding(parcel, |what| what.latency.as_ref());
        let latency = overridden.map_or(&self.config.latency, |(_, latency)| latency);
        let (link, draws) = ((parcel.source, parcel.target), places.place(place::latency(copy)));
        latency.sample(link, draws, self.seed, &*self.terrain)
    }

    /// What the first override that matches and says anything of it says, and its number.
    fn deciding<'a, T>(
        &'a self,
        parcel: &Parcel,
        of: impl Fn(&'a Override) -> Option<T>,
    ) -> Option<(Model, T)> {
        let by_kind = self.config.per_kind.iter().zip(0..);
        let by_kind = by_kind.filter(|((kind, _), _)| *kind == parcel.kind);
        let by_link = self.config.links.iter().zip(self.config.per_kind.len() as u32..);
        let by_link = by_link.filter(|(by, _)| by.links.contains(parcel.source, parcel.target));
        (by_kind.map(|((_, what), index)| (index, what)))
            .chain(by_link.map(|(by, index)| (index, &by.what)))
            .find_map(|(index, what)| Some((index, of(what)?)))
    }

    #[inline(never)]
    fn judge(&self, source: NodeId, target: NodeId) -> Arrival {
        let mut arrival = match &self.lines {
            Some(lines) if lines.has_downlinks() => Arrival::Downlink,
            _ => Arrival::Deliver,
        };
        for rule in self.in_force.values() {
            match rule {
                Rule::Cut(links) if links.contains(source, target) => return Arrival::Lost,
                Rule::Clog(links, until) if links.contains(source, target) => {
                    arrival = Arrival::Wait(*until);
                }
                Rule::Cut(_) | Rule::Clog(..) | Rule::Degrade(..) => {}
            }
        }
        arrival
    }
}

fn rules_on_link<'a>(
    in_force: &'a BTreeMap<RuleId, Rule>,
    parcel: &Parcel,
) -> impl Iterator<Item = (RuleId, &'a Rule)> {
    let (source, target) = (parcel.source, parcel.target);
    let rules = in_force.iter().map(|(id, rule)| (*id, rule));
    rules.filter(move |(_, rule)| rule.links().contains(source, target))
}

fn harms<'a>(
    in_force: &'a BTreeMap<RuleId, Rule>,
    parcel: &Parcel,
) -> impl Iterator<Item = (RuleId, &'a Degradation)> {
    rules_on_link(in_force, parcel).filter_map(|(id, rule)| match rule {
        Rule::Degrade(_, harm) => Some((id, harm)),
        Rule::Cut(_) | Rule::Clog(..) => None,
    })
}

/// Where the draws of a message lie. The numbers are part of every result: never renumber.
mod place {
    use super::RuleId;

    pub(super) const LOSS: u32 = 0;
    pub(super) const BURST: u32 = 1;
    pub(super) const DUPLICATE: u32 = 2;

    #[inline(always)]
    pub(super) const fn latency(copy: u8) -> u32 {
        1 << 8 | copy as u32
    }

    pub(super) const fn reorder(copy: u8) -> u32 {
        2 << 8 | copy as u32
    }

    pub(super) const fn extra(rule: RuleId, copy: u8) -> u32 {
        of(rule) | latency(copy)
    }

    pub(super) const fn reorder_by(rule: RuleId, copy: u8) -> u32 {
        of(rule) | reorder(copy)
    }

    /// Above the network's own places; rules 65,535 apart share theirs.
    const fn of(rule: RuleId) -> u32 {
        (rule.0 % 65_535 + 1) << 16
    }
}
