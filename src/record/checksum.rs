//! The SHA-256 and the length of a file, taken while it is written or read.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// What two files share when they hold the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) bytes: u64,
    /// 64 hex digits.
    pub(super) sha256: String,
}

/// A writer that passes on what it gets and remembers its checksum.
pub(super) struct Summing<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Summing<W> {
    pub(super) fn new(out: W) -> Summing<W> {
        Summing { out, hash: Sha256::new(), bytes: 0 }
    }

    pub(super) fn finish(self) -> (W, Checksum) {
        let mut sha256 = String::with_capacity(64);
        for byte in self.hash.finalize() {
            write!(sha256, "{byte:02x}").expect("a string takes all that is written to it");
        }
        (self.out, Checksum { bytes: self.bytes, sha256 })
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The checksum of the file at `path`.
pub(super) fn checksum(path: &Path) -> io::Result<Checksum> {
    let mut sum = Summing::new(io::sink());
    io::copy(&mut File::open(path)?, &mut sum)?;
    Ok(sum.finish().1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_fips_180() {
        let of = |bytes: &[u8]| {
            let mut sum = Summing::new(Vec::new());
            sum.write_all(bytes).unwrap();
            let (out, sum) = sum.finish();
            assert_eq!(out, bytes);
            sum
        };
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of(b"abc"), Checksum { bytes: 3, sha256: abc.into() });
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(b""), Checksum { bytes: 0, sha256: empty.into() });
    }
}
