//! `corsair report`: the page of results, made anew from their folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Status;
use super::disk::LimitedDisk;
use super::output::{Terminal, grouped, word};
use crate::experiment::report as make;
use crate::record::{Manifest, RecordError, verify, write_whole};

/// The report's name in a folder of results.
const REPORT: &str = "report.html";

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair report results/pirates/ID                the report in the folder, made anew
  corsair report results/pirates/ID -o page.html   the same page elsewhere

The page is made from the files of the folder alone: the same files give the same bytes. It opens
from disk, asks no network and has no scripts.")]
pub(super) struct Arguments {
    /// A results folder, as a run has printed it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write the page here, and leave the folder as it is
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The manifest of a folder, or a sentence about why there is none.
pub(super) fn manifest(folder: &Path) -> Result<Manifest, String> {
    if !folder.is_dir() {
        let shown = folder.display();
        return Err(format!("{shown} is no folder: give the one that corsair run has printed"));
    }
    Manifest::open(folder).map_err(|error| match error {
        RecordError::Disk { cause, .. } if cause.kind() == io::ErrorKind::NotFound => format!(
            "{} holds no results: it has no manifest.json; give the folder that corsair run has \
             printed",
            folder.display()
        ),
        error => error.to_string(),
    })
}

pub(super) fn report(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let folder = &arguments.folder;
    let made = manifest(folder).and_then(|manifest| {
        let page = make(folder, &manifest).map_err(|error| error.to_string())?;
        Ok((manifest, page))
    });
    let (manifest, page) = match made {
        Ok(made) => made,
        Err(sentence) => {
            terminal.error(&sentence);
            return Ok(Status::BadInput);
        }
    };
    let own = folder.join(REPORT);
    let path = arguments.out.as_ref().unwrap_or(&own);
    let is_there = fs::read(path).is_ok_and(|bytes| bytes == page.as_bytes());
    let shown = path.display();
    let size = format!("{} bytes", grouped(page.len() as i64));
    if is_there {
        terminal.say(format_args!("{shown}    {size} (it was there: the same bytes)"))?;
        terminal.flush()?;
        return Ok(Status::Good);
    }
    if arguments.out.is_none() && is_as_written(folder, &manifest) {
        terminal.error(&format!(
            "{shown} is another page than this corsair makes, and the manifest promises it: \
             -o FILE writes the new one elsewhere"
        ));
        return Ok(Status::BadInput);
    }
    if let Err(error) = write_whole(&LimitedDisk::of_this_process(), path, page.as_bytes()) {
        terminal.error(&error.to_string());
        return Ok(Status::Incomplete);
    }
    terminal.say(format_args!("{shown}    {size}"))?;
    terminal.flush()?;
    let folder = word(&folder.display().to_string());
    terminal.note(format_args!("next: corsair verify {folder}"));
    Ok(Status::Good)
}

/// Whether the folder has a report, to the byte as the manifest says.
fn is_as_written(folder: &Path, manifest: &Manifest) -> bool {
    let listed = manifest.files.iter().any(|file| file.path == REPORT);
    let differs = |found: Vec<_>| found.iter().any(names_report);
    listed && !verify(folder).is_ok_and(differs)
}

fn names_report(difference: &crate::record::Difference) -> bool {
    use crate::record::Difference::{Content, Length, Missing};
    matches!(difference, Missing { file } | Content { file } | Length { file, .. } if file == REPORT)
}
