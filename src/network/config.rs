//! What a network is like: plain data in which every value makes sense.

use super::latency::Latency;
use super::line::Bandwidth;
use super::links::{Links, NodeSet};
use super::loss::Loss;
use super::matrix::Nowhere;
use super::population::{Population, SelectorError};
use super::selector::Selector;
use crate::kernel::{Bits, Distribution, Domain, Place, Probability, Seed, Span, Stream};
use std::fmt;
use std::num::NonZeroU8;

/// What a network is like. `S` is what stands for a set of nodes: a [`NodeSet`], or before a run a
/// [`Selector`].
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConfig<S = NodeSet> {
    /// How long a copy takes.
    pub latency: Latency,
    /// How messages are lost.
    pub loss: Loss,
    /// How messages multiply.
    pub duplication: Duplication,
    /// Whether copies overtake each other.
    pub order: Order,
    /// What disturbs that order.
    pub reorder: Option<Reorder>,
    /// What differs for some kinds, by their indices; the first that matches wins.
    pub per_kind: Vec<(u8, Override)>,
    /// What differs for some links, unless it differs for the kind; the first that matches wins.
    pub links: Vec<LinkOverride<S>>,
    /// Whom a node may send to.
    pub reach: Reach,
    /// How fast messages leave and arrive.
    pub bandwidth: Bandwidth,
}

impl<S> Default for NetworkConfig<S> {
    /// A millisecond everywhere, and nothing goes wrong.
    fn default() -> NetworkConfig<S> {
        NetworkConfig {
            latency: Latency::PerCopy(Distribution::Constant(Span::from_millis(1))),
            loss: Loss::NEVER,
            duplication: Duplication { probability: Probability::ZERO, copies: NonZeroU8::MIN },
            order: Order::Unordered,
            reorder: None,
            per_kind: Vec::new(),
            links: Vec::new(),
            reach: Reach::Anyone,
            bandwidth: Bandwidth::default(),
        }
    }
}

impl<S> NetworkConfig<S> {
    /// The longest that a copy can take on any link, faults apart; none where there is no bound. `edge` is that of
    /// the topology's edges.
    pub fn latency_greatest(&self, edge: Option<Span>) -> Option<Span> {
        let kinds = self.per_kind.iter().map(|(_, what)| what);
        let others = kinds.chain(self.links.iter().map(|link| &link.what));
        let mut all =
            std::iter::once(&self.latency).chain(others.filter_map(|o| o.latency.as_ref()));
        let longest = |most: Span, latency: &Latency| Some(most.max(latency.greatest(edge)?));
        let base = all.try_fold(Span::ZERO, longest)?;
        let more = self.reorder.as_ref().map_or(Some(Span::ZERO), |r| r.extra.greatest())?;
        Some(base + more)
    }

    fn losses(&self) -> impl Iterator<Item = Loss> + '_ {
        let kinds = self.per_kind.iter().map(|(_, what)| what);
        let others = kinds.chain(self.links.iter().map(|link| &link.what));
        std::iter::once(self.loss).chain(others.filter_map(|what| what.loss))
    }

    /// Whether messages may get lost, faults apart.
    pub fn is_lossy(&self) -> bool {
        self.losses().any(|loss| loss != Loss::NEVER)
    }

    /// The share of messages that get lost on the worst of links, faults apart; none where they do in bursts.
    pub fn loss_greatest(&self) -> Option<f64> {
        let share = |loss: Loss| match loss {
            Loss::Independent(probability) => Some(probability.get()),
            Loss::Burst(_) => None,
        };
        self.losses().try_fold(0.0, |most: f64, loss| Some(most.max(share(loss)?)))
    }
}

impl NetworkConfig<Selector> {
    /// The same for the nodes of `population`; what is random is drawn once for the run.
    ///
    /// # Errors
    /// The first setting that makes no sense for the population.
    pub fn resolve(
        &self,
        population: &Population,
        seed: Seed,
    ) -> Result<NetworkConfig, NetworkError> {
        let resolve = |(index, by): (usize, &LinkOverride<Selector>)| {
            // No node has this id, so no link has this stream.
            let mut stream = Stream::new(seed, Domain::Link, u64::MAX, index as u64);
            let links = by.links.try_map(|selector| {
                let targets = selector.resolve(population, &mut stream)?;
                Ok(targets.resolve(|_| Vec::new()))
            });
            let links = links.map_err(|error| NetworkError::Link(index, error))?;
            Ok(LinkOverride { links, what: by.what.resolve(population)? })
        };
        let by_kind = |(kind, what): &(u8, Override)| Ok((*kind, what.resolve(population)?));
        Ok(NetworkConfig {
            latency: resolve_latency(&self.latency, population)?,
            loss: self.loss,
            duplication: self.duplication,
            order: self.order,
            reorder: self.reorder.clone(),
            per_kind: self.per_kind.iter().map(by_kind).collect::<Result<_, NetworkError>>()?,
            links: (self.links.iter().enumerate().map(resolve))
                .collect::<Result<_, NetworkError>>()?,
            reach: self.reach,
            bandwidth: self.bandwidth,
        })
    }
}

fn resolve_latency(latency: &Latency, population: &Population) -> Result<Latency, NetworkError> {
    Ok(match latency {
        Latency::Matrix(rows, jitter) => {
            let rows = rows.resolve(population).map_err(NetworkError::Matrix)?;
            Latency::Matrix(rows, jitter.clone())
        }
        other => other.clone(),
    })
}

/// Why a network makes no sense for a population; prints as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// The entry of `links` of that index selects nodes that are not there.
    Link(usize, SelectorError),
    /// A node is at no place of a latency matrix.
    Matrix(Nowhere),
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkError::Link(_, error) => error.fmt(f),
            NetworkError::Matrix(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NetworkError {}

/// With some probability a message has this many duplicates, each with a latency of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplication {
    /// How likely it is.
    pub probability: Probability,
    /// How many duplicates there are then.
    pub copies: NonZeroU8,
}

/// Whether copies overtake each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// They arrive as drawn.
    Unordered,
    /// On a directed link none arrives before the one sent before it.
    Fifo,
}

/// With some probability a copy takes longer, whatever the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Reorder {
    /// How likely it is, each copy on its own.
    pub probability: Probability,
    /// How much longer it takes then.
    pub extra: Distribution,
}

impl Reorder {
    /// How much longer a copy takes, by chance.
    pub(super) fn sample(&self, mut draws: Place) -> Span {
        let is_hit = self.probability.hit(draws.bits());
        if is_hit { self.extra.sample(&mut draws) } else { Span::ZERO }
    }
}

/// What differs for a kind or a link; `None` is as elsewhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// How long a copy takes.
    pub latency: Option<Latency>,
    /// How they are lost.
    pub loss: Option<Loss>,
}

impl Override {
    fn resolve(&self, population: &Population) -> Result<Override, NetworkError> {
        let latency = self.latency.as_ref().map(|latency| resolve_latency(latency, population));
        Ok(Override { latency: latency.transpose()?, loss: self.loss })
    }
}

/// What differs for some links.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkOverride<S = NodeSet> {
    /// Which links.
    pub links: Links<S>,
    /// What differs.
    pub what: Override,
}

/// Whom a node may send to. The simulation sees to it: the network knows no topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every node.
    Anyone,
    /// Its neighbours in the topology; what it sends to others is addressed to nobody.
    Neighbours,
}

/// A finite number that is not negative, to multiply spans by.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Factor(f64);

impl Factor {
    /// Nothing is left.
    pub const ZERO: Factor = Factor(0.0);
    /// Nothing changes.
    pub const ONE: Factor = Factor(1.0);

    /// `factor`, if it is finite and not negative.
    pub fn new(factor: f64) -> Option<Factor> {
        (factor >= 0.0 && factor.is_finite()).then_some(Factor(factor))
    }

    /// The plain number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// `span` times this, rounded to a nanosecond.
    #[must_use]
    pub fn of(self, span: Span) -> Span {
        // Exact for the factor that is there nearly always, however long the span.
        if self == Factor::ONE { span } else { Span::from_nanos_f64(span.nanos() as f64 * self.0) }
    }
}
