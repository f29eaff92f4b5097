//! The decisions that a planted flaw may get wrong; everything else is the same for both.

use std::fmt::Debug;
use std::hash::Hash;

use super::BUDDIES_MAX;
use super::config::Config;

/// Decisions, right unless overridden.
pub trait Rules: Copy + Debug + Eq + Hash + 'static {
    /// What a giver's purse loses.
    #[inline(always)]
    fn debit(coins: u32, _: &Config) -> u32 {
        coins
    }
    /// How many buddies there is room for.
    #[inline(always)]
    fn room(config: &Config) -> usize {
        usize::from(config.dunbar)
    }
    /// Whether a pirate recognises its own name.
    #[inline(always)]
    fn knows_itself(_: &Config) -> bool {
        true
    }
    /// Whether a pirate recognises its buddies' names.
    #[inline(always)]
    fn knows_buddies(_: &Config) -> bool {
        true
    }
    /// Whether the buddy who is told is left out when the one it is told about is drawn.
    #[inline(always)]
    fn spares_listener(_: &Config) -> bool {
        true
    }
    /// Whether a pirate that says goodbye leaves.
    #[inline(always)]
    fn leaves(_: &Config) -> bool {
        true
    }
    /// Whether a pirate asks again for its introduction.
    #[inline(always)]
    fn asks_again(_: &Config) -> bool {
        true
    }
    /// Whether who is introduced again is paid again.
    #[inline(always)]
    fn pays_again(_: &Config) -> bool {
        false
    }
    /// Whether the controller says goodbye again to those who did not answer.
    #[inline(always)]
    fn calls_again(_: &Config) -> bool {
        true
    }
}

/// As written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paper;

impl Rules for Paper {}

/// With the mistake that the config names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Planted;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Planting {
    /// The giver is not debited.
    FreeGold,
    /// The test for one's own name is gone.
    Narcissus,
    /// The test for known names is gone.
    Twins,
    /// Room for one buddy more than Dunbar's number.
    OneTooMany,
    /// Listener and subject of a name drop are both drawn among all buddies.
    BigMouth,
    /// Says goodbye and stays.
    Ghost,
    /// A restarted pirate's hello is sent once only.
    Shy,
    /// Gold on a pirate's hello.
    DoublePay,
    /// No second round of goodbyes.
    DeafController,
}

impl Rules for Planted {
    fn debit(coins: u32, config: &Config) -> u32 {
        if config.flaw == Some(Planting::FreeGold) { 0 } else { Paper::debit(coins, config) }
    }
    fn room(config: &Config) -> usize {
        let more = usize::from(config.flaw == Some(Planting::OneTooMany));
        (Paper::room(config) + more).min(BUDDIES_MAX)
    }
    fn knows_itself(config: &Config) -> bool {
        config.flaw != Some(Planting::Narcissus) && Paper::knows_itself(config)
    }
    fn knows_buddies(config: &Config) -> bool {
        config.flaw != Some(Planting::Twins) && Paper::knows_buddies(config)
    }
    fn spares_listener(config: &Config) -> bool {
        config.flaw != Some(Planting::BigMouth) && Paper::spares_listener(config)
    }
    fn leaves(config: &Config) -> bool {
        config.flaw != Some(Planting::Ghost) && Paper::leaves(config)
    }
    fn asks_again(config: &Config) -> bool {
        config.flaw != Some(Planting::Shy) && Paper::asks_again(config)
    }
    fn pays_again(config: &Config) -> bool {
        config.flaw == Some(Planting::DoublePay) || Paper::pays_again(config)
    }
    fn calls_again(config: &Config) -> bool {
        config.flaw != Some(Planting::DeafController) && Paper::calls_again(config)
    }
}
