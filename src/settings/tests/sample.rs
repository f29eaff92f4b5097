//! A declaration with every shape in it, a text that gives every key, and how tests read them.

use serde_json::{Value as Json, json};

use crate::kernel::Span;
use crate::settings::{
    DistributionSetting, Field, Key, Report, Section, Shape, Source, Variant, decode, parse, set,
};

const SELECTOR: Shape = Shape::OneOf(&[
    Variant::word("all", "every node"),
    Variant::new("node", Shape::COUNT, "one node"),
    Variant::new("ids", Shape::ListOf(&Shape::COUNT), "these nodes"),
]);

const CRASH: &[Key] = &[
    Key::required("at", Shape::SPAN, "when it strikes"),
    Key::new("nodes", SELECTOR, "all", "whom it strikes"),
    Key::optional("restart_after", Shape::SPAN, "how long they are down"),
];

const GOSSIP: &[Key] = &[
    Key::new("fanout", Shape::Count { min: 1, max: 100 }, "1", "how many are told"),
    Key::new("mode", MODE, "push", "who speaks first"),
    Key::new("period", Shape::SPAN, "100ms", "time between rounds"),
    Key::new("phase", Shape::OneOf(&[Variant::word("random", "spread")]), "random", "first round"),
];

const MODE: Shape = Shape::OneOf(&[
    Variant::word("push", "who knows speaks"),
    Variant::word("pull", "who does not know asks"),
]);

const PIRATES: &[Key] = &[
    Key::varies("stay", FOREVER, "10s, or forever if modern", "when all leave"),
    Key::new("modern", Shape::Switch, "true", "which defaults hold"),
];

const FOREVER: Shape = Shape::Either(&[
    Shape::Span { min: Span::ZERO, max: Span::from_secs(3_600_000) },
    Shape::OneOf(&[Variant::word("forever", "nobody ever leaves")]),
]);

const NETWORK: &[Key] = &[
    Key::new("loss", Shape::Probability, "0", "share of messages that are lost"),
    Key::new("latency", Shape::Distribution, "1ms", "time on the way"),
    Key::optional("bandwidth", Shape::Bandwidth, "bits that a node sends a second"),
    Key::new("headers", Shape::Bytes, "0", "what each message carries besides"),
];

const TOPOLOGY: Shape = Shape::OneOf(&[
    Variant::word("complete", "everybody knows everybody"),
    Variant::new("ring", Shape::Keys(RING), "each knows its neighbours"),
    Variant::new("file", Shape::Path, "as the file says"),
]);

const RING: &[Key] = &[Key::new("k", Shape::at_least(1), "2", "neighbours of each")];

const BOUND: Shape = Shape::Keys(&[
    Key::optional("at_least", Shape::NUMBER, "the least"),
    Key::optional("at_most", Shape::NUMBER, "the greatest"),
]);

pub(super) const KEYS: &[Key] = &[
    Key::required("nodes", Shape::Count { min: 0, max: 1_000_000 }, "how many nodes"),
    Key::new("name", Shape::Text, "run", "what it is called"),
    Key::new("offset", Shape::Integer { min: -5, max: 5 }, "0", "where to begin"),
    Key::new("weight", Shape::NUMBER, "1", "how heavy"),
    Key::new("arrivals", Shape::Rate, "1/s", "how often"),
    Key::new("topology", TOPOLOGY, "complete", "who knows whom"),
    Key::new("network", Shape::Keys(NETWORK), "{}", "what messages suffer"),
    Key::new(
        "protocol",
        Shape::OneOf(&[
            Variant::new("gossip", Shape::Keys(GOSSIP), "rumours spread"),
            Variant::new("pirates", Shape::Keys(PIRATES), "names are dropped"),
        ]),
        "gossip",
        "what nodes do",
    ),
    Key::new(
        "faults",
        Shape::ListOf(&Shape::OneOf(&[
            Variant::new("crash", Shape::Keys(CRASH), "nodes stop"),
            Variant::new("pause", Shape::SPAN, "nodes wait"),
        ])),
        "[]",
        "what goes wrong",
    ),
    Key::new("assert", Shape::MapOf(&BOUND), "{}", "what must hold"),
    Key::optional("sweep", Shape::Any, "what is varied"),
];

/// Every key, with another value than its default.
pub(super) const SAMPLE: &str = r#"
nodes: 1000
name: 'it''s a "sample"'
offset: -3
weight: 0.1
arrivals: 30/m
topology: { ring: { k: 4 } }
network:
  loss: &loss 0.05
  latency: { lognormal: { median: 20ms, sigma: 0.5 } }
  bandwidth: 10Mbps
  headers: 1KiB
protocol:
  pirates: { stay: forever, modern: off }   # nobody leaves
faults:
  - crash: { at: 2s, nodes: { ids: [0, 3] }, restart_after: 1.5s }
  - crash: { at: 3s }
  - pause: 10ms
assert: { coverage: { at_least: 0.99 }, "lag": { at_most: 1e3 } }
sweep: { grid: { network.loss: [0, *loss] } }
"#;

/// What the sample says, as far as tests look at it.
#[derive(Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) nodes: u32,
    pub(super) latency: DistributionSetting,
    pub(super) stay: Option<Span>,
    pub(super) faults: Vec<String>,
}

pub(super) fn read(s: &mut Section<'_>) -> Settings {
    s.text("name", "run");
    s.integer("offset", 0);
    s.number("weight", 1.0);
    s.rate("arrivals", 1.0);
    s.field("topology").one_of("complete", |name, field| match name {
        "ring" => field.section(|s| s.count("k", 2usize)).to_string(),
        "file" => field.file("x"),
        _ => name.to_owned(),
    });
    let latency = s.field("network").section(|s| {
        s.probability("loss", 0.0);
        s.bytes("headers", 0);
        s.optional("bandwidth").map(|field| field.bandwidth(1));
        let fast = DistributionSetting::Constant(Span::from_millis(1));
        s.field("latency").distribution(fast)
    });
    let stay = s.field("protocol").one_of("gossip", |name, field| {
        field.section(|s| if name == "pirates" { pirates(s) } else { gossip(s) })
    });
    let faults = s.field("faults").list(|field| field.one_of("pause", fault));
    s.field("assert").map(|_, field| {
        field.section(|s| {
            s.optional("at_least").map(|field| field.number(0.0));
            s.optional("at_most").map(|field| field.number(0.0));
        });
    });
    if let Some(sweep) = s.optional("sweep") {
        let json = sweep.value().map_or(json!(null), |value| value.to_json());
        sweep.put(json);
    }
    Settings { nodes: s.count("nodes", 0), latency, stay, faults }
}

fn pirates(s: &mut Section<'_>) -> Option<Span> {
    let modern = s.switch("modern", true);
    let default = if modern { None } else { Some(Span::from_secs(10)) };
    s.field("stay").span_or("forever", default)
}

fn gossip(s: &mut Section<'_>) -> Option<Span> {
    let fanout: u8 = s.count("fanout", 1);
    s.choice("phase", &[("random", ())], ());
    let pull = s.choice("mode", &[("push", false), ("pull", true)], false);
    // A pull asks one node only.
    if !pull || fanout > 1 { Some(s.span("period", Span::from_millis(100))) } else { None }
}

fn fault(name: &'static str, field: Field<'_>) -> String {
    if name == "pause" {
        return format!("pause {}", field.span(Span::ZERO));
    }
    field.section(|s| {
        let at = s.span("at", Span::ZERO);
        let whom = s.field("nodes").one_of("all", |name, field| match name {
            "node" => vec![field.count(0)],
            "ids" => field.list(|field| field.count(0u64)),
            _ => vec![],
        });
        let back = s.optional("restart_after").map(|field| field.span(Span::ZERO));
        format!("crash {at} {whom:?} {back:?}")
    })
}

/// Reads a text with overrides; the settings count if the report accepts.
pub(super) fn try_read(text: &str, overrides: &[&str]) -> (Report, Option<(Settings, Json)>) {
    let mut report = Report::new();
    let tree = parse(&Source::new("x.yaml", text), &mut report);
    let decoded = tree.map(|mut tree| {
        overrides.iter().for_each(|assignment| set(&mut tree, assignment, &mut report));
        decode(&tree, KEYS, &mut report, read)
    });
    (report, decoded)
}

/// The canonical form of a text that is accepted.
pub(super) fn canonical(text: &str, overrides: &[&str]) -> Json {
    let (report, decoded) = try_read(text, overrides);
    assert!(report.accepts(), "{report}");
    decoded.unwrap().1
}
