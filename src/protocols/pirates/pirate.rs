//! A pirate: what it hears, and what it does when it wakes.

use super::chest::{Account, Record};
use super::config::{Gift, Habit, Habits, Inform, Lonely, Rhythm, Tell};
use super::message::{Fact, Lost, Message, Verdict};
use super::{BUDDIES_MAX, Pirates, Rules, Timer};
use crate::kernel::{NodeId, Span};
use crate::protocol::{Context, Random};

/// Between two hellos of a restarted pirate that waits to be introduced.
const PATIENCE: Span = Span::from_secs(1);

/// The volatile state of a pirate: 52 bytes, so that it shares a cache line with what the driver keeps beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pirate {
    buddies: [NodeId; BUDDIES_MAX],
    booty: u32,
    packed: Packed,
    rumours: u16,
    /// A flag of its own: the values that a `bool` never has mark the controller, and a node that is down.
    left: bool,
}

const _: () = assert!(size_of::<Option<super::Node>>() == 52);

/// Period in ms (22 bits), number of buddies (4), flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Packed(u32);

const PERIOD_BITS: u32 = 22;
const COUNT_BITS: u32 = 4;
const ENLISTED: Packed = Packed(1 << (PERIOD_BITS + COUNT_BITS));
const WAITS_FOR_CHAT: Packed = Packed(ENLISTED.0 << 1);

impl Packed {
    #[inline(always)]
    fn period_ms(self) -> u32 {
        self.0 & ((1 << PERIOD_BITS) - 1)
    }
    #[inline(always)]
    fn set_period_ms(&mut self, period_ms: u32) {
        self.0 = self.0 >> PERIOD_BITS << PERIOD_BITS | period_ms & ((1 << PERIOD_BITS) - 1);
    }
    #[inline(always)]
    fn count(self) -> usize {
        // No more than there are slots, which spares the bounds checks.
        ((self.0 >> PERIOD_BITS) as usize & ((1 << COUNT_BITS) - 1)).min(BUDDIES_MAX)
    }
    fn increment_count(&mut self) {
        self.0 += 1 << PERIOD_BITS;
    }
    fn decrement_count(&mut self) {
        self.0 -= 1 << PERIOD_BITS;
    }
    #[inline(always)]
    fn has(self, flag: Packed) -> bool {
        self.0 & flag.0 != 0
    }
    fn raise(&mut self, flag: Packed) {
        self.0 |= flag.0;
    }
    fn lower(&mut self, flag: Packed) {
        self.0 &= !flag.0;
    }
}

impl Pirate {
    /// Whom it knows, by slot.
    pub fn buddies(&self) -> &[NodeId] {
        &self.buddies[..self.packed.count()]
    }
    /// Its coins.
    pub fn booty(&self) -> u32 {
        self.booty
    }
    /// Between two wakes; 0 before the first chat.
    pub fn period_ms(&self) -> u32 {
        self.packed.period_ms()
    }
    /// The rumours it knows, a bit each.
    pub fn rumours(&self) -> u16 {
        self.rumours
    }
    /// Whether it has said goodbye and left.
    #[inline(always)]
    pub fn has_left(&self) -> bool {
        self.left
    }
    /// Whether it asks to be introduced.
    pub fn waits_for_chat(&self) -> bool {
        self.packed.has(WAITS_FOR_CHAT)
    }

    /// Starts with empty hands, or starts again with its chest: then it has to be introduced anew.
    pub(super) fn boot<'w, R: Rules>(cx: &mut impl Context<'w, Pirates<R>>) -> Pirate {
        let chest = cx.disk().chest();
        let (started, enlisted, left) = (chest.started, chest.enlisted, chest.left);
        let (buddies, packed) = ([NodeId(0); BUDDIES_MAX], Packed::default());
        let mut pirate = Pirate { buddies, booty: chest.booty, packed, rumours: 0, left };
        if enlisted {
            pirate.packed.raise(ENLISTED);
        }
        if left {
            // A crash may have kept it from saying so.
            cx.tell(Fact::Left);
            return pirate;
        }
        if started {
            cx.persist(Record::Amnesia);
            pirate.packed.raise(WAITS_FOR_CHAT);
            pirate.ask(cx);
        } else {
            cx.persist(Record::Started);
        }
        pirate
    }

    /// Asks to be introduced, until a chat comes.
    fn ask<'w, R: Rules>(&self, cx: &mut impl Context<'w, Pirates<R>>) {
        cx.send(cx.config().controller(), Message::Hello);
        cx.arm(Timer::Turn, PATIENCE);
    }

    pub(super) fn on_message<'w, R: Rules>(
        &mut self,
        from: NodeId,
        message: Message,
        cx: &mut impl Context<'w, Pirates<R>>,
    ) {
        let from_controller = from == cx.config().controller();
        if from_controller && !self.packed.has(ENLISTED) {
            self.packed.raise(ENLISTED);
            cx.persist(Record::Enlisted);
            cx.tell(Fact::Enlisted);
        }
        match message {
            Message::NameDrop { about } => self.judge(about, cx),
            Message::GoldCoin { coins } => self.receive(coins, from, cx),
            Message::Chat { period_ms } => {
                self.packed.set_period_ms(period_ms);
                self.packed.lower(WAITS_FOR_CHAT);
                self.rest(cx);
            }
            Message::Rumour { set } => self.hear(set, from, cx),
            Message::Forget => {
                if let Some(slot) = self.slot(from) {
                    self.remove(slot, Lost::Told, cx);
                }
            }
            Message::Goodbye if from_controller => self.leave(cx),
            Message::Goodbye | Message::Hello | Message::Inform { .. } => {}
        }
    }

    /// A name was dropped: full comes before known, as spigo tests it.
    fn judge<'w, R: Rules>(&mut self, about: NodeId, cx: &mut impl Context<'w, Pirates<R>>) {
        let config = cx.config();
        let verdict = if about == cx.me() && R::knows_itself(config) {
            Verdict::Oneself
        } else if self.packed.count() >= R::room(config) {
            Verdict::Full
        } else if R::knows_buddies(config) && self.slot(about).is_some() {
            Verdict::Known
        } else {
            self.befriend(about, cx);
            Verdict::Learned
        };
        cx.tell(Fact::Judged(verdict));
        let accepted = matches!(verdict, Verdict::Learned | Verdict::Known);
        if accepted && config.inform == Inform::Edges {
            cx.send(config.controller(), Message::Inform { about });
        }
    }

    #[inline(always)]
    fn slot(&self, name: NodeId) -> Option<u8> {
        self.buddies().iter().position(|&buddy| buddy == name).map(|slot| slot as u8)
    }

    fn befriend<'w, R: Rules>(
        &mut self,
        buddy: NodeId,
        cx: &mut impl Context<'w, Pirates<R>>,
    ) -> u8 {
        let slot = self.packed.count();
        self.buddies[slot] = buddy;
        self.packed.increment_count();
        cx.tell(Fact::EdgeFormed { buddy });
        slot as u8
    }

    /// Removes a buddy: the last one takes its slot.
    fn remove<'w, R: Rules>(
        &mut self,
        slot: u8,
        how: Lost,
        cx: &mut impl Context<'w, Pirates<R>>,
    ) -> NodeId {
        let last = self.packed.count() as u8 - 1;
        self.packed.decrement_count();
        let buddy = self.buddies[usize::from(slot)];
        self.buddies[usize::from(slot)] = self.buddies[usize::from(last)];
        let credit = cx.disk().chest().credit[usize::from(slot)];
        cx.persist(Record::Forgot { slot, last, credit });
        cx.tell(Fact::EdgeLost { buddy, how });
        buddy
    }

    /// Coins come. Those of a pirate introduce it, and buy its loyalty.
    fn receive<'w, R: Rules>(
        &mut self,
        coins: u32,
        from: NodeId,
        cx: &mut impl Context<'w, Pirates<R>>,
    ) {
        let Some(booty) = self.booty.checked_add(coins) else {
            return cx.tell(Fact::Refused { coins, from });
        };
        if coins == 0 {
            return;
        }
        self.booty = booty;
        let account = if from == cx.config().controller() {
            Account::Controller
        } else if let Some(slot) = self.slot(from) {
            Account::Buddy(slot)
        } else if self.packed.count() < R::room(cx.config()) && from != cx.me() {
            Account::Buddy(self.befriend(from, cx))
        } else {
            Account::Strangers
        };
        cx.persist(Record::Received { coins, account });
    }

    fn hear<'w, R: Rules>(
        &mut self,
        set: u16,
        from: NodeId,
        cx: &mut impl Context<'w, Pirates<R>>,
    ) {
        let mut news = set & !self.rumours;
        self.rumours |= set;
        while news != 0 {
            cx.tell(Fact::Heard { rumour: news.trailing_zeros() as u8, from });
            news &= news - 1;
        }
    }

    /// The record comes first: who has said goodbye must know it after a crash.
    fn leave<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) {
        if R::leaves(cx.config()) {
            self.left = true;
            cx.persist(Record::Left);
            cx.disarm(Timer::Turn);
        }
        cx.send(cx.config().controller(), Message::Goodbye);
        cx.tell(Fact::Left);
    }

    /// Arms the next wake.
    #[inline(always)]
    fn rest<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) {
        let period_ms = u64::from(self.packed.period_ms());
        let wait = match &cx.config().rhythm {
            Rhythm::Regular => Span::from_millis(period_ms),
            Rhythm::Memoryless(unit) => {
                let wait = u128::from(cx.span(unit).nanos()) * u128::from(period_ms) / 1000;
                Span::from_nanos(wait as u64)
            }
        };
        cx.arm(Timer::Turn, wait);
    }

    pub(super) fn on_turn<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) {
        if !self.packed.has(WAITS_FOR_CHAT) {
            return self.wake(cx);
        }
        if R::asks_again(cx.config()) {
            self.ask(cx);
        }
    }

    fn wake<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) {
        self.rest(cx);
        let config = cx.config();
        if self.packed.count() == 0 {
            let asks = config.lonely == Lonely::Hello;
            if asks {
                cx.send(config.controller(), Message::Hello);
            }
            return cx.tell(Fact::Woke { idle: !asks });
        }
        let habit = match &config.habits {
            Habits::Always(habit) => Some(*habit),
            Habits::Mixed(weights) => Habit::ALL.get(cx.choose_by(weights)).copied(),
        };
        let acted = match habit {
            Some(Habit::NameDrop) => self.drop_names(cx),
            Some(Habit::GoldCoin) => self.give(cx),
            Some(Habit::Rumour) => self.spread(cx),
            Some(Habit::Forget) => self.forget(cx),
            None => false,
        };
        cx.tell(Fact::Woke { idle: !acted });
    }

    /// One of the buddies, uniformly.
    #[inline(always)]
    fn draw_buddy<'w>(&self, cx: &mut impl Random<'w>) -> NodeId {
        self.buddies[cx.choose(self.packed.count() as u32) as usize % BUDDIES_MAX]
    }

    #[inline(always)]
    fn drop_names<'w, R: Rules>(&self, cx: &mut impl Context<'w, Pirates<R>>) -> bool {
        let count = self.packed.count() as u32;
        if count < 2 {
            return false;
        }
        let config = cx.config();
        match config.tell {
            Tell::All => {
                let about = self.draw_buddy(cx);
                for &buddy in self.buddies() {
                    if buddy != about {
                        cx.send(buddy, Message::NameDrop { about });
                    }
                }
            }
            Tell::One => {
                let listener = cx.choose(count);
                let subject = if R::spares_listener(config) {
                    let other = cx.choose(count - 1);
                    other + u32::from(other >= listener)
                } else {
                    cx.choose(count)
                };
                let about = self.buddies[subject as usize % BUDDIES_MAX];
                cx.send(self.buddies[listener as usize % BUDDIES_MAX], Message::NameDrop { about });
            }
        }
        true
    }

    #[inline(always)]
    fn give<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) -> bool {
        let coins = match cx.config().gift {
            Gift::Coins(coins) => {
                if coins <= self.booty {
                    coins
                } else {
                    0
                }
            }
            Gift::UpTo(share) => match (share * f64::from(self.booty)) as u32 {
                0 => 0,
                most => cx.choose(most),
            },
        };
        if coins == 0 {
            return false;
        }
        let buddy = self.draw_buddy(cx);
        let debit = R::debit(coins, cx.config());
        self.booty -= debit;
        cx.persist(Record::Gave { coins: debit });
        cx.send(buddy, Message::GoldCoin { coins });
        true
    }

    #[inline(always)]
    fn spread<'w, R: Rules>(&self, cx: &mut impl Context<'w, Pirates<R>>) -> bool {
        if self.rumours == 0 {
            return false;
        }
        let buddy = self.draw_buddy(cx);
        cx.send(buddy, Message::Rumour { set: self.rumours });
        true
    }

    /// Breaks the promise to one of those who gave least: gold buys loyalty.
    fn forget<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Pirates<R>>) -> bool {
        let credit = &cx.disk().chest().credit[..self.packed.count()];
        let least = *credit.iter().min().expect("has buddies");
        let mut slots = 0u32;
        for (slot, coins) in credit.iter().enumerate() {
            slots |= u32::from(*coins == least) << slot;
        }
        for _ in 0..cx.choose(slots.count_ones()) {
            slots &= slots - 1;
        }
        let buddy = self.remove(slots.trailing_zeros() as u8, Lost::Broke, cx);
        cx.send(buddy, Message::Forget);
        true
    }
}
