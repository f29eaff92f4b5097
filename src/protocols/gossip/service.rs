//! How blocking calls are served: so many at once, each after its service time; the others wait in line.

use std::collections::VecDeque;

use super::Gossip;
use super::calls::Due;
use super::message::{Call, Item};
use super::rules::Rules;
use super::site::Site;
use crate::kernel::{NodeId, Span};
use crate::protocol::Context;

/// A call that has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Incoming {
    from: NodeId,
    item: Item,
    call: Call,
}

/// The workers of a site, and who waits for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Service {
    /// Calls that are served, from their start until they are answered.
    busy: u32,
    /// First come, first served.
    line: VecDeque<Incoming>,
}

impl Service {
    /// A call was answered.
    pub(super) fn end(&mut self) {
        self.busy = self.busy.saturating_sub(1);
    }
}

impl Site {
    /// A copy has come; one that is called in waits for its service.
    #[inline(always)]
    pub(super) fn take_in<'w, R: Rules>(
        &mut self,
        from: NodeId,
        item: Item,
        call: Option<Call>,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        match call {
            Some(call) if cx.config().algorithm.delivery().has_service() => {
                let service = &mut self.calls_or_new().service;
                service.line.push_back(Incoming { from, item, call });
                self.serve_waiting(cx);
            }
            call => self.on_copy(from, item, call, cx),
        }
    }

    /// Takes calls from the line while there are workers.
    pub(super) fn serve_waiting<'w, R: Rules>(&mut self, cx: &mut impl Context<'w, Gossip<R>>) {
        let delivery = cx.config().algorithm.delivery();
        while let Some(calls) = self.calls_mut()
            && (delivery.workers == 0 || calls.service.busy < delivery.workers)
            && let Some(incoming) = calls.service.line.pop_front()
        {
            calls.service.busy += 1;
            if delivery.service_time > Span::ZERO {
                calls.deadlines.set(Due::Served(incoming), delivery.service_time, cx);
            } else {
                self.take_effect(incoming, cx);
            }
        }
    }

    /// A call takes effect.
    pub(super) fn take_effect<'w, R: Rules>(
        &mut self,
        Incoming { from, item, call }: Incoming,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        self.on_copy(from, item, Some(call), cx);
    }
}
