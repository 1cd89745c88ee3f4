#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM's side of 'make demo': two network namespaces, four connections, and what
# tcpledger wrote down of them.
set -euo pipefail

server=10.0.0.2
export LANG=C.UTF-8		# pictures in box drawing

title()
{
	printf '\n==== %s ====\n\n' "$*"
}

die()
{
	echo "demo: $*" >&2
	exit 1
}

in_client()
{
	ip netns exec client "$@"
}

in_server()
{
	ip netns exec server "$@"
}

# until_true WHAT COMMAND...
until_true()
{
	local what=$1 end=$((SECONDS + 20))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || die "waited 20 s in vain: $what"
		sleep 0.1
	done
}

make_namespaces()
{
	ip netns add client
	ip netns add server
	ip link add eth0 netns client type veth peer name eth0 netns server
	in_client ip address add 10.0.0.1/24 dev eth0
	in_server ip address add "$server/24" dev eth0
	in_client ip link set eth0 up
	in_server ip link set eth0 up
}

listening()
{
	in_server ss -Htln "sport = :$1" | grep -q .
}

start_servers()
{
	mkdir -p /srv
	echo 'Hello from the other namespace.' >/srv/index.html
	in_server httpd -h /srv -p 80
	in_server socat -u TCP-LISTEN:2000,reuseaddr STDOUT >/dev/null 2>&1 &
	# Answers only when the client has finished sending, so after its FIN.
	# shellcheck disable=SC2016 # for the shell that socat starts
	in_server socat TCP-LISTEN:3000,reuseaddr SYSTEM:'n=$(wc -c); echo you sent $n bytes' &
	until_true 'the servers listen' eval 'listening 80 && listening 2000 && listening 3000'
}

# A line for what is done, then what the program said.
step()
{
	printf '\n%s\n' "$1"
	shift
	"$@" 2>&1 | sed 's/^/    /' || :
}

half_close()
{
	echo 'these words' | in_client socat -t 10 - "TCP:$server:3000"
}

# linger=0: close() discards and sends RST instead of FIN.
reset()
{
	echo 'never mind' | in_client socat -u - "TCP:$server:2000,linger=0,shut-close"
}

make_traffic()
{
	step "1. HTTP: curl in the namespace 'client' asks for http://$server/" \
		in_client curl -sS "http://$server/"
	step "2. Refused: curl asks port 81, where nobody listens" \
		in_client curl -sS "http://$server:81/"
	step "3. Reset: socat connects to port 2000, sends and closes with SO_LINGER 0" reset
	step "4. Half-close: socat sends to port 3000 and its FIN; the server answers only then" half_close
	# The last FIN and its ACK may still be under way when the programs have ended.
	until_true 'no connection is being closed' eval \
		'! in_client ss -Htan state connected exclude time-wait | grep -q . &&
		 ! in_server ss -Htan state connected exclude time-wait | grep -q .'
}

show_ledger()
{
	local id ids

	title "The client's side: cat /proc/net/tcpledger/connections"
	in_client cat /proc/net/tcpledger/connections
	title "The server's side of the same: cat /proc/net/tcpledger/connections"
	in_server cat /proc/net/tcpledger/connections
	title "The client's whole log: cat /proc/net/tcpledger/log"
	in_client cat /proc/net/tcpledger/log
	title "The same through the command: tcpledger list"
	in_client tcpledger list
	ids=$(in_client tcpledger list --json | jq -r .id | sort -n)
	for id in $ids; do
		title "As a picture, both ends as they were measured: tcpledger show $id"
		in_client tcpledger show "$id"
	done
	title "In words: tcpledger explain $id"
	in_client tcpledger explain "$id"
}

[ -d /proc/net/tcpledger ] || die "runs in the VM of 'make demo', with the module loaded"
title 'Four connections over a veth pair between two network namespaces'
make_namespaces
start_servers
make_traffic
show_ledger
