#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What people set otherwise than Debian, each once in a VM of its own: no IPv6, memory that
# the kernel clears, lockdown, and a kernel with a tick of 1000 Hz, IPv6 as a module and no
# kprobes, which kernel.sh builds. KTAP out; settings_guest.sh is what runs in the VM.
#
#   settings_test.sh            all
#   settings_test.sh LANE NAME  e.g. 6.12-bare bare
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"
logs=$BUILD/settings

# 'LANE NAME PARAMETERS' of the kernel's command line
settings="\
6.1 no_ipv6 ipv6.disable=1
6.12 no_ipv6 ipv6.disable=1
6.1 cleared init_on_alloc=1 init_on_free=1
6.12 cleared init_on_alloc=1 init_on_free=1
6.1 lockdown
6.12 lockdown
6.12-bare bare"
[ $# -eq 0 ] || settings=$(grep "^$1 $2\b" <<<"$settings") || {
	echo "settings_test.sh: there is no setting '$2' for $1, see the head of this script" >&2
	exit 2
}

build_all()
{
	local goals

	mapfile -t goals < <(awk '!seen[$1]++ { print "lane-" $1 }' <<<"$settings")
	"$here/fetch.sh" tools build vm
	"$here/fetch.sh" source
	make -s -j2 -C "$top" "${goals[@]}" tools selftests >"$logs/build.log" 2>&1 || {
		cat "$logs/build.log" >&2
		exit 1
	}
}

# boot LANE NAME PARAMETERS
boot()
{
	setpriv --pdeathsig=TERM "$here/run.sh" --kernel "$1" --mode warp --seed 1 --append "$3" \
		--add "$BUILD/selftests/install:/selftests" --add "$here/settings_guest.sh:/settings_guest.sh" \
		--exec "/settings_guest.sh $2" --timeout 1200 --log "$logs/$1-$2" >"$logs/$1-$2.out" 2>&1
}

mkdir -p "$logs"
build_all
ktap_version
ktap_count "$(wc -l <<<"$settings")"
while read -r lane name parameters; do
	if boot "$lane" "$name" "$parameters"; then
		ktap_ok "$lane $name # $(grep -cE '^ +ok ' "$logs/$lane-$name.out") results"
	else
		ktap_not_ok "$lane $name"
		grep -E 'not ok|^#|^run.sh' -A 5 "$logs/$lane-$name.out" | sed 's/^/# /'
	fi
done <<<"$settings"
ktap_end
