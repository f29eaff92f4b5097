//! The world: all nodes with what the driver keeps beside each, and everything outside of them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::mem::offset_of;

use super::books::{Books, Link, weight};
use super::deadline::{Deadline, Moved};
use super::digest::Digest;
use super::disk::{Line, Sync};
use super::lifecycle::Fall;
use super::plan::Plan;
use super::uplink::Uplinks;
use super::uptime::Uptime;
use super::workload::{Desk, Workload};
use crate::kernel::{Entry, EventQueue, Instant, NodeId, Seed};
use crate::network::{LossReason, Network, NetworkFlaw, NodeSet, Targets};
use crate::protocol::{Observer, Origin, Protocol, TimerName};
use crate::topology::Graph;

/// What a run is a function of, but for its workload.
#[derive(Debug)]
pub struct Setup<P: Protocol> {
    /// The seed of this run.
    pub seed: Seed,
    /// The protocol's knobs.
    pub config: P::Config,
    /// The neighbours of the nodes; role nodes beyond it have none.
    pub graph: Graph,
    /// How many nodes, role nodes included.
    pub nodes: u32,
    /// The part that each node plays.
    pub role: fn(NodeId, &P::Config) -> P::Role,
    /// What becomes of messages.
    pub network: Network,
    /// How long durable writes take.
    pub sync: Sync,
    /// Faults, by time.
    pub plans: Vec<(Instant, Plan)>,
    /// The run ends after so many activations.
    pub events_max: u64,
}

/// What a queue entry of a message carries along: nothing, or its origin when a trace is kept.
pub trait Tag: Copy + Debug {
    /// Keeps what is to be kept.
    fn new(origin: Origin) -> Self;
    /// What was kept.
    fn origin(self) -> Option<Origin>;
}

impl Tag for () {
    #[inline(always)]
    fn new(_: Origin) {}
    #[inline(always)]
    fn origin(self) -> Option<Origin> {
        None
    }
}

impl Tag for Origin {
    #[inline(always)]
    fn new(origin: Origin) -> Self {
        origin
    }
    #[inline(always)]
    fn origin(self) -> Option<Origin> {
        Some(self)
    }
}

/// What the queue holds for a node.
#[derive(Debug)]
pub(super) enum Event<P: Protocol, T> {
    /// A copy of a message arrives.
    Deliver { message: P::Message, tag: T },
    /// An entry of a timer, by index.
    Timer(u8),
    /// A sync of its disk ends.
    Synced,
    /// The first of the copies on its downlink is through.
    Landed,
    /// Something leaves its shared uplink.
    Uplink,
    /// It may hand over the next message to somebody.
    Ready,
    /// The last byte of a copy arrives that came byte by byte, by its number.
    Streamed(u32),
}

/// A copy on a downlink: from whom, what, and its tag.
pub(super) type Landing<P, T> = (NodeId, <P as Protocol>::Message, T);

/// What the driver keeps of a node: one cache line for a small node. Its disk is there, too, as who looks at the one
/// mostly looks at the other; it comes last, so that a larger one begins the next line.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Slot<P: Protocol> {
    pub(super) deadlines: <P::Timer as TimerName>::Each<Deadline>,
    /// How often it was activated, never reset: names its draws and its messages.
    pub(super) activations: u32,
    /// `None`: not started yet, or crashed.
    pub(super) node: Option<P::Node>,
    pub(super) disk: P::Durable,
}

/// Everything outside of the nodes, which an activation may change while it holds one of them.
#[derive(Debug)]
pub(super) struct Outside<P: Protocol, O, W, T> {
    pub(super) queue: EventQueue<Event<P, T>>,
    pub(super) network: Network,
    pub(super) observer: O,
    pub(super) workload: W,
    pub(super) desk: Desk<P>,
    pub(super) seed: Seed,
    pub(super) nodes: u32,
    /// What a crash leaves of the disks, where a sync takes time.
    pub(super) synced: Vec<P::Durable>,
    pub(super) sync: Sync,
    pub(super) lines: BTreeMap<NodeId, Line<P>>,
    pub(super) moved: Moved,
    pub(super) books: Books,
    /// What is on the downlinks, first come first.
    pub(super) landing: BTreeMap<NodeId, VecDeque<Landing<P, T>>>,
    pub(super) uplinks: Uplinks<P, T>,
}

impl<P: Protocol, O, W, T> Outside<P, O, W, T> {
    /// Enters a loss.
    #[cold]
    pub(super) fn lose(&mut self, kind: usize, reason: LossReason) {
        if self.network.flaw() != Some(NetworkFlaw::LoseSilently) {
            self.books.kind_mut(kind).lose(reason);
        }
    }

    /// Enters duplicates.
    pub(super) fn duplicate(&mut self, kind: usize, copies: u64) {
        let twice = self.network.flaw() == Some(NetworkFlaw::DoubleCount);
        self.books.kind_mut(kind).duplicated += if twice { 2 * copies } else { copies };
    }
}

/// How far a run has come.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) now: Instant,
    pub(super) events: u64,
    pub(super) digest: Digest,
}

/// A world: nodes, and what goes on between them.
#[derive(Debug)]
pub struct World<P: Protocol, O = (), W = (), T = ()> {
    pub(super) config: P::Config,
    pub(super) graph: Graph,
    pub(super) role: fn(NodeId, &P::Config) -> P::Role,
    pub(super) nodes: Vec<Slot<P>>,
    pub(super) outside: Outside<P, O, W, T>,
    /// Who crashes after how many effects of an activation.
    pub(super) falling: BTreeMap<NodeId, (u32, Fall)>,
    pub(super) clock: Clock,
    pub(super) events_max: u64,
    pub(super) crashes: u64,
    pub(super) restarts: u64,
    pub(super) faults_void: u64,
    pub(super) requests_to_nobody: u64,
    pub(super) uptime: Uptime,
}

impl<P: Protocol, O, W, T> World<P, O, W, T> {
    /// Bytes that the driver keeps for each node, its state and its disk included.
    pub const NODE_BYTES: usize = size_of::<Slot<P>>();
    /// Where the disk of a node begins among them.
    pub const DISK_OFFSET: usize = offset_of!(Slot<P>, disk);
    /// Bytes of an entry of the event queue.
    pub const ENTRY_BYTES: usize = size_of::<Entry<Event<P, T>>>();
}

impl<P: Protocol, O: Observer<P>, W: Workload<P>, T: Tag> World<P, O, W, T> {
    /// A world in which every node has booted, in the order of their ids, but for those that a plan keeps away.
    pub fn new(setup: Setup<P>, observer: O, workload: W) -> Self {
        let Setup { seed, config, graph, nodes, role, network, sync, plans, events_max } = setup;
        let (count, timers) = (nodes as usize, P::Timer::ALL.len());
        let slot = || Slot {
            deadlines: P::Timer::each(Deadline::IDLE),
            activations: 0,
            node: None,
            disk: P::Durable::default(),
        };
        let mut desk = Desk::new(seed);
        let mut absent = NodeSet::default();
        for (at, plan) in plans {
            if let Plan::Absent { targets: Targets::Nodes(nodes) } = &plan {
                nodes.iter().for_each(|node| _ = absent.insert(*node));
            }
            desk.plan(at, plan);
        }
        let outside = Outside {
            queue: EventQueue::new(),
            network,
            observer,
            workload,
            desk,
            seed,
            nodes,
            synced: match sync.latency.nanos() {
                0 => Vec::new(),
                _ => vec![P::Durable::default(); count],
            },
            sync,
            lines: BTreeMap::new(),
            moved: Moved::new(count * timers),
            books: Books::new(P::KINDS.len()),
            landing: BTreeMap::new(),
            uplinks: Uplinks::default(),
        };
        let uptime = Uptime::new(nodes.min(graph.nodes()));
        let mut world = World {
            uptime,
            config,
            graph,
            role,
            nodes: (0..count).map(|_| slot()).collect(),
            outside,
            falling: BTreeMap::new(),
            clock: Clock { now: Instant::START, events: 0, digest: Digest::default() },
            events_max,
            crashes: 0,
            restarts: 0,
            faults_void: 0,
            requests_to_nobody: 0,
        };
        world.outside.workload.on_start(&mut world.outside.desk);
        for id in (0..nodes).map(NodeId).filter(|id| !absent.contains(*id)) {
            world.uptime.start(id, Instant::START);
            world.boot(id);
        }
        world
    }

    /// The knobs.
    pub fn config(&self) -> &P::Config {
        &self.config
    }

    /// How many nodes there are, role nodes included.
    pub fn nodes(&self) -> u32 {
        self.outside.nodes
    }

    /// A node's state; `None` while it is down.
    #[inline(always)]
    pub fn node(&self, id: NodeId) -> Option<&P::Node> {
        self.nodes[id.index()].node.as_ref()
    }

    /// A node's disk, as the node sees it; of a node that is down, as its restart will find it.
    #[inline(always)]
    pub fn disk(&self, id: NodeId) -> &P::Durable {
        &self.nodes[id.index()].disk
    }

    /// Who listens.
    pub fn observer(&self) -> &O {
        &self.outside.observer
    }

    /// Who listens, to be told more.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.outside.observer
    }

    /// Who listened, when the run is over.
    pub fn into_observer(self) -> O {
        self.outside.observer
    }

    /// Who asks.
    pub fn workload(&self) -> &W {
        &self.outside.workload
    }

    /// What became of the messages.
    pub fn books(&self) -> &Books {
        &self.outside.books
    }

    /// How long nodes were up.
    pub fn uptime(&self) -> &Uptime {
        &self.uptime
    }

    /// What becomes of messages.
    pub fn network(&self) -> &Network {
        &self.outside.network
    }

    /// When the last thing happened.
    pub fn now(&self) -> Instant {
        self.clock.now
    }

    /// How many activations there were.
    pub fn events(&self) -> u64 {
        self.clock.events
    }

    /// The digest of all activations.
    pub fn digest(&self) -> Digest {
        self.clock.digest
    }

    /// How many crashes and restarts there were, and faults that met nobody they could hit.
    pub fn faults(&self) -> [u64; 3] {
        [self.crashes, self.restarts, self.faults_void]
    }

    /// How many requests were made of nodes that were down or had left.
    pub fn requests_to_nobody(&self) -> u64 {
        self.requests_to_nobody
    }

    /// Compares the books with the copies that are really under way.
    ///
    /// # Panics
    /// If a message was lost silently, which is always a mistake of this simulator.
    pub fn balance_books(&self) {
        if let Err(imbalance) = self.balance() {
            panic!("messages are not conserved: {imbalance}");
        }
    }

    /// The same, as an answer.
    ///
    /// # Errors
    /// Names the first kind whose copies do not add up, or says that bytes have gone astray.
    pub fn balance(&self) -> Result<(), String> {
        let (mut in_flight, mut under_way) = (vec![0; P::KINDS.len()], 0u64);
        let mut count = |link: Link, message: &P::Message, copies: u64| {
            in_flight[P::kind(message)] += copies;
            let each = weight(link, P::size(message));
            under_way = under_way.wrapping_add(each.wrapping_mul(copies));
        };
        for entry in self.outside.queue.iter() {
            if let Event::Deliver { message, .. } = &entry.event
                && entry.from != entry.to
            {
                count((entry.from, entry.to), message, 1);
            }
        }
        for (to, line) in &self.outside.landing {
            line.iter().for_each(|(from, message, _)| count((*from, *to), message, 1));
        }
        for (link, message, copies) in self.outside.uplinks.messages() {
            count(link, message, copies);
        }
        self.outside.books.balance(&in_flight, P::KINDS)?;
        self.outside.books.balance_bytes(under_way)
    }
}
