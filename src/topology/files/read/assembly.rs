//! Assembly of a graph: names to ids, and edge records, applied in order, to rows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::mistake::Mistakes;
use super::{Counts, GraphFile, Repeats};
use crate::kernel::{NodeId, Span};
use crate::topology::files::{Cells, Column, Snapshot};
use crate::topology::{Bandwidth, Graph, Groups, Labels, Latencies, Position, Rows};

/// The nodes of a file by name.
pub(super) struct Directory<'f> {
    names: Vec<Cow<'f, str>>,
    /// Where each name stands.
    parts: Vec<&'f str>,
    /// All ids, by name.
    sorted: Vec<NodeId>,
}

impl<'f> Directory<'f> {
    /// Ids in the order of `names`; repeated names are mistakes at the parts of the text that are
    /// given with them.
    pub(super) fn new(named: Vec<(Cow<'f, str>, &'f str)>, mistakes: &mut Mistakes<'f>) -> Self {
        let (names, parts): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let mut sorted: Vec<NodeId> = (0..names.len() as u32).map(NodeId).collect();
        sorted.sort_by_key(|id| &names[id.index()]);
        let same = |a: &NodeId, b: &NodeId| names[a.index()] == names[b.index()];
        let groups = sorted.chunk_by(same).filter(|group| group.len() > 1);
        let mut repeats: Vec<_> =
            groups.flat_map(|group| group[1..].iter().map(|again| (*again, group[0]))).collect();
        repeats.sort_unstable();
        for (again, first) in repeats {
            let source = mistakes.source;
            mistakes.add_at(parts[again.index()], || {
                let line = source.line(source.offset(parts[first.index()]));
                format!("node {} named twice (first on line {line})", names[again.index()])
            });
        }
        Directory { names, parts, sorted }
    }

    /// The node of a name.
    pub(super) fn find(&self, name: &str) -> Option<NodeId> {
        // Most files that number their nodes number them in order.
        if let Some(id) = name.parse::<u32>().ok().map(NodeId)
            && self.names.get(id.index()).is_some_and(|own| own == name)
        {
            return Some(id);
        }
        let place = self.sorted.binary_search_by(|id| self.names[id.index()].as_ref().cmp(name));
        place.ok().map(|place| self.sorted[place])
    }

    /// The name of a node.
    pub(super) fn name(&self, id: NodeId) -> &str {
        &self.names[id.index()]
    }

    /// How many nodes.
    pub(super) fn len(&self) -> u32 {
        self.names.len() as u32
    }

    /// All names and where they stand, by id.
    pub(super) fn into_named(self) -> Vec<(Cow<'f, str>, &'f str)> {
        self.names.into_iter().zip(self.parts).collect()
    }

    /// All names, by id.
    pub(super) fn into_names(self) -> Vec<Cow<'f, str>> {
        self.names
    }
}

/// What a record does to the edge from `source` to `target`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is there from now on.
    Add,
    /// It is there because its reverse is: the second direction of an undirected record.
    Mirror,
    /// It is there no longer.
    Forget,
}

/// One change by one record.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) source: NodeId,
    pub(super) target: NodeId,
    /// The record's number in the file.
    pub(super) record: u32,
    pub(super) change: Change,
}

/// The steps of a file and what they come to.
#[derive(Default)]
pub(super) struct Assembly {
    pub(super) steps: Vec<Step>,
    pub(super) counts: Counts,
    pub(super) warnings: Vec<String>,
}

/// The edges that are left when all steps are done.
pub(super) struct Settled {
    pub(super) rows: Rows,
    /// Whether all of them stand in both rows of their ends, as records of undirected edges do.
    pub(super) undirected: Undirected,
    /// The record that each edge comes from, in the order of the rows.
    pub(super) records: Vec<u32>,
    /// Records whose edge was there already, each with the record that it repeats.
    pub(super) repeats: Vec<(u32, u32)>,
}

impl Settled {
    /// Takes every record for an undirected edge: rows are by id then.
    pub(super) fn without_directions(mut self) -> Settled {
        let mut links: Vec<_> = self.links().zip(self.records.iter().copied()).collect();
        links.sort_unstable();
        self.rows = Rows::from_links(self.rows.nodes(), links.iter().map(|link| link.0));
        self.records = links.into_iter().map(|link| link.1).collect();
        self.undirected = Undirected::Yes;
        self
    }

    fn links(&self) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.rows.iter().flat_map(|(source, row)| row.iter().map(move |to| (source, *to)))
    }
}

/// What records say of nodes, by id, and of edges, by record. A list is empty where nothing is said.
#[derive(Default)]
pub(super) struct Known<'f> {
    pub(super) groups: Vec<Option<Cow<'f, str>>>,
    pub(super) positions: Vec<Option<Position>>,
    pub(super) bandwidths: Vec<Option<Bandwidth>>,
    pub(super) latencies: Vec<Option<Span>>,
    pub(super) link_bandwidths: Vec<Option<Bandwidth>>,
}

impl Known<'_> {
    /// The graph with what is known; each of its links comes from a record.
    fn annotate(self, mut graph: Graph, records: &[u32]) -> Graph {
        if self.groups.iter().any(Option::is_some) {
            graph = graph.with_groups(groups(&self.groups));
        }
        if self.positions.iter().any(Option::is_some) {
            graph = graph.with_positions(self.positions);
        }
        if self.bandwidths.iter().any(Option::is_some) {
            graph = graph.with_bandwidths(self.bandwidths);
        }
        if self.latencies.iter().any(Option::is_some) {
            let of_links = records.iter().map(|record| self.latencies[*record as usize]);
            graph = graph.with_latencies(Latencies::ByLink(of_links.collect()));
        }
        if self.link_bandwidths.iter().any(Option::is_some) {
            let of_links = records.iter().map(|record| self.link_bandwidths[*record as usize]);
            graph = graph.with_link_bandwidths(of_links.collect());
        }
        graph
    }
}

/// Groups by first appearance.
fn groups(of: &[Option<Cow<'_, str>>]) -> Groups {
    let (mut names, mut places) = (Vec::new(), BTreeMap::new());
    let mut place = |name: &Cow<'_, str>| match places.get(name.as_ref()) {
        Some(place) => *place,
        None => {
            let place = names.len() as u32;
            names.push(name.to_string());
            places.insert(name.to_string(), place);
            place
        }
    };
    let of = of.iter().map(|name| name.as_ref().map(&mut place)).collect();
    Groups::new(names, of)
}

impl Assembly {
    /// Notes an edge record; a self loop is counted and joins nothing.
    pub(super) fn edge(&mut self, ends: (NodeId, NodeId), record: u32, undirected: Undirected) {
        let (source, target) = ends;
        self.counts.edge_records += 1;
        if source == target {
            self.counts.self_loops += 1;
            return;
        }
        self.steps.push(Step { source, target, record, change: Change::Add });
        if undirected == Undirected::Yes {
            let (source, target) = (target, source);
            self.steps.push(Step { source, target, record, change: Change::Mirror });
        }
    }

    /// Applies all steps, in order. An edge stands where it was added, however many others were
    /// forgotten since.
    pub(super) fn settle(&mut self, nodes: u32) -> Settled {
        // Stable: the steps of one source keep their order.
        self.steps.sort_by_key(|step| step.source);
        let (mut records, mut repeats, mut absent) = (Vec::new(), Vec::new(), 0u64);
        let mut links = Vec::new();
        for steps in self.steps.chunk_by(|a, b| a.source == b.source) {
            let mut by_target: Vec<usize> = (0..steps.len()).collect();
            by_target.sort_by_key(|&place| steps[place].target);
            let mut left = Vec::new();
            for same in by_target.chunk_by(|&a, &b| steps[a].target == steps[b].target) {
                let mut added = None;
                for &place in same {
                    match (steps[place].change, added) {
                        (Change::Add | Change::Mirror, None) => added = Some(place),
                        (Change::Add, Some(first)) => {
                            repeats.push((steps[place].record, steps[first].record));
                        }
                        (Change::Mirror, Some(_)) => {}
                        (Change::Forget, Some(_)) => {
                            self.counts.forgotten += 1;
                            added = None;
                        }
                        (Change::Forget, None) => absent += 1,
                    }
                }
                left.extend(added);
            }
            left.sort_unstable();
            links.extend(left.iter().map(|&place| (steps[place].source, steps[place].target)));
            records.extend(left.iter().map(|&place| steps[place].record));
        }
        if absent > 0 {
            self.warnings.push(format!("forget records whose edge is not there: {absent}"));
        }
        repeats.sort_unstable();
        self.counts.duplicates = repeats.len() as u64;
        self.counts.edges = links.len() as u64;
        self.steps = Vec::new();
        let rows = Rows::from_links(nodes, links.iter().copied());
        Settled { rows, undirected: Undirected::No, records, repeats }
    }

    /// The file, once all its steps are settled.
    pub(super) fn finish(
        mut self,
        names: Vec<Cow<'_, str>>,
        settled: Settled,
        known: Known<'_>,
        nodes: Vec<Column>,
        links: Vec<Column>,
    ) -> GraphFile {
        self.counts.nodes = names.len() as u64;
        let dropped = [
            ("repeated edges, counted once", self.counts.duplicates),
            ("self loops, dropped", self.counts.self_loops),
        ];
        let dropped = dropped.iter().filter(|(_, count)| *count > 0);
        self.warnings.extend(dropped.map(|(what, count)| format!("{what}: {count}")));
        self.warn_of_latencies(&known.latencies);
        let graph = match settled.undirected {
            Undirected::Yes => Graph::undirected(settled.rows),
            Undirected::No => Graph::from_rows(settled.rows),
        };
        let graph = graph.with_labels(Labels::Given(names.iter().collect()));
        let graph = known.annotate(graph, &settled.records);
        let snapshot = Snapshot { header: None, model: None, graph, nodes, links };
        GraphFile { snapshot, counts: self.counts, warnings: self.warnings }
    }

    fn warn_of_latencies(&mut self, latencies: &[Option<Span>]) {
        let given = latencies.iter().flatten().count();
        let without = latencies.len() - given;
        if given > 0 && without > 0 {
            self.warnings
                .push(format!("edges without a latency, which the network gives: {without}"));
        }
        if given > 0 && latencies.iter().flatten().all(|latency| *latency == Span::ZERO) {
            let zero = "all latencies are 0; topology.file.weights: ignore drops them";
            self.warnings.push(zero.to_owned());
        }
    }

    /// Warns of edge ids that stand more than once: they are labels, so this is no mistake.
    pub(super) fn warn_of_repeated_ids(&mut self, mut ids: Vec<Cow<'_, str>>) {
        ids.sort_unstable();
        let repeated = ids.windows(2).filter(|pair| pair[0] == pair[1]).count();
        if repeated > 0 {
            self.warnings.push(format!("edge ids that stand more than once: {repeated}"));
        }
    }
}

/// Whether an edge record stands for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undirected {
    Yes,
    No,
}

impl Repeats {
    /// Whether repeats are mistakes, where the format says what is usual.
    pub(super) fn are_refused(self, usually: Repeats) -> bool {
        self == Repeats::Refuse || self == Repeats::Auto && usually == Repeats::Refuse
    }
}

/// A column of whole numbers, unless all its cells are empty.
pub(super) fn numbers(name: &'static str, cells: Vec<Option<u64>>) -> Option<Column> {
    let is_known = cells.iter().any(Option::is_some);
    is_known.then_some(Column { name, cells: Cells::Numbers(cells) })
}

/// A column of texts, unless all its cells are empty.
pub(super) fn texts(name: &'static str, cells: Vec<Option<Cow<'_, str>>>) -> Option<Column> {
    let is_known = cells.iter().any(Option::is_some);
    is_known.then(|| Column { name, cells: Cells::Texts(cells.into_iter().collect()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The twin keeps a list of buddies per node and walks it.
        #[test]
        fn steps_are_applied_in_order(
            steps in prop::collection::vec((0u32..4, 0u32..4, 0u8..4), 0..60)
        ) {
            let mut rows = vec![Vec::<(NodeId, u32)>::new(); 4];
            let (mut expected, mut assembly) = (Counts::default(), Assembly::default());
            for (record, (source, target, kind)) in (0..).zip(steps) {
                let ends = (NodeId(source), NodeId(target));
                let knows =
                    |row: &[(NodeId, u32)], id: u32| row.iter().position(|x| x.0 == NodeId(id));
                if kind == 0 {
                    let (source, target) = ends;
                    assembly.steps.push(Step { source, target, record, change: Change::Forget });
                    if let Some(slot) = knows(&rows[source.index()], target.0) {
                        rows[source.index()].remove(slot);
                        expected.forgotten += 1;
                    }
                    continue;
                }
                let undirected = if kind == 1 { Undirected::Yes } else { Undirected::No };
                assembly.edge(ends, record, undirected);
                expected.edge_records += 1;
                if source == target {
                    expected.self_loops += 1;
                    continue;
                }
                match knows(&rows[source as usize], target) {
                    Some(_) => expected.duplicates += 1,
                    None => rows[source as usize].push((ends.1, record)),
                }
                if kind == 1 && knows(&rows[target as usize], source).is_none() {
                    rows[target as usize].push((ends.0, record));
                }
            }
            let settled = assembly.settle(4);
            expected.edges = settled.rows.links() as u64;
            prop_assert_eq!(assembly.counts, expected);
            let row = |row: &Vec<(NodeId, u32)>| row.iter().map(|x| x.0).collect::<Vec<_>>();
            prop_assert_eq!(settled.rows, Rows::collect(rows.iter().map(row)));
            let records: Vec<_> = rows.iter().flatten().map(|x| x.1).collect();
            prop_assert_eq!(settled.records, records);
        }
    }
}
