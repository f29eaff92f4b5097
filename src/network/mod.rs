//! The network layer: the fate of a message. It never looks at what a message says.
//!
//! ```
//! use corsair::kernel::{Distribution, Domain, Instant, NodeId, Places, Seed, Span};
//! use corsair::network::{Fate, Network, NetworkConfig, Parcel};
//!
//! let seed = Seed(42);
//! let mut network = Network::new(NetworkConfig::default(), seed);
//! let parcel =
//!     Parcel { sent_at: Instant::START, source: NodeId(0), target: NodeId(1), size: 8, kind: 0 };
//! let fate = network.route(&parcel, Places::new(seed, Domain::Fate, 0, 1));
//! assert_eq!(fate, Fate::Deliver(Span::from_millis(1)));
//! ```

mod config;
pub mod decode;
mod fate;
mod flaw;
mod latency;
mod line;
#[cfg(test)]
mod line_tests;
mod lines;
mod links;
mod loss;
mod matrix;
mod population;
mod route;
mod rule;
mod selector;
mod terrain;
#[cfg(test)]
mod tests;
mod uplink;
#[cfg(test)]
mod uplink_tests;

pub use config::{Duplication, Factor, LinkOverride, NetworkConfig, NetworkError, Order};
pub use config::{Override, Reach, Reorder};
pub use fate::{Arrival, Fate, LossReason, Parcel};
pub use flaw::NetworkFlaw;
pub use latency::{Distance, Latency};
pub use line::{Bandwidth, BandwidthSource, Line, Rate, Sharing, Usage, Waits};
pub use links::{Direction, Links, NodeSet};
pub use loss::{Burst, BurstLoss, BurstTurns, Loss};
pub use matrix::{MatrixBy, MatrixRows, Nowhere};
pub use population::{Population, SelectorError};
pub use route::{Coming, Network, Ticket};
pub use rule::{Degradation, Rule, RuleId};
pub use selector::{Fraction, Selector, Targets};
pub use terrain::Terrain;
pub use uplink::{Departure, Turns, Uplink};
