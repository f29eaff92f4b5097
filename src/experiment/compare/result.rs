//! A result as far as it can be compared: its points, and the metrics of its runs. It needs no experiment, so results
//! of protocols that this program does not know are read, too.

use std::path::{Path, PathBuf};

use super::super::statistics::Level;
use super::super::tables::Observation;
use crate::kernel::Seed;
use crate::record::{Manifest, RecordError, Table, metric_header, verify};

/// A result that was read.
#[derive(Debug)]
pub struct ComparedResult {
    /// The folder in which it stands.
    pub folder: PathBuf,
    /// What it is.
    pub manifest: Manifest,
    /// How sure its intervals are.
    pub level: Level,
    /// The swept keys; none of a plain run.
    pub factors: Vec<String>,
    /// Its points, in order.
    pub(super) points: Vec<ComparedPoint>,
    /// The metrics of its runs, in order.
    pub(super) metrics: Vec<ComparedMetric>,
}

/// The runs of one point.
#[derive(Debug)]
pub(super) struct ComparedPoint {
    number: u64,
    /// Its values of the swept keys.
    pub(super) values: Vec<String>,
    runs: Vec<ComparedRun>,
}

#[derive(Debug)]
struct ComparedRun {
    rep: u32,
    seed: Seed,
    /// In the order of the metrics.
    values: Vec<Option<f64>>,
}

/// A metric as the tables name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ComparedMetric {
    pub(super) name: String,
    pub(super) unit: String,
}

impl ComparedPoint {
    /// One metric in each run, in the order of the replications.
    pub(super) fn observations(&self, metric: usize) -> Vec<Observation> {
        let observe = |run: &ComparedRun| Observation {
            rep: run.rep,
            seed: run.seed,
            value: run.values[metric],
        };
        self.runs.iter().map(observe).collect()
    }
}

impl ComparedResult {
    /// Reads the result in a folder.
    ///
    /// # Errors
    /// One sentence about a folder that holds no result, or not the one that was written.
    pub fn read(folder: &Path) -> Result<ComparedResult, String> {
        let shown = folder.display();
        if !folder.join("manifest.json").is_file() {
            let what = match folder.is_dir() {
                true => format!("{shown} holds no result"),
                false => format!("there is no folder {shown}"),
            };
            return Err(format!("{what}: name one that a run has printed, results/NAME/ID"));
        }
        let manifest = Manifest::open(folder).map_err(|error| error.to_string())?;
        if let Some(difference) = verify(folder).map_err(|error| error.to_string())?.first() {
            return Err(format!("{shown} is not what was written: {difference}"));
        }
        let read = || {
            let metrics = read_metrics(folder)?;
            read_runs(folder, metrics)
        };
        let (factors, metrics, points) = read().map_err(|error: RecordError| error.to_string())?;
        let (folder, level) = (folder.to_owned(), read_level(folder));
        Ok(ComparedResult { folder, manifest, level, factors, points, metrics })
    }

    /// How many runs lack a metric, and how many there are.
    pub(super) fn lacking(&self, metric: usize) -> (usize, usize) {
        let runs = || self.points.iter().flat_map(|point| &point.runs);
        (runs().filter(|run| run.values[metric].is_none()).count(), runs().count())
    }

    pub(super) fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric.name == name)
    }
}

/// Results of before there were levels have the usual one.
fn read_level(folder: &Path) -> Level {
    let resolved = std::fs::read(folder.join("resolved.json")).ok();
    let resolved = resolved.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let share = resolved.and_then(|resolved: serde_json::Value| resolved.get("ci")?.as_f64());
    share.and_then(Level::new).unwrap_or(Level::USUAL)
}

/// The names and units that the summary has, each once.
fn read_metrics(folder: &Path) -> Result<Vec<ComparedMetric>, RecordError> {
    let path = folder.join("summary.csv");
    let table = Table::open(&path)?;
    let columns = table.column("metric").zip(table.column("unit"));
    let (name, unit) = columns.ok_or_else(|| lacks(&path, "metric or unit"))?;
    let mut metrics: Vec<ComparedMetric> = Vec::new();
    for row in table.rows() {
        if !metrics.iter().any(|known| known.name == row[name]) {
            metrics.push(ComparedMetric { name: row[name].into(), unit: row[unit].into() });
        }
    }
    Ok(metrics)
}

type Runs = (Vec<String>, Vec<ComparedMetric>, Vec<ComparedPoint>);

/// The runs, with those of the metrics that have a column: `<metric>_reached` has none.
fn read_runs(folder: &Path, metrics: Vec<ComparedMetric>) -> Result<Runs, RecordError> {
    let path = folder.join("runs.csv");
    let table = Table::open(&path)?;
    let column = |name: &str| table.column(name).ok_or_else(|| lacks(&path, name));
    let (point, rep, seed) = (column("point")?, column("rep")?, column("seed")?);
    let status = column("status")?;
    let factors = table.header().get(seed + 1..status).unwrap_or_default().to_vec();
    let of_metric = |metric: ComparedMetric| {
        let header = metric_header(&metric.name, &metric.unit);
        let mut places = (status..table.header().len()).filter(|place| {
            let column = &table.header()[*place];
            *column == header || *column == metric.name
        });
        places.next().map(|place| (metric, place))
    };
    let (metrics, places): (Vec<_>, Vec<_>) = metrics.into_iter().filter_map(of_metric).unzip();
    let mut points: Vec<ComparedPoint> = Vec::new();
    for (line, row) in table.rows().enumerate() {
        let read = || {
            let value = |place: &usize| row[*place].parse().ok().filter(|v: &f64| v.is_finite());
            let run = ComparedRun {
                rep: row[rep].parse().ok()?,
                seed: Seed(u64::from_str_radix(&row[seed], 16).ok()?),
                values: places.iter().map(value).collect(),
            };
            Some((row[point].parse::<u64>().ok()?, run))
        };
        let what = || format!("line {} is not as corsair writes it", line + 2);
        let (number, run) =
            read().ok_or_else(|| RecordError::Malformed { path: path.clone(), what: what() })?;
        match points.last_mut().filter(|last| last.number == number) {
            Some(last) => last.runs.push(run),
            None => {
                let values = (seed + 1..status).map(|place| row[place].to_owned()).collect();
                points.push(ComparedPoint { number, values, runs: vec![run] });
            }
        }
    }
    Ok((factors, metrics, points))
}

fn lacks(path: &Path, column: &str) -> RecordError {
    RecordError::Malformed { path: path.to_owned(), what: format!("it lacks the column {column}") }
}
