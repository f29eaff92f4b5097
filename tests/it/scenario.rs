//! Scenario traces: protocol stories told as commands and what they make happen, in files that are read as prose.
//!
//! A file is a list of blocks: commands, a line each, then `----`, then what is expected, up to an empty line. Lines
//! that start with `#` tell the reader what is going on. The world of a story has no chance and no network: draws
//! are answered by a script, and messages wait to be delivered or dropped. `BLESS=1 cargo test` rewrites what is
//! expected.
//!
//! `cast key=value ..` boots everybody; `draws 0 2 ..` answers the draws to come (0 where nothing is said);
//! `deliver`, `deliver 2`, `deliver to NAME`, `deliver all`; `drop` and `duplicate`, also with a number; `fire NAME`
//! lets time go on to its next timer; `crash NAME`, `restart NAME`; `say ..` makes a request, in the words of the
//! protocol; `state NAME`; `silently ..` does the same without a word.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::{Debug, Write};
use std::fs;
use std::path::Path;

use corsair::kernel::{Instant, NodeId, RequestId};
use corsair::protocol::{Draw, Effect, Input, Protocol, Recorder};
use corsair::topology::{Graph, Peers};

/// What the stories of a protocol need to be told.
pub(crate) trait Story: Protocol {
    /// The knobs by `key=value` words, and the role of each node.
    fn cast(words: &[&str]) -> (Self::Config, Vec<Self::Role>);
    /// Who is whose peer; without one nobody has any.
    fn graph(_: &Self::Config, _: &[&str]) -> Graph {
        Graph::empty(0)
    }
    /// What a node is called.
    fn name(config: &Self::Config, id: NodeId) -> String;
    /// What a node is asked by the words of a `say`; `find` knows nodes by name.
    fn request(words: &[&str], find: &dyn Fn(&str) -> NodeId) -> (NodeId, Self::Request);
    /// A node's state in words; `None` when it is down. `name` knows the names of nodes.
    fn state(
        node: Option<&Self::Node>,
        disk: &Self::Durable,
        name: &dyn Fn(NodeId) -> String,
    ) -> String;
}

/// Plays all stories of a folder below `tests/scenarios/`.
///
/// # Panics
/// If one of them goes otherwise than expected.
pub(crate) fn play_all<P: Story>(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(folder);
    let entries = fs::read_dir(&folder).expect("the scenarios can be listed");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("can be listed").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are no scenarios in {}", folder.display());
    #[allow(clippy::disallowed_methods, reason = "whether to rewrite is no input of a run")]
    let blesses = std::env::var("BLESS").is_ok_and(|value| value == "1");
    let mut failures = Vec::new();
    for path in paths {
        let told = fs::read_to_string(&path).expect("a scenario is text");
        let played = play::<P>(&told);
        if played == told {
            continue;
        }
        if blesses {
            fs::write(&path, played).expect("a scenario can be written");
        } else {
            failures.push(format!("{}: {}", path.display(), difference(&told, &played)));
        }
    }
    let how = "if this is as it should be, `BLESS=1 cargo test` rewrites them";
    assert!(failures.is_empty(), "scenarios differ; {how}:\n{}", failures.join("\n"));
}

/// The first line that differs.
fn difference(told: &str, played: &str) -> String {
    let (mut told, mut played) = (told.lines(), played.lines());
    for number in 1.. {
        let (old, new) = (told.next(), played.next());
        if old != new {
            let text = |line: Option<&str>| line.unwrap_or("the end").to_owned();
            return format!("line {number}: expected `{}`, got `{}`", text(old), text(new));
        }
    }
    unreachable!("called for texts that differ")
}

/// The text of a story with what happens now.
fn play<P: Story>(story: &str) -> String {
    let mut world: Option<World<P>> = None;
    let mut lines = story.lines().peekable();
    let mut played = String::new();
    while let Some(line) = lines.next() {
        played.push_str(line);
        played.push('\n');
        if line == "----" {
            while lines.next_if(|line| !line.is_empty()).is_some() {}
            let world = world.as_mut().expect("a story begins with `cast`");
            assert!(world.draws.is_empty(), "nobody asked for the draws {:?}", world.draws);
            let out = std::mem::take(&mut world.out);
            played.push_str(if out.is_empty() { "nothing happens\n" } else { &out });
        } else if !line.is_empty() && !line.starts_with('#') {
            let words: Vec<&str> = line.split_whitespace().collect();
            match (words.as_slice(), &mut world) {
                (["cast", knobs @ ..], _) => world = Some(World::new(knobs)),
                (["silently", "cast", knobs @ ..], _) => {
                    let quiet = World { out: String::new(), ..World::new(knobs) };
                    world = Some(quiet);
                }
                (words, Some(world)) => world.command(words),
                _ => panic!("a story begins with `cast`, not with `{line}`"),
            }
        }
    }
    played
}

struct Letter<P: Protocol> {
    from: NodeId,
    to: NodeId,
    message: P::Message,
}

/// A world without chance and without a network.
struct World<P: Story> {
    config: &'static P::Config,
    graph: &'static Graph,
    roles: Vec<P::Role>,
    nodes: Vec<Option<P::Node>>,
    disks: Vec<P::Durable>,
    timers: BTreeMap<(NodeId, P::Timer), Instant>,
    /// Under way, oldest first.
    letters: VecDeque<Letter<P>>,
    draws: VecDeque<u64>,
    requests: u32,
    now: Instant,
    out: String,
}

impl<P: Story> World<P> {
    fn new(words: &[&str]) -> World<P> {
        let (config, roles) = P::cast(words);
        let graph = P::graph(&config, words);
        let mut world = World {
            // A story is short, and its knobs must outlive all of it.
            graph: Box::leak(Box::new(graph)),
            config: Box::leak(Box::new(config)),
            nodes: roles.iter().map(|_| None).collect(),
            disks: roles.iter().map(|_| P::Durable::default()).collect(),
            roles,
            timers: BTreeMap::new(),
            letters: VecDeque::new(),
            draws: VecDeque::new(),
            requests: 0,
            now: Instant::START,
            out: String::new(),
        };
        for id in 0..world.roles.len() {
            world.boot(NodeId(id as u32));
        }
        world
    }

    fn command(&mut self, words: &[&str]) {
        match words {
            ["silently", rest @ ..] => {
                let out = self.out.clone();
                self.command(rest);
                self.out = out;
            }
            // Answers to the draws to come, in their order.
            ["draws", answers @ ..] => {
                let answer = |word: &&str| word.parse::<u64>().expect("a draw is a number");
                self.draws.extend(answers.iter().map(answer));
            }
            ["deliver", which @ ..] => self.deliver(which),
            ["drop", which @ ..] => {
                let letter = self.take(which).expect("there is nothing to drop");
                let line = self.describe(&letter);
                self.tell(&format!("lost: {line}"));
            }
            ["duplicate", which @ ..] => {
                let letter = self.take(which).expect("there is nothing to duplicate");
                let Letter { from, to, ref message } = letter;
                self.letters.push_front(Letter { from, to, message: message.clone() });
                let line = self.describe(&letter);
                self.tell(&format!("twice: {line}"));
                self.letters.push_front(letter);
            }
            ["fire", name] => self.fire(name),
            ["crash", name] => {
                let id = self.find(name);
                self.nodes[id.index()] = None;
                self.timers.retain(|(node, _), _| *node != id);
                self.tell(&format!("{name} crashes"));
            }
            ["restart", name] => {
                let id = self.find(name);
                assert!(self.nodes[id.index()].is_none(), "{name} is up");
                self.boot(id);
            }
            ["say", words @ ..] => {
                let (id, request) = P::request(words, &|name| self.find(name));
                let (number, asked) = (RequestId(self.requests), self.words(&request));
                self.requests += 1;
                let heading = format!("{} is asked: {asked}", self.name(id));
                self.activate(id, Input::Request(number, request), &heading);
            }
            ["state", name] => {
                let id = self.find(name);
                let name = |id| P::name(self.config, id);
                let node = self.nodes[id.index()].as_ref();
                let state = P::state(node, &self.disks[id.index()], &name);
                self.tell(&format!("{}: {state}", self.name(id)));
            }
            _ => panic!("`{}` is no command of a story", words.join(" ")),
        }
    }

    fn boot(&mut self, id: NodeId) {
        let heading = format!("{} boots", self.name(id));
        self.activate(id, Input::Boot(self.roles[id.index()]), &heading);
    }

    /// `deliver`: the oldest message; `deliver all`; `deliver to NAME`, all that are on their way there now.
    fn deliver(&mut self, which: &[&str]) {
        match which {
            ["all"] => {
                for _ in 0..1000 {
                    let Some(letter) = self.letters.pop_front() else { return };
                    self.hand_over(letter);
                }
                panic!("this story never comes to an end");
            }
            ["to", name] => {
                let id = self.find(name);
                let is_for = |letter: &Letter<P>| letter.to == id;
                for _ in 0..self.letters.iter().filter(|letter| is_for(letter)).count() {
                    let place = self.letters.iter().position(is_for).expect("was counted");
                    let letter = self.letters.remove(place).expect("was found");
                    self.hand_over(letter);
                }
            }
            which => {
                let letter = self.take(which).expect("there is nothing to deliver");
                self.hand_over(letter);
            }
        }
    }

    /// The oldest message, or the n-th oldest.
    fn take(&mut self, which: &[&str]) -> Option<Letter<P>> {
        let place = match which {
            [] => 0,
            [nth] => nth.parse::<usize>().expect("messages are counted from 1") - 1,
            _ => panic!("`{}` names no message", which.join(" ")),
        };
        self.letters.remove(place)
    }

    fn hand_over(&mut self, letter: Letter<P>) {
        let heading = self.describe(&letter);
        let Letter { from, to, message } = letter;
        let node = self.nodes.get(to.index()).and_then(Option::as_ref);
        match node {
            Some(node) if !P::gone(node) => {
                self.activate(to, Input::Message(from, message), &heading);
            }
            _ => self.tell(&format!("to nobody: {heading}")),
        }
    }

    /// Time goes on to the deadline of the node's earliest timer.
    fn fire(&mut self, name: &str) {
        let id = self.find(name);
        let timers = self.timers.iter().filter(|((node, _), _)| *node == id);
        let due = timers.map(|((_, timer), at)| (*at, *timer)).min();
        let (at, timer) = due.unwrap_or_else(|| panic!("{name} has no timer armed"));
        self.timers.remove(&(id, timer));
        self.now = self.now.max(at);
        let heading = format!("{name}'s {} comes at {}", self.words(&timer), self.now);
        self.activate(id, Input::Timer(timer), &heading);
    }

    fn activate(&mut self, me: NodeId, input: Input<P>, heading: &str) {
        let (mut script, mut drawn) = (std::mem::take(&mut self.draws), String::new());
        let answers = |draw: Draw<'static>| {
            let answer = script.pop_front().unwrap_or(0);
            assert!(fits(draw, answer), "{answer} is no answer to {}", question(draw));
            writeln!(drawn, "  draws {}: {answer}", question(draw)).expect("a String takes all");
            answer
        };
        let mut cx = Recorder {
            me,
            now: self.now,
            peers: if me.0 < self.graph.nodes() { self.graph.peers(me) } else { Peers::none() },
            config: self.config,
            disk: self.disks[me.index()].clone(),
            answers,
            effects: Vec::new(),
        };
        input.run(&mut self.nodes[me.index()], &mut cx);
        let (disk, effects) = (cx.disk, cx.effects);
        self.disks[me.index()] = disk;
        self.draws = script;
        self.tell(heading);
        self.out.push_str(&drawn);
        for effect in effects {
            self.apply(me, effect);
        }
    }

    fn apply(&mut self, me: NodeId, effect: Effect<P>) {
        let line = match effect {
            Effect::Send { to, message } => {
                let line = format!("sends {}: {}", self.name(to), self.words(&message));
                self.letters.push_back(Letter { from: me, to, message });
                line
            }
            Effect::Arm { timer, after } => {
                self.timers.insert((me, timer), self.now + after);
                format!("arms {} in {after}", self.words(&timer))
            }
            Effect::Disarm { timer } => {
                self.timers.remove(&(me, timer));
                format!("disarms {}", self.words(&timer))
            }
            Effect::Persist(record) => format!("keeps {}", self.words(&record)),
            Effect::Reply { id, response } => {
                format!("replies to {}: {}", id.0, self.words(&response))
            }
            Effect::Tell(fact) => format!("tells {}", self.words(&fact)),
        };
        self.tell(&format!("  {line}"));
    }

    fn describe(&self, letter: &Letter<P>) -> String {
        let Letter { from, to, message } = letter;
        format!("{} to {}: {}", self.name(*from), self.name(*to), self.words(message))
    }

    fn tell(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn name(&self, id: NodeId) -> String {
        P::name(self.config, id)
    }

    fn find(&self, name: &str) -> NodeId {
        let mut ids = (0..self.roles.len() as u32).map(NodeId);
        ids.find(|id| self.name(*id) == name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// A value as words: `NameDrop { about: NodeId(1) }` is `name_drop about pirate2`.
    fn words(&self, value: &impl Debug) -> String {
        let debug = format!("{value:?}");
        let mut text = String::new();
        let mut rest = debug.as_str();
        while let Some(c) = rest.chars().next() {
            if let Some(id) = rest.strip_prefix("NodeId(") {
                let (number, after) = id.split_once(')').expect("Debug closes what it opens");
                text += &self.name(NodeId(number.parse().expect("an id is a number")));
                rest = after;
                continue;
            }
            let follows = text.ends_with(|c: char| c.is_ascii_alphanumeric());
            match c {
                'A'..='Z' if follows => text.extend(['_', c.to_ascii_lowercase()]),
                'A'..='Z' => text.push(c.to_ascii_lowercase()),
                '{' | '}' | ':' | '"' => {}
                '(' => text.push(' '),
                ')' => {}
                c => text.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn fits(draw: Draw<'_>, answer: u64) -> bool {
    match draw {
        Draw::Choice(bound) | Draw::Due(bound) => answer < u64::from(bound),
        Draw::Weighted(weights) => (answer as usize) < weights.count(),
        Draw::Chance(_) => answer < 2,
        Draw::Span(_) => true,
        Draw::Jitter { low, high } => (low.nanos()..=high.nanos()).contains(&answer),
    }
}

fn question(draw: Draw<'_>) -> String {
    match draw {
        Draw::Choice(bound) => format!("one of {bound}"),
        Draw::Weighted(weights) => format!("by weight, one of {}", weights.count()),
        Draw::Chance(probability) => format!("yes or no at {}", probability.get()),
        Draw::Span(_) => "a span in ns".to_owned(),
        Draw::Jitter { low, high } => format!("a span from {low} to {high} in ns"),
        Draw::Due(pending) => format!("what is due of {pending}"),
    }
}
