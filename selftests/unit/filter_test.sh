#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcpledger filter: what it compiles is what tcpdump compiles, what it refuses it
# refuses in libpcap's words, and what it shows cannot harm a terminal.
. ./tap.sh

expressions='tcp port 443 and not net 10/8
ip6
src host 192.0.2.1
dst net 2001:db8::/32 and tcp portrange 8000-8100
not port 22
tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn
ip[8] > 64 or ip6[7] > 64
less 60

'
command -v tcpdump >/dev/null || ktap_skip_all "no tcpdump"
tap_plan 32 "$(tr ' ' _ <<<"$expressions" | sed 's/^$/empty/' | head -8)"

proc=$tap_dir/proc
mkdir "$proc"
fresh() { rm -f "$proc/filter"; : >"$proc/filter"; }
filter() { TCPLEDGER_PROC=$proc "$TCPLEDGER" filter "$@" 2>"$tap_dir/err"; }
written() { grep -v '^#' "$proc/filter"; }
status() { "$@" >/dev/null 2>&1; echo $?; }

while IFS= read -r expression; do
	[ -n "$expression" ] || break
	fresh
	filter "$expression"
	tap_is "as tcpdump compiles '$expression'" "$(written)" \
		"$(tcpdump -y RAW -s 262144 -ddd "$expression" 2>/dev/null)"
done <<<"$expressions"

fresh
tap_is "nothing is said when it is done" "$(filter tcp port 443 2>&1)" ""
tap_is "words are one expression" "$(head -1 "$proc/filter")" "# tcp port 443"
tap_is "... and compiled as one" "$(written)" "$(tcpdump -y RAW -s 262144 -ddd 'tcp port 443' 2>/dev/null)"
tap_is "it is shown as it was written" "$(filter)" "tcp port 443"
cp "$proc/filter" "$tap_dir/before"
filter 'tcp prot 443'
tap_is "a bad expression is a mistake in usage" "$(status filter 'tcp prot 443')" 2
words=$(tcpdump -y RAW -ddd 'tcp prot 443' 2>&1 | sed -n 's/^tcpdump: //p' | grep -v '^WARNING' | head -1)
tap_true "... told in libpcap's words: $words" grep -qF "${words:-nothing}" "$tap_dir/err"
tap_true "... with the expression" grep -qF "'tcp prot 443'" "$tap_dir/err"
tap_true "... and where the language is explained" grep -qF "pcap-filter(7)" "$tap_dir/err"
tap_is "... in one line" "$(wc -l <"$tap_dir/err")" 1
tap_true "... and the filter stays" cmp -s "$proc/filter" "$tap_dir/before"
tap_is "so is one of another link layer" "$(status filter 'ether host 00:00:5e:00:53:01')" 2
tap_is "so is an expression and --clear" "$(status filter --clear tcp)" 2
tap_is "so is an option that it does not have" "$(status filter --json)" 2
blanks=$(printf '%70000s' '')
tap_is "an expression that is too long is told so" "$(status filter "tcp$blanks" "$blanks")" 2
tap_is "... in one line" "$(wc -l <"$tap_dir/err")" 1

fresh
filter --clear
tap_is "--clear writes a line without anything" "$(od -An -c "$proc/filter" | tr -d ' ')" '\n'
fresh
tap_is "no filter is told in words" "$(filter)" "no filter: all connections are recorded"
tap_is "an empty expression is a mistake, as of a variable that is not set" "$(status filter '')" 2

fresh
tcpdump -y RAW -ddd udp >"$proc/filter" 2>/dev/null
tap_is "a program without its expression is shown as it is" "$(filter)" "$(cat "$proc/filter")"
printf '# \033[2Jport 1\007\n1\n6 0 0 1\n' >"$proc/filter"
tap_true "control characters of a stranger are escaped" test -z "$(filter | tr -d '[:print:]\n')"
tap_true "... and shown" grep -qF 'port 1' <<<"$(filter)"
fresh
filter $'port 1\nor port 2'
tap_is "a line's end in the expression does not end the comment" "$(head -1 "$proc/filter")" "# port 1 or port 2"
tap_is "... nor the expression" "$(written)" "$(tcpdump -y RAW -s 262144 -ddd 'port 1 or port 2' 2>/dev/null)"
fresh
filter $'port 1\ror port 2'
tap_is "nor does a carriage return" "$(head -1 "$proc/filter")" "# port 1 or port 2"

rm "$proc/filter"
tap_is "without the file it fails" "$(status filter tcp)" 1
filter tcp
tap_true "... and names it" grep -qF "$proc/filter" "$tap_dir/err"
tap_is "... in one line" "$(wc -l <"$tap_dir/err")" 1
ln -s /dev/full "$proc/filter"
tap_is "a write that fails is told" "$(status filter tcp)" 1
rm "$proc/filter"
fresh
filter -4 >/dev/null
tap_is "an option of other commands is none of this one" "$?" 2
tap_is "help tells what it is for" "$("$TCPLEDGER" filter --help | sed -n 2p | tr -s ' ')" " what is recorded, in tcpdump's language"
tap_true "the command is among the others" grep -q '^ *filter ' <<<"$("$TCPLEDGER" --help)"
tap_is "port numbers and names are one" "$(fresh; filter port https; written)" "$(fresh; filter port 443; written)"
tap_end
