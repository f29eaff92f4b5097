//! The protocols layer: the state machines that ship with corsair; none knows another.

mod asking;
mod family;
pub mod gossip;
pub mod pirates;

pub use asking::Asking;
pub use family::{
    Calm, Events, Family, GraphEvent, Ground, ItemEvent, ItemLabels, ItemStep, Outlook, Requests,
    Surroundings,
};
