//! How a finished folder moves to its place.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::error::RecordError;
use super::folder::{Existing, is_there, look, refuse_unclearable};
use super::manifest::Manifest;
use super::place::{Place, Role, is_taken, remove_if_any};

/// How a finished folder came to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nothing was there.
    New,
    /// What was there was replaced: incomplete, damaged, or another result.
    Replaced,
    /// An intact result of the same bytes was there, and stays.
    Confirmed,
}

/// Moves the finished folder at `from` to its place; at each moment the place holds a whole folder
/// or none.
pub(super) fn install(
    disk: &dyn Disk,
    from: &Path,
    target: &Path,
    manifest: &Manifest,
) -> Result<Published, RecordError> {
    let place = Place::of(target)?;
    loop {
        let aside = match look(target)? {
            Existing::Intact(there) if there == *manifest => return Ok(Published::Confirmed),
            _ if is_there(target)? => move_aside(disk, &place, target)?,
            _ => None,
        };
        match disk.rename(from, target) {
            Ok(()) => {
                let parent = place.parent();
                disk.sync_folder(parent).map_err(RecordError::disk("sync", parent))?;
                remove_if_any(disk, aside.as_deref());
                place.clear_leftovers(disk);
                return Ok(if aside.is_some() { Published::Replaced } else { Published::New });
            }
            // Another process was faster: look at what it made.
            Err(e) if is_taken(&e) => remove_if_any(disk, aside.as_deref()),
            Err(e) => {
                if let Some(old) = aside {
                    // Should this fail too, `examine` puts it back when this process is gone.
                    let _ = disk.rename(&old, target);
                }
                return Err(RecordError::disk("rename", from)(e));
            }
        }
    }
}

/// Gives what stands at the target a temporary name; none when another process has just taken it
/// away.
fn move_aside(
    disk: &dyn Disk,
    place: &Place,
    target: &Path,
) -> Result<Option<PathBuf>, RecordError> {
    refuse_unclearable(target)?;
    match place.claim(Role::Old, |old| disk.rename(target, old)) {
        Ok((old, ())) => Ok(Some(old)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(RecordError::disk("rename", target)(e)),
    }
}
