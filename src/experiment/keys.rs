//! The keys of an experiment file, as far as they do not belong to a protocol.

use super::registry::CHOICES;
use super::study::SWEEP;
use super::topology::TOPOLOGIES;
use crate::faults::decode::FAULTS;
use crate::kernel::Span;
use crate::network::decode::NETWORK;
use crate::settings::{Key, Shape, Variant};

/// More nodes than fit into any machine's memory are a mistake.
pub(super) const NODES_MAX: u64 = 100_000_000;

/// All keys, with the workload that the protocol understands.
pub(super) const fn experiment(workload: Shape) -> [Key; 18] {
    [
        Key::required("schema", Shape::Count { min: 1, max: 1 }, "the version of this format: 1"),
        Key::required("name", Shape::Text, "results go to results/<name>/"),
        Key::optional("base", Shape::Path, "an experiment that this one changes"),
        Key::new("seed", Shape::COUNT, "1", "what all randomness is derived from"),
        Key::new(
            "replications",
            Shape::Count { min: 1, max: 1_000_000 },
            "1",
            "how many runs, each with a seed of its own",
        ),
        Key::varies(
            "nodes",
            Shape::Count { min: 0, max: NODES_MAX },
            "those of the graph file",
            "how many nodes, role nodes apart",
        ),
        Key::varies("stop", Shape::Keys(STOP), "the protocol's default", "what ends a run"),
        Key::optional("topology", Shape::OneOf(TOPOLOGIES), "who is whose neighbour"),
        Key::varies("network", Shape::Keys(NETWORK), "1ms, no loss", "what happens to messages"),
        Key::required("protocol", Shape::OneOf(CHOICES), "what the nodes do"),
        Key::varies("workload", workload, "[]", "what is asked of the nodes, and when"),
        Key::varies("faults", FAULTS, "[]", "what goes wrong, and when"),
        Key::varies("invariants", INVARIANTS, "all", "what is checked"),
        Key::varies("record", Shape::Keys(RECORD), "at the end only", "what is written down"),
        Key::varies(
            "assert",
            Shape::MapOf(&Shape::Keys(BOUNDS)),
            "{}",
            "what metrics must be at the end of every run; of several, their intervals",
        ),
        Key::new(
            "ci",
            Shape::Probability,
            "0.95",
            "how sure the intervals over replications are, 0.5 to 0.9999",
        ),
        Key::varies(
            "published",
            Shape::ListOf(&Shape::Keys(PUBLISHED)),
            "[]",
            "published figures, which are put beside ours",
        ),
        Key::optional(
            "sweep",
            Shape::Keys(SWEEP),
            "which settings a study varies; a run ignores it",
        ),
    ]
}

/// The keys of an experiment whose protocol is not known.
pub(super) const UNKNOWN: &[Key] = &experiment(Shape::Any);

const STOP: &[Key] = &[
    Key::optional("at", Shape::SPAN, "at this time; what falls on it still happens"),
    Key::optional("when", Shape::Keys(WHEN), "when a metric gets there"),
    Key::optional("events", Shape::at_least(1), "after so many activations"),
];

const WHEN: &[Key] = &[
    Key::required("metric", Shape::Text, "which metric"),
    Key::optional("at_least", Shape::NUMBER, "this or more"),
    Key::optional("at_most", Shape::NUMBER, "this or less"),
    Key::optional("equals", Shape::NUMBER, "exactly this"),
];

const BOUNDS: &[Key] = &[
    Key::optional("at_least", Shape::NUMBER, "this or more"),
    Key::optional("at_most", Shape::NUMBER, "this or less"),
    Key::optional("equals", Shape::NUMBER, "exactly this"),
];

const PUBLISHED: &[Key] = &[
    Key::varies(
        "at",
        Shape::MapOf(&Shape::Any),
        "{}",
        "where it holds: settings by their dotted keys; without any, everywhere",
    ),
    Key::required("metric", Shape::Text, "which metric"),
    Key::required("value", Shape::NUMBER, "what was published, in the unit of the metric"),
    Key::optional("se", Shape::Number { min: 0.0, max: f64::MAX }, "its standard error"),
    Key::required("source", Shape::Text, "where it was published"),
];

const INVARIANTS: Shape = Shape::Either(&[
    Shape::OneOf(&[
        Variant::word("all", "everything that the protocol can check"),
        Variant::word("none", "nothing"),
    ]),
    Shape::ListOf(&Shape::Text),
]);

const PERIOD: Shape = Shape::Span { min: Span::from_nanos(1), max: Span::MAX };

const RECORD: &[Key] = &[
    Key::optional("every", PERIOD, "a sample of the metrics each time; else at the end only"),
    Key::new("warmup", Shape::SPAN, "0s", "samples before it are dropped"),
    Key::optional("metrics", Shape::ListOf(&Shape::Text), "which metrics; else all"),
    Key::optional("graph", Shape::Keys(GRAPH), "snapshots of the graph"),
    Key::new("trace", Shape::OneOf(TRACES), "none", "what trace.jsonl holds"),
    Key::optional("events", Shape::Switch, "whether events.csv tells how each item spreads"),
];

/// Snapshots are files named after their millisecond.
const SNAPSHOTS: Shape = Shape::Span { min: Span::from_millis(1), max: Span::MAX };

const GRAPH: &[Key] = &[
    Key::optional("every", SNAPSHOTS, "a snapshot each time; else at the end only"),
    Key::varies("formats", Shape::ListOf(&FORMAT), "[node_link]", "which files"),
];

const FORMAT: Shape = Shape::OneOf(&[
    Variant::word("node_link", "node-link JSON, one file a snapshot"),
    Variant::word("graphml", "GraphML, one file a snapshot"),
    Variant::word("spigo", "spigo JSON 0.4, one log of the whole run"),
]);

pub(super) const TRACES: &[Variant] = &[
    Variant::word("none", "no trace is kept"),
    Variant::word("violations", "the last thousand events before a violation"),
    Variant::word("messages", "each message that was handled or lost, crashes and restarts"),
    Variant::word("full", "each activation, lost message, crash and fact"),
];
