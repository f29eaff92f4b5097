//! Planted flaws that edit effects: what a pirate says or writes, not what it decides.

use super::{Config, Message, Pirates, Record};
use crate::check::PlantedFlaw;
use crate::kernel::NodeId;
use crate::protocol::{Effect, Flaw};

const fn flaw(name: &'static str, breaks: &'static str, says: &'static str) -> PlantedFlaw {
    PlantedFlaw { name, breaks, says }
}

/// Every flaw that can be planted into pirates, by a wrong decision or by an edited effect.
pub const FLAWS: &[PlantedFlaw] = &[
    flaw("free_gold", "gold_conserved", "the giver is not debited"),
    flaw("lost_credit", "books_balance", "forgetting a buddy drops what it gave"),
    flaw("narcissus", "buddies_sound", "the test for one's own name is gone"),
    flaw("twins", "buddies_sound", "the test for known names is gone"),
    flaw("one_too_many", "buddies_sound", "room for one buddy more than dunbar"),
    flaw("shout", "only_buddies_hear", "gold goes to a uniform node"),
    flaw("big_mouth", "names_have_a_source", "listener and subject are drawn among all buddies"),
    flaw("invented_rumour", "rumours_have_a_source", "one more rumour is told than is known"),
    flaw("ghost", "quiet_after_goodbye", "says goodbye and stays"),
    flaw("shy", "the_restarted_ask", "a restarted pirate says hello once only"),
    flaw("double_pay", "no_double_pay", "gold on a pirate's hello"),
    flaw("deaf_controller", "everyone_leaves", "no second round of goodbyes"),
];

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
