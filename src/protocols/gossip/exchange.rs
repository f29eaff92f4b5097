//! Anti-entropy: two sites compare what they know (Demers et al. 1987, section 1.3).

use std::rc::Rc;

use super::Gossip;
use super::config::Mode;
use super::limit::hunts;
use super::message::{Ids, Item, Message, RumorId, Tries, Wants};
use super::rules::{Planting, Rules};
use super::site::{Site, draw_peer, draw_peers, send_copy};
use crate::kernel::NodeId;
use crate::protocol::Context;

/// A list for a message.
fn ids(list: Vec<RumorId>) -> Ids {
    (!list.is_empty()).then(|| Rc::new(list))
}

/// What a call begins with.
fn opening(mode: Mode, known: Ids, tries: Tries) -> Message {
    if mode.pushes() { Message::Digest(known, tries) } else { Message::Request(known, tries) }
}

fn list(ids: &Ids) -> &[RumorId] {
    ids.as_ref().map_or(&[], |ids| ids.as_slice())
}

impl Site {
    /// What a site may speak of: in rounds what it knew when the round began. Ascending.
    fn may_tell<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) -> Vec<Item> {
        let config = cx.config();
        let round = config.round(cx.now());
        let snapshot = config.in_rounds() && !R::is(Planting::EagerSnapshot, config);
        let spread = |id: RumorId| self.spreads.iter().find(|spread| spread.item.id == id);
        let is_fresh =
            |id: RumorId| snapshot && spread(id).is_some_and(|spread| spread.since == round);
        if R::keeps(config) {
            let items = cx.disk().items().iter().copied();
            return items.filter(|item| !is_fresh(item.id)).collect();
        }
        let items = self.spreads.iter().map(|spread| spread.item);
        let mut items: Vec<Item> = items.filter(|item| !is_fresh(item.id)).collect();
        items.sort_unstable_by_key(|item| item.id);
        items
    }

    /// Calls so many peers.
    pub(super) fn compare<'w, R: Rules>(
        &mut self,
        mode: Mode,
        fanout: u32,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        if cx.peers().is_empty() {
            return;
        }
        let known = self.known_ids(cx);
        let tries = hunts(cx);
        for peer in draw_peers(fanout, cx) {
            let known = known.clone();
            cx.send(peer, opening(mode, known, tries));
        }
    }

    /// Calls another peer after a refusal.
    pub(super) fn compare_again<'w, R: Rules>(
        &mut self,
        mode: Mode,
        tries: Tries,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let known = self.known_ids(cx);
        let peer = draw_peer(cx.peers().len() as u32, cx);
        cx.send(peer, opening(mode, known, tries));
    }

    fn known_ids<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) -> Ids {
        ids(self.may_tell(cx).iter().map(|item| item.id).collect())
    }

    /// Somebody tells what it knows.
    pub(super) fn on_digest<'w, R: Rules>(
        &mut self,
        from: NodeId,
        theirs: &Ids,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let ours = self.may_tell(cx);
        let lacks = |id: &RumorId| ours.binary_search_by_key(id, |item| item.id).is_err();
        let need = ids(list(theirs).iter().copied().filter(lacks).collect());
        if let super::Algorithm::AntiEntropy { mode: Mode::PushPull, .. } = cx.config().algorithm {
            give_others(from, &ours, theirs, cx);
        }
        if need.is_some() {
            cx.send(from, Message::Need(need));
        }
    }

    /// Somebody asks for what it lacks.
    pub(super) fn give_what_lacks<'w, R: Rules>(
        &mut self,
        from: NodeId,
        theirs: &Ids,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let ours = self.may_tell(cx);
        give_others(from, &ours, theirs, cx);
    }

    /// Somebody needs these.
    pub(super) fn give<'w, R: Rules>(
        &mut self,
        to: NodeId,
        needed: &Ids,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let ours = self.may_tell(cx);
        for item in ours.iter().filter(|item| list(needed).binary_search(&item.id).is_ok()) {
            send_copy(to, *item, Wants::Nothing, cx);
        }
    }
}

/// Sends what they do not have.
fn give_others<'w, R: Rules>(
    to: NodeId,
    ours: &[Item],
    theirs: &Ids,
    cx: &mut impl Context<'w, Gossip<R>>,
) {
    for item in ours.iter().filter(|item| list(theirs).binary_search(&item.id).is_err()) {
        send_copy(to, *item, Wants::Nothing, cx);
    }
}
