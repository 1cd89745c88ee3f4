#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs in the VM and records the connections that the tests of 'tcpledger show'
# draw. What comes out is a tar file in base64, a records file a connection:
#
#   selftests/vm/run.sh --script selftests/unit/record_pictures.sh \
#	--add .build/selftests/install:/selftests | sed -n '/^BEGIN/,/^END/p' |
#	grep -vE '^(BEGIN|END)' | base64 -d | tar -x -C selftests/unit/pictures
#
# Some come from a pair of namespaces with 10 ms of wire between them, so that
# both ends are recorded and arrows have a slope, the rest from the functional
# tests, which can make a peer do what no real one would.
set -uo pipefail

keep=/tmp/pictures
server=10.0.0.2
mkdir -p "$keep"

in_client()
{
	ip netns exec client "$@"
}

in_server()
{
	ip netns exec server "$@"
}

until_true()
{
	local end=$((SECONDS + 200))

	until eval "$1" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "waited in vain: $1" >&2; exit 1; }
		sleep 0.05
	done
}

make_namespaces()
{
	local side

	ip netns add client
	ip netns add server
	ip link add eth0 netns client type veth peer name eth0 netns server
	in_client ip address add 10.0.0.1/24 dev eth0
	in_server ip address add "$server/24" dev eth0
	for side in client server; do
		ip netns exec $side ip link set eth0 up
		ip netns exec $side tc qdisc add dev eth0 root netem delay 10ms
		ip netns exec $side nft 'add table inet lossy'
		ip netns exec $side nft 'add chain inet lossy wire { type filter hook postrouting priority 0; }'
	done
	in_client ping -c 1 "$server" >/dev/null	# no ARP within the pictures
}

# The next segment of SIDE with these flags is lost on the wire, and the rest is not.
lose()	# SIDE FLAGS
{
	ip netns exec "$1" nft "add rule inet lossy wire tcp flags & (fin|syn|rst|ack) == $2 \
		limit rate 1/day burst 1 packets drop"
}

serve()	# PORT COMMAND...: one connection
{
	local port=$1

	shift
	in_server socat -t 10 "$@" &
	until_true "in_server ss -Htln 'sport = :$port' | grep -q ."
}

# Both sides' records as one file: of one file there is only one header.
keep_both()	# NAME
{
	local header=56

	in_client cat /proc/net/tcpledger/records >"$keep/$1"
	in_server tail -c +$((header + 1)) /proc/net/tcpledger/records >>"$keep/$1"
	tcpledger list --file "$keep/$1"
}

over()
{
	until ! in_client ss -Htan | grep -q . && ! in_server ss -Htan state connected | grep -q .; do
		sleep 5
	done
}

# shellcheck disable=SC2016 # for the shell that socat starts
record_http()
{
	serve 80 TCP-LISTEN:80,reuseaddr SYSTEM:'read request; echo Hello from the other namespace.'
	echo 'GET /' | in_client socat -t 5 -,ignoreeof "TCP:$server:80"
	keep_both in_time_wait
	over
	keep_both http
}

record_refused()
{
	in_client socat -u - "TCP:$server:81" </dev/null
	keep_both refused
}

# Nobody answers, and it has not given up yet.
record_in_progress()
{
	in_server nft 'add chain inet lossy in { type filter hook prerouting priority 0; }'
	in_server nft 'add rule inet lossy in tcp flags syn drop'
	in_client socat -u - "TCP:$server:80" </dev/null &
	sleep 4
	keep_both in_progress
	kill $!
}

# shellcheck disable=SC2016 # for the shell that socat starts
record_ipv6()
{
	local address=2001:db8:1111:2222:3333:4444:5555:6666

	in_client ip address add 2001:db8:1111:2222:aaaa:bbbb:cccc:dddd/64 dev eth0 nodad
	in_server ip address add $address/64 dev eth0 nodad
	in_client ping -c 1 $address >/dev/null
	serve 80 TCP6-LISTEN:80,reuseaddr SYSTEM:'read request; echo Hello.'
	echo 'GET /' | in_client socat -t 5 -,ignoreeof "TCP6:[$address]:80"
	over
	keep_both ipv6
}

# Both ends die with their namespaces, one of them in TIME_WAIT; their records
# move to the initial namespace.
record_dying()
{
	make_namespaces
	serve 4000 -u TCP-LISTEN:4000,reuseaddr STDOUT
	echo 'farewell' | in_client socat -u - "TCP:$server:4000"
	sleep 3
	ip netns delete client
	ip netns delete server
	until tcpledger list --json | jq -e 'select(.time_wait.exit == "netns")' >/dev/null; do
		sleep 1
	done
	cat /proc/net/tcpledger/records >"$keep/dying"
	tcpledger list
}

record_reset()
{
	serve 2000 -u TCP-LISTEN:2000,reuseaddr STDOUT
	echo 'never mind' | in_client socat -u - "TCP:$server:2000,linger=0,shut-close"
	sleep 1
	keep_both reset
}

# shellcheck disable=SC2016 # for the shell that socat starts
record_half_close()
{
	serve 3000 TCP-LISTEN:3000,reuseaddr SYSTEM:'n=$(wc -c); sleep 2; echo you sent $n bytes'
	echo 'these words' | in_client socat -t 10 - "TCP:$server:3000"
	over
	keep_both half_close
}

record_lost()	# NAME SIDE FLAGS
{
	lose "$2" "$3"
	serve 4000 -u TCP-LISTEN:4000,reuseaddr STDOUT
	echo 'once more' | in_client socat -u - "TCP:$server:4000"
	over
	keep_both "$1"
}

# Its own namespaces, so that the file has nothing but this connection.
with_namespaces()	# COMMAND...
{
	make_namespaces
	"$@"
	ip netns delete client
	ip netns delete server
}

record_wire()
{
	record_dying
	with_namespaces record_http
	with_namespaces record_refused
	with_namespaces record_in_progress
	with_namespaces record_ipv6
	with_namespaces record_reset
	with_namespaces record_half_close
	with_namespaces record_lost syn_lost client syn
	with_namespaces record_lost synack_lost server 'syn|ack'
	with_namespaces record_lost fin_lost client 'fin|ack'
}

# The command is replaced by one that also keeps what it reads, and says so in
# the test's output, so that it can be told which test it was.
make_wrapper()
{
	mkdir -p /tmp/bin /tmp/kept
	cat >/tmp/bin/tcpledger <<'END'
#!/bin/bash
if [ "${1:-}" = list ]; then
	n=$(ls /tmp/kept | wc -l)
	cat /proc/net/tcpledger/records >/tmp/kept/$n
	echo "KEPT $n" >&2
fi
exec /usr/bin/tcpledger "$@"
END
	chmod +x /tmp/bin/tcpledger
	export PATH=/tmp/bin:$PATH
}

# Of each test the last that it read, over IPv4.
record_program()	# PROGRAM
{
	local line number name=""

	"./$1" 2>&1 | tee "/tmp/$1.out" | grep -E '^(not )?ok '
	while read -r line; do
		case $line in
		*" RUN "*)	name=$(sed 's/.* RUN *//; s/ .*//' <<<"$line") ;;
		KEPT*)		number=${line#KEPT }
				[[ $name != *ipv4* ]] || cp "/tmp/kept/$number" "$keep/${name/.ipv4./_}" ;;
		esac
	done <"/tmp/$1.out"
}

record_tests()
{
	local program

	make_wrapper
	cd /selftests || exit 1
	for program in open close abort open_defence timewait timewait_end timewait_reopen; do
		record_program $program
	done
}

record_wire
record_tests
echo BEGIN
tar -cz -C "$keep" . | base64
echo END
