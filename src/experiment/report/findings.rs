//! What the tables of a result say, read by the names of their columns.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::super::statistics::{Level, Summary};
use super::factor::{Factor, tell_apart};
use crate::record::{MetricColumn, RecordError, Table, runs_columns};

/// The tables of a result.
pub(super) struct Findings {
    pub(super) folder: PathBuf,
    pub(super) resolved: Json,
    /// How sure the intervals are.
    pub(super) level: Level,
    /// The metrics of summary.csv in its order, then the other numbers of runs.csv.
    pub(super) metrics: Vec<Metric>,
    pub(super) factors: Vec<Factor>,
    /// By number, ascending.
    pub(super) points: Vec<Point>,
    pub(super) runs: Vec<Run>,
    pub(super) pairs: Vec<Pair>,
    /// The invariant that failed, by run.
    pub(super) violations: BTreeMap<u64, String>,
}

/// A quantity over runs.
pub(super) struct Metric {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) says: String,
    pub(super) origin: Origin,
}

/// Where a quantity is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was recorded: summary.csv has it.
    Summary,
    /// Every run has it: a column of runs.csv alone.
    Runs,
}

/// A setting of the factors.
pub(super) struct Point {
    pub(super) number: u64,
    /// A value for each factor, as written.
    pub(super) values: Vec<String>,
    /// A summary for each metric.
    pub(super) summaries: Vec<Option<Cells>>,
}

/// What summary.csv says of a metric at a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cells {
    pub(super) n: u64,
    pub(super) mean: Option<f64>,
    pub(super) sd: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) method: String,
    pub(super) min: Option<f64>,
    pub(super) p50: Option<f64>,
    pub(super) max: Option<f64>,
}

/// A run.
pub(super) struct Run {
    pub(super) run: u64,
    /// The place of its point in [`Findings::points`].
    pub(super) point: usize,
    pub(super) rep: u64,
    pub(super) seed: String,
    pub(super) status: String,
    pub(super) end_ms: Option<f64>,
    /// A value for each metric.
    pub(super) values: Vec<Option<f64>>,
}

/// The difference of a point to the baseline in a metric.
pub(super) struct Pair {
    pub(super) point: u64,
    pub(super) baseline: u64,
    pub(super) metric: String,
    pub(super) diff: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) ratio: Option<f64>,
    pub(super) method: String,
}

/// A row of a table, by the names of its columns.
struct Row<'a> {
    table: &'a Table,
    cells: &'a csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, name: &str) -> &str {
        self.table.column(name).and_then(|place| self.cells.get(place)).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.text(name).parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn whole(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }

    fn interval(&self, low: &str, high: &str) -> Option<(f64, f64)> {
        self.number(low).zip(self.number(high))
    }
}

fn rows(table: &Table) -> impl Iterator<Item = Row<'_>> {
    table.rows().map(move |cells| Row { table, cells })
}

/// A table that not every result has.
fn open_if_there(path: &Path) -> Result<Option<Table>, RecordError> {
    if !path.exists() {
        return Ok(None);
    }
    Table::open(path).map(Some)
}

/// A JSON file.
pub(super) fn read_json(path: &Path) -> Result<Json, RecordError> {
    let bytes = fs::read(path).map_err(RecordError::disk("read", path))?;
    let malformed = |error: serde_json::Error| RecordError::Malformed {
        path: path.to_owned(),
        what: error.to_string(),
    };
    serde_json::from_slice(&bytes).map_err(malformed)
}

impl Findings {
    /// Reads the tables in a folder.
    ///
    /// # Errors
    /// What cannot be read, and what is no table of a result.
    pub(super) fn read(folder: &Path) -> Result<Findings, RecordError> {
        let runs_path = folder.join("runs.csv");
        let table = Table::open(&runs_path)?;
        let summary = Table::open(&folder.join("summary.csv"))?;
        let mut metrics = summary_metrics(&summary);
        let meanings = meanings(folder);
        metrics.extend(run_numbers(&table, &metrics));
        let columns: Vec<_> = metrics.iter().map(|metric| metric_column(&table, metric)).collect();
        for (metric, column) in metrics.iter_mut().zip(&columns) {
            let header = column.map(|column| table.header()[column].as_str());
            metric.says = header.and_then(|name| meanings.get(name).cloned()).unwrap_or_default();
        }
        let keys = factor_columns(&table);
        let mut points: BTreeMap<u64, Point> = BTreeMap::new();
        for row in rows(&table) {
            let number = row.whole("point").unwrap_or(0);
            let values = || keys.iter().map(|(column, _)| row.cells[*column].to_owned()).collect();
            points.entry(number).or_insert_with(|| Point {
                number,
                values: values(),
                summaries: Vec::new(),
            });
        }
        let mut points: Vec<Point> = points.into_values().collect();
        let mut runs = Vec::new();
        for (place, row) in rows(&table).enumerate() {
            let number = row.whole("point").unwrap_or(0);
            let whole = |name: &str| {
                row.whole(name).ok_or_else(|| RecordError::Malformed {
                    path: runs_path.clone(),
                    what: format!("line {} has no whole number in column `{name}`", place + 2),
                })
            };
            let value = |column: &Option<usize>| {
                row.cells.get((*column)?)?.parse().ok().filter(|v: &f64| v.is_finite())
            };
            runs.push(Run {
                run: whole("run")?,
                point: points
                    .binary_search_by_key(&number, |point| point.number)
                    .expect("each row made its point"),
                rep: whole("rep")?,
                seed: row.text("seed").to_owned(),
                status: row.text("status").to_owned(),
                end_ms: row.number("end_ms"),
                values: columns.iter().map(value).collect(),
            });
        }
        let mut factors: Vec<_> = keys
            .into_iter()
            .enumerate()
            .map(|(k, (_, key))| {
                Factor::of(&key, points.iter().map(|point| point.values[k].as_str()))
            })
            .collect();
        tell_apart(&mut factors);
        summarise(&summary, &metrics, &runs, &mut points);
        let resolved = read_json(&folder.join("resolved.json"))?;
        let pairs = read_pairs(folder)?;
        let violations = read_violations(folder)?;
        let level = resolved["ci"].as_f64().and_then(Level::new).unwrap_or(Level::USUAL);
        Ok(Findings {
            folder: folder.to_owned(),
            resolved,
            level,
            metrics,
            factors,
            points,
            runs,
            pairs,
            violations,
        })
    }

    /// The level of the intervals, such as `95 %`.
    pub(super) fn percent(&self) -> String {
        format!("{} %", self.level.percent())
    }

    /// Whether assertions are judged at a point: at the baselines, or at all points where there are none.
    pub(super) fn is_judged(&self, point: &Point) -> bool {
        self.pairs.is_empty() || self.pairs.iter().any(|pair| pair.baseline == point.number)
    }

    /// The place of the point that others are compared with: the baseline, else the first.
    pub(super) fn reference(&self) -> usize {
        let number = self.pairs.first().map(|pair| pair.baseline);
        self.points.iter().position(|point| Some(point.number) == number).unwrap_or(0)
    }

    /// A point by its factors, such as `fanout 3, loss 0.05`.
    pub(super) fn point_label(&self, place: usize) -> String {
        let values = &self.points[place].values;
        let parts: Vec<_> = self
            .factors
            .iter()
            .zip(values)
            .map(|(factor, value)| format!("{} {value}", factor.short))
            .collect();
        if parts.is_empty() { "all runs".to_owned() } else { parts.join(", ") }
    }

    /// The values of a metric over the runs of a point that have it, in the order of the runs.
    pub(super) fn sample(&self, point: usize, metric: usize) -> Vec<f64> {
        self.runs
            .iter()
            .filter(|run| run.point == point)
            .filter_map(|run| run.values[metric])
            .collect()
    }

    /// Whether every combination of levels is a point.
    pub(super) fn is_grid(&self) -> bool {
        let cells = self
            .factors
            .iter()
            .try_fold(1usize, |all, factor| all.checked_mul(factor.levels.len()));
        cells == Some(self.points.len())
    }

    /// Whether a run broke an invariant.
    pub(super) fn is_violated(&self, run: &Run) -> bool {
        run.status == "violated" || self.violations.contains_key(&run.run)
    }
}

fn summary_metrics(summary: &Table) -> Vec<Metric> {
    let mut metrics: Vec<Metric> = Vec::new();
    for row in rows(summary) {
        let name = row.text("metric");
        if !metrics.iter().any(|metric| metric.name == name) {
            let (name, unit) = (name.to_owned(), row.text("unit").to_owned());
            metrics.push(Metric { name, unit, says: String::new(), origin: Origin::Summary });
        }
    }
    metrics
}

/// The numbers that every run has, as far as they are not summarised.
fn run_numbers(table: &Table, known: &[Metric]) -> Vec<Metric> {
    let columns = runs_columns(&[], &[]).into_iter();
    let is_number =
        |name: &str| name == "end_ms" || name == "events" || name.starts_with("messages_");
    columns
        .filter(|column| is_number(&column.name) && table.column(&column.name).is_some())
        .filter(|column| !known.iter().any(|metric| metric.name == column.name))
        .map(|column| Metric {
            name: column.name.to_string(),
            unit: column.unit.to_string(),
            says: String::new(),
            origin: Origin::Runs,
        })
        .collect()
}

/// Where runs.csv has the values of a metric.
fn metric_column(table: &Table, metric: &Metric) -> Option<usize> {
    table.column(&metric.name).or_else(|| {
        let column = MetricColumn {
            name: metric.name.clone(),
            unit: metric.unit.clone(),
            says: String::new(),
        };
        let columns = runs_columns(&[], &[column]);
        // Before the digest, which is last.
        table.column(&columns[columns.len() - 2].name)
    })
}

/// The columns of runs.csv between the seed and the status, and the keys that they stand for.
fn factor_columns(table: &Table) -> Vec<(usize, String)> {
    let (Some(seed), Some(status)) = (table.column("seed"), table.column("status")) else {
        return Vec::new();
    };
    let key = |column: usize| {
        let name = &table.header()[column];
        // A swept `seed` has a column of another name.
        let stem = name.strip_suffix("_2").filter(|stem| table.column(stem).is_some());
        (column, stem.unwrap_or(name).to_owned())
    };
    (seed + 1..status).map(key).collect()
}

/// What the data package says of each column of runs.csv; nothing where there is none.
fn meanings(folder: &Path) -> BTreeMap<String, String> {
    let Ok(package) = read_json(&folder.join("datapackage.json")) else { return BTreeMap::new() };
    let resources = package["resources"].as_array().into_iter().flatten();
    let fields = resources
        .filter(|resource| resource["path"] == "runs.csv")
        .flat_map(|resource| resource["schema"]["fields"].as_array().into_iter().flatten());
    fields
        .filter_map(|field| {
            Some((field["name"].as_str()?.to_owned(), field["description"].as_str()?.to_owned()))
        })
        .collect()
}

/// Gives each point its summaries: those of summary.csv, and for the other numbers the same anew.
fn summarise(summary: &Table, metrics: &[Metric], runs: &[Run], points: &mut [Point]) {
    for point in points.iter_mut() {
        point.summaries = vec![None; metrics.len()];
    }
    for row in rows(summary) {
        let number = row.whole("point").unwrap_or(0);
        let Ok(point) = points.binary_search_by_key(&number, |point| point.number) else {
            continue;
        };
        let metric = metrics.iter().position(|metric| metric.name == row.text("metric"));
        let metric = metric.expect("the metrics come from these rows");
        points[point].summaries[metric] = Some(Cells {
            n: row.whole("n").unwrap_or(0),
            mean: row.number("mean"),
            sd: row.number("sd"),
            interval: row.interval("ci_low", "ci_high"),
            method: row.text("method").to_owned(),
            min: row.number("min"),
            p50: row.number("p50"),
            max: row.number("max"),
        });
    }
    let others = (0..metrics.len()).filter(|metric| metrics[*metric].origin == Origin::Runs);
    for metric in others {
        let mut samples = vec![Vec::new(); points.len()];
        for run in runs {
            samples[run.point].extend(run.values[metric]);
        }
        for (point, sample) in points.iter_mut().zip(samples) {
            let made = Summary::of(&sample, Level::USUAL);
            point.summaries[metric] = Some(Cells {
                n: made.n as u64,
                mean: made.values.map(|values| values.mean),
                sd: made.sd,
                interval: made.ci.map(|interval| (interval.low, interval.high)),
                method: made.method.word().to_owned(),
                min: made.values.map(|values| values.min),
                p50: made.values.map(|values| values.p50),
                max: made.values.map(|values| values.max),
            });
        }
    }
}

fn read_pairs(folder: &Path) -> Result<Vec<Pair>, RecordError> {
    let Some(table) = open_if_there(&folder.join("pairs.csv"))? else { return Ok(Vec::new()) };
    let pair = |row: Row<'_>| {
        Some(Pair {
            point: row.whole("point")?,
            baseline: row.whole("baseline")?,
            metric: row.text("metric").to_owned(),
            diff: row.number("diff"),
            interval: row.interval("diff_low", "diff_high"),
            ratio: row.number("ratio"),
            method: row.text("method").to_owned(),
        })
    };
    Ok(rows(&table).filter_map(pair).collect())
}

/// The names of `violations/`: an invariant and a run each.
fn read_violations(folder: &Path) -> Result<BTreeMap<u64, String>, RecordError> {
    let folder = folder.join("violations");
    if !folder.exists() {
        return Ok(BTreeMap::new());
    }
    let entries = fs::read_dir(&folder).map_err(RecordError::disk("read", &folder))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let name = entry.map_err(RecordError::disk("read", &folder))?.file_name();
        let name = name.to_string_lossy();
        let parts = name.strip_suffix(".json").and_then(|stem| stem.rsplit_once('-'));
        if let Some((invariant, run)) = parts
            && let Ok(run) = run.parse()
        {
            found.insert(run, invariant.to_owned());
        }
    }
    Ok(found)
}
