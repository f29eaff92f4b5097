//! The command as its users call it: what is printed, what is written, and what a second call makes of it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

/// The project's root.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The names of the built-in experiments.
pub(crate) fn builtins() -> Vec<&'static str> {
    corsair::experiment::BUILTINS.iter().map(|builtin| builtin.name).collect()
}

/// A working folder of one's own to call the command in.
pub(crate) struct Bench(TempDir);

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Told {
    /// The exit status; `None`: a signal.
    pub(crate) status: Option<i32>,
    /// stdout.
    pub(crate) out: String,
    /// stderr.
    pub(crate) err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Told {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Told { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Told {
    /// It went well.
    #[track_caller]
    pub(crate) fn good(self) -> Told {
        assert_eq!(self.status, Some(0), "{}{}", self.out, self.err);
        self
    }

    /// The line of stdout that starts so, without that start.
    #[track_caller]
    pub(crate) fn after(&self, start: &str) -> &str {
        let found = self.out.lines().find_map(|line| line.strip_prefix(start));
        found.unwrap_or_else(|| panic!("no line `{start}..` in\n{}", self.out))
    }
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The command, not yet called.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corsair"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Told {
        self.command(arguments).output().unwrap().into()
    }

    /// A call with something on stdin.
    pub(crate) fn call_with(&self, arguments: &[&str], stdin: &[u8]) -> Told {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// All files below a folder, each with the text in it; empty where there is none.
    pub(crate) fn files(&self, name: &str) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        collect(&self.path(name), &mut files);
        files.sort();
        files
    }

    /// The one folder of results of an experiment, beside which nothing but `latest.txt` stands.
    #[track_caller]
    pub(crate) fn only_result(&self, experiment: &str) -> PathBuf {
        let home = self.path("results").join(experiment);
        let names = fs::read_dir(&home).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let (latest, ids): (Vec<_>, Vec<_>) = names.partition(|name| name == "latest.txt");
        assert_eq!((latest.len(), ids.len()), (1, 1), "{ids:?}");
        let latest = fs::read_to_string(home.join("latest.txt")).unwrap();
        assert_eq!(latest.trim_end(), ids[0]);
        home.join(&ids[0])
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            files.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

#[test]
fn the_demo_tells_what_was_written_and_three_next_commands() {
    let bench = Bench::new();
    let told = bench.call(&[]).good();
    let folder = bench.only_result("pirates");
    assert!(folder.join("graph/final.graphml").exists());
    let id = folder.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(told.after("results/pirates/").starts_with(&format!("{id}/ ")), "{}", told.out);
    let commands = told.out.lines().skip_while(|line| !line.starts_with("next: corsair verify"));
    assert_eq!(commands.filter(|line| line.contains("corsair ")).count(), 3, "{}", told.out);
}

#[test]
fn every_built_in_experiment_is_valid_and_runs() {
    let bench = Bench::new();
    for name in builtins() {
        let file = format!("{ROOT}/configs/{name}.yaml");
        let (embedded, on_disk) =
            (bench.call(&["validate", name]), bench.call(&["validate", &file]));
        let (embedded, on_disk) = (embedded.good(), on_disk.good());
        assert_eq!(embedded.after(&format!("{name}: ")), on_disk.after(&format!("{file}: ")));
        assert!(!embedded.err.contains("warning"), "{}", embedded.err);
        let size = if name == "pirates-scale" { "nodes=1000" } else { "seed=1" };
        let mut run = vec!["run", name, "--set", size, "-r", "1"];
        if fs::read_to_string(&file).unwrap().contains("replications: ") {
            // What is asserted of a mean over many runs may not hold of one.
            run.extend(["--set", "assert={}"]);
        }
        let told = bench.call(&run).good();
        bench.call(&["verify", bench.only_result(name).to_str().unwrap()]).good();
        assert!(told.out.contains(" events, "), "{}", told.out);
    }
}

#[test]
fn every_built_in_study_runs() {
    let bench = Bench::new();
    for name in builtins() {
        let text = corsair::experiment::builtin(name).unwrap().text;
        if !text.contains("sweep:") {
            continue;
        }
        let set = ["--set", "replications=1", "--set", "assert={}", "-o", name];
        let told = bench.call(&[&["sweep", name][..], &set].concat()).good();
        assert!(!told.err.contains("warning"), "{name}: {}", told.err);
        // Each published figure stands beside ours, in a row of its own.
        let figures = text.lines().filter(|line| line.contains("source: \"")).count();
        let sources = told.out.lines().filter(|line| {
            let from = ["cnsim, ", "Demers et al. 1987", "Jelasity et al. 2005", "exact: "];
            from.iter().any(|source| line.contains(source))
        });
        assert_eq!(sources.count(), figures, "{name}: {}", told.out);
        bench.call(&["verify", name]).good();
    }
}

#[test]
fn results_that_are_there_are_told_again_and_not_made_again() {
    let bench = Bench::new();
    let run = ["run", "pirates", "-r", "3", "--set", "nodes=40", "--assert", "gold_gini<=0.1"];
    let first = bench.call(&run);
    assert_eq!(first.status, Some(1), "{}", first.err);
    assert!(first.err.contains("gold_gini was asserted to be at most 0.1000: its interval is ["));
    let folder = bench.only_result("pirates");
    let provenance = fs::read(folder.join("provenance.json")).unwrap();
    fs::remove_file(folder.with_file_name("latest.txt")).unwrap();

    let second = bench.call(&run);
    let table = |told: &Told| told.out.split(" events").next().unwrap().to_owned();
    assert_eq!((second.status, &second.err), (Some(1), &first.err));
    assert_eq!(table(&second), table(&first));
    let digest = |told: &Told| told.out.split("digest ").nth(1).unwrap()[..32].to_owned();
    assert_eq!(digest(&second), digest(&first));
    assert!(second.out.contains("nothing was run; --force runs again"), "{}", second.out);
    assert_eq!(fs::read(folder.join("provenance.json")).unwrap(), provenance);
    assert_eq!(bench.only_result("pirates"), folder);

    let forced = bench.call(&[&run[..], &["--force"]].concat());
    assert!(forced.out.contains("(the same bytes as before)"), "{}", forced.out);
    let series = folder.join("series.csv");
    fs::write(&series, "run\n").unwrap();
    let mended = bench.call(&run);
    assert!(!mended.out.contains("nothing was run"), "damaged results are none");
    bench.call(&["verify", folder.to_str().unwrap()]).good();
}

#[test]
fn the_last_sample_is_taken_once_and_none_before_the_warm_up() {
    let bench = Bench::new();
    let run = |record: &str, folder: &str| {
        let record = format!("record={{metrics: [edges, degree_in], every: 1s, {record}}}");
        let sets = ["--set", "nodes=9", "--set", "stop.at=2s", "--set", &record, "-o", folder];
        bench.call(&[&["run", "pirates", "-q"], &sets[..]].concat()).good();
        fs::read_to_string(bench.path(folder).join("series.csv")).unwrap()
    };
    for graph in ["", "graph: {every: 1s}", "graph: {every: 2s}", "graph: {every: 1500us}"] {
        let series = run(graph, &format!("of {graph}"));
        let moments = series.lines().map(|line| line.rsplit_once(',').unwrap().0);
        let mut once: Vec<_> = moments.collect();
        once.sort_unstable();
        assert!(once.windows(2).all(|pair| pair[0] != pair[1]), "{graph}: {series}");
        assert!(series.contains("\n0,2000,degree_in,nodes,degree,0,"), "{graph}: {series}");
    }
    assert_eq!(run("warmup: 2001ms", "late").lines().count(), 1);
    assert!(!run("warmup: 2s", "end").contains("\n0,1000,"));
}

#[test]
fn forms_of_output_say_the_same() {
    let bench = Bench::new();
    let run = ["run", "pirates", "-r", "2", "--set", "nodes=30", "-o", "a", "--format"];
    let json = bench.call(&[&run[..], &["json"]].concat()).good();
    let object: Json = serde_json::from_str(&json.out).unwrap();
    assert_eq!((object["runs"].as_u64(), object["dir"].as_str()), (Some(2), Some("a")));
    let csv = bench.call(&[&run[..], &["csv"]].concat()).good();
    assert_eq!(csv.out, fs::read_to_string(bench.path("a/summary.csv")).unwrap());
    assert!(csv.err.contains("a/ ") && csv.err.contains("nothing was run"), "{}", csv.err);
    let row = csv.out.lines().find(|line| line.starts_with("0,edges,")).unwrap();
    let edges = object["metrics"].as_array().unwrap().iter().find(|m| m["metric"] == "edges");
    let mean: f64 = row.split(',').nth(4).unwrap().parse().unwrap();
    assert_eq!(edges.unwrap()["mean"].as_f64(), Some(mean));
}

#[test]
fn a_folder_of_results_is_given_whole_and_kept_from_other_results() {
    let bench = Bench::new();
    let run = |seed: &str, more: &[&str]| {
        let run = ["run", "pirates", "--set", "nodes=20", "-s", seed, "-o", "deep/er/out"];
        bench.call(&[&run[..], more].concat())
    };
    run("1", &[]).good();
    assert!(!bench.path("results").exists());
    let before = bench.files("deep");
    let refused = run("2", &[]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.err.contains("holds other results (pirates "), "{}", refused.err);
    assert_eq!(bench.files("deep"), before);
    run("2", &["--force"]).good();
    assert_ne!(bench.files("deep"), before);
}

#[test]
fn one_replication_is_run_alone() {
    let bench = Bench::new();
    bench.call(&["run", "pirates", "--set", "nodes=20", "-r", "4", "-o", "all"]).good();
    for rep in ["3", "999999"] {
        bench.call(&["run", "pirates", "--set", "nodes=20", "--rep", rep, "-o", rep]).good();
        let runs = fs::read_to_string(bench.path(rep).join("runs.csv")).unwrap();
        let row = runs.lines().nth(1).unwrap();
        assert!(row.starts_with(&format!("0,0,{rep},")) && runs.lines().count() == 2, "{runs}");
    }
    let digest = |folder: &str, row: usize| {
        let runs = fs::read_to_string(bench.path(folder).join("runs.csv")).unwrap();
        runs.lines().nth(row).unwrap().rsplit(',').next().unwrap().to_owned()
    };
    assert_eq!(digest("3", 1), digest("all", 4));
    assert_eq!(bench.call(&["run", "pirates", "--rep", "1000000"]).status, Some(2));
}

#[test]
fn a_resolved_experiment_runs_again() {
    let bench = Bench::new();
    let sets = ["--set", "network.loss=0.25", "--set", "nodes=20", "-s", "9", "-r", "2"];
    bench.call(&[&["run", "pirates", "-o", "a"], &sets[..]].concat()).good();
    bench.call(&["run", "a/resolved.json", "-o", "b"]).good();
    // The file as it was given goes with it.
    let told = bench.call(&["verify", "a", "b"]).good();
    assert_eq!(told.out, "a = b\n");
    let again = bench.call(&["run", "a/resolved.json"]).good();
    assert!(again.out.contains("2 replications, seed 9"), "{}", again.out);
    let id = bench.only_result("pirates").file_name().unwrap().to_owned();
    assert!(
        fs::read_to_string(bench.path("a/manifest.json")).unwrap().contains(id.to_str().unwrap())
    );
}

#[test]
fn stdin_is_an_experiment() {
    let bench = Bench::new();
    let text = fs::read(format!("{ROOT}/configs/spigo.yaml")).unwrap();
    let told = bench.call_with(&["run", "-", "--set", "nodes=10"], &text).good();
    assert!(told.out.starts_with("spigo   10 nodes, 1 run, seed 1\n"), "{}", told.out);
    let refused = bench.call_with(&["validate", "-"], b"schema: 1\nname: \xff\n");
    assert_eq!(refused.status, Some(2));
    assert!(refused.err.contains("--> stdin:2:7"), "{}", refused.err);
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = Bench::new();
    let told = bench.call(&["run", "pirates", "-n"]).good();
    assert!(told.out.contains(" would go to results/pirates/"), "{}", told.out);
    assert_eq!(bench.files("."), []);
}

#[test]
fn a_trace_is_written_where_it_is_wanted() {
    let bench = Bench::new();
    let run = ["run", "pirates", "--set", "nodes=10", "--trace", "messages"];
    assert!(bench.call(&run).good().out.contains(" trace.jsonl"));
    let trace = fs::read_to_string(bench.only_result("pirates").join("trace.jsonl")).unwrap();
    let lines: Vec<Json> = trace.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 100);
}

#[test]
fn lists_hold_what_experiments_may_name() {
    let bench = Bench::new();
    let short = bench.call(&["list"]).good().out;
    for word in ["pirates-rumour", "gold_gini", "gold_conserved", "partition", "random_regular"] {
        assert!(short.lines().any(|line| line.trim_start().starts_with(word)), "{word}: {short}");
    }
    let metrics = bench.call(&["list", "metrics", "--format", "csv"]).good().out;
    assert!(metrics.starts_with("name,protocol,unit,scope,meaning\n"));
    assert!(metrics.contains("\nevents,all,count,run,"), "{metrics}");
    let all: Json =
        serde_json::from_str(&bench.call(&["list", "--format", "json"]).good().out).unwrap();
    assert_eq!(all["examples"].as_array().unwrap().len(), builtins().len());
    assert_eq!(all["invariants"][0]["protocol"], "pirates");
    assert_eq!(bench.call(&["list", "nonsense"]).status, Some(2));
}

#[test]
fn the_bench_measures_what_it_says() {
    let bench = Bench::new();
    let told = bench.call(&["bench", "spigo", "--nodes", "1e3", "--format", "json"]).good();
    let measured: Json = serde_json::from_str(&told.out).unwrap();
    // Seven messages a pirate, and two timers for each of the controller's turns.
    assert_eq!((&measured["name"], &measured["nodes"]), (&Json::from("spigo"), &Json::from(1000)));
    assert_eq!(measured["events"], 9 * 1000);
    let told = bench.call(&["bench", "spigo-log", "--nodes", "1e3", "--format", "csv"]).good();
    assert!(told.out.starts_with("name,nodes,events,cpu_s,"), "{}", told.out);
}

#[test]
fn help_is_there_for_every_command() {
    let bench = Bench::new();
    let commands = [
        "run", "sweep", "status", "collect", "compare", "validate", "list", "verify", "report",
        "plot", "topology", "bench",
    ];
    for command in commands {
        let told = bench.call(&[command, "--help"]).good();
        assert!(told.out.contains("Examples:\n  corsair "), "{}", told.out);
        assert!(told.out.lines().all(|line| line.chars().count() <= 100), "{}", told.out);
    }
}
