//! The section `network:` of an experiment, and what other sections write in the same words.

mod bandwidth;
mod latency;
mod selector;
#[cfg(test)]
mod tests;

pub use selector::{NODE, SELECTOR, SELECTORS, fraction, read_selector};

use super::config::{Duplication, LinkOverride, NetworkConfig, Order, Override, Reach, Reorder};
use super::links::Links;
use super::loss::{Burst, BurstLoss, BurstTurns, Loss};
use super::selector::Selector;
use crate::kernel::{Probability, Span};
use crate::settings::{
    Code, Field, Key, Kind, Mistake, Section, Shape, Value, Variant, join_keys, nearest,
};
use bandwidth::{BANDWIDTH, read_bandwidth};
use latency::{LATENCY, read_latency};
use std::num::NonZeroU8;

/// The keys of `network`.
pub const NETWORK: &[Key] = &[
    Key::varies(
        "latency",
        LATENCY,
        "edge if the topology has latencies, else 1ms",
        "how long a message takes, one way",
    ),
    Key::new("loss", LOSS, "0", "the probability that a message is lost"),
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
    Key::optional("bandwidth", BANDWIDTH, "how fast nodes send and receive"),
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
    Key::optional("loss", LOSS, "the probability that one of these is lost"),
];

const LINK: &[Key] = &join_keys::<4>(
    &[
        Key::required("from", SELECTOR, "where the links begin"),
        Key::required("to", SELECTOR, "where the links end"),
    ],
    OVERRIDE,
);

/// What stands for a loss.
const LOSS: Shape = Shape::Either(&[Shape::Probability, Shape::OneOf(LOSSES)]);

const LOSSES: &[Variant] =
    &[Variant::new("burst", Shape::Keys(BURST), "links turn bad and good again (Gilbert-Elliott)")];

const BURST: &[Key] = &[
    Key::required("to_bad", Shape::Probability, "that a good link turns bad before a message"),
    Key::required("to_good", Shape::Probability, "that a bad one turns good"),
    Key::new("loss_good", Shape::Probability, "0", "the probability of loss on a good link"),
    Key::new("loss_bad", Shape::Probability, "1", "that on a bad one"),
];

/// What the section may have to know of the rest of an experiment.
pub struct Around<'a> {
    /// The kinds of the protocol's messages.
    pub kinds: &'a [&'a str],
    /// Finds the files that it names, or says why not.
    pub files: &'a dyn Fn(&str) -> Result<NamedFile, String>,
    /// Whether the topology's edges have latencies.
    pub has_latencies: bool,
    /// Whether its nodes have positions.
    pub has_positions: bool,
}

/// A file that a setting names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// What it says.
    pub text: String,
    /// Its digest, in hexadecimal digits.
    pub sha256: String,
}

/// Reads a section declared as [`NETWORK`].
pub fn read_network(s: &mut Section<'_>, around: &Around<'_>) -> NetworkConfig<Selector> {
    let orders = [("unordered", Order::Unordered), ("fifo", Order::Fifo)];
    NetworkConfig {
        latency: read_latency(s, around),
        loss: read_loss(s),
        duplication: Duplication {
            probability: read_probability(s, "duplicate"),
            copies: NonZeroU8::new(s.count("copies", 1)).unwrap_or(NonZeroU8::MIN),
        },
        order: s.choice("order", &orders, Order::Unordered),
        reorder: read_reorder(s),
        per_kind: read_per_kind(s, around),
        links: s.field("links").list(|field| read_link(field, around)),
        reach: match s.switch("restrict_to_topology", false) {
            true => Reach::Neighbours,
            false => Reach::Anyone,
        },
        bandwidth: read_bandwidth(s),
    }
}

/// Reads the key `loss`, declared as [`LOSS`].
fn read_loss(s: &mut Section<'_>) -> Loss {
    let is_choice = |value: &Value| matches!(value.kind, Kind::Map(_));
    let field = s.field("loss");
    if field.value().is_some_and(is_choice) {
        return field.one_of("burst", |_, field| field.section(read_burst));
    }
    Loss::Independent(Probability::new(field.probability(0.0)).expect("between 0 and 1"))
}

fn read_burst(s: &mut Section<'_>) -> Loss {
    let before = s.errors();
    let turns = BurstTurns {
        to_bad: read_probability(s, "to_bad"),
        to_good: read_probability(s, "to_good"),
    };
    let bad = Probability::new(s.probability("loss_bad", 1.0)).expect("between 0 and 1");
    let loss = BurstLoss { good: read_probability(s, "loss_good"), bad };
    let burst = Burst::new(turns, loss);
    if burst.is_none() && s.errors() == before {
        let message = "a link that never changes has no bursts";
        s.refuse("to_bad", Code::Conflict, message, "give more than 0 to one of both turns");
    }
    burst.map_or(Loss::NEVER, Loss::Burst)
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

fn read_per_kind(s: &mut Section<'_>, around: &Around<'_>) -> Vec<(u8, Override)> {
    let kinds = around.kinds;
    let mut unknown = Vec::new();
    let named = s.field("per_kind").map(|name, field| {
        let kind = kinds.iter().position(|kind| *kind == name.text);
        if kind.is_none() {
            unknown.push((name.clone(), field.path().to_owned()));
        }
        (kind.unwrap_or(0) as u8, field.section(|s| read_override(s, around)))
    });
    for (name, path) in unknown {
        let message = format!("the protocol has no messages of kind `{}`", name.text);
        let mut mistake = Mistake::new(Code::UnknownChoice, message, name.place.clone());
        if let Some(near) = nearest(&name.text, kinds.iter().copied()) {
            mistake = mistake.label(format!("did you mean `{near}`?"));
        }
        let here = format!("kinds here: {}", kinds.join(", "));
        s.report().add(mistake.note(here).see(&path));
    }
    named.into_iter().map(|(_, by_kind)| by_kind).collect()
}

fn read_override(s: &mut Section<'_>, around: &Around<'_>) -> Override {
    Override {
        latency: s.has("latency").then(|| read_latency(s, around)),
        loss: s.has("loss").then(|| read_loss(s)),
    }
}

fn read_link(field: Field<'_>, around: &Around<'_>) -> LinkOverride<Selector> {
    field.section(|s| {
        let (from, to) = (read_lasting(s, "from"), read_lasting(s, "to"));
        LinkOverride { links: Links::From(from, to), what: read_override(s, around) }
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
