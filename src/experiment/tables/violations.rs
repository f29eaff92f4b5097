//! `violations/`: a file for each run in which an invariant failed, with all that is needed to see it again.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::super::ENGINE_NUMBER;
use super::super::decode::Experiment;
use super::super::results::RunError;
use super::{RunRecord, TableRequest};
use crate::check::Violation;
use crate::kernel::{Instant, NodeId};
use crate::record::{Draft, RecordError, ResultKind};

pub(super) fn write_violations(
    request: &TableRequest<'_>,
    records: &[RunRecord],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    for (run, record) in records.iter().enumerate() {
        let Some(violation) = &record.violation else { continue };
        let experiment = (request.experiment_at)(record.point);
        let mut whole = told(experiment, record, violation);
        let object = whole.as_object_mut().expect("it is told as an object");
        object.insert("run".to_owned(), json!(run));
        if request.kind == ResultKind::Study {
            let values = &request.points[record.point as usize];
            let factors = request.factors.iter().cloned().zip(values.iter().map(|v| json!(v)));
            object.insert("point".to_owned(), json!(record.point));
            object.insert("factors".to_owned(), Json::Object(Map::from_iter(factors)));
        }
        let text = serde_json::to_string_pretty(&whole).expect("a tree of plain values") + "\n";
        draft.add(&format!("violations/{}-{run}.json", violation.invariant), text.as_bytes())?;
    }
    Ok(())
}

fn told(experiment: &Experiment, record: &RunRecord, violation: &Violation) -> Json {
    let faults = experiment.faults.expand(&experiment.population(), record.seed, experiment.end());
    let faults = faults.map(|faults| faults.happenings).unwrap_or_default();
    let happenings = faults.iter().map(|happening| {
        json!({
            "at_ns": happening.at.nanos(),
            "fault": happening.fault.0,
            "what": format!("{:?}", happening.what),
        })
    });
    json!({
        "invariant": violation.invariant,
        "at_ns": violation.at.nanos(),
        "node": violation.node.map(|node| node.0),
        "detail": violation.detail,
        "event": record.events,
        "rep": record.rep,
        "seed": format!("{:016x}", record.seed.0),
        "engine": ENGINE_NUMBER,
        "faults": happenings.collect::<Vec<_>>(),
        "experiment": experiment.canonical,
    })
}

/// What a file says of the violation; the rest of it is for a replay.
#[derive(Deserialize)]
struct Told {
    run: u64,
    invariant: String,
    at_ns: u64,
    node: Option<u32>,
    detail: String,
}

/// The violations of a result by the number of the run.
pub(super) fn read_violations(
    experiment: &Experiment,
    folder: &Path,
) -> Result<BTreeMap<u64, Violation>, RecordError> {
    let folder = folder.join("violations");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(RecordError::disk("read", &folder)(error)),
    };
    let mut violations = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(RecordError::disk("read", &folder))?.path();
        let bytes = fs::read(&path).map_err(RecordError::disk("read", &path))?;
        let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
        let told: Told =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        let known = experiment.entry.invariants().iter().find(|i| i.name == told.invariant);
        let Some(known) = known else {
            return Err(malformed(format!("there is no invariant `{}`", told.invariant)));
        };
        let violation = Violation {
            invariant: known.name,
            at: Instant::from_nanos(told.at_ns),
            node: told.node.map(NodeId),
            detail: told.detail,
        };
        if violations.insert(told.run, violation).is_some() {
            return Err(malformed(format!("run {} is told of twice", told.run)));
        }
    }
    Ok(violations)
}
