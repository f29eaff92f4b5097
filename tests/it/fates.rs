//! What a network promises under gossip, in whole runs, and that each flaw planted into it breaks its promise.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use corsair::check::NETWORK_FLAWS;
use corsair::kernel::{Distribution, Instant, NodeId, Probability, Seed, Span};
use corsair::network::{
    Duplication, Latency, Network, NetworkConfig, NetworkFlaw, Order as Arrivals,
};
use corsair::protocol::{Input, Observer, Origin};
use corsair::protocols::gossip::{
    Algorithm, Config, Delivery, Gossip, Keeping, Phase, Request, Role, RumorId, Tempo,
};
use corsair::simulation::{Script, Setup, Sync, World};
use corsair::topology::Graph;

use crate::driver::ms;

const NODES: u32 = 60;

/// Names a message: from whom, in which of its activations, and which of the sends of that.
type Name = (NodeId, u32, u32);

/// When each message comes first, in the order in which they do.
#[derive(Debug, Default)]
struct Log(Vec<(Name, NodeId, Instant)>);

impl Observer<Gossip> for Log {
    fn on_activation(
        &mut self,
        at: Instant,
        node: NodeId,
        input: &Input<Gossip>,
        origin: Option<Origin>,
    ) {
        if let (Input::Message(from, _), Some(origin)) = (input, origin) {
            self.0.push(((*from, origin.activation, origin.k), node, at));
        }
    }
}

/// Node 0 mails twenty rumors to everybody, one each 10 ms.
fn mail(
    config: NetworkConfig,
    flaw: Option<NetworkFlaw>,
) -> World<Gossip, Log, Script<Gossip>, Origin> {
    let seed = Seed(2026);
    let period = Distribution::Constant(Span::from_millis(100));
    let publish =
        |k: u32| (ms(u64::from(k) * 10), NodeId(0), Request::Publish { id: RumorId(k), bytes: 64 });
    let network = Network::new(config, seed);
    let setup = Setup {
        seed,
        config: Config {
            nodes: NODES,
            algorithm: Algorithm::DirectMail(Delivery::PLAIN),
            tempo: Tempo::Timers { period, phase: Phase::Random },
            keeping: Keeping::Durable,
            limit: None,
            flaw: None,
        },
        graph: Graph::complete(NODES),
        nodes: NODES,
        role: |_, _| Role,
        network: match flaw {
            Some(flaw) => network.with_flaw(flaw),
            None => network,
        },
        sync: Sync::default(),
        plans: Vec::new(),
        events_max: u64::MAX,
    };
    let mut world = World::new(setup, Log::default(), Script((0..20).map(publish).collect()));
    world.advance(ms(60_000));
    world
}

fn chance(p: f64) -> Probability {
    Probability::new(p).expect("a probability")
}

/// A network of chance that loses so many messages.
fn network(loss: f64) -> NetworkConfig {
    let latency = Distribution::exponential(Span::from_millis(50), Span::ZERO);
    let latency = Latency::PerCopy(latency.expect("a mean above 0"));
    NetworkConfig { latency, loss: chance(loss).into(), ..NetworkConfig::default() }
}

/// Whether every message that survives loss arrives when it does without.
fn has_own_draws(flaw: Option<NetworkFlaw>) -> bool {
    let arrivals = |loss| -> BTreeMap<(Name, NodeId), Instant> {
        let world = mail(network(loss), flaw);
        world.observer().0.iter().map(|(name, to, at)| ((*name, *to), *at)).collect()
    };
    let (perfect, lossy) = (arrivals(0.0), arrivals(0.3));
    let all = 20 * (NODES as usize - 1);
    assert_eq!(perfect.len(), all);
    assert!((all * 6 / 10..all * 8 / 10).contains(&lossy.len()), "{}", lossy.len());
    lossy.iter().all(|(message, at)| perfect.get(message) == Some(at))
}

/// Whether on each link messages arrive in the order in which they were sent, where that is promised.
fn is_in_order(flaw: Option<NetworkFlaw>) -> bool {
    let world = mail(NetworkConfig { order: Arrivals::Fifo, ..network(0.1) }, flaw);
    let mut links: BTreeMap<(NodeId, NodeId), Vec<(Instant, Name)>> = BTreeMap::new();
    for (name, to, at) in &world.observer().0 {
        links.entry((name.0, *to)).or_default().push((*at, *name));
    }
    assert_eq!(links.len(), NODES as usize - 1);
    links.values().all(|link| link.is_sorted() && link.is_sorted_by_key(|(_, name)| *name))
}

/// Whether the books balance at any moment.
fn conserves(flaw: Option<NetworkFlaw>) -> bool {
    let duplication = Duplication { probability: chance(0.5), copies: NonZeroU8::MIN };
    let world = mail(NetworkConfig { duplication, ..network(0.3) }, flaw);
    let total = world.books().total();
    assert!(total.sent > 0 && (flaw.is_some() || total.lost() > 0 && total.duplicated > 0));
    world.balance().is_ok()
}

/// The promises that do not hold.
fn broken(flaw: Option<NetworkFlaw>) -> Vec<&'static str> {
    let promises = [
        ("conservation", conserves(flaw)),
        ("own_draws", has_own_draws(flaw)),
        ("fifo", is_in_order(flaw)),
    ];
    promises.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
}

#[test]
fn a_network_keeps_its_promises_and_each_planted_flaw_breaks_one() {
    assert_eq!(broken(None), [""; 0]);
    for (flaw, listed) in NETWORK_FLAWS {
        assert_eq!(broken(Some(*flaw)), [listed.breaks], "{}", listed.name);
    }
}
