//! Rough runs with every check: none fires without a flaw, and each planted flaw breaks its promise.

use corsair::check::Verdicts;
use corsair::faults::DiskLoss;
use corsair::kernel::{Distribution, Instant, NodeId, Real, Seed, Span};
use corsair::network::{Latency, Network, NetworkConfig, Targets};
use corsair::protocols::gossip::{
    Aggregation, Algorithm, Checks, Config, Delivery, FLAWS, Forward, Gossip, GossipFamily,
    INVARIANTS, Keeping, Limit, Median, Mode, Mongering, Origin, Phase, Planted, Planting, Removal,
    Request, Role, Rpc, RumorId, Spreads, Stop, Tally, Tempo, Useful, Values, View,
};
use corsair::protocols::{Calm, Family, Outlook, Requests};
use corsair::simulation::{Plan, Progress, Script, Setup, Sync, World};
use corsair::topology::Graph;
use corsair::topology::generate::ring;

const NODES: u32 = 40;

fn rumor(mode: Mode, k: u16) -> Algorithm {
    let (removal, useful) = (Removal::Feedback, Useful::Resets);
    Algorithm::Rumor(Mongering { mode, removal, stop: Stop::Counter(k), useful, view: View::Cycle })
}

fn flood(rpc: Rpc) -> Algorithm {
    let delivery = Delivery { rpc, ..Delivery::PLAIN };
    let (forward, origin) = (Forward::Always, Origin::Marked);
    Algorithm::Flood { delivery, forward, ttl: None, origin }
}

fn median() -> Algorithm {
    Algorithm::MedianCounter(Median { ctr_max: Some(3), max_age: 24 })
}

fn uniform() -> Aggregation {
    Aggregation { values: Values::Uniform, target_error: 1e-6 }
}

fn rounds() -> Tempo {
    Tempo::Rounds(Span::from_millis(150))
}

fn timers() -> Tempo {
    let period = Distribution::Constant(Span::from_millis(100));
    Tempo::Timers { period, phase: Phase::Random }
}

/// An algorithm, its clock, and how many calls sites take.
type How = (Algorithm, Tempo, Option<Limit>);

const FEW_CALLS: Option<Limit> = Some(Limit { calls: 1, hunt: 1 });

/// What a run comes to.
#[derive(Debug, PartialEq)]
struct Report {
    broken: Option<&'static str>,
    digest: u128,
    /// Whether all that are up know all that was published.
    all_know: bool,
    is_active: bool,
}

/// Whether nodes crash and start again.
#[derive(Clone, Copy, PartialEq)]
enum Weather {
    Calm,
    Rough,
}

fn ms(ms: u64) -> Instant {
    Instant::START + Span::from_millis(ms)
}

/// Ten rumors, two at a time so that each has to be told from another; or ten numbers.
fn requests<P: Spreads>(config: &Config) -> Requests<P> {
    let publish = |k: u32| {
        let request = Request::Publish { id: RumorId(k), bytes: 64 };
        (ms(u64::from(k / 2 * 260 + k % 2 * 3)), NodeId(k * 3), request)
    };
    let set_value = |k: u32| {
        let value = Real::new(f64::from(k) / 4.0);
        (ms(u64::from(k) * 130), NodeId(k * 3), Request::SetValue(value))
    };
    match config.algorithm.aggregation() {
        Some(_) => (0..10).map(set_value).collect(),
        None => (0..10).map(publish).collect(),
    }
}

fn crashes() -> Vec<(Instant, Plan)> {
    let crash = |k: u32| {
        let targets = Targets::Nodes(vec![NodeId(k * 4 + 1)]);
        let restart_after = Some(Span::from_millis(700));
        let (after_effects, disk) = (Some(u32::from(k.is_multiple_of(2))), DiskLoss::LoseUnsynced);
        (ms(u64::from(k) * 170), Plan::Crash { targets, after_effects, disk, restart_after })
    };
    (0..10).map(crash).collect()
}

/// What a flaw also breaks, before what it is known for.
fn masks(flaw: Option<Planting>) -> &'static [&'static str] {
    match flaw {
        Some(Planting::StaleWeight) => &["mass_conserved", "range_shrinks"],
        Some(Planting::KeepBoth) => &["converges"],
        _ => &[],
    }
}

/// Ten rumors among a few sites for 200 s, with crashes where the weather is rough.
fn play<P: Spreads>(
    seed: u64,
    (algorithm, tempo, limit): How,
    (graph, weather): (&Graph, Weather),
    flaw: Option<Planting>,
) -> Report {
    let keeping = Keeping::Durable;
    let config = Config { nodes: NODES, algorithm, tempo, keeping, limit, flaw };
    let requests = requests::<P>(&config);
    let plans = if weather == Weather::Rough { crashes() } else { Vec::new() };
    let uniform = Distribution::uniform(Span::from_millis(1), Span::from_millis(20));
    let latency = Latency::PerCopy(uniform.expect("ascending"));
    let network = NetworkConfig { latency, ..NetworkConfig::default() };
    let names = INVARIANTS.iter().map(|invariant| invariant.name);
    let names = names.filter(|name| !masks(flaw).contains(name)).collect();
    let heal = if weather == Weather::Rough { ms(5_000) } else { Instant::START };
    let latency = Span::from_millis(20);
    let calm = Some(Calm { heal, latency, loss: 0.0, duplicates: false });
    let outlook = Outlook { requests: &requests, graph, warmup: Instant::START, calm };
    let watch: (Tally, Checks) = GossipFamily::<P>::watch(&config, &outlook, Verdicts::new(names));
    let setup = Setup {
        seed: Seed(seed),
        config,
        graph: graph.clone(),
        nodes: NODES,
        role: |_, _| Role,
        network: Network::new(network, Seed(seed)),
        sync: Sync::default(),
        plans,
        events_max: 2_000_000,
    };
    let mut world = World::<P, _, _>::new(setup, watch, Script(requests.clone()));
    let progress = world.advance(ms(200_000));
    if progress != Progress::Halted {
        world.balance_books();
    }
    let looked = GossipFamily::<P>::look(world.observer(), &world);
    let found = world.observer().1.verdicts().violation().cloned().or(looked);
    let mut up = (0..NODES).map(NodeId).filter(|id| world.node(*id).is_some());
    let knows = |id| world.disk(id).items().len() == 10;
    let all_know = up.all(knows);
    let is_active = (0..NODES).map(NodeId).filter_map(|id| world.node(id)).any(|site| {
        site.open_calls() > 0 || site.spreads().iter().any(|spread| spread.is_infective())
    });
    let broken = found.map(|violation| violation.invariant);
    Report { broken, digest: world.digest().value(), all_know, is_active }
}

fn setups() -> Vec<How> {
    let die = Algorithm::InfectAndDie { fanout: 3, ttl: None };
    let forever = Algorithm::InfectForever { fanout: 2, stop_after: Some(5) };
    let served = Delivery {
        call_timeout: Some(Span::from_millis(500)),
        service_time: Span::from_millis(3),
        workers: 2,
        ..Delivery::PLAIN
    };
    let (forward, origin) = (Forward::Always, Origin::Marked);
    let mail = Delivery { rpc: Rpc::Blocking, ..served };
    // A blocking flood with few workers waits for itself.
    let delivery = Delivery { workers: 0, ..mail };
    let mut all = vec![
        (Algorithm::DirectMail(Delivery::PLAIN), timers(), None),
        (Algorithm::DirectMail(mail), timers(), None),
        (flood(Rpc::Async), timers(), None),
        (flood(Rpc::Blocking), timers(), None),
        (Algorithm::Flood { delivery, forward, ttl: None, origin }, timers(), None),
        (die, timers(), None),
        (forever.clone(), rounds(), None),
        (forever, timers(), None),
        (median(), rounds(), None),
        (Algorithm::PushSum(uniform()), rounds(), None),
        (Algorithm::Averaging(uniform()), timers(), None),
    ];
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        let entropy = Algorithm::AntiEntropy { mode, fanout: 2 };
        all.extend([(entropy.clone(), rounds(), None), (entropy.clone(), timers(), None)]);
        all.extend([(rumor(mode, 2), rounds(), None), (rumor(mode, 2), timers(), None)]);
        all.extend([(entropy, rounds(), FEW_CALLS), (rumor(mode, 2), rounds(), FEW_CALLS)]);
    }
    all
}

#[test]
fn rough_runs_keep_every_promise() {
    for setup in setups() {
        for (seed, graph) in [(1, Graph::complete(NODES)), (2, ring(NODES))] {
            let report = play::<Gossip>(seed, setup.clone(), (&graph, Weather::Rough), None);
            assert_eq!(report.broken, None, "{setup:?}");
            let planted =
                play::<Gossip<Planted>>(seed, setup.clone(), (&graph, Weather::Rough), None);
            assert_eq!(planted, report, "with no flaw planted nothing differs");
        }
    }
}

#[test]
fn anti_entropy_spreads_and_mongering_settles_and_averages_converge() {
    let complete = Graph::complete(NODES);
    for (algorithm, tempo, limit) in setups() {
        let is_entropy = matches!(algorithm, Algorithm::AntiEntropy { .. });
        let report = play::<Gossip>(3, (algorithm, tempo, limit), (&complete, Weather::Calm), None);
        assert!(report.all_know || !is_entropy);
        assert!(!report.is_active);
        assert_eq!(report.broken, None);
    }
}

/// What a planted flaw breaks first.
fn breaks(name: &str) -> Option<&'static str> {
    let entropy = Algorithm::AntiEntropy { mode: Mode::Push, fanout: 2 };
    let die = Algorithm::InfectAndDie { fanout: 3, ttl: None };
    let (flaw, setup) = match name {
        "invent" => (Planting::Invent, (entropy.clone(), rounds(), None)),
        "forget_seen" => (Planting::ForgetSeen, (flood(Rpc::Async), timers(), None)),
        "eager_snapshot" => (Planting::EagerSnapshot, (rumor(Mode::PushPull, 2), rounds(), None)),
        "any_peer" => (Planting::AnyPeer, (rumor(Mode::Push, 2), rounds(), None)),
        "echo" => (Planting::Echo, (flood(Rpc::Async), timers(), None)),
        "with_replacement" => (Planting::WithReplacement, (die, timers(), None)),
        "zombie" => (Planting::Zombie, (rumor(Mode::Pull, 2), rounds(), None)),
        "late_removal" => (Planting::LateRemoval, (rumor(Mode::Push, 2), rounds(), None)),
        "lose_on_restart" => (Planting::LoseOnRestart, (entropy.clone(), rounds(), None)),
        "limit_off_by_one" => {
            (Planting::LimitOffByOne, (rumor(Mode::Push, 2), rounds(), FEW_CALLS))
        }
        "pipelined" => (Planting::Pipelined, (flood(Rpc::Blocking), timers(), None)),
        "keep_both" => (Planting::KeepBoth, (Algorithm::PushSum(uniform()), rounds(), None)),
        "overshoot" => (Planting::Overshoot, (Algorithm::Averaging(uniform()), timers(), None)),
        "stale_weight" => (Planting::StaleWeight, (Algorithm::PushSum(uniform()), rounds(), None)),
        "deaf" => (Planting::Deaf, (entropy, rounds(), None)),
        "never_stop" => (Planting::NeverStop, (rumor(Mode::Push, 2), rounds(), None)),
        _ => panic!("{name} is listed, but nothing plants it"),
    };
    let graph = if name == "any_peer" { ring(NODES) } else { Graph::complete(NODES) };
    let weather = if name == "lose_on_restart" { Weather::Rough } else { Weather::Calm };
    (1..20).find_map(|seed| {
        play::<Gossip<Planted>>(seed, setup.clone(), (&graph, weather), Some(flaw)).broken
    })
}

#[test]
fn each_planted_flaw_breaks_its_promise() {
    for flaw in FLAWS {
        assert_eq!(breaks(flaw.name), Some(flaw.breaks), "{}", flaw.name);
    }
}

#[test]
fn a_median_that_ends_late_is_out_of_range() {
    let (setup, calm) = ((median(), rounds(), None), Weather::Calm);
    let flaw = Some(Planting::LateRemoval);
    let planted = play::<Gossip<Planted>>(1, setup, (&Graph::complete(NODES), calm), flaw);
    assert_eq!(planted.broken, Some("counter_in_range"));
}

#[test]
fn each_invariant_has_a_flaw_that_it_catches() {
    for invariant in INVARIANTS {
        let caught = FLAWS.iter().any(|flaw| flaw.breaks == invariant.name);
        assert!(caught, "{} never fires", invariant.name);
    }
}
