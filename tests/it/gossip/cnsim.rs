//! The cnsim study: the replica of what its pods did, held against its exact mean and the published means.

use corsair::experiment::{Experiment, Given, builtin, read_experiment};
use corsair::settings::Paint;

use super::{run, table};

/// A built-in experiment, changed.
fn shipped(name: &str, overrides: &[String]) -> Experiment {
    let text = builtin(name).expect("it ships").text;
    let given = Given::new(name, text.as_bytes(), None).expect("it is text");
    let (experiment, report) = read_experiment(&given, overrides);
    experiment.unwrap_or_else(|| panic!("{overrides:?}: {}", report.render(Paint::Plain)))
}

/// The mean of a metric over all replications as shipped, and its standard error.
fn mean(experiment: &Experiment, metric: &str) -> (f64, f64) {
    let runs = 0..experiment.replications;
    let values: Vec<f64> = runs.map(|replication| run(experiment, replication).1[metric]).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// G10: by the exact formula, and within 5 % of what was published.
#[test]
fn the_replica_has_the_published_means() {
    let rows = table("cnsim_means.csv");
    assert_eq!(rows.len(), 5);
    for row in rows {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let experiment = shipped("cnsim-v2", &[format!("nodes={}", row["nodes"])]);
        assert_eq!(experiment.replications, 40);
        for (metric, expected) in
            [("propagation_time_ms", number("model_mean_ms")), ("cold_share", number("cold_share"))]
        {
            let (ours, se) = mean(&experiment, metric);
            eprintln!("cnsim-v2, N = {}: {metric} {ours:.5} +- {se:.5}, {expected}", row["nodes"]);
            // Of ten sites each is cold once: that share is always the same, and printed with six digits.
            assert!((ours - expected).abs() <= 4.0 * se + 1e-5, "{row:?}: {metric} is {ours}");
        }
        let (ours, _) = mean(&experiment, "propagation_time_ms");
        let published = number("published_mean_ms");
        assert!((ours / published - 1.0).abs() <= 0.05, "{ours}, published {published}");
        let (publishes, _) = mean(&experiment, "publishes");
        assert_eq!(publishes, number("messages"), "the first message is left out");
    }
}

/// A link of 5 Mbps has a message of 300 bytes for 0.48 ms, at either end; of 30 Mbps for 0.08 ms.
#[test]
fn bandwidth_adds_what_a_call_takes_longer() {
    let of = |bandwidth: &str| {
        let bandwidth = format!("network.bandwidth={bandwidth}");
        let experiment = shipped("cnsim-v2-bandwidth", &["replications=5".to_owned(), bandwidth]);
        mean(&experiment, "propagation_time_ms").0
    };
    let none = of("null");
    // Nine copies and eight answers until the last of ten sites knows.
    for (bandwidth, message_ms) in [("5Mbps", 0.96), ("30Mbps", 0.16)] {
        let added = of(bandwidth) - none;
        assert!((added - 17.0 * message_ms).abs() < 1e-6, "{bandwidth} adds {added} ms");
    }
}

/// Between zones a way takes 0.3 ms longer, within a zone it does not.
#[test]
fn zones_add_their_distance() {
    let of = |between: &str| {
        let latency = format!("topology.clusters.latency.between={between}");
        let one = "workload.0.publish.by={node: 0}".to_owned();
        let experiment = shipped("cnsim-v2-zones", &["replications=2".to_owned(), latency, one]);
        mean(&experiment, "propagation_time_ms").0
    };
    let added = of("300us") - of("0s");
    // Node 0 has 3 neighbours in its zone of 4; it calls the 6 others last, and the last answer is not waited for.
    assert!((added - 0.3 * (6.0 + 5.0)).abs() < 1e-6, "{added} ms");
}
