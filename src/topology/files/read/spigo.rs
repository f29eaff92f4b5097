//! spigo JSON, versions 0.0 to 0.4: a log of nodes and edges as they came and went.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::assembly::{Assembly, Change, Directory, Known, Step, Undirected};
use super::json::{self, Fields};
use super::mistake::Mistakes;
use super::{Directed, Direction, GraphFile, ReadOptions, Repeats};
use crate::kernel::NodeId;

/// What a record may hold; the first of node, edge, forget and done tells its kind.
#[derive(Deserialize)]
struct Record<'f> {
    #[serde(borrow)]
    node: Option<&'f RawValue>,
    #[serde(borrow)]
    edge: Option<&'f RawValue>,
    #[serde(borrow)]
    forget: Option<&'f RawValue>,
    #[serde(borrow)]
    done: Option<&'f RawValue>,
    #[serde(borrow)]
    source: Option<&'f RawValue>,
    #[serde(borrow)]
    target: Option<&'f RawValue>,
}

/// Reads a file whose fields are given.
pub(super) fn read<'f>(
    fields: &Fields<'f>,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    let reversed = match (options.edges, written_reversed(fields, mistakes)) {
        (Direction::Auto, reversed) => reversed,
        (given, _) => given == Direction::Reversed,
    };
    let values = fields.array("graph", mistakes);
    let directory = Directory::new(names(&values, mistakes), mistakes);
    let mut edges = Edges { directory, reversed, assembly: Assembly::default(), ids: Vec::new() };
    for (number, value) in (0..).zip(&values) {
        edges.apply(number, value, options, mistakes);
    }
    let Edges { directory, mut assembly, ids, .. } = edges;
    assembly.warn_of_repeated_ids(ids);
    let settled = assembly.settle(directory.len());
    if options.repeats.are_refused(Repeats::Drop) {
        json::refuse(&settled.repeats, &values, mistakes);
    }
    fields.refuse_empty("graph", directory.len(), mistakes);
    if !mistakes.is_empty() {
        return None;
    }
    let settled = match options.directed {
        Directed::No => settled.without_directions(),
        Directed::AsWritten | Directed::Yes => settled,
    };
    let names = directory.into_names();
    Some(assembly.finish(names, settled, Known::default(), Vec::new(), Vec::new()))
}

/// Whether the version of the file has the learner as the target of an edge.
fn written_reversed<'f>(fields: &Fields<'f>, mistakes: &mut Mistakes<'f>) -> bool {
    const KNOWN: &str = "the known versions are spigo-0.0 to 0.4";
    let Some(field) = fields.get("version") else {
        mistakes.add(0, || format!("spigo JSON needs a version; {KNOWN}"));
        return false;
    };
    match json::string(field).as_deref() {
        Some("spigo-0.0" | "spigo-0.1" | "spigo-0.2") => true,
        Some("spigo-0.3" | "spigo-0.4") => false,
        Some(other) => {
            mistakes.add_at(field.get(), || format!("unknown version {other}; {KNOWN}"));
            false
        }
        None => {
            mistakes.add_at(field.get(), || format!("a version is a string; {KNOWN}"));
            false
        }
    }
}

/// The first pass: the names of all nodes, and where they stand.
fn names<'f>(values: &[&'f RawValue], mistakes: &mut Mistakes<'f>) -> Vec<(Cow<'f, str>, &'f str)> {
    let mut names = Vec::new();
    for value in values {
        let Some(node) = json::record::<Record<'_>>(value, mistakes).and_then(|r| r.node) else {
            continue;
        };
        match json::string(node) {
            Some(name) if !name.is_empty() => names.push((name, node.get())),
            Some(_) => mistakes.add_at(node.get(), || "a node name is not empty".to_owned()),
            None => mistakes.add_at(node.get(), || "a node name is a string".to_owned()),
        }
    }
    names
}

/// The second pass: what the records do to edges.
struct Edges<'f> {
    directory: Directory<'f>,
    reversed: bool,
    assembly: Assembly,
    ids: Vec<Cow<'f, str>>,
}

impl<'f> Edges<'f> {
    fn apply(
        &mut self,
        number: u32,
        value: &'f RawValue,
        options: ReadOptions,
        mistakes: &mut Mistakes<'f>,
    ) {
        let Some(record) = json::record::<Record<'_>>(value, mistakes) else {
            return;
        };
        match record {
            Record { node: Some(_), .. } => {}
            Record { edge: Some(id), .. } => {
                self.ids.extend(json::string(id));
                let Some(ends) = self.ends(value, &record, ("edge", id), mistakes) else {
                    return;
                };
                if ends.0 == ends.1 && options.repeats.are_refused(Repeats::Drop) {
                    mistakes.add_at(value.get(), || "this edge joins a node to itself".to_owned());
                }
                let undirected = match options.directed {
                    Directed::No => Undirected::Yes,
                    Directed::AsWritten | Directed::Yes => Undirected::No,
                };
                self.assembly.edge(ends, number, undirected);
            }
            Record { forget: Some(id), .. } => {
                if let Some((source, target)) = self.ends(value, &record, ("forget", id), mistakes)
                {
                    let change = Change::Forget;
                    self.assembly.steps.push(Step { source, target, record: number, change });
                }
            }
            Record { done: Some(_), .. } => self.assembly.counts.done += 1,
            _ => self.assembly.counts.ignored += 1,
        }
    }

    /// Who knows whom.
    fn ends(
        &self,
        value: &'f RawValue,
        record: &Record<'f>,
        (kind, id): (&'static str, &'f RawValue),
        mistakes: &mut Mistakes<'f>,
    ) -> Option<(NodeId, NodeId)> {
        let mut end = |role: &'static str, field: Option<&'f RawValue>| {
            let what = || format!("{kind} {}", json::string_or_integer(id).unwrap_or_default());
            let Some(field) = field else {
                mistakes.add_at(value.get(), || format!("{} has no {role}", what()));
                return None;
            };
            let Some(name) = json::string(field) else {
                mistakes.add_at(field.get(), || format!("the {role} of an edge is a string"));
                return None;
            };
            let found = self.directory.find(&name);
            if name.is_empty() {
                mistakes.add_at(field.get(), || format!("{} has no {role}", what()));
            } else if found.is_none() {
                mistakes.add_at(field.get(), || format!("{}: {role} {name} is no node", what()));
            }
            found
        };
        let (source, target) = (end("source", record.source), end("target", record.target));
        let (source, target) = (source?, target?);
        Some(if self.reversed { (target, source) } else { (source, target) })
    }
}
