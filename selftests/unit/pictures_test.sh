#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ladder diagram of recorded connections: against their logs as jq reads
# them, and against pictures that were looked at. With --update the latter are
# written anew, to be looked at.
. ./tap.sh

tap_plan 741

pictures=$PWD/pictures
update=${1:-}

# Record ID of FILE.
cases="three_segment 1
in_time_wait 1
refused 1
reset 1
half_close 1
syn_lost 1
synack_lost 1
fin_lost 1
ipv6 1
dying 1
in_progress 1
four_segment 1
four_segment 2
simultaneous_close 1
simultaneous_open 1
self_connect 1
open 1
reset_in_syn_recv 1
unanswered 1
synack_unanswered 1
unreachable 1
aborted 1
dropped 3
third_ack_lost 1
stale_syn 1
half_open 1
half_open 3
fastopen 3
syncookie 1
spoofed 1
timed_out 1
fin_wait2_timeout 1
fin_again 1
last_ack_lost 1
old_data 1
assassinated 1
killed 3
reopened 1
refused_by_us 1"

draw()	# NAME ID WIDTH OPTION...
{
	local file=$pictures/$1.records id=$2 width=$3

	shift 3
	COLUMNS=$width "$TCPLEDGER" show "$id" --file "$file" "$@"
}

facts()	# NAME ID [absolute]: see facts.jq
{
	"$TCPLEDGER" list --json --file "$pictures/$1.records" |
		jq -rs --argjson id "$2" --arg absolute "${3:-}" -f facts.jq
}

# What the picture says, read back from where it stands on the page.
read_back()	# RIGHT: column of the right side
{
	awk -v right="$1" -f read_picture.awk
}

same_facts()	# NAME KIND: the facts of a kind, in any order unless they have one
{
	local order=cat

	[ "$2" != label ] || order="sort"
	tap_is "$1" "$(grep "^$2 " "$tap_dir/seen" | $order)" "$(grep "^$2 " "$tap_dir/facts" | $order)"
}

# Every moment is one of a log: two clocks of one machine agree to a microsecond.
check_times()	# NAME
{
	tap_is "$1" "$(awk '$1 != "time" { next }
		FNR == NR { for (i = -1; i <= 1; i++) known[$2 + i] = 1; next }
		!($2 in known)' "$tap_dir/facts" "$tap_dir/seen")" ""
}

check_picture()	# NAME ID [--absolute]
{
	local what="$1 $2${3:+ $3}" right=125

	facts "$1" "$2" "${3:-}" >"$tap_dir/facts"
	! grep -q '^peer' "$tap_dir/facts" || right=127
	draw "$1" "$2" 140 --ascii ${3:+"$3"} >"$tap_dir/picture"
	read_back $right <"$tap_dir/picture" >"$tap_dir/seen"
	if [ $right = 125 ]; then	# what is inferred is not in the log, and says so
		tap_is "$what: inferred states are in parentheses" \
			"$(grep '^state R' "$tap_dir/seen" | grep -v '^state R (.*)$')" ""
		sed -i '/^state R/d' "$tap_dir/seen"
	fi
	same_facts "$what: each segment once, from its side" label
	same_facts "$what: the states of each side in their order" "state L"
	same_facts "$what: how long each lasted" "stay L"
	same_facts "$what: the other side's states" "state R"
	same_facts "$what: how long those lasted" "stay R"
	check_times "$what: every moment is in a log"
	tap_is "$what: times go down, and no arrow is torn" "$(grep -E '^(BACK|TORN)' "$tap_dir/seen")" ""
}

# With JSON the ends and the sums can be told from the text around the ladder.
check_words()	# NAME ID
{
	local record

	record=$("$TCPLEDGER" show "$2" --json --file "$pictures/$1.records")
	draw "$1" "$2" 140 >"$tap_dir/picture"
	for number in $(jq -r '.open.local_isn, .open.remote_isn | select(. != null)' <<<"$record"); do
		tap_true "$1 $2: the ISN $number is told" grep -q "ISN $number\b" "$tap_dir/picture"
	done
	for bytes in $(jq -r 'if .open.outcome == "established" then .bytes_sent, .bytes_received else empty end | select(. != null and . > 0)' <<<"$record"); do
		tap_true "$1 $2: $bytes bytes are told" grep -qE "data: .*\b$bytes bytes?\b" "$tap_dir/picture"
	done
	if jq -e .time_wait <<<"$record" >/dev/null; then
		tap_true "$1 $2: 2MSL is told" grep -q "2MSL 60.0s" "$tap_dir/picture"
	fi
	for tag in $(jq -r '.log[] | select(.type == "note") | .tag' <<<"$record" | grep -v '^\(syn\|synack\|fin\)_retransmit$'); do
		tap_true "$1 $2: $tag is told" grep -q "! $tag" "$tap_dir/picture"
	done
}

check_widths()	# NAME ID
{
	local width wide

	for width in 60 80 132 200; do
		wide=$(for option in "" --ascii --absolute -T; do
			# shellcheck disable=SC2086 # no option is no word
			draw "$1" "$2" $width $option
		done | wc -L)
		tap_true "$1 $2: no line is wider than $width, $wide" test "$wide" -le $width
	done
	tap_is "$1 $2: ASCII is ASCII" "$(draw "$1" "$2" 80 --ascii | LC_ALL=C tr -d '\000-\177' | wc -c)" 0
	tap_is "$1 $2: and so it is where the locale is not UTF-8" \
		"$(LC_ALL=C draw "$1" "$2" 80)" "$(draw "$1" "$2" 80 --ascii)"
}

# Without the verdict below it, which other tests judge.
picture_only() { sed '/^  opened /,$d'; }

golden()	# NAME ID WIDTH CHARSET
{
	local file=$pictures/$1.$2.txt option=

	[ "$3 $4" = "80 unicode" ] || file=$pictures/$1.$2.$3.$4.txt
	[ "$4" = unicode ] || option=--ascii
	[ "$update" != --update ] || draw "$1" "$2" "$3" $option | picture_only >"$file"
	tap_is "$1 $2 at $3, $4, looks as it did" "$(draw "$1" "$2" "$3" $option | picture_only)" "$(cat "$file")"
}

# Of a connection with both ends recorded, one record alone: what is inferred of
# the other end must be what that measured, as far as one can know from here. That
# is all but: that 2MSL is over, and FIN_WAIT2 where the FIN came with the ACK.
check_inferred()	# NAME
{
	local header=56 size id file=$pictures/$1.records measured inferred

	size=$(od -An -tu4 -j $header -N 4 "$file" | tr -d ' ')
	head -c $((header + size)) "$file" >"$tap_dir/one"
	id=$("$TCPLEDGER" list --json --file "$tap_dir/one" | jq .id)
	facts "$1" "$id" >"$tap_dir/facts"
	measured=$(sed -n 's/^state R //p' "$tap_dir/facts" | sed -z 's/TIME_WAIT\nCLOSE\n/TIME_WAIT\n/; s/FIN_WAIT2\nTIME_WAIT\n/TIME_WAIT\n/')
	inferred=$(COLUMNS=140 "$TCPLEDGER" show "$id" --ascii --file "$tap_dir/one" | read_back 125 |
		sed -n 's/^state R //p' | tr -d '()' | sed -z 's/FIN_WAIT2\nTIME_WAIT\n/TIME_WAIT\n/')
	tap_is "$1: inferred as measured" "$inferred" "$measured"
}

while read -r name id; do
	check_picture "$name" "$id"
	check_words "$name" "$id"
	check_widths "$name" "$id"
	golden "$name" "$id" 80 unicode
done <<<"$cases"
for name in three_segment refused half_close syn_lost fin_lost four_segment third_ack_lost \
	    last_ack_lost dying; do
	check_inferred $name
done
for name in half_close synack_lost simultaneous_close; do
	check_picture $name 1 --absolute
	for width in 60 132 200; do
		golden $name 1 $width unicode
	done
	golden $name 1 60 ascii
	golden $name 1 80 ascii
done
# In Chinese, whose characters take two columns each, the sides stand where they do in
# English, the words are translated, and terms are not. What is not ASCII is a word there.
sides()	# of the picture alone: where each line has its last bar
{
	LC_ALL=C.UTF-8 sed 's/[^ -~]/--/g' | awk 'BEGIN { RS = ""; FS = "\n" }
		NR == 3 { for (i = 1; i <= NF; i++) { match($i, /[|:#][^|:#]*$/); print RSTART } }' | sort -u
}
chinese() { LOCPATH=$LOCALES LC_ALL=zh_CN.UTF-8 draw "$@" --ascii; }
if LOCPATH=${LOCALES:-} LC_ALL=zh_CN.UTF-8 locale charmap 2>/dev/null | grep -qx UTF-8; then
	for name in half_close syn_lost last_ack_lost; do
		for width in 60 80 132; do
			tap_same "$name in Chinese at $width: the sides are in line" "$(chinese $name 1 $width | sides)" \
				"$(draw $name 1 $width --ascii | sides)"
		done
	done
	tap_is "the words are Chinese" "$(chinese syn_lost 1 132 | grep -cE 'SYN seq=0 win=64240 len=0，(丢失|重传)|没有应答，于是重传|三次握手')" 4
	tap_is "... all of them" "$(chinese syn_lost 1 132 | sed '/^  opened/,$d' | grep -ciE 'lost|again|answer|pause|byte|close in|local|remote')" 0
else
	tap_skip "Chinese" "no locales: install the package locales" 11
fi
tap_end
