#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Writes the counters of tcpledger where node_exporter finds them, into
# tcpledger.prom: the whole file at once, so that it is never read half written.
#
#   tcpledger-metrics [DIR]   default: where Debian's node_exporter looks
#
# What cannot be read is removed: counters that stand still would look like peace.
set -euo pipefail

dir=${1:-/var/lib/prometheus/node-exporter}
file=$dir/tcpledger.prom
proc=${TCPLEDGER_PROC:-/proc/net/tcpledger}

if [ ! -d "$dir" ]; then
	echo "tcpledger-metrics: there is no folder $dir: install prometheus-node-exporter," \
		"or name the folder that its --collector.textfile.directory names" >&2
	exit 1
fi
if [ ! -e "$proc/stats" ]; then
	rm -f "$file"
	echo "tcpledger-metrics: the module is not loaded, so there are no counters"
	exit
fi
new=$(mktemp "$dir/.tcpledger.XXXXXX")
trap 'rm -f "$new" "$file"' EXIT
tcpledger stats --prometheus >"$new"
# A program that forgets to close leaves connections in CLOSE_WAIT, of which no counter tells:
# they have not ended. A minute is long for any program that means to close.
forgotten=$(tcpledger list --live --state CLOSE_WAIT --older 1m --json | wc -l)
cat >>"$new" <<END
# TYPE tcpledger_close_wait_old gauge
# HELP tcpledger_close_wait_old Connections that have been in CLOSE_WAIT for a minute.
tcpledger_close_wait_old $forgotten
END
chmod 0644 "$new"
mv "$new" "$file"
trap - EXIT
