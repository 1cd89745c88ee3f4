#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The capture that 'export' makes, as Wireshark sees it, against the records.
. ./tap.sh

command -v tshark >/dev/null || ktap_skip_all "no tshark: install it"
tap_plan 69
build=$(dirname "$FIXTURES")
records=$FIXTURES/records
capture=$tap_dir/capture

shark()		# FILE FIELD...: a line a packet, fields after tabs; '|' between several of one
{
	local file=$1 field fields=()
	shift
	for field; do fields+=(-e "$field"); done
	tshark -r "$file" -2 -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-T fields -E aggregator='|' "${fields[@]}" 2>"$tap_dir/shark"
}

# shellcheck disable=SC2016 # for awk
# Conversations of a capture: both ends, what is given, one line for each way to name them.
both_ways='{ a = $1 $2 " " $3; b = $4 $5 " " $6; print a " " b " " $7; print b " " a " " $7 }'

tap_true "export makes a capture" "$TCPLEDGER" export --pcapng "$capture" --file "$records"
tap_true "tshark reads it" tshark -r "$capture" -2 -V
tap_is "nothing in it is malformed" "$(tshark -r "$capture" -2 -Y '_ws.malformed || _ws.expert.group == "Malformed"' 2>/dev/null)" ""
tap_is "packets are in the order of time" "$(shark "$capture" frame.time_delta | grep -c '^-')" 0
tap_is "checksums of IPv4 are good" "$(shark "$capture" ip.checksum.status | sort -u | grep -v '^$')" 1
tap_is "checksums of segments without payload are good" \
	"$(tshark -r "$capture" -2 -o tcp.check_checksum:TRUE -Y 'tcp.len == 0 && tcp.checksum.status != 1' 2>/dev/null)" ""
tap_is "the whole packet's length is told, and what is kept of it" \
	"$(shark "$capture" frame.len frame.cap_len tcp.len | awk '$1 != $2 + $3')" ""

info=$(capinfos "$capture" 2>/dev/null)
for line in "Capture application: tcpledger" "Capture hardware:" "Capture oper-sys:" "Not recorded" \
	"Name = netns:4026531840" "Time precision = nanoseconds"; do
	tap_true "the file tells: $line" grep -qF "$line" <<<"$info"
done

# Each logged segment is there with its numbers; pairs, whose segments are there once, apart.
# shellcheck disable=SC2016 # for jq
jq_segments='select(.peer_id == null) | . as $r | .log[] | select(.type == "segment") | . as $e |
	(if .dir == "out" then [$r.local, $r.lport, $r.remote, $r.rport, 2]
	else [$r.remote, $r.rport, $r.local, $r.lport, 1] end) +
	(["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] | map(if [.] | inside($e.flags) then 1 else 0 end)) +
	[.seq, .ack, .len, .win, .ttl] | @tsv'
"$TCPLEDGER" --json --file "$records" | jq -r "$jq_segments" | sort >"$tap_dir/logged"
tshark -r "$capture" -2 -Y '!(frame.comment contains "stands in") && !(ip.addr == 127.0.0.1)' -T fields \
	-e ip.src -e ipv6.src -e tcp.srcport -e ip.dst -e ipv6.dst -e tcp.dstport -e frame.packet_flags_direction \
	-e tcp.flags.fin -e tcp.flags.syn -e tcp.flags.reset -e tcp.flags.push -e tcp.flags.ack -e tcp.flags.urg \
	-e tcp.flags.ece -e tcp.flags.cwr -e tcp.seq_raw -e tcp.ack_raw -e tcp.len -e tcp.window_size_value \
	-e ip.ttl -e ipv6.hlim 2>/dev/null |
	sed 's/0x0*//' | awk -F'\t' -v OFS='\t' '{ $1 = $1 $2; $4 = $4 $5; $20 = $20 $21; NF = 20; print }' |
	cut -f1,3,4,6- | sort >"$tap_dir/shown"
tap_same "all logged segments are in it, and no other" "$(cat "$tap_dir/shown")" "$(cat "$tap_dir/logged")"
tap_is "of a connection with two records each segment is there once" \
	"$(tshark -r "$capture" -Y 'ip.addr == 127.0.0.1 && tcp.flags.syn == 1' 2>/dev/null | wc -l)" 2

at=$("$TCPLEDGER" --json --file "$records" | jq -r 'select(.id == 19).opened_at')
tap_is "times are wall clock, to the nanosecond" \
	"$(TZ=UTC tshark -r "$capture" -Y 'tcp.port == 51000 && tcp.port == 81' -T fields -e frame.time_epoch 2>/dev/null | head -1)" \
	"$(date -u -d "$at" +%s).${at:20:7}99"

compare()	# NAME RECORDS: Wireshark's completeness of each conversation is the ledger's
{
	"$TCPLEDGER" export --pcapng "$tap_dir/c" --file "$2"
	shark "$tap_dir/c" ip.src ipv6.src tcp.srcport ip.dst ipv6.dst tcp.dstport tcp.completeness |
		awk -F'\t' "$both_ways" | sort -u >"$tap_dir/wireshark"
	# What two endpoints saw of one connection is one conversation. One packet without SYN is none.
	"$TCPLEDGER" --json --file "$2" |
		jq -r 'select([.log[] | select(.type == "segment")] | length > 1 or (.[0].flags // [] | contains(["SYN"]))) |
			"\(.local) \(.lport) \(.remote) \(.rport) \(.completeness)"' |
		sort -u >"$tap_dir/ledger"
	tap_same "$1" "$(comm -12 "$tap_dir/ledger" "$tap_dir/wireshark")" "$(cat "$tap_dir/ledger")"
}
compare "completeness agrees with tcp.completeness" "$records"
"$build/wireshark_zeek_test" "$tap_dir/verdicts"
compare "completeness of all kinds of conversations agrees" "$tap_dir/verdicts"

# Connections that a kernel had (pictures/README).
for name in four_segment half_close simultaneous_close reset refused syn_lost synack_lost fin_lost self_connect fastopen reopened half_open; do
	compare "completeness agrees: $name" "pictures/$name.records"
done

# Round trip of the handshake: from the SYN to the ACK of the SYN/ACK.
"$TCPLEDGER" --json --file "$records" |
	jq -r 'select(.open.role == "active" and .open.ack_ns != null and .open.syn_ns != null) |
		"\(.lport) \(.open.ack_ns - .open.syn_ns)"' | sort -u >"$tap_dir/ledger"
tshark -r "$capture" -2 -Y tcp.analysis.initial_rtt -T fields -e tcp.srcport -e tcp.analysis.initial_rtt 2>/dev/null |
	awk '{ printf "%d %.0f\n", $1, $2 * 1e9 }' | sort -u >"$tap_dir/wireshark"
tap_true "there are round trips to compare" test -s "$tap_dir/ledger"
tap_is "round trips of the handshake agree with tcp.analysis.initial_rtt" \
	"$(comm -23 "$tap_dir/ledger" "$tap_dir/wireshark")" ""

# Retransmissions: what the record marks, Wireshark finds.
"$TCPLEDGER" --json --file "$records" |
	jq -r 'select(.peer_id == null) | . as $r | .log[] | select(.retransmit == true) |
		"\(if .dir == "out" then $r.lport else $r.rport end) \(.seq)"' | sort >"$tap_dir/ledger"
# (7000 is a simultaneous open by hand, whose SYN/ACKs lack the mark.)
tshark -r "$capture" -2 -Y 'tcp.analysis.retransmission && !(ip.addr == 127.0.0.1) && !(tcp.port == 7000)' -T fields -e tcp.srcport -e tcp.seq_raw 2>/dev/null |
	tr '\t' ' ' | sort >"$tap_dir/wireshark"
tap_true "there are retransmissions to compare" test -s "$tap_dir/ledger"
tap_is "retransmissions agree" "$(diff "$tap_dir/ledger" "$tap_dir/wireshark")" ""
tap_is "no segment is missing between those there are" \
	"$(tshark -r "$capture" -2 -Y '(tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment) && !(ip.addr == 127.0.0.1)' 2>/dev/null)" ""

# State changes, anomalies and verdicts are comments.
{ shark "$capture" frame.comment; echo "$info"; } | sed 's/\\n/\n/g' >"$tap_dir/comments"
"$TCPLEDGER" --json --file "$records" |
	jq -r '. as $r | .log[] | select(.type == "state") |
		(if $r.family == "inet6" then "[\($r.local)]" else $r.local end) + ":\($r.lport): \(.from) -> \(.to)"' |
	sort -u >"$tap_dir/changes"
kept=$(while IFS= read -r change; do ! grep -qF -- "$change" "$tap_dir/comments" || echo "$change"; done <"$tap_dir/changes")
tap_same "no state change is lost" "$kept" "$(cat "$tap_dir/changes")"
ids=$("$TCPLEDGER" --json --file "$records" | jq .id)
kept=$(for id in $ids; do ! grep -q ": record ${id}[ :]" "$tap_dir/comments" || echo "$id"; done)
tap_same "no verdict is lost" "$kept" "$ids"
tap_is "an anomaly is on its segment" \
	"$(tshark -r "$capture" -Y 'frame.comment contains "time_wait_restarted at"' -T fields -e tcp.flags.fin 2>/dev/null | head -1)" 1
tap_is "a hostile name is harmless" "$(shark "$capture" frame.comment | grep -c 'of a.*x1b\[31m"')" 1
tap_is "no control character is in a comment" "$(shark "$capture" frame.comment | grep -c '[[:cntrl:]]')" 0

# Payload that was not logged, by hand in make_fixtures.c. Who sends how much after whom, and how
# much of it with the segment that ends the connection, is written down here.
talks=$tap_dir/talks
tap_true "payload that was not logged is exported" "$TCPLEDGER" export --pcapng "$talks" --file "$FIXTURES/talks"
tap_is "much payload: nothing is malformed" \
	"$(tshark -r "$talks" -2 -Y '_ws.malformed || _ws.expert.group == "Malformed"' 2>/dev/null | head -3)" ""
tap_is "... and Wireshark misses nothing and finds nothing twice or out of order" \
	"$(tshark -r "$talks" -2 -Y 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment ||
		tcp.analysis.retransmission || tcp.analysis.out_of_order' 2>/dev/null | head -3)" ""
tap_is "... and each packet's length is what IP says" \
	"$(shark "$talks" frame.len ip.len ipv6.plen | awk -F'\t' '$1 != ($2 ? $2 : $3 + 40)' | head -3)" ""
shark "$talks" tcp.srcport tcp.dstport tcp.len |
	awk -F'\t' '{ us = $1 == 80 ? $2 : $1; print us - 50000, $1 == 80 ? "peer" : "we", $3 }' >"$tap_dir/payload"
conversation()	# RECORD: who sends how many bytes before the other does
{
	awk -v record="$1" '$1 == record && $3 {
		if ($2 != who && who) printf "%s %d, ", who, sum
		if ($2 != who) { sum = 0; who = $2 }
		sum += $3
	} END { printf "%s %d", who, sum }' "$tap_dir/payload"
}
n=0
while IFS=: read -r name want; do
	n=$((n + 1))
	tap_is "order of the payload: $name" "$(conversation $n)" "$want"
done <<'END'
who asked closes:we 78, peer 1256
who was asked closes:we 78, peer 1256
we were asked and close:peer 78, we 1256
we were asked, the peer closes:peer 78, we 1256
we were asked and abort:peer 78, we 1256
the peer speaks first, as an ACK tells:peer 22, we 50, peer 100
IPv6, much comes:we 100, peer 3000000
IPv4, much goes and comes:we 5000000, peer 200000
no MSS known:we 300000, peer 65536
a long last segment:we 1000, peer 65500, we 149000
all in the last segment:peer 10, we 150000
END
tap_is "there is a conversation for each line" "$(cut -d' ' -f1 "$tap_dir/payload" | sort -u | wc -l)" "$n"
# 12 bytes of each segment are timestamps. The last packet has what is left.
tap_is "long ones are as many whole segments as IP can say" \
	"$(awk '$1 == 7 && $2 == "peer" && $3 { print $3 }' "$tap_dir/payload" | sort | uniq -c | tr -s ' ')" \
" 1 $((3000000 % (45 * 1428)))
 46 $((45 * 1428))"
tap_is "the FIN is on the last piece of its segment, and once" \
	"$(tshark -r "$talks" -2 -Y 'tcp.srcport == 50011 && tcp.len > 0' -T fields -e tcp.flags.fin 2>/dev/null |
		sed 's/True/1/; s/False/0/' | tr -d '\n')" 001
# Where a kernel's own records have payload both ways, who asked spoke first (pictures/README).
for name in four_segment half_close in_time_wait ipv6 three_segment; do
	"$TCPLEDGER" export --pcapng "$tap_dir/c" --file "pictures/$name.records"
	tap_is "who asked speaks first: $name" \
		"$(shark "$tap_dir/c" tcp.srcport tcp.flags.syn tcp.flags.ack tcp.len | sed 's/True/1/g; s/False/0/g' |
			awk -F'\t' '$2 == 1 && $3 == 0 { print $1; exit }')" \
		"$(shark "$tap_dir/c" tcp.srcport tcp.len | awk -F'\t' '$2 { print $1; exit }')"
done

# Both ends of a connection whose segments the way changed (make_fixtures.c): each is one packet,
# as its sender logged it, apart from the copy that the way made.
"$TCPLEDGER" export --pcapng "$tap_dir/c" --file "$FIXTURES/changed"
tap_is "a segment that the way changed is one packet" \
	"$(shark "$tap_dir/c" tcp.srcport tcp.seq_raw tcp.len tcp.flags frame.packet_flags_direction | sort | xargs)" \
	"$(sort <<-'END' | xargs
		50000 1000 0 0x00c2 0x00000002
		50000 1000 0 0x00c2 0x00000002
		80 2000 0 0x0012 0x00000002
		50000 1001 0 0x0010 0x00000002
		50000 1001 3000 0x0019 0x00000002
		80 2001 0 0x0011 0x00000002
		80 2001 0 0x0011 0x00000001
		50000 4002 0 0x0010 0x00000002
	END
	)"

count() { tshark -r "$1" 2>/dev/null | wc -l; }
"$TCPLEDGER" export --pcapng - --file "$records" >"$tap_dir/stdout"
tap_true "'-' is standard output" cmp "$capture" "$tap_dir/stdout"
"$TCPLEDGER" export --pcapng "$tap_dir/one" 19 --file "$records"
tap_is "one by its ID" "$(count "$tap_dir/one")" 2
"$TCPLEDGER" export --pcapng "$tap_dir/one" 10.0.0.1:51000-10.0.0.2:81 --file "$records"
tap_is "one by its tuple" "$(count "$tap_dir/one")" 2
"$TCPLEDGER" export --pcapng "$tap_dir/one" --outcome timed_out --file "$records"
tap_is "some by a filter" "$(count "$tap_dir/one")" 3
"$TCPLEDGER" export --pcapng "$tap_dir/none" --comm nobody --file "$records"
tap_is "none is a capture too" "$(tshark -r "$tap_dir/none" 2>&1 | grep -cv 'Running as user')" 0
tap_end
