//! A name in a folder with the temporary names beside it, and whose they are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};

use super::disk::Disk;
use super::error::RecordError;

/// A name in a folder, and the temporary names beside it.
pub(super) struct Place {
    parent: PathBuf,
    name: String,
}

/// What a temporary sibling is.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// Being written.
    Partial,
    /// Moved aside to be replaced.
    Old,
}

impl Place {
    pub(super) fn of(target: &Path) -> Result<Place, RecordError> {
        let Some(name) = target.file_name() else {
            return Err(RecordError::NoFolder(target.to_owned()));
        };
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Place { parent, name: name.to_string_lossy().into_owned() })
    }

    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    fn prefix(&self, role: Role) -> String {
        let role = match role {
            Role::Partial => "partial",
            Role::Old => "old",
        };
        format!(".{}.{role}-", self.name)
    }

    /// Makes something under the first free temporary name of this process. Two machines, or two
    /// containers, may share a process number: who finds a name taken tries the next.
    pub(super) fn claim<T>(
        &self,
        role: Role,
        make: impl Fn(&Path) -> io::Result<T>,
    ) -> io::Result<(PathBuf, T)> {
        let stem = format!("{}{}", self.prefix(role), std::process::id());
        let mut attempt = 1;
        loop {
            let path = self.parent.join(format!("{stem}-{attempt}"));
            match make(&path) {
                Err(e) if is_taken(&e) => attempt += 1,
                made => return made.map(|made| (path, made)),
            }
        }
    }

    /// What processes that are gone left behind, sorted.
    pub(super) fn leftovers(&self, role: Role) -> Result<Vec<PathBuf>, RecordError> {
        let failed = |e| RecordError::disk("read", &self.parent)(e);
        let entries = match fs::read_dir(&self.parent) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let prefix = self.prefix(role);
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let rest = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            if rest.and_then(|rest| rest.split('-').next()).is_some_and(is_gone) {
                found.push(entry.path());
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes what killed runs left here. It is in nobody's way, so a failure is none of the
    /// caller's.
    pub(super) fn clear_leftovers(&self, disk: &dyn Disk) {
        for role in [Role::Partial, Role::Old] {
            for path in self.leftovers(role).unwrap_or_default() {
                let _ = disk.remove(&path);
            }
        }
    }
}

/// Removes what killed processes of this machine left of drafts for `target`.
///
/// # Errors
/// A target that has no name.
pub fn clear_killed(disk: &dyn Disk, target: &Path) -> Result<(), RecordError> {
    Place::of(target)?.clear_leftovers(disk);
    Ok(())
}

/// What a file is called when it is whole, of a temporary name that one is written under.
pub(super) fn name_when_whole(temporary: &str) -> Option<&str> {
    Some(temporary.strip_prefix('.')?.split_once(".partial-")?.0)
}

/// Whether the process of this number has ended, as far as this machine knows.
fn is_gone(pid: &str) -> bool {
    let pid = pid.parse().ok().filter(|pid| *pid > 0).and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

pub(super) fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// Removes what was replaced; should that fail, a later run clears it.
pub(super) fn remove_if_any(disk: &dyn Disk, path: Option<&Path>) {
    if let Some(path) = path {
        let _ = disk.remove(path);
    }
}
