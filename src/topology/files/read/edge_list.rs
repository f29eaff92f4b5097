//! CSV edge lists in: a header with source and target, an edge a line, nodes in order of appearance.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::assembly::{Assembly, Known, Undirected};
use super::mistake::Mistakes;
use super::{Direction, GraphFile, ReadOptions, Repeats, Weights, quantity};
use crate::kernel::NodeId;

/// Whether the first line is a header that names source and target.
pub(super) fn is_one(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default();
    let is_there = |name: &str| head.split(',').any(|field| plain(field) == name);
    is_there("source") && is_there("target")
}

/// A field without its quotes, for names that hold none.
fn plain(field: &str) -> &str {
    field.trim().trim_matches('"')
}

/// Where each column of the header is.
struct Columns {
    source: Option<usize>,
    target: Option<usize>,
    latency: Option<usize>,
    bandwidth: Option<usize>,
}

/// Reads an edge list that begins at `start`.
pub(super) fn read<'f>(
    text: &'f str,
    start: usize,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    let bytes = &text.as_bytes()[start..];
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let head = reader.headers().ok()?.clone();
    let find = |name: &str| head.iter().position(|field| field == name);
    let columns = Columns {
        source: find("source"),
        target: find("target"),
        latency: find("latency_ms").filter(|_| options.weights == Weights::Latency),
        bandwidth: find("bandwidth_bps"),
    };
    let mut list = List { columns, options, ..List::new() };
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {
                let offset = record.position().map_or(0, |position| position.byte() as usize);
                // The position of a record may lie at the end of the line before.
                let line = &text[start + offset..];
                let line = line.trim_start_matches(['\r', '\n']);
                list.edge(&record, line, mistakes);
            }
            Ok(false) => break,
            Err(error) => {
                let offset = error.position().map_or(0, |position| position.byte() as usize);
                mistakes.add(start + offset, || format!("not CSV: {error}"));
                return None;
            }
        }
    }
    list.finish(mistakes)
}

/// The edges so far.
struct List<'f> {
    columns: Columns,
    options: ReadOptions,
    ids: BTreeMap<String, NodeId>,
    names: Vec<String>,
    /// The line of each record.
    lines: Vec<&'f str>,
    assembly: Assembly,
    known: Known<'f>,
}

impl<'f> List<'f> {
    fn new() -> List<'f> {
        List {
            columns: Columns { source: None, target: None, latency: None, bandwidth: None },
            options: ReadOptions::default(),
            ids: BTreeMap::new(),
            names: Vec::new(),
            lines: Vec::new(),
            assembly: Assembly::default(),
            known: Known::default(),
        }
    }

    fn edge(&mut self, record: &csv::StringRecord, line: &'f str, mistakes: &mut Mistakes<'f>) {
        let field = |column: Option<usize>| {
            let text = column.and_then(|column| record.get(column)).unwrap_or_default();
            (!text.is_empty()).then_some((text, part(line, column.unwrap_or(0))))
        };
        let mut told = |role: &str| mistakes.add_at(line, || format!("this edge has no {role}"));
        let (source, target) = (field(self.columns.source), field(self.columns.target));
        let (Some((source, _)), Some((target, target_part))) = (source, target) else {
            told(if source.is_none() { "source" } else { "target" });
            return;
        };
        let ends = (self.id(source), self.id(target));
        if ends.0 == ends.1 && self.options.repeats.are_refused(Repeats::Refuse) {
            mistakes.add_at(target_part, || format!("self loop at {source}"));
        }
        let latency = field(self.columns.latency).and_then(|(text, part)| {
            quantity::latency(text).map_err(|message| mistakes.add_at(part, || message)).ok()
        });
        let bandwidth = field(self.columns.bandwidth).and_then(|(text, part)| {
            quantity::bandwidth(text).map_err(|message| mistakes.add_at(part, || message)).ok()
        });
        self.known.latencies.push(latency);
        self.known.link_bandwidths.push(bandwidth);
        let reversed = self.options.edges == Direction::Reversed;
        let ends = if reversed { (ends.1, ends.0) } else { ends };
        let number = self.lines.len() as u32;
        self.lines.push(line);
        self.assembly.edge(ends, number, self.undirected());
    }

    fn undirected(&self) -> Undirected {
        if self.options.directed.or(false) { Undirected::No } else { Undirected::Yes }
    }

    fn id(&mut self, name: &str) -> NodeId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = NodeId(self.names.len() as u32);
        self.ids.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        id
    }

    fn finish(mut self, mistakes: &mut Mistakes<'f>) -> Option<GraphFile> {
        let settled = self.assembly.settle(self.names.len() as u32);
        if self.options.repeats.are_refused(Repeats::Refuse) {
            for (again, first) in &settled.repeats {
                let source = mistakes.source;
                mistakes.add_at(self.lines[*again as usize], || {
                    let first = source.line(source.offset(self.lines[*first as usize]));
                    format!("this edge repeats the edge of line {first}")
                });
            }
        }
        if self.names.is_empty() && mistakes.is_empty() {
            mistakes.add(0, || "a graph needs at least one node".to_owned());
        }
        if !mistakes.is_empty() {
            return None;
        }
        let settled = match self.undirected() {
            Undirected::Yes => settled.without_directions(),
            Undirected::No => settled,
        };
        let names = self.names.into_iter().map(Cow::Owned).collect();
        Some(self.assembly.finish(names, settled, self.known, Vec::new(), Vec::new()))
    }
}

/// Where a field of a line starts, where no quotes are in the way.
fn part(line: &str, column: usize) -> &str {
    let end = line.find(['\r', '\n']).unwrap_or(line.len());
    if line[..end].contains('"') {
        return line;
    }
    let mut rest = line;
    for _ in 0..column {
        match rest[..end - (line.len() - rest.len())].find(',') {
            Some(comma) => rest = &rest[comma + 1..],
            None => return line,
        }
    }
    rest.trim_start_matches([' ', '\t'])
}
