//! What comes from outside of the nodes, before the queued events of its instant.

use crate::faults::{DiskLoss, Targets};
use crate::kernel::RequestId;
use crate::network::{Rule, RuleId};

/// One thing that is planned for a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// Nodes crash; those that are down stay so.
    Crash {
        /// Who.
        targets: Targets,
        /// In their first activation from then on with at least so many effects, after that many; else at once.
        after_effects: Option<u32>,
        /// What becomes of their disks.
        disk: DiskLoss,
    },
    /// Nodes that are down start again.
    Start {
        /// Who.
        targets: Targets,
    },
    /// A rule of the network comes into force.
    Begin(RuleId, Rule<Targets>),
    /// A rule of the network ends.
    End(RuleId),
    /// The workload asks a node for something.
    Request(RequestId),
    /// The workload is woken.
    Wake(u64),
}

impl Plan {
    /// Faults come before requests and wakes of the same moment.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Plan::Crash { .. } | Plan::Start { .. } | Plan::Begin(..) | Plan::End(_) => 0,
            Plan::Request(_) | Plan::Wake(_) => 1,
        }
    }

    /// Whether it can make something happen in a world where no event is left.
    pub(super) fn rouses(&self) -> bool {
        matches!(self, Plan::Start { .. } | Plan::Request(_) | Plan::Wake(_))
    }
}
