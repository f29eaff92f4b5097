# The study gossip 3f2a91c0b7de: 360 runs in 64 shards, by Snakemake (7.7 or later).
#
#   run      snakemake --snakefile THIS_FILE --cores all
#   watch    corsair status results/gossip/3f2a91c0b7de
#   again    the same: shards that ended well are not called again
#
# A profile or an executor of Snakemake takes it to a cluster whose machines share this folder.
import os
import shutil


workdir: "/home/ada/gossip"


SWEEP = "corsair sweep configs/gossip.yaml --set nodes=1000 -r 20"
COLLECT = "corsair collect results/gossip/3f2a91c0b7de"
FOLDER = "results/gossip/3f2a91c0b7de"
DONE = ".snakemake/corsair-3f2a91c0b7de"

# The marks say which shards ended well. Without the study's folder they say nothing.
if not os.path.isdir(FOLDER):
    shutil.rmtree(DONE, ignore_errors=True)


localrules:
    collect,


rule collect:
    input:
        expand(DONE + "/{shard}", shard=range(64)),
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
    threads: 1
    resources:
        # Memory is twice the 150 MiB of results/gossip/0a1b2c3d4e5f.
        mem_mb=384,
        runtime=60,
    retries: 5
    shell:
        "{SWEEP} --shard {wildcards.shard}/64 -j {threads}"
