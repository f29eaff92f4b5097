//! A table of all runs in one file, in run order whichever run is done first.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Mutex;

/// Passes the bytes of the run whose turn it is, and keeps those of later runs until theirs comes.
pub(super) struct InOrder<W> {
    inner: Mutex<Turns<W>>,
}

struct Turns<W> {
    out: W,
    turn: u32,
    waiting: BTreeMap<u32, Part>,
}

#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    is_done: bool,
}

impl<W: Write> InOrder<W> {
    pub(super) fn new(out: W) -> InOrder<W> {
        InOrder { inner: Mutex::new(Turns { out, turn: 0, waiting: BTreeMap::new() }) }
    }

    /// Appends to a run's bytes.
    pub(super) fn write(&self, run: u32, bytes: &[u8]) -> io::Result<()> {
        let mut turns = self.lock();
        if run == turns.turn {
            return turns.out.write_all(bytes);
        }
        turns.waiting.entry(run).or_default().bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends a run: if it was its turn, the next ones have theirs.
    pub(super) fn finish(&self, run: u32) -> io::Result<()> {
        let mut turns = self.lock();
        turns.waiting.entry(run).or_default().is_done = true;
        let Turns { out, turn, waiting } = &mut *turns;
        while let Some(part) = waiting.get_mut(turn) {
            out.write_all(&std::mem::take(&mut part.bytes))?;
            if !part.is_done {
                break;
            }
            waiting.remove(turn);
            *turn += 1;
        }
        Ok(())
    }

    pub(super) fn into_inner(self) -> W {
        self.inner.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).out
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Turns<W>> {
        // A run that panicked has ended the process, or will: its bytes are as good as any.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_in_run_order() {
        let parts = InOrder::new(Vec::new());
        for (run, bytes) in [(1, "b"), (0, "a"), (2, "d"), (1, "c")] {
            parts.write(run, bytes.as_bytes()).unwrap();
        }
        parts.finish(2).unwrap();
        parts.finish(0).unwrap();
        parts.write(1, b"C").unwrap();
        parts.finish(1).unwrap();
        parts.write(3, b"e").unwrap();
        assert_eq!(parts.into_inner(), b"abcCde");
    }
}
