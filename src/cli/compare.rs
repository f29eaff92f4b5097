//! `corsair compare`: how much the metrics of two results differ, and how sure that is.

use std::io;
use std::path::PathBuf;

use serde_json::{Map, Value as Json, json};

use super::output::{Terminal, brief, table, word};
use super::summary::{bounds, interval_name};
use super::{Format, Status};
use crate::experiment::{Compared, ComparedResult, ComparedRow, Difference, compare_results};
use crate::record::{Cell, Column, TableWriter};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair run pirates -r 20 -o calm --set network.loss=0
  corsair run pirates -r 20 -o lossy --set network.loss=0.1
  corsair compare calm lossy --metric rumour_coverage     what do losses do to a rumour?
  corsair compare calm lossy --format csv                 all metrics that both have

Points of the same values of the swept keys are compared; a plain run is compared with each point of
a study. Where both used the same seed for each replication, the difference is that of the pairs
(paired), and much of what chance does to both falls out of it; else it is that of two samples
(welch). n counts the pairs, or the smaller sample. An interval that does not hold 0 says that B is
not like A.")]
pub(super) struct Arguments {
    /// A results folder, as a run has printed it: the baseline
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Another one, which is compared with it
    #[arg(value_name = "B")]
    b: PathBuf,
    /// A metric, as often as wanted; else all that both have
    #[arg(short, long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn compare(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let Arguments { a, b, metrics, format } = arguments;
    let read = || -> Result<_, String> {
        let (a, b) = (ComparedResult::read(a)?, ComparedResult::read(b)?);
        let compared = compare_results(&a, &b, metrics)?;
        Ok((a, b, compared))
    };
    let (a, b, compared) = match read() {
        Ok(read) => read,
        Err(error) => {
            terminal.error(&error);
            return Ok(Status::BadInput);
        }
    };
    for note in &compared.notes {
        terminal.note(format_args!("note: {note}"));
    }
    match format {
        Format::Table => {
            terminal.say(title("A", &a))?;
            terminal.say(title("B", &b))?;
            terminal.say(text(&compared))?;
        }
        Format::Csv => write_csv(&compared, terminal)?,
        Format::Json => terminal.say(object(&a, &b, &compared))?,
    }
    terminal.flush()?;
    let [a, b] = [a, b].map(|result| word(&result.folder.display().to_string()));
    terminal.note(format_args!("next: corsair verify {a} {b}    are they the same to the byte?"));
    Ok(Status::Good)
}

fn title(name: &str, result: &ComparedResult) -> String {
    let (manifest, folder) = (&result.manifest, result.folder.display());
    let runs = manifest.counts.runs;
    let runs = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    format!("{name}  {folder}   {} {}, {runs}, seed {}", manifest.name, manifest.id, manifest.seed)
}

fn text(compared: &Compared) -> String {
    let interval = interval_name(compared.level);
    let factors = compared.factors.iter().map(String::as_str);
    let rest = ["metric", "A", "B", "B - A", &interval, "B / A", "n", "method", "unit"];
    let header: Vec<_> = factors.chain(rest).collect();
    let rows = compared.rows.iter().map(|row| {
        let difference = row.difference;
        let [a, b, diff] = [
            difference.map(|difference| difference.baseline),
            difference.map(|difference| difference.mean),
            difference.map(|difference| difference.diff),
        ];
        let cells = [
            row.metric.clone(),
            brief(a),
            brief(b),
            brief(diff),
            bounds(difference.and_then(|difference| difference.ci)),
            brief(difference.and_then(|difference| difference.ratio)),
            difference.map_or(0, |difference| difference.n).to_string(),
            row.method.word().to_owned(),
            row.unit.clone(),
        ];
        row.values.iter().cloned().chain(cells).collect()
    });
    table(&header, rows)
}

/// The numbers of a row by their names, in full.
fn numbers(row: &ComparedRow) -> [(&'static str, Option<f64>); 6] {
    let of = |pick: fn(&Difference) -> Option<f64>| row.difference.as_ref().and_then(pick);
    [
        ("mean_a", of(|difference| Some(difference.baseline))),
        ("mean_b", of(|difference| Some(difference.mean))),
        ("diff", of(|difference| Some(difference.diff))),
        ("diff_low", of(|difference| difference.ci.map(|interval| interval.low))),
        ("diff_high", of(|difference| difference.ci.map(|interval| interval.high))),
        ("ratio", of(|difference| difference.ratio)),
    ]
}

fn write_csv(compared: &Compared, terminal: &mut Terminal) -> io::Result<()> {
    let factors = compared.factors.iter().cloned().map(Column::text);
    let fixed = [Column::text("metric"), Column::text("unit"), Column::integer("n")];
    let named = ["mean_a", "mean_b", "diff", "diff_low", "diff_high", "ratio"].map(Column::number);
    let columns = factors.chain(fixed).chain(named).chain([Column::text("method")]);
    let columns: Vec<_> = columns.collect();
    let mut table = TableWriter::new(terminal.out(), &columns)?;
    for row in &compared.rows {
        let n = row.difference.map_or(0, |difference| difference.n) as u64;
        let factors = row.values.iter().map(|value| Cell::Text(value));
        let fixed = [Cell::Text(&row.metric), Cell::Text(&row.unit), Cell::Integer(n)];
        let numbers = numbers(row).map(|(_, number)| Cell::from(number));
        let method = [Cell::Text(row.method.word())];
        table.row(factors.chain(fixed).chain(numbers).chain(method))?;
    }
    table.finish().map(drop)
}

fn object(a: &ComparedResult, b: &ComparedResult, compared: &Compared) -> Json {
    let rows = compared.rows.iter().map(|row| {
        let factors = compared.factors.iter().cloned();
        let factors = factors.zip(row.values.iter().map(|value| json!(value)));
        let mut whole = json!({
            "factors": factors.collect::<Map<_, _>>(),
            "metric": row.metric,
            "unit": row.unit,
            "n": row.difference.map_or(0, |difference| difference.n),
            "method": row.method.word(),
        });
        for (name, number) in numbers(row) {
            whole[name] = json!(number);
        }
        whole
    });
    let side = |result: &ComparedResult| {
        json!({
            "dir": result.folder.display().to_string(),
            "name": result.manifest.name,
            "id": result.manifest.id,
            "runs": result.manifest.counts.runs,
        })
    };
    json!({
        "a": side(a),
        "b": side(b),
        "level": compared.level.share(),
        "rows": rows.collect::<Vec<_>>(),
    })
}
