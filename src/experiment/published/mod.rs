//! The section `published`: figures of others, and how far ours are from them.

use serde_json::Value as Json;

use super::decode::Experiment;
use super::record::read_metric;
use super::registry::Entry;
use super::statistics::Interval;
use super::tables::PointSummary;
use crate::kernel::Span;
use crate::measure::{Metric, Scope};
use crate::settings::{Code, Kind, Mistake, Report, Section, Source, Value, nearest, parse};

/// A figure that somebody has published.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedFigure {
    /// The settings that it holds at, by their dotted keys; without any it holds everywhere.
    pub at: Vec<(String, Json)>,
    /// Of scope run.
    pub metric: &'static Metric,
    /// In the metric's unit.
    pub value: f64,
    /// Its standard error, where that is known.
    pub se: Option<f64>,
    /// Where it stands.
    pub source: String,
}

/// A published figure beside ours.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedRow<'a> {
    /// The point whose runs are ours.
    pub point: u32,
    /// What was published.
    pub figure: &'a PublishedFigure,
    /// How many of our runs have the metric.
    pub n: usize,
    /// Our mean; none if no run has the metric.
    pub ours: Option<f64>,
    /// The interval of our mean.
    pub ci: Option<Interval>,
    /// Our mean less the published figure, in standard errors of that difference; none where no error is known.
    pub z: Option<f64>,
}

/// The swept keys and a point's values of them, as they are written; a plain run has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Factors<'a> {
    /// The keys.
    pub keys: &'a [String],
    /// The value of each.
    pub values: &'a [String],
}

/// The published figures that hold at a point, beside what the point's runs say. What is not swept is as the
/// experiment says it.
pub fn beside_published<'a>(
    experiment: &'a Experiment,
    factors: Factors<'_>,
    summary: &PointSummary,
) -> Vec<PublishedRow<'a>> {
    let holds = |figure: &&PublishedFigure| {
        let at = figure.at.iter().map(|(key, value)| (key.as_str(), value));
        holds_at(at, factors, &experiment.canonical)
    };
    let figures = experiment.published.iter().filter(holds);
    figures.map(|figure| beside(figure, summary)).collect()
}

/// Whether settings are those of a point; what is not swept is as the resolved experiment says it.
pub(super) fn holds_at<'a>(
    at: impl IntoIterator<Item = (&'a str, &'a Json)>,
    factors: Factors<'_>,
    resolved: &Json,
) -> bool {
    at.into_iter().all(|(key, value)| {
        let swept = factors.keys.iter().position(|known| known == key);
        match swept.and_then(|place| factors.values.get(place)) {
            Some(cell) => is_as(&as_written(cell), value),
            None => setting(resolved, key).map_or(value.is_null(), |own| is_as(own, value)),
        }
    })
}

/// How far a mean is from a published figure, in standard errors of that difference; none where no error is known.
pub(super) fn distance(ours: Estimate, published: Estimate) -> Option<f64> {
    let errors = [ours.error, published.error];
    let variance: f64 = errors.iter().flatten().map(|error| error * error).sum();
    Some((ours.value - published.value) / variance.sqrt()).filter(|z| z.is_finite())
}

/// A figure, and its standard error where that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) error: Option<f64>,
}

fn beside<'a>(figure: &'a PublishedFigure, summary: &PointSummary) -> PublishedRow<'a> {
    let found = summary.metrics.iter().find(|known| known.metric.name == figure.metric.name);
    let ours = found.and_then(|found| found.summary.values).map(|values| values.mean);
    let n = found.map_or(0, |found| found.summary.n);
    let deviation = found.and_then(|found| found.summary.sd);
    let error = deviation.map(|sd| sd / (n as f64).sqrt());
    let published = Estimate { value: figure.value, error: figure.se };
    let z = ours.and_then(|value| distance(Estimate { value, error }, published));
    let ci = found.and_then(|found| found.summary.ci);
    PublishedRow { point: summary.point, figure, n, ours, ci, z }
}

/// Whether two cells of a factor say the same: `0.1` and `0.10` do, `1s` and `1000ms` do.
pub(super) fn is_same_factor(one: &str, other: &str) -> bool {
    one == other || is_as(&as_written(one), &as_written(other))
}

/// What a cell of a factor says.
fn as_written(cell: &str) -> Json {
    if cell == "null" {
        // Alone it would be a file without settings.
        return Json::Null;
    }
    let value = parse(&Source::new("a factor", cell), &mut Report::new());
    value.map_or_else(|| Json::from(cell), |value| value.to_json())
}

/// The setting at a dotted path; numbers are places in lists.
fn setting<'a>(settings: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(settings, |at, word| match at {
        Json::Array(items) => items.get(word.parse::<usize>().ok()?),
        Json::Object(entries) => entries.get(word),
        _ => None,
    })
}

/// Whether a setting is what is wanted of it: `1s` is `1000ms`, `0.1` is `1e-1`, a duration is its nanoseconds, as
/// resolved experiments have it, and a constant; a map may have defaults that are not spoken of.
fn is_as(own: &Json, wanted: &Json) -> bool {
    let number = |value: &Json| match value {
        Json::String(text) => Span::parse(text).ok().map(|span| span.nanos() as f64),
        value => value.as_f64(),
    };
    match (own, wanted) {
        (Json::Array(own), Json::Array(wanted)) => {
            own.len() == wanted.len() && own.iter().zip(wanted).all(|(own, w)| is_as(own, w))
        }
        (Json::Object(own), Json::Object(wanted)) => {
            wanted.iter().all(|(key, w)| own.get(key).is_some_and(|own| is_as(own, w)))
        }
        (Json::Object(own), wanted) => {
            own.len() == 1 && own.get("constant").is_some_and(|own| is_as(own, wanted))
        }
        _ => own == wanted || number(own).zip(number(wanted)).is_some_and(|(own, w)| own == w),
    }
}

/// Reads `published`.
pub(super) fn decode_published(s: &mut Section<'_>, entry: &dyn Entry) -> Vec<PublishedFigure> {
    let figures = s.field("published").list(|field| {
        field.section(|s| {
            let at = s.field("at").map(|_, field| {
                let value = field.value().map_or(Json::Null, Value::to_json);
                field.put(value.clone());
                value
            });
            let metric = read_metric(s.field("metric"), entry);
            if metric.is_some_and(|metric| metric.scope != Scope::Run) {
                let message = "a published figure cannot be of a metric of a finer scope";
                s.refuse("metric", Code::Conflict, message, "take one of scope run");
            }
            let value = s.field("value").number(0.0);
            let se = s.optional("se").map(|field| field.number(0.0));
            let source = s.field("source").text("");
            if s.has("source") && source.trim().is_empty() {
                let message = "a published figure needs its source";
                s.refuse("source", Code::OutOfRange, message, "such as Demers 1987, table 1");
            }
            metric.map(|metric| PublishedFigure { at, metric, value, se, source })
        })
    });
    figures.into_iter().flatten().collect()
}

/// Refuses published figures for settings that the experiment neither has nor sweeps.
pub(super) fn judge_published(tree: &Value, canonical: &Json, report: &mut Report) {
    let Some(Kind::List(figures)) = tree.get("published").map(|value| &value.kind) else { return };
    let swept = tree.get("sweep").map_or_else(Vec::new, keys_in);
    for figure in figures {
        let Some(Kind::Map(at)) = figure.get("at").map(|value| &value.kind) else { continue };
        for (key, _) in at {
            let is_known = swept.contains(&key.text.as_str())
                || setting(canonical, &key.text).is_some()
                || is_written(tree, &key.text);
            if is_known {
                continue;
            }
            let mut known = swept.iter().map(|key| (*key).to_owned()).collect();
            paths(canonical, "", &mut known);
            let near = nearest(&key.text, known.iter().map(String::as_str));
            let label = near.map_or_else(
                || "name a setting by its dotted key".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("the experiment has no setting `{}`", key.text);
            let mistake = Mistake::new(Code::NoSuchPath, message, key.place.clone());
            report.add(mistake.label(label).see("published.at"));
        }
    }
}

/// Whether a tree has something at a dotted path, if only a `null`: a point of a study may take a setting away.
fn is_written(tree: &Value, path: &str) -> bool {
    path.split('.').try_fold(tree, |at, word| at.get(word)).is_some()
}

/// All names in a tree, at whatever depth: those of swept keys are among them.
fn keys_in(tree: &Value) -> Vec<&str> {
    match &tree.kind {
        Kind::Map(entries) => entries
            .iter()
            .flat_map(|(name, value)| [vec![name.text.as_str()], keys_in(value)].concat())
            .collect(),
        Kind::List(items) => items.iter().flat_map(keys_in).collect(),
        _ => Vec::new(),
    }
}

/// The dotted paths of all settings.
fn paths(settings: &Json, above: &str, found: &mut Vec<String>) {
    let mut go_on = |word: &str, below: &Json| {
        let path = if above.is_empty() { word.to_owned() } else { format!("{above}.{word}") };
        paths(below, &path, found);
        found.push(path);
    };
    match settings {
        Json::Object(entries) => entries.iter().for_each(|(word, below)| go_on(word, below)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| go_on(&index.to_string(), item));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
