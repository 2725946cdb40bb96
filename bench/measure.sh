#!/usr/bin/env bash
# Measures the peers Debian carries and, beside them in the same run, this project: server on core 0, load on core 1.
# Prints one line per figure: work, who, value, unit, conditions (tab-separated).
#
#   bench/measure.sh parse|calls|relay|echo|all [peers|ours|both]
#
# Needs: apt-get install gcc pkg-config sip-tester rtpengine-daemon libosip2-dev libsofia-sip-ua-dev, and for "ours"
# dotnet build -c Release. SECONDS_PER_RUN (10) and RUNS (3) may be set; of several runs the median is printed.
set -euo pipefail
cd "$(dirname "$0")"
what=${1:-all} who=${2:-both}
seconds=${SECONDS_PER_RUN:-10} runs=${RUNS:-3}
parley=../src/Parley.Cli/bin/Release/net10.0/Parley.Cli.dll
work=$(mktemp -d)
server=
stop_server() {
    [ -n "$server" ] || return 0
    kill -INT "$server" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap 'stop_server; rm -rf "$work"' EXIT
# Job control: without it a script starts its children deaf to SIGINT.
set -m

build() {
    local name
    for name in rtp_server rtp_load; do gcc -O2 -Wall -o "$work/$name" "peers/$name.c"; done
    gcc -O2 -Wall -o "$work/parse_osip" peers/parse_osip.c -losipparser2
    # shellcheck disable=SC2046
    gcc -O2 -Wall -o "$work/parse_sofia" peers/parse_sofia.c $(pkg-config --cflags --libs sofia-sip-ua)
}

peers() { [ "$who" != ours ]; }
ours() { [ "$who" != peers ] && { [ -f "$parley" ] || { echo "$parley is not built" >&2; exit 1; }; }; }

start() { # command…: on core 0
    taskset -c 0 "$@" >"$work/server.log" 2>&1 &
    server=$!
    sleep 1.5
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
}
# One UDP port for SIP, nothing printed per call.
start_parley() { start dotnet "$parley" serve --sip udp:127.0.0.1:15060 --http 127.0.0.1:15080 --data "$work/data"; sleep 1; }
start_rtpengine() {
    start rtpengine --interface=127.0.0.1 --listen-ng=127.0.0.1:15222 --table=-1 --foreground --log-stderr --log-level=3 \
        --port-min=40000 --port-max=49000 --num-threads=1 --pidfile="$work/rtpengine.pid"
}

cpu_us() { # user + system time of the server so far
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1e6 / tick) }' "/proc/$server/stat"
}
kilobytes() { awk '/^VmHWM/ { print $2 }' "/proc/$server/status"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
field() { grep -oE "$1 -?[0-9.]+" <<<"$2" | awk '{ print $2 }' || echo nan; } # 'nan' where nothing arrived

parse() {
    peers || return 0
    local program
    for program in parse_osip parse_sofia; do
        taskset -c 1 "$work/$program" messages/invite.sip messages/response-200.sip |
            awk -F'\t' '{ printf "parse %s\t%s\t%s\tns\tmedian of 21 rounds, best %s\n", $2, $1, $3, $4 }'
    done
}

# One scenario of calls: who, user, rate. The server is running.
call_rate() {
    local name=$1 port=$2 user=$3 rate=$4 run before after result statistics
    local count=$((rate * 8)) all="" again=0 lost=0
    for run in $(seq "$runs"); do
        before=$(cpu_us)
        # An overloaded server shows in the figures, not in the exit code.
        (cd "$work" && taskset -c 1 sipp -sn uac -s "$user" "127.0.0.1:$port" -i 127.0.0.1 -mi 127.0.0.1 -p 15070 -cp 15072 -mp 15074 -r "$rate" -m "$count" \
            -l 100000 -d 0 -nostdin -timeout 60s -trace_stat -stf statistics.csv -fd 1 >/dev/null 2>&1) || true
        after=$(cpu_us)
        all+="$(((after - before) * 100 / count))"$'\n'
        statistics=$(awk -F';' 'NR==1 { for (i = 1; i <= NF; i++) { if ($i == "Retransmissions(C)") r = i; if ($i == "FailedCall(C)") f = i } } END { print $r, $f }' "$work/statistics.csv")
        again=$((again + ${statistics% *})) lost=$((lost + ${statistics#* }))
    done
    result=$(printf '%s' "$all" | median | awk '{ print $1 / 100 }')
    printf 'call as UAS at %s/s\t%s\t%s\tus/call\tmedian of %s runs of %s calls, %s retransmissions, %s failed, peak %s kB\n' \
        "$rate" "$name" "$result" "$runs" "$count" "$again" "$lost" "$(kilobytes)"
}

calls() {
    local rate
    if peers; then
        start sipp -sn uas -i 127.0.0.1 -mi 127.0.0.1 -p 15060 -cp 15062 -mp 15064 -nostdin
        for rate in 200 2000 4000; do call_rate "sipp -sn uas" 15060 anyone "$rate"; done
        stop_server
    fi
    if ours; then
        start_parley
        for rate in 200 2000 4000; do call_rate "parley serve (tone)" 15060 tone "$rate"; done
        stop_server
    fi
}

# One RTP figure: work, who, then rtp_load's arguments. The server is running.
rtp() {
    local name=$1 by=$2 run line cpu="" p50="" p99="" lost=0
    shift 2
    for run in $(seq "$runs"); do
        line=$(SERVER_PID=$server taskset -c 1 "$work/rtp_load" "$@" | tail -1)
        cpu+="$(field cpu_us_per_packet "$line")"$'\n'
        p50+="$(field p50 "$line")"$'\n' p99+="$(field p99 "$line")"$'\n'
        lost=$((lost + $(field lost "$line")))
    done
    printf '%s\t%s\t%s\tus/packet\tmedian of %s runs of %s s, %s lost, on the way p50 %s us, p99 %s us\n' "$name" "$by" \
        "$(printf '%s' "$cpu" | median)" "$runs" "$seconds" "$lost" "$(printf '%s' "$p50" | median)" "$(printf '%s' "$p99" | median)"
}

relay() {
    local n
    for n in 50 250 500; do
        if peers; then
            start "$work/rtp_server" relay 30000 "$n"; rtp "relay of $n calls" "bare C" relay 30000 "$n" "$seconds"; stop_server
            start_rtpengine; rtp "relay of $n calls" "rtpengine, user space" ng 15222 "$n" "$seconds"; stop_server
        fi
        if ours; then start_parley; rtp "relay of $n calls" "parley serve (bridge)" sip-bridge 15060 "$n" "$seconds"; stop_server; fi
    done
}

echoes() {
    if peers; then start "$work/rtp_server" echo 30000 1000; rtp "echo of 1000 streams" "bare C, no codec" echo 30000 1000 "$seconds"; stop_server; fi
    if ours; then start_parley; rtp "echo of 1000 streams" "parley serve (echo)" sip-echo 15060 1000 "$seconds"; stop_server; fi
}

build
case $what in
    parse) parse ;;
    calls) calls ;;
    relay) relay ;;
    echo) echoes ;;
    all) parse; calls; relay; echoes ;;
    *) echo "usage: bench/measure.sh parse|calls|relay|echo|all [peers|ours|both]" >&2; exit 2 ;;
esac
