//! What metrics and promises mean where their words could be taken otherwise: small runs of which all is known.

use std::collections::BTreeMap;
use std::io::{self, Write};

use corsair::experiment::{Moment, Sink};
use corsair::kernel::Instant;
use corsair::measure::Reading;
use corsair::topology::files::Snapshot;

use super::{experiment, run};

/// The metrics of one run of so many sites, changed by those sets.
fn metrics(nodes: u32, sets: &[&str]) -> BTreeMap<String, f64> {
    let mut all = vec![format!("nodes={nodes}")];
    all.extend(sets.iter().map(|set| (*set).to_owned()));
    run(&experiment(&all), 0).1
}

/// What is published at the moment in which a round begins is told in the next, whichever round that is.
#[test]
fn a_rumor_is_not_told_in_the_round_of_its_publish() {
    for mode in ["push", "pull", "push_pull"] {
        for durable in ["on", "off"] {
            for at in ["0s", "1s", "2500ms"] {
                let gossip = format!(
                    "protocol={{gossip: {{algorithm: anti_entropy, mode: {mode}, clock: rounds, period: 1s, \
                     durable: {durable}}}}}"
                );
                let publish = format!("workload.0.publish.at={at}");
                let seen = metrics(2, &[&gossip, &publish, "stop={at: 9s}"]);
                assert_eq!(seen["t_last_rounds"], 1.0, "{mode} {durable} {at}");
            }
        }
    }
}

/// The origin hears of its own rumor, and counts for nothing; the first receipts of four sites are at 5 to 35 ms.
#[test]
fn the_origins_own_receipt_is_none() {
    let flood = "protocol={gossip: {algorithm: flood, rpc: blocking, origin_marks_seen: false}}";
    let seen = metrics(5, &[flood, "network.latency=5ms", "stop={at: 9s}"]);
    assert_eq!((seen["rumors_sent"], seen["coverage"]), (19.0, 1.0));
    assert_eq!(seen["rmr"], 19.0 / 4.0 - 1.0, "transfers over all but the origin");
    assert_eq!(seen["t_ave_ms"] * 5.0, seen["delivery_latency"] * 4.0, "the origin is at 0");
}

/// A site without a disk hears of a rumor in each of its lives; the first time counts.
#[test]
fn only_the_first_receipt_counts() {
    let forever =
        "protocol={gossip: {algorithm: infect_forever, period: 1s, clock: rounds, durable: off}}";
    let crashes =
        "faults=[{crash: {from: 4s, until: 13s, every: 4s, nodes: {node: 1}, restart_after: 1s}}]";
    let seen = metrics(2, &[forever, crashes, "stop={at: 20500ms}"]);
    assert_eq!((seen["t_last_rounds"], seen["t_ave_rounds"], seen["hops_mean"]), (1.0, 0.5, 1.0));
    assert_eq!(seen["delivery_latency"], 1001.0);
}

/// Who still tells at the end does so in the last round; a crash ends the telling in its round.
#[test]
fn telling_is_over_when_nobody_tells() {
    let forever = "protocol={gossip: {algorithm: infect_forever, period: 1s, clock: rounds}}";
    assert_eq!(metrics(3, &[forever, "stop={at: 7500ms}"])["t_quiet"], 7.0);
    let crash = "faults=[{crash: {at: 5500ms, nodes: all}}]";
    assert_eq!(metrics(3, &[forever, crash, "stop={at: 9s}"])["t_quiet"], 5.0);
}

/// A site that restarts with its disk knows and does not tell, so others may never hear: nothing was promised.
#[test]
fn infect_forever_promises_nothing_after_a_crash() {
    let forever = "protocol={gossip: {algorithm: infect_forever, period: 1s}}";
    let away = "{crash: {at: 0s, nodes: {node: 1}, restart_after: 5s}}";
    let crash = "{crash: {at: 2500ms, nodes: {node: 0}, restart_after: 1s}}";
    let faults = format!("faults=[{away}, {crash}]");
    let seen = metrics(2, &[forever, &faults, "stop={at: 400s}"]);
    assert_eq!(seen["coverage"], 0.5);
}

/// Two rumors, each by itself: their means are the metrics of the run.
#[test]
fn metrics_of_each_rumor_average_to_those_of_the_run() {
    let names = "t_last_each, t_ave_each, t_ave_demers_each, t_quiet_each, traffic_each, coverage_each, rmr_each";
    let run_names = "t_last, t_ave, t_ave_demers, t_quiet, traffic, coverage";
    let sets = [
        "nodes=200".to_owned(),
        "protocol={gossip: {algorithm: rumor, mode: push, k: 2, clock: rounds, period: 1s}}"
            .to_owned(),
        "workload.0.publish={from: 0s, until: 4s, every: 3s, by: {node: 0}}".to_owned(),
        format!("record.metrics=[{names}, {run_names}]"),
        "stop={when: {metric: active, at_most: 0}}".to_owned(),
    ];
    let mut series = Series::default();
    let experiment = experiment(&sets);
    experiment.run(0, &mut series).expect("it runs");
    for name in run_names.split(", ") {
        let whole = series.0[name][0];
        let each = &series.0[&format!("{name}_each")];
        assert_eq!(each.len(), 2, "{name}");
        assert!(((each[0] + each[1]) / 2.0 - whole).abs() < 1e-9, "{name}: {each:?} {whole}");
    }
    let of = |name: &str| series.0[name].clone();
    for (rmr, (traffic, coverage)) in
        of("rmr_each").iter().zip(of("traffic_each").iter().zip(of("coverage_each")))
    {
        assert!((rmr - (traffic * 200.0 / (coverage * 200.0 - 1.0) - 1.0)).abs() < 1e-9);
    }
}

/// The readings of a run's end, by metric.
#[derive(Default)]
struct Series(BTreeMap<String, Vec<f64>>);

impl Sink for Series {
    fn sample(&mut self, _: Instant, reading: &Reading) -> io::Result<()> {
        let values = self.0.entry(reading.metric.name.to_owned()).or_default();
        values.extend(reading.value);
        Ok(())
    }
    fn snapshot(&mut self, _: Moment, _: &Snapshot) -> io::Result<()> {
        Ok(())
    }
    fn log(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
}

/// Turns begin anywhere in the first period, also where periods vary.
#[test]
fn a_random_phase_is_uniform() {
    for period in ["1s", "{uniform: {min: 900ms, max: 1100ms}}"] {
        let pull = format!(
            "protocol={{gossip: {{algorithm: anti_entropy, mode: pull, period: {period}}}}}"
        );
        let sets = ["nodes=2000", &pull, "workload=[]", "stop={at: 500ms}"];
        let asked = run(&experiment(&sets), 0).0.books.total().sent;
        // 2,000 coins: six standard deviations.
        assert!(
            (866..=1134).contains(&asked),
            "{asked} of 2,000 sites had a turn by half a period of {period}"
        );
    }
}
