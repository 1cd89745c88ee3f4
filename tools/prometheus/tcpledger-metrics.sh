#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Writes the counters of tcpledger where node_exporter finds them, into
# tcpledger.prom: the whole file at once, so that it is never read half written.
#
#   tcpledger-metrics [DIR]   default: where Debian's node_exporter looks
#
# What cannot be read is removed: counters that stand still would look like peace.
#
# DIR mostly belongs to the user of Prometheus, who may put a link to any file there, at any
# moment. Root reads the counters; what is done in DIR is done as that user.
set -euo pipefail

dir=$(realpath -s "${1:-/var/lib/prometheus/node-exporter}")
file=$dir/tcpledger.prom
proc=${TCPLEDGER_PROC:-/proc/net/tcpledger}
owner=

die()
{
	echo "tcpledger-metrics: $*" >&2
	exit 1
}

# A folder that is not root's, and all below it, is in the hands of its owner.
judge()		# FOLDER
{
	local uid mode

	read -r uid mode < <(stat -c '%u %a' "$1")
	if [ "$uid" -ne 0 ]; then
		owner=$uid
	elif (( 0$mode & 022 )) && { [ "$1" = "$dir" ] || (( !(0$mode & 01000) )); } && [ ! -L "$1" ]; then
		die "others than root may write to $1, which is root's: chmod go-w it, or give it to one user"
	fi
}

# From DIR up, as it is named and as it is after links: the uppermost owner counts.
find_owner()
{
	local path

	for path in "$(realpath "$dir")" "$dir"; do
		while [ -n "$path" ]; do
			judge "$path"
			path=${path%/*}
		done
	done
}

as_owner()
{
	if [ -n "$owner" ] && [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid="$owner" --regid="$(id -g "$owner" 2>/dev/null || echo 65534)" \
			--clear-groups --no-new-privs -- "$@"
	else
		"$@"
	fi
}

remove() { as_owner rm -f "$file"; }

if [ ! -d "$dir" ]; then
	die "there is no folder $dir: install prometheus-node-exporter, or name the folder that its" \
		"--collector.textfile.directory names"
fi
find_owner
if [ ! -e "$proc/stats" ]; then
	remove
	echo "tcpledger-metrics: the module is not loaded, so there are no counters"
	exit
fi
trap 'remove' EXIT
counters=$(tcpledger stats --prometheus)
# A program that forgets to close leaves connections in CLOSE_WAIT, of which no counter tells:
# they have not ended. A minute is long for any program that means to close.
forgotten=$(tcpledger list --live --state CLOSE_WAIT --older 1m --json | wc -l)
# shellcheck disable=SC2016 # for the shell that is the owner's
as_owner bash -euc 'new=$(mktemp "$1/.tcpledger.XXXXXX")
	trap "rm -f \"\$new\"" EXIT
	cat >"$new"
	chmod 0644 "$new"
	mv -fT "$new" "$2"' bash "$dir" "$file" <<END
$counters
# TYPE tcpledger_close_wait_old gauge
# HELP tcpledger_close_wait_old Connections that have been in CLOSE_WAIT for a minute.
tcpledger_close_wait_old $forgotten
END
trap - EXIT
