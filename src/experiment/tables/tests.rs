//! Tables of planted records: what they say, and that they read back as they were.

use std::fs;
use std::path::Path;

use super::super::builtin::builtin;
use super::super::decode::{Given, read_experiment};
use super::super::statistics::{Difference, Samples};
use super::*;
use crate::check::Violation;
use crate::kernel::{Instant, NodeId, Seed};
use crate::record::{Counts, LocalDisk, Manifest, MessageCounts, Status, StopReason, Table};
use proptest::prelude::*;
use tempfile::TempDir;

pub(in crate::experiment) fn pirates(sets: &[&str]) -> Experiment {
    let given = Given::new("pirates", builtin("pirates").unwrap().text.as_bytes(), None);
    let sets: Vec<_> = sets.iter().map(|set| (*set).to_owned()).collect();
    let (experiment, report) = read_experiment(&given.unwrap(), &sets);
    experiment.unwrap_or_else(|| panic!("{}", report.render(crate::settings::Paint::Plain)))
}

/// Two metrics with columns of their own around one that every row has.
pub(in crate::experiment) fn few_metrics() -> Experiment {
    pirates(&["record.metrics=[edges, messages_sent, gold_gini]", "assert={}", "nodes=5"])
}

pub(in crate::experiment) fn record(point: u32, rep: u32, values: [Option<f64>; 2]) -> RunRecord {
    let sent = u64::from(100 + rep);
    let [edges, gini] = values;
    RunRecord {
        point,
        rep,
        seed: Seed(0xABC).replication(rep),
        status: Status::Ok,
        stop_reason: StopReason::At,
        end: Instant::from_nanos(1_000_001),
        events: 7,
        messages: MessageCounts { sent, delivered: sent, ..MessageCounts::default() },
        metrics: vec![edges, Some(sent as f64), gini],
        digest: u128::MAX - u128::from(rep),
        violation: None,
    }
}

fn violated(record: RunRecord) -> RunRecord {
    let violation = Violation {
        invariant: "gold_conserved",
        at: Instant::from_nanos(9),
        node: Some(NodeId(3)),
        detail: "two, \"coins\"\nare gone".to_owned(),
    };
    let (status, stop_reason) = (Status::Violated, StopReason::Violation);
    RunRecord { status, stop_reason, violation: Some(violation), ..record }
}

pub(in crate::experiment) struct Study<'a> {
    pub(in crate::experiment) experiment: &'a Experiment,
    pub(in crate::experiment) factors: &'a [String],
    pub(in crate::experiment) points: &'a [Vec<String>],
    pub(in crate::experiment) baseline: Option<u32>,
}

impl Study<'_> {
    pub(in crate::experiment) fn write(
        &self,
        records: &[RunRecord],
    ) -> (TempDir, Vec<PointSummary>) {
        let of = |_| self.baseline;
        let baselines: Vec<_> = (0..self.points.len()).map(of).collect();
        let request = TableRequest {
            experiment: self.experiment,
            kind: if self.factors.is_empty() { ResultKind::Run } else { ResultKind::Study },
            factors: self.factors,
            points: self.points,
            baselines: if self.baseline.is_some() { &baselines } else { &[] },
            level: Level::USUAL,
            experiment_at: &|_| self.experiment,
        };
        let home = tempfile::tempdir().unwrap();
        let mut draft = Draft::begin(&LocalDisk, &home.path().join("x/y")).unwrap();
        let summaries = write_tables(&request, records, &mut draft).unwrap();
        let manifest = Manifest {
            schema: 1,
            name: "n".into(),
            id: "0123456789ab".into(),
            kind: request.kind,
            study: None,
            seed: 1,
            engine: 1,
            counts: Counts::default(),
            files: Vec::new(),
        };
        draft.publish(manifest).unwrap();
        (home, summaries)
    }
}

fn text(home: &TempDir, file: &str) -> String {
    fs::read_to_string(folder(home).join(file)).unwrap()
}

pub(in crate::experiment) fn folder(home: &TempDir) -> std::path::PathBuf {
    home.path().join("x/y")
}

/// The cells of a table's rows under some of its columns.
fn cells(home: &TempDir, file: &str, columns: &[&str]) -> Vec<String> {
    let table = Table::open(&folder(home).join(file)).unwrap();
    let places: Vec<_> = columns.iter().map(|name| table.column(name).unwrap()).collect();
    let row = |row: &csv::StringRecord| {
        places.iter().map(|place| row[*place].to_owned()).collect::<Vec<_>>().join(" ")
    };
    table.rows().map(row).collect()
}

pub(in crate::experiment) fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_plain_run_has_no_tables_of_points() {
    let experiment = few_metrics();
    let plain = Study { experiment: &experiment, factors: &[], points: &[vec![]], baseline: None };
    let records = [violated(record(0, 7, [Some(2.5), None])), record(0, 9, [Some(1e300), None])];
    let (home, summaries) = plain.write(&records);
    let header = "run,point,rep,seed,status,stop_reason,end_ms,events,messages_sent,\
        messages_duplicated,messages_delivered,messages_lost,messages_in_flight,\
        messages_to_nobody,edges_count,gold_gini_ratio,digest\n";
    let runs = text(&home, "runs.csv");
    assert!(runs.starts_with(header), "{runs}");
    assert!(runs.contains(",violated,violation,1.000001,7,107,0,107,0,0,0,2.5,,ffff"), "{runs}");
    assert_eq!(read_records(&experiment, &folder(&home)).unwrap(), records);
    for absent in ["points.csv", "pairs.csv"] {
        assert!(!folder(&home).join(absent).exists());
    }
    assert_eq!(summaries.len(), 1);
    let told: serde_json::Value =
        serde_json::from_str(&text(&home, "violations/gold_conserved-0.json")).unwrap();
    assert_eq!((&told["run"], &told["rep"]), (&0.into(), &7.into()));
    assert!(told["point"].is_null());
    assert_eq!(told["experiment"], experiment.canonical);
}

#[test]
fn a_study_has_a_row_for_each_point_and_each_pair() {
    let experiment = few_metrics();
    let factors = keys(&["seed", "network.loss"]);
    let points = [keys(&["1", "0"]), keys(&["2", "5%, \"at\" most"]), keys(&["3", ""])];
    let study =
        Study { experiment: &experiment, factors: &factors, points: &points, baseline: Some(1) };
    let records = [
        record(0, 0, [Some(1.0), Some(0.1)]),
        record(0, 2, [Some(2.0), None]),
        violated(record(1, 0, [Some(4.0), None])),
        record(1, 1, [Some(100.0), None]),
        record(1, 2, [Some(6.0), None]),
    ];
    let (home, summaries) = study.write(&records);
    assert_eq!(read_records(&experiment, &folder(&home)).unwrap(), records);
    assert_eq!(summaries, summarise(&experiment, &records, Level::USUAL));
    let rows = cells(&home, "runs.csv", &["run", "point", "rep", "seed_2", "network.loss"]);
    assert_eq!(rows[1..3], ["1 0 2 1 0", "2 1 0 2 5%, \"at\" most"]);

    let reached = cells(&home, "summary.csv", &["point", "metric", "unit", "n", "mean", "method"]);
    let expected = [
        "0 edges count 2 1.5 t",
        "0 messages_sent count 2 101 t",
        "0 gold_gini ratio 1 0.1 none",
        "0 gold_gini_reached  2 0.5 wilson",
        "1 edges count 3 36.666666666666664 t",
        "1 messages_sent count 3 101 t",
        "1 gold_gini ratio 0  none",
        "1 gold_gini_reached  3 0 wilson",
    ];
    assert_eq!(reached, expected);

    let shares = cells(&home, "points.csv", &["point", "seed", "runs", "violated"]);
    assert_eq!(shares, ["0 1 2 0", "1 2 3 0.3333333333333333", "2 3 0 "]);
    let pairs = ["point", "baseline", "metric", "n", "diff", "ratio", "method"];
    // Replications 0 and 2 are in both: 1 - 4 and 2 - 6, and the mean of 1 and 2 over that of 4 and 6.
    let expected = ["0 1 edges 2 -3.5 0.3 paired", "0 1 messages_sent 2 0 1 paired"];
    assert_eq!(cells(&home, "pairs.csv", &pairs)[..2], expected);
    assert_eq!(cells(&home, "pairs.csv", &pairs)[2..], ["0 1 gold_gini 0   paired"]);
    let told: serde_json::Value =
        serde_json::from_str(&text(&home, "violations/gold_conserved-2.json")).unwrap();
    assert_eq!(
        (&told["point"], &told["factors"]["network.loss"]),
        (&1.into(), &points[1][1].as_str().into())
    );
}

#[test]
fn runs_that_share_no_seed_are_two_samples() {
    let experiment = few_metrics();
    let (factors, points) = (keys(&["nodes"]), [keys(&["5"]), keys(&["6"])]);
    let study =
        Study { experiment: &experiment, factors: &factors, points: &points, baseline: Some(0) };
    let mut records: Vec<_> = (0..2)
        .flat_map(|point| (0..3).map(move |rep| (point, rep)))
        .map(|(point, rep)| record(point, rep, [Some(f64::from(10 * point + rep * rep)), None]))
        .collect();
    records[4].seed = Seed(7);
    let (home, _) = study.write(&records);
    let columns = ["metric", "n", "diff", "method"];
    assert_eq!(cells(&home, "pairs.csv", &columns)[0], "edges 3 10 welch");
    let known = Samples { sample: &[10.0, 11.0, 14.0], baseline: &[0.0, 1.0, 4.0] };
    let low = Difference::welch(known, Level::USUAL).unwrap().ci.unwrap().low;
    assert_eq!(cells(&home, "pairs.csv", &["diff_low"])[0], low.to_string());
    records[4].seed = Seed(0xABC).replication(1);
    let (home, _) = study.write(&records);
    assert_eq!(cells(&home, "pairs.csv", &columns)[0], "edges 3 10 paired");
    assert_eq!(cells(&home, "pairs.csv", &["diff_low", "diff_high"])[0], "10 10");
}

#[test]
fn the_package_describes_all_tables_of_a_study() {
    let experiment = few_metrics();
    let (factors, points) = (keys(&["nodes"]), [keys(&["5"]), keys(&["6"])]);
    let mut study =
        Study { experiment: &experiment, factors: &factors, points: &points, baseline: Some(0) };
    let records = [record(0, 0, [None; 2]), record(1, 0, [Some(1.0); 2])];
    let paths = |home: &TempDir| -> Vec<String> {
        let package: serde_json::Value =
            serde_json::from_str(&text(home, "datapackage.json")).unwrap();
        let resources = package["resources"].as_array().unwrap().iter();
        for resource in resources.clone().filter(|r| r["path"] != "series.csv") {
            let fields = resource["schema"]["fields"].as_array().unwrap().iter();
            let names: Vec<_> = fields.map(|field| field["name"].as_str().unwrap()).collect();
            let path = folder(home).join(resource["path"].as_str().unwrap());
            assert_eq!(Table::open(&path).unwrap().header(), names);
        }
        resources.map(|resource| resource["path"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["runs.csv", "series.csv", "summary.csv", "points.csv", "pairs.csv"];
    assert_eq!(paths(&study.write(&records).0), all);
    study.baseline = None;
    assert_eq!(paths(&study.write(&records).0), all[..4]);
}

#[test]
fn what_no_run_has_written_is_refused() {
    let experiment = few_metrics();
    let plain = Study { experiment: &experiment, factors: &[], points: &[vec![]], baseline: None };
    let records = [violated(record(0, 0, [Some(2.5), None])), record(0, 1, [None, Some(0.5)])];
    let (home, _) = plain.write(&records);
    let (path, runs) = (folder(&home).join("runs.csv"), text(&home, "runs.csv"));
    let refused = |experiment: &Experiment, from: &Path| {
        read_records(experiment, from).unwrap_err().to_string()
    };
    let spoiled = [
        (",ok,", ",fine,"),
        (",at,", ",bored,"),
        (",1.000001,", ",soon,"),
        (",101,0,", ",-1,0,"),
        (",0.5,", ",much,"),
        (",0.5,", ",NaN,"),
        (",ok,", ",violated,"),
        ("\n1,0,1,", "\n1,x,1,"),
    ];
    for (from, to) in spoiled {
        assert!(runs.contains(from), "{from}");
        fs::write(&path, runs.replacen(from, to, 2)).unwrap();
        let error = refused(&experiment, &folder(&home));
        assert!(error.contains(" is not as corsair writes it"), "{from} {to}: {error}");
    }
    fs::write(&path, runs.replace("edges_count", "borders_count")).unwrap();
    let error = refused(&experiment, &folder(&home));
    assert!(
        error.ends_with("it lacks the column edges_count of this experiment's runs"),
        "{error}"
    );
    let others = pirates(&["record.metrics=[edges]", "assert={}"]);
    fs::write(&path, &runs).unwrap();
    assert!(refused(&others, &folder(&home)).contains("it lacks the column "));
    fs::write(&path, runs.lines().next().unwrap()).unwrap();
    assert!(refused(&experiment, &folder(&home)).contains("run 0 is not violated"));
    fs::write(&path, &runs).unwrap();
    let violation = folder(&home).join("violations/gold_conserved-0.json");
    let told = fs::read_to_string(&violation).unwrap();
    fs::write(&violation, told.replace("gold_conserved", "gold_is_heavy")).unwrap();
    assert!(
        refused(&experiment, &folder(&home)).ends_with("there is no invariant `gold_is_heavy`")
    );
    fs::remove_file(&violation).unwrap();
    assert!(refused(&experiment, &folder(&home)).contains("line 2 is not as corsair writes it"));
}

fn any_number() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

prop_compose! {
    fn any_record()(
        counts in prop::array::uniform7(any::<u64>()),
        seed in any::<u64>(),
        digest in any::<u128>(),
        end in 0..=1u64 << 61,
        values in prop::array::uniform2(prop::option::of(any_number())),
        is_violated in any::<bool>(),
    ) -> RunRecord {
        let [sent, duplicated, delivered, lost, in_flight, to_nobody, events] = counts;
        let messages =
            MessageCounts { sent, duplicated, delivered, lost, in_flight, to_nobody };
        let (seed, end) = (Seed(seed), Instant::from_nanos(end));
        let metrics = vec![values[0], Some(sent as f64), values[1]];
        let some = record(0, 0, [None; 2]);
        let record = RunRecord { seed, end, events, messages, metrics, digest, ..some };
        if is_violated { violated(record) } else { record }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_records_read_back(mut records in prop::collection::vec(any_record(), 1..20)) {
        let experiment = few_metrics();
        for (rep, record) in (0..).zip(&mut records) {
            (record.point, record.rep) = (rep / 4, rep % 4);
        }
        let factors = keys(&["network.loss"]);
        let points: Vec<_> = (0..5).map(|point| vec![format!("0.{point}")]).collect();
        let study =
            Study { experiment: &experiment, factors: &factors, points: &points, baseline: Some(0) };
        let (home, _) = study.write(&records);
        prop_assert_eq!(read_records(&experiment, &folder(&home)).unwrap(), records);
    }
}
