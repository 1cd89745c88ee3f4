# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KTAP results of a test that is a script: source it, ktap_plan N, then N times
# ktap_result, then ktap_end. Newer kernels have ktap_helpers.sh for this.

ktap_planned=0 ktap_number=0 ktap_failed=0

ktap_plan()
{
	ktap_planned=$1
	echo "KTAP version 1"
	echo "1..$1"
}

ktap_skip_all()
{
	echo "1..0 # SKIP $*"
	exit 4
}

ktap_say()
{
	printf '# %s\n' "$*"
}

# ktap_result NAME COMMAND...: a result, which is the status of the command.
ktap_result()
{
	local name=$1

	shift
	ktap_number=$((ktap_number + 1))
	if "$@"; then
		echo "ok $ktap_number $name"
	else
		echo "not ok $ktap_number $name"
		ktap_failed=$((ktap_failed + 1))
	fi
}

# The status to exit with: fewer results than planned are a failure.
ktap_end()
{
	ktap_say "Totals: pass:$((ktap_number - ktap_failed)) fail:$ktap_failed"
	[ "$ktap_failed" -eq 0 ] && [ "$ktap_number" -eq "$ktap_planned" ]
}
