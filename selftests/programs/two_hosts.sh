#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts with clocks of their own: two network namespaces, between them a wire that
# delays each way by so much. What each has recorded is kept, the clocks of one file are
# moved by what is known here, and 'tcpledger show' must find that again from the segments
# alone: no further from it than it says itself, and no surer than the delays allow.
#
# A time namespace, though meant for such hosts, does not do: it moves the clocks that a
# process reads, and the module reads the kernel's own. That is looked at too.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh
. lib/wait.sh

near=hosts_near far=hosts_far port=80
work=$(mktemp -d)
day=86400000000000
start=$(date +%s)	# from which on moments are counted, as jq has no more than 53 bits

end_spaces()
{
	ip netns delete $near 2>/dev/null
	ip netns delete $far 2>/dev/null
	rm -rf "$work"
}

make_spaces()
{
	ip netns add $near && ip netns add $far &&
		ip link add eth0 netns $near type veth peer name eth0 netns $far &&
		ip -n $near address add 10.0.0.1/24 dev eth0 &&
		ip -n $far address add 10.0.0.2/24 dev eth0 &&
		ip -n $near link set eth0 up && ip -n $far link set eth0 up
}

# delay FORTH BACK: milliseconds of the way to the far host, and of the way back
delay()
{
	ip netns exec $near tc qdisc replace dev eth0 root netem delay "$1"ms &&
		ip netns exec $far tc qdisc replace dev eth0 root netem delay "$2"ms
}

# One connection, to its end on the far host; its record there and here as $far and $near.
talk()
{
	ip netns exec $far socat -u TCP-LISTEN:$port,reuseaddr STDOUT >/dev/null 2>&1 &
	until_true "ip netns exec $far ss -Htln 'sport = :$port' | grep -q ." || return 1
	echo hello | ip netns exec $near socat -u - TCP:10.0.0.2:$port || return 1
	wait $!
	until_true "! ip netns exec $far ss -Htan state connected exclude time-wait | grep -q ."
}

# keep SPACE FILE [COMMAND...]: what is recorded there, read by way of the command
keep()
{
	local space=$1 file=$2

	shift 2
	ip netns exec "$space" "$@" cat /proc/net/tcpledger/records >"$file"
}

newest_id() { tcpledger list --file "$1" --sort id --reverse --limit 1 --json | jq .id; }

# is_found FORTH BACK MONOTONIC WALL: with the far clocks so much ahead
is_found()
{
	local forth=$(($1 * 1000000)) back=$(($2 * 1000000))

	delay "$1" "$2" && talk && keep $near "$work/near" && keep $far "$work/true" || return 1
	./shift_clock "$3" "$4" <"$work/true" >"$work/far" || return 1
	tell_ends "$work/near" "$work/far" && agrees $forth $back "$4"
}

tell_ends()	# FILE FILE
{
	tcpledger show "$(newest_id "$1")" --json --file "$1" --file "$2" >"$work/json" &&
		jq -e '.join == "addresses" and .clocks.by == "segments"' "$work/json" >/dev/null && return 0
	ktap_say "$(cat "$work/json")"
	return 1
}

# Both records began by the one clock that there is; a segment is on its way as long as the
# wire delays it at least, so nothing can be surer than half of both ways.
agrees()	# FORTH BACK WALL: in nanoseconds
{
	local begin

	begin=$(jq -s '.[0] - .[1]' <(begin_ns "$work/true") <(begin_ns "$work/near")) || return 1
	jq -e --argjson forth "$1" --argjson back "$2" --argjson wall "$3" --argjson begin "$begin" '
		def apart($truth): . - $truth | if . < 0 then -. else . end;
		.clocks | (.wall_ahead_ns | apart($wall)) <= .bound_ns and
			(.other_begin_ns | apart($begin)) <= .bound_ns and
			.bound_ns * 2 >= $forth + $back and
			# What the middle is wrong by is half the difference of the two ways.
			((.wall_ahead_ns | apart($wall)) - ($forth - $back | apart(0)) / 2 | apart(0)) <= ($forth + $back) / 4' \
		"$work/json" >/dev/null && return 0
	ktap_say "wall clock $3 ahead, begins $begin ns later: $(jq -c .clocks "$work/json")"
	return 1
}

nanoseconds()
{
	jq --argjson start "$start" '.opened_at |
		((.[0:19] + "Z" | fromdate) - $start) * 1000000000 + (.[20:29] | tonumber)'
}

# When the newest record began, by the wall clock.
begin_ns()	# FILE
{
	tcpledger list --file "$1" --sort id --reverse --limit 1 --json | nanoseconds
}

# Seen from the far host the other clock is what the far one is not, but for half a nanosecond.
is_found_from_there()
{
	tcpledger show "$(newest_id "$work/far")" --json --file "$work/far" --file "$work/near" >"$work/there" || return 1
	jq -es '.[0].clocks as $here | .[1].clocks as $there |
		(($here.wall_ahead_ns + $there.wall_ahead_ns) | . * . <= 1) and $here.bound_ns == $there.bound_ns and
		[$here.segments_there, $here.segments_back] == [$there.segments_back, $there.segments_there]' \
		"$work/json" "$work/there" >/dev/null && return 0
	ktap_say "$(jq -c .clocks "$work/json" "$work/there")"
	return 1
}

# Moved by another amount than is claimed, and a wire that is claimed to be longer.
mistakes_are_seen()
{
	local bound ok=0

	bound=$(jq .clocks.bound_ns "$work/json")
	agrees 5000000 35000000 $((day + 2 * bound + 2)) >/dev/null && { ktap_say "a wrong offset passes"; ok=1; }
	agrees 50000000 350000000 $day >/dev/null && { ktap_say "a bound that is too narrow passes"; ok=1; }
	agrees 5000000 35000000 $day || ok=1
	return $ok
}

# What a process with other clocks reads is the same.
is_not_moved()
{
	keep $far "$work/moved" unshare --time --monotonic 100000 --boottime 100000 --fork || return 1
	cmp <(facts "$work/moved") <(facts "$work/true") && tell_ends "$work/near" "$work/moved" &&
		agrees 5000000 35000000 0
}

# Ages go on.
facts()
{
	tcpledger list --file "$1" --json | jq -c 'del(.state_age_ns, .time_wait.remaining_ns?)'
}

# A report has one clock, that of the first host.
is_reported()
{
	local begin

	tcpledger report "$work/report.html" --file "$work/near" --file "$work/far" || return 1
	tcpledger list --file "$work/report.html" --json >"$work/read"
	[ "$(wc -l <"$work/read")" -eq "$(cat <(facts "$work/near") <(facts "$work/far") | wc -l)" ] || return 1
	tcpledger show "$(newest_id "$work/near")" --ascii --file "$work/report.html" >"$work/drawn"
	grep -qE 'lost|\?|inferred' "$work/drawn" && { ktap_say "$(cat "$work/drawn")"; return 1; }
	begin=$(jq -s '.[0] - .[1]' <(far_begin_ns) <(begin_ns "$work/near"))
	jq -e --argjson begin "$begin" '.clocks.other_begin_ns == $begin' "$work/json" >/dev/null && return 0
	ktap_say "begins $begin ns later in the report: $(jq -c .clocks "$work/json")"
	return 1
}

far_begin_ns()
{
	jq -s '[.[] | select(.local == "10.0.0.2")] | max_by(.id)' "$work/read" | nanoseconds
}

ktap_plan 8
trap end_spaces EXIT
make_spaces || exit 1
ktap_result "the same way forth and back, clocks ahead" is_found 20 20 $((3 * day)) 1500000000
ktap_result "clocks behind" is_found 20 20 -1000000 -$day
ktap_result "a longer way forth" is_found 60 10 -123456789 777000123
ktap_result "a longer way back" is_found 5 35 $((7 * day)) $day
ktap_result "from the other host the opposite is found" is_found_from_there
ktap_result "a report has both by one clock" is_reported
ktap_result "each comparison sees a planted mistake" mistakes_are_seen
ktap_result "a time namespace moves nothing that is recorded" is_not_moved
ktap_end
