//! What there is of a study: the runs in its parts, and in results of the same study with other numbers of
//! replications.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::plan::Study;
use super::work::Failure;
use crate::experiment::ENGINE_NUMBER;
use crate::experiment::tables::{RunRecord, read_records};
use crate::record::{Disk, Existing, Manifest, RecordError, ResultKind, Table, examine};

/// The folder in a study's folder that holds the runs done so far.
pub(super) const PARTS: &str = "parts";
/// The beginning of the names of the tables of runs that could not be set up.
pub(super) const FAILED: &str = "failed-";

/// The runs that were found.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The folders that they are in.
    pub(super) sources: Vec<PathBuf>,
    /// Each by its point and replication.
    pub(super) runs: BTreeMap<(u32, u32), Found>,
    /// What could not be set up when it was tried.
    pub failed: Vec<Failure>,
    /// What was left aside, and why.
    pub notes: Vec<String>,
}

/// A run that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) record: RunRecord,
    /// The place of its folder among the sources.
    pub(super) source: usize,
    /// Its number there.
    pub(super) run: u64,
}

/// Why runs cannot be gathered.
#[derive(Debug)]
pub enum GatherError {
    /// A folder cannot be read.
    Record(RecordError),
    /// Runs of another engine, which never mix with this one's.
    Engine {
        /// Where they are.
        folder: PathBuf,
        /// Its number.
        engine: u32,
    },
    /// Two records of one run that should be the same and are not.
    NotReproducible {
        /// Which run, in words.
        run: String,
        /// Where the two are.
        folders: [PathBuf; 2],
    },
}

impl std::fmt::Display for GatherError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GatherError::Record(error) => error.fmt(f),
            GatherError::Engine { folder, engine } => write!(
                f,
                "{} was made by engine {engine}, this is engine {ENGINE_NUMBER}, and they never mix: move it away",
                folder.display()
            ),
            GatherError::NotReproducible { run, folders: [a, b] } => write!(
                f,
                "{run} is not the same in {} and in {}: two builds or a damaged machine made them",
                a.display(),
                b.display()
            ),
        }
    }
}

impl std::error::Error for GatherError {}

impl From<RecordError> for GatherError {
    fn from(error: RecordError) -> GatherError {
        GatherError::Record(error)
    }
}

/// Where to look for runs.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The study's own folder, which may not be there yet.
    pub folder: &'a Path,
    /// Folders of other results, whose runs are taken over where they are of this study.
    pub others: &'a [PathBuf],
    /// What counts in the study's own folder.
    pub reach: Reach,
}

/// What counts in a study's own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that is there.
    Everything,
    /// Parts alone: a result that is there is made again.
    Parts,
}

/// What the folders hold of this study.
///
/// # Errors
/// What cannot be read, what another engine made, and two runs that should be one.
pub fn gather(study: &Study, disk: &dyn Disk, places: Places<'_>) -> Result<Gathered, GatherError> {
    let key = study.key();
    let mut gathered = Gathered::default();
    let is_of_study = |manifest: &Manifest, kind: ResultKind| {
        manifest.study.as_deref() == Some(&key) && manifest.kind == kind
    };
    let others = places.others.iter().filter(|other| *other != places.folder);
    for folder in std::iter::once(places.folder).chain(others.map(PathBuf::as_path)) {
        let is_own = folder == places.folder;
        // Only what may count is read whole, to see that it is intact.
        if (!is_own || places.reach == Reach::Everything)
            && Manifest::glance(folder).is_some_and(|m| is_of_study(&m, ResultKind::Study))
            && intact(disk, folder)?.is_some()
        {
            gathered.add(study, folder)?;
        }
        for part in entries(&folder.join(PARTS))? {
            let name = part.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(FAILED) {
                if is_own {
                    gathered.failed.extend(read_failed(&part)?);
                }
                continue;
            }
            let glance = Manifest::glance(&part);
            if let Some(Manifest { engine, .. }) = &glance
                && *engine != ENGINE_NUMBER
                && is_own
            {
                return Err(GatherError::Engine { folder: part, engine: *engine });
            }
            match glance.filter(|manifest| is_of_study(manifest, ResultKind::Part)) {
                Some(_) if intact(disk, &part)?.is_some() => gathered.add(study, &part)?,
                Some(_) => gathered.leave(&part, "is damaged: its runs count as missing"),
                None if is_own => gathered.leave(&part, "is no part of this study: left aside"),
                None => {}
            }
        }
    }
    let Gathered { failed, runs, .. } = &mut gathered;
    failed.retain(|failure| !runs.contains_key(&failure.place));
    failed.sort_by_key(|failure| failure.place);
    failed.dedup_by_key(|failure| failure.place);
    Ok(gathered)
}

fn intact(disk: &dyn Disk, folder: &Path) -> Result<Option<Manifest>, RecordError> {
    match examine(disk, folder) {
        Ok(Existing::Intact(manifest)) => Ok(Some(manifest)),
        Ok(_) | Err(RecordError::NoFolder(_) | RecordError::Foreign { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is in a folder but for what is being written there, in the order of the names.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let failed = |error| RecordError::disk("read", folder)(error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.retain(|path| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    });
    paths.sort();
    Ok(paths)
}

fn read_failed(path: &Path) -> Result<Vec<Failure>, RecordError> {
    let table = Table::open(path)?;
    let row = |row: &csv::StringRecord| {
        let place = (row.get(0)?.parse().ok()?, row.get(1)?.parse().ok()?);
        Some(Failure { place, reason: row.get(2)?.to_owned() })
    };
    Ok(table.rows().filter_map(row).collect())
}

impl Gathered {
    /// Takes over the runs of a folder that are of this study, and counts among its replications.
    fn add(&mut self, study: &Study, folder: &Path) -> Result<(), GatherError> {
        let source = self.sources.len();
        self.sources.push(folder.to_owned());
        for (run, record) in (0..).zip(read_records(&study.base, folder)?) {
            let place = (record.point, record.rep);
            let is_ours = place.1 < study.replications() && (place.0 as usize) < study.points.len();
            if !is_ours {
                continue;
            }
            if record.seed != study.seed(place) {
                let shown = folder.display();
                self.notes.push(format!("run {run} of {shown} has another seed: left aside"));
                continue;
            }
            match self.runs.get(&place) {
                None => {
                    self.runs.insert(place, Found { record, source, run });
                }
                Some(found) if found.record == record => {}
                Some(found) => {
                    return Err(GatherError::NotReproducible {
                        run: format!("replication {} of {}", place.1, study.describe(place.0)),
                        folders: [self.sources[found.source].clone(), folder.to_owned()],
                    });
                }
            }
        }
        Ok(())
    }

    fn leave(&mut self, part: &Path, why: &str) {
        self.notes.push(format!("{} {why}", part.display()));
    }

    /// How many runs were found.
    pub fn done(&self) -> u64 {
        self.runs.len() as u64
    }

    /// How many of them violated an invariant.
    pub fn violated(&self) -> u64 {
        self.runs.values().filter(|found| found.record.violation.is_some()).count() as u64
    }

    /// Activations in all of them.
    pub fn events(&self) -> u64 {
        self.runs.values().map(|found| found.record.events).sum()
    }

    /// Of a point how many runs were found, how many of these violated an invariant, and how many could not be set
    /// up.
    pub fn of_point(&self, point: u32) -> [u64; 3] {
        let runs = || self.runs.range((point, 0)..=(point, u32::MAX)).map(|(_, found)| found);
        let violated = runs().filter(|found| found.record.violation.is_some()).count();
        let failed = self.failed.iter().filter(|failure| failure.place.0 == point).count();
        [runs().count() as u64, violated as u64, failed as u64]
    }

    /// The runs that are not there, point by point.
    pub fn missing(&self, study: &Study) -> Vec<(u32, u32)> {
        let all = (0..study.runs()).map(|run| study.place(run));
        all.filter(|place| !self.runs.contains_key(place)).collect()
    }
}
