//! Planted flaws that edit effects: what a pirate says or writes, not what it decides.

use super::{Config, Message, Pirates, Record};
use crate::kernel::NodeId;
use crate::protocol::{Effect, Flaw};

/// Gold goes to a uniform node instead of a buddy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shout;

impl Flaw<Pirates> for Shout {
    fn edit(
        effect: Effect<Pirates>,
        me: NodeId,
        config: &Config,
        mut choose: impl FnMut(u32) -> u32,
    ) -> Option<Effect<Pirates>> {
        Some(match effect {
            Effect::Send { message: message @ Message::GoldCoin { .. }, .. }
                if me != config.controller() =>
            {
                Effect::Send { to: NodeId(choose(config.pirates)), message }
            }
            other => other,
        })
    }
}

/// One more rumour is told than is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InventedRumour;

impl Flaw<Pirates> for InventedRumour {
    fn edit(
        effect: Effect<Pirates>,
        me: NodeId,
        config: &Config,
        _: impl FnMut(u32) -> u32,
    ) -> Option<Effect<Pirates>> {
        Some(match effect {
            Effect::Send { to, message: Message::Rumour { set } } if me != config.controller() => {
                Effect::Send { to, message: Message::Rumour { set: set | 1 << 15 } }
            }
            other => other,
        })
    }
}

/// Forgetting a buddy drops what it gave from the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LostCredit;

impl Flaw<Pirates> for LostCredit {
    fn edit(
        effect: Effect<Pirates>,
        _: NodeId,
        _: &Config,
        _: impl FnMut(u32) -> u32,
    ) -> Option<Effect<Pirates>> {
        Some(match effect {
            Effect::Persist(Record::Forgot { slot, last, .. }) => {
                Effect::Persist(Record::Forgot { slot, last, credit: 0 })
            }
            other => other,
        })
    }
}
