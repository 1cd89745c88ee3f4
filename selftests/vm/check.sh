#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All tests: those of the host and of this driver, every list of selftests/programs/Makefile in
# a VM of each kernel, and what recording costs on 6.1 (selftests/bench). Ends with
# where the time went, the kernels that ran and one line of counts; status 0 if
# something passed and nothing failed.
#
#   check.sh [LANE...]         kernels, default 6.1 6.12; e.g. 6.1-rt
#   check.sh --vm-only LANE... without the tests of the host and the cost
#   check.sh --stress [LANE...]  the lists STRESS_* with the counts of 'make stress'
#   TESTS="a b" check.sh       only these tests, not those of the host, nor the cost
#   SEED=n check.sh            other random numbers in the VMs of virtual time, default 1;
#                              --stress draws a seed and tells it
#   KERNEL_RELEASE="6.1.0-55-amd64 ..." check.sh   these very releases, see fetch.sh
#
# What runs is in lanes.sh, how it is judged in report.sh, what may be skipped in
# skips.list. Tests in virtual time keep one CPU busy each, so two such VMs run at
# once, if need be of one kernel, or one beside the tests of the host. Those on two
# CPUs look for races and have the machine to themselves.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=lanes.sh
. "$here/lanes.sh"
# shellcheck source=report.sh
. "$here/report.sh"
# shellcheck source=arch.sh
. "$here/arch.sh"
logs=$BUILD/check skips=$here/skips.list
host=1
[ "${1:-}" != --vm-only ] || { host=0; shift; }
[ -z "${TESTS+set}" ] || host=0
stress=() vm_options=()
bound=1500
if [ "${1:-}" = --stress ]; then
	shift
	host=0 logs=$BUILD/stress stress=(--stress) bound=7200
	SEED=${SEED:-$RANDOM}
fi
seed=${SEED:-1}
lanes=("$@")
[ ${#lanes[@]} -gt 0 ] || lanes=(6.1 6.12)
# An s390x takes twice as long to emulate.
[ -z "$(machine_suffix "${lanes[-1]}")" ] || bound=3600
parts=()	# 'LANE MODE NAMES' of what was started
declare -A list

# The last line says counts here too.
die()
{
	echo "check.sh: $*"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

# Two runs would build into the same folders and judge each other's output.
lock_tree()
{
	mkdir -p "$BUILD"
	exec {lock}>>"$BUILD/check.lock"
	flock -n "$lock" || die "another run uses this tree, $(tail -n 1 "$BUILD/check.lock"): wait for its end or use a checkout of its own"
	echo "process $$ since $(date +%H:%M:%S)" >"$BUILD/check.lock"
}

# The lists are read by the kernel's own build of selftests.
fetch_tools()
{
	"$here/fetch.sh" tools build vm check || die "what the tests need is not there, see above"
	"$here/fetch.sh" source || die "the kernel's kselftest framework is not there, see above"
	[ "$host" -eq 1 ] || return 0
	"$here/fetch.sh" prometheus || die "promtool is not there, see above"
	"$here/fetch.sh" clickhouse || die "ClickHouse is not there, see above"
}

# A release of no lane that runs would be asked for in vain.
check_pins()
{
	local release lane found

	for release in ${KERNEL_RELEASE:-}; do
		found=
		for lane in "${lanes[@]}"; do
			[ "$("$here/fetch.sh" release "$lane")" != "$release" ] || found=1
		done
		[ -n "$found" ] || die "KERNEL_RELEASE: $release is no kernel of the lanes ${lanes[*]}"
	done
}

tests_dir_of()
{
	local machine

	machine=$(machine_of "$1")
	if [ "$machine" = amd64 ]; then
		echo "$BUILD/selftests/install"
	else
		echo "$BUILD/machines/$machine/selftests/install"
	fi
}

build_all()
{
	local lane goals=() start=$SECONDS

	mkdir -p "$logs/build"
	for lane in "${lanes[@]}"; do
		goals+=("lane-$lane")
		[ -z "$(machine_suffix "$lane")" ] || goals+=("programs-$lane")
	done
	"$here/fetch.sh" newest "${lanes[@]}" || die "no kernel, see above"
	check_pins
	say "building the module for ${lanes[*]}, the command and the tests"
	make -s -j2 -C "$top" "${goals[@]}" tools selftests >"$logs/build/log" 2>&1 || {
		cat "$logs/build/log"
		die "the build failed, see above"
	}
	echo $((SECONDS - start)) >"$logs/build/seconds"
}

# The tests of one list, all or those of $TESTS.
names()
{
	local name

	for name in $1; do
		[ -n "${TESTS+set}" ] && [[ " $TESTS " != *" $name "* ]] || printf '%s ' "$name"
	done
}

# What is asked for and in no list would otherwise pass by not being run.
read_lists()
{
	local mode name all known=""

	for mode in warp turns smp; do
		all=$(make -s --no-print-directory -C "$top" "list-${stress[*]:+stress-}$mode") ||
			die "make list-$mode failed"
		[ -n "${all// }" ] || die "the list '$mode' of selftests/programs/Makefile is empty"
		known+=" $all"
		list[$mode]=$(names "$all")
	done
	[ -n "${TESTS+set}" ] || return 0
	[ -n "${TESTS// }" ] || die "TESTS is empty: no test is named"
	for name in $TESTS; do
		[[ "$known " == *" $name "* ]] || die "there is no test '$name'; there are:$known"
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

# start LANE MODE NAMES COMMAND...: when one of two places is free
start()
{
	parts+=("$1 $2 $3")
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
		wait -n || :
	done
	part "$1-$2" "${@:4}" &
}

# start_list LANE MODE NAMES. On another machine only what is in virtual time: races are
# looked for on this one, and QEMU's emulation of two CPUs is no witness for theirs.
start_list()
{
	[[ $2 == warp* ]] || [ -z "$(machine_suffix "$1")" ] || return 0
	[ -z "$3" ] || start "$1" "$2" "$3" vm_part "$1" "$2" "$3"
}

# What takes longest comes first, so that neither CPU waits long for the other.
run_all()
{
	local lane mode

	[ "$host" -eq 0 ] || start host unit "" host_part unit make -s -C "$top/selftests/unit" check
	for mode in warp warp-2 turns; do
		for lane in "${lanes[@]}"; do
			start_list "$lane" "$mode" "${list[$mode]}"
		done
	done
	if [ "$host" -eq 1 ] && [[ " ${lanes[*]} " == *" 6.1 "* ]]; then
		# Instructions are counted in virtual time too, so what runs beside does not matter.
		start 6.1 cost cost program_part 6.1-cost cost "$top/selftests/bench/bench.sh" --guard
		start host driver driver_test.sh program_part host-driver driver_test.sh "$here/driver_test.sh"
	fi
	for lane in "${lanes[@]}"; do
		[ -z "$(machine_suffix "$lane")" ] || [ -n "${TESTS+set}" ] ||
			start "$lane" driver driver_test.sh program_part "$lane-driver" driver_test.sh \
				"$here/driver_test.sh" "$lane"
	done
	wait
	for lane in "${lanes[@]}"; do
		start_list "$lane" smp "${list[smp]}"
		wait
	done
}

# How to have the same random numbers again.
say_seed()
{
	if [ ${#stress[@]} -gt 0 ]; then
		say "SEED=$seed: 'make stress SEED=$seed' draws the same random numbers again in virtual time"
	elif [ "$seed" != 1 ]; then
		say "SEED=$seed"
	fi
}

main()
{
	local lane mode names part folders=(build)

	mkdir -p "$logs"
	say_seed
	fetch_tools
	read_lists
	lock_tree
	build_all
	list[warp-2]=
	if [ ${#lanes[@]} -eq 1 ]; then
		list[warp-2]=$(every_second 2 "${list[warp]}")
		list[warp]=$(every_second 1 "${list[warp]}")
	fi
	run_all
	for part in "${parts[@]}"; do
		read -r lane mode names <<<"$part"
		folders+=("$lane-$mode")
		judge "$lane" "$mode" "$names"
		[ -e "$logs/$lane-$mode/seconds" ] || failure "$lane" "$mode" "it did not come to its end"
	done
	judge_counts
	report "${folders[@]}"
	say_seed
	[ "$failed" -eq 0 ]
}

trap 'jobs -rp | xargs -r kill' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
main
