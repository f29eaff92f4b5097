//! A part: some runs of a study as a small result of its own, which appears whole or not at all. Its runs are
//! numbered as they came; [`collect`](super::collect) gives them their numbers in the study.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::plan::Study;
use super::rows::{Reading, SeriesFile};
use crate::experiment::ENGINE_NUMBER;
use crate::experiment::files::hex;
use crate::experiment::results::RunError;
use crate::experiment::run::{Artifacts, RunPlan};
use crate::experiment::series::InOrder;
use crate::experiment::sink::{RunSink, Shared};
use crate::experiment::statistics::Level;
use crate::experiment::tables::{RunPlace, RunRecord, TableRequest, write_runs};
use crate::record::{
    Counts, Disk, Draft, DraftFile, Manifest, RecordError, ResultKind, SeriesWriter,
};

/// A part being written.
pub(super) struct PartWriter<'a> {
    study: &'a Study,
    shared: Shared<'a>,
    records: Vec<RunRecord>,
}

impl<'a> PartWriter<'a> {
    /// Begins a part in the folder `parts`. `worker` names this machine: what it leaves when it is killed, only it
    /// clears.
    pub(super) fn begin(
        study: &'a Study,
        disk: &'a dyn Disk,
        (parts, worker): (&Path, &str),
    ) -> Result<PartWriter<'a>, RunError> {
        let mut draft = Draft::begin(disk, &parts.join(provisional(worker)))?;
        let series = SeriesWriter::new(draft.create("series.csv")?)?.finish()?;
        let shared = Shared {
            draft: Mutex::new(draft),
            series: InOrder::new(series),
            events: None,
            warnings: Mutex::new(Vec::new()),
        };
        Ok(PartWriter { study, shared, records: Vec::new() })
    }

    /// Runs one replication of one point. A run that cannot be set up leaves no trace.
    pub(super) fn run(&mut self, (point, rep): (u32, u32)) -> Result<(), RunError> {
        let experiment = &self.study.points[point as usize];
        let run = u32::try_from(self.records.len()).expect("a part has few runs");
        let plan = RunPlan { experiment, run, replication: rep, artifacts: Artifacts::Unwanted };
        let mut sink = RunSink::new(run, &self.shared, None);
        let report = plan.run(&mut sink).map_err(|error| match sink.take_error() {
            Some(error) => RunError::Record(error),
            None => RunError::Setup(error),
        })?;
        sink.finish()?;
        let place = RunPlace { point, rep, seed: plan.seed() };
        self.records.push(RunRecord::of(place, report));
        Ok(())
    }

    /// Whether it holds no run yet.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Takes over the runs of another part, which leaves no trace: many threads make one part.
    pub(super) fn absorb(&mut self, other: PartWriter<'_>) -> Result<(), RunError> {
        let PartWriter { shared: Shared { draft, series, .. }, records, .. } = other;
        let draft = draft.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        series.into_inner().flush()?;
        let rows = SeriesFile::open(draft.folder().join("series.csv"))?;
        let mut reading = Reading::default();
        for from in 0..records.len() {
            let run = u32::try_from(self.records.len() + from).expect("a part has few runs");
            let mut turn = Turn { series: &self.shared.series, run };
            reading.copy(&rows, (from as u64, u64::from(run)), &mut turn)?;
            self.shared.series.finish(run)?;
        }
        self.records.extend(records);
        Ok(())
    }

    /// Writes it down, under a name that tells what it holds: who does the same runs again replaces them by
    /// themselves.
    pub(super) fn finish(self) -> Result<(), RunError> {
        let PartWriter { study, shared: Shared { draft, series, .. }, records } = self;
        let mut draft = draft.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        draft.close(series.into_inner())?;
        let experiment_at = |point| &study.points[point as usize];
        let request = TableRequest {
            experiment: &study.base,
            kind: ResultKind::Part,
            factors: &[],
            points: &[],
            baselines: &[],
            level: Level::USUAL,
            experiment_at: &experiment_at,
        };
        write_runs(&request, &records, &mut draft)?;
        let Some(first) = records.first() else { return Ok(()) };
        let mut hash = Sha256::new();
        for RunRecord { point, rep, digest, .. } in &records {
            hash.update(format!("{point},{rep},{digest:032x}\n"));
        }
        let hash = &hex(&hash.finalize())[..12];
        draft.retarget(&format!("{}.{}-{}-{hash}", first.point, first.rep, records.len()));
        let violated = records.iter().filter(|run| run.violation.is_some()).count();
        draft.publish(Manifest {
            schema: 1,
            name: study.base.name.clone(),
            id: study.id(),
            kind: ResultKind::Part,
            study: Some(study.key()),
            seed: study.base.seed.0,
            engine: ENGINE_NUMBER,
            counts: Counts {
                points: study.points.len() as u64,
                replications: u64::from(study.replications()),
                runs: records.len() as u64,
                violated: violated as u64,
                events: records.iter().map(|run| run.events).sum(),
            },
            files: Vec::new(),
        })?;
        Ok(())
    }
}

/// Where the rows of one run go.
struct Turn<'a> {
    series: &'a InOrder<DraftFile>,
    run: u32,
}

impl Write for Turn<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.series.write(self.run, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The name under which a part is begun.
fn provisional(worker: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    format!("part-{}", worker.chars().map(plain).collect::<String>())
}

/// Clears what killed processes of this machine left in the folder of parts.
pub(super) fn clear_killed(disk: &dyn Disk, parts: &Path, worker: &str) -> Result<(), RecordError> {
    crate::record::clear_killed(disk, &parts.join(provisional(worker)))
}
