//! Algorithms that act by the clock: rumor mongering and infect forever; and the clock of anti-entropy.

use super::config::{
    Algorithm, Config, Mode, Mongering, Phase, Removal, Stop, Tempo, Useful, View,
};
use super::limit::{Opening, hunts, open_call};
use super::message::{Fact, Item, Message, News, RumorId, Start, Tries, Wants};
use super::rules::{Planting, Rules};
use super::site::{Site, Spread, State, Transfers, draw_peer, draw_peers, send_copy};
use super::{Gossip, Timer};
use crate::kernel::{NodeId, Span};
use crate::protocol::Context;

/// The clock.
impl Site {
    /// The first turn of a life.
    pub(super) fn start_clock<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) {
        if cx.peers().is_empty() {
            return;
        }
        match &cx.config().tempo {
            Tempo::Rounds(_) => self.await_round(cx),
            Tempo::Timers { phase: Phase::Aligned, .. } => cx.arm(Timer::Turn, Span::ZERO),
            Tempo::Timers { period, .. } => {
                let nano = Span::from_nanos(1);
                let wait = match period.greatest() {
                    Some(most) if most == period.least() => cx.jitter(Span::ZERO..=most - nano),
                    Some(_) => {
                        let first = cx.span(period).max(nano);
                        cx.jitter(Span::ZERO..=first - nano)
                    }
                    // Waits without a bound are mostly memoryless: the first is like any other.
                    None => cx.span(period),
                };
                cx.arm(Timer::Turn, wait);
            }
        }
    }

    /// In rounds a turn is waited for only if there will be something to do.
    fn await_round<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) {
        let config = cx.config();
        let has_work = || self.spreads.iter().any(Spread::is_infective);
        if let Tempo::Rounds(period) = config.tempo
            && (config.all_turn() || has_work())
        {
            let now = cx.now().nanos();
            cx.arm(Timer::Turn, Span::from_nanos(period.nanos() - now % period.nanos()));
        }
    }

    /// A round begins, or the timer fires.
    pub(super) fn on_turn<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let config = cx.config();
        let round = config.round(cx.now());
        if config.in_rounds() {
            self.settle(cx);
        }
        match &config.algorithm {
            Algorithm::AntiEntropy { mode, fanout } => self.compare(*mode, *fanout, cx),
            Algorithm::InfectForever { fanout, .. } => self.infect(*fanout, round, cx),
            Algorithm::Rumor(mongering) => self.monger(mongering, round, cx),
            Algorithm::MedianCounter(median) => self.call_one(*median, round, cx),
            Algorithm::PushSum(_) => self.give_half(cx),
            Algorithm::Averaging(_) => self.begin_exchange(cx),
            _ => {}
        }
        match &config.tempo {
            Tempo::Rounds(_) => self.await_round(cx),
            Tempo::Timers { period, phase: Phase::Redraw } => {
                let period = period.least();
                let rest = period.nanos() - cx.now().nanos() % period.nanos();
                let into = cx.jitter(Span::ZERO..=period - Span::from_nanos(1));
                cx.arm(Timer::Turn, Span::from_nanos(rest) + into);
            }
            Tempo::Timers { period, .. } => {
                let wait = cx.span(period);
                cx.arm(Timer::Turn, wait);
            }
        }
    }
}

/// Whether a site may act on what it knows of a rumor: in rounds, if it knew it when the round began.
#[inline(always)]
pub(super) fn is_ready<R: Rules>(spread: &Spread, round: u32, config: &Config) -> bool {
    spread.is_infective()
        && (!config.in_rounds() || spread.since < round || R::is(Planting::EagerSnapshot, config))
}

/// What happens to rumors.
impl Site {
    /// A rumor begins here.
    pub(super) fn publish_by_clock<'w, R: Rules>(
        &mut self,
        item: Item,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        cx.tell(Fact::Initiated { id: item.id, start: Start::Warm });
        self.learn(item, cx);
        if let Algorithm::MedianCounter(_) = cx.config().algorithm {
            self.date(item.id, cx);
        }
    }

    /// A copy has come.
    pub(super) fn on_copy_by_clock<'w, R: Rules>(
        &mut self,
        from: NodeId,
        item: Item,
        wants: Wants,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Item { id, hops, .. } = item;
        let config = cx.config();
        let news = if !self.knows(id, cx) {
            cx.tell(Fact::Received { id, from, hops });
            self.learn(item, cx);
            News::Useful
        } else {
            let round = config.round(cx.now());
            let is_fresh = |spread: &Spread| spread.item.id == id && spread.since == round;
            // Demers et al. judge a round's transfers by what was known when it began.
            let is_useful = config.in_rounds() && self.spreads.iter().any(is_fresh);
            let news = if is_useful { News::Useful } else { News::Useless };
            cx.tell(Fact::Duplicate { id, from, news });
            match &config.algorithm {
                Algorithm::Rumor(Mongering { view: View::Cycle, .. }) => news,
                _ => News::Useless,
            }
        };
        if let Algorithm::Rumor(Mongering { removal: Removal::Feedback, .. }) = config.algorithm {
            cx.send(from, Message::Feedback { id, news });
        }
        if wants == Wants::Rumors {
            self.answer(from, cx);
        }
    }

    /// The site knows a rumor, and spreads it if that is how it spreads.
    pub(super) fn learn<'w, R: Rules>(&mut self, item: Item, cx: &mut impl Context<'w, Gossip<R>>) {
        let config = cx.config();
        let is_first = !self.spreads.iter().any(Spread::is_infective);
        if R::keeps(config) {
            self.note(item, cx);
        }
        let state = match config.algorithm {
            Algorithm::AntiEntropy { .. } => State::Known,
            _ => State::Infective,
        };
        let since = config.round(cx.now());
        // What is on disk, and is neither told nor fresh for the rest of a round, needs no place here.
        if state == State::Infective || config.in_rounds() || !R::keeps(config) {
            self.spreads.push(Spread { state, since, ..Spread::known(item) });
        }
        if state == State::Infective {
            cx.tell(Fact::Infective { id: item.id });
        }
        if is_first && !config.all_turn() && !cx.peers().is_empty() {
            self.await_round(cx);
        }
    }

    /// What a site that is called, or asked, is infective with.
    pub(super) fn answer<'w, R: Rules>(
        &mut self,
        to: NodeId,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        let round = config.round(cx.now());
        let is_zombie = R::is(Planting::Zombie, config);
        for place in (0..self.spreads.len()).rev() {
            let spread = &mut self.spreads[place];
            if is_ready::<R>(spread, round, config) || is_zombie && !spread.is_infective() {
                send_copy(to, spread.item, Wants::Nothing, cx);
                self.count_blind(place, cx);
            }
        }
    }

    /// Rumor mongering: one call.
    fn monger<'w, R: Rules>(
        &mut self,
        Mongering { mode, .. }: &Mongering,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        let is_ready = |spread: &Spread| is_ready::<R>(spread, round, config);
        let pushes = mode.pushes() && self.spreads.iter().any(is_ready);
        if cx.peers().is_empty() || !pushes && !mode.pulls() {
            return;
        }
        let peer = draw_peer(cx.peers().len() as u32, cx);
        if config.limit.is_some() {
            let opening = if pushes { Opening::Offer } else { Opening::Request };
            open_call(peer, opening, hunts(cx), cx);
        } else if pushes {
            let wants = if *mode == Mode::PushPull { Wants::Rumors } else { Wants::Nothing };
            self.tell_all(peer, wants, cx);
        } else {
            cx.send(peer, Message::Request(None, Tries(0)));
        }
    }

    /// Tells a peer all that it is infective with; the first copy says what is wanted of it.
    pub(super) fn tell_all<'w, R: Rules>(
        &mut self,
        peer: NodeId,
        mut wants: Wants,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        let round = config.round(cx.now());
        // From the last on: a blind transfer may take its rumor off the list.
        for place in (0..self.spreads.len()).rev() {
            if is_ready::<R>(&self.spreads[place], round, config) {
                send_copy(peer, self.spreads[place].item, wants, cx);
                wants = Wants::Nothing;
                self.count_blind(place, cx);
            }
        }
    }

    /// Whether there is something that it may tell.
    pub(super) fn has_news<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) -> bool {
        let config = cx.config();
        let round = config.round(cx.now());
        self.spreads.iter().any(|spread| is_ready::<R>(spread, round, config))
    }

    /// Without feedback every transfer counts as useless.
    fn count_blind<'w, R: Rules>(&mut self, place: usize, cx: &mut impl Context<'w, Gossip<R>>) {
        let Algorithm::Rumor(Mongering { removal: Removal::Blind, stop, .. }) =
            &cx.config().algorithm
        else {
            return;
        };
        if cx.config().in_rounds() {
            self.spreads[place].transfers.useless = true;
        } else if self.spreads[place].is_infective() {
            self.count_useless(place, *stop, cx);
        }
    }

    /// Infect forever: everything to so many peers.
    fn infect<'w, R: Rules>(
        &mut self,
        fanout: u32,
        round: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        if !self.spreads.iter().any(|spread| is_ready::<R>(spread, round, config)) {
            return;
        }
        for peer in draw_peers(fanout, cx) {
            for spread in self.spreads.iter().filter(|s| is_ready::<R>(s, round, config)) {
                send_copy(peer, spread.item, Wants::Nothing, cx);
            }
        }
        let Algorithm::InfectForever { stop_after: Some(most), .. } = config.algorithm else {
            return;
        };
        for place in (0..self.spreads.len()).rev() {
            let spread = &mut self.spreads[place];
            if is_ready::<R>(spread, round, config) {
                spread.counter = spread.counter.saturating_add(1);
                if !config.in_rounds() && u32::from(spread.counter) >= most {
                    self.remove(place, cx);
                }
            }
        }
    }

    /// What became of a transfer.
    pub(super) fn on_feedback<'w, R: Rules>(
        &mut self,
        id: RumorId,
        news: News,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        let Algorithm::Rumor(Mongering { stop, useful, .. }) = config.algorithm else { return };
        let is_meant = |spread: &Spread| spread.item.id == id && spread.is_infective();
        let Some(place) = self.spreads.iter().position(is_meant) else { return };
        let spread = &mut self.spreads[place];
        match (config.in_rounds(), news) {
            (true, News::Useful) => spread.transfers.useful = true,
            (true, News::Useless) => spread.transfers.useless = true,
            (false, News::Useful) if useful == Useful::Resets => spread.counter = 0,
            (false, News::Useful) => {}
            (false, News::Useless) => self.count_useless(place, stop, cx),
        }
    }

    /// A round has begun: the one before is settled.
    fn settle<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let config = cx.config();
        let round = config.round(cx.now());
        for place in (0..self.spreads.len()).rev() {
            let spread = &mut self.spreads[place];
            let Transfers { useful, useless } = std::mem::take(&mut spread.transfers);
            match &config.algorithm {
                // It is no longer fresh; what began at this very instant still is.
                Algorithm::AntiEntropy { .. } if R::keeps(config) && spread.since < round => {
                    self.spreads.remove(place);
                }
                Algorithm::InfectForever { stop_after: Some(most), .. }
                    if spread.is_infective() && u32::from(spread.counter) >= *most =>
                {
                    self.remove(place, cx);
                }
                Algorithm::Rumor(mongering) if spread.is_infective() => {
                    if useful && mongering.useful == Useful::Resets {
                        spread.counter = 0;
                    } else if useless && !useful {
                        self.count_useless(place, mongering.stop, cx);
                    }
                }
                _ => {}
            }
        }
    }

    /// A step towards losing interest.
    fn count_useless<'w, R: Rules>(
        &mut self,
        place: usize,
        stop: Stop,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        if R::is(Planting::NeverStop, config) {
            return;
        }
        let spread = &mut self.spreads[place];
        let is_over = match stop {
            Stop::Counter(k) => {
                spread.counter += 1;
                let most = k + u16::from(R::is(Planting::LateRemoval, config));
                spread.counter >= most
            }
            Stop::Coin(p) => cx.chance(p),
        };
        if is_over {
            self.remove(place, cx);
        } else if let Stop::Counter(_) = stop {
            cx.tell(Fact::Counted { id: spread.item.id, count: spread.counter });
        }
    }

    /// Interest is lost.
    pub(super) fn remove<'w, R: Rules>(
        &mut self,
        place: usize,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        cx.tell(Fact::Removed { id: self.spreads[place].item.id });
        if R::keeps(config) && !R::is(Planting::Zombie, config) {
            self.spreads.remove(place);
        } else {
            self.spreads[place].state = State::Known;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::round_of;
    use crate::kernel::{Instant, Span};

    #[test]
    fn rounds_begin_at_multiples_of_the_period() {
        let round = |nanos| round_of(Instant::from_nanos(nanos), Span::from_nanos(10));
        assert_eq!([0, 9, 10, 19, 20].map(round), [0, 0, 1, 1, 2]);
    }
}
