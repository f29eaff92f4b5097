//! The flaws that can be planted into the network under any protocol, with the promise that each breaks.

use super::PlantedFlaw;
use crate::network::NetworkFlaw;

const fn flaw(name: &'static str, breaks: &'static str, says: &'static str) -> PlantedFlaw {
    PlantedFlaw { name, breaks, says }
}

/// Every flaw.
pub const NETWORK_FLAWS: &[(NetworkFlaw, PlantedFlaw)] = &[
    (
        NetworkFlaw::LoseSilently,
        flaw("lose_silently", "conservation", "a lost copy is not entered in the books"),
    ),
    (
        NetworkFlaw::DoubleCount,
        flaw("double_count", "conservation", "a duplicate is entered in the books twice"),
    ),
    (
        NetworkFlaw::SharedStream,
        flaw("shared_stream", "own_draws", "all messages draw from one generator"),
    ),
    (
        NetworkFlaw::FifoOff,
        flaw("fifo_off", "fifo", "messages overtake each other though their links keep order"),
    ),
];
