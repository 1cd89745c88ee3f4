#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A second reader of the live stream, made of the text of <linux/tcpledger.h> alone, sees in a
# recorded stream what the compiler sees in it, and that it tells what the records have.
. ./tap.sh

header=../../module/uapi/linux/tcpledger.h
recorded=../programs/recorded
build=.build
# Some have been recorded without the records of that moment; recorded.sh has what they say.
names=$(cd $recorded && for file in *.events; do [ ! -e "${file%.events}.records" ] || echo "${file%.events}"; done)

reads() { python3 read_events.py "$header" "$@" 2>&1; }

tap_plan 9 "$names"
for name in $names; do
	said=$(reads "$recorded/$name.events" "$recorded/$name.records")
	tap_true "$name: the stream tells what the records have: ${said##*$'\n'}" \
		grep -qE '^[1-9][0-9]* records compared, 0 wrong$' <<<"$said"
done
printed=$(reads $recorded/x86_64.events)
tap_is "the compiler and the text of the header agree" "$printed" \
	"$($build/print_events $recorded/x86_64.events)"
missing=
for word in start record snapshot_end open entry amend end stop; do
	grep -qE "^[0-9]+ $word " <<<"$printed" || missing+=" $word"
done
tap_is "each type of frame is in it" "$missing" ""

# cut FIRST LAST: the stream without these of its frames
cut()
{
	python3 - "$recorded/x86_64.events" "$1" "$2" >"$tap_dir/cut" <<'END'
import struct, sys
data, at, n = open(sys.argv[1], "rb").read(), 0, 0
while at < len(data):
    size = struct.unpack_from("<I", data, at + 4)[0]
    if not int(sys.argv[2]) <= n <= int(sys.argv[3]):
        sys.stdout.buffer.write(data[at:at + size])
    at, n = at + size, n + 1
END
}

# Frames count from 0 in the file.
number_of() { grep -v $'^\t' <<<"$printed" | grep -nE "^[0-9]+ $1 " | head -1 | cut_field; }
cut_field() { echo $(($(command cut -d: -f1) - 1)); }

for word in entry amend end; do
	n=$(number_of $word)
	cut "$n" "$n"
	tap_true "a stream without its first $word is not taken for whole" \
		grep -q 'is next' <<<"$(reads "$tap_dir/cut" $recorded/x86_64.records)"
done

# The short forms, in the byte order of either machine.
for name in x86_64 s390x; do
	$build/make_stream $recorded/$name.records start snapshot_end brief >"$tap_dir/brief"
	said=$(reads "$tap_dir/brief" $recorded/$name.records)
	tap_true "$name, in short forms: the stream tells what the records have: ${said##*$'\n'}" \
		grep -qE '^[1-9][0-9]* records compared, 0 wrong$' <<<"$said"
done
$build/make_stream $recorded/x86_64.records start snapshot_end brief >"$tap_dir/brief"
tap_is "... and the compiler and the text of the header agree" "$(reads "$tap_dir/brief")" \
	"$($build/print_events "$tap_dir/brief")"
head -c 1000 $recorded/x86_64.events >"$tap_dir/cut"
tap_true "one that ends within a frame neither" \
	grep -q 'a frame of' <<<"$(reads "$tap_dir/cut")"
tap_end
