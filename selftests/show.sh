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

client_address=10.0.0.1 server_address=10.0.0.2 port=80 source_port=5555
holder=

until_true()
{
	local end=$((SECONDS + 60))

	until eval "$1" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			ktap_say "waited in vain: $1"
			return 1
		fi
		sleep 0.05
	done
}

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
	printf '%s\n' "$picture" | sed 's/^/# /'
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

ktap_plan 7
trap end_spaces EXIT
make_spaces || exit 1
ktap_result "connections with one tuple in three pairs of namespaces" \
	eval 'talk show_a show_b && talk show_c show_d && talk show_e show_f'
ktap_result "the server is found from the client" is_drawn show_b in_space show_a tcpledger show 1
ktap_result "the client is found from the server" is_drawn show_a in_space show_b tcpledger show 1
ktap_result "of the same tuple the right one" is_drawn show_d in_space show_c tcpledger show 1
ktap_result "also with --netns" is_drawn show_b tcpledger show 1 --netns show_a
ktap_result "in a namespace that only a process has" unnamed_is_drawn
ktap_result "without the right to enter, it is inferred" alone_is_drawn
ktap_end
