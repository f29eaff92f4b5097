//! `manifest.json`: what a result is and the SHA-256 of every data file in it; written last.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::RecordError;
use super::verify::Difference;

pub(super) const MANIFEST: &str = "manifest.json";

/// What a result is, and what its data files are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this file's form: 1.
    pub schema: u32,
    /// The name of the experiment.
    pub name: String,
    /// The first 12 hex digits of the hash of all that the result depends on.
    pub id: String,
    /// Whether the result is a run's or a study's.
    pub kind: ResultKind,
    /// Of a study and its parts: what names it whatever its number of replications. Results that share it share
    /// runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<String>,
    /// The root seed.
    pub seed: u64,
    /// The engine number: results of two engines never mix.
    pub engine: u32,
    /// How much was run.
    pub counts: Counts,
    /// The data files by path; filled by [`Draft::publish`](super::Draft::publish).
    pub files: Vec<FileEntry>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultKind {
    /// One setting, once or with replications.
    Run,
    /// Settings of swept factors.
    Study,
    /// Some runs of a study that is under way.
    Part,
}

/// How much was run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Settings of the factors.
    pub points: u64,
    /// Repetitions of each.
    pub replications: u64,
    /// Rows of runs.csv.
    pub runs: u64,
    /// Runs in which an invariant failed.
    pub violated: u64,
    /// Activations in all runs.
    pub events: u64,
}

/// One data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path in the folder, with `/` between the parts.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256 in 64 hex digits.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of a folder as it stands, if there is one that can be read; whether the folder holds what it
    /// says, [`examine`](super::examine) finds out.
    pub fn glance(folder: &Path) -> Option<Manifest> {
        Manifest::read(folder).ok()?.ok()
    }

    /// Indented JSON with one line end at its end.
    pub(super) fn to_json(&self) -> String {
        json_lines(self)
    }

    /// Reads the manifest of a result.
    ///
    /// # Errors
    /// A folder without one, and one that cannot be read.
    pub fn open(folder: &Path) -> Result<Manifest, RecordError> {
        let path = folder.join(MANIFEST);
        Manifest::read(folder)?
            .map_err(|difference| RecordError::Malformed { path, what: difference.to_string() })
    }

    /// Reads the manifest of a folder; what is wrong with it is a difference, that it cannot be
    /// read an error.
    pub(super) fn read(folder: &Path) -> Result<Result<Manifest, Difference>, RecordError> {
        let path = folder.join(MANIFEST);
        let bytes = std::fs::read(&path).map_err(RecordError::disk("read", &path))?;
        Ok(Manifest::parse(&bytes).map_err(|why| Difference::Manifest { why }))
    }

    fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if manifest.schema != 1 {
            return Err(format!("its schema is {}, known is 1", manifest.schema));
        }
        match manifest.files.iter().find(|file| !is_plain(&file.path)) {
            Some(file) => Err(format!("`{}` is no path inside of the folder", file.path)),
            None => Ok(manifest),
        }
    }
}

/// Whether a path stays in the folder that it is relative to, and is spelled in one way only.
pub(super) fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']))
}

/// Indented JSON with one line end at its end.
pub(super) fn json_lines<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value)
        .expect("structs of strings and numbers are JSON, and memory takes them");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo(path: &str) -> Manifest {
        Manifest {
            schema: 1,
            name: "demo".into(),
            id: "0123456789ab".into(),
            kind: ResultKind::Study,
            study: None,
            seed: u64::MAX,
            engine: 1,
            counts: Counts::default(),
            files: vec![FileEntry { path: path.into(), bytes: 3, sha256: "ff".into() }],
        }
    }

    #[test]
    fn a_manifest_reads_as_a_page() {
        let manifest = demo("a/b.csv");
        let text = manifest.to_json();
        let expected = r#"{
  "schema": 1,
  "name": "demo",
  "id": "0123456789ab",
  "kind": "study",
  "seed": 18446744073709551615,
  "engine": 1,
  "counts": {
    "points": 0,
    "replications": 0,
    "runs": 0,
    "violated": 0,
    "events": 0
  },
  "files": [
    {
      "path": "a/b.csv",
      "bytes": 3,
      "sha256": "ff"
    }
  ]
}
"#;
        assert_eq!(text, expected);
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest));
    }

    #[test]
    fn a_manifest_cannot_point_out_of_its_folder() {
        for path in ["../x", "/etc/passwd", "a//b", "a/../b", "./a", "", "a\\b"] {
            assert!(Manifest::parse(demo(path).to_json().as_bytes()).is_err(), "{path}");
        }
    }
}
