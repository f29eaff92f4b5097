//! The faults `churn` and `crash_poisson` as they are written.

use super::{DISK, RESTART_AFTER, WINDOW, read_disk, read_restart_after, read_window};
use crate::faults::fault::{Churn, ChurnStart, Crashes, Fault};
use crate::kernel::{Distribution, Span};
use crate::network::Selector;
use crate::network::decode::{SELECTOR, read_probability, read_selector};
use crate::settings::{Code, Key, Kind, Section, Shape, Value, Variant, join_keys};
use serde_json::json;

pub(super) const CHURN: &[Key] = &join_keys::<8>(
    WINDOW,
    &[
        Key::required("nodes", SELECTOR, "which nodes come and go"),
        Key::required("leave", Shape::Distribution, "how long a node stays"),
        Key::new("rejoin_after", AWAY, "never", "how long it is away"),
        Key::new("start", Shape::OneOf(STARTS), "up", "who is there at the beginning"),
        Key::new("graceful", Shape::Probability, "0", "the share of departures that are announced"),
        DISK,
    ],
);

const AWAY: Shape = Shape::Either(&[Shape::Distribution, Shape::OneOf(NEVER)]);

const NEVER: &[Variant] = &[Variant::word("never", "it does not come back")];

const STARTS: &[Variant] = &[
    Variant::word("up", "all of them"),
    Variant::word("stationary", "as many as in the long run"),
];

pub(super) const CRASH_POISSON: &[Key] = &join_keys::<7>(
    WINDOW,
    &[
        Key::required("rate", Shape::Rate, "how many crashes there are in a time, of all nodes"),
        Key::new("nodes", SELECTOR, "all", "who may be hit; one that is up is drawn each time"),
        RESTART_AFTER,
        Key::new("spare", Shape::ListOf(&SELECTOR), "[]", "who is never hit"),
        DISK,
    ],
);

/// Reads a section declared as [`CHURN`].
pub(super) fn read_churn(s: &mut Section<'_>) -> Fault {
    let before = s.errors();
    let window = read_window(s);
    let churn = Churn {
        nodes: read_selector(s.field("nodes")),
        leave: s.distribution("leave", Span::from_secs(1)),
        rejoin_after: read_rejoin_after(s),
        start: s.choice(
            "start",
            &[("up", ChurnStart::Up), ("stationary", ChurnStart::Stationary)],
            ChurnStart::Up,
        ),
        graceful: read_probability(s, "graceful"),
        disk: read_disk(s),
    };
    let away = churn.rejoin_after.as_ref().map(Distribution::mean);
    if s.errors() == before {
        if churn.leave.mean() + away.unwrap_or(Span::MAX) == Span::ZERO {
            s.refuse("leave", Code::OutOfRange, "time would stand still", "give more than 0s");
        }
        if churn.start == ChurnStart::Stationary && away.is_none() {
            let message = "in the long run nobody is left";
            s.refuse("start", Code::Conflict, message, "give `rejoin_after`, or start `up`");
        }
    }
    Fault::Churn { window, churn }
}

fn read_rejoin_after(s: &mut Section<'_>) -> Option<Distribution> {
    let is_never = |value: &Value| matches!(&value.kind, Kind::Text(word) if word == "never");
    if !s.has("rejoin_after") || s.value("rejoin_after").is_some_and(is_never) {
        s.value("rejoin_after");
        s.put("rejoin_after", json!("never"));
        return None;
    }
    Some(s.distribution("rejoin_after", Span::ZERO))
}

/// Reads a section declared as [`CRASH_POISSON`].
pub(super) fn read_crash_poisson(s: &mut Section<'_>) -> Fault {
    let window = read_window(s);
    let before = s.errors();
    let gap = Span::from_nanos_f64(1e9 / s.rate("rate", 1.0));
    let gap = match Distribution::exponential(gap, Span::ZERO) {
        Ok(gap) if gap.mean() < Span::MAX => gap,
        _ => {
            if s.errors() == before {
                let message = "a rate lies above 0/s and below 1000000/ms";
                s.refuse("rate", Code::OutOfRange, message, "such as 0.1/s");
            }
            Distribution::Constant(Span::MAX)
        }
    };
    let nodes = if s.has("nodes") { read_selector(s.field("nodes")) } else { all(s) };
    let restart_after = read_restart_after(s);
    let spare = s.field("spare").list(read_selector);
    Fault::CrashPoisson {
        window,
        crashes: Crashes { gap, nodes, restart_after, spare, disk: read_disk(s) },
    }
}

fn all(s: &mut Section<'_>) -> Selector {
    s.value("nodes");
    s.put("nodes", json!("all"));
    Selector::All
}
