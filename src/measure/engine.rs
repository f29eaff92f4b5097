//! The metrics that every run has, whatever its protocol: messages by fate, faults, events.

use super::metric::{Cost, Metric, Scope};
use super::reading::{Id, Readings};
use crate::kernel::{Instant, NodeId, Span};
use crate::network::Usage;
use crate::simulation::{Books, KindBooks, Uptime};

const fn count(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, scope: Scope::Run, cost: Cost::Counter, says }
}

const fn by_kind(name: &'static str, says: &'static str) -> Metric {
    Metric { name, unit: "count", scope: Scope::Kind, cost: Cost::Counter, says }
}

/// The metrics of the engine.
pub const ENGINE: &[Metric] = &[
    count("events", "count", "activations: boots, messages, timers, requests"),
    count("messages_sent", "count", "messages handed to the network"),
    count("messages_duplicated", "count", "extra copies that the network made"),
    count("messages_delivered", "count", "copies that a node handled"),
    count("messages_lost", "count", "copies lost, for any reason"),
    count("messages_lost_loss", "count", "copies lost by chance"),
    count("messages_lost_partitioned", "count", "copies lost to a partition, at either end"),
    count("messages_in_flight", "count", "copies under way"),
    count("messages_to_nobody", "count", "copies for nodes that were down, gone or never there"),
    count("crashes", "count", "nodes that crashed"),
    count("restarts", "count", "nodes that started again"),
    count(
        "faults_void",
        "count",
        "crashes of nodes that were down or gone, restarts of nodes that were up",
    ),
    by_kind("messages_sent_by_kind", "messages handed to the network, by kind"),
    by_kind("messages_duplicated_by_kind", "extra copies that the network made, by kind"),
    by_kind("messages_delivered_by_kind", "copies that a node handled, by kind"),
    by_kind("messages_lost_by_kind", "copies lost, by kind"),
    by_kind("messages_in_flight_by_kind", "copies under way, by kind"),
    by_kind("messages_to_nobody_by_kind", "copies for nobody, by kind"),
    count("messages_lost_queue_full", "count", "messages lost as their sender's queue was full"),
    count("bytes_sent", "bytes", "bytes of the messages that were handed to the network"),
    count("bytes_delivered", "bytes", "bytes of the copies that a node handled"),
];

/// The metrics of uplinks, of runs in which messages take time to leave.
pub const UPLINK: &[Metric] = &[
    Metric {
        name: "uplink_busy_share",
        unit: "ratio",
        scope: Scope::Each("node"),
        cost: Cost::Scan,
        says: "the share of the time so far in which a node's uplink was busy",
    },
    Metric {
        cost: Cost::Scan,
        ..count("uplink_busy_share_mean", "ratio", "that share, averaged over all nodes that sent")
    },
    Metric {
        cost: Cost::Scan,
        ..count("uplink_wait_mean", "ms", "how long messages waited for their uplinks, averaged")
    },
    Metric {
        cost: Cost::Scan,
        ..count("uplink_wait_max", "ms", "the longest that a message waited for its uplink")
    },
];

/// The metrics of nodes that come and go.
pub const UPTIME: &[Metric] = &[
    count(
        "availability",
        "ratio",
        "the share of nodes that were up, averaged over the time so far",
    ),
    count("session_mean", "ms", "the time for which nodes were up, over their crashes"),
    count("requests_to_nobody", "count", "requests made of nodes that were down or had left"),
];

/// Reads them at a moment.
pub fn read_uptime(
    uptime: &Uptime,
    requests_to_nobody: u64,
    now: Instant,
    readings: &mut Readings<'_>,
) {
    readings.count("requests_to_nobody", requests_to_nobody);
    readings.put("availability", uptime.availability(now));
    readings.put("session_mean", uptime.session_mean(now).map(Span::as_millis_f64));
}

/// Reads the metrics of uplinks at a moment.
pub fn read_uplinks(
    uplinks: impl Iterator<Item = (NodeId, Usage)>,
    now: Instant,
    readings: &mut Readings<'_>,
) {
    if !readings.want_any(&["uplink_busy_share", "uplink_busy_share_mean"])
        && !readings.want_any(&["uplink_wait_mean", "uplink_wait_max"])
    {
        return;
    }
    let (mut shares, mut nodes) = (0.0, 0.0);
    let (mut waited, mut count, mut max) = (0.0, 0, 0.0f64);
    for (node, Usage { busy, waits }) in uplinks {
        let share = busy.nanos() as f64 / now.nanos() as f64;
        readings.put_each("uplink_busy_share", Id::Number(node.0), share);
        shares += share;
        nodes += 1.0;
        waited += waits.total.as_millis_f64();
        count += waits.count;
        max = max.max(waits.max.as_millis_f64());
    }
    let known = |value: f64| Some(value).filter(|_| count > 0);
    readings.put("uplink_busy_share_mean", known(shares / nodes));
    readings.put("uplink_wait_mean", known(waited / count as f64));
    readings.put("uplink_wait_max", known(max));
}

/// Reads them.
pub fn read_engine(
    books: &Books,
    kinds: &[&'static str],
    [events, crashes, restarts, faults_void]: [u64; 4],
    readings: &mut Readings<'_>,
) {
    let total = books.total();
    readings.count("events", events);
    readings.count("messages_sent", total.sent);
    readings.count("messages_duplicated", total.duplicated);
    readings.count("messages_delivered", total.delivered);
    readings.count("messages_lost", total.lost());
    readings.count("messages_lost_loss", total.lost_by_chance);
    readings.count("messages_lost_partitioned", total.lost_to_partitions);
    readings.count("messages_lost_queue_full", total.lost_to_full_queues);
    readings.count("bytes_sent", total.bytes_sent);
    readings.count("bytes_delivered", total.bytes_delivered);
    readings.count("messages_in_flight", total.in_flight());
    readings.count("messages_to_nobody", total.to_nobody);
    readings.count("crashes", crashes);
    readings.count("restarts", restarts);
    readings.count("faults_void", faults_void);
    type Column = fn(&KindBooks) -> u64;
    let columns: [(&str, Column); 6] = [
        ("messages_sent_by_kind", |book| book.sent),
        ("messages_duplicated_by_kind", |book| book.duplicated),
        ("messages_delivered_by_kind", |book| book.delivered),
        ("messages_lost_by_kind", KindBooks::lost),
        ("messages_in_flight_by_kind", KindBooks::in_flight),
        ("messages_to_nobody_by_kind", |book| book.to_nobody),
    ];
    for (name, column) in columns {
        for (kind, book) in kinds.iter().zip(books.kinds()) {
            readings.put_each(name, Id::Name(kind), column(book) as f64);
        }
    }
}
