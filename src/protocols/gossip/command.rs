//! What a workload may ask of sites: to publish, or to hold another number.

use super::settings::read_size;
use super::{Algorithm, Request, RumorId, Spreads};
use crate::faults::decode::{SCHEDULE, read_schedule};
use crate::faults::{EXPANSION_MAX, Schedule};
use crate::kernel::{Domain, Instant, NodeId, Real, Seed, Stream};
use crate::network::decode::{SELECTOR, read_selector};
use crate::network::{Population, Selector, Targets};
use crate::protocols::Requests;
use crate::settings::{Field, Key, Shape, Variant, join_keys};

/// The same of some sites, again and again.
#[derive(Clone, Debug)]
pub struct Command {
    when: Schedule,
    whom: Selector,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// A new rumor of so many bytes.
    Publish(u32),
    /// Another number.
    SetValue(Real),
}

const PUBLISH: &[Key] = &join_keys::<{ SCHEDULE.len() + 2 }>(
    SCHEDULE,
    &[
        Key::required(
            "by",
            SELECTOR,
            "where the rumors begin: one each; who is down publishes none",
        ),
        Key::new("bytes", Shape::Bytes, "64B", "the payload, at most 1GiB"),
    ],
);

/// The largest number that a site is given: sums of many are exact enough.
const VALUE_MAX: f64 = 1e15;

const SET_VALUE: &[Key] = &join_keys::<{ SCHEDULE.len() + 2 }>(
    SCHEDULE,
    &[
        Key::required("nodes", SELECTOR, "whose number it is; after a restart it is the first one"),
        Key::required("value", Shape::Number { min: -VALUE_MAX, max: VALUE_MAX }, "the number"),
    ],
);

/// The commands of `workload`.
pub(super) const COMMANDS: &[Variant] = &[
    Variant::new("publish", Shape::Keys(PUBLISH), "starts a rumor"),
    Variant::new(SET_VALUE_NAME, Shape::Keys(SET_VALUE), "changes a number (push_sum, averaging)"),
];

const SET_VALUE_NAME: &str = "set_value";

impl Command {
    /// Reads one of [`COMMANDS`].
    pub(super) fn decode(name: &'static str, field: Field<'_>) -> Command {
        field.section(|s| {
            let when = read_schedule(s);
            if name == SET_VALUE_NAME {
                let whom = read_selector(s.field("nodes"));
                let value = Real::new(s.number("value", 0.0));
                return Command { when, whom, what: What::SetValue(value) };
            }
            let whom = read_selector(s.field("by"));
            let bytes = read_size(s, "bytes", 64);
            Command { when, whom, what: What::Publish(bytes) }
        })
    }
}

/// Where numbers are averaged nothing is published, and elsewhere there are no numbers.
///
/// # Errors
/// The first command that has no meaning.
pub(super) fn judge(commands: &[Command], algorithm: &Algorithm) -> Result<(), (usize, String)> {
    let aggregates = algorithm.aggregation().is_some();
    let is_wrong = |command: &Command| aggregates != matches!(command.what, What::SetValue(_));
    let why = match aggregates {
        true => "where numbers are averaged there is nothing to publish; use set_value",
        false => "where rumors spread there are no numbers; use publish",
    };
    commands.iter().position(is_wrong).map_or(Ok(()), |index| Err((index, why.to_owned())))
}

/// When a rumor begins, and where, are draws of their own.
#[derive(Clone, Copy)]
enum Purpose {
    Times,
    Origins,
}

fn stream(seed: Seed, command: usize, purpose: Purpose) -> Stream {
    Stream::new(seed, Domain::Workload, 2 + command as u64, purpose as u64)
}

fn too_many() -> String {
    format!("a workload expands to at most {EXPANSION_MAX} requests")
}

/// All requests by time; publishes are numbered in that order.
///
/// # Errors
/// The first command that makes no sense for the population, or with which the list becomes too long.
pub(super) fn expand<P: Spreads>(
    commands: &[Command],
    population: &Population,
    seed: Seed,
    end: Instant,
) -> Result<Requests<P>, (usize, String)> {
    let mut requests: Vec<(Instant, NodeId, What)> = Vec::new();
    for (index, Command { when, whom, what }) in commands.iter().enumerate() {
        let at_fault = |error: String| (index, error);
        let mut origins = stream(seed, index, Purpose::Origins);
        let times = when.expand(end, &mut stream(seed, index, Purpose::Times));
        for at in times.map_err(|_| at_fault(too_many()))? {
            let targets = whom.resolve(population, &mut origins);
            let nodes = match targets.map_err(|error| at_fault(error.to_string()))? {
                Targets::Nodes(nodes) => nodes,
                Targets::Role(role) if role == "site" => {
                    (0..population.nodes).map(NodeId).collect()
                }
                Targets::Role(role) => {
                    return Err(at_fault(format!("no site plays the role `{role}`")));
                }
            };
            if nodes.len() > EXPANSION_MAX - requests.len() {
                return Err(at_fault(too_many()));
            }
            requests.extend(nodes.into_iter().map(|node| (at, node, *what)));
        }
    }
    requests.sort_by_key(|(at, ..)| *at);
    let mut ids = (0..).map(RumorId);
    let mut request = |what| match what {
        What::SetValue(value) => Request::SetValue(value),
        What::Publish(bytes) => {
            Request::Publish { id: ids.next().expect("there are enough numbers"), bytes }
        }
    };
    Ok(requests.into_iter().map(|(at, node, what)| (at, node, request(what))).collect())
}
