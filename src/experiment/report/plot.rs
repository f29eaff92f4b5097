//! One chart of a result: any metric over time, over a factor or over another metric.

use std::fmt;
use std::path::Path;

use super::axis::Axis;
use super::chart::{Chart, LINES_MAX, Line, Look, Mark, Style, extent};
use super::charts::{Groups, over_factor, over_time};
use super::course::Courses;
use super::draw::{Place, draw};
use super::findings::Findings;
use super::terminal;
use crate::record::RecordError;
use crate::settings::nearest;

/// What a chart is to show.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// A factor, `t` for virtual time, or a metric.
    pub x: &'a str,
    /// A metric.
    pub y: &'a str,
    /// The factor whose levels are lines.
    pub by: Option<&'a str>,
}

/// A chart that was asked for.
pub struct Plot(Chart);

/// Why there is no chart.
#[derive(Debug)]
pub enum PlotError {
    /// The result cannot be read.
    Record(RecordError),
    /// It has no such thing.
    Ask(String),
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlotError::Record(error) => error.fmt(f),
            PlotError::Ask(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for PlotError {}

impl From<RecordError> for PlotError {
    fn from(error: RecordError) -> PlotError {
        PlotError::Record(error)
    }
}

/// What the x axis is.
enum X {
    Time,
    Factor(usize),
    Metric(usize),
}

/// Makes a chart of the result in `folder`.
///
/// # Errors
/// What cannot be read, and names that the result does not know.
pub fn plot(folder: &Path, ask: Ask<'_>) -> Result<Plot, PlotError> {
    let findings = Findings::read(folder)?;
    let metric = findings.metric(ask.y)?;
    let x = findings.x(ask.x)?;
    let by = ask.by.map(|name| findings.factor(name)).transpose()?;
    if let (X::Factor(factor), Some(by)) = (&x, by)
        && *factor == by
    {
        return Err(PlotError::Ask(format!(
            "--by {0} is the x axis already: name another factor",
            ask.x
        )));
    }
    let nothing = || PlotError::Ask(format!("no run has values of {} to draw", ask.y));
    let chart = match x {
        X::Factor(factor) if findings.factors[factor].numbers.is_none() => {
            let factor = &findings.factors[factor];
            return Err(PlotError::Ask(format!(
                "the levels of {} are no numbers ({}): an x axis needs numbers; --by {} makes lines of them",
                factor.key,
                factor.levels_text(),
                factor.short
            )));
        }
        X::Factor(factor) => over_factor(&findings, metric, (factor, by)),
        X::Metric(other) => scatter(&findings, (other, metric), by),
        X::Time => {
            let slice = findings.slice(&[by]);
            let mut groups = findings.groups(&slice, by);
            let all = groups.len();
            groups.truncate(LINES_MAX);
            let mut group_of = vec![None; findings.points.len()];
            for (group, (_, points)) in groups.iter().enumerate() {
                points.iter().for_each(|point| group_of[*point] = Some(group));
            }
            let courses = Courses::read(&findings, &[metric], &group_of)?;
            let chart = over_time(&findings, &courses, (metric, 0), &groups);
            let mut chart = chart.ok_or_else(|| {
                PlotError::Ask(format!(
                    "series.csv has no course of {}: record.metrics are sampled over time if there is a record.every",
                    ask.y
                ))
            })?;
            chart.note += &findings.held(&[by]);
            if all > groups.len() {
                chart.note += &format!(" {} of {all} lines are drawn.", groups.len());
            }
            Some(chart)
        }
    };
    chart.map(Plot).ok_or_else(nothing)
}

/// Each run a dot, by two metrics.
fn scatter(findings: &Findings, (across, up): (usize, usize), by: Option<usize>) -> Option<Chart> {
    let all: Vec<usize> = (0..findings.points.len()).collect();
    let groups: Groups = findings.groups(&all, by);
    let line = |(label, points): &(String, Vec<usize>)| {
        let runs = findings.runs.iter().filter(|run| points.contains(&run.point));
        let marks = runs.filter_map(|run| {
            let look = if findings.is_violated(run) { Look::Violated } else { Look::Usual };
            let says = format!("run {}\n{}", run.run, findings.command(run));
            Some(Mark { x: run.values[across]?, y: run.values[up]?, says, look, ..Mark::default() })
        });
        Line { label: label.clone(), marks: marks.collect() }
    };
    let lines: Vec<_> =
        groups.iter().take(LINES_MAX).map(line).filter(|line| !line.marks.is_empty()).collect();
    let marks = || lines.iter().flat_map(|line| &line.marks);
    marks().next()?;
    let xs = marks().fold((f64::MAX, f64::MIN), |(l, h), mark| (l.min(mark.x), h.max(mark.x)));
    let ys = extent(marks());
    let [x, y] = [across, up].map(|metric| &findings.metrics[metric]);
    let mut note = "Each run is a dot.".to_owned();
    if groups.len() > LINES_MAX {
        note += &format!(" {LINES_MAX} of {} levels are drawn.", groups.len());
    }
    Some(Chart {
        title: format!("{} over {}", y.name, x.name),
        style: Style::Dots,
        x: Axis::covering(x.label(), xs.0, xs.1),
        y: Axis::covering(y.label(), ys.0, ys.1),
        lines,
        shades: Vec::new(),
        note,
    })
}

impl Plot {
    /// As SVG in a file of its own; the same bytes everywhere.
    pub fn svg(&self) -> String {
        draw(&self.0, Place::Alone)
    }

    /// As text for a terminal.
    pub fn text(&self) -> String {
        terminal::draw(&self.0)
    }
}

/// `unknown`, the name that is nearest, and what there is.
fn unknown((what, name): (&str, &str), known: &[&str]) -> PlotError {
    let near = nearest(name, known.iter().copied())
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    PlotError::Ask(format!(
        "the result has no {what} `{name}`{near}\n  there are: {}",
        known.join(", ")
    ))
}

impl Findings {
    fn metric_names(&self) -> Vec<&str> {
        self.metrics.iter().map(|metric| metric.name.as_str()).collect()
    }

    fn metric(&self, name: &str) -> Result<usize, PlotError> {
        let found = self.metrics.iter().position(|metric| metric.name == name);
        found.ok_or_else(|| unknown(("metric", name), &self.metric_names()))
    }

    /// A factor by its key or the end of it.
    fn factor(&self, name: &str) -> Result<usize, PlotError> {
        let named =
            |place: &usize| self.factors[*place].key == name || self.factors[*place].short == name;
        if self.factors.is_empty() {
            return Err(PlotError::Ask(format!(
                "the result has no factors, so nothing is `{name}`: only a study has"
            )));
        }
        (0..self.factors.len()).find(named).ok_or_else(|| {
            let names = self.factors.iter().flat_map(|factor| [factor.short.as_str(), &factor.key]);
            let mut names: Vec<_> = names.collect();
            names.dedup();
            unknown(("factor", name), &names)
        })
    }

    fn x(&self, name: &str) -> Result<X, PlotError> {
        let factor =
            self.factors.iter().position(|factor| factor.key == name || factor.short == name);
        if name == "t" {
            return Ok(X::Time);
        }
        if let Some(factor) = factor {
            return Ok(X::Factor(factor));
        }
        if let Some(metric) = self.metrics.iter().position(|metric| metric.name == name) {
            return Ok(X::Metric(metric));
        }
        let mut known = vec!["t"];
        known.extend(self.factors.iter().map(|factor| factor.key.as_str()));
        known.extend(self.metric_names());
        Err(unknown(("factor or metric", name), &known))
    }
}
