//! How nodes start, crash, and start again.

use std::iter;

use super::disk::Line;
use super::live::{DrawsOf, Live};
use super::plan::Plan;
use super::workload::Workload;
use super::world::{Clock, Outside, Slot, Tag, World};
use crate::faults::DiskLoss;
use crate::kernel::{NodeId, Span};
use crate::network::Targets;
use crate::protocol::{Context, Effect, Input, Observer, Origin, Protocol, Recorder, TimerName};
use crate::topology::Graph;

/// How a node crashes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fall {
    /// What becomes of its disk.
    pub(super) disk: DiskLoss,
    /// When it starts again.
    pub(super) restart_after: Option<Span>,
}

/// Runs one handler.
#[inline(always)]
pub(super) fn handle<P, O, W, T>(
    ground: (&Graph, &P::Config),
    clock: &mut Clock,
    outside: &mut Outside<P, O, W, T>,
    slot: &mut Slot<P>,
    me: NodeId,
    input: Input<P>,
    origin: Option<Origin>,
) where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    let (mut cx, node) = begin(ground, clock, outside, slot, me, &input, origin);
    input.run(node, &mut cx);
}

/// Counts an activation, and makes its context.
#[inline(always)]
fn begin<'a, 'w, P, O, W, T>(
    (graph, config): (&'w Graph, &'w P::Config),
    clock: &mut Clock,
    outside: &'a mut Outside<P, O, W, T>,
    slot: &'a mut Slot<P>,
    me: NodeId,
    input: &Input<P>,
    origin: Option<Origin>,
) -> (Live<'a, 'w, P, O, W, T>, &'a mut Option<P::Node>)
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    let now = clock.now;
    clock.digest.add(now, me, input);
    clock.events += 1;
    outside.observer.on_activation(now, me, input, origin);
    let Slot { deadlines, node, disk, activations } = slot;
    *activations += 1;
    let (deadlines, activation) = (deadlines.as_mut(), *activations);
    let (k, draws) = (0, None);
    (Live { me, now, graph, config, outside, deadlines, disk, activation, k, draws }, node)
}

impl<P, O, W, T> World<P, O, W, T>
where
    P: Protocol,
    O: Observer<P>,
    W: Workload<P>,
    T: Tag,
{
    /// Starts a node that is down.
    pub(super) fn boot(&mut self, me: NodeId) {
        let role = (self.role)(me, &self.config);
        self.activate(me, Input::Boot(role), None);
    }

    /// Runs one handler of a node that is up, or boots one that is down.
    pub(super) fn activate(&mut self, me: NodeId, input: Input<P>, origin: Option<Origin>) {
        if !self.falling.is_empty() {
            return self.activate_falling(me, input, origin);
        }
        let World { config, graph, nodes, outside, clock, .. } = self;
        let slot = &mut nodes[me.index()];
        handle((graph, config), clock, outside, slot, me, input, origin);
    }

    /// An activation that may be cut short: its effects are recorded, the first few applied, then the node crashes.
    #[cold]
    #[inline(never)]
    pub(super) fn activate_falling(&mut self, me: NodeId, input: Input<P>, origin: Option<Origin>) {
        let World { config, graph, nodes, outside, clock, .. } = self;
        let slot = &mut nodes[me.index()];
        let (ground, now) = ((&*graph, &*config), clock.now);
        let (mut cx, node) = begin(ground, clock, outside, slot, me, &input, origin);
        let Some(&(after, fall)) = self.falling.get(&me) else {
            return input.run(node, &mut cx);
        };
        let (peers, config, seen) = (cx.peers(), cx.config(), cx.disk().clone());
        let (answers, effects) = (DrawsOf(&mut cx), Vec::new());
        let mut recorder = Recorder { me, now, peers, config, disk: seen, answers, effects };
        input.run(node, &mut recorder);
        let effects = recorder.effects;
        let falls = effects.len() >= after as usize;
        let applied = if falls { after as usize } else { effects.len() };
        let mut effects = effects.into_iter();
        for effect in effects.by_ref().take(applied) {
            cx.effect(effect);
        }
        if falls {
            self.falling.remove(&me);
            // Even if this activation was its last: it did not get to the end of it.
            let node = self.nodes[me.index()].node.take().expect("it has just acted");
            self.vanish(me, node, effects, fall);
        }
    }

    /// A node crashes, unless it is down or has left.
    #[cold]
    pub(super) fn crash(&mut self, me: NodeId, fall: Fall) {
        match self.nodes[me.index()].node.take_if(|node| !P::gone(node)) {
            Some(node) => self.vanish(me, node, iter::empty(), fall),
            None => self.faults_void += 1,
        }
    }

    /// A node that is up says goodbye, if its protocol knows how, and crashes when it has.
    #[cold]
    pub(super) fn depart(&mut self, me: NodeId, fall: Fall) {
        if self.node(me).is_none_or(P::gone) {
            self.faults_void += 1;
            return;
        }
        if let Some(request) = P::leave() {
            let id = self.outside.desk.note(me, request.clone());
            self.activate(me, Input::Request(id, request), None);
        }
        // Even if it has left: that was meant. Another fault may have cut its goodbye short.
        if let Some(node) = self.nodes[me.index()].node.take() {
            self.vanish(me, node, iter::empty(), fall);
        }
    }

    /// Ends what is left of a node: its timers, what it said after its last safe record, what it was about to say.
    pub(super) fn vanish(
        &mut self,
        me: NodeId,
        node: P::Node,
        cut: impl Iterator<Item = Effect<P>>,
        fall: Fall,
    ) {
        let (outside, index) = (&mut self.outside, me.index());
        let slot = &mut self.nodes[index];
        let waiting = outside.lines.remove(&me).into_iter().flat_map(Line::into_effects);
        for effect in waiting {
            outside.observer.on_unsaid(self.clock.now, me, &effect);
        }
        for effect in cut {
            outside.observer.on_effect(self.clock.now, me, &effect);
            outside.observer.on_unsaid(self.clock.now, me, &effect);
        }
        outside.network.forget_ready(me);
        outside.uplinks.forget(me);
        let synced = outside.synced.get_mut(index);
        let disk = &mut slot.disk;
        match (fall.disk, synced) {
            (DiskLoss::Keep, Some(synced)) => synced.clone_from(disk),
            (DiskLoss::LoseUnsynced, Some(synced)) => disk.clone_from(synced),
            (DiskLoss::Keep | DiskLoss::LoseUnsynced, None) => {}
            (DiskLoss::Wipe, synced) => {
                *disk = P::Durable::default();
                synced.into_iter().for_each(|synced| *synced = P::Durable::default());
            }
        }
        outside.observer.on_crash(self.clock.now, me, &node, disk);
        let timers = P::Timer::ALL.len();
        for (k, deadline) in slot.deadlines.as_mut().iter_mut().enumerate() {
            outside.moved.disarm(deadline, index * timers + k);
        }
        self.crashes += 1;
        self.uptime.crash(me, self.clock.now);
        self.outside.workload.on_down(self.clock.now, me, &mut self.outside.desk);
        if let Some(after) = fall.restart_after {
            let targets = Targets::Nodes(vec![me]);
            self.outside.desk.plan(self.clock.now + after, Plan::Start { targets });
        }
    }

    /// Starts a node again, if it is down.
    pub(super) fn restart(&mut self, me: NodeId) {
        if self.nodes[me.index()].node.is_some() {
            self.faults_void += 1;
            return;
        }
        self.restarts += 1;
        self.uptime.start(me, self.clock.now);
        self.boot(me);
    }

    /// Who is meant, at this moment.
    pub(super) fn resolve(&self, targets: &Targets) -> Vec<NodeId> {
        match targets {
            Targets::Nodes(nodes) => nodes.clone(),
            Targets::Role(role) => self.playing(role),
        }
    }

    /// Who plays a role and is up, at this moment.
    pub(super) fn playing(&self, role: &str) -> Vec<NodeId> {
        let ids = (0..self.outside.nodes).map(NodeId);
        ids.filter(|id| self.node(*id).is_some_and(|node| P::is(node, role))).collect()
    }
}
