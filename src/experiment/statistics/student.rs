//! Quantiles of Student's t distribution, the same on every machine: series of positive terms over
//! `libm`.

use std::f64::consts::PI;

/// The t with `upper` of the distribution's weight above it, for `freedom` > 0 degrees and 0 <
/// `upper` <= 1/2.
///
/// Relative error below 1e-9 for `upper` from 1e-6 on; tested down to half a degree and up to 10^6.
pub(super) fn quantile_above(upper: UpperTail, freedom: Freedom) -> f64 {
    let v = freedom.0;
    let density_at_zero = gamma_ratio(v / 2.0) / (v * PI).sqrt();
    let mut t = 0.0;
    // The tail is convex for t > 0, so that Newton's steps from zero approach the root from below.
    for _ in 0..200 {
        let density = density_at_zero * libm::exp(-(v + 1.0) / 2.0 * libm::log1p(t * t / v));
        let step = (tail(t, v, density) - upper.0) / density;
        if step <= t * 1e-15 {
            break;
        }
        t += step;
    }
    t
}

/// A share of the weight, above 0 and at most 1/2.
#[derive(Clone, Copy)]
pub(super) struct UpperTail(pub(super) f64);

/// Degrees of freedom, above 0; Welch's are no whole number.
#[derive(Clone, Copy)]
pub(super) struct Freedom(pub(super) f64);

/// The weight above t >= 0, where the density is `density`.
fn tail(t: f64, v: f64, density: f64) -> f64 {
    // DLMF 8.17.8: the incomplete beta function as its leading factor, here t times the density,
    // times a hypergeometric series. With its argument at most 1/2 the terms soon fall like 2^-k.
    let square = t * t;
    if square > v {
        t * density / v * series((v + 1.0) / 2.0, v / 2.0 + 1.0, v / (v + square))
    } else {
        0.5 - t * density * series((v + 1.0) / 2.0, 1.5, square / (v + square))
    }
}

/// F(a, 1; c; z), the sum over k of (a)_k / (c)_k z^k, for positive arguments and z < 1.
fn series(a: f64, c: f64, z: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 0.0);
    loop {
        let ratio = (a + k) / (c + k) * z;
        term *= ratio;
        sum += term;
        k += 1.0;
        if ratio < 1.0 && term < sum * 1e-17 {
            return sum;
        }
    }
}

/// Gamma(x + 1/2) / Gamma(x) for x > 0.
fn gamma_ratio(x: f64) -> f64 {
    // Gamma(x + 1) = x Gamma(x) leads to where the expansion in 1/x (DLMF 5.11.13) is exact to the
    // last digit.
    let (mut x, mut factor) = (x, 1.0);
    while x < 40.0 {
        factor *= x / (x + 0.5);
        x += 1.0;
    }
    const TERMS: [f64; 7] = [
        -1.0 / 8.0,
        1.0 / 128.0,
        5.0 / 1024.0,
        -21.0 / 32_768.0,
        -399.0 / 262_144.0,
        869.0 / 4_194_304.0,
        39_325.0 / 33_554_432.0,
    ];
    let expansion = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) / x);
    factor * x.sqrt() * (1.0 + expansion)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    fn assert_close(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{ours} is not {theirs}");
    }

    #[test]
    fn gamma_ratios_are_those_of_known_values() {
        let root_pi = PI.sqrt();
        for (x, ratio) in [(0.5, 1.0 / root_pi), (1.0, root_pi / 2.0), (3.0, 15.0 * root_pi / 16.0)]
        {
            assert!((gamma_ratio(x) / ratio - 1.0).abs() < 4e-15, "{x}");
        }
        let x = 12.25;
        assert_close(gamma_ratio(x), libm::tgamma(x + 0.5) / libm::tgamma(x));
    }

    #[test]
    fn one_and_two_degrees_have_closed_forms() {
        for upper in [0.5, 0.3, 0.1, 0.025, 1e-3, 1e-6] {
            let angle = PI * (0.5 - upper);
            assert_close(quantile_above(UpperTail(upper), Freedom(1.0)), libm::tan(angle));
            let c: f64 = 1.0 - 2.0 * upper;
            let two = c * (2.0 / (4.0 * upper * (1.0 - upper))).sqrt();
            assert_close(quantile_above(UpperTail(upper), Freedom(2.0)), two);
        }
    }

    #[test]
    fn quantiles_are_those_of_mpmath() {
        let cases = [
            (0.5, 0.025, 164.55767348048853),
            (1.5, 0.005, 17.820310514462807),
            (3.0, 0.025, 3.1824463052837096),
            (7.7, 0.0001, 6.603_757_334_378_887),
            (19.0, 0.025, 2.0930240544083098),
            (99.0, 1e-6, 5.051973998252516),
            (1e4, 0.025, 1.9602012398906263),
            (1e6, 0.1, 1.2815524121299385),
            (1e6, 1e-6, 4.753_452_348_279_681),
        ];
        for (freedom, upper, t) in cases {
            assert_close(quantile_above(UpperTail(upper), Freedom(freedom)), t);
        }
    }

    proptest! {
        #[test]
        fn statrs_agrees(freedom in 0.5..500.0f64, upper in 1e-5..0.5f64) {
            let ours = quantile_above(UpperTail(upper), Freedom(freedom));
            // Its tail at our quantile is the weight we asked for.
            let theirs = StudentsT::new(0.0, 1.0, freedom).unwrap().sf(ours);
            prop_assert!((theirs / upper - 1.0).abs() < 1e-9, "{theirs}");
        }
    }
}
