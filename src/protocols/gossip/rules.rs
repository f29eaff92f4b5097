//! The decisions that a planted flaw may get wrong; everything else is the same for both.

use std::fmt::Debug;
use std::hash::Hash;

use super::config::{Config, Keeping};

/// Decisions, right unless overridden.
pub trait Rules: Copy + Debug + Eq + Hash + 'static {
    /// Whether the mistake is made here.
    #[inline(always)]
    fn is(_: Planting, _: &Config) -> bool {
        false
    }
    /// Whether a site remembers one rumor alone.
    #[inline(always)]
    fn forgets(config: &Config) -> bool {
        config.algorithm.delivery().dedupe == super::Dedupe::Last
            || Self::is(Planting::ForgetSeen, config)
    }
    /// Whether what is known survives a crash.
    #[inline(always)]
    fn keeps(config: &Config) -> bool {
        config.keeping == Keeping::Durable && !Self::is(Planting::LoseOnRestart, config)
    }
}

/// As written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paper;

impl Rules for Paper {}

/// With the mistake that the config names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Planted;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Planting {
    /// One forward in a thousand changes the rumor's number.
    Invent,
    /// One rumor alone is remembered.
    ForgetSeen,
    /// In rounds, a site acts on what it hears in the same round.
    EagerSnapshot,
    /// Peers are drawn from all nodes.
    AnyPeer,
    /// A flood also goes back to where it came from.
    Echo,
    /// Peers are drawn with replacement.
    WithReplacement,
    /// Removed sites still answer pulls.
    Zombie,
    /// Interest is lost one useless round too late.
    LateRemoval,
    /// What is known does not survive a crash.
    LoseOnRestart,
    /// A site takes one call too many in a round.
    LimitOffByOne,
    /// A blocking caller does not wait.
    Pipelined,
    /// The last node drops all rumors.
    Deaf,
    /// The counter never moves.
    NeverStop,
    /// Push-sum gives half and keeps all.
    KeepBoth,
    /// Averaging takes twice the other's number, less its own.
    Overshoot,
    /// Push-sum keeps all of its weight.
    StaleWeight,
}

impl Rules for Planted {
    fn is(flaw: Planting, config: &Config) -> bool {
        config.flaw == Some(flaw)
    }
}
