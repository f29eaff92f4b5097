//! The key `bandwidth`: one rate for both directions, or a section.

use crate::network::line::{Bandwidth, BandwidthSource, Rate, Sharing};
use crate::network::uplink::Turns;
use crate::settings::{Key, Kind, Section, Shape, Variant};
use serde_json::json;

/// What stands for a bandwidth.
pub(super) const BANDWIDTH: Shape = Shape::Either(&[Shape::Bandwidth, Shape::Keys(KEYS)]);

const KEYS: &[Key] = &[
    Key::optional(
        "up",
        Shape::Bandwidth,
        "what a node sends with; else no message takes time to leave",
    ),
    Key::optional("down", Shape::Bandwidth, "what a node receives with, likewise"),
    Key::new("sharing", Shape::OneOf(SHARING), "fifo", "who leaves a node next"),
    Key::optional("queue", Shape::Bytes, "what waits for an uplink at most; the rest is lost"),
    Key::new("headers", Shape::Bytes, "0B", "what every message is longer by on its way"),
    Key::new("from_topology", Shape::Switch, "true", "bandwidths of the topology come first"),
];

const SHARING: &[Variant] = &[
    Variant::word("fifo", "who came first"),
    Variant::word("serial", "a queue for each destination, in turn, a whole message each"),
    Variant::word("fair", "the same, but all at once, an equal share of the rate each"),
];

/// Reads the key `bandwidth`, declared as [`BANDWIDTH`].
pub(super) fn read_bandwidth(s: &mut Section<'_>) -> Bandwidth {
    let Some(field) = s.optional("bandwidth") else { return Bandwidth::default() };
    if matches!(field.value().map(|value| &value.kind), Some(Kind::Map(_))) {
        return field.section(read_keys);
    }
    let bits = field.bandwidth(1);
    let rate = Rate::new(bits);
    s.put(
        "bandwidth",
        json!({
            "up": bits, "down": bits, "sharing": "fifo", "headers": 0, "from_topology": true,
        }),
    );
    Bandwidth { up: rate, down: rate, ..Bandwidth::default() }
}

fn read_keys(s: &mut Section<'_>) -> Bandwidth {
    let up = s.optional("up").and_then(|field| Rate::new(field.bandwidth(1)));
    let down = s.optional("down").and_then(|field| Rate::new(field.bandwidth(1)));
    let sharings = [
        ("fifo", Sharing::Fifo),
        ("serial", Sharing::Lanes(Turns::Serial)),
        ("fair", Sharing::Lanes(Turns::Fair)),
    ];
    Bandwidth {
        up,
        down,
        sharing: s.choice("sharing", &sharings, Sharing::Fifo),
        queue: s.optional("queue").map(|field| field.bytes(0)),
        headers: s.bytes("headers", 0),
        source: match s.switch("from_topology", true) {
            true => BandwidthSource::Topology,
            false => BandwidthSource::Network,
        },
    }
}
