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
    label: Option<String>,
}

const PUBLISH: &[Key] = &join_keys::<{ SCHEDULE.len() + 3 }>(
    SCHEDULE,
    &[
        Key::required(
            "by",
            SELECTOR,
            "where the rumors begin: one each; who is down publishes none",
        ),
        Key::new("bytes", Shape::Bytes, "64B", "the payload, at most 1GiB"),
        Key::optional(
            "label",
            Shape::Text,
            "what the events file calls it, of several with a number from 0; else <name>-<nodes>-<k>",
        ),
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
            let label = s.optional("label").map(|field| field.text(""));
            Publish { when, by, bytes, label }
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

/// A rumor that is to begin.
struct Beginning {
    at: Instant,
    node: NodeId,
    bytes: u32,
    /// Which command starts it.
    command: usize,
}

/// All publishes by time: a rumor's number is its place.
fn beginnings(
    commands: &[Publish],
    population: &Population,
    seed: Seed,
    end: Instant,
) -> Result<Vec<Beginning>, (usize, String)> {
    let mut all: Vec<Beginning> = Vec::new();
    for (command, Publish { when, by, bytes, label }) in commands.iter().enumerate() {
        let at_fault = |error: String| (command, error);
        let before = &commands[..command];
        if let Some(label) = label.as_deref()
            && before.iter().any(|other| other.label.as_deref() == Some(label))
        {
            return Err(at_fault(format!("other rumors are labelled `{label}` already")));
        }
        let mut origins = stream(seed, command, Purpose::Origins);
        let times = when.expand(end, &mut stream(seed, command, Purpose::Times));
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
            if nodes.len() > EXPANSION_MAX - all.len() {
                return Err(at_fault(too_many()));
            }
            let bytes = *bytes;
            all.extend(nodes.into_iter().map(|node| Beginning { at, node, bytes, command }));
        }
    }
    all.sort_by_key(|beginning| beginning.at);
    Ok(all)
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
    let numbered = beginnings(commands, population, seed, end)?.into_iter().zip(0..);
    let request =
        |(Beginning { at, node, bytes, .. }, id)| (at, node, Request { id: RumorId(id), bytes });
    Ok(numbered.map(request).collect())
}

/// What each of them is called: as its command says, else after `stem` and its number among all.
///
/// # Errors
/// As [`expand`].
pub(super) fn labels(
    commands: &[Publish],
    population: &Population,
    seed: Seed,
    end: Instant,
    stem: &str,
) -> Result<Vec<String>, (usize, String)> {
    let all = beginnings(commands, population, seed, end)?;
    let mut sizes = vec![0u32; commands.len()];
    all.iter().for_each(|beginning| sizes[beginning.command] += 1);
    let mut counts = vec![0u32; commands.len()];
    let mut labelled = |(number, beginning): (usize, &Beginning)| {
        let command = beginning.command;
        let count = counts[command];
        counts[command] += 1;
        match &commands[command].label {
            Some(label) if sizes[command] == 1 => label.clone(),
            Some(label) => format!("{label}-{count}"),
            None => format!("{stem}-{number}"),
        }
    };
    Ok(all.iter().enumerate().map(&mut labelled).collect())
}
