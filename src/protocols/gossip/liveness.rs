//! What must have come about some time after all faults are over: rumors have spread, or their telling has settled.

use std::collections::VecDeque;

use super::Known;
use super::config::{Algorithm, Config, Dedupe, Rpc, Stop, Tempo};
use super::message::{Fact, Message, RumorId};
use crate::kernel::{Instant, NodeId, Span};
use crate::protocols::Calm;
use crate::topology::Graph;

/// Kept from facts alone.
#[derive(Clone, Debug)]
pub(super) struct Liveness {
    promise: Option<Promise>,
    calm: Calm,
    /// Whether who knows a rumor tells it also after a restart.
    tells_again: bool,
    /// When the last fault is over and the last rumor published.
    start: Instant,
    /// Nothing is judged before.
    due: Instant,
    down: Vec<bool>,
    rumors: Vec<Option<Spreading>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Promise {
    /// All sites that are up know every rumor of which one of them knows.
    Spreads,
    /// Nobody tells any more.
    Settles,
    /// It was found that nobody did.
    Settled,
}

#[derive(Clone, Debug)]
struct Spreading {
    knows: Vec<bool>,
    tells: Vec<bool>,
}

/// What is promised does not hold, and where.
pub(super) struct Broken {
    pub(super) invariant: &'static str,
    pub(super) node: NodeId,
    pub(super) detail: String,
}

impl Liveness {
    /// Nothing is ever due.
    pub(super) fn unjudged() -> Liveness {
        Liveness {
            promise: None,
            calm: Calm::default(),
            tells_again: false,
            start: Instant::NEVER,
            due: Instant::NEVER,
            down: Vec::new(),
            rumors: Vec::new(),
        }
    }

    /// Of rumors that are published at those times.
    pub(super) fn new(
        config: &Config,
        calm: Calm,
        publishes: &[Instant],
        graph: &Graph,
    ) -> Liveness {
        let promise = match &config.algorithm {
            Algorithm::AntiEntropy { .. } => Some(Promise::Spreads),
            Algorithm::InfectForever { stop_after: None, .. } => Some(Promise::Spreads),
            Algorithm::Rumor(_) | Algorithm::MedianCounter(_) => Some(Promise::Settles),
            Algorithm::InfectAndDie { .. } => Some(Promise::Settles),
            Algorithm::Flood { delivery, .. } => {
                // One call at a time takes as long as there are edges.
                let is_plain = delivery.dedupe == Dedupe::Set && delivery.rpc == Rpc::Async;
                is_plain.then_some(Promise::Settles)
            }
            _ => None,
        };
        let last = publishes.iter().copied().max();
        let (Some(promise), Some(last), false) = (promise, last, graph.directed()) else {
            return Liveness::unjudged();
        };
        let nodes = config.nodes as usize;
        let mut liveness = Liveness {
            promise: Some(promise),
            calm,
            tells_again: matches!(config.algorithm, Algorithm::AntiEntropy { .. }),
            start: calm.heal.max(last),
            due: Instant::NEVER,
            down: vec![false; nodes],
            rumors: vec![None; publishes.len()],
        };
        if let Some(patience) = liveness.patience(config, graph) {
            liveness.due = liveness.start + patience;
        }
        liveness
    }

    /// How long it may take from the start on; none where no bound is known.
    fn patience(&self, config: &Config, graph: &Graph) -> Option<Span> {
        let up = || (0..config.nodes).filter(|id| !self.down[*id as usize]).map(NodeId);
        let degree = up().map(|id| graph.peers(id).len()).max().unwrap_or(0) as f64;
        let is_complete = degree as u32 + 1 >= config.nodes
            && up().all(|id| graph.peers(id).len() as u32 + 1 == config.nodes);
        let log2 = libm::log2(f64::from(config.nodes.max(1)));
        let periods = match self.promise? {
            Promise::Spreads if is_complete => 20.0 * (log2 + 2.0),
            Promise::Spreads => {
                let far = 2.0 * f64::from(self.reach(graph).eccentricity);
                4.0 * degree * (libm::log(f64::from(config.nodes.max(1))) + far + 1.0)
            }
            Promise::Settles | Promise::Settled => {
                let k = match &config.algorithm {
                    Algorithm::Rumor(mongering) => match mongering.stop {
                        Stop::Counter(k) => f64::from(k),
                        Stop::Coin(p) => 1.0 / p.get(),
                    },
                    Algorithm::MedianCounter(median) => f64::from(median.max_age),
                    _ => 1.0,
                };
                50.0 * (k + log2 + 1.0) * if is_complete { 1.0 } else { degree.max(1.0) }
            }
        };
        let kept = 1.0 - self.calm.loss;
        let period = match &config.tempo {
            Tempo::Rounds(period) => *period,
            Tempo::Timers { period, .. } => period.greatest().unwrap_or(period.mean()),
        };
        let step = period + self.calm.latency + self.calm.latency;
        let nanos = step.nanos() as f64 * periods / (kept * kept * kept * kept);
        (self.calm.loss < 0.5).then(|| Span::from_nanos_f64(nanos))
    }

    /// How far the sites that are up are from each other.
    fn reach(&self, graph: &Graph) -> Reach {
        let mut seen = self.down.clone();
        let mut reach = Reach { reached: 0, eccentricity: 0 };
        let Some(first) = seen.iter().position(|is_down| !is_down) else { return reach };
        seen[first] = true;
        let mut next = VecDeque::from([(NodeId(first as u32), 0)]);
        while let Some((node, hops)) = next.pop_front() {
            reach = Reach { reached: reach.reached + 1, eccentricity: hops };
            for peer in graph.peers(node).iter() {
                if !std::mem::replace(&mut seen[peer.index()], true) {
                    next.push_back((peer, hops + 1));
                }
            }
        }
        reach
    }

    /// Whether it is time to judge.
    #[inline(always)]
    pub(super) fn is_due(&self, at: Instant) -> bool {
        at > self.due
    }

    /// Judges, once it is time; `message` is what has just arrived.
    pub(super) fn judge(
        &mut self,
        (at, node): (Instant, NodeId),
        message: Option<&Message>,
        config: &Config,
        graph: &Graph,
    ) -> Option<Broken> {
        if self.promise == Some(Promise::Settled) {
            let is_told = message.is_some_and(|message| {
                matches!(message, Message::Rumor { .. }) || message.handed_over().next().is_some()
            });
            let detail = || "is told a rumor although all had settled".to_owned();
            return is_told.then(|| Broken { invariant: "settles", node, detail: detail() });
        }
        // Sites that are down make ways longer.
        let Some(patience) = self.patience(config, graph) else { return self.rest() };
        self.due = self.start + patience;
        if at <= self.due {
            return None;
        }
        match self.promise? {
            Promise::Spreads => self.judge_spread(graph),
            _ => self.judge_settled(graph),
        }
    }

    /// Nothing more is judged.
    fn rest(&mut self) -> Option<Broken> {
        self.due = Instant::NEVER;
        None
    }

    fn judge_spread(&mut self, graph: &Graph) -> Option<Broken> {
        let up = self.down.iter().filter(|is_down| !*is_down).count();
        self.due = Instant::NEVER;
        if self.reach(graph).reached as usize != up {
            return None;
        }
        let left_out = |(number, rumor): (usize, &Option<Spreading>)| {
            let rumor = rumor.as_ref()?;
            let sites = || rumor.knows.iter().zip(&self.down).zip(0..);
            let lacks = |know: bool| {
                let mut all = sites().filter(|((_, is_down), _)| !**is_down);
                all.find(|((knows, _), _)| **knows == know).map(|(_, id)| NodeId(id))
            };
            lacks(true).and(lacks(false)).map(|node| (number, node))
        };
        let (number, node) = self.rumors.iter().enumerate().find_map(left_out)?;
        let detail = format!("has not heard of {number}, long after all faults were over");
        Some(Broken { invariant: "spreads", node, detail })
    }

    fn judge_settled(&mut self, graph: &Graph) -> Option<Broken> {
        // Who tells one that is down, or nobody, is not told that it was in vain.
        if self.down.iter().any(|is_down| *is_down) {
            return self.rest();
        }
        self.promise = Some(Promise::Settled);
        let still = |(number, rumor): (usize, &Option<Spreading>)| {
            let tells = &rumor.as_ref()?.tells;
            let mut ids =
                tells.iter().zip(0..).filter(|(tells, _)| **tells).map(|(_, id)| NodeId(id));
            ids.find(|id| !graph.peers(*id).is_empty()).map(|node| (number, node))
        };
        let (number, node) = self.rumors.iter().enumerate().find_map(still)?;
        let detail = format!("still tells {number}, long after all faults were over");
        Some(Broken { invariant: "settles", node, detail })
    }

    /// A site is up.
    pub(super) fn on_boot(&mut self, node: NodeId) {
        if let Some(is_down) = self.down.get_mut(node.index()) {
            *is_down = false;
        }
    }

    /// A site says something.
    pub(super) fn on_fact(&mut self, node: NodeId, fact: &Fact) {
        match *fact {
            Fact::Initiated { id, .. } | Fact::Received { id, .. } => {
                if let Some(rumor) = self.rumor(id) {
                    rumor.knows[node.index()] = true;
                }
            }
            Fact::Infective { id } | Fact::Removed { id } => {
                if let Some(rumor) = self.rumor(id) {
                    rumor.tells[node.index()] = matches!(fact, Fact::Infective { .. });
                }
            }
            _ => {}
        }
    }

    fn rumor(&mut self, id: RumorId) -> Option<&mut Spreading> {
        let sites = self.down.len();
        let new = || Spreading { knows: vec![false; sites], tells: vec![false; sites] };
        Some(self.rumors.get_mut(id.0 as usize)?.get_or_insert_with(new))
    }

    /// A site is down.
    pub(super) fn on_crash(&mut self, node: NodeId, disk: &Known) {
        let Some(is_down) = self.down.get_mut(node.index()) else { return };
        *is_down = true;
        let is_known = |id: u32| disk.knows(RumorId(id));
        if self.promise == Some(Promise::Spreads)
            && !self.tells_again
            && (0..self.rumors.len() as u32).any(is_known)
        {
            // It will know and not tell: others may hear of it from nobody.
            self.promise = None;
        }
        for (rumor, id) in self.rumors.iter_mut().zip(0..) {
            let Some(rumor) = rumor else { continue };
            rumor.knows[node.index()] = is_known(id);
            rumor.tells[node.index()] = false;
        }
    }
}

/// How far a site gets in the graph of those that are up.
struct Reach {
    /// So many sites, itself among them.
    reached: u32,
    /// In so many hops at most.
    eccentricity: u32,
}
