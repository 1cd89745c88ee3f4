#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tcpledger show finds the other end of a connection in another network namespace:
# one with a name, or one that only a process has; and of several with the same
# tuple the right one. What it draws there must be what that end's own log says.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh
. lib/wait.sh

client_address=10.0.0.1 server_address=10.0.0.2 port=80 source_port=5555
holder=

# join CLIENT SERVER: by a wire; the namespaces exist
join()
{
	ip link add eth0 netns "$1" type veth peer name eth0 netns "$2"
	ip -n "$1" address add $client_address/24 dev eth0
	ip -n "$2" address add $server_address/24 dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$2" link set eth0 up
}

# talk CLIENT SERVER: one connection, to its end on the server's side
talk()
{
	ip netns exec "$2" socat -u TCP-LISTEN:$port,reuseaddr STDOUT >/dev/null 2>&1 &
	until_true "ip netns exec $2 ss -Htln 'sport = :$port' | grep -q ." || return 1
	echo hello | ip netns exec "$1" socat -u - \
		"TCP:$server_address:$port,sourceport=$source_port,reuseaddr"
	wait $!
	until_true "! ip netns exec $2 ss -Htan state connected exclude time-wait | grep -q ."
}

# The states of one namespace's only record.
own_states()
{
	ip netns exec "$1" tcpledger list --json |
		jq -r '[.log[] | select(.type == "state")] | .[0].from, .[].to'
}

# The states at the right of a picture of 140 columns, beside the side in column
# 127, where it stands if that end is recorded.
drawn_states()
{
	grep -oE '^.{126}[|:#] [A-Z_]+[12]?$' | sed 's/.* //'
}

# is_drawn SERVER COMMAND...: the command draws that end as it is in its own log
is_drawn()
{
	local server=$1 wanted drawn picture

	shift
	wanted=$(own_states "$server")
	picture=$(COLUMNS=140 "$@" --ascii)
	drawn=$(drawn_states <<<"$picture")
	[ -n "$wanted" ] && [ "$drawn" = "$wanted" ] && ! grep -qE 'lost|inferred' <<<"$picture" &&
		return 0
	ktap_say "wanted $(tr '\n' ' ' <<<"$wanted"), drawn $(tr '\n' ' ' <<<"$drawn")"
	ktap_say "$picture"
	return 1
}

in_space()
{
	ip netns exec "$@"
}

make_spaces()
{
	local space

	for space in a b c d e; do
		ip netns add show_$space
	done
	# The server of the third connection will have no name, only a process.
	ip netns exec show_e unshare -n sleep 1000000 &
	holder=$!
	until_true "[ \$(readlink /proc/$holder/ns/net) != \$(ip netns exec show_e readlink /proc/self/ns/net) ]"
	ip netns attach show_f $holder
	join show_a show_b
	join show_c show_d
	ip netns delete show_e
	ip netns add show_e
	join show_e show_f
}

end_spaces()
{
	local space

	kill $holder 2>/dev/null
	for space in $(ip netns list | sed -n 's/^\(show_.\).*/\1/p'); do
		ip netns delete "$space"
	done
}

unnamed_is_drawn()
{
	local wanted drawn

	wanted=$(own_states show_f)
	ip netns delete show_f		# the process still holds it
	drawn=$(COLUMNS=140 in_space show_e tcpledger show 1 --ascii | drawn_states)
	[ -n "$wanted" ] && [ "$drawn" = "$wanted" ] && return 0
	ktap_say "wanted $(tr '\n' ' ' <<<"$wanted"), drawn $(tr '\n' ' ' <<<"$drawn")"
	return 1
}

# With no way into other namespaces the picture is drawn all the same.
alone_is_drawn()
{
	in_space show_a setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
		tcpledger show 1 --ascii | grep -q '(LISTEN)'
}

# A name is a name, whatever it is made of.
is_entered()
{
	local space inode got

	for space in show_7 7show 7777; do
		ip netns add $space
		ip -n $space link set lo up
		in_space $space socat -u /dev/null TCP4:127.0.0.1:9 2>/dev/null
		inode=$(in_space $space readlink /proc/self/ns/net | tr -dc 0-9)
		got=$(tcpledger list --netns $space --json | jq -r '.netns' | sort -u)
		ip netns delete $space
		[ "$got" = "$inode" ] && continue
		ktap_say "$space has the inode $inode, its records have '$got'"
		return 1
	done
}

# A number is an inode number: what the dead left lies here. An inode number that
# was given back is given again, so the one with no record is one that none has.
is_chosen()
{
	local inode said

	said=$(tcpledger list --netns 5 2>&1) && return 1
	ktap_say "$said"
	grep -q "no record of network namespace 5; give its name" <<<"$said" || return 1
	ip netns add gone
	ip -n gone link set lo up
	in_space gone socat -u /dev/null TCP4:127.0.0.1:9 2>/dev/null
	inode=$(in_space gone readlink /proc/self/ns/net | tr -dc 0-9)
	ip netns delete gone
	until_true "[ \$(tcpledger list --netns $inode --json | jq .netns | sort -u) = $inode ]"
}

# How many records files the command opens: its own, again for the other end, and
# that of the initial namespace, to which the dead leave theirs. No other namespace
# has the address.
is_not_searched()
{
	local trace=/sys/kernel/tracing id opened

	ip -n show_a route add 192.0.2.0/24 dev eth0
	in_space show_a socat -u /dev/null TCP4:192.0.2.1:9 2>/dev/null
	id=$(in_space show_a tcpledger list -D 9 --json | jq .id)
	[ -e $trace/kprobe_events ] || mount -t tracefs tracefs $trace || return 1
	echo 'p:opened tcpledger:records_open' >$trace/kprobe_events || return 1
	echo 1 >$trace/events/kprobes/opened/enable
	in_space show_a tcpledger show "$id" >/dev/null
	opened=$(grep -c 'opened:' $trace/trace)
	echo 0 >$trace/events/kprobes/opened/enable
	echo >$trace/kprobe_events
	[ "$opened" -eq 3 ] && return 0
	ktap_say "record $id: $opened files were opened"
	return 1
}

ktap_plan 10
trap end_spaces EXIT
make_spaces || exit 1
ktap_result "connections with one tuple in three pairs of namespaces" \
	eval 'talk show_a show_b && talk show_c show_d && talk show_e show_f'
ktap_result "the server is found from the client" is_drawn show_b in_space show_a tcpledger show 1
ktap_result "the client is found from the server" is_drawn show_a in_space show_b tcpledger show 1
ktap_result "of the same tuple the right one" is_drawn show_d in_space show_c tcpledger show 1
ktap_result "also with --netns" is_drawn show_b tcpledger show 1 --netns show_a
ktap_result "a name that begins with a digit is a name" is_entered
ktap_result "a number is an inode number" is_chosen
ktap_result "where no namespace has its address the other end is not searched" is_not_searched
ktap_result "in a namespace that only a process has" unnamed_is_drawn
ktap_result "without the right to enter, it is inferred" alone_is_drawn
ktap_end
