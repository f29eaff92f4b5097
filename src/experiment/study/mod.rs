//! A study: points times replications, run wherever there is a machine, gathered into one result.
//!
//! A [`Study`] is read from an experiment with a `sweep`. What of it is done somewhere, [`gather`] finds in the parts
//! of its folder and in other results; what is missing, [`work`] does and keeps in parts; when all is there,
//! [`collect`] makes the result, which has the same bytes whoever did which run.

mod axis;
mod collect;
mod decimal;
mod gather;
mod hypercube;
mod part;
mod plan;
mod rows;
mod shard;
mod sweep;
#[cfg(test)]
mod tests;
mod work;
#[cfg(test)]
mod work_tests;

pub use collect::{StudyOutcome, collect};
pub use gather::{GatherError, Gathered, Places, Reach, entries, gather};
pub use plan::{Study, read_study};
pub use shard::Shard;
pub use sweep::Seeds;
pub(super) use sweep::{SWEEP, Sweep, read_sweep};
pub use work::{Control, Failure, OnFailure, Worked, begin, work};
