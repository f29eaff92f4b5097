//! The expansion of faults to a plain list of happenings and a table of network rules, before the
//! run.

use super::downtime::Downtime;
use super::error::{FaultError, FaultId};
use super::fault::{DiskLoss, Fault, Split};
use super::schedule::{EXPANSION_MAX, Schedule, Window};
use crate::kernel::{Bits, Distribution, Domain, Instant, NodeId, Seed, Span, Stream};
use crate::network::{Degradation, Direction, Fraction, Links, NodeSet, Population, Rule, RuleId};
use crate::network::{Selector, Targets};
use std::collections::BTreeMap;

/// Numbered faults. Each draws by its number alone, so that taking one away leaves what the others
/// do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(BTreeMap<FaultId, Fault>);

impl FromIterator<Fault> for Faults {
    /// Numbers them 0, 1, 2, ...
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Faults {
        Faults((0..).map(FaultId).zip(faults).collect())
    }
}

/// What faults come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Expanded {
    /// What happens, by time, and at one instant by number of fault.
    pub happenings: Vec<Happening>,
    /// The rules that begin and end.
    pub rules: BTreeMap<RuleId, Rule<Targets>>,
    /// When the last window has ended and the last node has been started; a restart after a crash
    /// that waits for effects counts from the earliest moment of that crash.
    pub heal: Instant,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When.
    pub at: Instant,
    /// Of which fault it is a part.
    pub fault: FaultId,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Nodes vanish.
    Crash {
        /// Who.
        targets: Targets,
        /// Once an activation has so many effects, after the last of them; else at once.
        after_effects: Option<u32>,
        /// What becomes of the disk.
        disk: DiskLoss,
        /// How long after its crash a node that was up starts again.
        restart_after: Option<Span>,
    },
    /// Nodes say goodbye, if their protocol has such a request, and crash when they have.
    Leave {
        /// Who.
        targets: Targets,
        /// What becomes of the disk.
        disk: DiskLoss,
        /// How long after that they start again.
        restart_after: Option<Span>,
    },
    /// Nodes are not there from the beginning.
    Absent(Targets),
    /// Nodes that are down start.
    Start(Targets),
    /// A rule is in force from now on.
    Begin(RuleId),
    /// A rule is no longer in force.
    End(RuleId),
}

impl Faults {
    /// The faults and their numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (FaultId, &Fault)> {
        self.0.iter().map(|(id, fault)| (*id, fault))
    }

    /// The others, under their own numbers.
    #[must_use]
    pub fn without(&self, id: FaultId) -> Faults {
        let mut others = self.clone();
        others.0.remove(&id);
        others
    }

    /// What they come to for this population, in a run that ends at `end`: happenings after that
    /// are left out.
    ///
    /// # Errors
    /// The first fault that makes no sense for the population, or with which the list becomes too
    /// long.
    pub fn expand(
        &self,
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<Expanded, (FaultId, FaultError)> {
        let mut expanded =
            Expanded { happenings: Vec::new(), rules: BTreeMap::new(), heal: Instant::START };
        let (mut room, mut downtime) = (EXPANSION_MAX, Downtime::default());
        for (id, fault) in self.iter() {
            let (into, room, downtime) = (&mut expanded, &mut room, &mut downtime);
            let mut expansion = Expansion { population, seed, end, id, into, room, downtime };
            expansion.add(fault).map_err(|error| (id, error))?;
        }
        // Stable: what one fault does at one instant keeps its order.
        expanded.happenings.sort_by_key(|happening| (happening.at, happening.fault));
        Ok(expanded)
    }
}

/// What a stream of a fault is for. The numbers are part of every result: never renumber.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Times = 0,
    Targets = 1,
    Restarts = 2,
    Churn = 3,
    Victims = 4,
}

/// The expansion of one fault.
pub(super) struct Expansion<'a> {
    population: &'a Population,
    seed: Seed,
    pub(super) end: Instant,
    id: FaultId,
    into: &'a mut Expanded,
    /// How many more happenings there may be, counted node by node.
    room: &'a mut usize,
    /// Who is down when by this fault and those before it.
    pub(super) downtime: &'a mut Downtime,
}

impl Expansion<'_> {
    fn add(&mut self, fault: &Fault) -> Result<(), FaultError> {
        match fault {
            Fault::Crash { when, nodes, restart_after, after_effects, disk } => {
                for (index, at) in self.moments(when, nodes)? {
                    let mut restarts = self.stream(Purpose::Restarts, index);
                    let targets = self.targets_up(nodes, index, at)?;
                    for (targets, restart_after) in
                        restarting(targets, restart_after.as_ref(), &mut restarts)
                    {
                        self.heal_after(at + restart_after.unwrap_or(Span::ZERO));
                        let (after_effects, disk) = (*after_effects, *disk);
                        if after_effects.is_none() {
                            self.downtime.crash(&targets, at, restart_after);
                        }
                        let what = What::Crash { targets, after_effects, disk, restart_after };
                        self.push(at, what)?;
                    }
                }
                Ok(())
            }
            Fault::Restart { when, nodes } => {
                for (index, at) in self.moments(when, nodes)? {
                    self.heal_after(at);
                    let targets = self.targets(nodes, index)?;
                    self.downtime.start(&targets, at);
                    self.push(at, What::Start(targets))?;
                }
                Ok(())
            }
            Fault::Churn { window, churn } => self.churn(*window, churn),
            Fault::CrashPoisson { window, crashes } => self.crashes(*window, crashes),
            Fault::Partition { window, split, direction } => {
                let links = self.crossing(split, *direction)?;
                self.rule(*window, Rule::Cut(links))
            }
            Fault::Isolate { window, nodes } => {
                let links = Links::Touching(self.targets(nodes, 0)?, Direction::Both);
                self.rule(*window, Rule::Cut(links))
            }
            Fault::Link { window, between: [one, other], harm } => {
                let links = Links::Between(self.targets(one, 0)?, self.targets(other, 1)?);
                self.rule(*window, Rule::Degrade(links, harm.clone()))
            }
            Fault::LossBurst { window, nodes, probability } => {
                let links = self.touching(nodes.as_ref())?;
                let harm = Degradation { loss: *probability, ..Degradation::default() };
                self.rule(*window, Rule::Degrade(links, harm))
            }
            Fault::Clog { window, nodes } => {
                let links = self.touching(nodes.as_ref())?;
                self.rule(*window, Rule::Clog(links, window.until()))
            }
        }
    }

    pub(super) fn stream(&self, purpose: Purpose, index: u64) -> Stream {
        Stream::new(self.seed, Domain::Faults, u64::from(self.id.0) << 8 | purpose as u64, index)
    }

    pub(super) fn targets(&self, nodes: &Selector, index: u64) -> Result<Targets, FaultError> {
        Ok(nodes.resolve(self.population, &mut self.stream(Purpose::Targets, index))?)
    }

    /// The same, but that a share is one of the nodes that are up then, as far as this fault and those before it go.
    fn targets_up(&self, nodes: &Selector, index: u64, at: Instant) -> Result<Targets, FaultError> {
        let Selector::Fraction(_) = nodes else { return self.targets(nodes, index) };
        if self.downtime.is_empty() {
            return self.targets(nodes, index);
        }
        let all = (0..self.population.nodes).map(NodeId);
        let up: Vec<NodeId> = all.filter(|node| self.downtime.is_up(*node, at)).collect();
        let among = Population::of(up.len() as u32);
        Ok(match nodes.resolve(&among, &mut self.stream(Purpose::Targets, index))? {
            Targets::Nodes(places) => {
                Targets::Nodes(places.into_iter().map(|place| up[place.index()]).collect())
            }
            role => role,
        })
    }

    fn moments(
        &self,
        when: &Schedule,
        nodes: &Selector,
    ) -> Result<impl Iterator<Item = (u64, Instant)> + use<>, FaultError> {
        // A selector that makes no sense is a mistake even where it never fires.
        self.targets(nodes, 0)?;
        let moments = when.expand(self.end, &mut self.stream(Purpose::Times, 0))?;
        Ok((0..).zip(moments))
    }

    fn touching(&self, nodes: Option<&Selector>) -> Result<Links<Targets>, FaultError> {
        let touching = |nodes| Ok(Links::Touching(self.targets(nodes, 0)?, Direction::Both));
        nodes.map_or(Ok(Links::All), touching)
    }

    /// The links that a partition cuts.
    fn crossing(&self, split: &Split, way: Direction) -> Result<Links<Targets>, FaultError> {
        let parts = match split {
            Split::Isolate(nodes) => {
                return Ok(Links::Touching(self.targets(nodes, 0)?, way));
            }
            Split::Groups(groups) => {
                (groups.iter().zip(0..).map(|(group, index)| self.targets(group, index)))
                    .collect::<Result<Vec<_>, _>>()?
            }
            Split::Fractions(shares) => self.shared_out(&ends(shares, self.population.nodes)?),
            Split::Majority => {
                let nodes = self.population.nodes;
                self.shared_out(&[nodes.min(nodes / 2 + 1), nodes])
            }
        };
        if parts.len() < 2 {
            return Err(FaultError::OnePart);
        }
        disjoint(&parts)?;
        Ok(Links::Across(parts, way))
    }

    /// The experiment's nodes in a drawn order, cut into parts that end at `ends`.
    fn shared_out(&self, ends: &[u32]) -> Vec<Targets> {
        let mut stream = self.stream(Purpose::Targets, 0);
        let mut order: Vec<NodeId> = (0..self.population.nodes).map(NodeId).collect();
        for k in (1..order.len()).rev() {
            order.swap(k, stream.below(k as u64 + 1) as usize);
        }
        let mut from = 0;
        let part = |end: &u32| {
            let part: NodeSet = order[from..*end as usize].iter().copied().collect();
            from = *end as usize;
            Targets::Nodes(part.iter().collect())
        };
        ends.iter().map(part).collect()
    }

    fn rule(&mut self, window: Window, rule: Rule<Targets>) -> Result<(), FaultError> {
        let id = RuleId(self.id.0);
        self.into.rules.insert(id, rule);
        self.heal_after(window.until());
        self.push(window.from(), What::Begin(id))?;
        self.push(window.until(), What::End(id))
    }

    pub(super) fn heal_after(&mut self, at: Instant) {
        self.into.heal = self.into.heal.max(at);
    }

    pub(super) fn push(&mut self, at: Instant, what: What) -> Result<(), FaultError> {
        let size = match &what {
            What::Crash { targets: Targets::Nodes(nodes), .. }
            | What::Leave { targets: Targets::Nodes(nodes), .. }
            | What::Absent(Targets::Nodes(nodes))
            | What::Start(Targets::Nodes(nodes)) => nodes.len().max(1),
            _ => 1,
        };
        *self.room = self.room.checked_sub(size).ok_or(FaultError::TooMany)?;
        if at <= self.end {
            self.into.happenings.push(Happening { at, fault: self.id, what });
        }
        Ok(())
    }
}

/// Who crashes together: all where nothing is drawn for each node, else each alone.
fn restarting(
    targets: Targets,
    after: Option<&Distribution>,
    bits: &mut impl Bits,
) -> Vec<(Targets, Option<Span>)> {
    match (targets, after) {
        (targets, None) => vec![(targets, None)],
        (targets, Some(Distribution::Constant(after))) => vec![(targets, Some(*after))],
        (Targets::Nodes(nodes), Some(after)) => (nodes.into_iter())
            .map(|node| (Targets::Nodes(vec![node]), Some(after.sample(bits))))
            .collect(),
        // Who it will be is not known yet: one draw for whoever it is.
        (Targets::Role(role), Some(after)) => vec![(Targets::Role(role), Some(after.sample(bits)))],
    }
}

/// Where parts of these shares end among `nodes`, each sum of shares rounded: the sizes add up to
/// the whole.
fn ends(shares: &[Fraction], nodes: u32) -> Result<Vec<u32>, FaultError> {
    let mut sum = Fraction::ZERO;
    let mut end = |share: &Fraction| {
        sum = sum.plus(*share).ok_or(FaultError::Overfull)?;
        Ok(sum.of(nodes))
    };
    shares.iter().map(&mut end).collect()
}

/// No node may be in two parts.
fn disjoint(parts: &[Targets]) -> Result<(), FaultError> {
    let mut seen = NodeSet::default();
    let nodes = parts.iter().filter_map(|part| match part {
        Targets::Nodes(nodes) => Some(nodes),
        Targets::Role(_) => None,
    });
    match nodes.flatten().find(|node| !seen.insert(**node)) {
        Some(node) => Err(FaultError::InTwoParts(*node)),
        None => Ok(()),
    }
}
