//! Planted results side by side: what is paired, what is refused, and what is said of the rest.

use tempfile::TempDir;

use super::super::decode::Experiment;
use super::super::tables::RunRecord;
use super::super::tables::tests::{Study, few_metrics, folder, keys, record};
use super::*;
use crate::kernel::Seed;

/// A plain run with these edges, a replication each.
fn run(edges: &[Option<f64>]) -> (TempDir, ComparedResult) {
    let records = (0..).zip(edges).map(|(rep, edges)| record(0, rep, [*edges, None]));
    plain(&records.collect::<Vec<_>>())
}

fn plain(records: &[RunRecord]) -> (TempDir, ComparedResult) {
    study(&few_metrics(), &[], &[&[]], records)
}

fn study(
    experiment: &Experiment,
    factors: &[&str],
    points: &[&[&str]],
    records: &[RunRecord],
) -> (TempDir, ComparedResult) {
    let factors = keys(factors);
    let points: Vec<_> = points.iter().map(|values| keys(values)).collect();
    let study = Study { experiment, factors: &factors, points: &points, baseline: None };
    let (home, _) = study.write(records);
    let result = ComparedResult::read(&folder(&home)).unwrap();
    (home, result)
}

fn edges(a: &ComparedResult, b: &ComparedResult) -> Compared {
    compare_results(a, b, &keys(&["edges"])).unwrap()
}

#[test]
fn replications_of_the_same_seed_are_pairs() {
    let (_a, a) = run(&[Some(1.0), Some(2.0), Some(4.0), None, Some(9.0)]);
    let (_b, b) = run(&[Some(2.0), Some(4.0), Some(6.0), Some(7.0)]);
    let compared = edges(&a, &b);
    let [row] = compared.rows.as_slice() else { panic!("one point, one metric: {compared:?}") };
    let found = row.difference.unwrap();
    assert_eq!((row.method, found.n), (Comparison::Paired, 3));
    let means = [found.baseline, found.mean, found.diff, found.ratio.unwrap()];
    for (mean, known) in means.iter().zip([7.0 / 3.0, 4.0, 5.0 / 3.0, 12.0 / 7.0]) {
        assert!((mean - known).abs() < 1e-12, "{means:?}");
    }
    // 4.3027 is the t of 2 degrees; the differences 1, 2, 2 have the deviation 1 / sqrt(3).
    let half = 4.302_652_729_911_275 / 3.0;
    assert!((found.ci.unwrap().high - (5.0 / 3.0 + half)).abs() < 1e-9, "{found:?}");
    assert_eq!(compared.notes, ["1 of 5 runs of A have no edges: left out"]);
    assert_eq!(edges(&a, &a).rows[0].difference.unwrap().diff, 0.0);
}

#[test]
fn replications_of_other_seeds_are_samples() {
    let (_a, a) = run(&[Some(1.0), Some(2.0), Some(4.0)]);
    let mut records: Vec<_> = (0..2).map(|rep| record(0, rep, [Some(5.0), None])).collect();
    records[1].seed = Seed(77);
    let (_b, b) = plain(&records);
    let found = edges(&a, &b).rows[0].difference.unwrap();
    assert_eq!((found.method, found.n), (Comparison::Welch, 2));
    assert!((found.baseline - 7.0 / 3.0).abs() < 1e-12 && found.mean == 5.0);
}

#[test]
fn all_shared_metrics_are_compared_where_none_is_named() {
    let (_a, a) = run(&[Some(1.0), Some(2.0)]);
    let (_b, mut b) = run(&[Some(3.0), Some(2.0)]);
    let names = |compared: &Compared| -> Vec<String> {
        compared.rows.iter().map(|row| row.metric.clone()).collect()
    };
    let compared = compare_results(&a, &b, &[]).unwrap();
    assert_eq!(names(&compared), ["edges", "messages_sent", "gold_gini"]);
    let gini = &compared.rows[2];
    assert_eq!(
        (gini.difference, gini.method, gini.unit.as_str()),
        (None, Comparison::Paired, "ratio")
    );
    b.metrics[0].unit = "coins".to_owned();
    let compared = compare_results(&a, &b, &[]).unwrap();
    assert_eq!(names(&compared), ["messages_sent", "gold_gini"]);
    assert_eq!(compared.notes[0], "edges is in count in A and in coins in B: left out");
    b.metrics.clear();
    assert!(compare_results(&a, &b, &[]).unwrap_err().contains("no metric in common"));
}

#[test]
fn points_are_paired_by_what_their_factors_say() {
    let experiment = few_metrics();
    let runs = |edges: [f64; 2]| -> Vec<RunRecord> {
        (0..).zip(edges).map(|(point, edges)| record(point, 0, [Some(edges), None])).collect()
    };
    let keys_a = ["network.loss", "stop.at"];
    let (_a, a) = study(&experiment, &keys_a, &[&["0.1", "1s"], &["0.2", "1s"]], &runs([1.0, 2.0]));
    let keys_b = ["stop.at", "network.loss"];
    let points_b: [&[&str]; 2] = [&["1000ms", "0.20"], &["2s", "0.1"]];
    let (_b, b) = study(&experiment, &keys_b, &points_b, &runs([10.0, 20.0]));
    let compared = edges(&a, &b);
    let [row] = compared.rows.as_slice() else { panic!("one point is in both: {compared:?}") };
    assert_eq!(row.values, ["0.2", "1s"]);
    assert_eq!(row.difference.unwrap().diff, 8.0);
    assert_eq!(compared.factors, keys_a);
    let notes =
        ["A", "B"].map(|name| format!("1 of 2 points of {name} have no counterpart: left out"));
    assert_eq!(compared.notes, notes);

    let (_r, run) = run(&[Some(5.0)]);
    let each = |compared: Compared| -> Vec<f64> {
        compared.rows.iter().map(|row| row.difference.unwrap().diff).collect()
    };
    assert_eq!(each(edges(&run, &a)), [-4.0, -3.0]);
    assert_eq!(each(edges(&a, &run)), [4.0, 3.0]);

    let (_c, c) = study(&experiment, &["nodes"], &[&["5"], &["6"]], &runs([1.0, 2.0]));
    let error = compare_results(&a, &c, &[]).unwrap_err();
    assert!(error.starts_with("A varies network.loss, stop.at, B varies nodes: "), "{error}");
    let points_d: [&[&str]; 2] = [&["9s", "0.2"], &["9s", "0.1"]];
    let (_d, d) = study(&experiment, &keys_b, &points_d, &runs([1.0, 2.0]));
    assert!(compare_results(&a, &d, &[]).unwrap_err().contains("no point with the same values"));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (_a, mut a) = run(&[Some(1.0), Some(2.0)]);
    let (home, mut b) = run(&[Some(1.0), Some(2.0)]);
    let error = compare_results(&a, &b, &keys(&["edge"])).unwrap_err();
    assert_eq!(error, "A has no metric `edge`: did you mean `edges`?");
    b.metrics[0].name = "arcs".to_owned();
    let error = compare_results(&a, &b, &keys(&["edges"])).unwrap_err();
    assert_eq!(error, "B has no metric `edges`: it has arcs, messages_sent, gold_gini");
    b.metrics[0].name = "edges".to_owned();
    b.metrics[0].unit = String::new();
    let error = compare_results(&a, &b, &keys(&["edges"])).unwrap_err();
    assert_eq!(error, "edges is in count in A and in no unit in B");
    a.manifest.engine = 2;
    let error = compare_results(&a, &b, &[]).unwrap_err();
    assert!(error.starts_with("A is of engine 2, B of engine 1: "), "{error}");

    let read = |path: &std::path::Path| ComparedResult::read(path).unwrap_err();
    assert!(read(home.path()).contains(" holds no result: name one that a run has printed"));
    assert!(read(&home.path().join("nowhere")).starts_with("there is no folder "));
    let runs = folder(&home).join("runs.csv");
    std::fs::write(&runs, std::fs::read_to_string(&runs).unwrap().replace(",ok,", ",ox,")).unwrap();
    let error = read(&folder(&home));
    assert!(error.contains(" is not what was written: runs.csv differs"), "{error}");
}
