//! What a workload may let the controller say: anything that it says by itself.

use super::settings::{PERIOD_SPAN, is_whole_ms, refuse_fraction};
use super::{Keeps, Message, Request};
use crate::faults::decode::{SCHEDULE, read_schedule};
use crate::faults::{EXPANSION_MAX, Schedule};
use crate::kernel::{Domain, Instant, NodeId, Seed, Span, Stream};
use crate::network::decode::{NODE, SELECTOR, read_selector};
use crate::network::{Population, Selector, Targets};
use crate::protocols::Requests;
use crate::settings::{Field, Key, Shape, Variant, join_keys};

/// Something for the controller to say, again and again.
#[derive(Clone, Debug)]
pub struct Command {
    when: Schedule,
    to: Selector,
    message: Message,
}

const COUNT: usize = SCHEDULE.len() + 1;

const KEYS: &[Key] = &join_keys::<COUNT>(SCHEDULE, &[Key::required("to", SELECTOR, "who is told")]);

const COINS: Shape = Shape::Count { min: 0, max: 1_000_000 };
const RUMOUR: Shape = Shape::Count { min: 0, max: 15 };

const NAME_DROP: &[Key] =
    &join_keys::<{ COUNT + 1 }>(KEYS, &[Key::required("about", NODE, "whose name")]);
const GOLD_COIN: &[Key] =
    &join_keys::<{ COUNT + 1 }>(KEYS, &[Key::required("coins", COINS, "how many")]);
const CHAT: &[Key] = &join_keys::<{ COUNT + 1 }>(
    KEYS,
    &[Key::required("period", PERIOD_SPAN, "how often it wakes")],
);
const RUMOURS: &[Key] =
    &join_keys::<{ COUNT + 1 }>(KEYS, &[Key::new("id", RUMOUR, "0", "which of the sixteen")]);

/// The commands of `workload`.
pub(super) const COMMANDS: &[Variant] = &[
    Variant::new("name_drop", Shape::Keys(NAME_DROP), "tells a name"),
    Variant::new("gold_coin", Shape::Keys(GOLD_COIN), "mints coins"),
    Variant::new("chat", Shape::Keys(CHAT), "sets how often a pirate wakes"),
    Variant::new("rumour", Shape::Keys(RUMOURS), "starts a rumour"),
    Variant::new("goodbye", Shape::Keys(KEYS), "dismisses a pirate early"),
];

impl Command {
    /// Reads one of [`COMMANDS`].
    pub(super) fn decode(name: &'static str, field: Field<'_>) -> Command {
        field.section(|s| {
            let when = read_schedule(s);
            let to = read_selector(s.field("to"));
            let message = match name {
                "name_drop" => Message::NameDrop { about: NodeId(s.count("about", 0)) },
                "gold_coin" => Message::GoldCoin { coins: s.count("coins", 0) },
                "chat" => {
                    let period = s.span("period", Span::from_secs(1));
                    if !is_whole_ms(period) {
                        refuse_fraction(s, "period");
                    }
                    Message::Chat { period_ms: (period.nanos() / 1_000_000).max(1) as u32 }
                }
                "rumour" => Message::Rumour { set: 1 << s.count::<u16>("id", 0) },
                _ => Message::Goodbye,
            };
            Command { when, to, message }
        })
    }
}

/// When a command is given, and whom it hits, are draws of their own.
#[derive(Clone, Copy)]
enum Purpose {
    Times,
    Listeners,
}

fn stream(seed: Seed, command: usize, purpose: Purpose) -> Stream {
    Stream::new(seed, Domain::Workload, 2 + command as u64, purpose as u64)
}

fn too_many() -> String {
    format!("a workload expands to at most {EXPANSION_MAX} commands, counted node by node")
}

/// All requests to the controller, by command and time, at most [`EXPANSION_MAX`].
///
/// # Errors
/// The first command that makes no sense for the population, or with which the list becomes too long.
pub(super) fn expand<P: Keeps>(
    commands: &[Command],
    population: &Population,
    seed: Seed,
    end: Instant,
) -> Result<Requests<P>, (usize, String)> {
    let controller = NodeId(population.nodes);
    let mut requests = Vec::new();
    for (index, Command { when, to, message }) in commands.iter().enumerate() {
        let at_fault = |error: String| (index, error);
        if let Message::NameDrop { about } = message
            && about.0 >= population.nodes
        {
            return Err(at_fault(format!("there is no pirate {about} to tell about")));
        }
        let mut listeners = stream(seed, index, Purpose::Listeners);
        let times = when.expand(end, &mut stream(seed, index, Purpose::Times));
        for at in times.map_err(|_| at_fault(too_many()))? {
            let targets = to.resolve(population, &mut listeners);
            let nodes = match targets.map_err(|error| at_fault(error.to_string()))? {
                Targets::Nodes(nodes) if nodes.contains(&controller) => {
                    return Err(at_fault("the controller speaks to pirates, not to itself".into()));
                }
                Targets::Nodes(nodes) => nodes,
                Targets::Role(role) if role == "pirate" => {
                    (0..population.nodes).map(NodeId).collect()
                }
                Targets::Role(role) => {
                    return Err(at_fault(format!("no pirate plays the role `{role}`")));
                }
            };
            if nodes.len() > EXPANSION_MAX - requests.len() {
                return Err(at_fault(too_many()));
            }
            let say = |to| (at, controller, Request { to, message: message.clone() });
            requests.extend(nodes.into_iter().map(say));
        }
    }
    Ok(requests)
}
