//! `corsair bench`: the speed of this build on this machine, in CPU time.

mod queue;
mod work;

use std::io;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::output::{Terminal, brief, grouped, table};
use super::{Format, Status, parse_count};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair bench                                all lines with 1e5 and 1e6 nodes
  corsair bench pirates-scale --nodes 1e7      one line, and larger: about 1.5 GB
  corsair bench --queue                        the event queue against two others

Each line is a run in a process of its own, set-up and metrics included, with nothing written to
disk. Events are deliveries and timers, or the edges of a graph; boots are not counted. Build with --release.")]
pub(super) struct Arguments {
    /// Which lines; else all
    #[arg(value_enum, value_name = "LINE")]
    lines: Vec<Line>,
    /// How many nodes, or pending events with --queue; may be repeated
    #[arg(long, value_name = "N", value_parser = parse_count)]
    nodes: Vec<u32>,
    /// Time a pop and a push of the event queue, std's binary heap and priority-queue
    #[arg(long, conflicts_with = "lines")]
    queue: bool,
    /// The form of what is printed; json is one object a line
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Work on one line in this process, and print what was measured as JSON
    #[arg(long, hide = true)]
    here: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Line {
    /// The built-in pirates-scale: sixty virtual seconds of names and gold
    PiratesScale,
    /// W1, the job of spigo: exactly seven messages a pirate
    Spigo,
    /// W2: W1, each edge reported to the controller, and the graph logged as spigo does
    SpigoLog,
    /// A flood on a random graph of degree 8, 1 to 100 ms a link
    Flood,
    /// A rumor among all, pushed in rounds until it is quiet, k = 1
    Rumor,
    /// Anti-entropy among all, push and pull in rounds, until all know
    AntiEntropy,
    /// A ring, each edge of which counts as an event
    GraphRing,
    /// A random graph of mean degree 8; edges count as events
    GraphErdosRenyi,
    /// A random graph of degree 8; edges count as events
    GraphRandomRegular,
}

impl Line {
    fn name(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }
}

/// What was measured of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Measured {
    name: String,
    nodes: u32,
    /// Deliveries and timers.
    events: u64,
    cpu_s: f64,
    events_per_s: f64,
    ns_per_event: f64,
    /// The most memory that the process ever had; `None`: this system does not say.
    peak_mb: Option<f64>,
    bytes_per_node: Option<f64>,
}

pub(super) fn bench(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    if cfg!(debug_assertions) {
        terminal.note("note: this is a debug build; cargo build --release makes the fast one");
    }
    if arguments.queue {
        return queue::bench(&arguments.nodes, arguments.format, terminal);
    }
    if arguments.here {
        return here(arguments, terminal);
    }
    let lines = match arguments.lines.as_slice() {
        [] => Line::value_variants(),
        lines => lines,
    };
    let sizes = match arguments.nodes.as_slice() {
        [] => &[100_000, 1_000_000],
        sizes => sizes,
    };
    let mut all = Vec::new();
    for line in lines {
        for nodes in sizes {
            terminal.note(format_args!(
                "{} with {} nodes ...",
                line.name(),
                grouped((*nodes).into())
            ));
            match in_a_child(*line, *nodes) {
                Ok(measured) => all.push(measured),
                Err(error) => {
                    terminal.error(&error);
                    return Ok(Status::Incomplete);
                }
            }
        }
    }
    print(&all, arguments.format, terminal)?;
    terminal.flush()?;
    terminal.note("next: corsair bench --queue        the event queue alone");
    Ok(Status::Good)
}

fn here(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let (&[line], &[nodes]) = (arguments.lines.as_slice(), arguments.nodes.as_slice()) else {
        terminal.error("--here takes one line and one number of nodes");
        return Ok(Status::BadInput);
    };
    match work::measure(line, nodes) {
        Ok(measured) => terminal.say(serde_json::to_string(&measured)?)?,
        Err(error) => {
            terminal.error(&error);
            return Ok(Status::Incomplete);
        }
    }
    terminal.flush()?;
    Ok(Status::Good)
}

/// A fresh process, so that its peak of memory is its own.
fn in_a_child(line: Line, nodes: u32) -> Result<Measured, String> {
    let program = std::env::current_exe().map_err(|error| format!("where is corsair? {error}"))?;
    let mut command = Command::new(program);
    command.args(["bench", "--here", &line.name(), "--nodes", &nodes.to_string()]);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("corsair cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("{} with {nodes} nodes ended with {}", line.name(), output.status));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{} with {nodes} nodes said nothing: {error}", line.name()))
}

/// CPU seconds of this process so far.
fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn print(all: &[Measured], format: Format, terminal: &mut Terminal) -> io::Result<()> {
    const HEADER: [&str; 8] = [
        "name",
        "nodes",
        "events",
        "cpu_s",
        "events_per_s",
        "ns_per_event",
        "peak_mb",
        "bytes_per_node",
    ];
    match format {
        Format::Json => {
            all.iter().try_for_each(|measured| terminal.say(serde_json::to_string(measured)?))
        }
        Format::Csv => {
            let row = |m: &Measured| {
                let optional = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
                vec![
                    m.name.clone(),
                    m.nodes.to_string(),
                    m.events.to_string(),
                    m.cpu_s.to_string(),
                    m.events_per_s.to_string(),
                    m.ns_per_event.to_string(),
                    optional(m.peak_mb),
                    optional(m.bytes_per_node),
                ]
            };
            terminal.csv(&HEADER, &all.iter().map(row).collect::<Vec<_>>())
        }
        Format::Table => {
            let row = |m: &Measured| {
                vec![
                    m.name.clone(),
                    grouped(m.nodes.into()),
                    grouped(m.events as i64),
                    brief(Some(m.cpu_s)),
                    grouped(m.events_per_s.round() as i64),
                    brief(Some(m.ns_per_event)),
                    brief(m.peak_mb),
                    brief(m.bytes_per_node),
                ]
            };
            terminal.say(table(&HEADER, all.iter().map(row)))
        }
    }
}
