#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs in the VM of a machine and keeps its records of some connections, as the file and
# as the words of its own command, and the live stream of all that time, for machines of the
# other byte order to read. What
# comes out is a tar file in base64:
#
#   selftests/vm/run.sh --kernel 6.1-s390x --seed 1 --script selftests/unit/record_machine.sh |
#	base64 -d | tar -x -C selftests/programs/recorded
set -euo pipefail

name=$(uname -m)
keep=/tmp/recorded
mkdir -p "$keep"

# talk FAMILY ADDRESS PORT: a connection that the client ends, in TIME_WAIT from then on
talk()
{
	socat -u "TCP$1-LISTEN:$3" /dev/null &
	until ss -Htln "sport = :$3" | grep -q .; do
		sleep 0.05
	done
	echo "what is said" | socat -u - "TCP$1:$2:$3"
	wait $!
}

talk 4 127.0.0.1 80
cat /proc/net/tcpledger/events >"$keep/$name.events" &
stream=$!
until [ -s "$keep/$name.events" ]; do
	sleep 0.05
done
sleep 70
talk 6 '[::1]' 81
socat -u "TCP6:[::1]:82" /dev/null 2>/dev/null || :	# nobody listens
cat /proc/net/tcpledger/records >"$keep/$name.records"
tcpledger list --json --file "$keep/$name.records" >"$keep/$name.json"
rmmod tcpledger
wait "$stream"
tar -c -C "$keep" . | base64
