#!/bin/bash
# The study gossip 3f2a91c0b7de: 360 runs in 64 shards, as a Slurm job array.
#
#   submit   bash THIS_FILE [--partition=P ...]   the array, and after it a job that collects the result
#   watch    corsair status results/gossip/3f2a91c0b7de
#   repair   submit it again: runs that are there are not made again
#
# Options of sbatch go to both jobs.
# So many at once are too many? --array=0-63%16
#
#SBATCH --job-name=gossip
#SBATCH --array=0-63
#SBATCH --cpus-per-task=1
# Memory is twice the 150 MiB of results/gossip/0a1b2c3d4e5f.
#SBATCH --mem=384M
# Too little time does no harm: what is not done by then is queued again.
#SBATCH --time=01:00:00
# To this script a minute before the end; give more where a run takes longer.
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append

script=$(realpath "$0")
cd /home/ada/gossip || exit

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    # Called by hand. Slurm makes no folder for its logs, and loses a job that has none.
    logs=gossip-3f2a91c0b7de-logs
    mkdir -p "$logs" || exit
    array=$(sbatch --parsable --output="$PWD/$logs/%a.log" "$@" "$script") || exit
    array=${array%%;*}
    # afterany: where a shard failed, collect says which runs are missing.
    sbatch --job-name=gossip-collect --dependency="afterany:$array" --output="$PWD/$logs/collect.log" \
        --mem=1024M --time=00:30:00 "$@" --array=0 \
        --wrap 'cd /home/ada/gossip && corsair collect results/gossip/3f2a91c0b7de' || exit
    echo "shards are job $array; logs go to $PWD/$logs"
    exit
fi

# At TERM corsair finishes the runs in hand, keeps them and exits 75. The signal also ends bash's wait, which
# then waits again.
shard='' again=yes
trap 'again=yes; kill -TERM "$shard" 2>/dev/null' TERM
corsair sweep configs/gossip.yaml --set nodes=1000 -r 20 \
    --shard "$SLURM_ARRAY_TASK_ID/64" -j "$SLURM_CPUS_PER_TASK" &
shard=$!
while [ "$again" = yes ]; do
    again=no
    wait "$shard"
    status=$?
done
task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
# Stopped early: queue it again, unless somebody cancelled it.
if [ "$status" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 50 ] &&
    [ "$(squeue --noheader --jobs="$task" --format=%T)" = RUNNING ]; then
    scontrol requeue "$task"
fi
exit "$status"
