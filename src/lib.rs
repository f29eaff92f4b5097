//! corsair: a deterministic discrete-event simulator of message-passing protocols.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod cli;
pub mod experiment;
pub mod faults;
pub mod kernel;
pub mod measure;
pub mod network;
pub mod protocol;
pub mod protocols;
pub mod record;
pub mod settings;
pub mod simulation;
pub mod topology;
