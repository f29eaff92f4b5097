//! The cli layer: arguments, the terminal, exit statuses. Only here are the clock and the environment read.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod bench;
mod compare;
mod completions;
mod disk;
mod explain;
mod input;
mod list;
mod output;
mod plot;
mod provenance;
mod report;
mod run;
mod schema;
mod study;
mod summary;
mod told;
mod topology;
mod validate;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use output::Terminal;

/// A deterministic discrete-event simulator of message-passing protocols.
///
/// Without a command it runs the demo: a hundred pirates for three virtual minutes.
#[derive(Debug, Parser)]
#[command(name = "corsair", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "Exit status: 0 good; 1 an invariant or an assertion failed; 2 bad usage \
                        or input;\n3 incomplete; 4 not reproducible; 75 stopped early, run again to go on; \
                        130 interrupted.")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Say less on stderr
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Colours in messages
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

/// When messages have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The form of what is printed on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// Comma-separated values
    Csv,
    /// One JSON object
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an experiment and write its results
    Run(run::Arguments),
    /// Run a study: an experiment at many points, on as many machines as there are
    Sweep(study::sweep::Arguments),
    /// Say how far a study is
    Status(study::status::Arguments),
    /// Make the result of a study whose runs are all there
    Collect(study::collect::Arguments),
    /// Check experiment files, and say all that is wrong with them
    Validate(validate::Arguments),
    /// List what there is: protocols, examples, metrics, invariants, faults, topologies
    List(list::Arguments),
    /// Say what a key, the code of a mistake, a metric or an invariant means
    Explain(explain::Arguments),
    /// Print the JSON Schema of experiment files, for editors
    Schema(schema::Arguments),
    /// Say how much the metrics of two results differ, and how sure that is
    Compare(compare::Arguments),
    /// Check that results are intact, or that two of them are the same
    Verify(verify::Arguments),
    /// Make the report of results anew
    Report(report::Arguments),
    /// Draw one chart of results, in the terminal or as SVG
    Plot(plot::Arguments),
    /// Measure and convert graphs
    Topology(topology::Arguments),
    /// Measure the speed of this machine and this build
    Bench(bench::Arguments),
    /// Print the completions of a shell
    Completions(completions::Arguments),
}

/// A count, also as people write large ones: `1000000` or `1e6`.
fn parse_count(text: &str) -> Result<u32, String> {
    let (digits, zeros) = text.split_once('e').unwrap_or((text, "0"));
    let parsed = digits.parse::<u32>().ok().zip(zeros.parse().ok());
    let count = parsed.and_then(|(digits, zeros)| digits.checked_mul(10u32.checked_pow(zeros)?));
    let count = count.filter(|count| *count <= 100_000_000);
    count.ok_or_else(|| "a count is a whole number up to 100000000, such as 1000 or 1e6".to_owned())
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Good,
    Failed,
    BadInput,
    Incomplete,
    NotReproducible,
    /// Stopped early; the same command goes on.
    Stopped,
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Good => 0,
            Status::Failed => 1,
            Status::BadInput => 2,
            Status::Incomplete => 3,
            Status::NotReproducible => 4,
            Status::Stopped => 75,
            Status::Interrupted => 130,
        })
    }
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Status::BadInput } else { Status::Good }.into();
        }
    };
    let mut terminal = Terminal::new(arguments.color, arguments.quiet);
    let done = match arguments.command {
        None => run::demo(&mut terminal),
        Some(Command::Run(arguments)) => run::run(&arguments, &mut terminal),
        Some(Command::Sweep(arguments)) => study::sweep::sweep(&arguments, &mut terminal),
        Some(Command::Status(arguments)) => study::status::status(&arguments, &mut terminal),
        Some(Command::Collect(arguments)) => study::collect::collect(&arguments, &mut terminal),
        Some(Command::Validate(arguments)) => validate::validate(&arguments, &mut terminal),
        Some(Command::List(arguments)) => list::list(&arguments, &mut terminal),
        Some(Command::Explain(arguments)) => explain::explain(&arguments, &mut terminal),
        Some(Command::Schema(arguments)) => schema::schema(&arguments, &mut terminal),
        Some(Command::Compare(arguments)) => compare::compare(&arguments, &mut terminal),
        Some(Command::Verify(arguments)) => verify::verify(&arguments, &mut terminal),
        Some(Command::Report(arguments)) => report::report(&arguments, &mut terminal),
        Some(Command::Plot(arguments)) => plot::plot(&arguments, &mut terminal),
        Some(Command::Topology(arguments)) => topology::topology(&arguments, &mut terminal),
        Some(Command::Bench(arguments)) => bench::bench(&arguments, &mut terminal),
        Some(Command::Completions(arguments)) => {
            completions::completions(&arguments, &mut terminal)
        }
    };
    match done {
        Ok(status) => status.into(),
        // Whoever read our output has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Status::Good.into(),
        Err(error) => {
            terminal.error(&format!("cannot write to stdout: {error}"));
            Status::Incomplete.into()
        }
    }
}
