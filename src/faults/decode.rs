//! The list `faults:` of an experiment, and schedules as other lists write them, too.

mod churn;
#[cfg(test)]
mod tests;

use super::expand::Faults;
use super::fault::{DiskLoss, Fault, Split};
use super::schedule::{Schedule, Window};
use crate::kernel::{Distribution, Instant, NodeId, Span};
use crate::network::decode::{NODE, REORDER, SELECTOR, SELECTORS};
use crate::network::decode::{fraction, read_probability, read_reorder, read_selector};
use crate::network::{Degradation, Direction, Factor, Selector};
use crate::settings::{Code, Field, Key, Kind, Section, Shape, Variant, join_keys};
use churn::{CHURN, CRASH_POISSON, read_churn, read_crash_poisson};
use serde_json::json;

/// The value of `faults`.
pub const FAULTS: Shape = Shape::ListOf(&Shape::OneOf(FAULT_KINDS));

/// The kinds of faults.
pub const FAULT_KINDS: &[Variant] = &[
    Variant::new("crash", Shape::Keys(CRASH), "nodes vanish, and may start again"),
    Variant::new("restart", Shape::Keys(RESTART), "nodes that are down start"),
    Variant::new("churn", Shape::Keys(CHURN), "nodes leave and come back, again and again"),
    Variant::new("crash_poisson", Shape::Keys(CRASH_POISSON), "random nodes crash at random times"),
    Variant::new("partition", Shape::Keys(PARTITION), "messages between parts are lost"),
    Variant::new("isolate", Shape::Keys(ISOLATE), "each of these nodes is alone"),
    Variant::new("link", Shape::Keys(LINK), "the links between two sets of nodes are bad"),
    Variant::new("loss_burst", Shape::Keys(LOSS_BURST), "more messages are lost"),
    Variant::new("clog", Shape::Keys(CLOG), "messages wait, then all arrive"),
];

/// The keys of a schedule: `at`, or `every` with the others.
pub const SCHEDULE: &[Key] = &[
    Key::optional("at", Shape::Distribution, "when, after the start"),
    Key::new("from", Shape::SPAN, "0s", "when it happens first"),
    Key::optional("until", Shape::SPAN, "before when it happens last; else until the run ends"),
    Key::optional("every", Shape::Distribution, "how long from one time to the next"),
    Key::optional("count", Shape::Count { min: 1, max: u32::MAX as u64 }, "how often at most"),
];

const WINDOW: &[Key] = &[
    Key::required("from", Shape::SPAN, "when it begins"),
    Key::required("until", Shape::SPAN, "when it has ended"),
];

const RESTART: &[Key] =
    &join_keys::<6>(SCHEDULE, &[Key::required("nodes", SELECTOR, "which nodes, drawn each time")]);

const CRASH: &[Key] = &join_keys::<9>(
    RESTART,
    &[
        RESTART_AFTER,
        Key::optional("after_effects", EFFECTS, "crash amid a handler, after so many effects"),
        DISK,
    ],
);

const RESTART_AFTER: Key = Key::optional(
    "restart_after",
    Shape::Distribution,
    "how long until a node starts again; else it stays down",
);

const DISK: Key =
    Key::new("disk", Shape::OneOf(DISKS), "lose_unsynced", "what becomes of the disk");

const EFFECTS: Shape = Shape::Count { min: 0, max: u32::MAX as u64 };

const DISKS: &[Variant] = &[
    Variant::word("keep", "what waits is stored"),
    Variant::word("lose_unsynced", "what was not synced is lost"),
    Variant::word("wipe", "everything is lost"),
];

const PARTITION: &[Key] = &join_keys::<4>(
    WINDOW,
    &[
        Key::required("split", Shape::OneOf(SPLITS), "into which parts"),
        Key::new("direction", Shape::OneOf(DIRECTIONS), "both", "which messages are lost"),
    ],
);

const SPLITS: &[Variant] = &[
    Variant::new("groups", Shape::ListOf(&PART), "these parts; nodes in none reach everyone"),
    Variant::new("fractions", Shape::ListOf(&Shape::Probability), "parts of these shares, drawn"),
    Variant::new("majority", Shape::OneOf(DRAWN), "a majority and the rest"),
    Variant::new("isolate", SELECTOR, "each of these nodes alone; they are the first part"),
];

const PART: Shape = Shape::Either(&[Shape::ListOf(&NODE), Shape::OneOf(SELECTORS)]);

const DRAWN: &[Variant] = &[Variant::word("random", "its nodes are drawn")];

const DIRECTIONS: &[Variant] = &[
    Variant::word("both", "all that cross"),
    Variant::word("into", "those into the first part"),
    Variant::word("out_of", "those out of the first part"),
];

const ISOLATE: &[Key] = &join_keys::<3>(WINDOW, &[Key::required("nodes", SELECTOR, "which nodes")]);

const LINK: &[Key] = &join_keys::<8>(
    WINDOW,
    &[
        Key::required("between", Shape::ListOf(&SELECTOR), "two sets of nodes; both directions"),
        Key::new("loss", Shape::Probability, "0", "the probability of loss, beside the network's"),
        Key::new("duplicate", Shape::Probability, "0", "that of duplication, likewise"),
        Key::new("slow", Shape::Any, "x1", "what latencies are multiplied by"),
        Key::new("extra_latency", Shape::Distribution, "0s", "what is added to that"),
        Key::optional("reorder", Shape::Keys(REORDER), "what disturbs the order"),
    ],
);

const CLOG: &[Key] =
    &join_keys::<3>(WINDOW, &[Key::optional("nodes", SELECTOR, "only what these send or receive")]);

const LOSS_BURST: &[Key] = &join_keys::<4>(
    CLOG,
    &[Key::required("probability", Shape::Probability, "the probability of loss, beside others")],
);

/// Reads a field declared as [`FAULTS`].
pub fn read_faults(field: Field<'_>) -> Faults {
    let read = |field: Field<'_>| {
        field.one_of("crash", |name, field| field.section(|s| read_fault(name, s)))
    };
    field.list(read).into_iter().collect()
}

fn read_fault(name: &'static str, s: &mut Section<'_>) -> Fault {
    match name {
        "crash" => read_crash(s),
        "restart" => {
            Fault::Restart { when: read_schedule(s), nodes: read_selector(s.field("nodes")) }
        }
        "churn" => read_churn(s),
        "crash_poisson" => read_crash_poisson(s),
        "partition" => Fault::Partition {
            window: read_window(s),
            split: s.field("split").one_of("majority", read_split),
            direction: s.choice(
                "direction",
                &[
                    ("both", Direction::Both),
                    ("into", Direction::Into),
                    ("out_of", Direction::OutOf),
                ],
                Direction::Both,
            ),
        },
        "isolate" => {
            Fault::Isolate { window: read_window(s), nodes: read_selector(s.field("nodes")) }
        }
        "link" => Fault::Link {
            window: read_window(s),
            between: read_pair(s),
            harm: Degradation {
                loss: read_probability(s, "loss"),
                duplicate: read_probability(s, "duplicate"),
                slow: read_factor(s, "slow"),
                extra_latency: s.distribution("extra_latency", Span::ZERO),
                reorder: read_reorder(s),
            },
        },
        "loss_burst" => Fault::LossBurst {
            window: read_window(s),
            nodes: s.optional("nodes").map(read_selector),
            probability: read_probability(s, "probability"),
        },
        "clog" => {
            Fault::Clog { window: read_window(s), nodes: s.optional("nodes").map(read_selector) }
        }
        _ => unreachable!("`{name}` is declared without a reader"),
    }
}

fn read_crash(s: &mut Section<'_>) -> Fault {
    Fault::Crash {
        when: read_schedule(s),
        nodes: read_selector(s.field("nodes")),
        restart_after: read_restart_after(s),
        after_effects: s.optional("after_effects").map(|field| field.count(0)),
        disk: read_disk(s),
    }
}

fn read_restart_after(s: &mut Section<'_>) -> Option<Distribution> {
    s.has("restart_after").then(|| s.distribution("restart_after", Span::ZERO))
}

fn read_disk(s: &mut Section<'_>) -> DiskLoss {
    let disks = [
        ("keep", DiskLoss::Keep),
        ("lose_unsynced", DiskLoss::LoseUnsynced),
        ("wipe", DiskLoss::Wipe),
    ];
    s.choice("disk", &disks, DiskLoss::LoseUnsynced)
}

/// Reads the keys of [`SCHEDULE`].
pub fn read_schedule(s: &mut Section<'_>) -> Schedule {
    if s.has("at") || !s.has("every") {
        if !s.has("at") {
            let message = "it is not said when";
            s.refuse("at", Code::MissingKey, message, "give `at`, or `every` for many times");
        }
        return Schedule::At(s.distribution("at", Span::ZERO));
    }
    let from = Instant::START + s.span("from", Span::ZERO);
    let until = s.optional("until").map(|field| Instant::START + field.span(Span::MAX));
    if until.is_some_and(|until| until <= from) {
        s.refuse("until", Code::Conflict, "`until` must lie after `from`", "nothing would happen");
    }
    let every = s.distribution("every", Span::from_secs(1));
    let count = s.optional("count").map(|field| field.count(1));
    if every.mean() == Span::ZERO && count.is_none() {
        s.refuse("every", Code::OutOfRange, "time would stand still", "give more than 0s");
    }
    Schedule::Every { from, until, every, count }
}

fn read_window(s: &mut Section<'_>) -> Window {
    let before = s.errors();
    let from = Instant::START + s.span("from", Span::ZERO);
    let until = Instant::START + s.span("until", Span::MAX);
    let window = Window::new(from, until);
    if window.is_none() && s.errors() == before {
        s.refuse("until", Code::Conflict, "`until` must lie after `from`", "nothing would happen");
    }
    window.unwrap_or(Window::ALWAYS)
}

fn read_split(name: &'static str, field: Field<'_>) -> Split {
    match name {
        "groups" => Split::Groups(field.list(read_part)),
        "fractions" => Split::Fractions(field.list(fraction)),
        "isolate" => Split::Isolate(read_selector(field)),
        _ => {
            field.choice(&[("random", ())], ());
            Split::Majority
        }
    }
}

/// A part is a selector, or a plain list of ids.
fn read_part(field: Field<'_>) -> Selector {
    match field.value().map(|value| &value.kind) {
        Some(Kind::List(_)) => Selector::Ids(field.list(|field| NodeId(field.count(0)))),
        _ => read_selector(field),
    }
}

fn read_pair(s: &mut Section<'_>) -> [Selector; 2] {
    let before = s.errors();
    let sets = s.field("between").list(read_selector);
    sets.try_into().unwrap_or_else(|sets: Vec<Selector>| {
        if s.errors() == before {
            let message = format!("links lie between two sets of nodes, not {}", sets.len());
            s.refuse("between", Code::WrongType, &message, "such as [{node: 0}, all]");
        }
        [Selector::All, Selector::All]
    })
}

/// A factor is written `x5`, so that nobody takes it for a duration.
fn read_factor(s: &mut Section<'_>, name: &'static str) -> Factor {
    let Some(value) = s.value(name).filter(|value| !value.is_null()) else {
        s.put(name, json!("x1"));
        return Factor::ONE;
    };
    let number = value.as_text().and_then(|text| text.strip_prefix('x')?.parse().ok());
    let factor = number.and_then(Factor::new).filter(|factor| *factor > Factor::ZERO);
    let factor = factor.unwrap_or_else(|| {
        s.refuse(name, Code::BadQuantity, "a factor is written as in `x5`", "more than x0");
        Factor::ONE
    });
    s.put(name, json!(format!("x{}", factor.get())));
    factor
}
