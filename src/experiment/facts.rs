//! What follows from an experiment's settings: its id, its end, whether it has a sweep.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::ENGINE_NUMBER;
use super::decode::Experiment;
use super::files::hex;
use crate::kernel::{Instant, Seed};

impl Experiment {
    /// The last moment of a run, unless something ends it before.
    pub fn end(&self) -> Instant {
        self.stop.at.unwrap_or(Instant::NEVER)
    }

    /// What names the results of all its replications, or of one alone: 12 hexadecimal digits.
    pub fn id(&self, only: Option<u32>) -> String {
        let named = json!({
            "engine": ENGINE_NUMBER,
            "experiment": self.canonical,
            "kind": "run",
            "replication": only,
        });
        hex(&Sha256::digest(named.to_string()))[..12].to_owned()
    }

    /// Takes another root seed.
    pub(super) fn give_seed(&mut self, seed: Seed) {
        self.seed = seed;
        self.canonical["seed"] = json!(seed.0);
    }

    /// Whether the file says what a study varies, which a run leaves out.
    pub fn has_sweep(&self) -> bool {
        self.sweep.is_some()
    }

    /// Over how many points a study of it goes; none where it does not vary anything.
    pub fn points(&self) -> Option<usize> {
        self.sweep.as_ref().map(|sweep| sweep.points.len())
    }
}
