//! The work of a study in process: disks that fail at every operation, runs that cannot be set up.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::experiment::Given;
use crate::record::failing::Failing;
use crate::record::{Disk, LocalDisk, Provenance, compare, verify};

fn study(text: &str) -> Study {
    let given = Given::new("study.yaml", text.as_bytes(), None).unwrap();
    let (study, report) = read_study(&given, &[], &[]);
    study.unwrap_or_else(|| panic!("{report}"))
}

fn small() -> Study {
    study(
        "schema: 1\nname: small\nnodes: 6\nreplications: 2\nprotocol: pirates\nstop: {at: 5s}\n\
         record: {every: 1s, metrics: [edges]}\nsweep: {grid: {network.loss: [0, 0.5]}}\n",
    )
}

/// A clock on which each look takes so many milliseconds.
struct Clock {
    now: AtomicU64,
    step: u64,
}

/// Does all of a study on a disk, in parts of `parts` runs or so.
fn make(study: &Study, disk: &dyn Disk, folder: &Path, look_ms: u64) -> Result<(), String> {
    let clock = Clock { now: AtomicU64::new(0), step: look_ms };
    let control = Control {
        jobs: NonZeroUsize::MIN,
        worker: "here",
        should_stop: &|| false,
        elapsed_ms: &|| clock.now.fetch_add(clock.step, Ordering::Relaxed),
        on_run: &|| (),
        on_failure: OnFailure::Stop,
    };
    let told = |error: &dyn std::fmt::Display| error.to_string();
    begin(study, disk, folder).map_err(|error| told(&error))?;
    let places = Places { folder, others: &[], reach: Reach::Everything };
    let gathered = gather(study, disk, places).map_err(|error| told(&error))?;
    let todo = gathered.missing(study);
    work(study, &todo, (disk, folder), &control).map_err(|error| told(&error))?;
    let gathered = gather(study, disk, places).map_err(|error| told(&error))?;
    let outcome = collect(study, gathered, (disk, folder), Provenance::default);
    outcome.map(|_| ()).map_err(|error| told(&error))
}

#[test]
fn a_disk_that_fails_anywhere_loses_no_result() {
    let home = tempfile::tempdir().unwrap();
    let reference = home.path().join("reference");
    make(&small(), &LocalDisk, &reference, 0).unwrap();
    let counted = Failing::at(Range::default());
    make(&small(), &counted, &home.path().join("counted"), 6_000).unwrap();
    let operations = counted.operations();
    assert!(operations > 60, "each part is a result of its own: {operations}");
    assert_eq!(compare(&reference, &home.path().join("counted")).unwrap(), []);
    for k in 0..operations {
        let folder = home.path().join(format!("failed-{k}"));
        let made = make(&small(), &Failing::at(k..k + 1), &folder, 6_000);
        let is_whole = folder.join("manifest.json").exists();
        match &made {
            Ok(()) => assert!(is_whole, "operation {k}"),
            Err(error) => assert!(error.contains("no space") || error.contains("space"), "{error}"),
        }
        if is_whole {
            assert_eq!(verify(&folder).unwrap(), [], "operation {k}");
        } else {
            make(&small(), &LocalDisk, &folder, 0).unwrap();
        }
        assert_eq!(compare(&reference, &folder).unwrap(), [], "operation {k}");
    }
}
