//! What pirates and their controller say to each other, are asked for, and let observers know.

use crate::kernel::NodeId;

/// A message: 8 bytes, so that a queue entry has 24.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Message {
    /// From the controller: you are enlisted. From a pirate: introduce me (again).
    Hello,
    /// There is one called so.
    NameDrop {
        /// Who.
        about: NodeId,
    },
    /// Coins. None at all is legal, as the controller draws a first purse from 0.
    GoldCoin {
        /// How many.
        coins: u32,
    },
    /// From the controller: wake up every period.
    Chat {
        /// In milliseconds.
        period_ms: u32,
    },
    /// The rumours that the sender knows.
    Rumour {
        /// A bit each.
        set: u16,
    },
    /// I have broken my promise: you are no buddy of mine.
    Forget,
    /// To the controller: I accepted this name.
    Inform {
        /// Whose.
        about: NodeId,
    },
    /// From the controller: leave. From a pirate: I have left.
    Goodbye,
}

const _: () = assert!(size_of::<Message>() == 8);

/// What the workload asks of the controller: to say something to a pirate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// To whom.
    pub to: NodeId,
    /// What.
    pub message: Message,
}

/// What observers are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The controller's first message has come; once in a run.
    Enlisted,
    /// What became of a name drop.
    Judged(Verdict),
    /// A buddy was added.
    EdgeFormed {
        /// Who.
        buddy: NodeId,
    },
    /// A buddy was removed.
    EdgeLost {
        /// Who.
        buddy: NodeId,
        /// Why.
        how: Lost,
    },
    /// A rumour was heard for the first time since the last restart.
    Heard {
        /// Which, 0..15.
        rumour: u8,
        /// From whom.
        from: NodeId,
    },
    /// A wake was over.
    Woke {
        /// Whether nothing was sent.
        idle: bool,
    },
    /// A purse that is full refused coins.
    Refused {
        /// How many.
        coins: u32,
        /// Whose.
        from: NodeId,
    },
    /// The pirate has said goodbye.
    Left,
}

/// What became of a name drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Added.
    Learned,
    /// Was a buddy already.
    Known,
    /// No room.
    Full,
    /// It was the listener's own name.
    Oneself,
}

/// Why a buddy was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The promise was broken here.
    Broke,
    /// The buddy told that it has broken its own.
    Told,
}
