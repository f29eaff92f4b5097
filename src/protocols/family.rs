//! What a protocol brings to an experiment: its keys, its nodes, its requests, its metrics, its invariants.

use std::fmt::Debug;
use std::sync::Arc;

use crate::check::{Invariant, PlantedFlaw, Verdicts, Violation};
use crate::kernel::{Instant, NodeId, Seed, Span};
use crate::measure::{Metric, Readings};
use crate::network::Population;
use crate::protocol::{Observer, Protocol};
use crate::settings::{Field, Key, Section, Variant};
use crate::simulation::Nodes;
use crate::topology::files::{GraphFile, Snapshot};
use crate::topology::{Graph, Labels};

/// A family: one protocol as an experiment sees it. All of it is data or pure; one folder under `protocols/` and
/// one line in the registry make a family known.
pub trait Family: Sized + 'static {
    /// The state machine.
    type Protocol: Protocol;
    /// Its validated knobs, before a run adds what is drawn for it.
    type Settings: Clone + Debug + Send + Sync;
    /// A scheduled request, as written.
    type Command: Clone + Debug + Send + Sync;
    /// Who counts and checks.
    type Watch: Observer<Self::Protocol>;

    /// As in experiment files.
    const NAME: &'static str;
    /// What it is, in a sentence.
    const SAYS: &'static str;
    /// The keys of its section.
    const KEYS: &'static [Key];
    /// The requests that a workload may schedule.
    const COMMANDS: &'static [Variant];
    /// What can be measured, beside what the engine measures of every run.
    const METRICS: &'static [Metric];
    /// What must hold.
    const INVARIANTS: &'static [Invariant];
    /// The mistakes that can be planted, each with the promise that it breaks.
    const FLAWS: &'static [PlantedFlaw];
    /// Those of the invariants that count on disks: off where a fault wipes one.
    const NEED_DISKS: &'static [&'static str];
    /// The roles that a selector can name.
    const ROLES: &'static [&'static str];
    /// How many role nodes it adds after the experiment's own.
    const ROLE_NODES: u32;
    /// How its facts become rows of an events file; `None`: its runs have none.
    const EVENTS: Option<Events<Self>> = None;

    /// Reads its section.
    fn decode(section: &mut Section<'_>, surroundings: &Surroundings<'_>) -> Self::Settings;
    /// Reads one request of the workload, by its name.
    fn command(name: &'static str, field: Field<'_>) -> Self::Command;
    /// Judges the workload by the settings.
    ///
    /// # Errors
    /// The number of a command that has no meaning with them, and why.
    fn judge_commands(_: &Self::Settings, _: &[Self::Command]) -> Result<(), (usize, String)> {
        Ok(())
    }
    /// Whether a metric is one of a run with these settings: of two of one name, which differ in their unit, one is.
    fn offers(_: &Self::Settings, _: &Metric) -> bool {
        true
    }
    /// When a run ends if the experiment does not say so; `None`: it must say so.
    fn stop_at(settings: &Self::Settings) -> Option<Span>;
    /// Whether a run ends by itself, as nothing is left to happen.
    fn falls_quiet(_: &Self::Settings) -> bool {
        false
    }
    /// The knobs of one run on a graph.
    fn config(settings: &Self::Settings, ground: &Ground) -> <Self::Protocol as Protocol>::Config;
    /// The neighbours that the protocol sees: the topology itself, or everybody.
    fn graph(settings: &Self::Settings, ground: &Ground) -> Graph;
    /// The part that each node plays.
    fn role(
        node: NodeId,
        config: &<Self::Protocol as Protocol>::Config,
    ) -> <Self::Protocol as Protocol>::Role;
    /// The requests that commands come to, up to the end of the run.
    ///
    /// # Errors
    /// Says whom a command selects that does not exist; the first number is the command's.
    fn requests(
        commands: &[Self::Command],
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<Requests<Self::Protocol>, (usize, String)>;
    /// Who counts and checks one run.
    fn watch(
        config: &<Self::Protocol as Protocol>::Config,
        outlook: &Outlook<'_, Self::Protocol>,
        verdicts: Verdicts,
    ) -> Self::Watch;
    /// What was found so far.
    fn verdicts(watch: &mut Self::Watch) -> &mut Verdicts;
    /// Reads the metrics that are wanted.
    fn read(watch: &Self::Watch, world: &impl Nodes<Self::Protocol>, readings: &mut Readings<'_>);
    /// Looks at all nodes for an invariant that does not hold.
    fn look(watch: &Self::Watch, world: &impl Nodes<Self::Protocol>) -> Option<Violation>;
    /// Who knows whom, now.
    fn snapshot(
        watch: &Self::Watch,
        world: &impl Nodes<Self::Protocol>,
        labels: Labels,
    ) -> Snapshot;
    /// What a fact means for a log of the graph.
    fn graph_event(fact: &<Self::Protocol as Protocol>::Fact) -> Option<GraphEvent>;
    /// The edges that go with a node that crashes.
    fn edges(node: &<Self::Protocol as Protocol>::Node) -> &[NodeId];
    /// The default names of its nodes.
    fn labels() -> Labels;
}

/// Requests by time: when, which node is asked, for what.
pub type Requests<P> = Vec<(Instant, NodeId, <P as Protocol>::Request)>;

/// What is known of a run before it begins, to those who count and check.
#[derive(Debug)]
pub struct Outlook<'a, P: Protocol> {
    /// What will be asked of the nodes.
    pub requests: &'a Requests<P>,
    /// Whom each node can draw its peers from.
    pub graph: &'a Graph,
    /// What is published or asked before it is not measured.
    pub warmup: Instant,
    /// When the faults are over, and what is to be expected of the network then; none if nothing is.
    pub calm: Option<Calm>,
}

/// The network when all faults are over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calm {
    /// When they are.
    pub heal: Instant,
    /// The longest that a message takes.
    pub latency: Span,
    /// How many messages are lost, at most, each on its own: a share.
    pub loss: f64,
    /// Whether some come twice.
    pub duplicates: bool,
}

/// What a protocol's section may have to know of the rest of the file.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// How many nodes the experiment has, role nodes apart.
    pub nodes: u32,
    /// Whether a topology is given.
    pub has_topology: bool,
    /// The graph file, if the topology is one.
    pub file: Option<&'a GraphFile>,
    /// The end of the run, if the experiment names one.
    pub stop_at: Option<Span>,
    /// The longest that a message takes from end to end, faults apart; none where there is no bound.
    pub latency_greatest: Option<Span>,
    /// What may make one take longer than that; none if nothing can.
    pub slows: Option<&'static str>,
    /// Whether messages may get lost, or nodes that were to answer.
    pub is_lossy: bool,
}

/// What a run stands on: the graph that was drawn or read for it.
#[derive(Clone, Debug)]
pub struct Ground {
    /// How many nodes, role nodes apart.
    pub nodes: u32,
    /// Their topology.
    pub graph: Graph,
    /// The file it was read from.
    pub file: Option<Arc<GraphFile>>,
}

/// How a family fills an events file.
#[derive(Clone, Copy, Debug)]
pub struct Events<F: Family> {
    /// What a fact means for it, told by that node.
    pub of: fn(NodeId, &<F::Protocol as Protocol>::Fact) -> Option<ItemEvent>,
    /// What each item is called.
    pub labels: ItemLabels<F>,
}

/// The labels of all items that a workload starts up to the end of a run, by their numbers. `stem` begins those that
/// the workload does not give.
pub type ItemLabels<F> = fn(
    commands: &[<F as Family>::Command],
    population: &Population,
    seed: Seed,
    end: Instant,
    stem: &str,
) -> Result<Vec<String>, (usize, String)>;

/// What happens to an item that spreads, at the node that tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemEvent {
    /// The item's number, in the order in which the workload starts them.
    pub item: u32,
    /// What happened.
    pub what: ItemStep,
    /// Who sent the copy; where it begins, the node itself.
    pub from: NodeId,
    /// How many hops the copy has come, where that is known.
    pub hops: Option<u16>,
    /// What else there is to say; mostly nothing.
    pub detail: &'static str,
}

/// A step of an item's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemStep {
    /// It begins here.
    Initiate,
    /// A first copy has come.
    Received,
    /// One more copy has come.
    Duplicate,
}

/// What happens to a graph that grows, for a log of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphEvent {
    /// The node has joined.
    Joined,
    /// It knows another.
    Formed(NodeId),
    /// It knows another no more.
    Lost(NodeId),
    /// It has left in good order.
    Left,
}
