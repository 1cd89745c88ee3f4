#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Events as lines and as JSON, from files and from what stands for the live stream.
# shellcheck disable=SC2016,SC2317 # jq's variables; what is called through another function
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "$here" || exit 1

make=$here/.build/make_stream
recorded=../programs/recorded/x86_64.records
foreign=../programs/recorded/s390x.records
stream=$tap_dir/stream

make_stream()	# RECORDS WORD...
{
	"$make" "$@" >"$stream"
}

follow()	# OPTION...
{
	"$TCPLEDGER" follow --file "$stream" "$@" 2>"$tap_dir/errors"
}

summary() { sed -n 's/^tcpledger: \(.*events shown.*\)/\1/p' "$tap_dir/errors"; }

# The log of each record, put together again from events.
logs='[inputs | select(.event == "entry" or .event == "amend")]
	| group_by(.id) | map({ id: .[0].id, log: (map(del(.event, .number, .at, .id, .netns,
	.local, .lport, .remote, .rport)) | group_by(.n) | map(last)) }) | sort_by(.id)[]'
wanted='[inputs | { id, log } | select(.log != [])] | sort_by(.id)[]'

tap_plan 33

for file in $recorded $foreign; do
	make_stream "$file" start snapshot_end life
	follow --json >"$tap_dir/json"
	tap_same "$(basename "$file"): the entries of follow are those of list" \
		"$(jq -cn "$logs" "$tap_dir/json")" "$("$TCPLEDGER" --json --file "$file" | jq -cn "$wanted")"
	tap_same "... each once" "$(jq -c 'select(.event == "entry") | [.id, .n]' "$tap_dir/json" | sort | uniq -d | wc -l)" 0
	tap_same "... in the order in which they happened" \
		"$(jq -r 'select(.event == "entry") | .at' "$tap_dir/json")" \
		"$(jq -r 'select(.event == "entry") | .at' "$tap_dir/json" | sort)"
	tap_same "... with the moments that show tells" \
		"$(jq -c 'select(.event == "entry" and .id == 1) | .at' "$tap_dir/json" | tr -d '"')" \
		"$("$TCPLEDGER" show 1 --log -T --file "$file" | awk '$1 ~ /^[0-9]+$/ && $2 ~ /Z$/ { print $2 }')"
	tap_same "... and each end with its record" \
		"$(jq -c 'select(.event == "end") | del(.event, .number)' "$tap_dir/json" | sort)" \
		"$("$TCPLEDGER" --json --history --file "$file" | sort)"
done

make_stream $recorded start snapshot_end life
follow >"$tap_dir/lines"
follow --json | jq -c 'select(.event != "open")' >"$tap_dir/json"
make_stream $recorded start snapshot_end brief
tap_same "the short forms give the same lines" "$(follow)" "$(<"$tap_dir/lines")"
tap_same "... and the same JSON" "$(follow --json | jq -c 'select(.event != "open")')" "$(<"$tap_dir/json")"
make_stream $recorded start snapshot_end life
tap_same "a line for each entry, and one for each verdict" "$(($(wc -l <"$tap_dir/lines") - 1))" \
	"$("$TCPLEDGER" --json --file $recorded | jq -s 'map(.log | length) + map(select(.live | not) | 1) | add')"
tap_same "the columns are aligned" \
	"$(grep -cE '^[0-9:.]{15} +[0-9]+ [^ ]+ +[^ ]+ +(-->|<--) [A-Z,]+ +[0-9]+ +([0-9]+|-) +[0-9]+ +[0-9]+' "$tap_dir/lines")" \
	"$("$TCPLEDGER" --json --file $recorded | jq -s 'map(.log[] | select(.type == "segment")) | length')"
make_stream "$FIXTURES/records" start snapshot_end late
tap_is "... and what is wider moves them once, to the right" \
	"$(follow | grep -E ' (-->|<--) ' | sed -E 's/(-->|<--).*//' | awk '{ print length }' | uniq | tee "$tap_dir/places" | sort -n -u | xargs)" \
	"$(xargs <"$tap_dir/places")"
make_stream $recorded start snapshot_end life
tap_is "seconds" "$(follow -t | sed -n 2p | grep -cE '^ *-?[0-9]+\.[0-9]{6} ')" 1
tap_is "the wall clock" "$(follow -T | sed -n 2p | awk '{ print $1 }')" \
	"$(follow --json | jq -r 'select(.event == "entry") | .at' | head -1)"

total=$(follow --json | jq -s 'map(select(.event | IN("entry", "open", "end"))) | length')
follow --json >/dev/null
tap_is "the summary" "$(summary)" "$total events shown, 0 lost, 0 filtered"
tap_same "a filter" "$(follow --json -L 82 | jq -r 'select(.event == "entry") | .id' | sort -nu | xargs)" \
	"$("$TCPLEDGER" --json -L 82 --file $recorded | jq -r .id | sort -nu | xargs)"
tap_is "... and what it left out" "$(summary | awk '{ print $1 + $6 }')" "$total"
tap_is "a connection that is wanted once is followed to its end" \
	"$(follow --json --state SYN_SENT | jq -r 'select(.event == "end") | .id' | sort -n | xargs)" \
	"$("$TCPLEDGER" --json --history --file $recorded | jq -r 'select(any(.log[]; .to == "SYN_SENT")) | .id' | sort -n | xargs)"

make_stream $recorded start records snapshot_end
tap_is "the snapshot is not told" "$(follow | tail -n +2)$(summary)" "0 events shown, 0 lost, 0 filtered"
make_stream $recorded start records snapshot_end life
tap_is "entries of before are not told again" "$(follow --json | jq -r .event | sort | uniq -c | awk '{ print $2 }' | xargs)" "end open start"
make_stream $recorded start snapshot_end lost=7 life
tap_is "loss is told where it was" "$(follow | sed -n 2p | tr -s ' ')" " 7 events lost: the reader was too slow (from number 1)"
tap_is "... in the summary" "$(follow >/dev/null; summary | grep -o '7 lost')" "7 lost"
tap_is "... and in JSON" "$(follow --json | jq -c 'select(.event == "lost")')" \
	'{"event":"lost","number":8,"first":1,"count":7,"why":"slow_reader"}'
make_stream $recorded start snapshot_end skip=3 life
tap_is "a gap in the numbers too" "$(follow --json | jq -c 'select(.event == "lost") | [.first, .count, .why]')" '[1,3,"not_there"]'
make_stream $recorded header sync start snapshot_end filtered=9 life
tap_is "what a filter left out is no loss" "$(follow >/dev/null; summary | grep -o '0 lost, 9 filtered')" "0 lost, 9 filtered"

make_stream $recorded start snapshot_end life epoch start snapshot_end
tap_is "where nobody had listened" "$(follow | tail -n 1 | tr -s ' ' | sed 's/^[0-9:.]* //')" "events begin anew: host, epoch 2"

# What stands for the kernel: a pipe that somebody writes.
mkdir "$tap_dir/proc"
mkfifo "$tap_dir/proc/events"
export TCPLEDGER_PROC=$tap_dir/proc
# Until a file has so many lines.
until_lines()	# FILE COUNT
{
	local end=$((SECONDS + 60))

	until [ "$(wc -l <"$1")" -ge "$2" ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}
# A shell without job control has those that it leaves behind ignore SIGINT.
env --default-signal=INT "$TCPLEDGER" follow >"$tap_dir/out" 2>"$tap_dir/errors" &
pid=$!
exec 4<>"$tap_dir/proc/events"	# waits for nobody
make_stream $recorded start snapshot_end life
cat "$stream" >&4
lines=$(wc -l <"$tap_dir/lines")
tap_true "what is there is written before it waits" until_lines "$tap_dir/out" "$lines"
kill -INT $pid
wait $pid
tap_is "Ctrl-C is an end" "$? $(summary | grep -o ' lost.*')" "0  lost, 0 filtered"
exec 4>&-
"$TCPLEDGER" follow 2>"$tap_dir/errors" >/dev/null &
pid=$!
make_stream $recorded start snapshot_end life stop
cat "$stream" >"$tap_dir/proc/events"
wait $pid
tap_is "the end of the module is a failure" "$? $(grep -c 'the module was unloaded' "$tap_dir/errors")" "1 1"
"$TCPLEDGER" follow 2>"$tap_dir/errors" | head -1 >/dev/null &
pid=$!
exec 4<>"$tap_dir/proc/events"	# waits for nobody
cat "$stream" >&4
wait $pid
tap_is "a closed pipe ends it quietly" "$(cat "$tap_dir/errors")" ""
exec 4>&-
tap_end
