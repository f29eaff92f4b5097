//! What is measured of pirates: every metric with its exact definition, and how it is read.

use super::message::Verdict;
use super::tally::{RUMOURS, Tally};
use super::{Chest, Keeps, Node};
use crate::kernel::NodeId;
use crate::measure::{Cost, Id, Metric, Readings, Scope, gini};
use crate::simulation::Nodes;
use crate::topology::{Histogram, Rows, Statistics};

const fn metric(name: &'static str, unit: &'static str, cost: Cost, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Run, cost, says }
}

const fn count(name: &'static str, says: &'static str) -> Metric {
    metric(name, "count", Cost::Counter, says)
}

const fn coins(name: &'static str, says: &'static str) -> Metric {
    metric(name, "coins", Cost::Counter, says)
}

const fn graph(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    metric(name, unit, Cost::Graph, says)
}

const fn rumour(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Each("rumour"), cost: Cost::Counter, says }
}

const fn degree(name: &'static str, says: &'static str) -> Metric {
    Metric { name, unit: "nodes", scope: Scope::Each("degree"), cost: Cost::Graph, says }
}

/// All metrics of pirates. "Pirates" are all N, also those that have left or are down.
pub const METRICS: &[Metric] = &[
    count("wakes", "firings of the wake timer"),
    count("wakes_idle", "wakes that sent nothing"),
    count("name_drops_learned", "name drops that added a buddy"),
    count("name_drops_known", "name drops about a buddy"),
    count("name_drops_full", "name drops that found no room"),
    count("name_drops_self", "name drops about the listener"),
    count("edge_records", "name drops learned or known: what spigo wrote to its files"),
    count("edges_formed", "buddies added, also by gifts"),
    count("edges_lost", "buddies removed, also by crashes"),
    count("gifts", "gold_coin messages that pirates sent"),
    count("rumours_told", "rumour messages that pirates sent"),
    count("reintroductions", "hello messages that pirates sent"),
    count("promises_broken", "forget messages sent"),
    count("promises_broken_mutual", "forget messages that found the sender among the buddies"),
    metric("population", "nodes", Cost::Counter, "pirates enlisted, not left and not down"),
    count("edges", "buddies now: distinct directed pairs"),
    metric("mean_degree", "edges/node", Cost::Counter, "edges over N"),
    degree("degree_in", "pirates that so many know"),
    degree("degree_out", "pirates that know so many"),
    graph("in_degree_max", "count", "the largest in-degree"),
    graph("out_degree_max", "count", "the largest out-degree"),
    graph("isolated", "count", "pirates without an edge, in or out"),
    metric("full", "count", Cost::Scan, "pirates with dunbar buddies"),
    graph("hubs", "nodes", "pirates of in-degree > 0 and >= 3 mean degrees"),
    graph("reciprocity", "ratio", "edges whose reverse exists, over edges; missing without edges"),
    graph("clustering", "ratio", "mean local clustering of the undirected projection, over all N"),
    graph("transitivity", "ratio", "3 triangles over connected triples of the same projection"),
    graph("components", "count", "weakly connected components"),
    graph("largest_component", "ratio", "size of the largest component over N"),
    coins("gold_total", "sum of all purses"),
    coins("gold_minted", "coins in the controller's messages"),
    coins("gold_given", "coins in the messages of pirates"),
    coins("gold_in_flight", "coins in copies under way"),
    coins("gold_lost", "coins in copies that were lost"),
    coins("gold_overboard", "coins delivered to nobody, refused, or gone with a wiped disk"),
    coins("gold_counterfeit", "coins in the extra copies of duplicated messages"),
    metric(
        "gold_gini",
        "ratio",
        Cost::Scan,
        "Gini coefficient of the purses; missing without gold",
    ),
    metric("gold_credited", "coins", Cost::Scan, "coins that buddies gave, in all ledgers"),
    metric("gold_strangers", "coins", Cost::Scan, "coins that strangers gave, in all ledgers"),
    metric("gold_forgotten", "coins", Cost::Scan, "coins that former buddies gave, in all ledgers"),
    metric("benefactors", "nodes/node", Cost::Scan, "buddies with credit, mean over N"),
    metric("rumour_coverage", "ratio", Cost::Counter, "pirates that ever heard rumour 0, over N"),
    rumour("rumour_coverage_each", "ratio", "pirates that ever heard it, over N"),
    rumour("rumour_t50", "ms", "from its first delivery until half of the pirates had heard it"),
    rumour("rumour_t99", "ms", "from its first delivery until 99 of 100 pirates had heard it"),
];

/// Reads them.
pub(super) fn read<P: Keeps>(tally: &Tally, world: &impl Nodes<P>, readings: &mut Readings<'_>) {
    let pirates = u64::from(world.config().pirates);
    read_counters(tally, pirates, readings);
    read_rumours(tally, pirates, readings);
    read_purses(world, readings);
    read_graph(world, readings);
}

/// A share of all pirates; missing when there are none.
fn share(part: u64, pirates: u64) -> Option<f64> {
    (pirates > 0).then(|| part as f64 / pirates as f64)
}

fn read_counters(tally: &Tally, pirates: u64, readings: &mut Readings<'_>) {
    let edges = tally.edges_formed - tally.edges_lost;
    let [learned, known, full, oneself] =
        [Verdict::Learned, Verdict::Known, Verdict::Full, Verdict::Oneself]
            .map(|verdict| tally.judged(verdict));
    let gold = tally.gold();
    for (name, value) in [
        ("wakes", tally.wakes),
        ("wakes_idle", tally.wakes_idle),
        ("name_drops_learned", learned),
        ("name_drops_known", known),
        ("name_drops_full", full),
        ("name_drops_self", oneself),
        ("edge_records", learned + known),
        ("edges_formed", tally.edges_formed),
        ("edges_lost", tally.edges_lost),
        ("gifts", tally.gifts),
        ("rumours_told", tally.rumours_told),
        ("reintroductions", tally.reintroductions),
        ("promises_broken", tally.promises_broken),
        ("promises_broken_mutual", tally.promises_broken_mutual),
        ("population", tally.population),
        ("edges", edges),
        ("gold_total", gold.total),
        ("gold_minted", gold.minted),
        ("gold_given", gold.given),
        ("gold_in_flight", gold.in_flight),
        ("gold_lost", gold.lost),
        ("gold_overboard", gold.overboard),
        ("gold_counterfeit", gold.counterfeit),
    ] {
        readings.count(name, value);
    }
    readings.put("mean_degree", share(edges, pirates));
}

fn read_rumours(tally: &Tally, pirates: u64, readings: &mut Readings<'_>) {
    readings.put("rumour_coverage", share(tally.rumours[0].heard, pirates));
    for (rumour, spread) in (0..RUMOURS as u32).zip(&tally.rumours) {
        if spread.since.is_none() {
            continue;
        }
        let id = Id::Number(rumour);
        readings.put_each("rumour_coverage_each", id, share(spread.heard, pirates));
        readings.put_each("rumour_t50", id, spread.t50.map(|span| span.as_millis_f64()));
        readings.put_each("rumour_t99", id, spread.t99.map(|span| span.as_millis_f64()));
    }
}

/// Each pirate, by id: its state, unless it is down, and its chest.
pub(super) fn pirates<P: Keeps>(
    world: &impl Nodes<P>,
) -> impl ExactSizeIterator<Item = (Option<&super::Pirate>, &Chest)> {
    (0..world.config().pirates as usize).map(move |index| {
        let id = NodeId(index as u32);
        let pirate = match world.node(id) {
            Some(Node::Pirate(pirate)) => Some(pirate),
            _ => None,
        };
        (pirate, P::durable(world.disk(id)).chest())
    })
}

fn read_purses<P: Keeps>(world: &impl Nodes<P>, readings: &mut Readings<'_>) {
    if readings.wants("gold_gini") {
        let mut purses: Vec<u64> =
            pirates(world).map(|(_, chest)| u64::from(chest.booty)).collect();
        readings.put("gold_gini", gini(&mut purses));
    }
    let ledgers = ["gold_credited", "gold_strangers", "gold_forgotten", "benefactors", "full"];
    if !readings.want_any(&ledgers) {
        return;
    }
    let (mut credited, mut strangers, mut forgotten) = (0, 0, 0);
    let (mut benefactors, mut full) = (0u64, 0);
    let dunbar = usize::from(world.config().dunbar);
    for (pirate, chest) in pirates(world) {
        credited += chest.credited();
        strangers += chest.strangers;
        forgotten += chest.forgotten;
        benefactors += chest.credit.iter().filter(|coins| **coins > 0).count() as u64;
        full += u64::from(pirate.is_some_and(|pirate| pirate.buddies().len() >= dunbar));
    }
    readings.count("gold_credited", credited);
    readings.count("gold_strangers", strangers);
    readings.count("gold_forgotten", forgotten);
    readings.count("full", full);
    readings.put("benefactors", share(benefactors, u64::from(world.config().pirates)));
}

/// Who knows whom, now.
pub(super) fn rows<P: Keeps>(world: &impl Nodes<P>) -> Rows {
    Rows::collect(
        pirates(world).map(|(pirate, _)| {
            pirate.map_or([].as_slice(), |pirate| pirate.buddies()).iter().copied()
        }),
    )
}

fn read_graph<P: Keeps>(world: &impl Nodes<P>, readings: &mut Readings<'_>) {
    let wanted = METRICS.iter().filter(|metric| metric.cost == Cost::Graph);
    if !wanted.clone().any(|metric| readings.wants(metric.name)) {
        return;
    }
    let statistics = Statistics::of_rows(&rows(world));
    for (name, value) in statistics.metrics() {
        // Those that cost less were read from the counters.
        if wanted.clone().any(|metric| metric.name == name) {
            readings.put(name, value);
        }
    }
    let tables: [(&str, &Histogram); 2] =
        [("degree_in", &statistics.in_degrees), ("degree_out", &statistics.out_degrees)];
    for (name, histogram) in tables {
        for (degree, nodes) in (0..).zip(histogram) {
            readings.put_each(name, Id::Number(degree), *nodes as f64);
        }
    }
}
