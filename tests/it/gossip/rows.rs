//! Statistics over replications, held against the oracles: a mean further off than four standard errors is wrong.

use std::collections::BTreeMap;

use super::{experiment, overrides, run, table};

/// What a mean is held against.
pub(super) struct Reference {
    pub(super) statistic: String,
    pub(super) mean: f64,
    /// Of the reference itself.
    pub(super) se: f64,
    /// Of one run.
    pub(super) sd: f64,
}

/// The metrics of the first replications.
fn sample(set: &[String], runs: u32) -> Vec<BTreeMap<String, f64>> {
    let experiment = experiment(set);
    (0..runs).map(|replication| run(&experiment, replication).1).collect()
}

/// A statistic of a run, as the oracles call it.
fn statistic(values: &BTreeMap<String, f64>, name: &str) -> Option<f64> {
    let of = |name: &str| values.get(name).copied();
    let informed = of("coverage").map(|coverage| coverage * 1000.0);
    match name {
        "share_of_runs_with_coverage_1" => {
            of("coverage").map(|coverage| f64::from(u8::from(coverage == 1.0)))
        }
        "hops_mean_over_informed_incl_origin" => {
            let informed = informed?;
            Some(of("hops_mean")? * (informed - 1.0) / informed)
        }
        // The runs end when all know.
        "traffic_until_coverage_1" => of("traffic"),
        _ => of(name),
    }
}

/// Holds means over replications against references.
pub(super) fn hold(title: &str, set: &[String], runs: u32, references: &[Reference]) {
    let all = sample(set, runs);
    let mut worst = 0.0f64;
    for Reference { statistic: name, mean, se, sd } in references {
        let values: Vec<f64> = all.iter().filter_map(|values| statistic(values, name)).collect();
        assert!(!values.is_empty(), "{title}: no run has {name}");
        let ours = values.iter().sum::<f64>() / values.len() as f64;
        let error = (sd * sd / values.len() as f64 + se * se).sqrt();
        let z = if error > 0.0 { (ours - mean) / error } else { (ours - mean) * 1e9 };
        assert!(z.abs() <= 4.0, "{title}: {name} is {mean} +- {sd}, here {ours}, z {z:.2}");
        worst = worst.max(z.abs());
    }
    eprintln!("{title}: {runs} runs, {} statistics, largest |z| {worst:.2}", references.len());
}

/// Holds every set of an oracle.
fn hold_table(file: &str, runs: u32, more: &[&str], skip: impl Fn(&str, &str) -> bool) {
    let mut sets: BTreeMap<String, Vec<Reference>> = BTreeMap::new();
    for row in table(file) {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        if skip(&row["set"], &row["statistic"]) {
            continue;
        }
        let (mean, se, sd) = (number("mean"), number("se"), number("sd"));
        let reference = Reference { statistic: row["statistic"].clone(), mean, se, sd };
        sets.entry(row["set"].clone()).or_default().push(reference);
    }
    assert!(!sets.is_empty());
    for (set, references) in sets {
        let mut changed = overrides(&set);
        changed.extend(more.iter().map(|more| (*more).to_owned()));
        hold(&set, &changed, runs, &references);
    }
}

const UNTIL_QUIET: &str = "stop={when: {metric: active, at_most: 0}}";
const UNTIL_ALL_KNOW: &str = "stop={when: {metric: coverage, at_least: 1}}";

/// G1 and G2: Demers et al. 1987, table 1.
#[test]
fn table_1() {
    hold_table("table1.csv", 100, &[], |_, _| false);
}

/// G3: other feedback, other counters and coins are other figures.
#[test]
fn variants_of_table_1() {
    hold_table("table1_variants.csv", 50, &[UNTIL_QUIET], |_, _| false);
}

/// G4.
#[test]
fn anti_entropy() {
    hold_table("anti_entropy.csv", 50, &[UNTIL_ALL_KNOW], |_, _| false);
}

/// G5. Few runs with fanout 1 reach a tenth of the sites: those are left out.
#[test]
fn infect_and_die() {
    let skip =
        |set: &str, statistic: &str| set.contains("fanout=1") && statistic == "coverage_if_major";
    hold_table("infect_and_die.csv", 200, &[], skip);
}

/// G12.
#[test]
fn infect_forever() {
    hold_table("infect_forever.csv", 50, &[UNTIL_ALL_KNOW], |_, _| false);
}

/// All of them as often as the specification says.
#[test]
#[ignore = "long: for release builds"]
fn all_tables_with_many_runs() {
    let none = |_: &str, _: &str| false;
    hold_table("table1.csv", 400, &[], none);
    hold_table("table1_variants.csv", 400, &[UNTIL_QUIET], none);
    hold_table("anti_entropy.csv", 400, &[UNTIL_ALL_KNOW], none);
    hold_table("infect_forever.csv", 400, &[UNTIL_ALL_KNOW], none);
    hold_table("infect_and_die.csv", 1000, &[], |set, statistic| {
        set.contains("fanout=1") && statistic == "coverage_if_major"
    });
}

/// G6: the flood of a complete graph with exponential latencies.
fn hold_exponential(runs: u32) {
    for row in table("flood_exponential.csv") {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let set = [
            format!("nodes={}", row["n"]),
            "protocol.gossip.algorithm=flood".to_owned(),
            format!("network.latency={{exponential: {{mean: {}ms}}}}", row["latency_mean_ms"]),
        ];
        let exact = |statistic: &str, mean: f64, sd: f64| Reference {
            statistic: statistic.to_owned(),
            mean,
            se: 0.0,
            sd,
        };
        let references = [
            exact("t_last_ms", number("t_last_mean_ms"), number("t_last_sd_ms")),
            exact("rumors_sent", number("rumors_sent"), 0.0),
        ];
        hold(&format!("flood of {}", row["n"]), &set, runs, &references);
    }
}

#[test]
fn flood_with_exponential_latency() {
    hold_exponential(300);
}

#[test]
#[ignore = "long: for release builds"]
fn flood_with_exponential_latency_many_times() {
    hold_exponential(1000);
}

/// G11: a flood along a line that may break off.
fn hold_line(runs: u32) {
    for row in table("flood_line.csv") {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let set = [
            format!("nodes={}", row["n"]),
            "topology=line".to_owned(),
            "protocol.gossip.algorithm=flood".to_owned(),
            format!("protocol.gossip.forward_probability={}", row["forward_probability"]),
            format!("protocol.gossip.forward_choice={}", row["forward_choice"]),
        ];
        let (mean, sd) = (number("coverage_mean"), number("informed_sd") / number("n"));
        let reference = Reference { statistic: "coverage".to_owned(), mean, se: 0.0, sd };
        hold(&format!("{set:?}"), &set, runs, &[reference]);
    }
}

#[test]
fn flood_on_a_line() {
    hold_line(1000);
}

#[test]
#[ignore = "long: for release builds"]
fn flood_on_a_line_many_times() {
    hold_line(2000);
}

/// G13: by Poisson clocks without latency the residue tends to the root of s = exp(-(k+1)(1-s)).
fn hold_poisson(tolerance: f64, runs: &[(u32, u32)]) {
    for &(k, runs) in runs {
        let s = (0..500).fold(0.1, |s: f64, _| libm::exp(-f64::from(k + 1) * (1.0 - s)));
        let set = [
            "algorithm=rumor",
            "clock=timers",
            "period={exponential: {mean: 1s}}",
            "stop=coin",
            &format!("k={k}"),
        ];
        let mut set: Vec<String> = set.map(|word| format!("protocol.gossip.{word}")).into();
        set.push("network.latency=0s".to_owned());
        set.push(UNTIL_QUIET.to_owned());
        let residues: Vec<f64> = sample(&set, runs)
            .iter()
            .map(|values| values["residue"])
            .filter(|r| *r < 0.9)
            .collect();
        let ours = residues.iter().sum::<f64>() / residues.len() as f64;
        assert!((ours / s - 1.0).abs() < tolerance, "k = {k}: {s}, here {ours}");
    }
}

#[test]
fn rumor_by_poisson_clocks() {
    hold_poisson(0.04, &[(1, 100), (2, 100)]);
}

#[test]
#[ignore = "long: for release builds"]
fn rumor_by_poisson_clocks_many_times() {
    hold_poisson(0.03, &[(1, 200), (2, 200), (3, 4000)]);
}
