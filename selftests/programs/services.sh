#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Services as Debian ships them, under their own load tools: a client's namespace and a
# server's, joined by a wire. What the ledger has at both ends is compared with tcpdump's
# captures, ss, the kernel's counters, and what the services themselves have counted. At
# the end mistakes are planted in what the ledger said: each comparison must see them.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh
. lib/wait.sh
. lib/services/servers.sh
. lib/services/loads.sh
. lib/services/comparisons.sh

# run.sh puts them there; elsewhere they are where they are installed.
PATH=/services/bin:$PATH
[ ! -d /services/lib ] || export LD_LIBRARY_PATH=/services/lib
programs="nginx wrk ab redis-server redis-cli redis-benchmark iperf3 sshd ssh ssh-keygen curl tcpdump"
ends="svc_client svc_server"
address=10.9.0.2 address6=fd09::2
last_port=82	# nobody listens there, nor at 81
work=$(mktemp -d)
stress=${TCPLEDGER_STRESS:+1}
captures=()
asked=0		# connections that the loads have certainly opened

# more USUAL STRESS: a count
more()
{
	[ -n "$stress" ] && echo "$2" || echo "$1"
}

# Not for what runs beside: a function has a shell of its own there, which signals go to.
in_client()
{
	ip netns exec svc_client "$@"
}

make_spaces()
{
	local end

	for end in $ends; do
		ip netns add "$end"
		ip -n "$end" link set lo up
	done
	ip link add end netns svc_client type veth peer name end netns svc_server
	ip -n svc_client address add 10.9.0.1/24 dev end
	ip -n svc_client address add fd09::1/64 dev end nodad
	ip -n svc_server address add $address/24 dev end
	ip -n svc_server address add $address6/64 dev end nodad
	for end in $ends; do
		ip -n "$end" link set end up
	done
}

# SYNs, FINs and RSTs of one end, until it is stopped. Without --immediate-mode a block of
# the ring that is not full yet would stay there.
start_capture()
{
	ip netns exec "$1" tcpdump -i end -U --immediate-mode -Z root -s 120 -B 16384 -w "$work/$1.pcap" \
		'tcp[13] & 7 != 0 or (ip6[6] == 6 and ip6[53] & 7 != 0)' 2>"$work/$1.tcpdump" &
	captures+=($!)
	until_true "grep -q 'listening on' $work/$1.tcpdump"
}

# tcpdump gives up what it has not read when it is told to stop. A capture has an order, so
# first a connection that is refused: with its RST all that was before is in the file.
stop_captures()
{
	local end

	asked=$((asked + 1))
	! in_client curl -sS "http://$address:$last_port/" 2>/dev/null || return 1
	for end in $ends; do
		until_true "tcpdump -nn -r $work/$end.pcap 'src port $last_port and tcp[13] & 4 != 0' 2>/dev/null | grep -q ." ||
			return 1
	done
	kill "${captures[@]}"
	wait "${captures[@]}"
	captures=()
	for end in $ends; do
		grep -q '^0 packets dropped by kernel' "$work/$end.tcpdump" || {
			ktap_say "the capture lost packets: $(cat "$work/$end.tcpdump")"
			return 1
		}
		captured "$end" >"$work/$end.captured" || return 1
	done
}

# Nobody has anything to say any more: what is left are listeners and TIME_WAIT.
is_quiet()
{
	local end

	for end in $ends; do
		until_true "! ip netns exec $end ss -Htan state connected exclude time-wait | grep -q ." || return 1
	done
}

# How many connections each service has accepted by its own word, "PORT NUMBER"; those
# that ask are among them.
ask_services()
{
	asked=$((asked + 2))
	{
		echo "22 $(grep -c '^Accepted publickey' "$work/sshd.log")"
		in_client curl -sS "http://$address/status" | awk '/accepts/ { getline; print 80, $1 }'
		in_client redis-cli -h $address info stats | tr -d '\r' | sed -n 's/^total_connections_received:/6379 /p'
	} >"$work/served"
	ktap_say "accepted by port: $(paste -sd, "$work/served")"
	[ "$(grep -c ' [1-9]' "$work/served")" -eq 3 ]
}

# is_seen END AWK COMPARISON...: it fails where awk changed the end's records first
is_seen()
{
	local rc=1

	mv "$work/$1.json" "$work/true.json"
	awk "$2 { print }" "$work/true.json" >"$work/$1.json" &&
		! cmp -s "$work/$1.json" "$work/true.json" && ! "${@:3}" >/dev/null 2>&1 && rc=0
	mv "$work/true.json" "$work/$1.json"
	[ "$rc" -eq 0 ] || ktap_say "not seen by '${*:3}': $2"
	return $rc
}

# A record that is missing, and one wrong word. What fails anyway sees anything.
mistakes_are_seen()
{
	local left_out='/"state":"TIME_WAIT"/ && !n++ { next }' unserved='/"lport":80,/ && !n++ { next }' ok=0
	local state='/"state":"TIME_WAIT"/ && !n++ { sub(/"state":"TIME_WAIT"/, "\"state\":\"LAST_ACK\"") }'
	local seq='!n++ { sub(/"seq":/, "\"seq\":1") }' dropped='!n++ { sub(/"log_dropped":0/, "\"log_dropped\":1") }'

	[ "$ktap_failed" -eq 0 ] || return 1
	is_seen svc_client "$left_out" agree_sockets svc_client 1 TIME_WAIT || ok=1
	is_seen svc_server "$state" agree_sockets svc_server 1 TIME_WAIT || ok=1
	is_seen svc_client "$left_out" same_segments svc_client || ok=1
	is_seen svc_server "$seq" same_segments svc_server || ok=1
	is_seen svc_server "$unserved" same_connections || ok=1
	is_seen svc_client "$left_out" same_counters || ok=1
	is_seen svc_server "$unserved" same_services || ok=1
	is_seen svc_server "$dropped" nothing_wrong || ok=1
	return $ok
}

end_all()
{
	jobs -p | xargs -r kill 2>/dev/null
	wait 2>/dev/null
	for end in $ends; do
		ip netns delete "$end" 2>/dev/null
	done
	rm -rf "$work"
}

for program in $programs; do
	type -P "$program" >/dev/null || ktap_skip_all "no $program on this machine"
done
ktap_plan 19
trap end_all EXIT
make_spaces || exit 1
start_capture svc_client
start_capture svc_server
ktap_result "services are up" start_all
ktap_result "nginx under ab" is_served ab
ktap_result "nginx under ab, IPv6" is_served ab6
ktap_result "nginx under ab, keep-alive" is_served ab -k
ktap_result "nginx under wrk" is_served wrk
ktap_result "nginx under curl" is_served curl
ktap_result "redis under redis-benchmark" is_served redis
ktap_result "sshd under ssh" is_served ssh
ktap_result "iperf3 with four streams" is_served iperf
ktap_result "iperf3 stopped early" is_served iperf_stopped
ktap_result "it becomes quiet" eval 'is_quiet && ask_services && is_quiet && stop_captures'
ktap_result "the client's sockets are those of ss" same_sockets svc_client 1 TIME_WAIT
ktap_result "the server's sockets are those of ss" same_sockets svc_server 1 TIME_WAIT
ktap_result "each segment of the captures is logged, no other" \
	eval 'same_segments svc_client && same_segments svc_server'
ktap_result "each connection has a record at both ends" same_connections
ktap_result "the kernel counted the same" same_counters
ktap_result "the services counted the same" same_services
ktap_result "nothing is lost, illegal or without its cause" nothing_wrong
ktap_result "each of these sees a planted mistake" mistakes_are_seen
ktap_end
