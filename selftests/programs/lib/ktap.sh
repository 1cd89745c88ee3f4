# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# All KTAP that a script prints: source it, ktap_plan N, then N times ktap_result, then
# ktap_end. What runs other tests uses the parts of these, and unit/tap.sh has checks on
# top of it. Newer kernels have ktap_helpers.sh for this.

ktap_planned=0 ktap_number=0 ktap_failed=0

ktap_version()
{
	echo "KTAP version 1"
}

# A plan alone: of results that are nested in those of another.
ktap_count()
{
	ktap_planned=$1
	echo "1..$1"
}

ktap_plan()
{
	ktap_version
	ktap_count "$1"
}

# In place of a plan, where nothing of the test can run here.
ktap_skip_all()
{
	echo "1..0 # SKIP $*"
	exit 4
}

# Nothing that follows would mean anything.
ktap_bail()
{
	echo "Bail out! $*"
	exit 1
}

ktap_say()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ktap_ok TEXT, ktap_not_ok TEXT: a result; the text is a name, and may go on with # and why.
ktap_ok()
{
	ktap_number=$((ktap_number + 1))
	echo "ok $ktap_number $*"
}

ktap_not_ok()
{
	ktap_number=$((ktap_number + 1))
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $ktap_number $*"
}

# ktap_result NAME COMMAND...: a result, which is the status of the command.
ktap_result()
{
	ktap_name=$1
	shift
	if "$@"; then
		ktap_ok "$ktap_name"
	else
		ktap_not_ok "$ktap_name"
	fi
}

# The status to exit with: fewer results than planned are a failure.
ktap_end()
{
	[ "$ktap_number" -eq "$ktap_planned" ] ||
		ktap_say "$ktap_number results, but the plan was $ktap_planned"
	ktap_say "Totals: pass:$((ktap_number - ktap_failed)) fail:$ktap_failed"
	[ "$ktap_failed" -eq 0 ] && [ "$ktap_number" -eq "$ktap_planned" ]
}
