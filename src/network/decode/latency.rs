//! The key `latency`: a span, or a model with keys of its own.

use super::{Around, NamedFile};
use crate::kernel::{Distribution, Span};
use crate::network::config::Factor;
use crate::network::latency::{Distance, Latency};
use crate::network::matrix::{MatrixBy, MatrixRows};
use crate::settings::distribution::{
    EMPIRICAL, EXPONENTIAL, LOGNORMAL, NORMAL, PARETO, UNIFORM, WEIBULL, names_a_model, read_keys,
};
use crate::settings::join_keys;
use crate::settings::{
    Code, DistributionSetting, Key, Mistake, Place, Section, Shape, Source, Variant,
};
use crate::topology::{Matrix, Trip};
use serde_json::json;

/// What stands for a latency.
pub(super) const LATENCY: Shape = Shape::Either(&[Shape::SPAN, Shape::OneOf(LATENCIES)]);

const LATENCIES: &[Variant] = &[
    Variant::new("constant", Shape::SPAN, "always the same"),
    Variant::new(
        "uniform",
        Shape::Keys(&join_keys::<5>(UNIFORM, PER)),
        "every value between two equally likely",
    ),
    Variant::new(
        "normal",
        Shape::Keys(&join_keys::<5>(NORMAL, PER)),
        "the bell curve, cut off below",
    ),
    Variant::new(
        "lognormal",
        Shape::Keys(&join_keys::<6>(LOGNORMAL, PER)),
        "the logarithm is normal",
    ),
    Variant::new(
        "exponential",
        Shape::Keys(&join_keys::<4>(EXPONENTIAL, PER)),
        "the time between unrelated events",
    ),
    Variant::new(
        "pareto",
        Shape::Keys(&join_keys::<5>(PARETO, PER)),
        "a tail that falls like a power",
    ),
    Variant::new(
        "weibull",
        Shape::Keys(&join_keys::<4>(WEIBULL, PER)),
        "the time until the weakest part fails",
    ),
    Variant::new(
        "empirical",
        Shape::Keys(&join_keys::<5>(&join_keys::<4>(EMPIRICAL, PER), DIGEST)),
        "as it was measured",
    ),
    Variant::new("matrix", Shape::Keys(MATRIX), "by where both ends are"),
    Variant::new("edge", Shape::Keys(EDGE), "as the topology has it"),
    Variant::new("geo", Shape::Keys(GEO), "by the distance of both ends"),
];

const PER: &[Key] = &[
    Key::new("per", Shape::OneOf(UNITS), "copy", "what a latency is drawn for"),
    Key::optional(
        "jitter",
        Shape::Number { min: 0.0, max: 1e6 },
        "a copy takes up to this share longer than its link",
    ),
];

const UNITS: &[Variant] = &[
    Variant::word("copy", "drawn anew for every copy of a message"),
    Variant::word("link", "drawn once for each link and direction"),
];

const DIGEST: &[Key] =
    &[Key::optional("sha256", Shape::Text, "the file's digest, to be sure that it is the same")];

const JITTER: Key =
    Key::new("jitter", Shape::Distribution, "0s", "drawn for every copy, and added");

const TABLE: Shape = Shape::Path;

const MATRIX: &[Key] = &[
    Key::optional("one_way", TABLE, "a CSV file of latencies in ms, a row for where they begin"),
    Key::optional("rtt", TABLE, "the same of round trips, which are halved; or aws11, built in"),
    Key::new("by", Shape::OneOf(PLACES), "group", "what rows and columns are"),
    JITTER,
    DIGEST[0],
];

const PLACES: &[Variant] =
    &[Variant::word("group", "groups of nodes"), Variant::word("node", "nodes, by name or id")];

const EDGE: &[Key] = &[
    Key::varies("default", Shape::SPAN, "1ms", "the latency between nodes whose edge has none"),
    JITTER,
];

const GEO: &[Key] = &[
    Key::required("per_unit", Shape::SPAN, "the latency of each unit of distance"),
    Key::new("base", Shape::SPAN, "0s", "what is added to that"),
    JITTER,
];

/// Without a setting.
const DEFAULT: Span = Span::from_millis(1);

/// Reads the key `latency`, declared as [`LATENCY`].
pub(super) fn read_latency(s: &mut Section<'_>, around: &Around<'_>) -> Latency {
    if !s.has("latency") && around.has_latencies {
        s.value("latency");
        s.put(
            "latency",
            json!({ "edge": { "default": DEFAULT.nanos(), "jitter": { "constant": 0 } } }),
        );
        return Latency::Edge(DEFAULT, Distribution::Constant(Span::ZERO));
    }
    let field = s.field("latency");
    if field.value().is_some_and(names_a_model) {
        return field.one_of("constant", |name, field| match name {
            "constant" => Latency::PerCopy(Distribution::Constant(field.span(DEFAULT))),
            "matrix" => field.section(|s| read_matrix(s, around)),
            "edge" => field.section(|s| read_edge(s, around)),
            "geo" => field.section(|s| read_geo(s, around)),
            _ => field.section(|s| read_model(name, s, around)),
        });
    }
    let span = field.span(DEFAULT);
    s.put("latency", json!({ "constant": span.nanos() }));
    Latency::PerCopy(Distribution::Constant(span))
}

fn read_model(name: &'static str, s: &mut Section<'_>, around: &Around<'_>) -> Latency {
    let distribution = match read_keys(name, s) {
        DistributionSetting::File(path) => read_values(&path, s, around),
        // What else the kernel refuses was refused when it was read.
        other => other.distribution().ok().flatten(),
    };
    let distribution = distribution.unwrap_or(Distribution::Constant(Span::ZERO));
    match s.choice("per", &[("copy", Per::Copy), ("link", Per::Link)], Per::Copy) {
        Per::Copy => Latency::PerCopy(distribution),
        Per::Link => {
            let jitter = s.optional("jitter").map_or(0.0, |field| field.number(0.0));
            let jitter = Factor::new(jitter).expect("settings are finite and not negative");
            Latency::PerLink(distribution, jitter)
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Per {
    Copy,
    Link,
}

/// One value a line, in ms.
fn read_values(path: &str, s: &mut Section<'_>, around: &Around<'_>) -> Option<Distribution> {
    let text = read_named("file", path, s, around)?;
    let mut values = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let millis = line.trim().parse().ok().filter(|ms: &f64| (0.0..=1e12).contains(ms));
        let Some(millis) = millis else {
            let message = format!("{path}, line {number}: this is no number of milliseconds");
            s.refuse("file", Code::BadFile, &message, "one value a line, such as 12.5");
            return None;
        };
        values.push(Span::from_nanos_f64(millis * 1e6));
    }
    let distribution = Distribution::values(values);
    if let Err(error) = &distribution {
        s.refuse("file", Code::BadFile, &format!("{path}: {error}"), "this file");
    }
    distribution.ok()
}

/// The text of the file that a key names; its digest is written down, and compared where one is given.
fn read_named(
    key: &'static str,
    path: &str,
    s: &mut Section<'_>,
    around: &Around<'_>,
) -> Option<String> {
    let expected = s.optional("sha256").map(|field| field.text(""));
    match (around.files)(path) {
        Err(error) => {
            s.refuse(key, Code::BadFile, &error, "this file");
            None
        }
        Ok(NamedFile { text, sha256 }) => {
            if expected.is_some_and(|expected| expected != sha256) {
                let message = format!("{path} is not the file that is meant");
                s.refuse("sha256", Code::BadFile, &message, &format!("its SHA-256 is {sha256}"));
            }
            s.put("sha256", json!(sha256));
            Some(text)
        }
    }
}

fn read_jitter(s: &mut Section<'_>) -> Distribution {
    s.distribution("jitter", Span::ZERO)
}

fn read_matrix(s: &mut Section<'_>, around: &Around<'_>) -> Latency {
    let one_way = s.optional("one_way").map(|field| field.file(""));
    let round = s.optional("rtt").map(|field| field.file(""));
    let by =
        s.choice("by", &[("group", MatrixBy::Group), ("node", MatrixBy::Node)], MatrixBy::Group);
    let jitter = read_jitter(s);
    let nowhere = Latency::PerCopy(Distribution::Constant(Span::ZERO));
    let (key, path, trip) = match (one_way, round) {
        (Some(path), None) => ("one_way", path, Trip::OneWay),
        (None, Some(path)) => ("rtt", path, Trip::Round),
        _ => {
            let message = "a matrix holds one-way latencies or round trips";
            s.refuse("rtt", Code::NotOneChoice, message, "give one of `one_way` and `rtt`");
            return nowhere;
        }
    };
    let matrix = match (path.as_str(), trip) {
        ("aws11", Trip::Round) => Some(Matrix::aws11()),
        ("aws11", Trip::OneWay) => {
            let message = "aws11 holds round trips";
            s.refuse("one_way", Code::Conflict, message, "write `rtt: aws11`");
            None
        }
        _ => read_table(key, (&path, trip), s, around),
    };
    matrix.map_or(nowhere, |matrix| Latency::Matrix(MatrixRows::new(matrix, by), jitter))
}

fn read_table(
    key: &'static str,
    (path, trip): (&str, Trip),
    s: &mut Section<'_>,
    around: &Around<'_>,
) -> Option<Matrix> {
    let text = read_named(key, path, s, around)?;
    match Matrix::read(&text, trip) {
        Ok(matrix) => Some(matrix),
        Err(mistake) => {
            let place = Place::at(&Source::new(path, &text), mistake.line, mistake.column);
            s.report().add(Mistake::new(Code::BadFile, mistake.message, place));
            None
        }
    }
}

fn read_edge(s: &mut Section<'_>, around: &Around<'_>) -> Latency {
    if !s.has("default") && !around.has_latencies {
        let message = "the topology has no latencies";
        s.refuse("default", Code::Conflict, message, "give edges some, or a `default` here");
    }
    Latency::Edge(s.span("default", DEFAULT), read_jitter(s))
}

fn read_geo(s: &mut Section<'_>, around: &Around<'_>) -> Latency {
    if !around.has_positions {
        let message = "the nodes of the topology have no positions";
        s.refuse("per_unit", Code::Conflict, message, "take a topology that has some");
    }
    let (per_unit, base) = (s.span("per_unit", Span::ZERO), s.span("base", Span::ZERO));
    Latency::Geo(Distance { base, per_unit }, read_jitter(s))
}
