//! Compressed rows: the out-neighbours of every node, in two arrays.

use crate::kernel::{NodeId, prefetch};

/// For each of the nodes 0, 1, 2, ... the nodes that it knows, in an order of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Row `i` is `targets[offsets[i]..offsets[i + 1]]`.
    offsets: Vec<u32>,
    targets: Vec<NodeId>,
}

impl Rows {
    /// The rows as they come, node 0 first.
    ///
    /// # Panics
    /// If there are 2^32 links or more.
    pub fn collect<R>(rows: impl IntoIterator<Item = R>) -> Rows
    where
        R: IntoIterator<Item = NodeId>,
    {
        let mut built = Rows { offsets: vec![0], targets: Vec::new() };
        for row in rows {
            built.targets.extend(row);
            built.offsets.push(offset(built.targets.len()));
        }
        built
    }

    /// Sorts `links` (source, target) by source; those of one source keep their order. The iterator
    /// is walked twice.
    ///
    /// # Panics
    /// If a source is not below `nodes`, or there are 2^32 links or more.
    pub fn from_links(nodes: u32, links: impl Iterator<Item = (NodeId, NodeId)> + Clone) -> Rows {
        let mut offsets = vec![0u32; nodes as usize + 1];
        let mut count = 0usize;
        for (source, _) in links.clone() {
            offsets[source.index() + 1] += 1;
            count += 1;
        }
        offset(count);
        for i in 1..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        let mut targets = vec![NodeId(0); count];
        let mut free = offsets.clone();
        for (source, target) in links {
            let place = &mut free[source.index()];
            targets[*place as usize] = target;
            *place += 1;
        }
        Rows { offsets, targets }
    }

    /// Both directions of `edges`, each in the row of its end; a row has its targets in the order of
    /// the edges. The iterator is walked twice.
    ///
    /// # Panics
    /// If an end is not below `nodes`, or there are 2^31 edges or more.
    pub(super) fn both_ways(
        nodes: u32,
        edges: impl Iterator<Item = (NodeId, NodeId)> + Clone,
    ) -> Rows {
        // Row i ends where the next begins, so that filling it moves its end from its start.
        let mut offsets = vec![0u32; nodes as usize + 1];
        let mut count = 0usize;
        for (a, b) in edges.clone() {
            offsets[a.index()] += 1;
            offsets[b.index()] += 1;
            count += 2;
        }
        offset(count);
        let mut sum = 0;
        for place in &mut offsets {
            sum += std::mem::replace(place, sum);
        }
        let mut targets = vec![NodeId(0); count];
        for (a, b) in edges {
            for (source, target) in [(a, b), (b, a)] {
                let place = &mut offsets[source.index()];
                targets[*place as usize] = target;
                *place += 1;
            }
        }
        offsets.rotate_right(1);
        offsets[0] = 0;
        Rows { offsets, targets }
    }

    /// Both directions of `edges`, each from a node to a lesser one, in ascending order: every row is
    /// ascending, too. The reverse links are sorted into blocks of rows first, so that filling
    /// them stays within the cache.
    ///
    /// # Panics
    /// If an end is not below `nodes`, or there are 2^31 edges or more.
    pub(super) fn mirrored(nodes: u32, edges: impl Iterator<Item = (NodeId, NodeId)>) -> Rows {
        // So many rows of a few links fit into the cache of one core.
        const BLOCK: u32 = 1 << 13;
        let block_of = |id: NodeId| (id.0 / BLOCK) as usize;
        let mut lesser = Vec::new();
        let mut lesser_counts = vec![0u32; nodes as usize];
        let mut ends = vec![0usize; (nodes / BLOCK) as usize + 1];
        for (a, b) in edges {
            lesser.push(b);
            lesser_counts[a.index()] += 1;
            ends[block_of(b)] += 1;
        }
        offset(2 * lesser.len());
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        // Stable, so that the links of a row stay in ascending order.
        let mut reverse = vec![(NodeId(0), NodeId(0)); lesser.len()];
        let mut next = lesser.iter();
        for (a, count) in (0..).map(NodeId).zip(&lesser_counts) {
            for &b in next.by_ref().take(*count as usize) {
                let place = &mut ends[block_of(b)];
                reverse[*place] = (b, a);
                *place += 1;
            }
        }
        let mut offsets = vec![0u32; nodes as usize + 1];
        let mut targets = vec![NodeId(0); 2 * lesser.len()];
        let (mut start, mut first, mut taken, mut filled) = (0u32, 0usize, 0usize, 0usize);
        for end in ends {
            let links = &reverse[filled..end];
            filled = end;
            let last = (first + BLOCK as usize).min(nodes as usize);
            let rows = first..last;
            // How many links each row of the block has, then where it begins, then where its next
            // link goes.
            let mut places = lesser_counts[rows.clone()].to_vec();
            links.iter().for_each(|(b, _)| places[b.index() - first] += 1);
            for (row, place) in rows.clone().zip(&mut places) {
                offsets[row] = start;
                start += std::mem::replace(place, start);
            }
            for (row, place) in rows.zip(&mut places) {
                let own = &lesser[taken..taken + lesser_counts[row] as usize];
                taken += own.len();
                targets[*place as usize..*place as usize + own.len()].copy_from_slice(own);
                *place += own.len() as u32;
            }
            for (b, a) in links {
                let place = &mut places[b.index() - first];
                targets[*place as usize] = *a;
                *place += 1;
            }
            first = last;
        }
        offsets[nodes as usize] = start;
        Rows { offsets, targets }
    }

    /// How many rows.
    pub fn nodes(&self) -> u32 {
        (self.offsets.len() - 1) as u32
    }

    /// How many links in all rows.
    pub fn links(&self) -> usize {
        self.targets.len()
    }

    /// The nodes that `source` knows.
    #[inline(always)]
    pub fn row(&self, source: NodeId) -> &[NodeId] {
        let (start, end) = (self.offsets[source.index()], self.offsets[source.index() + 1]);
        &self.targets[start as usize..end as usize]
    }

    /// Asks for what [`Rows::row`] reads first.
    #[inline(always)]
    pub(super) fn prefetch(&self, source: NodeId) {
        prefetch(&self.offsets, source.index());
    }

    /// Asks for the row itself; what [`Rows::prefetch`] asks for should be there.
    #[inline(always)]
    pub(super) fn prefetch_row(&self, source: NodeId) {
        if let Some(start) = self.offsets.get(source.index()) {
            prefetch(&self.targets, *start as usize);
        }
    }

    /// The place of a row's first link among all links.
    #[inline(always)]
    pub(super) fn start(&self, source: NodeId) -> usize {
        self.offsets[source.index()] as usize
    }

    /// All rows, node 0 first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (NodeId, &[NodeId])> + Clone {
        (0..self.nodes()).map(|id| (NodeId(id), self.row(NodeId(id))))
    }

    /// Orders every row by id.
    pub(super) fn sort(&mut self) {
        for ends in self.offsets.windows(2) {
            self.targets[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
    }

    /// Whether every row is in strictly ascending order of id.
    pub(super) fn ascend(&self) -> bool {
        self.iter().all(|(_, row)| row.is_sorted_by(|a, b| a < b))
    }

    /// Drops repeated neighbours of sorted rows; answers how many it dropped.
    pub(super) fn dedup(&mut self) -> usize {
        let (before, mut kept) = (self.targets.len(), 0usize);
        let mut start = 0usize;
        for i in 1..self.offsets.len() {
            let end = self.offsets[i] as usize;
            let first = kept;
            for k in start..end {
                let target = self.targets[k];
                if kept == first || self.targets[kept - 1] != target {
                    self.targets[kept] = target;
                    kept += 1;
                }
            }
            start = end;
            self.offsets[i] = offset(kept);
        }
        self.targets.truncate(kept);
        before - kept
    }
}

/// A place in the array of targets.
fn offset(links: usize) -> u32 {
    u32::try_from(links).expect("whoever builds rows has refused 2^32 links")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_edges_are_those_of_both_ways() {
        // More rows than one block has, and edges within and between blocks.
        let nodes = 20_000u32;
        let row =
            |a: u32| [a / 7, a / 3, a / 2, a.saturating_sub(1)].into_iter().filter(move |b| *b < a);
        let mut edges: Vec<_> =
            (0..nodes).flat_map(|a| row(a).map(move |b| (NodeId(a), NodeId(b)))).collect();
        edges.sort_unstable();
        edges.dedup();
        let mirrored = Rows::mirrored(nodes, edges.iter().copied());
        assert_eq!(mirrored, Rows::both_ways(nodes, edges.iter().copied()));
        assert!(mirrored.ascend());
        let none = Rows::mirrored(3, std::iter::empty());
        assert_eq!(none, Rows::collect([ids(&[]), ids(&[]), ids(&[])]));
    }

    fn ids(ids: &[u32]) -> Vec<NodeId> {
        ids.iter().copied().map(NodeId).collect()
    }

    #[test]
    fn links_are_grouped_by_source_in_their_order() {
        let links = [(2, 0), (0, 2), (2, 1), (0, 1)].map(|(a, b)| (NodeId(a), NodeId(b)));
        let rows = Rows::from_links(4, links.iter().copied());
        assert_eq!(rows, Rows::collect([ids(&[2, 1]), ids(&[]), ids(&[0, 1]), ids(&[])]));
        assert_eq!((rows.nodes(), rows.links()), (4, 4));
        assert_eq!(rows.row(NodeId(2)), ids(&[0, 1]));
    }

    #[test]
    fn sorting_and_dropping_repeats_stays_within_rows() {
        let mut rows = Rows::collect([ids(&[3, 1, 3, 1]), ids(&[]), ids(&[1]), ids(&[1, 0, 0])]);
        rows.sort();
        assert!(!rows.ascend());
        assert_eq!(rows.dedup(), 3);
        assert_eq!(rows, Rows::collect([ids(&[1, 3]), ids(&[]), ids(&[1]), ids(&[0, 1])]));
        assert!(rows.ascend());
    }
}
