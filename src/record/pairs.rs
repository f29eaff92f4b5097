//! `pairs.csv`: the difference of a metric between a point and the baseline of a study, a row each.

use std::io::{self, Write};

use super::table::{Cell, Column, TableWriter};

/// A metric at a point less the same metric at the baseline. What is not defined is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairRow<'a> {
    /// The number of the point.
    pub point: u64,
    /// The number of the baseline's point.
    pub baseline: u64,
    /// The metric's name.
    pub metric: &'a str,
    /// The metric's unit, empty for none.
    pub unit: &'a str,
    /// Pairs of runs, or of two samples the size of the smaller.
    pub n: u64,
    /// The mean at the point less that at the baseline.
    pub diff: Option<f64>,
    /// The lower bound of the difference's confidence interval.
    pub diff_low: Option<f64>,
    /// The upper bound of the difference's confidence interval.
    pub diff_high: Option<f64>,
    /// The mean at the point over that at the baseline.
    pub ratio: Option<f64>,
    /// How they were compared: paired or welch.
    pub method: &'a str,
}

/// The columns of pairs.csv.
pub fn pairs_columns() -> Vec<Column> {
    vec![
        Column::integer("point").says("The number of the point of the study, from 0."),
        Column::integer("baseline").says("The number of the point it is compared with."),
        Column::text("metric").says("The name of the metric."),
        Column::text("unit").says("The unit of the difference, empty for none."),
        Column::integer("n")
            .unit("runs")
            .says("The pairs of runs, or the size of the smaller sample."),
        Column::number("diff").says("The mean at the point less the mean at the baseline."),
        Column::number("diff_low").says("The lower bound of the difference's confidence interval."),
        Column::number("diff_high")
            .says("The upper bound of the difference's confidence interval."),
        Column::number("ratio").says("The mean at the point over the mean at the baseline."),
        Column::text("method").says("How they were compared: paired by replication, or welch."),
    ]
}

/// Writes pairs.csv.
pub struct PairsWriter<W: Write>(TableWriter<W>);

impl<W: Write> PairsWriter<W> {
    /// Begins the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W) -> io::Result<PairsWriter<W>> {
        TableWriter::new(out, &pairs_columns()).map(PairsWriter)
    }

    /// Appends a difference.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, row: &PairRow<'_>) -> io::Result<()> {
        self.0.row([
            Cell::Integer(row.point),
            Cell::Integer(row.baseline),
            Cell::Text(row.metric),
            Cell::Text(row.unit),
            Cell::Integer(row.n),
            Cell::from(row.diff),
            Cell::from(row.diff_low),
            Cell::from(row.diff_high),
            Cell::from(row.ratio),
            Cell::Text(row.method),
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
    fn a_difference_is_a_row() {
        let mut pairs = PairsWriter::new(Vec::new()).unwrap();
        let none = PairRow {
            point: 2,
            baseline: 1,
            metric: "late",
            method: "paired",
            ..Default::default()
        };
        pairs.row(&none).unwrap();
        let some = PairRow { unit: "ms", n: 5, diff: Some(-0.5), ratio: Some(0.75), ..none };
        pairs.row(&PairRow { diff_low: Some(-1.0), diff_high: Some(0.25), ..some }).unwrap();
        let expected = "point,baseline,metric,unit,n,diff,diff_low,diff_high,ratio,method\n\
            2,1,late,,0,,,,,paired\n\
            2,1,late,ms,5,-0.5,-1,0.25,0.75,paired\n";
        assert_eq!(String::from_utf8(pairs.finish().unwrap()).unwrap(), expected);
    }
}
