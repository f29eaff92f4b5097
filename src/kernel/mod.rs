//! The kernel: virtual time, identities, the event queue, random streams and samplers. It knows neither what a
//! node is nor what an event says.

mod agenda;
mod distribution;
mod node;
mod prefetch;
mod queue;
mod random;
mod real;
mod time;

pub use agenda::{Agenda, PlanKey};
pub use distribution::{Distribution, DistributionError, Residual};
pub use distribution::{normal_quantile, normal_upper_tail};
pub use node::{NodeId, RequestId};
pub use prefetch::prefetch;
pub use queue::{Entry, EventQueue};
pub use random::{Bits, Domain, Place, Places, Probability, Seed, Stream, Weights, unit_of};
pub use real::Real;
pub use time::{Instant, Span, SpanError};
