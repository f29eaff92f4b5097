//! The record layer: results on disk: tables, graphs, whole folders or nothing. It knows no YAML.
//!
//! A result is a folder. A [`Draft`] writes it beside its place under a temporary name, its
//! manifest last, and moves it there whole. [`examine`] says what a place holds, [`verify`] whether
//! a result is still what was written, [`compare`] where two results part.
//!
//! ```
//! use corsair::record::{Counts, Draft, Existing, ResultKind, LocalDisk, Manifest, examine};
//!
//! let home = tempfile::tempdir()?;
//! let place = home.path().join("demo/3f2a91c0b7de");
//! let mut draft = Draft::begin(&LocalDisk, &place)?;
//! draft.add("resolved.json", b"{}\n")?;
//! let counts = Counts { points: 1, replications: 1, runs: 1, ..Counts::default() };
//! draft.publish(Manifest {
//!     schema: 1,
//!     name: "demo".into(),
//!     id: "3f2a91c0b7de".into(),
//!     kind: ResultKind::Run,
//!     study: None,
//!     seed: 42,
//!     engine: 1,
//!     counts,
//!     files: Vec::new(), // the draft knows them
//! })?;
//! assert!(matches!(examine(&LocalDisk, &place)?, Existing::Intact(_)));
//! # Ok::<(), corsair::record::RecordError>(())
//! ```

mod calendar;
mod checksum;
mod datapackage;
mod disk;
mod draft;
mod error;
mod events;
#[cfg(test)]
pub(crate) mod failing;
mod folder;
mod install;
mod manifest;
mod pairs;
mod place;
mod points;
mod provenance;
mod runs;
mod series;
mod spigo;
mod summary;
mod table;
mod trace;
mod verify;
mod whole;

pub use calendar::Timestamp;
pub use datapackage::{Resource, datapackage};
pub use disk::{Disk, DiskFile, LocalDisk};
pub use draft::{Draft, DraftFile};
pub use error::RecordError;
pub use events::{EventRow, EventsWriter, events_columns};
pub use folder::{Existing, examine};
pub use install::Published;
pub use manifest::{Counts, FileEntry, Manifest, ResultKind};
pub use pairs::{PairRow, PairsWriter, pairs_columns};
pub use place::clear_killed;
pub use points::{PointRow, PointsWriter, points_columns};
pub use provenance::{Measured, Provenance, measured_memory};
pub use runs::{
    MessageCounts, MetricColumn, RunRow, RunsWriter, Status, StopReason, metric_header,
    runs_columns,
};
pub use series::{SeriesRow, SeriesWriter, series_columns};
pub use spigo::{Exit, SpigoHeader, SpigoLog};
pub use summary::{SummaryRow, SummaryWriter, summary_columns};
pub use table::{Cell, CellKind, Column, Table, TableWriter};
pub use trace::{Cause, TraceEvent, TraceWriter, What};
pub use verify::{Difference, compare, verify};
pub use whole::{write_among_others, write_latest, write_whole};
