//! What a sample of runs says: mean, spread, intervals, quantiles, the difference to a baseline. A
//! value is a run, never a sample within one; sums go in the order of the runs.

mod bootstrap;
mod difference;
mod order;
mod proportion;
mod student;
#[cfg(test)]
mod tests;

pub use difference::{Comparison, Difference, Pair, Samples};
pub use order::quantile_interval;
pub use proportion::Proportion;

use crate::kernel::normal_quantile;
use student::{Freedom, UpperTail, quantile_above};

/// How sure an interval is: the share of samples whose interval holds the true value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level(f64);

impl Level {
    /// 95 %.
    pub const USUAL: Level = Level(0.95);

    /// A level between 0 and 0.9999, or none.
    pub fn new(level: f64) -> Option<Level> {
        (level > 0.0 && level <= 0.9999).then_some(Level(level))
    }

    /// As a share of 1.
    pub const fn share(self) -> f64 {
        self.0
    }

    /// In per cent, rounded to what can be told apart: 0.999 is not 99.9 to the last digit.
    pub fn percent(self) -> f64 {
        (self.0 * 1e8).round() / 1e6
    }

    /// What it leaves on each side.
    fn tail(self) -> UpperTail {
        UpperTail((1.0 - self.0) / 2.0)
    }

    /// The z that leaves as much above it.
    fn z(self) -> f64 {
        -normal_quantile(self.tail().0)
    }
}

/// The bounds of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Interval {
    /// What Student's t gives for an estimate.
    fn student(estimate: Estimate, level: Level) -> Interval {
        let half = quantile_above(level.tail(), estimate.freedom) * estimate.error;
        Interval { low: estimate.value - half, high: estimate.value + half }
    }
}

/// An estimate and how far it may be off.
#[derive(Clone, Copy)]
struct Estimate {
    value: f64,
    /// The standard error.
    error: f64,
    /// The degrees of freedom of the standard error.
    freedom: Freedom,
}

/// How an interval of a mean was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t with n - 1 degrees of freedom.
    T,
    /// The BCa bootstrap: the sample is too skewed for t.
    Bca,
    /// Wilson's score: the values are yes or no.
    Wilson,
    /// Not at all: the sample is too small.
    None,
}

impl Method {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Method::T => "t",
            Method::Bca => "bca",
            Method::Wilson => "wilson",
            Method::None => "none",
        }
    }
}

/// What a sample says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values it has.
    pub n: usize,
    /// Mean and quantiles; none of an empty sample.
    pub values: Option<Values>,
    /// The standard deviation, with n - 1; none below two values.
    pub sd: Option<f64>,
    /// The interval of the mean; none below two values.
    pub ci: Option<Interval>,
    /// How the interval was made.
    pub method: Method,
}

/// What a sample says of which one value is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// The mean.
    pub mean: f64,
    /// The smallest.
    pub min: f64,
    /// The 5 % quantile.
    pub p05: f64,
    /// The median.
    pub p50: f64,
    /// The 95 % quantile.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

/// From which size on, and beyond which skewness, an interval is bootstrapped. A smaller sample has
/// too few distinct resamples for its tails.
const HEAVY_N_MIN: usize = 10;
const HEAVY_SKEWNESS: f64 = 2.0;
/// More replications than this are not counted.
const REPLICATIONS_MAX: u32 = 1_000_000;

impl Summary {
    /// Summarises a sample; values that are not finite count as missing.
    ///
    /// The interval is Student's t, or the BCa bootstrap's where the population skewness of 10 or
    /// more values is beyond 2 on either side.
    pub fn of(sample: &[f64], level: Level) -> Summary {
        let sample: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
        let mut sorted = sample.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sample.len();
        let Some(mean) = mean(&sample) else {
            return Summary { n, values: None, sd: None, ci: None, method: Method::None };
        };
        let values = Values {
            mean,
            min: sorted[0],
            p05: quantile(&sorted, 0.05),
            p50: quantile(&sorted, 0.5),
            p95: quantile(&sorted, 0.95),
            max: sorted[n - 1],
        };
        let sd = deviation(&sample, mean);
        let skewness = skewness(&sample, mean);
        let heavy = n >= HEAVY_N_MIN && skewness.is_some_and(|g| g.abs() > HEAVY_SKEWNESS);
        let (ci, method) = if heavy {
            (bootstrap::bca(&sample, level), Method::Bca)
        } else {
            (t_interval(&sample, level), Method::T)
        };
        let method = if ci.is_some() { method } else { Method::None };
        Summary { n, values: Some(values), sd, ci, method }
    }

    /// Summarises yes and no as ones and zeros; the interval of the mean is Wilson's.
    pub fn of_proportion(proportion: Proportion, level: Level) -> Summary {
        let Some(ci) = proportion.interval(level) else { return Summary::of(&[], level) };
        let ones = std::iter::repeat_n(1.0, proportion.hits());
        let zeros = std::iter::repeat_n(0.0, proportion.n() - proportion.hits());
        let sample: Vec<f64> = ones.chain(zeros).collect();
        Summary { ci: Some(ci), method: Method::Wilson, ..Summary::of(&sample, level) }
    }

    /// Half the width of the interval, relative to the mean; none without either, or at mean 0.
    pub fn relative_half_width(&self) -> Option<f64> {
        let (ci, values) = (self.ci?, self.values?);
        let relative = (ci.high - ci.low) / 2.0 / values.mean.abs();
        relative.is_finite().then_some(relative)
    }

    /// The fewest replications whose t interval would be within `precision` (0.05: 5 %) of the
    /// mean on either side, if mean and deviation stayed what they are (Law, Simulation Modeling
    /// and Analysis, section 9.4.1); none without a deviation, at mean 0, and above a million.
    pub fn replications_for(&self, precision: f64, level: Level) -> Option<u32> {
        let relative = self.sd? / self.values?.mean.abs();
        let fits = |n: u32| {
            let freedom = Freedom(f64::from(n - 1));
            quantile_above(level.tail(), freedom) * relative <= precision * f64::from(n).sqrt()
        };
        // A normal deviate is below any t.
        let root = level.z() * relative / precision;
        let least = (root * root).ceil();
        if least.is_nan() || least > f64::from(REPLICATIONS_MAX) {
            return None;
        }
        ((least as u32).max(2)..=REPLICATIONS_MAX).find(|n| fits(*n))
    }
}

/// By what a deviation of `n` values is multiplied for half of Student's t interval of their mean;
/// none below two values.
pub(super) fn t_factor(n: u64, level: Level) -> Option<f64> {
    let freedom = Freedom(n.checked_sub(1).filter(|freedom| *freedom > 0)? as f64);
    Some(quantile_above(level.tail(), freedom) / (n as f64).sqrt())
}

/// Student's t interval of the mean; none below two values.
fn t_interval(sample: &[f64], level: Level) -> Option<Interval> {
    let (n, value) = (sample.len() as f64, mean(sample)?);
    let error = deviation(sample, value)? / n.sqrt();
    Some(Interval::student(Estimate { value, error, freedom: Freedom(n - 1.0) }, level))
}

/// The mean, taken from the first value on: exact for equal values, and no worse for a large common
/// part.
fn mean(sample: &[f64]) -> Option<f64> {
    let first = *sample.first()?;
    let above: f64 = sample.iter().map(|value| value - first).sum();
    Some(first + above / sample.len() as f64)
}

/// The standard deviation with n - 1, in a second pass, less what the rounding of the mean adds
/// (Chan, Golub, LeVeque 1983, eq. 1.7).
fn deviation(sample: &[f64], mean: f64) -> Option<f64> {
    let n = sample.len() as f64;
    let (sum, squares) = sample
        .iter()
        .map(|value| value - mean)
        .fold((0.0, 0.0), |(sum, squares), apart| (sum + apart, squares + apart * apart));
    let variance = (squares - sum * sum / n).max(0.0) / (n - 1.0);
    (sample.len() >= 2).then(|| variance.sqrt())
}

/// The population skewness, third central moment over the second to 3/2; none of equal values.
fn skewness(sample: &[f64], mean: f64) -> Option<f64> {
    let n = sample.len() as f64;
    let (squares, cubes) = sample
        .iter()
        .map(|value| value - mean)
        .fold((0.0, 0.0), |(squares, cubes), d| (squares + d * d, cubes + d * d * d));
    let second = squares / n;
    (second > 0.0).then(|| cubes / n / (second * second.sqrt()))
}

/// The quantile of a sorted sample by linear interpolation (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
