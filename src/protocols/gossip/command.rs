//! What a workload may ask of sites: to publish, or to hold another number.

use super::settings::read_size;
use super::{Algorithm, Request, RumorId, Spreads};
use crate::faults::Schedule;
use crate::faults::decode::{SCHEDULE, read_schedule};
use crate::kernel::{Instant, NodeId, Real, Seed};
use crate::network::decode::{SELECTOR, read_selector};
use crate::network::{Population, Selector};
use crate::protocols::{Asking, Requests};
use crate::settings::{Field, Key, Shape, Variant, join_keys};

/// The same of some sites, again and again.
#[derive(Clone, Debug)]
pub struct Command {
    when: Schedule,
    whom: Selector,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// New rumors.
    Publish {
        /// The payload.
        bytes: u32,
        /// What they are called.
        label: Option<String>,
    },
    /// Another number.
    SetValue(Real),
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
            let label = s.optional("label").map(|field| field.text(""));
            Command { when, whom, what: What::Publish { bytes, label } }
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

impl Command {
    fn label(&self) -> Option<&str> {
        match &self.what {
            What::Publish { label, .. } => label.as_deref(),
            What::SetValue(_) => None,
        }
    }
}

/// What a site is asked for.
struct Asked {
    at: Instant,
    node: NodeId,
    /// The place of the command.
    command: usize,
}

/// All requests by time.
fn schedule(
    commands: &[Command],
    population: &Population,
    seed: Seed,
    end: Instant,
) -> Result<Vec<Asked>, (usize, String)> {
    let asking = Asking { population, role: "site", seed, end };
    let mut all: Vec<Asked> = Vec::new();
    for (command, Command { when, whom, .. }) in commands.iter().enumerate() {
        let at_fault = |error: String| (command, error);
        let label = commands[command].label();
        let mut others = commands[..command].iter().map(Command::label);
        if let Some(label) = label
            && others.any(|other| other == Some(label))
        {
            return Err(at_fault(format!("other rumors are labelled `{label}` already")));
        }
        let asked = asking.expand(command, (when, whom), all.len()).map_err(at_fault)?;
        all.extend(asked.into_iter().map(|(at, node)| Asked { at, node, command }));
    }
    all.sort_by_key(|asked| asked.at);
    Ok(all)
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
    let mut ids = (0..).map(RumorId);
    let mut request = |what: &What| match what {
        What::SetValue(value) => Request::SetValue(*value),
        What::Publish { bytes, .. } => {
            let id = ids.next().expect("there are enough numbers");
            Request::Publish { id, bytes: *bytes }
        }
    };
    let all = schedule(commands, population, seed, end)?.into_iter();
    Ok(all
        .map(|Asked { at, node, command }| (at, node, request(&commands[command].what)))
        .collect())
}

/// What each rumor is called: as its command says, else after `stem` and its number among all.
///
/// # Errors
/// As [`expand`].
pub(super) fn labels(
    commands: &[Command],
    population: &Population,
    seed: Seed,
    end: Instant,
    stem: &str,
) -> Result<Vec<String>, (usize, String)> {
    let mut all = schedule(commands, population, seed, end)?;
    all.retain(|asked| matches!(commands[asked.command].what, What::Publish { .. }));
    let mut sizes = vec![0u32; commands.len()];
    all.iter().for_each(|asked| sizes[asked.command] += 1);
    let mut counts = vec![0u32; commands.len()];
    let mut labelled = |(number, asked): (usize, &Asked)| {
        let count = counts[asked.command];
        counts[asked.command] += 1;
        match commands[asked.command].label() {
            Some(label) if sizes[asked.command] == 1 => label.to_owned(),
            Some(label) => format!("{label}-{count}"),
            None => format!("{stem}-{number}"),
        }
    };
    Ok(all.iter().enumerate().map(&mut labelled).collect())
}
