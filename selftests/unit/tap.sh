# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# KTAP for shell tests: source this, call the checks, end with tap_end.

tap_n=0
tap_failed=0
tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT

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

tap_skip()	# NAME WHY
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
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
	echo "1..$tap_n"
	exit $tap_failed
}
