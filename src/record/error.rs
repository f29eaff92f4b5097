//! What can go wrong with results on disk, each in one sentence that names the path and the cause.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a result could not be written or read.
#[derive(Debug)]
pub enum RecordError {
    /// The machine refused an operation on a file or a folder.
    Disk {
        /// What was tried: create, write, sync, rename, remove, read.
        verb: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the machine said.
        cause: io::Error,
    },
    /// A stream that belongs to no file of ours failed.
    Stream(io::Error),
    /// The folder for the result holds something that no run has written, and so is not cleared.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The name of the first such thing in it.
        entry: String,
    },
    /// The path cannot be the folder of a result: it has no last name, or something else stands
    /// there.
    NoFolder(PathBuf),
    /// A file is not what its name says.
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        what: String,
    },
}

impl RecordError {
    /// For `map_err`: what was tried, and on what.
    pub(crate) fn disk(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RecordError {
        move |cause| RecordError::Disk { verb, path: path.to_owned(), cause }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Disk { verb, path, cause } => {
                write!(f, "cannot {verb} {}: {}", path.display(), plain(cause))
            }
            RecordError::Stream(cause) => write!(f, "cannot write: {}", plain(cause)),
            RecordError::Foreign { folder, entry } => write!(
                f,
                "{} holds `{entry}`, which is no part of a result: choose another folder for it",
                folder.display()
            ),
            RecordError::NoFolder(path) => {
                write!(f, "{} is no folder for a result: give a path to one", path.display())
            }
            RecordError::Malformed { path, what } => write!(f, "{}: {what}", path.display()),
        }
    }
}

/// The machine's words without the number that Rust appends.
fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

impl std::error::Error for RecordError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RecordError::Disk { cause, .. } | RecordError::Stream(cause) => Some(cause),
            _ => None,
        }
    }
}

/// An error that went through a writer as an `io::Error` comes out with its path.
impl From<io::Error> for RecordError {
    fn from(error: io::Error) -> RecordError {
        error.downcast::<RecordError>().unwrap_or_else(RecordError::Stream)
    }
}

/// So that a writer over a [`DraftFile`](super::DraftFile) keeps the path of what failed.
impl From<RecordError> for io::Error {
    fn from(error: RecordError) -> io::Error {
        let kind = match &error {
            RecordError::Disk { cause, .. } | RecordError::Stream(cause) => cause.kind(),
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}
