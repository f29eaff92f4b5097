//! `corsair validate`: is this an experiment?

use std::io;

use super::Status;
use super::input::read_whole;
use super::output::{Terminal, plural, word};
use crate::experiment::Experiment;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair validate mine.yaml
  corsair validate configs/*.yaml
  corsair validate mine.yaml --set network.loss=0.1

Prints the name and the id that results would have; of a file with a sweep also those of the study,
whose points are all checked. All mistakes of a file are told at once, each
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
    let (mut status, mut next) = (Status::Good, "run");
    for file in &arguments.files {
        let Some((experiment, study)) = read_whole(file, &arguments.sets, terminal) else {
            status = Status::BadInput;
            continue;
        };
        let Experiment { name, nodes, replications, .. } = &*experiment;
        let id = experiment.id(None);
        let ends = [plural((*nodes).into()), plural((*replications).into())];
        let at_most = if experiment.drops_nodes() { "up to " } else { "" };
        if study.is_some() && arguments.files.len() == 1 {
            next = "sweep";
        }
        let sweep = study.map_or(String::new(), |study| {
            let points = study.points.len() as u64;
            format!(
                "; study {}, {points} point{}, {} run{}",
                study.id(),
                plural(points),
                study.runs(),
                plural(study.runs())
            )
        });
        terminal.say(format_args!(
            "{file}: {name} {id}, {at_most}{nodes} node{}, {replications} replication{}{sweep}",
            ends[0], ends[1]
        ))?;
    }
    terminal.flush()?;
    if status == Status::Good {
        terminal.note(format_args!("next: corsair {next} {}", word(&arguments.files[0])));
    }
    Ok(status)
}
