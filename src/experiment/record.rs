//! The sections `stop`, `record`, `assert` and `invariants`: when a run ends, what is written of it, and how it is
//! judged.

use serde_json::Value as Json;

use super::keys::TRACES;
use super::registry::Entry;
use crate::kernel::{Instant, Span};
use crate::measure::{ENGINE, Metric, Scope, UPLINK, UPTIME};
use crate::settings::{Code, Field, Kind, Mistake, Section, nearest};

/// What ends a run; the first to come. A run with no event left always ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// What falls on it still happens.
    pub at: Option<Instant>,
    /// A metric gets there.
    pub when: Option<Condition>,
    /// After so many activations.
    pub events: Option<u64>,
}

/// A metric and its bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Of scope run.
    pub metric: &'static Metric,
    /// Where it must lie.
    pub bounds: Bounds,
}

/// Where a number must lie.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// This or more.
    pub at_least: Option<f64>,
    /// This or less.
    pub at_most: Option<f64>,
    /// Exactly this.
    pub equals: Option<f64>,
}

impl Bounds {
    /// Whether all of `low..=high` lies within.
    pub fn hold(&self, low: f64, high: f64) -> bool {
        self.at_least.is_none_or(|least| low >= least)
            && self.at_most.is_none_or(|most| high <= most)
            && self.equals.is_none_or(|value| low <= value && value <= high)
    }

    fn decode(s: &mut Section<'_>) -> Bounds {
        let mut bound = |name| s.optional(name).map(|field| field.number(0.0));
        let bounds = Bounds {
            at_least: bound("at_least"),
            at_most: bound("at_most"),
            equals: bound("equals"),
        };
        if bounds == Bounds::default() {
            let message = "no bound is given";
            s.refuse("at_least", Code::MissingKey, message, "at_least, at_most or equals");
        } else if bounds.are_contradictory() {
            let key = if bounds.at_most.is_some() { "at_most" } else { "at_least" };
            let message = "no number is within these bounds";
            s.refuse(key, Code::Conflict, message, "they exclude each other");
        }
        bounds
    }

    /// Whether no number can lie within.
    fn are_contradictory(&self) -> bool {
        let is_below = |low: Option<f64>, high: Option<f64>| {
            low.zip(high).is_some_and(|(low, high)| low < high)
        };
        is_below(self.at_most, self.at_least)
            || is_below(self.equals, self.at_least)
            || is_below(self.at_most, self.equals)
    }
}

/// What is written of a run.
#[derive(Clone, Debug)]
pub struct Record {
    /// Between two samples; without it the end alone is one.
    pub every: Option<Span>,
    /// Samples before it are dropped.
    pub warmup: Instant,
    /// In this order.
    pub metrics: Vec<&'static Metric>,
    /// Snapshots of the graph.
    pub graph: Option<GraphRecord>,
    /// What a trace holds.
    pub trace: TraceLevel,
    /// Whether there is an events file.
    pub events: bool,
}

/// Snapshots of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphRecord {
    /// Between two snapshots; without it the end alone is one.
    pub every: Option<Span>,
    /// Which files.
    pub formats: Vec<GraphFormat>,
}

/// A file format of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// One file a snapshot.
    NodeLink,
    /// One file a snapshot.
    GraphMl,
    /// One log of the whole run.
    Spigo,
}

/// What a trace holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TraceLevel {
    /// Nothing.
    Nothing,
    /// The last thousand events before a violation.
    Violations,
    /// Messages that were handled or lost, crashes and restarts.
    Messages,
    /// Every activation, lost message, crash and fact.
    Full,
}

impl TraceLevel {
    /// The levels by their names.
    pub const WORDS: &'static [(&'static str, TraceLevel)] = &[
        (TRACES[0].name, TraceLevel::Nothing),
        (TRACES[1].name, TraceLevel::Violations),
        (TRACES[2].name, TraceLevel::Messages),
        (TRACES[3].name, TraceLevel::Full),
    ];
}

/// All metrics of an experiment: the protocol's, then the engine's.
pub fn metrics_of(entry: &dyn Entry) -> impl Iterator<Item = &'static Metric> {
    entry.metrics().iter().chain(ENGINE).chain(UPLINK).chain(UPTIME)
}

/// The metric of that name, or a mistake with the nearest.
fn find_metric(name: &str, entry: &dyn Entry) -> Result<&'static Metric, String> {
    let found = metrics_of(entry).find(|metric| metric.name == name);
    found.ok_or_else(|| match nearest(name, metrics_of(entry).map(|metric| metric.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "corsair list metrics prints all".to_owned(),
    })
}

/// Reads the name of a metric.
pub(super) fn read_metric(mut field: Field<'_>, entry: &dyn Entry) -> Option<&'static Metric> {
    let text = field.value().and_then(|value| value.as_text()).unwrap_or_default().to_owned();
    let found = find_metric(&text, entry);
    if let Err(near) = &found
        && !text.is_empty()
    {
        let message = format!("{} has no metric `{text}`", entry.name());
        field.refuse(Code::UnknownChoice, &message, near);
    }
    field.text("");
    found.ok()
}

/// Reads `stop`.
pub(super) fn decode_stop(s: &mut Section<'_>, entry: &dyn Entry) -> Stop {
    s.field("stop").section(|s| {
        let at = s.optional("at").map(|field| Instant::START + field.span(Span::ZERO));
        let events = s.optional("events").map(|field| field.count(1));
        let when = s.optional("when").and_then(|field| {
            field.section(|s| {
                let metric = read_metric(s.field("metric"), entry);
                let scope = metric.map(|metric| metric.scope);
                if scope.is_some_and(|scope| scope != Scope::Run) {
                    let message = "a run cannot end by a metric of a finer scope";
                    s.refuse("metric", Code::Conflict, message, "take one of scope run");
                }
                let bounds = Bounds::decode(s);
                metric.map(|metric| Condition { metric, bounds })
            })
        });
        Stop { at, when, events }
    })
}

/// The stop conditions with the protocol's default written out.
pub(super) fn resolved_stop(stop: &Stop) -> Json {
    let mut out = serde_json::Map::new();
    if let Some(at) = stop.at {
        out.insert("at".into(), serde_json::json!(at.nanos()));
    }
    if let Some(events) = stop.events {
        out.insert("events".into(), serde_json::json!(events));
    }
    if let Some(Condition { metric, bounds }) = &stop.when {
        let mut when =
            serde_json::Map::from_iter([("metric".to_owned(), serde_json::json!(metric.name))]);
        let limits =
            [("at_least", bounds.at_least), ("at_most", bounds.at_most), ("equals", bounds.equals)];
        for (name, bound) in limits {
            if let Some(bound) = bound {
                when.insert(name.into(), serde_json::json!(bound));
            }
        }
        out.insert("when".into(), Json::Object(when));
    }
    Json::Object(out)
}

/// Of metrics of one name, which differ in their unit, takes the one that runs of these settings have.
pub(super) fn settle(
    metric: &mut &'static Metric,
    entry: &dyn Entry,
    offers: impl Fn(&Metric) -> bool,
) {
    let is_meant = |other: &&'static Metric| other.name == metric.name && offers(other);
    *metric = metrics_of(entry).find(is_meant).unwrap_or(*metric);
}

/// The same for all that are recorded, each once.
pub(super) fn settle_record(
    record: &mut Record,
    entry: &dyn Entry,
    offers: impl Fn(&Metric) -> bool + Copy,
) {
    let mut settled: Vec<&'static Metric> = Vec::new();
    for mut metric in std::mem::take(&mut record.metrics) {
        settle(&mut metric, entry, offers);
        if !settled.iter().any(|known| known.name == metric.name) {
            settled.push(metric);
        }
    }
    record.metrics = settled;
}

/// Reads `record`; where it names no metrics, `with` are those that have a meaning beside the usual ones.
pub(super) fn decode_record(
    s: &mut Section<'_>,
    entry: &dyn Entry,
    with: &[&'static [Metric]],
) -> Record {
    s.field("record").section(|s| {
        let every = s.optional("every").map(|field| field.span(Span::from_secs(1)));
        let warmup = Instant::START + s.span("warmup", Span::ZERO);
        let metrics = s.optional("metrics").map(|field| {
            field.list(|field| read_metric(field, entry)).into_iter().flatten().collect()
        });
        let metrics: Vec<_> = metrics.unwrap_or_else(|| {
            let always = entry.metrics().iter().chain(ENGINE);
            always.chain(with.iter().copied().flatten()).collect()
        });
        let graph = s.optional("graph").map(|field| field.section(decode_graph));
        let trace = s.choice("trace", TraceLevel::WORDS, TraceLevel::Nothing);
        let events = decode_events(s, entry);
        Record { every, warmup, metrics, graph, trace, events }
    })
}

fn decode_events(s: &mut Section<'_>, entry: &dyn Entry) -> bool {
    let is_wanted = s.optional("events").is_some_and(|field| field.switch(false));
    if !is_wanted {
        // It says the same as leaving it out.
        s.put("events", Json::Null);
    } else if !entry.has_events() {
        let message = format!("{} has no events file", entry.name());
        s.refuse("events", Code::NoEffect, &message, "record.trace tells what happens in a run");
    }
    is_wanted
}

fn decode_graph(s: &mut Section<'_>) -> GraphRecord {
    const FORMATS: &[(&str, GraphFormat)] = &[
        ("node_link", GraphFormat::NodeLink),
        ("graphml", GraphFormat::GraphMl),
        ("spigo", GraphFormat::Spigo),
    ];
    let every = s.optional("every").map(|field| field.span(Span::from_secs(1)));
    let formats = match s.has("formats") {
        true => s.field("formats").list(|field| field.choice(FORMATS, GraphFormat::NodeLink)),
        false => {
            s.value("formats");
            s.put("formats", serde_json::json!([FORMATS[0].0]));
            vec![GraphFormat::NodeLink]
        }
    };
    GraphRecord { every, formats }
}

/// Reads `assert`.
pub(super) fn decode_asserts(s: &mut Section<'_>, entry: &dyn Entry) -> Vec<Condition> {
    let asserts = s.field("assert").map(|name, mut field| {
        let metric = find_metric(&name.text, entry);
        if let Err(near) = &metric {
            let message = format!("{} has no metric `{}`", entry.name(), name.text);
            field.refuse(Code::UnknownChoice, &message, near);
        }
        if metric.as_ref().is_ok_and(|metric| metric.scope != Scope::Run) {
            let message = "an assertion cannot be about a metric of a finer scope";
            field.refuse(Code::Conflict, message, "take one of scope run");
        }
        let bounds = field.section(Bounds::decode);
        metric.ok().map(|metric| Condition { metric, bounds })
    });
    asserts.into_iter().filter_map(|(_, condition)| condition).collect()
}

/// Reads `invariants`: the names of those that are checked.
pub(super) fn decode_invariants(s: &mut Section<'_>, entry: &dyn Entry) -> Vec<&'static str> {
    let all: Vec<&'static str> = entry.invariants().iter().map(|i| i.name).collect();
    if !s.has("invariants") {
        s.value("invariants");
        s.put("invariants", serde_json::json!("all"));
        return all;
    }
    let field = s.field("invariants");
    if !field.value().is_some_and(|value| matches!(value.kind, Kind::List(_))) {
        return match field.choice(&[("all", true), ("none", false)], true) {
            true => all,
            false => Vec::new(),
        };
    }
    let names = field.list(|mut field| {
        let text = field.value().and_then(|value| value.as_text()).unwrap_or_default().to_owned();
        let found = all.iter().find(|name| **name == text).copied();
        if found.is_none() && !text.is_empty() {
            let near = nearest(&text, all.iter().copied());
            let label = near.map_or(String::new(), |near| format!("did you mean `{near}`?"));
            let message = format!("{} has no invariant `{text}`", entry.name());
            field.refuse(Code::UnknownChoice, &message, &label);
        }
        field.text("");
        found
    });
    names.into_iter().flatten().collect()
}

/// Warns of invariants that a fault makes meaningless, and leaves them out.
pub(super) fn drop_disk_invariants(
    s: &mut Section<'_>,
    entry: &dyn Entry,
    invariants: &mut Vec<&'static str>,
) {
    let off = |name: &&'static str| entry.need_disks().contains(name);
    if !invariants.iter().any(off) {
        return;
    }
    let names: Vec<_> = invariants.iter().filter(|name| off(name)).copied().collect();
    let message = format!("a fault wipes disks: {} cannot be checked", names.join(", "));
    let mistake = Mistake::new(Code::Surprising, message, s.place("faults").clone());
    s.report().add(mistake);
    invariants.retain(|name| !off(name));
}
