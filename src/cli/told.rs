//! What `corsair run` tells: a table, the summary as CSV, or one JSON object; then what failed.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::output::{Terminal, brief, grouped, plural, word};
use super::run::Job;
use super::summary::{published_json, published_table, refutation, summary_json, summary_table};
use super::{Format, Status};
use crate::experiment::{Factors, Outcome, PublishedRow, beside_published};

/// What came of a call of `run`, and how it came about.
pub(super) struct Done {
    pub(super) outcome: Outcome,
    pub(super) way: Way,
}

/// How results came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    /// They were there, intact, and nothing was run.
    Found,
    /// They were run.
    Ran { wall_ms: f64 },
    /// They were run again, and are those that were there, byte by byte.
    Confirmed { wall_ms: f64 },
    /// They were run again, and took the place of others.
    Differed { wall_ms: f64 },
}

impl Way {
    fn wall_ms(self) -> Option<f64> {
        match self {
            Way::Found => None,
            Way::Ran { wall_ms } | Way::Confirmed { wall_ms } | Way::Differed { wall_ms } => {
                Some(wall_ms)
            }
        }
    }

    fn says(self) -> &'static str {
        match self {
            Way::Found => "it was there, intact: nothing was run; --force runs again",
            Way::Ran { .. } => "",
            Way::Confirmed { .. } => "the same bytes as before",
            Way::Differed { .. } => "other bytes than before",
        }
    }
}

impl Job<'_> {
    /// One line about what is run.
    pub(super) fn title(&self) -> String {
        let experiment = self.experiment;
        let runs = match self.arguments.rep {
            Some(rep) => format!("replication {rep}"),
            None if experiment.replications == 1 => "1 run".to_owned(),
            None => format!("{} replications", experiment.replications),
        };
        let (name, nodes) = (&experiment.name, grouped(i64::from(experiment.nodes)));
        let at_most = if experiment.drops_nodes() { "up to " } else { "" };
        let s = plural(experiment.nodes.into());
        format!("{name}   {at_most}{nodes} node{s}, {runs}, seed {}", experiment.seed.0)
    }

    pub(super) fn tell(&self, done: &Done, terminal: &mut Terminal) -> io::Result<Status> {
        for warning in &done.outcome.warnings {
            terminal.note(format_args!("warning: {warning}"));
        }
        match self.arguments.format {
            Format::Table => self.tell_table(done, terminal)?,
            Format::Csv => {
                let summary = std::fs::read(self.target.join("summary.csv"));
                match summary {
                    Ok(summary) => terminal.out().write_all(&summary)?,
                    Err(error) => {
                        let path = self.target.display();
                        terminal.error(&format!("cannot read {path}/summary.csv: {error}"));
                        return Ok(Status::Incomplete);
                    }
                }
            }
            Format::Json => terminal.say(self.json(&done.outcome))?,
        }
        terminal.flush()?;
        if self.arguments.format != Format::Table {
            terminal.note(self.written(done.way));
            terminal.note(self.next());
        }
        self.note_figures(&done.outcome, terminal);
        let failed = self.judge(&done.outcome, terminal);
        Ok(if failed { Status::Failed } else { Status::Good })
    }

    fn tell_table(&self, done: &Done, terminal: &mut Terminal) -> io::Result<()> {
        let Done { outcome, way } = done;
        terminal.say(self.title())?;
        let level = self.experiment.level;
        terminal.say(summary_table(&outcome.summary, level))?;
        let figures = self.figures(outcome);
        if !figures.is_empty() {
            terminal.say(format_args!("\n{}\n", published_table(&figures, level, None)))?;
        }
        let events: u64 = outcome.runs.iter().map(|run| run.events).sum();
        let virtual_ms: f64 = outcome.runs.iter().map(|run| run.end.as_millis_f64()).sum();
        let speed = way.wall_ms().map_or(String::new(), |wall_ms| {
            let speed = brief(Some((virtual_ms / wall_ms.max(0.001)).round()));
            format!(", {speed} ms of virtual time per wall ms")
        });
        let digest = outcome.runs.iter().fold(0u128, |all, run| all.rotate_left(1) ^ run.digest);
        let events = grouped(events as i64);
        terminal.say(format_args!("{events} events{speed}; digest {digest:032x}"))?;
        terminal.say(self.written(*way))?;
        terminal.say(self.next())
    }

    /// The published figures that hold at the settings of the run.
    fn figures(&self, outcome: &Outcome) -> Vec<PublishedRow<'_>> {
        beside_published(self.experiment, Factors::default(), &outcome.summary)
    }

    /// Says how many published figures are about other settings: none is left out silently.
    fn note_figures(&self, outcome: &Outcome, terminal: &Terminal) {
        let others = self.experiment.published.len() - self.figures(outcome).len();
        if others > 0 {
            let figures = if others == 1 { "figure is" } else { "figures are" };
            terminal.note(format_args!("note: {others} published {figures} for other settings"));
        }
    }

    /// What was written, and where.
    fn written(&self, way: Way) -> String {
        let files = self.experiment.artifacts().join(" ");
        let says = way.says();
        let says = if says.is_empty() { String::new() } else { format!("   ({says})") };
        format!("{}/    {files}{says}", self.target.display())
    }

    fn next(&self) -> String {
        format!("next: corsair verify {}", word(&self.target.display().to_string()))
    }

    /// Tells what failed, with the line that repeats it; whether anything did.
    fn judge(&self, outcome: &Outcome, terminal: &Terminal) -> bool {
        let mut failed = false;
        for run in &outcome.runs {
            let Some(violation) = &run.violation else { continue };
            failed = true;
            terminal.error(&format!("{violation}"));
            terminal.note(format_args!("  repeat: {}", self.repeat(run.rep)));
        }
        for verdict in outcome.verdicts.iter().filter(|verdict| !verdict.holds) {
            failed = true;
            terminal.error(&refutation(verdict, Factors::default()));
        }
        failed
    }

    /// The command that repeats one run.
    fn repeat(&self, rep: u32) -> String {
        let tail = format!("--rep {rep} --trace violations");
        if self.arguments.experiment == "-" {
            // What came on stdin is not there any more; what was read of it is.
            let resolved = self.target.join("resolved.json");
            return format!("corsair run {} {tail}", word(&resolved.display().to_string()));
        }
        let mut line = format!("corsair run {}", word(&self.arguments.experiment));
        for set in &self.arguments.sets {
            line += &format!(" --set {}", word(set));
        }
        if let Some(seed) = self.arguments.seed {
            line += &format!(" -s {seed}");
        }
        format!("{line} {tail}")
    }

    fn json(&self, outcome: &Outcome) -> Json {
        let violations = outcome.runs.iter().filter_map(|run| {
            let violation = run.violation.as_ref()?;
            Some(json!({
                "invariant": violation.invariant,
                "rep": run.rep,
                "at_ns": violation.at.nanos(),
                "node": violation.node.map(|node| node.0),
                "detail": violation.detail,
                "repeat": self.repeat(run.rep),
            }))
        });
        json!({
            "id": self.id,
            "dir": self.target.display().to_string(),
            "runs": outcome.runs.len(),
            "level": self.experiment.level.share(),
            "metrics": summary_json(&outcome.summary, self.experiment.level),
            "published": published_json(&self.figures(outcome)),
            "violations": violations.collect::<Vec<_>>(),
        })
    }
}
