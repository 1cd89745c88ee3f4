#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ends of a connection from the files of two hosts: found in each other's, and
# drawn by one clock. The offset of the clocks and how sure it is are worked out again
# by their definition (two_hosts.jq), and must agree with how the files were made.
# With --update the pictures that were looked at are written anew.
. ./tap.sh

build=$(dirname "$FIXTURES")
update=${1:-}
dir=$tap_dir
joined="even behind uneven lost_syn drift nat among young one_way"
bounded="even behind uneven lost_syn drift nat among young"
recorded="three_segment half_close syn_lost synack_lost fin_lost"
looked_at="uneven nat drift"
tap_plan 28 "$joined $joined $bounded" "$recorded $recorded $recorded" "$looked_at" "$joined $joined $joined $joined"

show()	# FILES OPTION...: under ASAN and UBSAN
{
	COLUMNS=140 "$TCPLEDGER-san" show 1 --ascii "${@:2}" --file "$1.a" --file "$1.b"
}
json() { "$TCPLEDGER" list --json --file "$1" | jq -s '.[-1]'; }

# A note above the picture, in one line.
note()	# LABEL
{
	awk -v label="  $1 " 'index($0, label) == 1 { on = 1; print substr($0, 14); next }
		!/^             / { on = 0 } on { print }' | xargs -d '\n' | tr -s ' '
}

expect()	# FILES: what must be told, into $dir/expected
{
	jq -n --slurpfile a <(json "$1.a") --slurpfile b <("$TCPLEDGER" show "${2:-1}" --json --file "$1.b") \
		-f two_hosts.jq >"$dir/expected"
}

# Whether the offset is as near to the truth as it was said to be.
# shellcheck disable=SC2317 # called through tap_true
is_within()	# NANOSECONDS
{
	jq -e --argjson truth "$1" '(.middle - $truth | if . < 0 then -. else . end) <= .bound' "$dir/expected"
}

read_picture() { show "$1" | sed '/^  other end/,/^$/d' | awk -v right=127 -f read_picture.awk; }

# What the picture does not say as both logs do, by the clock of the first.
differs()	# FILES
{
	local kind

	jq -sc '.[0], .[1].b' <(json "$1.a") "$dir/expected" |
		jq -rs --argjson id 1 --arg absolute "" -f facts.jq >"$dir/facts"
	read_picture "$1" >"$dir/seen"
	[ "$(grep -c '^label' "$dir/facts")" -gt 3 ] || echo "no picture"
	for kind in label state stay; do
		diff <(grep "^$kind " "$dir/facts" | sort) <(grep "^$kind " "$dir/seen" | sort)
	done
	grep -E '^(BACK|TORN)' "$dir/seen"
	awk '$1 != "time" { next }
		FNR == NR { for (i = -1; i <= 1; i++) known[$2 + i] = 1; next }
		!($2 in known)' "$dir/facts" "$dir/seen"
}

# Where one clock is taken for the other, nothing is known of how sure that is.
in_json='.clocks | [.wall_ahead_ns, .bound_ns, .drift_ns, .other_begin_ns]'
show_json() { "$TCPLEDGER-san" show 1 --json --file "$1.a" --file "$1.b"; }

"$build/two_hosts" make "$dir" >"$dir/truths"
while read -r name wall; do
	grep -qw "$name" <<<"$joined" || continue
	expect "$dir/$name"
	tap_is "$name: how the clocks stand, by the definition" "$(show "$dir/$name" | note clocks)" \
		"$(jq -r .told "$dir/expected")"
	! grep -qw "$name" <<<"$bounded" || tap_true "$name: and that is true" is_within "$wall"
	if [ "$name" = drift ]; then	# whose picture is of no single offset
		tap_is "$name: every segment arrives, behind its departure" "$(read_picture "$dir/$name" | grep -E '^(BACK|TORN)')$(show "$dir/$name" | grep -E 'lost|\?')" ""
	else
		tap_is "$name: the picture has what both logs have" "$(differs "$dir/$name")" ""
	fi
	show_json "$dir/$name" >"$dir/json"
	tap_is "$name: as JSON, the offset and how sure it is" "$(jq -c "$in_json" "$dir/json")" \
		"$(jq -c '[.middle, .bound, .drift // null, .begin]' "$dir/expected")"
	tap_is "$name: as JSON, both records as they are" "$(jq -S .record,.other_end "$dir/json")" \
		"$(jq -S . <(json "$dir/$name.a") <("$TCPLEDGER" show 1 --json --file "$dir/$name.b"))"
done <"$dir/truths"

# By what the other end was found, and if it was not.
other() { show "$dir/$1" | note "other end"; }
tap_is "found by addresses" "$(other even)" "record 1 of $dir/even.b, by addresses and ISNs"
tap_is "... though others have the same ISNs" "$(other among)" "record 1 of $dir/among.b, by addresses and ISNs"
tap_is "found by ISNs alone" "$(other nat)" \
	"record 1 of $dir/nat.b, by ISNs alone: addresses are translated between the hosts. It is 10.0.0.2:8080, and knows this end as 10.9.8.1:61000"
tap_is "not found for sure" "$(other doubt)" \
	"2 records of $dir/doubt.b have these ISNs and other addresses: which is meant is not known"
for name in even nat doubt absent; do
	tap_is "$name: as JSON, by what it was found" "$(show_json "$dir/$name" | jq -c '[.join, .other_end.id, .clocks == null]')" "$(
		case $name in
		even) echo '["addresses",1,false]' ;;
		nat) echo '["isns",1,false]' ;;
		doubt) echo '["doubtful",null,true]' ;;
		absent) echo '[null,null,true]' ;;
		esac)"
done
tap_is "not found" "$(other absent)" "not in $dir/absent.b: no record there has these ISNs"
for name in doubt absent; do
	tap_is "$name: the picture is that of one end" "$(show "$dir/$name" | sed '/^  other end/,/^$/d')" \
		"$(COLUMNS=140 "$TCPLEDGER" show 1 --ascii --file "$dir/$name.a" | sed '/^$/{x;s/^/x/;/^x$/{x;d};x}')"
done
tap_true "translated, the other end has its own address" grep -q '10.0.0.2:8080 remote' <(show "$dir/nat")
tap_true "an SVG has both ends" grep -q 'SYN_RECV' <(show "$dir/nat" --svg -)
tap_true "from the other side too" grep -q 'its wall clock is 1.5ms behind, give or take' \
	<(COLUMNS=140 "$TCPLEDGER" show 1 --file "$dir/even.b" --file "$dir/even.a")

usage()	# NAME PATTERN ARG...
{
	local name=$1 pattern=$2

	shift 2
	"$TCPLEDGER" "$@" >"$dir/out" 2>"$dir/err"
	tap_is "$name" "$? $(wc -c <"$dir/out") $(grep -c -- "$pattern" "$dir/err")" "2 0 1"
}
a=$dir/even.a b=$dir/even.b
usage "nobody reads three" "more than two --file" show 1 --file "$a" --file "$b" --file "$b"
usage "a log is of one end" "--log shows one connection" show 1 --log --file "$a" --file "$b"
"$TCPLEDGER" show 1 --file "$a" --file "$dir/none" >"$dir/out" 2>"$dir/err"
tap_is "a second file that is not there is a failure" "$? $(grep -c "cannot read $dir/none" "$dir/err")" "1 1"
head -c 500 "$b" >"$dir/cut"
"$TCPLEDGER" show 1 --file "$a" --file "$dir/cut" >"$dir/out" 2>"$dir/err"
tap_is "... and one that is cut, but the picture is drawn" "$? $(grep -c 'FIN_WAIT1' "$dir/out")" "1 1"

refused()	# NAME PATTERN FILE FILE
{
	"$TCPLEDGER" report "$dir/none.html" --file "$3" --file "$4" 2>"$dir/err"
	tap_is "$1" "$? $(grep -c -- "$2" "$dir/err") $(ls "$dir/none.html" 2>/dev/null)" "1 1 "
}
usage "nor is there a report of three" "more than two --file" report "$dir/none.html" --file "$a" --file "$b" --file "$b"
refused "a report of a file that is not there" "cannot read $dir/none" "$a" "$dir/none"
"$build/make_stream" "$FIXTURES/records" header sync start records snapshot_end >"$dir/recorded.000001"
cp "$dir/recorded.000001" "$dir/recorded.000002"
refused "two files of one recording are no two hosts" "were recorded in one network namespace; give the name of the set" \
	"$dir/recorded.000001" "$dir/recorded.000002"

# Recorded on two hosts with 10 ms between them and one clock; another is made of it.
offset=12345678901234 wall=-777000123
for name in $recorded; do
	"$build/two_hosts" split "pictures/$name.records" "$dir" $offset $wall
	expect "$dir/split" "$("$TCPLEDGER" --json --file "$dir/split.b" | jq .id)"
	tap_is "$name: how the clocks stand, by the definition" "$(show "$dir/split" | note clocks)" \
		"$(jq -r .told "$dir/expected")"
	tap_true "$name: and that is true" is_within $wall
	tap_is "$name: the picture has what both logs have" "$(differs "$dir/split")" ""
done

# The same in a report: each connection as show draws it, with the same words above it.
report() { "$TCPLEDGER-san" report "$dir/page.html" --file "$1.a" --file "$1.b" "${@:2}"; }
part()	# NUMBER: of a connection in the page
{
	sed -n "/<details class=\"connection\" id=\"c$1\"/,/<\/details>/p" "$dir/page.html"
}
drawn() { grep -oE '<text[^>]*>[^<]*' | sed 's/.*>//'; }
told() { sed -n "/^<dt>$1<\/dt>/{n; s|<dd>\(.*\)</dd>|\1|p}" | sed "s/&#39;/'/g; s/\\.\$//; s/^./\l&/"; }
page_differs()	# FILES
{
	[ "$(part 1 | drawn | wc -l)" -gt 20 ] || echo "no ladder"
	diff <(part 1 | sed -n '/<svg[^>]* class="ladder"/,/<\/svg>/p' | drawn) <(show "$1" --svg - | drawn)
	diff <(part 1 | told "Other end") <(show "$1" | note "other end")
	diff <(part 1 | told Clocks) <(show "$1" | note clocks)
}
picture() { sed '1,/^$/d'; }
show_page() { COLUMNS=140 "$TCPLEDGER-san" show 1 --ascii --file "$dir/page.html"; }
for name in $joined; do
	report "$dir/$name"
	tap_is "$name: the report tells it as show does" "$(page_differs "$dir/$name")" ""
	if [ "$name" = nat ]; then	# neither end knows the other's address
		tap_same "$name: read back, the ends are drawn apart" "$(show_page | picture)" \
			"$(COLUMNS=140 "$TCPLEDGER" show 1 --ascii --file "$dir/$name.a" | picture)"
	else
		tap_same "$name: show draws both ends from the report too" "$(show_page | picture)" \
			"$(show "$dir/$name" | picture)"
	fi
done
report "$dir/among"
tap_is "the other host's part says the opposite of its clock" "$(part 4 | told Clocks)" \
	"its wall clock is 3.0ms ahead, give or take 10.0ms, by the times of segments: 2 there, 4 back"
tap_is "who has the ISNs only is not the other end" "$(part 2 | told "Other end")" \
	"several connections have these ISNs and other addresses: which is meant is not known"
ids() { "$TCPLEDGER" list --json --file "$dir/page.html" | jq -r '"\(.netns).\(.id)"' | xargs; }
tap_is "records of both hosts are inside, each with a name of its own" "$(ids)" "4026531840.1 2.1 2.2 2.3"
"$TCPLEDGER" report "$dir/page.html" --file "$dir/even.a" --file "$dir/even.b" -D 80
tap_is "the other end comes along from the other host" "$(ids)" "4026531840.1 2.1"
report "$dir/absent"
tap_is "an end that is not there is told" "$(part 1 | told "Other end")" "not in $dir/absent.b: no record there has these ISNs"
cp pictures/half_close.records "$dir/later.a"
cp "$FIXTURES/pair" "$dir/later.b"
report "$dir/later"
tap_same "both ends on the second host, before the first was started, are drawn as there" \
	"$(part "$(for n in 1 2 3 4; do ! part $n | drawn | grep '^connection 17:' >"$dir/out" || echo $n; done)" | sed -n '/<svg[^>]* class="ladder"/,/<\/svg>/p' | drawn)" \
	"$("$TCPLEDGER" show 17 --svg - --file "$dir/later.b" | drawn)"
report "$dir/nat" --redact
tap_is "--redact: neither file, nor what addresses are translated to" \
	"$(grep -cE "$dir|203\.0\.113\.7|10\.0\.0\.2|10\.9\.8\.1" "$dir/page.html") $(part 1 | told "Other end")" \
	"0 record 1 of the other host, by ISNs alone: addresses are translated between the hosts. It is 192.0.2.3:8080, and knows this end as 192.0.2.4:61000"

for name in $looked_at; do
	file=pictures/two_hosts.$name.txt
	(cd "$dir" && COLUMNS=90 "$TCPLEDGER" show 1 --file "$name.a" --file "$name.b") | sed '/^  opened /,$d' >"$dir/picture"
	[ "$update" != --update ] || cp "$dir/picture" "$file"
	tap_is "$name looks as it did" "$(cat "$dir/picture")" "$(cat "$file")"
done
tap_end
