//! The section `network:` read, refused, and written out.

use super::*;
use crate::kernel::{Distribution, NodeId, Seed};
use crate::network::{
    Bandwidth, BandwidthSource, Factor, Latency, NetworkError, NodeSet, Population, Rate, Sharing,
    Turns,
};
use crate::settings::{Report, Source, decode, parse};

/// The files that the texts below name.
fn file(path: &str) -> Result<NamedFile, String> {
    let text = match path {
        "values.txt" => "1.5\n\n2\n",
        "bad.txt" => "1\nfast\n",
        "places.csv" => "from,eu,us\neu,0,100\nus,80,2\n",
        _ => return Err(format!("there is no file {path}")),
    };
    Ok(NamedFile { text: text.to_owned(), sha256: format!("digest of {path}") })
}

fn read(source: &std::sync::Arc<Source>) -> (NetworkConfig<Selector>, String, Report) {
    let mut report = Report::new();
    let tree = parse(source, &mut report).unwrap();
    let (kinds, files) = (&["push", "ack"], &file);
    let around = Around { kinds, files, has_latencies: false, has_positions: true };
    let (config, canonical) = decode(&tree, NETWORK, &mut report, |s| read_network(s, &around));
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
            loss: p(0.25).into(),
            duplication: Duplication { probability: p(0.5), copies: NonZeroU8::new(3).unwrap() },
            order: Order::Fifo,
            reorder: Some(Reorder {
                probability: p(0.125),
                extra: Distribution::uniform(ms(1), ms(2)).unwrap(),
            }),
            per_kind: vec![(1, Override { latency: None, loss: Some(Probability::ONE.into()) })],
            links: vec![LinkOverride {
                links: Links::From(from, Selector::Group("eu".to_owned())),
                what: Override {
                    latency: Some(Latency::PerCopy(Distribution::Constant(ms(7)))),
                    loss: None,
                },
            }],
            reach: Reach::Neighbours,
            bandwidth: Bandwidth::default(),
        }
    );

    let mut population = Population::of(5);
    let missing = config.resolve(&population, Seed(1)).unwrap_err();
    assert_eq!(missing.to_string(), "there is no group `eu`");
    assert!(matches!(missing, NetworkError::Link(0, _)));
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
        ("latency: {empirical: {file: x.txt}}", &["E0"]),
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

#[test]
fn files_and_matrices_are_read_and_named_by_their_digests() {
    let ms = Span::from_millis;
    let (config, canonical) = accepted("latency: {empirical: {file: values.txt}}");
    let values = Distribution::values(vec![Span::from_nanos(1_500_000), ms(2)]).unwrap();
    assert_eq!(config.latency, Latency::PerCopy(values));
    assert!(canonical.contains(r#""sha256":"digest of values.txt""#), "{canonical}");

    let (config, _) = accepted("latency: {matrix: {rtt: places.csv, jitter: 1ms}}");
    let Latency::Matrix(rows, jitter) = &config.latency else { panic!("{config:?}") };
    assert_eq!(jitter, &Distribution::Constant(ms(1)));
    let mut population = Population::of(2);
    population.groups.insert("eu".to_owned(), vec![NodeId(0)]);
    population.groups.insert("us".to_owned(), vec![NodeId(1)]);
    let rows = rows.resolve(&population).unwrap();
    assert_eq!(rows.cell(NodeId(0), NodeId(1)), ms(50));

    let (config, _) = accepted("latency: {matrix: {rtt: aws11}}");
    population.groups.clear();
    population.groups.insert("us-east-1".to_owned(), vec![NodeId(0)]);
    population.groups.insert("sa-east-1".to_owned(), vec![NodeId(1)]);
    let Latency::Matrix(rows, _) = &config.latency else { panic!("{config:?}") };
    // 116 ms there and back.
    assert_eq!(rows.resolve(&population).unwrap().cell(NodeId(1), NodeId(0)), ms(58));
}

#[test]
fn bursts_and_bandwidths_are_what_they_say() {
    let (config, _) = accepted("loss: {burst: {to_bad: 0.25, to_good: 0.75, loss_bad: 0.5}}");
    let Loss::Burst(burst) = config.loss else { panic!("{config:?}") };
    assert_eq!(burst.bad_share().get(), 0.25);
    let (config, canonical) = accepted("bandwidth: 10Mbps");
    assert_eq!(
        (config.bandwidth.up, config.bandwidth.down),
        (Rate::new(10_000_000), Rate::new(10_000_000))
    );
    assert_eq!(canonical, accepted("bandwidth: {up: 10Mbps, down: 10Mbps}").1);
    let (config, _) =
        accepted("bandwidth: {up: 1Mbps, queue: 1KiB, headers: 40B, from_topology: off}");
    let Bandwidth { up, down, sharing, queue, headers, source } = config.bandwidth;
    assert_eq!((up, down, queue, headers), (Rate::new(1_000_000), None, Some(1024), 40));
    assert_eq!((source, sharing), (BandwidthSource::Network, Sharing::Fifo));
    for (word, turns) in [("serial", Turns::Serial), ("fair", Turns::Fair)] {
        let (config, canonical) = accepted(&format!("bandwidth: {{up: 1Mbps, sharing: {word}}}"));
        assert_eq!(config.bandwidth.sharing, Sharing::Lanes(turns));
        assert!(canonical.contains(&format!(r#""sharing":"{word}""#)), "{canonical}");
    }
}

#[test]
fn what_a_file_or_the_topology_lacks_is_said() {
    for (text, expected) in [
        ("latency: {empirical: {file: none.txt}}", "there is no file none.txt"),
        ("latency: {empirical: {file: bad.txt}}", "bad.txt, line 2: this is no number"),
        ("latency: {empirical: {file: values.txt, sha256: x}}", "values.txt is not the file"),
        ("latency: {matrix: {one_way: aws11}}", "aws11 holds round trips"),
        ("latency: {matrix: {}}", "a matrix holds one-way latencies or round trips"),
        ("latency: {matrix: {rtt: values.txt}}", "a matrix has names in its first row"),
        ("latency: edge", "the topology has no latencies"),
        ("loss: {burst: {to_bad: 0, to_good: 0}}", "a link that never changes has no bursts"),
    ] {
        let found = mistakes(text);
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:?}");
    }
    accepted("latency: {edge: {default: 4ms}}");
    accepted("latency: {geo: {per_unit: 2ms, base: 1ms, jitter: {exponential: {mean: 1ms}}}}");
}
