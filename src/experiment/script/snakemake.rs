//! A Snakefile: a rule for the shards, and one that collects.

use super::memory::COLLECT_MIB;
use super::quote::{in_comment, quoted};
use super::{OnFailure, ScriptPlan};

pub(super) fn script(plan: &ScriptPlan) -> String {
    let (title, id, shards, jobs) = (plan.title(), &plan.id, plan.shards.get(), plan.jobs);
    let (mebibytes, source) = (plan.memory.mebibytes(plan.jobs), plan.memory.source());
    let minutes = plan.minutes();
    let shown_folder = in_comment(&plan.folder_word());
    let working_folder = quoted(&plan.working_folder);
    let (sweep, folder) = (quoted(&plan.sweep_line()), quoted(plan.folder.path()));
    let collect = quoted(&format!("{} collect {}", plan.program(), plan.folder_word()));
    let keep_going = match plan.on_failure {
        OnFailure::Stop => "",
        OnFailure::KeepGoing => " --keep-going",
    };
    format!(
        r#"# The study {title}, by Snakemake (7.7 or later).
#
#   run      snakemake --snakefile THIS_FILE --cores all{keep_going}
#   watch    corsair status {shown_folder}
#   again    the same: shards that ended well are not called again
#
# A profile or an executor of Snakemake takes it to a cluster whose machines share this folder.
import os
import shutil


workdir: {working_folder}


SWEEP = {sweep}
COLLECT = {collect}
FOLDER = {folder}
DONE = ".snakemake/corsair-{id}"

# The marks say which shards ended well. Without the study's folder they say nothing.
if not os.path.isdir(FOLDER):
    shutil.rmtree(DONE, ignore_errors=True)


localrules:
    collect,


rule collect:
    input:
        expand(DONE + "/{{shard}}", shard=range({shards})),
    output:
        touch(DONE + "/collected"),
    resources:
        mem_mb={COLLECT_MIB},
    shell:
        "{{COLLECT}}"


# Exit status 75 says stopped early: called again, a shard goes on where it was.
rule shard:
    output:
        touch(DONE + "/{{shard}}"),
    wildcard_constraints:
        shard="[0-9]+",
    threads: {jobs}
    resources:
        # Memory is {source}.
        mem_mb={mebibytes},
        runtime={minutes},
    retries: 5
    shell:
        "{{SWEEP}} --shard {{wildcards.shard}}/{shards} -j {{threads}}"
"#
    )
}
