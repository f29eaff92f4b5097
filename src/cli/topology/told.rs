//! What `corsair topology` tells of a graph: counts, statistics and how they are to be read.

use std::io;

use serde_json::{Map, Value as Json, json};

use super::{Arguments, Found};
use crate::cli::Format;
use crate::cli::output::{Terminal, table, word};
use crate::settings::visible;
use crate::topology::{Profile, Statistics};

type Metrics = Vec<(&'static str, Option<f64>)>;

impl Found {
    /// What its file holds in one line; nothing where the metrics say the same. They count the edges of
    /// an undirected graph once, the records' count does not.
    fn records(&self) -> Option<String> {
        let counts = self.counts?;
        if self.snapshot.graph.directed() {
            return Some(counts.to_string());
        }
        let is_plain =
            counts.edge_records == self.snapshot.graph.edges() && counts.done + counts.ignored == 0;
        let named = counts.named().into_iter().filter(|(name, _)| *name != "edges");
        let named: Vec<_> = named.map(|(name, count)| format!("{name} {count}")).collect();
        (!is_plain).then(|| named.join(", "))
    }
}

/// Tells what is in the graph, and what can be measured of it.
pub(super) fn tell(
    arguments: &Arguments,
    found: &Found,
    profile: &Profile,
    terminal: &mut Terminal,
) -> io::Result<()> {
    let metrics = metrics(found, profile);
    let notes = profile.notes();
    let degrees = if arguments.histogram { profile.degrees.as_slice() } else { &[] };
    match arguments.format {
        Format::Table => {
            tell_table(arguments, found, (&metrics, &notes), terminal)?;
            for (of, counts) in degrees {
                let name = format!("{of}degree");
                let rows = counts.iter().enumerate().filter(|(_, count)| **count > 0);
                let rows = rows.map(|(degree, count)| vec![degree.to_string(), count.to_string()]);
                terminal.say(table(&[&name, "nodes"], rows))?;
            }
        }
        Format::Csv => {
            let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
            let mut rows = Vec::new();
            for (name, count) in found.counts.iter().flat_map(|counts| counts.named()) {
                rows.push(vec!["count".to_owned(), name.to_owned(), count.to_string()]);
            }
            for (name, value) in &metrics {
                rows.push(vec!["metric".to_owned(), (*name).to_owned(), text(*value)]);
            }
            for (name, note) in &notes {
                rows.push(vec!["note".to_owned(), (*name).to_owned(), note.clone()]);
            }
            for (of, counts) in degrees {
                for (degree, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    rows.push(vec![format!("{of}degree"), degree.to_string(), count.to_string()]);
                }
            }
            terminal.csv(&["of", "name", "value"], &rows)?;
        }
        Format::Json => {
            let counts = found.counts.map(|counts| {
                let named = counts.named().into_iter();
                named.map(|(name, n)| (name.to_owned(), json!(n))).collect::<Map<_, _>>()
            });
            let metrics: Map<String, Json> =
                metrics.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            let mut object = json!({
                "what": arguments.what, "counts": counts, "metrics": metrics,
                "written": arguments.out,
            });
            for (name, note) in &notes {
                object["notes"][*name] = json!(note);
            }
            for (of, counts) in degrees {
                object[format!("{of}degrees")] = json!(counts);
            }
            terminal.say(object)?;
        }
    }
    terminal.flush()?;
    tell_what_next(arguments, terminal)
}

/// The profile; of a directed graph also what else is said of who knows whom.
fn metrics(found: &Found, profile: &Profile) -> Metrics {
    let mut metrics = profile.metrics.clone();
    if profile.directed {
        let known = Statistics::of(&found.snapshot.graph).metrics();
        let is_new = |name: &str| profile.metrics.iter().all(|metric| metric.0 != name);
        metrics.extend(known.into_iter().filter(|(name, _)| is_new(name)));
    }
    metrics
}

fn tell_table(
    arguments: &Arguments,
    found: &Found,
    (metrics, notes): (&Metrics, &[(&'static str, String)]),
    terminal: &mut Terminal,
) -> io::Result<()> {
    if let Some(records) = found.records() {
        terminal.say(visible(&format!("{}: {records}", arguments.what)))?;
    }
    let note_of = |name: &str| {
        let own = notes.iter().filter(|note| note.0 == name).map(|note| note.1.as_str());
        own.collect::<Vec<_>>().join("; ")
    };
    let rows = metrics.iter().map(|(name, value)| {
        let value = value.map_or("-".to_owned(), |value| value.to_string());
        let mut row = vec![(*name).to_owned(), value];
        row.extend((!notes.is_empty()).then(|| note_of(name)));
        row
    });
    let head = ["metric", "value", "note"];
    let head = if notes.is_empty() { &head[..2] } else { &head[..] };
    terminal.say(table(head, rows))
}

fn tell_what_next(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<()> {
    let told = |line: String, terminal: &mut Terminal| match arguments.format {
        Format::Table => terminal.say(line),
        _ => {
            terminal.note(line);
            Ok(())
        }
    };
    for path in &arguments.out {
        told(path.display().to_string(), terminal)?;
    }
    match arguments.out.first() {
        Some(path) => {
            let path = word(&path.display().to_string());
            told(format!("next: corsair topology {path}"), terminal)
        }
        None => told(
            format!("next: corsair topology {} --out graph.graphml", again(arguments)),
            terminal,
        ),
    }
}

/// The words that name the same graph once more, as a shell takes them.
fn again(arguments: &Arguments) -> String {
    let mut words = vec![word(&arguments.what)];
    words.extend(arguments.nodes.map(|nodes| format!("--nodes {nodes}")));
    words.extend(arguments.seed.map(|seed| format!("--seed {seed}")));
    words.extend(arguments.sets.iter().map(|set| format!("--set {}", word(set))));
    words.join(" ")
}
