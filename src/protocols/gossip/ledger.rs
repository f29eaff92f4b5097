//! The books of an aggregation: whose number is what, who estimates what, what is under way, and how far off all are.

use std::collections::BTreeMap;

use super::aggregate::Share;
use super::config::{Config, Tempo};
use super::message::{Call, Fact, Message};
use super::{Site, Spreads};
use crate::kernel::{Instant, NodeId, Span};
use crate::measure::{Id, Readings};
use crate::network::Fate;
use crate::protocol::Input;
use crate::simulation::Nodes;

/// How many cycles count for the mean of the variance ratio.
const CYCLES: usize = 10;

/// What is known of an aggregation, kept from what sites say and tell. A cycle is a round, or a mean period.
#[derive(Clone, Debug)]
pub struct Ledger {
    period: Span,
    /// Whether the first period is no cycle: round 1 begins after it.
    in_rounds: bool,
    target_error: f64,
    /// The number of each site; none before its first start.
    values: Vec<Option<f64>>,
    /// None while it is down.
    estimates: Vec<Option<f64>>,
    /// Periods that are over.
    over: u64,
    /// When the next one is.
    next: Instant,
    /// The variance when this period began.
    variance: Option<f64>,
    /// Variance at the end of a cycle over that at its start, of the first cycles.
    ratios: Vec<Option<f64>>,
    /// The first cycle at whose end all were right.
    reached: Option<u64>,
    flight: Flight,
    /// What sites held that crashed.
    lost: f64,
    refusals: u64,
    /// Whether nothing has happened yet that lets the sum change.
    is_whole: bool,
    /// All numbers that were ever given, without their signs: what rounding errors are compared with.
    scale: f64,
}

/// Parts of the sum that are under way.
#[derive(Clone, Debug, Default)]
struct Flight {
    shares: u64,
    sum: f64,
    weight: f64,
    /// By exchange: what its answer will add to who began it.
    answers: BTreeMap<(NodeId, Call), f64>,
    /// What the exchange offers that is being handled.
    offered: f64,
}

impl Flight {
    fn add(&mut self, share: Share, copies: u64) {
        self.shares += copies;
        self.sum += share.sum.get() * copies as f64;
        self.weight += share.weight.get() * copies as f64;
    }

    fn land(&mut self, share: Share) {
        self.shares -= 1;
        self.sum -= share.sum.get();
        self.weight -= share.weight.get();
        if self.shares == 0 {
            // What is left are rounding errors.
            (self.sum, self.weight) = (0.0, 0.0);
        }
    }
}

impl Ledger {
    /// None where nothing is averaged.
    pub(super) fn of(config: &Config) -> Option<Box<Ledger>> {
        let target_error = config.algorithm.aggregation()?.target_error;
        let period = match &config.tempo {
            Tempo::Rounds(period) => *period,
            Tempo::Timers { period, .. } => period.mean(),
        };
        let nodes = config.nodes as usize;
        Some(Box::new(Ledger {
            period,
            in_rounds: config.in_rounds(),
            target_error,
            values: vec![None; nodes],
            estimates: vec![None; nodes],
            over: 0,
            next: Instant::START + period,
            variance: None,
            ratios: Vec::new(),
            reached: None,
            flight: Flight::default(),
            lost: 0.0,
            refusals: 0,
            is_whole: true,
            scale: 0.0,
        }))
    }

    /// Something is about to happen: the periods before it are over.
    #[inline(always)]
    pub(super) fn tick<P: Spreads>(&mut self, at: Instant, input: &Input<P>) {
        if at >= self.next {
            self.close(at);
        }
        if self.variance.is_none() && matches!(input, Input::Timer(_)) {
            // The first of all turns: all that was given at the start has been.
            self.variance = variance(&self.estimates);
        }
    }

    fn close(&mut self, at: Instant) {
        let over = at.nanos() / self.period.nanos();
        // Nothing has changed since the first of them was over: a few more say the same as all.
        let until = over.min(self.over + CYCLES as u64 + 1);
        while self.over < until && (self.ratios.len() < CYCLES || self.reached.is_none()) {
            let cycle = self.over + u64::from(!self.in_rounds);
            let (start, end) = (self.variance, variance(&self.estimates));
            if cycle > 0 && self.ratios.len() < CYCLES {
                let ratio = start.zip(end).filter(|(start, _)| *start > 0.0);
                self.ratios.push(ratio.map(|(start, end)| end / start));
            }
            self.variance = end;
            if self.reached.is_none() && self.error().is_some_and(|e| e < self.target_error) {
                self.reached = Some(cycle);
            }
            self.over += 1;
        }
        self.over = over;
        self.next = Instant::START + Span::from_nanos((over + 1) * self.period.nanos());
    }

    #[inline(always)]
    pub(super) fn on_message(&mut self, node: NodeId, message: &Message) {
        match message {
            Message::Share(share) => self.flight.land(**share),
            Message::Offer { value, .. } => self.flight.offered = value.get(),
            Message::Reply { call, .. } => _ = self.flight.answers.remove(&(node, *call)),
            _ => {}
        }
    }

    pub(super) fn on_undelivered(&mut self, node: NodeId, message: &Message) {
        self.is_whole &= !carries(message);
        if let Message::Share(_) | Message::Reply { .. } = message {
            self.on_message(node, message);
        }
    }

    #[inline(always)]
    pub(super) fn on_send(&mut self, target: NodeId, fate: &Fate, message: &Message, copies: u64) {
        if !matches!(fate, Fate::Deliver(_)) {
            self.is_whole &= !carries(message);
        }
        match message {
            Message::Share(share) => self.flight.add(**share, copies),
            Message::Reply { call, value } if copies > 0 => {
                let gain = (value.get() - self.flight.offered) / 2.0;
                self.flight.answers.insert((target, *call), gain);
            }
            Message::Busy(_) => self.refusals += 1,
            _ => {}
        }
    }

    #[inline(always)]
    pub(super) fn on_fact(&mut self, node: NodeId, fact: &Fact) {
        match *fact {
            Fact::Estimate { value } => self.estimates[node.index()] = Some(value.get()),
            Fact::Valued { value } => {
                self.values[node.index()] = Some(value.get());
                self.scale += value.get().abs();
            }
            Fact::GaveUp => self.is_whole = false,
            _ => {}
        }
    }

    pub(super) fn on_crash(&mut self, node: NodeId, site: &Site) {
        self.estimates[node.index()] = None;
        self.lost += site.holding().map_or(0.0, |holding| holding.share.sum.get());
        self.is_whole = false;
    }

    fn sum(&self) -> f64 {
        self.values.iter().flatten().sum()
    }

    /// How far off the worst is, relative to the mean of all numbers.
    fn error(&self) -> Option<f64> {
        let mean = self.sum() / self.values.iter().flatten().count() as f64;
        let off = self.estimates.iter().flatten().map(|estimate| (estimate - mean).abs());
        off.max_by(f64::total_cmp).filter(|_| mean != 0.0).map(|most| most / mean.abs())
    }

    /// What all sites hold, and what is under way.
    fn total<P: Spreads>(&self, world: &impl Nodes<P>) -> (f64, f64) {
        let sites = (0..self.values.len() as u32).filter_map(|id| world.node(NodeId(id)));
        let held = sites.filter_map(Site::holding).map(|holding| holding.share);
        let answers: f64 = self.flight.answers.values().sum();
        let (sum, weight) = (self.flight.sum + answers, self.flight.weight);
        held.fold((sum, weight), |(sum, weight), share| {
            (sum + share.sum.get(), weight + share.weight.get())
        })
    }

    /// What is wrong with the sum, if it could not change.
    pub(super) fn imbalance<P: Spreads>(&self, world: &impl Nodes<P>) -> Option<String> {
        if !self.is_whole {
            return None;
        }
        let (sum, weight) = self.total(world);
        let (numbers, sites) = (self.sum(), self.values.iter().flatten().count() as f64);
        let is_off = |total: f64, wanted: f64, scale: f64| (total - wanted).abs() > 1e-9 * scale;
        let what = match () {
            () if is_off(sum, numbers, self.scale) => ("the numbers sum up", sum, numbers),
            () if is_off(weight, sites, sites) => ("the weights sum up", weight, sites),
            () => return None,
        };
        let (subject, total, wanted) = what;
        Some(format!("{subject} to {total}, not to {wanted}"))
    }

    /// Reads its metrics.
    pub(super) fn read<P: Spreads>(&self, world: &impl Nodes<P>, readings: &mut Readings<'_>) {
        if world.now() >= self.next {
            // The end of a period at which nothing happened any more.
            let mut closed = self.clone();
            closed.close(world.now());
            return closed.read_closed(world, readings);
        }
        self.read_closed(world, readings);
    }

    fn read_closed<P: Spreads>(&self, world: &impl Nodes<P>, readings: &mut Readings<'_>) {
        let known: Vec<f64> = self.ratios.iter().flatten().copied().collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        readings.put("variance_ratio", mean);
        for (ratio, cycle) in self.ratios.iter().zip(1..) {
            readings.put_each("variance_ratio_each", Id::Number(cycle), *ratio);
        }
        readings.put("rounds_to_error", self.reached.map(|cycle| cycle as f64));
        readings.count("refusals", self.refusals);
        if readings.wants("max_rel_error") {
            readings.put("max_rel_error", self.error());
        }
        if readings.want_any(&["mass_error", "mass_lost"]) {
            let numbers = self.sum();
            readings.put("mass_error", (self.total(world).0 - numbers).abs() / numbers.abs());
            readings.put("mass_lost", self.lost / numbers);
        }
    }
}

/// Whether a part of the sum depends on the message.
fn carries(message: &Message) -> bool {
    matches!(message, Message::Share(_) | Message::Offer { .. } | Message::Reply { .. })
}

/// Over all; of none there is none.
fn variance(estimates: &[Option<f64>]) -> Option<f64> {
    let known = || estimates.iter().flatten();
    let count = known().count() as f64;
    let mean = known().sum::<f64>() / count;
    (count > 0.0).then(|| known().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Real;

    #[test]
    fn the_variance_is_that_of_a_population() {
        assert_eq!(variance(&[Some(1.0), None, Some(3.0)]), Some(1.0));
        assert_eq!(variance(&[None]), None);
    }

    #[test]
    fn what_has_landed_leaves_no_rounding_errors() {
        let mut flight = Flight::default();
        let share = |x| Share { sum: Real::new(x), weight: Real::new(0.5) };
        flight.add(share(0.1), 1);
        flight.add(share(0.2), 2);
        assert_eq!((flight.shares, flight.weight), (3, 1.5));
        for x in [0.2, 0.1, 0.2] {
            flight.land(share(x));
        }
        assert_eq!((flight.sum, flight.weight), (0.0, 0.0));
    }
}
