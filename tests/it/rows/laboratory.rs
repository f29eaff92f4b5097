//! What the rows share: the oracles, experiments on them, a sink in memory, and means held against references.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use corsair::experiment::{
    Experiment, Given, Moment, RunReport, Sink, builtin, metrics_of, read_experiment,
};
use corsair::kernel::Instant;
use corsair::measure::{Id, Reading};
use corsair::settings::Paint;
use corsair::topology::files::Snapshot;

/// Further off than so many standard errors is wrong.
const Z_MAX: f64 = 4.0;

/// Where an oracle is.
pub(super) fn oracle(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/pirates").join(file)
}

/// The rows of a table, each with its cells by name.
pub(super) fn table(file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(oracle(file)).expect("the oracle is there");
    let rows = reader.records().map(|row| row.expect("it is well-formed"));
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// An oracle's experiment, changed.
pub(super) fn experiment<S: AsRef<str>>(base: &str, overrides: &[S]) -> Experiment {
    let path = oracle(base);
    let bytes = fs::read(&path).expect("the oracle is there");
    accepted(Given::new(base, &bytes, Some(&path)).expect("it is text"), overrides)
}

/// A built-in experiment, changed.
pub(super) fn built_in<S: AsRef<str>>(name: &str, overrides: &[S]) -> Experiment {
    let text = builtin(name).expect("it is built in").text;
    accepted(Given::new(name, text.as_bytes(), None).expect("it is text"), overrides)
}

fn accepted<S: AsRef<str>>(given: Given, overrides: &[S]) -> Experiment {
    let overrides: Vec<String> = overrides.iter().map(|set| set.as_ref().to_owned()).collect();
    let (experiment, report) = read_experiment(&given, &overrides);
    experiment.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)))
}

/// A sink in memory: the last reading of everything, all snapshots, all logs.
#[derive(Debug, Default)]
pub(super) struct Memory {
    readings: Vec<Reading>,
    pub(super) snapshots: Vec<(Moment, Snapshot)>,
    pub(super) logs: Vec<(String, Log)>,
}

/// A log that is read when the run is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Rc<RefCell<Vec<u8>>>);

impl Log {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Memory {
    fn sample(&mut self, _: Instant, reading: &Reading) -> io::Result<()> {
        let same = |known: &&mut Reading| {
            (known.metric.name, known.id) == (reading.metric.name, reading.id)
        };
        match self.readings.iter_mut().rev().find(same) {
            Some(known) => *known = *reading,
            None => self.readings.push(*reading),
        }
        Ok(())
    }
    fn snapshot(&mut self, moment: Moment, snapshot: &Snapshot) -> io::Result<()> {
        self.snapshots.push((moment, snapshot.clone()));
        Ok(())
    }
    fn log(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let log = Log::default();
        self.logs.push((path.to_owned(), log.clone()));
        Ok(Box::new(log))
    }
}

/// A run that is over.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) report: RunReport,
    pub(super) memory: Memory,
}

/// Runs a replication. No invariant may fail, whatever the row is about.
pub(super) fn run(experiment: &Experiment, replication: u32) -> Seen {
    let mut memory = Memory::default();
    let report = experiment.run(replication, &mut memory).expect("a valid experiment runs");
    assert_eq!(report.violation, None);
    for reading in &memory.readings {
        assert!(metrics_of(experiment.entry).any(|metric| metric == reading.metric));
    }
    Seen { report, memory }
}

/// Runs a replication of an experiment that is read twice: all that is seen of it is the same.
pub(super) fn assert_repeats(read: impl Fn() -> Experiment, replication: u32) {
    let [first, second] = [(); 2].map(|()| run(&read(), replication));
    assert_eq!(first.report.digest, second.report.digest);
    assert_eq!(first.report.books, second.report.books);
    assert_eq!(first.memory.readings, second.memory.readings);
}

impl Seen {
    /// A metric as the oracles call it; `None` where it is missing.
    pub(super) fn value(&self, metric: &str) -> Option<f64> {
        let of_run = |name| self.reading(name, |id| id == Id::Run);
        let of_kind =
            |table, kind| self.reading(table, |id| matches!(id, Id::Name(k) if k == kind));
        if let Some((degrees, degree)) = metric.split_once('[') {
            let degree: u32 = degree.trim_end_matches(']').parse().expect("a degree is a number");
            return self.reading(degrees, |id| id == Id::Number(degree)).or(Some(0.0));
        }
        if let Some(kind) = metric.strip_prefix("messages_delivered_") {
            return of_kind("messages_delivered_by_kind", kind);
        }
        match metric {
            "name_drops" => of_kind("messages_delivered_by_kind", "name_drop"),
            "population_end" => of_run("population"),
            "rumour_t50" => self.reading("rumour_t50", |id| id == Id::Number(0)),
            "reciprocal_edges" => {
                let edges = of_run("edges")?;
                Some(of_run("reciprocity").map_or(0.0, |share| (share * edges).round()))
            }
            _ => of_run(metric),
        }
    }

    /// A metric that every run has.
    pub(super) fn count(&self, metric: &str) -> f64 {
        self.value(metric).unwrap_or_else(|| panic!("{metric} is missing"))
    }

    fn reading(&self, name: &str, wanted: impl Fn(Id) -> bool) -> Option<f64> {
        let of_name = |reading: &&Reading| reading.metric.name == name && wanted(reading.id);
        self.memory.readings.iter().find(of_name)?.value
    }

    /// The graph at the end.
    pub(super) fn final_graph(&self) -> &Snapshot {
        match self.memory.snapshots.last() {
            Some((Moment::End, snapshot)) => snapshot,
            _ => panic!("the experiment records no graph"),
        }
    }
}

/// What the mean of a metric is held against.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) metric: String,
    pub(super) mean: f64,
    /// Of one run.
    pub(super) sd: f64,
    /// Of the reference itself.
    pub(super) se: f64,
}

impl Reference {
    /// One that is exact.
    pub(super) fn derived(metric: &str, mean: f64, sd: f64) -> Reference {
        Reference { metric: metric.to_owned(), mean, sd, se: 0.0 }
    }

    /// How many standard errors the mean of our runs is off. Without a spread it must be the same.
    fn z(&self, values: &[f64]) -> f64 {
        let off = (mean(values) - self.mean).abs();
        let error = (self.sd * self.sd / values.len() as f64 + self.se * self.se).sqrt();
        match (self.sd, off < 1e-9) {
            (0.0, true) => 0.0,
            (0.0, false) => f64::INFINITY,
            _ => off / error,
        }
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of one run, estimated without bias of its square.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// Runs the first replications and keeps, for each metric, the values of the runs that have it.
pub(super) fn sample(experiment: &Experiment, runs: u32, metrics: &[&str]) -> Vec<Vec<f64>> {
    let mut values = vec![Vec::new(); metrics.len()];
    for replication in 0..runs {
        let seen = run(experiment, replication);
        for (metric, values) in metrics.iter().zip(&mut values) {
            values.extend(seen.value(metric));
        }
    }
    values
}

/// Holds the means over the first replications against references.
///
/// # Panics
/// With a table of all of them, if any lies beyond four standard errors.
pub(super) fn hold(setup: &str, experiment: &Experiment, runs: u32, references: &[Reference]) {
    let metrics: Vec<&str> = references.iter().map(|r| r.metric.as_str()).collect();
    let values = sample(experiment, runs, &metrics);
    let rows = references.iter().zip(&values).map(|(reference, values)| {
        assert!(!values.is_empty(), "{setup}: no run has {}", reference.metric);
        (reference, mean(values), reference.z(values))
    });
    let rows: Vec<_> = rows.collect();
    let (worst, _, z) =
        rows.iter().max_by(|a, b| a.2.total_cmp(&b.2)).expect("there is something to hold");
    eprintln!(
        "{setup}: {runs} runs, {} metrics, largest |z| {z:.2} ({})",
        rows.len(),
        worst.metric
    );
    let table = rows.iter().map(|(reference, ours, z)| {
        let Reference { metric, mean, sd, .. } = reference;
        format!("{metric:28} {mean:12.5} +- {sd:10.5}  here {ours:12.5}  |z| {z:6.2}\n")
    });
    assert!(*z <= Z_MAX, "{setup}, {runs} runs:\n{}", table.collect::<String>());
}
