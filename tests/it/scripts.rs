//! The scripts that run a study on many machines: their texts, what they make of odd words, and what the shell ones do
//! with shards that end in each way, by programs that stand in for Slurm's and for corsair.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use corsair::experiment::{
    OnFailure, ScriptFolder, ScriptKind, ScriptMemory, ScriptPlan, Shards, script,
};
use corsair::kernel::Span;
use corsair::record::Measured;
use serde_json::{Value as Json, json};

const KINDS: [(ScriptKind, &str); 4] = [
    (ScriptKind::Slurm, "slurm.sh"),
    (ScriptKind::Kubernetes, "kubernetes.yaml"),
    (ScriptKind::Parallel, "parallel.sh"),
    (ScriptKind::Snakemake, "snakefile"),
];

/// Words that a shell, YAML, Python, Kubernetes, GNU parallel or Snakemake could take for something else.
const ODD_WORDS: [&str; 8] = [
    "it's a \"study\".yaml",
    "--set",
    "x={a: {1}, b: {}}",
    "$HOME $(id) $$ `id`",
    "back\\slash\ttab",
    "two\nlines # no comment",
    "{= 1 =} {wildcards.shard} %j",
    "",
];

const ODD_FOLDER: &str = "re sults/it's {here}\n$(id)";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn plain() -> ScriptPlan {
    let measured =
        Measured { peak_bytes: 150 << 20, jobs: 1, folder: "results/gossip/0a1b2c3d4e5f".into() };
    ScriptPlan {
        sweep: words(&[
            "corsair",
            "sweep",
            "configs/gossip.yaml",
            "--set",
            "nodes=1000",
            "-r",
            "20",
        ]),
        name: "gossip".into(),
        id: "3f2a91c0b7de".into(),
        folder: ScriptFolder::Home("results/gossip/3f2a91c0b7de".into()),
        working_folder: "/home/ada/gossip".into(),
        shards: Shards::new(64).unwrap(),
        runs: 360,
        jobs: NonZeroU32::MIN,
        memory: ScriptMemory::Measured(measured),
        time_budget: None,
        on_failure: OnFailure::Stop,
    }
}

fn odd() -> ScriptPlan {
    ScriptPlan {
        sweep: [words(&["/opt/my tools/corsair", "sweep"]), words(&ODD_WORDS)].concat(),
        name: "Odd_name.2".into(),
        id: "012345678901".into(),
        folder: ScriptFolder::Named(ODD_FOLDER.into()),
        working_folder: "/home/o'brien/my \"study\"".into(),
        shards: Shards::new(100_000).unwrap(),
        runs: 1,
        jobs: NonZeroU32::new(4).unwrap(),
        memory: ScriptMemory::Unmeasured,
        time_budget: Some(Span::from_secs(2 * 3600 + 1)),
        on_failure: OnFailure::KeepGoing,
    }
}

/// `BLESS=1 cargo test` rewrites the texts.
#[test]
fn scripts_are_as_they_were() {
    let blesses = std::env::var("BLESS").is_ok_and(|value| value == "1");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/scripts");
    for (plan, stem) in [(plain(), "plain"), (odd(), "odd")] {
        for (kind, name) in KINDS {
            let path = folder.join(format!("{stem}.{name}"));
            let text = script(kind, &plan);
            if blesses {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &text).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            let how = "if this is as it should be, `BLESS=1 cargo test` rewrites it";
            assert!(text == expected, "{} differs: {how}\n{text}", path.display());
        }
    }
}

#[test]
fn a_study_is_cut_into_one_to_a_hundred_thousand_shards() {
    assert_eq!([0, 100_001].map(Shards::new), [None, None]);
    for (count, array, is_noted) in [
        (1, "0-0", false),
        (1001, "0-1000", false),
        (1002, "0-1001", true),
        (100_000, "0-99999", true),
    ] {
        let plan = ScriptPlan { shards: Shards::new(count).unwrap(), ..plain() };
        let text = script(ScriptKind::Slurm, &plan);
        assert!(text.contains(&format!("\n#SBATCH --array={array}\n")), "{text}");
        assert!(text.contains(&format!("--shard \"$SLURM_ARRAY_TASK_ID/{count}\" ")), "{text}");
        assert_eq!(text.contains("MaxArraySize"), is_noted, "{text}");
    }
    let one = ScriptPlan { shards: Shards::new(1).unwrap(), runs: 1, ..plain() };
    assert!(script(ScriptKind::Parallel, &one).contains("3f2a91c0b7de: 1 run in 1 shard,"));
}

/// A folder with an odd name in which programs stand in for others and note how they were called.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Stage {
        let stage = Stage(tempfile::Builder::new().prefix("it's a \"stage\" ").tempdir().unwrap());
        fs::create_dir(stage.path("bin")).unwrap();
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A program that notes its words in `NAME.calls`, then does `body`.
    fn program(&self, name: &str, body: &str) {
        let note = r#"{ for word in "$@"; do printf '%s\036' "$word"; done; printf '\035'; } >> "$0.calls""#;
        fs::write(self.path("draft"), format!("#!/bin/bash\n{note}\n{body}\n")).unwrap();
        // Another process writes it: a file that a thread of ours has open for writing cannot be run while another
        // thread starts a process.
        let mut install = Command::new("install");
        install.arg("-m755").arg(self.path("draft")).arg(self.path("bin").join(name));
        assert!(install.status().unwrap().success());
    }

    /// How a program was called, by now.
    fn calls(&self, name: &str) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.path("bin").join(format!("{name}.calls")));
        let text = text.unwrap_or_default();
        let call = |call: &str| call.split_terminator('\u{1e}').map(str::to_owned).collect();
        text.split_terminator('\u{1d}').map(call).collect()
    }

    /// The odd study, here.
    fn plan(&self) -> ScriptPlan {
        let corsair = self.path("bin/corsair").to_str().unwrap().to_owned();
        let working_folder = self.0.path().to_str().unwrap().to_owned();
        let sweep = [vec![corsair, "sweep".to_owned()], words(&ODD_WORDS)].concat();
        ScriptPlan { sweep, working_folder, ..odd() }
    }

    fn bash(&self, text: &str, options: &[&str], environment: &[(&str, &str)]) -> Output {
        let file = self.path("the script");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("bash");
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        command.arg(file).args(options).current_dir("/").env("PATH", path);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SLURM_")) {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied()).output().unwrap()
    }
}

/// What a shard of the odd study is called with.
fn expected_call(folder: &str, shard: &str, jobs: &str) -> Vec<String> {
    let added = words(&["-o", folder, "--shard", shard, "-j", jobs]);
    [words(&["sweep"]), words(&ODD_WORDS), added].concat()
}

const TASK: [(&str, &str); 3] =
    [("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_JOB_ID", "12"), ("SLURM_CPUS_PER_TASK", "3")];

#[test]
fn shell_scripts_parse() {
    let stage = Stage::new();
    for (kind, _) in KINDS.iter().filter(|(_, name)| name.ends_with(".sh")) {
        for plan in [plain(), odd()] {
            fs::write(stage.path("text"), script(*kind, &plan)).unwrap();
            let output = Command::new("bash").arg("-n").arg(stage.path("text")).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        }
    }
}

#[test]
fn a_slurm_task_runs_its_shard() {
    let running = "RUNNING";
    for (status, state, is_queued_again) in [
        (0, running, false),
        (1, running, false),
        (2, running, false),
        (75, running, true),
        (75, "COMPLETING", false),
    ] {
        let stage = Stage::new();
        stage.program("squeue", &format!("echo {state}"));
        stage.program("corsair", &format!("exit {status}"));
        stage.program("scontrol", "");
        let plan = stage.plan();
        let done = stage.bash(&script(ScriptKind::Slurm, &plan), &[], &TASK);
        assert_eq!(done.status.code(), Some(status), "{done:?}");
        assert_eq!(stage.calls("corsair"), [expected_call(ODD_FOLDER, "7/100000", "3")]);
        let queued = if is_queued_again { vec![words(&["requeue", "12_7"])] } else { vec![] };
        assert_eq!(stage.calls("scontrol"), queued, "{status} {state}");
    }
}

#[test]
fn a_slurm_task_is_not_queued_again_for_ever() {
    let stage = Stage::new();
    stage.program("corsair", "exit 75");
    stage.program("scontrol", "");
    stage.program("squeue", "echo RUNNING");
    let text = script(ScriptKind::Slurm, &stage.plan());
    for (restarts, requeues) in [("49", 1), ("50", 1)] {
        let environment = [&TASK[..], &[("SLURM_RESTART_COUNT", restarts)]].concat();
        assert_eq!(stage.bash(&text, &[], &environment).status.code(), Some(75));
        assert_eq!(stage.calls("scontrol").len(), requeues, "{restarts}");
    }
}

#[test]
fn a_slurm_task_hands_term_on_and_waits() {
    let stage = Stage::new();
    // Twice TERM to the script, and the shard ends in its own time.
    stage.program(
        "corsair",
        "trap 'echo term >> \"$0.terms\"' TERM\n\
         kill -TERM $PPID; sleep 0.2; kill -TERM $PPID; sleep 0.2; exit 75",
    );
    stage.program("scontrol", "");
    stage.program("squeue", "echo RUNNING");
    let done = stage.bash(&script(ScriptKind::Slurm, &stage.plan()), &[], &TASK);
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert_eq!(fs::read_to_string(stage.path("bin/corsair.terms")).unwrap(), "term\nterm\n");
    assert_eq!(stage.calls("scontrol"), [words(&["requeue", "12_7"])]);
}

#[test]
fn a_slurm_script_submits_itself_and_what_collects() {
    let stage = Stage::new();
    stage.program("sbatch", "echo '31;cluster'");
    stage.program("corsair", "");
    let plan = stage.plan();
    let done = stage.bash(&script(ScriptKind::Slurm, &plan), &["-p", "a b"], &[]);
    assert!(done.status.success(), "{done:?}");
    let calls = stage.calls("sbatch");
    let here = stage.0.path().to_str().unwrap();
    let logs = format!("{here}/Odd_name.2-012345678901-logs");
    let array = [
        "--parsable",
        &format!("--output={logs}/%a.log"),
        "-p",
        "a b",
        &format!("{here}/the script"),
    ];
    assert_eq!(calls[0], words(&array));
    assert!(Path::new(&logs).is_dir());
    assert!(calls[1].contains(&"--dependency=afterany:31".to_owned()), "{calls:?}");
    let [.., wrap, line] = &calls[1][..] else { panic!("{calls:?}") };
    assert_eq!(wrap, "--wrap");
    assert!(Command::new("sh").args(["-c", line]).status().unwrap().success());
    assert_eq!(stage.calls("corsair"), [words(&["collect", ODD_FOLDER])]);

    stage.program("sbatch", "echo no >&2; exit 1");
    let done = stage.bash(&script(ScriptKind::Slurm, &plan), &[], &[]);
    assert_eq!((done.status.code(), stage.calls("sbatch").len()), (Some(1), 3), "{done:?}");
}

/// All documents of a manifest.
fn manifest(plan: &ScriptPlan) -> Vec<Json> {
    let text = script(ScriptKind::Kubernetes, plan);
    text.split("\n---\n").map(|document| serde_yaml::from_str(document).unwrap()).collect()
}

#[test]
fn a_kubernetes_manifest_says_what_is_meant() {
    let [claim, shards, collect] = &manifest(&plain())[..] else { panic!("three documents") };
    assert_eq!(claim["kind"], "PersistentVolumeClaim");
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteMany"]));
    let name = "corsair-gossip-3f2a91c0b7de";
    assert_eq!(shards["apiVersion"], "batch/v1");
    assert_eq!(shards["metadata"]["name"], name);
    assert_eq!(collect["metadata"]["name"], format!("{name}-collect"));
    let spec = &shards["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!((&spec["completions"], &spec["parallelism"]), (&json!(64), &json!(64)));
    assert_eq!(spec["backoffLimitPerIndex"], 5);
    let exits = |action: &str, statuses: &[u32]| {
        json!({"action": action, "onExitCodes":
            {"containerName": "corsair", "operator": "In", "values": statuses}})
    };
    let drained = json!({"type": "DisruptionTarget", "status": "True"});
    let rules = json!([
        exits("FailJob", &[2, 4]),
        exits("Ignore", &[75]),
        {"action": "Ignore", "onPodConditions": [drained]},
    ]);
    assert_eq!(spec["podFailurePolicy"]["rules"], rules);
    let pod = &spec["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never", "podFailurePolicy asks for it");
    let container = &pod["containers"][0];
    assert_eq!(container["name"], "corsair");
    let requested = json!({"cpu": "1", "memory": "384Mi"});
    assert_eq!(container["resources"]["requests"], requested, "twice 150 MiB, in steps of 128");
    assert_eq!(container["resources"]["limits"], json!({"memory": "384Mi"}));
    assert_eq!(container["volumeMounts"], json!([{"name": "results", "mountPath": "/results"}]));
    let source = json!({"claimName": claim["metadata"]["name"]});
    assert_eq!(pod["volumes"], json!([{"name": "results", "persistentVolumeClaim": source}]));
    let folder = "/results/gossip/3f2a91c0b7de";
    let sweep = json!([
        "sweep",
        "configs/gossip.yaml",
        "--set",
        "nodes=1000",
        "-r",
        "20",
        "-o",
        folder,
        "--shard",
        "auto/64",
        "-j",
        "1"
    ]);
    assert_eq!((&container["command"], &container["args"]), (&json!(["corsair"]), &sweep));
    assert_eq!(collect["spec"]["suspend"], true);
    let collecting = &collect["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(collecting["args"], json!(["collect", folder]));
    assert_eq!(collecting["image"], container["image"]);
}

#[test]
fn a_kubernetes_manifest_takes_odd_words() {
    let [_, shards, _] = &manifest(&odd())[..] else { panic!("three documents") };
    let name = shards["metadata"]["name"].as_str().unwrap();
    assert_eq!(name, "corsair-odd-name-2-012345678901");
    let spec = &shards["spec"];
    assert_eq!((&spec["completions"], &spec["parallelism"]), (&json!(100_000), &json!(500)));
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(container["resources"]["requests"], json!({"cpu": "4", "memory": "8192Mi"}));
    // Kubernetes makes `$` of `$$`.
    let words = container["args"].as_array().unwrap().iter();
    let words: Vec<_> = words.map(|word| word.as_str().unwrap().replace("$$", "$")).collect();
    assert_eq!(words, expected_call("/results/Odd_name.2/012345678901", "auto/100000", "4"));
    let long = ScriptPlan { name: format!("{}.", "Long_".repeat(15)), ..plain() };
    let [_, _, collect] = &manifest(&long)[..] else { panic!("three documents") };
    let name = collect["metadata"]["name"].as_str().unwrap();
    assert!(name.len() <= 63 && name.starts_with("corsair-long-long-"), "{name}");
}
