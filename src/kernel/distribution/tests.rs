//! Samplers against exact moments, against the distribution functions of `statrs`, and against
//! pinned draws.

use super::*;
use crate::kernel::{Domain, Seed, Stream};
use statrs::distribution::{ContinuousCDF, Exp, LogNormal, Normal, Pareto, Weibull};

fn ms(millis: f64) -> Span {
    Span::from_nanos_f64(millis * 1e6)
}

fn draws(of: &Distribution, count: usize) -> impl Iterator<Item = Span> {
    let mut stream = Stream::new(Seed(2026), Domain::Statistics, 0, 0);
    (0..count).map(move |_| of.sample(&mut stream))
}

/// Every row of the oracle, in its order.
fn rows() -> Vec<Distribution> {
    let points = vec![(0.0, ms(4.0)), (0.5, ms(5.0)), (0.98, ms(15.0)), (1.0, ms(138.0))];
    let hour = Span::from_secs(3600);
    [
        Ok(Distribution::Constant(ms(5.0))),
        Distribution::uniform(ms(10.0), ms(60.0)),
        Distribution::normal(ms(20.0), ms(5.0), Span::ZERO),
        Distribution::normal(ms(5.0), ms(10.0), Span::ZERO),
        Distribution::lognormal(ms(20.0), 0.5),
        Distribution::lognormal(ms(4.81), 0.336),
        Distribution::lognormal_through(ms(10.0), ms(50.0)),
        Distribution::exponential(ms(50.0), Span::ZERO),
        Distribution::exponential(ms(50.0), ms(10.0)),
        Distribution::pareto(ms(10.0), 3.0, hour),
        Distribution::weibull(ms(30.0), 0.5),
        Distribution::quantiles(points),
    ]
    .map(Result::unwrap)
    .into()
}

#[test]
fn a_million_draws_meet_the_oracle() {
    let oracle = include_str!("../../../tests/oracles/network/latency.csv");
    let mut reader = csv::Reader::from_reader(oracle.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows().len());
    for (record, of) in records.iter().zip(rows()) {
        let figure = |k: usize| record[k].parse::<f64>().unwrap();
        let (mean, sd, p50, p99) = (figure(1), figure(2), figure(3), figure(4));
        assert!((of.mean().as_millis_f64() / mean - 1.0).abs() < 1e-6, "{record:?}");

        let mut drawn: Vec<f64> = draws(&of, 1_000_000).map(Span::as_millis_f64).collect();
        let sum: f64 = drawn.iter().sum();
        let off = (sum / 1e6 - mean).abs();
        assert!(off <= 4.0 * sd / 1e3 + 1e-9, "{record:?}: mean {}", sum / 1e6);
        for (place, figure, tolerance) in [(500_000, p50, 0.01), (990_000, p99, 0.02)] {
            let quantile = *drawn.select_nth_unstable_by(place, f64::total_cmp).1;
            assert!((quantile / figure - 1.0).abs() <= tolerance, "{record:?}: {quantile}");
        }
        assert!(drawn.iter().all(|x| *x >= of.least().as_millis_f64()));
    }
}

/// Whether draws fall equally often into 64 cells that are equally likely by `cdf` (of
/// milliseconds): chi-square as a z.
fn z_of(of: &Distribution, cdf: impl Fn(f64) -> f64) -> f64 {
    const COUNT: usize = 100_000;
    let mut cells = [0u32; 64];
    for span in draws(of, COUNT) {
        cells[((cdf(span.as_millis_f64()) * 64.0) as usize).min(63)] += 1;
    }
    let expected = COUNT as f64 / 64.0;
    let chi: f64 =
        cells.iter().map(|c| (f64::from(*c) - expected) * (f64::from(*c) - expected)).sum();
    (chi / expected - 63.0) / (2.0f64 * 63.0).sqrt()
}

#[test]
fn draws_follow_the_whole_distribution_function() {
    let of = rows();
    let below_zero = Normal::new(5.0, 10.0).unwrap();
    let cut = below_zero.cdf(0.0);
    let lognormal = LogNormal::new(libm::log(20.0), 0.5).unwrap();
    let exponential = Exp::new(0.02).unwrap();
    let pareto = Pareto::new(10.0, 3.0).unwrap();
    let weibull = Weibull::new(0.5, 30.0).unwrap();
    for z in [
        z_of(&of[1], |x| (x - 10.0) / 50.0),
        z_of(&of[3], |x| (below_zero.cdf(x) - cut) / (1.0 - cut)),
        z_of(&of[4], |x| lognormal.cdf(x)),
        z_of(&of[8], |x| exponential.cdf(x - 10.0)),
        z_of(&of[9], |x| pareto.cdf(x)),
        z_of(&of[10], |x| weibull.cdf(x)),
    ] {
        assert!(z.abs() <= 4.0, "{z}");
    }
}

#[test]
fn stepped_and_listed_values_are_equally_likely() {
    let stepped = Distribution::stepped(ms(10.0), ms(60.0), ms(10.0)).unwrap();
    let listed = Distribution::values((1..=6).map(|k| ms(f64::from(k) * 10.0)).collect()).unwrap();
    for of in [stepped, listed] {
        assert_eq!((of.least(), of.mean()), (ms(10.0), ms(35.0)));
        let mut counts = [0u32; 7];
        for span in draws(&of, 60_000) {
            assert_eq!(span.nanos() % 10_000_000, 0);
            counts[(span.nanos() / 10_000_000) as usize] += 1;
        }
        for count in &counts[1..] {
            let z = (f64::from(*count) - 10_000.0) / (60_000.0f64 * 5.0 / 36.0).sqrt();
            assert!(z.abs() <= 4.0, "{counts:?}");
        }
    }
}

/// FNV-1a over the nanoseconds of the first 1,000 draws.
fn digest(of: &Distribution) -> u64 {
    let bytes = draws(of, 1_000).flat_map(|span| span.nanos().to_le_bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[test]
fn draws_are_pinned() {
    let mut all = rows();
    all.push(Distribution::stepped(ms(10.0), ms(60.0), ms(5.0)).unwrap());
    all.push(Distribution::values(vec![ms(1.0), ms(2.0), ms(4.0)]).unwrap());
    let digests: Vec<String> = all.iter().map(|of| format!("{:016x}", digest(of))).collect();
    assert_eq!(digests, PINNED);
}

const PINNED: [&str; 14] = [
    "abf9c22053187ba5",
    "e3a69b7ebbf61a42",
    "eebed32f82952711",
    "f6859459198af9d4",
    "3f1193bfa672bf50",
    "83c55574391d3529",
    "e94be7fa8d50c961",
    "d63e55b31014f215",
    "ba198e94f61fe193",
    "3392d5c4d9ba6e16",
    "d5e475b44ca14361",
    "7aea349d1cf810a5",
    "5e354c5fccac46ee",
    "959f072a698bf91e",
];

#[test]
fn the_extremes_of_a_word_stay_in_range() {
    struct Fixed(u64);
    impl Bits for Fixed {
        fn bits(&mut self) -> u64 {
            self.0
        }
    }
    for of in rows() {
        for word in [0, 1 << 63, u64::MAX] {
            assert!(of.sample(&mut Fixed(word)) >= of.least(), "{of:?}");
        }
    }
    let capped = Distribution::pareto(ms(10.0), 0.5, Span::from_secs(9)).unwrap();
    assert_eq!(capped.sample(&mut Fixed(0)), Span::from_secs(9));
    // A normal that cannot rise to its minimum takes it.
    let high = Distribution::normal(ms(20.0), ms(5.0), ms(22.0)).unwrap();
    assert_eq!(high.sample(&mut Fixed(1 << 40)), ms(22.0));
}

#[test]
fn a_pareto_without_a_mean_has_one_by_its_cap() {
    let mean = |alpha| Distribution::pareto(ms(10.0), alpha, ms(1e4)).unwrap().mean();
    // min (1 + ln(cap / min)) at alpha 1, and nearly so beside it.
    assert_eq!(mean(1.0), ms(10.0 * (1.0 + libm::log(1_000.0))));
    assert!((mean(1.0 + 1e-9).as_millis_f64() / mean(1.0).as_millis_f64() - 1.0).abs() < 1e-6);
    // sqrt(min) * (2 sqrt(cap) - sqrt(min)) at alpha 1/2.
    assert_eq!(mean(0.5), ms(10.0f64.sqrt() * (2.0 * 1e4f64.sqrt() - 10.0f64.sqrt())));
}

#[test]
fn a_distribution_is_small() {
    assert!(size_of::<Distribution>() <= 32);
}

#[test]
fn bad_parameters_are_refused_in_one_sentence() {
    let (zero, one, two) = (Span::ZERO, ms(1.0), ms(2.0));
    let refused = [
        (Distribution::uniform(two, one), "`min` must not be above `max`"),
        (Distribution::stepped(one, two, ms(0.3)), "whole steps must lead from `min` to `max`"),
        (Distribution::stepped(one, one, zero), "whole steps must lead from `min` to `max`"),
        (
            Distribution::normal(one, one, ms(5.0)),
            "`min` lies so far above `mean` that draws would pile up on it",
        ),
        (Distribution::lognormal(zero, 1.0), "`median` must be a number greater than zero"),
        (Distribution::lognormal(one, f64::NAN), "`sigma` must be a number that is not negative"),
        (Distribution::lognormal_through(two, one), "`p50` must not be above `p99`"),
        (Distribution::exponential(zero, one), "`mean` must be a number greater than zero"),
        (
            Distribution::pareto(one, f64::INFINITY, two),
            "`alpha` must be a number greater than zero",
        ),
        (Distribution::pareto(two, 1.0, one), "`cap` must not be below `min`"),
        (Distribution::weibull(one, 0.0), "`shape` must be a number greater than zero"),
        (
            Distribution::quantiles(vec![(0.0, one), (f64::NAN, two), (1.0, two)]),
            "quantiles must ascend: each probability above the one before, no value below it",
        ),
        (
            Distribution::quantiles(vec![(0.1, one), (1.0, two)]),
            "quantiles must begin with probability 0 and end with probability 1",
        ),
        (Distribution::values(vec![]), "at least one value is needed to pick from"),
    ];
    for (result, sentence) in refused {
        assert_eq!(result.unwrap_err().to_string(), sentence);
    }
}
