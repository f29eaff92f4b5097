//! What a study is held against: assertions at its baselines or everywhere, published figures beside ours, the level of
//! its intervals; printed, as JSON and in the report.

use std::fs;

use serde_json::Value as Json;

use super::{SMALL, bench};

/// The small study with more in it.
fn write(bench: &crate::cli::Bench, more: &str) {
    bench.write("judged.yaml", format!("{SMALL}{more}"));
}

#[test]
fn assertions_are_judged_at_the_baselines_or_everywhere() {
    let bench = bench();
    // Twenty and thirty nodes: the points with loss are not judged where the others are the baseline.
    write(&bench, "assert: {population: {at_most: 20}}\n");
    let told = bench.call(&["sweep", "judged.yaml", "-o", "baselines"]);
    assert_eq!(told.status, Some(1), "{}", told.err);
    let refuted = |told: &crate::cli::Told| {
        told.err.lines().filter(|line| line.contains("was asserted to be at most 20")).count()
    };
    assert_eq!(refuted(&told), 1, "{}", told.err);
    assert!(told.err.contains("at point 1 (network.loss=0, nodes=30): "), "{}", told.err);
    let page = fs::read_to_string(bench.path("baselines/report.html")).unwrap();
    assert!(page.contains("at most 20: does not hold at point 1<"), "the report says the same");
    bench.write("everywhere.yaml", {
        let text = fs::read_to_string(bench.path("judged.yaml")).unwrap();
        text.replace("  baseline: {network.loss: 0}\n", "")
    });
    let told = bench.call(&["sweep", "everywhere.yaml", "-o", "everywhere"]);
    assert_eq!((told.status, refuted(&told)), (Some(1), 2), "{}", told.err);
    // What was found again is judged again.
    let again = bench.call(&["sweep", "everywhere.yaml", "-o", "everywhere"]);
    assert_eq!((again.status, refuted(&again)), (Some(1), 2), "{}", again.err);
}

#[test]
fn published_figures_stand_beside_ours_with_their_distance() {
    let bench = bench();
    write(
        &bench,
        "ci: 0.99\npublished:\n  - {at: {network.loss: 0.10, nodes: 20}, metric: gold_gini, value: 0.5, se: 0.1, \
         source: 'Some & others 1999'}\n",
    );
    let told = bench.call(&["sweep", "judged.yaml", "-o", "study", "--metric", "gold_gini"]).good();
    assert!(told.out.contains("99% CI"), "{}", told.out);
    let line = told.out.lines().find(|line| line.contains("Some & others 1999")).unwrap();
    assert!(line.contains("network.loss=0.1 nodes=20"), "{line}");
    let told = bench.call(&["sweep", "judged.yaml", "-o", "study", "--format", "json"]).good();
    let json: Json = serde_json::from_str(&told.out).unwrap();
    let row = &json["published"][0];
    let point = &json["points"][2];
    assert_eq!(point["factors"], serde_json::json!({"network.loss": 0.1, "nodes": 20}));
    let metrics = point["metrics"].as_array().unwrap();
    let gini = metrics.iter().find(|metric| metric["metric"] == "gold_gini").unwrap();
    let number = |value: &Json| value.as_f64().unwrap();
    let (mean, sd) = (number(&gini["mean"]), number(&gini["sd"]));
    let z = (mean - 0.5) / (sd * sd / 5.0 + 0.01).sqrt();
    assert!((number(&row["z"]) - z).abs() < 1e-12, "{row}");
    // Student's t with 4 degrees of freedom at 99 %: 4.604.
    let half = (number(&gini["ci_high"]) - number(&gini["ci_low"])) / 2.0;
    assert!((half - 4.604_094_871_4 * sd / 5f64.sqrt()).abs() < 1e-9, "{gini}");
    let page = fs::read_to_string(bench.path("study/report.html")).unwrap();
    let row = page.split("<tr>").find(|row| row.contains("Some &amp; others 1999")).unwrap();
    assert!(row.contains("loss 0.1, nodes 20") && page.contains("99 % CI"), "{row}");
    assert!(!page.contains("95 %"), "one level everywhere");
}

#[test]
fn what_some_runs_lack_is_never_averaged_silently() {
    let bench = bench();
    // Of two pirates on a lossy network some never meet: without an edge there is no reciprocity.
    let text = SMALL.replace("nodes: [20, 30]", "nodes: [2]").replace("[0, 0.1]", "[0.8]");
    let text = text.replace("  baseline: {network.loss: 0}\n", "").replace("tions: 5", "tions: 40");
    bench.write("pairs.yaml", text + "assert: {reciprocity: {at_least: 0}}\n");
    let sweep = ["sweep", "pairs.yaml", "-o", "pairs", "--metric", "reciprocity"];
    let told = bench.call(&sweep);
    let summary = corsair::record::Table::open(&bench.path("pairs/summary.csv")).unwrap();
    let [metric, n, mean, method] =
        ["metric", "n", "mean", "method"].map(|name| summary.column(name).unwrap());
    let row = |name: &str| summary.rows().find(|row| &row[metric] == name).unwrap();
    let (own, reached) = (row("reciprocity"), row("reciprocity_reached"));
    let runs = corsair::record::Table::open(&bench.path("pairs/runs.csv")).unwrap();
    let column = runs.column("reciprocity_ratio").unwrap();
    let have = runs.numbers(column).flatten().count();
    assert!((1..40).contains(&have), "some have it and some do not: {have}");
    assert_eq!((&own[n], &reached[n], &reached[method]), (&*have.to_string(), "40", "wilson"));
    assert_eq!(reached[mean].parse::<f64>().unwrap(), have as f64 / 40.0);
    assert_eq!(told.status, Some(1), "{}", told.err);
    let says = format!("only {have} of 40 runs have it, and what is asserted must hold in all");
    assert!(told.err.contains(&says), "{}", told.err);
    assert!(told.out.contains("reciprocity_reached"), "{}", told.out);
    let page = fs::read_to_string(bench.path("pairs/report.html")).unwrap();
    assert!(page.contains("reciprocity_reached") && page.contains("does not hold"), "nor there");
}
