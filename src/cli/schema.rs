//! `corsair schema`: what editors complete and check experiment files from.

use std::io;

use super::Status;
use super::output::Terminal;
use crate::experiment::schema as experiment_schema;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair schema > corsair.schema.json
  # yaml-language-server: $schema=corsair.schema.json    (the first line of an experiment)")]
pub(super) struct Arguments {}

pub(super) fn schema(_: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    terminal.say(format_args!("{:#}", experiment_schema()))?;
    terminal.flush()?;
    Ok(Status::Good)
}
