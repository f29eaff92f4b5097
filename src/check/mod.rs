//! The check layer: invariants as data, and what is found when one does not hold.

mod network;

use std::fmt;

pub use network::NETWORK_FLAWS;

use crate::kernel::{Instant, NodeId};

/// A statement that must hold in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// As in experiment files.
    pub name: &'static str,
    /// The statement, in a sentence.
    pub says: &'static str,
    /// Where the statement comes from.
    pub source: &'static str,
}

/// A mistake that can be planted into a protocol, or into what is below it, to see that its check fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlantedFlaw {
    /// As in tests and lists.
    pub name: &'static str,
    /// The promise that it breaks: an invariant, or what must come true in the end.
    pub breaks: &'static str,
    /// What changes, in a sentence.
    pub says: &'static str,
}

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// When that was seen.
    pub at: Instant,
    /// Whose fault it is, where that can be said.
    pub node: Option<NodeId>,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not hold at {}", self.invariant, self.at)?;
        if let Some(node) = self.node {
            write!(f, ", node {node}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// Invariants that are checked, and the first one that was found not to hold.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    enabled: Vec<&'static str>,
    violation: Option<Violation>,
}

impl Verdicts {
    /// Checks these.
    pub fn new(enabled: Vec<&'static str>) -> Verdicts {
        Verdicts { enabled, violation: None }
    }

    /// Whether an invariant is checked.
    pub fn checks(&self, name: &str) -> bool {
        self.enabled.contains(&name)
    }

    /// Whether any is.
    pub fn checks_any(&self) -> bool {
        !self.enabled.is_empty()
    }

    /// Notes a violation, unless an earlier one is noted or the invariant is not checked.
    pub fn violate(&mut self, violation: Violation) {
        if self.violation.is_none() && self.checks(violation.invariant) {
            self.violation = Some(violation);
        }
    }

    /// Whether one was found.
    #[inline(always)]
    pub fn is_violated(&self) -> bool {
        self.violation.is_some()
    }

    /// The first that was found.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }
}
