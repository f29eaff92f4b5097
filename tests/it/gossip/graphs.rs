//! G7: a flood over graph files takes each edge's own latency; who hears when follows from shortest paths.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use corsair::experiment::{Moment, Sink, run_metrics};
use corsair::kernel::Instant;
use corsair::measure::Reading;
use corsair::topology::files::Snapshot;

use super::experiment;

/// Keeps the rows of the events.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Kept {
    fn sample(&mut self, _: Instant, _: &Reading) -> io::Result<()> {
        Ok(())
    }
    fn snapshot(&mut self, _: Moment, _: &Snapshot) -> io::Result<()> {
        Ok(())
    }
    fn log(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
    fn events(&mut self) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(self.clone()))
    }
}

fn oracle(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/topology").join(file)
}

fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(oracle(file)).expect("the oracle is there");
    reader.deserialize().map(|row| row.expect("it is well-formed")).collect()
}

/// When each node of a graph heard of the rumor, by label, and what the run counted.
fn flood(graph: &str, origin: &str) -> (BTreeMap<String, u64>, BTreeMap<&'static str, f64>) {
    let path = oracle(&format!("graphs/{graph}.json"));
    let experiment = experiment(&[
        "nodes=null".to_owned(),
        format!("topology={{file: {}}}", path.display()),
        "network=null".to_owned(),
        "protocol.gossip={algorithm: flood}".to_owned(),
        format!("workload.0.publish.by={{names: [\"{origin}\"]}}"),
        "record.events=true".to_owned(),
    ]);
    let mut kept = Kept::default();
    let report = experiment.run(0, &mut kept).expect("a valid experiment runs");
    assert_eq!(report.violation, None);
    let text = String::from_utf8(kept.0.take()).expect("it is text");
    let mut heard = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[3] != "duplicate" {
            let at = cells[4].parse().expect("whole nanoseconds");
            assert_eq!(heard.insert(cells[1].to_owned(), at), None, "{line}");
        }
    }
    let metrics = run_metrics(&experiment).into_iter().map(|metric| metric.name);
    let values = metrics.zip(report.metrics).filter_map(|(name, value)| Some((name, value?)));
    (heard, values.collect())
}

#[test]
fn floods_over_graph_files_are_exact() {
    let arrivals = rows("arrivals.csv");
    let mut compared = 0;
    for row in rows("flood.csv") {
        let graph = &row["graph"];
        let (heard, values) = flood(graph, &row["origin"]);
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        assert_eq!(values["rumors_sent"], number("rumors_sent"), "{graph}");
        assert_eq!(values["duplicates"], number("duplicates"), "{graph}");
        assert_eq!(heard.len() as f64, number("informed"), "{graph}");
        assert_eq!(heard.len() as f64 - 1.0, number("received"), "{graph}");
        assert_eq!(values["propagation_time"], number("arrival_max_ms"), "{graph}");
        let mean = values["delivery_latency"];
        assert!((mean - number("arrival_mean_ms")).abs() < 1e-9, "{graph}: {mean}");
        for arrival in arrivals.iter().filter(|arrival| arrival["graph"] == *graph) {
            let expected = arrival["arrival_ms"].parse::<f64>().ok().map(|ms| (ms * 1e6) as u64);
            assert_eq!(heard.get(&arrival["node"]).copied(), expected, "{graph} {arrival:?}");
            compared += 1;
        }
    }
    assert_eq!(compared, arrivals.len(), "every arrival belongs to a flood");
    assert!(compared > 170, "{compared}");
}
