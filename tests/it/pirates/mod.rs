//! Pirates: crews to be, what is counted of them, and a run with every check that there is.

mod flaws;
mod scale;
mod stories;

mod voyages;

use corsair::check::{Verdicts, Violation};
use corsair::faults::DiskLoss;
use corsair::kernel::{Distribution, Instant, NodeId, Seed, Span, Weights};
use corsair::network::{Fate, Latency, Network, NetworkConfig, Parcel, Targets};
use corsair::protocol::Observer;
use corsair::protocols::pirates::{
    Checks, Config, Gift, Habits, INVARIANTS, Inform, Keeps, Lonely, Message, Period, Purse,
    Request, Rhythm, Role, Start, Tally, Tell,
};
use corsair::simulation::{Desk, Plan, Progress, Setup, Sync, Workload, World};
use corsair::topology::Graph;

/// The defaults of style `modern`, but for a fast chat period and without a ramp.
pub(crate) fn modern(pirates: u32, stay: Span) -> Config {
    Config {
        pirates,
        stay: Some(stay),
        ramp_up: Span::ZERO,
        start: Start::Introductions(2),
        dunbar: 10,
        gold: Purse { min: 0, max: 99 },
        chat_period: Period { min_ms: 1000, count: 9001, step_ms: 1 },
        rhythm: Rhythm::Regular,
        tell: Tell::One,
        habits: habits([0.4, 0.25, 0.3, 0.05, 0.0]),
        gift: Gift::UpTo(1.0),
        lonely: Lonely::Hello,
        inform: Inform::Nothing,
        flaw: None,
    }
}

/// Name drop, gold coin, rumour, forget, idleness.
pub(crate) fn habits(shares: [f64; 5]) -> Habits {
    Habits::Mixed(Weights::new(&shares).expect("shares of one"))
}

/// What a run of pirates is a function of.
#[derive(Clone, Debug)]
pub(crate) struct Voyage {
    pub(crate) seed: Seed,
    pub(crate) config: Config,
    pub(crate) network: NetworkConfig,
    pub(crate) sync: Sync,
    pub(crate) plans: Vec<(Instant, Plan)>,
}

impl Voyage {
    pub(crate) fn setup<P: Keeps>(&self) -> Setup<P> {
        Setup {
            seed: self.seed,
            config: self.config.clone(),
            graph: Graph::empty(self.config.pirates),
            nodes: self.config.pirates + 1,
            role: |id, config| {
                if id == config.controller() { Role::Controller } else { Role::Pirate }
            },
            network: Network::new(self.network.clone(), self.seed),
            sync: self.sync,
            plans: self.plans.clone(),
            events_max: u64::MAX,
        }
    }

    /// Runs to `end` second by second, with all invariants checked and the books balanced.
    pub(crate) fn sail<P: Keeps>(&self, end: Instant) -> Report {
        let pirates = self.config.pirates;
        let names = INVARIANTS.iter().map(|invariant| invariant.name).collect();
        let checks = Checks::new(Verdicts::new(names), pirates, self.config.dunbar);
        let controller = self.config.controller();
        let payroll = Payroll { controller, paid: vec![0; pirates as usize] };
        let observers = ((Tally::new(pirates), checks), payroll);
        let mut world: World<P, _, _> =
            World::new(self.setup(), observers, FirstRumour { controller });
        let mut to = Instant::START;
        let violation: Option<Violation> = loop {
            let progress = world.advance(to);
            let ((tally, checks), _) = world.observer();
            let found = checks.verdicts().violation().cloned();
            let found = found.or_else(|| checks.look(&world, tally.gold()));
            if progress == Progress::Halted || found.is_some() || to == end {
                break found;
            }
            to = end.min(to + Span::from_secs(1));
        };
        world.balance_books();
        let ((tally, _), payroll) = world.observer();
        Report {
            violation: violation.as_ref().map(|violation| violation.invariant),
            told: violation.as_ref().map(ToString::to_string),
            aboard: (0..pirates).map(NodeId).filter(|id| is_aboard(&world, *id)).count(),
            paid_max: payroll.paid.iter().copied().max().unwrap_or(0),
            digest: world.digest().value(),
            crashes: world.faults()[0],
            gold_given: tally.gold().given,
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// The invariant that does not hold.
    pub(crate) violation: Option<&'static str>,
    /// In words.
    pub(crate) told: Option<String>,
    /// Pirates that are enlisted, up, and have not left.
    pub(crate) aboard: usize,
    /// First purses and gifts of the controller to one pirate.
    pub(crate) paid_max: u32,
    pub(crate) digest: u128,
    pub(crate) crashes: u64,
    pub(crate) gold_given: u64,
}

/// How often the controller sent gold to each pirate.
#[derive(Debug)]
struct Payroll {
    controller: NodeId,
    paid: Vec<u32>,
}

impl<P: Keeps> Observer<P> for Payroll {
    fn on_send(&mut self, parcel: &Parcel, _: &Fate, message: &Message) {
        if parcel.source == self.controller && matches!(message, Message::GoldCoin { .. }) {
            self.paid[parcel.target.index()] += 1;
        }
    }
}

/// The workload of the oracles: rumour 0 to pirate 0 at the start.
#[derive(Debug)]
struct FirstRumour {
    controller: NodeId,
}

impl<P: Keeps> Workload<P> for FirstRumour {
    fn on_start(&mut self, desk: &mut Desk<P>) {
        let request = Request { to: NodeId(0), message: Message::Rumour { set: 1 } };
        desk.request(Instant::START, self.controller, request);
    }
}

type Observers = ((Tally, Checks), Payroll);

fn is_aboard<P: Keeps>(world: &World<P, Observers, FirstRumour>, id: NodeId) -> bool {
    let is_enlisted = P::durable(world.disk(id)).chest().enlisted;
    is_enlisted && world.node(id).is_some_and(|node| !P::gone(node))
}

pub(crate) fn at(secs: u64) -> Instant {
    Instant::START + Span::from_secs(secs)
}

pub(crate) fn crash(
    at: Instant,
    nodes: Vec<NodeId>,
    after_effects: Option<u32>,
) -> (Instant, Plan) {
    let (targets, disk) = (Targets::Nodes(nodes), DiskLoss::LoseUnsynced);
    (at, Plan::Crash { targets, after_effects, disk, restart_after: None })
}

pub(crate) fn restart(at: Instant, nodes: Vec<NodeId>) -> (Instant, Plan) {
    (at, Plan::Start { targets: Targets::Nodes(nodes) })
}

/// The network of the oracles: no latency, and nothing goes wrong.
pub(crate) fn instant_network() -> NetworkConfig {
    let latency = Latency::PerCopy(Distribution::Constant(Span::ZERO));
    NetworkConfig { latency, ..NetworkConfig::default() }
}
