//! Overrides: the paths they take, and the answers where there is none.

use super::sample::{KEYS, SAMPLE, canonical, read, try_read};
use crate::settings::{Kind, Report, Source, Value, decode, parse, set};

#[test]
fn an_override_replaces_what_its_path_leads_to() {
    let pairs = [
        ("nodes=7", "/nodes", "7"),
        ("network.loss=0.5", "/network/loss", "0.5"),
        ("network.latency.uniform={min: 0s, max: 1s}", "/network/latency/lognormal", ""),
        ("network.latency={uniform: {min: 0s, max: 1s}}", "/network/latency/uniform/min", "0"),
        ("faults.0.crash.at=3s", "/faults/0/crash/at", "3000000000"),
        ("faults.1.crash.nodes.node=4", "/faults/1/crash/nodes/node", "4"),
        ("faults=[]", "/faults", "[]"),
        ("topology=ring", "/topology/ring/k", "2"),
        ("topology.ring.k=9", "/topology/ring/k", "9"),
        ("sweep.grid.network.loss=[1]", "/sweep/grid", r#"{"network.loss":[1]}"#),
        ("sweep.grid.nodes=[1]", "/sweep/grid/nodes", "[1]"),
        ("name=", "/name", ""),
        ("name='a=b'", "/name", r#""a=b""#),
        ("protocol.pirates.stay=5s", "/protocol/pirates/stay", "5000000000"),
    ];
    for (assignment, pointer, expected) in pairs {
        let (report, decoded) = try_read(SAMPLE, &[assignment]);
        let found = decoded.unwrap().1.pointer(pointer).map(ToString::to_string);
        if expected.is_empty() {
            assert!(!report.accepts(), "{assignment}");
        } else {
            assert!(report.accepts(), "{report}");
            assert_eq!(found.as_deref(), Some(expected), "{assignment}");
        }
    }
}

#[test]
fn maps_that_are_missing_on_the_way_are_made() {
    let ring = canonical("nodes: 1", &["topology.ring.k=3", "network.latency.constant=2ms"]);
    assert_eq!(ring["topology"]["ring"]["k"], 3);
    assert_eq!(ring["network"]["latency"]["constant"], 2_000_000);
    let null = canonical("nodes: 1\nnetwork:\n", &["network.headers=3"]);
    assert_eq!(null["network"]["headers"], 3);
    let bare = canonical("nodes: 1\ntopology: ring\n", &["topology.ring.k=3"]);
    assert_eq!(bare["topology"]["ring"]["k"], 3);
}

#[test]
fn the_last_override_of_a_key_holds() {
    assert_eq!(canonical("nodes: 1", &["nodes=2", "nodes=3"])["nodes"], 3);
}

/// Each leaf of a tree, as the override that sets it to what it is.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    let below =
        |word: &str| if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") };
    match &value.kind {
        Kind::Map(entries) => entries.iter().for_each(|(name, value)| {
            leaves(value, &below(&name.text), found);
        }),
        Kind::List(items) => items.iter().enumerate().for_each(|(index, value)| {
            leaves(value, &below(&index.to_string()), found);
        }),
        _ => found.push(format!("{path}={}", value.place.text())),
    }
}

#[test]
fn a_leaf_set_to_its_own_value_changes_nothing() {
    let plain = canonical(SAMPLE, &[]);
    let mut report = Report::new();
    let tree = parse(&Source::new("x.yaml", SAMPLE), &mut report).unwrap();
    let mut found = Vec::new();
    leaves(&tree, "", &mut found);
    assert_eq!(found.len(), 23, "{found:?}");
    for assignment in found {
        let mut changed = tree.clone();
        set(&mut changed, &assignment, &mut report);
        let (_, canonical) = decode(&changed, KEYS, &mut report, read);
        assert!(report.accepts(), "{report}");
        assert_eq!(canonical, plain, "{assignment}");
    }
}

#[test]
fn what_cannot_be_set_is_refused_where_it_goes_wrong() {
    let cases = [
        ("nodes", "E009", 6, "`=` and a value are missing"),
        ("=3", "E009", 1, "a key is missing here, or has a space in it"),
        ("network..loss=3", "E009", 9, "a key is missing here, or has a space in it"),
        ("nodes =3", "E009", 1, "a key is missing here, or has a space in it"),
        ("nodes.x=3", "E010", 7, "this is a whole number: 1000"),
        ("faults.3.crash.at=1s", "E010", 8, "its entries are 0 to 2"),
        ("faults.x=1s", "E010", 8, "its entries are 0 to 2"),
        ("network.los=1", "E012", 9, "did you mean `loss`?"),
        ("nodes=[1", "E002", 7, ""),
        ("nodes={a: 1, a: 2}", "E005", 14, "first given on line 1"),
        ("topology.complete.x=1", "E018", 0, ""),
    ];
    for (assignment, code, column, label) in cases {
        let (report, _) = try_read(SAMPLE, &[assignment]);
        let [mistake] = report.errors() else { panic!("{assignment}: {report}") };
        assert_eq!(mistake.code().number(), code, "{report}");
        if column > 0 {
            assert_eq!(mistake.place().source().name(), format!("--set {assignment}"));
            assert_eq!(mistake.place().column(), column, "{report}");
        }
        if !label.is_empty() {
            assert_eq!(mistake.label_text(), label);
        }
    }
}

#[test]
fn a_path_of_any_length_is_answered() {
    let (report, _) = try_read(SAMPLE, &[&format!("{}x=1", "a.".repeat(100_000))]);
    assert_eq!(report.errors()[0].code().number(), "E009");
}
