//! `corsair sweep --script`: a script that has an engine of the user's run the study, printed and nothing else.

use std::io::{self, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::super::Status;
use super::super::output::Terminal;
use super::sweep::Arguments;
use crate::experiment::{
    ScriptFolder, ScriptKind, ScriptMemory, ScriptPlan, Shards, Study, script,
};
use crate::record::measured_memory;

/// The engines that there are scripts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Engine {
    /// A Slurm job array, and a job that collects
    Slurm,
    /// An indexed Job of Kubernetes, and one that collects
    K8s,
    /// GNU parallel, on this machine or by ssh
    Parallel,
    /// Snakemake
    Snakemake,
}

/// What is asked of a script.
#[derive(Debug, clap::Args)]
pub(super) struct ScriptArguments {
    /// Print a script that has an engine do the study in shards, and run nothing
    #[arg(
        long,
        value_enum,
        value_name = "ENGINE",
        requires = "shards",
        conflicts_with_all = ["shard", "force", "dry_run", "metrics", "format"]
    )]
    pub(super) script: Option<Engine>,
    /// How many shards the script has
    #[arg(
        long,
        value_name = "N",
        requires = "script",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(Shards::MAX))
    )]
    shards: Option<u32>,
}

/// Prints the script.
pub(super) fn print(
    engine: Engine,
    arguments: &Arguments,
    study: &Study,
    terminal: &mut Terminal,
) -> io::Result<Status> {
    let kind = match engine {
        Engine::Slurm => ScriptKind::Slurm,
        Engine::K8s => ScriptKind::Kubernetes,
        Engine::Parallel => ScriptKind::Parallel,
        Engine::Snakemake => ScriptKind::Snakemake,
    };
    match plan(arguments, study) {
        Ok(plan) => {
            write!(terminal.out(), "{}", script(kind, &plan))?;
            terminal.flush()?;
            if u64::from(plan.shards.get()) > plan.runs {
                terminal.note(format_args!(
                    "note: there are {} runs: {} of the shards do nothing",
                    plan.runs,
                    u64::from(plan.shards.get()) - plan.runs
                ));
            }
            Ok(Status::Good)
        }
        Err(sentence) => {
            terminal.error(&sentence);
            Ok(Status::BadInput)
        }
    }
}

fn plan(arguments: &Arguments, study: &Study) -> Result<ScriptPlan, String> {
    if arguments.experiment == "-" {
        return Err(
            "each shard reads the experiment, and stdin can be read once: save it in a file"
                .to_owned(),
        );
    }
    let home = Path::new("results").join(&study.base.name);
    let folder = match &arguments.out {
        Some(folder) => ScriptFolder::Named(text(folder)?),
        None => ScriptFolder::Home(text(&home.join(study.id()))?),
    };
    let here = std::env::current_dir().map_err(|error| format!("this folder is lost: {error}"))?;
    let shards = arguments.scripted.shards.and_then(Shards::new);
    let jobs = arguments.jobs.and_then(|jobs| NonZeroU32::try_from(jobs).ok());
    let memory = measured_memory(&home);
    Ok(ScriptPlan {
        sweep: sweep_words(arguments, study, program()?),
        name: study.base.name.clone(),
        id: study.id(),
        folder,
        working_folder: text(&here)?,
        shards: shards.expect("the parser has seen to it that they are there and in range"),
        runs: study.runs(),
        jobs: jobs.unwrap_or(NonZeroU32::MIN),
        memory: memory.map_or(ScriptMemory::Unmeasured, ScriptMemory::Measured),
        time_budget: arguments.time_budget,
        on_failure: arguments.on_failure(),
    })
}

/// What of this call shapes the study.
fn sweep_words(arguments: &Arguments, study: &Study, program: String) -> Vec<String> {
    let mut words = vec![program, "sweep".to_owned(), arguments.experiment.clone()];
    let mut add = |option: &str, value: &str| words.extend([option.to_owned(), value.to_owned()]);
    arguments.overs.iter().for_each(|over| add("--over", over));
    arguments.sets.iter().for_each(|set| add("--set", set));
    if let Some(seed) = arguments.seed {
        add("--seed", &seed.to_string());
    }
    // How many more they are is reckoned once, not by each shard from what it finds.
    if arguments.replications.or(arguments.add_reps).is_some() {
        add("--replications", &study.replications().to_string());
    }
    if let Some(budget) = arguments.time_budget {
        add("--time-budget", &budget.to_string());
    }
    if arguments.keep_going {
        words.push("--keep-going".to_owned());
    }
    words
}

/// This program, as it was called; from any folder where it was called by a path.
fn program() -> Result<String, String> {
    let called = std::env::args_os().next().map_or_else(|| "corsair".into(), PathBuf::from);
    if called.components().count() < 2 {
        return text(&called);
    }
    let path = std::path::absolute(&called);
    text(&path.map_err(|error| format!("{} is lost: {error}", called.display()))?)
}

/// A path in a script, which is text.
fn text(path: &Path) -> Result<String, String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| format!("{} has bytes that are no text: rename it", path.display()))
}
