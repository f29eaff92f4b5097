//! What sites say to each other, are asked for, and let observers know.

use std::rc::Rc;

use super::aggregate::Share;
use super::median::Lines;
use crate::kernel::{NodeId, Real};

/// The number of a rumor: the order of the scheduled publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RumorId(pub u32);

/// A rumor as a site knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    /// Which.
    pub id: RumorId,
    /// Its payload.
    pub bytes: u32,
    /// How many hops it has come.
    pub hops: u16,
}

/// Which rumors; none at all without an allocation.
pub type Ids = Option<Rc<Vec<RumorId>>>;

/// A message: at most 16 bytes, so that a queue entry has 32.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Message {
    /// A copy of a rumor.
    Rumor {
        /// Which.
        id: RumorId,
        /// Its payload.
        bytes: u32,
        /// How many hops it has come with this one.
        hops: u16,
        /// What the sender waits for.
        wants: Wants,
        /// Which call an acknowledgement ends.
        call: Call,
    },
    /// Give me what you have and I lack; with what I know, or of what is infective.
    Request(Ids, Tries),
    /// May I tell you? Asked only where sites do not take every call.
    Knock(Tries),
    /// You may.
    Accepted,
    /// This call is one too many in this round.
    Refused(Tries),
    /// What became of a transfer.
    Feedback {
        /// Of which rumor.
        id: RumorId,
        /// Whether it was news.
        news: News,
    },
    /// What I know.
    Digest(Ids, Tries),
    /// What I lack of that.
    Need(Ids),
    /// The call is over.
    Ack {
        /// Which call.
        call: Call,
        /// The size of this answer.
        bytes: u32,
    },
    /// How far I am with the rumors that I know, and those that I tell (median_counter).
    Call(Lines),
    /// The same, as an answer.
    Answer(Lines),
    /// Half of what I held (push_sum).
    Share(Rc<Share>),
    /// Let us both take the mean of what we hold (averaging).
    Offer {
        /// Which of the sender's exchanges.
        call: Call,
        /// What it holds.
        value: Real,
    },
    /// I have taken it.
    Reply {
        /// Which of the receiver's exchanges.
        call: Call,
        /// What I held.
        value: Real,
    },
    /// I wait for an answer of my own.
    Busy(Call),
}

const _: () = assert!(size_of::<Message>() <= 16);

/// The number of a call, unique at the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Call(pub u32);

/// How many more peers a caller tries if it is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tries(pub u16);

/// What the sender of a copy waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wants {
    /// Nothing.
    Nothing,
    /// What the receiver is infective with.
    Rumors,
    /// An end of the call.
    Ack,
}

/// Whether a transfer was news to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum News {
    /// It was: it did not know the rumor at the moment that counts.
    Useful,
    /// It was not.
    Useless,
}

/// What the workload asks of a site.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// To start a rumor.
    Publish {
        /// The rumor's number.
        id: RumorId,
        /// Its payload.
        bytes: u32,
    },
    /// To hold another number.
    SetValue(Real),
}

/// What observers are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A rumor was published here.
    Initiated {
        /// Which.
        id: RumorId,
        /// What the publish had to wait for.
        start: Start,
    },
    /// A copy of an unknown rumor came.
    Received {
        /// Which.
        id: RumorId,
        /// From whom.
        from: NodeId,
        /// How many hops it has come.
        hops: u16,
    },
    /// A copy of a known rumor came.
    Duplicate {
        /// Which.
        id: RumorId,
        /// From whom.
        from: NodeId,
        /// Whether it counts as news all the same: it was unknown when the round began.
        news: News,
    },
    /// The site spreads the rumor from now on.
    Infective {
        /// Which.
        id: RumorId,
    },
    /// A counter of useless rounds has moved.
    Counted {
        /// Of which rumor.
        id: RumorId,
        /// To where.
        count: u16,
    },
    /// The site spreads the rumor no more.
    Removed {
        /// Which.
        id: RumorId,
    },
    /// A list of peers is being called, one by one.
    Opened {
        /// About which rumor.
        id: RumorId,
    },
    /// A call's answer is waited for no longer.
    TimedOut {
        /// Of which rumor.
        id: RumorId,
        /// Which call.
        call: Call,
    },
    /// All of it is over.
    Closed {
        /// About which rumor.
        id: RumorId,
    },
    /// The number of the site itself.
    Valued {
        /// It.
        value: Real,
    },
    /// The mean of all numbers, as far as the site can say.
    Estimate {
        /// It.
        value: Real,
    },
    /// An exchange was not answered in a period.
    GaveUp,
}

/// What a publish had to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Warm,
    /// The discovery of the peers.
    Cold,
}
