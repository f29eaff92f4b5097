//! Why a fault cannot be expanded.

use super::schedule::EXPANSION_MAX;
use crate::kernel::NodeId;
use crate::network::SelectorError;
use std::fmt;

/// The number of a fault: its place in the experiment's list. Its draws are keyed by it, and it
/// keeps it when others are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub u32);

/// Why a fault makes no sense for this population; prints as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultError {
    /// Nodes that cannot be selected.
    Selector(SelectorError),
    /// A split into fewer than two parts.
    OnePart,
    /// A node in two parts of one split.
    InTwoParts(NodeId),
    /// Shares of a split that sum to more than the whole.
    Overfull,
    /// Nodes by a role that they play while a run goes on, where they must be known before.
    Role,
    /// More happenings than anyone wants.
    TooMany,
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultError::Selector(error) => error.fmt(f),
            FaultError::OnePart => f.write_str("a split needs at least two parts"),
            FaultError::InTwoParts(node) => write!(f, "node {node} is in two parts of the split"),
            FaultError::Overfull => f.write_str("the fractions of a split sum to at most 1"),
            FaultError::Role => f.write_str(
                "who comes and goes is drawn before the run: select nodes by id, name or group",
            ),
            FaultError::TooMany => {
                write!(
                    f,
                    "faults expand to at most {EXPANSION_MAX} happenings, counted node by node"
                )
            }
        }
    }
}

impl std::error::Error for FaultError {}

impl From<SelectorError> for FaultError {
    fn from(error: SelectorError) -> FaultError {
        FaultError::Selector(error)
    }
}
