//! The network: decides the fate of each message from its parcel, its draws and the rules in force.

use super::config::{Latency, NetworkConfig, Order, Override};
use super::fate::{Arrival, Fate, LossReason, Parcel};
use super::rule::{Degradation, Rule, RuleId};
use crate::kernel::{Bits, Distribution, Domain, Instant, NodeId, Places, Probability};
use crate::kernel::{Seed, Span, Stream};
use std::collections::BTreeMap;

/// The network of a run. The simulation begins and ends its rules, and asks it about each message
/// twice: when it is sent and when a copy would arrive. Messages to oneself are none of its
/// business.
#[derive(Clone, Debug)]
pub struct Network {
    /// The latency, while it alone decides: no loss, no duplicates, no order, no override, no rule.
    plain: Option<Distribution>,
    config: NetworkConfig,
    seed: Seed,
    /// By number, so that draws and results do not depend on which began first.
    in_force: BTreeMap<RuleId, Rule>,
    /// How many of them stop copies at arrival.
    barriers: u32,
    /// Under [`Order::Fifo`], when the last copy of each link that was used arrives.
    last_arrivals: BTreeMap<(NodeId, NodeId), Instant>,
}

impl Network {
    /// A network without any rule in force.
    pub fn new(config: NetworkConfig, seed: Seed) -> Network {
        let mut network = Network {
            plain: None,
            config,
            seed,
            in_force: BTreeMap::new(),
            barriers: 0,
            last_arrivals: BTreeMap::new(),
        };
        network.note_change();
        network
    }

    /// What it is like.
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// The fate of a message at its sending. `places` holds the draws of this message alone.
    #[inline(always)]
    pub fn route(&mut self, parcel: &Parcel, places: Places) -> Fate {
        match &self.plain {
            Some(latency) => Fate::Deliver(latency.sample(&mut places.place(place::latency(0)))),
            None => self.decide(parcel, places),
        }
    }

    /// What becomes of a copy that would arrive now.
    #[inline(always)]
    pub fn arrive(&self, source: NodeId, target: NodeId) -> Arrival {
        if self.barriers == 0 { Arrival::Deliver } else { self.judge(source, target) }
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
        self.barriers = self.in_force.values().filter(barrier).count() as u32;
        let config = &self.config;
        let alone = self.in_force.is_empty()
            && config.loss == Probability::ZERO
            && config.duplication.probability == Probability::ZERO
            && config.order == Order::Unordered
            && config.reorder.is_none()
            && config.per_kind.is_empty()
            && config.links.is_empty();
        self.plain = match &config.latency {
            Latency::PerCopy(latency) if alone => Some(latency.clone()),
            Latency::PerCopy(_) | Latency::PerLink(..) => None,
        };
    }

    /// The whole order of decisions.
    #[inline(never)]
    fn decide(&mut self, parcel: &Parcel, places: Places) -> Fate {
        let mut loss = self.deciding(parcel, |what| what.loss).unwrap_or(self.config.loss);
        let mut duplicate = self.config.duplication.probability;
        for (_, rule) in rules_on_link(&self.in_force, parcel) {
            match rule {
                Rule::Cut(_) => return Fate::Lost(LossReason::Partitioned),
                Rule::Degrade(_, harm) => {
                    loss = loss.or(harm.loss);
                    duplicate = duplicate.or(harm.duplicate);
                }
                // It touches arrivals only, so that copies leave it in the order in which they
                // came.
                Rule::Clog(..) => {}
            }
        }
        if loss.hit(places.place(place::LOSS).bits()) {
            return Fate::Lost(LossReason::Loss);
        }
        if !duplicate.hit(places.place(place::DUPLICATE).bits()) {
            return Fate::Deliver(self.delay(parcel, places, 0));
        }
        let last = self.config.duplication.copies.get();
        Fate::Copies((0..=last).map(|copy| self.delay(parcel, places, copy)).collect())
    }

    /// How long a copy takes: latency, what rules add to it, order, disorder.
    fn delay(&mut self, parcel: &Parcel, places: Places, copy: u8) -> Span {
        let mut delay = self.latency(parcel, places, copy);
        for (_, harm) in harms(&self.in_force, parcel) {
            delay = harm.slow.of(delay);
        }
        for (id, harm) in harms(&self.in_force, parcel) {
            delay = delay + harm.extra_latency.sample(&mut places.place(place::extra(id, copy)));
        }
        if self.config.order == Order::Fifo {
            let link = (parcel.source, parcel.target);
            let last = self.last_arrivals.entry(link).or_insert(Instant::START);
            *last = (*last).max(parcel.sent_at + delay);
            delay = last.since(parcel.sent_at);
        }
        if let Some(reorder) = &self.config.reorder {
            delay = delay + reorder.sample(places.place(place::reorder(copy)));
        }
        for (id, harm) in harms(&self.in_force, parcel) {
            if let Some(reorder) = &harm.reorder {
                delay = delay + reorder.sample(places.place(place::reorder_by(id, copy)));
            }
        }
        delay
    }

    fn latency(&self, parcel: &Parcel, places: Places, copy: u8) -> Span {
        let mut draws = places.place(place::latency(copy));
        match self.deciding(parcel, |what| what.latency.as_ref()).unwrap_or(&self.config.latency) {
            Latency::PerCopy(distribution) => distribution.sample(&mut draws),
            Latency::PerLink(distribution, jitter) => {
                let (source, target) = (u64::from(parcel.source.0), u64::from(parcel.target.0));
                let mut link = Stream::new(self.seed, Domain::Link, source, target);
                let base = distribution.sample(&mut link);
                base + Span::from_nanos_f64(base.nanos() as f64 * (jitter.get() * draws.unit()))
            }
        }
    }

    /// What the first override that matches and says anything of it says.
    fn deciding<'a, T>(
        &'a self,
        parcel: &Parcel,
        of: impl Fn(&'a Override) -> Option<T>,
    ) -> Option<T> {
        let by_kind = self.config.per_kind.iter().filter(|(kind, _)| *kind == parcel.kind);
        let by_link =
            (self.config.links.iter()).filter(|by| by.links.contains(parcel.source, parcel.target));
        by_kind.map(|(_, what)| what).chain(by_link.map(|by| &by.what)).find_map(of)
    }

    #[inline(never)]
    fn judge(&self, source: NodeId, target: NodeId) -> Arrival {
        let mut arrival = Arrival::Deliver;
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
