//! `corsair sweep`: a study, or one machine's share of it.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::super::disk::LimitedDisk;
use super::super::input::{ReadStudy, read_study};
use super::super::output::{Terminal, word};
use super::super::provenance::{Watch, host};
use super::super::{Format, Status};
use super::engine::{self, Wanted};
use super::list::list;
use super::open::siblings;
use super::progress::{Progress, Shown};
use super::script::{self, ScriptArguments};
use super::signals::Signals;
use super::told::{Printed, tell};
use crate::experiment::{
    Control, GatherError, Gathered, OnFailure, Places, Reach, RunError, Shard, Study, StudyOutcome,
    Worked, begin, collect, gather, work,
};
use crate::kernel::Span;
use crate::record::{
    Existing, Manifest, Provenance, Published, RecordError, ResultKind, examine, write_latest,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair sweep mine.yaml                                the study that its `sweep` describes
  corsair sweep pirates --over network.loss=0,0.01,0.1 -r 20
  corsair sweep pirates --over nodes=50..200/50 --over stop.at=60s,180s -n
  corsair sweep mine.yaml --add-reps 20                  twenty more of each; the others stay
  corsair sweep mine.yaml --shard 0/3                    a third; corsair collect ends the study
  corsair sweep mine.yaml --script slurm --shards 64     a script for a cluster, printed

Results go to results/NAME/ID/. What is done is kept in ID/parts/ until all runs are there: after
any interruption the same command goes on. A replication has the same seed at all points, unless
the file says `sweep: {seeds: independent}`.
A share of an array job: --shard auto (Slurm), or --shard auto/N by JOB_COMPLETION_INDEX
(Kubernetes, from 0), PBS_ARRAY_INDEX (from 0) or SGE_TASK_ID (from 1).
Exit status: 0 good; 1 an invariant or an assertion failed; 3 runs could not be set up; 75 stopped
by SIGTERM or --time-budget, run again to go on; 130 interrupted.")]
pub(in crate::cli) struct Arguments {
    /// An experiment file, the name of a built-in one, or - for stdin
    pub(super) experiment: String,
    /// Vary a key, KEY=V1,V2 or KEY=A..B/STEP, as often as wanted, in place of the file's sweep
    #[arg(long = "over", value_name = "KEY=VALUES")]
    pub(super) overs: Vec<String>,
    /// The root seed
    #[arg(short, long, value_name = "SEED")]
    pub(super) seed: Option<u64>,
    /// How many replications of each point
    #[arg(short, long, value_name = "N", conflicts_with = "add_reps")]
    pub(super) replications: Option<u32>,
    /// So many more replications than the largest finished study of these points has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1_000_000))]
    pub(super) add_reps: Option<u32>,
    /// Override a setting: a dotted path and a YAML value
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// The folder of the results itself, instead of results/NAME/ID
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// How many runs are worked on at once; else one for each processor
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Do one share of the runs: I/N, auto or auto/N
    #[arg(long, value_name = "SHARE", value_parser = engine::parse)]
    shard: Option<Wanted>,
    /// Begin no run after this time, such as 50m
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(super) time_budget: Option<Span>,
    /// Do the other runs when one cannot be set up
    #[arg(long)]
    pub(super) keep_going: bool,
    #[command(flatten)]
    pub(super) scripted: ScriptArguments,
    /// A metric to be printed, as often as wanted; else those that are asserted, or the first ones
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print the runs, and run nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Run again even what is there, and replace other results in DIR
    #[arg(long)]
    force: bool,
}

fn parse_span(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|error| format!("{error}; write 30s, 50m or 12h"))
}

impl Arguments {
    /// The options that are short for overrides.
    pub(super) fn overrides(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        let replications = self.replications.map(|count| format!("replications={count}"));
        self.sets.iter().cloned().chain(seed).chain(replications).collect()
    }

    pub(super) fn on_failure(&self) -> OnFailure {
        if self.keep_going { OnFailure::KeepGoing } else { OnFailure::Stop }
    }
}

pub(in crate::cli) fn sweep(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let variable = |name: &str| std::env::var(name).ok();
    let shard = match arguments.shard.map(|wanted| engine::resolve(wanted, variable)).transpose() {
        Ok(shard) => shard,
        Err(sentence) => {
            terminal.error(&sentence);
            return Ok(Status::BadInput);
        }
    };
    if let (None, Some(name)) = (shard, engine::unasked(variable)) {
        terminal
            .note(format_args!("note: {name} is set, but without --shard all runs are done here"));
    }
    let Some(study) = read(arguments, terminal) else { return Ok(Status::BadInput) };
    if arguments.dry_run {
        return list(&study, shard.unwrap_or(Shard::WHOLE), arguments.format, terminal);
    }
    if let Some(engine) = arguments.scripted.script {
        return script::print(engine, arguments, &study, terminal);
    }
    if study.keeps_less() {
        terminal.note("note: a study keeps no graphs, traces and events; `corsair run --rep N` keeps those of a run");
    }
    let home = Path::new("results").join(&study.base.name);
    let folder = arguments.out.clone().unwrap_or_else(|| home.join(study.id()));
    let disk = LimitedDisk::of_this_process();
    let job = Job { arguments, study: &study, folder: &folder, home: &home, shard, disk: &disk };
    match job.go(terminal) {
        Ok(Done::Outcome(outcome, says)) => {
            let Arguments { format, metrics, .. } = arguments;
            let printed = Printed { study: &study, folder: &folder, format: *format, metrics };
            tell(&printed, &outcome, says, terminal)
        }
        Ok(Done::Share(status)) => Ok(status),
        Err((sentence, status)) => {
            terminal.error(&sentence);
            Ok(status)
        }
    }
}

/// Reads the study, with as many more replications as are wanted.
fn read(arguments: &Arguments, terminal: &Terminal) -> Option<Study> {
    let mut sets = arguments.overrides();
    let read = |sets: &[String], terminal: &Terminal| match read_study(
        &arguments.experiment,
        sets,
        &arguments.overs,
        terminal,
    ) {
        ReadStudy::Good(study) => Some(*study),
        ReadStudy::Bad => None,
    };
    if arguments.add_reps.is_some() && arguments.experiment == "-" {
        terminal.error(
            "--add-reps reads the experiment twice, and stdin can be read once: save it as a file",
        );
        return None;
    }
    let study = read(&sets, terminal)?;
    let Some(more) = arguments.add_reps else { return Some(study) };
    let key = study.key();
    let folders = match &arguments.out {
        Some(folder) => vec![folder.clone()],
        None => siblings(&Path::new("results").join(&study.base.name)),
    };
    let finished =
        folders.iter().filter_map(|folder| Manifest::glance(folder)).filter(|manifest| {
            manifest.kind == ResultKind::Study && manifest.study.as_deref() == Some(&key)
        });
    let there = finished.map(|manifest| manifest.counts.replications).max();
    if there.is_none() {
        let base = study.replications();
        terminal.note(format_args!(
            "note: no finished study has these points: {more} are added to {base}"
        ));
    }
    let there = there.unwrap_or(u64::from(study.replications()));
    sets.push(format!("replications={}", there + u64::from(more)));
    // What was told of the first reading is not told again.
    read(&sets, &Terminal::silent())
}

/// One call of `sweep`.
struct Job<'a> {
    arguments: &'a Arguments,
    study: &'a Study,
    folder: &'a Path,
    /// Where results of this name are.
    home: &'a Path,
    shard: Option<Shard>,
    disk: &'a LimitedDisk,
}

enum Done {
    /// The result is there; how it came about.
    Outcome(StudyOutcome, &'static str),
    /// Some runs were done, and that was told.
    Share(Status),
}

/// A sentence, and the exit status.
type Refusal = (String, Status);

fn refuse(error: GatherError) -> Refusal {
    let status = match &error {
        GatherError::NotReproducible { .. } => Status::NotReproducible,
        GatherError::Record(RecordError::Foreign { .. } | RecordError::NoFolder(_)) => {
            Status::BadInput
        }
        _ => Status::Incomplete,
    };
    (error.to_string(), status)
}

fn refuse_run(error: RunError) -> Refusal {
    match error {
        RunError::Record(error) => refuse(GatherError::Record(error)),
        RunError::Setup(sentence) => (sentence, Status::BadInput),
    }
}

impl Job<'_> {
    fn go(&self, terminal: &Terminal) -> Result<Done, Refusal> {
        let Job { study, folder, disk, .. } = *self;
        let (id, force) = (study.id(), self.arguments.force);
        let mut was_there = false;
        match examine(disk, folder).map_err(|error| refuse(error.into()))? {
            Existing::Intact(manifest) if manifest.id == id && !force => {
                let outcome = StudyOutcome::read(study, folder);
                let outcome = outcome.map_err(|error| refuse(error.into()))?;
                let says = "it was there, intact: nothing was run; --force runs again";
                return Ok(Done::Outcome(outcome, says));
            }
            Existing::Intact(manifest) if manifest.id == id => was_there = true,
            Existing::Intact(manifest) if !force && manifest.study != Some(study.key()) => {
                let sentence = format!(
                    "{} holds other results ({} {}): choose another folder, or --force replaces them",
                    folder.display(),
                    manifest.name,
                    manifest.id,
                );
                return Err((sentence, Status::BadInput));
            }
            _ => {}
        }
        let others =
            if force || self.arguments.out.is_some() { Vec::new() } else { siblings(self.home) };
        let reach = if force { Reach::Parts } else { Reach::Everything };
        let places = Places { folder, others: &others, reach };
        if force {
            self.forget_parts()?;
        }
        let gathered = gather(study, disk, places).map_err(refuse)?;
        for note in &gathered.notes {
            terminal.note(format_args!("note: {note}"));
        }
        let watch = Watch::start();
        let made = || watch.provenance(self.jobs().get());
        let (gathered, made): (_, &dyn Fn() -> Provenance) =
            match self.work(gathered, &watch, terminal)? {
                Progressed::Whole(gathered) => (gathered, &|| made().without_runs()),
                Progressed::Changed => (gather(study, disk, places).map_err(refuse)?, &made),
                Progressed::Ended(status) => return Ok(Done::Share(status)),
            };
        let missing = gathered.missing(study).len();
        if missing > 0 || self.shard.is_some() {
            self.tell_share(missing, terminal);
            return Ok(Done::Share(Status::Good));
        }
        let outcome = collect(study, gathered, (disk, folder), made).map_err(refuse_run)?;
        if self.arguments.out.is_none()
            && let Err(error) = write_latest(disk, self.home, &id)
        {
            terminal.note(format_args!("note: {error}"));
        }
        let says = match outcome.published {
            Some(Published::Confirmed) => "the same bytes as before",
            Some(Published::Replaced) if was_there => "other bytes than before",
            _ => "",
        };
        Ok(Done::Outcome(outcome, says))
    }

    /// Does what is missing of this share.
    fn work(
        &self,
        gathered: Gathered,
        watch: &Watch,
        terminal: &Terminal,
    ) -> Result<Progressed, Refusal> {
        let Job { study, folder, disk, arguments, .. } = *self;
        let shard = self.shard.unwrap_or(Shard::WHOLE);
        let mut todo = gathered.missing(study);
        todo.retain(|place| shard.holds(study, *place));
        if todo.is_empty() {
            return Ok(Progressed::Whole(gathered));
        }
        // One replication of every point before the next of any: whoever looks early sees them all.
        todo.sort_by_key(|(point, rep)| (*rep, *point));
        begin(study, disk, folder).map_err(|error| refuse(error.into()))?;
        let signals = Signals::listen();
        let elapsed_ms = || watch.wall_ms() as u64;
        let budget_ms = arguments.time_budget.map(|span| span.nanos() / 1_000_000);
        let is_over = || budget_ms.is_some_and(|budget| elapsed_ms() >= budget);
        let shown = if terminal.is_quiet() { Shown::Never } else { Shown::OnTerminal };
        let there = if self.shard.is_some() { 0 } else { gathered.done() };
        let progress = Progress::start(shown, (there, there + todo.len() as u64));
        let host = host();
        let control = Control {
            jobs: self.jobs(),
            worker: &host,
            should_stop: &|| signals.came() || is_over(),
            elapsed_ms: &elapsed_ms,
            on_run: &|| progress.advance(),
            on_failure: arguments.on_failure(),
        };
        let worked = work(study, &todo, (disk, folder), &control).map_err(refuse_run)?;
        drop(progress);
        Ok(self.judge(&worked, &signals, terminal))
    }

    /// What the work came to.
    fn judge(&self, worked: &Worked, signals: &Signals, terminal: &Terminal) -> Progressed {
        for failure in &worked.failed {
            let (point, rep) = failure.place;
            let at = self.study.describe(point);
            terminal.error(&format!("{at}, replication {rep}: {}", failure.reason));
        }
        let shown = word(&self.folder.display().to_string());
        if !worked.failed.is_empty() {
            let hint =
                if self.arguments.keep_going { "" } else { "; --keep-going does the others" };
            let count = worked.failed.len();
            let runs = if count == 1 { "run" } else { "runs" };
            terminal.error(&format!("{count} {runs} could not be set up{hint}"));
            terminal.note(format_args!("next: corsair status {shown}"));
            return Progressed::Ended(Status::Incomplete);
        }
        if worked.is_stopped {
            let status =
                if signals.was_interrupted() { Status::Interrupted } else { Status::Stopped };
            terminal.note("stopped early; what is done is kept, and the same command goes on");
            terminal.note(format_args!("next: corsair status {shown}"));
            return Progressed::Ended(status);
        }
        Progressed::Changed
    }

    fn tell_share(&self, missing: usize, terminal: &Terminal) {
        let folder = self.folder.display();
        let shown = word(&folder.to_string());
        let shard = self.shard.map_or(String::new(), |shard| format!("share {shard} is done; "));
        match missing {
            0 => {
                terminal.note(format_args!("{shard}all runs are in {folder}"));
                terminal.note(format_args!("next: corsair collect {shown}"));
            }
            missing => {
                terminal.note(format_args!(
                    "{shard}{missing} runs of other shares are missing in {folder}"
                ));
                terminal.note(format_args!("next: corsair status {shown}"));
            }
        }
    }

    /// Removes the runs that are there already.
    fn forget_parts(&self) -> Result<(), Refusal> {
        use crate::record::Disk as _;
        let parts = self.folder.join("parts");
        if parts.is_dir() {
            let removed = self.disk.remove(&parts);
            removed.map_err(|error| {
                (format!("cannot remove {}: {error}", parts.display()), Status::Incomplete)
            })?;
        }
        Ok(())
    }

    fn jobs(&self) -> NonZeroUsize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.arguments.jobs.unwrap_or_else(processors)
    }
}

/// How far the work got.
enum Progressed {
    /// Nothing was to be done.
    Whole(Gathered),
    /// All of this share is done.
    Changed,
    /// Something came between.
    Ended(Status),
}
