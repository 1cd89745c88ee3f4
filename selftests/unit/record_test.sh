#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Recorded files: what is in them, sets of them, and what becomes of them when the disk is
# full, the program is killed or the stream ends. What stands for the kernel is a file,
# which gives a snapshot to each who opens it, or a pipe.
# shellcheck disable=SC2317 # what is called through another function
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "$here" || exit 1

make=$here/.build/make_stream
recorded=../programs/recorded/x86_64.records
export TCPLEDGER_PROC=$tap_dir/proc
events=$TCPLEDGER_PROC/events
file=$tap_dir/file
mkdir "$TCPLEDGER_PROC"

record()	# ARGUMENT...
{
	"$TCPLEDGER" record "$@" 2>"$tap_dir/errors"
	echo $?
}

# The files of a set, in their order.
files() { find "$tap_dir" -maxdepth 1 -name "$(basename "$file").*" | sort; }

complaint() { sed "s|$tap_dir/||g" "$tap_dir/errors"; }

list() { "$TCPLEDGER" list --json --file "$1" 2>"$tap_dir/errors"; }

# Events of a file: their numbers, and what they tell, as far as it does not depend on the file.
told() { "$TCPLEDGER" follow --json --file "$1" 2>/dev/null | jq -c 'select(.event | IN("entry", "end", "open", "lost"))'; }

# Which they are. Snapshots of what stands for the kernel here do not know what is live.
which() { jq -c '[.event, .number, .id, .n]'; }

until_true()	# COMMAND...
{
	local end=$((SECONDS + 60))

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

begin_pipe()
{
	rm -f "$events"
	mkfifo "$events"
}

# It is at work, or has ended at once.
is_reading() { ! kill -0 "$pid" 2>/dev/null || find -L "/proc/$pid/fd" -samefile "$events" 2>/dev/null | grep -q .; }

# Begin to record from a pipe, which is descriptor 4 here.
start()		# ARGUMENT...
{
	env --default-signal=INT "$TCPLEDGER" record "$@" 2>"$tap_dir/errors" &
	pid=$!
	exec 4<>"$events"	# waits for nobody
	until_true is_reading
}

stop()		# SIGNAL
{
	kill -"$1" $pid
	wait $pid 2>/dev/null
	status=$?
	exec 4>&-
}

tap_plan 58

unloaded="tcpledger: cannot read proc/events: the module was unloaded; what was recorded is complete up to then"
"$make" $recorded start records snapshot_end >"$events"
tap_is "the end of the module" "$(record "$file")" 1
tap_is "... is said in one line" "$(complaint | head -1)" "$unloaded"
tap_same "a file answers as the kernel did" "$(list "$file")" "$("$TCPLEDGER" list --json --file $recorded)"
tap_is "... and nothing is said of it" "$(complaint)" ""
tap_is "it has its magic number" "$(head -c 8 "$file")" "$(printf 'TCPLEDGF')"
tap_is "... a SYNC" "$(od -An -tu2 -j 56 -N 2 "$file" | tr -d ' ')" 12
tap_is "... and the boot id" "$(xxd -p -c 256 "$file" | tr -d '\n' | grep -c "$(tr -d - </proc/sys/kernel/random/boot_id)")" 1
tap_is "others cannot read it" "$(stat -c %a "$file")" 600
tap_is "frames are as they were" "$(tail -c "$(($(stat -c %s "$events") - 200))" "$file" | md5sum)" \
	"$(tail -c "$(($(stat -c %s "$events") - 200))" "$events" | md5sum)"
tap_is "it is not written over" "$(record "$file") $(complaint)" \
	"1 tcpledger: cannot write file: File exists; remove it, give another name, or keep numbered files with --files"
rm "$file"
touch "$file.part"
tap_is "nor is what a killed one left" "$(record "$file") $(complaint)" \
	"1 tcpledger: cannot write file.part: File exists; remove it, give another name, or keep numbered files with --files"
rm "$file.part"

"$make" $recorded start snapshot_end life >"$events"
whole=$(told "$events")
record "$file" -L 82 >/dev/null
tap_same "a filter" "$(told "$file" | jq -r .id | sort -nu | xargs)" \
	"$("$TCPLEDGER" list --json -L 82 --file $recorded | jq -r .id | sort -nu | xargs)"
tap_is "... is not read as loss" "$(told "$file" | grep -c '"lost"')" 0
tap_same "... and says what it left out" "$(tail -1 "$tap_dir/errors" | grep -oE '^tcpledger: [0-9]+|[0-9]+ filtered' | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n }')" \
	"$(grep -c . <<<"$whole")"
rm "$file"

# A set: the file that stands for the kernel begins anew with each, and so the numbers tell
# what was recorded before.
"$make" $recorded start snapshot_end times=40 >"$events"
whole=$(told "$events")
tap_is "rotation by size" "$(record "$file" --rotate-size 100K)" 1
tap_true "... makes several files" test "$(files | wc -l)" -gt 3
tap_same "... none much larger" "$(find "$tap_dir" -name 'file.*' -size +120k | wc -l)" 0
tap_same "... with each event once" "$(told "$file" | jq .number | sort -n | uniq -c | awk '{ print $1 }' | sort -u)" 1
tap_same "... and none missing" "$(told "$file" | which)" "$(which <<<"$whole")"
tap_same "a folder with one set" "$(mkdir "$tap_dir/set"; cp "$file".* "$tap_dir/set"; told "$tap_dir/set" | which)" \
	"$(which <<<"$whole")"
rm "$tap_dir/set/file.000003"
tap_is "a gap in a set" "$(told "$tap_dir/set/file" | grep -c '"not_there"')" 1
list "$tap_dir/set/file" >/dev/null
tap_is "... is said" "$(complaint | head -1)" \
	"tcpledger: set/file.000004: 1 files of the set before it are not there; what was in them is not shown"
last=$(files | tail -1)
record "$file" --rotate-size 100K --files 3 >/dev/null
tap_is "numbers go on, and old files go" "$(files | wc -l) $(files | awk -v last="$last" '$0 <= last' | wc -l)" "3 0"
rm "$file".*

# A fresh snapshot cannot be opened for want of descriptors: 0 to 2, the stream, the file.
(ulimit -n 5 && record "$file" --rotate-size 100K) >"$tap_dir/status"
tap_is "without fresh snapshots recording goes on" "$(told "$file" | which | md5sum)" "$(which <<<"$whole" | md5sum)"
tap_is "... in the file that is there" "$(files)" "$file.000001"
tap_is "... and says so once" "$(complaint | grep -v unloaded | head -n -1)" \
	"tcpledger: proc/events: no fresh snapshot can be had: Too many open files; events are read on, and each second it is tried again"
rm "$file".*
# The same, but that it stands still where it says so, in a full pipe, until there are more.
exec 7<> <(:)
until ! timeout 0.2 head -c 4096 /dev/zero >&7; do :; done
(ulimit -S -n 5 && exec "$TCPLEDGER" record "$file" --rotate-size 100K) 2>&7 7>&- &
pid=$!
sleeps() { grep -q '^State:.S' "/proc/$pid/status"; }
# From now on it may open files; it tries again within a second, and its output is read on.
ends_when_it_can_open()
{
	prlimit --pid $pid --nofile=64:
	read -rt 1.1 <> <(:)
	cat <&7 >"$tap_dir/errors" &
	reader=$!
	exec 7>&-
	wait $pid
	kill $reader
}
until_true sleeps
ends_when_it_can_open
tap_true "... and where they can be had again, it takes them" test "$(files | wc -l)" -gt 3
tap_same "... with nothing missing between" "$(told "$file" | which)" "$(which <<<"$whole")"
rm "$file".*

# Entries of one frame may be behind a boundary and before it.
"$make" $recorded start snapshot_end brief_times=40 >"$events"
whole=$(told "$events")
tap_is "rotation of the short forms" "$(record "$file" --rotate-size 50K)" 1
tap_true "... makes several files" test "$(files | wc -l)" -gt 3
tap_same "... with each event once" "$(told "$file" | jq .number | sort -n | uniq -c | awk '{ print $1 }' | sort -u)" 1
tap_same "... and none missing" "$(told "$file" | which)" "$(which <<<"$whole")"
rm "$file".*
record "$file" -L 82 >/dev/null
tap_same "... and with a filter" "$(told "$file" | jq -r .id | sort -nu | wc -l)" \
	$((40 * $("$TCPLEDGER" list --json -L 82 --file $recorded | wc -l)))
rm "$file"

# The kernel tells a fresh snapshot of a moment up to which the old descriptor has not been
# read: here one within a frame. What is behind it belongs to the file that begins with it.
"$make" $recorded start snapshot_end brief_times=40 >"$events"
python3 - "$events" "$tap_dir/fresh" <<'END'
import struct, sys
data, at, frames = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    kind, flags, size, seq = struct.unpack_from("<HHIQ", data, at)
    frames.append((kind, flags, seq, data[at + 16:at + size]))
    at += size
is_entries = lambda frame: frame[0] == 13 and len(frame[3]) == 3 * 32
first = next(i for i in range(len(frames) // 2, len(frames)) if is_entries(frames[i]))
kind, flags, seq, body = frames[first]
told = [(1, 0, seq + 1, frames[0][3]), (3, 0, seq + 1, b""), (kind, flags, seq + 1, body[32:])]
with open(sys.argv[2], "wb") as file:
    for kind, flags, seq, body in told + frames[first + 1:]:
        file.write(struct.pack("<HHIQ", kind, flags, 16 + len(body), seq) + body)
END
# It stands still where it says that there is none, and then there is one.
exec 7<> <(:)
until ! timeout 0.2 head -c 4096 /dev/zero >&7; do :; done
(ulimit -S -n 5 && exec "$TCPLEDGER" record "$file" --rotate-size 50K) 2>&7 7>&- &
pid=$!
until_true sleeps
mv "$tap_dir/fresh" "$events"
ends_when_it_can_open
begins=$(told "$events" | jq -s '.[0].number')
tap_is "a file has all that is behind its snapshot" "$(told "$file.000002" | jq -s '.[0].number')" "$begins"
tap_same "... and the one before all up to it" "$(told "$file" | which)" "$(which <<<"$whole")"
rm "$file".*

# Quiet and killed.
begin_pipe
start "$file"
"$make" $recorded start snapshot_end life >&4
# More than the snapshot alone.
has_events() { [ "$(told "$file.part" | wc -l)" = "$(grep -c . <<<"$1")" ]; }
life=$("$make" $recorded start snapshot_end life >"$tap_dir/life"; told "$tap_dir/life")
tap_true "what came is written within a second or so" until_true has_events "$life"
stop KILL
tap_is "killed it leaves a file that can be read" "$(told "$file.part" | md5sum)" "$(md5sum <<<"$life")"
tap_is "... by its name too" "$(told "$file" | md5sum)" "$(md5sum <<<"$life")"
rm "$file.part"
for signal in INT TERM HUP; do
	start "$file"
	"$make" $recorded start snapshot_end life >&4
	until_true has_events "$life"
	stop $signal
	tap_is "SIG$signal completes it" "$status $(told "$file" | md5sum)" "0 $(md5sum <<<"$life")"
	rm "$file"
done

# While it records, somebody else gives a file the name that was to be its own.
start "$file"
"$make" $recorded start snapshot_end life >&4
until_true has_events "$life"
echo mine >"$file"
stop TERM
tap_is "a name that was taken meanwhile is an error" "$status $(complaint | head -1)" \
	"1 tcpledger: cannot call file.part file: File exists; what was recorded stays in file.part; rename it yourself"
tap_is "... which is not written over" "$(cat "$file")" mine
tap_is "... and costs nothing" "$(told "$file.part" | md5sum)" "$(md5sum <<<"$life")"
tap_is "... as the last line says" "$(complaint | tail -1 | grep -o 'in file.*')" "in file.part"
rm "$file" "$file.part"

# A flight recorder.
start "$file" --trigger syn_retransmit --before 1h --after 1s
"$make" $recorded start snapshot_end life >&4
stop TERM
tap_is "without a trigger nothing is recorded" "$status $(ls "$file"* 2>/dev/null) $(complaint)" \
	"0  tcpledger: no trigger came, nothing was recorded"
rm "$events"
tag=$("$TCPLEDGER" list --json --file "$FIXTURES/records" | jq -r '[.log[] | select(.type == "note") | .tag][0] // empty' | head -1)
"$make" "$FIXTURES/records" start records snapshot_end life >"$events"
tap_is "what a snapshot has already is no trigger" \
	"$(record "$file" --trigger "$tag" --after 1s) $(ls "$file".* 2>/dev/null) $(complaint | tail -1)" \
	"1  tcpledger: no trigger came, nothing was recorded"
"$make" "$FIXTURES/records" start snapshot_end life start records snapshot_end >"$events"
tap_is "a trigger" "$(record "$file" --trigger "$tag" --before 9d --after 1s) $(ls "$file".*)" "1 $file.000001"
tap_same "... has the past" "$(list "$file" | jq -r .id | sort -n | xargs)" \
	"$("$TCPLEDGER" list --json --file "$FIXTURES/records" | jq -r .id | sort -n | xargs)"
rm "$file".*

if [ "$(id -u)" = 0 ] && mkdir "$tap_dir/small" && mount -t tmpfs -o size=64k none "$tap_dir/small" 2>/dev/null; then
	trap 'umount "$tap_dir/small"; rm -rf "$tap_dir"' EXIT
	"$make" $recorded start snapshot_end times=40 >"$events"
	tap_is "a full disk" "$(record "$tap_dir/small/file") $(complaint | head -1)" \
		"1 tcpledger: cannot write small/file.part: No space left on device; make room or give another FILE"
	tap_is "... and the summary counts what is in the file" "$(complaint | tail -1)" \
		"tcpledger: $(told "$tap_dir/small/file" | wc -l) events, 0 lost, 0 filtered; $(stat -c %s "$tap_dir/small/file") bytes in small/file"
	tap_is "... leaves whole frames" "$(told "$tap_dir/small/file" | md5sum)" \
		"$(told "$events" | head -n "$(told "$tap_dir/small/file" | wc -l)" | md5sum)"
	list "$tap_dir/small/file" >/dev/null
	tap_is "... of which nothing is cut off" "$(complaint | grep -c 'cut off')" 0
	rm "$tap_dir/small/file"
	tap_is "a floor of free space" "$(record "$tap_dir/small/file" --free-space 1M) $(complaint) $(ls "$tap_dir/small")" \
		"1 tcpledger: recording ends: less than 1048576 bytes are free beside small/file.part; make room, or give a smaller --free-space "
	until ! head -c 4096 /dev/zero >>"$tap_dir/small/full"; do :; done 2>/dev/null
	tap_is "a disk without room for the first byte ends a set too" \
		"$(record "$tap_dir/small/file" --rotate-size 10K) $(complaint)" \
		"1 tcpledger: cannot write small/file.000001.part: No space left on device; make room or give another FILE"
	mount -o remount,ro "$tap_dir/small"
	tap_is "a file system that cannot be written" "$(record "$tap_dir/small/other") $(complaint)" \
		"1 tcpledger: cannot write small/other.part: Read-only file system; make room or give another FILE"
else
	tap_skip "full disk" "no tmpfs can be mounted here" 7
fi
tap_is "no FILE" "$("$TCPLEDGER" record 2>&1; echo $?)" "tcpledger: record wants FILE; see tcpledger --help
2"
tap_is "a bad size" "$("$TCPLEDGER" record x --rotate-size 5X 2>&1; echo $?)" \
	"tcpledger: bad size '5X': want bytes like 4096, 500K, 100M or 2G; see tcpledger --help
2"
tap_end
