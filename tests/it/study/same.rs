//! Same study, same bytes, whoever does which run (S1).

use std::fs;

use corsair::record::Table;

use super::{SMALL, assert_same, bench, sweep};

#[test]
fn threads_and_shares_leave_no_trace() {
    let bench = bench();
    sweep(&bench, "one", &["-j", "1"]).good();
    sweep(&bench, "seven", &["-j", "7"]).good();
    assert_same(&bench, "one", "seven");
    for share in ["2/3", "0/3", "1/3"] {
        let told = sweep(&bench, "shares", &["--shard", share]).good();
        assert_eq!(told.out, "", "a share has no result");
    }
    assert!(bench.path("shares/parts").is_dir());
    bench.call(&["collect", "shares"]).good();
    assert!(!bench.path("shares/parts").exists());
    assert_same(&bench, "one", "shares");
}

#[test]
fn shares_may_overlap_and_live_in_folders_of_their_own() {
    let bench = bench();
    sweep(&bench, "one", &[]).good();
    for (folder, share) in [("a", "0/2"), ("b", "1/3"), ("b", "2/3"), ("c", "1/2")] {
        sweep(&bench, folder, &["--shard", share]).good();
    }
    let short = bench.call(&["collect", "a", "b"]);
    assert_eq!(short.status, Some(3), "{}", short.err);
    bench.call(&["collect", "a", "b", "c"]).good();
    assert_same(&bench, "one", "a");
}

#[test]
fn engines_say_which_share_is_whose() {
    let bench = bench();
    let call = |arguments: &[&str], variables: &[(&str, &str)]| {
        let all = [&["sweep", "small.yaml", "-o", "shares"], arguments].concat();
        let mut command = bench.command(&all);
        command.envs(variables.iter().copied());
        crate::cli::Told::from(command.output().unwrap())
    };
    let slurm = [
        ("SLURM_ARRAY_TASK_ID", "3"),
        ("SLURM_ARRAY_TASK_MIN", "3"),
        ("SLURM_ARRAY_TASK_COUNT", "2"),
        ("SLURM_ARRAY_TASK_STEP", "2"),
    ];
    assert!(call(&["--shard", "auto"], &slurm).good().err.contains("share 0/2"));
    let kubernetes = [("JOB_COMPLETION_INDEX", "1")];
    assert!(call(&["--shard", "auto/2"], &kubernetes).good().err.contains("share 1/2"));
    bench.call(&["collect", "shares"]).good();
    // Without the flag a variable only makes for a remark, and all runs are done.
    let all = ["sweep", "small.yaml", "-o", "all"];
    let mut command = bench.command(&all);
    command.envs(slurm);
    let told = crate::cli::Told::from(command.output().unwrap()).good();
    assert!(told.err.contains("SLURM_ARRAY_TASK_ID is set"), "{}", told.err);
    assert_same(&bench, "all", "shares");
    let told = call(&["--shard", "auto"], &[]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("SLURM_ARRAY_TASK_ID"), "{}", told.err);
}

#[test]
fn a_point_alone_is_what_it_is_in_the_study() {
    let bench = bench();
    bench.write("independent.yaml", SMALL.replace("sweep:\n", "sweep:\n  seeds: independent\n"));
    for file in ["small.yaml", "independent.yaml"] {
        let study = file.trim_end_matches(".yaml");
        bench.call(&["sweep", file, "-o", study]).good();
        let table = Table::open(&bench.path(study).join("runs.csv")).unwrap();
        let column = |name: &str| table.column(name).unwrap();
        let [point, rep, seed, digest] = ["point", "rep", "seed", "digest"].map(column);
        let row = table.rows().find(|row| &row[point] == "3" && &row[rep] == "2").unwrap();
        // The point's own root seed, where it has one, stands in the page of the violation; here it is computed.
        let root = match study {
            "small" => 1,
            _ => corsair::kernel::Seed(1).point(3).0,
        };
        let alone = format!("{study}-alone");
        let run = ["run", file, "--set", "network.loss=0.1", "--set", "nodes=30"];
        let root = root.to_string();
        bench.call(&[&run[..], &["--rep", "2", "-s", &root, "-o", &alone]].concat()).good();
        let alone = Table::open(&bench.path(&alone).join("runs.csv")).unwrap();
        let [alone_seed, alone_digest] = ["seed", "digest"].map(|name| alone.column(name).unwrap());
        let own = alone.rows().next().unwrap();
        assert_eq!((&own[alone_seed], &own[alone_digest]), (&row[seed], &row[digest]), "{study}");
        let seeds: std::collections::BTreeSet<_> =
            table.rows().map(|row| row[seed].to_owned()).collect();
        assert_eq!(seeds.len(), if study == "small" { 5 } else { 20 });
    }
}

#[test]
fn the_tables_of_a_study_agree() {
    let bench = bench();
    sweep(&bench, "one", &[]).good();
    let text = |name: &str| fs::read_to_string(bench.path("one").join(name)).unwrap();
    let points = text("points.csv");
    assert!(points.starts_with("point,network.loss,nodes,runs,violated,"), "{points}");
    assert_eq!(points.lines().count(), 5);
    assert_eq!(points.lines().nth(4).map(|line| line.starts_with("3,0.1,30,5,0,0,")), Some(true));
    let runs = Table::open(&bench.path("one/runs.csv")).unwrap();
    let summary = Table::open(&bench.path("one/summary.csv")).unwrap();
    let pairs = Table::open(&bench.path("one/pairs.csv")).unwrap();
    // Of one metric at one point everything is recomputed from the runs.
    let gini = runs.column("gold_gini_ratio").or(runs.column("gold_gini")).unwrap();
    let point = runs.column("point").unwrap();
    let of = |wanted: &str| -> Vec<f64> {
        let rows = runs.rows().filter(|row| &row[point] == wanted);
        rows.map(|row| row[gini].parse().unwrap()).collect()
    };
    let (base, lossy) = (of("1"), of("3"));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let row = |table: &Table, metric: &str, wanted: &str| -> Vec<String> {
        let (name, point) = (table.column("metric").unwrap(), table.column("point").unwrap());
        let found = table.rows().find(|row| &row[name] == metric && &row[point] == wanted);
        found.unwrap().iter().map(str::to_owned).collect()
    };
    let number = |table: &Table, row: &[String], name: &str| -> f64 {
        row[table.column(name).unwrap()].parse().unwrap()
    };
    let found = row(&summary, "gold_gini", "3");
    assert!((number(&summary, &found, "mean") - mean(&lossy)).abs() < 1e-12);
    let found = row(&pairs, "gold_gini", "3");
    assert_eq!(found[pairs.column("baseline").unwrap()], "1");
    assert_eq!(found[pairs.column("method").unwrap()], "paired");
    let diffs: Vec<f64> = lossy.iter().zip(&base).map(|(a, b)| a - b).collect();
    assert!((number(&pairs, &found, "diff") - mean(&diffs)).abs() < 1e-12);
    assert_eq!(number(&pairs, &found, "n"), 5.0);
}
