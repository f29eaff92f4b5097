//! A study: points times replications, run wherever there is a machine, gathered into one result.

mod axis;
mod decimal;
mod hypercube;
mod plan;
mod sweep;
#[cfg(test)]
mod tests;

pub use plan::{Point, Study, read_study};
pub use sweep::Seeds;
pub(super) use sweep::{SWEEP, Sweep, read_sweep};
