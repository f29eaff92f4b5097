//! The lines of the bench: graphs, and runs of built-in experiments, through the code of `run`, whose output is
//! only counted.

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

use super::{Line, Measured, cpu_s};
use crate::experiment::{
    Artifacts, Experiment, Given, Moment, RunPlan, Sink, builtin, read_experiment,
};
use crate::kernel::{Instant, Seed};
use crate::measure::{Id, Reading};
use crate::record::{SeriesRow, SeriesWriter};
use crate::topology::Recipe;
use crate::topology::files::Snapshot;
use crate::topology::generate::{Degree, Density, Generator};

impl Line {
    /// The built-in experiment, and what is set otherwise.
    fn experiment(self, nodes: u32) -> Option<(&'static str, Vec<String>)> {
        let mut sets = vec![format!("nodes={nodes}")];
        let mut set = |assignments: &[&str]| {
            sets.extend(assignments.iter().map(|assignment| (*assignment).to_owned()));
        };
        // The metrics of the speed line; no look at the graph.
        let spigo = &[
            "protocol.pirates.stay=0s",
            "invariants=none",
            "record.metrics=[population, edges, messages_sent, gold_total]",
        ];
        Some(match self {
            Line::PiratesScale => ("pirates-scale", sets),
            Line::Spigo => {
                set(spigo);
                ("spigo", sets)
            }
            Line::SpigoLog => {
                set(spigo);
                set(&["protocol.pirates.inform=edges", "record.graph={formats: [spigo]}"]);
                ("spigo", sets)
            }
            Line::Flood => {
                set(&[
                    "topology={random_regular: {degree: 8}}",
                    "network.latency={uniform: {min: 1ms, max: 100ms, per: link}}",
                    "protocol={gossip: {algorithm: flood}}",
                    "invariants=none",
                ]);
                ("flood-topologies", sets)
            }
            Line::Rumor => {
                set(&["record.metrics=[residue, traffic, t_last]", "invariants=none"]);
                ("gossip", sets)
            }
            Line::AntiEntropy => {
                set(&[
                    "protocol={gossip: {algorithm: anti_entropy, mode: push_pull, clock: rounds}}",
                    "stop={when: {metric: coverage, at_least: 1}}",
                    "record.metrics=[coverage, t_last]",
                    "invariants=none",
                    "assert={}",
                ]);
                ("gossip", sets)
            }
            Line::GraphRing | Line::GraphErdosRenyi | Line::GraphRandomRegular => return None,
        })
    }

    /// The rule of a graph.
    fn graph(self) -> Generator {
        match self {
            Line::GraphErdosRenyi => Generator::ErdosRenyi(Density::MeanDegree(8.0)),
            Line::GraphRandomRegular => Generator::RandomRegular(Degree(8)),
            _ => Generator::Ring,
        }
    }
}

/// Works on a line; everything since the experiment's text is timed.
pub(super) fn measure(line: Line, nodes: u32) -> Result<Measured, String> {
    let start = cpu_s();
    let events = match line.experiment(nodes) {
        Some((name, sets)) => run(name, &sets)?,
        None => {
            let built = Recipe::of(line.graph()).build(nodes, Seed(1));
            built.map_err(|error| error.to_string())?.graph.edges()
        }
    };
    let cpu_s = cpu_s() - start;
    let peak_bytes = peak_bytes();
    Ok(Measured {
        name: line.name(),
        nodes,
        events,
        cpu_s,
        events_per_s: events as f64 / cpu_s,
        ns_per_event: cpu_s * 1e9 / events.max(1) as f64,
        peak_mb: peak_bytes.map(|bytes| bytes / 1e6),
        bytes_per_node: peak_bytes.map(|bytes| bytes / f64::from(nodes.max(1))),
    })
}

/// Runs a built-in experiment; answers how many deliveries and timers it had.
fn run(name: &str, sets: &[String]) -> Result<u64, String> {
    let text = builtin(name).expect("the bench names built-in experiments").text;
    let given = Given::new(name, text.as_bytes(), None).map_err(|report| report.to_string())?;
    let (experiment, report) = read_experiment(&given, sets);
    let experiment = experiment.ok_or_else(|| report.to_string())?;
    let plan =
        RunPlan { experiment: &experiment, run: 0, replication: 0, artifacts: Artifacts::Wanted };
    let mut sink = Counting::default();
    let outcome = plan.run(&mut sink)?;
    Ok(outcome.events - boots(&experiment))
}

/// Every node boots once: no line has faults.
fn boots(experiment: &Experiment) -> u64 {
    u64::from(experiment.nodes + experiment.entry.role_nodes())
}

/// The most memory that this process ever had, where the system tells.
fn peak_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// Bytes that were formatted and dropped.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<u64>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len() as u64);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that formats rows and logs as `run` does, and drops them; snapshots are not written.
struct Counting {
    rows: SeriesWriter<Counter>,
    counter: Counter,
}

impl Default for Counting {
    fn default() -> Counting {
        let counter = Counter::default();
        Counting { rows: SeriesWriter::rows_only(counter.clone()), counter }
    }
}

impl Sink for Counting {
    fn sample(&mut self, at: Instant, reading: &Reading) -> io::Result<()> {
        let id = match reading.id {
            Id::Run => String::new(),
            Id::Number(number) => number.to_string(),
            Id::Name(name) => name.to_owned(),
        };
        self.rows.row(&SeriesRow {
            run: 0,
            at,
            metric: reading.metric.name,
            unit: reading.metric.unit,
            scope: reading.metric.scope.name(),
            id: &id,
            value: reading.value,
        })
    }

    fn snapshot(&mut self, _: Moment, _: &Snapshot) -> io::Result<()> {
        Ok(())
    }

    fn log(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(BufWriter::with_capacity(1 << 16, self.counter.clone())))
    }
}
