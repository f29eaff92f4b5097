//! A Slurm job array: a shard a task, and a job after it that collects.

use super::ScriptPlan;
use super::memory::COLLECT_MIB;
use super::quote::in_comment;
use crate::experiment::word;

/// Slurm's own `MaxArraySize`, which is one more than the greatest index.
const ARRAY_SIZE_USUAL: u32 = 1001;
/// Where there are more shards, the script says how to have fewer at once.
const MANY: u32 = 16;
/// How often a task is queued again: far more than a study needs, but not for ever.
const REQUEUES_MAX: u32 = 50;

pub(super) fn script(plan: &ScriptPlan) -> String {
    let working_folder = word(&plan.working_folder);
    let (head, submission, task) = (head(plan), submission(plan, &working_folder), task(plan));
    format!(
        r#"{head}
script=$(realpath "$0")
cd {working_folder} || exit

{submission}
{task}"#
    )
}

/// What sbatch and people read.
fn head(plan: &ScriptPlan) -> String {
    let (title, name) = (plan.title(), &plan.name);
    let (last, shards, jobs) = (plan.shards.last(), plan.shards.get(), plan.jobs);
    let (mebibytes, source) = (plan.memory.mebibytes(plan.jobs), plan.memory.source());
    let (hours, minutes) = (plan.minutes() / 60, plan.minutes() % 60);
    let folder = in_comment(&plan.folder_word());
    let mut hints = String::new();
    if shards > MANY {
        hints += &format!("# So many at once are too many? --array=0-{last}%{MANY}\n");
    }
    if shards > ARRAY_SIZE_USUAL {
        hints += "# Slurm's MaxArraySize is 1001 where nobody raised it: scontrol show config\n";
    }
    format!(
        r#"#!/bin/bash
# The study {title}, as a Slurm job array.
#
#   submit   bash THIS_FILE [--partition=P ...]   the array, and after it a job that collects the result
#   watch    corsair status {folder}
#   repair   submit it again: runs that are there are not made again
#
# Options of sbatch go to both jobs.
{hints}#
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task={jobs}
# Memory is {source}.
#SBATCH --mem={mebibytes}M
# Too little time does no harm: what is not done by then is queued again.
#SBATCH --time={hours:02}:{minutes:02}:00
# To this script a minute before the end; give more where a run takes longer.
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append
"#
    )
}

/// What the script does when it is called by hand.
fn submission(plan: &ScriptPlan, working_folder: &str) -> String {
    let (name, logs) = (&plan.name, format!("{}-{}-logs", plan.name, plan.id));
    let (program, folder) = (plan.program(), plan.folder_word());
    let collect = word(&format!("cd {working_folder} && {program} collect {folder}"));
    format!(
        r#"if [ -z "${{SLURM_ARRAY_TASK_ID:-}}" ]; then
    # Called by hand. Slurm makes no folder for its logs, and loses a job that has none.
    logs={logs}
    mkdir -p "$logs" || exit
    array=$(sbatch --parsable --output="$PWD/$logs/%a.log" "$@" "$script") || exit
    array=${{array%%;*}}
    # afterany: where a shard failed, collect says which runs are missing.
    sbatch --job-name={name}-collect --dependency="afterany:$array" --output="$PWD/$logs/collect.log" \
        --mem={COLLECT_MIB}M --time=00:30:00 "$@" --array=0 \
        --wrap {collect} || exit
    echo "shards are job $array; logs go to $PWD/$logs"
    exit
fi
"#
    )
}

/// What the script does as a task of the array.
fn task(plan: &ScriptPlan) -> String {
    let (sweep, shards) = (plan.sweep_line(), plan.shards.get());
    format!(
        r#"# At TERM corsair finishes the runs in hand, keeps them and exits 75. The signal also ends bash's wait, which
# then waits again.
shard='' again=yes
trap 'again=yes; kill -TERM "$shard" 2>/dev/null' TERM
{sweep} \
    --shard "$SLURM_ARRAY_TASK_ID/{shards}" -j "$SLURM_CPUS_PER_TASK" &
shard=$!
while [ "$again" = yes ]; do
    again=no
    wait "$shard"
    status=$?
done
task=${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID
# Stopped early: queue it again, unless somebody cancelled it.
if [ "$status" -eq 75 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {REQUEUES_MAX} ] &&
    [ "$(squeue --noheader --jobs="$task" --format=%T)" = RUNNING ]; then
    scontrol requeue "$task"
fi
exit "$status"
"#
    )
}
