//! The experiment keys of gossip, declared.

use super::aggregate::{TARGET_ERROR, VALUES};
use super::median::{COUNTER, CTR_MAX, MAX_AGE};
use crate::settings::{Key, Shape, Variant};

const FANOUT: Shape = Shape::Count { min: 1, max: 1_000_000 };
const STEPS: Shape = Shape::Count { min: 1, max: 60_000 };
const HOPS: Shape = Shape::Count { min: 0, max: 60_000 };

/// The keys of `protocol.gossip`.
pub(super) const KEYS: &[Key] = &[
    Key::new("algorithm", Shape::OneOf(ALGORITHMS), "anti_entropy", "how rumors spread"),
    Key::new(
        "clock",
        Shape::OneOf(&[
            Variant::word("rounds", "all act at once, on what they knew when the round began"),
            Variant::word("timers", "each acts by a timer of its own, on what it knows"),
        ]),
        "timers",
        "when sites act that do not only answer",
    ),
    Key::new(
        "mode",
        Shape::OneOf(&[
            Variant::word("push", "who calls gives"),
            Variant::word("pull", "who is called gives"),
            Variant::word("push_pull", "both give"),
        ]),
        "push",
        "who gives in an exchange (rumor, anti_entropy)",
    ),
    Key::new("fanout", FANOUT, "1", "distinct random peers (infect_*, anti_entropy)"),
    Key::varies(
        "period",
        Shape::Distribution,
        "100ms",
        "from one turn to the next; with timers it may be a distribution",
    ),
    Key::new(
        "phase",
        Shape::OneOf(&[
            Variant::word("random", "a uniform moment of the first period"),
            Variant::word("aligned", "all at its start"),
            Variant::word("redraw", "a uniform moment of every period"),
        ]),
        "random",
        "where in its period a timer fires",
    ),
    Key::optional("stop_after", STEPS, "periods in which a site tells (infect_forever); else all"),
    Key::new(
        "removal",
        Shape::OneOf(&[
            Variant::word("feedback", "transfers that were no news count"),
            Variant::word("blind", "all transfers count"),
        ]),
        "feedback",
        "what counts towards losing interest (rumor)",
    ),
    Key::new(
        "stop",
        Shape::OneOf(&[
            Variant::word("counter", "after k useless rounds"),
            Variant::word("coin", "after a useless round with probability 1/k"),
        ]),
        "counter",
        "how interest is lost (rumor); with timers every useless transfer is a step",
    ),
    Key::new("k", STEPS, "1", "how much it takes to lose interest (rumor)"),
    Key::new("reset", Shape::Switch, "true", "a useful round sets the counter to 0 (rumor)"),
    Key::varies(
        "feedback_view",
        Shape::OneOf(&[
            Variant::word("cycle", "by what the receiver knew when the round began"),
            Variant::word("arrival", "by what it knew when the copy came"),
        ]),
        "cycle (rounds), arrival (timers)",
        "what makes a transfer news (rumor)",
    ),
    Key::new(
        "rpc",
        Shape::OneOf(&[
            Variant::word("async", "all peers at once"),
            Variant::word("blocking", "the next peer after the answer of the one before"),
        ]),
        "async",
        "how peers are called (direct_mail, flood)",
    ),
    Key::new("forward_probability", Shape::Probability, "1", "how likely it is (flood)"),
    Key::new(
        "forward_choice",
        Shape::OneOf(&[
            Variant::word("node", "a site forwards to all or to none; the origin to all"),
            Variant::word("edge", "each link on its own, the origin's too"),
        ]),
        "node",
        "what forward_probability decides (flood)",
    ),
    Key::optional("ttl", HOPS, "hops at most, 0: the origin is silent (flood, infect_and_die)"),
    Key::new(
        "dedupe",
        Shape::OneOf(&[
            Variant::word("set", "all of it"),
            Variant::word("last", "the last rumor alone"),
        ]),
        "set",
        "what a site remembers of what it heard (flood, direct_mail)",
    ),
    Key::new(
        "origin_marks_seen",
        Shape::Switch,
        "true",
        "the origin knows its own rumor; else it hears it as new and floods again (flood)",
    ),
    Key::new(
        "discovery",
        Shape::Keys(&[
            Key::new("base", Shape::SPAN, "0s", "without regard to the peers"),
            Key::new("per_peer", Shape::SPAN, "0s", "for each peer"),
        ]),
        "{}",
        "what a site pays before its first send in a life (direct_mail, flood)",
    ),
    Key::optional(
        "connection_limit",
        Shape::Count { min: 1, max: 1_000_000 },
        "calls that a site takes in a round, else all (rumor, anti_entropy, in rounds)",
    ),
    Key::new(
        "hunt",
        Shape::Count { min: 0, max: 1000 },
        "0",
        "further peers that a refused caller tries in the same round (connection_limit)",
    ),
    Key::optional(
        "call_timeout",
        Shape::SPAN,
        "how long an answer is waited for; else for ever (rpc: blocking)",
    ),
    Key::new(
        "service_time",
        Shape::SPAN,
        "0s",
        "from a call's arrival to its effect (rpc: blocking)",
    ),
    Key::new(
        "workers",
        Shape::Count { min: 0, max: 1_000_000 },
        "0",
        "calls served at once, each until it is answered; 0: all (rpc: blocking)",
    ),
    Key::new("ack_bytes", Shape::Bytes, "20B", "the size of an answer (rpc: blocking)"),
    Key::new("durable", Shape::Switch, "true", "known rumors survive a crash"),
    COUNTER,
    CTR_MAX,
    MAX_AGE,
    VALUES,
    TARGET_ERROR,
];

const ALGORITHMS: &[Variant] = &[
    Variant::word("direct_mail", "the origin tells each peer (Demers 1987, 1.1)"),
    Variant::word("flood", "whoever hears first tells all other peers"),
    Variant::word("infect_and_die", "whoever hears first tells some peers, once (Kermarrec 2003)"),
    Variant::word("infect_forever", "whoever knows tells some peers, each period"),
    Variant::word("anti_entropy", "everybody compares with some peers (Demers 1987, 1.3)"),
    Variant::word("rumor", "who is infective tells, and loses interest (Demers 1987, 1.4)"),
    Variant::word("median_counter", "push-pull that stops by itself (Karp 2000); in rounds"),
    Variant::word("push_sum", "the mean: halves are given away (Kempe 2003); in rounds"),
    Variant::word("averaging", "the mean: two sites meet (Jelasity 2005); by timers"),
];

const CLOCKED: &[&str] =
    &["infect_forever", "anti_entropy", "rumor", "median_counter", "push_sum", "averaging"];

const SPREADING: &[&str] = &[
    "direct_mail",
    "flood",
    "infect_and_die",
    "infect_forever",
    "anti_entropy",
    "rumor",
    "median_counter",
];

/// Which keys say something about which algorithm; keys that are not listed do about all.
pub(super) const MEANT_FOR: &[(&str, &[&str])] = &[
    ("clock", CLOCKED),
    ("period", CLOCKED),
    ("phase", &["infect_forever", "anti_entropy", "rumor", "averaging"]),
    ("mode", &["anti_entropy", "rumor"]),
    ("fanout", &["infect_and_die", "infect_forever", "anti_entropy"]),
    ("stop_after", &["infect_forever"]),
    ("removal", &["rumor"]),
    ("stop", &["rumor"]),
    ("k", &["rumor"]),
    ("reset", &["rumor"]),
    ("feedback_view", &["rumor"]),
    ("rpc", &["direct_mail", "flood"]),
    ("forward_probability", &["flood"]),
    ("forward_choice", &["flood"]),
    ("ttl", &["flood", "infect_and_die"]),
    ("dedupe", &["direct_mail", "flood"]),
    ("origin_marks_seen", &["flood"]),
    ("discovery", &["direct_mail", "flood"]),
    ("connection_limit", &["anti_entropy", "rumor"]),
    ("hunt", &["anti_entropy", "rumor"]),
    ("call_timeout", &["direct_mail", "flood"]),
    ("service_time", &["direct_mail", "flood"]),
    ("workers", &["direct_mail", "flood"]),
    ("ack_bytes", &["direct_mail", "flood"]),
    ("durable", SPREADING),
    ("counter", &["median_counter"]),
    ("ctr_max", &["median_counter"]),
    ("max_age", &["median_counter"]),
    ("values", &["push_sum", "averaging"]),
    ("target_error", &["push_sum", "averaging"]),
];
