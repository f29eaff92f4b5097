//! Which charts a metric has: over time, over a factor, its distribution over runs, its runs.

use super::super::shown::{brief, word};
use super::axis::{Axis, Rhythm, Ruler};
use super::chart::{Chart, LINES_MAX, Line, Look, Mark, Style, extent};
use super::course::Courses;
use super::factor::time_unit;
use super::faults::faults;
use super::findings::{Findings, Metric, Run};

/// More dots than these say no more.
const DOTS_MAX: usize = 600;
/// A distribution is drawn with about so many steps.
const STEPS_MAX: usize = 200;

/// Groups of points, each a line, by their places.
pub(super) type Groups = Vec<(String, Vec<usize>)>;

impl Metric {
    /// Its name with its unit.
    pub(super) fn label(&self) -> String {
        match self.unit.as_str() {
            "" => self.name.clone(),
            unit => format!("{} ({unit})", self.name),
        }
    }
}

fn y_axis(label: String, lines: &[Line]) -> Axis {
    let (low, high) = extent(lines.iter().flat_map(|line| &line.marks));
    Axis::covering(label, low, high)
}

fn and_more(shown: usize, all: usize, what: &str) -> String {
    if shown < all { format!(" {shown} of {all} {what} are drawn.") } else { String::new() }
}

/// A metric over time; `groups` as they were given to the courses, which have it at `place`.
pub(super) fn over_time(
    findings: &Findings,
    courses: &Courses,
    (metric, place): (usize, usize),
    groups: &Groups,
) -> Option<Chart> {
    let (unit, length) = time_unit(courses.end() as f64);
    let lines: Vec<_> = groups
        .iter()
        .enumerate()
        .map(|(group, (label, _))| courses.line(place, (group, label), length))
        .filter(|line| !line.marks.is_empty())
        .collect();
    if !lines.iter().any(|line| line.marks.len() > 1) {
        return None;
    }
    let metric = &findings.metrics[metric];
    let rhythm = if ["s", "min"].contains(&unit) { Rhythm::Sixties } else { Rhythm::Tens };
    let end = courses.end() as f64 / length;
    let (known, others) = faults(&findings.resolved);
    let unknown = match others {
        0 => "",
        _ => " Faults at times that are drawn by chance are not shaded.",
    };
    let shades: Vec<_> =
        known.iter().map(|fault| fault.shade(length)).filter(|shade| shade.from <= end).collect();
    Some(Chart {
        title: format!("{} over time", metric.name),
        style: Style::Course,
        x: Axis::exactly(format!("virtual time ({unit})"), (0.0, end), rhythm),
        y: y_axis(metric.label(), &lines),
        lines,
        shades,
        note: courses.says(place) + unknown,
    })
}

/// A metric over a factor, a line for each level of another one; all else as at the reference.
pub(super) fn over_factor(
    findings: &Findings,
    metric: usize,
    (factor, by): (usize, Option<usize>),
) -> Option<Chart> {
    let of = &findings.factors[factor];
    let held = findings.is_grid();
    let slice = if held {
        findings.slice(&[Some(factor), by])
    } else {
        (0..findings.points.len()).collect()
    };
    let groups = findings.groups(&slice, if held { by } else { None });
    let line = |(label, points): &(String, Vec<usize>)| {
        let mut marks: Vec<_> = points
            .iter()
            .filter_map(|place| {
                let point = &findings.points[*place];
                let cells = point.summaries[metric].as_ref()?;
                let mean = cells.mean?;
                let interval = cells.interval.map_or(String::new(), |(low, high)| {
                    format!(" [{}, {}]", brief(Some(low)), brief(Some(high)))
                });
                let says = format!(
                    "point {}: {}: {}{interval}",
                    point.number,
                    findings.point_label(*place),
                    brief(Some(mean))
                );
                let x = of.place(&point.values[factor]);
                Some(Mark {
                    x,
                    y: mean,
                    range: cells.interval,
                    n: cells.n,
                    says,
                    ..Mark::default()
                })
            })
            .collect();
        marks.sort_by(|a, b| a.x.total_cmp(&b.x));
        Line { label: label.clone(), marks }
    };
    let all = groups.len();
    let lines: Vec<_> =
        groups.iter().take(LINES_MAX).map(line).filter(|line| !line.marks.is_empty()).collect();
    if lines.is_empty() {
        return None;
    }
    let metric = &findings.metrics[metric];
    let mut note = format!("Mean over runs and its {} interval.", findings.percent());
    note += &and_more(lines.len(), all, "lines");
    if held {
        note += &findings.held(&[Some(factor), by]);
    } else if findings.factors.len() > 1 {
        note += " The points differ in other factors, too.";
    }
    let by = by
        .filter(|_| held)
        .map_or(String::new(), |by| format!(", by {}", findings.factors[by].short));
    Some(Chart {
        title: format!("{} over {}{by}", metric.name, of.short),
        style: if held { Style::Levels } else { Style::Bars },
        x: of.axis(),
        y: y_axis(metric.label(), &lines),
        lines,
        shades: Vec::new(),
        note,
    })
}

/// The share of the runs in which a metric is at most so much.
pub(super) fn distribution(findings: &Findings, metric: usize, groups: &Groups) -> Option<Chart> {
    let line = |(label, points): &(String, Vec<usize>)| {
        let mut values: Vec<_> =
            points.iter().flat_map(|point| findings.sample(*point, metric)).collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let stride = n.div_ceil(STEPS_MAX).max(1);
        let steps =
            values.iter().enumerate().filter(|(k, _)| (k + 1).is_multiple_of(stride) || k + 1 == n);
        let steps =
            steps.map(|(k, x)| Mark { x: *x, y: (k + 1) as f64 / n as f64, ..Mark::default() });
        let start = values.first().map(|x| Mark { x: *x, ..Mark::default() });
        Line { label: label.clone(), marks: start.into_iter().chain(steps).collect() }
    };
    let lines: Vec<_> = groups.iter().map(line).filter(|line| !line.marks.is_empty()).collect();
    let places = lines.iter().flat_map(|line| &line.marks).map(|mark| mark.x);
    let (low, high) = places.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    if low >= high {
        return None;
    }
    let metric = &findings.metrics[metric];
    let x = Axis::covering(metric.label(), low, high);
    // Every distribution goes on at 1 to the right.
    let mut lines = lines;
    for line in &mut lines {
        line.marks.push(Mark { x: x.high, y: 1.0, ..Mark::default() });
    }
    Some(Chart {
        title: format!("{}: distribution over runs", metric.name),
        style: Style::Steps,
        x,
        y: Axis::covering("share of runs at or below".to_owned(), 0.0, 1.0),
        lines,
        shades: Vec::new(),
        note: "Empirical distribution function.".to_owned(),
    })
}

/// Each run a dot, by replication or by point.
pub(super) fn run_dots(findings: &Findings, metric: usize) -> Option<Chart> {
    let study = findings.points.len() > 1;
    let has: Vec<_> = findings.runs.iter().filter(|run| run.values[metric].is_some()).collect();
    let first = has.first()?.values[metric];
    if has.iter().all(|run| run.values[metric] == first) {
        return None;
    }
    let replications = has.iter().map(|run| run.rep + 1).max().unwrap_or(1);
    let mark = |run: &Run, y: f64| {
        let look = if findings.is_violated(run) { Look::Violated } else { Look::Usual };
        let aside = (run.rep as f64 + 0.5) / replications as f64 - 0.5;
        let x = if study { run.point as f64 + 0.7 * aside } else { run.rep as f64 };
        let says = format!("run {}: {}\n{}", run.run, brief(Some(y)), findings.command(run));
        Mark { x, y, says, look, ..Mark::default() }
    };
    // Those that broke an invariant are drawn in any case.
    let (violated, usual): (Vec<_>, Vec<_>) = has.iter().partition(|run| findings.is_violated(run));
    let room = DOTS_MAX.saturating_sub(violated.len());
    let stride = usual.len().div_ceil(room.max(1)).max(1);
    let shown = violated.into_iter().take(DOTS_MAX).chain(usual.into_iter().step_by(stride));
    let marks: Vec<_> = shown.filter_map(|run| Some(mark(run, run.values[metric]?))).collect();
    let note = and_more(marks.len(), has.len(), "runs");
    let label = findings.metrics[metric].label();
    let lines = vec![Line { label: "runs".to_owned(), marks }];
    let x = if study {
        let levels: Vec<_> = findings
            .points
            .iter()
            .enumerate()
            .map(|(k, point)| (k as f64, point.number.to_string()))
            .collect();
        Axis {
            low: -0.6,
            high: levels.len() as f64 - 0.4,
            ..Axis::through("point".to_owned(), Ruler::Linear, &levels)
        }
    } else {
        let mut levels: Vec<_> =
            has.iter().map(|run| (run.rep as f64, run.rep.to_string())).collect();
        levels.dedup();
        let axis = Axis::through("replication".to_owned(), Ruler::Linear, &levels);
        let apart = (axis.high - axis.low) * 0.04;
        Axis { low: axis.low - apart, high: axis.high + apart, ..axis }
    };
    Some(Chart {
        title: format!("{}: runs", findings.metrics[metric].name),
        style: Style::Dots,
        x,
        y: y_axis(label, &lines),
        lines,
        shades: Vec::new(),
        note: format!("Each run is a dot; point at one for the command that repeats it.{note}"),
    })
}

impl Findings {
    /// The points that are as the reference in all factors but the free ones.
    pub(super) fn slice(&self, free: &[Option<usize>]) -> Vec<usize> {
        let reference = &self.points[self.reference()].values;
        let fits = |place: &usize| {
            let values = &self.points[*place].values;
            (0..values.len())
                .all(|factor| free.contains(&Some(factor)) || values[factor] == reference[factor])
        };
        (0..self.points.len()).filter(fits).collect()
    }

    /// What is said of the factors that a slice holds, if there are any.
    pub(super) fn held(&self, free: &[Option<usize>]) -> String {
        let Some(reference) = self.points.get(self.reference()) else { return String::new() };
        let factors = self.factors.iter().zip(&reference.values).enumerate();
        let held: Vec<_> = factors
            .filter(|(place, _)| !free.contains(&Some(*place)))
            .map(|(_, (factor, value))| format!("{} {value}", factor.short))
            .collect();
        if held.is_empty() { String::new() } else { format!(" At {}.", held.join(", ")) }
    }

    /// Points grouped by their level of a factor, in the order of the levels.
    pub(super) fn groups(&self, points: &[usize], by: Option<usize>) -> Groups {
        let Some(by) = by else { return vec![("mean".to_owned(), points.to_vec())] };
        let factor = &self.factors[by];
        let group = |level: &String| {
            let of =
                points.iter().copied().filter(|place| self.points[*place].values[by] == *level);
            (format!("{} {level}", factor.short), of.collect::<Vec<_>>())
        };
        factor.levels.iter().map(group).filter(|(_, points)| !points.is_empty()).collect()
    }

    /// The points that are drawn where each is a line: the reference, then the others in order.
    pub(super) fn lines_of_points(&self) -> Groups {
        let reference = self.reference();
        let others = (0..self.points.len()).filter(|place| *place != reference);
        let mut shown: Vec<_> = std::iter::once(reference).chain(others).take(LINES_MAX).collect();
        shown.sort_unstable();
        let shown = shown.into_iter().filter(|place| *place < self.points.len());
        shown.map(|place| (self.point_label(place), vec![place])).collect()
    }

    /// The command that repeats a run, in the folder of the result.
    pub(super) fn command(&self, run: &Run) -> String {
        let mut line = format!("corsair run resolved.json --rep {}", run.rep);
        for (factor, value) in self.factors.iter().zip(&self.points[run.point].values) {
            line += &format!(" --set {}", word(&format!("{}={value}", factor.key)));
        }
        line
    }
}
