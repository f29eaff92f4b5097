//! Draws: all nondeterminism of a protocol as data, sampled by a simulation and enumerated by an explorer.

use std::ops::RangeInclusive;

use crate::kernel::{Bits, Distribution, Probability, Span, Weights};

/// One question to chance.
#[derive(Clone, Copy, Debug)]
pub enum Draw<'w> {
    /// *What*: an index below a bound, uniform. An explorer tries each.
    Choice(u32),
    /// *What*: an index by weights. An explorer tries each.
    Weighted(&'w Weights),
    /// *What*: yes (1) or no (0). An explorer tries both.
    Chance(Probability),
    /// *When*: nanoseconds. An explorer, which has no clock, takes the least.
    Span(&'w Distribution),
    /// *When*: nanoseconds within a range, both ends included. An explorer takes the least.
    Jitter {
        /// The shortest.
        low: Span,
        /// The longest.
        high: Span,
    },
    /// Which of so many pending deadlines: a simulation takes the first, an explorer tries each.
    Due(u32),
}

/// What contexts and workloads draw by.
pub trait Random<'w> {
    /// Answers a draw.
    fn draw(&mut self, draw: Draw<'w>) -> u64;
    /// From here on this activation draws from the stream of (seed, node, key), whatever else happened. A key used
    /// twice gives the same draws twice: put a count into it.
    fn keyed(&mut self, key: u64);

    /// Uniform in `0..bound`; what happens.
    #[inline(always)]
    fn choose(&mut self, bound: u32) -> u32 {
        self.draw(Draw::Choice(bound)) as u32
    }
    /// An index by weights; what happens.
    #[inline(always)]
    fn choose_by(&mut self, weights: &'w Weights) -> usize {
        self.draw(Draw::Weighted(weights)) as usize
    }
    /// Whether something of this probability happens.
    #[inline(always)]
    fn chance(&mut self, probability: Probability) -> bool {
        self.draw(Draw::Chance(probability)) == 1
    }
    /// How long something takes.
    #[inline(always)]
    fn span(&mut self, of: &'w Distribution) -> Span {
        Span::from_nanos(self.draw(Draw::Span(of)))
    }
    /// Uniform in a range of spans, to the nanosecond, both ends included.
    #[inline(always)]
    fn jitter(&mut self, range: RangeInclusive<Span>) -> Span {
        let (low, high) = range.into_inner();
        Span::from_nanos(self.draw(Draw::Jitter { low, high }))
    }
}

/// A script of answers, whatever the key.
impl<'w, F: FnMut(Draw<'w>) -> u64> Random<'w> for F {
    fn draw(&mut self, draw: Draw<'w>) -> u64 {
        self(draw)
    }
    fn keyed(&mut self, _: u64) {}
}

/// What a simulation answers, from a stream of uniform words.
#[inline(always)]
pub fn answer(draw: Draw<'_>, bits: &mut impl Bits) -> u64 {
    match draw {
        Draw::Choice(bound) => bits.below(u64::from(bound)),
        Draw::Weighted(weights) => weights.pick(bits.bits()) as u64,
        Draw::Chance(probability) => u64::from(probability.hit(bits.bits())),
        Draw::Span(distribution) => distribution.sample(bits).nanos(),
        Draw::Jitter { low, high } => low.nanos() + bits.below((high - low).nanos() + 1),
        Draw::Due(_) => 0,
    }
}
