#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tcpledger lab: each case is made, and what was drawn of it is compared with captures of
# both wires: each SYN, FIN and RST is in the picture with its numbers, no other is, and
# what is drawn as lost was on its sender's wire and not on the other. Then that it leaves
# nothing behind, also when it is killed or fails half way.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh
. lib/wait.sh
. lib/services/comparisons.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export COLUMNS=140

# What each case is about, in jq's language, of all records of a host, oldest first: $c the
# client's, $s the server's.
# shellcheck disable=SC2016 # jq's variables
declare -A about=(
	[handshake]='$c[0].state == "ESTABLISHED" and $s[0].state == "ESTABLISHED" and ($c + $s | length) == 2'
	[lost-syn]='$c[0].open.syn_retransmits == 1 and $s[0].open.syn_retransmits == 0 and $c[0].open.handshake_ns > 1e9'
	[stale-syn]='$c[0].open.outcome == "aborted" and $s[0].open.outcome == "reset" and ($s[0].anomalies | any(. == "stale_syn"))'
	[refused]='$c[0].open.outcome == "refused" and $c[0].close.error == "ECONNREFUSED"'
	[four-segments]='$c[0].close.kind == "four_segment" and $c[0].state == "TIME_WAIT" and $s[0].close.first == "remote"'
	[three-segments]='$c[-1].close.kind == "three_segment" and $s[-1].close.kind == "three_segment"'
	[half-close]='$c[0].close.kind == "four_segment" and $c[0].bytes_received == 33 and $c[0].close.half_close_ns > 4e7'
	[lost-fin]='$c[0].close.fin_retransmits == 1 and $s[0].close.fin_retransmits == 0 and $c[0].state == "TIME_WAIT"'
	[lost-last-ack]='$s[0].close.fin_retransmits == 1 and $c[0].time_wait.fin_reacks == 1 and $c[0].time_wait.restarts == 1'
	[lost-synack]='$c[0].open.syn_retransmits == 1 and $c[0].open.handshake_ns > 1e9 and $s[0].state == "ESTABLISHED"'
	[lost-third-ack]='$s[0].open.synack_retransmits >= 1 and $c[0].open.handshake_ns < 1e9 and $s[0].open.handshake_ns > 1e9'
	[stale-synack]='($c[-1].anomalies | any(. == "stale_synack")) and $c[-1].state == "ESTABLISHED" and $c[0].open.outcome == "aborted"'
	[simultaneous-open]='all($c[0], $s[0]; .open.role == "simultaneous" and .open.outcome == "established")'
	[filtered]='$c[0].open.outcome == "timed_out" and $c[0].close.error == "ETIMEDOUT" and $c[0].open.syn_retransmits == 2 and ($s | length) == 0'
	[backlog-full]='($s[1].anomalies | any(. == "accept_queue_full")) and $s[1].open.outcome == "established" and $c[1].open.syn_retransmits >= 1'
	[syn-cookies]='$s[0].open.syncookie and $s[0].state == "ESTABLISHED"'
	[fast-open]='$c[1].open.fastopen and $s[1].open.fastopen and any($s[1].log[]; .type == "segment" and .flags == ["SYN"] and .len == 18)'
	[simultaneous-close]='all($c[0], $s[0]; .close.kind == "simultaneous" and .state == "TIME_WAIT")'
	[close-wait]='$s[0].state == "CLOSE_WAIT" and $c[0].state == "FIN_WAIT2"'
	[old-duplicate]='$c[0].time_wait.old_duplicates >= 1 and any($c[0].log[]; .type == "segment" and .dir == "in" and .flags == ["RST"]) and $c[0].state == "TIME_WAIT" and $s[0].retransmits >= 1'
	[assassinated]='$c[0].time_wait.exit == "reset" and $c[0].time_wait.residence_ns < 6e10 and ($c[0].anomalies | any(. == "time_wait_assassinated"))'
	[reused]='$s[0].time_wait.exit == "reused" and $s[1].state == "ESTABLISHED" and $c[1].state == "ESTABLISHED"'
	[overflow]='$c[0].time_wait == null and ($c[0].anomalies | any(. == "time_wait_overflow"))'
	[port-exhaustion]='([$c[] | select(.state == "TIME_WAIT")] | length) == 4 and all($c[4].log[]; .type == "state") and ($s | length) == 4'
	[reset-unread]='$s[0].close.kind == "reset" and $s[0].close.reset_by == "local" and $c[0].close.error == "ECONNRESET"'
	[half-open]='($s[0].anomalies | any(. == "challenge_ack")) and $s[0].close.kind == "reset" and $s[1].state == "ESTABLISHED" and $c[1].open.syn_retransmits == 1'
	[reset-linger]='$c[0].close.kind == "reset" and $c[0].close.reset_by == "local" and $s[0].close.error == "ECONNRESET"'
)

# What it made of a case: picture and words, and in the folder records and captures.
make_case()
{
	tcpledger lab "$1" --keep "$work" --ascii --absolute >"$work/said" 2>&1 && return 0
	ktap_say "$(tail -n 5 "$work/said")"
	return 1
}

# All segments of each wire, as "source port destination port flags seq ack win len".
read_captures()
{
	captured "$1.client" >"$work/client.all" && captured "$1.server" >"$work/server.all"
}

# read_records NAME CHANGE: whether the records are about this case, and the SYNs, FINs and
# RSTs of each end's logs as the captures have them. CHANGE plants a mistake, '.' does not.
read_records()
{
	tcpledger list --json --file "$work/$1.records" >"$work/json" || return 1
	jq -nr '[inputs] | sort_by(.id) | map('"$2"') as $all |
		[$all[] | select(.local == "10.0.1.1")] as $c | [$all[] | select(.local == "10.0.2.2")] as $s |
		"about \('"${about[$1]}"')",
		($all[] | . as $r | .log[] | select(.type == "segment" and (.flags | any(. == "SYN" or . == "FIN" or . == "RST"))) |
			# A SYN that takes over a tuple is the last entry of the old record and the first of the new.
			select(($r.time_wait.exit? == "reused" and .flags == ["SYN"] and .t_ns > $r.time_wait.entered_ns) | not) |
			({"FIN": "F", "SYN": "S", "RST": "R", "PSH": "P", "ACK": ".", "URG": "U", "ECE": "E", "CWR": "W"}) as $letter |
			"\($r.local) \($r.lport)" as $l | "\($r.remote) \($r.rport)" as $o |
			(if $r.local == "10.0.1.1" then "client " else "server " end) +
			(if .dir == "out" then "\($l) \($o) " else "\($o) \($l) " end) +
			([.flags[] | $letter[.]] | add) +
			" \(.seq) \(if .flags | any(. == "ACK") then .ack else 0 end) \(.win) \(.len)")' "$work/json" >"$work/read"
}

is_about()
{
	grep -qx 'about true' "$work/read" && return 0
	ktap_say "${about[$1]}: $(grep '^about' "$work/read")"
	ktap_say "$(cat "$work/json")"
	return 1
}

# Each SYN, FIN and RST of a wire is in the log of its host, and no other is.
is_logged()
{
	local end

	for end in client server; do
		awk '$5 ~ /[FSR]/' "$work/$end.all" >"$work/captured"
		sed -n "s/^$end //p" "$work/read" | sort >"$work/logged"
		diff "$work/captured" "$work/logged" >"$work/out" && continue
		ktap_say "$end, captured and logged: $(cat "$work/out")"
		return 1
	done
	[ -s "$work/client.all" ]
}

# What each host sent, by the capture of its own wire, as a picture has it.
sent()
{
	{ awk '$1 == "10.0.1.1"' "$work/client.all"; awk '$1 == "10.0.2.2"' "$work/server.all"; } |
		awk '$5 ~ /[FSR]/ {
			word = $5 ~ /F/ ? "FIN" : $5 ~ /S/ ? "SYN" : "RST"
			print word ($5 ~ /[.]/ ? ",ACK" : "") " seq=" $6 ($5 ~ /[.]/ ? " ack=" $7 : "") }' | sort
}

picture()
{
	sed '/^WHAT TO LOOK AT/,$d' "$work/said"
}

# What is drawn was sent, with its numbers. Where the case has one attempt to connect, and so
# one picture, it is all that was sent, each segment as often; else a picture is of a part.
is_drawn()
{
	sent >"$work/sent"
	picture | grep -oE '(SYN|FIN|RST)[A-Z,]* seq=[0-9]+( ack=[0-9]+)?' | sort >"$work/drawn"
	if [ "$(awk '$1 == "10.0.1.1" && $5 == "S" { print $6 }' "$work/client.all" | sort -u | grep -c .)" -gt 1 ]; then
		sort -u -o "$work/drawn" "$work/drawn"
		awk 'NR == FNR { drawn[$0]; next } $0 in drawn' "$work/drawn" "$work/sent" | sort -u >"$work/both"
		mv "$work/both" "$work/sent"
	fi
	[ -s "$work/drawn" ] && diff "$work/sent" "$work/drawn" >"$work/out" && return 0
	ktap_say "sent and drawn: $(cat "$work/out")"
	return 1
}

# Segments that are on one wire only, with those that are no SYN, FIN or RST.
on_one_wire()
{
	diff -U 0 "$work/client.all" "$work/server.all" | grep '^[-+][^-+]'
}

is_lost()
{
	local lost drawn

	# Without a record of the other end nothing is known to be lost.
	grep -q '^server ' "$work/read" || return 0
	lost=$(on_one_wire | grep -c .)
	drawn=$(picture | grep -c 'seq=.*, lost')
	[ "$lost" -eq "$drawn" ] && return 0
	ktap_say "$lost segments are on one wire only, $drawn are drawn as lost: $(on_one_wire)"
	return 1
}

is_right()
{
	make_case "$1" && read_captures "$1" && read_records "$1" . && is_about "$1" && is_logged && is_drawn && is_lost
}

# Each comparison must see what is wrong. The case has one connection, and one loss.
mistakes_are_seen()
{
	local name=lost-last-ack ok=0

	is_right $name || return 1
	cp "$work/said" "$work/kept"
	read_records $name '.log |= map(select((.flags // [] | any(. == "FIN") | not) or .dir == "in"))'
	is_logged >/dev/null && { ktap_say "a FIN that is not logged passes"; ok=1; }
	read_records $name '.time_wait |= (if . then .fin_reacks = 0 else . end)'
	is_about $name >/dev/null && { ktap_say "a wrong count passes"; ok=1; }
	read_records $name .
	grep -v 'SYN,ACK' "$work/kept" >"$work/said"
	is_drawn >/dev/null && { ktap_say "a SYN/ACK that is not drawn passes"; ok=1; }
	sed 's/FIN,ACK seq=/FIN,ACK seq=1/' "$work/kept" >"$work/said"
	is_drawn >/dev/null && { ktap_say "a wrong number passes"; ok=1; }
	sed 's/, lost//' "$work/kept" >"$work/said"
	is_lost >/dev/null && { ktap_say "a loss that is not drawn passes"; ok=1; }
	return $ok
}

# The measured 2MSL and all five questions.
are_answered()
{
	local n

	tcpledger lab five-questions --wait --keep "$work" >"$work/five" || return 1
	n=$(grep -cE '^[1-5]\. ' "$work/five")
	[ "$n" -eq 5 ] || { ktap_say "$n questions"; return 1; }
	tcpledger list --json --file "$work/lost-last-ack.records" |
		jq -se 'any(.[].time_wait; .exit == "expired" and .residence_exact and
			.residence_ns > 60e9 and .residence_ns < 66e9)' >"$work/out" && return 0
	ktap_say "$(cat "$work/out"; tcpledger list --json --file "$work/lost-last-ack.records" | jq -c .time_wait)"
	return 1
}

# The questions are about the case, and each of them is shown and answered.
is_asked()
{
	local count

	tcpledger quiz lost-last-ack --seed 1 >"$work/quiz" < <(yes '') || return 1
	count=$(sed -n 's/^Score: 0 of //p' "$work/quiz")
	[ "${count:-0}" -ge 5 ] && [ "$(grep -c '^Right is ' "$work/quiz")" -eq "$count" ] &&
		grep -q 'local 10\.0\.1\.1:.* 10\.0\.2\.2:80 remote' "$work/quiz" && return 0
	ktap_say "$(cat "$work/quiz")"
	return 1
}

is_json()
{
	[ "$(tcpledger lab handshake --json | jq -rs '[.[].local] | join(" ")')" = "10.0.1.1 10.0.2.2" ]
}

is_svg()
{
	tcpledger lab refused --svg "$work/refused.svg" && grep -q '<svg' "$work/refused.svg" && grep -q 'RST' "$work/refused.svg"
}

# The host's own network.
own_network()
{
	local space

	ip -details address
	ip route show table all
	ip netns list
	nft list ruleset
	tc qdisc
	for space in /proc/[0-9]*/ns/net; do
		readlink "$space"
	done | sort -u
}

is_untouched()
{
	own_network >"$work/after"
	diff "$work/before" "$work/after" >"$work/out" && return 0
	ktap_say "$(cat "$work/out")"
	return 1
}

# The hosts are gone when their records have moved: $1 of them, from these on.
have_moved()
{
	tcpledger list --history --json | jq -s "[.[] | select(.id > $2)] | length >= $1"
}

newest_id()
{
	tcpledger list --sort id --reverse --limit 1 --json | jq '.id // 0'
}

# In the wait for the end of TIME_WAIT both hosts have a record.
is_cleaned_after()
{
	local newest pid status

	newest=$(newest_id)
	newest=${newest:-0}
	set -m		# else a signal of the keyboard is ignored
	tcpledger lab lost-last-ack --wait >"$work/killed" 2>&1 &
	pid=$!
	set +m
	until_true "nsenter -t $pid -n tcpledger list --state TIME_WAIT --json | jq -se 'length == 1'" || return 1
	kill "-$1" $pid
	wait $pid 2>/dev/null
	status=$?
	[ "$status" -gt 128 ] || { ktap_say "status $status after $1"; return 1; }
	until_true "[ \"\$(have_moved 2 $newest)\" = true ]" && is_untouched
}

# says STATUS PATTERN COMMAND...
says()
{
	local wanted=$1 pattern=$2 status

	shift 2
	"$@" >"$work/out" 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] && grep -qE "$pattern" "$work/out" && return 0
	ktap_say "status $status: $(cat "$work/out")"
	return 1
}

without_nft()
{
	# shellcheck disable=SC2016 # for the inner shell
	says 1 "^tcpledger: the program nft is missing, Debian's package nftables has it; install" \
		unshare -m bash -c 'mount --bind /dev/null "$(type -P nft)" && exec tcpledger lab refused' && is_untouched
}

# Until the deadline, and nothing of it stays.
with_nft_that_hangs()
{
	printf '#!/bin/sh\nexec sleep 7777777\n' >"$work/hangs" && chmod +x "$work/hangs" || return 1
	# shellcheck disable=SC2016 # for the inner shell
	says 1 '^tcpledger: cannot set up the network: nft did not end within 60 s and was killed; run it again' \
		unshare -m bash -c 'mount --bind "$1" "$(type -P nft)" && exec tcpledger lab refused' - "$work/hangs" &&
		is_untouched && ! grep -qsaz '^7777777' /proc/[0-9]*/cmdline
}

names=$(tcpledger lab --json | jq -r 'select(.name != "five-questions") | .name')
# shellcheck disable=SC2086 # a name a word
set -- $names
ktap_plan $(($# + 14))
own_network >"$work/before"
ktap_result "each case that there is, is looked at" \
	[ "$(printf '%s\n' "$@" | sort)" = "$(printf '%s\n' "${!about[@]}" | sort)" ]
for name; do
	ktap_result "$name" is_right "$name"
done
ktap_result "each comparison sees a planted mistake" mistakes_are_seen
ktap_result "the five questions are answered, with 2MSL measured" are_answered
ktap_result "a quiz makes its case" is_asked
ktap_result "JSON has both ends" is_json
ktap_result "SVG is a picture" is_svg
ktap_result "the host's own network is as it was" is_untouched
ktap_result "nothing is left after Ctrl-C" is_cleaned_after INT
ktap_result "nothing is left after SIGTERM" is_cleaned_after TERM
ktap_result "nothing is left after SIGKILL" is_cleaned_after KILL
ktap_result "a program that is missing is named, and nothing is left" without_nft
ktap_result "a program that hangs is ended, and nothing is left" with_nft_that_hangs
ktap_result "who is not root is told" says 1 'records: Permission denied; run it as root' \
	setpriv --reuid=1000 --regid=1000 --clear-groups tcpledger lab refused
ktap_result "who may not make namespaces is told" \
	says 1 'cannot make a network namespace: Operation not permitted; run it as root' \
	setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin tcpledger lab refused
ktap_end
