//! Published figures: where they hold, how far ours are from them, and what is refused.

use super::super::builtin::builtin;
use super::super::decode::{Given, read_experiment};
use super::super::statistics::{Level, Proportion, Summary};
use super::super::tables::MetricSummary;
use super::*;
use crate::settings::Paint;

fn read(published: &str) -> Result<Experiment, String> {
    let text = builtin("pirates").unwrap().text.replace("rumour, ", "");
    let given = Given::new("pirates", format!("{text}published: {published}\n").as_bytes(), None);
    let (experiment, report) = read_experiment(&given.unwrap(), &[]);
    experiment.ok_or_else(|| report.render(Paint::Plain))
}

fn summary(experiment: &Experiment, gini: &[f64]) -> PointSummary {
    let metric = experiment.published[0].metric;
    let summary = Summary::of(gini, experiment.level);
    let gini = MetricSummary { metric, summary, median: None, reached: None };
    PointSummary { point: 4, violated: Proportion::of([false; 3]), metrics: vec![gini] }
}

fn z(se: &str, gini: &[f64]) -> Option<f64> {
    let published = format!("[{{metric: gold_gini, value: 0.5{se}, source: a book}}]");
    let experiment = read(&published).unwrap();
    let rows = beside_published(&experiment, Factors::default(), &summary(&experiment, gini));
    let [row] = rows.as_slice() else { panic!("one figure, one row: {rows:?}") };
    assert_eq!((row.point, row.n), (4, gini.len()));
    row.z
}

#[test]
fn distance_is_in_standard_errors_of_both() {
    // Ours is 0.8 with the deviation 0.2 of three: an error of 0.2 / sqrt(3).
    let three = [0.6, 0.8, 1.0];
    let close = |z: Option<f64>, known: f64| assert!((z.unwrap() - known).abs() < 1e-12, "{z:?}");
    close(z("", &three), 0.3 * 3f64.sqrt() / 0.2);
    close(z(", se: 0.1", &three), 0.3 / (0.04f64 / 3.0 + 0.01).sqrt());
    close(z(", se: 0.1", &[0.8]), 3.0);
    assert_eq!([z("", &[0.8]), z("", &[]), z(", se: 0.1", &[]), z("", &[0.8, 0.8])], [None; 4]);
}

#[test]
fn a_figure_is_measured_and_holds_where_it_says() {
    let at = |at: &str, factors: Factors<'_>| {
        let figure = "metric: in_degree_max, value: 1, source: x";
        let experiment = read(&format!("[{{at: {at}, {figure}}}]")).unwrap();
        let names = super::super::metrics::run_metrics(&experiment);
        assert!(names.iter().any(|metric| metric.name == "in_degree_max"));
        beside_published(&experiment, factors, &summary(&experiment, &[1.0])).len() == 1
    };
    let plain = Factors::default();
    let holding = [
        "{}",
        "{network.loss: 1e-3, protocol.pirates.dunbar: 10}",
        "{stop.at: 3m}",
        "{stop.at: 180000ms}",
        "{faults.0.crash.restart_after.constant: 10s}",
        "{faults.0.crash.restart_after: 10s}",
        "{network: {loss: 0.001}}",
        "{network.latency: {exponential: {mean: 5000us}}}",
        "{name: pirates}",
    ];
    for holds in holding {
        assert!(at(holds, plain), "{holds}");
    }
    let not_holding = [
        "{network.loss: 0.01}",
        "{network.loss: 0.001, protocol.pirates.dunbar: 9}",
        "{stop.at: 181s}",
        "{network.latency: {exponential: {mean: 5ms, min: 1ms}}}",
        "{network.latency: {constant: 5ms}}",
        "{name: corsairs}",
    ];
    for holds in not_holding {
        assert!(!at(holds, plain), "{holds}");
    }
    // What is swept is the point's, whatever the experiment says.
    let keys = ["network.loss".to_owned(), "stop.at".to_owned()];
    let values = ["0.010".to_owned(), "60s".to_owned()];
    let swept = Factors { keys: &keys, values: &values };
    assert!(at("{network.loss: 0.01, stop.at: 1m, nodes: 100}", swept));
    assert!(!at("{network.loss: 0.001}", swept) && !at("{stop.at: 180s}", swept));
}

#[test]
fn mistakes_of_figures_are_told_at_once() {
    let told = read(
        "[{metric: gold_gin, value: 1, source: x}, {metric: edges, value: many, source: ' '},
          {metric: degree_in, value: 1, se: -1, source: x, z: 3},
          {metric: edges, at: {network.los: 0.1}},
          {metric: edges, at: {protocol.pirates.dunba: 1}, value: 1, source: x}]",
    )
    .unwrap_err();
    let expected = [
        "did you mean `gold_gini`?",
        "`published.1.value` must be a number",
        "a published figure needs its source",
        "a published figure cannot be of a metric of a finer scope",
        "`published.2.se` must be a number of at least 0",
        "unknown key `z` in published.2",
        "`published.3.value` must be given",
        "`published.3.source` must be given",
        "the experiment has no setting `network.los`",
        "did you mean `network.loss`?",
        "did you mean `protocol.pirates.dunbar`?",
        "see: corsair explain published.at",
    ];
    for part in expected {
        assert!(told.contains(part), "{part}:\n{told}");
    }
}

#[test]
fn a_resolved_experiment_keeps_figures_of_swept_keys() {
    let published = "published: [{at: {stop.events: 100}, metric: edges, value: 1, source: x}]\n";
    let text = builtin("pirates").unwrap().text;
    let swept = text.replace("  grid: {", "  grid: { stop.events: [100, 200],") + published;
    let read = |name: &str, text: &str| {
        let given = Given::new(name, text.as_bytes(), Some(std::path::Path::new(name))).unwrap();
        let (experiment, report) = read_experiment(&given, &[]);
        experiment.ok_or_else(|| report.render(Paint::Plain))
    };
    let refused = read("a.yaml", &(text.to_owned() + published)).unwrap_err();
    assert!(refused.contains("the experiment has no setting `stop.events`"), "{refused}");
    let experiment = read("a.yaml", &swept).unwrap();
    let resolved = read("resolved.json", &experiment.canonical.to_string()).unwrap();
    assert_eq!(resolved.published, experiment.published);
    assert_eq!(resolved.id(None), experiment.id(None));
}

#[test]
fn a_level_is_part_of_the_experiment() {
    let id = |ci: &str| {
        let given = Given::new("pirates", builtin("pirates").unwrap().text.as_bytes(), None);
        let (experiment, report) = read_experiment(&given.unwrap(), &[format!("ci={ci}")]);
        experiment
            .map(|experiment| (experiment.level, experiment.id(None)))
            .ok_or_else(|| report.render(Paint::Plain))
    };
    let (usual, sure) = (id("0.95").unwrap(), id("0.99").unwrap());
    assert_eq!((usual.0, sure.0), (Level::USUAL, Level::new(0.99).unwrap()));
    assert_ne!(usual.1, sure.1);
    assert_eq!(read("[]").unwrap().canonical["ci"], 0.95);
    for (silly, cure) in [
        ("95", "did you mean 0.95?"),
        ("0.05", "did you mean 0.95?"),
        ("0.01", "did you mean 0.99?"),
        ("1", "0.95 is usual"),
        ("0.99999", "0.95 is usual"),
        ("0", "0.95 is usual"),
        ("-1", "a probability is between 0 and 1"),
        ("high", "`ci` must be a probability"),
    ] {
        let told = id(silly).unwrap_err();
        assert!(told.contains(cure), "{silly}: {told}");
    }
}
