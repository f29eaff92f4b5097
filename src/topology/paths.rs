//! Shortest paths: in hops from many sources at once, and in time from one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;
use super::rows::Rows;
use crate::kernel::{NodeId, Span};

/// How far the nodes are from some sources, in hops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hops {
    /// The sum over all sources and the nodes that each reaches.
    pub(super) sum: u64,
    /// The distance of the farthest node, for each source.
    pub(super) farthest: Vec<u32>,
}

impl Hops {
    /// Walks from 64 sources at a time, a bit each (Then et al., "The more the merrier", VLDB 2014):
    /// a node that several reach in the same step is looked at once.
    pub(super) fn from(sources: &[NodeId], rows: &Rows) -> Hops {
        let mut hops = Hops::default();
        let mut seen = vec![0u64; rows.nodes() as usize];
        let mut reached = vec![0u64; rows.nodes() as usize];
        for batch in sources.chunks(64) {
            seen.fill(0);
            // Who is new, and for which sources.
            let mut front: Vec<(NodeId, u64)> = Vec::with_capacity(batch.len());
            for (bit, source) in batch.iter().enumerate() {
                seen[source.index()] |= 1 << bit;
                front.push((*source, 1 << bit));
            }
            let mut farthest = vec![0u32; batch.len()];
            let mut touched = Vec::new();
            for distance in 1u32.. {
                for (node, bits) in &front {
                    for next in rows.row(*node) {
                        let fresh = bits & !seen[next.index()];
                        if fresh != 0 {
                            if reached[next.index()] == 0 {
                                touched.push(*next);
                            }
                            reached[next.index()] |= fresh;
                        }
                    }
                }
                front.clear();
                let mut any = 0;
                for node in touched.drain(..) {
                    let fresh = std::mem::take(&mut reached[node.index()]);
                    seen[node.index()] |= fresh;
                    hops.sum += u64::from(distance) * u64::from(fresh.count_ones());
                    any |= fresh;
                    front.push((node, fresh));
                }
                if any == 0 {
                    break;
                }
                let is_new = |bit: &usize| any >> bit & 1 == 1;
                (0..batch.len()).filter(is_new).for_each(|bit| farthest[bit] = distance);
            }
            hops.farthest.extend(farthest);
        }
        hops
    }
}

/// When something that starts at `origin` and goes along every link arrives at each node; a link
/// without a latency takes 1 ms. `None`: it never does.
pub(super) fn arrivals(graph: &Graph, origin: NodeId) -> Vec<Option<Span>> {
    const UNKNOWN: Span = Span::from_millis(1);
    let mut arrivals: Vec<Option<Span>> = vec![None; graph.nodes() as usize];
    let mut pending = BinaryHeap::from([Reverse((Span::ZERO, origin))]);
    while let Some(Reverse((at, node))) = pending.pop() {
        if arrivals[node.index()].is_some() {
            continue;
        }
        arrivals[node.index()] = Some(at);
        for (next, latency) in graph.links_from(node) {
            if arrivals[next.index()].is_none() {
                pending.push(Reverse((at + latency.unwrap_or(UNKNOWN), next)));
            }
        }
    }
    arrivals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::generate::{line, ring};

    #[test]
    fn a_line_is_as_long_as_it_is() {
        let graph = line(200);
        let all: Vec<_> = (0..200).map(NodeId).collect();
        let hops = Hops::from(&all, graph.rows().unwrap());
        let sum: u64 = (0..200u64).flat_map(|a| (0..200).map(move |b| a.abs_diff(b))).sum();
        assert_eq!(hops.sum, sum);
        let farthest: Vec<_> = (0..200).map(|id| id.max(199 - id)).collect();
        assert_eq!(hops.farthest, farthest);
    }

    #[test]
    fn arrivals_take_the_fastest_way() {
        let mut draws = crate::kernel::Stream::new(
            crate::kernel::Seed(1),
            crate::kernel::Domain::Topology,
            0,
            0,
        );
        let constant = crate::kernel::Distribution::Constant(Span::from_millis(7));
        let graph = ring(5).draw_latencies(&constant, &mut draws).unwrap();
        let ms = |graph: &Graph| {
            let arrivals = arrivals(graph, NodeId(0)).into_iter();
            arrivals.map(|at| at.map(|at| at.nanos() / 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(ms(&graph), [0, 7, 14, 14, 7].map(Some));
        assert_eq!(ms(&line(3)), [0, 1, 2].map(Some));
        assert_eq!(ms(&Graph::empty(2)), [Some(0), None]);
    }
}
