//! What a workload may ask of sites: to publish.

use super::settings::read_size;
use super::{Request, RumorId, Spreads};
use crate::faults::decode::{SCHEDULE, read_schedule};
use crate::faults::{EXPANSION_MAX, Schedule};
use crate::kernel::{Domain, Instant, NodeId, Seed, Stream};
use crate::network::decode::{SELECTOR, read_selector};
use crate::network::{Population, Selector, Targets};
use crate::protocols::Requests;
use crate::settings::{Field, Key, Shape, Variant, join_keys};

/// New rumors, again and again.
#[derive(Clone, Debug)]
pub struct Publish {
    when: Schedule,
    by: Selector,
    bytes: u32,
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

/// The commands of `workload`.
pub(super) const COMMANDS: &[Variant] =
    &[Variant::new("publish", Shape::Keys(PUBLISH), "starts a rumor")];

impl Publish {
    /// Reads one of [`COMMANDS`].
    pub(super) fn decode(field: Field<'_>) -> Publish {
        field.section(|s| {
            let when = read_schedule(s);
            let by = read_selector(s.field("by"));
            let bytes = read_size(s, "bytes", 64);
            Publish { when, by, bytes }
        })
    }
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
    format!("a workload expands to at most {EXPANSION_MAX} publishes")
}

/// All publishes by time, numbered in that order.
///
/// # Errors
/// The first command that makes no sense for the population, or with which the list becomes too long.
pub(super) fn expand<P: Spreads>(
    commands: &[Publish],
    population: &Population,
    seed: Seed,
    end: Instant,
) -> Result<Requests<P>, (usize, String)> {
    let mut publishes: Vec<(Instant, NodeId, u32)> = Vec::new();
    for (index, Publish { when, by, bytes }) in commands.iter().enumerate() {
        let at_fault = |error: String| (index, error);
        let mut origins = stream(seed, index, Purpose::Origins);
        let times = when.expand(end, &mut stream(seed, index, Purpose::Times));
        for at in times.map_err(|_| at_fault(too_many()))? {
            let targets = by.resolve(population, &mut origins);
            let nodes = match targets.map_err(|error| at_fault(error.to_string()))? {
                Targets::Nodes(nodes) => nodes,
                Targets::Role(role) if role == "site" => {
                    (0..population.nodes).map(NodeId).collect()
                }
                Targets::Role(role) => {
                    return Err(at_fault(format!("no site plays the role `{role}`")));
                }
            };
            if nodes.len() > EXPANSION_MAX - publishes.len() {
                return Err(at_fault(too_many()));
            }
            publishes.extend(nodes.into_iter().map(|node| (at, node, *bytes)));
        }
    }
    publishes.sort_by_key(|(at, ..)| *at);
    let numbered = publishes.into_iter().zip((0..).map(RumorId));
    Ok(numbered.map(|((at, node, bytes), id)| (at, node, Request { id, bytes })).collect())
}
