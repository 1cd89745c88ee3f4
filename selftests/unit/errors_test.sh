#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What goes wrong: exit status, one line on stderr, and what it says.
. ./tap.sh

tap_plan 122

# NAME STATUS PATTERN COMMAND...
fails()
{
	local name=$1 status=$2 pattern=$3 got
	shift 3
	"$@" >"$tap_dir/out" 2>"$tap_dir/err"
	got=$?
	if [ $got -ne "$status" ]; then
		tap_fail "$name" "status $got, want $status: $(cat "$tap_dir/err")"
	elif [ "$(wc -l <"$tap_dir/err")" -ne 1 ]; then
		tap_fail "$name" "want one line: $(cat "$tap_dir/err")"
	elif ! grep -qE "^tcpledger: .*$pattern" "$tap_dir/err"; then
		tap_fail "$name" "want $pattern: $(cat "$tap_dir/err")"
	else
		tap_ok "$name"
	fi
}

usage() { fails "usage: $1" 2 "$2" "$TCPLEDGER" "${@:3}"; }

usage "unknown command" "unknown command 'frobnicate'" frobnicate
usage "unknown long option" "--frobnicate" --frobnicate
usage "unknown letter" "-z" -z
usage "unknown letter in a bundle" "'-z'" -4z
usage "argument missing" "'-p' wants an argument" -p
usage "argument too many" "takes no argument" --json=yes
usage "list takes no name" "list does not take 'show'" list show
usage "show wants a name" "show wants ID" show
usage "show wants two names at most" "does not take '3'" show 1 2 3
usage "show draws one thing" "exclude each other" show 17 --json --svg -
usage "show draws or lists" "exclude each other" show 17 --log --json
usage "stats reads one file" "more than one --file" stats --file "$FIXTURES/none" --file "$FIXTURES/none"
usage "bad record id" "99999999999999999999" show 99999999999999999999
usage "bad tuple" "bad connection '10.0.0.1:80'" show 10.0.0.1:80
usage "tuple of two families" "bad connection" show 10.0.0.1:80-::1:80
usage "tuple with a bad port" "bad connection" show 10.0.0.1:80-10.0.0.2:65536
usage "bad pid" "bad process id '1x'" -p 1x
usage "bad port" "bad port '65536'" -L 65536
usage "negative port" "bad port '-1'" -L -1
usage "empty port in a list" "bad port ''" -D 80,,81
usage "bad address" "bad address '300.1.1.1'" --addr 300.1.1.1
usage "prefix too long" "bad address '10.0.0.0/33'" --addr 10.0.0.0/33
usage "unknown state" "unknown state 'SLEEPING': want one of .*TIME_WAIT" --state SLEEPING
usage "unknown outcome" "unknown outcome 'won': want one of .*refused" --outcome won
usage "unknown kind" "unknown kind '-': want one of .*four_segment" --kind -
usage "unknown anomaly" "unknown anomaly 'weird': want one of .*stale_syn" --anomaly weird
usage "bad uid" "bad user id" --uid root
usage "bad duration" "bad duration '5y'" --since 5y
usage "duration too long" "bad duration" --older 99999999999d
usage "unknown sort key" "unknown sort key 'luck': want one of recent .*handshake" --sort luck
usage "two forms at once" "stats takes one of" stats --json --openmetrics
usage "report wants a file" "report wants FILE.html" report
usage "bad size" "bad size '8X': want bytes like" report x --size 8X
usage "size too large" "bad size" report x --size 99999999999G
usage "two formats at once" "stats takes one of" stats --openmetrics --prometheus
usage "export wants to know for whom" "export wants --pcapng FILE or --packetdrill FILE" export
usage "export for two" "not both" export --pcapng a --packetdrill b
usage "export of two" "does not take '2'" export --pcapng a 1 2
usage "export without a file" "'--pcapng' wants an argument" export --pcapng
usage "an option of another command" "openmetrics" list --openmetrics

work() { fails "$1" 1 "$2" "$TCPLEDGER" "${@:3}"; }

work "no such record" "no record 99 .*tcpledger list" show 99 --file "$FIXTURES/records"
work "no room for the SVG" "cannot write /nonexistent/a.svg: No such file" show 17 --svg /nonexistent/a.svg --file "$FIXTURES/records"
work "a full disk" "cannot write /dev/full: No space left" show 17 --svg /dev/full --file "$FIXTURES/records"
work "no such tuple" "no record 10.0.0.1:1-10.0.0.2:2" show 10.0.0.1:1-10.0.0.2:2 --file "$FIXTURES/records"
work "no such file" "nonexistent: No such file" --file "$tap_dir/nonexistent"
work "a folder" "Is a directory" --file "$tap_dir"
work "foreign file" "is not a tcpledger records file" --file Makefile
work "short foreign file" "is not a tcpledger records file" --file .gitignore
work "empty file" "is empty" --file /dev/null
work "other version" "version mismatch: .*version 2, .*version 1; use" --file "$FIXTURES/version"
work "impossible sizes" "damaged" --file "$FIXTURES/bad_sizes"
work "unknown value" "record 2 at byte [0-9]+ is damaged: outcome is 200" --file "$FIXTURES/bad_enum"
head -c 30 "$FIXTURES/records" >"$tap_dir/cut"
work "cut in the header" "truncated: 30 bytes" --file "$tap_dir/cut"
head -c 700 "$FIXTURES/records" >"$tap_dir/cut"
work "cut in a record" "truncated within record 1 at byte 56" --file "$tap_dir/cut"
head -c 4000 "$FIXTURES/records" >"$tap_dir/cut"
foreign=../programs/recorded/s390x.records
head -c 1000 $foreign >"$tap_dir/foreign"
work "cut in a record of the other byte order" "truncated within record 2 at byte" --file "$tap_dir/foreign"
head -c 7 $foreign >"$tap_dir/foreign"
work "cut in a header of the other byte order" "truncated: 7 bytes" --file "$tap_dir/foreign"
{ head -c 11 $foreign; printf '\2'; tail -c +13 $foreign; } >"$tap_dir/foreign"
work "other version in the other byte order" "version mismatch: .*version 2, .*version 1; use" --file "$tap_dir/foreign"
for command in "list" "list --json" "show 17" "show 17 --log" "show 17 --json" "show 17 --svg -" "show 19" "explain 17" timewait \
	"export --pcapng $tap_dir/no"; do
	# shellcheck disable=SC2086 # a command and its options
	work "one line of a damaged file: ${command%% /*}" "truncated within record [0-9]+ at byte" $command --file "$tap_dir/cut"
done
tap_is "what came before the cut is shown" \
	"$(head -c 4000 "$FIXTURES/records" >"$tap_dir/cut"; "$TCPLEDGER" --json --file "$tap_dir/cut" 2>/dev/null | jq .id | head -2 | xargs)" "17 18"
work "stats of a foreign file" "not a tcpledger stats file" stats --file "$FIXTURES/records"
work "a namespace that is not there" "/run/netns/no-such-namespace does not exist" --netns no-such-namespace
work "a namespace by a path" "a name of /run/netns is wanted" --netns ../../proc/1/ns/net
for command in list "list --json" "show 17" "explain 17" timewait "export --pcapng $tap_dir/no"; do
	# shellcheck disable=SC2086 # a command and its options
	work "a namespace of which there is no record: ${command%% /*}" \
		"it has no record of network namespace 5; 'tcpledger list --wide' shows" $command --netns 5 --file "$FIXTURES/records"
done
tap_is "... and no empty table" "$("$TCPLEDGER" --netns 5 --file "$FIXTURES/records" 2>/dev/null)" ""
tap_is "the namespace itself, without records" "$("$TCPLEDGER" --json --netns 4026531840 --file "$FIXTURES/none"; echo $?)" 0
work "counters of a namespace by its number" "cannot choose network namespace 5: stats is of a single one; give the name" stats --netns 5
work "a number that no namespace can have" "/run/netns/99999999999 does not exist" --netns 99999999999 --file "$FIXTURES/records"
work "a name that begins with a digit" "/run/netns/1web does not exist; 'ip netns list'" --netns 1web
printf 'x\033[31mname' >"$tap_dir/$(printf 'e\033vil')"
work "an evil file name is escaped" 'e\\x1bvil' --file "$tap_dir/$(printf 'e\033vil')"

if [ -e /proc/net/tcpledger ]; then
	tap_skip "module not loaded" "it is loaded" 2
else
	work "module not loaded" "module tcpledger is not loaded; load it" list
	work "not loaded, stats" "module tcpledger is not loaded; load it" stats
fi
cp "$FIXTURES/records" "$tap_dir/secret"
chmod 0 "$tap_dir/secret"
chmod 711 "$tap_dir"
if [ "$(id -u)" -ne 0 ]; then
	work "no permission" "Permission denied; run it as root" --file "$tap_dir/secret"
elif setpriv --reuid=65534 --regid=65534 --clear-groups "$TCPLEDGER" --version >/dev/null 2>&1; then
	fails "no permission" 1 "Permission denied; run it as root" \
		setpriv --reuid=65534 --regid=65534 --clear-groups "$TCPLEDGER" --file "$tap_dir/secret"
else
	tap_skip "no permission" "the program cannot be run by nobody here"
fi

for command in "" list show timewait stats export; do
	# shellcheck disable=SC2086
	tap_true "${command:-bare} --help" "$TCPLEDGER" $command --help
	# shellcheck disable=SC2086
	tap_is "${command:-bare} --version" "$("$TCPLEDGER" $command --version)" "$("$TCPLEDGER" --version)"
done
tap_is "-h is --help" "$("$TCPLEDGER" -h)" "$("$TCPLEDGER" --help)"

# A full disk is a failure, a closed pipe is not.
# shellcheck disable=SC2317 # called through fails
to_full_disk() { "$TCPLEDGER" --json --file "$FIXTURES/records" >/dev/full; }
fails "the output cannot be written" 1 "cannot write the output: No space left" to_full_disk
"$(dirname "$FIXTURES")/make_fixtures" "$tap_dir" 5000

# An exported file is complete or not there.
fails "export to a full disk" 1 "cannot write /dev/full: No space left on device; make room" \
	"$TCPLEDGER" export --pcapng /dev/full --file "$FIXTURES/records"
fails "export into a folder that is not there" 1 "cannot write .*/none/x: No such file or directory; " \
	"$TCPLEDGER" export --pcapng "$tap_dir/none/x" --file "$FIXTURES/records"
fails "export onto a folder" 1 "cannot write .*: Is a directory; " \
	"$TCPLEDGER" export --packetdrill "$tap_dir" 17 --file "$FIXTURES/records"
mkdir "$tap_dir/export"
echo before >"$tap_dir/export/x"
# shellcheck disable=SC2317 # called through fails
too_large() { (trap '' XFSZ; ulimit -f 64; exec "$TCPLEDGER" export --pcapng "$tap_dir/export/x" --file "$tap_dir/many"); }
fails "export beyond what the disk holds" 1 "cannot write .*/export/x: File too large" too_large
tap_is "what was there before is still there, and nothing else" "$(ls "$tap_dir/export"; cat "$tap_dir/export/x")" "x
before"
head -c 4000 "$FIXTURES/records" >"$tap_dir/cut"
# A symbolic link stays, and what it names is made beside what it was.
mkdir "$tap_dir/links" "$tap_dir/links/there"
echo before >"$tap_dir/links/there/file"
ln -s there/file "$tap_dir/links/relative"
ln -s "$tap_dir/links/relative" "$tap_dir/links/two"
ln -s there/new "$tap_dir/links/dangling"
ln -s loop "$tap_dir/links/loop"
"$TCPLEDGER" export --pcapng - --file "$FIXTURES/records" >"$tap_dir/whole"
for link in relative two dangling; do
	tap_true "export through a link: $link" "$TCPLEDGER" export --pcapng "$tap_dir/links/$link" --file "$FIXTURES/records"
	tap_true "... it is a link still" test -L "$tap_dir/links/$link"
	tap_true "... to what was written" cmp "$tap_dir/links/$link" "$tap_dir/whole"
	rm -f "$tap_dir/links/there/file"
done
tap_is "... and nothing else is there" "$(cd "$tap_dir/links" && find . -type f)" "./there/new"
fails "export through links in a circle" 1 "cannot write .*/links/loop: Too many levels of symbolic links; " \
	"$TCPLEDGER" export --pcapng "$tap_dir/links/loop" --file "$FIXTURES/records"
# With a /dev of its own: what replaces links would replace that one.
in_own_dev() { unshare -rm sh -c "mount -t tmpfs none /dev && ln -s /proc/self/fd/1 /dev/stdout && exec $*"; }
if in_own_dev true 2>/dev/null; then
	in_own_dev "$TCPLEDGER export --pcapng /dev/stdout --file $FIXTURES/records" >"$tap_dir/stdout"
	tap_true "/dev/stdout is standard output also where that is a file" cmp "$tap_dir/stdout" "$tap_dir/whole"
fi

fails "export of a damaged file" 1 "truncated" "$TCPLEDGER" export --pcapng "$tap_dir/export/y" --file "$tap_dir/cut"
tap_is "of a damaged file nothing is made" "$(ls "$tap_dir/export")" x
# shellcheck disable=SC2016 # for the inner shell
tap_true "export to a pipe that nobody reads" bash -c '"$0" export --pcapng - --file "$1" | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}"' \
	"$TCPLEDGER" "$tap_dir/many"
{ "$TCPLEDGER" --json --file "$tap_dir/many" 2>"$tap_dir/err"; echo $? >"$tap_dir/status"; } | head -1 >/dev/null
tap_is "a closed pipe ends quietly" "$(cat "$tap_dir/status" "$tap_dir/err")" 0
{ "$TCPLEDGER" --file "$tap_dir/many" 2>"$tap_dir/err"; echo $? >"$tap_dir/status"; } | head -1 >/dev/null
tap_is "a closed pipe ends a table quietly" "$(cat "$tap_dir/status" "$tap_dir/err")" 0
tap_end
