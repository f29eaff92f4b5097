//! Terrain: what a topology says of its links and of where its nodes are, as far as the network asks.

use crate::kernel::{NodeId, Span};
use crate::topology::Graph;
use std::fmt::Debug;

/// Where messages travel. Every method has an empty default: a terrain without features is `()`.
pub trait Terrain: Debug + Send + Sync {
    /// The latency of the edge from `source` to `target`, if there is one and it has a latency.
    fn latency(&self, _source: NodeId, _target: NodeId) -> Option<Span> {
        None
    }
    /// Where a node is, in the units of the topology.
    fn position(&self, _node: NodeId) -> Option<[f64; 2]> {
        None
    }
    /// Whether any node or edge has a bandwidth.
    fn has_bandwidths(&self) -> bool {
        false
    }
    /// The bandwidth of a node, in both directions, in bits a second.
    fn bandwidth(&self, _node: NodeId) -> Option<u64> {
        None
    }
    /// The bandwidth of the edge from `source` to `target`, in bits a second.
    fn link_bandwidth(&self, _source: NodeId, _target: NodeId) -> Option<u64> {
        None
    }
}

impl Terrain for () {}

/// Role nodes are on no graph.
impl Terrain for Graph {
    fn latency(&self, source: NodeId, target: NodeId) -> Option<Span> {
        let is_link = source.0.max(target.0) < self.nodes();
        if is_link { Graph::latency(self, source, target) } else { None }
    }
    fn position(&self, node: NodeId) -> Option<[f64; 2]> {
        let is_there = node.0 < self.nodes();
        let position = if is_there { Graph::position(self, node) } else { None };
        position.map(|position| [position.x, position.y])
    }
    fn has_bandwidths(&self) -> bool {
        Graph::has_bandwidths(self)
    }
    fn bandwidth(&self, node: NodeId) -> Option<u64> {
        let is_there = node.0 < self.nodes();
        let bandwidth = if is_there { Graph::bandwidth(self, node) } else { None };
        bandwidth.map(|bandwidth| bandwidth.0)
    }
    fn link_bandwidth(&self, source: NodeId, target: NodeId) -> Option<u64> {
        let is_link = source.0.max(target.0) < self.nodes();
        let bandwidth = if is_link { Graph::link_bandwidth(self, source, target) } else { None };
        bandwidth.map(|bandwidth| bandwidth.0)
    }
}
