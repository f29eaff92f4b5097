//! Node-link JSON in: our own snapshots, and what NetworkX and D3 write.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::assembly::{Assembly, Directory, Known, Undirected, numbers, texts};
use super::json::{self, Fields};
use super::mistake::Mistakes;
use super::{Directed, Direction, GraphFile, ReadOptions, Repeats, Weights, quantity};
use crate::kernel::{NodeId, Span};
use crate::topology::files::{Column, Header};
use crate::topology::{Bandwidth, Position};

#[derive(Deserialize)]
struct Node<'f> {
    #[serde(borrow)]
    id: Option<&'f RawValue>,
    #[serde(borrow)]
    name: Option<&'f RawValue>,
    #[serde(borrow)]
    gold: Option<&'f RawValue>,
    #[serde(borrow)]
    period_ms: Option<&'f RawValue>,
    #[serde(borrow)]
    rumours: Option<&'f RawValue>,
    #[serde(borrow)]
    state: Option<&'f RawValue>,
    #[serde(borrow)]
    group: Option<&'f RawValue>,
    #[serde(borrow)]
    bandwidth: Option<&'f RawValue>,
    #[serde(borrow)]
    x: Option<&'f RawValue>,
    #[serde(borrow)]
    y: Option<&'f RawValue>,
}

#[derive(Deserialize)]
struct Link<'f> {
    #[serde(borrow)]
    source: Option<&'f RawValue>,
    #[serde(borrow)]
    target: Option<&'f RawValue>,
    #[serde(borrow)]
    credit: Option<&'f RawValue>,
    #[serde(borrow)]
    latency: Option<&'f RawValue>,
    #[serde(borrow)]
    weight: Option<&'f RawValue>,
    #[serde(borrow)]
    bandwidth: Option<&'f RawValue>,
}

/// Reads a file whose fields are given.
pub(super) fn read<'f>(
    fields: &Fields<'f>,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    let says_directed = fields.truth("directed", mistakes).unwrap_or(false);
    let multigraph = fields.truth("multigraph", mistakes).unwrap_or(false);
    let directed = options.directed.or(says_directed);
    // A multigraph is a log of meetings: its edges keep their order, and both their directions.
    let is_plain = !directed && (!multigraph || options.directed == Directed::No);
    let refuses =
        options.repeats.are_refused(if multigraph { Repeats::Drop } else { Repeats::Refuse });
    let undirected = if directed { Undirected::No } else { Undirected::Yes };
    let mut nodes = Nodes::default();
    for value in fields.array("nodes", mistakes) {
        nodes.add(value, mistakes);
    }
    let directory = Directory::new(std::mem::take(&mut nodes.ids), mistakes);
    let values = link_values(fields, mistakes);
    let (mut assembly, mut credits) = (Assembly::default(), Vec::with_capacity(values.len()));
    let mut known = std::mem::take(&mut nodes.known);
    for (number, value) in (0..).zip(&values) {
        let link = json::record::<Link<'_>>(value, mistakes);
        credits.push(link.as_ref().and_then(|link| link.credit).and_then(json::whole));
        let latency = link.as_ref().and_then(|link| link.latency(options.weights, mistakes));
        known.latencies.push(latency);
        let bandwidth = link.as_ref().and_then(|link| link.bandwidth);
        known.link_bandwidths.push(bandwidth.and_then(|field| read_bandwidth(field, mistakes)));
        let Some(ends) = link.and_then(|link| link.ends(value, &directory, mistakes)) else {
            continue;
        };
        if ends.0 == ends.1 && refuses {
            mistakes.add_at(value.get(), || format!("self loop at {}", directory.name(ends.0)));
        }
        let reversed = options.edges == Direction::Reversed;
        let ends = if reversed { (ends.1, ends.0) } else { ends };
        assembly.edge(ends, number, undirected);
    }
    let settled = assembly.settle(directory.len());
    let settled = if is_plain { settled.without_directions() } else { settled };
    if refuses {
        json::refuse(&settled.repeats, &values, mistakes);
    }
    fields.refuse_empty("nodes", directory.len(), mistakes);
    let names = nodes.names(directory, mistakes);
    if !mistakes.is_empty() {
        return None;
    }
    for (key, there) in [("total_nodes", names.len()), ("total_edges", values.len())] {
        if let Some(said) = fields.get(key).filter(|said| json::whole(said) != Some(there as u64)) {
            assembly.warnings.push(format!("{key} says {}, but there are {there}", said.get()));
        }
    }
    let credit = settled.records.iter().map(|record| credits[*record as usize]).collect();
    let links = numbers("credit", credit).into_iter().collect();
    let mut file = assembly.finish(names, settled, known, nodes.columns(), links);
    file.snapshot.header = header(fields);
    file.snapshot.model = fields.get("model").and_then(json::string).map(Cow::into_owned);
    Some(file)
}

/// NetworkX wrote `links` before version 3.4, and writes `edges` since.
fn link_values<'f>(fields: &Fields<'f>, mistakes: &mut Mistakes<'f>) -> Vec<&'f RawValue> {
    match (fields.get("links"), fields.get("edges")) {
        (Some(_), Some(edges)) => {
            mistakes.add_at(edges.get(), || "either links or edges is given, not both".to_owned());
            Vec::new()
        }
        (Some(_), None) => fields.array("links", mistakes),
        (None, _) => fields.array("edges", mistakes),
    }
}

/// The run that a snapshot of ours names.
fn header(fields: &Fields<'_>) -> Option<Header> {
    #[derive(Deserialize)]
    struct Graph {
        name: String,
        protocol: String,
        run: u32,
        t_ms: u64,
    }
    // What else other tools write there is theirs.
    let Graph { name, protocol, run, t_ms } =
        serde_json::from_str(fields.get("graph")?.get()).ok()?;
    Some(Header { name, protocol, run, t_ms })
}

/// The first pass: what the nodes are called, and their attributes.
#[derive(Default)]
struct Nodes<'f> {
    ids: Vec<(Cow<'f, str>, &'f str)>,
    given_names: Vec<Option<(Cow<'f, str>, &'f str)>>,
    gold: Vec<Option<u64>>,
    period_ms: Vec<Option<u64>>,
    rumours: Vec<Option<u64>>,
    state: Vec<Option<Cow<'f, str>>>,
    known: Known<'f>,
}

impl<'f> Nodes<'f> {
    fn add(&mut self, value: &'f RawValue, mistakes: &mut Mistakes<'f>) {
        let Some(node) = json::record::<Node<'_>>(value, mistakes) else {
            return;
        };
        let Some(id) = node.id else {
            mistakes.add_at(value.get(), || "this node has no id".to_owned());
            return;
        };
        match json::string_or_integer(id) {
            Some(text) if !text.is_empty() => self.ids.push((text, id.get())),
            _ => {
                let message = "a node id is a string that is not empty, or a whole number";
                mistakes.add_at(id.get(), || message.to_owned());
                return;
            }
        }
        let name = node.name.and_then(|name| {
            let text = json::string(name);
            if text.is_none() {
                mistakes.add_at(name.get(), || "a node name is a string".to_owned());
            }
            text.filter(|text| !text.is_empty()).map(|text| (text, name.get()))
        });
        self.given_names.push(name);
        let mut number = |key: &str, most: u64, field: Option<&'f RawValue>| {
            let field = field?;
            let number = json::whole(field).filter(|number| *number <= most);
            if number.is_none() {
                let message = || format!("{key} has to be a whole number, at most {most}");
                mistakes.add_at(field.get(), message);
            }
            number
        };
        self.gold.push(number("gold", u64::MAX, node.gold));
        self.period_ms.push(number("period_ms", u64::from(u32::MAX), node.period_ms));
        // Not needed to go on from here, so anything else of these names is no mistake.
        self.rumours.push(node.rumours.and_then(json::whole));
        self.state.push(node.state.and_then(json::string));
        self.known.groups.push(node.group.and_then(json::string_or_integer));
        let number = |field: &RawValue| field.get().parse::<f64>().ok().filter(|x| x.is_finite());
        let (x, y) = (node.x.and_then(number), node.y.and_then(number));
        self.known.positions.push(x.zip(y).map(|(x, y)| Position { x, y }));
        let bandwidth = node.bandwidth.and_then(|field| read_bandwidth(field, mistakes));
        self.known.bandwidths.push(bandwidth);
    }

    /// The given names; a node without one is called by its id.
    fn names(&mut self, by_id: Directory<'f>, mistakes: &mut Mistakes<'f>) -> Vec<Cow<'f, str>> {
        if self.given_names.iter().all(Option::is_none) {
            return by_id.into_names();
        }
        let ids = by_id.into_named();
        let names = std::mem::take(&mut self.given_names);
        let named = ids.into_iter().zip(names).map(|(id, name)| name.unwrap_or(id));
        Directory::new(named.collect(), mistakes).into_names()
    }

    fn columns(self) -> Vec<Column> {
        let columns = [
            numbers("gold", self.gold),
            numbers("period_ms", self.period_ms),
            numbers("rumours", self.rumours),
            texts("state", self.state),
        ];
        columns.into_iter().flatten().collect()
    }
}

/// The text of a string, else what stands there.
fn plain(field: &RawValue) -> Cow<'_, str> {
    json::string(field).unwrap_or(Cow::Borrowed(field.get()))
}

fn read_bandwidth<'f>(field: &'f RawValue, mistakes: &mut Mistakes<'f>) -> Option<Bandwidth> {
    let bandwidth = quantity::bandwidth(&plain(field));
    bandwidth.map_err(|message| mistakes.add_at(field.get(), || message)).ok()
}

impl<'f> Link<'f> {
    /// Its latency, under either name.
    fn latency(&self, weights: Weights, mistakes: &mut Mistakes<'f>) -> Option<Span> {
        if weights == Weights::Ignore {
            return None;
        }
        let mut read = |field: &'f RawValue| {
            let latency = quantity::latency(&plain(field));
            latency.map_err(|message| mistakes.add_at(field.get(), || message)).ok()
        };
        let both = (self.weight.map(&mut read), self.latency.map(&mut read));
        match both {
            (Some(weight), Some(latency)) => {
                if let (Some(weight), Some(latency), Some(field)) = (weight, latency, self.latency)
                    && weight != latency
                {
                    let message = "weight and latency disagree: leave one of them out";
                    mistakes.add_at(field.get(), || message.to_owned());
                }
                latency
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => None,
        }
    }

    /// Both ends, as written.
    fn ends(
        &self,
        value: &'f RawValue,
        directory: &Directory<'f>,
        mistakes: &mut Mistakes<'f>,
    ) -> Option<(NodeId, NodeId)> {
        let mut end = |role: &'static str, field: Option<&'f RawValue>| {
            let Some(field) = field else {
                mistakes.add_at(value.get(), || format!("this edge has no {role}"));
                return None;
            };
            let id = json::string_or_integer(field);
            let found = id.as_deref().and_then(|id| directory.find(id));
            if found.is_none() {
                mistakes.add_at(field.get(), || match id {
                    Some(id) => format!("the {role} {id} is no node"),
                    None => format!("the {role} of an edge is the id of a node"),
                });
            }
            found
        };
        let (source, target) = (end("source", self.source), end("target", self.target));
        Some((source?, target?))
    }
}
