#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A file of frames answers as the records file of the same moment does.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "$here" || exit 1

make=$here/.build/make_stream
stream=$tap_dir/stream
files="$FIXTURES/records $FIXTURES/longer $FIXTURES/later $FIXTURES/spaces $FIXTURES/none
	../programs/recorded/x86_64.records ../programs/recorded/s390x.records pictures/half_close.records"
commands=("list" "list --wide -T" "list --json" "list --json --sort age --limit 3" "show 17" "show 17 --json"
	"show 17 --log" "explain 17" "timewait" "timewait --json" "export --pcapng -")
streams=("start records snapshot_end"
	"header sync start records snapshot_end"
	"sync start records snapshot_end"
	"header sync start records snapshot_end gone=17 gone=18 later=60 sync start records snapshot_end"
	"header sync start snapshot_end life amend sync start records snapshot_end"
	"header sync start snapshot_end brief sync start records snapshot_end"
	"header unknown start records unknown snapshot_end unknown"
	"start records snapshot_end lost=7 unload start records snapshot_end")

# What each command says of a file.
answers()	# FILE
{
	local command

	for command in "${commands[@]}"; do
		echo "== $command"
		# shellcheck disable=SC2086 # a command and its options
		"$TCPLEDGER" $command --file "$1" 2>&1 | tr -d '\0' | sed "s|$1|FILE|g"
	done
}

make_stream()	# RECORDS WORDS
{
	# shellcheck disable=SC2086 # words
	"$make" "$1" $2 >"$stream"
}

# How the command ends, and what it complains.
complaint()	# COMMAND...
{
	"$TCPLEDGER" "$@" --file "$stream" 2>&1 >/dev/null | sed "s|$stream|FILE|g"
	echo "${PIPESTATUS[0]}"
}

ids()
{
	"$TCPLEDGER" --json --file "$stream" 2>/dev/null | jq -r .id | sort -n | xargs
}

tap_plan 22 "$(for file in $files; do seq ${#streams[@]}; done)"

for file in $files; do
	wanted=$(answers "$file")
	for words in "${streams[@]}"; do
		make_stream "$file" "$words"
		# Of the clock that went on, ages and the like tell.
		[[ $words != *later* ]] || wanted=$(make_stream "$file" "later=60 start records snapshot_end"; answers "$stream")
		make_stream "$file" "$words"
		tap_same "$(basename "$file"): $words" "$(answers "$stream")" "$wanted"
	done
done

records=$FIXTURES/records
make_stream "$records" "start records snapshot_end gone=17"
tap_is "what was evicted is not there" "$(ids)" "$("$TCPLEDGER" --json --file "$records" | jq -r .id | grep -vx 17 | sort -n | xargs)"
tap_is "... unless it is asked for" "$("$TCPLEDGER" --json --evicted --file "$stream" 2>/dev/null | jq -r .id | sort -n | xargs)" \
	"$("$TCPLEDGER" --json --file "$records" | jq -r .id | sort -n | xargs)"
make_stream "$records" "start records snapshot_end unload start records snapshot_end"
tap_is "... also of a module that was unloaded" "$("$TCPLEDGER" --json --evicted --file "$stream" 2>/dev/null | wc -l)" \
	$((2 * $("$TCPLEDGER" --json --file "$records" | wc -l)))
make_stream "$records" "start records snapshot_end unload start snapshot_end"
tap_is "another module knows nothing of what was before" "$(ids)" ""
make_stream "$records" "bytes=77 start records sync start records snapshot_end"
tap_is "a piece" "$(complaint list | sed 's/[0-9]* bytes/N bytes/')" \
	"tcpledger: FILE: its first N bytes are the end of a piece that begins elsewhere; the rest is read
0"
make_stream "$records" "header sync start records snapshot_end must"
tap_is "a frame that must be understood" "$(complaint list | sed 's/byte [0-9]*/byte N/')" \
	"tcpledger: cannot read FILE: the frame at byte N has type 99 and must be understood; use the command of the release that wrote it, or of a later one
1"
make_stream "$records" "header sync start records snapshot_end bytes=9"
tap_is "a cut tail" "$(complaint list | sed 's/byte [0-9]*/byte N/')" \
	"tcpledger: cannot read all of FILE: it is cut off: of the frame at byte N only 9 bytes are there; all before that was read
1"
tap_same "... all before it is there, of what wants all too" "$(answers "$stream" | grep -av '^tcpledger:')" \
	"$(answers "$records")"
make_stream "$records" "header sync start records snapshot_end bytes=48 sync start records snapshot_end"
tap_is "damage" "$(complaint list | sed 's/byte [0-9]*/byte N/; s/size is [0-9]*/size is N/')" \
	"tcpledger: cannot read all of FILE: the frame at byte N is damaged: size is N; it is read on from the next snapshot
1"
make_stream "$records" "header sync start records snapshot_end lost=7"
tap_is "loss since the last snapshot" "$(complaint list)" \
	"tcpledger: FILE: 7 events after its last snapshot were lost; 'tcpledger follow' shows where
0"
make_stream "$records" "header sync start records snapshot_end skip=7 gone=17"
tap_is "a gap in the numbers" "$(complaint list)" \
	"tcpledger: FILE: 7 events after its last snapshot were lost; 'tcpledger follow' shows where
0"
make_stream "$records" "header sync start records snapshot_end filtered=7 gone=17"
tap_is "what a filter left out is no loss" "$(complaint list)" 0
make_stream "$records" "header sync start records"
tap_is "an end within a snapshot" "$(complaint list)" \
	"tcpledger: FILE: it ends within a snapshot; records that it did not come to are not shown
0"

# Lives as they are told, without the images at their end.
for words in life brief; do
	for machine in x86_64 s390x; do
		machine=../programs/recorded/$machine.records
		make_stream "$machine" "start snapshot_end $words"
		tap_same "$words: ended records have their last image" \
			"$("$TCPLEDGER" --json --history --file "$stream" 2>/dev/null)" \
			"$("$TCPLEDGER" --json --history --file "$machine")"
		[ "$machine" = ../programs/recorded/x86_64.records ] || continue
		tap_same "$words: of the others the log goes on, and what it tells" \
			"$("$TCPLEDGER" --json --live --file "$stream" 2>/dev/null | jq -c '[.id, .state, .log]')" \
			"$("$TCPLEDGER" --json --live --file "$machine" | jq -c '[.id, .state, .log]')"
	done
done
make_stream ../programs/recorded/x86_64.records "start snapshot_end brief"
tap_is "a log that is not complete is told of" "$(python3 - "$stream" <<'END'
import struct, sys
data, at = open(sys.argv[1], "rb").read(), 0
while struct.unpack_from("<H", data, at)[0] != 13:	# the first run of entries is left out
    at += struct.unpack_from("<I", data, at + 4)[0]
open(sys.argv[1], "wb").write(data[:at] + data[at + struct.unpack_from("<I", data, at + 4)[0]:])
END
	complaint list | grep -c 'are not in it; what would be in their logs is missing')" 1
lengths() { "$TCPLEDGER" --json --history --file "$1" 2>/dev/null | jq -c '[.id, (.log | length) + .log_dropped]'; }
tap_true "... and is shorter" test "$("$TCPLEDGER" --json --history --file "$stream" 2>/dev/null | jq '.log[] | .type' | wc -l)" -lt \
	"$("$TCPLEDGER" --json --history --file ../programs/recorded/x86_64.records | jq '.log[] | .type' | wc -l)"
tap_same "... by what the record says" "$(lengths "$stream")" "$(lengths ../programs/recorded/x86_64.records)"
tap_end
