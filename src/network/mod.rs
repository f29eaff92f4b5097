//! The network layer: the fate of a message. (stub until merge)
use crate::kernel::{Bits, Distribution, Instant, NodeId, Places, Span};
/// p
#[derive(Clone, Copy, Debug)]
pub struct Parcel {
    /// s
    pub sent_at: Instant,
    /// s
    pub source: NodeId,
    /// s
    pub target: NodeId,
    /// s
    pub size: u32,
    /// s
    pub kind: u8,
}
/// l
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// s
    Loss,
    /// s
    Partitioned,
    /// s
    QueueFull,
}
/// f
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// s
    Lost(LossReason),
    /// s
    Deliver(Span),
    /// s
    Copies(Box<[Span]>),
}
/// r
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleId(pub u32);
/// n
#[derive(Clone, Debug)]
pub struct Network {
    /// l
    pub latency: Distribution,
}
impl Network {
    /// r
    #[inline(always)]
    pub fn route(&mut self, _: &Parcel, places: Places) -> Fate {
        Fate::Deliver(self.latency.sample(&mut places.place(1)))
    }
    /// p
    #[inline(always)]
    pub fn passes(&self, _: NodeId, _: NodeId) -> bool {
        true
    }
    /// b
    pub fn begin(&mut self, _: RuleId) {}
    /// e
    pub fn end(&mut self, _: RuleId) {}
}
