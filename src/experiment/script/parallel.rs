//! GNU parallel: a shard a job, on this machine or on those of a list, and collect after them.

use super::quote::in_comment;
use super::{OnFailure, ScriptPlan};
use crate::experiment::word;

pub(super) fn script(plan: &ScriptPlan) -> String {
    let (title, last, shards, jobs) =
        (plan.title(), plan.shards.last(), plan.shards.get(), plan.jobs);
    let (mebibytes, source) = (plan.memory.mebibytes(plan.jobs), plan.memory.source());
    let (sweep, folder) = (plan.sweep_line(), plan.folder_word());
    let (program, shown_folder) = (plan.program(), in_comment(&folder));
    let working_folder = word(&plan.working_folder);
    let halt = match plan.on_failure {
        OnFailure::Stop => "soon,fail=1",
        OnFailure::KeepGoing => "never",
    };
    format!(
        r#"#!/bin/bash
# The study {title}, by GNU parallel.
#
#   run        bash THIS_FILE                         as many shards at once as this machine has cores
#   machines   bash THIS_FILE --sshloginfile NODES    those of a list, which share this folder
#   watch      corsair status {shown_folder}
#   again      the same: shards that ended well are not called again
#
# --jobs N bounds how many run at once. A shard takes {mebibytes} MiB of memory:
# {source}.
set -u
cd {working_folder} || exit
folder={folder}

# A function, because parallel would take braces in the words of a command for its own.
shard() {{
    {sweep} --shard "$1/{shards}" -j {jobs}
}}
export -f shard
export PARALLEL_SHELL=/bin/bash

# The log says which shards ended well. Without the study's folder it says nothing.
[ -d "$folder" ] || rm -f "$folder.joblog"
mkdir -p "$(dirname "$folder")" || exit
seq 0 {last} | parallel --env shard --workdir . --joblog "$folder.joblog" --resume-failed \
    --halt {halt} "$@" shard
status=$?
# Stopped early: run this again, and it goes on.
[ "$status" -eq 75 ] && exit 75
{program} collect "$folder"
"#
    )
}
