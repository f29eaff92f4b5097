//! `corsair verify`: are results what they were, and are two of them the same?

use std::io;
use std::path::PathBuf;

use super::Status;
use super::output::{Terminal, word};
use crate::record::{compare, verify as verify_one};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair verify results/pirates/ID            is it to the byte what was written?
  corsair verify results/pirates/ID other/ID   are both the same, provenance.json apart?

The exit status is 4 where there is a difference; each is told with its file, line and column.")]
pub(super) struct Arguments {
    /// A results folder, as a run has printed it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Another one, to be compared with it byte for byte, provenance.json apart
    #[arg(value_name = "OTHER")]
    other: Option<PathBuf>,
}

pub(super) fn verify(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let Arguments { folder, other } = arguments;
    let found = match other {
        None => verify_one(folder),
        Some(other) => compare(folder, other),
    };
    let differences = match found {
        Ok(differences) => differences,
        Err(error) => {
            terminal.error(&error.to_string());
            return Ok(Status::BadInput);
        }
    };
    for difference in &differences {
        terminal.say(difference)?;
    }
    let shown = folder.display();
    if differences.is_empty() {
        match other {
            None => terminal.say(format_args!("{shown}: intact"))?,
            Some(other) => terminal.say(format_args!("{shown} = {}", other.display()))?,
        }
        terminal.flush()?;
        if other.is_none() {
            let resolved = folder.join("resolved.json").display().to_string();
            let resolved = word(&resolved);
            terminal.note(format_args!("next: corsair run {resolved} -o again    the same again"));
        }
        return Ok(Status::Good);
    }
    terminal.flush()?;
    terminal.note("next: corsair run EXPERIMENT --force makes results again");
    Ok(Status::NotReproducible)
}
