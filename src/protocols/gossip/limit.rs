//! Sites that take so many calls in a round, and callers that hunt on (Demers et al. 1987, section 1.4).

use super::Gossip;
use super::config::{Algorithm, Config, Limit};
use super::message::{Message, Tries};
use super::rules::{Planting, Rules};
use super::site::{Site, draw_peer};
use crate::kernel::NodeId;
use crate::protocol::Context;

/// What a call in mongering begins with.
#[derive(Clone, Copy)]
pub(super) enum Opening {
    /// A question whether the caller may tell.
    Offer,
    /// A question what the other has to tell.
    Request,
}

/// How many more peers a caller tries.
pub(super) fn hunts<'w, R: Rules>(cx: &mut impl Context<'w, Gossip<R>>) -> Tries {
    Tries(cx.config().limit.map_or(0, |limit| limit.hunt))
}

/// Calls a peer.
pub(super) fn open_call<'w, R: Rules>(
    peer: NodeId,
    opening: Opening,
    tries: Tries,
    cx: &mut impl Context<'w, Gossip<R>>,
) {
    cx.send(
        peer,
        match opening {
            Opening::Offer => Message::Knock(tries),
            Opening::Request => Message::Request(None, tries),
        },
    );
}

/// How many calls a site takes in a round.
fn most<R: Rules>(limit: Limit, config: &Config) -> u32 {
    limit.calls + u32::from(R::is(Planting::LimitOffByOne, config))
}

impl Site {
    /// Whether a call is taken; a caller that is refused is told so.
    #[inline(always)]
    pub(super) fn admits<'w, R: Rules>(
        &mut self,
        caller: NodeId,
        tries: Tries,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) -> bool {
        let Some(limit) = cx.config().limit else { return true };
        let config = cx.config();
        let round = config.round(cx.now());
        let taken = &mut self.calls_or_new().taken;
        if taken.round != round {
            *taken = Taken { round, calls: 0 };
        }
        let admits = taken.calls < most::<R>(limit, config);
        if admits {
            taken.calls += 1;
        } else {
            cx.send(caller, Message::Refused(tries));
        }
        admits
    }

    /// An offer is accepted; in push and pull what the site has itself goes back at once.
    pub(super) fn accept<'w, R: Rules>(
        &mut self,
        caller: NodeId,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        cx.send(caller, Message::Accepted);
        if let Algorithm::Rumor(mongering) = &cx.config().algorithm
            && mongering.mode.pulls()
        {
            self.answer(caller, cx);
        }
    }

    /// A call was refused: another peer is tried, if that is still allowed in this round.
    pub(super) fn hunt<'w, R: Rules>(
        &mut self,
        Tries(left): Tries,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(left) = left.checked_sub(1) else { return };
        match &cx.config().algorithm {
            Algorithm::AntiEntropy { mode, .. } => self.compare_again(*mode, Tries(left), cx),
            Algorithm::Rumor(mongering) => {
                let tells = mongering.mode.pushes() && self.has_news(cx);
                if tells || mongering.mode.pulls() {
                    let peer = draw_peer(cx.peers().len() as u32, cx);
                    let opening = if tells { Opening::Offer } else { Opening::Request };
                    open_call(peer, opening, Tries(left), cx);
                }
            }
            _ => {}
        }
    }
}

/// The calls that were taken in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Taken {
    round: u32,
    calls: u32,
}
