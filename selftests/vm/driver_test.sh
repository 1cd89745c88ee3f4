#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of what runs and judges the tests: whatever goes wrong must fail the run. KTAP
# out. The functions under test are those that check.sh uses (lanes.sh, report.sh).
#
#   driver_test.sh [text]     text: without the VMs
#   driver_test.sh LANE       only the VMs, of another machine, e.g. 6.1-arm64
#
# First texts: outputs as run_selftests.sh may leave them, and a run.sh that ends as it
# is told to. Then VMs of Debian's 6.1, or of LANE, with small tests and with ../broken/tcpledger_late
# in the place of tcpledger, which leaks at its exit, hangs there, or leaves something
# armed that runs into freed text.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=lanes.sh
. "$here/lanes.sh"
# shellcheck source=report.sh
. "$here/report.sh"
# shellcheck source=arch.sh
. "$here/arch.sh"
vm_tests=$here
work=$(mktemp -d "${TMPDIR:-/tmp}/tcpledger-driver.XXXXXX")
trap 'rm -rf "$work"' EXIT
logs=$work/logs tests_dir=$work/tests skips=$work/skips.list
seed=1 bound=300 stress=() vm_options=()
TEXTS=52 VMS=8

tests_dir_of()
{
	echo "$tests_dir"
}

# judged NAMES...: what check.sh would say of the part 'LANE warp'
judged()
{
	passed=0 failed=0 skipped=0
	judge "$lane" warp "$*" >"$work/said"
	judge_counts >>"$work/said"
	echo "$passed passed, $failed failed, $skipped skipped" >>"$work/said"
}

# is COUNTS PATTERN...: what was said ends with these counts and has each pattern
is()
{
	local pattern

	[ "$(tail -n 1 "$work/said")" = "$1" ] || { sed 's/^/# /' "$work/said"; return 1; }
	for pattern in "${@:2}"; do
		grep -qE -- "$pattern" "$work/said" || { sed 's/^/# /' "$work/said"; return 1; }
	done
}

# text WHAT NAMES COUNTS [PATTERN...]: judges the output on stdin
text()
{
	rm -rf "$logs"
	mkdir -p "$logs/6.1-warp"
	cat >"$logs/6.1-warp/output.all"
	judged "$2"
	ktap_result "$1" is "${@:3}"
}

# Words of one output: k TEST ok|not_ok|skip... gives a test with a plan and its results.
k()
{
	local name=$1 n=0 result

	shift
	echo "  1..$#"
	for result in "$@"; do
		n=$((n + 1))
		case $result in
		ok)	echo "  ok $n $name.$n" ;;
		skip)	echo "  ok $n # SKIP no such thing" ;;
		*)	echo "  not ok $n $name.$n" ;;
		esac
	done
	[[ " $* " == *" not_ok "* ]] && echo "not ok 1 $name # exit=1" || echo "ok 1 $name"
}

texts_of_results()
{
	text "all well" "a b" "3 passed, 0 failed, 0 skipped" \
		< <(echo 'KTAP version 1'; k a ok ok; k b ok)
	text "a result that is not ok" "a b" "2 passed, 1 failed, 0 skipped" '^not ok 6.1 warp: not ok 2 a.2' \
		< <(k a ok not_ok; k b ok)
	text "not ok, and an excuse" a "0 passed, 1 failed, 0 skipped" \
		< <(printf '  1..1\n  not ok 1 a.1 # TODO later\nok 1 a\n')
	text "a status without a result that says why" a "1 passed, 1 failed, 0 skipped" 'exit=3' \
		< <(printf '  1..1\n  ok 1 a.1\nnot ok 1 a # exit=3\n')
	text "killed before any result" a "0 passed, 1 failed, 0 skipped" 'killed by SIGKILL after 2 s' \
		< <(printf '  TAP version 13\nnot ok 1 a # killed by SIGKILL after 2 s and 0 s of CPU time\n')
	text "killed after one of three" a "1 passed, 2 failed, 0 skipped" 'planned 3 results and gave 1, # killed by SIGSEGV' \
		< <(printf '  1..3\n  ok 1 a.1\nnot ok 1 a # killed by SIGSEGV after 2 s and 0 s of CPU time\n')
	text "a plan that is not kept" a "2 passed, 1 failed, 0 skipped" 'a planned 3 results and gave 2' \
		< <(printf '  1..3\n  ok 1 a.1\n  ok 2 a.2\nok 1 a\n')
	text "no plan" a "2 passed, 1 failed, 0 skipped" 'a planned no results and gave 2' \
		< <(printf '  ok 1 a.1\n  ok 2 a.2\nok 1 a\n')
	text "a plan without results" a "0 passed, 1 failed, 0 skipped" 'a gave no result of the 3 that it planned' \
		< <(printf '  1..3\nok 1 a\n')
	text "no result at all" a "0 passed, 1 failed, 0 skipped" 'a gave no result' \
		< <(printf '  hello\nok 1 a\n')
	text "a bail out" "a b" "1 passed, 2 failed, 0 skipped" 'Bail out! no memory' 'b # ERROR no result' \
		< <(k a ok; echo '  Bail out! no memory')
	text "a test that never reported" "a typo" "1 passed, 1 failed, 0 skipped" 'typo # ERROR no result' \
		< <(k a ok)
	text "a plan of tests that is not kept" "" "1 passed, 1 failed, 0 skipped" 'planned 2 tests and gave results of 1' \
		< <(echo 'KTAP version 1'; echo 1..2; k a ok)
	text "no output" "" "0 passed, 2 failed, 0 skipped" 'no test ran' </dev/null
	text "an empty list" "" "0 passed, 1 failed, 0 skipped" 'no test ran' \
		< <(echo 'KTAP version 1'; echo 1..0)
}

texts_of_skips()
{
	: >"$skips"
	text "a skip that is not listed" a "1 passed, 1 failed, 0 skipped" 'a # SKIP no such thing: a skip that is not in' \
		< <(k a ok skip)
	echo '6.12,host a no such thing' >"$skips"
	text "a skip that is listed for another kernel" a "1 passed, 1 failed, 0 skipped" \
		< <(k a ok skip)
	echo '6.12,6.1 a another reason' >"$skips"
	text "a skip with another reason" a "1 passed, 2 failed, 0 skipped" 'a ran and is in skips.list: another reason' \
		< <(k a ok skip)
	echo '6.12,6.1 a no such thing' >"$skips"
	text "a skip that is listed" a "1 passed, 0 failed, 1 skipped" \
		< <(k a ok skip)
	text "a listed skip that ran" a "2 passed, 1 failed, 0 skipped" 'a ran and is in skips.list: no such thing' \
		< <(k a ok ok)
	text "a listed skip that was not asked for" b "1 passed, 0 failed, 0 skipped" \
		< <(k b ok)
	text "all skipped" a "0 passed, 1 failed, 2 skipped" 'nothing passed: 2 skipped' \
		< <(k a skip; k a skip)
	text "a whole test that is listed" "a b" "1 passed, 0 failed, 1 skipped" \
		< <(printf '  1..0 # SKIP no such thing\nok 1 a # SKIP\n  1..1\n  ok 1 b.1\nok 2 b\n')
	text "a whole test that is not" "a b" "1 passed, 2 failed, 0 skipped" 'SKIP no other thing: a skip that is not in' \
		< <(printf '  1..0 # SKIP no other thing\nok 1 a # SKIP\n  1..1\n  ok 1 b.1\nok 2 b\n')
	echo 'all a? no such thing' >"$skips"
	text "a skip that depends on the machine" a "2 passed, 0 failed, 0 skipped" \
		< <(k a ok ok)
	: >"$skips"
}

# A run.sh that leaves the output in try.N and ends with the status in its first line.
stand_in()
{
	mkdir -p "$work/vm"
	ln -sf "$vm_tests"/* "$work/vm"
	rm -f "$work/vm/run.sh"
	cat >"$work/vm/run.sh" <<-'END'
		#!/bin/bash
		log=${*: -1}
		n=${log##*/}
		mkdir -p "$log"
		tail -n +2 "$(dirname "$0")/try.$n" | grep -v '^wrong ' >"$log/output"
		sed -n 's/^wrong //p' "$(dirname "$0")/try.$n" >"$log/complaints"
		exit "$(head -n 1 "$(dirname "$0")/try.$n")"
	END
	chmod +x "$work/vm/run.sh"
}

# ended WHAT NAMES COUNTS [PATTERN...]: a part whose VMs ended as try.1, try.2 ... say
ended()
{
	rm -rf "$logs"
	here=$work/vm
	part 6.1-warp vm_part 6.1 warp "$2" >/dev/null
	here=$vm_tests
	judged "$2"
	ktap_result "$1" is "${@:3}"
}

texts_of_ends()
{
	stand_in
	{ echo 0; k a ok; k b ok; } >"$work/vm/try.1"
	ended "a VM that ended well" "a b" "2 passed, 0 failed, 0 skipped"
	{ echo 128; k a ok; k b ok; } >"$work/vm/try.1"
	ended "a VM lost after its last result" "a b" "2 passed, 1 failed, 0 skipped" 'lost after its last result'
	{ echo 1; k a ok; echo 'wrong vm: rmmod'; } >"$work/vm/try.1"
	ended "a kernel that complained" a "1 passed, 1 failed, 0 skipped" 'vm: rmmod'
	{ echo 1; k a ok; } >"$work/vm/try.1"
	ended "a status that nothing explains" a "1 passed, 1 failed, 0 skipped" 'no test failed, but what ran them did'
	{ echo 128; k a ok; echo '  ok 1 b.1'; echo 'wrong BUG:'; } >"$work/vm/try.1"
	{ echo 0; echo 'KTAP version 1'; k c ok; } >"$work/vm/try.2"
	ended "a VM lost under a test" "a b c" "3 passed, 2 failed, 0 skipped" 'b # ERROR no result' 'BUG:'
	{ echo 2; } >"$work/vm/try.1"
	ended "a VM that never started" a "0 passed, 1 failed, 0 skipped" 'a # ERROR no result'
}

# refuses PATTERN COMMAND...: which says so and fails
refuses()
{
	local rc=0

	"${@:2}" >"$work/said" 2>&1 || rc=$?
	[ "$rc" -ne 0 ] && grep -qE -- "$1" "$work/said" && return
	sed 's/^/# /' "$work/said"
	return 1
}

# The tree is locked by the check.sh that called us, or by us.
texts_of_calls()
{
	exec {lock}>>"$BUILD/check.lock"
	flock -n "$lock" || :
	ktap_result "TESTS=typo" refuses "there is no test 'typo'" env TESTS="open typo" "$vm_tests/check.sh"
	ktap_result "TESTS of nothing" refuses "TESTS is empty" env TESTS=" " "$vm_tests/check.sh"
	ktap_result "a second run in one tree" refuses "another run uses this tree" env TESTS=open "$vm_tests/check.sh"
}

# all_listed FOLDER: whether each program and script there is in a list of
# selftests/programs/Makefile, but what runs them, or is a program that a test runs
all_listed()
{
	local mode lists=run_selftests.sh path name ok=0

	for mode in warp smp turns stress-warp stress-smp stress-turns helpers; do
		lists+=" $(make -s --no-print-directory -C "$top" "list-$mode")" || return 1
	done
	for path in "$1"/*.c "$1"/*.sh; do
		name=$(basename "$path" .c)
		[[ " $lists " == *" $name "* ]] || { echo "$name is in no list of selftests/programs/Makefile"; ok=1; }
	done
	return $ok
}

texts_of_lists()
{
	ktap_result "each test is in a list" all_listed "$top/selftests/programs"
	mkdir -p "$work/tree"
	cp "$top"/selftests/programs/*.[cs]* "$work/tree"
	echo 'int main(void) { return 0; }' >"$work/tree/forgotten.c"
	echo 'exit 0' >"$work/tree/slipped.sh"
	ktap_result "a test that is in none" refuses 'forgotten is in no list' all_listed "$work/tree"
	ktap_result "a script that is in none" refuses 'slipped.sh is in no list' all_listed "$work/tree"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || set -- unshare -r "$@"
	"$@"
}

as_nobody()
{
	[ "$(id -u)" -ne 0 ] || set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	"$@"
}

# This machine may have it loaded, and a test would run here.
without_module()
{
	[ ! -e /sys/module/tcpledger ] ||
		set -- unshare -m sh -c 'mount -t tmpfs none /sys/module && exec "$@"' sh "$@"
	"$@"
}

# skips WHY COMMAND...: ends as kselftest wants it from a test that cannot be run, and says why
skips()
{
	local rc=0

	"${@:2}" >"$work/said" 2>&1 || rc=$?
	[ "$rc" -eq 4 ] && grep -qxF "1..0 # SKIP $1" "$work/said" && return
	sed 's/^/# /' "$work/said"
	return 1
}

# The text of the build is only wanted if it fails.
builds_in_kernel()
{
	"$vm_tests/kernel_tree.sh" "$work/kernel" >"$work/said" 2>&1 && return
	sed 's/^/# /' "$work/said"
	return 1
}

# What lies in selftests/programs is built by the kernel's own make, and its programs and
# scripts say what they lack.
texts_of_kernel_tree()
{
	local tests=$work/kernel/tools/testing/selftests/tcpledger name

	ktap_result "the programs in a kernel tree" builds_in_kernel
	mkdir -p "$work/few" "$work/more"
	for name in bash dirname id; do
		ln -s "$(type -P "$name")" "$work/few/$name"
	done
	ln -s "$(type -P true)" "$work/more/tcpledger"
	chmod a+rx "$work"
	for name in open show.sh; do
		ktap_result "$name without root" skips "only root can make namespaces and load modules" \
			as_nobody "$tests/$name"
		ktap_result "$name without the command" skips "the command tcpledger is not in PATH" \
			as_root env PATH="$work/few" "$tests/$name"
		ktap_result "$name without the module" skips "the module tcpledger is not loaded" \
			as_root without_module env PATH="$work/few:$work/more" "$tests/$name"
	done
}

# bad LINE, good LINE: of a kernel log; qemu_bad, qemu_good: of QEMU's
bad()
{
	echo "[    1.0] $1" | awk -f "$vm_tests/complaints.awk" | grep -q .
}

good()
{
	! bad "$1"
}

qemu_bad()
{
	echo "$1" | awk -f "$vm_tests/qemu_errors.awk" | grep -q .
}

qemu_good()
{
	! qemu_bad "$1"
}

texts_of_lines()
{
	ktap_result "a device that is held" bad 'unregister_netdevice: waiting for veth0 to become free. Usage count = 2'
	ktap_result "a panic" bad 'Kernel panic - not syncing: Fatal exception'
	ktap_result "a hogging work of ours" bad 'workqueue: age [tcpledger] hogged CPU for >10000us 4 times'
	ktap_result "one of the kernel's own" good 'workqueue: cleanup_net hogged CPU for >10000us 4 times'
	ktap_result "an ordinary line" good 'tcpledger: loading out-of-tree module taints kernel.'
	ktap_result "QEMU's disk is full" qemu_bad 'qemu-system-x86_64: write failed: No space left on device'
	ktap_result "QEMU misses a feature" qemu_good "qemu-system-x86_64: warning: TCG doesn't support requested feature: CPUID.01H:ECX.pcid [bit 17]"
	ktap_result "QEMU has nothing to do" qemu_good 'qemu-system-x86_64: icount sleep disabled and no active timers'
}

# What a test may do to itself, and one that is well.
make_tests()
{
	mkdir -p "$tests_dir/lib"
	cp "$vm_tests/../programs/run_selftests.sh" "$tests_dir"
	cp "$vm_tests/../programs/lib/ktap.sh" "$tests_dir/lib"
	printf '#!/bin/bash\necho 1..1\necho ok 1 fine.1\n' >"$tests_dir/fine"
	printf '#!/bin/bash\n' >"$tests_dir/silent"
	printf '#!/bin/bash\necho 1..2\necho ok 1 exits.1\nexit 3\n' >"$tests_dir/exits"
	printf '#!/bin/bash\nkill -KILL $$\n' >"$tests_dir/killed"
	# The ports of init.c (arch.sh): as if all had ended well.
	if [ "$lane" != 6.1 ]; then
		printf '#!/bin/bash\necho 1..1\necho ok 1 quits.1\nsleep 1\n' >"$tests_dir/quits"
		printf 'echo status 0 >/dev/vport0p2\necho o >/proc/sysrq-trigger\nsleep 60\n' >>"$tests_dir/quits"
		chmod +x "$tests_dir"/*
		return
	fi
	cat >"$tests_dir/quits" <<-'END'
		#!/bin/bash
		echo 1..1
		echo ok 1 quits.1
		printf 'status 0\n' | while IFS= read -r -n 1 c; do
			printf '%s' "${c:-
		}" | dd of=/dev/port bs=1 seek=$((0xe9)) conv=notrunc 2>/dev/null
		done
		printf '\x10' | dd of=/dev/port bs=1 seek=$((0xf4)) conv=notrunc 2>/dev/null
	END
	chmod +x "$tests_dir"/*
}

build_late()
{
	local release

	"$vm_tests/fetch.sh" tools build vm
	"$vm_tests/fetch.sh" kernel "$lane"
	release=$("$vm_tests/fetch.sh" release "$lane")
	mkdir -p "$work/broken"
	cp "$top"/selftests/broken/* "$work/broken"
	"$vm_tests/kbuild.sh" "$lane" -s -C "$BUILD/kernels/$lane/usr/src/linux-headers-$release" \
		M="$work/broken" modules >&2
}

# vm WHAT BUG NAMES COUNTS [PATTERN...]
vm()
{
	rm -rf "$logs"
	vm_options=(--module "$work/broken/tcpledger_late.ko" --module-args "bug=$2")
	part "$lane-warp" vm_part "$lane" warp "$3" >/dev/null
	judged "$3"
	ktap_result "$1" is "${@:4}"
}

vms()
{
	local lost='lost after its last result' fault
	local said="did not end with 'unloaded, nothing left'" counts="1 passed, 2 failed, 0 skipped"

	case $lane in
	*-arm64)	fault='Unable to handle kernel (paging request|execute)' ;;
	*-s390x)	fault='Unable to handle kernel pointer dereference' ;;
	*)		fault='BUG: unable to handle page fault' ;;
	esac
	# There the port is init's alone and QEMU ends without a word of it.
	[ "$lane" = 6.1 ] || said='quits # ERROR no result: the VM was lost' counts="1 passed, 1 failed, 0 skipped"
	make_tests
	build_late
	vm "no bug, and tests that die" none "fine silent exits killed" "2 passed, 4 failed, 0 skipped" \
		'silent gave no result' 'planned 2 results and gave 1' 'exit=3' 'killed by SIGKILL'
	vm "a leak at exit" leak fine "1 passed, 1 failed, 0 skipped" "$lost" 'Slab cache still has objects'
	vm "a cache that is left" leave_cache fine "1 passed, 1 failed, 0 skipped" 'vm: left in /proc/slabinfo: tcpledger_late'
	vm "an exit that hangs" hang fine "1 passed, 1 failed, 0 skipped" 'vm: rmmod tcpledger_late: hangs'
	vm "a timer after the exit" late_timer fine "1 passed, 1 failed, 0 skipped" "$lost" "$fault"
	vm "a callback after the exit" late_callback fine "1 passed, 1 failed, 0 skipped" "$lost" "$fault"
	vm "a device that is held" held_device fine "1 passed, 1 failed, 0 skipped" 'unregister_netdevice: waiting for lo'
	vm "a VM that ends by itself" none quits "$counts" "$said"
}

texts()
{
	texts_of_results
	texts_of_skips
	texts_of_ends
	texts_of_calls
	texts_of_lists
	texts_of_kernel_tree
	texts_of_lines
}

mode=${1:-all} lane=6.1
case $mode in
all)	;;
text)	VMS=0 ;;
*)	TEXTS=0 lane=$mode ;;
esac
ktap_plan $((TEXTS + VMS))
[ "$TEXTS" -eq 0 ] || texts
[ "$VMS" -eq 0 ] || vms
ktap_end
