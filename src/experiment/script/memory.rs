//! How much memory a shard asks for: from a measured run where there is one.

use std::num::NonZeroU32;

use super::quote::in_comment;
use crate::record::Measured;

const MIB: u64 = 1 << 20;
/// Asked for in whole steps of this many MiB.
const STEP_MIB: u64 = 128;
/// What a run is given that nobody has measured, in MiB.
const UNMEASURED_MIB: u64 = 2048;
/// What `collect` is given, in MiB: it holds the rows of all runs, not the runs.
pub(super) const COLLECT_MIB: u64 = 1024;

/// What a shard's memory is reckoned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptMemory {
    /// An earlier result of the same experiment.
    Measured(Measured),
    /// Nothing was measured: 2 GiB for each run at once.
    Unmeasured,
}

impl ScriptMemory {
    /// MiB for a shard that works on so many runs at once: twice what was measured, rounded up.
    pub fn mebibytes(&self, jobs: NonZeroU32) -> u64 {
        let jobs = u64::from(jobs.get());
        match self {
            ScriptMemory::Measured(measured) => {
                let shares = jobs.div_ceil(measured.jobs.max(1));
                let bytes = measured.peak_bytes.saturating_mul(2).saturating_mul(shares);
                bytes.div_ceil(MIB).div_ceil(STEP_MIB).max(1) * STEP_MIB
            }
            ScriptMemory::Unmeasured => UNMEASURED_MIB * jobs,
        }
    }

    /// Where the figure comes from, for a comment.
    pub(super) fn source(&self) -> String {
        match self {
            ScriptMemory::Measured(Measured { peak_bytes, jobs, folder }) => {
                let at_once = match jobs {
                    1 => String::new(),
                    _ => format!(" with {jobs} runs at once"),
                };
                let (mebibytes, folder) = (peak_bytes.div_ceil(MIB), folder.display().to_string());
                format!("twice the {mebibytes} MiB of {}{at_once}", in_comment(&folder))
            }
            ScriptMemory::Unmeasured => {
                "a guess: once a run of this experiment is in results/, it is measured".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peak_bytes: u64, measured: u64, jobs: u32) -> u64 {
        let memory = Measured { peak_bytes, jobs: measured, folder: "results/a/b".into() };
        ScriptMemory::Measured(memory).mebibytes(NonZeroU32::new(jobs).unwrap())
    }

    #[test]
    fn memory_is_twice_what_was_measured() {
        assert_eq!(asked(5 * MIB, 1, 1), 128);
        assert_eq!(asked(64 * MIB, 1, 1), 128);
        assert_eq!(asked(64 * MIB + 1, 1, 1), 256);
        assert_eq!(asked(100 * MIB, 1, 4), 896, "800 MiB, in steps of 128");
        assert_eq!(asked(100 * MIB, 2, 4), 512, "measured with two runs at once");
        assert_eq!(asked(100 * MIB, 8, 1), 256, "never less than what was measured");
        assert_eq!(asked(0, 0, 1), 128);
        assert!(asked(u64::MAX, 1, 3) > 1 << 40);
    }

    #[test]
    fn memory_without_a_measure_is_a_guess() {
        assert_eq!(ScriptMemory::Unmeasured.mebibytes(NonZeroU32::new(3).unwrap()), 6144);
        assert!(ScriptMemory::Unmeasured.source().starts_with("a guess"));
    }
}
