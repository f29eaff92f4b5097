//! Selectors: which nodes, as data; and who they turn out to be.

use super::links::NodeSet;
use super::population::{Population, SelectorError};
use crate::kernel::{Bits, NodeId};

/// Which nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// All of the experiment's nodes.
    All,
    /// One node.
    Node(NodeId),
    /// These nodes.
    Ids(Vec<NodeId>),
    /// The nodes of these names.
    Names(Vec<String>),
    /// So many of the experiment's nodes, drawn.
    Random(u32),
    /// A share of the experiment's nodes, drawn.
    Fraction(Fraction),
    /// Whoever plays this role when it matters.
    Role(String),
    /// The nodes of this group.
    Group(String),
}

/// A share of a whole, between 0 and 1, in trillionths: decimal shares add up exactly, and half a
/// node is half a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction(u64);

const TRILLION: u64 = 1_000_000_000_000;

impl Fraction {
    /// Nothing.
    pub const ZERO: Fraction = Fraction(0);

    /// `share` between 0 and 1, rounded to a trillionth, else `None`.
    pub fn new(share: f64) -> Option<Fraction> {
        let trillionths = (share * TRILLION as f64).round() as u64;
        (0.0..=1.0).contains(&share).then_some(Fraction(trillionths))
    }

    /// The plain number.
    pub fn get(self) -> f64 {
        self.0 as f64 / TRILLION as f64
    }

    /// Both shares together, if they are no more than the whole.
    pub fn plus(self, other: Fraction) -> Option<Fraction> {
        let sum = self.0 + other.0;
        (sum <= TRILLION).then_some(Fraction(sum))
    }

    /// This share of `count`, a half rounded up.
    pub fn of(self, count: u32) -> u32 {
        let trillion = u128::from(TRILLION);
        ((u128::from(self.0) * u128::from(count) + trillion / 2) / trillion) as u32
    }
}

/// Whom a selector selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// These nodes, ascending, each once.
    Nodes(Vec<NodeId>),
    /// Whoever plays this role when it fires.
    Role(String),
}

impl Targets {
    /// Who they are now, as `role` says who plays a role.
    pub fn resolve(&self, role: impl FnOnce(&str) -> Vec<NodeId>) -> NodeSet {
        match self {
            Targets::Nodes(nodes) => nodes.iter().copied().collect(),
            Targets::Role(name) => role(name).into_iter().collect(),
        }
    }
}

impl Selector {
    /// Whom it selects from `population`; what is random is drawn from `bits`.
    ///
    /// # Errors
    /// A node, name or group that does not exist; more nodes than there are.
    pub fn resolve(
        &self,
        population: &Population,
        bits: &mut impl Bits,
    ) -> Result<Targets, SelectorError> {
        let all = population.nodes;
        let set: NodeSet = match self {
            Selector::Role(role) => return Ok(Targets::Role(role.clone())),
            Selector::All => (0..all).map(NodeId).collect(),
            Selector::Node(node) => return Ok(Targets::Nodes(vec![population.id(*node)?])),
            Selector::Ids(ids) => {
                ids.iter().map(|id| population.id(*id)).collect::<Result<_, _>>()?
            }
            Selector::Names(names) => {
                names.iter().map(|name| population.named(name)).collect::<Result<_, _>>()?
            }
            Selector::Random(wanted) if *wanted > all => {
                return Err(SelectorError::TooFewNodes { wanted: *wanted, nodes: all });
            }
            Selector::Random(wanted) => choose(*wanted, all, bits),
            Selector::Fraction(share) => choose(share.of(all), all, bits),
            Selector::Group(name) => population.group(name)?.iter().copied().collect(),
        };
        Ok(Targets::Nodes(set.iter().collect()))
    }
}

/// A uniformly drawn set of `wanted` of the first `of` nodes: Floyd's algorithm, `wanted` draws and
/// no shuffling (Bentley and Floyd, "A sample of brilliance", CACM 30:9, 1987).
fn choose(wanted: u32, of: u32, bits: &mut impl Bits) -> NodeSet {
    let mut chosen = NodeSet::default();
    for last in of - wanted..of {
        let drawn = bits.below(u64::from(last) + 1) as u32;
        if !chosen.insert(NodeId(drawn)) {
            chosen.insert(NodeId(last));
        }
    }
    chosen
}
