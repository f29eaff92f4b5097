//! The section `network:` read, refused, and written out.

use super::*;
use crate::kernel::{NodeId, Seed};
use crate::network::{NodeSet, Population};
use crate::settings::{Report, Source, decode, parse};

const KINDS: [&str; 2] = ["push", "ack"];

fn read(source: &std::sync::Arc<Source>) -> (NetworkConfig<Selector>, String, Report) {
    let mut report = Report::new();
    let tree = parse(source, &mut report).unwrap();
    let (config, canonical) = decode(&tree, NETWORK, &mut report, |s| read_network(s, &KINDS));
    (config, canonical.to_string(), report)
}

/// What a text says, and its canonical form, of which the canonical form is itself.
fn accepted(text: &str) -> (NetworkConfig<Selector>, String) {
    let (config, canonical, report) = read(&Source::new("x.yaml", text));
    assert_eq!(report.to_string(), "");
    let (again, same, report) = read(&Source::canonical("resolved.json", &canonical));
    assert_eq!(report.to_string(), "");
    assert_eq!((&again, &same), (&config, &canonical));
    (config, canonical)
}

fn mistakes(text: &str) -> Vec<String> {
    let (_, _, report) = read(&Source::new("x.yaml", text));
    let all = report.errors().iter().chain(report.warnings());
    all.map(|mistake| format!("{} {}", mistake.code().number(), mistake.message())).collect()
}

#[test]
fn nothing_said_is_the_default() {
    let (config, canonical) = accepted("{}");
    assert_eq!(config, NetworkConfig::default());
    assert_eq!(
        canonical,
        r#"{"copies":1,"duplicate":0.0,"latency":{"constant":1000000},"links":[],"loss":0.0,"#
            .to_owned()
            + r#""order":"unordered","per_kind":{},"restrict_to_topology":false}"#
    );
}

#[test]
fn every_key_says_what_it_says() {
    let (config, _) = accepted(
        "
latency: {exponential: {mean: 50ms, per: link, jitter: 0.5}}
loss: 0.25
duplicate: 0.5
copies: 3
order: fifo
reorder: {p: 0.125, extra: {uniform: {min: 1ms, max: 2ms}}}
per_kind: {ack: {loss: 1}}
links:
  - {from: {ids: [0, 3]}, to: {group: eu}, latency: 7ms}
restrict_to_topology: on
",
    );
    let ms = Span::from_millis;
    let half = Factor::new(0.5).unwrap();
    let exponential = Distribution::exponential(ms(50), Span::ZERO).unwrap();
    let p = |p| Probability::new(p).unwrap();
    let from = Selector::Ids(vec![NodeId(0), NodeId(3)]);
    assert_eq!(
        config,
        NetworkConfig {
            latency: Latency::PerLink(exponential, half),
            loss: p(0.25),
            duplication: Duplication { probability: p(0.5), copies: NonZeroU8::new(3).unwrap() },
            order: Order::Fifo,
            reorder: Some(Reorder {
                probability: p(0.125),
                extra: Distribution::uniform(ms(1), ms(2)).unwrap(),
            }),
            per_kind: vec![(1, Override { latency: None, loss: Some(Probability::ONE) })],
            links: vec![LinkOverride {
                links: Links::From(from, Selector::Group("eu".to_owned())),
                what: Override {
                    latency: Some(Latency::PerCopy(Distribution::Constant(ms(7)))),
                    loss: None,
                },
            }],
            reach: Reach::Neighbours,
        }
    );

    let mut population = Population::of(5);
    let missing = config.resolve(&population, Seed(1)).unwrap_err();
    assert_eq!((missing.0, missing.1.to_string()), (0, "there is no group `eu`".to_owned()));
    population.groups.insert("eu".to_owned(), vec![NodeId(4)]);
    let set = |ids: &[u32]| ids.iter().map(|id| NodeId(*id)).collect::<NodeSet>();
    let resolved = config.resolve(&population, Seed(1)).unwrap();
    assert_eq!(resolved.links[0].links, Links::From(set(&[0, 3]), set(&[4])));
}

#[test]
fn two_spellings_of_a_latency_are_one() {
    assert_eq!(accepted("latency: 5ms"), accepted("latency: {constant: 5ms}"));
    let per_copy = accepted("latency: {weibull: {scale: 30ms, shape: 0.5}}").1;
    assert!(per_copy.contains(r#""per":"copy""#), "{per_copy}");
}

#[test]
fn mistakes_are_named_all_at_once() {
    for (text, expected) in [
        ("los: 0.1\nlatency: 5\nloss: 5\n", &["E012", "E015", "E014"][..]),
        ("latency: {normal: {mean: 1ms, sd: 1ms, min: 9ms}}", &["E020 `min` lies so far"]),
        ("latency: {empirical: {file: x.txt}}", &["E020 a file of values"]),
        ("latency: {pareto: {min: 1ms, alpha: 1}}", &["W001 a Pareto distribution has no mean"]),
        (
            "latency: {exponential: {mean: 1ms, jitter: 0.1}}",
            &["E019 `latency.exponential.jitter`"],
        ),
        ("per_kind: {psh: {loss: 1}}", &["E017 the protocol has no messages of kind `psh`"]),
        ("links: [{from: {role: leader}, to: all}]", &["E020 a link is between nodes"]),
        ("reorder: {p: 0.1}", &["E013"]),
        ("copies: 256", &["E014"]),
    ] {
        let mut found = mistakes(text);
        found.sort_by_key(|mistake| expected.iter().position(|e| mistake.starts_with(e)));
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{text}: {found} is not {expected}");
        }
    }
}
