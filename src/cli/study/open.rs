//! A study that stands in a folder, whole or under way.

use std::path::{Path, PathBuf};

use super::super::input::{ReadStudy, read_study};
use super::super::output::Terminal;
use crate::experiment::Study;

/// The study of a folder, as its `resolved.json` says it; what is wrong is told.
pub(super) fn open(folder: &Path, terminal: &Terminal) -> Option<Study> {
    let resolved = folder.join("resolved.json");
    if !resolved.is_file() {
        let shown = folder.display();
        let sentence = if folder.is_dir() {
            format!("{shown} is no result: it has no resolved.json")
        } else {
            format!("there is no folder {shown}")
        };
        terminal.error(&format!("{sentence}; corsair sweep EXPERIMENT makes one"));
        return None;
    }
    let text = std::fs::read_to_string(&resolved).unwrap_or_default();
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
    if parsed.is_ok_and(|resolved| resolved.get("sweep").is_none()) {
        let shown = folder.display();
        terminal.error(&format!("{shown} is the result of a run, not of a study"));
        return None;
    }
    match read_study(&resolved.to_string_lossy(), &[], &[], terminal) {
        ReadStudy::Good(study) => Some(*study),
        ReadStudy::Bad => None,
    }
}

/// The other results whose runs a sweep into this folder takes over: those beside it, where it goes by itself.
pub(super) fn others(folder: &Path, study: &Study) -> Vec<PathBuf> {
    let home = Path::new("results").join(&study.base.name);
    if folder == home.join(study.id()) { siblings(&home) } else { Vec::new() }
}

/// The folders of the other results beside one.
pub(super) fn siblings(home: &Path) -> Vec<PathBuf> {
    crate::experiment::entries(home)
        .unwrap_or_default()
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}
