//! Where the rows, snapshots and logs of a run go: into the files of a result that is being written.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::record::{GraphFormat, GraphRecord};
use super::run::{Moment, Sink};
use super::series::InOrder;
use crate::kernel::Instant;
use crate::measure::{Id, Reading};
use crate::record::{Draft, DraftFile, RecordError, SeriesRow, SeriesWriter};
use crate::topology::files::{EdgeKey, Snapshot, write_graphml, write_node_link};

/// So many samples are formatted before they are passed on.
const ROWS: usize = 1024;

/// What all runs of a result write into.
pub(super) struct Shared<'d> {
    pub(super) draft: Mutex<Draft<'d>>,
    pub(super) series: InOrder<DraftFile>,
    /// The events file, if there is one.
    pub(super) events: Option<Arc<InOrder<DraftFile>>>,
    pub(super) warnings: Mutex<Vec<String>>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A run that panicked has ended the process, or will.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sink of one run.
pub(super) struct RunSink<'a, 'd> {
    run: u32,
    shared: &'a Shared<'d>,
    graph: Option<&'a GraphRecord>,
    rows: SeriesWriter<Vec<u8>>,
    count: usize,
    logs: Vec<Log>,
    error: FirstError,
}

/// The first error as it was, for its path: a run knows sentences only.
#[derive(Clone, Default)]
struct FirstError(Rc<RefCell<Option<RecordError>>>);

impl FirstError {
    /// Keeps an error, and tells the run to stop.
    fn keep<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let error = RecordError::from(error);
            let told = io::Error::other(error.to_string());
            self.0.borrow_mut().get_or_insert(error);
            told
        })
    }
}

/// A log that the run writes and the sink closes.
#[derive(Clone)]
struct Log {
    file: Rc<RefCell<Option<DraftFile>>>,
    error: FirstError,
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.error.keep(match &mut *self.file.borrow_mut() {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("the log is closed")),
        })
    }
    fn flush(&mut self) -> io::Result<()> {
        self.error.keep(self.file.borrow_mut().as_mut().map_or(Ok(()), Write::flush))
    }
}

/// The events of one run, on their way into the file of all.
struct Events {
    run: u32,
    all: Arc<InOrder<DraftFile>>,
    error: FirstError,
}

impl Write for Events {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.error.keep(self.all.write(self.run, bytes)).map(|()| bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, 'd> RunSink<'a, 'd> {
    pub(super) fn new(run: u32, shared: &'a Shared<'d>, graph: Option<&'a GraphRecord>) -> Self {
        let rows = SeriesWriter::rows_only(Vec::new());
        RunSink {
            run,
            shared,
            graph,
            rows,
            count: 0,
            logs: Vec::new(),
            error: FirstError::default(),
        }
    }

    /// Closes the logs and passes on what is left.
    pub(super) fn finish(mut self) -> Result<(), RecordError> {
        self.pass_on()?;
        self.shared.series.finish(self.run)?;
        if let Some(events) = &self.shared.events {
            events.finish(self.run)?;
        }
        for log in self.logs {
            if let Some(file) = log.file.take() {
                lock(&self.shared.draft).close(file)?;
            }
        }
        Ok(())
    }

    /// What went wrong, with its path.
    pub(super) fn take_error(&mut self) -> Option<RecordError> {
        self.error.0.take()
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.count = 0;
        let rows = std::mem::replace(&mut self.rows, SeriesWriter::rows_only(Vec::new()));
        self.shared.series.write(self.run, &rows.finish()?)
    }

    fn create(&self, path: &str) -> io::Result<DraftFile> {
        Ok(lock(&self.shared.draft).create(path)?)
    }

    fn close(&self, file: DraftFile) -> io::Result<()> {
        Ok(lock(&self.shared.draft).close(file)?)
    }

    fn write_sample(&mut self, at: Instant, reading: &Reading) -> io::Result<()> {
        let id = match reading.id {
            Id::Run => String::new(),
            Id::Number(number) => number.to_string(),
            Id::Name(name) => name.to_owned(),
        };
        self.rows.row(&SeriesRow {
            run: u64::from(self.run),
            at,
            metric: reading.metric.name,
            unit: reading.metric.unit,
            scope: reading.metric.scope.name(),
            id: &id,
            value: reading.value,
        })?;
        self.count += 1;
        if self.count == ROWS { self.pass_on() } else { Ok(()) }
    }

    fn write_snapshot(&self, moment: Moment, snapshot: &Snapshot) -> io::Result<()> {
        let formats = self.graph.map_or(&[][..], |graph| &graph.formats);
        let (stem, wanted) = match moment {
            // The final graph is always there in both formats.
            Moment::End => ("graph/final".to_owned(), [true, true]),
            Moment::During(at) => {
                let wants = |format| formats.contains(&format);
                let stem = format!("graph/{:012}", at.nanos() / 1_000_000);
                (stem, [GraphFormat::NodeLink, GraphFormat::GraphMl].map(wants))
            }
        };
        let [node_link, graphml] = wanted;
        if node_link {
            let mut file = self.create(&format!("{stem}.json"))?;
            write_node_link(snapshot, EdgeKey::Links, &mut file)?;
            self.close(file)?;
        }
        if graphml {
            let mut file = self.create(&format!("{stem}.graphml"))?;
            let warnings = write_graphml(snapshot, &mut file)?;
            self.close(file)?;
            let mut all = lock(&self.shared.warnings);
            all.extend(warnings.into_iter().map(|warning| format!("{stem}.graphml: {warning}")));
        }
        Ok(())
    }
}

impl Sink for RunSink<'_, '_> {
    fn sample(&mut self, at: Instant, reading: &Reading) -> io::Result<()> {
        let written = self.write_sample(at, reading);
        self.error.keep(written)
    }

    fn snapshot(&mut self, moment: Moment, snapshot: &Snapshot) -> io::Result<()> {
        self.error.keep(self.write_snapshot(moment, snapshot))
    }

    fn log(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let file = self.error.keep(self.create(path))?;
        let log = Log { file: Rc::new(RefCell::new(Some(file))), error: self.error.clone() };
        self.logs.push(log.clone());
        Ok(Box::new(log))
    }

    fn events(&mut self) -> io::Result<Box<dyn Write>> {
        let all = self.shared.events.clone().expect("a result whose runs have events has a file");
        Ok(Box::new(Events { run: self.run, all, error: self.error.clone() }))
    }
}
