//! Gossip: runs of a few sites fact by fact, experiments through the public interface held against derived values and
//! an independent Monte-Carlo program (`tests/oracles/gossip/`), planted flaws, and stories.

mod aggregate;
mod cnsim;
mod definitions;
mod events;
mod exact;
mod flaws;
mod graphs;
mod rows;
mod stories;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use corsair::experiment::{
    Experiment, Given, Moment, RunReport, Sink, read_experiment, run_metrics,
};
use corsair::kernel::Instant;
use corsair::measure::Reading;
use corsair::settings::Paint;
use corsair::topology::files::Snapshot;

/// Where an oracle is.
fn oracle(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/gossip").join(file)
}

/// The rows of an oracle, by column.
fn table(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(oracle(file)).expect("the oracle is there");
    reader.deserialize().map(|row| row.expect("it is well-formed")).collect()
}

/// The experiment of the oracles: a thousand sites that all know each other, 1 ms, rounds of 1 s, node 0 publishes.
const BASE: &str = "
schema: 1
name: row
nodes: 1000
topology: complete
network: { latency: 1ms }
protocol: { gossip: { period: 1s } }
workload: [{ publish: { at: 0s, by: { node: 0 } } }]
";

/// It, changed.
fn experiment<S: AsRef<str>>(overrides: &[S]) -> Experiment {
    let given = Given::new("row", BASE.as_bytes(), None).expect("it is text");
    let overrides: Vec<String> = overrides.iter().map(|set| set.as_ref().to_owned()).collect();
    let (experiment, report) = read_experiment(&given, &overrides);
    experiment.unwrap_or_else(|| panic!("{overrides:?}: {}", report.render(Paint::Plain)))
}

/// Nothing is kept beside the report.
struct Nothing;

impl Sink for Nothing {
    fn sample(&mut self, _: Instant, _: &Reading) -> io::Result<()> {
        Ok(())
    }
    fn snapshot(&mut self, _: Moment, _: &Snapshot) -> io::Result<()> {
        Ok(())
    }
    fn log(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
}

/// A run, whose invariants must hold, and its metrics by column: `t_last_rounds`, `t_last_ms`.
fn run(experiment: &Experiment, replication: u32) -> (RunReport, BTreeMap<String, f64>) {
    let report = experiment.run(replication, &mut Nothing).expect("a valid experiment runs");
    assert_eq!(report.violation, None);
    let metrics = run_metrics(experiment);
    assert_eq!(metrics.len(), report.metrics.len());
    let mut values = BTreeMap::new();
    for (metric, value) in metrics.iter().zip(&report.metrics) {
        if let Some(value) = value {
            values.insert(format!("{}_{}", metric.name, metric.unit), *value);
            values.insert(metric.name.to_owned(), *value);
        }
    }
    (report, values)
}

/// The words of a `set` of the oracles as overrides.
fn overrides(set: &str) -> Vec<String> {
    set.split_whitespace().map(|word| format!("protocol.gossip.{word}")).collect()
}
