#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two connections side by side: each as it is drawn alone, and the first difference as
# jq finds it in the JSON of both. With --update the pictures that were looked at are
# written anew.
. ./tap.sh

update=${1:-}
names="four_segment three_segment reset refused half_close syn_lost synack_lost unanswered
in_time_wait simultaneous_close last_ack_lost timed_out"
widths="60 82 83 90 131 170 300"
tap_plan 20 "$names" "$names" "$names" "$widths"

file() { echo "pictures/$1.records"; }
beside()	# NAME NAME WIDTH OPTION...
{
	COLUMNS=$3 "$TCPLEDGER-san" show 1 1 "${@:4}" --file "$(file "$1")" --file "$(file "$2")"
}
alone()		# NAME WIDTH
{
	COLUMNS=$2 "$TCPLEDGER" show 1 --ascii --file "$(file "$1")"
}
json() { "$TCPLEDGER" show 1 --json --file "$(file "$1")"; }

# The first line, by the JSON of both.
difference()	# NAME NAME
{
	jq -rn --slurpfile a <(json "$1") --slurpfile b <(json "$2") '
		def counted: [.flags[] | select(. == "FIN" or . == "SYN" or . == "RST" or . == "ACK")];
		def kind: if .type == "segment" then [.dir, counted, .retransmit, .origin == "other", .accepted == false]
			elif .type == "state" then [.from, .to] else [.tag] end;
		def words: if . == null then "nothing more"
			elif .type == "state" then "\(.from) => \(.to)"
			elif .type == "note" then .tag
			else (if .dir == "out" then "--> " else "<-- " end) + (.flags | join(",")) +
				(if .retransmit then ", again" else "" end) +
				(if .accepted == false then ", refused" else "" end) end;
		$a[0].log as $a | $b[0].log as $b |
		first(range([($a | length), ($b | length)] | max) | select(($a[.] // {} | kind) != ($b[.] // {} | kind))) // null |
		if . == null then "no difference in segments, states and anomalies"
		else "first difference at entry \(.): \($a[.] | words) | \($b[.] | words)" end'
}

# One column of the pictures, without what was put in to make both level.
column()	# FROM TO
{
	grep -v '=== first difference ===' | tail -n +3 | cut -c"$1-$2" | sed 's/ *$//' | grep .
}

for name in $names; do
	other=reset
	[ "$name" != reset ] || other=refused
	tap_is "$name, $other: the first difference" "$(beside "$name" $other 200 | head -1)" "$(difference "$name" $other)"
	tap_is "$name, $other: the same as JSON, with both records" \
		"$(beside "$name" $other 200 --json | jq -c '.first_difference, .records')" \
		"$(difference "$name" $other | sed -E 's/^first difference at entry ([0-9]+):.*/\1/; s/^no .*/null/'
			jq -cs . <(json "$name") <(json $other))"
	beside "$name" $other 163 --ascii >"$tap_dir/both"
	tap_is "$name, $other: each as it is drawn alone" \
		"$(column 1 80 <"$tap_dir/both"; column 84 163 <"$tap_dir/both")" \
		"$(alone "$name" 80 | grep .; alone $other 80 | grep .)"
done
tap_is "a connection does not differ from itself" "$(beside reset reset 200 | head -1)" \
	"no difference in segments, states and anomalies"
tap_is "... and nothing is marked" "$(beside reset reset 200 --ascii | grep -c '=== first')" 0

# What the mark stands before.
moments() { grep -oE '(^|\| ) *[0-9]+\.[0-9]{6} ' | tr -d '| .' | sed 's/^0*//; s/^$/0/'; }
beside four_segment reset 163 --ascii >"$tap_dir/both"
entry=$(difference four_segment reset | grep -oE '[0-9]+' | head -1)
at=$(json four_segment | jq ".log[$entry].t_ns / 1000 | floor")
tap_true "all above the mark is before the difference" test \
	"$(sed '/=== first/,$d' "$tap_dir/both" | cut -c1-80 | moments | sort -n | tail -1)" -lt "$at"
tap_true "all below the mark is not" test \
	"$(sed '1,/=== first/d' "$tap_dir/both" | cut -c1-80 | moments | sort -n | head -1)" -ge "$at"
beside three_segment four_segment 163 --ascii >"$tap_dir/both"
tap_is "a segment that differs is below the mark from its departure on" \
	"$(sed '1d; /=== first/,$d' "$tap_dir/both" | grep -c 'FIN') $(sed '1,/=== first/d' "$tap_dir/both" | cut -c1-80 | grep -c '\.---- FIN,ACK seq=33 ')" "0 1"
beside four_segment reset 163 --ascii >"$tap_dir/both"
tap_is "one mark for both" "$(grep -c '=== first' "$tap_dir/both")" 1
tap_is "one for each, where they stand one below the other" "$(beside four_segment reset 82 --ascii | grep -c '=== first')" 2
tap_is "... as they are drawn alone" "$(beside four_segment reset 80 --ascii | grep -v '=== first' | tail -n +3 | grep .)" \
	"$(alone four_segment 80 | grep .; alone reset 80 | grep .)"
for width in $widths; do
	wide=$(for option in "" --ascii --absolute -T; do
		# shellcheck disable=SC2086 # no option is no word
		beside four_segment reset "$width" $option
	done | wc -L)
	tap_true "no line is wider than $width, $wide" test "$wide" -le "$width"
done
tap_is "no spaces at the end" "$(beside four_segment reset 163 | grep -c ' $')" 0
tap_is "ASCII is ASCII" "$(beside four_segment reset 163 --ascii | LC_ALL=C tr -d '\000-\177' | wc -c)" 0

# Two of one file.
f=$(file four_segment)
tap_is "two of one file" "$(COLUMNS=200 "$TCPLEDGER" show 1 2 --file "$f" | grep -cE '^connection 1 .*connection 2 ')" 1
tap_is "of two files, each of its own" "$(beside four_segment reset 200 | grep -cE '^connection 1 .*connection 1  10\.0\.0\.1:47448')" 1
tap_is "a name that is not UTF-8 does harm nowhere" \
	"$("$TCPLEDGER-san" show 23 24 --file "$FIXTURES/records" | LC_ALL=C grep -c "[$(printf '\001-\011\013-\037\177')]")" 0

fails()		# NAME STATUS PATTERN ARG...
{
	local name=$1 status=$2 pattern=$3

	shift 3
	"$TCPLEDGER-san" "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$name" "$? $(wc -c <"$tap_dir/out") $(grep -c -- "$pattern" "$tap_dir/err")" "$status 0 1"
}
fails "the first is not there" 1 "no record 99" show 99 1 --file "$f"
fails "the second is not there" 1 "no record 99" show 1 99 --file "$f"
fails "no log of two" 2 "--log shows one connection" show 1 2 --log --file "$f"
fails "no SVG of two" 2 "--svg draws one connection" show 1 2 --svg - --file "$f"

if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	tap_is "colour is all the difference" \
		"$(TERM=xterm COLUMNS=163 script -qec "$TCPLEDGER show 1 2 --file $f" /dev/null </dev/null | sed 's/\x1b\[[0-9]*m//g' | tr -d '\r')" \
		"$(COLUMNS=163 "$TCPLEDGER" show 1 2 --file "$f")"
else
	tap_skip "colour is all the difference" "no script(1)"
fi
for width in 90 170; do
	picture=pictures/side_by_side.$width.txt
	beside four_segment reset $width | sed '/^  opened /,$d' >"$tap_dir/picture"
	[ "$update" != --update ] || cp "$tap_dir/picture" "$picture"
	tap_is "at $width columns it looks as it did" "$(cat "$tap_dir/picture")" "$(cat "$picture")"
done
tap_end
