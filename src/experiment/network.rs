//! The section `network:` in its surroundings: the files that it names, and which metrics it and the faults
//! give a meaning.

use std::sync::Arc;

use super::files::Library;
use super::registry::Entry;
use super::topology::Topology;
use crate::faults::{Expanded, Fault, Faults, What};
use crate::kernel::{Probability, Seed, Span};
use crate::measure::{Metric, UPLINK, UPTIME};
use crate::network::decode::{Around, read_network};
use crate::network::{BandwidthSource, Network, NetworkConfig, Selector};
use crate::protocols::Calm;
use crate::settings::Section;
use crate::topology::generate::Generator;
use crate::topology::{Graph, Kind};

/// Reads the section.
pub(super) fn decode(
    s: &mut Section<'_>,
    entry: &dyn Entry,
    library: &Library,
    topology: Option<&Topology>,
) -> NetworkConfig<Selector> {
    let around = Around {
        kinds: entry.kinds(),
        files: &|path| library.read_named(path),
        has_latencies: topology.is_some_and(has_latencies),
        has_positions: topology.is_some_and(has_positions),
    };
    s.field("network").section(|s| read_network(s, &around))
}

/// Whether the graphs of a topology have latencies.
fn has_latencies(topology: &Topology) -> bool {
    match topology {
        Topology::File { latency, file, .. } => {
            latency.is_some() || file.snapshot.graph.has_latencies()
        }
        Topology::Drawn(recipe) => {
            let by_kind = match &recipe.kind {
                Kind::Clusters(clusters) => {
                    clusters.latencies.iter().flatten().any(Option::is_some)
                }
                Kind::Plain(generator) => matches!(
                    generator,
                    Generator::RandomGeometric { latency_per_unit: Some(_), .. }
                ),
            };
            by_kind || recipe.latency.is_some()
        }
    }
}

/// The longest latency of their edges; none where there is no bound.
pub(super) fn edge_greatest(topology: &Topology) -> Option<Span> {
    match topology {
        Topology::File { latency: Some(latency), .. } => latency.greatest(),
        Topology::File { file, .. } => Some(file.snapshot.graph.latency_greatest()),
        Topology::Drawn(recipe) => recipe.latency_greatest(),
    }
}

/// Whether their nodes have positions.
fn has_positions(topology: &Topology) -> bool {
    match topology {
        Topology::File { file, .. } => file.snapshot.graph.has_positions(),
        Topology::Drawn(recipe) => {
            matches!(recipe.kind, Kind::Plain(Generator::RandomGeometric { .. }))
        }
    }
}

/// Whether a message or its answer may get lost, by the network or by a fault.
pub(super) fn may_lose(network: &NetworkConfig<Selector>, faults: &Faults) -> bool {
    let drops = network.bandwidth.queue.is_some();
    network.is_lossy() || drops || faults.iter().any(|(_, fault)| fault.loses())
}

/// What may make messages take longer than the longest latency, in the words of a warning.
pub(super) fn slows(
    network: &NetworkConfig<Selector>,
    faults: &Faults,
    topology: Option<&Topology>,
) -> Option<&'static str> {
    if network.bandwidth.up.is_some()
        || network.bandwidth.down.is_some()
        || bandwidths_of(network, topology)
    {
        return Some("the bandwidth");
    }
    faults.iter().any(|(_, fault)| fault.slows()).then_some("a fault")
}

/// Whether the topology has bandwidths, and they count.
fn bandwidths_of(network: &NetworkConfig<Selector>, topology: Option<&Topology>) -> bool {
    network.bandwidth.source == BandwidthSource::Topology
        && matches!(topology, Some(Topology::File { file, .. }) if file.snapshot.graph.has_bandwidths())
}

/// The network of a run of that seed on a graph.
pub(super) fn network_on(graph: &Graph, config: NetworkConfig, seed: Seed) -> Network {
    Network::over(Arc::new(graph.clone()), config, seed)
}

/// What is to be expected when all faults are over; none where no bound is known.
pub(super) fn calm_after(
    faults: &Expanded,
    network: &NetworkConfig,
    graph: &Graph,
) -> Option<Calm> {
    let lingers = |what: &What| matches!(what, What::Crash { after_effects: Some(_), .. });
    let is_slow = network.bandwidth.up.is_some()
        || network.bandwidth.down.is_some()
        || graph.has_bandwidths();
    if is_slow || faults.happenings.iter().any(|happening| lingers(&happening.what)) {
        return None;
    }
    let latency = network.latency_greatest(Some(graph.latency_greatest()))?;
    let loss = network.loss_greatest()?;
    let duplicates = network.duplication.probability != Probability::ZERO;
    Some(Calm { heal: faults.heal, latency, loss, duplicates })
}

/// The metrics that are recorded beside the usual ones where nothing is said.
pub(super) fn added_metrics(
    network: &NetworkConfig<Selector>,
    faults: &Faults,
    topology: Option<&Topology>,
) -> Vec<&'static [Metric]> {
    let mut added: Vec<&'static [Metric]> = Vec::new();
    if network.bandwidth.up.is_some() || bandwidths_of(network, topology) {
        added.push(UPLINK);
    }
    let comes_and_goes =
        |fault: &Fault| matches!(fault, Fault::Churn { .. } | Fault::CrashPoisson { .. });
    if faults.iter().any(|(_, fault)| comes_and_goes(fault)) {
        added.push(UPTIME);
    }
    added
}
