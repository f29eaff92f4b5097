//! The median counter: push-pull that stops by itself (Karp et al. 2000, section 3).
//!
//! Every site calls one random peer each round. Both sides of a call say of each rumor how far they are with it, as
//! it was when the round began, and who still tells it hands it over. A site that tells a rumor counts whom it meets:
//! when most are at least as far, it goes a step further, until it is silent.

use std::rc::Rc;

use super::Gossip;
use super::clocked::is_ready;
use super::message::{Fact, Item, Message, News, RumorId};
use super::rules::{Planting, Rules};
use super::site::{Site, Spread, State, draw_peer};
use crate::kernel::NodeId;
use crate::protocol::Context;
use crate::settings::{Key, Section, Shape, Variant};

/// When a site falls silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median {
    /// So many steps of the counter, and so many rounds after it; none: by age alone.
    pub ctr_max: Option<u16>,
    /// Rounds from the publish on in which a rumor is told.
    pub max_age: u32,
}

/// How far a site is with a rumor that it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// It tells it, and its counter is there.
    B(u16),
    /// It tells it for some rounds more.
    C,
    /// It is silent.
    D,
}

/// What one side of a call says of a rumor that it knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// Which; handed over unless the stage is D.
    pub item: Item,
    /// The round of its publish.
    pub born: u32,
    /// How far the site is with it.
    pub stage: Stage,
}

/// One side of a call, by number; nothing at all without an allocation.
pub type Lines = Option<Rc<Vec<Line>>>;

/// What a site counts of a rumor that it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ballot {
    /// Of which.
    id: RumorId,
    /// The round of the publish.
    born: u32,
    /// Of the calls of this round: those with sites at least as far, less all others.
    balance: i32,
    /// Whether one of them was with a site in C.
    meets_c: bool,
}

/// The keys of `median_counter`.
pub(super) const COUNTER: Key = Key::new(
    "counter",
    Shape::OneOf(&[
        Variant::word("median", "when most of those it meets are at least as far"),
        Variant::word("none", "by max_age alone"),
    ]),
    "median",
    "when a site goes a step further towards silence (median_counter)",
);
pub(super) const CTR_MAX: Key = Key::new(
    "ctr_max",
    Shape::Count { min: 2, max: 1000 },
    "3",
    "steps of the counter, and rounds after it (median_counter)",
);
pub(super) const MAX_AGE: Key = Key::varies(
    "max_age",
    Shape::Count { min: 1, max: 1_000_000 },
    "4 ceil(log2 n)",
    "rounds from the publish on in which a rumor is told (median_counter)",
);

impl Median {
    /// Reads them, for so many sites.
    pub(super) fn read(s: &mut Section<'_>, nodes: u32) -> Median {
        let counts = s.choice("counter", &[("median", true), ("none", false)], true);
        let ctr_max = s.count("ctr_max", 3u16);
        let doublings = u64::from(nodes.max(2)).next_power_of_two().ilog2();
        let max_age = s.count("max_age", 4 * doublings);
        Median { ctr_max: counts.then_some(ctr_max), max_age }
    }

    /// The count at which B ends.
    #[inline(always)]
    fn top<R: Rules>(ctr_max: u16, config: &super::Config) -> u16 {
        ctr_max + u16::from(R::is(Planting::LateRemoval, config))
    }
}

impl Ballot {
    fn on(id: RumorId) -> Ballot {
        Ballot { id, born: 0, balance: 0, meets_c: false }
    }
}

impl Message {
    /// The rumors that a call or its answer hands over.
    pub(super) fn handed_over(&self) -> impl Iterator<Item = RumorId> {
        let lines = match self {
            Message::Call(lines) | Message::Answer(lines) => list(lines),
            _ => &[],
        };
        lines.iter().filter(|line| line.is_told()).map(|line| line.item.id)
    }
}

impl Line {
    fn is_told(&self) -> bool {
        self.stage != Stage::D
    }
}

pub(super) fn list(lines: &Lines) -> &[Line] {
    lines.as_ref().map_or(&[], |lines| lines.as_slice())
}

/// The bytes of one side: a copy with its header of what is told, a number of what is not.
pub(super) fn size(lines: &Lines) -> u32 {
    let bytes = |line: &Line| match line.is_told() {
        true => line.item.bytes.saturating_add(super::RUMOR_HEADER),
        false => super::ID,
    };
    list(lines).iter().map(bytes).fold(0, u32::saturating_add)
}

fn find(lines: &Lines, id: RumorId) -> Option<&Line> {
    let lines = list(lines);
    lines.binary_search_by_key(&id, |line| line.item.id).ok().map(|place| &lines[place])
}

impl Site {
    /// A round begins: the one before is settled, and a peer called.
    pub(super) fn call_one<'w, R: Rules>(
        &mut self,
        median: Median,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        for place in (0..self.spreads.len()).rev() {
            if self.spreads[place].is_infective() && self.spreads[place].since < round {
                self.settle_ballot(place, median, round, cx);
            }
        }
        if !cx.peers().is_empty() {
            let lines = self.lines(median, round, cx);
            let peer = draw_peer(cx.peers().len() as u32, cx);
            cx.send(peer, Message::Call(lines));
        }
    }

    fn settle_ballot<'w, R: Rules>(
        &mut self,
        place: usize,
        Median { ctr_max, max_age }: Median,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let id = self.spreads[place].item.id;
        let ballot = self.ballot_mut(id);
        let Ballot { born, balance, meets_c, .. } = *ballot;
        *ballot = Ballot { born, ..Ballot::on(id) };
        if round.saturating_sub(born) > max_age {
            return self.fall_silent(place, cx);
        }
        let Some(ctr_max) = ctr_max else { return };
        let spread = &mut self.spreads[place];
        let top = Median::top::<R>(ctr_max, cx.config());
        // From the top on the counter counts the rounds of C.
        let count = match spread.counter {
            count if count >= top => count + 1,
            _ if meets_c => top,
            0 => 1,
            count => count + u16::from(balance > 0),
        };
        if count >= top + ctr_max {
            return self.fall_silent(place, cx);
        }
        if count != spread.counter && count < top {
            cx.tell(Fact::Counted { id, count });
        }
        spread.counter = count;
    }

    /// It tells a rumor no longer.
    fn fall_silent<'w, R: Rules>(&mut self, place: usize, cx: &mut impl Context<'w, Gossip<R>>) {
        let id = self.spreads[place].item.id;
        self.remove(place, cx);
        self.ballots_mut().retain(|ballot| ballot.id != id);
    }

    fn ballot(&self, id: RumorId) -> Option<&Ballot> {
        self.ballots().iter().find(|ballot| ballot.id == id)
    }

    fn ballot_mut(&mut self, id: RumorId) -> &mut Ballot {
        let ballots = self.ballots_mut();
        let place = ballots.iter().position(|ballot| ballot.id == id).unwrap_or_else(|| {
            ballots.push(Ballot::on(id));
            ballots.len() - 1
        });
        &mut ballots[place]
    }

    /// What a site says of the rumors that it knew when the round began.
    fn lines<'w, R: Rules>(
        &self,
        median: Median,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) -> Lines {
        let config = cx.config();
        let line = |item: Item, born, stage| Line {
            item: Item { hops: item.hops.saturating_add(1), ..item },
            born,
            stage,
        };
        let stage = |spread: &Spread| match median.ctr_max {
            _ if spread.state == State::Known => Some(Stage::D),
            _ if !is_ready::<R>(spread, round, config) => None,
            Some(max) if spread.counter >= Median::top::<R>(max, config) => Some(Stage::C),
            _ => Some(Stage::B(spread.counter.max(1))),
        };
        let spreads = self.spreads.iter();
        let born = |id| self.ballot(id).map_or(0, |ballot| ballot.born);
        let told =
            spreads.filter_map(|s| stage(s).map(|stage| line(s.item, born(s.item.id), stage)));
        let mut lines: Vec<Line> = told.collect();
        if R::keeps(config) {
            let is_open = |item: &Item| self.spreads.iter().any(|spread| spread.item.id == item.id);
            let silent = cx.disk().items().iter().filter(|item| !is_open(item));
            lines.extend(silent.map(|item| line(*item, 0, Stage::D)));
        }
        lines.sort_unstable_by_key(|line| line.item.id);
        (!lines.is_empty()).then(|| Rc::new(lines))
    }

    /// Somebody calls: it is answered where that tells it something.
    pub(super) fn on_call<'w, R: Rules>(
        &mut self,
        from: NodeId,
        theirs: &Lines,
        median: Median,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        self.on_lines(from, theirs, cx);
        let round = cx.config().round(cx.now());
        let ours = self.lines(median, round, cx);
        let counts = |line: &Line| median.ctr_max.is_some() && matches!(line.stage, Stage::B(_));
        if list(&ours).iter().any(Line::is_told) || list(theirs).iter().any(counts) {
            cx.send(from, Message::Answer(ours));
        }
    }

    /// The other side of a call, made or received.
    pub(super) fn on_lines<'w, R: Rules>(
        &mut self,
        from: NodeId,
        theirs: &Lines,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let round = cx.config().round(cx.now());
        for line in list(theirs).iter().filter(|line| line.is_told()) {
            self.hear_line(from, line, round, cx);
        }
        for place in 0..self.spreads.len() {
            let Spread { item: Item { id, .. }, counter, since, .. } = self.spreads[place];
            if !self.spreads[place].is_infective() || since >= round {
                continue;
            }
            let is_as_far = match find(theirs, id).map(|line| line.stage) {
                None => false,
                Some(Stage::B(count)) => count >= counter,
                Some(Stage::C | Stage::D) => true,
            };
            self.ballot_mut(id).balance += if is_as_far { 1 } else { -1 };
        }
    }

    fn hear_line<'w, R: Rules>(
        &mut self,
        from: NodeId,
        &Line { item, born, stage }: &Line,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let id = item.id;
        let is_told = |spread: &Spread| spread.item.id == id && spread.is_infective();
        if !self.knows(id, cx) {
            cx.tell(Fact::Received { id, from, hops: item.hops });
            self.learn(item, cx);
            self.ballot_mut(id).born = born;
        } else {
            let is_fresh = self.spreads.iter().any(|s| s.item.id == id && s.since == round);
            let news = if is_fresh { News::Useful } else { News::Useless };
            cx.tell(Fact::Duplicate { id, from, news });
        }
        if stage == Stage::C && self.spreads.iter().any(is_told) {
            self.ballot_mut(id).meets_c = true;
        }
    }

    /// The origin notes the round of its publish.
    pub(super) fn date<'w, R: Rules>(&mut self, id: RumorId, cx: &mut impl Context<'w, Gossip<R>>) {
        let round = cx.config().round(cx.now());
        self.ballot_mut(id).born = round;
    }
}
