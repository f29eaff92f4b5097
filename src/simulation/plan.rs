//! What comes from outside of the nodes, before the queued events of its instant.

use crate::faults::{DiskLoss, Expanded, What};
use crate::kernel::{Instant, RequestId, Span};
use crate::network::{Rule, RuleId, Targets};

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
        /// How long after its crash a node that was up starts again.
        restart_after: Option<Span>,
    },
    /// Nodes say goodbye, if their protocol has a request for it, and crash when they have.
    Leave {
        /// Who.
        targets: Targets,
        /// What becomes of their disks.
        disk: DiskLoss,
        /// How long after that they start again.
        restart_after: Option<Span>,
    },
    /// Nodes are not there from the beginning, whenever that is planned for.
    Absent {
        /// Who.
        targets: Targets,
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
    /// The plans that a schedule of faults comes to, by time.
    pub fn from_faults(faults: Expanded) -> Vec<(Instant, Plan)> {
        let Expanded { happenings, rules, .. } = faults;
        let planned = |what| match what {
            What::Crash { targets, after_effects, disk, restart_after } => {
                Plan::Crash { targets, after_effects, disk, restart_after }
            }
            What::Leave { targets, disk, restart_after } => {
                Plan::Leave { targets, disk, restart_after }
            }
            What::Absent(targets) => Plan::Absent { targets },
            What::Start(targets) => Plan::Start { targets },
            What::Begin(id) => Plan::Begin(id, rules[&id].clone()),
            What::End(id) => Plan::End(id),
        };
        happenings.into_iter().map(|happening| (happening.at, planned(happening.what))).collect()
    }

    /// Faults come before requests and wakes of the same moment.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Plan::Request(_) | Plan::Wake(_) => 1,
            _ => 0,
        }
    }

    /// Whether it can make something happen in a world where no event is left.
    pub(super) fn rouses(&self) -> bool {
        match self {
            Plan::Start { .. } | Plan::Leave { .. } | Plan::Request(_) | Plan::Wake(_) => true,
            Plan::Crash { after_effects, restart_after, .. } => {
                after_effects.is_none() && restart_after.is_some()
            }
            Plan::Absent { .. } | Plan::Begin(..) | Plan::End(_) => false,
        }
    }
}
