//! Components: who can be reached from whom, whatever the direction of the links.

use crate::kernel::NodeId;

use super::graph::Graph;
use super::rows::Rows;

/// The weakly connected components, numbered by their least ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// By node.
    of: Vec<u32>,
    sizes: Vec<u32>,
}

impl Components {
    /// Those of a graph.
    pub fn of(graph: &Graph) -> Components {
        match graph.rows() {
            None => {
                let nodes = graph.nodes();
                let sizes = if nodes == 0 { Vec::new() } else { vec![nodes] };
                Components { of: vec![0; nodes as usize], sizes }
            }
            Some(rows) if graph.directed() => Components::of_rows(&both_ways(rows)),
            Some(rows) => Components::of_rows(rows),
        }
    }

    /// Those of rows in which every link has its reverse.
    pub(super) fn of_rows(rows: &Rows) -> Components {
        const UNSEEN: u32 = u32::MAX;
        let mut of = vec![UNSEEN; rows.nodes() as usize];
        let mut unseen = of.len();
        let mut sizes = Vec::new();
        let mut pending = Vec::new();
        for (start, _) in rows.iter() {
            if of[start.index()] != UNSEEN {
                continue;
            }
            let number = sizes.len() as u32;
            of[start.index()] = number;
            let before = unseen;
            unseen -= 1;
            pending.push(start);
            // The rows that are left when all nodes are seen, half of them in a random graph, need not be read.
            while unseen > 0
                && let Some(node) = pending.pop()
            {
                for next in rows.row(node) {
                    if of[next.index()] == UNSEEN {
                        of[next.index()] = number;
                        unseen -= 1;
                        pending.push(*next);
                    }
                }
            }
            sizes.push((before - unseen) as u32);
        }
        Components { of, sizes }
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// How many nodes each holds.
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// The number of the largest; of several, that with the least id. `None` without nodes.
    pub fn largest(&self) -> Option<u32> {
        let best = self.sizes.iter().max()?;
        self.sizes.iter().position(|size| size == best).map(|number| number as u32)
    }

    /// The nodes of each, ascending.
    pub(super) fn members(&self) -> Vec<Vec<NodeId>> {
        let mut members = vec![Vec::new(); self.count()];
        for (number, id) in self.of.iter().zip(0..) {
            members[*number as usize].push(NodeId(id));
        }
        members
    }

    /// Its nodes, ascending.
    pub fn nodes(&self, number: u32) -> impl Iterator<Item = NodeId> + '_ {
        let own = self.of.iter().zip(0..).filter(move |(of, _)| **of == number);
        own.map(|(_, id)| NodeId(id))
    }
}

/// The undirected simple projection, rows by id.
pub(super) fn both_ways(rows: &Rows) -> Rows {
    let links = rows.iter().flat_map(|(source, row)| row.iter().map(move |to| (source, *to)));
    let mut both = Rows::both_ways(rows.nodes(), links);
    both.sort();
    both.dedup();
    both
}
