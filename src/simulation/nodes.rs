//! A look at all nodes of a world, for those who measure and check it.

use super::workload::Workload;
use super::world::{Tag, World};
use crate::kernel::{Instant, NodeId};
use crate::protocol::{Observer, Protocol};
use crate::topology::Graph;

/// The nodes of a world at a moment.
pub trait Nodes<P: Protocol> {
    /// When.
    fn now(&self) -> Instant;
    /// The knobs that all nodes share.
    fn config(&self) -> &P::Config;
    /// The neighbours of the nodes.
    fn graph(&self) -> &Graph;
    /// A node's state; `None` while it is down.
    fn node(&self, id: NodeId) -> Option<&P::Node>;
    /// A node's disk; of a node that is down, as its restart will find it.
    fn disk(&self, id: NodeId) -> &P::Durable;
}

impl<P, O, W, T> Nodes<P> for World<P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    fn now(&self) -> Instant {
        self.now()
    }
    fn config(&self) -> &P::Config {
        self.config()
    }
    fn graph(&self) -> &Graph {
        &self.graph
    }
    #[inline(always)]
    fn node(&self, id: NodeId) -> Option<&P::Node> {
        self.node(id)
    }
    #[inline(always)]
    fn disk(&self, id: NodeId) -> &P::Durable {
        self.disk(id)
    }
}
