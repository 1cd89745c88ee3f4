#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boots one kernel in QEMU, loads tcpledger, runs one job in it, and ends with
# the job's exit status. Nothing runs on this machine's own kernel.
#
#   run.sh --exec 'tcpledger list'              a shell command (bash)
#   run.sh --script FILE [--add HOST:GUEST]...  a bash script, with files it needs
#   run.sh --tests "NAME..." --dir DIR          tests of DIR, KTAP out (see check.sh)
#   run.sh --shell                              a shell on this terminal, Ctrl-D ends
#
# Options:
#   --kernel 6.1|6.12|6.1-rt|6.12-rt   which of Debian's kernels (6.1), of Debian 13's
#            13|13-rt|                 (its own, and the newest of its backports), or of
#            13-backports[-rt]|        those that kernel.sh builds: some thirty times
#            6.1-debug|6.12-debug|     slower, so the bounds on time are wider and the
#            6.1-kcsan|6.12-kcsan|     tests do less; or of those of other machines
#            6.1-arm64|6.1-s390x
#   --mode MODE        warp (default): one CPU, virtual time: 'sleep 60' takes no time, and
#                      the clock counts instructions. smp: two CPUs, real time, for races.
#                      turns: two CPUs, real time, one at a time, see selftests/programs/Makefile.
#   --add HOST:GUEST   copy a file or folder into the VM, may be repeated
#   --add PROGRAM      copy a program of this machine and its libraries into the VM
#   --no-module        do not load tcpledger.ko
#   --module FILE      load this instead of .build/RELEASE/tcpledger.ko
#   --module-args STR  parameters, e.g. 'history=100 events=10'
#   --stress           with --tests: the counts of 'make stress'
#   --raw              no slab checks: they distort what is measured
#   --seed N           the same random numbers and wall clock in every run
#   --smp N  --mem MB (512, 2048 for the kernels of kernel.sh and --stress)  --append STR
#   --timeout SECONDS  of this machine's time (180; thirty times that for those kernels)
#   --plugin FILE,K=V  a TCG plugin for QEMU, e.g. the profiler of selftests/bench
#   --log DIR          keep console.log (kernel) and output (job) there
#
# The job's stdout and stderr arrive on our stdout, without carriage returns.
# Exit status: the job's own; 1 if it was 0 but something was wrong: the kernel
# complained (complaints.awk), QEMU did (qemu_errors.awk), or the module was not
# unloaded or left something; 128 if the VM was lost (panic, hang, timeout), with its
# last lines. What was wrong is printed, and with --log also kept in DIR/complaints.
# After the unload the VM lives on, in virtual time for longer than any timer of the
# module runs: one that was left armed would run into text that is freed.
# Examples, after 'make':
#   selftests/vm/run.sh --mode warp --exec 'sleep 3600; cat /proc/net/tcpledger/stats'
#   selftests/vm/run.sh --kernel 6.12 --script t.sh --add ./t:/bin/t
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=arch.sh
. "$here/arch.sh"

nothing_left='unloaded, nothing left' # the last but one word of init.c

lane=6.1 mode=warp job="" job_file="" job_text="" module="" with_module=1 module_args=""
tests="" tests_dir="" stress="" raw="" seed="" plugin="" smp="" mem="" append="" timeout=180 log="" adds=() slow=1
work="" qemu_pid=""

die()
{
	echo "run.sh: $*" >&2
	exit 2
}

need_value()
{
	[ "$2" -ge 2 ] || die "$1 needs a value, see the head of this script"
}

parse_options()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--shell|--no-module|--raw|--stress|-h|--help) ;;
		*) need_value "$1" $# ;;
		esac
		case $1 in
		--kernel)	lane=$2; shift ;;
		--mode)		mode=$2; shift ;;
		--exec)		job=exec job_text=$2; shift ;;
		--script)	job=exec job_file=$2; shift ;;
		--tests)	job=tests tests=$2; shift ;;
		--dir)		tests_dir=$2; shift ;;
		--shell)	job=shell ;;
		--add)		adds+=("$2"); shift ;;
		--no-module)	with_module=0 ;;
		--module)	module=$2; shift ;;
		--module-args)	module_args=$2; shift ;;
		--raw)		raw=1 ;;
		--seed)		seed=$2; shift ;;
		--stress)	stress=1 ;;
		--plugin)	plugin=$2; shift ;;
		--smp)		smp=$2; shift ;;
		--mem)		mem=$2; shift ;;
		--append)	append=$2; shift ;;
		--timeout)	timeout=$2; shift ;;
		--log)		log=$2; shift ;;
		-h|--help)	sed -n '4,/^set -/ { /^set -/d; s/^# \{0,1\}//; p }' "$0"; exit 0 ;;
		*)		die "unknown option $1, see the head of this script" ;;
		esac
		shift
	done
	[ -n "$job" ] || die "nothing to run: give --exec, --script, --tests or --shell"
	case $mode in
	warp|smp|turns)	;;
	*)		die "unknown mode '$mode': warp, smp or turns" ;;
	esac
	case $lane in
	*-debug|*-kcsan) slow=30 mem=${mem:-2048} ;;
	esac
	# A thousand namespaces that wait for their end take the kernel 400 MB.
	[ -z "$stress" ] || mem=${mem:-2048}
	mem=${mem:-512}
	timeout=$((timeout * slow))
}

cleanup()
{
	[ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null || :
	[ -n "$log" ] || rm -rf "$work"
}

release()
{
	cat "$BUILD/kernels/$lane/release"
}

# The module of kprobes alone that the test 'unload' compares with.
add_control()
{
	local out

	out=$BUILD/$(release)/control
	mkdir -p "$out"
	cp "$top"/selftests/control/* "$out"
	"$here/kbuild.sh" "$lane" -s -C "$BUILD/kernels/$lane/usr/src/linux-headers-$(release)" M="$out" modules >&2
	adds+=("$out/tcpledger_control.ko:/payload/tcpledger_control.ko")
}

# In real time the bound is for what hangs: on PREEMPT_RT 'reload' takes 75 s, and more
# beside other work. In virtual time a test waits for hours in a moment, so there its
# CPU time is the bound: a second of it is about four of this machine's. On a kernel
# that is slow, 'faults' loads the module some two hundred times.
add_tests()
{
	local bounds="--timeout $((240 * slow))" sockets

	[ "$mode" != warp ] || bounds="--timeout 30000 --cpu $((60 * slow))"
	[ -z "$stress" ] || bounds="--timeout 30000"
	printf '%s\n' "${stress:+export TCPLEDGER_STRESS=1}" "exec /selftests/run_selftests.sh $bounds $tests" >"$work/tests"
	adds+=("$work/tests:/payload/tests" "$tests_dir:/selftests")
	sockets=$BUILD/$(release)/kernel_sockets/tcpledger_kernel_sockets.ko
	[ ! -e "$sockets" ] || adds+=("$sockets:/payload/kernel_sockets.ko")
	# Without them that test says what it lacks. They are fetched for this machine only.
	if [[ " $tests " == *" services.sh "* ]] && [ -z "$(machine_suffix "$lane")" ] && "$here/fetch.sh" services; then
		adds+=("$BUILD/services:/services")
	fi
	[[ " $tests " != *" unload "* ]] || add_control
}

# What the job needs beside the root file system that all jobs share.
make_payload()
{
	local command

	[ -z "$job_text" ] || printf '%s\n' "$job_text" >"$work/exec"
	[ -z "$job_file" ] || cp "$job_file" "$work/exec"
	[ "$job" != exec ] || adds+=("$work/exec:/payload/exec")
	[ "$job" != shell ] || adds+=("$here/shell.sh:/payload/shell")
	[ "$job" != tests ] || add_tests
	if [ "$with_module" = 1 ]; then
		module=${module:-$BUILD/$(release)/tcpledger.ko}
		[ -r "$module" ] || die "$module is missing: run 'make modules' first"
		adds+=("$module:/payload/tcpledger.ko")
		printf '%s\n' "$module_args" >"$work/module_args"
		adds+=("$work/module_args:/payload/module_args")
	fi
	# First, so that another one that was added takes its place.
	command=$(command_of "$lane")
	[ ! -x "$command" ] || adds=("$command:/usr/bin/tcpledger" "${adds[@]}")
	"$here/mkinitramfs.sh" payload "$lane" "$work/payload.cpio" "${adds[@]}"
}

make_initramfs()
{
	local programs

	programs=$BUILD/initramfs/programs$(machine_suffix "$lane").cpio
	"$here/fetch.sh" tools vm
	"$here/fetch.sh" kernel "$lane"
	mkdir -p "$BUILD/initramfs"
	(
		flock 9
		"$here/mkinitramfs.sh" programs "$lane" "$programs"
		"$here/mkinitramfs.sh" modules "$lane" "$BUILD/initramfs/$lane.cpio"
	) 9>"$BUILD/initramfs/lock"
	make_payload
	cat "$programs" "$BUILD/initramfs/$lane.cpio" "$work/payload.cpio" >"$work/initrd"
}

# How long the VM lives on after the unload: the longest that the module waits for
# anything is two minutes (module/reconcile/worker.c), which only virtual time gives away.
late_seconds()
{
	if [ "$mode" = warp ]; then
		echo 150
	elif [ "$job" = tests ]; then
		echo 5
	else
		echo 1
	fi
}

# panic=-1 with -no-reboot ends QEMU at once; every warning is a panic, so that a
# test cannot pass over one. Slabs are checked where the module's objects are: its own
# cache, that of the size of struct tcpledger_net and those of readers. To check all,
# and pages, would take a third of the time, and KASAN sees all that they do. To see who allocated a broken object: --append
# slub_debug=FZPU. Memory that the kernel clears for everyone would hide what the module
# forgets to set. KCSAN warns of the kernel's own races too, so there the log alone
# decides. Two fifths of a boot are the kernel's tests of its ciphers. TCG keeps code that
# it translated by its address: at a random one each program is translated anew each
# time, which took two thirds of the time of most tests.
kernel_command_line()
{
	local line console

	console=$(console_of "$lane")
	line="console=$console panic=-1 oops=panic softlockup_panic=1 hung_task_panic=1 tsc=reliable cryptomgr.notests=1 norandmaps"

	case $lane in
	*-debug)	line+=" panic_on_warn=1 slab_nomerge" ;;
	*-kcsan)	line+=" slab_nomerge"
			# A watched access waits for the other CPU. Where they take turns the wait
			# gives it its turn, so there may be many; in real time it must be long
			# enough for a CPU that emulates, and often stands still.
			[ "$mode" != turns ] || line+=" kcsan.skip_watch=500"
			[ "$mode" != smp ] || line+=" kcsan.udelay_task=400 kcsan.udelay_interrupt=200" ;;
	*)		line+=" panic_on_warn=1"
			[ -n "$raw" ] || line+=" slab_nomerge slub_debug=FZP,tcpledger*,kmalloc-256,kmalloc-cg-* init_on_alloc=0" ;;
	esac
	# A virtual CPU of a busy machine stands still for seconds at a time.
	[ "$slow" -eq 1 ] || line+=" watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 TCPLEDGER_SLOW=1"
	# A serial line does not tell its terminal's size.
	[ "$job" != shell ] || line+=" quiet VM_SIZE=$(stty size 2>/dev/null | tr ' ' x)"
	echo "$line VM_JOB=$job VM_CONSOLE=$console VM_MODULE=$with_module VM_LATE=$(late_seconds) $append"
}

# Sets the array qemu. Serial port 0 is the kernel's console; the job's output goes to
# port 1 or, on another machine, where set_qemu_machine() has it; not by QEMU's stdio,
# whose input ends at once, which closes such a port. With erms the kernel would fill and copy memory in bytes, which TCG does one by one.
qemu_command()
{
	local cpu=max,erms=off,fsrm=off

	# The committed figures of selftests/bench were measured with it.
	[ -z "$raw" ] || cpu=max
	set_qemu_machine "$lane" "$cpu" "$work/status" "$work/qemu.log"
	qemu=("${qemu_machine[@]}" -nodefaults -display none -monitor none -no-reboot -m "$mem"
	      -kernel "$BUILD/kernels/$lane/boot/kernel" -initrd "$work/initrd"
	      -append "$(kernel_command_line)")
	if [ "$mode" = warp ]; then
		qemu+=(-accel "tcg,thread=single" -smp 1 -icount "shift=0,sleep=off")
	elif [ "$mode" = turns ]; then
		qemu+=(-accel "tcg,thread=single" -smp "${smp:-2}")
	else
		qemu+=(-accel "tcg,thread=multi" -smp "${smp:-2}")
	fi
	[ -z "$plugin" ] || qemu+=(-plugin "$plugin")
	[ -z "$seed" ] || qemu+=(-seed "$seed" -rtc "base=2026-01-01,clock=vm")
	if [ "$job" = shell ]; then
		qemu+=(-chardev "stdio,id=tty,mux=off,signal=off" -serial chardev:tty -chardev "file,id=out,path=$work/output")
	else
		qemu+=(-serial "file:$work/console.log" -chardev "file,id=out,path=/dev/stdout")
	fi
	[ "$(machine_of "$lane")" != amd64 ] || qemu+=(-serial chardev:out)
}

# For a list of tests the screen gets one line a test, and the file all of it.
show_output()
{
	local line start=$SECONDS last=$SECONDS

	if [ "$job" != tests ]; then
		tee "$work/output"
		return
	fi
	while IFS= read -r line; do
		printf '%s\n' "$line" >&3
		[[ $line != KTAP\ version* ]] || last=$SECONDS
		[[ $line =~ ^(not )?ok\  ]] || continue
		printf '%-5s %-4s %4d s  %s\n' "$lane" "$mode" $((SECONDS - start)) "$line"
		echo "$((SECONDS - last)) $line" >&4
		last=$SECONDS
	done 3>"$work/output" 4>"$work/times"
}

# QEMU dies with us even when we are killed outright: each link of the chain
# asks the kernel for a signal when its parent goes.
boot()
{
	local out reader rc=0 bound=(setpriv --pdeathsig=TERM timeout --foreground -k 5 "$timeout" setpriv --pdeathsig=KILL)

	qemu_command
	if [ "$job" = shell ]; then
		"${qemu[@]}" || rc=$?
		return "$rc"
	fi
	# The reader is a child of ours, so that we can wait until it has written all.
	exec {out}> >(show_output)
	reader=$!
	"${bound[@]}" "${qemu[@]}" </dev/null 1>&"$out" 2>"$work/qemu.err" &
	qemu_pid=$!
	exec {out}>&-
	wait "$qemu_pid" || rc=$?
	qemu_pid=
	wait "$reader"
	return "$rc"
}

# Prints what may not be in a run, whether its VM was lost or not.
complaints()
{
	awk -f "$here/complaints.awk" "$work/console.log" || :
	awk -f "$here/qemu_errors.awk" "$work/qemu.err" || :
}

# Only the end marker with a status line means that the guest got to its end: a
# panic makes QEMU exit 0, like a clean reset.
verdict()
{
	local rc=$1 status

	status=$(sed -n 's/^status \([0-9]\{1,3\}\)$/\1/p' "$work/status" 2>/dev/null)
	if [ "$job" = shell ]; then
		finished "$lane" "$rc" "$work/qemu.log" && return "${status:-128}"
		return 128
	fi
	complaints >"$work/complaints"
	if [ -z "$status" ] || ! finished "$lane" "$rc" "$work/qemu.log"; then
		echo "run.sh: VM lost (QEMU ended with $rc$([ "$rc" != 124 ] || echo ", timeout of $timeout s")), last lines of its console:" >&2
		tail -n 40 "$work/console.log" | tr -d '\r' >&2
		[ ! -s "$work/complaints" ] || { echo 'run.sh: what is wrong there:'; cat "$work/complaints"; } >&2
		tail -n 5 "$work/qemu.err" >&2
		return 128
	fi
	grep -qx "$nothing_left" "$work/status" || echo "the VM did not end with '$nothing_left'" >>"$work/complaints"
	if [ -s "$work/complaints" ]; then
		cat "$work/complaints" >&2
		echo "run.sh: the kernel complained, see above" >&2
		[ "$status" -ne 0 ] || return 1
	fi
	return "$status"
}

main()
{
	local rc=0

	parse_options "$@"
	if [ -n "$log" ]; then
		mkdir -p "$log"
		work=$(realpath "$log")
		rm -f "$work"/{console.log,qemu.log,output,status,complaints,times}
	else
		work=$(mktemp -d "${TMPDIR:-/tmp}/tcpledger-vm.XXXXXX")
	fi
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	make_initramfs
	boot || rc=$?
	rm -f "$work/initrd" "$work/payload.cpio"
	verdict "$rc"
}

main "$@"
