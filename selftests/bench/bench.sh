#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What tcpledger costs, beside nothing loaded and beside the other tools that watch
# TCP, in VMs whose clock counts instructions (see workload.c). Tables on the screen,
# and in .build/bench the same as results.json and as a chart, cost.svg.
#
#   bench.sh            all scenes of guest.sh
#   bench.sh --quick    only what recording costs a connection and a round trip
#   bench.sh --guard    the same beside the floor (floor.ko: empty hooks and probe) of the
#                       same run, and fails where a limit is passed; KTAP out
#   bench.sh --readers  the same with each reader of the live stream, its own work included
#   bench.sh --profile [ROW]  where those instructions go, by function, beside the floor:
#                       what any observer costs; also in .build/bench-profile/profile.json;
#                       of recording alone, or of ROW with a reader: stream, record, follow
#   bench.sh --lines    which lines of memory several CPUs want, in a data segment and in a
#                       SYN (see lines.py), and how long interrupts are off (off.py); fails
#                       where a limit of cores.json is passed
#   bench.sh --cores    that, and what recording costs in real time on two and four CPUs that
#                       all have work
#   bench.sh --accept   makes the last run's figures the committed ones
#
# The guard's limits are about what recording costs above the floor, which any observer
# costs and another kernel may raise or lower: the contract's figures less its own floor,
# and where what is committed in committed.json is still above them, that and 5 %. Who
# keeps to the contract's figure itself passes too, whatever the floor.
#
# KERNEL=6.1|6.12|6.1-rt|6.12-rt chooses the kernel, 6.1 if not given; what is
# committed is about 6.1. JOBS=1 runs one VM at a time and not two.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"
out=$BUILD/bench
lane=${KERNEL:-6.1}
committed=$here/committed.json
bound=5 # per cent
# Instructions added: by recording at most, and by the floor where that was agreed on.
declare -A limit=([connection]=10500 [round_trip]=500)
declare -A limit_floor=([connection]=1950 [round_trip]=325)
programs=()
options=()

die()
{
	echo "bench: $*" >&2
	exit 1
}

build()
{
	"$here/../vm/fetch.sh" tools build vm "$@"
	"$here/../vm/fetch.sh" kernel "$lane"
	mkdir -p "$BUILD"
	exec {lock}>>"$out.lock"
	flock -n "$lock" || die "another run uses $out: wait for its end"
	rm -rf "$out"
	mkdir -p "$out/payload"
	make -s -C "$top" "lane-$lane" tools >"$out/build.log" 2>&1 || {
		cat "$out/build.log" >&2
		die "the build failed, see above"
	}
	release=$("$here/../vm/fetch.sh" release "$lane")
	gcc -O2 -Wall -Wextra -D_GNU_SOURCE -static -o "$out/payload/workload" "$here"/{workload,pair}.c
	gcc -O2 -Wall -Wextra -D_GNU_SOURCE -static -o "$out/payload/cores" "$here"/{cores,pair}.c
	gcc -O2 -Wall -Wextra -D_GNU_SOURCE -static -o "$out/payload/fill" "$here/fill.c"
	cp "$here"/{guest,rows}.sh "$BUILD/$release/tcpledger.ko" "$out/payload"
}

build_floor()
{
	cp -r "$here/floor" "$out/floor"
	make -s -C "$BUILD/kernels/$lane/usr/src/linux-headers-$release" M="$out/floor" modules >>"$out/build.log" 2>&1 || {
		cat "$out/build.log" >&2
		die "the build of floor.ko failed, see above"
	}
	cp "$out/floor/floor.ko" "$out/payload"
}

# scene NAME MODE MEMORY SCENE [ROW...]: in a VM of its own; its figures are in NAME.out
scene()
{
	local name=$1 mode=$2 mem=$3 start=$SECONDS program adds=()

	shift 3
	for program in "${programs[@]}"; do
		adds+=(--add "$program")
	done
	if setpriv --pdeathsig=TERM "$here/../vm/run.sh" --kernel "$lane" --mode "$mode" --mem "$mem" --raw --seed 1 --append slab_nomerge \
		--no-module --timeout 3600 --add "$out/payload:/bench" "${adds[@]}" "${options[@]}" \
		--exec "exec bash /bench/guest.sh $*" >"$out/$name.out" 2>"$out/$name.err" &&
		grep -qx 'done' "$out/$name.out"; then
		echo "bench: $name measured in $((SECONDS - start)) s" >&2
	else
		cat "$out/$name.out" "$out/$name.err" >&2
		echo "bench: $name failed, see above" >&2
		touch "$out/failed"
	fi
}

# Virtual time does not care what else this machine does, so two VMs at once; real
# time does, so those on two CPUs alone and last.
all_scenes()
{
	local words row

	for words in "loopback warp 512 loopback" "list warp 2048 list" "held warp 2048 held" \
		"bulk warp 512 bulk" "veth warp 512 veth"; do
		[ "$(jobs -rp | wc -l)" -lt "${JOBS:-2}" ] || wait -n
		# shellcheck disable=SC2086 # words
		scene $words &
	done
	wait
	for row in nothing tcpledger; do
		scene "cpus_$row" smp 1024 cpus $row
	done
}

# name and version of what is compared with
versions()
{
	dpkg-query -W -f '{"${Package}":"${Version}"}\n' qemu-system-x86 "$@" | jq -sc add
}

results()
{
	[ ! -e "$out/failed" ] || die "not all could be measured: no results"
	cat "$out"/*.out | jq -Rn -f "$here/results.jq" --arg date "$(date -I)" --arg kernel "$release" \
		--argjson versions "$(versions "$@")" >"$out/results.json"
}

# figure ROW WORK FIELD: rounded
figure()
{
	jq --arg row "$1" --arg work "$2" --arg field "$3" \
		'.results[] | select(.scene == "loopback" and .row == $row and .work == $work)[$field] | round' \
		"$out/results.json"
}

full()
{
	local packages=(libbpf-tools conntrack tcpdump iproute2)

	programs=(tcplife tcpconnlat tcptracer tcpstates conntrack ethtool)
	build bench
	build_floor
	all_scenes
	results "${packages[@]}"
	"$here/report.py" "$out/results.json" "$out/cost.svg"
	echo "bench: the same in $out/results.json, and as a chart in $out/cost.svg" >&2
}

# some DIRECTORY ROW...: what these rows add to a connection and to a round trip
some()
{
	local work row

	out=$BUILD/$1
	shift
	build
	scene loopback warp 512 loopback nothing "$@"
	results
	for work in connection round_trip; do
		printf '%-12s %8d instructions with nothing loaded (%s)\n' "$work" "$(figure nothing $work each)" "$release"
		for row in "$@"; do
			printf '%-12s %+8d with %s\n' "" "$(figure "$row" $work added)" "$row"
		done
	done
}

# In a VM of its own with all three rows, so that nothing but the row differs.
profile()	# ROW
{
	out=$BUILD/bench-profile
	build bench
	build_floor
	gcc -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden -o "$out/profile.so" "$here/profile.c"
	options=(--plugin "$out/profile.so,out=$out/counts")
	scene profile warp 512 profile "$1"
	results
	"$here/profile.py" "$out" "$1"
	echo "bench: the same, with all functions, in $out/profile.json" >&2
}

# lines_scene NAME MODE: what lines.c sees in the scene NAME
lines_scene()
{
	options=(--plugin "$out/lines.so,out=$out/$1.counts")
	scene "$1" "$2" 1024 "$1"
	options=()
}

# Two CPUs that take turns, so the plugin needs no locks and no CPU waits for another; one
# CPU, whose time is instructions, where it is about how many.
lines()
{
	out=$BUILD/bench-lines
	build
	build_floor
	gcc -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden -o "$out/lines.so" "$here/lines.c"
	lines_scene lines turns
	lines_scene off warp
	[ ! -e "$out/failed" ] || die "not all could be measured: no results"
	"$here/lines.py" "$out" "$here/cores.json" || die "see above, and selftests/bench/cores.json"
	"$here/off.py" "$out" "$here/cores.json" || die "see above, and selftests/bench/cores.json"
}

# In real time, so a figure is worth nothing but beside the other one of the same VM.
cores()
{
	local cpus work

	lines
	out=$BUILD/bench-cores
	build bench
	for cpus in 2 4; do
		options=(--smp "$cpus")
		scene "cores_$cpus" smp 1024 cores "$cpus"
	done
	results
	echo
	for cpus in 2 4; do
		for work in data connections; do
			jq -r --arg scene "cores_$cpus" --arg work "$work" \
				'[.results[] | select(.scene == $scene and .work == $work)] | map({(.row): .each}) | add |
				"\(.tcpledger / .nothing * 100 | round / 100) times as long as with nothing loaded"' \
				"$out/results.json" | sed "s/^/$cpus CPUs, $work on all at once: /"
		done
	done
}

# committed_own WORK: above the floor of its own run
committed_own()
{
	jq -e ".$1 - .floor.$1" "$committed" || die "$committed has no figures of $1 and of its floor"
}

# guard_work WORK: one result. What is not met yet says so though it passes.
guard_work()
{
	local work=$1 added floor own was most met=""

	added=$(figure tcpledger "$work" added)
	floor=$(figure floor "$work" added)
	own=$((added - floor))
	most=$((limit[$work] - limit_floor[$work]))
	was=$(committed_own "$work") || exit
	[ "$was" -le "$most" ] || most=$((was * (100 + bound) / 100))
	[ "$added" -le "${limit[$work]}" ] || met=": the limit of ${limit[$work]} is not met yet"
	if [ "$own" -le "$most" ] || [ "$added" -le "${limit[$work]}" ]; then
		ktap_ok "$work: $added instructions more with tcpledger, $own above the floor of $floor, at most $most$met"
	else
		ktap_not_ok "$work: $added instructions more with tcpledger, $own above the floor of $floor, and not at most $most"
	fi
}

guard()
{
	local work

	out=$BUILD/bench-guard
	lane=6.1
	ktap_count ${#limit[@]}
	build
	build_floor
	scene loopback warp 512 loopback nothing floor tcpledger
	results
	for work in connection round_trip; do
		guard_work "$work"
	done
	[ "$ktap_failed" -eq 0 ] || die "more than $(jq -r '"\(.date) on \(.kernel)"' "$committed"), see selftests/bench/committed.json:" \
		"find the commit that did it (git bisect run make bench-guard), or, where the cost" \
		"is worth it, 'make bench-guard bench-accept' and commit the new figures with the reason"
}

# The last run that measured the floor too.
accept()
{
	[ "$BUILD/bench-guard/results.json" -ot "$out/results.json" ] || out=$BUILD/bench-guard
	[ -e "$out/results.json" ] || die "there are no results: run 'make bench' or 'make bench-guard' first"
	jq -e '.kernel | startswith("6.1.")' "$out/results.json" >/dev/null ||
		die "the last run was on $(jq -r .kernel "$out/results.json"): the committed figures are of 6.1"
	jq 'def of($row): [.results[] | select(.scene == "loopback" and .row == $row) |
		{(.work): (.added | round)}] | add;
		{date, kernel} + of("tcpledger") + {floor: of("floor")}' "$out/results.json" >"$committed"
	[ ! -e "$out/cost.svg" ] || cp "$out/cost.svg" "$here/cost.svg"
	cat "$committed"
}

# Background jobs do not get the terminal's Ctrl-C.
trap 'jobs -rp | xargs -r kill' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case ${1:-} in
"")		full ;;
--quick)	some bench-quick tcpledger ;;
--readers)	some bench-readers tcpledger stream record follow ;;
--guard)	guard ;;
--profile)	profile "${2:-tcpledger}" ;;
--lines)	lines ;;
--cores)	cores ;;
--accept)	accept ;;
*)		die "usage: bench.sh [--quick|--readers|--guard|--profile [ROW]|--lines|--cores|--accept]" ;;
esac
