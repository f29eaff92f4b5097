#!/usr/bin/env bash
# Runs studies on a Slurm cluster of two nodes on this machine, and compares their bytes with those of local runs.
#
#   tests/slurm.sh            Debian has what it takes: apt-get install slurmctld slurmd slurm-client munge
#
# Skipped, saying so, where Slurm is not installed. Needs neither systemd nor cgroups; all daemons listen on loopback,
# all their files lie in a temporary folder, and all of it is gone at the end. CORSAIR names another binary to test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH="$PATH:/usr/sbin"
for program in sbatch slurmctld slurmd munged; do
    if ! command -v "$program" >/dev/null; then
        echo "slurm: skipped, for $program is not installed"
        exit 0
    fi
done

if [ -z "${CORSAIR:-}" ]; then
    cargo build --quiet
    CORSAIR=$PWD/target/debug/corsair
fi
bin=$(dirname "$(realpath "$CORSAIR")")
export PATH="$bin:$PATH"

# The folder is open to all users, as munge wants the way to its socket to be.
work=$(mktemp -d)
chmod 755 "$work"
daemons=()

finish() {
    status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 5 "$work"/*.log "$work"/study/*-logs/* 2>/dev/null || true
        echo "slurm: failed" >&2
    fi
    # No task outlives the cluster: one that cannot tell anybody of its end would try for long.
    if [ "${#daemons[@]}" -eq 4 ]; then
        scancel --quiet --user="$(id -un)" || true
        scancel --quiet --full --signal=KILL --user="$(id -un)" || true
        await "the end of all tasks" 30 nobody_is_there || true
    fi
    # Last started, first stopped: the nodes while there is a controller, munge after all who need it.
    for ((place = ${#daemons[@]} - 1; place >= 0; place--)); do
        kill "${daemons[place]}" 2>/dev/null || true
        wait "${daemons[place]}" 2>/dev/null || true
    done
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

# --- the cluster -----------------------------------------------------------------------------------------------------

# So many ports that nobody listens on.
free_ports() {
    local found=0 port=$((20000 + RANDOM % 20000))
    while [ "$found" -lt "$1" ]; do
        port=$((port + 1))
        if ! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then
            echo "$port"
            found=$((found + 1))
        fi
    done
}

start_cluster() {
    local controller first second host user
    { read -r controller; read -r first; read -r second; } < <(free_ports 3)
    host=$(hostname -s)
    user=$(id -un)
    head -c 1024 /dev/urandom >"$work/munge.key"
    chmod 600 "$work/munge.key"
    # --force: it is not the user munge, and the folders are not those of a system service.
    munged --foreground --force --num-threads=2 --key-file="$work/munge.key" --socket="$work/munge.socket" \
        --pid-file="$work/munge.pid" --seed-file="$work/munge.seed" --log-file="$work/munge.log" 2>/dev/null &
    daemons+=($!)

    # linuxproc, task/none: no cgroups. NoInAddrAny: no address but loopback. cred_expire: a task that is queued again
    # waits for so many seconds, else for 120. config_overrides: the nodes have what is said here, not what is there.
    cat >"$work/slurm.conf" <<CONF
ClusterName=corsair
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=2 RealMemory=65536
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=2 RealMemory=65536
PartitionName=all Nodes=one,two Default=YES State=UP
CONF
    mkdir "$work/state" "$work/spool-one" "$work/spool-two"
    export SLURM_CONF=$work/slurm.conf
    slurmctld -D -c 2>/dev/null &
    daemons+=($!)
    for node in one two; do
        slurmd -D -N "$node" 2>/dev/null &
        daemons+=($!)
    done
    await "two idle nodes" 60 nodes_are_idle
}

nodes_are_idle() {
    [ "$(sinfo --noheader --Node --states=idle 2>/dev/null | wc -l)" -eq 2 ]
}

# await WHAT SECONDS COMMAND...: until the command succeeds.
await() {
    local what=$1 end=$((SECONDS + $2))
    shift 2
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            squeue || true
            echo "slurm: waited in vain for $what" >&2
            return 1
        fi
        sleep 0.3
    done
}

# --- what is asked of it ---------------------------------------------------------------------------------------------

# field JOB NAME: what scontrol says of a job or a task.
field() {
    scontrol --oneliner show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1
}

has_ended() {
    [ -z "$(squeue --noheader --jobs="$1" 2>/dev/null)" ]
}

nobody_is_there() {
    [ -z "$(squeue --noheader 2>/dev/null)" ]
}

is_running() {
    [ "$(squeue --noheader --jobs="$1" --states=RUNNING --format=%T 2>/dev/null)" = RUNNING ]
}

is_queued_again() {
    [ "$(field "$1" Restarts)" -gt 0 ]
}

# submit SCRIPT: sets `array` and `collect`, the numbers of the two jobs.
submit() {
    local told
    told=$(bash "$1")
    array=$(sed -n 's/^shards are job \([0-9]*\);.*/\1/p' <<<"$told")
    collect=$(sed -n 's/^Submitted batch job \([0-9]*\)$/\1/p' <<<"$told")
    [ -n "$array" ] && [ -n "$collect" ]
}

# is WHAT ACTUAL EXPECTED
is() {
    if [ "$2" != "$3" ]; then
        echo "slurm: $1 is '$2', not '$3'" >&2
        return 1
    fi
}

# ended_with JOB STATUS: the job ends, and so.
ended_with() {
    await "the end of job $1" 180 has_ended "$1"
    is "the exit status of job $1" "$(field "$1" ExitCode)" "$2:0"
}

start_cluster
mkdir "$work/study" && cd "$work/study"

cat >study.yaml <<'YAML'
schema: 1
name: clustered
nodes: 40
replications: 6
stop: { at: 60s }
protocol: { pirates: {} }
record: { every: 10s, metrics: [edges, messages_lost] }
sweep: { grid: { network.loss: [0, 0.1], nodes: [40, 60, 80] } }
YAML
corsair sweep study.yaml -q -o local >/dev/null
folder=$(corsair sweep study.yaml -n | sed -n 's|^\(clustered\) \([0-9a-f]*\):.*|results/\1/\2|p')

echo "slurm: a study in 5 shards has the bytes of a local one"
corsair sweep study.yaml --script slurm --shards 5 >"it's a script.sh"
submit "it's a script.sh"
ended_with "$collect" 0
is "how many parts' logs there are" "$(find clustered-*-logs -name '[0-9]*.log' | wc -l)" 5
corsair verify local "$folder"

echo "slurm: --shard auto reads an array that begins and steps anywhere"
rm -r results
array=$(sbatch --parsable --array=10-20:5 --mem=512M --output="$work/study/auto.log" --open-mode=append \
    --wrap 'corsair sweep study.yaml --shard auto -j 1')
await "the end of job $array" 180 has_ended "$array"
corsair collect "$folder" >/dev/null
corsair verify local "$folder"

# So long that a shard can be met at work.
cat >long.yaml <<'YAML'
schema: 1
name: long
nodes: 4000
replications: 100
stop: { at: 600s }
protocol: { pirates: {} }
record: { metrics: [edges] }
sweep: { grid: { network.loss: [0, 0.1] } }
YAML
folder=$(corsair sweep long.yaml -n | sed -n 's|^\(long\) \([0-9a-f]*\):.*|results/\1/\2|p')
corsair sweep long.yaml --script slurm --shards 2 >long.sh

echo "slurm: a task that is cancelled stays so, and collect says what is missing"
submit long.sh
await "task ${array}_0" 60 is_running "${array}_0"
await "the study's folder" 60 test -d "$folder/parts"
scancel "${array}"
ended_with "$collect" 3
grep -q 'runs are missing' long-*-logs/collect.log
status=0
corsair status "$folder" >status.txt || status=$?
is "the status of a study with missing runs" "$status" 3
grep -q '^[1-9][0-9]* of 200 runs done' status.txt

echo "slurm: a task at TERM keeps its runs, is queued again and goes on"
submit long.sh
await "task ${array}_1" 60 is_running "${array}_1"
sleep 1
scancel --batch --signal=TERM "${array}_1"
await "the other life of task ${array}_1" 60 is_queued_again "${array}_1"
ended_with "$collect" 0
is "how often task ${array}_1 was queued again" "$(field "${array}_1" Restarts)" 1
is "how often task ${array}_0 was queued again" "$(field "${array}_0" Restarts)" 0
corsair sweep long.yaml -q -o local-long >/dev/null
corsair verify local-long "$folder"
echo "slurm: passed"
