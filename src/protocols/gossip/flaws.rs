//! The flaws that can be planted into gossip, with the promise that each breaks.

use crate::check::PlantedFlaw;

const fn flaw(name: &'static str, breaks: &'static str, says: &'static str) -> PlantedFlaw {
    PlantedFlaw { name, breaks, says }
}

/// Every flaw, each a wrong decision.
pub const FLAWS: &[PlantedFlaw] = &[
    flaw("invent", "no_creation", "one forward in a thousand changes the rumor's number"),
    flaw("forget_seen", "no_duplicate_delivery", "one rumor alone is remembered"),
    flaw("eager_snapshot", "knows_before_sends", "acts in the round in which it hears"),
    flaw("any_peer", "peers_only", "peers are drawn from all sites"),
    flaw("echo", "flood_count", "a flood also goes back to where it came from"),
    flaw("with_replacement", "fanout_count", "peers are drawn with replacement"),
    flaw("zombie", "removed_is_silent", "removed sites still answer pulls"),
    flaw("late_removal", "counter_in_range", "interest is lost one useless round too late"),
    flaw("limit_off_by_one", "limit_respected", "a site takes one call too many in a round"),
    flaw("lose_on_restart", "coverage_monotone", "what is known is not on disk"),
    flaw("pipelined", "call_discipline", "a blocking caller calls two at once"),
    flaw("keep_both", "mass_conserved", "push_sum gives half and keeps all"),
    flaw("overshoot", "range_shrinks", "averaging takes twice the other's number less its own"),
    flaw("deaf", "spreads", "the last site drops all rumors"),
    flaw("never_stop", "settles", "the counter never moves"),
    flaw("stale_weight", "converges", "push_sum keeps all of its weight"),
];
