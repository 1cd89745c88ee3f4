# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What asks the services of services.sh, from the client's namespace.
# shellcheck disable=SC2154 # services.sh sets what is common: work, address, address6, asked

# Each of these says itself whether all that it asked was answered.
load_ab()
{
	local n

	n=$(more 80 3000)
	[ "${1:-}" = -k ] || asked=$((asked + n))
	in_client ab -q -n "$n" -c 20 "$@" "http://$address/page" >"$work/out" 2>&1 &&
		grep -q "^Complete requests: *$n\$" "$work/out" && grep -q '^Failed requests: *0$' "$work/out"
}

load_ab6()
{
	local n

	n=$(more 40 1000)
	asked=$((asked + n))
	in_client ab -q -n "$n" -c 10 "http://[$address6]/page" >"$work/out" 2>&1 &&
		grep -q '^Failed requests: *0$' "$work/out"
}

# Told to stop, since its own -d takes whole seconds.
load_wrk()
{
	local n

	n=$(more 40 500)
	asked=$((asked + n))
	in_client timeout --preserve-status -s INT "$(more 0.2 2)" wrk -t 2 -c "$n" -d 60s "http://$address:80/page" >"$work/out" 2>&1 &&
		grep -q '^ *[1-9][0-9]* requests in' "$work/out" && ! grep -q 'Socket errors: connect [1-9]' "$work/out"
}

# With connections that stay, and with one for each request.
load_redis()
{
	local n

	n=$(more 40 1000)
	asked=$((asked + n))
	in_client redis-benchmark -q -h "$address" -n "$(more 200 3000)" -c 20 -t set,get &&
		in_client redis-benchmark -q -h "$address6" -n "$n" -c 10 -k 0 -t ping_inline
} >"$work/out" 2>&1

load_ssh()
{
	local i to

	for ((i = 0; i < $(more 2 20); i++)); do
		asked=$((asked + 1))
		[ $((i % 2)) -eq 0 ] && to=$address || to=$address6
		[ "$(in_client ssh -F none -i "$work/key" -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null root@"$to" echo "hello $i" 2>"$work/out")" = "hello $i" ] || return 1
	done
}

load_iperf()
{
	asked=$((asked + 10))
	in_client iperf3 -c "$address" -P 4 -n 2M >"$work/out" 2>&1 &&
		in_client iperf3 -c "$address6" -P 4 -R -n 2M >"$work/out" 2>&1
}

# All four streams of the client have carried something.
streams_flow()
{
	[ "$(in_client ss -Htin 'dport = :5201' | grep -Ec 'bytes_(sent|received):[0-9]{5}')" -ge 4 ]
}

# A client that is told to stop in the middle, and one that is killed; what each end's
# sockets are while the streams flow is compared too.
load_iperf_stopped()
{
	local signal direction pid ok=0

	for signal in INT KILL; do
		for direction in "" -R; do
			asked=$((asked + 5))
			# shellcheck disable=SC2086 # no word if empty
			ip netns exec svc_client iperf3 -c "$address" -P 4 -b 2M -l 8K -t 600 $direction >"$work/out" 2>&1 &
			pid=$!
			until_true streams_flow || ok=1
			if [ "$signal$direction" = INT ]; then
				same_sockets svc_client 5 ESTABLISHED && same_sockets svc_server 5 ESTABLISHED || ok=1
			fi
			kill -$signal $pid
			wait $pid 2>/dev/null
			until_true "! ip netns exec svc_server ss -Htn state established 'sport = :5201' | grep -q ." ||
				return 1
		done
	done
	return $ok
}

load_curl()
{
	local i to

	for ((i = 0; i < $(more 5 50); i++)); do
		asked=$((asked + 2))
		in_client curl -sS -o /dev/null -o /dev/null "http://$address/page" "http://[$address6]/page" || return 1
	done
	# One that gives up in the middle of the answer, and one that is refused.
	for to in $address "[$address6]"; do
		asked=$((asked + 2))
		in_client curl -sS "http://$to/big" 2>/dev/null | head -c 100 >/dev/null
		! in_client curl -sS "http://$to:81/" 2>/dev/null || return 1
	done
}

# is_served LOAD ARGUMENT...: it went well; else what it said last
is_served()
{
	"load_$1" "${@:2}" && return 0
	ktap_say "$(tail -n 10 "$work/out")"
	return 1
}
