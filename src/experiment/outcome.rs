//! What came of all runs: as it was just run, or read again from the folder in which it stands.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use super::decode::Experiment;
use super::metrics::run_metrics;
use super::record::{Bounds, Condition};
use super::run::RunReport;
use super::statistics::{Interval, Method, Summary, Values};
use crate::check::Violation;
use crate::kernel::{Instant, NodeId, Span};
use crate::measure::Metric;
use crate::record::{Published, RecordError, Table};

/// What came of all runs.
#[derive(Debug)]
pub struct Outcome {
    /// Each run, in the order of the replications.
    pub runs: Vec<RunOutcome>,
    /// Each metric of scope run, over all runs.
    pub summaries: Vec<(&'static Metric, Summary)>,
    /// What was asserted, and whether it holds.
    pub verdicts: Vec<Verdict>,
    /// What should be known beside.
    pub warnings: Vec<String>,
    /// Whether the folder is new, or was confirmed; `None`: it was there, and nothing was run.
    pub published: Option<Published>,
}

/// What is told of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// Which replication it was.
    pub replication: u32,
    /// When it ended.
    pub end: Instant,
    /// Activations.
    pub events: u64,
    /// The rolling digest.
    pub digest: u128,
    /// The invariant that does not hold.
    pub violation: Option<Violation>,
}

/// An assertion and how it was judged.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The metric.
    pub metric: &'static Metric,
    /// Its bounds.
    pub bounds: Bounds,
    /// What was held against them: an interval's bounds, or one value twice; `None`: the metric is missing.
    pub judged: Option<(f64, f64)>,
    /// Whether it lies within.
    pub holds: bool,
}

impl RunOutcome {
    pub(super) fn of((replication, report): (u32, RunReport)) -> RunOutcome {
        let RunReport { end, events, digest, violation, .. } = report;
        RunOutcome { replication, end, events, digest, violation }
    }
}

/// Bounds are held against the interval of the mean where there is one, else against the value.
pub(super) fn judge(
    asserts: &[Condition],
    summaries: &[(&'static Metric, Summary)],
) -> Vec<Verdict> {
    let judge_one = |Condition { metric, bounds }: &Condition| {
        let summary = summaries.iter().find(|(known, _)| known.name == metric.name);
        let judged = summary.and_then(|(_, summary)| match (summary.ci, summary.values) {
            (Some(interval), _) => Some((interval.low, interval.high)),
            (None, Some(values)) => Some((values.mean, values.mean)),
            (None, None) => None,
        });
        let holds = judged.is_some_and(|(low, high)| bounds.hold(low, high));
        Verdict { metric, bounds: *bounds, judged, holds }
    };
    asserts.iter().map(judge_one).collect()
}

impl Outcome {
    /// Reads the results of an experiment that stand in a folder.
    ///
    /// # Errors
    /// What cannot be read, and what no run of this engine has written.
    pub fn read(experiment: &Experiment, folder: &Path) -> Result<Outcome, RecordError> {
        let violations = read_violations(experiment, folder)?;
        let runs = read_runs(folder, &violations)?;
        let summaries = read_summaries(experiment, folder)?;
        let verdicts = judge(&experiment.asserts, &summaries);
        Ok(Outcome { runs, summaries, verdicts, warnings: Vec::new(), published: None })
    }
}

/// A table of ours, row by row, cell by cell under its column's name.
fn read_table<T>(
    path: &Path,
    read: impl Fn(&dyn Fn(&str) -> Option<String>) -> Option<T>,
) -> Result<Vec<T>, RecordError> {
    let table = Table::open(path)?;
    let row = |(place, row): (usize, &csv::StringRecord)| {
        let cell = |name: &str| Some(row.get(table.column(name)?)?.to_owned());
        let what = || format!("line {} is not as corsair writes it", place + 2);
        read(&cell).ok_or_else(|| RecordError::Malformed { path: path.to_owned(), what: what() })
    };
    table.rows().enumerate().map(row).collect()
}

fn read_runs(
    folder: &Path,
    violations: &[(u32, Violation)],
) -> Result<Vec<RunOutcome>, RecordError> {
    read_table(&folder.join("runs.csv"), |cell| {
        let replication = cell("rep")?.parse().ok()?;
        let violation = violations.iter().find(|(rep, _)| *rep == replication);
        let end = Span::parse(&format!("{}ms", cell("end_ms")?)).ok()?;
        Some(RunOutcome {
            replication,
            end: Instant::START + end,
            events: cell("events")?.parse().ok()?,
            digest: u128::from_str_radix(&cell("digest")?, 16).ok()?,
            violation: violation.map(|(_, violation)| violation.clone()),
        })
    })
}

fn read_summaries(
    experiment: &Experiment,
    folder: &Path,
) -> Result<Vec<(&'static Metric, Summary)>, RecordError> {
    let metrics = run_metrics(experiment);
    read_table(&folder.join("summary.csv"), |cell| {
        let name = cell("metric")?;
        let metric = *metrics.iter().find(|metric| metric.name == name)?;
        let number = |name: &str| cell(name)?.parse().ok();
        let values = number("mean").and_then(|mean: f64| {
            Some(Values {
                mean,
                min: number("min")?,
                p05: number("p05")?,
                p50: number("p50")?,
                p95: number("p95")?,
                max: number("max")?,
            })
        });
        let ci = number("ci_low").zip(number("ci_high"));
        let summary = Summary {
            n: cell("n")?.parse().ok()?,
            values,
            sd: number("sd"),
            ci: ci.map(|(low, high)| Interval { low, high }),
            method: Method::from_word(&cell("method")?)?,
        };
        Some((metric, summary))
    })
}

/// What a file of `violations/` says of the violation; the rest of it is for a replay.
#[derive(Deserialize)]
struct Told {
    rep: u32,
    invariant: String,
    at_ns: u64,
    node: Option<u32>,
    detail: String,
}

fn read_violations(
    experiment: &Experiment,
    folder: &Path,
) -> Result<Vec<(u32, Violation)>, RecordError> {
    let folder = folder.join("violations");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RecordError::disk("read", &folder)(error)),
    };
    let mut violations = Vec::new();
    for entry in entries {
        let path = entry.map_err(RecordError::disk("read", &folder))?.path();
        let bytes = fs::read(&path).map_err(RecordError::disk("read", &path))?;
        let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
        let told: Told =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        let known = experiment.entry.invariants().iter().find(|i| i.name == told.invariant);
        let Some(known) = known else {
            return Err(malformed(format!("there is no invariant `{}`", told.invariant)));
        };
        let violation = Violation {
            invariant: known.name,
            at: Instant::from_nanos(told.at_ns),
            node: told.node.map(NodeId),
            detail: told.detail,
        };
        violations.push((told.rep, violation));
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::super::builtin::builtin;
    use super::super::decode::{Given, read_experiment};
    use super::*;

    fn pirates(sets: &[&str]) -> Experiment {
        let given = Given::new("pirates", builtin("pirates").unwrap().text.as_bytes(), None);
        let sets: Vec<_> = sets.iter().map(|set| (*set).to_owned()).collect();
        read_experiment(&given.unwrap(), &sets).0.unwrap()
    }

    #[test]
    fn what_stands_in_a_folder_is_told_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(home.path().join(path), text).unwrap();
        fs::create_dir(home.path().join("violations")).unwrap();
        write("runs.csv", "run,rep,end_ms,events,digest\n0,5,1.000001,7,00ff\n1,6,60000,8,10\n");
        write(
            "summary.csv",
            "point,metric,unit,n,mean,sd,ci_low,ci_high,method,min,p05,p50,p95,max\n\
             0,edges,count,2,1.5,0.1,1e-9,3,t,1,1.05,1.5,1.95,2\n\
             0,gold_gini,ratio,0,,,,,none,,,,,\n",
        );
        write(
            "violations/gold_conserved-1.json",
            r#"{"rep":6,"invariant":"gold_conserved","at_ns":9,"node":3,"detail":"d","engine":1}"#,
        );
        let experiment = pirates(&["assert.edges.at_least=1e-9", "assert.gold_gini.at_most=1"]);
        let outcome = Outcome::read(&experiment, home.path()).unwrap();
        let violation = Violation {
            invariant: "gold_conserved",
            at: Instant::from_nanos(9),
            node: Some(NodeId(3)),
            detail: "d".into(),
        };
        let run = |replication, end, events, digest, violation| RunOutcome {
            replication,
            end: Instant::from_nanos(end),
            events,
            digest,
            violation,
        };
        let second = run(6, 60_000_000_000, 8, 16, Some(violation));
        assert_eq!(outcome.runs, [run(5, 1_000_001, 7, 255, None), second]);
        let [(edges, of_edges), (gini, of_gini)] = outcome.summaries.as_slice() else {
            panic!("two rows are two metrics")
        };
        assert_eq!((edges.name, gini.name), ("edges", "gold_gini"));
        assert_eq!(of_edges.ci, Some(Interval { low: 1e-9, high: 3.0 }));
        assert_eq!(of_edges.values.map(|values| values.p95), Some(1.95));
        assert_eq!((of_gini.n, of_gini.values, of_gini.method), (0, None, Method::None));
        let held = |name: &str| outcome.verdicts.iter().find(|v| v.metric.name == name).unwrap();
        assert!(held("edges").holds && !held("gold_gini").holds);

        write("runs.csv", "run,rep,end_ms,events,digest\n0,5,soon,7,00ff\n");
        let error = Outcome::read(&experiment, home.path()).unwrap_err().to_string();
        assert!(error.ends_with("runs.csv: line 2 is not as corsair writes it"), "{error}");
    }
}
