//! `corsair topology`: graphs from files, generators and experiments; measured, and converted.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json, json};

use super::disk::LimitedDisk;
use super::input::{Read, read as read_experiment, read_stdin};
use super::output::{Terminal, table, word};
use super::{Format, Status, parse_count};
use crate::experiment::{NoGraph, builtin, generate, read_file, topologies};
use crate::kernel::Seed;
use crate::record::write_whole;
use crate::topology::Statistics;
use crate::topology::files::{
    Counts, ReadOptions, Snapshot, read as read_graph, write_graphml, write_node_link,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair topology crew.json                           what is in a graph file
  corsair topology crew.json --out crew.graphml        the same graph in another form
  corsair topology random_regular --nodes 100 --set degree=8
  corsair topology pirates-gold --out gold.json        the graph that an experiment starts from

Graph files are spigo JSON, node-link JSON and GraphML, told apart by what is in them. Written are
node-link JSON (.json) and GraphML (.graphml), with every attribute.")]
pub(super) struct Arguments {
    /// A graph file, the name of a generator, an experiment, or - for a graph on stdin
    what: String,
    /// How many nodes a generator makes, or an experiment has
    #[arg(long, value_name = "N", value_parser = parse_count)]
    nodes: Option<u32>,
    /// The root seed of what is drawn; 1 for generators
    #[arg(short, long, value_name = "SEED")]
    seed: Option<u64>,
    /// A setting of the generator, such as degree=8, or of the experiment
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Write the graph here; the ending says in which form, unless --to does
    #[arg(short, long = "out", value_name = "FILE")]
    out: Vec<PathBuf>,
    /// The form in which the graph is written; without --out, to stdout
    #[arg(long, value_enum, value_name = "FORM")]
    to: Option<Form>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The form of a graph file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Node-link JSON
    Json,
    /// GraphML
    Graphml,
}

impl Form {
    fn of(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "json" => Some(Form::Json),
            "graphml" | "xml" => Some(Form::Graphml),
            _ => None,
        }
    }

    /// Writes a graph; answers the warnings there are.
    fn write(self, snapshot: &Snapshot, out: &mut impl Write) -> io::Result<Vec<String>> {
        match self {
            Form::Json => write_node_link(snapshot, out).map(|()| Vec::new()),
            Form::Graphml => write_graphml(snapshot, out),
        }
    }
}

/// A graph, and what its file holds.
struct Found {
    snapshot: Snapshot,
    counts: Option<Counts>,
}

/// A complete graph is a rule; listed, its edges must fit into memory.
const EDGES_MAX: u64 = 1 << 28;

pub(super) fn topology(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let mut forms = Vec::new();
    for path in &arguments.out {
        let Some(form) = arguments.to.or(Form::of(path)) else {
            let path = path.display();
            terminal.error(&format!("{path} ends neither in .json nor in .graphml: add --to FORM"));
            return Ok(Status::BadInput);
        };
        forms.push((path, form));
    }
    let Found { snapshot, counts } = match find(arguments, terminal) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    if arguments.to.or(forms.first().map(|form| form.1)).is_some() && is_too_large(&snapshot) {
        let edges = 2 * snapshot.graph.edges();
        terminal.error(&format!("{edges} edges are too many for a file: give fewer nodes"));
        return Ok(Status::BadInput);
    }
    let disk = LimitedDisk::of_this_process();
    for (path, form) in &forms {
        let mut bytes = Vec::new();
        let warnings = form.write(&snapshot, &mut bytes)?;
        for warning in warnings {
            terminal.note(format_args!("{}: {warning}", path.display()));
        }
        if let Err(error) = write_whole(&disk, path, &bytes) {
            terminal.error(&error.to_string());
            return Ok(Status::Incomplete);
        }
    }
    match arguments.to.filter(|_| forms.is_empty()) {
        Some(form) => {
            let warnings = form.write(&snapshot, terminal.out())?;
            warnings.iter().for_each(|warning| terminal.note(warning));
        }
        None => tell(arguments, &snapshot, counts, terminal)?,
    }
    terminal.flush()?;
    Ok(Status::Good)
}

fn is_too_large(snapshot: &Snapshot) -> bool {
    snapshot.graph.rows().is_none() && snapshot.graph.edges() > EDGES_MAX
}

/// Looks for a file, then for a generator, then for a built-in experiment; tells what is wrong.
fn find(arguments: &Arguments, terminal: &Terminal) -> Result<Found, Status> {
    let what = arguments.what.as_str();
    let is_file = what == "-" || Path::new(what).exists();
    if !is_file && is_generator(what) {
        return of_generator(arguments, terminal);
    }
    if !is_file && builtin(what).is_none() {
        let generators = topologies().iter().map(|variant| variant.name);
        let generators: Vec<_> = generators.filter(|name| is_generator(name)).collect();
        terminal.error(&format!(
            "there is no file {what}, and no generator or example of that name; generators: {}; \
             corsair list examples names the examples",
            generators.join(", ")
        ));
        return Err(Status::BadInput);
    }
    if !is_file || is_experiment_path(what) {
        return of_experiment(arguments, terminal);
    }
    let bytes = if what == "-" { read_stdin() } else { read_file(Path::new(what)) };
    let bytes = bytes.map_err(|error| {
        terminal.error(&error);
        Status::BadInput
    })?;
    if what != "-" && is_experiment(&bytes) {
        return of_experiment(arguments, terminal);
    }
    if arguments.nodes.is_some() || arguments.seed.is_some() || !arguments.sets.is_empty() {
        terminal.error("a graph file is as it is: --nodes, --seed and --set are for generators");
        return Err(Status::BadInput);
    }
    match read_graph(&bytes, if what == "-" { "stdin" } else { what }, ReadOptions::default()) {
        Ok(file) => {
            file.warnings.iter().for_each(|w| terminal.note(format_args!("{what}: warning: {w}")));
            Ok(Found { snapshot: file.snapshot, counts: Some(file.counts) })
        }
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| terminal.plain(mistake));
            Err(Status::BadInput)
        }
    }
}

fn of_generator(arguments: &Arguments, terminal: &Terminal) -> Result<Found, Status> {
    let seed = Seed(arguments.seed.unwrap_or(1));
    match generate(&arguments.what, arguments.nodes, seed, &arguments.sets) {
        Ok((graph, report)) => {
            terminal.report(&report);
            Ok(Found { snapshot: Snapshot::of(graph), counts: None })
        }
        Err(NoGraph::Refused(report)) => {
            terminal.report(&report);
            Err(Status::BadInput)
        }
        Err(NoGraph::NotConnected(error)) => {
            terminal.error(&error);
            Err(Status::Failed)
        }
    }
}

fn is_generator(name: &str) -> bool {
    name != "file" && topologies().iter().any(|variant| variant.name == name)
}

fn is_experiment_path(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// A resolved experiment says its protocol where graphs say nothing.
fn is_experiment(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Resolved {
        #[serde(rename = "protocol")]
        _protocol: IgnoredAny,
    }
    serde_json::from_slice::<Resolved>(bytes).is_ok()
}

fn of_experiment(arguments: &Arguments, terminal: &Terminal) -> Result<Found, Status> {
    let mut sets = arguments.sets.clone();
    sets.extend(arguments.nodes.map(|nodes| format!("nodes={nodes}")));
    sets.extend(arguments.seed.map(|seed| format!("seed={seed}")));
    let Read::Good(experiment) = read_experiment(&arguments.what, &sets, terminal) else {
        return Err(Status::BadInput);
    };
    let snapshot = experiment.first_graph().map_err(|error| {
        terminal.error(&error);
        Status::BadInput
    })?;
    Ok(Found { snapshot, counts: None })
}

/// What is in the graph, and what can be measured of it.
fn tell(
    arguments: &Arguments,
    snapshot: &Snapshot,
    counts: Option<Counts>,
    terminal: &mut Terminal,
) -> io::Result<()> {
    let statistics = Statistics::of(&snapshot.graph);
    let metrics = statistics.metrics();
    let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    match arguments.format {
        Format::Table => {
            if let Some(counts) = counts {
                terminal.say(format_args!("{}: {counts}", arguments.what))?;
            }
            let shown =
                |value: Option<f64>| value.map_or("-".to_owned(), |value| value.to_string());
            let rows = metrics.map(|(name, value)| vec![name.to_owned(), shown(value)]);
            terminal.say(table(&["metric", "value"], rows))?;
        }
        Format::Csv => {
            let counts = counts.map_or(Vec::new(), |counts| counts.named().to_vec());
            let counts = counts.iter().map(|(name, count)| ("count", *name, count.to_string()));
            let metrics = metrics.iter().map(|(name, value)| ("metric", *name, text(*value)));
            let rows = counts.chain(metrics);
            let rows: Vec<_> =
                rows.map(|(of, name, value)| vec![of.into(), name.into(), value]).collect();
            terminal.csv(&["of", "name", "value"], &rows)?;
        }
        Format::Json => {
            let counts = counts.map(|counts| {
                let named = counts.named().into_iter();
                named.map(|(name, n)| (name.to_owned(), json!(n))).collect::<Map<_, _>>()
            });
            let metrics: Map<String, Json> =
                metrics.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            terminal.say(json!({
                "what": arguments.what, "counts": counts, "metrics": metrics, "written": arguments.out,
            }))?;
        }
    }
    terminal.flush()?;
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
        None => {
            let what = word(&arguments.what);
            told(format!("next: corsair topology {what} --out graph.graphml"), terminal)
        }
    }
}
