//! What stands where a result belongs.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::disk::Disk;
use super::error::RecordError;
use super::manifest::{MANIFEST, Manifest};
use super::place::{Place, Role, name_when_whole};
use super::verify::{Difference, differences};

/// What stands where a result belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing, or an empty folder.
    Absent,
    /// The beginnings of a result, without a manifest.
    Incomplete,
    /// A result of which something was changed or lost since; the first such thing.
    Damaged(Difference),
    /// A result, to the byte as it was written.
    Intact(Manifest),
}

/// The names that a result begins with; all else in a folder without a readable manifest is the
/// user's.
const OURS: [&str; 17] = [
    MANIFEST,
    "provenance.json",
    "experiment.yaml",
    "resolved.json",
    "runs.csv",
    "series.csv",
    "events.csv",
    "summary.csv",
    "points.csv",
    "pairs.csv",
    "datapackage.json",
    "report.html",
    "trace.jsonl",
    "trace.jsonl.zst",
    "graph",
    "violations",
    "parts",
];

/// Says what stands at `target`. What a run that was killed there had moved aside is put back
/// first, and what it left beside an intact result is cleared.
///
/// # Errors
/// What cannot be read, what is no folder, and a folder that holds what no run has written.
pub fn examine(disk: &dyn Disk, target: &Path) -> Result<Existing, RecordError> {
    let place = Place::of(target)?;
    if !is_there(target)? {
        match place.leftovers(Role::Old)?.first() {
            Some(old) => disk.rename(old, target).map_err(RecordError::disk("rename", old))?,
            None => return Ok(Existing::Absent),
        }
    }
    let existing = look(target)?;
    if matches!(existing, Existing::Intact(_)) {
        place.clear_leftovers(disk);
    }
    Ok(existing)
}

pub(super) fn look(target: &Path) -> Result<Existing, RecordError> {
    if !is_there(target)? {
        return Ok(Existing::Absent);
    }
    let manifest = match Manifest::read(target) {
        Ok(Ok(manifest)) => manifest,
        Ok(Err(difference)) => {
            refuse_foreign(target, None)?;
            return Ok(Existing::Damaged(difference));
        }
        Err(RecordError::Disk { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
            return Ok(match refuse_foreign(target, None)? {
                0 => Existing::Absent,
                _ => Existing::Incomplete,
            });
        }
        Err(error) => return Err(error),
    };
    Ok(match differences(target, &manifest)?.into_iter().next() {
        None => Existing::Intact(manifest),
        Some(difference) => {
            refuse_foreign(target, Some(&manifest))?;
            Existing::Damaged(difference)
        }
    })
}

pub(super) fn is_there(target: &Path) -> Result<bool, RecordError> {
    match fs::metadata(target) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(_) => Err(RecordError::NoFolder(target.to_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(RecordError::disk("read", target)(e)),
    }
}

/// Counts the entries of a folder, all of which are a result's; what is not is never cleared.
fn refuse_foreign(folder: &Path, manifest: Option<&Manifest>) -> Result<usize, RecordError> {
    let named = manifest.iter().flat_map(|m| &m.files).filter_map(|f| f.path.split('/').next());
    let ours: BTreeSet<&str> = OURS.into_iter().chain(named).collect();
    let failed = |e| RecordError::disk("read", folder)(e);
    let mut count = 0;
    let entries = match fs::read_dir(folder) {
        // Another process has just moved it aside.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        // Another shard of the study may be about to write one of its files.
        if !ours.contains(name_when_whole(&entry).unwrap_or(&entry)) {
            return Err(RecordError::Foreign { folder: folder.to_owned(), entry });
        }
        count += 1;
    }
    Ok(count)
}

/// Refuses a target that could not be replaced, before any work is done for it.
pub(super) fn refuse_unclearable(target: &Path) -> Result<(), RecordError> {
    if !is_there(target)? {
        return Ok(());
    }
    let manifest = Manifest::read(target).ok().and_then(Result::ok);
    refuse_foreign(target, manifest.as_ref()).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LocalDisk;

    #[test]
    fn a_file_that_another_shard_is_writing_is_no_stranger() {
        let home = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(home.path().join(name), "{").unwrap();
        let look = || examine(&LocalDisk, home.path());
        put(".resolved.json.partial-30366-1");
        assert_eq!(look().unwrap(), Existing::Incomplete);
        put("experiment.yaml");
        assert_eq!(look().unwrap(), Existing::Incomplete);
        put(".thesis.tex.partial-30366-1");
        assert!(look().unwrap_err().to_string().contains(".thesis.tex.partial-30366-1"));
    }
}
