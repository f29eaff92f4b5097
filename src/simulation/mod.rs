//! The simulation layer: the world of nodes, timers, disks and messages, and the loop that drives it.
//!
//! A [`World`] is a pure function of its [`Setup`]: it pops timestamped events off the queue and hands each to the
//! state machine of one node. It knows nothing of files, clocks or threads. [`World::advance`] runs it up to a moment
//! of virtual time, between which whoever owns it may look at its nodes.

mod books;
mod deadline;
mod digest;
mod disk;
mod lifecycle;
mod live;
mod nodes;
mod plan;
mod run;
mod uplink;
mod uptime;
mod workload;
mod world;

pub use books::{Books, KindBooks};
pub use digest::Digest;
pub use disk::Sync;
pub use nodes::Nodes;
pub use plan::Plan;
pub use run::Progress;
pub use uptime::Uptime;
pub use workload::{Desk, Script, Workload};
pub use world::{Setup, Tag, World};
