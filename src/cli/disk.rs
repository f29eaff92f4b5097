//! The disk as far as this process may use it: where files may not grow further, a write is refused.
//!
//! At the limit (`ulimit -f`) the system would end the process by a signal and leave its parts behind.

use std::io::{self, Write};
use std::path::Path;

use rustix::process::{Resource, getrlimit};

use crate::record::{Disk, DiskFile, LocalDisk};

/// The file system of this machine, within the limits of this process.
pub(super) struct LimitedDisk {
    bytes_max: u64,
}

impl LimitedDisk {
    pub(super) fn of_this_process() -> LimitedDisk {
        LimitedDisk { bytes_max: getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX) }
    }
}

/// A file that knows how long it may become.
struct LimitedFile {
    file: Box<dyn DiskFile>,
    bytes_left: u64,
}

impl Write for LimitedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.bytes_left {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "file too large (ulimit -f)"));
        }
        let written = self.file.write(bytes)?;
        self.bytes_left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl DiskFile for LimitedFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

impl Disk for LimitedDisk {
    fn create_path(&self, path: &Path) -> io::Result<()> {
        LocalDisk.create_path(path)
    }
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        LocalDisk.create_folder(path)
    }
    fn create_file(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = LocalDisk.create_file(path)?;
        Ok(Box::new(LimitedFile { file, bytes_left: self.bytes_max }))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        LocalDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        LocalDisk.remove(path)
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        LocalDisk.sync_folder(path)
    }
}
