//! The controller: enlists the pirates, introduces them, pays their first purse, and dismisses them (spigo's FSM).

use super::chest::Record;
use super::config::{Period, Purse, Start};
use super::message::Message;
use super::{Pirates, Rules, Timer};
use crate::kernel::{Instant, NodeId, Span};
use crate::protocol::Context;

/// Between two rounds of goodbyes.
const ROUND: Span = Span::from_secs(1);

/// Goes on from the roll: enlists, or says goodbye.
pub(super) fn boot<'w, R: Rules>(cx: &mut impl Context<'w, Pirates<R>>) {
    let (next, _) = progress(cx);
    if next < cx.config().pirates {
        arm_enlistment(next, cx);
    } else {
        arm_goodbye(cx);
    }
}

/// The next pirate to enlist, and the next one to dismiss.
fn progress<'w, R: Rules>(cx: &mut impl Context<'w, Pirates<R>>) -> (u32, u32) {
    cx.disk().roll().map_or((0, 0), |roll| (roll.next, roll.cursor))
}

/// Pirate `next` is enlisted at next / N of the ramp.
fn arm_enlistment<'w, R: Rules>(next: u32, cx: &mut impl Context<'w, Pirates<R>>) {
    let config = cx.config();
    let ramp = u128::from(config.ramp_up.nanos());
    let at = u128::from(next) * ramp / u128::from(config.pirates);
    arm_at(Instant::from_nanos(at as u64), cx);
}

/// One nanosecond after `stay`, so that the wakes of that instant still count.
fn arm_goodbye<'w, R: Rules>(cx: &mut impl Context<'w, Pirates<R>>) {
    let everyone = cx.config().pirates;
    if let Some(stay) = cx.config().stay
        && everyone > 0
        && cx.disk().roll().is_some_and(|roll| roll.departed < everyone)
    {
        arm_at(Instant::START + stay + Span::from_nanos(1), cx);
    }
}

fn arm_at<'w, R: Rules>(at: Instant, cx: &mut impl Context<'w, Pirates<R>>) {
    let after = at.since(cx.now());
    cx.arm(Timer::Turn, after);
}

/// The next enlistment, or the next goodbye.
pub(super) fn on_turn<'w, R: Rules>(cx: &mut impl Context<'w, Pirates<R>>) {
    let (next, cursor) = progress(cx);
    if next < cx.config().pirates {
        enlist(next, cx);
    } else {
        dismiss(cursor, cx);
    }
}

/// One event a pirate, so that the queue never holds all of their first messages.
fn enlist<'w, R: Rules>(next: u32, cx: &mut impl Context<'w, Pirates<R>>) {
    let pirate = NodeId(next);
    cx.keyed(key(pirate, 0));
    cx.send(pirate, Message::Hello);
    introduce(pirate, cx);
    // Noted before it is paid, so that a crash in between cannot make it paid twice.
    cx.persist(Record::NextToEnlist(next + 1));
    let coins = first_purse(pirate, cx);
    cx.send(pirate, Message::GoldCoin { coins });
    let period_ms = period(pirate, cx);
    cx.send(pirate, Message::Chat { period_ms });
    if next + 1 < cx.config().pirates {
        arm_enlistment(next + 1, cx);
    } else {
        arm_goodbye(cx);
    }
}

/// What a pirate is given depends on who it is and how often it was introduced, on nothing else.
fn key(pirate: NodeId, reintroductions: u32) -> u64 {
    u64::from(pirate.0) << 32 | u64::from(reintroductions)
}

fn introduce<'w, R: Rules>(pirate: NodeId, cx: &mut impl Context<'w, Pirates<R>>) {
    let config = cx.config();
    match &config.start {
        Start::Introductions(count) => {
            for _ in 0..*count {
                let about = NodeId(cx.choose(config.pirates));
                cx.send(pirate, Message::NameDrop { about });
            }
        }
        Start::Reload(reload) => {
            for about in reload.graph.peers(pirate).iter() {
                cx.send(pirate, Message::NameDrop { about });
            }
        }
    }
}

fn first_purse<'w, R: Rules>(pirate: NodeId, cx: &mut impl Context<'w, Pirates<R>>) -> u32 {
    let config = cx.config();
    if let Start::Reload(reload) = &config.start
        && let Some(coins) = reload.gold[pirate.index()]
    {
        return coins;
    }
    let Purse { min, max } = config.gold;
    if min == max { min } else { min + cx.choose(max - min + 1) }
}

fn period<'w, R: Rules>(pirate: NodeId, cx: &mut impl Context<'w, Pirates<R>>) -> u32 {
    let config = cx.config();
    if let Start::Reload(reload) = &config.start
        && let Some(period_ms) = reload.period_ms[pirate.index()]
    {
        return period_ms;
    }
    let Period { min_ms, count, step_ms } = config.chat_period;
    if count == 1 { min_ms } else { min_ms + step_ms * cx.choose(count) }
}

/// Says goodbye to one pirate, and goes on to the next; after the last, round again for those still missing.
fn dismiss<'w, R: Rules>(cursor: u32, cx: &mut impl Context<'w, Pirates<R>>) {
    let pirate = NodeId(cursor);
    let (has_answered, departed) =
        cx.disk().roll().map_or((false, 0), |roll| (roll.has_answered(pirate), roll.departed));
    if departed == cx.config().pirates {
        return;
    }
    if !has_answered {
        cx.send(pirate, Message::Goodbye);
    }
    if cursor + 1 < cx.config().pirates {
        cx.persist(Record::NextGoodbye(cursor + 1));
        cx.arm(Timer::Turn, Span::ZERO);
    } else if R::calls_again(cx.config()) {
        cx.persist(Record::NextGoodbye(0));
        cx.arm(Timer::Turn, ROUND);
    }
}

/// A pirate asks to be introduced, tells whom it has accepted, or has left.
pub(super) fn on_message<'w, R: Rules>(
    from: NodeId,
    message: Message,
    cx: &mut impl Context<'w, Pirates<R>>,
) {
    let (has_answered, introduced) = cx
        .disk()
        .roll()
        .map_or((false, 0), |roll| (roll.has_answered(from), roll.reintroductions(from)));
    match message {
        Message::Hello if !has_answered => {
            cx.persist(Record::Reintroduced(from));
            cx.keyed(key(from, introduced + 1));
            introduce(from, cx);
            let period_ms = period(from, cx);
            cx.send(from, Message::Chat { period_ms });
            if R::pays_again(cx.config()) {
                let coins = first_purse(from, cx);
                cx.send(from, Message::GoldCoin { coins });
            }
        }
        Message::Goodbye if !has_answered => {
            cx.persist(Record::Answered(from));
            let roll = cx.disk().roll().expect("written just now");
            let everyone = cx.config().pirates;
            if roll.departed == everyone && roll.next == everyone {
                cx.disarm(Timer::Turn);
            }
        }
        _ => {}
    }
}
