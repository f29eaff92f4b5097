//! `corsair plot`: one chart of results, as text or as SVG.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use super::Status;
use super::disk::LimitedDisk;
use super::output::Terminal;
use super::report::manifest;
use crate::experiment::{Ask, plot as make};
use crate::record::write_whole;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair plot results/pirates/ID --x t --y gold_gini           over virtual time
  corsair plot results/gossip/ID --x network.loss --y coverage --by fanout
  corsair plot results/pirates/ID --x edges --y gold_gini       each run a dot
  corsair plot results/pirates/ID --x t --y edges -o edges.svg

Factors may be named by the end of their key. Factors that are not named are held at their level at
the baseline, else at the first point; the chart says so. Over a metric all runs are shown.")]
pub(super) struct Arguments {
    /// A results folder, as a run has printed it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What is across: a factor, t for virtual time, or a metric
    #[arg(long, value_name = "K")]
    x: String,
    /// What is up: a metric
    #[arg(long, value_name = "M")]
    y: String,
    /// The factor whose levels are lines
    #[arg(long, value_name = "K")]
    by: Option<String>,
    /// Write the chart here, as SVG
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The form of the chart; svg where it goes to a file
    #[arg(long, value_enum)]
    format: Option<Form>,
}

/// The form of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Characters
    Text,
    /// Scalable vector graphics
    Svg,
}

pub(super) fn plot(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    let Arguments { folder, x, y, by, out, format } = arguments;
    let ask = Ask { x, y, by: by.as_deref() };
    let made = manifest(folder).and_then(|_| make(folder, ask).map_err(|error| error.to_string()));
    let chart = match made {
        Ok(chart) => chart,
        Err(sentence) => {
            terminal.error(&sentence);
            return Ok(Status::BadInput);
        }
    };
    let form = format.unwrap_or(if out.is_some() { Form::Svg } else { Form::Text });
    let drawn = match form {
        Form::Text => chart.text(),
        Form::Svg => chart.svg(),
    };
    let Some(path) = out else {
        terminal.out().write_all(drawn.as_bytes())?;
        terminal.flush()?;
        return Ok(Status::Good);
    };
    if let Err(error) = write_whole(&LimitedDisk::of_this_process(), path, drawn.as_bytes()) {
        terminal.error(&error.to_string());
        return Ok(Status::Incomplete);
    }
    terminal.say(path.display())?;
    terminal.flush()?;
    Ok(Status::Good)
}
