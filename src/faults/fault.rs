//! Faults: scheduled misfortunes, as data.

use super::schedule::{Schedule, Window};
use crate::kernel::{Distribution, Instant, Probability, Span};
use crate::network::{Degradation, Direction, Fraction, Selector};

/// One misfortune, or a repeated one.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Nodes vanish.
    Crash {
        /// When; random nodes are drawn anew each time.
        when: Schedule,
        /// Who.
        nodes: Selector,
        /// How long after its crash a node starts again, drawn for each; without it, never.
        restart_after: Option<Distribution>,
        /// Not between two events, but in the first activation from then on with so many effects,
        /// after the last.
        after_effects: Option<u32>,
        /// What becomes of the disk.
        disk: DiskLoss,
    },
    /// Nodes that are down start.
    Restart {
        /// When; random nodes are drawn anew each time.
        when: Schedule,
        /// Who.
        nodes: Selector,
    },
    /// Nodes leave and come back, each by itself, again and again.
    Churn {
        /// No node leaves before or after it.
        window: Window,
        /// How.
        churn: Churn,
    },
    /// Crashes of unlucky nodes, at random moments.
    CrashPoisson {
        /// From when until when.
        window: Window,
        /// How.
        crashes: Crashes,
    },
    /// Messages between different parts are lost.
    Partition {
        /// From when until when.
        window: Window,
        /// Into which parts.
        split: Split,
        /// Which messages are lost, seen from the first part.
        direction: Direction,
    },
    /// Each of these nodes is alone.
    Isolate {
        /// From when until when.
        window: Window,
        /// Who.
        nodes: Selector,
    },
    /// The links between two sets of nodes are bad.
    Link {
        /// From when until when.
        window: Window,
        /// The two sets; both directions.
        between: [Selector; 2],
        /// How bad.
        harm: Degradation,
    },
    /// More messages are lost.
    LossBurst {
        /// From when until when.
        window: Window,
        /// Of what these nodes send or receive; without it, of everything.
        nodes: Option<Selector>,
        /// How many, independently of other losses.
        probability: Probability,
    },
    /// Messages wait, then all arrive.
    Clog {
        /// From when until when.
        window: Window,
        /// What these nodes send or receive; without it, everything.
        nodes: Option<Selector>,
    },
}

impl Fault {
    /// The earliest moment at which it can do anything.
    pub fn starts_at(&self) -> Instant {
        match self {
            Fault::Crash { when, .. } | Fault::Restart { when, .. } => match when {
                Schedule::At(after) => Instant::START + after.least(),
                Schedule::Every { from, .. } => *from,
            },
            Fault::Churn { window, .. }
            | Fault::CrashPoisson { window, .. }
            | Fault::Partition { window, .. }
            | Fault::Isolate { window, .. }
            | Fault::Link { window, .. }
            | Fault::LossBurst { window, .. }
            | Fault::Clog { window, .. } => window.from(),
        }
    }

    /// All selectors in it.
    pub fn selectors(&self) -> Vec<&Selector> {
        match self {
            Fault::Crash { nodes, .. }
            | Fault::Restart { nodes, .. }
            | Fault::Isolate { nodes, .. }
            | Fault::Partition { split: Split::Isolate(nodes), .. } => vec![nodes],
            Fault::Partition { split: Split::Groups(parts), .. } => parts.iter().collect(),
            Fault::Partition { .. } => Vec::new(),
            Fault::Churn { churn, .. } => vec![&churn.nodes],
            Fault::CrashPoisson { crashes, .. } => {
                std::iter::once(&crashes.nodes).chain(&crashes.spare).collect()
            }
            Fault::Link { between, .. } => between.iter().collect(),
            Fault::LossBurst { nodes, .. } | Fault::Clog { nodes, .. } => nodes.iter().collect(),
        }
    }
}

impl Fault {
    /// Whether messages or their answers may get lost by it.
    pub fn loses(&self) -> bool {
        match self {
            Fault::Crash { .. }
            | Fault::Churn { .. }
            | Fault::CrashPoisson { .. }
            | Fault::Partition { .. }
            | Fault::Isolate { .. } => true,
            Fault::Link { harm, .. } => harm.loss != Probability::ZERO,
            Fault::LossBurst { probability, .. } => *probability != Probability::ZERO,
            Fault::Restart { .. } | Fault::Clog { .. } => false,
        }
    }

    /// Whether messages may take longer by it than the network has it.
    pub fn slows(&self) -> bool {
        match self {
            Fault::Clog { .. } => true,
            Fault::Link { harm, .. } => {
                harm.slow.get() > 1.0
                    || harm.extra_latency != Distribution::Constant(Span::ZERO)
                    || harm.reorder.is_some()
            }
            _ => false,
        }
    }

    /// Whether it empties disks.
    pub fn wipes(&self) -> bool {
        let disk = match self {
            Fault::Crash { disk, .. } => *disk,
            Fault::Churn { churn, .. } => churn.disk,
            Fault::CrashPoisson { crashes, .. } => crashes.disk,
            _ => return false,
        };
        disk == DiskLoss::Wipe
    }
}

/// How nodes leave and come back: an alternating renewal process for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Churn {
    /// Who.
    pub nodes: Selector,
    /// How long a node stays.
    pub leave: Distribution,
    /// How long it is away; without it, for good.
    pub rejoin_after: Option<Distribution>,
    /// Who is there at the beginning.
    pub start: ChurnStart,
    /// The share of departures that are announced to the protocol; the others are crashes.
    pub graceful: Probability,
    /// What becomes of the disk.
    pub disk: DiskLoss,
}

/// Who is there when churn begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChurnStart {
    /// Everybody.
    Up,
    /// As many as in the long run, each amid its stay or its absence.
    Stationary,
}

/// How nodes crash at random moments: a Poisson process for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Crashes {
    /// The time from one to the next.
    pub gap: Distribution,
    /// Who may be hit: one of those that are up then.
    pub nodes: Selector,
    /// How long after its crash a node starts again, drawn for each; without it, never.
    pub restart_after: Option<Distribution>,
    /// Who is never hit.
    pub spare: Vec<Selector>,
    /// What becomes of the disk.
    pub disk: DiskLoss,
}

/// What a crash does to the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskLoss {
    /// What waits to be stored is stored, the effects behind it are lost.
    Keep,
    /// What was not synced is lost.
    #[default]
    LoseUnsynced,
    /// Everything is lost.
    Wipe,
}

/// The parts of a partition. Nodes in no part reach everyone.
#[derive(Clone, Debug, PartialEq)]
pub enum Split {
    /// A part each.
    Groups(Vec<Selector>),
    /// Parts of these shares, drawn; what they leave is in no part.
    Fractions(Vec<Fraction>),
    /// Any majority, drawn, and the rest.
    Majority,
    /// Each of these nodes alone; together they are the first part.
    Isolate(Selector),
}
