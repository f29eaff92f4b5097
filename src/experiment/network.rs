//! The section `network:` in its surroundings: the files that it names, and the metrics that it gives a meaning.

use super::files::Library;
use super::registry::Entry;
use crate::faults::Faults;
use crate::measure::{Metric, UPLINK};
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
    _faults: &Faults,
) -> Vec<&'static [Metric]> {
    let mut added: Vec<&'static [Metric]> = Vec::new();
    if network.bandwidth.up.is_some() {
        added.push(UPLINK);
    }
    added
}
