//! Sweeps as they are written, and the points that come of them.

use super::*;
use crate::experiment::Given;
use crate::settings::Paint;

fn given(sweep: &str) -> Given {
    let text = format!(
        "schema: 1\nname: study\nnodes: 12\nreplications: 3\nprotocol: pirates\nstop: {{at: 10s}}\nsweep:\n{sweep}\n"
    );
    Given::new("study.yaml", text.as_bytes(), None).expect("it is text")
}

fn study(sweep: &str) -> Study {
    let (study, report) = read_study(&given(sweep), &[], &[]);
    study.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)))
}

fn cells(study: &Study) -> Vec<String> {
    study.cells.iter().map(|cells| cells.join(" ")).collect()
}

fn refusal(sweep: &str) -> String {
    let (study, report) = read_study(&given(sweep), &[], &[]);
    assert!(study.is_none(), "{sweep}");
    report.render(Paint::Plain)
}

#[test]
fn a_grid_is_a_product_whose_last_key_varies_fastest() {
    let study = study("  grid: {network.loss: [0, 0.10], nodes: {from: 10, to: 30, step: 10}}");
    assert_eq!(study.factors, ["network.loss", "nodes"]);
    assert_eq!(cells(&study), ["0 10", "0 20", "0 30", "0.1 10", "0.1 20", "0.1 30"]);
    assert_eq!(study.runs(), 18);
    assert_eq!(study.place(7), (2, 1));
    assert_eq!(study.points[2].nodes, 30);
}

#[test]
fn axes_are_computed_in_decimal() {
    let of = |axis: &str| cells(&study(&format!("  grid: {{network.loss: {axis}}}")));
    assert_eq!(of("{from: 0, to: 0.3, step: 0.1}"), ["0", "0.1", "0.2", "0.3"]);
    assert_eq!(of("{from: 0, to: 1, points: 5}"), ["0", "0.25", "0.5", "0.75", "1"]);
    assert_eq!(of("{from: 0.001, to: 1, points: 4, scale: log}"), ["0.001", "0.01", "0.1", "1"]);
    let nodes =
        cells(&study("  grid: {nodes: {from: 10, to: 90, points: 3, scale: log, integer: true}}"));
    assert_eq!(nodes, ["10", "30", "90"]);
    let spans = cells(&study("  grid: {stop.at: {from: 500ms, to: 1500ms, step: 500ms}}"));
    assert_eq!(spans, ["500ms", "1000ms", "1500ms"]);
}

#[test]
fn zips_lists_and_skips() {
    let zip = study("  zip: {network.loss: [0, 0.1], nodes: [10, 20]}");
    assert_eq!(cells(&zip), ["0 10", "0.1 20"]);
    let crossed = study("  zip: {network.loss: [0, 0.1], nodes: [10, 20]}\n  grid: {seed: [1, 2]}");
    assert_eq!(cells(&crossed), ["1 0 10", "1 0.1 20", "2 0 10", "2 0.1 20"]);
    let points = study("  points: [{nodes: 10, network.loss: 0}, {network.loss: 0.1, nodes: 20}]");
    assert_eq!(cells(&points), ["10 0", "20 0.1"]);
    let skip = "  grid: {network.loss: [0, 0.1], nodes: [10, 20]}\n  skip: [{network.loss: 0.1, nodes: 20}]";
    assert_eq!(cells(&study(skip)), ["0 10", "0 20", "0.1 10"]);
    let order =
        study("  grid: {network.loss: [0, 0.1], nodes: [10]}\n  factors: [nodes, network.loss]");
    assert_eq!(cells(&order), ["10 0", "10 0.1"]);
}

#[test]
fn a_baseline_is_found_among_the_points_that_share_the_rest() {
    let whole = study("  grid: {network.loss: [0, 0.1]}\n  baseline: {network.loss: 0}");
    assert_eq!(whole.baselines, [Some(0), Some(0)]);
    let part =
        study("  grid: {network.loss: [0, 0.1], nodes: [10, 20]}\n  baseline: {network.loss: 0}");
    assert_eq!(part.baselines, [Some(0), Some(1), Some(0), Some(1)]);
}

#[test]
fn a_hypercube_has_one_point_in_each_slice() {
    let study = study(
        "  sample:\n    lhs: 16\n    keys:\n      network.loss: {from: 0, to: 1}\n      \
         nodes: {from: 16, to: 4096, scale: log, integer: true}",
    );
    let column = |at: usize| -> Vec<f64> {
        study.cells.iter().map(|cells| cells[at].parse().unwrap()).collect()
    };
    let mut slices: Vec<usize> = column(0).iter().map(|loss| (loss * 16.0) as usize).collect();
    let mut logs: Vec<usize> =
        column(1).iter().map(|nodes| ((libm::log2(*nodes) - 4.0) * 2.0 + 1e-3) as usize).collect();
    assert_ne!(slices, logs);
    slices.sort_unstable();
    logs.sort_unstable();
    assert_eq!(slices, (0..16).collect::<Vec<_>>());
    // Rounding to whole nodes moves a value by at most a slice.
    assert!((0..16).zip(&logs).all(|(slice, log)| log.abs_diff(slice) <= 1), "{logs:?}");
}

#[test]
fn seeds_are_common_unless_they_are_independent() {
    let common = study("  grid: {network.loss: [0, 0.1]}");
    assert_eq!(common.seed((0, 2)), common.seed((1, 2)));
    assert_ne!(common.seed((0, 1)), common.seed((0, 2)));
    let independent = study("  grid: {network.loss: [0, 0.1]}\n  seeds: independent");
    let mut seeds: Vec<u64> =
        (0..6).map(|run| independent.seed(independent.place(run)).0).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 6);
    // A point's run can be repeated alone from its own root seed.
    let point = &independent.points[1];
    assert_eq!(point.canonical["seed"], point.seed.0);
}

#[test]
fn the_written_out_study_is_the_same_study() {
    let first = study(
        "  grid: {network.loss: [0, 0.10], stop.at: [5s, 6s]}\n  \
         baseline: {network.loss: 0}\n  factors: [stop.at, network.loss]",
    );
    let text = first.canonical.to_string();
    let path = std::path::Path::new("resolved.json");
    let given = Given::new("resolved.json", text.as_bytes(), Some(path)).unwrap();
    let (again, report) = read_study(&given, &[], &[]);
    let again = again.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    assert_eq!(again.canonical, first.canonical);
    assert_eq!((again.id(), again.factors.clone()), (first.id(), first.factors.clone()));
    assert_eq!(cells(&again), cells(&first));
}

#[test]
fn replications_are_in_the_id_and_not_in_the_key() {
    let few = study("  grid: {network.loss: [0, 0.1]}");
    let given = given("  grid: {network.loss: [0, 0.1]}");
    let (many, _) = read_study(&given, &["replications=9".to_owned()], &[]);
    let many = many.unwrap();
    assert_ne!(few.id(), many.id());
    assert_eq!(few.key(), many.key());
    let other = study("  grid: {network.loss: [0, 0.2]}");
    assert_ne!(few.key(), other.key());
}

#[test]
fn axes_of_the_command_line_take_the_place_of_the_sweep() {
    let given = given("  grid: {network.loss: [0, 0.1]}");
    let read = |overs: &[&str]| {
        let overs: Vec<String> = overs.iter().map(|&over| over.to_owned()).collect();
        let (study, report) = read_study(&given, &[], &overs);
        study.map(|study| cells(&study)).ok_or_else(|| report.render(Paint::Plain))
    };
    assert_eq!(read(&[]).unwrap(), ["0", "0.1"]);
    assert_eq!(read(&["network.loss=0.5"]).unwrap(), ["0.5"]);
    assert_eq!(read(&["nodes=10..20/5"]).unwrap(), ["10", "15", "20"]);
    let crossed = read(&["network.loss=0,0.1", "nodes=10..20/5"]).unwrap();
    assert_eq!(crossed, ["0 10", "0 15", "0 20", "0.1 10", "0.1 15", "0.1 20"]);
    let refused = read(&["nodes=10,many"]).unwrap_err();
    assert!(refused.contains("--over nodes=10,many"), "{refused}");
    assert!(read(&["nodes"]).unwrap_err().contains("KEY=V1,V2"));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let cases = [
        ("  grid: {network.loss: [0, 5]}", "study.yaml:8:28", "probability"),
        ("  grid: {network.lost: [0, 1]}", "study.yaml:8:18", "did you mean `loss`"),
        ("  grid: {name: [a, b]}", "study.yaml:8:10", "a study has one"),
        ("  grid: {nodes: []}", "study.yaml:8:17", "no value in this list"),
        ("  grid: {nodes: {from: 1, to: 5}}", "study.yaml", "one of `step` and `points`"),
        ("  grid: {nodes: {from: 1, to: 5, step: -1}}", "study.yaml", "never gets"),
        ("  grid: {stop.at: {from: 1s, to: 5ms, step: 1s}}", "study.yaml", "one unit"),
        ("  grid: {nodes: {from: 0, to: 5, points: 3, scale: log}}", "study.yaml", "above 0"),
        ("  zip: {nodes: [1, 2], seed: [1]}", "study.yaml:8:24", "as many values each"),
        ("  points: [{nodes: 1}, {seed: 1}]", "study.yaml", "the same keys"),
        ("  grid: {nodes: [10]}\n  zip: {nodes: [11]}", "study.yaml:9:9", "varied twice"),
        ("  grid: {nodes: [10]}\n  skip: [{nodes: 10}]", "study.yaml", "all points are skipped"),
        ("  grid: {nodes: [10]}\n  baseline: {nodes: 11}", "study.yaml", "no point is this"),
        ("  grid: {nodes: [10]}\n  baseline: {seed: 11}", "study.yaml", "varied here: nodes"),
        ("  seeds: common", "study.yaml", "varies nothing"),
        ("  grid: 5", "study.yaml:8:9", "must be"),
        ("  grid: {nodes: {from: 1, to: 1000000000, step: 1}}", "study.yaml", "100000 values"),
    ];
    for (sweep, place, says) in cases {
        let text = refusal(sweep);
        assert!(text.contains(place) && text.contains(says), "{sweep}\n{text}");
    }
}
