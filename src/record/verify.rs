//! Whether a result is still what was written, and where two results part.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::checksum::checksum;
use super::error::RecordError;
use super::manifest::{MANIFEST, Manifest};
use super::provenance::PROVENANCE;

/// One way in which a result is not what it should be, or not what another is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The manifest itself is not readable.
    Manifest {
        /// What is wrong with it.
        why: String,
    },
    /// The manifest names a file that is not there.
    Missing {
        /// The file's path in the folder.
        file: String,
    },
    /// A file is not as long as the manifest says.
    Length {
        /// The file's path in the folder.
        file: String,
        /// Bytes that were written.
        written: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A file is as long as the manifest says, but holds other bytes.
    Content {
        /// The file's path in the folder.
        file: String,
    },
    /// A file is in one of two folders only.
    OnlyIn {
        /// The file's path in the folder.
        file: String,
        /// The folder that has it.
        folder: PathBuf,
    },
    /// A file differs between two folders.
    Byte {
        /// The file's path in the folders.
        file: String,
        /// Bytes before the first that differs, or that one file does not have.
        offset: u64,
        /// Its line, from 1.
        line: u64,
        /// Its column in bytes, from 1.
        column: u64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Manifest { why } => write!(f, "{MANIFEST} is damaged: {why}"),
            Difference::Missing { file } => write!(f, "{file} is missing"),
            Difference::Length { file, written, found } => {
                write!(f, "{file} differs: it has {found} bytes, {written} were written")
            }
            Difference::Content { file } => {
                write!(f, "{file} differs: its SHA-256 is not the one in {MANIFEST}")
            }
            Difference::OnlyIn { file, folder } => {
                write!(f, "{file} is in {} only", folder.display())
            }
            Difference::Byte { file, offset, line, column } => {
                write!(f, "{file} differs: line {line}, column {column} (byte {offset})")
            }
        }
    }
}

/// Compares the files of a result with its manifest; no difference means that it is intact.
///
/// # Errors
/// What cannot be read, and a folder without a manifest.
pub fn verify(folder: &Path) -> Result<Vec<Difference>, RecordError> {
    match Manifest::read(folder)? {
        Ok(manifest) => differences(folder, &manifest),
        Err(difference) => Ok(vec![difference]),
    }
}

/// Compares the files in `folder` with what `manifest` says of them.
pub(super) fn differences(
    folder: &Path,
    manifest: &Manifest,
) -> Result<Vec<Difference>, RecordError> {
    let mut found = Vec::new();
    for entry in &manifest.files {
        let path = folder.join(&entry.path);
        let file = entry.path.clone();
        match checksum(&path) {
            Err(e) if is_absence(&e) => found.push(Difference::Missing { file }),
            Err(e) => return Err(RecordError::disk("read", &path)(e)),
            Ok(sum) if sum.bytes != entry.bytes => {
                let (written, found_bytes) = (entry.bytes, sum.bytes);
                found.push(Difference::Length { file, written, found: found_bytes });
            }
            Ok(sum) if sum.sha256 != entry.sha256 => found.push(Difference::Content { file }),
            Ok(_) => {}
        }
    }
    Ok(found)
}

/// A folder where a file should be, or a file where a folder should be, is an absence too.
fn is_absence(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// Compares two folders byte for byte, provenance apart: the first difference of each file, by
/// path.
///
/// # Errors
/// What cannot be read.
pub fn compare(left: &Path, right: &Path) -> Result<Vec<Difference>, RecordError> {
    let (ours, theirs) = (files(left)?, files(right)?);
    let mut found = Vec::new();
    let only = |file: &String, folder: &Path| Difference::OnlyIn {
        file: file.clone(),
        folder: folder.to_owned(),
    };
    for file in &ours {
        if theirs.binary_search(file).is_err() {
            found.push((file, only(file, left)));
        } else if let Some(difference) = first_difference(file, left, right)? {
            found.push((file, difference));
        }
    }
    let absent = theirs.iter().filter(|file| ours.binary_search(file).is_err());
    found.extend(absent.map(|file| (file, only(file, right))));
    found.sort_by_key(|(file, _)| *file);
    Ok(found.into_iter().map(|(_, difference)| difference).collect())
}

/// The paths of all files in a folder and the folders in it, sorted, provenance apart.
fn files(folder: &Path) -> Result<Vec<String>, RecordError> {
    let mut found = Vec::new();
    let mut rooms = vec![String::new()];
    while let Some(room) = rooms.pop() {
        let path = folder.join(&room);
        let failed = |e| RecordError::disk("read", &path)(e);
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{room}{}", entry.file_name().to_string_lossy());
            // Links to folders are not followed: they may lead in a circle.
            if entry.file_type().map_err(failed)?.is_dir() {
                rooms.push(name + "/");
            } else if name != PROVENANCE {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn first_difference(
    file: &str,
    left: &Path,
    right: &Path,
) -> Result<Option<Difference>, RecordError> {
    let open = |folder: &Path| -> Result<_, RecordError> {
        let path = folder.join(file);
        let opened = File::open(&path).map_err(RecordError::disk("read", &path))?;
        Ok((path, BufReader::with_capacity(1 << 16, opened)))
    };
    let (mut ours, mut theirs) = (open(left)?, open(right)?);
    let (mut offset, mut line, mut line_start) = (0u64, 1u64, 0u64);
    loop {
        let a = ours.1.fill_buf().map_err(RecordError::disk("read", &ours.0))?;
        let b = theirs.1.fill_buf().map_err(RecordError::disk("read", &theirs.0))?;
        let length = a.len().min(b.len());
        let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        for (place, _) in a[..same].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            line += 1;
            line_start = offset + place as u64 + 1;
        }
        offset += same as u64;
        if same < length || a.len() != b.len() && length == 0 {
            let column = offset - line_start + 1;
            return Ok(Some(Difference::Byte { file: file.to_owned(), offset, line, column }));
        }
        if length == 0 {
            return Ok(None);
        }
        ours.1.consume(length);
        theirs.1.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn folders_are_compared_to_the_byte() {
        let long = "x".repeat(100_000);
        let (cut, other) = (&long[..99_999], format!("{long}\n1\n23"));
        let left = folder(&[
            ("provenance.json", "here"),
            ("a.csv", "run\n0\n1\n"),
            ("graph/0.json", &long),
            ("graph/1.json", &format!("{long}\n1\n24")),
            ("same.csv", &long),
            ("empty", ""),
        ]);
        let right = folder(&[
            ("provenance.json", "there"),
            ("b.csv", ""),
            ("graph/0.json", cut),
            ("graph/1.json", &other),
            ("same.csv", &long),
            ("empty", "\n"),
        ]);
        let found: Vec<_> =
            compare(left.path(), right.path()).unwrap().iter().map(|d| d.to_string()).collect();
        let expected = [
            format!("a.csv is in {} only", left.path().display()),
            format!("b.csv is in {} only", right.path().display()),
            "empty differs: line 1, column 1 (byte 0)".into(),
            "graph/0.json differs: line 1, column 100000 (byte 99999)".into(),
            "graph/1.json differs: line 3, column 2 (byte 100004)".into(),
        ];
        assert_eq!(found, expected);
        assert_eq!(compare(left.path(), left.path()).unwrap(), []);
    }

    #[test]
    fn a_folder_without_a_manifest_is_an_error() {
        let folder = folder(&[("runs.csv", "run\n")]);
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("cannot read ") && error.ends_with("No such file or directory"));
    }
}
