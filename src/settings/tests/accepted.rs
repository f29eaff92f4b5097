//! What is right: the values that are read, their canonical form, and that it is a fixed point.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::sample::{KEYS, SAMPLE, canonical, read, try_read};
use crate::kernel::Span;
use crate::settings::{DistributionSetting, Key, Report, Section, Shape, Source, decode, parse};

/// The canonical form of a canonical form.
fn again(resolved: &Json) -> Json {
    let mut report = Report::new();
    let source = Source::canonical("resolved.json", &resolved.to_string());
    let tree = parse(&source, &mut report).unwrap();
    let (_, again) = decode(&tree, KEYS, &mut report, read);
    assert!(report.accepts(), "{report}");
    again
}

#[test]
fn the_sample_says_what_it_says() {
    let (report, decoded) = try_read(SAMPLE, &[]);
    let (settings, canonical) = decoded.unwrap();
    assert_eq!(report.to_string(), "");
    assert_eq!((settings.nodes, settings.stay), (1000, None));
    let latency = DistributionSetting::Lognormal { median: Span::from_millis(20), sigma: 0.5 };
    assert_eq!(settings.latency, latency);
    let back = Some(Span::from_millis(1500));
    assert_eq!(settings.faults[0], format!("crash 2s [0, 3] {back:?}"));
    assert_eq!(settings.faults[1..], ["crash 3s [] None", "pause 10ms"]);
    let expected = json!({
        "nodes": 1000,
        "name": "it's a \"sample\"",
        "offset": -3,
        "weight": 0.1,
        "arrivals": 0.5,
        "topology": { "ring": { "k": 4 } },
        "network": {
            "loss": 0.05,
            "latency": { "lognormal": { "median": 20_000_000, "sigma": 0.5 } },
            "bandwidth": 10_000_000,
            "headers": 1024,
        },
        "protocol": { "pirates": { "stay": "forever", "modern": false } },
        "faults": [
            { "crash": {
                "at": 2_000_000_000u64, "nodes": { "ids": [0, 3] }, "restart_after": 1_500_000_000
            } },
            { "crash": { "at": 3_000_000_000u64, "nodes": "all" } },
            { "pause": 10_000_000 },
        ],
        "assert": { "coverage": { "at_least": 0.99 }, "lag": { "at_most": 1000.0 } },
        "sweep": { "grid": { "network.loss": [0, 0.05] } },
    });
    assert_eq!(canonical, expected);
    assert_eq!(again(&canonical), canonical);
}

#[test]
fn every_default_is_written_out_and_keys_are_sorted() {
    let text = r#"{"arrivals":1.0,"assert":{},"faults":[],"name":"run","network":{"headers":0,"#
        .to_owned()
        + r#""latency":{"constant":1000000},"loss":0.0},"nodes":3,"offset":0,"protocol":{"gossip":"#
        + r#"{"fanout":1,"mode":"push","period":100000000,"phase":"random"}},"#
        + r#""topology":"complete","weight":1.0}"#;
    let resolved = canonical("nodes: 3", &[]);
    assert_eq!(resolved.to_string(), text);
    assert_eq!(again(&resolved), resolved);
}

#[test]
fn one_value_has_one_canonical_form() {
    let same = |a: &str, b: &str| {
        let read = |text| canonical(&format!("nodes: 3\n{text}"), &[]);
        assert_eq!(read(a), read(b), "{a} and {b}");
    };
    same("weight: 3", "weight: 3.0");
    same("weight: 0", "weight: -0.0");
    same("network: { loss: 0 }", "network:");
    same("network: { latency: 5ms }", "network: { latency: { constant: 0.005s } }");
    same("network: { headers: 2048 }", "network: { headers: 2KiB }");
    same("topology: ring", "topology: { ring: { k: 2 } }");
    same("topology: complete", "topology: { complete: {} }");
    same("protocol: { pirates: { modern: on } }", "protocol: pirates");
    same("sweep: ~", "");
    same("protocol: { pirates: { stay: { forever: ~ } } }", "protocol: pirates");
    let normal = "network: { latency: { normal: { mean: 5ms, sd: 1ms";
    same(&format!("{normal} }} }} }}"), &format!("{normal}, min: 0s }} }} }}"));
}

#[test]
fn every_distribution_is_read_and_is_a_fixed_point() {
    let ms = Span::from_millis;
    let cases = [
        ("7ms", DistributionSetting::Constant(ms(7))),
        (
            "{ uniform: { min: 1ms, max: 2ms } }",
            DistributionSetting::Uniform { min: ms(1), max: ms(2) },
        ),
        (
            "{ uniform: { min: 1s, max: 59s, step: 1s } }",
            DistributionSetting::Stepped { min: ms(1000), max: ms(59_000), step: ms(1000) },
        ),
        (
            "{ normal: { mean: 5ms, sd: 2ms } }",
            DistributionSetting::Normal { mean: ms(5), sd: ms(2), min: ms(0) },
        ),
        (
            "{ lognormal: { p50: 20ms, p99: 20ms } }",
            DistributionSetting::Lognormal { median: ms(20), sigma: 0.0 },
        ),
        (
            "{ exponential: { mean: 5ms } }",
            DistributionSetting::Exponential { mean: ms(5), shift: ms(0) },
        ),
        (
            "{ pareto: { min: 1ms, alpha: 1.5 } }",
            DistributionSetting::Pareto { min: ms(1), alpha: 1.5, cap: ms(3_600_000) },
        ),
        (
            "{ weibull: { scale: 9s, shape: 0.5 } }",
            DistributionSetting::Weibull { scale: ms(9000), shape: 0.5 },
        ),
        (
            "{ empirical: { quantiles: [[0, 4ms], [0.5, 5ms], [1, 138ms]] } }",
            DistributionSetting::Quantiles(vec![(0.0, ms(4)), (0.5, ms(5)), (1.0, ms(138))]),
        ),
        ("{ empirical: { file: d.txt } }", DistributionSetting::File("d.txt".to_owned())),
    ];
    for (text, expected) in cases {
        let (report, decoded) =
            try_read(&format!("{{nodes: 1, network: {{latency: {text}}}}}"), &[]);
        let (settings, canonical) = decoded.unwrap();
        assert!(report.accepts(), "{report}");
        assert_eq!(settings.latency, expected);
        assert_eq!(again(&canonical), canonical);
    }
}

#[test]
fn the_tail_of_a_lognormal_may_be_given_instead_of_sigma() {
    let text = "{nodes: 1, network: {latency: {lognormal: {p50: 10ms, p99: 100ms}}}}";
    let resolved = canonical(text, &[]);
    let sigma = resolved["network"]["latency"]["lognormal"]["sigma"].as_f64().unwrap();
    // ln(10) / 2.3263478740
    assert!((sigma - 0.989_785_370_8).abs() < 1e-9, "{sigma}");
}

proptest! {
    #[test]
    fn any_number_and_text_keeps_its_canonical_form(
        weight in any::<f64>().prop_filter("finite", |x| x.is_finite()),
        loss in 0.0..=1.0f64,
        nanos in 0..=1u64 << 61,
        name in "[ -~\u{a1}-\u{2fff}\u{1f600}-\u{1f64f}\n\t]{0,40}",
    ) {
        let text = json!({
            "nodes": 1, "weight": weight, "name": name,
            "network": { "loss": loss, "latency": format!("{nanos}ns") },
        });
        let resolved = canonical(&text.to_string(), &[]);
        prop_assert_eq!(&resolved["weight"], &json!(weight + 0.0));
        prop_assert_eq!(&resolved["name"], &json!(name));
        prop_assert_eq!(&resolved["network"]["loss"], &json!(loss));
        prop_assert_eq!(&resolved["network"]["latency"]["constant"], &json!(nanos));
        prop_assert_eq!(again(&resolved), resolved);
    }
}

fn decode_nothing<T>(keys: &'static [Key], read: impl FnOnce(&mut Section<'_>) -> T) {
    let mut report = Report::new();
    let tree = parse(&Source::new("x.yaml", "{}"), &mut report).unwrap();
    decode(&tree, keys, &mut report, read);
}

const FEW: &[Key] = &[Key::new("few", Shape::Count { min: 0, max: 300 }, "3", "some")];

#[test]
#[should_panic(expected = "`many` is not declared in ``")]
fn a_key_that_is_not_declared_is_our_bug() {
    decode_nothing(FEW, |s| s.switch("many", true));
}

#[test]
#[should_panic(expected = "read as something else than was declared")]
fn a_key_that_is_read_as_something_else_is_our_bug() {
    decode_nothing(FEW, |s| s.switch("few", true));
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "the declared default of `few` is 3")]
fn a_default_that_is_declared_otherwise_is_our_bug() {
    decode_nothing(FEW, |s| s.count::<u64>("few", 4));
}

#[test]
#[should_panic(expected = "the declared range of `few` fits the type")]
fn a_type_that_is_too_small_is_our_bug() {
    decode_nothing(FEW, |s| s.count::<u8>("few", 3));
}
