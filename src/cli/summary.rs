//! What the runs of a point say, for people and as JSON: each metric with its interval, published figures beside
//! ours, and assertions that do not hold.

use serde_json::{Value as Json, json};

use super::output::{brief, grouped, table};
use crate::experiment::{
    Factors, Interval, Level, MetricSummary, PointSummary, PublishedRow, SummaryLine, Verdict,
};

/// So close to the mean replications should bring an interval: 5 %.
const PRECISION: f64 = 0.05;

/// What the columns mean, for `--help`.
pub(super) const COLUMNS: &str = "\
Of several replications the table gives the mean of each metric and, over the replications:
  95% CI        the confidence interval of the mean; `ci: 0.99` in the experiment makes it 99%
  ±%            half the width of that interval, in per cent of the mean
  n ±5%         how many replications would make that 5%, if mean and deviation stay as they are
  sd            the standard deviation
  p50 min max   the median, the least and the greatest
A metric that some runs lack has a row over those that have it, then a row METRIC_reached: the
share of the runs that do.";

/// The table of a point: the values of a single run, or what several say.
pub(super) fn summary_table(point: &PointSummary, level: Level) -> String {
    if point.runs() < 2 {
        let row = |MetricSummary { metric, summary, .. }: &MetricSummary| {
            let value = summary.values.map(|values| values.mean);
            vec![metric.name.to_owned(), brief(value), metric.unit.to_owned()]
        };
        return table(&["metric", "value", "unit"], point.metrics.iter().map(row));
    }
    let interval = interval_name(level);
    let header = [&["metric"][..], &summary_header(&interval), &["unit"]].concat();
    let row = |line: SummaryLine| {
        let name = line.name.clone().into_owned();
        let unit = line.unit.to_owned();
        [name].into_iter().chain(summary_cells(&line, level)).chain([unit]).collect()
    };
    table(&header, point.lines(level).map(row))
}

/// The columns of what several runs say.
pub(super) fn summary_header(interval: &str) -> [&str; 8] {
    ["mean", interval, "±%", "n ±5%", "sd", "p50", "min", "max"]
}

/// What several runs say of a metric, cell by cell.
pub(super) fn summary_cells(
    SummaryLine { summary, .. }: &SummaryLine,
    level: Level,
) -> [String; 8] {
    let values = summary.values;
    let needed = summary.replications_for(PRECISION, level);
    [
        brief(values.map(|values| values.mean)),
        bounds(summary.ci),
        summary.relative_half_width().map_or("-".to_owned(), percent),
        needed.map_or("-".to_owned(), |needed| grouped(i64::from(needed))),
        brief(summary.sd),
        brief(values.map(|values| values.p50)),
        brief(values.map(|values| values.min)),
        brief(values.map(|values| values.max)),
    ]
}

/// The rows of a point as JSON objects.
pub(super) fn summary_json(point: &PointSummary, level: Level) -> Vec<Json> {
    let object = |SummaryLine { name, unit, summary, median }: SummaryLine| {
        let values = summary.values;
        json!({
            "metric": name,
            "unit": unit,
            "n": summary.n,
            "mean": values.map(|values| values.mean),
            "sd": summary.sd,
            "ci_low": summary.ci.map(|interval| interval.low),
            "ci_high": summary.ci.map(|interval| interval.high),
            "method": summary.method.word(),
            "min": values.map(|values| values.min),
            "p05": values.map(|values| values.p05),
            "p50": values.map(|values| values.p50),
            "p95": values.map(|values| values.p95),
            "max": values.map(|values| values.max),
            "p50_low": median.map(|interval| interval.low),
            "p50_high": median.map(|interval| interval.high),
            "half_width": summary.relative_half_width(),
            "replications_needed": summary.replications_for(PRECISION, level),
        })
    };
    point.lines(level).map(object).collect()
}

/// The table of published figures beside ours. `place` tells the point of ours, in a study; else it is told where they
/// hold, if any says so.
pub(super) fn published_table(
    rows: &[PublishedRow<'_>],
    level: Level,
    place: Option<&dyn Fn(u32) -> String>,
) -> String {
    let interval = interval_name(level);
    let tail = ["ours", &interval, "n", "published", "se", "z", "source"];
    let has_place = place.is_some() || rows.iter().any(|row| !row.figure.at.is_empty());
    let head = if has_place { &["metric", "at"][..] } else { &["metric"] };
    let row = |row: &PublishedRow<'_>| {
        let at = row.figure.at.iter().map(|(key, value)| match value {
            Json::String(text) => format!("{key}={text}"),
            value => format!("{key}={value}"),
        });
        let told = || place.map_or_else(|| at.collect::<Vec<_>>().join(" "), |of| of(row.point));
        let place = has_place.then(told);
        let tail = [
            brief(row.ours),
            bounds(row.ci),
            row.n.to_string(),
            brief(Some(row.figure.value)),
            brief(row.figure.se),
            brief(row.z),
            row.figure.source.clone(),
        ];
        [row.figure.metric.name.to_owned()].into_iter().chain(place).chain(tail).collect()
    };
    table(&[head, &tail].concat(), rows.iter().map(row))
}

/// Published figures beside ours as JSON objects.
pub(super) fn published_json(rows: &[PublishedRow<'_>]) -> Vec<Json> {
    let object = |row: &PublishedRow<'_>| {
        json!({
            "point": row.point,
            "metric": row.figure.metric.name,
            "unit": row.figure.metric.unit,
            "at": row.figure.at.iter().cloned().collect::<serde_json::Map<_, _>>(),
            "ours": row.ours,
            "n": row.n,
            "ci_low": row.ci.map(|interval| interval.low),
            "ci_high": row.ci.map(|interval| interval.high),
            "published": row.figure.value,
            "se": row.figure.se,
            "z": row.z,
            "source": row.figure.source,
        })
    };
    rows.iter().map(object).collect()
}

/// What was asserted of a metric, and what it is; in a study at which point, which has these factors.
pub(super) fn refutation(verdict: &Verdict, factors: Factors<'_>) -> String {
    let bounds = verdict.bounds;
    let bound = |what: &str, bound: Option<f64>| {
        bound.map(|bound| format!("{what} {}", brief(Some(bound))))
    };
    let asserted = [
        bound("at least", bounds.at_least),
        bound("at most", bounds.at_most),
        bound("exactly", bounds.equals),
    ];
    let asserted: Vec<_> = asserted.into_iter().flatten().collect();
    let judged = match (verdict.judged, verdict.reached) {
        (_, Some(reached)) if reached.n() > 1 => {
            let (some, all) = (reached.hits(), reached.n());
            format!("only {some} of {all} runs have it, and what is asserted must hold in all")
        }
        (None, _) | (_, Some(_)) => "it is missing".to_owned(),
        (Some((low, high)), None) if low == high => format!("it is {}", brief(Some(low))),
        (Some((low, high)), None) => {
            format!("its interval is [{}, {}]", brief(Some(low)), brief(Some(high)))
        }
    };
    let place = point_words(verdict.point, factors);
    let place = place.map_or(String::new(), |place| format!("at {place}: "));
    let metric = verdict.metric.name;
    format!("{place}{metric} was asserted to be {}: {judged}", asserted.join(" and "))
}

/// A point of a study in words, with its values of the swept keys; none of a plain run.
pub(super) fn point_words(point: u32, Factors { keys, values }: Factors<'_>) -> Option<String> {
    let factors = keys.iter().zip(values).map(|(key, value)| format!("{key}={value}"));
    let factors: Vec<_> = factors.collect();
    (!factors.is_empty()).then(|| format!("point {point} ({})", factors.join(", ")))
}

/// `95% CI`.
pub(super) fn interval_name(level: Level) -> String {
    format!("{}% CI", level.percent())
}

/// `[1.25, 3]`.
pub(super) fn bounds(interval: Option<Interval>) -> String {
    interval.map_or("-".to_owned(), |Interval { low, high }| {
        format!("[{}, {}]", brief(Some(low)), brief(Some(high)))
    })
}

/// A share in per cent, with two significant digits or all of a whole number.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        return "0".to_owned();
    }
    let magnitude = libm::floor(libm::log10(percent)) as i32;
    match magnitude {
        ..-6 => "0.0000001".to_owned(),
        -6..=0 => format!("{percent:.*}", (1 - magnitude) as usize),
        _ => grouped(percent.round() as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Bounds, Proportion};
    use crate::measure::ENGINE;

    #[test]
    fn shares_are_told_in_per_cent() {
        let shares = [0.0, 0.5, 0.0123, 0.191, 12.345, 0.00012345, 1e-12];
        let shown = ["0", "50", "1.2", "19", "1,235", "0.012", "0.0000001"];
        assert_eq!(shares.map(percent), shown);
    }

    #[test]
    fn intervals_are_named_by_their_level() {
        let name = |share| interval_name(Level::new(share).unwrap());
        assert_eq!(
            [0.95, 0.99, 0.999, 0.9999].map(name),
            ["95% CI", "99% CI", "99.9% CI", "99.99% CI"]
        );
    }

    fn verdict(judged: Option<(f64, f64)>, runs: Option<[bool; 3]>) -> Verdict {
        let bounds = Bounds { at_least: Some(0.5), at_most: None, equals: None };
        let reached = runs.map(Proportion::of);
        Verdict { point: 3, metric: &ENGINE[0], bounds, judged, reached, holds: false }
    }

    #[test]
    fn refutations_name_the_point_and_what_is_missing() {
        let told = |judged, runs| refutation(&verdict(judged, runs), Factors::default());
        let start = "events was asserted to be at least 0.5000: ";
        let close = told(Some((0.25, 0.75)), None);
        assert_eq!(close, format!("{start}its interval is [0.2500, 0.7500]"));
        assert_eq!(told(Some((0.25, 0.25)), None), format!("{start}it is 0.2500"));
        assert_eq!(told(None, None), format!("{start}it is missing"));
        let all = "and what is asserted must hold in all";
        let some = told(Some((0.6, 0.7)), Some([true, false, true]));
        assert_eq!(some, format!("{start}only 2 of 3 runs have it, {all}"));
        let none = told(None, Some([false; 3]));
        assert_eq!(none, format!("{start}only 0 of 3 runs have it, {all}"));
        let owned = |words: [&str; 2]| words.map(str::to_owned);
        let (keys, values) = (owned(["network.loss", "nodes"]), owned(["0.05", "100"]));
        let at = refutation(&verdict(None, None), Factors { keys: &keys, values: &values });
        assert_eq!(at, format!("at point 3 (network.loss=0.05, nodes=100): {start}it is missing"));
    }
}
