//! Algorithms that act on receipt alone: direct mail, flood, infect and die.

use super::Gossip;
use super::calls::Handler;
use super::config::{Algorithm, Forward, Origin};
use super::message::{Call, Fact, Item, News, Start, Wants};
use super::rules::{Planting, Rules};
use super::site::{Site, draw_peers, send_copy};
use crate::kernel::NodeId;
use crate::protocol::Context;

impl Site {
    /// A rumor begins here.
    pub(super) fn publish<'w, R: Rules>(
        &mut self,
        item: Item,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let start = if self.is_cold(cx) { Start::Cold } else { Start::Warm };
        cx.tell(Fact::Initiated { id: item.id, start });
        match cx.config().algorithm {
            Algorithm::Flood { origin: Origin::Unmarked, .. } => {}
            _ => self.note(item, cx),
        }
        self.forward(item, None, cx);
    }

    /// A copy is handled.
    pub(super) fn on_copy<'w, R: Rules>(
        &mut self,
        from: NodeId,
        item: Item,
        call: Option<Call>,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Item { id, hops, .. } = item;
        let is_known = self.knows(id, cx);
        if is_known {
            cx.tell(Fact::Duplicate { id, from, news: News::Useless });
        } else {
            self.note(item, cx);
            cx.tell(Fact::Received { id, from, hops });
        }
        let forwards = !is_known
            && match cx.config().algorithm {
                Algorithm::Flood { forward: Forward::Node(p), .. } => cx.chance(p),
                Algorithm::DirectMail(_) => false,
                _ => true,
            };
        if forwards {
            self.forward(item, Some((from, call)), cx);
        } else if let Some(call) = call {
            self.acknowledge(from, call, cx);
        }
    }

    /// Tells the peers, as the algorithm has it.
    fn forward<'w, R: Rules>(
        &mut self,
        item: Item,
        from: Option<(NodeId, Option<Call>)>,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        match cx.config().algorithm {
            Algorithm::InfectAndDie { fanout, ttl } => {
                if ttl.is_none_or(|ttl| item.hops < ttl) {
                    for peer in draw_peers(fanout, cx) {
                        send_copy(peer, item, Wants::Nothing, cx);
                    }
                }
            }
            _ => self.launch(Handler::new(item, from), cx),
        }
    }
}

impl Handler {
    /// The next peer to be told.
    pub(super) fn next_target<'w, R: Rules>(
        &mut self,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) -> Option<NodeId> {
        let peers = cx.peers();
        let config = cx.config();
        if let Algorithm::Flood { ttl: Some(ttl), .. } = config.algorithm
            && self.item.hops >= ttl
        {
            return None;
        }
        while (self.next as usize) < peers.len() {
            let peer = peers.get(self.next as usize);
            self.next += 1;
            if self.from.is_some_and(|(from, _)| from == peer) && !R::is(Planting::Echo, config) {
                continue;
            }
            if let Algorithm::Flood { forward: Forward::Edge(p), .. } = config.algorithm
                && !cx.chance(p)
            {
                continue;
            }
            return Some(peer);
        }
        None
    }
}
