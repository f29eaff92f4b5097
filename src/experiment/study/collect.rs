//! From the runs that were gathered to the result: the same bytes whoever did them, in whatever order.

use std::io::Write;
use std::path::Path;

use super::gather::{Found, Gathered};
use super::plan::Study;
use super::rows::{Reading, SeriesFile};
use crate::experiment::ENGINE_NUMBER;
use crate::experiment::outcome::{Verdict, judge};
use crate::experiment::report::report;
use crate::experiment::results::RunError;
use crate::experiment::tables::{
    PointSummary, RunRecord, TableRequest, read_records, summarise, write_tables,
};
use crate::record::{
    Counts, Disk, Draft, Manifest, Provenance, Published, RecordError, ResultKind, SeriesWriter,
};

/// What came of all runs of a study.
#[derive(Debug)]
pub struct StudyOutcome {
    /// The runs in their order.
    pub runs: Vec<RunRecord>,
    /// Each metric at each point.
    pub points: Vec<PointSummary>,
    /// What was asserted at the baselines, or at all points where there are none, and whether it holds.
    pub verdicts: Vec<Verdict>,
    /// How the result came to its place; `None`: it was there.
    pub published: Option<Published>,
}

impl StudyOutcome {
    /// Reads the result that stands in a folder.
    ///
    /// # Errors
    /// What cannot be read, and what is not this study's.
    pub fn read(study: &Study, folder: &Path) -> Result<StudyOutcome, RecordError> {
        let runs = read_records(&study.base, folder)?;
        let points = summarise(&study.base, &runs, study.base.level);
        let verdicts = judge(&study.base.asserts, &points, &study.baselines);
        Ok(StudyOutcome { runs, points, verdicts, published: None })
    }
}

/// Writes the result of a study of which all runs were gathered. `provenance` is asked when all else is written.
///
/// # Errors
/// What cannot be read or written; then `target` is as it was.
///
/// # Panics
/// If a run is missing: ask [`Gathered::missing`] before.
pub fn collect(
    study: &Study,
    gathered: Gathered,
    (disk, target): (&dyn Disk, &Path),
    provenance: impl FnOnce() -> Provenance,
) -> Result<StudyOutcome, RunError> {
    assert_eq!(gathered.done(), study.runs(), "all runs are there before they are collected");
    let mut draft = Draft::begin(disk, target)?;
    for (path, text) in study.files() {
        draft.add(path, text.as_bytes())?;
    }
    let mut series = SeriesWriter::new(draft.create("series.csv")?)?.finish()?;
    write_series(&gathered, &mut series)?;
    draft.close(series)?;
    let runs: Vec<RunRecord> = gathered.runs.into_values().map(|found| found.record).collect();
    let experiment_at = |point| &study.points[point as usize];
    let tables = TableRequest {
        experiment: &study.base,
        kind: ResultKind::Study,
        factors: &study.factors,
        points: &study.cells,
        baselines: &study.baselines,
        level: study.base.level,
        experiment_at: &experiment_at,
    };
    let points = write_tables(&tables, &runs, &mut draft)?;
    let violated = runs.iter().filter(|run| run.violation.is_some()).count();
    let manifest = Manifest {
        schema: 1,
        name: study.base.name.clone(),
        id: study.id(),
        kind: ResultKind::Study,
        study: Some(study.key()),
        seed: study.base.seed.0,
        engine: ENGINE_NUMBER,
        counts: Counts {
            points: study.points.len() as u64,
            replications: u64::from(study.replications()),
            runs: runs.len() as u64,
            violated: violated as u64,
            events: runs.iter().map(|run| run.events).sum(),
        },
        files: Vec::new(),
    };
    let page = report(draft.folder(), &manifest)?;
    draft.add("report.html", page.as_bytes())?;
    draft.add_provenance(&provenance())?;
    let published = draft.publish(manifest)?;
    let verdicts = judge(&study.base.asserts, &points, &study.baselines);
    Ok(StudyOutcome { runs, points, verdicts, published: Some(published) })
}

/// The series of all runs in their order, each with its number in the study.
fn write_series(gathered: &Gathered, out: &mut impl Write) -> Result<(), RunError> {
    let files: Result<Vec<_>, _> =
        gathered.sources.iter().map(|folder| SeriesFile::open(folder.join("series.csv"))).collect();
    let files = files?;
    let mut reading = Reading::default();
    for (number, Found { source, run, .. }) in (0u64..).zip(gathered.runs.values()) {
        reading.copy(&files[*source], (*run, number), out)?;
    }
    Ok(())
}
