//! The runs: one a row, with the command that repeats it.

use super::super::shown::brief;
use super::findings::{Findings, Run};
use super::html::{Kind, Table, details};

/// More runs than these stay in runs.csv.
const RUNS_MAX: usize = 1000;
/// So many runs are shown without being asked for.
const OPEN_MAX: usize = 10;

/// The section about runs.
pub(super) fn section(findings: &Findings) -> String {
    let mut columns = vec![("run", Kind::Number)];
    let study = findings.points.len() > 1;
    if study {
        columns.push(("point", Kind::Number));
    }
    columns.extend([
        ("replication", Kind::Number),
        ("status", Kind::Words),
        ("end (ms)", Kind::Number),
        ("seed", Kind::Code),
        ("again, in this folder", Kind::Code),
    ]);
    let mut table = Table::new(columns);
    let all = findings.runs.len();
    let violated = |run: &&Run| findings.is_violated(run);
    // Where there are too many, those that matter most come first.
    let shown: Vec<&Run> = if all > RUNS_MAX {
        let usual = findings.runs.iter().filter(|run| !violated(run));
        findings.runs.iter().filter(violated).chain(usual).take(RUNS_MAX).collect()
    } else {
        findings.runs.iter().collect()
    };
    for run in &shown {
        let mut row = vec![run.run.to_string()];
        if study {
            row.push(findings.points[run.point].number.to_string());
        }
        let broken =
            findings.violations.get(&run.run).map_or(String::new(), |name| format!(": {name}"));
        row.extend([
            run.rep.to_string(),
            format!("{}{broken}", run.status),
            brief(run.end_ms),
            run.seed.clone(),
            findings.command(run),
        ]);
        table.row(row);
    }
    let out = match all - shown.len() {
        0 => String::new(),
        left => format!(" {left} more are in runs.csv."),
    };
    let table = table.html(&format!("Each run, and the command that repeats it.{out}"));
    let table = if all > OPEN_MAX { details(&format!("{all} runs"), &table) } else { table };
    format!("<section>\n<h2>Runs</h2>\n{table}</section>\n")
}
