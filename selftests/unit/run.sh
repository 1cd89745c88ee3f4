#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh BUILD TEST...: run the tests, each nested in one KTAP result.
# A process may take 120 seconds of CPU time and a test, on a machine as busy as may be,
# 15 minutes; it fails if its results are not its plan.
build=$1
shift

rm -rf "$build/fixtures"
mkdir -p "$build/fixtures"
"$build/make_fixtures" "$build/fixtures" || exit 1

FIXTURES=$(cd "$build/fixtures" && pwd)
TCPLEDGER=$(cd ../../tools && pwd)/tcpledger
LOCALES=$(cd "$build" && pwd)/locales
export FIXTURES TCPLEDGER LOCALES
export LC_ALL=C.UTF-8 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
unset TCPLEDGER_PROC NO_COLOR COLUMNS

echo "KTAP version 1"
echo "1..$#"
n=0
failed=0
for test in "$@"; do
	n=$((n + 1))
	program=./$test
	[ -e "$program" ] || program=$build/$test
	echo "  # Subtest: $test"
	if (ulimit -t 120 && exec timeout 900 "$program") >"$build/out" 2>&1; then
		status=0
	else
		status=$?
	fi
	sed 's/^/  /' "$build/out"
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$build/out")
	results=$(grep -cE '^(not )?ok [0-9]' "$build/out")
	if [ $status -eq 0 ] && [ "$plan" = "$results" ] && ! grep -q '^not ok' "$build/out"; then
		echo "ok $n - $test"
	else
		echo "not ok $n - $test: status $status, $results of ${plan:-no plan} results"
		failed=1
	fi
done
exit $failed
