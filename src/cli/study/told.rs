//! What the commands of studies tell: a table for each metric, the summary as CSV, or one JSON object; then what
//! failed.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::super::output::{Terminal, grouped, plural, table, word};
use super::super::summary::{
    interval_name, published_json, published_table, refutation, summary_cells, summary_header,
    summary_json,
};
use super::super::{Format, Status};
use crate::experiment::{
    PointSummary, PublishedRow, RunRecord, Study, StudyOutcome, beside_published,
};
use crate::settings::nearest;

/// So many metrics are printed where nobody says which.
const METRICS: usize = 4;
/// So many points of a metric are printed.
const POINTS: usize = 60;

/// What is printed, and how.
pub(super) struct Printed<'a> {
    pub(super) study: &'a Study,
    pub(super) folder: &'a Path,
    pub(super) format: Format,
    /// The metrics that were asked for.
    pub(super) metrics: &'a [String],
}

/// Tells what came of a study; `says` is how the result came about.
pub(super) fn tell(
    printed: &Printed<'_>,
    outcome: &StudyOutcome,
    says: &str,
    terminal: &mut Terminal,
) -> io::Result<Status> {
    let Printed { study, folder, .. } = *printed;
    let Some(wanted) = wanted(printed, outcome, terminal) else { return Ok(Status::BadInput) };
    match printed.format {
        Format::Table => tell_tables(study, outcome, &wanted, terminal)?,
        Format::Csv => match std::fs::read(folder.join("summary.csv")) {
            Ok(summary) => terminal.out().write_all(&summary)?,
            Err(error) => {
                terminal.error(&format!("cannot read {}/summary.csv: {error}", folder.display()));
                return Ok(Status::Incomplete);
            }
        },
        Format::Json => terminal.say(json(printed, outcome))?,
    }
    let says = if says.is_empty() { String::new() } else { format!("   ({says})") };
    let written = format!("{}/    {}{says}", folder.display(), study.artifacts().join(" "));
    let next = format!("next: corsair verify {}", word(&folder.display().to_string()));
    if printed.format == Format::Table {
        terminal.say(written)?;
        terminal.say(next)?;
    } else {
        terminal.note(written);
        terminal.note(next);
    }
    terminal.flush()?;
    let violated: Vec<&RunRecord> =
        outcome.runs.iter().filter(|run| run.violation.is_some()).collect();
    for run in violated.iter().take(5) {
        if let Some(violation) = &run.violation {
            terminal.error(&format!("{}: {violation}", study.describe(run.point)));
            terminal.note(format_args!("  repeat: {}", repeat(study, folder, run)));
        }
    }
    if violated.len() > 5 {
        let (more, folder) = (violated.len() - 5, folder.display());
        terminal.note(format_args!("  and {more} more runs: {folder}/violations/"));
    }
    let mut failed = !violated.is_empty();
    for verdict in outcome.verdicts.iter().filter(|verdict| !verdict.holds) {
        failed = true;
        terminal.error(&refutation(verdict, study.factors_at(verdict.point)));
    }
    Ok(if failed { Status::Failed } else { Status::Good })
}

/// The metrics to be printed; none where one is unknown, which is told.
fn wanted(
    printed: &Printed<'_>,
    outcome: &StudyOutcome,
    terminal: &Terminal,
) -> Option<Vec<&'static str>> {
    let known: Vec<&'static str> = outcome
        .points
        .first()
        .map(|point| point.metrics.iter().map(|metric| metric.metric.name).collect())
        .unwrap_or_default();
    if printed.metrics.is_empty() {
        let asserted = printed.study.base.asserts.iter().map(|assert| assert.metric.name);
        let asserted: Vec<_> = asserted.collect();
        let first = || known.iter().copied().take(METRICS).collect();
        return Some(if asserted.is_empty() { first() } else { asserted });
    }
    let mut found = Vec::new();
    for metric in printed.metrics {
        match known.iter().find(|name| *name == metric) {
            Some(name) => found.push(*name),
            None => {
                let near = nearest(metric, known.iter().copied());
                let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                terminal.error(&format!("there is no metric `{metric}` in this study{hint}"));
                return None;
            }
        }
    }
    Some(found)
}

fn tell_tables(
    study: &Study,
    outcome: &StudyOutcome,
    wanted: &[&str],
    terminal: &mut Terminal,
) -> io::Result<()> {
    let base = &study.base;
    terminal.say(format_args!(
        "{}   {} point{}, {} replication{}, seed {}",
        base.name,
        grouped(study.points.len() as i64),
        plural(study.points.len() as u64),
        study.replications(),
        plural(study.replications().into()),
        base.seed.0
    ))?;
    let interval = interval_name(base.level);
    let mut header: Vec<&str> = study.factors.iter().map(String::as_str).collect();
    header.extend(["metric", "n"]);
    header.extend(summary_header(&interval));
    header.push("unit");
    for name in wanted {
        let points = outcome.points.iter().take(POINTS);
        let rows: Vec<Vec<String>> = points.flat_map(|point| rows(study, point, name)).collect();
        terminal.say("")?;
        terminal.say(table(&header, rows))?;
        if outcome.points.len() > POINTS {
            let more = outcome.points.len() - POINTS;
            terminal.say(format_args!("and {more} more points: summary.csv"))?;
        }
    }
    let figures = figures(study, outcome);
    if !figures.is_empty() {
        let place = |point| study.describe(point);
        let table = published_table(&figures, base.level, Some(&place));
        terminal.say(format_args!("\n{table}"))?;
    }
    let events: u64 = outcome.runs.iter().map(|run| run.events).sum();
    let runs = grouped(outcome.runs.len() as i64);
    terminal.say("")?;
    terminal.say(format_args!("{runs} runs, {} events", grouped(events as i64)))
}

/// The rows of a metric at a point, and those of the share that has it, where some runs do not.
fn rows(study: &Study, point: &PointSummary, name: &str) -> Vec<Vec<String>> {
    let reached = format!("{name}_reached");
    let lines = point.lines(study.base.level);
    let lines = lines.filter(|line| line.name == name || line.name == reached.as_str());
    lines
        .map(|line| {
            let mut row = study.cells[point.point as usize].clone();
            row.push(line.name.clone().into_owned());
            row.push(line.summary.n.to_string());
            row.extend(summary_cells(&line, study.base.level));
            row.push(line.unit.to_owned());
            row
        })
        .collect()
}

/// Published figures beside ours, point by point.
fn figures<'a>(study: &'a Study, outcome: &'a StudyOutcome) -> Vec<PublishedRow<'a>> {
    let of = |point: &'a PointSummary| {
        let factors = study.factors_at(point.point);
        beside_published(&study.base, factors, point)
    };
    outcome.points.iter().flat_map(of).collect()
}

fn json(printed: &Printed<'_>, outcome: &StudyOutcome) -> Json {
    let Printed { study, folder, .. } = *printed;
    let point = |point: &PointSummary| {
        let cells = &study.cells[point.point as usize];
        let factors = study.factors.iter().cloned().zip(cells.iter().map(|cell| typed(cell)));
        json!({
            "point": point.point,
            "factors": Json::Object(factors.collect::<Map<_, _>>()),
            "runs": point.violated.n(),
            "violated": point.violated.hits(),
            "metrics": summary_json(point, study.base.level),
        })
    };
    let violation = |run: &RunRecord| {
        let violation = run.violation.as_ref()?;
        Some(json!({
            "invariant": violation.invariant,
            "point": run.point,
            "rep": run.rep,
            "at_ns": violation.at.nanos(),
            "node": violation.node.map(|node| node.0),
            "detail": violation.detail,
            "repeat": repeat(study, folder, run),
        }))
    };
    json!({
        "id": study.id(),
        "dir": folder.display().to_string(),
        "runs": outcome.runs.len(),
        "points": outcome.points.iter().map(point).collect::<Vec<_>>(),
        "published": published_json(&figures(study, outcome)),
        "violations": outcome.runs.iter().filter_map(violation).collect::<Vec<_>>(),
    })
}

/// A cell as a number where it is one.
fn typed(cell: &str) -> Json {
    let parsed = serde_json::from_str(cell).ok().filter(|json: &Json| !json.is_string());
    parsed.unwrap_or_else(|| json!(cell))
}

/// The command that repeats one run.
fn repeat(study: &Study, folder: &Path, run: &RunRecord) -> String {
    let resolved = folder.join("resolved.json").display().to_string();
    let mut line = format!("corsair run {}", word(&resolved));
    for (key, cell) in study.factors.iter().zip(&study.cells[run.point as usize]) {
        line += &format!(" --set {}", word(&format!("{key}={cell}")));
    }
    let seed = study.points[run.point as usize].seed;
    if seed != study.base.seed {
        line += &format!(" -s {}", seed.0);
    }
    format!("{line} --rep {} --trace violations", run.rep)
}

/// Runs by their numbers, those in a row together: `3, 7-12`.
pub(super) fn list_runs(study: &Study, runs: &[(u32, u32)]) -> String {
    const SHOWN: usize = 12;
    let replications = u64::from(study.replications());
    let number = |(point, rep): &(u32, u32)| u64::from(*point) * replications + u64::from(*rep);
    let mut numbers: Vec<u64> = runs.iter().map(number).collect();
    numbers.sort_unstable();
    let rows: Vec<&[u64]> = numbers.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = rows.iter().take(SHOWN).map(|row| match row {
        [one] => one.to_string(),
        row => format!("{}-{}", row[0], row[row.len() - 1]),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    if rows.len() > SHOWN { format!("{shown}, ...") } else { shown }
}

/// The line that does what is missing in a folder.
pub(super) fn repair_line(folder: &Path, study: &Study) -> String {
    let shown = folder.display().to_string();
    let resolved = word(&format!("{shown}/resolved.json"));
    let is_home = Path::new("results").join(&study.base.name).join(study.id()) == folder;
    let out = if is_home { String::new() } else { format!(" -o {}", word(&shown)) };
    format!("corsair sweep {resolved}{out}")
}
