//! The JSON Schema of experiments: it knows every key, and judges files as their reader does.
#![allow(clippy::unwrap_used)]

mod validator;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use corsair::experiment::{BUILTINS, Given, PROTOCOLS, read_experiment, schema};
use corsair::settings::distribution::MODELS;
use corsair::settings::{Key, Report, Shape, Source, decode, parse, set};
use serde_json::Value as Json;

use super::cli::{Bench, ROOT};
use validator::{Validator, matches};

/// What a text says, with some of it overridden.
fn said(text: &str, overrides: &[&str]) -> Json {
    let mut report = Report::new();
    let mut tree = parse(&Source::new("test.yaml", text), &mut report).expect("it is YAML");
    overrides.iter().for_each(|assignment| set(&mut tree, assignment, &mut report));
    assert!(report.accepts(), "{report}");
    tree.to_json()
}

/// What the schema and the reader of experiments answer.
fn judge(text: &str, overrides: &[&str]) -> [bool; 2] {
    let given = Given::new("test.yaml", text.as_bytes(), None).unwrap();
    let assignments: Vec<_> = overrides.iter().map(|text| (*text).to_owned()).collect();
    let schema = schema();
    let is_valid = Validator { root: &schema }.accepts(&schema, &said(text, overrides));
    [is_valid, read_experiment(&given, &assignments).1.accepts()]
}

fn pirates() -> &'static str {
    BUILTINS.iter().find(|builtin| builtin.name == "pirates").unwrap().text
}

#[test]
fn every_experiment_is_accepted() {
    let schema = schema();
    let mut files = 0;
    for entry in fs::read_dir(Path::new(ROOT).join("configs")).unwrap() {
        let path = entry.unwrap().path();
        let value = said(&fs::read_to_string(&path).unwrap(), &[]);
        assert!(Validator { root: &schema }.accepts(&schema, &value), "{}", path.display());
        files += 1;
    }
    assert_eq!(files, BUILTINS.len());
}

#[test]
fn what_is_right_is_accepted_in_every_spelling() {
    for right in [
        "protocol=pirates",
        "network=",
        "network.latency=5ms",
        "network.latency={lognormal: {p50: 1 ms, p99: 0.5s, per: link}}",
        "network.restrict_to_topology=off",
        "network.per_kind={gold_coin: {loss: 0.5}}",
        "faults=[{crash: {every: {exponential: {mean: 10s}}, nodes: {random: 1}, disk: keep}}]",
        "faults=[{partition: {from: 1s, until: 2s, split: {groups: [[0, 1], {node: 2}]}}}]",
        "invariants=none",
        "protocol.pirates.stay=forever",
        "topology=ring",
    ] {
        // A topology without a reload is refused for what one key says about another.
        let settings: &[&str] =
            if right.starts_with("topology") { &["protocol.pirates.start=reload"] } else { &[] };
        assert_eq!(judge(pirates(), &[&[right], settings].concat()), [true, true], "{right}");
    }
}

#[test]
fn what_is_wrong_is_refused() {
    for wrong in [
        "network.los=0.1",
        "network.loss=1.5",
        "protocol.pirates.dunbar=11",
        "protocol.pirates.dunbar=5.5",
        "protocol.pirates.tell=some",
        "protocol.gossip.fanout=3",
        "stop.at=180",
        "stop.at=180 parsecs",
        "name=7",
        "workload.0.rumour.coins=5",
        "workload=[{rumour: {at: 1s}}]",
        "faults=[{crash: {at: 1s}}]",
        "faults=[{crash: {at: 1s, nodes: all}, clog: {from: 1s, until: 2s}}]",
        "faults=[{}]",
        "record.metrics=edges",
    ] {
        assert_eq!(judge(pirates(), &[wrong]), [false, false], "{wrong}");
    }
    let nameless = pirates().replace("name: pirates\n", "");
    assert_eq!(judge(&nameless, &[]), [false, false]);
    assert!(judge("base: pirates.yaml\nseed: 2\n", &[])[0], "the base has the rest");
}

#[test]
fn quantities_are_matched_as_they_are_read() {
    const KEYS: &[Key] = &[
        Key::optional("span", Shape::SPAN, ""),
        Key::optional("bytes", Shape::Bytes, ""),
        Key::optional("bandwidth", Shape::Bandwidth, ""),
        Key::optional("rate", Shape::Rate, ""),
    ];
    let units = "ns us ms s m h d w B kB KiB MB MiB GB GiB KB bps kbps Mbps Gbps /ms /s /m /h /d";
    let mut accepted = BTreeMap::new();
    for number in ["", "5", "07", "2.50", "3.", ".5", "1.2.3", "-1", "x5"] {
        for unit in units.split(' ').chain([""]) {
            for text in [format!("{number}{unit}"), format!("{number} {unit}")] {
                for key in KEYS {
                    let mut report = Report::new();
                    let file = format!("{}: \"{text}\"\n", key.name);
                    let tree = parse(&Source::new("test.yaml", &file), &mut report).unwrap();
                    decode(&tree, KEYS, &mut report, |s| {
                        s.optional("span").map(|field| field.span(corsair::kernel::Span::ZERO));
                        s.optional("bytes").map(|field| field.bytes(0));
                        s.optional("bandwidth").map(|field| field.bandwidth(1));
                        s.optional("rate").map(|field| field.rate(0.0));
                    });
                    // Whether a fraction is too fine, only the reader can tell.
                    let is_read = report.accepts() || report.to_string().contains("whole number");
                    let pattern = key.shape.pattern().expect("it is a quantity");
                    assert_eq!(matches(&pattern, &text), is_read, "{}: {text}\n{report}", key.name);
                    *accepted.entry(key.name).or_insert(0) += u32::from(is_read);
                }
            }
        }
    }
    assert!(accepted.values().all(|count| *count > 20), "{accepted:?}");
}

/// What can stand below a value of this shape: names, shapes and meanings.
fn declared(shape: &Shape) -> BTreeMap<&'static str, (Shape, &'static str)> {
    match shape {
        Shape::Keys(keys) => keys.iter().map(|key| (key.name, (key.shape, key.says))).collect(),
        Shape::OneOf(variants) => {
            variants.iter().map(|variant| (variant.name, (variant.shape, variant.says))).collect()
        }
        Shape::ListOf(shape) | Shape::MapOf(shape) => declared(shape),
        Shape::Either(shapes) => shapes.iter().flat_map(declared).collect(),
        Shape::Distribution => declared(&Shape::OneOf(MODELS)),
        _ => BTreeMap::new(),
    }
}

/// The keys and words that a schema knows below a value, each with all that is said about it.
fn known<'s>(schema: &Validator<'s>, node: &'s Json, found: &mut BTreeMap<&'s str, Vec<&'s Json>>) {
    for (keyword, rule) in node.as_object().expect("a schema is a map") {
        match keyword.as_str() {
            "properties" => {
                for (name, node) in rule.as_object().expect("a map") {
                    found.entry(name).or_default().push(node);
                }
            }
            "const" => found.entry(rule.as_str().expect("a word")).or_default().push(node),
            "$ref" => known(schema, schema.resolve(rule), found),
            "items" | "then" => known(schema, rule, found),
            "additionalProperties" if rule.is_object() => known(schema, rule, found),
            "anyOf" | "oneOf" | "allOf" => {
                rule.as_array().expect("a list").iter().for_each(|node| known(schema, node, found));
            }
            _ => {}
        }
    }
}

/// Walks both, and counts what is in them.
fn compare(schema: &Validator<'_>, path: &str, shape: &Shape, nodes: &[&Json]) -> usize {
    let declared = declared(shape);
    let mut found = BTreeMap::new();
    for node in nodes.iter().filter(|node| node.get("const").is_none()) {
        known(schema, node, &mut found);
    }
    let names = |keys: Vec<&str>| keys.join(" ");
    let in_schema = names(found.keys().copied().collect());
    assert_eq!(in_schema, names(declared.keys().copied().collect()), "below `{path}`");
    let below = declared.iter().map(|(name, (shape, says))| {
        let (nodes, path) = (&found[name], format!("{path}.{name}"));
        let is_told = |node: &&Json| node["description"].as_str().is_some_and(|d| d.contains(says));
        assert!(nodes.iter().all(is_told), "`{path}` means: {says}");
        compare(schema, &path, shape, nodes)
    });
    declared.len() + below.sum::<usize>()
}

#[test]
fn every_declared_key_is_in_it_and_no_other() {
    let root = schema();
    assert_eq!(root["allOf"].as_array().map(Vec::len), Some(PROTOCOLS.len()));
    for (entry, branch) in PROTOCOLS.iter().zip(root["allOf"].as_array().unwrap()) {
        // The root as it is with this protocol.
        let mut own = root.clone();
        own["allOf"] = Json::Array(vec![branch.clone()]);
        let schema = Validator { root: &own };
        let parts = compare(&schema, "", &Shape::Keys(entry.keys()), &[schema.root]);
        assert!(parts > 300, "{parts} keys and words were compared");
    }
}

#[test]
fn defaults_and_bounds_are_in_it() {
    let schema = schema();
    let protocols = schema["properties"]["protocol"]["oneOf"].as_array();
    let dunbar = protocols
        .into_iter()
        .flatten()
        .find_map(|protocol| protocol.pointer("/properties/pirates/properties/dunbar"))
        .unwrap_or_else(|| panic!("{:#}", schema["properties"]["protocol"]));
    assert_eq!((&dunbar["default"], &dunbar["type"]), (&Json::from(10), &Json::from("integer")));
    assert_eq!((&dunbar["minimum"], &dunbar["maximum"]), (&Json::from(1), &Json::from(10)));
}

#[test]
fn the_command_prints_it() {
    let told = Bench::new().call(&["schema"]).good();
    assert_eq!(serde_json::from_str::<Json>(&told.out).unwrap(), schema());
    let script = Bench::new().call(&["completions", "bash"]).good().out;
    assert!(script.contains("run") && script.contains("validate"));
}
