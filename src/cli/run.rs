//! `corsair run`, and `corsair` alone, which runs the demo.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::disk::LimitedDisk;
use super::input::{Read, read};
use super::output::{Terminal, word};
use super::provenance::Watch;
use super::summary::COLUMNS;
use super::told::{Done, Way};
use super::{Format, Status};
use crate::experiment::{Experiment, Outcome, Request, RunError, run_all};
use crate::record::{Existing, Published, RecordError, examine, write_latest};

const EXAMPLES: &str = "\
Examples:
  corsair run pirates                                 a built-in experiment
  corsair run mine.yaml -r 20 -s 7                    twenty replications of one's own, seed 7
  corsair run pirates --set nodes=1000 --set network.loss=0.05
  corsair run pirates --assert 'gold_gini<=0.8'       exit status 1 where it is more
  corsair run results/pirates/ID/resolved.json        the same again

Results go to results/NAME/ID/, whole or not at all; the same experiment has the same ID and the
same bytes. Results that are there are not made again.";

#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{COLUMNS}"))]
pub(super) struct Arguments {
    /// An experiment file, the name of a built-in one, or - for stdin
    pub(super) experiment: String,
    /// The root seed
    #[arg(short, long, value_name = "SEED")]
    pub(super) seed: Option<u64>,
    /// How many replications
    #[arg(short, long, value_name = "N")]
    replications: Option<u32>,
    /// One replication alone, whether or not it is one of -r
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..1_000_000))]
    pub(super) rep: Option<u32>,
    /// Override a setting: a dotted path and a YAML value
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// The folder of the results itself, instead of results/NAME/ID
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What trace.jsonl holds
    #[arg(long, value_name = "LEVEL", value_parser = ["none", "violations", "messages", "full"])]
    trace: Option<String>,
    /// Assert that a metric lies within a bound at the end: >=, <= or =
    #[arg(long = "assert", value_name = "METRIC>=VALUE")]
    asserts: Vec<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
    /// Only say what would be run
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Run again even if the results are there, and replace other results in DIR
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
    if status == Status::Good {
        terminal.say(
            "      corsair run pirates -r 20 -s 7              twenty of them, and how sure that is",
        )?;
        terminal.say("      corsair list                                what else there is")?;
    }
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
    if let Some(points) = experiment.points() {
        let file = word(&arguments.experiment);
        terminal.note(format_args!(
            "note: the sweep is left out; corsair sweep {file} runs its {points} points"
        ));
    }
    let id = experiment.id(arguments.rep);
    let home = Path::new("results").join(&experiment.name);
    let target = arguments.out.clone().unwrap_or_else(|| home.join(&id));
    let disk = LimitedDisk::of_this_process();
    let job = Job { arguments, experiment: &experiment, target: &target, id: &id, disk: &disk };
    if arguments.dry_run {
        terminal.say(format_args!("{} would go to {}", job.title(), target.display()))?;
        terminal.flush()?;
        return Ok(Status::Good);
    }
    match job.go() {
        Ok(done) => {
            if arguments.out.is_none()
                && let Err(error) = write_latest(&disk, &home, &id)
            {
                terminal.note(format_args!("note: {error}"));
            }
            job.tell(&done, terminal)
        }
        Err(refusal) => {
            terminal.error(&refusal.sentence);
            Ok(refusal.status)
        }
    }
}

/// One call of `run`.
pub(super) struct Job<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) experiment: &'a Experiment,
    pub(super) target: &'a Path,
    pub(super) id: &'a str,
    disk: &'a LimitedDisk,
}

/// Why there is nothing to tell of.
struct Refusal {
    sentence: String,
    status: Status,
}

impl From<RunError> for Refusal {
    fn from(error: RunError) -> Refusal {
        let status = match error {
            RunError::Setup(_)
            | RunError::Record(RecordError::Foreign { .. } | RecordError::NoFolder(_)) => {
                Status::BadInput
            }
            RunError::Record(_) => Status::Incomplete,
        };
        Refusal { sentence: error.to_string(), status }
    }
}

impl From<RecordError> for Refusal {
    fn from(error: RecordError) -> Refusal {
        RunError::Record(error).into()
    }
}

impl Job<'_> {
    /// Takes the results that are there, or runs.
    fn go(&self) -> Result<Done, Refusal> {
        let force = self.arguments.force;
        let mut was_there = false;
        match examine(self.disk, self.target)? {
            Existing::Intact(manifest) if manifest.id == self.id && !force => {
                let outcome = Outcome::read(self.experiment, self.target)?;
                return Ok(Done { outcome, way: Way::Found });
            }
            Existing::Intact(manifest) if manifest.id == self.id => was_there = true,
            Existing::Intact(manifest) if !force => {
                let sentence = format!(
                    "{} holds other results ({} {}): choose another folder, or --force replaces them",
                    self.target.display(),
                    manifest.name,
                    manifest.id,
                );
                return Err(Refusal { sentence, status: Status::BadInput });
            }
            _ => {}
        }
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = self.arguments.jobs.unwrap_or(processors);
        let watch = Watch::start();
        let request = Request { experiment: self.experiment, only: self.arguments.rep, jobs };
        let provenance = || watch.provenance(jobs.get());
        let outcome = run_all(request, self.disk, self.target, provenance)?;
        let wall_ms = watch.wall_ms();
        let way = match outcome.published {
            Some(Published::Confirmed) => Way::Confirmed { wall_ms },
            Some(Published::Replaced) if was_there => Way::Differed { wall_ms },
            _ => Way::Ran { wall_ms },
        };
        Ok(Done { outcome, way })
    }
}
