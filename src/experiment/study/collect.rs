//! From the runs that were gathered to the result: the same bytes whoever did them, in whatever order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::gather::{Found, Gathered};
use super::plan::Study;
use crate::experiment::ENGINE_NUMBER;
use crate::experiment::results::RunError;
use crate::experiment::statistics::Level;
use crate::experiment::tables::{
    PointExperiment, PointSummary, RunRecord, TableRequest, read_records, summarise, write_tables,
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
        let points = summarise(&study.base, &runs, Level::USUAL);
        Ok(StudyOutcome { runs, points, published: None })
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
    let experiment_at = |point| Ok(PointExperiment::Kept(&study.points[point as usize]));
    let tables = TableRequest {
        experiment: &study.base,
        kind: ResultKind::Study,
        factors: &study.factors,
        points: &study.cells,
        baselines: &study.baselines,
        level: Level::USUAL,
        experiment_at: &experiment_at,
    };
    let points = write_tables(&tables, &runs, &mut draft)?;
    draft.add_provenance(&provenance())?;
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
    let published = draft.publish(manifest)?;
    Ok(StudyOutcome { runs, points, published: Some(published) })
}

/// The series of all runs in their order, each with its number in the study.
fn write_series(gathered: &Gathered, out: &mut impl Write) -> Result<(), RunError> {
    let mut indices = Vec::with_capacity(gathered.sources.len());
    for folder in &gathered.sources {
        indices.push(SeriesIndex::of(folder.join("series.csv"))?);
    }
    let mut open: Option<(usize, File)> = None;
    for (number, Found { source, run, .. }) in (0u64..).zip(gathered.runs.values()) {
        let index = &indices[*source];
        let Some((from, len)) = index.runs.get(run).copied() else { continue };
        let failed = |error| RecordError::disk("read", &index.path)(error);
        let file = match &mut open {
            Some((known, file)) if known == source => file,
            _ => &mut open.insert((*source, File::open(&index.path).map_err(failed)?)).1,
        };
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        copy_renumbered(BufReader::new(file.take(len)), number, out)
            .map_err(|error| RunError::from(RecordError::from(error)))?;
    }
    Ok(())
}

/// Copies rows with another number of the run.
fn copy_renumbered(rows: impl Read, run: u64, out: &mut impl Write) -> io::Result<()> {
    let mut from = csv::ReaderBuilder::new().has_headers(false).from_reader(rows);
    let mut to = csv::WriterBuilder::new().from_writer(out);
    let (mut row, run) = (csv::ByteRecord::new(), run.to_string());
    while from.read_byte_record(&mut row)? {
        let cells = std::iter::once(run.as_bytes()).chain(row.iter().skip(1));
        to.write_record(cells)?;
    }
    to.flush()
}

/// Where the rows of each run stand in a `series.csv`.
struct SeriesIndex {
    path: PathBuf,
    /// Of each run that has rows: their first byte, and how many bytes they are.
    runs: BTreeMap<u64, (u64, u64)>,
}

impl SeriesIndex {
    fn of(path: PathBuf) -> Result<SeriesIndex, RecordError> {
        let file = File::open(&path).map_err(RecordError::disk("read", &path))?;
        let mut csv = csv::ReaderBuilder::new().from_reader(BufReader::new(file));
        let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
        csv.byte_headers().map_err(|error| malformed(error.to_string()))?;
        let (mut row, mut starts) = (csv::ByteRecord::new(), Vec::<(u64, u64)>::new());
        while csv.read_byte_record(&mut row).map_err(|error| malformed(error.to_string()))? {
            let run = row.get(0).and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok());
            let run = run.ok_or_else(|| malformed("a row has no number of its run".to_owned()))?;
            if starts.last().is_none_or(|(last, _)| *last != run) {
                starts.push((run, row.position().map_or(0, csv::Position::byte)));
            }
        }
        let whole = std::fs::metadata(&path).map_err(RecordError::disk("read", &path))?.len();
        let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([whole]);
        let mut runs = BTreeMap::new();
        for ((run, start), end) in starts.iter().zip(ends) {
            if runs.insert(*run, (*start, end - start)).is_some() {
                return Err(malformed(format!("the rows of run {run} do not stand together")));
            }
        }
        Ok(SeriesIndex { path, runs })
    }
}
