//! The experiment keys of pirates: their declaration, and how a section becomes knobs.

use std::sync::Arc;

use super::BUDDIES_MAX;
use super::config::{
    Config, Gift, Habit, Habits, Inform, Lonely, Period, Purse, Reload, Rhythm, Start, Tell,
};
use crate::kernel::{Distribution, NodeId, Span, Weights};
use crate::protocols::{Ground, Surroundings};
use crate::settings::{Code, DistributionSetting, Field, Key, Mistake, Section, Shape, Variant};
use crate::topology::files::GraphFile;

/// The longest period: an hour.
const PERIOD_MAX: Span = Span::from_secs(3600);
const PERIOD_MAX_MS: u32 = (PERIOD_MAX.nanos() / 1_000_000) as u32;
/// The longest stay: 1000 hours.
const STAY_MAX: Span = Span::from_secs(3_600_000);
/// All first purses together, so that no purse overflows by gifts alone.
const GOLD_MAX: u64 = 1 << 31;
/// How long a run goes on after the goodbyes, if it is not told.
const AFTER_STAY: Span = Span::from_secs(60);

const COINS: Shape = Shape::Count { min: 0, max: GOLD_MAX };

/// The keys of `protocol.pirates`.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "style",
        Shape::OneOf(&[
            Variant::word("classic", "the defaults of spigo"),
            Variant::word("modern", "the defaults that spigo's README wishes for"),
        ]),
        "modern",
        "which defaults fill the keys that are not given",
    ),
    Key::varies(
        "stay",
        Shape::Either(&[
            Shape::Span { min: Span::ZERO, max: STAY_MAX },
            Shape::OneOf(&[Variant::word("forever", "never")]),
        ]),
        "10s (classic), forever (modern)",
        "when the controller says goodbye; not before the end of ramp_up",
    ),
    Key::varies(
        "ramp_up",
        Shape::Span { min: Span::ZERO, max: STAY_MAX },
        "0s (classic), 1s (modern)",
        "time over which the pirates are enlisted evenly",
    ),
    Key::new(
        "start",
        Shape::OneOf(&[
            Variant::word("introductions", "random introductions"),
            Variant::word("reload", "the edges of the topology, in its order"),
        ]),
        "introductions",
        "whom pirates are introduced to",
    ),
    Key::new(
        "introductions",
        Shape::Count { min: 0, max: 10 },
        "2",
        "name drops about random pirates per introduction",
    ),
    Key::new(
        "dunbar",
        Shape::Count { min: 1, max: BUDDIES_MAX as u64 },
        "10",
        "buddies a pirate can remember",
    ),
    Key::varies(
        "gold",
        Shape::OneOf(&[
            Variant::new("uniform", Shape::Keys(PURSE), "uniform, both ends included"),
            Variant::new("constant", COINS, "always the same"),
        ]),
        "{uniform: {min: 0, max: 99}}",
        "coins of the first purse",
    ),
    Key::varies(
        "chat_period",
        Shape::OneOf(&[
            Variant::new("uniform", Shape::Keys(PERIOD), "from a grid, both ends included"),
            Variant::new("constant", PERIOD_SPAN, "always the same"),
        ]),
        "1s to 59s in steps of 1s (classic), 1s to 60s in steps of 1ms (modern)",
        "time between two wakes of a pirate, drawn once for each, in whole milliseconds",
    ),
    Key::new(
        "rhythm",
        Shape::OneOf(&[
            Variant::word("regular", "every period"),
            Variant::word("memoryless", "after exponential waits of that mean"),
        ]),
        "regular",
        "how regularly a pirate wakes",
    ),
    Key::varies(
        "tell",
        Shape::OneOf(&[
            Variant::word("all", "all buddies but the one it is about"),
            Variant::word("one", "one buddy"),
        ]),
        "all (classic), one (modern)",
        "the audience of a name drop",
    ),
    Key::varies(
        "habits",
        Shape::Keys(HABITS),
        "name_drop 1 (classic); name_drop 0.4, gold_coin 0.25, rumour 0.3, forget 0.05 (modern)",
        "what a wake does; a given map replaces the whole default, the rest to 1 is idleness",
    ),
    Key::varies(
        "gift",
        Shape::OneOf(&[
            Variant::new("coins", Shape::Count { min: 1, max: 1_000_000 }, "so many, or nothing"),
            Variant::new("up_to", Shape::Probability, "uniform below this share of the booty"),
        ]),
        "{up_to: 1}",
        "how many coins are given",
    ),
    Key::varies(
        "lonely",
        Shape::OneOf(&[
            Variant::word("wait", "nothing"),
            Variant::word("hello", "asks the controller for an introduction"),
        ]),
        "wait (classic), hello (modern)",
        "what a wake without buddies does",
    ),
    Key::new(
        "inform",
        Shape::OneOf(&[
            Variant::word("none", "the controller is not told"),
            Variant::word("edges", "the controller is told about each (spigo with -g or -j)"),
        ]),
        "none",
        "whether the controller is told about accepted name drops",
    ),
];

const PURSE: &[Key] = &[
    Key::new("min", COINS, "0", "the fewest coins"),
    Key::required("max", COINS, "the most coins"),
];

/// A period between two wakes.
pub(super) const PERIOD_SPAN: Shape = Shape::Span { min: Span::from_millis(1), max: PERIOD_MAX };

const PERIOD: &[Key] = &[
    Key::required("min", PERIOD_SPAN, "the shortest"),
    Key::required("max", PERIOD_SPAN, "the longest"),
    Key::new("step", PERIOD_SPAN, "1ms", "between two of them"),
];

const HABITS: &[Key] = &[
    Key::new("name_drop", Shape::Probability, "0", "tells buddies about a buddy"),
    Key::new("gold_coin", Shape::Probability, "0", "gives a buddy gold"),
    Key::new("rumour", Shape::Probability, "0", "tells a buddy all rumours"),
    Key::new("forget", Shape::Probability, "0", "breaks the promise to who gave least"),
];

/// The knobs of all runs.
#[derive(Clone, Debug)]
pub struct Settings {
    config: Config,
    reloads: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Classic,
    Modern,
}

impl Settings {
    /// Reads `protocol.pirates`.
    pub(super) fn decode(s: &mut Section<'_>, around: &Surroundings<'_>) -> Settings {
        let style = s.choice(
            "style",
            &[("classic", Style::Classic), ("modern", Style::Modern)],
            Style::Modern,
        );
        let classic = style == Style::Classic;
        let stay = if classic { Some(Span::from_secs(10)) } else { None };
        let stay = s.field("stay").span_or("forever", stay);
        let ramp_up = s.span("ramp_up", if classic { Span::ZERO } else { Span::from_secs(1) });
        let reloads = s.choice("start", &[("introductions", false), ("reload", true)], false);
        let introductions = s.count("introductions", 2);
        let dunbar = s.count("dunbar", 10u8);
        let gold = decode_gold(s.field("gold"));
        let chat_period = decode_period(s, classic);
        let rhythm = match s.choice("rhythm", &[("regular", true), ("memoryless", false)], true) {
            true => Rhythm::Regular,
            false => Rhythm::Memoryless(
                Distribution::exponential(Rhythm::UNIT, Span::ZERO).expect("its mean is positive"),
            ),
        };
        let tell = if classic { Tell::All } else { Tell::One };
        let tell = s.choice("tell", &[("all", Tell::All), ("one", Tell::One)], tell);
        let habits = decode_habits(s, classic);
        let gift = s.field("gift").one_of("up_to", |name, field| match name {
            "coins" => Gift::Coins(field.count(1)),
            _ => Gift::UpTo(field.probability(1.0)),
        });
        let lonely = if classic { Lonely::Wait } else { Lonely::Hello };
        let lonely =
            s.choice("lonely", &[("wait", Lonely::Wait), ("hello", Lonely::Hello)], lonely);
        let inform = [("none", Inform::Nothing), ("edges", Inform::Edges)];
        let inform = s.choice("inform", &inform, Inform::Nothing);
        let config = Config {
            pirates: around.nodes,
            stay,
            ramp_up,
            start: Start::Introductions(introductions),
            dunbar,
            gold,
            chat_period,
            rhythm,
            tell,
            habits,
            gift,
            lonely,
            inform,
            flaw: None,
        };
        let settings = Settings { config, reloads };
        settings.judge(s, around);
        settings
    }

    /// What contradicts itself, and what will surprise.
    fn judge(&self, s: &mut Section<'_>, around: &Surroundings<'_>) {
        let Config { stay, ramp_up, gold, pirates, .. } = &self.config;
        if stay.is_some_and(|stay| stay < *ramp_up) {
            let message = "`stay` ends before all pirates are enlisted";
            s.refuse("stay", Code::Conflict, message, &format!("at least ramp_up, {ramp_up}"));
        }
        if u64::from(*pirates) * u64::from(gold.max) > GOLD_MAX {
            let message = format!("{pirates} purses of {} coins overflow", gold.max);
            s.refuse("gold", Code::OutOfRange, &message, "nodes x max is at most 2^31 coins");
        }
        match (self.reloads, around.has_topology) {
            (false, true) => {
                let message = "random introductions leave the topology unused";
                s.refuse("start", Code::Conflict, message, "did you mean `start: reload`?");
            }
            (true, false) => {
                let message = "there is no topology to reload";
                s.refuse("start", Code::Conflict, message, "give `topology: {file: ...}`");
            }
            _ => {}
        }
        if let (Some(stay), Some(stop)) = (stay, around.stop_at)
            && *stay >= stop
        {
            let message = format!("the run ends at {stop}: no goodbye at {stay} will be heard");
            let mistake = Mistake::new(Code::Surprising, message, s.place("stay").clone());
            s.report().add(mistake.label("forever would say the same"));
        }
        if let Some(file) = around.file.filter(|_| self.reloads) {
            self.judge_file(s, file);
        }
    }

    /// What of a reloaded file will be cut off.
    fn judge_file(&self, s: &mut Section<'_>, file: &GraphFile) {
        let graph = &file.snapshot.graph;
        let dunbar = usize::from(self.config.dunbar);
        let count = |is_cut: &dyn Fn(NodeId) -> bool| {
            (0..graph.nodes()).map(NodeId).filter(|id| is_cut(*id)).count()
        };
        let over = count(&|id| graph.peers(id).len() > dunbar);
        if over > 0 {
            let message = format!("{over} pirates know more than dunbar = {dunbar} others");
            let mistake = Mistake::new(Code::Surprising, message, s.place("dunbar").clone());
            s.report().add(mistake.label("the edges beyond it will be full"));
        }
        let rich = count(&|id| file.gold(id).is_some_and(|coins| coins > GOLD_MAX));
        let slow = count(&|id| file.period_ms(id).is_some_and(|ms| ms > PERIOD_MAX_MS));
        for (pirates, what, most) in [
            (rich, "more gold", format!("{GOLD_MAX} coins")),
            (slow, "a longer period", PERIOD_MAX.to_string()),
        ] {
            if pirates > 0 {
                let message = format!("{pirates} pirates of the file have {what} than {most}");
                let mistake = Mistake::new(Code::Surprising, message, s.place("start").clone());
                s.report().add(mistake.label(format!("they start with {most}")));
            }
        }
    }

    /// When a run ends that is not told.
    pub(super) fn stop_at(&self) -> Option<Span> {
        self.config.stay.map(|stay| stay + AFTER_STAY)
    }

    /// The knobs of one run.
    pub(super) fn config(&self, ground: &Ground) -> Config {
        let mut config = self.config.clone();
        config.pirates = ground.nodes;
        if self.reloads {
            let ids = || (0..ground.nodes).map(NodeId);
            let file = ground.file.as_deref();
            let gold = |id| file.and_then(|file| file.gold(id));
            let period = |id| file.and_then(|file| file.period_ms(id)).filter(|ms| *ms > 0);
            config.start = Start::Reload(Arc::new(Reload {
                graph: ground.graph.clone(),
                gold: ids().map(|id| gold(id).map(clamp_coins)).collect(),
                period_ms: ids().map(|id| period(id).map(clamp_period)).collect(),
            }));
        }
        config
    }
}

/// Purses and periods of files are bounded like those of experiments.
fn clamp_coins(coins: u64) -> u32 {
    coins.min(GOLD_MAX) as u32
}

fn clamp_period(period_ms: u32) -> u32 {
    period_ms.min(PERIOD_MAX_MS)
}

fn decode_gold(field: Field<'_>) -> Purse {
    if !field.is_given() {
        let standing = Purse { min: 0, max: 99 };
        field.put(serde_json::json!({ "uniform": { "min": standing.min, "max": standing.max } }));
        return standing;
    }
    field.one_of("constant", |name, field| match name {
        "uniform" => field.section(|s| {
            let (min, max) = (s.count("min", 0), s.count("max", 99));
            if min > max {
                s.refuse("max", Code::Conflict, "`max` lies below `min`", "write the larger here");
                return Purse { min: max, max: min };
            }
            Purse { min, max }
        }),
        _ => {
            let coins = field.count(0);
            Purse { min: coins, max: coins }
        }
    })
}

fn decode_period(s: &mut Section<'_>, classic: bool) -> Period {
    if !s.has("chat_period") {
        let (max, step) = if classic { (59, 1000) } else { (60, 1) };
        let [min, max, step] = [Span::from_secs(1), Span::from_secs(max), Span::from_millis(step)];
        s.field("chat_period").put(DistributionSetting::Stepped { min, max, step }.canonical());
        return grid(min, max, step);
    }
    let least = Span::from_millis(1);
    let mut constant = least;
    let period = s.field("chat_period").one_of("constant", |name, field| match name {
        "uniform" => field.section(decode_grid),
        _ => {
            constant = field.span(least);
            grid(constant, constant, least)
        }
    });
    if !is_whole_ms(constant) {
        refuse_fraction(s, "chat_period");
    }
    period
}

fn decode_grid(s: &mut Section<'_>) -> Period {
    let before = s.errors();
    let least = Span::from_millis(1);
    let [min, max, step] = ["min", "max", "step"].map(|key| {
        let span = s.span(key, least);
        if !is_whole_ms(span) {
            refuse_fraction(s, key);
        }
        span
    });
    if s.errors() > before {
        return grid(least, least, least);
    }
    if min > max || !(max - min).nanos().is_multiple_of(step.nanos()) {
        let message = "`max` is no whole number of steps above `min`";
        s.refuse("max", Code::Conflict, message, &format!("min + k x {step}"));
        return grid(min, min, step);
    }
    grid(min, max, step)
}

pub(super) fn is_whole_ms(span: Span) -> bool {
    span.nanos().is_multiple_of(1_000_000)
}

pub(super) fn refuse_fraction(s: &mut Section<'_>, key: &'static str) {
    let message = format!("`{key}` is no whole number of milliseconds");
    s.refuse(key, Code::BadQuantity, &message, "chat periods are whole milliseconds");
}

fn grid(min: Span, max: Span, step: Span) -> Period {
    let ms = |span: Span| (span.nanos() / 1_000_000) as u32;
    Period { min_ms: ms(min), count: (ms(max) - ms(min)) / ms(step) + 1, step_ms: ms(step) }
}

fn decode_habits(s: &mut Section<'_>, classic: bool) -> Habits {
    let standing = if classic { [1.0, 0.0, 0.0, 0.0] } else { [0.4, 0.25, 0.3, 0.05] };
    let given = s.has("habits");
    let shares = s.field("habits").section(|s| {
        HABITS
            .iter()
            .zip(standing)
            .map(|(key, standing)| match given {
                true => s.probability(key.name, 0.0),
                false => {
                    s.put(key.name, serde_json::json!(standing));
                    s.value(key.name);
                    standing
                }
            })
            .collect::<Vec<f64>>()
    });
    let sum: f64 = shares.iter().sum();
    // A sum of decimal shares may miss 1 by a rounding.
    if sum > 1.0 + 1e-9 {
        let message = format!("the habits sum up to {sum}");
        s.refuse("habits", Code::OutOfRange, &message, "at most 1: the rest is idleness");
        return Habits::Always(Habit::NameDrop);
    }
    match Habit::ALL.iter().zip(&shares).find(|(_, share)| **share == 1.0) {
        Some((habit, _)) => Habits::Always(*habit),
        None => {
            let mut parts = shares;
            parts.push((1.0 - sum).max(0.0));
            Habits::Mixed(Weights::new(&parts).expect("shares and their rest sum up to 1"))
        }
    }
}
