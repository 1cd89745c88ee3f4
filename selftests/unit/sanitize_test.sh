#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every command on every fixture under ASAN, LSAN and UBSAN: nothing is used
# after its end, nothing is lost, and the output is that of the plain build.
. ./tap.sh

tap_plan 309

printf '\n%.0s' {1..9} >"$tap_dir/answers"
while read -r command; do
	for file in records longer later none version s390x.records bad_sizes bad_enum stream \
		version1.events; do
		path=$FIXTURES/$file
		[ -e "$path" ] || path=../programs/recorded/$file
		# shellcheck disable=SC2086
		"$TCPLEDGER" $command --file "$path" <"$tap_dir/answers" >"$tap_dir/plain" 2>"$tap_dir/plain.err"
		echo $? >>"$tap_dir/plain"
		# shellcheck disable=SC2086
		"$TCPLEDGER-san" $command --file "$path" <"$tap_dir/answers" >"$tap_dir/san" 2>"$tap_dir/san.err"
		echo $? >>"$tap_dir/san"
		tap_is "$command on $file" "$(cat "$tap_dir/san" "$tap_dir/san.err")" \
			"$(cat "$tap_dir/plain" "$tap_dir/plain.err")"
	done
done <<'END'
list
list -w -T
list -t --state CLOSE_WAIT,TIME_WAIT --addr 10/8
list --json
list --json --sort age --reverse --limit 5
show 17
show 17 --log
show 17 --ascii --absolute -T
show 17 --svg -
show 30
show 23 --svg -
report -
report - --redact
show 10.0.0.1:8080-10.1.2.3:33333 --json
show 999
explain --glossary
quiz 17 --seed 3
quiz 30 --seed 1
timewait
timewait --json
follow
follow --json --evicted
stats
END
for file in pictures/*.records; do
	for form in --absolute "--svg -"; do
		# shellcheck disable=SC2086
		tap_true "show 1 $form of $file" "$TCPLEDGER-san" show 1 $form --file "$file"
	done
done
printf 'records_live 1\nhist_x_1024 2\nmethod_x y\nz 1\n' >"$tap_dir/stats"
for form in "" --json --openmetrics --prometheus; do
	# shellcheck disable=SC2086
	tap_true "stats $form" "$TCPLEDGER-san" stats $form --file "$tap_dir/stats"
done
tap_true "help" "$TCPLEDGER-san" --help
tap_end
