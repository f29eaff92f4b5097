#!/bin/bash
# The study gossip 3f2a91c0b7de: 360 runs in 64 shards, by GNU parallel.
#
#   run        bash THIS_FILE                         as many shards at once as this machine has cores
#   machines   bash THIS_FILE --sshloginfile NODES    those of a list, which share this folder
#   watch      corsair status results/gossip/3f2a91c0b7de
#   again      the same: shards that ended well are not called again
#
# --jobs N bounds how many run at once. A shard takes 384 MiB of memory:
# twice the 150 MiB of results/gossip/0a1b2c3d4e5f.
set -u
cd /home/ada/gossip || exit
folder=results/gossip/3f2a91c0b7de

# A function, because parallel would take braces in the words of a command for its own.
shard() {
    corsair sweep configs/gossip.yaml --set nodes=1000 -r 20 --shard "$1/64" -j 1
}
export -f shard
export PARALLEL_SHELL=/bin/bash

# The log says which shards ended well. Without the study's folder it says nothing.
[ -d "$folder" ] || rm -f "$folder.joblog"
mkdir -p "$(dirname "$folder")" || exit
seq 0 63 | parallel --env shard --workdir . --joblog "$folder.joblog" --resume-failed \
    --halt soon,fail=1 "$@" shard
status=$?
# Stopped early: run this again, and it goes on.
[ "$status" -eq 75 ] && exit 75
corsair collect "$folder"
