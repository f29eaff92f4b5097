//! Where, when and with what results are made: read from the machine, kept out of all data.

use std::time::{self, SystemTime, UNIX_EPOCH};

use crate::kernel::Instant;
use crate::record::{Provenance, Timestamp};

/// The clock of a command.
pub(super) struct Watch {
    started: SystemTime,
    since: time::Instant,
}

impl Watch {
    pub(super) fn start() -> Watch {
        Watch { started: SystemTime::now(), since: time::Instant::now() }
    }

    /// Milliseconds of the wall clock so far.
    pub(super) fn wall_ms(&self) -> f64 {
        self.since.elapsed().as_secs_f64() * 1e3
    }

    /// What can be said of this machine now.
    pub(super) fn provenance(&self, jobs: usize) -> Provenance {
        let since = self.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = Instant::from_nanos(since.as_nanos() as u64);
        Provenance {
            argv: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            folder: std::env::current_dir()
                .map_or(String::new(), |folder| folder.display().to_string()),
            host: host(),
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            started: Timestamp(started).to_string(),
            wall_ms: self.wall_ms(),
            jobs: jobs as u64,
            peak_bytes: peak_bytes(),
            corsair: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: option_env!("CORSAIR_RUSTC").unwrap_or_default().to_owned(),
        }
    }
}

/// The name of this machine.
pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The most memory that this process ever had resident. Linux tells it since the last exec, where
/// `getrusage` begins with the parent's.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
