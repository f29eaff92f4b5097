//! What is asked about a message, and what is answered: parcels, fates, arrivals.

use crate::kernel::{Instant, NodeId, Span};

/// All that the network knows of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// When it leaves its source.
    pub sent_at: Instant,
    /// Who sends it.
    pub source: NodeId,
    /// Whom it is for.
    pub target: NodeId,
    /// Its size in bytes.
    pub size: u32,
    /// The index of its kind among its protocol's kinds.
    pub kind: u8,
}

/// What becomes of a message, as far as is known when it is sent. Where destinations share its uplink, spans are from
/// when it has left that, and do not know yet what order it arrives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never arrives.
    Lost(LossReason),
    /// It arrives after this span.
    Deliver(Span),
    /// It arrives more than once: the original after the first span, its duplicates after the
    /// others.
    Copies(Box<[Span]>),
}

/// Why a message is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossReason {
    /// By chance.
    Loss,
    /// Its link is cut, at sending or at arrival.
    Partitioned,
    /// No room in its sender's queue.
    QueueFull,
}

impl LossReason {
    /// Every reason, in the order of their indices.
    pub const ALL: [LossReason; 3] =
        [LossReason::Loss, LossReason::Partitioned, LossReason::QueueFull];

    /// The name in tables: `messages_lost_<name>`.
    pub fn name(self) -> &'static str {
        match self {
            LossReason::Loss => "loss",
            LossReason::Partitioned => "partitioned",
            LossReason::QueueFull => "queue_full",
        }
    }
}

/// What becomes of a copy at the moment at which it would arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It arrives.
    Deliver,
    /// It comes to its receiver's downlink, and arrives when it is through.
    Downlink,
    /// It is lost: [`LossReason::Partitioned`].
    Lost,
    /// Its link is clogged: it waits, and is asked about again then.
    Wait(Instant),
}
