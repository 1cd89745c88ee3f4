#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests the debug kernels themselves: each kind of bug, put in on purpose by the
# module in ../broken, must be reported and must make run.sh fail. KTAP out.
# Debian's PREEMPT_RT kernels have no debugging and report only what did go wrong; a
# lock that must not be taken where it is, is found by the -debug kernels (lock_nesting).
#
#   debug_test.sh 6.1-debug|6.12-debug|6.12-kcsan|6.1-rt|6.12-rt
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"
lane=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/tcpledger-debug.XXXXXX")
trap 'rm -rf "$work"' EXIT

build_broken()
{
	local release out

	"$here/fetch.sh" tools build vm
	"$here/fetch.sh" kernel "$lane"
	release=$("$here/fetch.sh" release "$lane")
	out=$work/broken
	mkdir -p "$out"
	cp "$top"/selftests/broken/* "$out"
	make -s -C "$BUILD/kernels/$lane/usr/src/linux-headers-$release" M="$out" modules >&2
	broken=$out/tcpledger_broken.ko
}

# boot NAME APPEND BUG...: one VM in which these happen one after the other
boot()
{
	local name=$1 append=$2 bug commands=""

	shift 2
	for bug in "$@"; do
		commands+="insmod /broken.ko bug=$bug; rmmod tcpledger_broken; "
	done
	rc=0
	"$here/run.sh" --kernel "$lane" --mode smp --no-module --add "$broken:/broken.ko" --append "$append" \
		--exec "$commands true" >"$work/$name" 2>&1 || rc=$?
}

# found NAME WHAT PATTERN: in that VM's report
found()
{
	if [ "$rc" -ne 0 ] && grep -qE -- "$3" "$work/$1"; then
		ktap_ok "$2"
	else
		ktap_not_ok "$2"
		sed 's/^/# /' "$work/$1"
	fi
}

ktap_version
build_broken
case $lane in
*-debug)
	ktap_count 12
	# Lockdep ends with its own first report, and with one of KASAN's.
	boot all panic_on_warn=0 sleeping leak rcu_unlocked freed_timer wide_shift which_cpu lock_order use_after_free
	found all sleeping 'BUG: sleeping function called from invalid context'
	found all leak 'unreferenced object'
	found all use_after_free 'BUG: KASAN: (slab-)?use-after-free in use_after_free'
	found all rcu_unlocked 'suspicious RCU usage'
	found all freed_timer 'ODEBUG: free active'
	found all wide_shift 'UBSAN: shift-out-of-bounds'
	found all which_cpu 'BUG: using smp_processor_id\(\) in preemptible'
	found all lock_order 'possible circular locking dependency|possible recursive locking'
	found all lockdep_ended 'vm: lockdep had turned itself off'
	boot nesting "" lock_nesting
	found nesting lock_nesting 'BUG: Invalid wait context'
	boot panic "" use_after_free
	found panic panic_on_warn 'VM lost'
	boot clean "" which_cpu
	found clean one_of_them 'BUG: using smp_processor_id' ;;
*-kcsan)
	ktap_count 2
	boot race "" racing
	found race racing 'BUG: KCSAN: data-race in contend'
	# The same report as if the kernel's own code, called by ours, had made it.
	rc=1
	sed -nE '/BUG: KCSAN/,$p' "$work/race" |
		sed -E 's/( +)contend(.*) \[tcpledger_broken\]/\1core\2\n\1contend\2 [tcpledger_broken]/' |
		awk -f "$here/complaints.awk" >"$work/core" || { echo kept quiet >>"$work/core"; }
	found core the_kernel_s_own '^kept quiet$' ;;
*-rt)
	ktap_count 1
	# "scheduling while atomic" makes it panic; the last lines have its call trace.
	boot asleep "" asleep
	found asleep asleep ' asleep\+0x.* \[tcpledger_broken\]' ;;
*)
	echo "debug_test.sh: '$lane' is no kernel to find bugs with" >&2
	exit 2 ;;
esac
[ "$ktap_failed" -eq 0 ]
