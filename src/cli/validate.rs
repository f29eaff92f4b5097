//! `corsair validate`: is this an experiment?

use std::io;

use super::Status;
use super::input::{Read, read};
use super::output::{Terminal, word};
use crate::experiment::Experiment;

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
