# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# KTAP for shell tests: source this, say with tap_plan how many results there
# will be, call the checks, end with tap_end.

tap_planned=0
tap_n=0
tap_failed=0
tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT

# So many, and one more for each word of each list; nobody would look at an empty one.
tap_plan()	# COUNT [LIST...]
{
	tap_planned=$1
	shift
	for tap_list; do
		tap_words=$(echo "$tap_list" | wc -w)
		[ "$tap_words" -gt 0 ] || tap_bail "nothing was found to be looked at"
		tap_planned=$((tap_planned + tap_words))
	done
	echo "1..$tap_planned"
}

# In place of a plan, where nothing of the test can run here.
tap_skip_all()	# WHY
{
	echo "1..0 # SKIP $1"
	exit 0
}

tap_bail()	# WHY: nothing that follows would mean anything
{
	echo "Bail out! $1"
	exit 1
}

tap_ok()	# NAME
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

tap_fail()	# NAME WHY
{
	tap_n=$((tap_n + 1))
	tap_failed=1
	echo "not ok $tap_n - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

tap_skip()	# NAME WHY [COUNT]: COUNT results that cannot be had here, else one
{
	for _ in $(seq "${3:-1}"); do
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - $1 # SKIP $2"
	done
}

tap_skip_rest()	# NAME WHY
{
	tap_skip "$1" "$2" $((tap_planned - tap_n))
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
	if [ "$tap_n" -ne "$tap_planned" ]; then
		echo "# $tap_n results, but the plan was $tap_planned"
		tap_failed=1
	fi
	exit $tap_failed
}
