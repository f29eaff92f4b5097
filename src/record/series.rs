//! `series.csv`: what was sampled while a run went on, a value a row.

use std::io::{self, Write};

use crate::kernel::Instant;

use super::table::{Cell, Column, TableWriter};

/// A sampled value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesRow<'a> {
    /// The number of the run.
    pub run: u64,
    /// When it was sampled.
    pub at: Instant,
    /// The metric's name.
    pub metric: &'a str,
    /// The metric's unit, empty for none.
    pub unit: &'a str,
    /// What the value is of: the run, a node, a message kind, ...
    pub scope: &'a str,
    /// Which of them; empty for the run.
    pub id: &'a str,
    /// The value; none where it is not defined at that moment.
    pub value: Option<f64>,
}

/// The columns of series.csv.
pub fn series_columns() -> Vec<Column> {
    vec![
        Column::integer("run").says("The number of the run in runs.csv."),
        Column::number("t_ms").unit("ms").says("The virtual time of the sample."),
        Column::text("metric").says("The name of the metric."),
        Column::text("unit").says("The unit of the value, empty for none."),
        Column::text("scope").says("What the value is of, such as run, node or kind."),
        Column::text("id").says("Which one of that scope, empty for the run."),
        Column::number("value").says("The value in that unit, empty where it is not defined."),
    ]
}

/// Writes series.csv.
pub struct SeriesWriter<W: Write>(TableWriter<W>);

impl<W: Write> SeriesWriter<W> {
    /// Begins the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W) -> io::Result<SeriesWriter<W>> {
        TableWriter::new(out, &series_columns()).map(SeriesWriter)
    }

    /// Goes on with a table whose header stands elsewhere.
    pub fn rows_only(out: W) -> SeriesWriter<W> {
        SeriesWriter(TableWriter::rows_only(out, &series_columns()))
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, sample: &SeriesRow<'_>) -> io::Result<()> {
        self.0.row([
            Cell::Integer(sample.run),
            Cell::Millis(sample.at),
            Cell::Text(sample.metric),
            Cell::Text(sample.unit),
            Cell::Text(sample.scope),
            Cell::Text(sample.id),
            Cell::from(sample.value),
        ])
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

    #[test]
    fn a_sample_is_a_row() {
        let mut series = SeriesWriter::new(Vec::new()).unwrap();
        let (at, unit) = (Instant::from_nanos(100_000_000), "messages");
        let (metric, scope) = ("messages_sent", "kind");
        let sample = SeriesRow { run: 3, at, metric, unit, scope, id: "hello", value: Some(12.0) };
        series.row(&sample).unwrap();
        series.row(&SeriesRow { scope: "run", id: "", value: None, ..sample }).unwrap();
        let expected = "run,t_ms,metric,unit,scope,id,value\n\
            3,100,messages_sent,messages,kind,hello,12\n\
            3,100,messages_sent,messages,run,,\n";
        assert_eq!(String::from_utf8(series.finish().unwrap()).unwrap(), expected);
    }
}
