//! `runs.csv` and `violations/` read back: the records of the runs as they were.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::decode::Experiment;
use super::super::metrics::run_metrics;
use super::RunRecord;
use super::columns::RunColumns;
use super::violations::read_violations;
use crate::check::Violation;
use crate::kernel::{Instant, Seed, Span};
use crate::record::{MessageCounts, RecordError, Status, StopReason, Table};

/// The columns before the factors: `run,point,rep,seed`.
const BEFORE_FACTORS: usize = 4;

/// Reads the records of a result's runs, of a plain run or of a study.
///
/// # Errors
/// What cannot be read, and what no run of this experiment has written.
pub fn read_records(experiment: &Experiment, folder: &Path) -> Result<Vec<RunRecord>, RecordError> {
    let mut violations = read_violations(experiment, folder)?;
    let path = folder.join("runs.csv");
    let table = Table::open(&path)?;
    let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
    let columns = columns_of(experiment, table.header()).map_err(&malformed)?;
    let reader = RowReader {
        factors: table.header().len() - columns.fixed,
        metrics: run_metrics(experiment).iter().map(|metric| metric.name).collect(),
        places: columns.places,
    };
    let row = |(place, row): (usize, &csv::StringRecord)| {
        let record = reader.read(row, &mut violations);
        record.ok_or_else(|| malformed(format!("line {} is not as corsair writes it", place + 2)))
    };
    let records: Vec<RunRecord> = table.rows().enumerate().map(row).collect::<Result<_, _>>()?;
    if let Some((run, _)) = violations.first_key_value() {
        return Err(malformed(format!("run {run} is not violated, as violations/ says it is")));
    }
    Ok(records)
}

struct KnownColumns {
    /// How many there are besides those of the factors.
    fixed: usize,
    places: Vec<usize>,
}

/// The columns that the file must have; those of the factors are read from its header.
fn columns_of(experiment: &Experiment, header: &[String]) -> Result<KnownColumns, String> {
    let fixed = RunColumns::of(experiment, &[]).all.len();
    let factors = header.len().checked_sub(fixed);
    let factors = factors.and_then(|count| header.get(BEFORE_FACTORS..BEFORE_FACTORS + count));
    let expected = RunColumns::of(experiment, factors.unwrap_or_default());
    let differs = |(place, name): (usize, &str)| header.get(place).is_none_or(|n| n != name);
    let names = || expected.all.iter().map(|column| column.name.as_ref());
    match names().enumerate().find(|(place, name)| differs((*place, name))) {
        Some((_, name)) => Err(format!("it lacks the column {name} of this experiment's runs")),
        None => Ok(KnownColumns { fixed, places: expected.places }),
    }
}

/// Reads rows by the places of their cells.
struct RowReader {
    /// How many columns of factors there are.
    factors: usize,
    /// The names of the metrics of scope run.
    metrics: Vec<&'static str>,
    /// Of each metric column, the metric's place among them.
    places: Vec<usize>,
}

impl RowReader {
    fn read(
        &self,
        row: &csv::StringRecord,
        violations: &mut BTreeMap<u64, Violation>,
    ) -> Option<RunRecord> {
        let mut cells = row.iter();
        let mut next = || cells.next();
        let run = next()?.parse().ok()?;
        let (point, rep) = (next()?.parse().ok()?, next()?.parse().ok()?);
        let seed = Seed(u64::from_str_radix(next()?, 16).ok()?);
        for _ in 0..self.factors {
            next()?;
        }
        let status = Status::from_word(next()?)?;
        let stop_reason = StopReason::from_word(next()?)?;
        let end = Instant::START + Span::parse(&format!("{}ms", next()?)).ok()?;
        let mut count = || next()?.parse::<u64>().ok();
        let events = count()?;
        let messages = MessageCounts {
            sent: count()?,
            duplicated: count()?,
            delivered: count()?,
            lost: count()?,
            in_flight: count()?,
            to_nobody: count()?,
        };
        let mut metrics = vec![None; self.metrics.len()];
        for place in &self.places {
            metrics[*place] = match cells.next()? {
                "" => None,
                text => Some(text.parse().ok().filter(|value: &f64| value.is_finite())?),
            };
        }
        let digest = u128::from_str_radix(cells.next()?, 16).ok()?;
        let violation = violations.remove(&run);
        if violation.is_some() != (status == Status::Violated) {
            return None;
        }
        let mut record = RunRecord {
            point,
            rep,
            seed,
            status,
            stop_reason,
            end,
            events,
            messages,
            metrics,
            digest,
            violation,
        };
        for (place, name) in self.metrics.iter().enumerate() {
            if let Some(value) = record.standing(name) {
                record.metrics[place] = Some(value);
            }
        }
        Some(record)
    }
}
