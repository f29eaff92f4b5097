//! What a workload may let the controller say: anything that it says by itself.

use super::settings::{PERIOD_SPAN, is_whole_ms, refuse_fraction};
use super::{Keeps, Message, Request};
use crate::faults::Schedule;
use crate::faults::decode::{SCHEDULE, read_schedule};
use crate::kernel::{Instant, NodeId, Seed, Span};
use crate::network::decode::{NODE, SELECTOR, read_selector};
use crate::network::{Population, Selector};
use crate::protocols::{Asking, Requests};
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

/// All requests to the controller, by command and time.
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
    let asking = Asking { population, role: "pirate", seed, end };
    let mut requests = Vec::new();
    for (index, Command { when, to, message }) in commands.iter().enumerate() {
        let at_fault = |error: String| (index, error);
        if let Message::NameDrop { about } = message
            && about.0 >= population.nodes
        {
            return Err(at_fault(format!("there is no pirate {about} to tell about")));
        }
        let asked = asking.expand(index, (when, to), requests.len()).map_err(at_fault)?;
        if asked.iter().any(|(_, node)| *node == controller) {
            return Err(at_fault("the controller speaks to pirates, not to itself".into()));
        }
        let say = |(at, to)| (at, controller, Request { to, message: message.clone() });
        requests.extend(asked.into_iter().map(say));
    }
    Ok(requests)
}
