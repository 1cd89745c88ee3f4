#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Services as Debian ships them, under their own load tools: a client's namespace and a
# server's, joined by a wire. What the ledger has at both ends in the end is compared
# with tcpdump's captures, ss, and the kernel's counters.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh

# run.sh puts them there; elsewhere they are where they are installed.
PATH=/services/bin:$PATH
[ ! -d /services/lib ] || export LD_LIBRARY_PATH=/services/lib
programs="nginx wrk ab redis-server redis-cli redis-benchmark iperf3 sshd ssh ssh-keygen curl tcpdump"
ends="svc_client svc_server"
address=10.9.0.2 address6=fd09::2
work=$(mktemp -d)
stress=${TCPLEDGER_STRESS:+1}
captures=()

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

until_true()
{
	local end=$((SECONDS + 120))

	until eval "$1" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			ktap_say "waited in vain: $1"
			return 1
		fi
		sleep 0.1
	done
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

# SYNs, FINs and RSTs of one end, until it is stopped.
start_capture()
{
	ip netns exec "$1" tcpdump -i end -U -Z root -s 120 -B 16384 -w "$work/$1.pcap" \
		'tcp[13] & 7 != 0 or (ip6[6] == 6 and ip6[53] & 7 != 0)' 2>"$work/$1.tcpdump" &
	captures+=($!)
	until_true "grep -q 'listening on' $work/$1.tcpdump"
}

stop_captures()
{
	local end

	kill "${captures[@]}"
	wait "${captures[@]}"
	captures=()
	for end in $ends; do
		grep -q '^0 packets dropped by kernel' "$work/$end.tcpdump" || {
			ktap_say "the capture lost packets: $(cat "$work/$end.tcpdump")"
			return 1
		}
	done
}

is_listening()
{
	until_true "ip netns exec svc_server ss -Htln 'sport = :$1' | grep -q ."
}

start_nginx()
{
	mkdir "$work/www"
	head -c 20000 /dev/zero >"$work/www/page"
	cat >"$work/nginx.conf" <<-END
	user root;
	worker_processes 2;
	daemon off;
	pid $work/nginx.pid;
	error_log $work/nginx.log;
	events { worker_connections 2000; }
	http {
		access_log off;
		client_body_temp_path $work/body;
		proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/fastcgi;
		uwsgi_temp_path $work/uwsgi;
		scgi_temp_path $work/scgi;
		server {
			listen 80 reuseport backlog=1000;
			listen [::]:80 reuseport backlog=1000;
			root $work/www;
		}
	}
	END
	ip netns exec svc_server nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
	is_listening 80
}

start_redis()
{
	ip netns exec svc_server redis-server --bind $address $address6 --protected-mode no --save '' \
		--appendonly no --logfile "$work/redis.log" --dir "$work" &
	is_listening 6379
}

start_sshd()
{
	mkdir -p /run/sshd /root/.ssh
	grep -q '^sshd:' /etc/passwd || echo sshd:x:110:65534::/run/sshd:/bin/false >>/etc/passwd
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	cp "$work/key.pub" "$work/authorized"
	ip netns exec svc_server "$(type -P sshd)" -D -e -f /dev/null -h "$work/host_key" -o StrictModes=no \
		-o AuthorizedKeysFile="$work/authorized" -o PermitRootLogin=yes -o UsePAM=no 2>"$work/sshd.log" &
	is_listening 22
}

start_iperf()
{
	ip netns exec svc_server iperf3 -s >"$work/iperf.log" 2>&1 &
	is_listening 5201
}

start_all()
{
	start_nginx && start_redis && start_sshd && start_iperf
}

# Each of these says itself whether all that it asked was answered.
load_ab()
{
	local n

	n=$(more 300 3000)
	in_client ab -q -n "$n" -c 20 "$@" "http://$address/page" >"$work/out" 2>&1 &&
		grep -q "^Complete requests: *$n\$" "$work/out" && grep -q '^Failed requests: *0$' "$work/out"
}

load_ab6()
{
	in_client ab -q -n "$(more 100 1000)" -c 10 "http://[$address6]/page" >"$work/out" 2>&1 &&
		grep -q '^Failed requests: *0$' "$work/out"
}

load_wrk()
{
	in_client wrk -t 2 -c "$(more 50 500)" -d 1s "http://$address:80/page" >"$work/out" 2>&1 &&
		! grep -q 'Socket errors: connect [1-9]' "$work/out"
}

# With connections that stay, and with one for each request.
load_redis()
{
	in_client redis-benchmark -q -h $address -n "$(more 300 3000)" -c 20 -t set,get &&
		in_client redis-benchmark -q -h $address6 -n "$(more 100 1000)" -c 10 -k 0 -t ping_inline
} >"$work/out" 2>&1

load_ssh()
{
	local i

	for ((i = 0; i < $(more 2 20); i++)); do
		[ "$(in_client ssh -F none -i "$work/key" -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null root@$address echo "hello $i" 2>"$work/out")" = "hello $i" ] || return 1
	done
}

load_iperf()
{
	in_client iperf3 -c $address -P 4 -n 2M >"$work/out" 2>&1 &&
		in_client iperf3 -c $address6 -P 4 -R -n 2M >"$work/out" 2>&1
}

# A client that is told to stop in the middle, and one that is killed.
load_iperf_stopped()
{
	local signal direction pid

	for signal in INT KILL; do
		for direction in "" -R; do
			# shellcheck disable=SC2086 # no word if empty
			ip netns exec svc_client iperf3 -c $address -P 4 -b 2M -l 8K -t 600 $direction >"$work/out" 2>&1 &
			pid=$!
			until_true "[ \$(ip netns exec svc_client ss -Htn state established 'dport = :5201' | wc -l) -ge 5 ]" ||
				return 1
			sleep 0.2
			kill -$signal $pid
			wait $pid 2>/dev/null
			until_true "! ip netns exec svc_server ss -Htn state established 'sport = :5201' | grep -q ." ||
				return 1
		done
	done
}

load_curl()
{
	local i

	for ((i = 0; i < $(more 5 50); i++)); do
		in_client curl -sS -o /dev/null -o /dev/null "http://$address/page" "http://[$address6]/page" || return 1
	done
	# One that gives up in the middle of the answer, and one that is refused.
	in_client curl -sS "http://$address/page" 2>/dev/null | head -c 100 >/dev/null
	! in_client curl -sS "http://$address:81/" 2>/dev/null
}

# is_served LOAD ARGUMENT...: it went well; else what it said last
is_served()
{
	"load_$1" "${@:2}" && return 0
	tail -n 10 "$work/out" | sed 's/^/# /'
	return 1
}

# Nobody has anything to say any more: what is left are listeners and TIME_WAIT.
is_quiet()
{
	local end

	for end in $ends; do
		until_true "! ip netns exec $end ss -Htan state connected exclude time-wait exclude syn-recv | grep -q ." || return 1
	done
}

# An end's sockets as "STATE local remote".
sockets()
{
	ip netns exec "$1" ss -Htan state connected | awk '
		BEGIN { name["ESTAB"] = "ESTABLISHED"; name["FIN-WAIT-1"] = "FIN_WAIT1"; name["FIN-WAIT-2"] = "FIN_WAIT2" }
		{ state = $1 in name ? name[$1] : $1; gsub("-", "_", state); gsub(/[][]/, ""); print state, $4, $5 }' | sort
}

read_ledger()
{
	ip netns exec "$1" tcpledger list --json >"$work/$1.json"
}

# What ss has before and after the ledger is read must be in it, and what the ledger
# has must be in one of the two: sockets in TIME_WAIT end meanwhile.
same_sockets()
{
	local missing extra

	sockets "$1" >"$work/before"
	read_ledger "$1"
	sockets "$1" >"$work/after"
	jq -r 'select(.live) | "\(.state) \(.local):\(.lport) \(.remote):\(.rport)"' "$work/$1.json" | sort >"$work/live"
	missing=$(comm -12 "$work/before" "$work/after" | comm -23 - "$work/live")
	extra=$(sort -u "$work/before" "$work/after" | comm -13 - "$work/live")
	ktap_say "$1: $(grep -c . "$work/before") sockets"
	[ -s "$work/live" ] && [ -z "$missing$extra" ] && return 0
	ktap_say "missing: ${missing:0:1000}, not there: ${extra:0:1000}"
	return 1
}

# Control segments of a capture as "source destination flags number".
captured()
{
	tcpdump -nn -S -r "$work/$1.pcap" 2>/dev/null | sed -nE \
		's/^[^ ]+ IP6? ([^ ]+)\.([0-9]+) > ([^ ]+)\.([0-9]+): Flags \[([^]]*)\], (cksum[^,]*, )?seq ([0-9]+).*/\1 \2 \3 \4 \5 \7/p' |
		awk '{ f = ""; if ($5 ~ /F/) f = f "F"; if ($5 ~ /S/) f = f "S"; if ($5 ~ /R/) f = f "R"; if ($5 ~ /\./) f = f "."
		       print $1, $2, $3, $4, f, $6 }' | sort
}

# The same of the logs.
logged()
{
	jq -r '. as $r | .log[] | select(.type == "segment" and (.flags | any(. == "SYN" or . == "FIN" or . == "RST"))) |
		(if .dir == "out" then "\($r.local) \($r.lport) \($r.remote) \($r.rport)"
		 else "\($r.remote) \($r.rport) \($r.local) \($r.lport)" end) + " " +
		(.flags as $f | [(["FIN", "F"], ["SYN", "S"], ["RST", "R"], ["ACK", "."]) | . as $n |
		 select($f | any(. == $n[0])) | $n[1]] | add) + " \(.seq)"' "$work/$1.json" | sort
}

same_segments()
{
	local n

	captured "$1" >"$work/captured"
	logged "$1" >"$work/logged"
	n=$(grep -c . "$work/captured")
	ktap_say "$1: $n SYNs, FINs and RSTs"
	[ "$n" -gt 1000 ] && cmp -s "$work/captured" "$work/logged" && return 0
	diff "$work/captured" "$work/logged" | head -n 20 | sed 's/^/# /'
	return 1
}

# One record a connection at each end, and as many as there were SYNs of them.
same_connections()
{
	local syns

	jq -r '"\(.local) \(.lport) \(.remote) \(.rport)"' "$work/svc_client.json" | sort >"$work/client"
	jq -r '"\(.remote) \(.rport) \(.local) \(.lport)"' "$work/svc_server.json" | sort >"$work/server"
	syns=$(captured svc_client | awk '$5 == "S" { print $1, $2, $3, $4, $6 }' | sort -u | grep -c .)
	ktap_say "$syns connections"
	[ "$syns" -eq "$(grep -c . "$work/client")" ] && cmp -s "$work/client" "$work/server" && return 0
	diff "$work/client" "$work/server" | head -n 20 | sed 's/^/# /'
	return 1
}

# kernel_counter END NAME: of the MIB's TCP group
kernel_counter()
{
	# shellcheck disable=SC2016 # awk's fields
	ip netns exec "$1" awk -v name="$2" '$1 == "Tcp:" && !n { n = split($0, names); next }
		$1 == "Tcp:" { for (i = 1; i <= n; i++) if (names[i] == name) print $i }' /proc/net/snmp
}

# said END NAME FILTER: the kernel counted as many as records, or entries, pass the filter
said()
{
	local wanted got

	wanted=$(kernel_counter "$1" "$2")
	got=$(jq -c "$3" "$work/$1.json" | grep -c .)
	[ "$wanted" -eq "$got" ] && return 0
	ktap_say "$1: $2 $wanted, the ledger has $got"
	return 1
}

same_counters()
{
	local end ok=0

	for end in $ends; do
		said "$end" ActiveOpens 'select(.open.role == "active") | .id' || ok=1
		said "$end" PassiveOpens 'select(.open.role == "passive" and .open.outcome == "established") | .id' || ok=1
		said "$end" EstabResets '.log[] | select(.type == "state" and .to == "CLOSE" and (.from == "ESTABLISHED" or .from == "CLOSE_WAIT")) | .n' || ok=1
		said "$end" OutRsts '.log[] | select(.type == "segment" and .dir == "out" and (.flags | any(. == "RST"))) | .n' || ok=1
	done
	return $ok
}

# What no record may say of an ordinary service.
nothing_wrong()
{
	local end bad ok=0

	for end in $ends; do
		bad=$(jq -c 'select(.log_dropped != 0 or .partial or (.anomalies | any(. == "illegal_transition")) or
			([.log[].n] != [range(.log | length)]) or
			any(.log[]; .type == "state" and .cause == "segment" and .segment == null)) | del(.owner)' "$work/$end.json" | head -n 3)
		[ -z "$bad" ] && continue
		ktap_say "$end: ${bad:0:2000}"
		ok=1
	done
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
ktap_plan 17
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
ktap_result "it becomes quiet" eval 'is_quiet && stop_captures'
ktap_result "the client's sockets are those of ss" same_sockets svc_client
ktap_result "the server's sockets are those of ss" same_sockets svc_server
ktap_result "each segment of the captures is logged, no other" \
	eval 'same_segments svc_client && same_segments svc_server'
ktap_result "each connection has a record at both ends" same_connections
ktap_result "the kernel counted the same" same_counters
ktap_result "nothing is lost, illegal or without its cause" nothing_wrong
ktap_end
