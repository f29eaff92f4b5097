# The study Odd_name.2 012345678901: 1 run in 100000 shards, by Snakemake (7.7 or later).
#
#   run      snakemake --snakefile THIS_FILE --cores all --keep-going
#   watch    corsair status 're sults/it'\''s {here}?$(id)'
#   again    the same: shards that ended well are not called again
#
# A profile or an executor of Snakemake takes it to a cluster whose machines share this folder.
import os
import shutil


workdir: "/home/o'brien/my \"study\""


SWEEP = "'/opt/my tools/corsair' sweep 'it'\\''s a \"study\".yaml' --set 'x={a: {1}, b: {}}' '$HOME $(id) $$ `id`' 'back\\slash\ttab' 'two\nlines # no comment' '{= 1 =} {wildcards.shard} %j' '' -o 're sults/it'\\''s {here}\n$(id)'"
COLLECT = "'/opt/my tools/corsair' collect 're sults/it'\\''s {here}\n$(id)'"
FOLDER = "re sults/it's {here}\n$(id)"
DONE = ".snakemake/corsair-012345678901"

# The marks say which shards ended well. Without the study's folder they say nothing.
if not os.path.isdir(FOLDER):
    shutil.rmtree(DONE, ignore_errors=True)


localrules:
    collect,


rule collect:
    input:
        expand(DONE + "/{shard}", shard=range(100000)),
    output:
        touch(DONE + "/collected"),
    resources:
        mem_mb=1024,
    shell:
        "{COLLECT}"


# Exit status 75 says stopped early: called again, a shard goes on where it was.
rule shard:
    output:
        touch(DONE + "/{shard}"),
    wildcard_constraints:
        shard="[0-9]+",
    threads: 4
    resources:
        # Memory is a guess: once a run of this experiment is in results/, it is measured.
        mem_mb=8192,
        runtime=126,
    retries: 5
    shell:
        "{SWEEP} --shard {wildcards.shard}/100000 -j {threads}"
