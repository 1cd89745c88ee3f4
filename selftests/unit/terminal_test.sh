#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What reaches the terminal: aligned, within its width, harmless, coloured only
# where it may be.
. ./tap.sh

tap_plan 46

ledger() { "$TCPLEDGER" "$@" --file "$FIXTURES/records"; }

# Every title and every cell below it must have a space before it; where a
# column stands at the left, its cells begin where the title does.
# shellcheck disable=SC2317 # called through tap_true
aligned()
{
	LC_ALL=C awk -v titles="$1" '
	NR == 1 {
		n = split(titles, title, " ")
		for (i = 1; i <= n; i++) {
			at[i] = index($0, title[i])
			if (!at[i]) { print "no title " title[i]; exit 1 }
		}
		next
	}
	{
		for (i = 1; i <= n; i++)
			if (substr($0, at[i] - 1, 1) != " " || substr($0, at[i], 1) == " ") {
				print "line " NR ", " title[i] ": " $0
				exit 1
			}
	}'
}

for width in 80 100 132 200; do
	COLUMNS=$width ledger >"$tap_dir/table"
	tap_is "no line is longer than $width columns" \
		"$(awk -v w=$width 'length > w' "$tap_dir/table")" ""
	# In the C locale all is ASCII: a byte is a column.
	LC_ALL=C COLUMNS=$width ledger >"$tap_dir/table"
	tap_true "columns align at $width" aligned "LOCAL REMOTE STATE" <"$tap_dir/table"
	tap_is "no spaces at the end at $width" "$(grep -c ' $' "$tap_dir/table")" 0
done
LC_ALL=C ledger -w >"$tap_dir/table"
tap_true "columns align with -w" aligned "COMM LOCAL REMOTE STATE END ROLE OUTCOME FIRST ANOMALIES" <"$tap_dir/table"
tap_is "-w cuts nothing" "$(COLUMNS=80 ledger -w | grep -c '2001:db8:1111:2222:3333:4444:5555:6666]:51006 .2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:443')" 1
tap_is "a pipe has no width" "$(ledger | grep -c time_wait_assassinated)" 1
tap_is "a cut address keeps its port" "$(COLUMNS=80 ledger -6 | grep -c '+:51006 ')" 1
tap_is "the default has what an engineer looks for" "$(ledger | head -1 | xargs)" \
	"ID PID COMM LOCAL REMOTE STATE AGE HSHAKE DUR END ANOMALIES"

tap_is "-w has all that a column can show" "$(ledger -w | head -1 | xargs)" \
	"OPENED ID PID COMM LOCAL REMOTE STATE AGE HSHAKE DUR END UID CGROUP NETNS ROLE OUTCOME FIRST SENT RECEIVED RETRANS SRTT ANOMALIES"

# shellcheck disable=SC2317 # called through tap_true
harmless()	# no control character but the newline
{
	! LC_ALL=C grep -q "[$(printf '\001-\011\013-\037\177')]"
}
for command in list "list -w" "show 23" "show 23 --log" "show 24 --svg -" timewait; do
	# shellcheck disable=SC2086
	ledger $command >"$tap_dir/out"
	tap_true "nothing hostile in $command" harmless <"$tap_dir/out"
	# shellcheck disable=SC2086
	LC_ALL=C ledger $command >"$tap_dir/out"
	[[ $command != *svg* ]] || continue	# always UTF-8
	tap_is "ASCII in the C locale: $command" "$(LC_ALL=C tr -d '\000-\177' <"$tap_dir/out" | wc -c)" 0
done
tap_is "a name is escaped so that one can read it" \
	"$(LC_ALL=C ledger show 23 | grep -cF 'a\x1b[31m"\\\n\xff, pid 903')" 1
tap_is "a name in UTF-8 is shown where it can be" "$(ledger show 24 | grep -c 'café, pid 904')" 1
tap_is "and escaped where it cannot" "$(LC_ALL=C ledger show 24 | grep -cF 'caf\xc3\xa9, pid 904')" 1

# script gives the program a terminal.
on_terminal() { script -qec "$TCPLEDGER $* --file $FIXTURES/records" /dev/null </dev/null; }
escapes() { tr -cd '\033' | wc -c; }
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	capture=$tap_dir/capture
	connections=$(ledger --json | jq -s 'map(select(.peer_id == null or .id < .peer_id)) | length')
	said=$(on_terminal export --pcapng "$capture" | tr -d '\r')
	if command -v tshark >/dev/null; then
		packets=$(tshark -r "$capture" 2>/dev/null | wc -l)
		logged=$(tshark -r "$capture" -Y '!(frame.comment contains "stands in")' 2>/dev/null | wc -l)
		tap_is "export says there what it wrote" "$said" \
			"tcpledger: $capture: $connections connections, $logged logged segments in $packets packets"
	else
		tap_skip "export says there what it wrote" "no tshark here"
	fi
	tap_is "... of a script too" "$(on_terminal export --packetdrill "$capture" 17 | tr -d '\r')" \
		"tcpledger: $capture: a packetdrill script of record 17"
	tap_is "... but nothing beside standard output" "$(on_terminal export --packetdrill - 17 | grep -c '^tcpledger')" 0
	tap_is "... nor where nobody watches" "$(ledger export --pcapng "$capture" 2>&1)" ""
	tap_true "colour on a terminal" test "$(TERM=xterm on_terminal list | escapes)" -gt 0
	tap_is "none with NO_COLOR" "$(NO_COLOR=1 TERM=xterm on_terminal list | escapes)" 0
	tap_is "none on a dumb terminal" "$(TERM=dumb on_terminal list | escapes)" 0
	tap_true "colour in a picture" test "$(TERM=xterm on_terminal show 17 | escapes)" -gt 20
	tap_is "none with NO_COLOR in a picture" "$(NO_COLOR=1 TERM=xterm on_terminal show 17 | escapes)" 0
	tap_is "colour is all the difference" \
		"$(TERM=xterm COLUMNS=80 on_terminal show 17 | sed 's/\x1b\[[0-9]*m//g' | tr -d '\r')" \
		"$(COLUMNS=80 ledger show 17)"
	tap_is "a picture is as wide as the terminal" \
		"$(TERM=xterm script -qec "stty cols 72; $TCPLEDGER show 17 --file $FIXTURES/records" /dev/null </dev/null | sed 's/\x1b\[[0-9]*m//g' | tr -d '\r')" \
		"$(COLUMNS=72 ledger show 17)"
else
	tap_skip "colour on a terminal" "no script(1)" 11
fi
tap_is "none in a pipe" "$(TERM=xterm ledger | escapes)" 0
tap_is "a picture in a pipe has 80 columns" "$(ledger show 17)" "$(COLUMNS=80 ledger show 17)"
tap_true "on a terminal too narrow it is still drawn" \
	test "$(COLUMNS=20 ledger show 17 | grep -c 'SYN')" -gt 3
tap_end
