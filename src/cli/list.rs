//! `corsair list`: what there is, from the same data that reads experiments.

use std::io;

use clap::ValueEnum;
use serde_json::{Map, Value as Json, json};

use super::output::{Terminal, table};
use super::{Format, Status};
use crate::check::{Invariant, NETWORK_FLAWS, PlantedFlaw};
use crate::experiment::{BUILTINS, PROTOCOLS, topologies};
use crate::faults::decode::FAULT_KINDS;
use crate::measure::{ENGINE, Metric, UPLINK, UPTIME};
use crate::settings::Variant;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair list                       everything, in short
  corsair list metrics               with units, scopes and definitions
  corsair list examples --format json")]
pub(super) struct Arguments {
    /// What is listed; else everything, in short
    #[arg(value_enum)]
    what: Option<What>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// What nodes can do
    Protocols,
    /// Experiments that ship with corsair
    Examples,
    /// What can be measured
    Metrics,
    /// What is checked
    Invariants,
    /// What can go wrong
    Faults,
    /// Who can be whose neighbour
    Topologies,
    /// Mistakes that can be planted, to see that their checks fire
    Flaws,
}

/// A list: its columns, the first a name, the last its meaning.
struct Listing {
    header: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

fn metric_row(protocol: &str, metric: &Metric) -> Vec<String> {
    row([metric.name, protocol, metric.unit, metric.scope.name(), metric.says])
}

fn variants(variants: &[Variant]) -> Listing {
    let rows = variants.iter().map(|variant| row([variant.name, variant.says])).collect();
    Listing { header: &["name", "meaning"], rows }
}

impl What {
    fn name(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }

    fn listing(self) -> Listing {
        match self {
            What::Protocols => Listing {
                header: &["name", "meaning"],
                rows: PROTOCOLS.iter().map(|entry| row([entry.name(), entry.says()])).collect(),
            },
            What::Examples => Listing {
                header: &["name", "meaning"],
                rows: BUILTINS.iter().map(|builtin| row([builtin.name, builtin.says()])).collect(),
            },
            What::Metrics => {
                let of_protocols = PROTOCOLS.iter().flat_map(|entry| {
                    entry.metrics().iter().map(|metric| metric_row(entry.name(), metric))
                });
                let of_all = ENGINE
                    .iter()
                    .chain(UPLINK)
                    .chain(UPTIME)
                    .map(|metric| metric_row("all", metric));
                Listing {
                    header: &["name", "protocol", "unit", "scope", "meaning"],
                    rows: of_protocols.chain(of_all).collect(),
                }
            }
            What::Invariants => {
                let rows = PROTOCOLS.iter().flat_map(|entry| {
                    let of_entry = |i: &Invariant| row([i.name, entry.name(), i.source, i.says]);
                    entry.invariants().iter().map(of_entry)
                });
                Listing { header: &["name", "protocol", "source", "meaning"], rows: rows.collect() }
            }
            What::Faults => variants(FAULT_KINDS),
            What::Topologies => variants(topologies()),
            What::Flaws => {
                let told = |owner, f: &PlantedFlaw| row([f.name, owner, f.breaks, f.says]);
                let of_protocols = PROTOCOLS.iter().flat_map(|entry| {
                    entry.flaws().iter().map(move |flaw| told(entry.name(), flaw))
                });
                let of_all = NETWORK_FLAWS.iter().map(|(_, flaw)| told("network", flaw));
                let rows = of_protocols.chain(of_all).collect();
                Listing { header: &["name", "protocol", "breaks", "meaning"], rows }
            }
        }
    }
}

pub(super) fn list(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    match (arguments.what, arguments.format) {
        (Some(what), format) => print(&what.listing(), format, terminal)?,
        (None, Format::Table) => print_all(terminal)?,
        (None, Format::Csv) => print(&all(), Format::Csv, terminal)?,
        (None, Format::Json) => {
            let lists = What::value_variants().iter();
            let lists: Map<_, _> =
                lists.map(|what| (what.name(), objects(&what.listing()))).collect();
            terminal.say(Json::Object(lists))?;
        }
    }
    terminal.flush()?;
    Ok(Status::Good)
}

/// All lists in one, with what they have in common.
fn all() -> Listing {
    let short = |what: &What| {
        let (list, name) = (what.listing(), what.name());
        list.rows.into_iter().map(move |mut row| {
            let says = row.pop().unwrap_or_default();
            vec![name.clone(), row.swap_remove(0), says]
        })
    };
    let rows = What::value_variants().iter().flat_map(short).collect();
    Listing { header: &["list", "name", "meaning"], rows }
}

fn print_all(terminal: &mut Terminal) -> io::Result<()> {
    for what in What::value_variants() {
        let short = all().rows.into_iter().filter(|row| row[0] == what.name());
        terminal.say(what.name())?;
        let rows = short.map(|row| vec![format!("  {}", row[1]), row[2].clone()]);
        terminal.say(table(&[], rows))?;
        terminal.say("")?;
    }
    terminal.say("next: corsair list metrics, or any other of these words, says more")?;
    terminal.say("      corsair run EXAMPLE")
}

fn print(listing: &Listing, format: Format, terminal: &mut Terminal) -> io::Result<()> {
    match format {
        Format::Table => terminal.say(table(listing.header, listing.rows.clone())),
        Format::Csv => terminal.csv(listing.header, &listing.rows),
        Format::Json => terminal.say(objects(listing)),
    }
}

fn objects(listing: &Listing) -> Json {
    let object = |row: &Vec<String>| {
        let cells = listing.header.iter().zip(row);
        Json::Object(cells.map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect())
    };
    listing.rows.iter().map(object).collect()
}
