//! The knobs of gossip, validated.

use super::aggregate::Aggregation;
use super::median::Median;
use super::rules::Planting;
use crate::kernel::{Distribution, Instant, Probability, Span};

/// What all sites share.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many sites there are.
    pub nodes: u32,
    /// How rumors spread.
    pub algorithm: Algorithm,
    /// When sites act that do not only answer.
    pub tempo: Tempo,
    /// Whether what is known survives a crash.
    pub keeping: Keeping,
    /// How many calls a site takes in a round; none: all.
    pub limit: Option<Limit>,
    /// A mistake for [`super::Planted`] to make.
    pub flaw: Option<Planting>,
}

impl Config {
    /// The round that it is, if there are rounds: round r begins at r periods.
    #[inline(always)]
    pub fn round(&self, now: Instant) -> u32 {
        match &self.tempo {
            Tempo::Rounds(period) => round_of(now, *period),
            Tempo::Timers { .. } => 0,
        }
    }

    /// Whether the clock is rounds.
    #[inline(always)]
    pub fn in_rounds(&self) -> bool {
        matches!(self.tempo, Tempo::Rounds(_)) && self.algorithm.is_clocked()
    }

    /// Whether every site has a turn in every period, also who has nothing to tell.
    #[inline(always)]
    pub fn all_turn(&self) -> bool {
        match &self.algorithm {
            Algorithm::AntiEntropy { .. } | Algorithm::MedianCounter(_) => true,
            Algorithm::PushSum(_) | Algorithm::Averaging(_) => true,
            // Where it matters which of two copies comes first, those of equal times come by sender.
            Algorithm::Rumor(mongering) => {
                mongering.mode != Mode::Push || mongering.view == View::Arrival && self.in_rounds()
            }
            _ => false,
        }
    }
}

/// The round of a moment.
#[inline(always)]
pub(super) fn round_of(at: Instant, period: Span) -> u32 {
    (at.nanos() / period.nanos()) as u32
}

/// How rumors spread.
#[derive(Clone, Debug, PartialEq)]
pub enum Algorithm {
    /// The origin tells each of its peers (Demers et al. 1987, section 1.1).
    DirectMail(Delivery),
    /// Who hears of a rumor for the first time tells all other peers.
    Flood {
        /// How copies are handed over.
        delivery: Delivery,
        /// Who forwards.
        forward: Forward,
        /// So many hops at most.
        ttl: Option<u16>,
        /// Whether the origin knows its own rumor.
        origin: Origin,
    },
    /// Who hears of a rumor for the first time tells so many random peers, once (Kermarrec et al. 2003).
    InfectAndDie {
        /// How many.
        fanout: u32,
        /// So many hops at most.
        ttl: Option<u16>,
    },
    /// Who knows a rumor tells so many random peers, each period.
    InfectForever {
        /// How many.
        fanout: u32,
        /// For so many periods.
        stop_after: Option<u32>,
    },
    /// Everybody compares what it knows with so many random peers, each period (Demers et al. 1987, section 1.3).
    AntiEntropy {
        /// Who gives.
        mode: Mode,
        /// How many.
        fanout: u32,
    },
    /// Infective sites lose interest (Demers et al. 1987, section 1.4).
    Rumor(Mongering),
    /// Sites tell until most of those whom they meet are as far (Karp et al. 2000, section 3).
    MedianCounter(Median),
    /// Everybody gives half of what it holds to a random peer, each round (Kempe et al. 2003, section 2).
    PushSum(Aggregation),
    /// Everybody takes the mean with a random peer, each period (Jelasity et al. 2005).
    Averaging(Aggregation),
}

impl Algorithm {
    /// Whether sites act by the clock.
    #[inline(always)]
    pub fn is_clocked(&self) -> bool {
        !matches!(
            self,
            Algorithm::DirectMail(_) | Algorithm::Flood { .. } | Algorithm::InfectAndDie { .. }
        )
    }

    /// How copies are handed over.
    #[inline(always)]
    pub fn delivery(&self) -> Delivery {
        match self {
            Algorithm::DirectMail(delivery) | Algorithm::Flood { delivery, .. } => *delivery,
            _ => Delivery::PLAIN,
        }
    }

    /// What is averaged, if anything is; then there are no rumors.
    #[inline(always)]
    pub fn aggregation(&self) -> Option<&Aggregation> {
        match self {
            Algorithm::PushSum(aggregation) | Algorithm::Averaging(aggregation) => {
                Some(aggregation)
            }
            _ => None,
        }
    }
}

/// How copies are handed over to a list of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// All at once, or one after the other.
    pub rpc: Rpc,
    /// What a site remembers.
    pub dedupe: Dedupe,
    /// What a site pays before its first send ever in a life, without regard to its peers.
    pub discovery_base: Span,
    /// What it pays for each of its peers.
    pub discovery_per_peer: Span,
    /// How long an answer is waited for; none: for ever (blocking).
    pub call_timeout: Option<Span>,
    /// From a call's arrival, or the moment a worker is free, to its effect (blocking).
    pub service_time: Span,
    /// How many calls a site serves at once, each until it is answered; 0: all (blocking).
    pub workers: u32,
    /// The bytes of an answer (blocking).
    pub ack_bytes: u32,
}

impl Delivery {
    /// All at once, nothing forgotten, no discovery.
    pub const PLAIN: Delivery = Delivery {
        rpc: Rpc::Async,
        dedupe: Dedupe::Set,
        discovery_base: Span::ZERO,
        discovery_per_peer: Span::ZERO,
        call_timeout: None,
        service_time: Span::ZERO,
        workers: 0,
        ack_bytes: 20,
    };

    /// Whether calls have to wait for their service.
    #[inline(always)]
    pub fn has_service(&self) -> bool {
        self.workers > 0 || self.service_time > Span::ZERO
    }
}

/// How a list of peers is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rpc {
    /// All at once.
    Async,
    /// The next one after the previous one's answer.
    Blocking,
}

/// What a site remembers of what it has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// All of it.
    Set,
    /// The last rumor alone.
    Last,
}

/// Whether the origin of a flood knows its own rumor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It does.
    Marked,
    /// It hears it as new when it comes back, and floods once more.
    Unmarked,
}

/// Who forwards in a flood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forward {
    /// Everybody.
    Always,
    /// A site forwards to all or to none; the origin to all.
    Node(Probability),
    /// Each link on its own, the origin's too.
    Edge(Probability),
}

/// Who gives in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Who calls.
    Push,
    /// Who is called.
    Pull,
    /// Both.
    PushPull,
}

impl Mode {
    /// Whether who calls gives.
    #[inline(always)]
    pub fn pushes(self) -> bool {
        self != Mode::Pull
    }

    /// Whether who is called gives.
    #[inline(always)]
    pub fn pulls(self) -> bool {
        self != Mode::Push
    }
}

/// Rumor mongering: how interest is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Mongering {
    /// Who gives.
    pub mode: Mode,
    /// Whether it matters that a transfer was useless.
    pub removal: Removal,
    /// How a useless round counts.
    pub stop: Stop,
    /// What a useful round does to the counter.
    pub useful: Useful,
    /// What makes a transfer useful.
    pub view: View,
}

/// Whether it matters that a transfer was useless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It does.
    Feedback,
    /// Every transfer counts as useless.
    Blind,
}

/// How a useless round, or with timers a useless transfer, counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// Interest is lost after so many.
    Counter(u16),
    /// Interest is lost with this probability: 1 / k.
    Coin(Probability),
}

/// What a useful round does to the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useful {
    /// It starts again from 0.
    Resets,
    /// Nothing.
    Keeps,
}

/// What makes a transfer useful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The receiver did not know the rumor when the round began.
    Cycle,
    /// It did not know it when the copy arrived.
    Arrival,
}

/// When sites act.
#[derive(Clone, Debug, PartialEq)]
pub enum Tempo {
    /// All at once, every period, on what they knew when the round began.
    Rounds(Span),
    /// Each by a timer of its own.
    Timers {
        /// From one firing to the next.
        period: Distribution,
        /// Where the first one lies.
        phase: Phase,
    },
}

/// Where in its period a timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// At a uniform moment of the first period, then a period later each.
    Random,
    /// At its start.
    Aligned,
    /// At a uniform moment of every period.
    Redraw,
}

/// How many calls a site takes in a round, in rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many; those that come later are refused.
    pub calls: u32,
    /// How many more peers a caller tries that was refused.
    pub hunt: u16,
}

/// Whether what is known survives a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is on disk.
    Durable,
    /// It is in memory.
    Volatile,
}
