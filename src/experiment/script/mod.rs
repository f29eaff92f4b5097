//! Scripts that run a study on many machines: text for the engines that hand out shards, and nothing else.
//!
//! Each calls `corsair sweep ... --shard I/N` once a shard and `corsair collect` at the end. Nothing is
//! submitted, and nothing depends on a script: it can be edited, repeated or thrown away.

mod kubernetes;
mod memory;
mod parallel;
mod quote;
mod slurm;
mod snakemake;

use std::num::NonZeroU32;

use super::shown::word;
use super::study::OnFailure;
use crate::kernel::Span;

pub use memory::ScriptMemory;

/// Who hands out the shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptKind {
    /// A Slurm job array.
    Slurm,
    /// An indexed Job of Kubernetes.
    Kubernetes,
    /// GNU parallel, on one machine or by ssh.
    Parallel,
    /// Snakemake, by itself or through its own executors.
    Snakemake,
}

/// How many shards a study is cut into: 1 to [`Shards::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shards(NonZeroU32);

impl Shards {
    /// The most shards: what an indexed Job of Kubernetes can count.
    pub const MAX: u32 = 100_000;

    /// So many shards, if there can be.
    pub fn new(count: u32) -> Option<Shards> {
        NonZeroU32::new(count).filter(|count| count.get() <= Shards::MAX).map(Shards)
    }

    /// How many.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    fn last(self) -> u32 {
        self.get() - 1
    }
}

/// A study's folder, as seen from the folder that the words are meant in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptFolder {
    /// `results/NAME/ID`, where a sweep goes by itself.
    Home(String),
    /// One that was named with `-o`.
    Named(String),
}

impl ScriptFolder {
    fn path(&self) -> &str {
        match self {
            ScriptFolder::Home(path) | ScriptFolder::Named(path) => path,
        }
    }
}

/// A study to be scripted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptPlan {
    /// The words of the sweep, the program's first: everything that shapes the study, without `-o`, `-j`
    /// and `--shard`, which the script adds.
    pub sweep: Vec<String>,
    /// The name of the experiment: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The id of the study, twelve hex digits.
    pub id: String,
    /// The study's folder.
    pub folder: ScriptFolder,
    /// The absolute path of the folder that the words are meant in.
    pub working_folder: String,
    /// How many shards.
    pub shards: Shards,
    /// How many runs the study has.
    pub runs: u64,
    /// How many runs a shard works on at once.
    pub jobs: NonZeroU32,
    /// What a shard's memory is reckoned from.
    pub memory: ScriptMemory,
    /// After how long a shard takes no new run.
    pub time_budget: Option<Span>,
    /// Whether other shards go on when one fails.
    pub on_failure: OnFailure,
}

/// The script that has `kind` run the study.
pub fn script(kind: ScriptKind, plan: &ScriptPlan) -> String {
    match kind {
        ScriptKind::Slurm => slurm::script(plan),
        ScriptKind::Kubernetes => kubernetes::script(plan),
        ScriptKind::Parallel => parallel::script(plan),
        ScriptKind::Snakemake => snakemake::script(plan),
    }
}

impl ScriptPlan {
    /// `gossip 3f2a91c0b7de: 360 runs in 64 shards`, for the first line.
    fn title(&self) -> String {
        let count = |count: u64, what: &str| match count {
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        };
        let shards = count(self.shards.get().into(), "shard");
        format!("{} {}: {} in {shards}", self.name, self.id, count(self.runs, "run"))
    }

    /// The program, as a shell takes it.
    fn program(&self) -> String {
        word(self.sweep.first().map_or("corsair", String::as_str))
    }

    /// The sweep, as a shell takes it.
    fn sweep_line(&self) -> String {
        let words = self.sweep.iter().skip(1).map(|text| word(text));
        let out = match &self.folder {
            ScriptFolder::Home(_) => None,
            ScriptFolder::Named(folder) => Some(format!("-o {}", word(folder))),
        };
        let line = std::iter::once(self.program()).chain(words).chain(out);
        line.collect::<Vec<_>>().join(" ")
    }

    /// The study's folder, as a shell takes it.
    fn folder_word(&self) -> String {
        word(self.folder.path())
    }

    /// Minutes of the wall clock to ask for: the budget and five for the runs in hand, else an hour.
    fn minutes(&self) -> u64 {
        self.time_budget.map_or(60, |budget| budget.nanos().div_ceil(60_000_000_000) + 5)
    }
}
