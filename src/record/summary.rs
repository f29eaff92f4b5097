//! `summary.csv`: a metric over the replications of a point, a row each.

use std::io::{self, Write};

use super::table::{Cell, Column, TableWriter};

/// A metric over the replications of a point. What is not defined is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SummaryRow<'a> {
    /// The number of the point.
    pub point: u64,
    /// The metric's name.
    pub metric: &'a str,
    /// The metric's unit, empty for none.
    pub unit: &'a str,
    /// Runs that have the metric.
    pub n: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// Their standard deviation (n - 1).
    pub sd: Option<f64>,
    /// The lower bound of the mean's confidence interval.
    pub ci_low: Option<f64>,
    /// The upper bound of the mean's confidence interval.
    pub ci_high: Option<f64>,
    /// How the interval was made: t, ..., or none.
    pub method: &'a str,
    /// The smallest.
    pub min: Option<f64>,
    /// The 5 % quantile.
    pub p05: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// The 95 % quantile.
    pub p95: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// The lower bound of the median's confidence interval.
    pub p50_low: Option<f64>,
    /// The upper bound of the median's confidence interval.
    pub p50_high: Option<f64>,
}

/// The columns of summary.csv.
pub fn summary_columns() -> Vec<Column> {
    vec![
        Column::integer("point").says("The number of the point of the study, from 0."),
        Column::text("metric")
            .says("The name of the metric, or <metric>_reached: whether a run has it."),
        Column::text("unit").says("The unit of all values of the row, empty for none."),
        Column::integer("n").unit("runs").says("The runs of the point that have the metric."),
        Column::number("mean").says("The mean over these runs."),
        Column::number("sd").says("The standard deviation over these runs, with n - 1."),
        Column::number("ci_low").says("The lower bound of the mean's confidence interval."),
        Column::number("ci_high").says("The upper bound of the mean's confidence interval."),
        Column::text("method").says("How the interval was made: t, bca, wilson or none."),
        Column::number("min").says("The smallest value."),
        Column::number("p05").says("The 5 % quantile (linear, type 7)."),
        Column::number("p50").says("The median (linear, type 7)."),
        Column::number("p95").says("The 95 % quantile (linear, type 7)."),
        Column::number("max").says("The largest value."),
        Column::number("p50_low")
            .says("The lower bound of the median's confidence interval (order statistics)."),
        Column::number("p50_high")
            .says("The upper bound of the median's confidence interval (order statistics)."),
    ]
}

/// Writes summary.csv.
pub struct SummaryWriter<W: Write>(TableWriter<W>);

impl<W: Write> SummaryWriter<W> {
    /// Begins the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W) -> io::Result<SummaryWriter<W>> {
        TableWriter::new(out, &summary_columns()).map(SummaryWriter)
    }

    /// Appends a metric at a point.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, row: &SummaryRow<'_>) -> io::Result<()> {
        self.0.row([
            Cell::Integer(row.point),
            Cell::Text(row.metric),
            Cell::Text(row.unit),
            Cell::Integer(row.n),
            Cell::from(row.mean),
            Cell::from(row.sd),
            Cell::from(row.ci_low),
            Cell::from(row.ci_high),
            Cell::Text(row.method),
            Cell::from(row.min),
            Cell::from(row.p05),
            Cell::from(row.p50),
            Cell::from(row.p95),
            Cell::from(row.max),
            Cell::from(row.p50_low),
            Cell::from(row.p50_high),
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
    fn a_metric_at_a_point_is_a_row() {
        let mut summary = SummaryWriter::new(Vec::new()).unwrap();
        let lone = SummaryRow {
            point: 1,
            metric: "edges",
            n: 1,
            mean: Some(7.0),
            method: "none",
            min: Some(7.0),
            p05: Some(7.0),
            p50: Some(7.0),
            p95: Some(7.0),
            max: Some(7.0),
            ..SummaryRow::default()
        };
        summary.row(&lone).unwrap();
        let more = SummaryRow { sd: Some(0.5), ci_low: Some(6.5), ci_high: Some(8.0), ..lone };
        let more = SummaryRow { p50_low: Some(6.0), p50_high: Some(9.0), ..more };
        summary.row(&SummaryRow { unit: "ms", n: 2, method: "t", ..more }).unwrap();
        let expected = "point,metric,unit,n,mean,sd,ci_low,ci_high,method,min,p05,p50,p95,max,\
            p50_low,p50_high\n\
            1,edges,,1,7,,,,none,7,7,7,7,7,,\n\
            1,edges,ms,2,7,0.5,6.5,8,t,7,7,7,7,7,6,9\n";
        assert_eq!(String::from_utf8(summary.finish().unwrap()).unwrap(), expected);
    }
}
