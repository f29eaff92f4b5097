//! `provenance.json`: where, when and with what a result was made; the only file that may differ.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;

pub(super) const PROVENANCE: &str = "provenance.json";

/// Where, when and with what a result was made. The cli fills it; no result depends on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// The command line, the program's name first.
    pub argv: Vec<String>,
    /// The folder that it was called in.
    pub folder: String,
    /// The name of the machine.
    pub host: String,
    /// The operating system and the processor's architecture.
    pub platform: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// How long it took, in milliseconds of the wall clock.
    pub wall_ms: f64,
    /// How many runs were worked on at once.
    pub jobs: u64,
    /// The most memory that the process which ran the runs ever had resident, in bytes; none where
    /// the system does not tell, or where several processes ran them.
    pub peak_bytes: Option<u64>,
    /// The version of corsair.
    pub corsair: String,
    /// The version of the compiler that built it, where known.
    pub rustc: String,
}

impl Provenance {
    /// The same of a process that gathered runs of others: its memory says nothing of theirs.
    pub fn without_runs(self) -> Provenance {
        Provenance { peak_bytes: None, ..self }
    }
}

/// How much memory an earlier result took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The most memory that the process ever had resident, in bytes.
    pub peak_bytes: u64,
    /// How many runs it worked on at once.
    pub jobs: u64,
    /// The folder of that result.
    pub folder: PathBuf,
}

/// What the newest measured result took of those in `home`, the folder of all results of an experiment.
pub fn measured_memory(home: &Path) -> Option<Measured> {
    let folders = fs::read_dir(home).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let measured = folders.filter_map(|folder| {
        let bytes = fs::read(folder.join(PROVENANCE)).ok()?;
        let provenance: Provenance = serde_json::from_slice(&bytes).ok()?;
        let runs = Manifest::read(&folder).ok()?.ok()?.counts.runs;
        let peak_bytes = provenance.peak_bytes?;
        let jobs = provenance.jobs.min(runs).max(1);
        Some((provenance.started, Measured { peak_bytes, jobs, folder }))
    });
    // Times in RFC 3339 sort as text; the folder decides between two of one second.
    let newest = measured.max_by(|a, b| (&a.0, &a.1.folder).cmp(&(&b.0, &b.1.folder)));
    newest.map(|(_, measured)| measured)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Counts, Draft, LocalDisk, RecordError, ResultKind};

    fn result(folder: &Path, runs: u64, provenance: &Provenance) -> Result<(), RecordError> {
        let mut draft = Draft::begin(&LocalDisk, folder)?;
        draft.add_provenance(provenance)?;
        draft.publish(Manifest {
            schema: 1,
            name: "demo".into(),
            id: "3f2a91c0b7de".into(),
            kind: ResultKind::Run,
            study: None,
            seed: 1,
            engine: 1,
            counts: Counts { runs, ..Counts::default() },
            files: Vec::new(),
        })?;
        Ok(())
    }

    fn made(started: &str, jobs: u64, peak_bytes: Option<u64>) -> Provenance {
        Provenance { started: started.into(), jobs, peak_bytes, ..Provenance::default() }
    }

    #[test]
    fn the_newest_measured_result_tells() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        assert_eq!(measured_memory(home), None);
        assert_eq!(measured_memory(&home.join("nowhere")), None);
        result(&home.join("b"), 9, &made("2026-03-01T10:00:00Z", 4, Some(500))).unwrap();
        result(&home.join("a"), 3, &made("2026-03-02T10:00:00Z", 8, Some(700))).unwrap();
        result(&home.join("c"), 9, &made("2026-03-03T10:00:00Z", 4, None)).unwrap();
        fs::create_dir(home.join("d")).unwrap();
        fs::write(home.join("d/provenance.json"), r#"{"started":"2027","peak_bytes":9}"#).unwrap();
        fs::write(home.join("latest.txt"), "a\n").unwrap();
        let expected = Measured { peak_bytes: 700, jobs: 3, folder: home.join("a") };
        assert_eq!(measured_memory(home), Some(expected));
    }
}
