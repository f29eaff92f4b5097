//! The knobs of pirates, validated.

use std::sync::Arc;

use super::rules::Planting;
use crate::kernel::{Distribution, NodeId, Span, Weights};
use crate::topology::Graph;

/// What all pirates and their controller share.
#[derive(Clone, Debug)]
pub struct Config {
    /// N: how many pirates there are; the controller is node N.
    pub pirates: u32,
    /// When the controller says goodbye; `None`: never.
    pub stay: Option<Span>,
    /// Over which time the pirates are enlisted evenly, at most `stay`.
    pub ramp_up: Span,
    /// Whom pirates are introduced to.
    pub start: Start,
    /// Buddies that a pirate can remember, 1..=10.
    pub dunbar: u8,
    /// First purses.
    pub gold: Purse,
    /// Periods between wakes.
    pub chat_period: Period,
    /// How regularly they wake.
    pub rhythm: Rhythm,
    /// The audience of a name drop.
    pub tell: Tell,
    /// What a wake does.
    pub habits: Habits,
    /// How much is given.
    pub gift: Gift,
    /// What a wake without buddies does.
    pub lonely: Lonely,
    /// Whether the controller is told about accepted names.
    pub inform: Inform,
    /// A mistake for [`super::Planted`] to make.
    pub flaw: Option<Planting>,
}

impl Config {
    /// Node N.
    #[inline(always)]
    pub fn controller(&self) -> NodeId {
        NodeId(self.pirates)
    }
}

/// Whom pirates are introduced to.
#[derive(Clone, Debug)]
pub enum Start {
    /// So many uniform draws from all N, with replacement, itself included (as spigo does), 0..=10.
    Introductions(u32),
    /// The out-edges of a graph, in its order.
    Reload(Arc<Reload>),
}

/// A graph that goes on where it stood.
#[derive(Clone, Debug)]
pub struct Reload {
    /// Who knows whom.
    pub graph: Graph,
    /// First purses of those whose gold the file tells.
    pub gold: Vec<Option<u32>>,
    /// Periods in ms of those whose period the file tells.
    pub period_ms: Vec<Option<u32>>,
}

/// Coins of a first purse: uniform, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

/// Periods in whole ms: uniform over min, min + step, ..., max.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The shortest, at least 1.
    pub min_ms: u32,
    /// How many periods there are to draw from, at least 1.
    pub count: u32,
    /// Between two of them.
    pub step_ms: u32,
}

/// How regularly pirates wake.
#[derive(Clone, Debug, PartialEq)]
pub enum Rhythm {
    /// Every period.
    Regular,
    /// After exponential waits of that mean, drawn from this distribution of mean [`Rhythm::UNIT`].
    Memoryless(Distribution),
}

impl Rhythm {
    /// The mean wait of the stored distribution, which a pirate scales by its own period.
    pub const UNIT: Span = Span::from_secs(1);
}

/// The audience of a name drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// All buddies but the one it is about.
    All,
    /// One buddy.
    One,
}

/// What a wake does: at most one of these, else nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Habits {
    /// Always the same, without a draw.
    Always(Habit),
    /// By weights over [`Habit::ALL`] and idleness, in this order.
    Mixed(Weights),
}

/// One habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Tells buddies about a buddy.
    NameDrop,
    /// Gives a buddy gold.
    GoldCoin,
    /// Tells a buddy all rumours.
    Rumour,
    /// Breaks a promise.
    Forget,
}

impl Habit {
    /// All, in the order of the cumulative draw.
    pub const ALL: [Habit; 4] = [Habit::NameDrop, Habit::GoldCoin, Habit::Rumour, Habit::Forget];
}

/// How much is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gift {
    /// So many coins, or nothing by who is poorer; at least 1.
    Coins(u32),
    /// Uniform in 0..m, m = this share of the booty, rounded down: the last coin is never given away.
    UpTo(f64),
}

/// What a wake without buddies does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lonely {
    /// Nothing.
    Wait,
    /// Asks the controller for an introduction.
    Hello,
}

/// Whether the controller is told about accepted names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inform {
    /// It is not.
    Nothing,
    /// About each.
    Edges,
}
