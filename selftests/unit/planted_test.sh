#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each planted bug still finds the lines that it changes, and names tests that are in a list.
# 'make check-judges' shows whether the tests see it; that takes too long for each run.
. ./tap.sh

bugs=../planted/bugs
tap_plan 2 "$(ls $bugs)" "$(ls $bugs)"

tree=$tap_dir/tree
lists=" $(for mode in warp smp turns; do make -s --no-print-directory -C ../.. "list-$mode"; done | xargs) "

plant()	# BUG: in a fresh copy of what bugs change
{
	rm -rf "$tree"
	(cd ../.. && find module tools -name '*.[ch]' | cpio -pdm --quiet "$tree") &&
		../planted/plant.sh "$tree" "$1" 2>"$tap_dir/why"
}

unknown_tests()	# BUG: the tests that it names and nobody runs; also if it names none
{
	local test names

	names=$(sed -n 's/^tests: //p' "$1")
	[ -n "$names" ] || echo none
	for test in $names; do
		case $test in
		unit/*)	[ -e "${test#unit/}" ] || [ -e "${test#unit/}.c" ] || echo "$test" ;;
		*)	[[ $lists == *" $test "* ]] || echo "$test" ;;
		esac
	done
}

for bug in "$bugs"/*; do
	name=${bug##*/}
	if plant "$bug"; then
		tap_ok "$name can be planted"
	else
		tap_fail "$name can be planted" "$(cat "$tap_dir/why")"
	fi
	tap_is "... and is looked for by tests that run" "$(unknown_tests "$bug")" ""
done

# Both would be told.
sed 's/^-/-x/' "$bugs/third_ack_not_logged" >"$tap_dir/moved"
plant "$tap_dir/moved"
tap_is "lines that are no longer there" "$(grep -o 'do not stand once in' "$tap_dir/why")" \
	"do not stand once in"
sed 's/^tests: .*/tests: opne/' "$bugs/third_ack_not_logged" >"$tap_dir/mistyped"
tap_is "a test that nobody has" "$(unknown_tests "$tap_dir/mistyped")" opne
tap_end
