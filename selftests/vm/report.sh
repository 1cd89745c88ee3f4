# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How check.sh judges what lanes.sh ran, and what it says at the end. Sourced by both
# and by driver_test.sh. Used: here, logs, skips.
# shellcheck disable=SC2154 # they are set where this is sourced

passed=0 failed=0 skipped=0

# failure LANE MODE WHAT...
failure()
{
	echo "not ok $1 $2: ${*:3}"
	failed=$((failed + 1))
}

# judge LANE MODE NAMES: prints what failed and adds up the counts. A part fails by its
# results (verdict.awk), by what its file 'wrong' says, and if neither tells of a
# failure and its status does.
judge()
{
	local log=$logs/$1-$2 before=$failed p f s

	if [ ! -e "$log/output.all" ]; then
		failure "$1" "$2" "did not run"
		return
	fi
	awk -v lane="$1 $2" -v names="$3" -v skips="$skips" -f "$here/verdict.awk" "$log/output.all" >"$log/verdict"
	grep -v '^counts ' "$log/verdict" || :
	read -r _ p f s <<<"$(tail -n 1 "$log/verdict")"
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	if [ -s "$log/wrong" ]; then
		failure "$1" "$2" "beside its tests:"
		sed 's/^/    /' "$log/wrong"
	fi
	if [ -s "$log/unexplained" ] && [ "$failed" -eq "$before" ]; then
		failure "$1" "$2" "no test failed, but what ran them did:"
		sed 's/^/    /' "$log/unexplained"
	fi
}

# Where nothing passed nothing was tested, whatever the reasons.
judge_counts()
{
	[ "$passed" -eq 0 ] && [ "$failed" -eq 0 ] || return 0
	failure all tests "nothing passed: $skipped skipped and none was run"
}

# part_times FOLDER...: a line each of what they took, the longest first
part_times()
{
	local folder

	for folder in "$@"; do
		[ ! -e "$logs/$folder/seconds" ] || printf '%6d s  %s\n' "$(cat "$logs/$folder/seconds")" "$folder"
	done | sort -rn
}

# slowest N FOLDER...: the N tests that took longest
slowest()
{
	local count=$1 folder file

	shift
	for folder in "$@"; do
		for file in "$logs/$folder"/times "$logs/$folder"/*/times; do
			[ ! -e "$file" ] || awk -v where="$folder" '
				{ sub(/ not /, " "); printf "%6d s  %-12s %s\n", $1, where, $4 == "-" ? $5 : $4 }' "$file"
		done
	done | sort -rn | awk -v count="$count" 'NR <= count'
}

# releases FOLDER...: of the kernels that ran there, by their own word
releases()
{
	local folder

	for folder in "$@"; do
		cat "$logs/$folder"/*/console.log 2>/dev/null | tr -d '\r' |
			sed -n 's/.*Linux version \([^ ]*\) .*\(Debian [^ ]*\) .*/\1 (\2)/p; t; s/.*Linux version \([^ ]*\) .*/\1/p'
	done | sort -Vu
}

# report FOLDER...: the last lines
report()
{
	echo
	echo "where the time went ($SECONDS s in all, two at a time, smp alone):"
	part_times "$@"
	echo "the slowest tests:"
	slowest 10 "$@"
	# A limit of the contract that is not met fails nothing as long as it is not moved away from.
	sed -n 's/^ok [0-9]* \(.*not met yet.*\)/\n\1/p' "$logs/6.1-cost/output" 2>/dev/null || :
	echo "kernels: $(releases "$@" | paste -sd, | sed 's/,/, /g')"
	echo "$passed passed, $failed failed, $skipped skipped"
}
