//! The list `faults:` read, refused, and written out.

use super::*;
use crate::faults::{Churn, ChurnStart, Crashes, Fault, FaultId};
use crate::kernel::{Distribution, Probability};
use crate::network::{Fraction, Reorder};
use crate::settings::{Report, Source, decode, parse};
use std::sync::Arc;

const KEYS: &[Key] = &[Key::new("faults", FAULTS, "[]", "what goes wrong")];

fn read(source: &Arc<Source>) -> (Vec<(FaultId, Fault)>, String, Report) {
    let mut report = Report::new();
    let tree = parse(source, &mut report).unwrap();
    let (faults, canonical) = decode(&tree, KEYS, &mut report, |s| read_faults(s.field("faults")));
    let listed = faults.iter().map(|(id, fault)| (id, fault.clone())).collect();
    (listed, canonical.to_string(), report)
}

/// The faults of a list, whose canonical form says the same and is its own.
fn accepted(list: &str) -> Vec<Fault> {
    let (faults, canonical, report) = read(&Source::new("x.yaml", &format!("faults:\n{list}")));
    assert_eq!(report.to_string(), "");
    let (again, same, report) = read(&Source::canonical("resolved.json", &canonical));
    assert_eq!(report.to_string(), "");
    assert_eq!((&again, &same), (&faults, &canonical));
    assert!(faults.iter().map(|(id, _)| id.0).eq(0..faults.len() as u32));
    faults.into_iter().map(|(_, fault)| fault).collect()
}

fn mistakes(fault: &str) -> Vec<String> {
    let (_, _, report) = read(&Source::new("x.yaml", &format!("faults: [{{{fault}}}]")));
    let told = |m: &crate::settings::Mistake| format!("{} {}", m.code().number(), m.message());
    report.errors().iter().map(told).collect()
}

fn window(from: u64, until: u64) -> Window {
    let at = |secs| Instant::START + Span::from_secs(secs);
    Window::new(at(from), at(until)).unwrap()
}

#[test]
fn crashes_and_restarts_are_read() {
    let secs = Span::from_secs;
    let faults = accepted(
        "
- crash: {at: 2s, nodes: {fraction: 0.05}, restart_after: 10s, disk: wipe}
- crash: {from: 1s, every: {exponential: {mean: 5s}}, count: 3, nodes: {role: leader}, after_effects: 2}
- restart: {at: {uniform: {min: 1s, max: 2s}}, nodes: {names: [Pirate7]}}
",
    );
    let expected = [
        Fault::Crash {
            when: Schedule::At(Distribution::Constant(secs(2))),
            nodes: Selector::Fraction(Fraction::new(0.05).unwrap()),
            restart_after: Some(Distribution::Constant(secs(10))),
            after_effects: None,
            disk: DiskLoss::Wipe,
        },
        Fault::Crash {
            when: Schedule::Every {
                from: Instant::START + secs(1),
                until: None,
                every: Distribution::exponential(secs(5), Span::ZERO).unwrap(),
                count: Some(3),
            },
            nodes: Selector::Role("leader".to_owned()),
            restart_after: None,
            after_effects: Some(2),
            disk: DiskLoss::LoseUnsynced,
        },
        Fault::Restart {
            when: Schedule::At(Distribution::uniform(secs(1), secs(2)).unwrap()),
            nodes: Selector::Names(vec!["Pirate7".to_owned()]),
        },
    ];
    assert_eq!(faults, expected);
}

#[test]
fn partitions_are_read() {
    let split = |split: &str| {
        let text = format!("- partition: {{from: 4s, until: 8s, split: {split}, direction: into}}");
        match accepted(&text).remove(0) {
            Fault::Partition { window: w, split, direction: Direction::Into } => {
                assert_eq!(w, window(4, 8));
                split
            }
            other => panic!("{other:?}"),
        }
    };
    let ids = |ids: &[u32]| Selector::Ids(ids.iter().copied().map(NodeId).collect());
    let group = Selector::Group("eu".to_owned());
    let share = |x| Fraction::new(x).unwrap();
    assert_eq!(split("{groups: [[0, 1], {group: eu}]}"), Split::Groups(vec![ids(&[0, 1]), group]));
    assert_eq!(split("{fractions: [0.7, 0.3]}"), Split::Fractions(vec![share(0.7), share(0.3)]));
    assert_eq!(split("{majority: random}"), Split::Majority);
    assert_eq!(split("{isolate: all}"), Split::Isolate(Selector::All));
}

#[test]
fn bad_links_are_read() {
    let faults = accepted(
        "
- link: {from: 1s, until: 2s, between: [{node: 0}, all], slow: x2.5, extra_latency: 3ms,
         reorder: {p: 0.5, extra: 1ms}}
- isolate: {from: 1s, until: 2s, nodes: {node: 3}}
- loss_burst: {from: 1s, until: 2s, probability: 0.5}
- clog: {from: 1s, until: 2s, nodes: {random: 1}}
",
    );
    let constant = |ms| Distribution::Constant(Span::from_millis(ms));
    let half = Probability::new(0.5).unwrap();
    let expected = [
        Fault::Link {
            window: window(1, 2),
            between: [Selector::Node(NodeId(0)), Selector::All],
            harm: Degradation {
                slow: Factor::new(2.5).unwrap(),
                extra_latency: constant(3),
                reorder: Some(Reorder { probability: half, extra: constant(1) }),
                ..Degradation::default()
            },
        },
        Fault::Isolate { window: window(1, 2), nodes: Selector::Node(NodeId(3)) },
        Fault::LossBurst { window: window(1, 2), nodes: None, probability: half },
        Fault::Clog { window: window(1, 2), nodes: Some(Selector::Random(1)) },
    ];
    assert_eq!(faults, expected);
}

#[test]
fn mistakes_are_named() {
    for (fault, expected) in [
        ("pause: {at: 1s}", "E017"),
        ("crash: {nodes: all}", "E013 it is not said when"),
        ("crash: {at: 1s, every: 2s, nodes: all}", "E019 `faults.0.crash.every` has no effect"),
        ("crash: {at: 1s}", "E013"),
        ("restart: {every: 0s, nodes: all}", "E014 time would stand still"),
        ("restart: {from: 5s, until: 5s, every: 1s, nodes: all}", "E020 `until` must lie after"),
        ("clog: {from: 5s, until: 5s}", "E020 `until` must lie after `from`"),
        ("link: {from: 1s, until: 2s, between: [all]}", "E011 links lie between two sets"),
        ("link: {from: 1s, until: 2s, between: [all, all], slow: 5}", "E016 a factor is written"),
        ("partition: {from: 1s, until: 2s, split: {majority: lucky}}", "E017"),
        ("partition: {from: 1s, until: 2s, split: {fractions: [1.5]}}", "E014"),
    ] {
        let found = mistakes(fault);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{fault}: {found:?}");
    }
}

#[test]
fn nodes_that_come_and_go_are_read() {
    let exponential =
        |millis| Distribution::exponential(Span::from_millis(millis), Span::ZERO).unwrap();
    let faults = accepted(
        "
- churn: {from: 10s, until: 110s, nodes: {fraction: 0.5}, leave: {exponential: {mean: 60s}},
          rejoin_after: {exponential: {mean: 20s}}, start: stationary, graceful: 0.25, disk: keep}
- churn: {from: 0s, until: 1s, nodes: all, leave: 5s, rejoin_after: never}
- crash_poisson: {from: 0s, until: 60s, rate: 0.1/s, nodes: all, restart_after: 5s, spare: [{node: 0}]}
",
    );
    let expected = [
        Fault::Churn {
            window: window(10, 110),
            churn: Churn {
                nodes: Selector::Fraction(Fraction::new(0.5).unwrap()),
                leave: exponential(60_000),
                rejoin_after: Some(exponential(20_000)),
                start: ChurnStart::Stationary,
                graceful: Probability::new(0.25).unwrap(),
                disk: DiskLoss::Keep,
            },
        },
        Fault::Churn {
            window: window(0, 1),
            churn: Churn {
                nodes: Selector::All,
                leave: Distribution::Constant(Span::from_secs(5)),
                rejoin_after: None,
                start: ChurnStart::Up,
                graceful: Probability::ZERO,
                disk: DiskLoss::LoseUnsynced,
            },
        },
        Fault::CrashPoisson {
            window: window(0, 60),
            crashes: Crashes {
                gap: exponential(10_000),
                nodes: Selector::All,
                restart_after: Some(Distribution::Constant(Span::from_secs(5))),
                spare: vec![Selector::Node(NodeId(0))],
                disk: DiskLoss::LoseUnsynced,
            },
        },
    ];
    assert_eq!(faults, expected);
    for (fault, expected) in [
        ("crash_poisson: {from: 0s, until: 1s, rate: 0/s}", "a rate lies above 0/s"),
        (
            "churn: {from: 0s, until: 1s, nodes: all, leave: 1s, start: stationary}",
            "nobody is left",
        ),
        (
            "churn: {from: 0s, until: 1s, nodes: all, leave: 0s, rejoin_after: 0s}",
            "time would stand still",
        ),
    ] {
        let found = mistakes(fault);
        assert!(found.len() == 1 && found[0].contains(expected), "{fault}: {found:?}");
    }
}
