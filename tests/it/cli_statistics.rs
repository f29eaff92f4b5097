//! What the command says of several replications: intervals, missing metrics, published figures, comparisons.

use std::fs;

use serde_json::Value as Json;

use super::cli::{Bench, Told};

/// Six crews, of which half crashes before the only gold comes: in some nobody ever has any.
const POOR: [&str; 14] = [
    "run",
    "pirates",
    "-r",
    "6",
    "--set",
    "nodes=6",
    "--set",
    "record={metrics: [gold_gini, edges]}",
    "--set",
    "faults=[{crash: {at: 4s, nodes: {fraction: 0.5}}}]",
    "--set",
    "protocol.pirates.gold={constant: 0}",
    "--set",
    "workload=[{gold_coin: {at: 5s, to: {node: 0}, coins: 5}}]",
];

fn poor(bench: &Bench, more: &[&str]) -> Told {
    let short = ["--set", "stop.at=10s", "--set", "assert={}", "-o", "poor"];
    bench.call(&[&POOR[..], &short[..], more].concat())
}

/// The cells of the printed row of that name.
fn row<'t>(told: &'t Told, name: &str) -> Vec<&'t str> {
    told.after(&format!("{name} ")).split_whitespace().collect()
}

#[test]
fn a_metric_that_some_runs_lack_is_never_averaged_silently() {
    let bench = Bench::new();
    let told = poor(&bench, &[]).good();
    let runs = fs::read_to_string(bench.path("poor/runs.csv")).unwrap();
    let gini = runs.lines().next().unwrap().split(',').position(|c| c == "gold_gini_ratio");
    let cells = runs.lines().skip(1).map(|line| line.split(',').nth(gini.unwrap()).unwrap());
    let has = cells.filter(|cell| !cell.is_empty()).count();
    assert!((1..6).contains(&has), "some have it, some do not: {runs}");
    let summary = fs::read_to_string(bench.path("poor/summary.csv")).unwrap();
    assert!(summary.contains(&format!("\n0,gold_gini,ratio,{has},")), "{summary}");
    let share = summary.lines().find(|line| line.starts_with("0,gold_gini_reached,,6,")).unwrap();
    let mean: f64 = share.split(',').nth(4).unwrap().parse().unwrap();
    assert_eq!((mean * 6.0).round() as usize, has);
    assert!(share.contains(",wilson,"), "{share}");
    assert!(row(&told, "gold_gini_reached").len() >= 8, "{}", told.out);

    // What was just run and what is found say the same, to the digit.
    let found = poor(&bench, &[]).good();
    assert!(found.out.contains("nothing was run"), "{}", found.out);
    let table = |told: &Told| told.out.split(" events").next().unwrap().to_owned();
    assert_eq!(table(&found), table(&told));

    let judged = poor(&bench, &["--assert", "gold_gini>=0", "--force"]);
    assert_eq!(judged.status, Some(1), "{}", judged.err);
    let why = format!(
        "gold_gini was asserted to be at least 0: only {has} of 6 runs have it, and what is \
         asserted must hold in all"
    );
    assert!(judged.err.contains(&why), "{}", judged.err);
}

#[test]
fn the_level_of_intervals_is_the_experiments() {
    let bench = Bench::new();
    let run = |ci: &str, folder: &str| {
        let sets = ["--set", "nodes=20", "--set", ci, "-r", "5", "-o", folder];
        bench.call(&[&["run", "pirates", "-q"], &sets[..]].concat()).good()
    };
    let (usual, sure) = (run("ci=0.95", "usual"), run("ci=0.99", "sure"));
    let header = |told: &Told| told.out.lines().nth(1).unwrap().to_owned();
    assert!(header(&usual).contains(" 95% CI ") && header(&sure).contains(" 99% CI "));
    for column in ["±%", "n ±5%"] {
        assert!(header(&usual).contains(column), "{}", usual.out);
    }
    let json = |folder: &str, ci: &str| -> Json {
        let sets = ["--set", "nodes=20", "--set", ci, "-r", "5", "-o", folder, "--format", "json"];
        let told = bench.call(&[&["run", "pirates", "-q"], &sets[..]].concat()).good();
        let whole: Json = serde_json::from_str(&told.out).unwrap();
        assert_eq!(ci, format!("ci={}", whole["level"]));
        let metrics = whole["metrics"].as_array().unwrap();
        metrics.iter().find(|metric| metric["metric"] == "edges").unwrap().clone()
    };
    let (usual, sure) = (json("usual", "ci=0.95"), json("sure", "ci=0.99"));
    let number = |of: &Json, name: &str| of[name].as_f64().unwrap();
    for name in ["mean", "sd", "p05", "p50", "p95"] {
        assert_eq!(number(&usual, name), number(&sure, name), "{name}");
    }
    // t of 4 degrees: 2.776 and 4.604.
    let ratio = number(&sure, "half_width") / number(&usual, "half_width");
    assert!((ratio - 4.604 / 2.776).abs() < 1e-3, "{ratio}");
    assert!(number(&sure, "replications_needed") > number(&usual, "replications_needed"));
    // Five values bound no median.
    assert_eq!((&usual["method"], &usual["p50_low"]), (&Json::from("t"), &Json::Null));
}

#[test]
fn published_figures_stand_beside_ours() {
    let bench = Bench::new();
    let figures = "published=[{metric: gold_gini, value: 0.5, se: 0.01, source: a book},
        {at: {network.loss: 0.5}, metric: edges, value: 3, source: elsewhere}]";
    let run = ["run", "pirates", "--set", "nodes=20", "-r", "3", "-o", "a", "--set", figures];
    let told = bench.call(&run).good();
    assert!(told.err.contains("note: 1 published figure is for other settings"), "{}", told.err);
    assert!(told.out.contains("a book") && !told.out.contains("elsewhere"), "{}", told.out);
    let json = bench.call(&[&run[..], &["--format", "json"]].concat()).good();
    let whole: Json = serde_json::from_str(&json.out).unwrap();
    let [figure] = whole["published"].as_array().unwrap().as_slice() else { panic!("{whole}") };
    let metrics = whole["metrics"].as_array().unwrap();
    let gini = metrics.iter().find(|metric| metric["metric"] == "gold_gini").unwrap();
    let (mean, sd) = (gini["mean"].as_f64().unwrap(), gini["sd"].as_f64().unwrap());
    let z = (mean - 0.5) / (sd * sd / 3.0 + 1e-4).sqrt();
    assert!((figure["z"].as_f64().unwrap() / z - 1.0).abs() < 1e-12, "{figure}");
    let refused = bench.call(&["run", "pirates", "--set", "published=[{metric: edges, value: 3}]"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.err.contains("`published.0.source` must be given"), "{}", refused.err);
}

#[test]
fn two_results_are_compared() {
    let bench = Bench::new();
    let run = |folder: &str, set: &str| {
        let sets = ["--set", "nodes=20", "--set", set, "-r", "4", "-o", folder, "-q"];
        bench.call(&[&["run", "pirates"], &sets[..]].concat()).good();
    };
    run("calm", "network.loss=0");
    run("lossy", "network.loss=0.2");
    run("other", "seed=5");
    let csv = ["compare", "calm", "lossy", "--metric", "messages_sent", "--format", "csv"];
    let told = bench.call(&csv).good();
    let mut lines = told.out.lines();
    let header = "metric,unit,n,mean_a,mean_b,diff,diff_low,diff_high,ratio,method";
    assert_eq!(lines.next(), Some(header));
    let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((cells[2], cells[9], lines.next()), ("4", "paired", None));
    let sent = |folder: &str| -> f64 {
        let runs = fs::read_to_string(bench.path(folder).join("runs.csv")).unwrap();
        let column = runs.lines().next().unwrap().split(',').position(|c| c == "messages_sent");
        let cells = runs.lines().skip(1).map(|l| l.split(',').nth(column.unwrap()).unwrap());
        cells.map(|cell| cell.parse::<f64>().unwrap()).sum::<f64>() / 4.0
    };
    let numbers: Vec<f64> = cells[3..9].iter().map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(numbers[..2], [sent("calm"), sent("lossy")]);
    assert_eq!(numbers[2], sent("lossy") - sent("calm"));
    assert!(numbers[3] < numbers[2] && numbers[2] < numbers[4]);

    let table = bench.call(&["compare", "calm", "other"]).good();
    assert!(row(&table, "edges").contains(&"welch"), "{}", table.out);
    assert!(table.out.starts_with("A  calm   pirates ") && table.out.contains("\nB  other "));
    assert!(table.out.contains("gold_gini") && table.out.contains("B - A"), "{}", table.out);
    let json = bench.call(&["compare", "calm", "lossy", "--format", "json"]).good();
    let whole: Json = serde_json::from_str(&json.out).unwrap();
    let rows = whole["rows"].as_array().unwrap().iter();
    let row = rows.clone().find(|row| row["metric"] == "messages_sent").unwrap();
    assert_eq!(row["diff"].as_f64(), Some(numbers[2]));

    let refused = |arguments: &[&str], why: &str| {
        let told = bench.call(&[&["compare"], arguments].concat());
        assert_eq!((told.status, told.out.as_str()), (Some(2), ""), "{}", told.err);
        assert!(told.err.contains(why), "{why}: {}", told.err);
    };
    refused(&["calm", "lossy", "--metric", "gold_gin"], "did you mean `gold_gini`?");
    refused(&["calm", "nowhere"], "there is no folder nowhere");
    refused(&["calm", "."], ". holds no result");
    let manifest = fs::read_to_string(bench.path("other/manifest.json")).unwrap();
    let older = manifest.replace("\"engine\": 1", "\"engine\": 0");
    bench.write("other/manifest.json", older);
    refused(&["calm", "other"], "A is of engine 1, B of engine 0");
}
