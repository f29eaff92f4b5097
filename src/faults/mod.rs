//! The faults layer: fault schedules as data. (stub until merge)
use crate::kernel::NodeId;
/// d
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskLoss {
    /// s
    Keep,
    /// s
    LoseUnsynced,
    /// s
    Wipe,
}
/// t
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// s
    Nodes(Vec<NodeId>),
    /// s
    Role(String),
}
