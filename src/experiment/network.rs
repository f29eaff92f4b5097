//! The section `network:` in its surroundings: the files that it names, and which metrics it and the faults
//! give a meaning.

use super::files::Library;
use super::registry::Entry;
use crate::faults::{Fault, Faults};
use crate::measure::{Metric, UPLINK, UPTIME};
use crate::network::decode::{Around, read_network};
use crate::network::{NetworkConfig, Selector};
use crate::settings::Section;

/// Reads the section.
pub(super) fn decode(
    s: &mut Section<'_>,
    entry: &dyn Entry,
    library: &Library,
) -> NetworkConfig<Selector> {
    let around = Around {
        kinds: entry.kinds(),
        files: &|path| library.read_named(path),
        has_latencies: false,
        has_positions: false,
    };
    s.field("network").section(|s| read_network(s, &around))
}

/// The metrics that are recorded beside the usual ones where nothing is said.
pub(super) fn added_metrics(
    network: &NetworkConfig<Selector>,
    faults: &Faults,
) -> Vec<&'static [Metric]> {
    let mut added: Vec<&'static [Metric]> = Vec::new();
    if network.bandwidth.up.is_some() {
        added.push(UPLINK);
    }
    let comes_and_goes =
        |fault: &Fault| matches!(fault, Fault::Churn { .. } | Fault::CrashPoisson { .. });
    if faults.iter().any(|(_, fault)| comes_and_goes(fault)) {
        added.push(UPTIME);
    }
    added
}
