//! Published figures beside ours.

use serde_json::Value as Json;

use super::super::published::{Estimate, Factors, distance, holds_at};
use super::super::shown::brief;
use super::findings::{Findings, Point};
use super::html::{Kind, Table};

/// A table of the published figures that hold at some point; empty where there are none.
pub(super) fn published(findings: &Findings) -> String {
    let Some(figures) = findings.resolved["published"].as_array() else { return String::new() };
    let keys: Vec<String> = findings.factors.iter().map(|factor| factor.key.clone()).collect();
    let mut columns = vec![("metric".to_owned(), Kind::Words)];
    columns.extend((!keys.is_empty()).then(|| ("point".to_owned(), Kind::Words)));
    let interval = format!("{} CI", findings.percent());
    let numbers = ["ours", &interval, "runs", "published", "se", "z"];
    columns.extend(numbers.map(|name| (name.to_owned(), Kind::Number)));
    columns.push(("source".to_owned(), Kind::Words));
    let (mut table, mut is_empty) = (Table::new(columns), true);
    for figure in figures {
        for (place, point) in findings.points.iter().enumerate() {
            let at = figure["at"].as_object().into_iter().flatten();
            let factors = Factors { keys: &keys, values: &point.values };
            let at = at.map(|(key, value)| (key.as_str(), value));
            if !holds_at(at, factors, &findings.resolved) {
                continue;
            }
            let label = (!keys.is_empty()).then(|| findings.point_label(place));
            if let Some(row) = row(findings, figure, (point, label)) {
                table.row(row);
                is_empty = false;
            }
        }
    }
    if is_empty {
        return String::new();
    }
    let caption = "z: ours less the published figure, in standard errors of the difference.";
    format!("<h3>Published figures</h3>\n{}", table.html(caption))
}

/// A figure beside what the runs of a point say.
fn row(
    findings: &Findings,
    figure: &Json,
    (point, label): (&Point, Option<String>),
) -> Option<Vec<String>> {
    let name = figure["metric"].as_str()?;
    let metric = findings.metrics.iter().position(|metric| metric.name == name)?;
    let cells = point.summaries[metric].clone().unwrap_or_default();
    let published = Estimate { value: figure["value"].as_f64()?, error: figure["se"].as_f64() };
    let error = cells.sd.map(|sd| sd / (cells.n as f64).sqrt());
    let z = cells.mean.and_then(|value| distance(Estimate { value, error }, published));
    let interval = cells.interval.map_or(String::new(), |(low, high)| {
        format!("[{}, {}]", brief(Some(low)), brief(Some(high)))
    });
    let mut row = vec![name.to_owned()];
    row.extend(label);
    row.extend([
        brief(cells.mean),
        interval,
        cells.n.to_string(),
        brief(Some(published.value)),
        brief(published.error),
        brief(z),
        figure["source"].as_str().unwrap_or_default().to_owned(),
    ]);
    Some(row)
}
