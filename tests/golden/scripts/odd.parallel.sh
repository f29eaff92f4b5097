#!/bin/bash
# The study Odd_name.2 012345678901: 1 run in 100000 shards, by GNU parallel.
#
#   run        bash THIS_FILE                         as many shards at once as this machine has cores
#   machines   bash THIS_FILE --sshloginfile NODES    those of a list, which share this folder
#   watch      corsair status 're sults/it'\''s {here}?$(id)'
#   again      the same: shards that ended well are not called again
#
# --jobs N bounds how many run at once. A shard takes 8192 MiB of memory:
# a guess: once a run of this experiment is in results/, it is measured.
set -u
cd '/home/o'\''brien/my "study"' || exit
folder='re sults/it'\''s {here}
$(id)'

# A function, because parallel would take braces in the words of a command for its own.
shard() {
    '/opt/my tools/corsair' sweep 'it'\''s a "study".yaml' --set 'x={a: {1}, b: {}}' '$HOME $(id) $$ `id`' 'back\slash	tab' 'two
lines # no comment' '{= 1 =} {wildcards.shard} %j' '' -o 're sults/it'\''s {here}
$(id)' --shard "$1/100000" -j 4
}
export -f shard
export PARALLEL_SHELL=/bin/bash

# The log says which shards ended well. Without the study's folder it says nothing.
[ -d "$folder" ] || rm -f "$folder.joblog"
mkdir -p "$(dirname "$folder")" || exit
seq 0 99999 | parallel --env shard --workdir . --joblog "$folder.joblog" --resume-failed \
    --halt never "$@" shard
status=$?
# Stopped early: run this again, and it goes on.
[ "$status" -eq 75 ] && exit 75
'/opt/my tools/corsair' collect "$folder"
