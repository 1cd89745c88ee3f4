#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rows for a database: each is what the record's JSON says, none tells what is secret, and
# what is read twice gives the same rows.
# shellcheck disable=SC2317 # until_true calls what it is given
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "$here" || exit 1

make=$here/.build/make_stream
records=$FIXTURES/records
stream=$tap_dir/stream
rows=$tap_dir/rows
key=$tap_dir/key
tap_plan 53
trap 'jobs -rp | xargs -r kill; wait; rm -rf "$tap_dir"' EXIT
(umask 077; head -c 32 /dev/urandom | base64 >"$key")

follow() { "$TCPLEDGER" follow --rows "$@"; }
# of WORDS [OPTION...]: the rows of such a stream
of()
{
	local words=$1

	shift
	# shellcheck disable=SC2086 # words
	"$make" "$records" $words >"$stream"
	follow --file "$stream" "$@" >"$rows" 2>"$tap_dir/err"
}
get() { jq -r "$1" "$rows"; }

whole="header sync start records snapshot_end"
for words in "$whole" "start records snapshot_end" "header sync start snapshot_end life sync start records snapshot_end" \
	"header sync start snapshot_end brief sync start records snapshot_end"; do
	for file in "$records" ../programs/recorded/x86_64.records ../programs/recorded/s390x.records; do
		# shellcheck disable=SC2086 # words
		"$make" "$file" $words >"$stream"
		"$TCPLEDGER" list --json --file "$stream" >"$tap_dir/json"
		follow --with-sequence --join-key "$key" --file "$stream" >"$rows"
		tap_true "rows of ${file##*/}, $words" ./rows_check.py "$tap_dir/json" "$rows" "$key"
	done
done
sed 's/"open_role":"passive"/"open_role":"active"/' "$rows" >"$tap_dir/spoiled"
tap_true "a wrong word would be seen" sh -c "! ./rows_check.py $tap_dir/json $tap_dir/spoiled $key >$tap_dir/out"

# What stays at home.
of "$whole" --join-key "$key"
cp "$rows" "$tap_dir/secret"
tap_is "no row has a column with such numbers" \
	"$(jq -r 'keys[]' "$rows" | sort -u | grep -E '_isn$|^log_(seq|ack)$')" ""
numbers=$("$TCPLEDGER" list --json --file "$records" |
	jq -r '.open.local_isn, .open.remote_isn, (.log[] | .seq, .ack) | select(. != null and . > 100000)' | sort -u)
tap_same "and none of them is in a row" "$(grep -cowF "$numbers" "$rows") $(wc -w <<<"$numbers" | sed 's/.../many/')" \
	"0 $(wc -w <<<"$numbers" | sed 's/.../many/')"
of "$whole" --join-key "$key" --with-sequence
tap_is "but where they are asked for" "$(jq -r 'keys[]' "$rows" | sort -u | grep -E '_isn$|^log_(seq|ack)$' | paste -sd' ')" \
	"log_ack log_seq open_local_isn open_remote_isn"
tap_true "the key itself is nowhere" sh -c "! grep -qF '$(cat "$key")' $rows"

# What joins.
joined() { jq -r 'select(.id == 17 or .id == 18) | .join_key' "$1" | sort -u; }
tap_is "both ends have one key" "$(joined "$tap_dir/secret" | grep -cE '^[0-9a-f]{32}$')" 1
tap_is "and one Community ID" "$(jq -r 'select(.id == 17 or .id == 18) | .community_id' "$tap_dir/secret" | sort -u | wc -l)" 1
tap_is "a refused connection has none: its peer's number is not known" \
	"$(jq -r 'select(.id == 19) | .join_key' "$tap_dir/secret")" ""
of "$whole"
tap_is "without a key nothing joins" "$(get .join_key | sort -u)" ""
(umask 077; head -c 32 /dev/urandom | base64 >"$tap_dir/other")
of "$whole" --join-key "$tap_dir/other"
tap_true "with another key it is another" test "$(joined "$rows")" != "$(joined "$tap_dir/secret")"
(umask 077; printf %s "$(cat "$key")" >"$tap_dir/other")
of "$whole" --join-key "$tap_dir/other"
tap_is "a line break at its end does not matter" "$(joined "$rows")" "$(joined "$tap_dir/secret")"

# The file of the key.
refused()	# NAME WORDS FILE
{
	follow --file "$stream" --join-key "$3" >"$rows" 2>"$tap_dir/err"
	tap_is "$1" "$? $(wc -l <"$tap_dir/err") $(wc -l <"$rows") $(grep -o "$2" "$tap_dir/err")" "1 1 0 $2"
}
refused "a key that is not there" "head -c 32 /dev/urandom" "$tap_dir/none"
cp "$key" "$tap_dir/open"
chmod 0640 "$tap_dir/open"
refused "a key that others may read" "chmod 600 it" "$tap_dir/open"
(umask 077; echo short >"$tap_dir/short"; head -c 5000 /dev/zero >"$tap_dir/long"; mkdir "$tap_dir/folder"; mkfifo "$tap_dir/fifo")
refused "a key that is too short" "it has 5 bytes, a key has at least 32" "$tap_dir/short"
refused "a key that is too long" "it is longer than 4096 bytes" "$tap_dir/long"
refused "a folder" "it is no file" "$tap_dir/folder"
refused "a FIFO" "it is no file" "$tap_dir/fifo"
if [ "$(id -u)" -eq 0 ]; then
	cp "$key" "$tap_dir/theirs"
	chmod 0600 "$tap_dir/theirs"
	chown 12345 "$tap_dir/theirs"
	refused "a key of another user" "belongs to user 12345" "$tap_dir/theirs"
else
	tap_skip "a key of another user" "not root"
fi

# How often a record is told.
of "$whole" && cp "$rows" "$tap_dir/once"
of "$whole"
tap_is "read again, the rows are the same" "$(cat "$rows")" "$(cat "$tap_dir/once")"
count=$(wc -l <"$rows")
of "$whole later=90 sync start records snapshot_end"
tap_is "a second snapshot does not tell anew what ended before" "$(wc -l <"$rows")" "$count"
tap_is "what lives is told as it was then" \
	"$(jq -s '[.[] | select(.live == 1) | .version] | unique | length' "$rows") $(($(jq -s 'map(.version) | max' "$rows") - $(jq -s 'map(.version) | max' "$tap_dir/once")))" \
	"1 90000000000"
tap_is "and its times of the wall go with it" \
	"$(($(jq -s 'map(.told_at) | max' "$rows") - $(jq -s 'map(.told_at) | max' "$tap_dir/once")))" 90
of "$whole life"
tap_is "an end is told when it happens" "$(jq -r 'select(.live == 0) | .id' "$rows" | sort -n | uniq -c | awk '{ print $1 }' | sort -u)" 2
tap_is "and is the same row but for its version" \
	"$(jq -cS 'select(.live == 0) | del(.version, .told_at)' "$rows" | sort -u | wc -l)" "$(jq -r 'select(.live == 0) | .id' "$rows" | sort -u | wc -l)"
of "$whole gone=17 gone=18"
tap_is "what is evicted while it lasts is told once" "$(jq -c 'select(.id == 17 or .id == 18) | [.id, .live]' "$rows" | sort | paste -sd' ')" "[17,1] [18,0]"
of "$whole unload start records snapshot_end"
tap_is "another load of the module is another ledger" "$(jq -r .load_id "$rows" | sort | uniq -c | wc -l)" 2
of "$whole lost=7 later=1 start records snapshot_end"
tap_is "what was lost is said, where it was and at the end" "$? $(cut -d' ' -f 2- "$tap_dir/err" | sed "s|$tap_dir/||")" "1 \
stream: 7 events were lost; rows of records that ended then and were evicted are missing
7 events were lost in all; rows of records that ended then and were evicted are missing"
of "$whole skip=3 later=1 life"
tap_is "and so is a gap in the numbers" "$? $(grep -c '3 events were lost;' "$tap_dir/err")" "1 1"
of "$whole" && size=$(stat -c %s "$stream") && truncate -s $((size - 100)) "$stream"
follow --file "$stream" >"$rows" 2>"$tap_dir/err"
tap_is "of a cut file all that is there is told, and that it is cut" "$? $(grep -c 'cut off' "$tap_dir/err") $(wc -l <"$rows")" "1 1 $((count - 1))"
of "$whole" -L 80 --history
tap_is "filters choose" "$(jq -c '[.lport, .live]' "$rows" | sort -u)" "[80,0]"
"$TCPLEDGER" follow --join-key "$key" --file "$stream" >"$rows" 2>"$tap_dir/err"
tap_is "a key is for rows" "$? $(grep -c 'go with --rows' "$tap_dir/err")" "2 1"
follow --json --file "$stream" >"$rows" 2>"$tap_dir/err"
tap_is "rows are a form of their own" "$? $(grep -c 'not both' "$tap_dir/err")" "2 1"

# Damaged or cut at any place, under ASAN and UBSAN: what is told is told in whole rows.
# shellcheck disable=SC2086 # words
"$make" "$records" $whole life brief gone=17 >"$tap_dir/sound"
size=$(stat -c %s "$tap_dir/sound")
bad=
place=0
for ((at = 0; at < size; at += size / 60)); do
	cp "$tap_dir/sound" "$stream"
	if ((++place % 2)); then
		truncate -s "$at" "$stream"
	else
		printf '\377' | dd of="$stream" bs=1 seek="$at" conv=notrunc status=none
	fi
	"$TCPLEDGER-san" follow --rows --with-sequence --join-key "$key" --file "$stream" >"$rows" 2>"$tap_dir/err"
	if [ $? -gt 1 ] || grep -qE 'Sanitizer|runtime error' "$tap_dir/err" || ! jq . "$rows" >"$tap_dir/out"; then
		bad+=" $at"
	fi
done
tap_is "no damage does harm" "$bad" ""

# As from the kernel: a pipe into which events come one after the other.
mkdir "$tap_dir/proc"
mkfifo "$tap_dir/proc/events"
TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" follow --rows >"$rows" 2>"$tap_dir/err" &
reader=$!
exec 8>"$tap_dir/proc/events"
until_true()
{
	local end=$((SECONDS + 60))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 <> <(:) || :
	done
}
has_rows() { [ "$(wc -l <"$rows")" -eq "$1" ]; }
send() { "$make" "$records" "$@" >&8; }
live=$(jq -s 'map(select(.live == 1)) | length' "$tap_dir/once")
send start records snapshot_end
tap_true "all that is there is told, and not kept back" until_true has_rows "$count"
tap_is "of this boot" "$(jq -r .boot_id "$rows" | sort -u)" "$(cat /proc/sys/kernel/random/boot_id)"
send later=30 start records snapshot_end later=60 start records snapshot_end
tap_true "what lives is told each minute, and nothing else" until_true has_rows $((count + live))
tap_is "... out of the snapshot of that minute" \
	"$(tail -n "$live" "$rows" | jq -s '(map(.version) | unique | length), (map(.live) | add)' | paste -sd' ')" "1 $live"
ended=$(jq -rs 'map(select(.live == 0))[0].id' "$tap_dir/once")
send gone="$ended"
kill -TERM "$reader"
wait "$reader"
tap_is "a signal ends it well, and what was evicted after its end is no loss" "$? $(cat "$tap_dir/err")" "0 "
exec 8>&-
TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" follow --rows >"$rows" 2>"$tap_dir/err" &
reader=$!
exec 8>"$tap_dir/proc/events"
living=$(jq -rs 'map(select(.live == 1))[0].id' "$tap_dir/once")
send start records snapshot_end gone="$ended" gone="$living" gone="$living" gone=123456789 stop
exec 8>&-
wait "$reader"
tap_is "what was evicted before its end is, each once" "$? $(grep -c ': 2 records were evicted before their end' "$tap_dir/err")" "1 1"
TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" follow --rows -L 80 >"$rows" 2>"$tap_dir/err" &
reader=$!
exec 8>"$tap_dir/proc/events"
send start snapshot_end gone=123456789 life
until_true test -s "$rows"	# of what ends after that
kill -TERM "$reader"
wait "$reader"
tap_is "... but where there is a filter nobody knows whether it had one" \
	"$? $(grep -o ': 1 records were .*' "$tap_dir/err")" \
	"0 : 1 records were evicted before their end was read, so their last row is missing if the filter wants them; \
load the module with more history, or read faster"
exec 8>&-
TCPLEDGER_PROC=$tap_dir/proc "$TCPLEDGER" follow --rows >"$rows" 2>"$tap_dir/err" &
reader=$!
exec 8>"$tap_dir/proc/events"
send start records snapshot_end stop
exec 8>&-
wait "$reader"
tap_is "the module goes away" "$? $(wc -l <"$rows") $(grep -c 'the module was unloaded' "$tap_dir/err")" "1 $count 1"
tap_end
