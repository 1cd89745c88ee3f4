#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM's side of vm.sh: two network namespaces with host names of their own stand for two
# machines; rows of both are followed while connections run, and for more than an hour after.
# The clock begins an hour late, so that what ended then is long over for the questions, and
# what is told last is fresh for twenty minutes.
set -euo pipefail

closed=2000 reset=50 leaked=5 refused=20
client=10.1.0.1 server=10.1.0.2
work=$(mktemp -d)

follow()	# NETNS HOST
{
	# shellcheck disable=SC2016 # for the shell that has the host name
	ip netns exec "$1" unshare --uts bash -c 'echo "$1" >/proc/sys/kernel/hostname
		exec tcpledger follow --rows --join-key "$2"' bash "$2" "$work/key" >"$work/$2" &
	readers+=($!)
}

date -s "@$(($(date +%s) - 3600))" >/dev/null
ip netns add web
ip netns add db
ip link add eth0 netns web type veth peer name eth0 netns db
ip -n web address add $client/24 dev eth0
ip -n db address add $server/24 dev eth0
ip -n web link set eth0 up
ip -n db link set eth0 up
(umask 077; head -c 32 /dev/urandom | base64 >"$work/key")
readers=()
follow web web-1
follow db db-1
ip netns exec web load $server /run/netns/db $closed $reset $leaked $refused >"$work/load" &
load=$!
until grep -q over "$work/load"; do
	kill -0 $load
	sleep 1
done
sleep 4800	# of virtual time, in which rows come each minute
kill "${readers[@]}"
wait "${readers[@]}"
kill $load
echo "fleet-begin truth"
printf '%s\n' "closed $closed" "reset $reset" "leaked $leaked" "refused $refused" "told $(date +%s)" | gzip | base64
for host in web-1 db-1; do
	echo "fleet-begin $host.rows"
	gzip <"$work/$host" | base64
done
echo "fleet-end"
ip netns delete web
ip netns delete db
