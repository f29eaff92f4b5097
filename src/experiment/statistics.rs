//! What a sample of runs says: mean, spread, interval and quantiles. Sums go in the order of the
//! sample.

use super::student::{Freedom, UpperTail, quantile_above};

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
}

/// The bounds of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// How an interval of a mean was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t with n - 1 degrees of freedom.
    T,
    /// Not at all: the sample is too small.
    None,
}

impl Method {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Method::T => "t",
            Method::None => "none",
        }
    }

    /// The method of that word.
    pub(super) fn from_word(word: &str) -> Option<Method> {
        [Method::T, Method::None].into_iter().find(|method| method.word() == word)
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

impl Summary {
    /// Summarises a sample; values that are not finite count as missing.
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
        let ci = sd.map(|sd| {
            let upper = UpperTail((1.0 - level.0) / 2.0);
            let t = quantile_above(upper, Freedom((n - 1) as f64));
            let half = t * sd / (n as f64).sqrt();
            Interval { low: mean - half, high: mean + half }
        });
        let method = if ci.is_some() { Method::T } else { Method::None };
        Summary { n, values: Some(values), sd, ci, method }
    }
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

/// The quantile of a sorted sample by linear interpolation (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Table;
    use proptest::prelude::*;
    use std::path::Path;

    fn oracle(file: &str) -> Table {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/studies");
        Table::open(&folder.join(file)).unwrap()
    }

    fn of(sample: &[f64]) -> Summary {
        Summary::of(sample, Level::USUAL)
    }

    #[test]
    fn summaries_are_those_of_scipy() {
        let (samples, summary) = (oracle("samples.csv"), oracle("summary.csv"));
        let column = |name: &str| summary.numbers(summary.column(name).unwrap());
        let expected: Vec<Vec<Option<f64>>> =
            ["mean", "sd", "t_low", "t_high", "p05", "p50", "p95"]
                .map(|name| column(name).collect())
                .into();
        // NumPy squares distances from a mean that is rounded to 1e-7, which adds 9e-9 of this
        // deviation. This is the exact one, from rational arithmetic.
        let offset_sd = Some(6.327_326_022_743_404e-4);
        let value = samples.column("value").unwrap();
        for (row, set) in summary.rows().map(|row| &row[0]).enumerate() {
            let sample: Vec<f64> = samples
                .rows()
                .zip(samples.numbers(value))
                .filter(|(row, _)| &row[0] == set)
                .map(|(_, value)| value.unwrap())
                .collect();
            assert_eq!(Some(sample.len() as f64), column("n").nth(row).unwrap(), "{set}");
            let ours = of(&sample);
            let values = ours.values.unwrap();
            let ours = [
                Some(values.mean),
                ours.sd,
                ours.ci.map(|ci| ci.low),
                ours.ci.map(|ci| ci.high),
                Some(values.p05),
                Some(values.p50),
                Some(values.p95),
            ];
            let mut theirs: Vec<_> = expected.iter().map(|column| column[row]).collect();
            if set == "offset" {
                theirs[1] = offset_sd;
            }
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                let close = match (ours, theirs) {
                    (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs(),
                    (ours, theirs) => ours == theirs,
                };
                assert!(close, "{set}: {ours:?} is not {theirs:?}");
            }
        }
    }

    #[test]
    fn small_samples_say_less() {
        let none = of(&[f64::NAN, f64::INFINITY]);
        assert_eq!((none.n, none.values, none.sd, none.ci), (0, None, None, None));
        let one = of(&[3.5]);
        assert_eq!((one.n, one.sd, one.ci, one.method.word()), (1, None, None, "none"));
        assert_eq!(one.values.map(|values| (values.mean, values.p95)), Some((3.5, 3.5)));
        let same = of(&[0.1; 7]);
        assert_eq!((same.sd, same.ci), (Some(0.0), Some(Interval { low: 0.1, high: 0.1 })));
        assert_eq!(same.method.word(), "t");
    }

    #[test]
    fn a_level_is_a_share() {
        for level in [0.0, -1.0, 1.0, 95.0, f64::NAN] {
            assert_eq!(Level::new(level), None);
        }
        // t of 9 degrees, two-sided 99 %, from any table: 3.250.
        let sample: Vec<f64> = (0..10).map(f64::from).collect();
        let (usual, sure) = (of(&sample), Summary::of(&sample, Level::new(0.99).unwrap()));
        let half = |summary: Summary| summary.ci.map(|ci| ci.high - ci.low).unwrap() / 2.0;
        assert!((half(sure) / half(usual) - 3.250 / 2.262).abs() < 5e-4);
    }

    proptest! {
        #[test]
        fn quantiles_stay_in_order(sample in prop::collection::vec(-1e9..1e9f64, 1..60)) {
            let values = of(&sample).values.unwrap();
            let order = [values.min, values.p05, values.p50, values.p95, values.max];
            prop_assert!(order.is_sorted());
            let slack = 1e-6;
            prop_assert!(values.mean >= values.min - slack && values.mean <= values.max + slack);
        }

        #[test]
        fn moving_a_sample_moves_its_mean_only(sample in prop::collection::vec(0..1000u32, 2..40)) {
            let near: Vec<f64> = sample.iter().map(|value| f64::from(*value)).collect();
            let far: Vec<f64> = near.iter().map(|value| value + 1e12).collect();
            let (near, far) = (of(&near).sd.unwrap(), of(&far).sd.unwrap());
            prop_assert!((near - far).abs() <= 1e-9 * near, "{near} {far}");
        }
    }
}
