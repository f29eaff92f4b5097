//! A disk for tests that fails at operations of one's choice.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::disk::{Disk, DiskFile, LocalDisk};

/// The local disk, full at the operations of this range, counted from 0: writes and syncs too.
pub(crate) struct Failing(Failure);

struct FailingFile(Box<dyn DiskFile>, Failure);

#[derive(Clone)]
struct Failure {
    done: Arc<AtomicU64>,
    range: Range<u64>,
}

impl Failure {
    fn step(&self) -> io::Result<()> {
        match self.range.contains(&self.done.fetch_add(1, SeqCst)) {
            true => Err(io::Error::from(io::ErrorKind::StorageFull)),
            false => Ok(()),
        }
    }
}

impl Failing {
    pub(crate) fn at(range: Range<u64>) -> Failing {
        Failing(Failure { done: Arc::default(), range })
    }

    /// How many operations were tried.
    pub(crate) fn operations(&self) -> u64 {
        self.0.done.load(SeqCst)
    }
}

impl Disk for Failing {
    fn create_path(&self, path: &Path) -> io::Result<()> {
        self.0.step().and_then(|()| LocalDisk.create_path(path))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.0.step().and_then(|()| LocalDisk.create_folder(path))
    }

    fn create_file(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.0.step()?;
        Ok(Box::new(FailingFile(LocalDisk.create_file(path)?, self.0.clone())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.step().and_then(|()| LocalDisk.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.step().and_then(|()| LocalDisk.remove(path))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.0.step().and_then(|()| LocalDisk.sync_folder(path))
    }
}

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.1.step() {
            Ok(()) => self.0.write(&bytes[..bytes.len().min(1 << 15)]),
            // A full disk takes a part first.
            Err(e) => self.0.write_all(&bytes[..bytes.len() / 2]).and(Err(e)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl DiskFile for FailingFile {
    fn sync(&mut self) -> io::Result<()> {
        self.1.step().and_then(|()| self.0.sync())
    }
}
