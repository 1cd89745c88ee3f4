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
# Ends after a signal as 'tcpledger follow' does if all rows are in, those of earlier starts
# too, and with status 1 if some are kept or one was cut off. So it does if rows cannot be
# followed any more, after the last of them is in.
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
spool=
sent=0
stopped=
deadline=
reader=
running=

say() { echo "insert.sh: $*" >&2; }

if [[ ! $grace =~ ^[0-9]{1,9}$ ]]; then
	say "GRACE is a whole number of seconds, not '$grace'"
	exit 1
fi
grace=$((10#$grace))

# is_at DESCRIPTOR FILE: nobody has removed or replaced it meanwhile.
is_at()
{
	[ "$(stat -Lc %d:%i "/proc/self/fd/$1")" = "$(stat -c %d:%i "$2" 2>/dev/null)" ]
}

# Rows of strangers must not get in, nor ours be read by them.
make_spool()
{
	(umask 077; mkdir -p "$spool_dir")
	if [ ! -O "$spool_dir" ] || [ -n "$(find "$spool_dir" -maxdepth 0 -perm /022)" ]; then
		say "$spool_dir belongs to somebody else, or others may write there;" \
			"name another folder in SPOOL"
		exit 1
	fi
	umask 077
	# Whoever holds this lock is still writing the file. Until it is held, another start may
	# take the file for one that was left.
	until [ -n "$spool" ] && is_at 8 "$spool"; do
		spool=$(mktemp "$spool_dir/rows.XXXXXX")
		exec 8>>"$spool"
		flock 8
	done
}

# Not less than a second, as no time at all is for ever to timeout.
time_left()
{
	local rest=$((deadline - SECONDS))

	echo $((rest > 1 ? rest : 1))
}

# What was begun last in the background, as a signal is not heard while something else is
# waited for; it ends the command, also if it came just before that began.
await()
{
	local status=0

	running=$!
	[ -z "$stopped" ] || [ -n "$deadline" ] || stop
	# What the shell says of one that was killed would be taken for an error.
	wait "$running" 2>/dev/null || status=$?
	running=
	return "$status"
}

# insert COMMAND...: what it writes. It is a pipe and no '<(...)', as rows are in only if the
# command could read all of them, too; what is waited for and stopped is the client.
insert()
{
	local limit=0

	[ -z "$deadline" ] || limit=$(time_left)
	"$@" </dev/null 8>&- 9>&- | timeout -k 5 "$limit" "${client[@]}" 8>&- 9>&- &
	await
}

# Kept by an earlier start, and ours.
is_left() { [ "$1" != "$spool" ] && [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }

# What it had sent is a hole. Its last row may be cut off, also after a brace in a name: with
# something behind it, it does not look whole.
left_rows() { { tr -d '\0' <"$1" && echo cut; } | LC_ALL=C sed -n '/^{.*}$/p'; }

send_file()
{
	local rows

	rows=$(left_rows "$1" | wc -l) || return
	if [ "$rows" -gt 0 ]; then
		insert left_rows "$1" || return
		say "sent what an earlier start had kept in $1"
	fi
	rm -f "$1"
}

# What earlier starts left, but for what another one that runs is writing.
send_left()
{
	local file status=0

	for file in "$spool_dir"/rows.*; do
		is_left "$file" || continue
		[ -z "$deadline" ] || [ "$SECONDS" -lt "$deadline" ] || return 1
		if ! { exec 9<"$file"; } 2>/dev/null; then
			# Another start may just have sent and removed it.
			[ -e "$file" ] || continue
			return 1
		fi
		if flock -n 9 && is_at 9 "$file"; then
			send_file "$file" || status=1
		fi
		exec 9<&-
		[ "$status" -eq 0 ] || return 1
	done
}

try_left() { [ -z "$left" ] || ! send_left || left=; }

# own_rows SIZE: so many bytes of what is not sent. One reader of just these: tail would go on
# to what comes meanwhile, and die of it.
own_rows()
{
	dd if="$spool" bs=1M iflag=skip_bytes,count_bytes skip="$sent" count="$1" status=none
}

# How many bytes of rows are not sent, up to the last that is whole: the next may be in
# writing, or was cut off when the disk was full or the reader was killed.
unsent()
{
	local size rest

	size=$(($(stat -c %s "$spool") - sent)) || return
	rest=$({ own_rows "$size" && echo; } | tail -n 1 | wc -c) || return
	echo $((size - (rest - 1)))
}

# What is new, if it goes in; then its room on the disk is given back.
step()
{
	local size

	size=$(unsent) || return
	[ "$size" -gt 0 ] || return 0
	insert own_rows "$size" || {
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

pause()
{
	sleep "$interval" 8>&- 9>&- &
	await || :
}

# leave STATUS: when nothing is written any more. What is not in stays where it is.
leave()
{
	local status=$1 size file rows=0 kept=() cut=

	if size=$(unsent) && [ "$size" -eq 0 ]; then
		[ "$sent" -eq "$(stat -c %s "$spool")" ] || cut=1
		rm -f "$spool"
	else
		rows=$(own_rows "${size:-0}" | wc -l) || :
		kept+=("$spool")
	fi
	for file in "$spool_dir"/rows.*; do
		if [ -n "$left" ] && is_left "$file" && flock -n "$file" true; then
			rows=$((rows + $(left_rows "$file" | wc -l || :)))
			kept+=("$file")
		fi
	done
	[ -z "$cut" ] || say "the last row was cut off when it was written, and is lost"
	if [ ${#kept[@]} -gt 0 ]; then
		say "ended; $rows rows are not in: they are kept in ${kept[*]}," \
			"and the next start with this SPOOL sends them"
	else
		say "ended, and all ${cut:+other }rows are in"
		[ -n "$cut" ] || exit "$status"
	fi
	exit 1
}

# A signal came: the last rows, with an end to the time.
finish()
{
	deadline=$((SECONDS + grace))
	kill "$reader" 2>/dev/null || :
	timeout "$(time_left)" tail -s 0.1 -f --pid "$reader" /dev/null || kill -KILL "$reader" || :
	! step || try_left
}

make_spool
trap 'stop' INT TERM HUP
setpriv --pdeathsig TERM tcpledger follow --rows "${follow[@]}" >&8 &
reader=$!
left=1
try_left
while [ -z "$stopped" ] && kill -0 "$reader" 2>/dev/null; do
	pause
	[ -n "$stopped" ] || try_left
	[ -n "$stopped" ] || step || :
done
until [ -n "$stopped" ] || step; do
	pause
done
[ -n "$stopped" ] || try_left
[ -z "$stopped" ] || finish
status=0
wait "$reader" 2>/dev/null || status=$?
leave "$status"
