#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Brings rows into ClickHouse, those of ten seconds at a time, as it likes few and large
# inserts. What it does not take is kept and tried again.
#
#   insert.sh [OPTION of 'tcpledger follow'...] [-- OPTION of clickhouse-client...]
#   INTERVAL=SECONDS TMPDIR=DIR insert.sh ...	what is kept lies in DIR
#
# Ends with status 1 if rows cannot be followed any more, after the last of them is in.
set -euo pipefail

interval=${INTERVAL:-10}
follow=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	follow+=("$1")
	shift
done
[ $# -eq 0 ] || shift
client=("$@")
spool=$(mktemp)
sent=0
reader=

finish()
{
	[ -z "$reader" ] || kill "$reader" 2>/dev/null || :
	rm -f "$spool"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Rows are written whole, but a look may come in between.
is_whole()
{
	[ -z "$(tail -c +$((sent + 1)) "$spool" | head -c "$1" | tail -c 1)" ]
}

send()
{
	# One reader of just these bytes: tail would go on to what comes meanwhile, and die of it.
	dd if="$spool" bs=1M iflag=skip_bytes,count_bytes skip="$sent" count="$1" status=none |
		clickhouse-client "${client[@]}" -q 'INSERT INTO tcpledger.connections FORMAT JSONEachRow'
}

# What is new, if it goes in; then its room on the disk is given back.
step()
{
	local size

	size=$(($(stat -c %s "$spool") - sent))
	[ "$size" -gt 0 ] && is_whole "$size" || return 0
	send "$size" || {
		echo "insert.sh: these rows are kept and tried again" >&2
		return 1
	}
	sent=$((sent + size))
	fallocate --punch-hole --offset 0 --length "$sent" "$spool" 2>/dev/null || :
}

tcpledger follow --rows "${follow[@]}" >"$spool" &
reader=$!
while kill -0 "$reader" 2>/dev/null; do
	sleep "$interval" &
	wait $! || :
	step || :
done
until step; do
	sleep "$interval"
done
wait "$reader"
