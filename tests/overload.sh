#!/usr/bin/env bash
# Three times the calls the server can carry: goodput has to stay at 90 % of its peak, calls that are up must not be hurt, and ten seconds later all has to be as before.
# Usage: tests/overload.sh [seconds of each step] [cpu of the server]      needs: dotnet build -c Release, sip-tester, curl, a machine that does nothing else
# By hand, not part of test.sh: what a machine can carry is measured, and means something only when nothing else runs on it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10} cpu=${2:-0}
sip=29060 http=29080 next=29100
folder=$(mktemp -d)
scenarios=$PWD/tests/peers/sipp

env --default-signal=INT taskset -c "$cpu" dotnet src/Parley.Cli/bin/Release/net10.0/Parley.Cli.dll serve \
    --sip udp:127.0.0.1:$sip --http 127.0.0.1:$http --data "$folder" --media-ports 32000-62000 >"$folder/serve.log" 2>&1 &
server=$!
trap 'kill -9 $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 300); do curl -sf http://127.0.0.1:$http/counters >/dev/null && break; sleep 0.1; done

# One SIPp in the background: scenario, calls per second, calls, further options. Leaves its statistics in $folder/NAME.csv.
start() {
    local name=$1 scenario=$2 rate=$3 calls=$4
    shift 4
    (cd "$folder" && exec sipp -sf "$scenarios/$scenario.xml" -s echo 127.0.0.1:$sip -i 127.0.0.1 -mi 127.0.0.1 -p $next -cp $((next + 2)) -mp $((next + 4)) \
        -r "$rate" -m "$calls" -l 100000 -buff_size 8388608 -nostdin -trace_stat -stf "$name.csv" -fd 1 "$@" >"$name.log" 2>&1) &
    started=$!
    next=$((next + 10))
}
value() { awk -F';' -v name="$2" 'NR==1 {for (i=1; i<=NF; i++) if ($i==name) c=i} END {print $c+0}' "$folder/$1.csv"; }

# Offers calls at a rate from two SIPps and prints how many a second came to a good end.
offer() {
    local rate=$1 name=$2 half=$(($1 / 2)) one two
    start "$name-1" uac $half $((half * seconds)) -d 500 -timeout $((seconds + 8)) -recv_timeout 6000; one=$started
    start "$name-2" uac $half $((half * seconds)) -d 500 -timeout $((seconds + 8)) -recv_timeout 6000; two=$started
    wait $one || true
    wait $two || true
    good=$(( ($(value "$name-1" 'SuccessfulCall(C)') + $(value "$name-2" 'SuccessfulCall(C)')) / seconds ))
    created=$(( ($(value "$name-1" 'OutgoingCall(C)') + $(value "$name-2" 'OutgoingCall(C)')) / seconds ))
    echo "offered $rate/s, really $created/s: $good/s good"
}

peak=0 rate=200
while :; do
    offer $rate "step-$rate"
    # Past the peak when more is offered and no more comes of it.
    [ $((good * 20)) -gt $((peak * 21)) ] || break
    peak=$good rate=$((rate * 3 / 2))
done
echo "peak: $peak/s"
sleep 40

steady=100
start steady uac-steady 50 $steady -timeout 90
holding=$started
sleep 5
offer $((peak * 3)) overload
overload=$good
echo "goodput under three times the peak: $overload/s, $((overload * 100 / peak)) % of it"
sleep 10
offer $((peak / 2)) recovery
recovered=$good
wait $holding || true
held=$(value steady 'SuccessfulCall(C)')
echo "ten seconds later half of the peak is offered: $recovered/s good; of $steady calls that were up, $held were not hurt"
curl -sf http://127.0.0.1:$http/counters | tr ',' '\n' | grep -E 'refused|overload|delayed|dropped' || true

[ $((overload * 10)) -ge $((peak * 9)) ] && [ $((recovered * 100)) -ge $((peak / 2 * 99)) ] && [ "$held" -eq $steady ] && echo passed || { echo FAILED; exit 1; }
