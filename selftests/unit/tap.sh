# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Checks for shell tests: source this, say with tap_plan how many results there
# will be, call the checks, end with tap_end. All KTAP is printed by ktap.sh.

# shellcheck source=../programs/lib/ktap.sh
. ../programs/lib/ktap.sh

tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT

# So many, and one more for each word of each list; nobody would look at an empty one.
tap_plan()	# COUNT [LIST...]
{
	tap_count=$1
	shift
	for tap_list; do
		tap_words=$(echo "$tap_list" | wc -w)
		[ "$tap_words" -gt 0 ] || ktap_bail "nothing was found to be looked at"
		tap_count=$((tap_count + tap_words))
	done
	ktap_count "$tap_count"
}

tap_ok()	# NAME
{
	ktap_ok "- $1"
}

tap_fail()	# NAME WHY
{
	ktap_not_ok "- $1"
	ktap_say "$2"
}

tap_skip()	# NAME WHY [COUNT]: COUNT results that cannot be had here, else one
{
	for _ in $(seq "${3:-1}"); do
		ktap_ok "- $1 # SKIP $2"
	done
}

tap_skip_rest()	# NAME WHY
{
	tap_skip "$1" "$2" $((ktap_planned - ktap_number))
	tap_end
}

tap_is()	# NAME GOT WANTED
{
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_fail "$1" "got:
$2
want:
$3"
	fi
}

# Two lists that were found by looking: if there is nothing in them, nobody looked.
tap_same()	# NAME GOT WANTED
{
	if [ -z "$3" ]; then
		tap_fail "$1" "nothing to compare with"
	else
		tap_is "$@"
	fi
}

tap_true()	# NAME COMMAND...
{
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		tap_ok "$tap_name"
	else
		tap_fail "$tap_name" "$* failed: $tap_out"
	fi
}

tap_end()
{
	ktap_end
	exit
}
