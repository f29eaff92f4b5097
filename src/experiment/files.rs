//! Where the files that an experiment names are found: beside it, then in the working folder, then in the binary.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::builtin::builtin_file;
use crate::network::Population;
use crate::network::decode::NamedFile;
use crate::topology::files::GraphFile;

/// Finds and reads files, and keeps what the points of a study have in common.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The experiment's own folder; a built-in experiment has none.
    beside: Option<PathBuf>,
    /// Graph files that were read, with their digests, by their paths and the options that they were read with.
    pub(super) graphs: RefCell<BTreeMap<String, (Arc<GraphFile>, String)>>,
    /// Who stands on the ground that was judged last, by the settings that it comes of.
    pub(super) judged: RefCell<Option<(String, Population)>>,
}

/// The longest file that is read: larger ones are no experiment and no graph.
const BYTES_MAX: u64 = 4 << 30;

impl Library {
    /// For an experiment file, or a built-in one.
    pub fn of(experiment: Option<&Path>) -> Library {
        let folder = experiment.and_then(Path::parent).map(Path::to_path_buf);
        Library { beside: folder, ..Library::default() }
    }

    /// Reads the file that the experiment calls `path`.
    ///
    /// # Errors
    /// One sentence about why not.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let beside = self.beside.iter().map(|folder| folder.join(path));
        let found = beside.chain([PathBuf::from(path)]).find(|place| place.exists());
        match found {
            Some(place) => read_file(&place),
            None => match builtin_file(path) {
                Some(bytes) => Ok(bytes.to_vec()),
                None => Err(format!("there is no file {path}")),
            },
        }
    }

    /// Reads the file of text that the experiment calls `path`.
    ///
    /// # Errors
    /// One sentence about why not.
    pub fn read_named(&self, path: &str) -> Result<NamedFile, String> {
        let bytes = self.read(path)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} is no text in UTF-8"))?;
        Ok(NamedFile { text, sha256 })
    }
}

/// Reads a whole file.
///
/// # Errors
/// One sentence about why not, with its path.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let what = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {shown}"),
        io::ErrorKind::PermissionDenied => format!("{shown} may not be read"),
        _ => format!("{shown} cannot be read: {error}"),
    };
    let about = fs::metadata(path).map_err(what)?;
    if about.is_dir() {
        return Err(format!("{shown} is a folder, not a file"));
    }
    // What is no plain file, such as a pipe, tells its length when it ends.
    let mut bytes = Vec::new();
    if about.len() <= BYTES_MAX {
        let file = fs::File::open(path).map_err(what)?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(what)?;
    }
    if about.len().max(bytes.len() as u64) > BYTES_MAX {
        return Err(format!("{shown} is larger than {} GiB", BYTES_MAX >> 30));
    }
    Ok(bytes)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes any text");
    }
    text
}
