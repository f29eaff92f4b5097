//! Terrain: what a topology says of its links and of where its nodes are, as far as the network asks.

use crate::kernel::{NodeId, Span};
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
