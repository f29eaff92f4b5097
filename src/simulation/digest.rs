//! The rolling digest of a run: 128 bits over every activation, so that two runs are the same if theirs are.

use std::fmt;

use crate::kernel::{Instant, NodeId, RequestId};
use crate::protocol::{Input, Protocol, TimerName};

/// A digest over activations: when, where, and what kind of input from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u128);

impl Default for Digest {
    /// Not zero, as the first boot of all is a word of zeros, which would leave a zero as it is.
    fn default() -> Digest {
        Digest(ODD)
    }
}

const ODD: u128 = 0xDA94_2042_E4DD_58B5_2360_ED05_1FC6_5DA5;

impl Digest {
    /// Folds an activation in. Each step is a bijection of the digest, so that a difference never gets lost.
    #[inline(always)]
    pub(super) fn add<P: Protocol>(&mut self, at: Instant, node: NodeId, input: &Input<P>) {
        let (what, detail) = match input {
            Input::Boot(_) => (0, 0),
            Input::Message(from, message) => (P::kind(message) as u64 + 4, from.0),
            Input::Timer(timer) => (1, timer.index() as u32),
            Input::Request(RequestId(id), _) => (2, *id),
            Input::Ready(to) => (3, to.0),
        };
        // The kind fills the top byte, which no time of a run of less than 2^56 ns (two years) reaches.
        let when = at.nanos() ^ what.rotate_right(8);
        let whom = u64::from(node.0) << 32 | u64::from(detail);
        let word = u128::from(whom) << 64 | u128::from(when);
        self.0 = (self.0 ^ word).rotate_left(59).wrapping_mul(ODD);
    }

    /// The digest as a number.
    pub fn value(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
