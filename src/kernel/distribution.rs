//! Distributions of spans, sampled by inverse transform over `libm`: the same bits on every
//! platform.

mod error;
mod normal;
mod residual;
#[cfg(test)]
mod tests;

pub use normal::{quantile as normal_quantile, upper_tail as normal_upper_tail};

pub use error::DistributionError;
pub use residual::Residual;

use super::random::Bits;
use super::time::Span;
use DistributionError as Error;

/// How long something takes. Every draw is rounded to a nanosecond and never negative.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// What [`Distribution::uniform`] makes.
    Uniform(Uniform),
    /// What every other constructor makes.
    Law(Law),
}

/// Uniform on `min..min + width`.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    min: Span,
    width: Span,
}

/// A distribution that takes more than a multiplication to sample. Real numbers are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Stepped { min: Span, step: Span, count: u64 },
    Normal { mean: f64, sd: f64, min: Span },
    Lognormal { median: f64, sigma: f64 },
    Exponential { mean: f64, shift: Span },
    Pareto { min: Span, alpha: f64, cap: Span },
    Weibull { scale: f64, shape: f64 },
    Quantiles(Box<[(f64, Span)]>),
    Values(Box<[Span]>),
}

impl Distribution {
    /// Continuous in `min..max`; `min` alone where both are equal.
    ///
    /// # Errors
    /// `min` above `max`.
    pub fn uniform(min: Span, max: Span) -> Result<Distribution, Error> {
        check(min <= max, Error::Descending)?;
        Ok(Distribution::Uniform(Uniform { min, width: max - min }))
    }

    /// One of `min`, `min + step`, ..., `max`, each as likely.
    ///
    /// # Errors
    /// `min` above `max`, or a step that does not lead from one to the other.
    pub fn stepped(min: Span, max: Span, step: Span) -> Result<Distribution, Error> {
        check(min <= max, Error::Descending)?;
        let (width, stride) = ((max - min).nanos(), step.nanos());
        check(stride > 0 && width.is_multiple_of(stride), Error::Step)?;
        Ok(Distribution::Law(Law::Stepped { min, step, count: width / stride + 1 }))
    }

    /// Normal, truncated at `min`: drawn again while below it, at most 64 times, then `min`.
    ///
    /// # Errors
    /// A `min` so far above the mean that more than one draw in a hundred would fail all tries.
    pub fn normal(mean: Span, sd: Span, min: Span) -> Result<Distribution, Error> {
        let (mean, sd) = (real(mean), real(sd));
        check(Truncation::new(mean, sd, real(min)).failed <= 0.01, Error::Truncation)?;
        Ok(Distribution::Law(Law::Normal { mean, sd, min }))
    }

    /// The exponential of a normal: `median * exp(sigma * z)`.
    ///
    /// # Errors
    /// A median of zero; a sigma that is negative or no number.
    pub fn lognormal(median: Span, sigma: f64) -> Result<Distribution, Error> {
        check(median > Span::ZERO, Error::NotPositive("median"))?;
        check(sigma >= 0.0 && sigma.is_finite(), Error::Sigma)?;
        Ok(Distribution::Law(Law::Lognormal { median: real(median), sigma }))
    }

    /// The log-normal with the given median and 99th percentile.
    ///
    /// # Errors
    /// A median of zero, or above the 99th percentile.
    pub fn lognormal_through(p50: Span, p99: Span) -> Result<Distribution, Error> {
        check(p50 > Span::ZERO, Error::NotPositive("p50"))?;
        check(p50 <= p99, Error::Percentiles)?;
        Distribution::lognormal(p50, libm::log(real(p99) / real(p50)) / normal::quantile(0.99))
    }

    /// Exponential with the given mean, added to `shift`.
    ///
    /// # Errors
    /// A mean of zero.
    pub fn exponential(mean: Span, shift: Span) -> Result<Distribution, Error> {
        check(mean > Span::ZERO, Error::NotPositive("mean"))?;
        Ok(Distribution::Law(Law::Exponential { mean: real(mean), shift }))
    }

    /// Pareto from `min` on, with tail exponent `alpha`; longer draws become `cap`.
    ///
    /// # Errors
    /// A `min` of zero or above `cap`; an `alpha` that is not positive.
    pub fn pareto(min: Span, alpha: f64, cap: Span) -> Result<Distribution, Error> {
        check(min > Span::ZERO, Error::NotPositive("min"))?;
        check(alpha > 0.0 && alpha.is_finite(), Error::NotPositive("alpha"))?;
        check(min <= cap, Error::Cap)?;
        Ok(Distribution::Law(Law::Pareto { min, alpha, cap }))
    }

    /// Weibull: `scale * (-ln u)^(1 / shape)`.
    ///
    /// # Errors
    /// A scale or shape that is not positive.
    pub fn weibull(scale: Span, shape: f64) -> Result<Distribution, Error> {
        check(scale > Span::ZERO, Error::NotPositive("scale"))?;
        check(shape > 0.0 && shape.is_finite(), Error::NotPositive("shape"))?;
        Ok(Distribution::Law(Law::Weibull { scale: real(scale), shape }))
    }

    /// The distribution whose quantiles are `points`, linear between them.
    ///
    /// # Errors
    /// Points that do not lead from probability 0 to 1, or are not ascending.
    pub fn quantiles(points: Vec<(f64, Span)>) -> Result<Distribution, Error> {
        let ends = [points.first(), points.last()].map(|end| end.map(|point| point.0));
        check(points.len() >= 2 && ends == [Some(0.0), Some(1.0)], Error::QuantileEnds)?;
        let ascending = points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1);
        check(ascending, Error::QuantileOrder)?;
        Ok(Distribution::Law(Law::Quantiles(points.into())))
    }

    /// One of `values`, each as likely.
    ///
    /// # Errors
    /// No values.
    pub fn values(values: Vec<Span>) -> Result<Distribution, Error> {
        check(!values.is_empty(), Error::NoValues)?;
        Ok(Distribution::Law(Law::Values(values.into())))
    }

    /// Draws one span: from one word of `bits`, or none where there is nothing to draw; a truncated
    /// normal may take more.
    #[inline(always)]
    pub fn sample(&self, bits: &mut impl Bits) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(Uniform { min, width }) => {
                *min + Span::from_nanos(bits.below(width.nanos()))
            }
            Distribution::Law(law) => law.sample(bits),
        }
    }

    /// The shortest span that can be drawn.
    pub fn least(&self) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(Uniform { min, .. }) => *min,
            Distribution::Law(law) => law.least(),
        }
    }

    /// What a draw exceeds with probability `share`, more than 0 and at most 1.
    pub fn exceeded(&self, share: f64) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(Uniform { min, width }) => {
                *min + Span::from_nanos_f64(real(*width) * (1.0 - share))
            }
            Distribution::Law(law) => law.exceeded(share),
        }
    }

    /// The longest span that can be drawn; none where there is no bound, or only that of a cap.
    pub fn greatest(&self) -> Option<Span> {
        match self {
            Distribution::Constant(span) => Some(*span),
            Distribution::Uniform(Uniform { min, width }) => Some(*min + *width),
            Distribution::Law(Law::Stepped { min, step, count }) => {
                Some(*min + Span::from_nanos(step.nanos() * (count - 1)))
            }
            Distribution::Law(Law::Quantiles(points)) => points.last().map(|point| point.1),
            Distribution::Law(Law::Values(values)) => values.iter().max().copied(),
            Distribution::Law(_) => None,
        }
    }

    /// The mean of what is drawn, as truncated and capped; at most [`Span::MAX`].
    pub fn mean(&self) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(Uniform { min, width }) => {
                Span::from_nanos_f64(real(*min) + real(*width) / 2.0)
            }
            Distribution::Law(law) => Span::from_nanos_f64(law.mean()),
        }
    }
}

/// How often a truncated normal is drawn before its minimum is taken.
const NORMAL_TRIES: u32 = 64;

impl Law {
    // One call a draw: inlining these bodies into every handler costs more than it saves.
    #[inline(never)]
    fn sample(&self, bits: &mut impl Bits) -> Span {
        match self {
            Law::Stepped { min, step, count } => {
                *min + Span::from_nanos(bits.below(*count) * step.nanos())
            }
            Law::Normal { mean, sd, min } => {
                for _ in 0..NORMAL_TRIES {
                    let x = mean + sd * normal::quantile(bits.unit());
                    if x >= real(*min) {
                        return Span::from_nanos_f64(x);
                    }
                }
                *min
            }
            Law::Lognormal { median, sigma } => {
                let z = normal::quantile(bits.unit());
                Span::from_nanos_f64(median * libm::exp(sigma * z))
            }
            Law::Exponential { mean, shift } => exponential(*mean, *shift, bits.unit()),
            Law::Pareto { min, alpha, cap } => pareto((*min, *cap), *alpha, bits.unit()),
            Law::Weibull { scale, shape } => weibull(*scale, *shape, bits.unit()),
            Law::Quantiles(points) => interpolate(points, bits.unit()),
            Law::Values(values) => values[bits.below(values.len() as u64) as usize],
        }
    }

    fn exceeded(&self, share: f64) -> Span {
        let rank = |count: u64| (((1.0 - share) * count as f64) as u64).min(count - 1);
        match self {
            Law::Stepped { min, step, count } => {
                *min + Span::from_nanos(rank(*count) * step.nanos())
            }
            Law::Normal { mean, sd, min } if *sd > 0.0 => {
                let kept = normal::upper_tail((real(*min) - mean) / sd);
                Span::from_nanos_f64(mean - sd * normal::quantile(share * kept)).max(*min)
            }
            Law::Normal { mean, min, .. } => Span::from_nanos_f64(*mean).max(*min),
            Law::Lognormal { median, sigma } => {
                Span::from_nanos_f64(median * libm::exp(-sigma * normal::quantile(share)))
            }
            Law::Exponential { mean, shift } => exponential(*mean, *shift, share),
            Law::Pareto { min, alpha, cap } => pareto((*min, *cap), *alpha, share),
            Law::Weibull { scale, shape } => weibull(*scale, *shape, share),
            Law::Quantiles(points) => interpolate(points, (1.0 - share).max(f64::MIN_POSITIVE)),
            Law::Values(values) => {
                let mut values = values.to_vec();
                values.sort_unstable();
                values[rank(values.len() as u64) as usize]
            }
        }
    }

    fn least(&self) -> Span {
        match self {
            Law::Stepped { min, .. } | Law::Normal { min, .. } | Law::Pareto { min, .. } => *min,
            Law::Exponential { shift, .. } => *shift,
            Law::Lognormal { .. } | Law::Weibull { .. } => Span::ZERO,
            Law::Quantiles(points) => points[0].1,
            Law::Values(values) => values.iter().copied().min().unwrap_or(Span::ZERO),
        }
    }

    fn mean(&self) -> f64 {
        match self {
            Law::Stepped { min, step, count } => {
                real(*min) + real(*step) * (*count - 1) as f64 / 2.0
            }
            Law::Normal { mean, sd, min } => Truncation::new(*mean, *sd, real(*min)).mean,
            Law::Lognormal { median, sigma } => median * libm::exp(sigma * sigma / 2.0),
            Law::Exponential { mean, shift } => real(*shift) + mean,
            Law::Pareto { min, alpha, cap } => capped_mean(real(*min), *alpha, real(*cap)),
            Law::Weibull { scale, shape } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Law::Quantiles(points) => {
                let trapezium =
                    |w: &[(f64, Span)]| (w[1].0 - w[0].0) * (real(w[0].1) + real(w[1].1));
                points.windows(2).map(trapezium).sum::<f64>() / 2.0
            }
            Law::Values(values) => {
                values.iter().map(|v| real(*v)).sum::<f64>() / values.len() as f64
            }
        }
    }
}

/// What an exponential exceeds with probability `u`.
#[inline(always)]
fn exponential(mean: f64, shift: Span, u: f64) -> Span {
    shift + Span::from_nanos_f64(mean * -libm::log(u))
}

/// What a Pareto exceeds with probability `u`: min u^(-1/alpha), up to the cap. The exp of a
/// logarithm is precise to far below a nanosecond and half as dear as `pow`.
#[inline(always)]
fn pareto((min, cap): (Span, Span), alpha: f64, u: f64) -> Span {
    let factor = libm::exp(-libm::log(u) / alpha);
    Span::from_nanos_f64(real(min) * factor).clamp(min, cap)
}

/// What a Weibull exceeds with probability `u`.
#[inline(always)]
fn weibull(scale: f64, shape: f64, u: f64) -> Span {
    Span::from_nanos_f64(scale * libm::exp(libm::log(-libm::log(u)) / shape))
}

/// The quantile of `u` in (0, 1) on the line through `points`.
fn interpolate(points: &[(f64, Span)], u: f64) -> Span {
    let above = points.partition_point(|point| point.0 < u);
    let ((p, low), (q, high)) = (points[above - 1], points[above]);
    low + Span::from_nanos_f64(real(high - low) * ((u - p) / (q - p)))
}

/// What becomes of a normal that is drawn again while below its minimum.
struct Truncation {
    /// The probability that all tries fail.
    failed: f64,
    /// The mean of what is drawn, failures included.
    mean: f64,
}

impl Truncation {
    fn new(mean: f64, sd: f64, min: f64) -> Truncation {
        if sd == 0.0 {
            return Truncation { failed: if mean < min { 1.0 } else { 0.0 }, mean: mean.max(min) };
        }
        let cut = (min - mean) / sd;
        let kept = normal::upper_tail(cut);
        let failed = libm::pow(1.0 - kept, f64::from(NORMAL_TRIES));
        // The inverse Mills ratio.
        let drawn = if kept > 0.0 { mean + sd * normal::density(cut) / kept } else { min };
        Truncation { failed, mean: drawn + failed * (min - drawn) }
    }
}

/// The mean of a Pareto whose draws above `cap` become `cap`: `min` plus the integral of the tail
/// up to `cap`.
fn capped_mean(min: f64, alpha: f64, cap: f64) -> f64 {
    let log = libm::log(cap / min);
    let tail = if alpha == 1.0 { log } else { -libm::expm1((1.0 - alpha) * log) / (alpha - 1.0) };
    min + min * tail
}

/// Nanoseconds as a real number.
fn real(span: Span) -> f64 {
    span.nanos() as f64
}

fn check(holds: bool, otherwise: Error) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(otherwise) }
}
