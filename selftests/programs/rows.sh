#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tcpledger follow --rows tells each connection when it ends and once a minute before, in
# two network namespaces that stand for two machines, and both ends of a connection join.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh

module=${TCPLEDGER_KO:-/payload/tcpledger.ko}
[ -r "$module" ] || module=$(modinfo -n tcpledger 2>/dev/null)
[ -r "$module" ] || ktap_skip_all "no module: name it in TCPLEDGER_KO"
original=$(cd /sys/module/tcpledger/parameters && grep . -- * | sed 's/:/=/' | paste -sd' ')
client=10.0.0.1 server=10.0.0.2 port=80
work=$(mktemp -d)
readers=()

until_true()
{
	local end=$((SECONDS + 300))

	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			ktap_say "waited in vain: $*"
			return 1
		fi
		sleep 1	# of virtual time, which looking spends too
	done
}

in_space() { ip netns exec "$@"; }

make_spaces()
{
	ip netns add rows_c
	ip netns add rows_s
	ip link add eth0 netns rows_c type veth peer name eth0 netns rows_s
	ip -n rows_c address add $client/24 dev eth0
	ip -n rows_s address add $server/24 dev eth0
	ip -n rows_c link set eth0 up
	ip -n rows_s link set eth0 up
}

end_spaces()
{
	kill "${readers[@]}" 2>/dev/null
	ip netns delete rows_c
	ip netns delete rows_s
	rm -rf "$work"
}

# follow SPACE: into $work/SPACE; what runs in the background is the command, not a shell
follow()
{
	ip netns exec "$1" tcpledger follow --rows --join-key "$work/key" >"$work/$1" 2>"$work/$1.err" &
	readers+=($!)
}

# row SPACE FILTER: what jq makes of its rows
row() { jq -rs "$2" "$work/$1"; }

# has SPACE CONDITION N: so many rows at least
has() { [ "$(row "$1" "map(select($2)) | length")" -ge "$3" ]; }

listens() { in_space rows_s ss -Htln "sport = :$port" | grep -q .; }

listen()
{
	in_space rows_s socat -u TCP-LISTEN:$port,reuseaddr,fork STDOUT >/dev/null 2>&1 &
	readers+=($!)
	until_true listens
}

short_one()
{
	echo hello | in_space rows_c socat -u - TCP:$server:$port,sourceport=5001,reuseaddr
	until_true has rows_s '.rport == 5001 and .live == 0' 1 &&
		until_true has rows_c '.lport == 5001 and .live == 0' 1
}

# The row of an end says what its record says.
is_its_record()
{
	local got wanted
	local from_row='map(select(.lport == 5001 and .live == 0))[0] | [.id, .netns, .local, .lport, .remote, .rport,
		.state, .open_role, .open_outcome, .open_handshake_ns, .close_kind, .close_first, .duration_ns,
		.time_wait_exit, .time_wait_residence_ns, .bytes_sent, (.log_t_ns | length), .log_t_ns[-1]] | map(tostring) | join(" ")'
	local from_json='map(select(.lport == 5001))[0] | [.id, .netns, .local, .lport, .remote, .rport,
		.state, .open.role, .open.outcome, .open.handshake_ns, .close.kind, .close.first, .duration_ns,
		.time_wait.exit, .time_wait.residence_ns, .bytes_sent, (.log | length), .log[-1].t_ns] | map(tostring) | join(" ")'

	got=$(row rows_c "$from_row")
	wanted=$(in_space rows_c tcpledger list --json | jq -rs "$from_json")
	[ -n "$wanted" ] && [ "$got" = "$wanted" ] && return 0
	ktap_say "got $got"
	ktap_say "wanted $wanted"
	return 1
}

both_ends_join()
{
	local client_key server_key

	client_key=$(row rows_c 'map(select(.lport == 5001))[0] | .join_key + " " + .community_id')
	server_key=$(row rows_s 'map(select(.rport == 5001))[0] | .join_key + " " + .community_id')
	ktap_say "client $client_key, server $server_key"
	[[ $client_key =~ ^[0-9a-f]{32}\ 1:.{28}$ ]] && [ "$client_key" = "$server_key" ]
}

# What lasts is told in each minute, newer each time, and a last time when it ends.
lasting_one()
{
	local holder

	mkfifo "$work/hold"
	in_space rows_c socat -u - TCP:$server:$port,sourceport=5002,reuseaddr <"$work/hold" &
	holder=$!
	exec 9>"$work/hold"
	until_true has rows_c '.lport == 5002 and .live == 1' 2 || return 1
	exec 9>&-
	wait "$holder"
	until_true has rows_c '.lport == 5002 and .live == 0' 1 || return 1
	row rows_c 'map(select(.lport == 5002)) | map([.version, .live])[]' | tr '\n' ' ' | sed 's/^/# /'
	echo
	[ "$(row rows_c 'map(select(.lport == 5002)) | (map(.version) == (map(.version) | sort)),
		(map(.version) == (map(.version) | unique)), .[-1].live,
		(.[1].told_at - .[0].told_at | . >= 59 and . <= 61)' | paste -sd' ')" = "true true 0 true" ]
}

is_named()
{
	[ "$(row rows_s 'map(.host) | unique[]')" = "$(uname -n)" ] &&
		[ "$(row rows_s 'map(.boot_id) | unique[]')" = "$(cat /proc/sys/kernel/random/boot_id)" ] &&
		[[ $(row rows_s 'map(.load_id) | unique[]') =~ ^[0-9a-f]{32}$ ]] &&
		[ "$(row rows_s 'map(.netns) | unique[]')" = "$(in_space rows_s readlink /proc/self/ns/net | tr -dc 0-9)" ]
}

# Another reader, later: of a record that ended the same row, but for when it was told.
is_told_again()
{
	local without='map(select(.rport == 5001 and .live == 0))[0] | del(.version, .told_at)'

	in_space rows_s tcpledger follow --rows --join-key "$work/key" >"$work/again" &
	readers+=($!)
	until_true has again '.rport == 5001' 1 &&
		[ "$(row again "$without")" = "$(row rows_s "$without")" ]
}

# Of a module that keeps few ended records: a reader stands still for two minutes and more, in
# which a snapshot was due and most records were evicted. Each has a row or is counted.
counts_what_was_evicted()
{
	local begin evicted

	rmmod tcpledger && insmod "$module" max_connections=2000 history=32 || return 1
	follow rows_c
	in_space rows_c bash -c "exec 3<>/dev/tcp/$server/$port"
	until_true has rows_c true 1 || return 1
	begin=$(date +%s)
	kill -STOP "${readers[-1]}"
	in_space rows_c bash -c "for i in {1..100}; do exec 3<>/dev/tcp/$server/$port; exec 3<&-; done"
	until_true all_over && until_true is_past $((begin + 125)) || return 1
	evicted=$(in_space rows_c sed -n 's/^evicted_history //p' /proc/net/tcpledger/stats)
	kill -CONT "${readers[-1]}"
	until_true grep -q evicted "$work/rows_c.err"
	kill -TERM "${readers[-1]}"
	wait "${readers[-1]}"
	ktap_say "status $?, $evicted evicted, $(row rows_c 'map(select(.live == 0) | .id) | unique | length') rows, $(cat "$work/rows_c.err")"
	[ "$evicted" -gt 0 ] && [ "$(wc -l <"$work/rows_c.err")" -eq 1 ] &&
		grep -q ": $evicted records were evicted before" "$work/rows_c.err" &&
		[ "$(row rows_c 'map(select(.live == 0) | .id) | unique | length')" -eq $((101 - evicted)) ]
}

is_past() { [ "$(date +%s)" -ge "$1" ]; }
all_over() { [ "$(in_space rows_c tcpledger list --live --json | wc -l)" -eq 0 ]; }

restore()
{
	end_spaces
	rmmod tcpledger
	# shellcheck disable=SC2086 # one parameter a word
	insmod "$module" $original
}

ends_well()
{
	kill -TERM "${readers[0]}" && wait "${readers[0]}" && [ ! -s "$work/rows_c.err" ]
}

ktap_plan 9
trap restore EXIT
(umask 077; head -c 32 /dev/urandom | base64 >"$work/key")
make_spaces || exit 1
follow rows_c
follow rows_s
ktap_result "a server listens" listen
ktap_result "a connection is told at both ends when it is over" short_one
ktap_result "its row says what its record says" is_its_record
ktap_result "both ends join" both_ends_join
ktap_result "one that lasts is told each minute" lasting_one
ktap_result "rows name machine, boot, module and namespace" is_named
ktap_result "told again a row is the same" is_told_again
ktap_result "a signal ends it well" ends_well
ktap_result "what was evicted unread is counted" counts_what_was_evicted
ktap_end
