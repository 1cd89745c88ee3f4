#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# measure.sh BUILD: user instructions of the reader, a record, on 40 000 records.
records=40000
mkdir -p "$1/measure"
"$1/make_fixtures" "$1/measure" $records
for command in "list" "list -w" "list --state CLOSE_WAIT" "timewait" "list --json"; do
	# shellcheck disable=SC2086
	refs=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		../../tools/tcpledger $command --file "$1/measure/many" 2>&1 >/dev/null |
		sed -n 's/.*refs: *//p' | tr -d ,)
	echo "$command: $((refs / records)) instructions a record"
done
rm -r "$1/measure"
