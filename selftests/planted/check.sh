#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Do the tests see mistakes? Plants each bug of bugs/ in a copy of the tree, one at a
# time, runs the tests that it names on 6.1, and fails for each bug that none of them saw. Before
# that the same tests must pass without a bug, or their failing would mean nothing.
#
#   check.sh            all bugs, two VMs at a time
#   check.sh BUG...     only these
#   KERNEL=6.12 check.sh
#
# A bug is seen if a result is 'not ok', if the kernel complained, or if the VM was lost once
# the tests ran; which of these, and at which result first, is printed. Logs stay in
# .build/planted/BUG.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
build=${BUILD:-$top/.build}
lane=${KERNEL:-6.1}
work=$build/planted
tree=$work/tree
declare -A mode_of

die()
{
	echo "check-judges: $*" >&2
	exit 1
}

say()
{
	printf '[%4d s] %s\n' "$SECONDS" "$*"
}

# A tree of its own, with folders of objects that stay: one bug changes one or two files.
# What is taken back is newer than the objects of the bug, so those are built again.
make_tree()
{
	mkdir -p "$tree" "$work/build"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard |
		rsync -a --no-times --checksum --files-from=- --from0 --delete-missing-args . "$tree/")
	ln -sfn "$build/kernels" "$work/build/kernels"
	ln -sfn "$build/linux-source-6.1" "$work/build/linux-source-6.1"
}

make_all()
{
	make -s -j2 -C "$tree" BUILD="$work/build" "lane-$lane" tools "$@" >"$work/make.log" 2>&1 || {
		tail -n 30 "$work/make.log" >&2
		return 1
	}
}

# keep NAME: what the VMs of this bug take from the tree, while the next one is planted
keep()
{
	local dir=$work/$1

	rm -rf "$dir"
	mkdir -p "$dir/selftests" "$dir/tools"
	cp -r "$tree/selftests/vm" "$dir/selftests/"
	cp "$tree/tools/tcpledger" "$dir/tools/"
	cp "$work/build/$(cat "$build/kernels/$lane/release")/tcpledger.ko" "$dir/"
}

# run NAME MODE TESTS: in one VM; its status in NAME/MODE.status
run()
{
	local dir=$work/$1 rc=0 seed=()

	[ "$2" != warp ] || seed=(--seed 1)
	BUILD=$work/build "$dir/selftests/vm/run.sh" --kernel "$lane" --mode "$2" --module "$dir/tcpledger.ko" \
		--tests "$3" --dir "$work/build/selftests/install" --timeout 900 "${seed[@]}" \
		--log "$dir/$2" >/dev/null 2>"$dir/$2.err" || rc=$?
	echo "$rc" >"$dir/$2.status"
}

# split NAMES: sets the array 'wanted' to the names of each mode
split()
{
	local name

	wanted=()
	for name in $1; do
		[ -n "${mode_of[$name]:-}" ] || die "no list of selftests/programs/Makefile has the test $name"
		[[ " ${wanted[${mode_of[$name]}]:-} " = *" $name "* ]] ||
			wanted[${mode_of[$name]}]+=" $name"
	done
}

# run_all NAME NAMES: in the background, at most two VMs at once
run_all()
{
	local mode
	local -A wanted

	split "$2"
	for mode in "${!wanted[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
			wait -n || :
		done
		run "$1" "$mode" "${wanted[$mode]}" &
	done
}

# The part of the host: the same tests, the bug in the tree.
run_unit()
{
	local dir=$work/$1 rc=0

	make -s -C "$tree/selftests/unit" check TESTS="$2" >"$dir/unit.out" 2>&1 || rc=$?
	echo "$rc" >"$dir/unit.status"
}

# verdict NAME: prints what saw it; status 1 if nothing did
verdict()
{
	local dir=$work/$1 status mode rc ran=1

	for status in "$dir"/*.status; do
		mode=$(basename "$status" .status) rc=$(cat "$status")
		[ "$rc" -ne 0 ] || continue
		if [ "$mode" = unit ]; then
			grep -m 1 -oE 'not ok .*' "$dir/unit.out" && return 0
		elif grep -qa '^KTAP version' "$dir/$mode/output"; then
			grep -am 1 -oE 'not ok .*' "$dir/$mode/output" && return 0
			grep -q 'timeout of' "$dir/$mode.err" || { head -n 1 "$dir/$mode.err"; return 0; }
		fi
		echo "nothing ran: $(head -n 1 "$dir/$mode.err" 2>/dev/null)"
		ran=0
	done
	[ "$ran" -eq 0 ] || echo "all passed: $(tests_of "$here/bugs/$1")"
	return 1
}

tests_of()
{
	sed -n 's/^tests: //p' "$@" | tr ' ' '\n' | sort -u | paste -sd' '
}

control()
{
	local all unit vm

	all=$(tests_of "${bugs[@]/#/$here/bugs/}")
	unit=$(tr ' ' '\n' <<<"$all" | sed -n 's,^unit/,,p' | paste -sd' ')
	vm=$(tr ' ' '\n' <<<"$all" | { grep -v ^unit/ || :; } | paste -sd' ')
	say "without a bug: $all"
	keep control
	run_all control "$vm"
	[ -z "$unit" ] || run_unit control "$unit"
	wait
	if [ "$(cat "$work"/control/*.status | sort -u)" != 0 ]; then
		verdict control || :
		die "these tests fail without a bug, so nothing can be said of the bugs; logs in .build/planted/control"
	fi
}

main()
{
	local mode name bug unseen=() broken=() tests unit

	bugs=("$@")
	[ ${#bugs[@]} -gt 0 ] || mapfile -t bugs < <(ls "$here/bugs")
	for bug in "${bugs[@]}"; do
		[ -r "$here/bugs/$bug" ] || die "no bug '$bug' in selftests/planted/bugs"
	done
	"$top/selftests/vm/fetch.sh" tools build vm check
	"$top/selftests/vm/fetch.sh" source
	"$top/selftests/vm/fetch.sh" kernel "$lane"
	for mode in warp turns smp; do
		for name in $(make -s --no-print-directory -C "$top" "list-$mode"); do
			mode_of[$name]=$mode
		done
	done
	make_tree
	say "building what all bugs share"
	make_all selftests || die "the tree does not build, see above"
	control
	for bug in "${bugs[@]}"; do
		make_tree
		rm -rf "${work:?}/$bug"
		if ! "$here/plant.sh" "$tree" "$here/bugs/$bug" || ! make_all; then
			broken+=("$bug")
			continue
		fi
		keep "$bug"
		tests=$(tests_of "$here/bugs/$bug")
		unit=$(tr ' ' '\n' <<<"$tests" | sed -n 's,^unit/,,p' | paste -sd' ')
		[ -z "$unit" ] || run_unit "$bug" "$unit"
		run_all "$bug" "$(tr ' ' '\n' <<<"$tests" | { grep -v ^unit/ || :; } | paste -sd' ')"
	done
	wait
	make_tree
	for bug in "${bugs[@]}"; do
		[[ " ${broken[*]} " != *" $bug "* ]] || continue
		if name=$(verdict "$bug"); then
			printf 'seen    %-28s %s\n' "$bug" "$name"
		else
			printf 'UNSEEN  %-28s %s\n' "$bug" "$name"
			unseen+=("$bug")
		fi
	done
	say "$((${#bugs[@]} - ${#unseen[@]})) of ${#bugs[@]} planted bugs were seen"
	[ ${#broken[@]} -eq 0 ] || die "these cannot be planted or do not build: ${broken[*]}; unseen: ${unseen[*]:-none}"
	[ ${#unseen[@]} -eq 0 ] || die "unseen: ${unseen[*]}"
}

main "$@"
