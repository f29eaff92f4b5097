//! The recording driver: a handler's effects as a list, for unit tests, explorers and crashes between two effects.

use super::{Context, Draw, Effect, Protocol, Random};
use crate::kernel::{Instant, NodeId};
use crate::topology::Peers;

/// A context that keeps the effects. Draws are answered by `answers`; whatever is persisted shows in `disk`.
#[derive(Debug)]
pub struct Recorder<'w, P: Protocol, A> {
    /// The node that acts.
    pub me: NodeId,
    /// Its clock.
    pub now: Instant,
    /// Its neighbours.
    pub peers: Peers<'w>,
    /// The knobs.
    pub config: &'w P::Config,
    /// What it has persisted.
    pub disk: P::Durable,
    /// Answers each draw.
    pub answers: A,
    /// All effects, in the order given.
    pub effects: Vec<Effect<P>>,
}

impl<'w, P: Protocol, A: FnMut(Draw<'w>) -> u64> Recorder<'w, P, A> {
    /// A node without neighbours at the start of time, with an empty disk.
    pub fn of(me: NodeId, config: &'w P::Config, answers: A) -> Self {
        let (now, peers) = (Instant::START, Peers::none());
        Recorder { me, now, peers, config, disk: P::Durable::default(), answers, effects: vec![] }
    }

    /// Takes out what was recorded so far.
    pub fn take(&mut self) -> Vec<Effect<P>> {
        std::mem::take(&mut self.effects)
    }
}

impl<'w, P: Protocol, A: Random<'w>> Random<'w> for Recorder<'w, P, A> {
    fn draw(&mut self, draw: Draw<'w>) -> u64 {
        self.answers.draw(draw)
    }
    fn keyed(&mut self, key: u64) {
        self.answers.keyed(key);
    }
}

impl<'w, P: Protocol, A: Random<'w>> Context<'w, P> for Recorder<'w, P, A> {
    fn me(&self) -> NodeId {
        self.me
    }
    fn now(&self) -> Instant {
        self.now
    }
    fn peers(&self) -> Peers<'w> {
        self.peers
    }
    fn config(&self) -> &'w P::Config {
        self.config
    }
    fn disk(&self) -> &P::Durable {
        &self.disk
    }
    fn effect(&mut self, effect: Effect<P>) {
        if let Effect::Persist(record) = &effect {
            P::store(&mut self.disk, record.clone());
        }
        self.effects.push(effect);
    }
}
