//! The faults layer: fault schedules as data, expanded before a run to a plain list. They know no
//! protocol.
//!
//! ```
//! use corsair::faults::{Fault, Faults, Split, What, Window};
//! use corsair::kernel::{Instant, Seed, Span};
//! use corsair::network::{Direction, Population, RuleId};
//!
//! let at = |secs| Instant::START + Span::from_secs(secs);
//! let faults: Faults = [Fault::Partition {
//!     window: Window::new(at(4), at(8)).expect("4 is less than 8"),
//!     split: Split::Majority,
//!     direction: Direction::Both,
//! }]
//! .into_iter()
//! .collect();
//! let expanded = faults.expand(&Population::of(5), Seed(42), at(60)).expect("five nodes split");
//! let what: Vec<_> = expanded.happenings.iter().map(|h| (h.at, h.what.clone())).collect();
//! assert_eq!(what, [(at(4), What::Begin(RuleId(0))), (at(8), What::End(RuleId(0)))]);
//! assert_eq!(expanded.heal, at(8));
//! ```

#[cfg(test)]
mod churn_tests;
pub mod decode;
mod downtime;
mod error;
mod expand;
mod fault;
mod random;
mod schedule;
#[cfg(test)]
mod tests;

pub use error::{FaultError, FaultId};
pub use expand::{Expanded, Faults, Happening, What};
pub use fault::{Churn, ChurnStart, Crashes, DiskLoss, Fault, Split};
pub use schedule::{EXPANSION_MAX, Schedule, Window};
