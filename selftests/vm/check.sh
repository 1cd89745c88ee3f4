#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All tests: those of the host, every list of selftests/Makefile in a VM of each
# kernel, and what recording costs on 6.1 (selftests/bench). Ends with one line of
# counts, and status 0 if none failed.
#
#   check.sh [LANE...]         kernels, default 6.1 6.12; e.g. 6.1-rt
#   check.sh --vm-only LANE... without the tests of the host and the cost
#   check.sh --stress [LANE...]  the lists STRESS_* with the counts of 'make stress'
#   TESTS="a b" check.sh       only these tests, not those of the host, nor the cost
#   SEED=n check.sh            other random numbers in the VMs of virtual time, default 1;
#                              --stress draws a seed and tells it
#
# Tests in virtual time keep one CPU busy each, so two such VMs run at once, if need
# be of one kernel. Those on two CPUs look for races and have the machine to themselves.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
logs=$BUILD/check
host=1
[ "${1:-}" != --vm-only ] || { host=0; shift; }
[ -z "${TESTS:-}" ] || host=0
stress=()
bound=900
if [ "${1:-}" = --stress ]; then
	shift
	host=0 logs=$BUILD/stress stress=(--stress) bound=7200
	SEED=${SEED:-$RANDOM}
fi
seed=${SEED:-1}
lanes=("$@")
[ ${#lanes[@]} -gt 0 ] || lanes=(6.1 6.12)
passed=0 failed=0 skipped=0

say()
{
	printf '[%3d s] %s\n' "$SECONDS" "$*"
}

build_all()
{
	local lane goals=()

	for lane in "${lanes[@]}"; do
		goals+=("lane-$lane")
	done
	"$here/fetch.sh" tools build vm check
	"$here/fetch.sh" source
	"$here/fetch.sh" kernel "${lanes[@]}"
	say "building the module for ${lanes[*]}, the command and the tests"
	make -s -j2 -C "$top" "${goals[@]}" tools selftests >"$logs/build.log" 2>&1 || {
		cat "$logs/build.log"
		say "the build failed, see above"
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	}
}

# The host's tests speak KTAP too. Status and results must agree, so that a test
# program that cannot even start does not pass.
host_tests()
{
	local rc=0 log=$logs/host-unit before=$failed

	[ -e "$top/selftests/unit/Makefile" ] || return 0
	say "host tests"
	rm -rf "$log"
	mkdir -p "$log"
	make -s -C "$top/selftests/unit" check >"$log/output.all" 2>&1 || rc=$?
	judge host unit ""
	if [ "$rc" -ne 0 ] && [ "$failed" -eq "$before" ]; then
		tail -n 40 "$log/output.all"
		echo "not ok host unit: make ended with $rc"
		failed=$((failed + 1))
	fi
	say "host tests: done"
}

# Names of $2.. that have no result in the output file $1.
unreported()
{
	local output=$1 name

	shift
	for name in "$@"; do
		grep -qaE "^(not )?ok [0-9]+ $name( |\$)" "$output" || printf '%s ' "$name"
	done
}

# Runs one list of a lane, e.g. warp or warp-2. A test that takes the VM down is
# lost, and those after it go on in a new VM; three lost VMs are enough to know.
run_lane()
{
	local lane=$1 mode=${2%-2} log=$logs/$1-$2 rest=$3 try=0 rc again=()

	[ "$mode" != warp ] || again=(--seed "$seed")
	rm -rf "$log"
	[ -n "$rest" ] || return 0
	mkdir -p "$log"
	: >"$log/output.all"
	while [ -n "$rest" ] && [ "$try" -lt 3 ]; do
		try=$((try + 1))
		rc=0
		"$here/run.sh" --kernel "$lane" --mode "$mode" --tests "$rest" --dir "$BUILD/selftests/install" \
			"${stress[@]}" "${again[@]}" --timeout "$bound" --log "$log/$try" 2>"$log/$try.err" || rc=$?
		{ cat "$log/$try/output"; echo; } >>"$log/output.all"
		if [ "$rc" -eq 128 ]; then
			cat "$log/$try.err"
			# shellcheck disable=SC2086 # one name a word
			rest=$(unreported "$log/$try/output" $rest)
			rest=${rest#* }
		else
			grep -q . "$log/$try.err" && cp "$log/$try.err" "$log/complaints"
			rest=
		fi
	done
	say "$lane $2: done"
}

# Instructions are counted in virtual time too, so what runs beside does not matter.
cost_guard()
{
	local log=$logs/6.1-cost

	rm -rf "$log"
	[[ " ${lanes[*]} " == *" 6.1 "* ]] && [ "$host" -eq 1 ] || return 0
	mkdir -p "$log"
	if "$top/selftests/bench/bench.sh" --guard >"$log/output" 2>&1; then
		echo "ok 1 cost"
	else
		sed 's/^/  # /' "$log/output"
		echo "not ok 1 cost"
	fi >"$log/output.all"
	say "6.1 cost: done"
}

# judge LANE MODE NAMES: prints what failed and adds up the counts
judge()
{
	local log=$logs/$1-$2 p f s

	[ -d "$log" ] || return 0
	awk -v lane="$1 $2" -v names="$3" -f "$here/verdict.awk" "$log/output.all" >"$log/verdict"
	grep -v '^counts ' "$log/verdict" || :
	read -r _ p f s <<<"$(tail -n 1 "$log/verdict")"
	if [ -s "$log/complaints" ]; then
		echo "not ok $1 $2: the kernel log of a VM that ended well"
		cat "$log/complaints"
		f=$((f + 1))
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
}

# The tests of one list, all or those of $TESTS.
names()
{
	local name all

	all=$(make -s --no-print-directory -C "$top" "list-${stress[*]:+stress-}$1")
	for name in $all; do
		[ -n "${TESTS:-}" ] && [[ " $TESTS " != *" $name "* ]] || printf '%s ' "$name"
	done
}

# every_second FIRST NAMES: those at FIRST, FIRST + 2, ...
every_second()
{
	local name n=$1

	for name in $2; do
		[ $((n++ % 2)) -eq 0 ] || printf '%s ' "$name"
	done
}

main()
{
	local lane mode
	local -A list

	mkdir -p "$logs"
	[ "$seed" = 1 ] || say "SEED=$seed"
	build_all
	[ "$host" -eq 0 ] || host_tests
	for mode in warp turns smp; do
		list[$mode]=$(names "$mode")
	done
	list[warp-2]=
	if [ ${#lanes[@]} -eq 1 ]; then
		list[warp-2]=$(every_second 2 "${list[warp]}")
		list[warp]=$(every_second 1 "${list[warp]}")
	fi
	for mode in warp warp-2 turns; do
		for lane in "${lanes[@]}"; do
			[ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
			run_lane "$lane" "$mode" "${list[$mode]}" &
		done
	done
	[ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
	cost_guard &
	wait
	for lane in "${lanes[@]}"; do
		run_lane "$lane" smp "${list[smp]}"
	done
	for lane in "${lanes[@]}"; do
		for mode in warp warp-2 turns smp; do
			judge "$lane" "$mode" "${list[$mode]}"
		done
	done
	judge 6.1 cost cost
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

main
