//! `points.csv`: the points of a study, a row each.

use std::io::{self, Write};

use super::runs::{factor_column, set_apart};
use super::table::{Cell, Column, TableWriter};

/// A point of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct PointRow<'a> {
    /// Its number.
    pub point: u64,
    /// Its values of the swept keys, in the order of the columns.
    pub factors: &'a [String],
    /// How many runs it has.
    pub runs: u64,
    /// The share of these in which an invariant failed; none without runs.
    pub violated: Option<f64>,
    /// The lower bound of that share's confidence interval.
    pub violated_low: Option<f64>,
    /// The upper bound of that share's confidence interval.
    pub violated_high: Option<f64>,
}

/// The columns of points.csv for these swept keys.
pub fn points_columns(factors: &[String]) -> Vec<Column> {
    let share = |name: &'static str| Column::number(name).unit("ratio");
    let mut columns = vec![Column::integer("point").says("The number of the point, from 0.")];
    columns.extend(factors.iter().map(|key| factor_column(key)));
    columns.extend([
        Column::integer("runs").unit("runs").says("The runs of the point."),
        share("violated").says("The share of these runs in which an invariant failed."),
        share("violated_low").says("The lower bound of the confidence interval (Wilson)."),
        share("violated_high").says("The upper bound of the confidence interval (Wilson)."),
    ]);
    set_apart(&mut columns);
    columns
}

/// Writes points.csv.
pub struct PointsWriter<W: Write>(TableWriter<W>);

impl<W: Write> PointsWriter<W> {
    /// Begins the table with the columns that [`points_columns`] gave.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W, columns: &[Column]) -> io::Result<PointsWriter<W>> {
        TableWriter::new(out, columns).map(PointsWriter)
    }

    /// Appends a point.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, row: &PointRow<'_>) -> io::Result<()> {
        let factors = row.factors.iter().map(|value| Cell::Text(value));
        let rest = [
            Cell::Integer(row.runs),
            Cell::from(row.violated),
            Cell::from(row.violated_low),
            Cell::from(row.violated_high),
        ];
        self.0.row([Cell::Integer(row.point)].into_iter().chain(factors).chain(rest))
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
    fn a_point_is_a_row() {
        let columns = points_columns(&["network.loss".to_owned(), "runs".to_owned()]);
        let mut points = PointsWriter::new(Vec::new(), &columns).unwrap();
        let factors = ["0.05".to_owned(), "a,b".to_owned()];
        let point = PointRow {
            point: 3,
            factors: &factors,
            runs: 20,
            violated: Some(0.25),
            violated_low: Some(0.1),
            violated_high: Some(0.5),
        };
        points.row(&point).unwrap();
        let none = PointRow { runs: 0, violated: None, violated_low: None, ..point };
        points.row(&PointRow { point: 4, violated_high: None, ..none }).unwrap();
        let expected = "point,network.loss,runs,runs_2,violated,violated_low,violated_high\n\
            3,0.05,\"a,b\",20,0.25,0.1,0.5\n\
            4,0.05,\"a,b\",0,,,\n";
        assert_eq!(String::from_utf8(points.finish().unwrap()).unwrap(), expected);
    }
}
