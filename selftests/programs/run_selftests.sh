#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs tests one after another and reports in KTAP, each test's own results as a
# nested block. The kernel's runner prints them as comments, which hides from a
# reader of the outer report how many there were.
#
#   run_selftests.sh [--timeout SECONDS] [--cpu SECONDS] NAME...
#
# Needs root and the module loaded. --cpu bounds a loop where time is virtual and
# a timeout on the clock would pass in a moment. Each test starts with a line in
# the kernel log, so that a complaint there can be laid at its door. A test that died
# says of what: of a bound of ours, or of a signal.
set -u

timeout=3600
cpu=unlimited
group=/sys/fs/cgroup/tcpledger-test
used=$(mktemp)
trap 'rm -f "$used"' EXIT

while [ $# -gt 0 ]; do
	case $1 in
	--timeout)	timeout=$2; shift 2 ;;
	--cpu)		cpu=$2; shift 2 ;;
	*)		break ;;
	esac
done
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh

# A test that leaves processes behind must not reach into the next one. They are
# gone as soon as they run again, which is what the loop gives way to.
end_group()
{
	[ -d "$group" ] || return 0
	echo 1 >"$group/cgroup.kill"
	while grep -q 'populated 1' "$group/cgroup.events"; do
		:
	done
	rmdir "$group"
}

run_test()
{
	mkdir -p "$group" 2>/dev/null
	(
		[ ! -w "$group/cgroup.procs" ] || echo "$BASHPID" >"$group/cgroup.procs"
		ulimit -t "$cpu"
		exec timeout -k 5 "$timeout" "./$1" </dev/null 2>&1
	)
	local rc=$?
	cpu_seconds >"$used"
	end_group 2>/dev/null
	return "$rc"
}

# CPU time of all processes of the test.
cpu_seconds()
{
	sed -n 's/^usage_usec \([0-9]*\)[0-9]\{6\}$/\1/p' "$group/cpu.stat" 2>/dev/null
}

# Line by line, so that a crash keeps all but the last.
indent()
{
	local line

	while IFS= read -r line || [ -n "$line" ]; do
		printf '  %s\n' "$line"
	done
}

# why STATUS SECONDS: of what a test died, whose status is above 128
why()
{
	local spent

	spent=$(cat "$used")
	if [ "$1" -eq 137 ] && [ "$2" -ge "$timeout" ]; then
		echo "TIMEOUT $timeout seconds, and SIGTERM did not end it"
	elif [ "$1" -eq 137 ] && [ "$cpu" != unlimited ] && [ "${spent:-0}" -ge "$cpu" ]; then
		echo "TIMEOUT $cpu seconds of CPU time"
	elif kill -l $(($1 - 128)) >/dev/null 2>&1; then
		echo "killed by SIG$(kill -l $(($1 - 128))) after $2 s and ${spent:-0} s of CPU time"
	else
		echo "exit=$1"
	fi
}

# result NAME STATUS SECONDS
result()
{
	case $2 in
	0)	ktap_ok "$1" ;;
	4)	ktap_ok "$1 # SKIP" ;;
	124)	ktap_not_ok "$1 # TIMEOUT $timeout seconds" ;;
	12[5-7])	ktap_not_ok "$1 # cannot be run, exit=$2" ;;
	*)	if [ "$2" -gt 128 ]; then
			ktap_not_ok "$1 # $(why "$2" "$3")"
		else
			ktap_not_ok "$1 # exit=$2"
		fi ;;
	esac
}

[ $# -gt 0 ] || ktap_bail "no test is named"
ktap_plan $#
for name in "$@"; do
	echo "test: $name" >/dev/kmsg
	start=$SECONDS
	run_test "$name" | indent
	rc=${PIPESTATUS[0]}
	result "$name" "$rc" $((SECONDS - start))
done
[ "$ktap_failed" -eq 0 ]
