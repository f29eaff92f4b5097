//! How many of the runs did something: a share and its interval.

use super::{Interval, Level};

/// A share of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    hits: usize,
    n: usize,
}

impl Proportion {
    /// Counts the hits.
    pub fn of(runs: impl IntoIterator<Item = bool>) -> Proportion {
        let none = Proportion { hits: 0, n: 0 };
        runs.into_iter().fold(none, |Proportion { hits, n }, hit| Proportion {
            hits: hits + usize::from(hit),
            n: n + 1,
        })
    }

    /// How many did it.
    pub const fn hits(self) -> usize {
        self.hits
    }

    /// Of how many.
    pub const fn n(self) -> usize {
        self.n
    }

    /// Wilson's score interval, between 0 and 1 (Wilson 1927, Probable inference, the law of
    /// succession, and statistical inference); none of no runs.
    ///
    /// Unlike the t interval it says something of 0 hits: `[0, z^2 / (n + z^2)]`.
    pub fn interval(self, level: Level) -> Option<Interval> {
        let (hits, misses) = (self.hits as f64, (self.n - self.hits) as f64);
        let (n, z) = (self.n as f64, level.z());
        let least = |hits: f64, misses: f64| {
            let centre = hits + z * z / 2.0;
            let half = z * (hits * misses / n + z * z / 4.0).sqrt();
            (centre - half) / (n + z * z)
        };
        let interval = Interval { low: least(hits, misses), high: 1.0 - least(misses, hits) };
        (self.n > 0).then_some(interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_and_nothing_have_one_sided_intervals() {
        let interval = |hits: usize, n: usize| {
            Proportion::of((0..n).map(|run| run < hits)).interval(Level::USUAL)
        };
        assert_eq!(interval(0, 0), None);
        let square = 1.959_963_984_540_054_f64 * 1.959_963_984_540_054;
        for n in [1, 7, 40, 10_000] {
            let (none, all) = (interval(0, n).unwrap(), interval(n, n).unwrap());
            assert_eq!((none.low, all.high), (0.0, 1.0));
            assert!((none.high - square / (n as f64 + square)).abs() < 1e-14);
            assert!((all.low - (1.0 - none.high)).abs() < 1e-14);
        }
    }
}
