//! The commands of studies: `sweep`, `status`, `collect`.

pub(super) mod collect;
mod engine;
mod list;
mod open;
mod progress;
mod script;
mod signals;
pub(super) mod status;
pub(super) mod sweep;
mod told;
