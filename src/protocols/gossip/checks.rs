//! The checks of a run of gossip: the invariants, held against what sites say and tell.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Algorithm, Config, Dedupe, Forward, Keeping, Limit, Mongering, Origin, Stop};
use super::convergence::Convergence;
use super::liveness::{Broken, Liveness};
use super::message::{Call, Fact, Message, RumorId, Wants};
use super::range::Range;
use super::{Delivery, Known, Median, Request, Site, Spreads};
use crate::check::{Verdicts, Violation};
use crate::kernel::{Instant, NodeId};
use crate::network::{Fate, Parcel};
use crate::protocol::{Input, Observer, Origin as Cause};
use crate::protocols::Outlook;
use crate::topology::Graph;

/// Those that are judged when all faults are over.
const LIVENESS: &[&str] = &["spreads", "settles", "converges"];

/// A shadow of what each site may say, kept from facts alone.
#[derive(Clone, Debug)]
pub struct Checks {
    verdicts: Verdicts,
    config: Config,
    graph: Graph,
    /// By number, then by site; empty before it was published.
    shadows: Vec<Vec<Shadow>>,
    /// Calls that are not answered, and lists of peers that are being called, by caller.
    calls: BTreeMap<NodeId, Calling>,
    /// Calls that sites took, by site, in the round that is named.
    taken: BTreeMap<NodeId, (u32, u32)>,
    /// The site that is called in this activation, and has not refused.
    called: Option<(Instant, NodeId)>,
    /// The site that tells its peers in this activation, if how many is known.
    telling: Option<Telling>,
    /// What was heard in this activation, and where: a crash may cut it short before it is on disk.
    fresh: Option<(NodeId, RumorId)>,
    range: Range,
    liveness: Liveness,
    convergence: Convergence,
}

/// What one site may say of one rumor.
#[derive(Clone, Copy, Debug, Default)]
struct Shadow(u32);

impl Shadow {
    const HEARD: u32 = 1 << 31;
    const REMOVED: u32 = 1 << 30;

    /// The round since when it is known.
    fn since(self) -> Option<u32> {
        (self.0 & (Shadow::REMOVED - 1)).checked_sub(1)
    }

    fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}

#[derive(Clone, Debug, Default)]
struct Calling {
    lists: usize,
    calls: BTreeSet<Call>,
}

#[derive(Clone, Debug)]
struct Telling {
    site: NodeId,
    id: RumorId,
    expected: usize,
    /// Who must not be told.
    teller: Option<NodeId>,
    told: Vec<NodeId>,
}

impl Checks {
    /// Checks the invariants that are enabled.
    pub fn new<P: Spreads>(
        config: &Config,
        outlook: &Outlook<'_, P>,
        verdicts: Verdicts,
    ) -> Checks {
        let (rumors, graph) = match verdicts.checks_any() {
            true => (outlook.requests.len(), outlook.graph.clone()),
            false => (0, Graph::empty(0)),
        };
        let is_judged = LIVENESS.iter().any(|name| verdicts.checks(name));
        let (mut liveness, mut convergence) = (Liveness::unjudged(), Convergence::unjudged());
        if let Some(calm) = outlook.calm.filter(|_| is_judged) {
            let is_publish = |request: &Request| matches!(request, Request::Publish { .. });
            let publishes = outlook.requests.iter().filter(|(_, _, what)| is_publish(what));
            let publishes: Vec<Instant> = publishes.map(|(at, ..)| *at).collect();
            liveness = Liveness::new(config, calm, &publishes, outlook.graph);
            let last = outlook.requests.iter().map(|(at, ..)| *at).max();
            let last = last.unwrap_or(Instant::START);
            convergence = Convergence::new(config, calm, last, outlook.graph);
        }
        Checks {
            verdicts,
            config: config.clone(),
            graph,
            shadows: vec![Vec::new(); rumors],
            calls: BTreeMap::new(),
            taken: BTreeMap::new(),
            called: None,
            telling: None,
            fresh: None,
            range: Range::default(),
            liveness,
            convergence,
        }
    }

    /// What was found.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    pub(super) fn verdicts_mut(&mut self) -> &mut Verdicts {
        &mut self.verdicts
    }

    /// Looks at the site that acted last.
    pub(super) fn look(&self, now: Instant) -> Option<Violation> {
        let (name, detail) = self.telling.as_ref().and_then(|telling| self.judge(telling))?;
        let node = self.telling.as_ref().map(|telling| telling.site);
        let is_checked = self.verdicts.checks(name);
        is_checked.then_some(Violation { invariant: name, at: now, node, detail })
    }

    fn violate(&mut self, name: &'static str, at: Instant, node: NodeId, detail: String) {
        self.verdicts.violate(Violation { invariant: name, at, node: Some(node), detail });
    }

    fn shadow(&mut self, node: NodeId, id: RumorId) -> Option<&mut Shadow> {
        self.shadows.get_mut(id.0 as usize)?.get_mut(node.index())
    }

    /// A site knows a rumor from now on, and may tell it.
    fn hear(&mut self, at: Instant, node: NodeId, id: RumorId, from: Option<NodeId>) {
        self.fresh = Some((node, id));
        let round = self.config.round(at).min(Shadow::REMOVED - 2);
        let is_heard = match self.config.algorithm {
            Algorithm::Flood { origin: Origin::Unmarked, .. } => from.is_some(),
            _ => true,
        };
        if let Some(shadow) = self.shadow(node, id) {
            shadow.0 |= if is_heard { Shadow::HEARD } else { 0 };
            if shadow.since().is_none() {
                shadow.0 |= round + 1;
            }
        }
        self.telling = self.expected(node, from).map(|expected| Telling {
            site: node,
            id,
            expected,
            teller: from,
            told: Vec::new(),
        });
    }

    /// How many peers a site tells that hears for the first time, where that is known.
    fn expected(&self, node: NodeId, from: Option<NodeId>) -> Option<usize> {
        let degree = self.graph.peers(node).len();
        match self.config.algorithm {
            Algorithm::Flood {
                delivery: Delivery::PLAIN, forward: Forward::Always, ttl, ..
            } if ttl.is_none() => {
                let back = from.is_some_and(|from| self.graph.has_edge(node, from));
                Some(degree - usize::from(back))
            }
            Algorithm::InfectAndDie { fanout, ttl: None } => Some(degree.min(fanout as usize)),
            _ => None,
        }
    }

    fn judge(&self, telling: &Telling) -> Option<(&'static str, String)> {
        let Telling { expected, teller, told, id, .. } = telling;
        let distinct = told.iter().collect::<BTreeSet<_>>().len();
        let is_flood = matches!(self.config.algorithm, Algorithm::Flood { .. });
        let goes_back = is_flood && teller.is_some_and(|teller| told.contains(&teller));
        if told.len() == *expected && distinct == told.len() && !goes_back {
            return None;
        }
        let name = if is_flood { "flood_count" } else { "fanout_count" };
        let (all, rumor) = (told.len(), id.0);
        Some((name, format!("tells {all} peers, {distinct} distinct, not {expected}, of {rumor}")))
    }

    fn check_copy(&mut self, at: Instant, [source, target]: [NodeId; 2], id: RumorId) {
        let (in_rounds, round) = (self.config.in_rounds(), self.config.round(at));
        let shadow = self.shadow(source, id).copied();
        let since = shadow.and_then(Shadow::since);
        if shadow.is_some() && !since.is_some_and(|since| !in_rounds || since < round) {
            let detail = format!("sends {} to {target}, known since round {since:?}", id.0);
            self.violate("knows_before_sends", at, source, detail);
        }
        if shadow.is_some_and(|shadow| shadow.has(Shadow::REMOVED)) {
            let detail = format!("sends {} to {target}", id.0);
            self.violate("removed_is_silent", at, source, detail);
        }
        if let Some(telling) = &mut self.telling
            && telling.site == source
            && telling.id == id
        {
            telling.told.push(target);
        }
    }

    /// The call of the last activation was taken if it was not refused.
    fn check_taken(&mut self, limit: Limit) {
        let Some((at, node)) = self.called.take() else { return };
        let round = self.config.round(at);
        let taken = self.taken.entry(node).or_insert((round, 0));
        *taken = if taken.0 == round { (round, taken.1 + 1) } else { (round, 1) };
        if taken.1 > limit.calls {
            let detail = format!("takes {} calls in round {round}, not {}", taken.1, limit.calls);
            self.violate("limit_respected", at, node, detail);
        }
    }

    fn check_liveness<P: Spreads>(&mut self, when: (Instant, NodeId), input: &Input<P>) {
        let message = match input {
            Input::Message(_, message) => Some(message),
            _ => None,
        };
        let broken = self.liveness.judge(when, message, &self.config, &self.graph);
        if let Some(Broken { invariant, node, detail }) = broken {
            self.violate(invariant, when.0, node, detail);
        }
    }

    fn check_receipt(&mut self, at: Instant, node: NodeId, id: RumorId, from: NodeId) {
        let remembers = self.config.algorithm.delivery().dedupe == Dedupe::Set;
        match self.shadow(node, id).copied() {
            None => {
                let detail = format!("{} came from {from}, and was never published", id.0);
                self.violate("no_creation", at, node, detail);
            }
            Some(shadow) if shadow.has(Shadow::HEARD) && remembers => {
                let detail = format!("{} came from {from} as new once more", id.0);
                self.violate("no_duplicate_delivery", at, node, detail);
            }
            Some(_) => {}
        }
    }
}

impl<P: Spreads> Observer<P> for Checks {
    #[inline(always)]
    fn on_activation(&mut self, at: Instant, node: NodeId, input: &Input<P>, _: Option<Cause>) {
        if let Some(telling) = self.telling.take()
            && let Some((name, detail)) = self.judge(&telling)
        {
            self.violate(name, at, telling.site, detail);
        }
        self.fresh = None;
        if self.liveness.is_due(at) {
            self.check_liveness((at, node), input);
        }
        if let Some((node, detail)) = self.convergence.judge(at) {
            self.violate("converges", at, node, detail);
        }
        if let Input::Boot(_) = input {
            self.liveness.on_boot(node);
        }
        if let Some(limit) = self.config.limit {
            self.check_taken(limit);
            let is_call = |m: &Message| {
                matches!(m, Message::Request(..) | Message::Knock(_) | Message::Digest(..))
            };
            self.called = matches!(input, Input::Message(_, m) if is_call(m)).then_some((at, node));
        }
        if let Input::Message(_, Message::Ack { call, .. }) = input
            && let Some(calling) = self.calls.get_mut(&node)
        {
            calling.calls.remove(call);
        }
    }

    #[inline(always)]
    fn on_send(&mut self, parcel: &Parcel, _: &Fate, message: &Message) {
        if !self.verdicts.checks_any() {
            return;
        }
        let Parcel { sent_at: at, source, target, .. } = *parcel;
        if !self.graph.has_edge(source, target) && !self.graph.has_edge(target, source) {
            self.violate("peers_only", at, source, format!("{message:?} to {target}"));
        }
        if let Message::Refused(_) = message {
            self.called = None;
        }
        for id in message.handed_over() {
            self.check_copy(at, [source, target], id);
        }
        let Message::Rumor { id, wants, call, .. } = message else { return };
        self.check_copy(at, [source, target], *id);
        if *wants == Wants::Ack {
            let calling = self.calls.entry(source).or_default();
            calling.calls.insert(*call);
            if calling.calls.len() > calling.lists {
                let detail = format!("calls {target} while the call of each list is open");
                self.violate("call_discipline", at, source, detail);
            }
        }
    }

    #[inline(always)]
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        if !self.verdicts.checks_any() {
            return;
        }
        self.liveness.on_fact(node, fact);
        match *fact {
            Fact::Initiated { id, .. } => {
                if let Some(shadows) = self.shadows.get_mut(id.0 as usize) {
                    *shadows = vec![Shadow::default(); self.config.nodes as usize];
                }
                self.hear(at, node, id, None);
            }
            Fact::Received { id, from, .. } => {
                self.check_receipt(at, node, id, from);
                self.hear(at, node, id, Some(from));
            }
            Fact::Removed { id } => {
                if let Some(shadow) = self.shadow(node, id) {
                    shadow.0 |= Shadow::REMOVED;
                }
            }
            Fact::Counted { id, count } => {
                if let Algorithm::MedianCounter(Median { ctr_max: Some(most), .. }) =
                    self.config.algorithm
                    && !(1..most).contains(&count)
                {
                    let detail = format!("{} is counted {count} times of {most}", id.0);
                    self.violate("counter_in_range", at, node, detail);
                }
                if let Algorithm::Rumor(Mongering { stop: Stop::Counter(k), .. }) =
                    self.config.algorithm
                    && count >= k
                {
                    let detail = format!("{} was useless {count} times, k is {k}", id.0);
                    self.violate("counter_in_range", at, node, detail);
                }
            }
            Fact::Opened { .. } => self.calls.entry(node).or_default().lists += 1,
            Fact::TimedOut { call, .. } => {
                if let Some(calling) = self.calls.get_mut(&node) {
                    calling.calls.remove(&call);
                }
            }
            Fact::Closed { .. } => {
                if let Some(calling) = self.calls.get_mut(&node) {
                    calling.lists = calling.lists.saturating_sub(1);
                }
            }
            Fact::Valued { value } => {
                self.range.is_given(node);
                self.convergence.on_value(node, value.get());
            }
            Fact::Estimate { value } => {
                self.convergence.on_estimate(node, value.get());
                if let Some(detail) = self.range.leaves(node, value.get()) {
                    self.violate("range_shrinks", at, node, detail);
                }
            }
            _ => {}
        }
    }

    fn on_crash(&mut self, at: Instant, node: NodeId, _: &Site, disk: &Known) {
        // What it was about to say, or to write, was cut short.
        let fresh = self.fresh.take().filter(|(site, _)| *site == node).map(|(_, id)| id);
        self.telling = self.telling.take().filter(|telling| telling.site != node);
        self.calls.remove(&node);
        self.taken.remove(&node);
        self.liveness.on_crash(node, disk);
        self.called = self.called.filter(|(_, site)| *site != node);
        let round = self.config.round(at).min(Shadow::REMOVED - 2);
        let is_kept = self.config.keeping == Keeping::Durable
            && self.config.algorithm.delivery().dedupe == Dedupe::Set;
        for number in 0..self.shadows.len() as u32 {
            let id = RumorId(number);
            let Some(shadow) = self.shadow(node, id).copied() else { continue };
            if disk.knows(id) {
                // What it wrote and did not come to tell it knows all the same.
                if shadow.since().is_none()
                    && let Some(shadow) = self.shadow(node, id)
                {
                    shadow.0 |= Shadow::HEARD | (round + 1);
                }
                continue;
            }
            if shadow.since().is_none() {
                continue;
            }
            if is_kept && shadow.has(Shadow::HEARD) && fresh != Some(id) {
                self.violate("coverage_monotone", at, node, format!("forgets {number}"));
            }
            if let Some(shadow) = self.shadow(node, id) {
                *shadow = Shadow::default();
            }
        }
    }

    #[inline(always)]
    fn halts(&self) -> bool {
        self.verdicts.is_violated()
    }
}
