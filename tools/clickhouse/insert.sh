#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Brings rows into ClickHouse, those of ten seconds at a time, as it likes few and large
# inserts. What it does not take is kept and tried again.
#
#   insert.sh [OPTION of 'tcpledger follow'...] [-- OPTION of clickhouse-client...]
#   INTERVAL=SECONDS SPOOL=DIR GRACE=SECONDS insert.sh ...
#
# SPOOL (/var/lib/tcpledger) is where rows lie until they are in, one folder for each
# database. At SIGINT or SIGTERM what has not been sent is sent, for GRACE (30) seconds at
# most; then it is kept there, as after a crash, and the next start sends it. The last line
# says which. A row that is sent twice changes nothing.
#
# Ends after a signal as 'tcpledger follow' does if all rows are in, with status 1 if some are
# kept; and with status 1 if rows cannot be followed any more, after the last of them is in.
set -euo pipefail

interval=${INTERVAL:-10}
spool_dir=${SPOOL:-/var/lib/tcpledger}
grace=${GRACE:-30}
follow=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	follow+=("$1")
	shift
done
[ $# -eq 0 ] || shift
client=(clickhouse-client "$@" -q 'INSERT INTO tcpledger.connections FORMAT JSONEachRow')
sent=0
stopped=
finishing=
reader=
running=

say() { echo "insert.sh: $*" >&2; }

# Rows of strangers must not get in, nor ours be read by them.
make_spool()
{
	(umask 077; mkdir -p "$spool_dir")
	if [ ! -O "$spool_dir" ] || [ -n "$(find "$spool_dir" -maxdepth 0 -perm /022)" ]; then
		say "$spool_dir belongs to somebody else, or others may write there; name another folder in SPOOL"
		exit 1
	fi
	umask 077
	spool=$(mktemp "$spool_dir/rows.XXXXXX")
	# Whoever holds this lock is still writing the file.
	exec 8>>"$spool"
	flock 8
}

# wait_for COMMAND...: in the background, as a signal is not heard while something else is
# waited for; it ends the command, also if it came just before that began.
wait_for()
{
	local status=0

	"$@" <&0 8>&- &
	running=$!
	[ -z "$stopped" ] || [ -n "$finishing" ] || stop
	wait "$running" || status=$?
	running=
	return "$status"
}

insert() { wait_for "${client[@]}"; }

# Kept by an earlier start, and ours.
is_left() { [ "$1" != "$spool" ] && [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }

# What an earlier start left. What it had sent is a hole; its last row may be cut off.
send_left()
{
	local file

	for file in "$spool_dir"/rows.*; do
		is_left "$file" || continue
		exec 9<"$file"
		if flock -n 9; then
			if [ -n "$(tr -d '\0' <"$file" | head -c 1)" ]; then
				insert < <(tr -d '\0' <"$file" | grep -a '^{.*}$') || return 1
				say "sent what an earlier start had kept in $file"
			fi
			rm -f "$file"
		fi
		exec 9<&-
	done
}

# Rows are written whole, but a look may come in between.
is_whole()
{
	[ -z "$(tail -c +$((sent + 1)) "$spool" | head -c "$1" | tail -c 1)" ]
}

# What is new, if it goes in; then its room on the disk is given back.
step()
{
	local size

	size=$(($(stat -c %s "$spool") - sent))
	[ "$size" -gt 0 ] && is_whole "$size" || return 0
	# One reader of just these bytes: tail would go on to what comes meanwhile, and die of it.
	insert < <(dd if="$spool" bs=1M iflag=skip_bytes,count_bytes skip="$sent" count="$size" status=none) || {
		[ -n "$stopped" ] || say "these rows are kept and tried again"
		return 1
	}
	sent=$((sent + size))
	fallocate --punch-hole --offset 0 --length "$sent" "$spool" 2>/dev/null || :
}

stop()
{
	stopped=1
	[ -z "$running" ] || kill "$running" 2>/dev/null || :
}

pause() { wait_for sleep "$interval" || :; }

# A signal came: the last rows, with an end to the time.
finish()
{
	local rows status=0

	kill "$reader" 2>/dev/null || :
	timeout "$grace" tail -s 0.1 -f --pid "$reader" /dev/null || kill -KILL "$reader" || :
	wait "$reader" || status=$?
	finishing=1
	client=(timeout "$grace" "${client[@]}")
	if step && [ "$sent" -eq "$(stat -c %s "$spool")" ]; then
		rm -f "$spool"
		say "ended, and all rows are in"
		exit "$status"
	fi
	rows=$(tail -c +$((sent + 1)) "$spool" | wc -l)
	say "ended; $rows rows are not in: they are kept in $spool, and the next start with this SPOOL sends them"
	exit 1
}

make_spool
trap 'stop' INT TERM HUP
setpriv --pdeathsig TERM tcpledger follow --rows "${follow[@]}" >"$spool" &
reader=$!
left=1
! send_left || left=
while [ -z "$stopped" ] && kill -0 "$reader" 2>/dev/null; do
	pause
	[ -z "$left" ] || ! send_left || left=
	[ -n "$stopped" ] || step || :
done
until [ -n "$stopped" ] || step; do
	pause
done
[ -z "$stopped" ] || finish
rm -f "$spool"
wait "$reader"
