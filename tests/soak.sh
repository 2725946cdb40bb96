#!/usr/bin/env bash
# 20,000 calls with 3 % of the packets lost: every call has to end properly, and afterwards nothing may be in use.
# Usage: tests/soak.sh [calls] [rate] [loss%]        needs: dotnet build -c Release, sip-tester, curl
set -euo pipefail
cd "$(dirname "$0")/.."
calls=${1:-20000} rate=${2:-200} loss=${3:-3}
sip=25060 http=25080
folder=$(mktemp -d)

# A script starts what it puts behind & deaf to SIGINT, which is what ends the server here.
env --default-signal=INT dotnet src/Parley.Cli/bin/Release/net10.0/Parley.Cli.dll serve --sip udp:127.0.0.1:$sip --http 127.0.0.1:$http --data "$folder" >"$folder/serve.log" 2>&1 &
server=$!
trap 'kill -9 $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do curl -sf http://127.0.0.1:$http/counters >/dev/null && break; sleep 0.1; done

echo "$calls calls at $rate/s, $loss % lost, each a second long"
code=0
(cd "$folder" && sipp -sf "$OLDPWD/tests/peers/sipp/uac-lossy.xml" -s tone 127.0.0.1:$sip -i 127.0.0.1 -mi 127.0.0.1 -p 25070 -cp 25072 -mp 25074 \
    -m "$calls" -r "$rate" -l $((rate * 20)) -d 1000 -lost "$loss" -nostdin -trace_stat -stf statistics.csv -fd 1 \
    -trace_err -error_file errors.log >sipp.log 2>&1) || code=$?
statistic() { awk -F';' -v name="$1" 'NR==1 {for (i=1; i<=NF; i++) if ($i==name) c=i} END {print $c}' "$folder/statistics.csv"; }
echo "SIPp: exit $code, successful $(statistic 'SuccessfulCall(C)'), failed $(statistic 'FailedCall(C)'), retransmissions $(statistic 'Retransmissions(C)')"
[ "$code" = 0 ] || { head -50 "$folder/errors.log" 2>/dev/null; exit 1; }

none_in_use() {
    local name
    for name in transactions dialogs calls ports buffers timers; do
        grep -qE "\"$name\": *0(\.0)?[,} ]" <<<"$1 " || return 1
    done
}
for second in $(seq 0 40); do
    counters=$(curl -sf http://127.0.0.1:$http/counters | tr '\n' ' ')
    if none_in_use "$counters"; then
        echo "all back to zero after $second s: $counters"
        kill -INT $server; wait $server && echo "exit 0" && exit 0
        echo "the server ended with $?"; exit 1
    fi
    sleep 1
done
echo "still in use after 40 s: $counters"
exit 1
