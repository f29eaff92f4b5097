#!/usr/bin/env bash
# Runs the scripts for GNU parallel and for Snakemake, and compares their bytes with those of a local run.
#
#   tests/engines.sh          Debian has what it takes: apt-get install parallel snakemake
#
# What is not installed is skipped, and that is said. CORSAIR names another binary to test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -z "${CORSAIR:-}" ]; then
    cargo build --quiet
    CORSAIR=$PWD/target/debug/corsair
fi
bin=$(dirname "$(realpath "$CORSAIR")")
export PATH="$bin:$PATH"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Neither minds odd names.
mkdir "$work/it's a {study}" && cd "$work/it's a {study}"
cat >'my study.yaml' <<'YAML'
schema: 1
name: engines
nodes: 40
replications: 4
stop: { at: 60s }
protocol: { pirates: {} }
record: { every: 10s, metrics: [edges, messages_lost] }
sweep: { grid: { network.loss: [0, 0.1], nodes: [40, 60] } }
YAML
sweep=(corsair sweep 'my study.yaml' --set 'network.latency={uniform: {min: 1ms, max: 20ms}}')
"${sweep[@]}" -q -o local >/dev/null
folder=$("${sweep[@]}" -n | sed -n 's|^\(engines\) \([0-9a-f]*\):.*|results/\1/\2|p')

# has ENGINE: whether it is there.
has() {
    command -v "$1" >/dev/null && return
    echo "engines: $1 skipped, for it is not installed"
    return 1
}

# is WHAT ACTUAL EXPECTED
is() {
    if [ "$2" != "$3" ]; then
        echo "engines: $1 is '$2', not '$3'" >&2
        return 1
    fi
}

# Puts a corsair before the real one whose first call as a shard stops early, and which counts its calls.
stop_the_first() {
    mkdir -p bin
    cat >bin/corsair <<'SH'
#!/bin/bash
folder=$(dirname "$0")
echo "$*" >>"$folder/calls"
case "$*" in *--shard*) mkdir "$folder/stopped" 2>/dev/null && exit 75 ;; esac
PATH=${PATH#"$folder:"} exec corsair "$@"
SH
    chmod +x bin/corsair
    rm -rf bin/stopped bin/calls
}

calls() {
    grep -c -e --shard bin/calls
}

if has parallel; then
    echo "engines: parallel"
    "${sweep[@]}" --script parallel --shards 3 >parallel.sh
    bash parallel.sh >/dev/null
    corsair verify local "$folder"
    rm -r results

    echo "engines: parallel, stopped early and called again"
    stop_the_first
    status=0
    PATH="$PWD/bin:$PATH" bash parallel.sh --jobs 1 >/dev/null || status=$?
    is "the exit status of what was stopped" "$status" 75
    PATH="$PWD/bin:$PATH" bash parallel.sh --jobs 1 >/dev/null
    is "how many shards were called" "$(calls)" 4
    corsair verify local "$folder"
    rm -r results
fi

if has snakemake; then
    echo "engines: snakemake"
    "${sweep[@]}" --script snakemake --shards 3 >Snakefile
    snakemake --cores all --quiet >snakemake.log 2>&1 || { cat snakemake.log; exit 1; }
    corsair verify local "$folder"
    rm -r results

    echo "engines: snakemake, stopped early and tried again"
    stop_the_first
    PATH="$PWD/bin:$PATH" snakemake --cores 1 --quiet >snakemake.log 2>&1 || { cat snakemake.log; exit 1; }
    is "how many shards were called" "$(calls)" 4
    corsair verify local "$folder"
fi
echo "engines: passed"
