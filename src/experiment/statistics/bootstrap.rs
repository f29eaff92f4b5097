//! The BCa bootstrap interval of a mean: it follows the skewness that Student's t ignores.

use super::{Interval, Level, mean, quantile, skewness};
use crate::kernel::{Bits, Domain, Seed, Stream, normal_quantile, normal_upper_tail};

const RESAMPLES: usize = 2_000;

/// The bias-corrected and accelerated interval of the mean (Efron 1987, Better bootstrap confidence
/// intervals, eq. 2.3 and 4.4); none of equal values.
///
/// Every sample is resampled by the same fixed stream: it says the same whenever it is asked.
pub(super) fn bca(sample: &[f64], level: Level) -> Option<Interval> {
    let first = *sample.first()?;
    let skewness = skewness(sample, mean(sample)?)?;
    // From the first value on, as the mean is taken: a large common part costs no digits.
    let above: Vec<f64> = sample.iter().map(|value| value - first).collect();
    let sums = resampled_sums(&above);
    let sum: f64 = above.iter().sum();
    let below = sums.iter().filter(|resampled| **resampled < sum).count();
    let equal = sums.iter().filter(|resampled| **resampled == sum).count();
    // Ties count half. Half a resample stays on either side, so that the bias is finite.
    let share = (below as f64 + 0.5 * equal as f64) / RESAMPLES as f64;
    let margin = 0.5 / RESAMPLES as f64;
    let bias = normal_quantile(share.clamp(margin, 1.0 - margin));
    // A sixth of the skewness of the mean itself; below 1/6, as no skewness reaches the root of n.
    let acceleration = skewness / (6.0 * (sample.len() as f64).sqrt());
    let bound = |z: f64| {
        let shifted = bias + z;
        let corrected = bias + shifted / (1.0 - acceleration * shifted);
        first + quantile(&sums, normal_upper_tail(-corrected)) / sample.len() as f64
    };
    let z = level.z();
    Some(Interval { low: bound(-z), high: bound(z) })
}

/// The sums of as many values drawn with replacement, from the smallest up.
fn resampled_sums(values: &[f64]) -> Vec<f64> {
    let mut stream = Stream::new(Seed(0), Domain::Statistics, 0, 0);
    let n = values.len();
    let mut draw = || values[stream.below(n as u64) as usize];
    let mut sums: Vec<f64> = (0..RESAMPLES).map(|_| (0..n).map(|_| draw()).sum()).collect();
    sums.sort_by(f64::total_cmp);
    sums
}
