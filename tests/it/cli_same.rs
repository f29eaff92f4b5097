//! Same input, same bytes: whatever the threads, the folders, the environment and the way it is said (S1, S4, S6).
#![allow(clippy::unwrap_used)]

use std::fs;

use corsair::experiment::{Experiment, Given, builtin, read_experiment};
use corsair::settings::{Kind, Report, Source, Value, parse};

use crate::cli::{Bench, builtins};

#[test]
fn results_do_not_depend_on_threads() {
    let bench = Bench::new();
    for (nodes, jobs) in [("nodes=2000", "2"), ("nodes=200", "7")] {
        let run = ["run", "pirates", "-r", "4", "--set", nodes, "-j"];
        bench.call(&[&run[..], &["1", "-o", &format!("{jobs}/one")]].concat()).good();
        bench.call(&[&run[..], &[jobs, "-o", &format!("{jobs}/many")]].concat()).good();
        let (one, many) = (format!("{jobs}/one"), format!("{jobs}/many"));
        let told = bench.call(&["verify", &one, &many]).good();
        assert_eq!(told.out, format!("{one} = {many}\n"));
    }
    let series = bench.path("7/many/series.csv");
    let mut bytes = fs::read(&series).unwrap();
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[line] = b'9';
    fs::write(&series, bytes).unwrap();
    let told = bench.call(&["verify", "7/one", "7/many"]);
    assert_eq!(told.status, Some(4));
    assert!(told.out.contains("series.csv differs: line 2, column 1 "), "{}", told.out);
    let told = bench.call(&["verify", "7/many"]);
    assert_eq!(told.status, Some(4));
    assert!(told.out.contains("series.csv differs: its SHA-256"), "{}", told.out);
}

#[test]
fn results_do_not_depend_on_the_surroundings() {
    let run = ["run", "pirates", "-r", "2", "--set", "nodes=60", "--trace", "full"];
    let (here, there) = (Bench::new(), Bench::new());
    here.call(&run).good();
    let mut command = there.command(&[&run[..], &["-o", "else/where"]].concat());
    command.envs([("RUST_LOG", "trace"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "de_DE.UTF-8")]);
    command.envs([("TZ", "Pacific/Chatham"), ("HOME", "/nowhere"), ("NO_COLOR", "1")]);
    command.env("RUST_BACKTRACE", "full").env_remove("PATH");
    assert_eq!(command.status().unwrap().code(), Some(0));
    let here = here.only_result("pirates");
    let there = there.path("else/where");
    let bench = Bench::new();
    bench.call(&["verify", here.to_str().unwrap(), there.to_str().unwrap()]).good();
}

fn read(name: &str, sets: &[String]) -> Experiment {
    let text = builtin(name).unwrap().text;
    let given = Given::new(name, text.as_bytes(), None).unwrap();
    let (experiment, report) = read_experiment(&given, sets);
    experiment.unwrap_or_else(|| panic!("{sets:?}: {report}"))
}

/// Every value that has none below it, as an override.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &value.kind {
        Kind::Map(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(name, value)| leaves(value, &below(&name.text), found));
        }
        Kind::List(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                leaves(item, &below(&place.to_string()), found);
            }
        }
        _ => found.push(format!("{path}={}", value.place.text())),
    }
}

#[test]
fn a_setting_set_to_itself_changes_nothing() {
    for name in builtins() {
        let source = Source::new(name, builtin(name).unwrap().text);
        let tree = parse(&source, &mut Report::new()).unwrap();
        let mut found = Vec::new();
        leaves(&tree, "", &mut found);
        assert!(found.len() > 5, "{name}: {found:?}");
        let small = (name == "pirates-scale").then(|| "nodes=1000".to_owned());
        let given: Vec<_> = small.into_iter().collect();
        let plain = read(name, &given);
        found.retain(|set| given.is_empty() || !set.starts_with("nodes="));
        for set in &found {
            let other = read(name, &[given.as_slice(), std::slice::from_ref(set)].concat());
            assert_eq!(other.id(None), plain.id(None), "{name} --set {set}");
        }
        let all = read(name, &[given.as_slice(), found.as_slice()].concat());
        assert_eq!(all.canonical, plain.canonical, "{name}");
    }
}
