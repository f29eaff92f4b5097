//! The section `network:` of an experiment, and what other sections write in the same words.

mod selector;
#[cfg(test)]
mod tests;

pub use selector::{NODE, SELECTOR, SELECTORS, fraction, read_selector};

use super::config::{Duplication, Factor, Latency, LinkOverride, NetworkConfig, Order, Override};
use super::config::{Reach, Reorder};
use super::links::Links;
use super::selector::Selector;
use crate::kernel::{Distribution, Probability, Span};
use crate::settings::distribution::{
    EMPIRICAL, EXPONENTIAL, LOGNORMAL, NORMAL, PARETO, UNIFORM, WEIBULL, read_keys,
};
use crate::settings::{Code, Field, Key, Kind, Section, Shape, Value, Variant, join_keys};
use serde_json::json;
use std::num::NonZeroU8;

/// The keys of `network`.
pub const NETWORK: &[Key] = &[
    Key::new("latency", LATENCY, "1ms", "how long a message takes, one way"),
    Key::new("loss", Shape::Probability, "0", "the probability that a message is lost"),
    Key::new("duplicate", Shape::Probability, "0", "the probability that a message is duplicated"),
    Key::new(
        "copies",
        Shape::Count { min: 1, max: 255 },
        "1",
        "how many duplicates there are then",
    ),
    Key::new("order", Shape::OneOf(ORDERS), "unordered", "whether messages overtake each other"),
    Key::optional("reorder", Shape::Keys(REORDER), "what disturbs the order"),
    Key::new("per_kind", Shape::MapOf(&Shape::Keys(OVERRIDE)), "{}", "what differs by kind"),
    Key::new("links", Shape::ListOf(&Shape::Keys(LINK)), "[]", "what differs for some links"),
    Key::new(
        "restrict_to_topology",
        Shape::Switch,
        "false",
        "what is sent to other nodes than neighbours is addressed to nobody",
    ),
];

/// The keys of `reorder`.
pub const REORDER: &[Key] = &[
    Key::required("p", Shape::Probability, "the probability that a message is held back"),
    Key::required("extra", Shape::Distribution, "how long it is held back"),
];

const ORDERS: &[Variant] = &[
    Variant::word("unordered", "messages arrive when they are drawn to"),
    Variant::word("fifo", "on a link no message arrives before the one sent before it"),
];

const OVERRIDE: &[Key] = &[
    Key::optional("latency", LATENCY, "how long these take"),
    Key::optional("loss", Shape::Probability, "the probability that one of these is lost"),
];

const LINK: &[Key] = &join_keys::<4>(
    &[
        Key::required("from", SELECTOR, "where the links begin"),
        Key::required("to", SELECTOR, "where the links end"),
    ],
    OVERRIDE,
);

const LATENCY: Shape = Shape::Either(&[Shape::SPAN, Shape::OneOf(LATENCIES)]);

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
    Variant::new("empirical", Shape::Keys(&join_keys::<4>(EMPIRICAL, PER)), "as it was measured"),
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

/// Reads a section declared as [`NETWORK`]; `kinds` are those of the protocol's messages.
pub fn read_network(s: &mut Section<'_>, kinds: &[&str]) -> NetworkConfig<Selector> {
    let orders = [("unordered", Order::Unordered), ("fifo", Order::Fifo)];
    NetworkConfig {
        latency: read_latency(s),
        loss: read_probability(s, "loss"),
        duplication: Duplication {
            probability: read_probability(s, "duplicate"),
            copies: NonZeroU8::new(s.count("copies", 1)).unwrap_or(NonZeroU8::MIN),
        },
        order: s.choice("order", &orders, Order::Unordered),
        reorder: read_reorder(s),
        per_kind: read_per_kind(s, kinds),
        links: s.field("links").list(read_link),
        reach: match s.switch("restrict_to_topology", false) {
            true => Reach::Neighbours,
            false => Reach::Anyone,
        },
    }
}

/// Reads a key declared as a probability with the default 0.
pub fn read_probability(s: &mut Section<'_>, name: &'static str) -> Probability {
    Probability::new(s.probability(name, 0.0)).expect("settings are between 0 and 1")
}

/// Reads the key `reorder`, declared as [`REORDER`].
pub fn read_reorder(s: &mut Section<'_>) -> Option<Reorder> {
    let read = |s: &mut Section<'_>| Reorder {
        probability: read_probability(s, "p"),
        extra: s.distribution("extra", Span::ZERO),
    };
    s.optional("reorder").map(|field| field.section(read))
}

fn read_per_kind(s: &mut Section<'_>, kinds: &[&str]) -> Vec<(u8, Override)> {
    let named = s.field("per_kind").map(|name, mut field| {
        let kind = kinds.iter().position(|kind| *kind == name.text);
        if kind.is_none() {
            let message = format!("the protocol has no messages of kind `{}`", name.text);
            field.refuse(Code::UnknownChoice, &message, &format!("kinds: {}", kinds.join(", ")));
        }
        (kind.unwrap_or(0) as u8, field.section(read_override))
    });
    named.into_iter().map(|(_, by_kind)| by_kind).collect()
}

fn read_override(s: &mut Section<'_>) -> Override {
    Override {
        latency: s.has("latency").then(|| read_latency(s)),
        loss: s.has("loss").then(|| read_probability(s, "loss")),
    }
}

fn read_link(field: Field<'_>) -> LinkOverride<Selector> {
    field.section(|s| {
        let (from, to) = (read_lasting(s, "from"), read_lasting(s, "to"));
        LinkOverride { links: Links::From(from, to), what: read_override(s) }
    })
}

/// A selector that holds for the whole run.
fn read_lasting(s: &mut Section<'_>, name: &'static str) -> Selector {
    let selector = read_selector(s.field(name));
    if let Selector::Role(_) = selector {
        let message = "a link is between nodes, whatever role they play";
        s.refuse(name, Code::Conflict, message, "select nodes by id, name or group");
    }
    selector
}

/// Reads the key `latency`, declared as [`LATENCY`]: a span, or a model with keys of its own.
fn read_latency(s: &mut Section<'_>) -> Latency {
    let default = Span::from_millis(1);
    let field = s.field("latency");
    if field.value().is_some_and(names_a_model) {
        return field.one_of("constant", |name, field| match name {
            "constant" => Latency::PerCopy(Distribution::Constant(field.span(default))),
            _ => field.section(|s| read_model(name, s)),
        });
    }
    let span = field.span(default);
    s.put("latency", json!({ "constant": span.nanos() }));
    Latency::PerCopy(Distribution::Constant(span))
}

fn read_model(name: &'static str, s: &mut Section<'_>) -> Latency {
    let setting = read_keys(name, s);
    // Where this is refused, it is the model that has this key.
    let distribution = s.sampler("file", &setting);
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

/// Whether a value is a choice between models rather than a span.
fn names_a_model(value: &Value) -> bool {
    match &value.kind {
        Kind::Map(_) => true,
        Kind::Text(text) => !text.starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    }
}
