# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What is measured side by side. A row is two functions: NAME_on returns when it is
# really at work; NAME_off CONNECTIONS ends it, and fails unless it saw that many:
# one that did not start, or lost half, is an error and not a low figure. A new row
# is these two, its name in a list of guest.sh, and its words in report.py.

# shellcheck disable=SC2154 # here is set where this is sourced
module_args=()
filter='tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0'
reader=""

die()
{
	echo "bench: $*" >&2
	exit 1
}

# until_true WHAT COMMAND...
until_true()
{
	local what=$1 end=$((SECONDS + 60))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || die "waited 60 s in vain: $what"
		sleep 0.1
	done
}

# A reader is attached and ready once it sleeps in the call that waits for events.
reader_waits()
{
	local call

	read -r call _ <"/proc/$reader/syscall" ||
		die "$1 ended at once: $(cat /tmp/reader.err)"
	case $call in
	7|45|47|232|281) return 0 ;; # poll recvfrom recvmsg epoll_wait epoll_pwait
	esac
	return 1
}

reader_on()
{
	"$@" >/tmp/reader.out 2>/tmp/reader.err &
	reader=$!
	until_true "$1 begins to wait for events" reader_waits "$1"
}

# By SIGINT, as a user ends it, so that it writes out what it still has.
reader_end()
{
	kill -INT "$reader"
	wait "$reader" || :
	! grep -iE 'lost|losing|ENOBUFS' /tmp/reader.err || die "the reader lost events, see above"
}

# reader_saw LINES PATTERN: at least so many of its lines match
reader_saw()
{
	local lines

	lines=$(grep -cE "$2" /tmp/reader.out) || :
	[ "$lines" -ge "$1" ] || die "the reader wrote $lines lines of '$2', not $1: $(cat /tmp/reader.err)"
}

reader_off()
{
	reader_end
	reader_saw "$@"
}

nothing_on()	{ :; }
nothing_off()	{ :; }

# One that does nothing but be there, in the same places as tcpledger: see floor.c.
floor_on()	{ insmod "$here/floor.ko"; }
floor_off()
{
	local calls

	calls=$(cat /sys/module/floor/parameters/calls)
	[ "$calls" -ge $((20 * $1)) ] || die "the empty hooks were called $calls times in $1 connections"
	rmmod floor
}

# ledger_stats NAMES: sum of the statistics that match, over all namespaces
ledger_stats()
{
	local ns

	{
		cat /proc/net/tcpledger/stats
		for ns in /run/netns/*; do
			[ ! -e "$ns" ] || nsenter --net="$ns" cat /proc/net/tcpledger/stats
		done
	} | awk -v names="$1" '$1 ~ names { n += $2 } END { print n + 0 }'
}

tcpledger_on()	{ insmod "$here/tcpledger.ko" "${module_args[@]}"; }
tcpledger_off()
{
	local created lost

	created=$(ledger_stats '^records_created$')
	lost=$(ledger_stats '^(lost_|not_kept_)')
	[ "$created" -ge $((2 * $1)) ] || die "tcpledger made $created records of $1 connections, not two of each"
	[ "$lost" -eq 0 ] || die "tcpledger lost $lost events: $(grep -E '^(lost|not_kept)' /proc/net/tcpledger/stats)"
	rmmod tcpledger
}

# With a reader of the live stream, whose own work counts too.
read_stream()	# COMMAND...
{
	tcpledger_on
	"$@" 2>/tmp/reader.err >/tmp/reader.out &
	reader=$!
	until_true "the stream is read" ledger_is_read
}

stream_on()	{ read_stream cat /proc/net/tcpledger/events; }
follow_on()	{ read_stream tcpledger follow; }
record_on()	{ read_stream tcpledger record /tmp/recorded; }

ledger_is_read()
{
	[ "$(ledger_stats '^stream_readers$')" -eq 1 ]
}

# Of the 22 entries of a connection, at both ends.
ENTRY_LINE='(-->|<--|=>)'

# What it tells of the end of the module is its end here.
follow_off()
{
	stream_off "$1" 1
	reader_saw $((22 * $1)) "$ENTRY_LINE"
}

record_off()
{
	local lines

	stream_off "$1" 1
	lines=$(tcpledger follow --file /tmp/recorded 2>/dev/null | grep -cE "$ENTRY_LINE")
	[ "$lines" -ge $((22 * $1)) ] || die "$lines lines of $1 connections were recorded"
	rm /tmp/recorded
}

stream_off()	# CONNECTIONS [STATUS of the reader]
{
	local told lost status=0

	told=$(ledger_stats '^stream_events$')
	lost=$(ledger_stats '^stream_lost$')
	[ "$told" -ge $((30 * $1)) ] || die "tcpledger told $told events of $1 connections"
	[ "$lost" -eq 0 ] || die "the reader lost $lost events"
	tcpledger_off "$1"
	wait "$reader" || status=$?
	[ "$status" -eq "${2:-0}" ] || die "the reader ended with $status: $(cat /tmp/reader.err)"
}

tcpdump_on()	{ reader_on tcpdump -i lo -w /tmp/capture "$filter"; }
tcpdump_off()
{
	reader_end
	grep -q '^0 packets dropped by kernel' /tmp/reader.err || die "tcpdump lost packets: $(cat /tmp/reader.err)"
	tcpdump -r /tmp/capture >/tmp/reader.out 2>/tmp/reader.err
	reader_saw $((4 * $1)) Flags
	rm /tmp/capture
}

tcpconnlat_on()	{ reader_on tcpconnlat; }
tcpconnlat_off(){ reader_off "$1" ' 127.0.0.1 '; }

tcplife_on()	{ reader_on tcplife; }
tcplife_off()	{ reader_off $((2 * $1)) ' 127.0.0.1 '; }

tcptracer_on()	{ reader_on tcptracer; }
tcptracer_off()	{ reader_off $((3 * $1)) ' 127.0.0.1 '; }

tcpstates_on()	{ reader_on tcpstates; }
tcpstates_off()	{ reader_off $((10 * $1)) ' -> '; }

# enable_hooks: without it the module is loaded and sees nothing.
nf_conntrack_on()
{
	modprobe nf_conntrack enable_hooks=1
	modprobe nf_conntrack_netlink
	sysctl -qw net.netfilter.nf_conntrack_max=1000000
}

# Its own TIME_WAIT lasts two minutes, so all are still there.
nf_conntrack_off()
{
	local count

	count=$(sysctl -n net.netfilter.nf_conntrack_count)
	[ "$count" -ge "$1" ] || die "nf_conntrack has $count connections, not $1"
	rmmod nf_conntrack_netlink nf_conntrack
}

conntrack_on()
{
	nf_conntrack_on
	reader_on conntrack -E
}

conntrack_off()
{
	reader_off $((5 * $1)) 127.0.0.1
	nf_conntrack_off "$1"
}
