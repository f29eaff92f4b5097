//! Lists of peers that are told: all at once, or one call after the other; and the discovery that comes before.

use super::config::{Delivery, Rpc};
use super::limit::Taken;
use super::message::{Call, Fact, Item, Message, Wants};
use super::rules::{Planting, Rules};
use super::service::{Incoming, Service};
use super::site::{Site, send_call, send_copy};
use super::{Gossip, Timer};
use crate::kernel::{NodeId, Span};
use crate::protocol::{Context, Deadlines};

/// What a site that calls, or is called, has to remember.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Calls {
    /// The next number.
    next: Call,
    /// Lists whose call is under way.
    pub(super) open: Vec<Handler>,
    /// Lists that wait for the discovery.
    waiting: Vec<Handler>,
    discovery: Discovery,
    pub(super) service: Service,
    /// Calls taken in this round, where they are limited.
    pub(super) taken: Taken,
    pub(super) deadlines: Deadlines<Due, Timer>,
}

impl Default for Calls {
    fn default() -> Calls {
        Calls {
            next: Call(0),
            open: Vec::new(),
            waiting: Vec::new(),
            discovery: Discovery::Cold,
            service: Service::default(),
            taken: Taken::default(),
            deadlines: Deadlines::new(Timer::Turn),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Discovery {
    Cold,
    UnderWay,
    Done,
}

/// What calls wait for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Due {
    /// The peers are known.
    Discovery,
    /// An answer is waited for no longer.
    Timeout(Call),
    /// A call takes effect.
    Served(Incoming),
}

/// One list of peers that is told one rumor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Handler {
    pub(super) item: Item,
    /// Who told the site, and the call to be ended when all of this is over.
    pub(super) from: Option<(NodeId, Option<Call>)>,
    /// The place of the next peer.
    pub(super) next: u32,
    /// The call under way.
    call: Call,
}

impl Handler {
    pub(super) fn new(item: Item, from: Option<(NodeId, Option<Call>)>) -> Handler {
        Handler { item, from, next: 0, call: Call(0) }
    }
}

/// What discovery costs here.
fn price<'w, R: Rules>(cx: &mut impl Context<'w, Gossip<R>>) -> Span {
    let Delivery { discovery_base: base, discovery_per_peer: each, .. } =
        cx.config().algorithm.delivery();
    base + Span::from_nanos(each.nanos().saturating_mul(cx.peers().len() as u64))
}

impl Site {
    /// Whether the next send has to wait for the discovery of the peers.
    pub(super) fn is_cold<'w, R: Rules>(&self, cx: &mut impl Context<'w, Gossip<R>>) -> bool {
        let is_done = self.calls().is_some_and(|calls| calls.discovery == Discovery::Done);
        price(cx) > Span::ZERO && !cx.peers().is_empty() && !is_done
    }

    /// Tells a list of peers.
    pub(super) fn launch<'w, R: Rules>(
        &mut self,
        handler: Handler,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        if !self.is_cold(cx) {
            return self.tell_list(handler, cx);
        }
        let price = price(cx);
        let calls = self.calls_or_new();
        calls.waiting.push(handler);
        if calls.discovery == Discovery::Cold {
            calls.discovery = Discovery::UnderWay;
            calls.deadlines.set(Due::Discovery, price, cx);
        }
    }

    /// Something that calls waited for has come about.
    pub(super) fn on_due<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let calls = self.calls_or_new();
        match calls.deadlines.pop(cx) {
            Some(Due::Discovery) => {
                calls.discovery = Discovery::Done;
                for handler in std::mem::take(&mut calls.waiting) {
                    self.tell_list(handler, cx);
                }
            }
            Some(Due::Timeout(call)) => {
                if let Some(place) = calls.open.iter().position(|handler| handler.call == call) {
                    cx.tell(Fact::TimedOut { id: calls.open[place].item.id, call });
                    self.go_on(place, cx);
                }
            }
            Some(Due::Served(incoming)) => self.take_effect(incoming, cx),
            None => {}
        }
        self.serve_waiting(cx);
    }

    fn tell_list<'w, R: Rules>(
        &mut self,
        mut handler: Handler,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let config = cx.config();
        if config.algorithm.delivery().rpc == Rpc::Async {
            while let Some(peer) = handler.next_target(cx) {
                send_copy(peer, handler.item, Wants::Nothing, cx);
            }
            return;
        }
        let calls = self.calls_or_new();
        if calls.next == Call(0) {
            // Answers to calls of an earlier life are still under way: its numbers are not used again.
            calls.next = Call((cx.now().nanos() >> 10) as u32);
        }
        cx.tell(Fact::Opened { id: handler.item.id });
        calls.open.push(handler);
        self.go_on(self.open_calls() - 1, cx);
    }

    /// A call is over: the next one.
    pub(super) fn on_ack<'w, R: Rules>(
        &mut self,
        call: Call,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(calls) = self.calls_mut() else { return };
        // An answer to a call of an earlier life, or one that came too late, ends nothing.
        if let Some(place) = calls.open.iter().position(|handler| handler.call == call) {
            calls.deadlines.clear(&Due::Timeout(call), cx);
            self.go_on(place, cx);
            self.serve_waiting(cx);
        }
    }

    /// Calls the next peer of an open list, or ends it.
    fn go_on<'w, R: Rules>(&mut self, place: usize, cx: &mut impl Context<'w, Gossip<R>>) {
        let timeout = cx.config().algorithm.delivery().call_timeout;
        let calls = self.calls_or_new();
        let handler = &mut calls.open[place];
        let calls_at_once = if R::is(Planting::Pipelined, cx.config()) { 2 } else { 1 };
        let mut called = 0;
        while called < calls_at_once
            && let Some(peer) = handler.next_target(cx)
        {
            handler.call = calls.next;
            calls.next = Call(calls.next.0.wrapping_add(1));
            send_call(peer, handler.item, (Wants::Ack, handler.call), cx);
            called += 1;
        }
        if called > 0 {
            if let Some(timeout) = timeout {
                calls.deadlines.set(Due::Timeout(handler.call), timeout, cx);
            }
            return;
        }
        let Handler { item, from, .. } = calls.open.remove(place);
        cx.tell(Fact::Closed { id: item.id });
        if let Some((caller, Some(call))) = from {
            self.acknowledge(caller, call, cx);
        }
    }

    /// Answers a call.
    pub(super) fn acknowledge<'w, R: Rules>(
        &mut self,
        caller: NodeId,
        call: Call,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let bytes = cx.config().algorithm.delivery().ack_bytes;
        cx.send(caller, Message::Ack { call, bytes });
        if let Some(calls) = self.calls_mut() {
            calls.service.end();
        }
    }
}
