//! A single file that is replaced whole or not at all.

use std::path::Path;

use super::disk::Disk;
use super::error::RecordError;
use super::place::{Place, Role, remove_if_any};

/// Writes a file whole or not at all: under a temporary name beside it, synced, then renamed.
///
/// # Errors
/// What the disk refuses; then the file is as it was, or if only the last sync failed, the new one.
pub fn write_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    write_among_others(disk, path, bytes)?;
    Place::of(path)?.clear_leftovers(disk);
    Ok(())
}

/// The same where other machines may be writing the file as well: nothing of theirs is cleared, for from here it
/// looks like something that was left.
///
/// # Errors
/// What the disk refuses; then the file is as it was, or if only the last sync failed, the new one.
pub fn write_among_others(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let place = Place::of(path)?;
    let (partial, mut file) = place
        .claim(Role::Partial, |partial| disk.create_file(partial))
        .map_err(RecordError::disk("create", path))?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync())
        .and_then(|()| disk.rename(&partial, path))
        .map_err(RecordError::disk("write", path));
    if written.is_err() {
        remove_if_any(disk, Some(&partial));
    }
    written?;
    disk.sync_folder(place.parent()).map_err(RecordError::disk("sync", place.parent()))
}

/// Notes in `latest.txt` of an experiment's folder which of its results is the newest.
///
/// # Errors
/// What the disk refuses; then the file is as it was, or if only the last sync failed, the new one.
pub fn write_latest(disk: &dyn Disk, experiment: &Path, id: &str) -> Result<(), RecordError> {
    write_whole(disk, &experiment.join("latest.txt"), format!("{id}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LocalDisk;

    #[test]
    fn only_who_is_alone_clears_what_seems_to_be_left() {
        let home = tempfile::tempdir().unwrap();
        let (path, other) = (home.path().join("a"), home.path().join(".a.partial-999999999-1"));
        std::fs::write(&other, "a process of another machine is at it").unwrap();
        write_among_others(&LocalDisk, &path, b"one").unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), other.exists()), (b"one".to_vec(), true));
        write_whole(&LocalDisk, &path, b"two").unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), other.exists()), (b"two".to_vec(), false));
    }
}
