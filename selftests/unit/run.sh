#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh BUILD TEST...: run the tests, each nested in one KTAP result, and say at
# the end how long each took.
# As many run at a time as there are processors (JOBS), told in the order given. A
# process may take 120 seconds of CPU time and a test, on a machine as busy as may
# be, 15 minutes. A test fails if its plan is not its first word, or its results
# are not its plan.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"
build=$1
shift
jobs=${JOBS:-$(nproc)}

rm -rf "$build/fixtures" "$build/out"
mkdir -p "$build/fixtures" "$build/out"
"$build/make_fixtures" "$build/fixtures" || exit 1
"$build/make_stream" "$build/fixtures/records" header sync start records snapshot_end late amend lost=3 \
	>"$build/fixtures/stream" || exit 1

FIXTURES=$(cd "$build/fixtures" && pwd)
TCPLEDGER=$(cd "$here/../../tools" && pwd)/tcpledger
LOCALES=$(cd "$build" && pwd)/locales
export FIXTURES TCPLEDGER LOCALES
export LC_ALL=C.UTF-8 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
unset TCPLEDGER_PROC NO_COLOR COLUMNS

# One test: what it says, then beside it its status and how long it took.
run()		# TEST
{
	local program=./$1 out=$build/out/$1 start=$EPOCHREALTIME status=0

	[ -e "$program" ] || program=$build/$1
	(ulimit -t 120 && exec timeout 900 "$program") >"$out" 2>&1 || status=$?
	echo "$status $((${EPOCHREALTIME/./} - ${start/./}))" >"$out.end"
}

# What is wrong with the output of a test, nothing if it is good, 'SKIP why' if it says so.
judge()		# OUTPUT STATUS
{
	awk -v status="$2" '
	/^1\.\.[0-9]+/ {
		if (results) wrong = wrong ", the plan is not first"
		if (plans++) wrong = wrong ", a second plan"
		plan = substr($1, 4) + 0
		if (!plan && $2 == "#" && $3 == "SKIP") skip = substr($0, index($0, "SKIP"))
	}
	/^(not )?ok [0-9]/ {
		results++
		if (($1 == "ok" ? $2 : $3) != results) wrong = wrong ", result " results " is numbered otherwise"
	}
	/^not ok/ { failed++ }
	/^Bail out!/ { wrong = wrong ", " $0 }
	END {
		if (status && !(status == 4 && skip != "")) wrong = wrong ", status " status
		if (!plans) wrong = wrong ", no plan"
		else if (results + 0 != plan) wrong = wrong ", " results + 0 " of " plan " results"
		else if (!plan && skip == "") wrong = wrong ", no results"
		if (failed) wrong = wrong ", " failed " failed"
		print wrong != "" ? substr(wrong, 3) : skip
	}' "$1"
}

tell()		# TEST
{
	local out=$build/out/$1 status=128 us=0 wrong

	[ ! -e "$out.end" ] || read -r status us <"$out.end"
	times+="$us $1"$'\n'
	echo "  # Subtest: $1"
	sed 's/^/  /' "$out"
	wrong=$(judge "$out" "$status")
	case $wrong in
	"") ktap_ok "- $1" ;;
	SKIP*) ktap_ok "- $1 # $wrong" ;;
	*) ktap_not_ok "- $1: $wrong" ;;
	esac
}

times=
started=$EPOCHREALTIME
ktap_plan $#
tests=("$@")
next=0
told=0
running=0
declare -A number ended
while [ $told -lt $# ]; do
	while [ $running -lt "$jobs" ] && [ $next -lt $# ]; do
		run "${tests[next]}" &
		number[$!]=$((next++))
		running=$((running + 1))
	done
	wait -n -p pid
	ended[${number[$pid]}]=1
	running=$((running - 1))
	while [ -n "${ended[$told]:-}" ]; do
		tell "${tests[told]}"
		told=$((told + 1))
	done
done
ktap_say "seconds, the longest first:"
sort -rn <<<"${times%$'\n'}" | awk '{ printf "# %7.1f %s\n", $1 / 1e6, $2 }'
awk -v us=$((${EPOCHREALTIME/./} - ${started/./})) -v jobs="$jobs" \
	'BEGIN { printf "# %7.1f in all, %d at a time\n", us / 1e6, jobs }'
[ "$ktap_failed" -eq 0 ]
