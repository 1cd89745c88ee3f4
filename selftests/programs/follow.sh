#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tcpledger follow and record, of a real stream: what they tell of a load of all kinds is
# what the records say in the end, and a recording answers as the kernel did.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh
. lib/wait.sh

space=follow_space
dir=$(mktemp -d)
followers=()
commands=("list --json" "list -wT" "show 1" "show 1 --json" "explain 2" "timewait" "timewait --json"
	"export --pcapng -")

in_space()
{
	ip netns exec $space "$@"
}

end_all()
{
	kill "${followers[@]}" "${servers[@]}" 2>/dev/null
	ip netns delete $space 2>/dev/null
	rm -rf "$dir"
}
trap end_all EXIT

# follower COMMAND...: in the background, told apart by its standard error
follower()
{
	ip netns exec $space tcpledger "$@" 2>"$dir/errors.${#followers[@]}" &
	followers+=($!)
}

servers=()
serve()
{
	local port

	for port in 80 81; do
		ip netns exec $space socat TCP6-LISTEN:$port,reuseaddr,fork,ipv6only=0 SYSTEM:'cat >/dev/null' &
		servers+=($!)
	done
	until_true "[ \$(ip netns exec $space ss -Htln | wc -l) -eq 2 ]"
}

# Some are closed in order, some reset, some refused, some never answered; two at a time.
load()
{
	in_space ip route add blackhole 192.0.2.0/24 2>/dev/null
	for _ in $(seq 4); do
		echo hello | in_space socat -u - TCP:127.0.0.1:80 &
		echo hello | in_space socat -u - "TCP6:[::1]:81"
		echo hello | in_space socat -u - TCP:127.0.0.1:80,linger=0
		echo hello | in_space socat -u - TCP:127.0.0.1:99
		wait $!
	done 2>/dev/null
}

# How many records there are, live ones among them.
records() { in_space tcpledger list --json | jq -s "$1"; }

answers()	# [--file FILE]
{
	local command

	for command in "${commands[@]}"; do
		echo "== $command"
		# shellcheck disable=SC2086 # a command and its options
		in_space tcpledger $command "$@" 2>&1
	done
}

logs='[inputs | select(.event == "entry" or .event == "amend")]
	| group_by(.id) | map({ id: .[0].id, log: (map(del(.event, .number, .at, .id, .netns,
	.local, .lport, .remote, .rport)) | group_by(.n) | map(last)) }) | sort_by(.id)[]'
wanted='[inputs | { id, log }] | sort_by(.id)[]'

has_entries()	# FILE
{
	[ -s "$dir/live.json" ] &&
		diff <(jq -cn "$logs" "$1") <(jq -cn "$wanted" "$dir/live.json") | head -5 | ktap_lines
}

ktap_lines()	# nothing on standard input is good
{
	local lines

	lines=$(cat)
	[ -z "$lines" ] || { ktap_say "$lines"; return 1; }
}

has_ends()	# FILE
{
	diff <(jq -c 'select(.event == "end") | .id' "$1" | sort -u) \
		<(jq -c 'select(.live | not) | .id' "$dir/live.json" | sort -u) | head -5 | ktap_lines
}

# Each number once, from the first on.
is_complete()	# FILE
{
	jq -n '[inputs | select(.event | IN("entry", "amend", "open", "end", "gone")) | .number]
		| . == [range(1; length + 1)]' "$1" | grep -qx true
}

answers_as_live()	# FILE
{
	diff <(answers --file "$1") "$dir/answers" | head -5 | cut -c1-200 | ktap_lines
}

in_order()
{
	jq -r 'select(.event == "entry") | "\(.id) \(.n)"' "$1" |
		awk '$2 != wanted[$1]++ { print "# entry", $2, "of", $1, "is out of order"; bad = 1 }
			END { exit bad || !NR }'
}

make_space()
{
	ip netns add $space && ip -n $space link set lo up
}

# The clock is set, and set back: a file ends both times.
rotates_by_clock()
{
	local now before

	now=$(date +%s)
	follower record "$dir/clock" --rotate-every 1h
	until_true "ls $dir/clock.000001.part" || return 1
	for step in 7200 -7200; do
		before=$(find "$dir" -name 'clock.*' | wc -l)
		date -s "@$(($(date +%s) + step))" >/dev/null
		echo hello | in_space socat -u - TCP:127.0.0.1:80
		until_true "[ \$(ls $dir/clock.* | wc -l) -gt $before ]" || return 1
	done
	kill "${followers[-1]}"
	wait "${followers[-1]}"
	in_space tcpledger follow --json --file "$dir/clock" 2>/dev/null >"$dir/clock.json"
	jq -e -n '[inputs | select(.event == "lost")] | length == 0' "$dir/clock.json" >/dev/null &&
		[ "$(date +%s)" -ge "$now" ]
}

ktap_plan 13
ktap_result makes_a_space make_space
serve
follower follow --json >"$dir/follow.json"
follower record "$dir/one"
follower record "$dir/set" --rotate-size 10K
until_true "[ -s $dir/follow.json ] && ls $dir/one.part $dir/set.000001.part"
load
# What is live changes: the listeners' children, and TIME_WAIT.
ktap_result all_connections_end until_true \
	"[ \$(ip netns exec $space tcpledger list --json --live | wc -l) -eq 0 ]" 5
in_space tcpledger list --json >"$dir/live.json"
answers >"$dir/answers"
kill "${followers[@]}"
statuses=
for follower in "${followers[@]}"; do
	wait "$follower"
	statuses+=$?
done
ktap_result end_with_0 [ "$statuses" = 000 ]
ktap_result follow_has_all_entries has_entries "$dir/follow.json"
ktap_result follow_has_them_in_order in_order "$dir/follow.json"
ktap_result follow_has_all_ends has_ends "$dir/follow.json"
ktap_result follow_has_each_number is_complete "$dir/follow.json"
ktap_result one_file_answers_as_live answers_as_live "$dir/one"
ktap_result set_has_several_files [ "$(find "$dir" -name "set.*" | wc -l)" -gt 1 ]
ktap_result set_answers_as_live answers_as_live "$dir/set"
in_space tcpledger follow --json --file "$dir/set" >"$dir/set.json" 2>/dev/null
ktap_result set_has_each_number is_complete "$dir/set.json"
ktap_result set_tells_what_follow_told has_entries "$dir/set.json"
ktap_result rotates_by_clock rotates_by_clock
ktap_end
