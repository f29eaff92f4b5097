//! How the section `protocol.gossip` becomes knobs.

use super::aggregate::Aggregation;
use super::config::{
    Algorithm, Config, Dedupe, Delivery, Forward, Keeping, Limit, Mode, Mongering, Origin, Phase,
    Removal, Rpc, Stop, Tempo, Useful, View,
};
use super::keys::MEANT_FOR;
use super::median::Median;
use crate::kernel::{Distribution, Probability, Span};
use crate::protocols::{Ground, Surroundings};
use crate::settings::{Code, DistributionSetting, Mistake, Section};

/// The knobs of all runs.
#[derive(Clone, Debug)]
pub struct Settings {
    config: Config,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    DirectMail,
    Flood,
    InfectAndDie,
    InfectForever,
    AntiEntropy,
    Rumor,
    MedianCounter,
    PushSum,
    Averaging,
}

const WHICH: &[(&str, Which)] = &[
    ("direct_mail", Which::DirectMail),
    ("flood", Which::Flood),
    ("infect_and_die", Which::InfectAndDie),
    ("infect_forever", Which::InfectForever),
    ("anti_entropy", Which::AntiEntropy),
    ("rumor", Which::Rumor),
    ("median_counter", Which::MedianCounter),
    ("push_sum", Which::PushSum),
    ("averaging", Which::Averaging),
];

const MODES: &[(&str, Mode)] =
    &[("push", Mode::Push), ("pull", Mode::Pull), ("push_pull", Mode::PushPull)];

impl Settings {
    /// Reads `protocol.gossip`.
    pub(super) fn decode(s: &mut Section<'_>, around: &Surroundings<'_>) -> Settings {
        let which = s.choice("algorithm", WHICH, Which::AntiEntropy);
        let has_rounds = read_clock(s, which);
        let tempo = read_tempo(s, has_rounds);
        let mode = s.choice("mode", MODES, Mode::Push);
        let fanout = s.count("fanout", 1u32);
        let stop_after = s.optional("stop_after").map(|field| field.count(1u32));
        let mongering = read_mongering(s, mode, has_rounds);
        let delivery = read_delivery(s);
        let forward = read_forward(s);
        let ttl = s.optional("ttl").map(|field| field.count(0u16));
        let marks = s.switch("origin_marks_seen", true);
        let keeping = if s.switch("durable", true) { Keeping::Durable } else { Keeping::Volatile };
        let origin = if marks { Origin::Marked } else { Origin::Unmarked };
        let (median, aggregation) = (Median::read(s, around.nodes), Aggregation::read(s));
        let algorithm = match which {
            Which::DirectMail => Algorithm::DirectMail(delivery),
            Which::Flood => Algorithm::Flood { delivery, forward, ttl, origin },
            Which::InfectAndDie => Algorithm::InfectAndDie { fanout, ttl },
            Which::InfectForever => Algorithm::InfectForever { fanout, stop_after },
            Which::AntiEntropy => Algorithm::AntiEntropy { mode, fanout },
            Which::Rumor => Algorithm::Rumor(mongering),
            Which::MedianCounter => Algorithm::MedianCounter(median),
            Which::PushSum => Algorithm::PushSum(aggregation),
            Which::Averaging => Algorithm::Averaging(aggregation),
        };
        let limit = read_limit(s, has_rounds);
        let config = Config { nodes: around.nodes, algorithm, tempo, keeping, limit, flaw: None };
        let settings = Settings { config };
        let name = WHICH.iter().find(|word| word.1 == which).map_or("", |word| word.0);
        settings.judge(s, around, name);
        settings
    }

    /// What contradicts itself, and what will surprise.
    fn judge(&self, s: &mut Section<'_>, around: &Surroundings<'_>, algorithm: &str) {
        let Config { tempo, algorithm: how, .. } = &self.config;
        let warn = |s: &mut Section<'_>, key: &'static str, message: String, label: &str| {
            let mistake = Mistake::new(Code::Surprising, message, s.place(key).clone());
            s.report().add(mistake.label(label));
        };
        for (key, algorithms) in MEANT_FOR {
            if algorithms.contains(&algorithm) {
                continue;
            }
            if s.has(key) {
                let message = format!("`{key}` says nothing about {algorithm}");
                warn(s, key, message, &format!("it is about {}", algorithms.join(", ")));
            }
            s.put(key, serde_json::Value::Null);
        }
        if let Tempo::Rounds(period) = tempo
            && self.config.in_rounds()
        {
            let most = around.latency_greatest;
            let legs = 4 + 2 * self.config.limit.map_or(0, |limit| u64::from(limit.hunt));
            let fits = most.is_some_and(|most| most.nanos().saturating_mul(legs) <= period.nanos());
            if !fits {
                let message = match most {
                    Some(most) => {
                        format!("a call of up to {legs} x {most} does not fit into a round")
                    }
                    None => "no bound of the latency is known: a call may outlast a round".into(),
                };
                let label = format!("rounds need {legs} x the largest latency <= period");
                s.refuse("period", Code::Conflict, &message, &label);
            } else if let Some(what) = around.slows {
                let message = format!("with {what} a call may outlast a round");
                let label = format!("rounds need {legs} x the longest way of a message <= period");
                warn(s, "period", message, &label);
            }
        }
        if let (Algorithm::Averaging(_), Tempo::Timers { period, .. }) = (how, tempo) {
            let patience = period.mean();
            let most = around.latency_greatest;
            if most.is_none_or(|most| most.nanos().saturating_mul(2) > patience.nanos()) {
                let message = "an answer may come after its exchange was given up".to_owned();
                warn(s, "period", message, "a period of 2 x the largest latency is enough");
            }
        }
        let delivery = how.delivery();
        let waits = delivery.rpc == Rpc::Blocking && delivery.call_timeout.is_none();
        if waits && around.is_lossy {
            let message = "a blocking caller waits for a lost answer for ever".to_owned();
            warn(s, "rpc", message, "call_timeout ends that");
        }
        let floods = matches!(how, Algorithm::Flood { .. });
        if floods && delivery.dedupe == Dedupe::Last {
            let message = "two rumors under way at once can circulate for ever";
            match around.stop_at {
                Some(_) => warn(s, "dedupe", message.to_owned(), "stop.at alone ends that"),
                None => s.refuse("dedupe", Code::Conflict, message, "give stop.at, such as 60s"),
            }
        }
    }

    /// Whether times are in rounds.
    pub(super) fn in_rounds(&self) -> bool {
        self.config.in_rounds()
    }

    /// How rumors spread, or numbers are averaged.
    pub(super) fn algorithm(&self) -> &Algorithm {
        &self.config.algorithm
    }

    /// Whether a run ends by itself.
    pub(super) fn falls_quiet(&self) -> bool {
        let in_rounds = self.config.in_rounds();
        match &self.config.algorithm {
            Algorithm::InfectForever { stop_after, .. } => in_rounds && stop_after.is_some(),
            Algorithm::AntiEntropy { .. } | Algorithm::MedianCounter(_) => false,
            Algorithm::PushSum(_) | Algorithm::Averaging(_) => false,
            Algorithm::Rumor(_) => in_rounds && !self.config.all_turn(),
            _ => true,
        }
    }

    /// The knobs of one run.
    pub(super) fn config(&self, ground: &Ground) -> Config {
        Config { nodes: ground.nodes, ..self.config.clone() }
    }
}

/// Whether there are rounds: some algorithms know one clock alone.
fn read_clock(s: &mut Section<'_>, which: Which) -> bool {
    let has_rounds = s.choice("clock", &[("rounds", true), ("timers", false)], false);
    let (only, why) = match which {
        Which::MedianCounter => ("rounds", "a counter is a count of rounds"),
        Which::PushSum => ("rounds", "all sites halve at once"),
        Which::Averaging => ("timers", "two sites meet when the timer of one fires"),
        _ => return has_rounds,
    };
    if s.has("clock") && has_rounds != (only == "rounds") {
        s.refuse("clock", Code::Conflict, why, &format!("did you mean `{only}`?"));
    }
    s.put("clock", only.into());
    only == "rounds"
}

fn read_tempo(s: &mut Section<'_>, has_rounds: bool) -> Tempo {
    const PERIOD: Span = Span::from_millis(100);
    let period = s.field("period").distribution(DistributionSetting::Constant(PERIOD));
    let period = s.sampler("period", &period);
    let phases =
        [("random", Phase::Random), ("aligned", Phase::Aligned), ("redraw", Phase::Redraw)];
    let phase = s.choice("phase", &phases, Phase::Random);
    let constant = match period {
        Distribution::Constant(period) => Some(period),
        _ => None,
    };
    if period.mean() == Span::ZERO {
        s.refuse("period", Code::OutOfRange, "time would stand still", "give more than 0s");
        return Tempo::Rounds(PERIOD);
    }
    if constant.is_none() && (has_rounds || phase == Phase::Redraw) {
        let message = "this needs periods that are all the same";
        s.refuse("period", Code::Conflict, message, "give a duration, such as 100ms");
        return Tempo::Rounds(PERIOD);
    }
    match constant {
        Some(period) if has_rounds => Tempo::Rounds(period),
        _ => Tempo::Timers { period, phase },
    }
}

fn read_mongering(s: &mut Section<'_>, mode: Mode, has_rounds: bool) -> Mongering {
    let removals = [("feedback", Removal::Feedback), ("blind", Removal::Blind)];
    let removal = s.choice("removal", &removals, Removal::Feedback);
    let counts = s.choice("stop", &[("counter", true), ("coin", false)], true);
    let k = s.count("k", 1u16);
    let stop = match counts {
        true => Stop::Counter(k),
        false => Stop::Coin(Probability::new(1.0 / f64::from(k)).expect("k is at least 1")),
    };
    let useful = if s.switch("reset", true) { Useful::Resets } else { Useful::Keeps };
    let view = if has_rounds { View::Cycle } else { View::Arrival };
    let view =
        s.choice("feedback_view", &[("cycle", View::Cycle), ("arrival", View::Arrival)], view);
    if view == View::Cycle && !has_rounds {
        let message = "with timers there is no round to judge by";
        s.refuse("feedback_view", Code::Conflict, message, "did you mean `arrival`?");
    }
    Mongering { mode, removal, stop, useful, view }
}

fn read_delivery(s: &mut Section<'_>) -> Delivery {
    let rpc = s.choice("rpc", &[("async", Rpc::Async), ("blocking", Rpc::Blocking)], Rpc::Async);
    let dedupe = s.choice("dedupe", &[("set", Dedupe::Set), ("last", Dedupe::Last)], Dedupe::Set);
    let (discovery_base, discovery_per_peer) = s
        .field("discovery")
        .section(|s| (s.span("base", Span::ZERO), s.span("per_peer", Span::ZERO)));
    let call_timeout = s.optional("call_timeout").map(|field| field.span(Span::ZERO));
    if call_timeout == Some(Span::ZERO) {
        s.refuse("call_timeout", Code::OutOfRange, "no answer is that fast", "more than 0s");
    }
    Delivery {
        rpc,
        dedupe,
        discovery_base,
        discovery_per_peer,
        call_timeout,
        service_time: s.span("service_time", Span::ZERO),
        workers: s.count("workers", 0),
        ack_bytes: read_size(s, "ack_bytes", Delivery::PLAIN.ack_bytes),
    }
}

/// The bytes of a message: at most a gibibyte.
pub(super) fn read_size(s: &mut Section<'_>, key: &'static str, default: u32) -> u32 {
    const MOST: u64 = 1 << 30;
    let bytes = s.bytes(key, u64::from(default));
    if bytes > MOST {
        let message = format!("a message of {bytes} bytes is too large");
        s.refuse(key, Code::OutOfRange, &message, "at most 1GiB");
    }
    bytes.min(MOST) as u32
}

fn read_limit(s: &mut Section<'_>, has_rounds: bool) -> Option<Limit> {
    let calls = s.optional("connection_limit").map(|field| field.count(1u32));
    let hunt = s.count("hunt", 0u16);
    if calls.is_some() && !has_rounds {
        let message = "with timers there is no round in which calls are counted";
        s.refuse("connection_limit", Code::Conflict, message, "it goes with clock: rounds");
    }
    if calls.is_none() && hunt > 0 {
        let message = "no call is refused";
        s.refuse("hunt", Code::Conflict, message, "it goes with connection_limit");
    }
    calls.map(|calls| Limit { calls, hunt })
}

fn read_forward(s: &mut Section<'_>) -> Forward {
    let p = s.probability("forward_probability", 1.0);
    let by_node = s.choice("forward_choice", &[("node", true), ("edge", false)], true);
    let probability = Probability::new(p).expect("a probability lies between 0 and 1");
    match by_node {
        _ if p == 1.0 => Forward::Always,
        true => Forward::Node(probability),
        false => Forward::Edge(probability),
    }
}
