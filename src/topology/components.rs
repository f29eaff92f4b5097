//! Components: who can be reached from whom, whatever the direction of the links.

use crate::kernel::NodeId;

use super::graph::Graph;
use super::rows::Rows;

/// So many nodes ahead the row of a node is asked for.
const AHEAD: usize = 8;

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
            Some(rows) if graph.directed() => Components::of_rows(&both_ways(rows).0),
            Some(rows) => Components::of_rows(rows),
        }
    }

    /// Those of rows in which every link has its reverse.
    pub(super) fn of_rows(rows: &Rows) -> Components {
        let mut of = vec![0; rows.nodes() as usize];
        // A bit each: they fit a cache where the numbers do not.
        let mut unseen = vec![u64::MAX; of.len().div_ceil(64)];
        let mut see = |node: NodeId| {
            let (word, bit) = (&mut unseen[node.index() / 64], 1 << (node.0 % 64));
            let is_new = *word & bit != 0;
            *word &= !bit;
            is_new
        };
        let mut sizes = Vec::new();
        // Who was seen, first come first, and whose row was read of them.
        let (mut seen, mut read) = (Vec::with_capacity(of.len()), 0);
        for (start, _) in rows.iter() {
            if !see(start) {
                continue;
            }
            let (number, before) = (sizes.len() as u32, seen.len());
            seen.push(start);
            // The rows that are left when all nodes are seen need not be read.
            while read < seen.len() && seen.len() < of.len() {
                if let Some(next) = seen.get(read + 2 * AHEAD) {
                    rows.prefetch(*next);
                }
                if let Some(next) = seen.get(read + AHEAD) {
                    rows.prefetch_row(*next);
                }
                seen.extend(rows.row(seen[read]).iter().copied().filter(|next| see(*next)));
                read += 1;
            }
            read = seen.len();
            seen[before..].iter().for_each(|node| of[node.index()] = number);
            sizes.push((seen.len() - before) as u32);
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

/// The undirected simple projection, rows by id, and how many repeated neighbours were dropped from
/// them.
pub(super) fn both_ways(rows: &Rows) -> (Rows, u64) {
    let links = rows.iter().flat_map(|(source, row)| row.iter().map(move |to| (source, *to)));
    let mut both = Rows::both_ways(rows.nodes(), links);
    both.sort();
    let repeats = both.dedup();
    (both, repeats as u64)
}
