//! Workloads: open and closed loops of clients, and the desk where they hand in what they want.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::kernel::{Agenda, Domain, Instant, NodeId, PlanKey, RequestId, Seed, Stream};
use crate::protocol::{Draw, Protocol, Random, answer};

/// Issues requests and hears what comes of them. Every method has an empty default.
pub trait Workload<P: Protocol> {
    /// Before the nodes boot.
    fn on_start(&mut self, _desk: &mut Desk<P>) {}
    /// A wake that was asked for has come.
    fn on_wake(&mut self, _at: Instant, _key: u64, _desk: &mut Desk<P>) {}
    /// A request was answered.
    #[inline(always)]
    fn on_reply(
        &mut self,
        _at: Instant,
        _node: NodeId,
        _id: RequestId,
        _response: &P::Response,
        _desk: &mut Desk<P>,
    ) {
    }
    /// A node tells a fact.
    #[inline(always)]
    fn on_fact(&mut self, _at: Instant, _node: NodeId, _fact: &P::Fact, _desk: &mut Desk<P>) {}
    /// A node crashed, or was down when a request came.
    fn on_down(&mut self, _at: Instant, _node: NodeId, _desk: &mut Desk<P>) {}
}

impl<P: Protocol> Workload<P> for () {}

/// A workload that was written down before the run: requests, and when each is made of whom.
#[derive(Clone, Debug)]
pub struct Script<P: Protocol>(pub Vec<(Instant, NodeId, P::Request)>);

impl<P: Protocol> Workload<P> for Script<P> {
    fn on_start(&mut self, desk: &mut Desk<P>) {
        for (at, to, request) in self.0.drain(..) {
            desk.request(at, to, request);
        }
    }
}

/// Where a workload hands in what it wants. Its draws are a stream of their own.
#[derive(Debug)]
pub struct Desk<P: Protocol> {
    requests: Vec<(NodeId, P::Request)>,
    agenda: Agenda<Plan>,
    wakes: BTreeMap<u64, PlanKey>,
    /// Plans that can make something happen after the last event.
    rousing: usize,
    /// The queue is popped up to here, then the agenda's turn comes.
    pub(super) limit: Instant,
    seed: Seed,
    draws: Stream,
}

impl<P: Protocol> Desk<P> {
    pub(super) fn new(seed: Seed) -> Desk<P> {
        Desk {
            requests: Vec::new(),
            agenda: Agenda::default(),
            wakes: BTreeMap::new(),
            rousing: 0,
            limit: Instant::NEVER,
            seed,
            draws: Stream::new(seed, Domain::Workload, 0, 0),
        }
    }

    /// Asks node `to` for something at `at`, which must not lie in the past.
    pub fn request(&mut self, at: Instant, to: NodeId, request: P::Request) -> RequestId {
        let id = self.note(to, request);
        self.plan(at, Plan::Request(id));
        id
    }

    /// Enters a request that is made at once.
    pub(super) fn note(&mut self, to: NodeId, request: P::Request) -> RequestId {
        let id = RequestId(self.requests.len() as u32);
        self.requests.push((to, request));
        id
    }

    /// Asks to be woken at `at`; a wake of this key that is still to come moves there.
    pub fn wake(&mut self, at: Instant, key: u64) {
        let pending = self.wakes.get(&key).copied();
        if pending.is_some_and(|plan| self.agenda.shift(plan, at)) {
            self.limit = self.limit.min(at);
            return;
        }
        let plan = self.plan(at, Plan::Wake(key));
        self.wakes.insert(key, plan);
    }

    /// What was asked, and of whom.
    pub fn asked(&self, id: RequestId) -> &(NodeId, P::Request) {
        &self.requests[id.0 as usize]
    }

    pub(super) fn plan(&mut self, at: Instant, plan: Plan) -> PlanKey {
        self.limit = self.limit.min(at);
        self.rousing += usize::from(plan.rouses());
        self.agenda.plan(at, plan.rank(), plan)
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.agenda.next_at()
    }

    pub(super) fn pop(&mut self) -> Option<(Instant, Plan)> {
        let (at, plan) = self.agenda.pop()?;
        self.rousing -= usize::from(plan.rouses());
        Some((at, plan))
    }

    /// Whether a plan is left that can make something happen when no event is.
    pub(super) fn rouses(&self) -> bool {
        self.rousing > 0
    }
}

impl<'d, P: Protocol> Random<'d> for Desk<P> {
    fn draw(&mut self, draw: Draw<'d>) -> u64 {
        answer(draw, &mut self.draws)
    }
    fn keyed(&mut self, key: u64) {
        self.draws = Stream::new(self.seed, Domain::Workload, 1, key);
    }
}
