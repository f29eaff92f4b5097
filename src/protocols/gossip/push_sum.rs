//! Push-sum: each round a site gives half of what it holds to a random peer (Kempe, Dobra & Gehrke 2003, section 2).

use std::rc::Rc;

use super::Gossip;
use super::aggregate::Share;
use super::message::{Fact, Message};
use super::rules::{Planting, Rules};
use super::site::{Site, draw_peer};
use crate::protocol::Context;

/// A site that holds less gives nothing: halves of it would lose digits. Only a site that hears of nobody for
/// hundreds of rounds gets there, such as a leaf of a large star.
const LEAST_WEIGHT: f64 = 1e-200;

impl Site {
    /// A round begins.
    pub(super) fn give_half<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let Some(holding) = self.holding_mut() else { return };
        if cx.peers().is_empty() || holding.share.weight.get() < LEAST_WEIGHT {
            return;
        }
        let (whole, half) = (holding.share, holding.share.half());
        let config = cx.config();
        holding.share = match () {
            () if R::is(Planting::KeepBoth, config) => whole,
            () if R::is(Planting::StaleWeight, config) => Share { weight: whole.weight, ..half },
            () => half,
        };
        let peer = draw_peer(cx.peers().len() as u32, cx);
        cx.send(peer, Message::Share(Rc::new(half)));
    }

    /// A share has come.
    pub(super) fn on_share<'w, R: Rules>(
        &mut self,
        share: Share,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(holding) = self.holding_mut() else { return };
        let Share { sum, weight } = holding.share;
        holding.share = Share { sum: sum + share.sum, weight: weight + share.weight };
        cx.tell(Fact::Estimate { value: holding.share.estimate() });
    }
}
