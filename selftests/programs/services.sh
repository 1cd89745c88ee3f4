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

is_listening()
{
	until_true "ip netns exec svc_server ss -Htln 'sport = :$1' | grep -q ."
}

start_nginx()
{
	mkdir "$work/www"
	head -c 20000 /dev/zero >"$work/www/page"
	head -c 2000000 /dev/zero >"$work/www/big"
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
			location = /status { stub_status; }
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

	n=$(more 80 3000)
	[ "${1:-}" = -k ] || asked=$((asked + n))
	in_client ab -q -n "$n" -c 20 "$@" "http://$address/page" >"$work/out" 2>&1 &&
		grep -q "^Complete requests: *$n\$" "$work/out" && grep -q '^Failed requests: *0$' "$work/out"
}

load_ab6()
{
	local n

	n=$(more 40 1000)
	asked=$((asked + n))
	in_client ab -q -n "$n" -c 10 "http://[$address6]/page" >"$work/out" 2>&1 &&
		grep -q '^Failed requests: *0$' "$work/out"
}

# Told to stop, since its own -d takes whole seconds.
load_wrk()
{
	local n

	n=$(more 40 500)
	asked=$((asked + n))
	in_client timeout --preserve-status -s INT "$(more 0.2 2)" wrk -t 2 -c "$n" -d 60s "http://$address:80/page" >"$work/out" 2>&1 &&
		grep -q '^ *[1-9][0-9]* requests in' "$work/out" && ! grep -q 'Socket errors: connect [1-9]' "$work/out"
}

# With connections that stay, and with one for each request.
load_redis()
{
	local n

	n=$(more 40 1000)
	asked=$((asked + n))
	in_client redis-benchmark -q -h $address -n "$(more 200 3000)" -c 20 -t set,get &&
		in_client redis-benchmark -q -h $address6 -n "$n" -c 10 -k 0 -t ping_inline
} >"$work/out" 2>&1

load_ssh()
{
	local i to

	for ((i = 0; i < $(more 2 20); i++)); do
		asked=$((asked + 1))
		[ $((i % 2)) -eq 0 ] && to=$address || to=$address6
		[ "$(in_client ssh -F none -i "$work/key" -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null root@$to echo "hello $i" 2>"$work/out")" = "hello $i" ] || return 1
	done
}

load_iperf()
{
	asked=$((asked + 10))
	in_client iperf3 -c $address -P 4 -n 2M >"$work/out" 2>&1 &&
		in_client iperf3 -c $address6 -P 4 -R -n 2M >"$work/out" 2>&1
}

# All four streams of the client have carried something.
streams_flow()
{
	[ "$(in_client ss -Htin 'dport = :5201' | grep -Ec 'bytes_(sent|received):[0-9]{5}')" -ge 4 ]
}

# A client that is told to stop in the middle, and one that is killed; what each end's
# sockets are while the streams flow is compared too.
load_iperf_stopped()
{
	local signal direction pid ok=0

	for signal in INT KILL; do
		for direction in "" -R; do
			asked=$((asked + 5))
			# shellcheck disable=SC2086 # no word if empty
			ip netns exec svc_client iperf3 -c $address -P 4 -b 2M -l 8K -t 600 $direction >"$work/out" 2>&1 &
			pid=$!
			until_true streams_flow || ok=1
			if [ "$signal$direction" = INT ]; then
				same_sockets svc_client 5 ESTABLISHED && same_sockets svc_server 5 ESTABLISHED || ok=1
			fi
			kill -$signal $pid
			wait $pid 2>/dev/null
			until_true "! ip netns exec svc_server ss -Htn state established 'sport = :5201' | grep -q ." ||
				return 1
		done
	done
	return $ok
}

load_curl()
{
	local i to

	for ((i = 0; i < $(more 5 50); i++)); do
		asked=$((asked + 2))
		in_client curl -sS -o /dev/null -o /dev/null "http://$address/page" "http://[$address6]/page" || return 1
	done
	# One that gives up in the middle of the answer, and one that is refused.
	for to in $address "[$address6]"; do
		asked=$((asked + 2))
		in_client curl -sS "http://$to/big" 2>/dev/null | head -c 100 >/dev/null
		! in_client curl -sS "http://$to:81/" 2>/dev/null || return 1
	done
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

# An end's sockets as "STATE local remote".
sockets()
{
	ip netns exec "$1" ss -Htan state connected | awk '
		BEGIN { name["ESTAB"] = "ESTABLISHED"; name["FIN-WAIT-1"] = "FIN_WAIT1"; name["FIN-WAIT-2"] = "FIN_WAIT2" }
		{ state = $1 in name ? name[$1] : $1; gsub("-", "_", state); gsub(/[][]|::ffff:/, ""); print state, $4, $5 }'
}

# Between two looks at the sockets: those in TIME_WAIT end meanwhile.
read_ledger()
{
	sockets "$1" >"$work/$1.before"
	ip netns exec "$1" tcpledger list --json >"$work/$1.json" || return 1
	sockets "$1" >"$work/$1.after"
}

# What ss has before and after the ledger is read must be in it, and what the ledger has
# must be in one of the two. agree_sockets END LEAST STATE: at least so many in that state
agree_sockets()
{
	local n wrong

	jq -r 'select(.live) | "\(.state) \(.local):\(.lport) \(.remote):\(.rport)"' "$work/$1.json" >"$work/$1.live" || return 1
	wrong=$(cd "$work" && awk '{ has[FILENAME, $0]; all[$0] }
		END { for (s in all) {
			b = ("'"$1"'.before", s) in has; a = ("'"$1"'.after", s) in has; l = ("'"$1"'.live", s) in has
			if (b && a && !l) print "not in the ledger:", s
			if (l && !b && !a) print "only in the ledger:", s
		} }' "$1.before" "$1.after" "$1.live")
	n=$(grep -c "^$3 " "$work/$1.before")
	ktap_say "$1: $(grep -c . "$work/$1.before") sockets, $n of them in $3"
	[ "$n" -ge "$2" ] && [ -z "$wrong" ] && return 0
	head -n 20 <<<"$wrong" | sed 's/^/# /'
	return 1
}

same_sockets()
{
	read_ledger "$1" && agree_sockets "$@"
}

# Control segments of a capture as "source port destination port flags seq ack win len".
captured()
{
	tcpdump -nn -S -r "$work/$1.pcap" 2>"$work/out" >"$work/$1.text" || { cat "$work/out"; return 1; }
	awk '
		function after(word,    i) {
			for (i = 6; i < NF; i++)
				if ($i == word)
					return $(i + 1) + 0
			return 0
		}
		function place(s,    n) {
			sub(/:$/, "", s)
			n = match(s, /\.[0-9]+$/)
			return substr(s, 1, n - 1) " " substr(s, n + 1)
		}
		{ flags = ""
		  for (i = 1; i <= 8; i++)
			if (index($7, substr("FSRP.UEW", i, 1)))
				flags = flags substr("FSRP.UEW", i, 1)
		  # Where there is no number, as in a bare RST, it is left out.
		  print place($3), place($5), flags, after("seq"), after("ack"), after("win"), after("length") }' "$work/$1.text" | sort
}

# The same of the logs.
logged()
{
	jq -r '. as $r | .log[] | select(.type == "segment" and (.flags | any(. == "SYN" or . == "FIN" or . == "RST"))) |
		. as $e | (["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] | map(select(. as $f | $e.flags | any(. == $f))) |
		map({FIN: "F", SYN: "S", RST: "R", PSH: "P", ACK: ".", URG: "U", ECE: "E", CWR: "W"}[.]) | add) as $flags |
		"\($r.local) \($r.lport)" as $l | "\($r.remote) \($r.rport)" as $o |
		"\(if .dir == "out" then "\($l) \($o)" else "\($o) \($l)" end) \($flags) \(.seq) " +
		"\(if .flags | any(. == "ACK") then .ack else 0 end) \(.win) \(.len)"' "$work/$1.json"
}

same_segments()
{
	logged "$1" >"$work/unsorted" || return 1
	sort "$work/unsorted" >"$work/logged"
	ktap_say "$1: $(grep -c . "$work/$1.captured") SYNs, FINs and RSTs"
	[ "$(grep -c . "$work/$1.captured")" -ge $((2 * asked)) ] && diff "$work/$1.captured" "$work/logged" >"$work/out" && return 0
	head -n 20 "$work/out" | sed 's/^/# /'
	return 1
}

# One record a connection at each end, and as many as there were SYNs of them.
same_connections()
{
	local syns

	jq -r '"\(.local) \(.lport) \(.remote) \(.rport)"' "$work/svc_client.json" >"$work/client" || return 1
	jq -r '"\(.remote) \(.rport) \(.local) \(.lport)"' "$work/svc_server.json" >"$work/server" || return 1
	awk '$5 == "S" { print $1, $2, $3, $4, $6 }' "$work/svc_client.captured" | sort -u | cut -d' ' -f1-4 >"$work/opened"
	sort -o "$work/client" "$work/client"
	sort -o "$work/server" "$work/server"
	syns=$(grep -c . "$work/opened")
	ktap_say "$syns connections, the loads asked for $asked or more"
	[ "$syns" -ge "$asked" ] && diff "$work/opened" "$work/client" >"$work/out" &&
		diff "$work/opened" "$work/server" >"$work/out" && return 0
	head -n 20 "$work/out" | sed 's/^/# /'
	return 1
}

# Those of the MIB's TCP group that the ledger knows too.
kernel_counters()
{
	# shellcheck disable=SC2016 # awk's fields
	ip netns exec "$1" awk '$1 == "Tcp:" && !n { n = split($0, names); next }
		$1 == "Tcp:" { for (i = 2; i <= n; i++)
			if (names[i] ~ /^(ActiveOpens|PassiveOpens|AttemptFails|EstabResets|CurrEstab|OutRsts)$/) print names[i], $i }' /proc/net/snmp
}

ledger_counters()
{
	jq -nr '[inputs] as $all |
		[$all[].log[]] as $log |
		def count(f): [f] | length;
		"ActiveOpens \(count($all[] | select(.open.role == "active")))",
		"PassiveOpens \(count($all[] | select(.open.role == "passive" and .open.outcome == "established")))",
		"AttemptFails \(count($log[] | select(.type == "state" and .to == "CLOSE" and (.from == "SYN_SENT" or .from == "SYN_RECV"))))",
		"EstabResets \(count($log[] | select(.type == "state" and .to == "CLOSE" and (.from == "ESTABLISHED" or .from == "CLOSE_WAIT"))))",
		"CurrEstab \(count($all[] | select(.live and (.state == "ESTABLISHED" or .state == "CLOSE_WAIT"))))",
		"OutRsts \(count($log[] | select(.type == "segment" and .dir == "out" and (.flags | any(. == "RST")))))"' "$work/$1.json"
}

# Each must have counted something, but CurrEstab, at one end or the other.
same_counters()
{
	local end zero ok=0

	for end in $ends; do
		kernel_counters "$end" >"$work/kernel"
		ledger_counters "$end" >"$work/ledger" || return 1
		ktap_say "$end: $(paste -sd, "$work/kernel")"
		[ "$(grep -c . "$work/kernel")" -eq 6 ] && diff "$work/kernel" "$work/ledger" >"$work/out" && continue
		sed 's/^/# /' "$work/out"
		ok=1
	done
	zero=$(for end in $ends; do kernel_counters "$end"; done |
		awk '{ n[$1] += $2 } END { for (name in n) if (!n[name] && name != "CurrEstab") print name }')
	[ -z "$zero" ] || { ktap_say "nothing counted: $zero"; ok=1; }
	return $ok
}

same_services()
{
	jq -nr '[inputs | select(.open.outcome == "established") | .lport] as $ports | (22, 80, 6379) as $port |
		"\($port) \([$ports[] | select(. == $port)] | length)"' "$work/svc_server.json" >"$work/ledger" || return 1
	diff "$work/served" "$work/ledger" >"$work/out" && return 0
	sed 's/^/# /' "$work/out"
	return 1
}

# What no record may say of an ordinary service.
nothing_wrong()
{
	local end bad ok=0

	for end in $ends; do
		bad=$(jq -c 'select(.log_dropped != 0 or .partial or (.anomalies | any(. == "illegal_transition")) or
			([.log[].n] != [range(.log | length)]) or
			any(.log[]; .type == "state" and .cause == "segment" and .segment == null)) | del(.owner)' "$work/$end.json") || return 1
		[ -z "$bad" ] && continue
		ktap_say "$end: $(head -n 3 <<<"${bad:0:2000}")"
		ok=1
	done
	return $ok
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
