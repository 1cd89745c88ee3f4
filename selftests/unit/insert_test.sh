#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tools/clickhouse/insert.sh at its end: rows are sent or kept, and it says which. What
# stands for the kernel is a pipe, what stands for the database a script; how rows get into
# a real one is in fleet_test.sh.
# shellcheck disable=SC2317 # what is called through another function
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "$here" || exit 1

make=$here/.build/make_stream
insert=$(realpath ../../tools/clickhouse/insert.sh)
proc=$tap_dir/proc
spool=$tap_dir/spool
mkdir "$proc" "$tap_dir/bin"
mkfifo "$proc/events"
trap 'jobs -rp | xargs -r kill; wait; rm -rf "$tap_dir"' EXIT

# It takes whole rows, or refuses them, or says nothing, even to SIGTERM, as the file 'mode' says.
cat >"$tap_dir/bin/clickhouse-client" <<END
#!/bin/sh
echo "\$\$" >>"$tap_dir/calls"
case \$(cat "$tap_dir/mode") in
take) f="$tap_dir/taken.\$\$"; cat >"\$f" && jq empty "\$f" && cat "\$f" >>"$tap_dir/taken" ;;
refuse) exit 1 ;;
hang) exec sleep 600 ;;
deaf) trap '' TERM; exec sleep 60 ;;
esac
END
chmod +x "$tap_dir/bin/clickhouse-client"
export PATH=$tap_dir/bin:${TCPLEDGER%/*}:$PATH

tap_plan 33

until_true()
{
	local end=$((SECONDS + 30))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 <> <(:) || :
	done
}
mode() { echo "$1" >"$tap_dir/mode"; }
# start INTERVAL [NAME=VALUE...]: descriptor 4 is the kernel's end of the pipe.
start()
{
	env --default-signal=INT TCPLEDGER_PROC="$proc" SPOOL="$spool" INTERVAL="$1" "${@:2}" \
		"$insert" 2>"$tap_dir/said" &
	pid=$!
	exec 4>"$proc/events"
}
stop()		# SIGNAL
{
	kill -"$1" "$pid"
	wait "$pid" 2>/dev/null
	status=$?
	exec 4>&-
}
begin() { rm -f "$tap_dir/taken" "$tap_dir/calls"; mode "$1"; }
feed() { "$make" "$FIXTURES/records" "$@" >&4; }
kept() { find "$spool" -name 'rows.*' -exec cat {} + | tr -d '\0' | grep -c .; }
files() { find "$spool" -name 'rows.*' | wc -l; }
spooled() { [ "$(kept)" -ge "$1" ]; }
taken() { jq .id "$tap_dir/taken" 2>/dev/null | sort -n; }
has_taken() { [ "$(taken | uniq | wc -l)" -ge "$1" ]; }
called() { [ -s "$tap_dir/calls" ]; }
said() { sed "s|$spool/rows\.......|FILE|" "$tap_dir/said"; }

wanted=$("$make" "$FIXTURES/records" start records snapshot_end >"$tap_dir/stream"
	"$TCPLEDGER" follow --rows --file "$tap_dir/stream" | jq .id | sort -n)
count=$(wc -l <<<"$wanted")
all_kept="insert.sh: ended; $count rows are not in: they are kept in FILE,"
all_kept+=" and the next start with this SPOOL sends them"

for signal in TERM INT; do
	begin take
	start 600
	feed start records snapshot_end
	until_true spooled "$count"
	stop $signal
	tap_same "SIG$signal: what was not sent yet is sent" "$(taken)" "$wanted"
	tap_is "... as it says" "$status $(said) $(files)" "0 insert.sh: ended, and all rows are in 0"
done

begin refuse
start 600
feed start records snapshot_end
until_true spooled "$count"
stop TERM
tap_is "what is refused at the end is kept, and that is said" "$status $(said | tail -1)" \
	"1 $all_kept"
tap_is "... where nobody else can read it" "$(kept) $(stat -c %a "$spool" "$spool"/rows.* | paste -sd' ')" "$count 700 600"
begin take
start 0.1
feed start snapshot_end
tap_true "the next start sends it" until_true has_taken "$count"
stop TERM
tap_same "... each row once" "$(taken)" "$wanted"
tap_is "... and says so" "$(said | head -1) $(files)" "insert.sh: sent what an earlier start had kept in FILE 0"

begin hang
start 600 GRACE=1
feed start records snapshot_end
until_true spooled "$count"
began=$SECONDS
stop TERM
tap_is "a database that does not answer at the end" "$status $(said | grep -c "$count rows are not in")" "1 1"
tap_true "... has no more than its time" test $((SECONDS - began)) -lt 60
rm -f "$spool"/rows.*
begin hang
start 0.1 GRACE=1
feed start records snapshot_end
until_true called
stop TERM
tap_is "nor one that did not answer before" "$status $(said | grep -c "$count rows are not in") $(kept)" "1 1 $count"
rm -f "$spool"/rows.*

# Killed without a word, when some rows had been sent and one was half written.
begin take
start 0.1
feed start records snapshot_end
until_true has_taken "$count"
mode refuse
feed life
until_true spooled 1
ended=$(jq -n '[inputs | select(.live == 0)] | length' <("$TCPLEDGER" list --json --file "$FIXTURES/records" | jq -c '{live: (if .live then 1 else 0 end)}'))
until_true spooled "$ended"
reader=$(pgrep -P "$pid" -x tcpledger)
stop KILL
gone() { ! kill -0 "$reader" 2>/dev/null; }
tap_true "killed, it takes what follows with it" until_true gone
printf '{"program":"{}' >>"$(echo "$spool"/rows.*)"
begin take
start 0.1
feed start snapshot_end
until_true has_taken 1
tap_true "the next start sends what was not" until_true has_taken "$ended"
stop TERM
tap_same "... and whole rows only" "$(taken)" \
	"$("$TCPLEDGER" list --json --file "$FIXTURES/records" | jq 'select(.live | not) | .id' | sort -n)"
tap_is "... and nothing is left" "$status $(files)" "0 0"

# Two at a time.
begin refuse
start 600
feed start records snapshot_end
until_true spooled "$count"
mode take
mkfifo "$tap_dir/other"
(TCPLEDGER_PROC=$tap_dir/none SPOOL=$spool INTERVAL=0.1 "$insert" 2>/dev/null)
tap_is "another one leaves the rows of one that runs" "$(kept) $(taken | wc -l)" "$count 0"
stop TERM

# Which file is ours shows only once its lock is held: another start takes it just before.
rm -f "$spool"/rows.*
mkdir "$tap_dir/race"
cat >"$tap_dir/race/flock" <<END
#!/bin/sh
[ -e "$tap_dir/raced" ] || { : >"$tap_dir/raced"; rm -f "$spool"/rows.*; }
exec $(command -v flock) "\$@"
END
chmod +x "$tap_dir/race/flock"
begin refuse
start 600 PATH="$tap_dir/race:$PATH"
feed start records snapshot_end
until_true spooled "$count"
mode take
(TCPLEDGER_PROC=$tap_dir/none SPOOL=$spool INTERVAL=0.1 "$insert" 2>/dev/null)
tap_is "nor does it if both began at once" "$(kept) $(taken | wc -l)" "$count 0"
stop TERM
tap_is "... and these are sent by whom they belong to" "$status $(taken | wc -l)" "0 $count"

# What an earlier start kept counts at the end, too.
keep()		# in one file
{
	rm -f "$spool"/rows.*
	begin refuse
	start 600
	feed start records snapshot_end
	until_true spooled "$count"
	stop TERM
}
keep
begin refuse
start 600
feed start snapshot_end
until_true called
stop TERM
tap_is "rows of an earlier start that are still not in" "$status $(said | tail -1)" \
	"1 $all_kept"
begin refuse
start 600
feed start snapshot_end
until_true called
mode take
stop TERM
tap_is "... are sent at the end if they go in" "$status $(said | tail -1) $(files)" \
	"0 insert.sh: ended, and all rows are in 0"
tap_same "... each" "$(taken)" "$wanted"
keep
begin refuse
TCPLEDGER_PROC=$tap_dir/none SPOOL=$spool INTERVAL=0.1 "$insert" 2>"$tap_dir/said"
tap_is "... and are named where nothing can be followed" "$? $(said | tail -1) $(kept)" \
	"1 $all_kept $count"

# Killed in the midst of a row, as when the disk is full, with the database down.
rm -f "$spool"/rows.*
begin refuse
start 0.1
feed start records snapshot_end
until_true spooled "$count"
printf '{"id":' >>"$(echo "$spool"/rows.*)"
pkill -KILL -P "$pid" -x tcpledger
calls() { grep -c . "$tap_dir/calls" 2>/dev/null || echo 0; }
called_again() { [ "$(calls)" -ge "$1" ]; }
until_true called_again $(($(calls) + 3))
tap_is "a row that was cut off does not take the others with it" "$(kept)" $((count + 1))
mode take
wait "$pid" 2>/dev/null
status=$?
exec 4>&-
tap_same "... they are sent" "$(taken)" "$wanted"
tap_is "... and it is told" "$status $(said | tail -2 | cut -d' ' -f2- | paste -sd/) $(files)" \
	"1 the last row was cut off when it was written, and is lost/ended, and all other rows are in 0"

# What reads the rows for the client fails, and the client takes nothing for an empty piece.
mkdir "$tap_dir/broken"
printf '#!/bin/sh\nexit 1\n' | tee "$tap_dir/broken/dd" "$tap_dir/broken/tr" >/dev/null
chmod +x "$tap_dir/broken"/*
begin take
start 0.1 PATH="$tap_dir/broken:$PATH"
feed start records snapshot_end
until_true spooled "$count"
stop TERM
tap_is "rows that could not be read are not taken for sent" "$status $(kept) $(taken | wc -l)" \
	"1 $count 0"
begin take
start 600 PATH="$tap_dir/broken:$PATH"
feed start records snapshot_end
until_true spooled $((2 * count))
stop TERM
tap_is "... nor those of an earlier start" "$status $(kept)" "1 $((2 * count))"

# One end to the time, for all that may take long.
rm -f "$spool"/rows.*
begin deaf
start 0.1 GRACE=1
feed start records snapshot_end
until_true called
began=$SECONDS
stop TERM
tap_is "a client that does not hear SIGTERM" "$status $(kept)" "1 $count"
tap_true "... is killed" test $((SECONDS - began)) -lt 30
rm -f "$spool"/rows.*
mkdir "$tap_dir/slow"
cat >"$tap_dir/slow/tcpledger" <<END
#!/bin/bash
trap '' TERM
echo '{"id":1}'
exec sleep 60
END
chmod +x "$tap_dir/slow/tcpledger"
begin hang
env SPOOL="$spool" INTERVAL=600 GRACE=10 PATH="$tap_dir/slow:$PATH" "$insert" 2>"$tap_dir/said" &
pid=$!
until_true spooled 1
began=$SECONDS
stop TERM
tap_true "reader and client together have no more than one time" test $((SECONDS - began)) -lt 18
rm -f "$spool"/rows.*
GRACE=1m SPOOL=$spool "$insert" 2>"$tap_dir/said"
tap_is "a time that is no number is refused" "$? $(said)" \
	"1 insert.sh: GRACE is a whole number of seconds, not '1m'"

chmod 0777 "$spool"
SPOOL=$spool "$insert" >/dev/null 2>"$tap_dir/said"
tap_is "a folder that others may write is refused" "$? $(said | wc -l) $(grep -c 'name another folder in SPOOL' "$tap_dir/said")" "1 1 1"
tap_end
