//! A chart as data, and as a table. How it is drawn is another's business.

use super::super::shown::brief;
use super::axis::{Axis, Ruler};
use super::html::{Kind, Table};

/// More lines than these cannot be told apart.
pub(super) const LINES_MAX: usize = 6;
/// A table of a chart has about so many rows at most.
const ROWS_MAX: usize = 40;

/// What the marks of a chart are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    /// Values over time: a line with its band.
    Course,
    /// Values at levels of a factor: a marked line with its band, or marks with bars at names.
    Levels,
    /// Values with bars, not joined.
    Bars,
    /// Shares: steps.
    Steps,
    /// A dot each.
    Dots,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) style: Style,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
    pub(super) shades: Vec<Shade>,
    /// What bands and bars are, and what was left out.
    pub(super) note: String,
}

/// Marks of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) marks: Vec<Mark>,
}

/// A value at a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mark {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The interval around it.
    pub(super) range: Option<(f64, f64)>,
    /// How many runs it is of; 0 where it is one of many.
    pub(super) n: u64,
    /// What it says to those who point at it.
    pub(super) says: String,
    pub(super) look: Look,
}

/// Whether a mark stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Look {
    #[default]
    Usual,
    /// An invariant failed in its run.
    Violated,
}

/// A period in which something is different.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shade {
    pub(super) from: f64,
    /// Where it ends; where it begins, for a moment.
    pub(super) until: f64,
    pub(super) says: String,
}

/// The least and the greatest of all values and the bounds around them.
pub(super) fn extent<'a>(marks: impl Iterator<Item = &'a Mark>) -> (f64, f64) {
    marks.fold((f64::MAX, f64::MIN), |(low, high), mark| {
        let (from, to) = mark.range.unwrap_or((mark.y, mark.y));
        (low.min(from).min(mark.y), high.max(to).max(mark.y))
    })
}

impl Chart {
    /// The text of a place on the x axis.
    fn x_text(&self, value: f64) -> String {
        let named = |(place, _): &&(f64, String)| *place == value;
        let named = self.x.ticks.iter().find(named);
        match self.x.ruler {
            Ruler::Names => named.map_or_else(|| brief(Some(value)), |(_, text)| text.clone()),
            Ruler::Linear | Ruler::Log => brief(Some(value)),
        }
    }

    /// Its values as a table, thinned evenly where they are many.
    pub(super) fn table(&self) -> String {
        let several = self.lines.len() > 1;
        let ranged = self.lines.iter().flat_map(|l| &l.marks).any(|mark| mark.range.is_some());
        let counted = self.lines.iter().flat_map(|l| &l.marks).any(|mark| mark.n > 0);
        let mut columns = Vec::new();
        if several {
            columns.push(("line", Kind::Words));
        }
        columns.push((self.x.label.as_str(), Kind::Number));
        columns.push((self.y.label.as_str(), Kind::Number));
        if ranged {
            columns.extend([("low", Kind::Number), ("high", Kind::Number)]);
        }
        if counted {
            columns.push(("runs", Kind::Number));
        }
        let mut table = Table::new(columns);
        let longest = self.lines.iter().map(|line| line.marks.len()).max().unwrap_or(0);
        let stride = longest.div_ceil(ROWS_MAX).max(1);
        for line in &self.lines {
            let last = line.marks.len().saturating_sub(1);
            let kept = line.marks.iter().enumerate();
            for (_, mark) in kept.filter(|(k, _)| k.is_multiple_of(stride) || *k == last) {
                let mut cells = Vec::new();
                if several {
                    cells.push(line.label.clone());
                }
                cells.extend([self.x_text(mark.x), brief(Some(mark.y))]);
                if ranged {
                    cells.push(brief(mark.range.map(|range| range.0)));
                    cells.push(brief(mark.range.map(|range| range.1)));
                }
                if counted {
                    cells.push(mark.n.to_string());
                }
                table.row(cells);
            }
        }
        let thinned = match stride {
            1 => String::new(),
            stride => format!("; one row in {stride}"),
        };
        table.html(&format!("{}{thinned}", self.title))
    }
}
