//! Rules: what a fault does to some links while it is in force, as small values.

use super::config::{Factor, Reorder};
use super::links::{Links, NodeSet};
use super::selector::Targets;
use crate::kernel::{Distribution, Instant, NodeId, Probability, Span};

/// The number of a rule: that of the fault behind it. Its draws are keyed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// What holds for some links from its beginning to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule<S = NodeSet> {
    /// Nothing passes, judged at sending and at arrival.
    Cut(Links<S>),
    /// Messages fare worse than the network has it.
    Degrade(Links<S>, Degradation),
    /// What would arrive waits until then, and keeps the order in which it would have arrived.
    Clog(Links<S>, Instant),
}

/// How messages fare worse.
#[derive(Clone, Debug, PartialEq)]
pub struct Degradation {
    /// Loss, independent of the network's.
    pub loss: Probability,
    /// Duplication, independent of the network's.
    pub duplicate: Probability,
    /// What the drawn latency is multiplied by.
    pub slow: Factor,
    /// What is added to that.
    pub extra_latency: Distribution,
    /// What happens to the order of copies, beside what the network does.
    pub reorder: Option<Reorder>,
}

impl Default for Degradation {
    /// No harm.
    fn default() -> Degradation {
        Degradation {
            loss: Probability::ZERO,
            duplicate: Probability::ZERO,
            slow: Factor::ONE,
            extra_latency: Distribution::Constant(Span::ZERO),
            reorder: None,
        }
    }
}

impl<S> Rule<S> {
    /// The links that it is about.
    pub fn links(&self) -> &Links<S> {
        match self {
            Rule::Cut(links) | Rule::Degrade(links, _) | Rule::Clog(links, _) => links,
        }
    }

    /// The same rule over other sets of nodes.
    pub fn map<T>(&self, set: impl FnMut(&S) -> T) -> Rule<T> {
        match self {
            Rule::Cut(links) => Rule::Cut(links.map(set)),
            Rule::Degrade(links, harm) => Rule::Degrade(links.map(set), harm.clone()),
            Rule::Clog(links, until) => Rule::Clog(links.map(set), *until),
        }
    }
}

impl Rule<Targets> {
    /// The rule for the nodes that play its roles now, as `role` says.
    pub fn resolve(&self, mut role: impl FnMut(&str) -> Vec<NodeId>) -> Rule {
        self.map(|targets| targets.resolve(&mut role))
    }
}
