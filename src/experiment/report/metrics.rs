//! The headline table, and a section with charts and a table for each metric.

use super::super::shown::brief;
use super::chart::{Chart, LINES_MAX};
use super::charts::{Groups, distribution, over_factor, over_time, run_dots};
use super::course::Courses;
use super::draw::{Place, draw};
use super::findings::{Cells, Findings, Origin, Point};
use super::heat::{Heat, heat};
use super::html::{Figure, Kind, Safe, Table, details};
use super::published::published;
use crate::record::RecordError;

/// So many metrics are shown at once, and so many have charts at all.
const HEADLINES_MAX: usize = 6;
const CHARTED_MAX: usize = 16;
/// A table of points has at most so many rows.
const POINTS_MAX: usize = 200;

fn interval((low, high): (f64, f64)) -> String {
    format!("[{}, {}]", brief(Some(low)), brief(Some(high)))
}

/// Everything about the metrics of a result.
///
/// # Errors
/// A series that cannot be read.
pub(super) fn sections(findings: &Findings) -> Result<String, RecordError> {
    let order = order(findings);
    let (headlines, others) = order.split_at(order.len().min(HEADLINES_MAX));
    let mut page = "<section>\n<h2>Results</h2>\n".to_owned();
    page += &if findings.factors.is_empty() {
        metric_table(findings)
    } else {
        point_table(findings, headlines)
    };
    page += &assertions(findings);
    page += &published(findings);
    page += "</section>\n<section>\n<h2>Metrics</h2>\n";
    let charted: Vec<_> = order
        .iter()
        .copied()
        .filter(|metric| is_sampled(findings, *metric))
        .take(CHARTED_MAX)
        .collect();
    let groups = match findings.points.len() {
        1 => findings.groups(&[0], None),
        _ => findings.lines_of_points(),
    };
    let mut group_of = vec![None; findings.points.len()];
    for (group, (_, points)) in groups.iter().enumerate() {
        points.iter().for_each(|point| group_of[*point] = Some(group));
    }
    let courses = Courses::read(findings, &charted, &group_of)?;
    let figures = |metric: &usize| {
        let place = charted.iter().position(|charted| charted == metric);
        figures(findings, &courses, (*metric, place), &groups)
    };
    if findings.runs.len() == 1 {
        // A single run has one chart a metric: they stand side by side.
        let all: String = order.iter().flat_map(figures).collect();
        return Ok(format!("{page}<div class=\"charts\">\n{all}</div>\n</section>\n"));
    }
    let section = |metric: &usize| one(findings, *metric, &figures(metric));
    page += &headlines.iter().map(section).collect::<String>();
    if !others.is_empty() {
        let inner: String = others.iter().map(section).collect();
        page += &details(
            &match others.len() {
                1 => "One more metric".to_owned(),
                more => format!("{more} more metrics"),
            },
            &inner,
        );
    }
    Ok(page + "</section>\n")
}

/// The recorded metrics: those that differ from run to run first.
fn order(findings: &Findings) -> Vec<usize> {
    let recorded = (0..findings.metrics.len())
        .filter(|metric| findings.metrics[*metric].origin == Origin::Summary);
    let (varied, plain): (Vec<_>, Vec<_>) =
        recorded.partition(|metric| is_sampled(findings, *metric) && varies(findings, *metric));
    [varied, plain].concat()
}

/// Whether the runs have values of it: a share of runs is no value of a run.
fn is_sampled(findings: &Findings, metric: usize) -> bool {
    findings.runs.iter().any(|run| run.values[metric].is_some())
}

fn varies(findings: &Findings, metric: usize) -> bool {
    let mut values = findings.runs.iter().filter_map(|run| run.values[metric]);
    let first = values.next();
    values.any(|value| Some(value) != first) || findings.runs.len() == 1
}

/// A metric a row, for a result of one point.
fn metric_table(findings: &Findings) -> String {
    let bounds = format!("{} CI", findings.percent());
    let numbers = ["runs", "mean", &bounds, "sd", "min", "median", "max"];
    let numbers = numbers.map(|name| (name, Kind::Number));
    let several = findings.runs.len() > 1;
    let mut columns = vec![("metric", Kind::Words), ("unit", Kind::Words)];
    if several {
        columns.extend(numbers);
        columns.push(("interval by", Kind::Words));
    } else {
        columns.push(("value", Kind::Number));
    }
    let mut table = Table::new(columns);
    let point = findings.points.first();
    for (metric, cells) in
        findings.metrics.iter().zip(point.iter().flat_map(|point| &point.summaries))
    {
        let Some(cells) = cells.as_ref().filter(|_| metric.origin == Origin::Summary) else {
            continue;
        };
        let mut row = vec![metric.name.clone(), metric.unit.clone()];
        if several {
            row.extend(statistics(cells));
            row.push(cells.method.clone());
        } else {
            row.push(brief(cells.mean));
        }
        table.row(row);
    }
    table.html("Each metric at the end of the runs.")
}

/// Runs, mean, interval, deviation, least, median, greatest.
fn statistics(cells: &Cells) -> [String; 7] {
    [
        cells.n.to_string(),
        brief(cells.mean),
        cells.interval.map_or("-".to_owned(), interval),
        brief(cells.sd),
        brief(cells.min),
        brief(cells.p50),
        brief(cells.max),
    ]
}

fn point_columns(findings: &Findings) -> Vec<(String, Kind)> {
    let factors = findings.factors.iter().map(|factor| {
        let kind = if factor.numbers.is_some() { Kind::Number } else { Kind::Words };
        (factor.short.clone(), kind)
    });
    std::iter::once(("point".to_owned(), Kind::Number)).chain(factors).collect()
}

fn point_cells(findings: &Findings, place: usize) -> Vec<String> {
    let point = &findings.points[place];
    let mut cells = vec![point.number.to_string()];
    cells.extend(point.values.iter().cloned());
    cells
}

fn left_out(findings: &Findings, file: &str) -> String {
    let points = findings.points.len();
    if points <= POINTS_MAX {
        return String::new();
    }
    format!(" {POINTS_MAX} of {points} points; all are in {file}.")
}

/// A point a row with its headline metrics.
fn point_table(findings: &Findings, headlines: &[usize]) -> String {
    let mut columns = point_columns(findings);
    columns.extend([("runs".to_owned(), Kind::Number), ("violated".to_owned(), Kind::Number)]);
    columns
        .extend(headlines.iter().map(|metric| (findings.metrics[*metric].label(), Kind::Number)));
    let mut table = Table::new(columns);
    let (mut runs, mut violated) = (vec![0; findings.points.len()], vec![0; findings.points.len()]);
    for run in &findings.runs {
        runs[run.point] += 1;
        violated[run.point] += usize::from(findings.is_violated(run));
    }
    for place in 0..findings.points.len().min(POINTS_MAX) {
        let mut row = point_cells(findings, place);
        row.extend([runs[place].to_string(), violated[place].to_string()]);
        row.extend(headlines.iter().map(|metric| {
            let cells = findings.points[place].summaries[*metric].as_ref();
            let range = cells
                .and_then(|cells| cells.interval)
                .map_or(String::new(), |range| format!(" {}", interval(range)));
            brief(cells.and_then(|cells| cells.mean)) + &range
        }));
        table.row(row);
    }
    let out = left_out(findings, "points.csv and summary.csv");
    let percent = findings.percent();
    table.html(&format!("Each point: mean over its runs and the mean's {percent} interval.{out}"))
}

/// A metric at every point, with its difference to the baseline where there is one.
fn table_over_points(findings: &Findings, metric: usize) -> String {
    let name = &findings.metrics[metric].name;
    let pairs: Vec<_> = findings.pairs.iter().filter(|pair| pair.metric == *name).collect();
    let mut columns = point_columns(findings);
    let bounds = format!("{} CI", findings.percent());
    let numbers = ["runs", "mean", &bounds, "sd", "min", "median", "max"];
    columns.extend(numbers.map(|name| (name.to_owned(), Kind::Number)));
    if let Some(pair) = pairs.first() {
        let is_one = pairs.iter().all(|other| other.baseline == pair.baseline);
        let name = match is_one {
            true => format!("difference to point {}", pair.baseline),
            false => "difference to its baseline".to_owned(),
        };
        let names = [name, format!("its {bounds}"), "ratio".into()];
        columns.extend(names.map(|name| (name, Kind::Number)));
    }
    let mut table = Table::new(columns);
    for place in 0..findings.points.len().min(POINTS_MAX) {
        let mut row = point_cells(findings, place);
        let cells = findings.points[place].summaries[metric].clone().unwrap_or_default();
        row.extend(statistics(&cells));
        if !pairs.is_empty() {
            let pair = pairs.iter().find(|pair| pair.point == findings.points[place].number);
            row.push(brief(pair.and_then(|pair| pair.diff)));
            row.push(pair.and_then(|pair| pair.interval).map_or("-".to_owned(), interval));
            row.push(brief(pair.and_then(|pair| pair.ratio)));
        }
        table.row(row);
    }
    table.html(&format!(
        "{} at each point.{}",
        findings.metrics[metric].label(),
        left_out(findings, "summary.csv")
    ))
}

/// What was asserted, and whether it holds; in a study at which points it does not.
fn assertions(findings: &Findings) -> String {
    let Some(asserted) = findings.resolved["assert"].as_object() else { return String::new() };
    let mut items = String::new();
    for (name, bounds) in asserted {
        let Some(metric) = findings.metrics.iter().position(|metric| metric.name == *name) else {
            continue;
        };
        let bound = |key: &str| bounds[key].as_f64();
        let (least, most, exact) = (bound("at_least"), bound("at_most"), bound("equals"));
        let holds = |cells: &Cells| {
            let judged = cells.interval.or(cells.mean.map(|mean| (mean, mean)));
            judged.is_some_and(|(low, high)| {
                least.is_none_or(|least| low >= least)
                    && most.is_none_or(|most| high <= most)
                    && exact.is_none_or(|exact| low == exact && high == exact)
            })
        };
        // A run that lacks the metric fails what is asserted of it.
        let has_all = |(place, cells): (usize, &Cells)| {
            cells.n == findings.runs.iter().filter(|run| run.point == place).count() as u64
        };
        let fails = |(place, point): &(usize, &Point)| {
            let cells = point.summaries[metric].as_ref();
            findings.is_judged(point)
                && !cells.is_some_and(|cells| has_all((*place, cells)) && holds(cells))
        };
        let failing = findings.points.iter().enumerate().filter(fails).map(|(_, point)| point);
        let failing: Vec<_> = failing.map(|point| point.number.to_string()).collect();
        let says = [("at least", least), ("at most", most), ("exactly", exact)];
        let says: Vec<_> =
            says.iter().filter_map(|(says, bound)| Some(format!("{says} {}", (*bound)?))).collect();
        let verdict = match (failing.len(), findings.points.len()) {
            (0, _) => "holds".to_owned(),
            (_, 1) => "does not hold".to_owned(),
            (n, _) if n <= 20 => format!("does not hold at point {}", failing.join(", ")),
            (n, all) => format!("does not hold at {n} of {all} points"),
        };
        items += &format!(
            "<li><code>{}</code> {}: {verdict}</li>\n",
            Safe(name),
            Safe(says.join(" and "))
        );
    }
    if items.is_empty() {
        return items;
    }
    format!(
        "<h3>Assertions</h3>\n<p class=\"says\">Judged on the interval of the mean, or on the value of a \
         single run.</p>\n<ul>\n{items}</ul>\n"
    )
}

/// The section of one metric with its charts.
fn one(findings: &Findings, metric: usize, figures: &[String]) -> String {
    let of = &findings.metrics[metric];
    let (label, says) = (Safe(of.label()), Safe(&of.says));
    let mut section =
        format!("<section>\n<h3><code>{label}</code></h3>\n<p class=\"says\">{says}</p>\n");
    if figures.is_empty() {
        section += "<p class=\"note\">It is the same in all runs: there is nothing to draw.</p>\n";
    } else {
        section += &format!("<div class=\"charts\">\n{}</div>\n", figures.concat());
    }
    if !findings.factors.is_empty() {
        let table = table_over_points(findings, metric);
        section += &details(&format!("{} at each point", of.name), &table);
    }
    section + "</section>\n"
}

/// The charts of one metric, which the courses have at `place`.
fn figures(
    findings: &Findings,
    courses: &Courses,
    (metric, place): (usize, Option<usize>),
    groups: &Groups,
) -> Vec<String> {
    let some = match findings.points.len() {
        points if points > LINES_MAX => format!(" {LINES_MAX} of {points} points are drawn."),
        _ => String::new(),
    };
    let mut figures = Vec::new();
    let mut add = |chart: Option<Chart>, note: &str| {
        if let Some(chart) = chart {
            let svg = draw(&chart, Place::Page);
            let note = format!("{}{note}", chart.note);
            let (title, table) = (&chart.title, &chart.table());
            figures.push(Figure { title, svg: &svg, note: &note, table }.html());
        }
    };
    let pairs = factor_pairs(findings);
    for pair in &pairs {
        add(over_factor(findings, metric, *pair), "");
    }
    if let Some(place) = place {
        add(over_time(findings, courses, (metric, place), groups), &some);
        add(distribution(findings, metric, groups), &some);
        add(run_dots(findings, metric), "");
    }
    if let Some((across, Some(up))) = pairs.first().copied()
        && let Some(heat) = heat(findings, metric, (across, up))
    {
        let after = pairs.len().min(figures.len());
        let Heat { title, svg, note, table } = &heat;
        figures.insert(after, Figure { title, svg, note, table }.html());
    }
    figures
}

/// Over which factors charts go, and which other one makes their lines.
fn factor_pairs(findings: &Findings) -> Vec<(usize, Option<usize>)> {
    let levels = |factor: &usize| findings.factors[*factor].levels.len();
    let mut varied: Vec<_> =
        (0..findings.factors.len()).filter(|factor| levels(factor) > 1).collect();
    // Numbers first, then the one with most levels: the x axis that says most.
    varied.sort_by_key(|factor| {
        (findings.factors[*factor].numbers.is_none(), std::cmp::Reverse(levels(factor)), *factor)
    });
    match varied.as_slice() {
        [] => Vec::new(),
        [x, by] => vec![(*x, Some(*by))],
        many => {
            let next = |k: usize| (many.len() > 1).then(|| many[(k + 1) % many.len()]);
            many.iter().take(4).enumerate().map(|(k, x)| (*x, next(k))).collect()
        }
    }
}
