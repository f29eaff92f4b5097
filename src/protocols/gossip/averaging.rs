//! Averaging: two sites meet, and both take the mean of what they hold (Jelasity, Montresor & Babaoglu 2005).

use super::Gossip;
use super::config::Tempo;
use super::message::{Call, Fact, Message};
use super::rules::{Planting, Rules};
use super::site::{Site, draw_peer};
use crate::kernel::{Instant, NodeId, Real};
use crate::protocol::Context;

/// An exchange that a site has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Exchange {
    call: Call,
    /// What the site held then.
    offered: Real,
    /// From then on its next turn gives it up: the answer is lost.
    until: Instant,
}

fn mean(a: Real, b: Real) -> Real {
    (a + b) / Real::new(2.0)
}

impl Site {
    /// The timer fires: an exchange with a random peer, unless one is open.
    pub(super) fn begin_exchange<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let Some(holding) = self.holding_mut() else { return };
        if cx.peers().is_empty() {
            return;
        }
        let now = cx.now();
        if let Some(exchange) = holding.open {
            if now < exchange.until {
                return;
            }
            cx.tell(Fact::GaveUp);
        }
        let patience = match &cx.config().tempo {
            Tempo::Rounds(period) => *period,
            Tempo::Timers { period, .. } => period.mean(),
        };
        let (call, offered) = (Call(holding.next), holding.share.sum);
        holding.next = holding.next.wrapping_add(1);
        holding.open = Some(Exchange { call, offered, until: now + patience });
        let peer = draw_peer(cx.peers().len() as u32, cx);
        cx.send(peer, Message::Offer { call, value: offered });
    }

    /// Somebody begins an exchange. Who waits for an answer of its own refuses: what it holds may change.
    pub(super) fn on_offer<'w, R: Rules>(
        &mut self,
        from: NodeId,
        (call, value): (Call, Real),
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(holding) = self.holding_mut() else { return };
        if holding.open.is_some() {
            return cx.send(from, Message::Busy(call));
        }
        let ours = holding.share.sum;
        cx.send(from, Message::Reply { call, value: ours });
        holding.share.sum = mean(ours, value);
        cx.tell(Fact::Estimate { value: holding.share.sum });
    }

    /// What the peer held. An answer to an exchange that was given up changes nothing.
    pub(super) fn on_reply<'w, R: Rules>(
        &mut self,
        call: Call,
        theirs: Real,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(holding) = self.holding_mut() else { return };
        let Some(exchange) = holding.open.take_if(|exchange| exchange.call == call) else { return };
        let Exchange { offered, .. } = exchange;
        let agreed = match R::is(Planting::Overshoot, cx.config()) {
            true => theirs + theirs - offered,
            false => mean(offered, theirs),
        };
        // What a `set_value` added in between is not shared yet.
        holding.share.sum = agreed + (holding.share.sum - offered);
        cx.tell(Fact::Estimate { value: holding.share.sum });
    }

    /// The peer refuses.
    pub(super) fn on_busy(&mut self, call: Call) {
        if let Some(holding) = self.holding_mut() {
            holding.open.take_if(|exchange| exchange.call == call);
        }
    }
}
