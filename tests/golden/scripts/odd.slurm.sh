#!/bin/bash
# The study Odd_name.2 012345678901: 1 run in 100000 shards, as a Slurm job array.
#
#   submit   bash THIS_FILE [--partition=P ...]   the array, and after it a job that collects the result
#   watch    corsair status 're sults/it'\''s {here}?$(id)'
#   repair   submit it again: runs that are there are not made again
#
# Options of sbatch go to both jobs.
# So many at once are too many? --array=0-99999%16
# Slurm's MaxArraySize is 1001 where nobody raised it: scontrol show config
#
#SBATCH --job-name=Odd_name.2
#SBATCH --array=0-99999
#SBATCH --cpus-per-task=4
# Memory is a guess: once a run of this experiment is in results/, it is measured.
#SBATCH --mem=8192M
# Too little time does no harm: what is not done by then is queued again.
#SBATCH --time=02:06:00
# To this script a minute before the end; give more where a run takes longer.
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append

script=$(realpath "$0")
cd '/home/o'\''brien/my "study"' || exit

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    # Called by hand. Slurm makes no folder for its logs, and loses a job that has none.
    logs=Odd_name.2-012345678901-logs
    mkdir -p "$logs" || exit
    array=$(sbatch --parsable --output="$PWD/$logs/%a.log" "$@" "$script") || exit
    array=${array%%;*}
    # afterany: where a shard failed, collect says which runs are missing.
    sbatch --job-name=Odd_name.2-collect --dependency="afterany:$array" --output="$PWD/$logs/collect.log" \
        --mem=1024M --time=00:30:00 "$@" --array=0 \
        --wrap 'cd '\''/home/o'\''\'\'''\''brien/my "study"'\'' && '\''/opt/my tools/corsair'\'' collect '\''re sults/it'\''\'\'''\''s {here}
$(id)'\''' || exit
    echo "shards are job $array; logs go to $PWD/$logs"
    exit
fi

# At TERM corsair finishes the runs in hand, keeps them and exits 75. The signal also ends bash's wait, which
# then waits again.
shard='' again=yes
trap 'again=yes; kill -TERM "$shard" 2>/dev/null' TERM
'/opt/my tools/corsair' sweep 'it'\''s a "study".yaml' --set 'x={a: {1}, b: {}}' '$HOME $(id) $$ `id`' 'back\slash	tab' 'two
lines # no comment' '{= 1 =} {wildcards.shard} %j' '' -o 're sults/it'\''s {here}
$(id)' \
    --shard "$SLURM_ARRAY_TASK_ID/100000" -j "$SLURM_CPUS_PER_TASK" &
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
