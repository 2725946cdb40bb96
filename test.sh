#!/usr/bin/env bash
# Installs from Debian what the tests need and is missing, builds, runs every test, closes with "N passed, N failed".
#
#   ./test.sh               everything
#   PARLEY_FUZZ_SECONDS=3600 ./test.sh      with an hour of fuzzing instead of two minutes
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export PARLEY_FUZZ_SECONDS=${PARLEY_FUZZ_SECONDS:-120}

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

finish() {
    # A run without a single test proves nothing.
    [ $((passed + failed)) -gt 0 ] || failed=1
    # Where everything is installed there is no reason to leave a test out.
    if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then failed=$((failed + skipped)) skipped=0; fi
    local line="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    echo "$line"
    [ "$failed" -eq 0 ] && exit 0
    exit 1
}

give_up() {
    echo "test.sh: $*" >&2
    failed=$((failed + 1))
    finish
}

# The phones nobody here wrote, and the database.
install_peers() {
    local missing=() package
    for package in sip-tester baresip-core linphone-cli kamailio fail2ban postgresql espeak-ng libsndfile1 libopus0 nodejs python3; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    # Debian's own Node has no WebSocket yet.
    node --experimental-websocket -e 'process.exit(typeof WebSocket === "function" ? 0 : 1)' 2>/dev/null || missing+=(node-ws)
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || give_up "${missing[*]} missing, and this system has no apt-get: install SIPp 3.6, baresip 1.0, linphonec, kamailio 5.6, fail2ban 1.0, espeak-ng 1.51, libsndfile 1.2 and PostgreSQL by hand"
    local root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || give_up "${missing[*]} missing: run as root once, or: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    echo "== installing ${missing[*]}"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$log" 2>&1 \
        && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$log" 2>&1 \
        || { tail -20 "$log"; give_up "apt-get could not install ${missing[*]}"; }
}

# Reads the summary a test program closes with; one that has none has crashed, and counts as a failure.
add_up() {
    local name=$1 code=$2 took=$3 ok bad left
    number() { sed -nE "s/^ +$1: ([0-9]+)\$/\1/p" "$log" | tail -1; }
    ok=$(number succeeded) bad=$(number failed) left=$(number skipped)
    if [ -z "$ok" ] || [ -z "$bad" ]; then
        echo "$name ended with $code and without a summary:"
        tail -30 "$log"
        failed=$((failed + 1))
        return
    fi
    if [ "$code" -ne 0 ]; then
        # What each failed test says first; what its peers said follows it there, in hundreds of lines.
        awk '/^failed / { left = 20 } left-- > 0' "$log"
        # An end other than by failed tests (2), for instance by a crash after the summary.
        [ "$bad" -gt 0 ] || { tail -50 "$log"; bad=1; }
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
    echo "$name: $ok passed, $bad failed${left:+, $left skipped}, in $took s"
}

run_tests() {
    local name=$1 limit=$2 program="tests/$1/bin/Release/net10.0/$1.dll" code=0 begun=$SECONDS
    shift 2
    if [ ! -f "$program" ]; then
        echo "$name was not built"
        failed=$((failed + 1))
        return
    fi
    echo "== $name"
    timeout --kill-after=10 "$limit" dotnet "$program" "$@" >"$log" 2>&1 || code=$?
    add_up "$name" "$code" $((SECONDS - begun))
}

command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing (https://dotnet.microsoft.com/download)"
install_peers

echo "== build"
dotnet build Parley.slnx -c Release --nologo -v q >"$log" 2>&1 || { tail -40 "$log"; give_up "the build failed"; }

for project in tests/Parley*.Tests; do
    name=$(basename "$project")
    [ "$name" = Parley.Interop.Tests ] || run_tests "$name" $((PARLEY_FUZZ_SECONDS + 300))
done
run_tests Parley.Interop.Tests 1500
finish
