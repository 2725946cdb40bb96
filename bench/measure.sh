#!/usr/bin/env bash
# Measures the peers Debian carries and, beside them in the same run, this project: server on core 0, load on core 1.
# Prints one line per figure: work, who, value, unit, conditions (tab-separated), and at the end what ours is in parts of each peer's.
#
#   bench/measure.sh parse|calls|proxy|b2bua|relay|echo|play|register|api|voice|all [peers|ours|both]
#
# Needs: apt-get install gcc pkg-config sip-tester kamailio rtpengine-daemon libosip2-dev libsofia-sip-ua-dev, and for "ours"
# dotnet build -c Release. SECONDS_PER_RUN (10), RUNS (3) and WARM_UP (15, seconds of load before ours is measured, in which its code is
# compiled for good) may be set, and RELAY_CALLS ("50 250 500"); of several runs the median is printed.
set -euo pipefail
cd "$(dirname "$0")"
what=${1:-all} who=${2:-both}
seconds=${SECONDS_PER_RUN:-10} runs=${RUNS:-3} warm_up=${WARM_UP:-15} relay_calls=${RELAY_CALLS:-50 250 500}
program() { echo "$1/bin/Release/net10.0/$1.dll"; }
# sipp's own 64 kB overflow when it is away for some milliseconds; its retransmissions at 4,000 calls a second come from that.
sipp_buffer=4194304
work=$(mktemp -d)
: >"$work/figures"
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
ours() { [ "$who" != peers ]; }
figure() { # work, who, value, unit, conditions
    (IFS=$'\t'; echo "$*") | tee -a "$work/figures"
}
# Ours begin with "Parley".
ratios() {
    awk -F'\t' '$4 != "ms" { if ($2 ~ /^Parley/) { ours[++n] = $0 } else { peers[$1] = peers[$1] "\n" $2 "\t" $3 } }
        END { for (i = 1; i <= n; i++) { split(ours[i], o, "\t"); m = split(peers[o[1]], p, "\n")
            for (j = 2; j <= m; j++) { split(p[j], q, "\t"); if (q[2] > 0) printf "%s\t%s / %s\t%.2f\tratio\n", o[1], o[2], q[1], o[3] / q[2] } } }' "$work/figures"
}

start() { # command…: on core 0
    taskset -c 0 "$@" >"$work/server.log" 2>&1 &
    server=$!
    sleep 1.5
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
}
start_ours() { # project, arguments…
    [ -f "$(program "$1")" ] || { echo "$1 is not built: dotnet build -c Release" >&2; exit 1; }
    start dotnet "$(program "$1")" "${@:2}"
}
start_rtpengine() {
    start rtpengine --interface=127.0.0.1 --listen-ng=127.0.0.1:15222 --table=-1 --foreground --log-stderr --log-level=3 \
        --port-min=40000 --port-max=49000 --num-threads=1 --pidfile="$work/rtpengine.pid"
}

cpu_us() { # user + system time of the server and its children so far
    local pid
    for pid in "$server" $(pgrep -P "$server"); do cat "/proc/$pid/stat"; done |
        awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 } END { print int(sum * 1e6 / tick) }'
}
kilobytes() { awk '/^VmHWM/ { print $2 }' "/proc/$server/status"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
field() { grep -oE "$1 -?[0-9.]+" <<<"$2" | awk '{ print $2 }' || echo nan; } # 'nan' where nothing arrived

parse() {
    local program name message value best median rest
    if peers; then
        for program in parse_osip parse_sofia; do
            taskset -c 1 "$work/$program" messages/invite.sip messages/response-200.sip |
                while IFS=$'\t' read -r name message value best; do figure "parse $message" "$name" "$value" ns "median of 21 rounds, best $best"; done
        done
    fi
    if ours; then
        taskset -c 1 dotnet "$(program Parley.Bench)" quick | while read -r name _ value _ _ median rest; do
            case $name in
                Invite1020) figure "parse invite" Parley "$value" ns "least of 1,500 batches, median $median" ;;
                Response354) figure "parse response" Parley "$value" ns "least of 1,500 batches, median $median" ;;
            esac
        done
    fi
}

caller=(-sn uac)
make_calls() { # rate, number, further arguments…
    (cd "$work" && timeout 180 taskset -c 1 sipp "${caller[@]}" 127.0.0.1:15060 -i 127.0.0.1 -mi 127.0.0.1 -p 15070 -cp 15072 -mp 15074 -r "$1" -m "$2" \
        -l 100000 -d 0 -nostdin -timeout 60s -buff_size "$sipp_buffer" "${@:3}" >/dev/null 2>&1) || true
}

# One scenario of calls: who, rate, work. The server is running.
call_rate() {
    local name=$1 rate=$2 what="${3:-call as UAS} at $2/s" run before after result statistics
    local count=$((rate * 8)) all="" again=0 lost=0
    for run in $(seq "$runs"); do
        before=$(cpu_us)
        # An overloaded server shows in the figures, not in the exit code.
        make_calls "$rate" "$count" -trace_stat -stf statistics.csv -fd 1
        after=$(cpu_us)
        all+="$(((after - before) * 100 / count))"$'\n'
        statistics=$(awk -F';' 'NR==1 { for (i = 1; i <= NF; i++) { if ($i == "Retransmissions(C)") r = i; if ($i == "FailedCall(C)") f = i } } END { print $r, $f }' "$work/statistics.csv")
        again=$((again + ${statistics% *})) lost=$((lost + ${statistics#* }))
    done
    result=$(printf '%s' "$all" | median | awk '{ print $1 / 100 }')
    figure "$what" "$name" "$result" us/call "median of $runs runs of $count calls, $again retransmissions, $lost failed, peak $(kilobytes) kB"
}

calls() {
    local rate mode
    if peers; then
        start sipp -sn uas -i 127.0.0.1 -mi 127.0.0.1 -p 15060 -cp 15062 -mp 15064 -nostdin -buff_size "$sipp_buffer"
        for rate in 200 2000 4000; do call_rate "sipp -sn uas" "$rate"; done
        stop_server
    fi
    ours || return 0
    for mode in sip call; do
        start_ours Parley.UasBench --port 15060 --mode "$mode"
        make_calls 2000 $((2000 * warm_up))
        for rate in 200 2000 4000; do call_rate "Parley, $mode" "$rate"; done
        stop_server
    done
}

# Both proxies stay on the path and send everything to one address, where SIPp answers.
proxy() {
    local rate called
    caller=(-sf "$PWD/peers/proxy_uac.xml")
    taskset -c 1 sipp -sf peers/proxy_uas.xml -i 127.0.0.1 -mi 127.0.0.1 -p 15080 -cp 15082 -mp 15084 -nostdin >/dev/null 2>&1 &
    called=$!
    if peers; then
        start kamailio -f peers/kamailio_proxy.cfg -DD -E -x fm -m 512 -M 32 -Y "$work"
        for rate in 500 1500; do call_rate "kamailio" "$rate" "call through a proxy"; done
        stop_server
    fi
    if ours; then
        start_ours Parley.ProxyBench --port 15060 --to 127.0.0.1:15080
        # Until the first transactions have lingered their 32 s every call takes new memory.
        make_calls 1500 $((1500 * (warm_up > 40 ? warm_up : 40)))
        for rate in 500 1500; do call_rate "Parley" "$rate" "call through a proxy"; done
        stop_server
    fi
    kill "$called" 2>/dev/null || true
    wait "$called" 2>/dev/null || true
    caller=(-sn uac)
}

# No peer of Debian's 12 does it: calls without packets, what a call holds, packets of G.711 both ways.
b2bua() {
    ours || return 0
    local media called line
    for media in anchored direct; do
        start_ours Parley.B2buaBench --port 15060 --to 127.0.0.1:15080 --media $media --ports 20000-60000
        taskset -c 1 sipp -sn uas -rtp_echo -i 127.0.0.1 -mi 127.0.0.1 -p 15080 -cp 15082 -mp 15084 -buff_size "$sipp_buffer" -nostdin >/dev/null 2>&1 &
        called=$!
        make_calls 300 $((300 * (warm_up > 40 ? warm_up : 40)))
        call_rate Parley 300 "B2BUA call, $media,"
        make_calls 200 2000 -d 70000 &
        sleep 60 # ten seconds to set them up, 32 for the transactions of those before, the rest for the collector
        line=$(grep 'held a call' "$work/server.log" | tail -1)
        figure "B2BUA call held, $media" Parley "${line%% *}" B "2,000 calls up"
        wait $! || true
        if [ $media = anchored ]; then
            head -c 80000 /dev/zero | tr '\0' '\325' >"$work/spoken.ulaw"
            caller=(-sf "$PWD/peers/b2bua_media.xml")
            make_calls 30 150 -d $((seconds * 1000 + 10000)) &
            sleep 8 # until all are up
            line=$(tail -n 1 "$work/server.log")
            sleep "$seconds"
            figure "B2BUA with G.711, 150 calls" Parley "$(tail -n "$seconds" "$work/server.log" | grep -oE 'out/s, [0-9.]+' | grep -oE '[0-9.]+$' | median)" us/packet \
                "median of $seconds s, $(grep -oE '[0-9]+ datagrams' <<<"$line") a second"
            wait $! || true
            caller=(-sn uac)
        fi
        kill "$called" 2>/dev/null || true
        wait "$called" 2>/dev/null || true
        stop_server
    done
}

# One RTP figure: work, who, then rtp_load's arguments. The server is running.
rtp() {
    local name=$1 by=$2 run line cpu="" p50="" p99="" lost=0
    shift 2
    for run in $(seq "$runs"); do
        sleep 2.5 # a stream takes a new source for its peer once the old one has been silent for two seconds
        line=$(SERVER_PID=$server taskset -c 1 "$work/rtp_load" "$@" | tail -1)
        cpu+="$(field cpu_us_per_packet "$line")"$'\n'
        p50+="$(field p50 "$line")"$'\n' p99+="$(field p99 "$line")"$'\n'
        lost=$((lost + $(field lost "$line")))
    done
    figure "$name" "$by" "$(printf '%s' "$cpu" | median)" us/packet \
        "median of $runs runs of $seconds s, $lost lost, on the way p50 $(printf '%s' "$p50" | median) us, p99 $(printf '%s' "$p99" | median) us"
}

start_media() { # relay|echo, number: started and under load until its code is compiled
    start_ours Parley.MediaBench "$1" 30000 "$2"
    taskset -c 1 "$work/rtp_load" "$1" 30000 "$2" "$warm_up" >/dev/null
}

relay() {
    local n
    for n in $relay_calls; do
        if peers; then
            start "$work/rtp_server" relay 30000 "$n"; rtp "relay of $n calls" "bare C" relay 30000 "$n" "$seconds"; stop_server
            start_rtpengine; rtp "relay of $n calls" "rtpengine, user space" ng 15222 "$n" "$seconds"; stop_server
        fi
        if ours; then start_media relay "$n"; rtp "relay of $n calls" "Parley" relay 30000 "$n" "$seconds"; stop_server; fi
    done
}

echoes() {
    if peers; then start "$work/rtp_server" echo 30000 1000; rtp "echo of 1000 streams" "bare C, no codec" echo 30000 1000 "$seconds"; stop_server; fi
    if ours; then start_media echo 1000; rtp "echo of 1000 streams" "Parley, jitter buffer and codec" echo 30000 1000 "$seconds"; stop_server; fi
}

play() {
    ours || return 0
    local line
    line=$(dotnet "$(program Parley.MediaBench)" play 30000 500 "$seconds" "$warm_up" | tail -1)
    figure "play to 500 calls" "Parley" "$(grep -oE ' p99 [0-9.]+' <<<"$line" | awk '{ print $2 }')" ms "p99 of lateness; $line"
}

make_users() { # number
    { echo SEQUENTIAL; seq 0 $(($1 - 1)) | sed 's/.*/u&;[authentication username=u& password=secret]/'; } >"$work/users.csv"
}

register_once() { # scenario, rate, number: the exit code does not matter, the figures show what went wrong
    (cd "$work" && taskset -c 1 sipp 127.0.0.1:15060 -sf "$OLDPWD/peers/$1.xml" -inf users.csv -i 127.0.0.1 -p 15070 -cp 15072 -r "$2" -m "$3" -l 100000 \
        -nostdin -timeout 60s -trace_stat -stf statistics.csv -fd 1 >/dev/null 2>&1) || true
}

# One scenario of registrations: who, scenario, rate. The server is running; kamailio's work is its child's.
register_rate() {
    local name=$1 scenario=$2 rate=$3 run before after statistics count=$(($3 * 8)) all="" again=0 lost=0
    for run in $(seq "$runs"); do
        before=$(family_us)
        register_once "$scenario" "$rate" "$count"
        after=$(family_us)
        all+="$(((after - before) * 100 / count))"$'\n'
        statistics=$(awk -F';' 'NR==1 { for (i = 1; i <= NF; i++) { if ($i == "Retransmissions(C)") r = i; if ($i == "FailedCall(C)") f = i } } END { print $r, $f }' "$work/statistics.csv")
        again=$((again + ${statistics% *})) lost=$((lost + ${statistics#* }))
    done
    figure "$scenario at $rate/s" "$name" "$(printf '%s' "$all" | median | awk '{ print $1 / 100 }')" us/registration \
        "median of $runs runs of $count, $again retransmissions, $lost failed, peak $(kilobytes) kB"
}

family_us() { # user + system time of the server and its children so far
    local pid
    for pid in "$server" $(ps --ppid "$server" -o pid=); do cat "/proc/$pid/stat"; done |
        awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); t += $12 + $13 } END { print int(t * 1e6 / tick) }'
}

register() {
    local scenario define auth store
    make_users 10000
    for scenario in register register_digest; do
        if peers; then
            define=() && [ "$scenario" = register ] || define=(-A DIGEST)
            start kamailio -x fm -m 512 -M 16 "${define[@]}" -f "$PWD/peers/kamailio-registrar.cfg" -DD -E
            register_rate kamailio "$scenario" "${RATE:-4000}"
            stop_server
        fi
        ours || continue
        auth=none && [ "$scenario" = register ] || auth=digest
        for store in memory "sqlite:$work/bindings.db"; do
            start_ours Parley.RegisterBench serve --port 15060 --auth "$auth" --store "$store"
            register_once "$scenario" "${RATE:-4000}" $((${RATE:-4000} * warm_up))
            register_rate "Parley, ${store%%:*}" "$scenario" "${RATE:-4000}"
            stop_server
        done
    done
    ours || return 0
    dotnet "$(program Parley.RegisterBench)" memory --users 100000
    dotnet "$(program Parley.RegisterBench)" pauses --users 100000
}

# The three loads on a server each: what one has left behind is not the next one's.
api() {
    ours || return 0
    local load line
    for load in "latency --seconds $((seconds * 4))" hold "cycles --seconds ${CYCLE_SECONDS:-300}"; do
        start_ours Parley.CallApiBench serve
        # shellcheck disable=SC2086
        taskset -c 1 dotnet "$(program Parley.CallApiBench)" $load --pid "$server" | while read -r line; do figure "call API, ${load%% *}" Parley - - "$line"; done
        stop_server
        figure "call API, ${load%% *}" Parley - - "within the server: $(tail -1 "$work/server.log")"
    done
}

# Server, programs and phones in one process; with real-time priority where that is allowed, since a machine that does other work shows only itself.
voice() {
    ours || return 0
    local mode line urgent=()
    chrt -r 5 true 2>/dev/null && urgent=(chrt -r 5)
    for mode in barge bot interrupt reply load; do
        "${urgent[@]}" dotnet "$(program Parley.VoiceBench)" $mode | while read -r line; do figure "voice agents, $mode" Parley - - "$line"; done
    done
}

build
case $what in
    parse) parse ;;
    calls) calls ;;
    proxy) proxy ;;
    b2bua) b2bua ;;
    relay) relay ;;
    echo) echoes ;;
    play) play ;;
    register) register ;;
    api) api ;;
    voice) voice ;;
    all) parse; calls; proxy; b2bua; relay; echoes; play; register; api; voice ;;
    *) echo "usage: bench/measure.sh parse|calls|proxy|b2bua|relay|echo|play|register|api|voice|all [peers|ours|both]" >&2; exit 2 ;;
esac
ratios
