//! Loss by chance: each message on its own, or in bursts that a chain of every directed link brings about.

use crate::kernel::{Bits, Domain, NodeId, Places, Probability, Seed};
use std::collections::BTreeMap;

/// How messages are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Each on its own.
    Independent(Probability),
    /// In bursts.
    Burst(Burst),
}

impl Loss {
    /// None is.
    pub const NEVER: Loss = Loss::Independent(Probability::ZERO);
}

impl From<Probability> for Loss {
    fn from(probability: Probability) -> Loss {
        Loss::Independent(probability)
    }
}

/// A link that is good or bad, and may change with every message: E. N. Gilbert, "Capacity of a burst-noise channel"
/// (1960), with losses in both states after E. O. Elliott (1963).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// That a good link turns bad before a message.
    to_bad: Probability,
    /// That a bad one turns good.
    to_good: Probability,
    loss_good: Probability,
    loss_bad: Probability,
}

/// What a chain that changes with the first two probabilities loses in its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurstLoss {
    /// While the link is good.
    pub good: Probability,
    /// While it is bad.
    pub bad: Probability,
}

/// How a link changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurstTurns {
    /// That a good link turns bad before a message.
    pub to_bad: Probability,
    /// That a bad one turns good.
    pub to_good: Probability,
}

impl Burst {
    /// A chain, unless it never changes: where it starts would then be up to nobody.
    pub fn new(turns: BurstTurns, loss: BurstLoss) -> Option<Burst> {
        let BurstTurns { to_bad, to_good } = turns;
        let changes = to_bad != Probability::ZERO || to_good != Probability::ZERO;
        changes.then_some(Burst { to_bad, to_good, loss_good: loss.good, loss_bad: loss.bad })
    }

    /// The share of messages that meet a bad link.
    pub fn bad_share(self) -> Probability {
        let (to_bad, to_good) = (self.to_bad.get(), self.to_good.get());
        Probability::new(to_bad / (to_bad + to_good)).expect("a share of a sum of both")
    }
}

/// Which of a network's burst models a chain follows: its own is 0, those of overrides come after.
pub(super) type Model = u32;

/// The states of the links that were used.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains {
    states: BTreeMap<(Model, NodeId, NodeId), State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    Bad,
}

impl Chains {
    /// Lets the chain of a link make its step for one message, and gives the probability that this is lost. Its first
    /// state is the link's own draw; `turn` is the message's.
    pub(super) fn step(
        &mut self,
        (model, burst): (Model, &Burst),
        (source, target): (NodeId, NodeId),
        seed: Seed,
        turn: u64,
    ) -> Probability {
        let state = self.states.entry((model, source, target)).or_insert_with(|| {
            let link = Places::new(seed, Domain::Link, u64::from(source.0), u64::from(target.0));
            match burst.bad_share().hit(link.place(model).bits()) {
                true => State::Bad,
                false => State::Good,
            }
        });
        *state = match *state {
            State::Good if burst.to_bad.hit(turn) => State::Bad,
            State::Bad if burst.to_good.hit(turn) => State::Good,
            same => same,
        };
        match state {
            State::Good => burst.loss_good,
            State::Bad => burst.loss_bad,
        }
    }
}
