#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module's parameters: what is refused at load and how, what is accepted, and
# what modinfo says of each.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR
. lib/ktap.sh
. lib/needs.sh

limits="max_connections history max_embryonic max_total events"
names="$limits enabled"
sysfs=/sys/module/tcpledger/parameters
file=${TCPLEDGER_KO:-/payload/tcpledger.ko}
marks=0		# in the kernel's log
[ -r "$file" ] || file=$(modinfo -n tcpledger 2>/dev/null)
[ -r "$file" ] || ktap_skip_all "no module: name it in TCPLEDGER_KO"
original=

# Parameters, what the one line must name: parameter, value, least, most.
refused='
max_connections=63		max_connections 63 64 16777216
max_connections=1		max_connections 1 64 16777216
max_connections=0		max_connections 0 64 16777216
max_connections=16777217	max_connections 16777217 64 16777216
max_connections=4294967295	max_connections 4294967295 64 16777216
history=0,max_connections=100	history 0 1 100
history=101,max_connections=100	history 101 1 100
max_embryonic=0,max_connections=100	max_embryonic 0 1 100
max_embryonic=101,max_connections=100	max_embryonic 101 1 100
max_total=0,max_connections=100	max_total 0 100 67108864
max_total=99,max_connections=100	max_total 99 100 67108864
max_total=67108865,max_connections=100	max_total 67108865 100 67108864
events=127			events 127 128 4194304
events=4194305			events 4194305 128 4194304
'

# Not a number, or not one that fits. What the range depends on may not be known yet.
garbage='
max_connections=many	max_connections many 64 16777216
max_connections=-1	max_connections -1 64 16777216
max_connections=64k	max_connections 64k 64 16777216
history=4294967296	history 4294967296 1 max_connections
max_embryonic=1.5	max_embryonic 1.5 1 max_connections
max_total=0x1g		max_total 0x1g max_connections 67108864
events=16k		events 16k 128 4194304
history=			history 1 max_connections
max_connections=0x000000000000000000100000000	max_connections 64 16777216
'

# Which namespaces record from the beginning: one of three words.
words='
enabled=some			enabled some all initial none
enabled=ALL			enabled ALL all initial none
enabled=1			enabled 1 all initial none
enabled=			enabled all initial none
enabled=all,history=0,max_connections=100	history 0 1 100
enabled=initial_and_none_of_the_others	enabled all initial none
'

# Parameters, then what /sys/module must show.
accepted='
max_connections=64,history=64,max_embryonic=64,max_total=64	64 64 64 64 16384
max_connections=64,history=1,max_embryonic=1,max_total=67108864	64 1 1 67108864 16384
max_connections=0x100,history=10	256 10 64 1024 16384
max_connections=1000,events=128	1000 500 250 4000 128
max_connections=64,events=4194304	64 32 16 256 4194304
max_connections=64,enabled=all	64 32 16 256 16384 all
max_connections=64,enabled=initial	64 32 16 256 16384 initial
enabled=none,max_connections=64	64 32 16 256 16384 none
'

rows()
{
	grep -c . <<<"$1"
}

loaded()
{
	[ -d "$sysfs" ]
}

remember()
{
	local name

	loaded || return 0
	for name in $names; do
		original+="$name=$(cat "$sysfs/$name") "
	done
}

unload()
{
	! loaded || rmmod tcpledger
}

restore()
{
	unload
	# shellcheck disable=SC2086 # one parameter a word
	[ -z "$original" ] || insmod "$file" $original
}

# What the module said since the line "$1". A loader that tries in two ways, as
# BusyBox does, makes it say everything twice; "invalid for parameter" is what the
# kernel adds by itself.
log_since()
{
	dmesg | awk -v mark="$1" 'found { sub(/^\[[^]]*\] /, ""); print } index($0, mark) { found = 1 }' |
		grep -F tcpledger | grep -v ' invalid for parameter ' | sort -u
}

# is_refused PARAMETERS WORD...: no load, and one line has all words.
is_refused()
{
	local given=${1//,/ } words log word mark

	shift
	words=$*
	unload
	mark="params $BASHPID.$((++marks))."
	echo "$mark" >/dev/kmsg
	# shellcheck disable=SC2086 # one parameter a word
	if insmod "$file" $given 2>/dev/null; then
		ktap_say "accepted, and made it: $(grep . "$sysfs"/*)"
		return 1
	fi
	log=$(log_since "$mark")
	if loaded || [ "$(grep -c . <<<"$log")" -ne 1 ]; then
		ktap_say "wanted one line of the kernel log, got: $log"
		return 1
	fi
	for word in $words; do
		grep -qE "(^|[^0-9A-Za-z_])$word([^0-9A-Za-z_]|\$)" <<<"$log" && continue
		ktap_say "the line does not name $word: $log"
		return 1
	done
}

# is_accepted PARAMETERS VALUE...: loaded, with these values in the order of $names. All
# namespaces record where nothing is said of that.
is_accepted()
{
	local given=${1//,/ } name

	shift
	unload
	# shellcheck disable=SC2086 # one parameter a word
	insmod "$file" $given || return 1
	[ $# -eq 6 ] || set -- "$@" all
	for name in $names; do
		[ "$(cat "$sysfs/$name")" = "$1" ] || {
			ktap_say "$name is $(cat "$sysfs/$name"), not $1"
			return 1
		}
		shift
	done
}

# Left out, a parameter gets a value that lies in its own range.
has_defaults()
{
	local connections

	unload
	insmod "$file" || return 1
	connections=$(cat "$sysfs/max_connections")
	[ "$connections" -ge 64 ] && [ "$(cat "$sysfs/history")" -le "$connections" ] &&
		[ "$(cat "$sysfs/max_embryonic")" -le "$connections" ] &&
		[ "$(cat "$sysfs/max_total")" -ge "$connections" ] &&
		[ "$(cat "$sysfs/events")" -eq 16384 ] &&
		[ "$(cat "$sysfs/enabled")" = all ]
}

# They decide how much is allocated at load, so nobody may change them later.
is_read_only()
{
	local name

	for name in $names; do
		[ "$(stat -c %a "$sysfs/$name")" = 444 ] || return 1
	done
}

# is_described NAME: modinfo says what it counts and from where to where.
is_described()
{
	local line

	line=$(modinfo "$file" | grep "^parm: *$1:")
	ktap_say "$line"
	[[ $line =~ records|events && $line =~ [0-9a-z_]+\.\.[0-9a-z_]+ && $line == *default* ]]
}

# The words that it takes, and the one that is there without it.
enabled_is_described()
{
	local line

	line=$(modinfo "$file" | grep "^parm: *enabled:")
	ktap_say "$line"
	[[ $line == *"all, initial or none"*"(default: all)"* ]]
}

each_row()
{
	local what=$1 table=$2 row

	while read -r -a row; do
		[ ${#row[@]} -eq 0 ] || ktap_result "$what ${row[0]}" "is_$what" "${row[@]}"
	done <<<"$table"
}

main()
{
	local name

	remember
	trap restore EXIT
	ktap_plan $(($(rows "$refused") + $(rows "$garbage") + $(rows "$words") + $(rows "$accepted") + 8))
	each_row refused "$refused"
	each_row refused "$garbage"
	each_row refused "$words"
	each_row accepted "$accepted"
	ktap_result "defaults" has_defaults
	ktap_result "fixed once loaded" is_read_only
	for name in $limits; do
		ktap_result "described $name" is_described "$name"
	done
	ktap_result "described enabled" enabled_is_described
	ktap_end
}

main
