//! Distributions of spans, sampled by inverse transform over `libm`: the same bits on every platform.

use super::random::Bits;
use super::time::Span;

/// How long something takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Continuous, in `low..high`.
    Uniform {
        /// The least.
        low: Span,
        /// The end, never reached unless it equals `low`.
        high: Span,
    },
}

impl Distribution {
    /// Draws one span.
    #[inline(always)]
    pub fn sample(&self, bits: &mut impl Bits) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform { low, high } => {
                *low + Span::from_nanos(bits.below(high.nanos() - low.nanos()))
            }
        }
    }

    /// The shortest span that can be drawn.
    pub fn least(&self) -> Span {
        match self {
            Distribution::Constant(span) | Distribution::Uniform { low: span, .. } => *span,
        }
    }
}
