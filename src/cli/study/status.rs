//! `corsair status`: how far a study is.

use std::io;
use std::path::PathBuf;

use serde_json::json;

use super::super::disk::LimitedDisk;
use super::super::output::{Terminal, grouped, plural};
use super::super::{Format, Status};
use super::open::{beside, open};
use super::told::{list_runs, repair_line};
use crate::experiment::{Gathered, Places, Reach, Study, gather};
use crate::record::{Existing, examine};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair status results/mine/3f2a91c0b7de
  corsair status results/mine/3f2a91c0b7de --format csv     a point a row

Exit status: 0 all runs are there, 3 some are missing.")]
pub(in crate::cli) struct Arguments {
    /// The folder of a study
    dir: PathBuf,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(in crate::cli) fn status(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let folder = &arguments.dir;
    let Some(study) = open(folder, terminal) else { return Ok(Status::BadInput) };
    let disk = LimitedDisk::of_this_process();
    let is_whole = match examine(&disk, folder) {
        Ok(existing) => matches!(existing, Existing::Intact(_)),
        Err(error) => {
            terminal.error(&error.to_string());
            return Ok(Status::BadInput);
        }
    };
    let others = beside(folder, &study);
    let places = Places { folder, others: &others, reach: Reach::Everything };
    let gathered = match gather(&study, &disk, places) {
        Ok(gathered) => gathered,
        Err(error) => {
            terminal.error(&error.to_string());
            return Ok(Status::Incomplete);
        }
    };
    for note in &gathered.notes {
        terminal.note(format_args!("note: {note}"));
    }
    let missing = gathered.missing(&study);
    match arguments.format {
        Format::Table => {
            let state = if is_whole { "whole" } else { "under way" };
            terminal.say(format_args!(
                "{}   {} point{}, {} replication{}, {state}",
                study.base.name,
                grouped(study.points.len() as i64),
                plural(study.points.len() as u64),
                study.replications(),
                plural(study.replications().into()),
            ))?;
            terminal.say(format_args!(
                "{} of {} runs done, {} missing, {} violated, {} failed",
                grouped(gathered.done() as i64),
                grouped(study.runs() as i64),
                grouped(missing.len() as i64),
                grouped(gathered.violated() as i64),
                grouped(gathered.failed.len() as i64),
            ))?;
            for failure in &gathered.failed {
                let (point, rep) = failure.place;
                let at = study.describe(point);
                terminal
                    .say(format_args!("failed: {at}, replication {rep}: {}", failure.reason))?;
            }
            if !missing.is_empty() {
                terminal.say(format_args!("missing: {}", list_runs(&study, &missing)))?;
                terminal.say(format_args!("next: {}", repair_line(folder, &study)))?;
            } else if !is_whole {
                let shown = super::super::output::word(&folder.display().to_string());
                terminal.say(format_args!("next: corsair collect {shown}"))?;
            }
        }
        Format::Csv => csv(&study, &gathered, terminal)?,
        Format::Json => terminal.say(json!({
            "name": study.base.name,
            "id": study.id(),
            "whole": is_whole,
            "points": study.points.len(),
            "replications": study.replications(),
            "runs": study.runs(),
            "done": gathered.done(),
            "missing": missing.len(),
            "violated": gathered.violated(),
            "failed": gathered.failed.len(),
        }))?,
    }
    terminal.flush()?;
    Ok(if missing.is_empty() { Status::Good } else { Status::Incomplete })
}

/// A point a row.
fn csv(study: &Study, gathered: &Gathered, terminal: &mut Terminal) -> io::Result<()> {
    let mut header = vec!["point"];
    header.extend(study.factors.iter().map(String::as_str));
    header.extend(["done", "missing", "violated", "failed"]);
    let rows: Vec<Vec<String>> = (0..)
        .zip(&study.cells)
        .map(|(number, cells)| {
            let [done, violated, failed] = gathered.of_point(number);
            let missing = u64::from(study.replications()) - done;
            let mut row = vec![number.to_string()];
            row.extend(cells.iter().cloned());
            row.extend([done, missing, violated, failed].map(|count| count.to_string()));
            row
        })
        .collect();
    terminal.csv(&header, &rows)
}
