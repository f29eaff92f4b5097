//! `corsair run`, and `corsair` alone, which runs the demo.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::output::{Terminal, brief, grouped, table};
use super::provenance::Watch;
use super::validate::{Read, read};
use super::{Format, Status};
use crate::experiment::{Experiment, Outcome, Request, RunError, run_all};
use crate::record::{Existing, LocalDisk, Published, RecordError, examine, write_latest};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An experiment file, the name of a built-in one, or - for stdin
    experiment: String,
    /// The root seed
    #[arg(short, long)]
    seed: Option<u64>,
    /// How many replications
    #[arg(short, long, value_name = "N")]
    replications: Option<u32>,
    /// One replication alone
    #[arg(long, value_name = "N")]
    rep: Option<u32>,
    /// Override a setting: a dotted path and a YAML value
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// The folder of the results itself, instead of results/NAME/ID
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What trace.jsonl holds
    #[arg(long, value_name = "LEVEL", value_parser = ["none", "violations", "messages", "full"])]
    trace: Option<String>,
    /// Assert that a metric lies within a bound at the end, such as coverage>=0.99
    #[arg(long = "assert", value_name = "METRIC>=VALUE")]
    asserts: Vec<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only say what would be run
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Run again even if the results are there
    #[arg(long)]
    force: bool,
    /// How many runs are worked on at once; else one for each processor
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// The demo: the built-in pirates.
pub(super) fn demo(terminal: &mut Terminal) -> io::Result<Status> {
    let arguments = Arguments {
        experiment: "pirates".to_owned(),
        seed: None,
        replications: None,
        rep: None,
        sets: Vec::new(),
        out: None,
        trace: None,
        asserts: Vec::new(),
        format: Format::Table,
        dry_run: false,
        force: false,
        jobs: None,
    };
    let status = run(&arguments, terminal)?;
    terminal.say(
        "      corsair run pirates -r 20 -s 7              twenty of them, and how sure that is",
    )?;
    terminal.say("      corsair list                                what else there is")?;
    terminal.flush()?;
    Ok(status)
}

/// The options that are short for overrides.
fn overrides(arguments: &Arguments) -> Result<Vec<String>, String> {
    let mut sets = arguments.sets.clone();
    sets.extend(arguments.seed.map(|seed| format!("seed={seed}")));
    sets.extend(arguments.replications.map(|count| format!("replications={count}")));
    sets.extend(arguments.trace.as_ref().map(|level| format!("record.trace={level}")));
    for assert in &arguments.asserts {
        let parts = [(">=", "at_least"), ("<=", "at_most"), ("==", "equals"), ("=", "equals")];
        let split = |(sign, key): &(&str, &'static str)| {
            assert.split_once(sign).map(|(metric, value)| (metric.trim(), *key, value.trim()))
        };
        let Some((metric, key, value)) = parts.iter().find_map(split) else {
            return Err(format!("`{assert}` is no assertion: write METRIC>=VALUE, <= or ="));
        };
        sets.push(format!("assert.{metric}.{key}={value}"));
    }
    Ok(sets)
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let sets = match overrides(arguments) {
        Ok(sets) => sets,
        Err(error) => {
            terminal.error(&error);
            return Ok(Status::BadInput);
        }
    };
    let Read::Good(experiment) = read(&arguments.experiment, &sets, terminal) else {
        return Ok(Status::BadInput);
    };
    if let Some(rep) = arguments.rep
        && rep >= experiment.replications.max(1_000_000)
    {
        terminal.error("a replication is a number below 1000000");
        return Ok(Status::BadInput);
    }
    if experiment.has_sweep {
        terminal.note("note: `sweep` is for studies; a run ignores it");
    }
    let id = experiment.id(arguments.rep);
    let home = Path::new("results").join(&experiment.name);
    let target = arguments.out.clone().unwrap_or_else(|| home.join(&id));
    if arguments.dry_run {
        terminal.say(format_args!(
            "{} would go to {}",
            title(&experiment, arguments),
            target.display()
        ))?;
        terminal.flush()?;
        return Ok(Status::Good);
    }
    let job = Job { arguments, experiment: &experiment, target: &target, id: &id };
    match job.go() {
        Ok(done) => {
            if arguments.out.is_none()
                && let Err(error) = write_latest(&LocalDisk, &home, &id)
            {
                terminal.note(format_args!("note: {error}"));
            }
            job.tell(&done, terminal)
        }
        Err(Refusal::Foreign(sentence)) => {
            terminal.error(&sentence);
            Ok(Status::BadInput)
        }
        Err(Refusal::Failed(error)) => {
            terminal.error(&error.to_string());
            Ok(match error {
                RunError::Setup(_)
                | RunError::Record(RecordError::Foreign { .. } | RecordError::NoFolder(_)) => {
                    Status::BadInput
                }
                RunError::Record(_) => Status::Incomplete,
            })
        }
    }
}

fn title(experiment: &Experiment, arguments: &Arguments) -> String {
    let runs = match arguments.rep {
        Some(rep) => format!("replication {rep}"),
        None if experiment.replications == 1 => "1 run".to_owned(),
        None => format!("{} replications", experiment.replications),
    };
    let nodes = grouped(i64::from(experiment.nodes));
    format!("{}   {nodes} nodes, {runs}, seed {}", experiment.name, experiment.seed.0)
}

/// One call of `run`.
struct Job<'a> {
    arguments: &'a Arguments,
    experiment: &'a Experiment,
    target: &'a Path,
    id: &'a str,
}

struct Done {
    outcome: Outcome,
    wall_ms: f64,
    was_there: bool,
}

enum Refusal {
    Foreign(String),
    Failed(RunError),
}

impl Job<'_> {
    fn go(&self) -> Result<Done, Refusal> {
        let existing =
            examine(&LocalDisk, self.target).map_err(|error| Refusal::Failed(error.into()))?;
        let mut was_there = false;
        match existing {
            Existing::Intact(manifest) if manifest.id == self.id => was_there = true,
            Existing::Intact(manifest) if !self.arguments.force => {
                return Err(Refusal::Foreign(format!(
                    "{} holds other results ({} {}): --force replaces them",
                    self.target.display(),
                    manifest.name,
                    manifest.id,
                )));
            }
            _ => {}
        }
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = self.arguments.jobs.unwrap_or(processors);
        let watch = Watch::start();
        let request = Request { experiment: self.experiment, only: self.arguments.rep, jobs };
        let provenance = || watch.provenance(jobs.get());
        let outcome = run_all(request, &LocalDisk, self.target, provenance);
        let outcome = outcome.map_err(Refusal::Failed)?;
        Ok(Done { outcome, wall_ms: watch.wall_ms(), was_there })
    }

    fn tell(&self, done: &Done, terminal: &mut Terminal) -> io::Result<Status> {
        for warning in &done.outcome.warnings {
            terminal.note(format_args!("warning: {warning}"));
        }
        match self.arguments.format {
            Format::Table => self.tell_table(done, terminal)?,
            Format::Csv => {
                let summary = std::fs::read(self.target.join("summary.csv"))?;
                terminal.out().write_all(&summary)?;
            }
            Format::Json => terminal.say(self.json(&done.outcome))?,
        }
        let failed = self.judge(&done.outcome, terminal);
        terminal.flush()?;
        Ok(if failed { Status::Failed } else { Status::Good })
    }

    fn tell_table(&self, done: &Done, terminal: &mut Terminal) -> io::Result<()> {
        let Done { outcome, wall_ms, .. } = done;
        terminal.say(title(self.experiment, self.arguments))?;
        let several = outcome.runs.len() > 1;
        let rows = outcome.summaries.iter().map(|(metric, summary)| {
            let mut row = vec![metric.name.to_owned()];
            let values = summary.values;
            row.push(brief(values.map(|values| values.mean)));
            if several {
                row.push(summary.ci.map_or("-".to_owned(), |interval| {
                    format!("[{}, {}]", brief(Some(interval.low)), brief(Some(interval.high)))
                }));
                row.push(brief(summary.sd));
                row.push(brief(values.map(|values| values.p50)));
                row.push(brief(values.map(|values| values.min)));
                row.push(brief(values.map(|values| values.max)));
            }
            row.push(metric.unit.to_owned());
            row
        });
        let header: &[&str] = if several {
            &["metric", "mean", "95% CI", "sd", "p50", "min", "max", "unit"]
        } else {
            &["metric", "value", "unit"]
        };
        terminal.say(table(header, rows))?;
        let events: u64 = outcome.runs.iter().map(|(_, run)| run.events).sum();
        let virtual_ms: f64 = outcome.runs.iter().map(|(_, run)| run.end.as_millis_f64()).sum();
        let speed = brief(Some((virtual_ms / wall_ms.max(0.001)).round()));
        let digest =
            outcome.runs.iter().fold(0u128, |all, (_, run)| all.rotate_left(1) ^ run.digest);
        terminal.say(format_args!(
            "{} events, {speed} ms of virtual time per wall ms; digest {digest:032x}",
            grouped(events as i64),
        ))?;
        let there = match (done.was_there, outcome.published) {
            (true, Published::Confirmed) => "   (same bytes as before)",
            _ => "",
        };
        let files = self.experiment.artifacts().join(" ");
        terminal.say(format_args!("{}/    {files}{there}", self.target.display()))?;
        terminal.say(format_args!("next: corsair verify {}", self.target.display()))
    }

    /// Tells what failed, with the line that repeats it; whether anything did.
    fn judge(&self, outcome: &Outcome, terminal: &Terminal) -> bool {
        let mut failed = false;
        for (rep, run) in &outcome.runs {
            let Some(violation) = &run.violation else { continue };
            failed = true;
            terminal.error(&format!("{violation}"));
            terminal.note(format_args!("  repeat: {}", self.repeat(*rep)));
        }
        for verdict in outcome.verdicts.iter().filter(|verdict| !verdict.holds) {
            failed = true;
            let bounds = verdict.bounds;
            let bound = |word: &str, bound: Option<f64>| {
                bound.map(|bound| format!("{word} {}", brief(Some(bound))))
            };
            let asserted: Vec<_> = [
                bound("at least", bounds.at_least),
                bound("at most", bounds.at_most),
                bound("exactly", bounds.equals),
            ]
            .into_iter()
            .flatten()
            .collect();
            let judged = match verdict.judged {
                None => "it is missing".to_owned(),
                Some((low, high)) if low == high => format!("it is {}", brief(Some(low))),
                Some((low, high)) => {
                    format!("its interval is [{}, {}]", brief(Some(low)), brief(Some(high)))
                }
            };
            let name = verdict.metric.name;
            terminal.error(&format!("{name} was asserted to be {}: {judged}", asserted.join(", ")));
        }
        failed
    }

    /// The command that repeats one run.
    fn repeat(&self, rep: u32) -> String {
        let mut line = format!("corsair run {} --rep {rep}", self.arguments.experiment);
        if let Some(seed) = self.arguments.seed {
            line += &format!(" -s {seed}");
        }
        for set in &self.arguments.sets {
            line += &format!(" --set '{}'", set.replace('\'', "'\\''"));
        }
        line + " --trace violations"
    }

    fn json(&self, outcome: &Outcome) -> Json {
        let metrics = outcome.summaries.iter().map(|(metric, summary)| {
            let values = summary.values;
            json!({
                "metric": metric.name,
                "unit": metric.unit,
                "n": summary.n,
                "mean": values.map(|values| values.mean),
                "sd": summary.sd,
                "ci_low": summary.ci.map(|interval| interval.low),
                "ci_high": summary.ci.map(|interval| interval.high),
                "min": values.map(|values| values.min),
                "p50": values.map(|values| values.p50),
                "max": values.map(|values| values.max),
            })
        });
        let violations = outcome.runs.iter().filter_map(|(rep, run)| {
            let violation = run.violation.as_ref()?;
            Some(json!({
                "invariant": violation.invariant,
                "rep": rep,
                "at_ns": violation.at.nanos(),
                "node": violation.node.map(|node| node.0),
                "detail": violation.detail,
                "repeat": self.repeat(*rep),
            }))
        });
        json!({
            "id": self.id,
            "dir": self.target.display().to_string(),
            "runs": outcome.runs.len(),
            "metrics": metrics.collect::<Vec<_>>(),
            "violations": violations.collect::<Vec<_>>(),
        })
    }
}
