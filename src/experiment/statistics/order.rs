//! The interval of a quantile between two order statistics. It assumes nothing of the distribution.

use super::{Interval, Level};
use crate::kernel::Probability;

/// The interval of the `share` quantile of what the sample is drawn from; values that are not
/// finite count as missing.
///
/// How many of n values lie below the quantile is binomial (Conover, Practical Nonparametric
/// Statistics, section 3.2). With F its distribution function and a what `level` leaves out, the
/// bounds are the values of ranks l, the smallest k with F(k) >= a/2, and u, one more than the
/// smallest k with F(k) >= 1 - a/2. None where l < 1 or u > n: below 6 values for the median at
/// 95 %.
pub fn quantile_interval(sample: &[f64], share: Probability, level: Level) -> Option<Interval> {
    let mut sorted: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = ranks(sorted.len(), share, level);
    let at = |rank: usize| sorted.get(rank.checked_sub(1)?).copied();
    Some(Interval { low: at(low)?, high: at(high)? })
}

/// The ranks of both bounds, from 1; 0 and n + 1 where there is no such value.
fn ranks(n: usize, share: Probability, level: Level) -> (usize, usize) {
    let weights = binomial_weights(n, share.get());
    let tail = level.tail().0 * weights.iter().sum::<f64>();
    // Both from their own end, where sums are small and exact: F(k) >= 1 - a/2 says that at most
    // a/2 lies above k.
    let low = reach(weights.iter(), tail, |sum, tail| sum >= tail);
    let from_top = reach(weights.iter().rev(), tail, |sum, tail| sum > tail);
    (low, n + 1 - from_top)
}

/// How many weights lead up to, without, the one with which their sum has reached `tail`.
fn reach<'a>(
    weights: impl Iterator<Item = &'a f64>,
    tail: f64,
    reached: fn(f64, f64) -> bool,
) -> usize {
    let sums = weights.scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    sums.take_while(|sum| !reached(*sum, tail)).count()
}

/// Weights in proportion to the probabilities of 0 to n hits. From the mode outwards each follows
/// from the one before: no factorials, and what underflows does not count.
fn binomial_weights(n: usize, share: f64) -> Vec<f64> {
    let mode = (((n + 1) as f64 * share) as usize).min(n);
    let mut weights = vec![0.0; n + 1];
    weights[mode] = 1.0;
    for k in mode..n {
        weights[k + 1] = weights[k] * ((n - k) as f64 / (k + 1) as f64 * (share / (1.0 - share)));
    }
    for k in (0..mode).rev() {
        weights[k] = weights[k + 1] * ((k + 1) as f64 / (n - k) as f64 * ((1.0 - share) / share));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    const HALF: f64 = 0.5;

    fn ranks_of(n: usize, share: f64) -> (usize, usize) {
        ranks(n, Probability::new(share).unwrap(), Level::USUAL)
    }

    #[test]
    fn ranks_of_the_median_are_those_of_whole_numbers() {
        // A row of Pascal's triangle: F(k) >= p / 40 says 40 x (its sum up to k) >= p x 2^n.
        let mut row = vec![1u128];
        for n in 1..=100usize {
            let inner = row.windows(2).map(|pair| pair[0] + pair[1]);
            row = [1].into_iter().chain(inner).chain([1]).collect();
            let least = |fortieths: u128| {
                (0..=n).find(|k| 40 * row[..=*k].iter().sum::<u128>() >= fortieths << n).unwrap()
            };
            assert_eq!(ranks_of(n, HALF), (least(1), least(39) + 1), "{n}");
        }
    }

    #[test]
    fn few_values_bound_no_median() {
        let sample: Vec<f64> = (1..=6).map(f64::from).collect();
        let of = |sample: &[f64], share: f64| {
            quantile_interval(sample, Probability::new(share).unwrap(), Level::USUAL)
        };
        assert_eq!(of(&[], HALF), None);
        assert_eq!(of(&sample[..5], HALF), None);
        assert_eq!(of(&sample, HALF), Some(Interval { low: 1.0, high: 6.0 }));
        assert_eq!((of(&sample, 0.0), of(&sample, 1.0), of(&sample, 0.95)), (None, None, None));
        let with_missing = [&sample[..], &[f64::NAN]].concat();
        assert_eq!(of(&with_missing, HALF), of(&sample, HALF));
    }

    proptest! {
        #[test]
        fn statrs_agrees(n in 1..400usize, share in 0.01..0.99f64) {
            let binomial = Binomial::new(share, n as u64).unwrap();
            let least = |p: f64| (0..=n).find(|k| binomial.cdf(*k as u64) >= p).unwrap();
            prop_assert_eq!(ranks_of(n, share), (least(0.025), least(0.975) + 1));
        }
    }
}
