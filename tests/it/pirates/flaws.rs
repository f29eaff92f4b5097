//! The reference voyage under faults keeps every promise; each planted flaw breaks the one it is meant to break.

use corsair::kernel::{Bits, Domain, NodeId, Probability, Seed, Span, Stream};
use corsair::network::{Degradation, Links, Rule, RuleId};
use corsair::protocol::Flawed;
use corsair::protocols::pirates::{
    FLAWS, INVARIANTS, InventedRumour, Keeps, LostCredit, Pirates, Planted, Planting, Shout,
};
use corsair::simulation::{Plan, Sync};

use super::{Report, Voyage, at, crash, instant_network, modern, restart};

/// A hundred pirates for 60 s; until 65 s a tenth of the messages is lost and a twentieth comes twice; a fifth of
/// the pirates is down from 20 s to 30 s.
fn rough(seed: u64) -> Voyage {
    let config = modern(100, Span::from_secs(60));
    let seed = Seed(seed);
    let mut luck = Stream::new(seed, Domain::Faults, 0, 0);
    let mut crew: Vec<NodeId> = (0..config.pirates).map(NodeId).collect();
    let struck = (0..20).map(|_| crew.swap_remove(luck.below(crew.len() as u64) as usize));
    let struck: Vec<NodeId> = struck.collect();
    let harm = Degradation {
        loss: Probability::new(0.1).expect("a probability"),
        duplicate: Probability::new(0.05).expect("a probability"),
        ..Degradation::default()
    };
    let plans = vec![
        (at(0), Plan::Begin(RuleId(0), Rule::Degrade(Links::All, harm))),
        (at(65), Plan::End(RuleId(0))),
        crash(at(20), struck.clone(), None),
        restart(at(30), struck),
    ];
    Voyage { seed, config, network: instant_network(), sync: Sync::default(), plans }
}

/// The voyage of a seed, to when everyone must have left: 1 s after the last fault, as messages take no time.
fn sail<P: Keeps>(seed: u64, change: impl FnOnce(&mut Voyage)) -> Report {
    let mut voyage = rough(seed);
    change(&mut voyage);
    voyage.sail::<P>(at(66))
}

/// The promises that a voyage breaks: the invariants, one first purse a pirate, everyone leaves.
fn broken(report: &Report) -> Option<&'static str> {
    let double_pay = (report.paid_max > 1).then_some("no_double_pay");
    let stayed = (report.aboard > 0).then_some("everyone_leaves");
    report.violation.or(double_pay).or(stayed)
}

fn assert_all_well(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let report = sail::<Pirates>(seed, |_| {});
        assert_eq!(broken(&report), None, "seed {seed}: {:?}", report.told);
        assert!(report.crashes == 20 && report.gold_given > 0, "seed {seed} had no faults");
    }
}

#[test]
fn two_hundred_rough_voyages_keep_every_promise() {
    assert_all_well(0..200);
}

#[test]
#[ignore = "many seeds, for release"]
fn ten_thousand_rough_voyages_keep_every_promise() {
    assert_all_well(200..10_200);
}

#[test]
fn with_no_flaw_planted_nothing_differs() {
    for seed in 0..5 {
        assert_eq!(sail::<Mistaken>(seed, |_| {}), sail::<Pirates>(seed, |_| {}));
    }
}

type Mistaken = Pirates<Planted>;

/// What fires first within 200 seeds of the rough voyage with little room for buddies.
fn first_broken<P: Keeps>(flaw: Option<Planting>) -> Option<&'static str> {
    (0..200).find_map(|seed| {
        broken(&sail::<P>(seed, |voyage| {
            voyage.config.dunbar = 4;
            voyage.config.flaw = flaw;
        }))
    })
}

/// What a planted flaw breaks first.
fn breaks(name: &str) -> Option<&'static str> {
    let planting = match name {
        "free_gold" => Planting::FreeGold,
        "narcissus" => Planting::Narcissus,
        "twins" => Planting::Twins,
        "one_too_many" => Planting::OneTooMany,
        "big_mouth" => Planting::BigMouth,
        "ghost" => Planting::Ghost,
        "shy" => Planting::Shy,
        "double_pay" => Planting::DoublePay,
        "deaf_controller" => Planting::DeafController,
        "shout" => return first_broken::<Flawed<Pirates, Shout>>(None),
        "invented_rumour" => return first_broken::<Flawed<Pirates, InventedRumour>>(None),
        "lost_credit" => return first_broken::<Flawed<Pirates, LostCredit>>(None),
        _ => panic!("{name} is listed, but nothing plants it"),
    };
    first_broken::<Mistaken>(Some(planting))
}

#[test]
fn each_planted_flaw_breaks_its_promise() {
    for flaw in FLAWS {
        assert_eq!(breaks(flaw.name), Some(flaw.breaks), "{}", flaw.name);
    }
}

#[test]
fn each_invariant_has_a_flaw_that_it_catches() {
    for invariant in INVARIANTS {
        let caught = FLAWS.iter().any(|flaw| flaw.breaks == invariant.name);
        assert!(caught, "{} never fires", invariant.name);
    }
}
