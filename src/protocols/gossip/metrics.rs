//! What is measured of gossip: every metric with its exact definition, and how it is read.

use super::Spreads;
use super::tally::{Spreading, Tally};
use crate::kernel::{Instant, NodeId, Span};
use crate::measure::{Cost, Id, Metric, Readings, Scope, gini};
use crate::simulation::Nodes;

const fn metric(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Run, cost: Cost::Counter, says }
}

const fn scan(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Run, cost: Cost::Scan, says }
}

const fn each(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Each("rumor"), cost: Cost::Counter, says }
}

/// All metrics of gossip. Those of rumors are, for a run, means over the rumors published after the warm-up. Times
/// count from a rumor's publish, which is round 0 of it. Where numbers are averaged there are no rumors, and elsewhere
/// nothing is averaged: those metrics are missing then.
pub const METRICS: &[Metric] = &[
    metric("coverage", "ratio", "sites that know a rumor, over all"),
    metric("residue", "ratio", "1 - coverage"),
    scan("coverage_up", "ratio", "sites that are up and know a rumor, over those that are up"),
    metric(
        "active",
        "count",
        "infective sites, copies of rumors under way and open calls; missing while publishes are to come",
    ),
    metric("rumors_sent", "count", "transfers of rumors sent, also lost ones, all rumors together"),
    metric("traffic", "rumors/node", "transfers of a rumor sent, also lost ones, over all sites"),
    metric("t_last", "rounds", "latest first receipt; 0 if only the origin knows"),
    metric("t_last", "ms", "latest first receipt; 0 if only the origin knows"),
    metric("t_ave", "rounds", "first receipts, mean over who knows, the origin at 0"),
    metric("t_ave", "ms", "first receipts, mean over who knows, the origin at 0"),
    metric(
        "t_ave_demers",
        "rounds",
        "rounds of all transfers that were news at the start of their round, summed, over who knows",
    ),
    metric(
        "t_quiet",
        "rounds",
        "the last round in which a site was infective; the present one while some are",
    ),
    metric(
        "delivery_latency",
        "ms",
        "publish to first receipt, mean over receipts, the origin's apart",
    ),
    metric("delivery_latency_p50", "ms", "publish to first receipt, median, within 1 %"),
    metric("delivery_latency_p90", "ms", "publish to first receipt, 9 of 10 below, within 1 %"),
    metric("delivery_latency_p99", "ms", "publish to first receipt, 99 of 100 below, within 1 %"),
    metric("t50", "ms", "publish until half of all sites know; missing if never, of any rumor"),
    metric("t90", "ms", "publish until 9 of 10 sites know; missing if never, of any rumor"),
    metric("t99", "ms", "publish until 99 of 100 sites know; missing if never, of any rumor"),
    metric("propagation_time", "ms", "publish to the last first receipt, mean over rumors"),
    metric("propagation_time_sd", "ms", "its standard deviation over rumors; missing below two"),
    metric("propagation_time_min", "ms", "the least of it"),
    metric("propagation_time_median", "ms", "the median of it"),
    metric("propagation_time_max", "ms", "the greatest of it"),
    metric("last_copy", "ms", "publish to the last copy that came, known or not, mean over rumors"),
    metric("duplicates", "count", "copies that reached sites that knew them, all rumors together"),
    metric("rmr", "ratio", "transfers over first receipts, less 1: relative message redundancy"),
    metric("hops_mean", "hops", "path length of first copies, mean over receipts"),
    metric("hops_max", "hops", "path length of first copies, the longest, mean over rumors"),
    scan("load_max", "count", "messages sent by the busiest site"),
    scan("load_gini", "ratio", "Gini coefficient of the messages sent by each site"),
    metric("publishes", "count", "rumors published after the warm-up"),
    metric("publishes_skipped", "count", "publishes of sites that were down"),
    metric(
        "cold_share",
        "ratio",
        "publishes after the warm-up that waited for discovery, over all",
    ),
    metric("p_die_out", "ratio", "rumors with coverage below 0.1, over all"),
    metric("coverage_if_major", "ratio", "coverage, mean over rumors with 0.1 or more"),
    metric("traffic_if_major", "rumors/node", "traffic, mean over the same"),
    metric("t_last_if_major", "rounds", "t_last, mean over the same"),
    metric("t_last_if_major", "ms", "t_last, mean over the same"),
    metric("t_ave_if_major", "rounds", "t_ave, mean over the same"),
    metric("t_ave_if_major", "ms", "t_ave, mean over the same"),
    each("coverage_each", "ratio", "sites that know it, over all"),
    each("propagation_time_each", "ms", "publish to its last first receipt"),
    each("t_last_each", "rounds", "latest first receipt"),
    each("t_last_each", "ms", "latest first receipt"),
    each("duplicates_each", "count", "copies of it that reached sites that knew it"),
    each("rumors_sent_each", "count", "transfers of it sent, also lost ones"),
    each("traffic_each", "rumors/node", "transfers of it sent, also lost ones, over all sites"),
    each("t_ave_each", "rounds", "its first receipts, mean over who knows, the origin at 0"),
    each("t_ave_each", "ms", "its first receipts, mean over who knows, the origin at 0"),
    each("t_ave_demers_each", "rounds", "t_ave_demers of it"),
    each("t_quiet_each", "rounds", "the last round in which a site was infective with it"),
    each("t50_each", "ms", "publish until half of all sites know it; missing if never"),
    each("t90_each", "ms", "publish until 9 of 10 sites know it; missing if never"),
    each("t99_each", "ms", "publish until 99 of 100 sites know it; missing if never"),
    each("rmr_each", "ratio", "transfers of it over its first receipts, less 1"),
    metric(
        "variance_ratio",
        "ratio",
        "variance of the estimates after a cycle over that before, mean over cycles 1 to 10",
    ),
    metric("rounds_to_error", "rounds", "the first cycle after which max_rel_error < target_error"),
    metric("refusals", "count", "exchanges refused by sites that wait for an answer of their own"),
    scan(
        "max_rel_error",
        "ratio",
        "the largest |estimate - mean of all numbers| of a site that is up, over that |mean|",
    ),
    scan(
        "mass_error",
        "ratio",
        "|what all sites hold and what is under way - the sum of all numbers|, over that |sum|",
    ),
    scan("mass_lost", "ratio", "what sites held that crashed, over the sum of all numbers"),
    Metric {
        scope: Scope::Each("cycle"),
        ..metric("variance_ratio_each", "ratio", "the same of each of these cycles")
    },
];

/// Below this coverage a rumor has died out.
const MAJOR: f64 = 0.1;

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Reads them.
pub(super) fn read<P: Spreads>(tally: &Tally, world: &impl Nodes<P>, readings: &mut Readings<'_>) {
    if let Some(ledger) = &tally.ledger {
        ledger.read(world, readings);
        return read_load(tally, readings);
    }
    let nodes = u64::from(tally.nodes);
    let share = |rumor: &Spreading| rumor.informed as f64 / nodes.max(1) as f64;
    let of = |read: &dyn Fn(&Spreading) -> f64| mean(tally.rumors().map(|(_, r)| read(r)));
    let sum = |read: &dyn Fn(&Spreading) -> u64| tally.rumors().map(|(_, r)| read(r)).sum::<u64>();
    let coverage = of(&share);
    readings.put("coverage", coverage);
    readings.put("residue", coverage.map(|coverage| 1.0 - coverage));
    readings.put("active", tally.active(world.now()).map(|active| active as f64));
    let (sent, receipts) = (sum(&|r| r.sent), sum(&|r| r.receipts));
    readings.count("rumors_sent", sent);
    readings.put("traffic", of(&|r| r.sent as f64 / nodes.max(1) as f64));
    readings.count("duplicates", sum(&|r| r.duplicates));
    readings.put("rmr", ratio(sent, receipts).map(|ratio| ratio - 1.0));
    readings.put("hops_mean", ratio(sum(&|r| r.hops), receipts));
    readings.put("hops_max", of(&|r| f64::from(r.hops_max)));
    let publishes = tally.rumors().count() as u64;
    readings.count("publishes", publishes);
    if readings.wants("publishes_skipped") {
        readings.count("publishes_skipped", tally.skipped(world.now()));
    }
    readings.put("cold_share", ratio(tally.cold, publishes));
    readings.put("p_die_out", of(&|r| f64::from(u8::from(share(r) < MAJOR))));
    read_times(tally, world.now(), readings);
    read_major(tally, readings);
    read_sites(tally, world, readings);
    read_each(tally, world.now(), readings);
}

/// The metrics of every rumor by itself, as far as they are wanted.
fn read_each(tally: &Tally, now: Instant, readings: &mut Readings<'_>) {
    let is_each = |metric: &&Metric| matches!(metric.scope, Scope::Each("rumor"));
    let mut wanted = METRICS.iter().filter(is_each);
    if !wanted.any(|metric| readings.wants(metric.name)) {
        return;
    }
    let (nodes, unit, in_rounds) =
        (f64::from(tally.nodes.max(1)), unit_of(tally), tally.in_rounds());
    for (id, rumor) in tally.rumors() {
        let mut put = |name: &str, value: Option<f64>| {
            readings.put_each(name, Id::Number(id.0), value);
        };
        put("coverage_each", Some(rumor.informed as f64 / nodes));
        put("t_last_each", Some(rumor.last as f64 / unit));
        put("duplicates_each", Some(rumor.duplicates as f64));
        put("propagation_time_each", rumor.last_span.map(Span::as_millis_f64));
        put("rumors_sent_each", Some(rumor.sent as f64));
        put("traffic_each", Some(rumor.sent as f64 / nodes));
        put("t_ave_each", Some(t_ave(rumor, unit)));
        if in_rounds {
            put("t_ave_demers_each", Some(t_ave_demers(rumor)));
            put("t_quiet_each", Some(tally.quiet(rumor, now) as f64));
        }
        for (name, reached) in ["t50_each", "t90_each", "t99_each"].iter().zip(rumor.reached) {
            put(name, reached.map(Span::as_millis_f64));
        }
        put("rmr_each", ratio(rumor.sent, rumor.receipts).map(|ratio| ratio - 1.0));
    }
}

/// What times are counted in: rounds, or milliseconds of nanoseconds.
fn unit_of(tally: &Tally) -> f64 {
    if tally.in_rounds() { 1.0 } else { 1e6 }
}

/// Mean time of first receipt over who knows, the origin at 0.
fn t_ave(rumor: &Spreading, unit: f64) -> f64 {
    rumor.sum as f64 / (rumor.receipts + 1) as f64 / unit
}

/// Rounds of transfers that were news, over who knows.
fn t_ave_demers(rumor: &Spreading) -> f64 {
    rumor.sum_useful as f64 / (rumor.receipts + 1) as f64
}

/// Means over both outcomes hide that rumors die out: these are over those that did not.
fn read_major(tally: &Tally, readings: &mut Readings<'_>) {
    let (nodes, unit) = (f64::from(tally.nodes.max(1)), unit_of(tally));
    let is_major = |rumor: &&Spreading| rumor.informed as f64 / nodes >= MAJOR;
    let major = || tally.rumors().map(|(_, rumor)| rumor).filter(is_major);
    readings.put("coverage_if_major", mean(major().map(|r| r.informed as f64 / nodes)));
    readings.put("traffic_if_major", mean(major().map(|r| r.sent as f64 / nodes)));
    readings.put("t_last_if_major", mean(major().map(|r| r.last as f64 / unit)));
    readings.put("t_ave_if_major", mean(major().map(|r| t_ave(r, unit))));
}

fn read_times(tally: &Tally, now: Instant, readings: &mut Readings<'_>) {
    let (in_rounds, unit) = (tally.in_rounds(), unit_of(tally));
    let of = |read: &dyn Fn(&Spreading) -> f64| mean(tally.rumors().map(|(_, r)| read(r)));
    readings.put("t_last", of(&|r| r.last as f64 / unit));
    readings.put("t_ave", of(&|r| t_ave(r, unit)));
    if in_rounds {
        readings.put("t_ave_demers", of(&t_ave_demers));
        readings.put("t_quiet", of(&|r| tally.quiet(r, now) as f64));
    }
    readings.put("delivery_latency", tally.delivery.mean_ms());
    for (name, share) in [
        ("delivery_latency_p50", 0.5),
        ("delivery_latency_p90", 0.9),
        ("delivery_latency_p99", 0.99),
    ] {
        readings.put(name, tally.delivery.quantile_ms(share));
    }
    for (name, place) in [("t50", 0), ("t90", 1), ("t99", 2)] {
        let reached = tally.rumors().map(|(_, r)| r.reached[place]).collect::<Option<Vec<_>>>();
        let spans = reached.unwrap_or_default();
        readings.put(name, mean(spans.into_iter().map(Span::as_millis_f64)));
    }
    let last_copies = tally.rumors().filter_map(|(_, r)| r.last_copy);
    readings.put("last_copy", mean(last_copies.map(Span::as_millis_f64)));
    if readings.want_any(&PROPAGATION) {
        let spans = tally.rumors().filter_map(|(_, r)| r.last_span);
        read_propagation(spans.map(Span::as_millis_f64).collect(), readings);
    }
}

const PROPAGATION: [&str; 5] = [
    "propagation_time",
    "propagation_time_sd",
    "propagation_time_min",
    "propagation_time_median",
    "propagation_time_max",
];

fn read_propagation(mut times: Vec<f64>, readings: &mut Readings<'_>) {
    times.sort_unstable_by(f64::total_cmp);
    let mean = mean(times.iter().copied());
    let sd = mean.filter(|_| times.len() > 1).map(|mean| {
        let squares: f64 = times.iter().map(|time| (time - mean) * (time - mean)).sum();
        (squares / (times.len() - 1) as f64).sqrt()
    });
    let half = times.len() / 2;
    let median = match times.len() % 2 {
        1 => Some(times[half]),
        _ => times.get(half).map(|upper| (times[half - 1] + upper) / 2.0),
    };
    let values = [mean, sd, times.first().copied(), median, times.last().copied()];
    for (name, value) in PROPAGATION.into_iter().zip(values) {
        readings.put(name, value);
    }
}

fn read_sites<P: Spreads>(tally: &Tally, world: &impl Nodes<P>, readings: &mut Readings<'_>) {
    if readings.wants("coverage_up") {
        let ids = (0..tally.nodes).map(NodeId);
        let up: Vec<NodeId> = ids.filter(|id| world.node(*id).is_some()).collect();
        let shares = tally.rumors().filter_map(|(_, rumor)| {
            ratio(up.iter().filter(|id| rumor.informs(**id)).count() as u64, up.len() as u64)
        });
        readings.put("coverage_up", mean(shares));
    }
    read_load(tally, readings);
}

fn read_load(tally: &Tally, readings: &mut Readings<'_>) {
    if readings.wants("load_max") {
        readings.put("load_max", tally.load.iter().max().map(|most| f64::from(*most)));
    }
    if readings.wants("load_gini") {
        let mut sent: Vec<u64> = tally.load.iter().map(|sent| u64::from(*sent)).collect();
        readings.put("load_gini", gini(&mut sent));
    }
}
