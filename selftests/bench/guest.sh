#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM's side of 'make bench': guest.sh SCENE [ROW...], the work and what it is done
# under. A scene has a VM of its own. Each thing measured is a line
#
#   result SCENE ROW WORK TOTAL N
#
# TOTAL nanoseconds (instructions, in virtual time) or bytes for N of WORK; after the
# last comes a line 'done'. The scene 'profile' also tells what is where in memory, see
# profile.py.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=rows.sh
. "$here/rows.sh"

CONNECTIONS=3000
ROUND_TRIPS=20000
WARM_UP=200	# of workload.c
ROWS=(nothing floor tcpledger tcpdump tcpconnlat nf_conntrack tcplife tcptracer tcpstates conntrack)

workload()
{
	"$here/workload" "$@"
}

# result ROW WORK COMMAND...: the command prints TOTAL and N
result()
{
	local row=$1 work=$2 figures

	shift 2
	figures=$("$@") || die "$scene, $row, $work: '$*' failed"
	echo "result $scene $row $work $figures"
}

# Connections of one row must not meet the ports and sockets that another left in
# TIME_WAIT, nor its entries in nf_conntrack, which stay for two minutes.
forget()
{
	sleep 150
}

# row NAME [WORKLOAD OPTION...]
row()
{
	local name=$1

	shift
	"${name}_on"
	sleep 10 # what the kernel puts off when code is patched or loaded
	result "$name" connection workload "$@" connections $CONNECTIONS
	result "$name" round_trip workload "$@" roundtrips $ROUND_TRIPS
	[ "$scene" != profile ] || symbols "$name"
	"${name}_off" $((WARM_UP + CONNECTIONS))
	forget
}

# Both ends on 127.0.0.1.
scene_loopback()
{
	local name

	[ $# -gt 0 ] || set -- "${ROWS[@]}"
	for name in "$@"; do
		row "$name"
	done
}

# module_of ROW: readers of the live stream have no module of their own
module_of()
{
	case $1 in
	stream|record|follow)	echo tcpledger ;;
	*)			echo "$1" ;;
	esac
}

# packed WORD...: stdin as the last word of a line, a serial line being slow
packed()
{
	echo "$* $(gzip | base64 -w 0)"
}

# Functions, and where the sections of the module are that its debug information is about.
symbols()
{
	local name=$1 module section

	module=$(module_of "$name")
	grep -iE " [tw] |\[$module\]" /proc/kallsyms | packed symbols "$name"
	for section in "/sys/module/$module/sections"/.text*; do
		[ ! -e "$section" ] || echo "section $name ${section##*/} $(<"$section")"
	done
}

# As scene_loopback, in a VM whose instructions are counted one by one.
scene_profile()	# ROW
{
	local name

	for name in nothing floor "$1"; do
		row "$name"
	done
}

# The client here, the server in a namespace of its own, a veth pair between.
veth_up()
{
	ip netns add server
	ip link add veth0 type veth peer name veth1 netns server
	ip address add 10.0.0.1/24 dev veth0
	ip -n server address add 10.0.0.2/24 dev veth1
	ip link set veth0 up
	ip -n server link set veth1 up
	ip -n server link set lo up
	over_veth=(--address 10.0.0.2 --server-netns /run/netns/server)
}

scene_veth()
{
	local name

	veth_up
	for name in nothing tcpledger nf_conntrack; do
		row "$name" "${over_veth[@]}"
	done
}

# segments ROW WORK MIB GSO GRO: on or off; what leaves veth0 and what comes in at
# veth1. How TCP paces itself differs from time to time, so each is measured three times.
segments()
{
	ethtool -K veth0 tso "$4" gso "$4" >/dev/null
	ip netns exec server ethtool -K veth1 gro "$5" >/dev/null
	for _ in 1 2 3; do
		result "$1" "$2" workload "${over_veth[@]}" bulk "$3"
	done
}

# Works are named after what makes the segments that TCP gets: 'gso' large ones from
# the sender, 'gro' small ones put together by the receiver, 'plain' small ones.
bulk()
{
	local row=$1 demux=$2

	ip netns exec server sysctl -qw net.ipv4.tcp_early_demux="$demux"
	segments "$row" "gso_demux_$demux" 64 on off
	segments "$row" "gro_demux_$demux" 16 off on
	segments "$row" "plain_demux_$demux" 16 off off
}

scene_bulk()
{
	local name

	veth_up
	for name in nothing tcpledger nf_conntrack; do
		"${name}_on"
		bulk "$name" 1
		bulk "$name" 0
		"${name}_off" 18
		forget
	done
}

# Room for a million: records never established get a quarter of the history.
HELD="max_connections=4300000 history=4300000"

ledger_holds()
{
	[ "$(ledger_stats '^records_total$')" -ge "$1" ]
}

scene_held()
{
	local held=1 level

	sink_up
	result nothing connection workload connections $CONNECTIONS
	forget
	read -ra module_args <<<"$HELD"
	tcpledger_on
	for level in 1000 100000 1000000; do
		"$here/fill" $held $level
		held=$((level + 1))
		until_true "$level records are held" ledger_holds $level
		result "held_$level" connection workload connections $CONNECTIONS
		forget
	done
	tcpledger_off $((3 * CONNECTIONS))
}

# Bytes and records: whole slabs, free room and ready blocks in them included.
ledger_memory()
{
	local bytes

	bytes=$(awk '$1 ~ /^tcpledger/ { n += $15 * $6 * 4096 } END { print n + 0 }' /proc/slabinfo)
	[ "$bytes" -gt 0 ] || die "/proc/slabinfo has no slabs of tcpledger"
	echo "$bytes $(ledger_stats '^records_total$')"
}

nobody_connected()
{
	! grep -q ' 01 ' /proc/net/tcp
}

LIST=50000

# 100 000 records and sockets, so 100 000 lines of each but nf_conntrack.
scene_list()
{
	local lines=$((2 * LIST)) holder

	ulimit -n 200000
	nf_conntrack_on
	module_args=(max_connections=262144)
	tcpledger_on
	"$here/workload" hold $LIST >/tmp/held &
	holder=$!
	until_true "$LIST connections are open" grep -qs held /tmp/held
	list connections $lines cat /proc/net/tcpledger/connections
	list tcpledger_list $lines tcpledger list
	list proc_tcp $lines cat /proc/net/tcp
	list ss $lines ss -tanH
	list conntrack_list $LIST conntrack -L
	list proc_nf_conntrack $LIST cat /proc/net/nf_conntrack
	scene=memory
	result open record ledger_memory
	kill $holder
	until_true "all connections are closed" nobody_connected
	result ended record ledger_memory
}

# list ROW LINES COMMAND...
list()
{
	local row=$1 least=$2 figures

	shift 2
	figures=$(workload run /tmp/list "$@") || die "'$*' failed"
	[ "${figures#* }" -ge "$least" ] || die "'$*' wrote ${figures#* } lines, not $least"
	echo "result $scene $row line $figures"
	rm /tmp/list
}

# In real time on two CPUs, so a figure here is worth nothing but beside another of
# the same VM: what does the second CPU bring? Each time another address, because
# the ports of the last are still in TIME_WAIT, and room for all their records.
scene_cpus()
{
	local row=$1 i

	module_args=(max_connections=262144)
	"${row}_on"
	for i in 1 2 3 4 5; do
		result "$row" one_cpu "$here/cores" --address "127.0.$i.1" --cpus 1 connections $CONNECTIONS
		result "$row" two_cpus "$here/cores" --address "127.0.$i.2" --cpus 2 connections $CONNECTIONS
	done
	"${row}_off" $((15 * CONNECTIONS))
}

# Sources of SYNs, to which the answers go nowhere.
sink_up()
{
	ip link add sink type dummy
	ip address add 198.18.0.1/15 dev sink
	ip link set sink up
}

# What the CPUs share, see lines.py. With room for all, so that each SYN makes a record, and
# with so many buckets that two connections hardly ever meet in one.
scene_lines()
{
	sink_up
	floor_on
	result floor data "$here/cores" --address 127.0.0.2 data 200
	symbols floor
	rmmod floor
	module_args=(max_connections=1048576 max_embryonic=262144)
	tcpledger_on
	result tcpledger data "$here/cores" data 1000
	result tcpledger beside "$here/cores" --address 127.0.1.1 beside 1000
	result tcpledger syns "$here/cores" --address 127.0.2.1 syns 500
	symbols tcpledger
	tcpledger_off 1200
}

# Each row in turn, five times. Another address each time, as in scene_cpus().
scene_cores()
{
	local i row

	scene=cores_$1
	module_args=(max_connections=262144)
	for i in 1 2 3 4 5; do
		for row in nothing tcpledger; do
			"${row}_on"
			result "$row" data "$here/cores" --address "127.$i.${#row}.1" data 4000
			result "$row" connections "$here/cores" --address "127.$i.${#row}.2" connections 500
			"${row}_off" 500
		done
	done
}

# How long interrupts are off, see off.py: under a flood whose records evict each other and
# that is shed, and where a bucket has as many records as one tuple may have.
scene_off()
{
	sink_up
	module_args=(max_embryonic=1024)
	tcpledger_on
	result tcpledger syns "$here/cores" --cpus 1 --settle 3 syns 4000
	result tcpledger again "$here/cores" --cpus 1 --settle 3 again 300
	symbols tcpledger
	tcpledger_off 400
}

scene=$1
shift
sysctl -qw net.ipv4.tcp_max_tw_buckets=100000 net.ipv4.tcp_tw_reuse=0
[[ $scene =~ ^(cpus|lines|cores)$ ]] || forget # what the boot left to do, where time is virtual
"scene_$scene" "$@"
echo "done"
