//! How much a metric differs from that of a baseline, and how sure that is.

use super::student::Freedom;
use super::{Estimate, Interval, Level, deviation, mean, t_interval};

/// A metric less that of a baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// How many pairs, or of two samples the size of the smaller.
    pub n: usize,
    /// The mean here, over what is compared.
    pub mean: f64,
    /// The mean of the baseline, over what is compared.
    pub baseline: f64,
    /// The difference of the means.
    pub diff: f64,
    /// The interval of the difference; none below two pairs, or two values on a side.
    pub ci: Option<Interval>,
    /// The mean over the baseline's mean; none where that is 0.
    pub ratio: Option<f64>,
    /// How it was compared.
    pub method: Comparison,
}

/// How two samples are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Pair by pair, with Student's t on the differences.
    Paired,
    /// As two independent samples whose variances may differ, with Welch's t.
    Welch,
}

impl Comparison {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Comparison::Paired => "paired",
            Comparison::Welch => "welch",
        }
    }
}

/// A metric in two runs of one replication, which share their seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Here.
    pub value: f64,
    /// In the baseline.
    pub baseline: f64,
}

/// A metric in runs that share nothing.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    /// Here.
    pub sample: &'a [f64],
    /// In the baseline.
    pub baseline: &'a [f64],
}

impl Difference {
    /// Compares by pairs; one with a value that is not finite counts as missing. None of no pairs.
    pub fn paired(pairs: &[Pair], level: Level) -> Option<Difference> {
        let whole = |pair: &&Pair| pair.value.is_finite() && pair.baseline.is_finite();
        let pairs: Vec<&Pair> = pairs.iter().filter(whole).collect();
        let column = |of: fn(&Pair) -> f64| -> Vec<f64> { pairs.iter().map(|p| of(p)).collect() };
        let diffs = column(|pair| pair.value - pair.baseline);
        let (ours, baseline) = (mean(&column(|p| p.value))?, mean(&column(|p| p.baseline))?);
        Some(Difference {
            n: diffs.len(),
            mean: ours,
            baseline,
            diff: mean(&diffs)?,
            ci: t_interval(&diffs, level),
            ratio: ratio(ours, baseline),
            method: Comparison::Paired,
        })
    }

    /// Compares independent samples, of which values that are not finite count as missing. None
    /// where either is empty.
    pub fn welch(samples: Samples<'_>, level: Level) -> Option<Difference> {
        let [ours, theirs] = [samples.sample, samples.baseline].map(|sample| -> Vec<f64> {
            sample.iter().copied().filter(|value| value.is_finite()).collect()
        });
        let (our_mean, their_mean) = (mean(&ours)?, mean(&theirs)?);
        let diff = our_mean - their_mean;
        let deviations = deviation(&ours, our_mean).zip(deviation(&theirs, their_mean));
        let ci = deviations.map(|(our_sd, their_sd)| {
            let ours = Part { variance: our_sd * our_sd, n: ours.len() };
            let theirs = Part { variance: their_sd * their_sd, n: theirs.len() };
            let (error, freedom) = welch_error(ours, theirs);
            Interval::student(Estimate { value: diff, error, freedom }, level)
        });
        Some(Difference {
            n: ours.len().min(theirs.len()),
            mean: our_mean,
            baseline: their_mean,
            diff,
            ci,
            ratio: ratio(our_mean, their_mean),
            method: Comparison::Welch,
        })
    }
}

/// What one of two samples adds to the error.
#[derive(Clone, Copy)]
struct Part {
    variance: f64,
    n: usize,
}

impl Part {
    fn of_the_mean(self) -> f64 {
        self.variance / self.n as f64
    }
}

/// The standard error of a difference of means and its degrees of freedom (Welch 1947, The
/// generalization of Student's problem when several different population variances are involved).
fn welch_error(ours: Part, theirs: Part) -> (f64, Freedom) {
    let whole = ours.of_the_mean() + theirs.of_the_mean();
    let share = ours.of_the_mean() / whole;
    // Without any spread the interval is a point, whatever the freedom.
    let share = if share.is_finite() { share } else { 0.5 };
    let weigh = |share: f64, part: Part| share * share / (part.n - 1) as f64;
    let freedom = 1.0 / (weigh(share, ours) + weigh(1.0 - share, theirs));
    (whole.sqrt(), Freedom(freedom))
}

fn ratio(mean: f64, baseline: f64) -> Option<f64> {
    let ratio = mean / baseline;
    ratio.is_finite().then_some(ratio)
}
