//! Expansion: deterministic, independent fault by fault, and what the words of a fault say.

use super::*;
use crate::kernel::{Distribution, Domain, Instant, NodeId, Probability, Seed, Span, Stream};
use crate::network::{Degradation, Direction, Fraction, Links, Population, Rule, RuleId};
use crate::network::{Selector, Targets};
use crate::topology::Labels;
use proptest::prelude::*;
use std::collections::BTreeSet;

const SEED: Seed = Seed(2026);

fn at(secs: u64) -> Instant {
    Instant::START + Span::from_secs(secs)
}

fn window(from: u64, until: u64) -> Window {
    Window::new(at(from), at(until)).unwrap()
}

fn once(secs: u64) -> Schedule {
    Schedule::At(Distribution::Constant(Span::from_secs(secs)))
}

fn stream() -> Stream {
    Stream::new(SEED, Domain::Statistics, 0, 0)
}

fn fraction(share: f64) -> Fraction {
    Fraction::new(share).unwrap()
}

fn ids(nodes: &[u32]) -> Vec<NodeId> {
    nodes.iter().copied().map(NodeId).collect()
}

fn expand(faults: impl IntoIterator<Item = Fault>, nodes: u32) -> Expanded {
    let faults: Faults = faults.into_iter().collect();
    faults.expand(&Population::of(nodes), SEED, at(100)).unwrap()
}

fn refusal(fault: Fault, nodes: u32) -> String {
    let faults: Faults = [fault].into_iter().collect();
    faults.expand(&Population::of(nodes), SEED, at(100)).unwrap_err().1.to_string()
}

fn partition(split: Split) -> Fault {
    Fault::Partition { window: window(4, 8), split, direction: Direction::Both }
}

/// The parts of the only rule.
fn parts(expanded: &Expanded) -> Vec<Vec<NodeId>> {
    let Some(Rule::Cut(Links::Across(parts, _))) = expanded.rules.get(&RuleId(0)) else {
        panic!("{expanded:?}")
    };
    parts.iter().map(nodes_of).collect()
}

fn nodes_of(targets: &Targets) -> Vec<NodeId> {
    match targets {
        Targets::Nodes(nodes) => nodes.clone(),
        Targets::Role(role) => panic!("{role} is no list of nodes"),
    }
}

#[test]
fn a_crash_restarts_each_node_after_a_time_of_its_own() {
    let crash = |restart_after| Fault::Crash {
        when: once(30),
        nodes: Selector::Ids(ids(&[3, 1, 3])),
        restart_after: Some(restart_after),
        after_effects: None,
        disk: DiskLoss::LoseUnsynced,
    };
    let together = expand([crash(Distribution::Constant(Span::from_secs(5)))], 5);
    assert_eq!(together.heal, at(35));
    let [Happening { at: when, what: What::Crash { targets, restart_after, .. }, .. }] =
        &together.happenings[..]
    else {
        panic!("{together:?}")
    };
    assert_eq!((*when, nodes_of(targets)), (at(30), ids(&[1, 3])));
    assert_eq!(*restart_after, Some(Span::from_secs(5)));

    let mean = Span::from_secs(5);
    let apart = expand([crash(Distribution::exponential(mean, Span::ZERO).unwrap())], 5);
    let alone: Vec<(Vec<NodeId>, Option<Span>)> = (apart.happenings.iter())
        .map(|happening| match &happening.what {
            What::Crash { targets, restart_after, .. } => (nodes_of(targets), *restart_after),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!([&alone[0].0, &alone[1].0], [&ids(&[1]), &ids(&[3])]);
    assert_ne!(alone[0].1, alone[1].1);
    assert_eq!(Some(apart.heal), alone.iter().map(|crash| at(30) + crash.1.unwrap()).max());
}

#[test]
fn a_repeated_crash_draws_its_nodes_anew_within_a_half_open_window() {
    let when = Schedule::Every {
        from: at(10),
        until: Some(at(50)),
        every: Distribution::Constant(Span::from_secs(10)),
        count: None,
    };
    let restart = Fault::Restart { when, nodes: Selector::Random(5) };
    let expanded = expand([restart], 100);
    let moments: Vec<Instant> = expanded.happenings.iter().map(|happening| happening.at).collect();
    assert_eq!(moments, [at(10), at(20), at(30), at(40)]);
    let distinct: BTreeSet<Vec<NodeId>> = (expanded.happenings.iter())
        .map(|happening| match &happening.what {
            What::Start(targets) => nodes_of(targets),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(distinct.len(), 4);
}

#[test]
fn schedules_stop_at_the_end_of_the_run_or_at_their_count() {
    let every = |until, count| Schedule::Every {
        from: at(0),
        until,
        every: Distribution::Constant(Span::from_secs(10)),
        count,
    };
    let moments = |schedule: Schedule| schedule.expand(at(30), &mut stream()).unwrap().len();
    // What falls on the end of the run still happens; the end of a window is outside.
    assert_eq!(moments(every(None, None)), 4);
    assert_eq!(moments(every(Some(at(30)), None)), 3);
    assert_eq!(moments(every(Some(at(99)), Some(2))), 2);
    assert_eq!((moments(once(30)), moments(once(31))), (1, 0));
}

#[test]
fn what_expands_to_too_much_is_refused() {
    let when = Schedule::Every {
        from: at(0),
        until: None,
        every: Distribution::Constant(Span::ZERO),
        count: None,
    };
    let sentence = "faults expand to at most 10000000 happenings, counted node by node";
    assert_eq!(refusal(Fault::Restart { when, nodes: Selector::All }, 1), sentence);
    // Not too many moments, but of too many nodes.
    let when = Schedule::Every {
        from: at(0),
        until: None,
        every: Distribution::Constant(Span::from_millis(1)),
        count: None,
    };
    assert_eq!(refusal(Fault::Restart { when, nodes: Selector::All }, 1_000), sentence);
}

#[test]
fn a_window_begins_and_ends_a_rule_of_the_fault_s_number() {
    let harm = Degradation { loss: Probability::ONE, ..Degradation::default() };
    let between = [Selector::Node(NodeId(0)), Selector::Role("leader".to_owned())];
    let expanded = expand(
        [
            Fault::Clog { window: window(1, 200), nodes: None },
            Fault::Link { window: window(2, 3), between, harm: harm.clone() },
        ],
        5,
    );
    let happened: Vec<(Instant, What)> =
        expanded.happenings.iter().map(|h| (h.at, h.what.clone())).collect();
    let clog = (at(1), What::Begin(RuleId(0)));
    // The end of the clog lies after the end of the run, yet it is when everything has healed.
    assert_eq!(happened, [clog, (at(2), What::Begin(RuleId(1))), (at(3), What::End(RuleId(1)))]);
    assert_eq!(expanded.heal, at(200));
    assert_eq!(expanded.rules[&RuleId(0)], Rule::Clog(Links::All, at(200)));

    let resolved = expanded.rules[&RuleId(1)].resolve(|role| {
        assert_eq!(role, "leader");
        ids(&[4])
    });
    let set = |node| ids(&[node]).into_iter().collect();
    assert_eq!(resolved, Rule::Degrade(Links::Between(set(0), set(4)), harm));
}

#[test]
fn fractions_share_out_every_node_once() {
    let shares = [0.7, 0.2, 0.1].map(fraction).to_vec();
    let parts = parts(&expand([partition(Split::Fractions(shares))], 1_005));
    let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
    // 703.5 and 904.5 round up.
    assert_eq!(sizes, [704, 201, 100]);
    let all: BTreeSet<NodeId> = parts.concat().into_iter().collect();
    assert_eq!(all.len(), 1_005);
    assert_ne!(parts[0], ids(&(0..704).collect::<Vec<_>>()), "they are drawn");
}

#[test]
fn a_majority_is_one_more_than_half() {
    for (nodes, majority) in [(5, 3), (4, 3), (2, 2), (1, 1), (0, 0)] {
        let parts = parts(&expand([partition(Split::Majority)], nodes));
        assert_eq!((parts[0].len(), parts[0].len() + parts[1].len()), (majority, nodes as usize));
    }
}

#[test]
fn an_isolated_node_is_alone_in_the_direction_asked_for() {
    let nodes = || Selector::Names(vec!["Pirate7".to_owned()]);
    let faults: Faults = [
        Fault::Isolate { window: window(1, 2), nodes: nodes() },
        Fault::Partition {
            window: window(1, 2),
            split: Split::Isolate(nodes()),
            direction: Direction::Into,
        },
    ]
    .into_iter()
    .collect();
    let mut population = Population::of(10);
    population.labels = Labels::Numbered { prefix: "Pirate".to_owned(), first: 0 };
    let rules = faults.expand(&population, SEED, at(100)).unwrap().rules;
    let seven = || Targets::Nodes(ids(&[7]));
    let cut = |way| Rule::Cut(Links::Touching(seven(), way));
    assert_eq!(
        rules.into_values().collect::<Vec<_>>(),
        [cut(Direction::Both), cut(Direction::Into)]
    );
}

#[test]
fn what_makes_no_sense_is_refused_in_one_sentence() {
    let restart = |nodes| Fault::Restart { when: once(1), nodes };
    let group = |nodes: &[u32]| Selector::Ids(ids(nodes));
    for (fault, sentence) in [
        (restart(Selector::Node(NodeId(5))), "there is no node 5: the last of 5 is 4"),
        (restart(Selector::Names(vec!["x".to_owned()])), "there is no node `x`"),
        (restart(Selector::Group("eu".to_owned())), "there is no group `eu`"),
        (restart(Selector::Random(6)), "6 nodes cannot be chosen from 5"),
        (partition(Split::Groups(vec![group(&[0])])), "a split needs at least two parts"),
        (
            partition(Split::Groups(vec![group(&[0, 1]), group(&[1, 2])])),
            "node 1 is in two parts of the split",
        ),
        (
            partition(Split::Fractions([0.7, 0.4].map(fraction).to_vec())),
            "the fractions of a split sum to at most 1",
        ),
    ] {
        assert_eq!(refusal(fault, 5), sentence);
    }
    let mut population = Population { role_nodes: 1, ..Population::of(5) };
    population.labels =
        Labels::Given(["Anne", "Bart", "Cid", "Dora", "Edward"].into_iter().collect());
    let resolve = |selector: Selector| selector.resolve(&population, &mut stream());
    assert_eq!(resolve(Selector::Node(NodeId(5))), Ok(Targets::Nodes(ids(&[5]))));
    assert_eq!(resolve(Selector::All), Ok(Targets::Nodes(ids(&[0, 1, 2, 3, 4]))));
    let misspelt = resolve(Selector::Names(vec!["Ann".to_owned()])).unwrap_err();
    assert_eq!(misspelt.to_string(), "there is no node `Ann`; did you mean `Anne`?");
}

#[test]
fn every_node_is_equally_likely_to_be_chosen() {
    let mut counts = [0u32; 10];
    let mut stream = stream();
    for _ in 0..20_000 {
        let chosen = Selector::Random(3).resolve(&Population::of(10), &mut stream).unwrap();
        nodes_of(&chosen).iter().for_each(|node| counts[node.index()] += 1);
    }
    for count in counts {
        let z = (f64::from(count) - 6_000.0) / (20_000.0f64 * 0.3 * 0.7).sqrt();
        assert!(z.abs() <= 4.0, "{counts:?}");
    }
}

fn selectors() -> impl Strategy<Value = Selector> {
    prop_oneof![
        Just(Selector::All),
        (0u32..20).prop_map(|node| Selector::Node(NodeId(node))),
        (0u32..=20).prop_map(Selector::Random),
        (0.0..=1.0f64).prop_map(|share| Selector::Fraction(fraction(share))),
        Just(Selector::Role("leader".to_owned())),
    ]
}

fn faults() -> impl Strategy<Value = Fault> {
    let spans = prop_oneof![
        (0u64..100).prop_map(|secs| Distribution::Constant(Span::from_secs(secs))),
        (1u64..20).prop_map(|secs| {
            Distribution::exponential(Span::from_secs(secs), Span::ZERO).unwrap()
        }),
    ];
    let windows = (0u64..90, 1u64..20).prop_map(|(from, length)| window(from, from + length));
    let whens = prop_oneof![
        spans.clone().prop_map(Schedule::At),
        (0u64..50, 1u32..5, spans.clone()).prop_map(|(from, count, every)| Schedule::Every {
            from: at(from),
            until: None,
            every,
            count: Some(count),
        }),
    ];
    // A share of who is up depends on who crashed before.
    let is_independent = |selector: &Selector| !matches!(selector, Selector::Fraction(_));
    let crashed = selectors().prop_filter("by the others", is_independent);
    prop_oneof![
        (whens.clone(), crashed, proptest::option::of(spans)).prop_map(
            |(when, nodes, restart_after)| Fault::Crash {
                when,
                nodes,
                restart_after,
                after_effects: None,
                disk: DiskLoss::Keep,
            }
        ),
        (whens, selectors()).prop_map(|(when, nodes)| Fault::Restart { when, nodes }),
        windows.clone().prop_map(|window| Fault::Partition {
            window,
            split: Split::Majority,
            direction: Direction::OutOf,
        }),
        (windows.clone(), selectors()).prop_map(|(window, nodes)| Fault::Isolate { window, nodes }),
        (windows, proptest::option::of(selectors()))
            .prop_map(|(window, nodes)| Fault::Clog { window, nodes }),
    ]
}

proptest! {
    #[test]
    fn taking_a_fault_away_leaves_what_the_others_do(
        list in proptest::collection::vec(faults(), 1..8),
        choice in any::<proptest::sample::Index>(),
    ) {
        let faults: Faults = list.iter().cloned().collect();
        let gone = FaultId(choice.index(list.len()) as u32);
        let expand = |faults: &Faults| faults.expand(&Population::of(20), SEED, at(100)).unwrap();
        let mut all = expand(&faults);
        prop_assert!(all.happenings.is_sorted_by_key(|happening| (happening.at, happening.fault)));
        all.happenings.retain(|happening| happening.fault != gone);
        all.rules.remove(&RuleId(gone.0));
        let others = expand(&faults.without(gone));
        prop_assert_eq!(&others.happenings, &all.happenings);
        prop_assert_eq!(others.rules, all.rules);
        prop_assert!(others.heal <= all.heal);
    }

    #[test]
    fn selections_are_distinct_and_of_the_right_count(
        nodes in 1u32..500, percent in 0u32..=100, seed in any::<u64>(),
    ) {
        let mut stream = Stream::new(Seed(seed), Domain::Faults, 0, 0);
        let share = fraction(f64::from(percent) / 100.0);
        let population = Population::of(nodes);
        let chosen = Selector::Fraction(share).resolve(&population, &mut stream).unwrap();
        let chosen = nodes_of(&chosen);
        // A half is rounded up, in whole numbers.
        prop_assert_eq!(chosen.len() as u32, (2 * percent * nodes + 100) / 200);
        prop_assert!(chosen.is_sorted_by(|a, b| a < b));
        prop_assert!(chosen.iter().all(|node| node.0 < nodes));
    }
}
