#!/usr/bin/env bash
# A study on the nodes of a Slurm allocation. From a folder that all nodes share:
#
#     sbatch recipes/slurm.sh studies/vanishing_gradient.yaml --results results
#
# Arguments are those of `orch run`. Submitted again, it continues where it stopped.
#SBATCH --job-name=orch
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@60
set -euo pipefail

nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
head=${nodes%%$'\n'*} # this script runs there
address=$head:$((6379 + SLURM_JOB_ID % 1000))
# Ray finds its own address by the route to the internet, which computing nodes may lack.
ip=$(getent ahostsv4 "$head" | awk '!ip && !/^127\./ { ip = $1 } END { print ip }') || ip=
files=/tmp/ray-$SLURM_JOB_ID # of Ray, on every node

# Other users of these machines cannot send work to this cluster.
RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export RAY_AUTH_MODE RAY_AUTH_TOKEN
export RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=1 # none requested, none visible
export RAY_USAGE_STATS_ENABLED=0

ray_on() { # NODE ARGUMENTS…: until the job ends
    srun --overlap --nodes=1 --ntasks=1 --nodelist="$1" ray start --block \
        --num-cpus="$SLURM_CPUS_PER_TASK" --object-store-memory=200000000 \
        --include-log-monitor=false "${@:2}" &
}

leave_nothing() {
    kill $(jobs -p) 2>/dev/null || true
    wait
    srun --overlap rm -rf "$files" || true
}

trap leave_nothing EXIT
ray_on "$head" --head --port="${address#*:}" --include-dashboard=false \
    --temp-dir="$files" ${ip:+--node-ip-address="$ip"}
until (: <"/dev/tcp/$head/${address#*:}") 2>/dev/null; do
    kill -0 $! # it still tries
    sleep 1
done
for node in $nodes; do
    [ "$node" = "$head" ] || ray_on "$node" --address="$address"
done
until [ "$(ray status --address "$address" 2>/dev/null | grep -c '1 node_')" = "$SLURM_NNODES" ]; do
    sleep 2
done

orch run "$@" --address "$address" &
study=$!
trap 'kill -TERM $study' TERM # a minute before the time limit: finished packs are kept
code=0
wait $study || code=$?
while kill -0 $study 2>/dev/null; do # the signal has ended the wait, not the study
    code=0
    wait $study || code=$?
done
exit $code
