//! The headlines of the built-in experiments: the figures that spec and documentation print.

use super::laboratory::{Reference, built_in, deviation, hold, mean, sample};

/// A printed figure: right within half a unit of its last digit, and four standard errors of our mean.
struct Headline {
    metric: &'static str,
    mean: f64,
    unit: f64,
    /// Of one run, where it is printed.
    sd: Option<f64>,
}

const fn headline(metric: &'static str, mean: f64, unit: f64, sd: Option<f64>) -> Headline {
    Headline { metric, mean, unit, sd }
}

fn check(name: &str, set: &[&str], runs: u32, headlines: &[Headline]) {
    let metrics: Vec<_> = headlines.iter().map(|headline| headline.metric).collect();
    let values = sample(&built_in(name, set), runs, &metrics);
    for (Headline { metric, mean: printed, unit, sd }, values) in headlines.iter().zip(&values) {
        let (ours, spread) = (mean(values), deviation(values));
        let shown = format!("{name} {metric}: {printed} +- {sd:?}, here {ours:.4} +- {spread:.4}");
        eprintln!("{shown}");
        let error = sd.unwrap_or(spread) / f64::from(runs).sqrt();
        assert!((ours - printed).abs() <= 4.0 * error + unit / 2.0, "{shown}");
        // A sample's deviation is off by 1 / sqrt(2 (R - 1)) of itself.
        let near =
            |sd: f64| (spread - sd).abs() <= 4.0 * sd / f64::from(2 * runs - 2).sqrt() + unit;
        assert!(sd.is_none_or(near), "{shown}");
    }
}

/// The demo without misfortunes and without the coins that its workload mints, which would raise the Gini coefficient to
/// 0.71.
#[test]
fn pirates() {
    let headlines = [
        headline("edges", 770.0, 1.0, Some(28.0)),
        headline("gold_gini", 0.69, 0.01, Some(0.03)),
        headline("rumour_coverage", 0.83, 0.01, Some(0.11)),
    ];
    let rumour = "workload=[{rumour: {at: 2s, to: {node: 0}, id: 0}}]";
    check("pirates", &["faults=[]", "network.loss=0", rumour], 200, &headlines);
}

#[test]
fn spigo() {
    let headlines = [headline("wakes", 46.0, 1.0, None), headline("edges", 224.0, 1.0, None)];
    check("spigo", &[], 400, &headlines);
}

#[test]
#[ignore = "long: for release builds"]
fn pirates_gold() {
    let shared = Reference::derived("gold_gini", 0.637, 0.0099);
    hold("pirates-gold", &built_in::<&str>("pirates-gold", &[]), 20, &[shared]);
    let set = ["protocol.pirates.gift={coins: 1}", "protocol.pirates.gold={constant: 5}"];
    let one_by_one = Reference::derived("gold_gini", 6.0 / 11.0, 0.0111);
    hold("pirates-gold, one coin", &built_in("pirates-gold", &set), 10, &[one_by_one]);
}

#[test]
#[ignore = "long: for release builds"]
fn pirates_rumour() {
    let coverage = Reference::derived("rumour_coverage", 0.797, 0.0177);
    hold("pirates-rumour", &built_in::<&str>("pirates-rumour", &[]), 20, &[coverage]);
}

/// With k introductions the root of y = 1 - e^(-ky).
#[test]
#[ignore = "long: for release builds"]
fn pirates_rumour_by_introductions() {
    for introductions in [3, 4] {
        let k = f64::from(introductions);
        let root = (0..200).fold(1.0, |y: f64, _| 1.0 - libm::exp(-k * y));
        let set = [format!("protocol.pirates.introductions={introductions}")];
        let coverage = Reference::derived("rumour_coverage", root, 0.0177);
        hold("pirates-rumour", &built_in("pirates-rumour", &set), 10, &[coverage]);
    }
}
