//! `corsair topology`: graphs from files, generators and experiments; measured, and converted.

mod told;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::disk::LimitedDisk;
use super::input::{Read, read as read_experiment, read_stdin};
use super::output::Terminal;
use super::{Format, Status, parse_count};
use crate::experiment::{NoGraph, builtin, from_file, generate, read_file, topologies};
use crate::kernel::{Domain, NodeId, Seed, Stream};
use crate::record::write_whole;
use crate::settings::visible;
use crate::topology::files::{
    Counts, EdgeKey, Snapshot, write_dot, write_edge_list, write_gexf, write_graphml,
    write_node_link,
};
use crate::topology::{Effort, Graph, Profile};
use told::tell;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair topology crew.json                           what is in a graph file
  corsair topology crew.json --out crew.graphml        the same graph in another form
  corsair topology random_regular --nodes 100 --set degree=8
  corsair topology pirates-gold --out gold.json        the graph that an experiment starts from

  corsair topology erdos_renyi --nodes 1e5 --set mean_degree=8 --histogram
  corsair topology wan.json --from 0                   how soon a message from node 0 is everywhere

Graph files are node-link JSON, CSV edge lists, GraphML and spigo JSON, told apart by what is in
them. Written are node-link JSON (.json), CSV (.csv), GraphML (.graphml), GEXF (.gexf) and DOT (.dot).
Above 5,000 nodes paths are estimated from 256 sources, unless --exact.")]
pub(super) struct Arguments {
    /// A graph file, the name of a generator, an experiment, or - for a graph on stdin
    what: String,
    /// How many nodes a generator makes, or an experiment has
    #[arg(long, value_name = "N", value_parser = parse_count)]
    nodes: Option<u32>,
    /// The root seed of what is drawn; 1 for generators and files
    #[arg(short, long, value_name = "SEED")]
    seed: Option<u64>,
    /// A setting of the generator, such as degree=8, of the file, or of the experiment
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Write the graph here; the ending says in which form, unless --to does
    #[arg(short, long = "out", value_name = "FILE")]
    out: Vec<PathBuf>,
    /// Tell when what starts at this node, by id or label, arrives at the others
    #[arg(long, value_name = "NODE")]
    from: Option<String>,
    /// Tell how many nodes have how many neighbours
    #[arg(long)]
    histogram: bool,
    /// Look at all paths, however long that takes
    #[arg(long)]
    exact: bool,
    /// Call the edges of a node-link file links, as older tools do
    #[arg(long)]
    links: bool,
    /// Write graphs of more than 10 million edges, too
    #[arg(long)]
    force: bool,
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
    /// CSV edge list
    Csv,
    /// GraphML
    Graphml,
    /// GEXF 1.3
    Gexf,
    /// DOT, for Graphviz
    Dot,
}

impl Form {
    fn of(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "json" => Some(Form::Json),
            "csv" => Some(Form::Csv),
            "graphml" | "xml" => Some(Form::Graphml),
            "gexf" => Some(Form::Gexf),
            "dot" | "gv" => Some(Form::Dot),
            _ => None,
        }
    }

    /// Writes a graph; answers the warnings there are.
    fn write(
        self,
        snapshot: &Snapshot,
        key: EdgeKey,
        out: &mut impl Write,
    ) -> io::Result<Vec<String>> {
        match self {
            Form::Json => write_node_link(snapshot, key, out).map(|()| Vec::new()),
            Form::Csv => write_edge_list(snapshot, out),
            Form::Graphml => write_graphml(snapshot, out),
            Form::Gexf => write_gexf(snapshot, out).map(|()| Vec::new()),
            Form::Dot => write_dot(snapshot, out).map(|()| Vec::new()),
        }
    }
}

/// A graph, and what its file holds.
struct Found {
    snapshot: Snapshot,
    counts: Option<Counts>,
}

/// More edges are written only where that is meant.
const EDGES_MAX: u64 = 10_000_000;

pub(super) fn topology(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let mut forms = Vec::new();
    for path in &arguments.out {
        let Some(form) = arguments.to.or(Form::of(path)) else {
            let path = path.display();
            terminal.error(&format!(
                "{path} ends in none of .json, .csv, .graphml, .gexf and .dot: add --to FORM"
            ));
            return Ok(Status::BadInput);
        };
        forms.push((path, form));
    }
    let found = match find(arguments, terminal) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let snapshot = &found.snapshot;
    let is_written = arguments.to.is_some() || !forms.is_empty();
    if is_written && snapshot.graph.edges() > EDGES_MAX && !arguments.force {
        let edges = snapshot.graph.edges();
        terminal.error(&format!(
            "{edges} edges are too many for a file: give fewer nodes, or --force if that is meant"
        ));
        return Ok(Status::BadInput);
    }
    let key = if arguments.links { EdgeKey::Links } else { EdgeKey::Edges };
    let disk = LimitedDisk::of_this_process();
    for (path, form) in &forms {
        let mut bytes = Vec::new();
        let warnings = form.write(snapshot, key, &mut bytes)?;
        for warning in warnings {
            terminal.note(visible(&format!("{}: {warning}", path.display())));
        }
        if let Err(error) = write_whole(&disk, path, &bytes) {
            terminal.error(&error.to_string());
            return Ok(Status::Incomplete);
        }
    }
    if let Some(form) = arguments.to.filter(|_| forms.is_empty()) {
        let warnings = form.write(snapshot, key, terminal.out())?;
        warnings.iter().for_each(|warning| terminal.note(visible(warning)));
        terminal.flush()?;
        return Ok(Status::Good);
    }
    let from = match arguments.from.as_deref().map(|name| origin(&snapshot.graph, name)) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(error)) => {
            terminal.error(&error);
            return Ok(Status::BadInput);
        }
    };
    let effort = if arguments.exact { Effort::Exact } else { Effort::Usual };
    let seed = Seed(arguments.seed.unwrap_or(1));
    // Far from what any graph draws.
    let mut random = Stream::new(seed, Domain::Topology, u64::MAX, 0);
    let profile = Profile::of(&snapshot.graph, effort, from, &mut random);
    tell(arguments, &found, &profile, terminal)?;
    terminal.flush()?;
    Ok(Status::Good)
}

/// The node of a label, or else of an id.
fn origin(graph: &Graph, name: &str) -> Result<NodeId, String> {
    let is_there = |id: &NodeId| id.0 < graph.nodes();
    let by_label = graph.labels().find(name).filter(is_there);
    let found = by_label.or_else(|| name.parse().ok().map(NodeId).filter(is_there));
    found.ok_or_else(|| {
        let last = graph.nodes().saturating_sub(1);
        format!("there is no node {name}: --from takes a label, or an id from 0 to {last}")
    })
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
    of_file(arguments, &bytes, terminal)
}

fn of_file(arguments: &Arguments, bytes: &[u8], terminal: &Terminal) -> Result<Found, Status> {
    let has_nothing_to_draw = arguments.seed.is_some() && arguments.sets.is_empty();
    if arguments.nodes.is_some() || has_nothing_to_draw {
        terminal.error("a graph file is as it is: --nodes and --seed are for what is drawn");
        return Err(Status::BadInput);
    }
    let name = if arguments.what == "-" { "stdin" } else { &arguments.what };
    let seed = Seed(arguments.seed.unwrap_or(1));
    let (file, report) = from_file(name, bytes, seed, &arguments.sets)
        .map_err(|error| tell_no_graph(error, terminal))?;
    terminal.report(&report);
    for warning in &file.warnings {
        terminal.note(visible(&format!("{name}: warning: {warning}")));
    }
    Ok(Found { snapshot: file.snapshot, counts: Some(file.counts) })
}

fn tell_no_graph(error: NoGraph, terminal: &Terminal) -> Status {
    match error {
        NoGraph::Refused(report) => {
            terminal.report(&report);
            Status::BadInput
        }
        NoGraph::NotConnected(error) => {
            terminal.error(&error);
            Status::Failed
        }
        NoGraph::Mistakes(mistakes) => {
            mistakes.iter().for_each(|mistake| terminal.plain(mistake));
            Status::BadInput
        }
    }
}

fn of_generator(arguments: &Arguments, terminal: &Terminal) -> Result<Found, Status> {
    let seed = Seed(arguments.seed.unwrap_or(1));
    let (graph, report) = generate(&arguments.what, arguments.nodes, seed, &arguments.sets)
        .map_err(|error| tell_no_graph(error, terminal))?;
    terminal.report(&report);
    let model = Some(arguments.what.clone());
    Ok(Found { snapshot: Snapshot { model, ..Snapshot::of(graph) }, counts: None })
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
