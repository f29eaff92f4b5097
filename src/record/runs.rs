//! `runs.csv`: a run a row.

use std::fmt;
use std::io::{self, Write};

use crate::kernel::Instant;

use super::table::{Cell, Column, TableWriter};

/// How a run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// To its end, and all invariants held.
    Ok,
    /// An invariant failed.
    Violated,
    /// It was stopped from outside.
    Stopped,
    /// It met a limit that it should not have met.
    Limit,
}

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The moment set for it.
    At,
    /// The condition set for it.
    When,
    /// The number of events set for it.
    Events,
    /// No event was left.
    Quiet,
    /// An invariant failed.
    Violation,
    /// A limit.
    Limit,
}

impl Status {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Violated => "violated",
            Status::Stopped => "stopped",
            Status::Limit => "limit",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Status> {
        let all = [Status::Ok, Status::Violated, Status::Stopped, Status::Limit];
        all.into_iter().find(|status| status.word() == word)
    }
}

impl StopReason {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            StopReason::At => "at",
            StopReason::When => "when",
            StopReason::Events => "events",
            StopReason::Quiet => "quiet",
            StopReason::Violation => "violation",
            StopReason::Limit => "limit",
        }
    }

    /// The reason of that word.
    pub fn from_word(word: &str) -> Option<StopReason> {
        let all = [
            StopReason::At,
            StopReason::When,
            StopReason::Events,
            StopReason::Quiet,
            StopReason::Violation,
            StopReason::Limit,
        ];
        all.into_iter().find(|reason| reason.word() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The messages of a run by what became of them: sent + duplicated = the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Given to the network.
    pub sent: u64,
    /// Copies that the network made.
    pub duplicated: u64,
    /// Arrived, copies included.
    pub delivered: u64,
    /// Taken by the network, or arrived at a node that was down.
    pub lost: u64,
    /// Under way when the run ended.
    pub in_flight: u64,
    /// Addressed to no node.
    pub to_nobody: u64,
}

/// A metric as a column: its values stand in [`RunRow::metrics`] in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricColumn {
    /// Its name.
    pub name: String,
    /// Its unit, empty for none.
    pub unit: String,
    /// Its meaning in one sentence.
    pub says: String,
}

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its number, from 0, point by point.
    pub run: u64,
    /// The number of its point.
    pub point: u64,
    /// The number of its replication.
    pub rep: u64,
    /// Its own seed.
    pub seed: u64,
    /// The swept keys and this point's values, in the order of the columns.
    pub factors: Vec<(String, String)>,
    /// How it went.
    pub status: Status,
    /// What ended it.
    pub stop_reason: StopReason,
    /// When it ended.
    pub end: Instant,
    /// Activations.
    pub events: u64,
    /// Messages by what became of them.
    pub messages: MessageCounts,
    /// The values of the metrics, in the order of the columns; none where one is not defined.
    pub metrics: Vec<Option<f64>>,
    /// The rolling digest over all activations.
    pub digest: u128,
}

/// The columns of runs.csv for these swept keys and metrics.
pub fn runs_columns(factors: &[String], metrics: &[MetricColumn]) -> Vec<Column> {
    let mut columns = vec![
        Column::integer("run").says("The number of the run, from 0, point by point."),
        Column::integer("point").says("The number of the point of the study, from 0."),
        Column::integer("rep").says("The number of the replication of the point, from 0."),
        Column::text("seed").says("The run's own 64-bit seed in hexadecimal digits."),
    ];
    columns.extend(factors.iter().map(|key| factor_column(key)));
    let messages = |name: &'static str| Column::integer(name).unit("messages");
    columns.extend([
        Column::text("status").says("How the run went: ok, violated, stopped or limit."),
        Column::text("stop_reason")
            .says("What ended the run: at, when, events, quiet, violation or limit."),
        Column::number("end_ms").unit("ms").says("The virtual time at the end of the run."),
        Column::integer("events").unit("events").says("The activations of nodes in the run."),
        messages("messages_sent").says("The messages given to the network."),
        messages("messages_duplicated").says("The copies that the network made."),
        messages("messages_delivered").says("The messages that arrived, copies included."),
        messages("messages_lost").says("The messages that were lost, copies included."),
        messages("messages_in_flight").says("The messages under way at the end of the run."),
        messages("messages_to_nobody").says("The messages addressed to no node."),
    ]);
    columns.extend(metrics.iter().map(|metric| {
        Column::number(metric_header(&metric.name, &metric.unit))
            .unit(metric.unit.clone())
            .says(metric.says.clone())
    }));
    columns.push(
        Column::text("digest")
            .says("A 128-bit digest over all activations of the run in hexadecimal digits."),
    );
    set_apart(&mut columns);
    columns
}

/// The column of a swept key.
pub(super) fn factor_column(key: &str) -> Column {
    Column::text(key.to_owned()).says(format!("The value of the swept key {key}."))
}

/// The column of a metric in runs.csv: `<metric>_<unit>`, the unit spelled as an identifier; a metric without a unit
/// keeps its name.
pub fn metric_header(metric: &str, unit: &str) -> String {
    let mut name = metric.to_owned();
    let unit = unit.replace('%', "percent").replace('/', "_per_").replace(['µ', 'μ'], "u");
    let words = unit.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        name.push('_');
        name.push_str(word);
    }
    name
}

/// Numbers the later of columns that would share a name, such as a swept key called `seed`.
pub(super) fn set_apart(columns: &mut [Column]) {
    for place in 1..columns.len() {
        let (before, after) = columns.split_at_mut(place);
        let column = &mut after[0];
        let name = column.name.clone();
        let mut number = 2;
        while before.iter().any(|other| other.name == column.name) {
            column.name = format!("{name}_{number}").into();
            number += 1;
        }
    }
}

/// Writes runs.csv.
pub struct RunsWriter<W: Write>(TableWriter<W>);

impl<W: Write> RunsWriter<W> {
    /// Begins the table with the columns that [`runs_columns`] gave.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W, columns: &[Column]) -> io::Result<RunsWriter<W>> {
        TableWriter::new(out, columns).map(RunsWriter)
    }

    /// Appends a run.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, run: &RunRow) -> io::Result<()> {
        let (seed, digest) = (format!("{:016x}", run.seed), format!("{:032x}", run.digest));
        let numbers = [run.run, run.point, run.rep].map(Cell::Integer);
        let factors = run.factors.iter().map(|(_, value)| Cell::Text(value));
        let messages = run.messages;
        let fixed = [
            Cell::Text(run.status.word()),
            Cell::Text(run.stop_reason.word()),
            Cell::Millis(run.end),
            Cell::Integer(run.events),
            Cell::Integer(messages.sent),
            Cell::Integer(messages.duplicated),
            Cell::Integer(messages.delivered),
            Cell::Integer(messages.lost),
            Cell::Integer(messages.in_flight),
            Cell::Integer(messages.to_nobody),
        ];
        let metrics = run.metrics.iter().map(|value| Cell::from(*value));
        let cells = numbers.into_iter().chain([Cell::Text(&seed)]).chain(factors).chain(fixed);
        self.0.row(cells.chain(metrics).chain([Cell::Text(&digest)]))
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, unit: &str) -> MetricColumn {
        MetricColumn { name: name.into(), unit: unit.into(), says: "A metric.".into() }
    }

    #[test]
    fn a_run_is_a_row() {
        let factors = ["network.loss".to_owned()];
        let columns = runs_columns(&factors, &[metric("coverage", "ratio"), metric("late", "ms")]);
        let mut runs = RunsWriter::new(Vec::new(), &columns).unwrap();
        runs.row(&RunRow {
            run: 41,
            point: 2,
            rep: 1,
            seed: 0xBEEF,
            factors: vec![(factors[0].clone(), "0.05".into())],
            status: Status::Violated,
            stop_reason: StopReason::When,
            end: Instant::from_nanos(1_234_500_000),
            events: 99,
            messages: MessageCounts {
                sent: 10,
                duplicated: 2,
                delivered: 7,
                lost: 3,
                in_flight: 1,
                to_nobody: 1,
            },
            metrics: vec![Some(0.75), None],
            digest: 0xF00D,
        })
        .unwrap();
        let text = String::from_utf8(runs.finish().unwrap()).unwrap();
        let expected = "run,point,rep,seed,network.loss,status,stop_reason,end_ms,events,\
            messages_sent,messages_duplicated,messages_delivered,messages_lost,\
            messages_in_flight,messages_to_nobody,coverage_ratio,late_ms,digest\n\
            41,2,1,000000000000beef,0.05,violated,when,1234.5,99,10,2,7,3,1,1,0.75,,\
            0000000000000000000000000000f00d\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn headers_spell_units_and_stay_apart() {
        let header = metric_header;
        assert_eq!(header("rate", "msg/s"), "rate_msg_per_s");
        assert_eq!(header("share", "%"), "share_percent");
        assert_eq!(header("wait", "µs"), "wait_us");
        assert_eq!(header("edges", ""), "edges");
        let columns = runs_columns(
            &["seed".into(), "x".into()],
            &[metric("messages_sent", ""), metric("x", ""), metric("x", "")],
        );
        let names: Vec<_> = columns.iter().map(|column| column.name.as_ref()).collect();
        assert_eq!(names[4..6], ["seed_2", "x"]);
        assert_eq!(names[16..], ["messages_sent_2", "x_2", "x_3", "digest"]);
    }
}
