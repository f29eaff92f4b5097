//! The runs of a study that are missing, done by so many threads and kept in parts, until they are all there or
//! something stops them.

use std::iter;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::gather::{FAILED, PARTS};
use super::part::{PartWriter, clear_killed};
use super::plan::Study;
use crate::experiment::results::RunError;
use crate::experiment::sink::lock;
use crate::record::{Cell, Column, Disk, RecordError, TableWriter, write_among_others};

/// A part holds at least so much work: few files, and little lost by a kill.
const PART_MS: u64 = 5_000;
/// A part also holds this share of all the work before it, so that a month of runs makes hundreds of parts and
/// no more.
const PART_SHARE: u64 = 16;

/// What goes on around the work, as only the command knows it.
pub struct Control<'a> {
    /// How many runs are worked on at once.
    pub jobs: NonZeroUsize,
    /// Names this machine in what is written while it is at work.
    pub worker: &'a str,
    /// Whether no further run is to be begun.
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
    /// Milliseconds of work so far.
    pub elapsed_ms: &'a (dyn Fn() -> u64 + Sync),
    /// Told of each run that is done.
    pub on_run: &'a (dyn Fn() + Sync),
    /// What happens when a run cannot be set up.
    pub on_failure: OnFailure,
}

/// What happens when a run cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// No further run is begun.
    Stop,
    /// The others are done.
    KeepGoing,
}

/// A run that could not be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its point and its replication.
    pub place: (u32, u32),
    /// Why, in one sentence.
    pub reason: String,
}

/// What came of the work.
#[derive(Debug)]
pub struct Worked {
    /// What could not be set up.
    pub failed: Vec<Failure>,
    /// Whether it was stopped before all was done.
    pub is_stopped: bool,
}

/// Begins the folder of a study: what it is stands there from the first run on.
///
/// # Errors
/// What cannot be written.
pub fn begin(study: &Study, disk: &dyn Disk, folder: &Path) -> Result<(), RecordError> {
    disk.create_path(folder).map_err(RecordError::disk("create", folder))?;
    for (name, text) in study.files() {
        let path = folder.join(name);
        let is_there = std::fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
        if !is_there {
            write_among_others(disk, &path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// Does the runs `todo` in their order, and keeps them in parts of the study's folder.
///
/// # Errors
/// What cannot be written; what was done before is kept as far as it can be.
pub fn work(
    study: &Study,
    todo: &[(u32, u32)],
    (disk, folder): (&dyn Disk, &Path),
    control: &Control<'_>,
) -> Result<Worked, RunError> {
    let parts = folder.join(PARTS);
    clear_killed(disk, &parts, control.worker)?;
    let crew = Crew {
        study,
        todo,
        disk,
        parts: &parts,
        control,
        next: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        failed: Mutex::new(Vec::new()),
    };
    let jobs = control.jobs.get().min(todo.len()).max(1);
    let ended: Vec<Ended<'_>> = thread::scope(|scope| {
        // Where no more threads are to be had, this one and those that are do it all.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, || crew.work()).ok();
        let others: Vec<_> = (1..jobs).map_while(spawn).collect();
        let own = crew.work();
        let joined = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        iter::once(own).chain(joined).collect()
    });
    finish(ended)?;
    let Crew { next, failed, .. } = crew;
    let mut failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    failed.sort_by_key(|failure| failure.place);
    write_failed(&failed, (disk, &parts), control.worker)?;
    Ok(Worked { failed, is_stopped: next.into_inner() < todo.len() })
}

/// The part that a thread had in hand at its end, and what ended it.
type Ended<'a> = (Option<PartWriter<'a>>, Result<(), RunError>);

/// What the threads had in hand becomes one part; it is kept whatever went wrong elsewhere, and then that is told.
fn finish(ended: Vec<Ended<'_>>) -> Result<(), RunError> {
    let (parts, mut done): (Vec<_>, Vec<_>) = ended.into_iter().unzip();
    let mut parts = parts.into_iter().flatten();
    if let Some(mut first) = parts.next() {
        done.extend(parts.map(|part| first.absorb(part)));
        done.push(first.finish());
    }
    done.into_iter().collect()
}

/// What the threads share.
struct Crew<'a> {
    study: &'a Study,
    todo: &'a [(u32, u32)],
    disk: &'a dyn Disk,
    parts: &'a Path,
    control: &'a Control<'a>,
    /// The next run of the list that nobody has begun.
    next: AtomicUsize,
    /// Whether a run failed after which none is begun.
    is_over: AtomicBool,
    failed: Mutex<Vec<Failure>>,
}

impl<'a> Crew<'a> {
    /// Takes the next run and keeps it, until there is none or no more are to be begun.
    fn work(&self) -> Ended<'a> {
        let mut part = None;
        let done = self.fill(&mut part);
        if done.is_err() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        let part = part.map(|(part, _): (PartWriter<'a>, u64)| part);
        (part.filter(|part| !part.is_empty()), done)
    }

    fn fill(&self, part: &mut Option<(PartWriter<'a>, u64)>) -> Result<(), RunError> {
        let Control { worker, should_stop, elapsed_ms, on_run, .. } = self.control;
        while !self.is_over.load(Ordering::Relaxed) && !should_stop() {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(&place) = self.todo.get(place) else { break };
            let writer = match part {
                Some((writer, _)) => writer,
                None => {
                    let writer = PartWriter::begin(self.study, self.disk, (self.parts, worker))?;
                    &mut part.insert((writer, elapsed_ms())).0
                }
            };
            match writer.run(place) {
                Ok(()) => on_run(),
                Err(RunError::Setup(reason)) => {
                    lock(&self.failed).push(Failure { place, reason });
                    if self.control.on_failure == OnFailure::Stop {
                        self.is_over.store(true, Ordering::Relaxed);
                    }
                }
                Err(error) => return Err(error),
            }
            let now = elapsed_ms();
            let is_due = |(part, since): &mut (PartWriter<'_>, u64)| {
                let worth = PART_MS.max(now / PART_SHARE);
                !part.is_empty() && now - *since >= worth
            };
            if let Some((writer, _)) = part.take_if(is_due) {
                writer.finish()?;
            }
        }
        Ok(())
    }
}

/// Keeps what could not be set up where `status` finds it.
fn write_failed(
    failed: &[Failure],
    (disk, parts): (&dyn Disk, &Path),
    worker: &str,
) -> Result<(), RunError> {
    let Some(first) = failed.first() else { return Ok(()) };
    let columns = [Column::integer("point"), Column::integer("rep"), Column::text("reason")];
    let mut table = TableWriter::new(Vec::new(), &columns)?;
    for Failure { place: (point, rep), reason } in failed {
        let [point, rep] = [*point, *rep].map(|number| Cell::Integer(u64::from(number)));
        table.row([point, rep, Cell::Text(reason)])?;
    }
    disk.create_path(parts).map_err(RecordError::disk("create", parts))?;
    let plain: String = worker.chars().filter(char::is_ascii_alphanumeric).collect();
    let (point, rep) = first.place;
    let path = parts.join(format!("{FAILED}{point}.{rep}-{}-{plain}.csv", failed.len()));
    Ok(write_among_others(disk, &path, &table.finish()?)?)
}
