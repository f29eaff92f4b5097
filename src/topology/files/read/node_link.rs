//! Node-link JSON in: our own snapshots, and what NetworkX and D3 write.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::assembly::{Assembly, Directory, Undirected, numbers, texts};
use super::json::{self, Fields};
use super::mistake::Mistakes;
use super::{Direction, GraphFile, ReadOptions, Repeats};
use crate::kernel::NodeId;
use crate::topology::files::{Column, Header};

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
}

#[derive(Deserialize)]
struct Link<'f> {
    #[serde(borrow)]
    source: Option<&'f RawValue>,
    #[serde(borrow)]
    target: Option<&'f RawValue>,
    #[serde(borrow)]
    credit: Option<&'f RawValue>,
}

/// Reads a file whose fields are given.
pub(super) fn read<'f>(
    fields: &Fields<'f>,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    let directed = fields.truth("directed", mistakes).unwrap_or(false);
    let multigraph = fields.truth("multigraph", mistakes).unwrap_or(false);
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
    for (number, value) in (0..).zip(&values) {
        let link = json::record::<Link<'_>>(value, mistakes);
        credits.push(link.as_ref().and_then(|link| link.credit).and_then(json::whole));
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
    let mut file = assembly.finish(names, settled.rows, nodes.columns(), links);
    file.snapshot.header = header(fields);
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

impl<'f> Link<'f> {
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
