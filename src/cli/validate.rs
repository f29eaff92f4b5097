//! `corsair validate`: is this an experiment?

use std::io::{self, Read as _};
use std::path::PathBuf;

use super::Status;
use super::output::{Terminal, word};
use crate::experiment::{Experiment, Given, builtin, read_experiment, read_file};
use crate::settings::Report;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair validate mine.yaml
  corsair validate configs/*.yaml
  corsair validate mine.yaml --set network.loss=0.1

Prints the name and the id that results would have. All mistakes of a file are told at once, each
with its place; then the exit status is 2.")]
pub(super) struct Arguments {
    /// Experiment files, names of built-in ones, or - for stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Override a setting: a dotted path and a YAML value
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
}

/// What came of reading an experiment.
pub(super) enum Read {
    /// It is one; the warnings are told.
    Good(Box<Experiment>),
    /// It is none; that is told.
    Bad,
}

/// Reads an experiment by path or name (`-`: stdin), telling what is wrong with it.
pub(super) fn read(file: &str, sets: &[String], terminal: &Terminal) -> Read {
    let (experiment, report) = match given(file) {
        Ok(given) => read_experiment(&given, sets),
        Err(Wrong::Sentence(sentence)) => {
            terminal.error(&sentence);
            return Read::Bad;
        }
        Err(Wrong::Report(report)) => (None, *report),
    };
    terminal.report(&report);
    experiment.map_or(Read::Bad, |experiment| Read::Good(Box::new(experiment)))
}

enum Wrong {
    Sentence(String),
    Report(Box<Report>),
}

/// A path is taken before a name, so that one's own `pirates` is not hidden by ours.
fn given(file: &str) -> Result<Given, Wrong> {
    let path = PathBuf::from(file);
    if file != "-"
        && !path.exists()
        && let Some(builtin) = builtin(file)
    {
        let name = format!("configs/{}.yaml", builtin.name);
        return Given::new(&name, builtin.text.as_bytes(), None).map_err(Wrong::report);
    }
    if file == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().read_to_end(&mut bytes);
        read.map_err(|error| Wrong::Sentence(format!("stdin cannot be read: {error}")))?;
        return Given::new("stdin", &bytes, None).map_err(Wrong::report);
    }
    let bytes = read_file(&path).map_err(|error| {
        let looks_like_a_name = !file.contains(['/', '.']);
        let hint =
            if looks_like_a_name { "; corsair list examples names the built-in ones" } else { "" };
        Wrong::Sentence(format!("{error}{hint}"))
    })?;
    Given::new(file, &bytes, Some(&path)).map_err(Wrong::report)
}

impl Wrong {
    fn report(report: Report) -> Wrong {
        Wrong::Report(Box::new(report))
    }
}

pub(super) fn validate(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let mut status = Status::Good;
    for file in &arguments.files {
        match read(file, &arguments.sets, terminal) {
            Read::Good(experiment) => {
                let Experiment { name, nodes, replications, .. } = &*experiment;
                let id = experiment.id(None);
                let plural = if *replications == 1 { "" } else { "s" };
                terminal.say(format_args!(
                    "{file}: {name} {id}, {nodes} nodes, {replications} replication{plural}"
                ))?;
            }
            Read::Bad => status = Status::BadInput,
        }
    }
    terminal.flush()?;
    if status == Status::Good {
        terminal.note(format_args!("next: corsair run {}", word(&arguments.files[0])));
    }
    Ok(status)
}
