//! The runs of a study or of a share, listed before any is run.

use std::io;

use super::super::output::{Terminal, grouped, table};
use super::super::{Format, Status};
use crate::experiment::{Shard, Study};

/// The runs, a line each.
pub(super) fn list(
    study: &Study,
    shard: Shard,
    format: Format,
    terminal: &mut Terminal,
) -> io::Result<Status> {
    let mut header = vec!["run", "point", "rep", "seed"];
    header.extend(study.factors.iter().map(String::as_str));
    let runs = (0..study.runs()).filter(|run| shard.holds(study, study.place(*run)));
    let rows = runs.map(|run| {
        let (point, rep) = study.place(run);
        let seed = format!("{:016x}", study.seed((point, rep)).0);
        let mut row = vec![run.to_string(), point.to_string(), rep.to_string(), seed];
        row.extend(study.cells[point as usize].iter().cloned());
        row
    });
    match format {
        Format::Table => {
            let rows: Vec<_> = rows.collect();
            let count = rows.len();
            terminal.say(table(&header, rows))?;
            let points = grouped(study.points.len() as i64);
            let (name, id) = (&study.base.name, study.id());
            let count = grouped(count as i64);
            terminal
                .say(format_args!("{name} {id}: {points} points, {count} runs; none was run"))?;
        }
        Format::Csv => terminal.csv(&header, &rows.collect::<Vec<_>>())?,
        Format::Json => {
            for row in rows {
                let pairs = header.iter().map(|name| (*name).to_owned());
                let object: serde_json::Map<_, _> =
                    pairs.zip(row.into_iter().map(Into::into)).collect();
                terminal.say(serde_json::Value::Object(object))?;
            }
        }
    }
    terminal.flush()?;
    Ok(Status::Good)
}
