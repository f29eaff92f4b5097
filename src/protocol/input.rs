//! What an activation is about, and where a message comes from.

use super::{Context, Protocol};
use crate::kernel::{Instant, NodeId, RequestId};

/// What one activation of a node is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<P: Protocol> {
    /// It starts, or restarts.
    Boot(P::Role),
    /// A message from somebody.
    Message(NodeId, P::Message),
    /// A deadline has come.
    Timer(P::Timer),
    /// A client asks for something.
    Request(RequestId, P::Request),
    /// The uplink to somebody is free again.
    Ready(NodeId),
}

impl<P: Protocol> Input<P> {
    /// Runs the handler. A node that is down does nothing; only `Boot` brings it up.
    #[inline(always)]
    pub fn run<'w>(self, node: &mut Option<P::Node>, cx: &mut impl Context<'w, P>) {
        if let Input::Boot(role) = self {
            *node = Some(P::boot(role, cx));
            return;
        }
        let Some(node) = node else { return };
        match self {
            Input::Message(from, message) => P::on_message(node, from, message, cx),
            Input::Timer(timer) => P::on_timer(node, timer, cx),
            Input::Request(id, request) => P::on_request(node, id, request, cx),
            Input::Ready(to) => P::on_ready(node, to, cx),
            Input::Boot(_) => unreachable!("returned above"),
        }
    }
}

/// Where a message comes from: which send of which activation of its source. It names the message in traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// When it was sent.
    pub sent_at: Instant,
    /// The source's activation that sent it.
    pub activation: u32,
    /// Which of the sends of that activation, from 1.
    pub k: u32,
}
