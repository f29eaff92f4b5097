//! Metrics over time, over the runs of each group: series.csv, read once and never held.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use super::super::statistics::{Level, t_factor};
use super::chart::{Line, Mark};
use super::findings::Findings;
use crate::record::RecordError;

/// So many moments of a line are drawn at most, or about.
const MOMENTS_MAX: u64 = 120;
/// From so many runs on the band is the interval of the mean, below it their least and greatest.
pub(super) const INTERVAL_RUNS_MIN: u64 = 5;

/// What the values of a group of runs at a moment come to (Welford's sums, in the order of runs).
#[derive(Clone, Copy, Default)]
struct Tally {
    n: u64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
}

impl Tally {
    fn add(&mut self, value: f64) {
        let (min, max) = if self.n == 0 { (value, value) } else { (self.min, self.max) };
        (self.min, self.max) = (min.min(value), max.max(value));
        self.n += 1;
        let apart = value - self.mean;
        self.mean += apart / self.n as f64;
        self.squares += apart * (value - self.mean);
    }
}

/// The courses of some metrics in some groups of runs.
pub(super) struct Courses {
    /// By metric and group: what there is at each moment, in nanoseconds.
    tallies: Vec<Vec<BTreeMap<u64, Tally>>>,
    /// One sample in so many is drawn.
    pub(super) stride: u64,
    /// How sure the bands are.
    level: Level,
}

/// Which moments are drawn: multiples of a step, and the common end of all runs. Ends that differ make no course: at
/// each there are only the runs that happened to end there.
struct Moments {
    steps: Vec<u64>,
    end: Option<u64>,
    stride: u64,
}

impl Moments {
    fn of(findings: &Findings) -> Moments {
        let ends: Vec<u64> = findings
            .runs
            .iter()
            .filter_map(|run| Some((run.end_ms? * 1e6).round() as u64))
            .collect();
        let last = ends.iter().copied().max().unwrap_or(0);
        let record = &findings.resolved["record"];
        let every =
            [&record["every"], &record["graph"]["every"]].map(|every| every.as_u64().unwrap_or(0));
        let step = |every: u64| (last / every.max(1)).div_ceil(MOMENTS_MAX).max(1);
        let steps = every.into_iter().filter(|every| *every > 0).map(|every| every * step(every));
        let common = ends.iter().all(|end| *end == last);
        Moments {
            steps: steps.collect(),
            end: common.then_some(last),
            stride: if every[0] > 0 { step(every[0]) } else { 1 },
        }
    }

    fn has(&self, at: u64) -> bool {
        self.end == Some(at) || self.steps.iter().any(|step| at.is_multiple_of(*step))
    }
}

/// Milliseconds with a decimal fraction, in nanoseconds.
fn nanos(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<6}");
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction.get(..6)?.parse().ok()?)
}

impl Courses {
    /// Reads the courses of the metrics `wanted`; `group_of` says which group a point's runs are in.
    ///
    /// # Errors
    /// What cannot be read, and what is no table.
    pub(super) fn read(
        findings: &Findings,
        wanted: &[usize],
        group_of: &[Option<usize>],
    ) -> Result<Courses, RecordError> {
        let moments = Moments::of(findings);
        let groups = group_of.iter().flatten().max().map_or(0, |last| last + 1);
        let mut tallies = vec![vec![BTreeMap::<u64, Tally>::new(); groups]; wanted.len()];
        let group_by_run: BTreeMap<u64, usize> =
            findings.runs.iter().filter_map(|run| Some((run.run, group_of[run.point]?))).collect();
        let names: Vec<&[u8]> =
            wanted.iter().map(|metric| findings.metrics[*metric].name.as_bytes()).collect();
        let path = findings.folder.join("series.csv");
        let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
        let file = File::open(&path).map_err(RecordError::disk("read", &path))?;
        let mut csv = csv::Reader::from_reader(BufReader::with_capacity(1 << 16, file));
        let header = csv.byte_headers().map_err(|error| malformed(error.to_string()))?.clone();
        let column = |name: &str| {
            let place = header.iter().position(|cell| cell == name.as_bytes());
            place.ok_or_else(|| malformed(format!("it has no column `{name}`")))
        };
        let (run, t_ms, metric) = (column("run")?, column("t_ms")?, column("metric")?);
        let (scope, value) = (column("scope")?, column("value")?);
        let mut row = csv::ByteRecord::new();
        let mut last = (0, None);
        while csv.read_byte_record(&mut row).map_err(|error| malformed(error.to_string()))? {
            if &row[scope] != b"run" {
                continue;
            }
            let Some(metric) = names.iter().position(|name| *name == &row[metric]) else {
                continue;
            };
            let Some(number) = parse::<u64>(&row[run]) else {
                return Err(malformed(format!(
                    "line {} has no run",
                    row.position().map_or(0, csv::Position::line)
                )));
            };
            if last.0 != number || last.1.is_none() {
                last = (number, group_by_run.get(&number).copied());
            }
            let (Some(group), Some(at)) = (last.1, nanos(&row[t_ms])) else { continue };
            if moments.has(at)
                && let Some(value) = parse::<f64>(&row[value]).filter(|value| value.is_finite())
            {
                tallies[metric][group].entry(at).or_default().add(value);
            }
        }
        Ok(Courses { tallies, stride: moments.stride, level: findings.level })
    }

    /// The last moment of all, in nanoseconds.
    pub(super) fn end(&self) -> u64 {
        let last = |course: &BTreeMap<u64, Tally>| course.keys().next_back().copied();
        self.tallies.iter().flatten().filter_map(last).max().unwrap_or(0)
    }

    /// The mean of a metric (by its place among those wanted) over the runs of a group, as long as
    /// half of them go on; time in units of `length` nanoseconds.
    pub(super) fn line(&self, metric: usize, (group, label): (usize, &str), length: f64) -> Line {
        let course = &self.tallies[metric][group];
        let most = course.values().map(|tally| tally.n).max().unwrap_or(0);
        let mut factors: BTreeMap<u64, Option<f64>> = BTreeMap::new();
        let marks = course.iter().filter(|(_, tally)| 2 * tally.n >= most).map(|(at, tally)| {
            let n = tally.n;
            let range = if most >= INTERVAL_RUNS_MIN {
                let factor = *factors.entry(n).or_insert_with(|| t_factor(n, self.level));
                factor.map(|factor| {
                    let half = factor * (tally.squares / (n - 1) as f64).sqrt();
                    (tally.mean - half, tally.mean + half)
                })
            } else {
                (most > 1).then_some((tally.min, tally.max))
            };
            Mark { x: *at as f64 / length, y: tally.mean, range, n, ..Mark::default() }
        });
        Line { label: label.to_owned(), marks: marks.collect() }
    }

    /// What the bands are.
    pub(super) fn says(&self, metric: usize) -> String {
        let runs =
            self.tallies[metric].iter().flat_map(BTreeMap::values).map(|tally| tally.n).max();
        let band = match runs.unwrap_or(0) {
            0 | 1 => "One run".to_owned(),
            n if n < INTERVAL_RUNS_MIN => "Mean over runs; band: least and greatest".to_owned(),
            _ => {
                format!("Mean over runs; band: {} % interval of the mean", self.level.percent())
            }
        };
        match self.stride {
            1 => format!("{band}."),
            stride => format!("{band}. One sample in {stride} is drawn; all are in series.csv."),
        }
    }
}

fn parse<T: std::str::FromStr>(cell: &[u8]) -> Option<T> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_mean_and_deviation() {
        let mut tally = Tally::default();
        [3.0, -1.0, 4.0].into_iter().for_each(|value| tally.add(value));
        assert_eq!((tally.n, tally.mean, tally.min, tally.max), (3, 2.0, -1.0, 4.0));
        assert_eq!(tally.squares, 14.0);
    }

    #[test]
    fn milliseconds_are_exact() {
        let cases: [(&[u8], Option<u64>); 5] = [
            (b"100", Some(100_000_000)),
            (b"1.5", Some(1_500_000)),
            (b"0.000001", Some(1)),
            (b"x", None),
            (b"99999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(nanos(text), expected, "{text:?}");
        }
    }
}
