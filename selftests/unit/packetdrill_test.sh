#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The packetdrill scripts that 'export' makes: their grammar, whether a TCP can
# pass them, and whether they play what was logged.
. ./tap.sh

tap_plan 195

check=$(dirname "$FIXTURES")/drill_check
script=$tap_dir/script

# The logged segments without payload, as drill_check lists a script's: relative numbers, no
# segment that TCP did not send. What it dropped for want of room cannot be played.
# shellcheck disable=SC2016 # for jq
jq_segments='select(.id == $id and .netns == $netns) | . as $r |
	def isn($dir): first($r.log[] | select(.dir == $dir and (.flags | contains(["SYN"]))).seq) // 0;
	($r.open.local_isn // isn("out")) as $local | ($r.open.remote_isn // isn("in")) as $remote |
	.log[] | select(.type == "segment") | . as $e |
	select(.origin != "other" and .len == 0 and ($r.open.outcome != "dropped" or .dir == "out")) |
	(if .dir == "out" then [$local, $remote] else [$remote, $local] end) as $isn |
	"\(.dir) \({FIN: "F", SYN: "S", RST: "R", PSH: "P", ECE: "E", CWR: "W", URG: "U", ACK: "."} | . as $l |
		["FIN", "SYN", "RST", "PSH", "ECE", "CWR", "URG", "ACK"] | map(select([.] | inside($e.flags)) | $l[.]) | add // "-") " +
	"\((.seq - $isn[0]) % 4294967296 | if . < 0 then . + 4294967296 else . end) 0 " +
	"\(if .flags | contains(["ACK"]) then (.ack - $isn[1]) % 4294967296 | if . < 0 then . + 4294967296 else . end else 0 end)"'

# Whether the lines of one file are among those of another, in that order.
# shellcheck disable=SC2317 # called through tap_true
is_within() { awk 'NR == FNR { want[++n] = $0; next } $0 == want[i + 1] { i++ } END { if (i < n) { print want[i + 1]; exit 1 } }' "$@"; }

play()		# RECORDS NETNS ID
{
	local name
	name="$(basename "$1") $2 $3"
	"$TCPLEDGER" export --packetdrill "$script" "$3" --netns "$2" --file "$1" || return
	tap_true "$name: a TCP can pass it" "$check" "$script"
	"$TCPLEDGER" --json --file "$1" | jq -r --argjson netns "$2" --argjson id "$3" "$jq_segments" >"$tap_dir/logged"
	"$check" -l "$script" | grep -v '^#' >"$tap_dir/played"
	tap_true "$name: all that was logged is played, in order" is_within "$tap_dir/logged" "$tap_dir/played"
}

# 24 and 26 have no beginning. 32 is an RST in SYN_SENT, which no Linux sends.
for id in $("$TCPLEDGER" --json --file "$FIXTURES/records" | jq 'select(.id != 24 and .id != 26 and .id != 32).id'); do
	play "$FIXTURES/records" 4026531840 "$id"
done

# Connections that a kernel had (pictures/README).
for file in pictures/*.records; do
	while read -r netns id; do
		play "$file" "$netns" "$id"
	done < <("$TCPLEDGER" --json --file "$file" | jq -r '"\(.netns) \(.id)"')
done

says()		# NAME ID PATTERN
{
	"$TCPLEDGER" export --packetdrill "$script" "$2" --file "$FIXTURES/records"
	tap_true "$1" grep -qE -- "$3" "$script"
}
says "payload sent is written" 17 '^\+0 write\(3, \.\.\., 78\) = 78$'
says "payload received is read" 17 '^\+0 read\(3, \.\.\., 1256\) = 1256$'
says "the server's end listens and accepts" 18 '^\+[0-9.]+ accept\(3, \.\.\., \.\.\.\) = 4$'
says "the peer's options are injected" 17 '< S\. 0:0\(0\) ack 1 win 65483 <mss 65495,nop,nop,sackOK,nop,wscale 7>$'
says "a refused connect shows its error" 19 '\[ECONNREFUSED\]'
says "an unanswered one shows its error" 22 '\[ETIMEDOUT\]'
says "its SYNs have their times" 22 '^\+2\.000000 > S 0:0\(0\) <\.\.\.>$'
says "nobody listens where a SYN is refused" 20 '^0 < S 0:0\(0\) win 512$'
says "IPv6 is told" 25 '^--ip_version=ipv6$'
says "SYNs cross" 30 '^\+0 < S 0:0\(0\) win 512$'
says "the state changes are comments" 17 '^// FIN_WAIT1 -> FIN_WAIT2 \(segment\)$'
says "a stranger's name stays in its comment" 23 '^// Program: a\\x1b\[31m"'

# The checker finds what is wrong.
"$TCPLEDGER" export --packetdrill "$script" 17 --file "$FIXTURES/records"
wrong()		# NAME SED-SCRIPT
{
	sed "$2" "$script" >"$tap_dir/wrong"
	if cmp -s "$script" "$tap_dir/wrong"; then
		tap_fail "the checker notices: $1" "the script is not changed"
	elif "$check" "$tap_dir/wrong" >"$tap_dir/why"; then
		tap_fail "the checker notices: $1" "it does not"
	else
		tap_ok "the checker notices: $1"
	fi
}
wrong "a number that does not follow" 's/> F\. 79:79/> F. 80:80/'
wrong "an acknowledgment that does not follow" 's/> F\. 79:79(0) ack 1257/> F. 79:79(0) ack 1256/'
wrong "lengths that do not fit" 's/1:79(78)/1:79(77)/'
wrong "a FIN that nobody asked for" '/close(3)/d'
wrong "payload that nobody wrote" '/write(3/d'
wrong "a SYN without connect()" '/connect(3/d'
wrong "an ACK without a reason" 's/^\(.*\)> \. 1:1(0) ack 1 <...>/&\n&\n&/; /< S\./d'
wrong "a segment that comes in without a window" 's/ win 65483//'
wrong "options that are not padded" 's/nop,nop,sackOK/sackOK/'
wrong "a first event that is not at 0" 's/^0 socket/+0 socket/'
wrong "a call that is not known" 's/close(3)/clothe(3)/'
wrong "a reserved word for another" 's/(Operation now/(ack now/'

fails()		# NAME PATTERN ARGS...
{
	"$TCPLEDGER" export "${@:3}" >"$tap_dir/out" 2>&1
	tap_is "$1: status" $? 1
	tap_true "$1: message" grep -qE "$2" "$tap_dir/out"
}
fails "several match" "[0-9]+ records match.*give the ID" --packetdrill "$tap_dir/no" --file "$FIXTURES/records"
fails "none matches" "no record to make a packetdrill script of; " --packetdrill "$tap_dir/no" --comm nobody --file "$FIXTURES/records"
fails "it has no beginning" "record 24: its log does not begin with a SYN; " --packetdrill "$tap_dir/no" 24 --file "$FIXTURES/records"
tap_true "nothing was made" test ! -e "$tap_dir/no"
tap_end
