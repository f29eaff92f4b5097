//! Planted flaws as edited effects: a protocol that drivers cannot tell from the original, but for its mistakes.
//!
//! The other means to plant a flaw is a decision as a method of a trait `Rules` that the protocol is generic over.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use super::{Context, Draw, Effect, Protocol, Random};
use crate::kernel::{Instant, NodeId, RequestId};
use crate::topology::Peers;

/// Edits effects on their way out; `None` drops one.
pub trait Flaw<P: Protocol>: Copy + Debug + Eq + Hash + 'static {
    /// What becomes of an effect of node `me`; `choose` draws uniformly below a bound.
    fn edit(
        effect: Effect<P>,
        me: NodeId,
        config: &P::Config,
        choose: impl FnMut(u32) -> u32,
    ) -> Option<Effect<P>>;
}

/// `P` with its effects edited by `F`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flawed<P, F>(PhantomData<(P, F)>);

/// The node sees what it wrote; a crash leaves what the flaw let through.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FlawedDisk<D> {
    /// As the node believes.
    pub seen: D,
    /// As it is.
    pub kept: D,
}

/// A write to a [`FlawedDisk`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FlawedRecord<R> {
    /// A restart reveals what was kept.
    Boot,
    /// A write as it was given, and as it was kept.
    Write {
        /// As given.
        seen: R,
        /// As kept, if at all.
        kept: Option<R>,
    },
}

/// The context that edits.
struct Editing<'a, C, F>(&'a mut C, PhantomData<F>);

impl<'w, F, C: Random<'w>> Random<'w> for Editing<'_, C, F> {
    fn draw(&mut self, draw: Draw<'w>) -> u64 {
        self.0.draw(draw)
    }
    fn keyed(&mut self, key: u64) {
        self.0.keyed(key);
    }
}

impl<'w, P, F, C> Context<'w, P> for Editing<'_, C, F>
where
    P: Protocol,
    F: Flaw<P>,
    C: Context<'w, Flawed<P, F>>,
{
    fn me(&self) -> NodeId {
        self.0.me()
    }
    fn now(&self) -> Instant {
        self.0.now()
    }
    fn peers(&self) -> Peers<'w> {
        self.0.peers()
    }
    fn config(&self) -> &'w P::Config {
        self.0.config()
    }
    fn disk(&self) -> &P::Durable {
        &self.0.disk().seen
    }
    fn effect(&mut self, effect: Effect<P>) {
        let (me, config) = (self.0.me(), self.0.config());
        let choose = |bound| self.0.choose(bound);
        if let Effect::Persist(seen) = effect {
            let kept = match F::edit(Effect::Persist(seen.clone()), me, config, choose) {
                Some(Effect::Persist(record)) => Some(record),
                _ => None,
            };
            return self.0.persist(FlawedRecord::Write { seen, kept });
        }
        match F::edit(effect, me, config, choose) {
            Some(Effect::Send { to, message }) => self.0.send(to, message),
            Some(Effect::Arm { timer, after }) => self.0.arm(timer, after),
            Some(Effect::Disarm { timer }) => self.0.disarm(timer),
            Some(Effect::Reply { id, response }) => self.0.reply(id, response),
            Some(Effect::Tell(fact)) => self.0.tell(fact),
            Some(Effect::Persist(_)) | None => {}
        }
    }
}

impl<P: Protocol, F: Flaw<P>> Protocol for Flawed<P, F> {
    type Config = P::Config;
    type Role = P::Role;
    type Node = P::Node;
    type Durable = FlawedDisk<P::Durable>;
    type Record = FlawedRecord<P::Record>;
    type Message = P::Message;
    type Timer = P::Timer;
    type Request = P::Request;
    type Response = P::Response;
    type Fact = P::Fact;

    fn boot<'w>(role: P::Role, cx: &mut impl Context<'w, Self>) -> P::Node {
        // Only where the flaw has shown: a record would hold up what the node says next.
        if cx.disk().seen != cx.disk().kept {
            cx.persist(FlawedRecord::Boot);
        }
        P::boot(role, &mut Editing(cx, PhantomData::<F>))
    }
    fn on_message<'w>(
        node: &mut P::Node,
        from: NodeId,
        message: P::Message,
        cx: &mut impl Context<'w, Self>,
    ) {
        P::on_message(node, from, message, &mut Editing(cx, PhantomData::<F>));
    }
    fn on_timer<'w>(node: &mut P::Node, timer: P::Timer, cx: &mut impl Context<'w, Self>) {
        P::on_timer(node, timer, &mut Editing(cx, PhantomData::<F>));
    }
    fn on_request<'w>(
        node: &mut P::Node,
        id: RequestId,
        request: P::Request,
        cx: &mut impl Context<'w, Self>,
    ) {
        P::on_request(node, id, request, &mut Editing(cx, PhantomData::<F>));
    }
    fn on_ready<'w>(node: &mut P::Node, to: NodeId, cx: &mut impl Context<'w, Self>) {
        P::on_ready(node, to, &mut Editing(cx, PhantomData::<F>));
    }
    fn store(disk: &mut Self::Durable, record: Self::Record) {
        match record {
            FlawedRecord::Boot => disk.seen = disk.kept.clone(),
            FlawedRecord::Write { seen, kept } => {
                P::store(&mut disk.seen, seen);
                if let Some(kept) = kept {
                    P::store(&mut disk.kept, kept);
                }
            }
        }
    }

    const KINDS: &'static [&'static str] = P::KINDS;
    fn kind(message: &P::Message) -> usize {
        P::kind(message)
    }
    fn items(message: &P::Message) -> u32 {
        P::items(message)
    }
    fn size(message: &P::Message) -> u32 {
        P::size(message)
    }
    fn is(node: &P::Node, role: &str) -> bool {
        P::is(node, role)
    }
    fn leave() -> Option<P::Request> {
        P::leave()
    }
    fn gone(node: &P::Node) -> bool {
        P::gone(node)
    }
}
