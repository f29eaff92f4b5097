//! GraphML in: from the elements of a file to its graph.

mod elements;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::assembly::{Assembly, Directory, Known, Undirected, numbers, texts};
use super::mistake::Mistakes;
use super::{Direction, GraphFile, ReadOptions, Repeats, Weights};
use crate::kernel::NodeId;
use crate::topology::Position;
use crate::topology::files::Column;
use elements::{Edge, Elements, Node};

/// Reads a GraphML file.
pub(super) fn read<'f>(
    text: &'f str,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    // The parser lets them through (XML 1.0, 2.2).
    let is_forbidden = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    if let Some(offset) = text.bytes().position(|byte| is_forbidden(&byte)) {
        let byte = text.as_bytes()[offset];
        mistakes.add(offset, || format!("byte {byte} is forbidden in XML"));
        return None;
    }
    let Elements { nodes, edges, ignored, is_spigo, has_service, is_directed, .. } =
        Elements::read(text, mistakes)?;
    // spigo wrote the learner as the target until January 2015, when it began to write services.
    let reversed = match options.edges {
        Direction::Auto => is_spigo && !has_service,
        given => given == Direction::Reversed,
    };
    let ids = nodes.iter().map(|node| (Cow::Owned(node.id.clone()), node.part)).collect();
    let directory = Directory::new(ids, mistakes);
    let mut assembly = Assembly::default();
    assembly.counts.ignored = ignored;
    let refuses = options.repeats.are_refused(Repeats::Drop);
    for (number, edge) in (0..).zip(&edges) {
        let Some((source, target)) = ends(edge, &directory, mistakes) else {
            continue;
        };
        if source == target && refuses {
            mistakes.add_at(edge.part, || format!("self loop at {}", directory.name(source)));
        }
        let ends = if reversed { (target, source) } else { (source, target) };
        let undirected =
            if options.directed.or(edge.directed) { Undirected::No } else { Undirected::Yes };
        assembly.edge(ends, number, undirected);
    }
    // One directed edge makes a directed graph, in which the others lead both ways.
    let is_plain = edges.iter().all(|edge| !options.directed.or(edge.directed))
        && (!edges.is_empty() || !options.directed.or(is_directed));
    assembly
        .warn_of_repeated_ids(edges.iter().filter_map(|e| Some(e.id.as_deref()?.into())).collect());
    let settled = assembly.settle(directory.len());
    let settled = if is_plain { settled.without_directions() } else { settled };
    for (again, first) in settled.repeats.iter().filter(|_| refuses) {
        let source = mistakes.source;
        mistakes.add_at(edges[*again as usize].part, || {
            let first = source.line(source.offset(edges[*first as usize].part));
            format!("this edge repeats the edge of line {first}")
        });
    }
    let known = known(&nodes, &edges, options.weights, mistakes);
    if nodes.is_empty() && mistakes.is_empty() {
        mistakes.add(0, || "a graph needs at least one node".to_owned());
    }
    if !mistakes.is_empty() {
        return None;
    }
    let names = names(&nodes, &directory);
    let credit = settled.records.iter().map(|record| edges[*record as usize].credit).collect();
    let links = numbers("credit", credit).into_iter().collect();
    Some(assembly.finish(names, settled, known, columns(&nodes), links))
}

/// What the data of nodes and edges say besides names and pirates' belongings.
fn known<'n>(
    nodes: &'n [Node<'_>],
    edges: &[Edge<'_>],
    weights: Weights,
    mistakes: &mut Mistakes<'_>,
) -> Known<'n> {
    let position = |node: &Node<'_>| node.x.zip(node.y).map(|(x, y)| Position { x, y });
    let mut latency = |edge: &Edge<'_>| {
        let (latency, weight) = (edge.latency, edge.weight);
        if latency.is_some() && weight.is_some() && latency != weight && weights == Weights::Latency
        {
            let message = "weight and latency disagree: leave one of them out";
            mistakes.add_at(edge.part, || message.to_owned());
        }
        latency.or(weight).filter(|_| weights == Weights::Latency)
    };
    Known {
        groups: nodes.iter().map(|node| node.group.as_deref().map(Cow::Borrowed)).collect(),
        positions: nodes.iter().map(position).collect(),
        bandwidths: nodes.iter().map(|node| node.bandwidth).collect(),
        latencies: edges.iter().map(&mut latency).collect(),
        link_bandwidths: edges.iter().map(|edge| edge.bandwidth).collect(),
    }
}

/// The ids of both ends, as written.
fn ends<'f>(
    edge: &Edge<'f>,
    directory: &Directory<'f>,
    mistakes: &mut Mistakes<'f>,
) -> Option<(NodeId, NodeId)> {
    let what = || edge.id.as_ref().map_or("this edge".to_owned(), |id| format!("edge {id}"));
    let mut end = |role: &'static str, name: Option<&str>| {
        let found = name.and_then(|name| directory.find(name));
        if found.is_none() {
            mistakes.add_at(edge.part, || match name {
                None | Some("") => format!("{} has no {role}", what()),
                Some(name) => format!("{}: {role} {name} is no node", what()),
            });
        }
        found
    };
    let (source, target) =
        (end("source", edge.source.as_deref()), end("target", edge.target.as_deref()));
    Some((source?, target?))
}

/// What the nodes are called: by their label if no other node has it as a label or an id, else by
/// their id.
fn names<'n>(nodes: &'n [Node<'_>], by_id: &Directory<'_>) -> Vec<Cow<'n, str>> {
    let mut uses = BTreeMap::<&str, u32>::new();
    for label in nodes.iter().filter_map(|node| node.label.as_deref()) {
        *uses.entry(label).or_default() += 1;
    }
    let name = |(id, node): (u32, &'n Node<'_>)| {
        let own = node.label.as_deref().filter(|label| {
            uses[label] == 1 && by_id.find(label).is_none_or(|owner| owner == NodeId(id))
        });
        Cow::Borrowed(own.unwrap_or(&node.id))
    };
    (0..).zip(nodes).map(name).collect()
}

fn columns(nodes: &[Node<'_>]) -> Vec<Column> {
    let states = nodes.iter().map(|node| node.state.as_deref().map(Cow::Borrowed));
    let columns = [
        numbers("gold", nodes.iter().map(|node| node.gold).collect()),
        numbers("period_ms", nodes.iter().map(|node| node.period_ms).collect()),
        numbers("rumours", nodes.iter().map(|node| node.rumours).collect()),
        texts("state", states.collect()),
    ];
    columns.into_iter().flatten().collect()
}
