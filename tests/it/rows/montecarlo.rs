//! Rows 10, 11, 12, 14 and the rules of 15 to 17: means over replications against an independent Monte-Carlo program, and single runs of
//! spigo itself against our distribution.

use super::laboratory::{
    Reference, assert_repeats, deviation, experiment, hold, mean, sample, table,
};
use corsair::experiment::Experiment;

/// A line of `setups.csv`.
struct Setup {
    name: String,
    base: String,
    overrides: Vec<String>,
    replications: u32,
}

impl Setup {
    fn all() -> Vec<Setup> {
        let read = |row: Vec<String>| {
            let [name, base, set, replications] = row.try_into().expect("four columns");
            let replications = replications.parse().expect("a number of replications");
            Setup { name, base, overrides: assignments(&set), replications }
        };
        table("setups.csv").into_iter().map(read).collect()
    }

    fn named(name: &str) -> Setup {
        Setup::all().into_iter().find(|setup| setup.name == name).expect("setups.csv has it")
    }

    fn read(&self) -> Experiment {
        experiment(&self.base, &self.overrides)
    }

    fn references(&self) -> Vec<Reference> {
        let number = |cell: &String| cell.parse().expect("a number");
        let of_setup = table("montecarlo.csv").into_iter().filter(|row| row[0] == self.name);
        let read = |row: Vec<String>| Reference {
            metric: row[1].clone(),
            mean: number(&row[3]),
            sd: number(&row[4]),
            se: number(&row[5]),
        };
        of_setup.map(read).collect()
    }
}

/// The assignments of a command line such as `--set a=b --set 'c={d: e}'`.
fn assignments(line: &str) -> Vec<String> {
    let words = line.split("--set ").map(|word| word.trim().trim_matches('\''));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Every metric of a set-up, over so many replications; the first is run twice.
fn check(name: &str, runs: Option<u32>) {
    let setup = Setup::named(name);
    let runs = runs.unwrap_or(setup.replications);
    hold(name, &setup.read(), runs, &setup.references());
    assert_repeats(|| setup.read(), 0);
}

/// A module for each set-up: `whole` runs as many replications as the oracle asks for, `quick` so many as a debug build
/// does in a second.
macro_rules! setups {
    ($($room:ident $name:literal quick $runs:literal,)+) => {
        const NAMES: &[&str] = &[$($name),+];
        $(mod $room {
            #[test]
            fn quick() {
                super::check($name, Some($runs));
            }
            #[test]
            #[ignore = "long: for release builds"]
            fn whole() {
                super::check($name, None);
            }
        })+
    };
}

setups! {
    c2_60 "c2-60" quick 2000,
    c3_60 "c3-60" quick 2000,
    c10_0 "c10-0" quick 1000,
    c10_10 "c10-10" quick 1000,
    c10_60 "c10-60" quick 1000,
    c100_0 "c100-0" quick 400,
    c100_10 "c100-10" quick 400,
    c100_60 "c100-60" quick 400,
    c1000_0 "c1000-0" quick 60,
    c1000_10 "c1000-10" quick 60,
    c1000_60 "c1000-60" quick 20,
    c100_60_dunbar5 "c100-60-dunbar5" quick 400,
    m100_60_fast "m100-60-fast" quick 400,
    m100_60 "m100-60" quick 400,
    m100_600_fast "m100-600-fast" quick 20,
    s2015_100_60 "s2015-100-60" quick 60,
    g1000_one_coin "g1000-one-coin" quick 2,
    g1000_share "g1000-share" quick 4,
    r1000 "r1000" quick 10,
    r10000 "r10000" quick 1,
}

#[test]
fn every_set_up_of_the_oracle_has_its_test() {
    let names: Vec<String> = Setup::all().into_iter().map(|setup| setup.name).collect();
    assert_eq!(names, NAMES);
}

/// Row 12: so many of our runs, and each figure of spigo's one run within 4 sd of their mean.
fn check_spigo(name: &str, runs: u32) {
    let rows: Vec<_> = table("measured.csv").into_iter().filter(|row| row[0] == name).collect();
    let metrics: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert!(!metrics.is_empty());
    let ours = sample(&Setup::named(name).read(), runs, &metrics);
    for (row, ours) in rows.iter().zip(&ours) {
        let (metric, measured): (_, f64) = (&row[1], row[2].parse().expect("a number"));
        let (mean, sd) = (mean(ours), deviation(ours));
        let near = (measured - mean).abs() <= 4.0 * sd;
        assert!(near, "{name} {metric}: spigo {measured}, here {mean} +- {sd}");
    }
}

#[test]
fn spigo_itself_lies_among_our_runs() {
    check_spigo("c100-10", 100);
    check_spigo("c100-60", 100);
    check_spigo("c1000-10", 10);
}
