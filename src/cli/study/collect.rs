//! `corsair collect`: from the runs that are there to the result.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::super::disk::LimitedDisk;
use super::super::output::Terminal;
use super::super::provenance::Watch;
use super::super::{Format, Status};
use super::open::{beside, open};
use super::told::{Printed, list_runs, repair_line, tell};
use crate::experiment::{
    GatherError, Places, Reach, StudyOutcome, collect as collect_study, gather,
};
use crate::record::{Existing, examine};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair collect results/mine/3f2a91c0b7de
  corsair collect results/mine/3f2a91c0b7de /mnt/other/3f2a91c0b7de     with the runs done elsewhere

Whoever did which run, the result has the same bytes as that of one machine. Where runs are missing,
the line that does them is printed.
Exit status: 0 good, 1 an invariant or an assertion failed, 3 runs are missing, 4 two machines did
not agree on a run.")]
pub(in crate::cli) struct Arguments {
    /// The folder of a study
    dir: PathBuf,
    /// Other folders with runs of the same study
    from: Vec<PathBuf>,
    /// A metric to be printed, as often as wanted; else those that are asserted, or the first ones
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(in crate::cli) fn collect(
    arguments: &Arguments,
    terminal: &mut Terminal,
) -> io::Result<Status> {
    let Arguments { dir: folder, from, metrics, format } = arguments;
    let Some(study) = open(folder, terminal) else { return Ok(Status::BadInput) };
    if let Some(absent) = from.iter().find(|folder| !folder.is_dir()) {
        terminal.error(&format!("there is no folder {}", absent.display()));
        return Ok(Status::BadInput);
    }
    let disk = LimitedDisk::of_this_process();
    let printed = Printed { study: &study, folder, format: *format, metrics };
    let watch = Watch::start();
    let others = [from.as_slice(), &beside(folder, &study)].concat();
    let places = Places { folder, others: &others, reach: Reach::Everything };
    let found = examine(&disk, folder).map_err(GatherError::from);
    let gathered = match found.and_then(|existing| Ok((existing, gather(&study, &disk, places)?))) {
        Ok((Existing::Intact(manifest), _)) if manifest.id == study.id() => {
            return match StudyOutcome::read(&study, folder) {
                Ok(outcome) => tell(&printed, &outcome, "it was there, intact", terminal),
                Err(error) => {
                    terminal.error(&error.to_string());
                    Ok(Status::Incomplete)
                }
            };
        }
        Ok((_, gathered)) => gathered,
        Err(error) => {
            terminal.error(&error.to_string());
            return Ok(match error {
                GatherError::NotReproducible { .. } => Status::NotReproducible,
                _ => Status::Incomplete,
            });
        }
    };
    for note in &gathered.notes {
        terminal.note(format_args!("note: {note}"));
    }
    let missing = gathered.missing(&study);
    if !missing.is_empty() {
        let (count, whole) = (missing.len(), study.runs());
        terminal.error(&format!(
            "{count} of {whole} runs are missing: {}",
            list_runs(&study, &missing)
        ));
        terminal.note(format_args!("next: {}", repair_line(folder, &study)));
        return Ok(Status::Incomplete);
    }
    let provenance = || watch.provenance(NonZeroUsize::MIN.get()).without_runs();
    match collect_study(&study, gathered, (&disk, folder), provenance) {
        Ok(outcome) => tell(&printed, &outcome, "", terminal),
        Err(error) => {
            terminal.error(&error.to_string());
            Ok(Status::Incomplete)
        }
    }
}
