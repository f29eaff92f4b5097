//! The statistics against the figures of NumPy and SciPy in `tests/oracles/studies`, and what must hold of any
//! sample.

use super::*;
use crate::kernel::Probability;
use crate::record::Table;
use proptest::prelude::*;
use std::path::Path;

/// A set of the oracle and what is known of it.
struct Known {
    set: String,
    sample: Vec<f64>,
    row: usize,
}

struct Oracle(Table);

/// Difference, bounds and ratio of `ttest_ind(equal_var=False)`, twice, and `ttest_rel`.
const WELCH_NEAR: [f64; 4] =
    [-2.4226645735499233, -21.249906670163693, 16.404577523063846, 0.9969981902973966];
const WELCH_FAR: [f64; 4] =
    [-20.010129244526674, -35.878130670884474, -4.142127818168872, 0.5778119199784768];
const PAIRED: [f64; 4] =
    [758.7644265712499, 731.4686755290236, 786.0601776134763, 17.537691441253727];
/// The first n from 2 on with t * sd / sqrt(n) <= 0.05 * mean.
const REPLICATIONS: [(&str, u32); 6] =
    [("two", 2), ("five", 3), ("twenty", 5), ("hundred", 1704), ("constant", 2), ("coin", 3276)];

impl Oracle {
    fn table(file: &str) -> Table {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/studies");
        Table::open(&folder.join(file)).unwrap()
    }

    fn sample(set: &str) -> Vec<f64> {
        let samples = Oracle::table("samples.csv");
        let values = samples.numbers(samples.column("value").unwrap());
        let rows = samples.rows().zip(values).filter(|(row, _)| &row[0] == set);
        rows.map(|(_, value)| value.unwrap()).collect()
    }

    fn sets(&self) -> Vec<Known> {
        let known = |(row, set): (usize, &csv::StringRecord)| {
            let set = set[0].to_owned();
            Known { sample: Oracle::sample(&set), set, row }
        };
        self.0.rows().enumerate().map(known).collect()
    }

    fn number(&self, known: &Known, column: &str) -> Option<f64> {
        self.0.numbers(self.0.column(column).unwrap()).nth(known.row).unwrap()
    }

    fn interval(&self, known: &Known, what: &str) -> Option<Interval> {
        let bound = |side: &str| self.number(known, &format!("{what}_{side}"));
        bound("low").zip(bound("high")).map(|(low, high)| Interval { low, high })
    }
}

fn of(sample: &[f64]) -> Summary {
    Summary::of(sample, Level::USUAL)
}

fn assert_close(ours: Option<f64>, theirs: Option<f64>, what: &str) {
    let close = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs(),
        (ours, theirs) => ours == theirs,
    };
    assert!(close, "{what}: {ours:?} is not {theirs:?}");
}

fn assert_same(ours: Option<Interval>, theirs: Option<Interval>, what: &str) {
    assert_close(ours.map(|ci| ci.low), theirs.map(|ci| ci.low), what);
    assert_close(ours.map(|ci| ci.high), theirs.map(|ci| ci.high), what);
}

#[test]
fn summaries_are_those_of_scipy() {
    let oracle = Oracle(Oracle::table("summary.csv"));
    let half = Probability::new(0.5).unwrap();
    for known in oracle.sets() {
        let (set, sample) = (known.set.as_str(), known.sample.as_slice());
        let number = |column| oracle.number(&known, column);
        assert_eq!(Some(sample.len() as f64), number("n"), "{set}");
        let summary = of(sample);
        let values = summary.values.unwrap();
        assert_close(Some(values.mean), number("mean"), set);
        // NumPy squares distances from a mean that is rounded to 1e-7, which adds 9e-9 of this
        // deviation. This is the exact one, from rational arithmetic.
        let offset = Some(6.327_326_022_743_404e-4).filter(|_| set == "offset");
        assert_close(summary.sd, offset.or_else(|| number("sd")), set);
        assert_close(Some(values.p05), number("p05"), set);
        assert_close(Some(values.p50), number("p50"), set);
        assert_close(Some(values.p95), number("p95"), set);
        assert_same(t_interval(sample, Level::USUAL), oracle.interval(&known, "t"), set);
        let median = quantile_interval(sample, half, Level::USUAL);
        assert_same(median, oracle.interval(&known, "order50"), set);
        if let Some(wilson) = oracle.interval(&known, "wilson") {
            let reached = Proportion::of(sample.iter().map(|value| *value == 1.0));
            assert_same(reached.interval(Level::USUAL), Some(wilson), set);
            let row = Summary::of_proportion(reached, Level::USUAL);
            assert_same(row.ci, Some(wilson), set);
            assert_close(row.sd, summary.sd, set);
            assert_eq!((row.n, row.method), (sample.len(), Method::Wilson));
        }
        if set != "offset" {
            let skewness = skewness(sample, values.mean).filter(|_| sample.len() > 2);
            assert_close(skewness, number("skewness"), set);
        }
    }
}

#[test]
fn bootstraps_are_those_of_scipy() {
    let oracle = Oracle(Oracle::table("summary.csv"));
    let mut bootstrapped = Vec::new();
    for known in oracle.sets() {
        let Some(theirs) = oracle.interval(&known, "bca_mean") else { continue };
        let ours = bootstrap::bca(&known.sample, Level::USUAL).unwrap();
        // The noise of 2,000 resamples.
        let slack = 0.06 * (theirs.high - theirs.low);
        assert!((ours.low - theirs.low).abs() <= slack, "{}: {ours:?} {theirs:?}", known.set);
        assert!((ours.high - theirs.high).abs() <= slack, "{}: {ours:?} {theirs:?}", known.set);
        bootstrapped.push(known.set);
    }
    assert_eq!(bootstrapped, ["hundred", "skewed", "offset"]);
}

#[test]
fn heavy_tails_are_bootstrapped() {
    // All alike but the last: the population skewness is (n - 2) / sqrt(n - 1), so 2.47 for 9 values
    // and 2.67 for 10.
    let method = |n: usize, last: f64| {
        let mut sample = vec![5.0; n];
        sample[n - 1] = last;
        of(&sample).method
    };
    assert_eq!([method(9, 9.0), method(10, 9.0)], [Method::T, Method::Bca]);
    assert_eq!(method(10, -9.0), Method::Bca);
    assert_eq!(method(10, 5.0), Method::T);
    let skewed = of(&Oracle::sample("skewed"));
    assert_eq!(skewed.ci, bootstrap::bca(&Oracle::sample("skewed"), Level::USUAL));
}

#[test]
fn differences_are_those_of_scipy() {
    let [five, twenty, hundred, skewed] =
        ["five", "twenty", "hundred", "skewed"].map(Oracle::sample);
    let welch = |sample: &[f64], baseline: &[f64]| {
        Difference::welch(Samples { sample, baseline }, Level::USUAL).unwrap()
    };
    let pairs = twenty
        .iter()
        .zip(&hundred)
        .map(|(value, baseline)| Pair { value: *value, baseline: *baseline });
    let missing = Pair { value: f64::NAN, baseline: 1.0 };
    let pairs: Vec<Pair> = pairs.chain([missing]).collect();
    let paired = Difference::paired(&pairs, Level::USUAL).unwrap();
    let cases = [
        (welch(&twenty, &five), 5, WELCH_NEAR),
        (welch(&skewed, &hundred), 30, WELCH_FAR),
        (paired, 20, PAIRED),
    ];
    for (difference, n, [diff, low, high, ratio]) in cases {
        let what = difference.method.word();
        assert_eq!(difference.n, n, "{what}");
        assert_close(Some(difference.diff), Some(diff), what);
        assert_same(difference.ci, Some(Interval { low, high }), what);
        assert_close(difference.ratio, Some(ratio), what);
        assert_close(Some(difference.mean - difference.baseline), Some(diff), what);
        assert_close(Some(difference.mean / difference.baseline), Some(ratio), what);
    }
}

#[test]
fn small_differences_say_less() {
    let welch = |sample: &[f64], baseline: &[f64]| {
        Difference::welch(Samples { sample, baseline }, Level::USUAL)
    };
    assert_eq!(welch(&[], &[1.0, 2.0]), None);
    assert_eq!(welch(&[1.0], &[f64::NAN]), None);
    let lone = welch(&[3.0], &[1.0, 2.0]).unwrap();
    assert_eq!((lone.n, lone.diff, lone.ci, lone.ratio), (1, 1.5, None, Some(2.0)));
    let points = welch(&[3.0; 4], &[0.0; 2]).unwrap();
    assert_eq!((points.ci, points.ratio), (Some(Interval { low: 3.0, high: 3.0 }), None));
    assert_eq!(Difference::paired(&[], Level::USUAL), None);
    let pair = Pair { value: 3.0, baseline: 2.0 };
    let lone = Difference::paired(&[pair], Level::USUAL).unwrap();
    assert_eq!((lone.n, lone.diff, lone.ci, lone.ratio), (1, 1.0, None, Some(1.5)));
}

#[test]
fn replications_are_those_of_a_search_with_scipy() {
    let needed = |summary: Summary| summary.replications_for(0.05, Level::USUAL);
    for (set, n) in REPLICATIONS {
        assert_eq!(needed(of(&Oracle::sample(set))), Some(n), "{set}");
    }
    let coin = of(&Oracle::sample("coin"));
    let half = (0.476_701_819_002_757_1 - 0.173_298_180_997_242_95) / 2.0;
    assert_close(coin.relative_half_width(), Some(half / 0.325), "coin");
    // No mean to be relative to, no deviation, and more than anyone runs.
    assert_eq!(needed(of(&[-1.0, 1.0])), None);
    assert_eq!(of(&[-1.0, 1.0]).relative_half_width(), None);
    assert_eq!(needed(of(&[1.0])), None);
    assert_eq!(needed(of(&[-1.0, 1.001])), None);
    assert_eq!(coin.replications_for(0.0, Level::USUAL), None);
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
