//! Churn and random crashes: who goes when, by the words of their faults.

use super::*;
use crate::kernel::{Distribution, Instant, NodeId, Probability, Seed, Span};
use crate::network::{Fraction, Population, Selector, Targets};
use std::collections::{BTreeMap, BTreeSet};

const NODES: u32 = 25;

fn at(secs: u64) -> Instant {
    Instant::START + Span::from_secs(secs)
}

fn once(secs: u64) -> Schedule {
    Schedule::At(Distribution::Constant(Span::from_secs(secs)))
}

fn expand(faults: impl IntoIterator<Item = Fault>) -> Expanded {
    let faults: Faults = faults.into_iter().collect();
    faults.expand(&Population::of(NODES), Seed(2026), at(1000)).unwrap()
}

fn nodes_of(targets: &Targets) -> Vec<NodeId> {
    match targets {
        Targets::Nodes(nodes) => nodes.clone(),
        Targets::Role(role) => panic!("{role} is no list of nodes"),
    }
}

fn churn(leave: u64, rejoin_after: Option<u64>, start: ChurnStart) -> Fault {
    let exponential = |secs| Distribution::exponential(Span::from_secs(secs), Span::ZERO).unwrap();
    let churn = Churn {
        nodes: Selector::All,
        leave: exponential(leave),
        rejoin_after: rejoin_after.map(exponential),
        start,
        graceful: Probability::new(0.5).unwrap(),
        disk: DiskLoss::Keep,
    };
    Fault::Churn { window: Window::new(at(10), at(500)).unwrap(), churn }
}

#[test]
fn churn_takes_each_node_away_and_back_within_its_window() {
    let expanded = expand([churn(60, Some(20), ChurnStart::Up)]);
    let mut back = BTreeMap::new();
    let mut announced = 0;
    for Happening { at: when, what, .. } in &expanded.happenings {
        let (targets, restart_after) = match what {
            What::Crash { targets, restart_after, .. } => (targets, restart_after),
            What::Leave { targets, restart_after, .. } => {
                announced += 1;
                (targets, restart_after)
            }
            other => panic!("{other:?}"),
        };
        let [node] = nodes_of(targets)[..] else { panic!("{targets:?}") };
        assert!((at(10)..at(500)).contains(when));
        // Nobody goes who is away.
        let again = *when + restart_after.unwrap();
        assert!(back.insert(node, again).is_none_or(|back| back <= *when));
    }
    assert!(announced > 0 && announced < expanded.happenings.len());
    assert_eq!(expanded.heal, back.into_values().max().unwrap());

    let leavers = expand([churn(60, None, ChurnStart::Up)]).happenings;
    let count = leavers.len();
    let once = leavers.into_iter().map(|happening| match happening.what {
        What::Crash { targets, restart_after: None, .. }
        | What::Leave { targets, restart_after: None, .. } => nodes_of(&targets),
        other => panic!("{other:?}"),
    });
    assert_eq!(once.collect::<BTreeSet<_>>().len(), count);
}

#[test]
fn random_crashes_hit_only_who_is_up_and_not_spared() {
    let forever = |spare| Crashes {
        gap: Distribution::exponential(Span::from_secs(1), Span::ZERO).unwrap(),
        nodes: Selector::All,
        restart_after: None,
        spare,
        disk: DiskLoss::Keep,
    };
    let window = Window::new(at(0), at(900)).unwrap();
    let spare = vec![Selector::Node(NodeId(2))];
    let expanded = expand([Fault::CrashPoisson { window, crashes: forever(spare) }]);
    let struck: Vec<NodeId> = (expanded.happenings.iter())
        .flat_map(|happening| match &happening.what {
            What::Crash { targets, .. } => nodes_of(targets),
            other => panic!("{other:?}"),
        })
        .collect();
    // Each once, until nobody is up but the one that is spared.
    let distinct: BTreeSet<NodeId> = struck.iter().copied().collect();
    assert_eq!((struck.len(), distinct.contains(&NodeId(2))), (distinct.len(), false));
    assert_eq!(distinct.len() as u32, NODES - 1);
}

#[test]
fn a_share_is_one_of_those_that_are_up() {
    let crash = |when, nodes| Fault::Crash {
        when: once(when),
        nodes,
        restart_after: Some(Distribution::Constant(Span::from_secs(10))),
        after_effects: None,
        disk: DiskLoss::Keep,
    };
    let half = || Selector::Fraction(Fraction::new(0.5).unwrap());
    let first = crash(10, Selector::Random(NODES / 2));
    let hits = |second| {
        let expanded = expand([first.clone(), crash(second, half())]);
        let who: Vec<BTreeSet<NodeId>> = (expanded.happenings.iter())
            .map(|happening| match &happening.what {
                What::Crash { targets, .. } => nodes_of(targets).into_iter().collect(),
                other => panic!("{other:?}"),
            })
            .collect();
        (who[1].len() as u32, who[0].intersection(&who[1]).count())
    };
    // While half of them are down, a half is a quarter, and of the others.
    let up = NODES - NODES / 2;
    assert_eq!(hits(15), (up.div_ceil(2), 0));
    assert_eq!(hits(20).0, NODES.div_ceil(2));
}

#[test]
fn churn_of_a_role_is_refused() {
    let Fault::Churn { window, mut churn } = churn(60, None, ChurnStart::Up) else {
        unreachable!()
    };
    churn.nodes = Selector::Role("leader".to_owned());
    let faults: Faults = [Fault::Churn { window, churn }].into_iter().collect();
    let refused = faults.expand(&Population::of(5), Seed(1), at(60)).unwrap_err();
    assert_eq!(refused, (FaultId(0), FaultError::Role));
}

#[test]
fn a_long_churn_of_one_node_takes_no_longer_than_its_length() {
    let soon = || Distribution::Constant(Span::from_millis(1));
    let Fault::Churn { window, mut churn } = churn(60, Some(20), ChurnStart::Up) else {
        unreachable!()
    };
    (churn.leave, churn.rejoin_after) = (soon(), Some(soon()));
    let faults: Faults = [Fault::Churn { window, churn }].into_iter().collect();
    // Looking through all absences so far for each would take 3 x 10^10 steps.
    let expanded = faults.expand(&Population::of(1), Seed(1), at(1000)).unwrap();
    assert_eq!(expanded.happenings.len(), 245_000);
}
