# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What check.sh runs, each part with a folder of its own: sourced by it, and by
# driver_test.sh, which sees to it that what goes wrong is found. A part leaves in
# its folder
#
#   output.all   KTAP of all its tests
#   wrong        what fails it beside that, a line each: see report.sh
#   unexplained  that it ended with a status for which there must be a failure
#   seconds      how long it took; N/times or times: 'SECONDS RESULT' of each test
#
# Used: here, top, BUILD, logs, seed, bound, the arrays stress and vm_options, and
# tests_dir_of LANE, which prints where its tests are.
# shellcheck disable=SC2154 # they are set where this is sourced

# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"

say()
{
	printf '[%3d s] %s\n' "$SECONDS" "$*"
}

# part FOLDER COMMAND...: in a new folder, with the time it takes
part()
{
	local folder=$1 start=$SECONDS

	shift
	rm -rf "${logs:?}/$folder"
	mkdir -p "$logs/$folder"
	"$@"
	echo $((SECONDS - start)) >"$logs/$folder/seconds"
	say "$folder: done"
}

# stamp FILE: stdin to stdout, and the time since the last result to the file
stamp()
{
	local line last=$SECONDS

	while IFS= read -r line || [ -n "$line" ]; do
		printf '%s\n' "$line"
		[[ $line =~ ^(not )?ok\  ]] || continue
		echo "$((SECONDS - last)) $line" >&3
		last=$SECONDS
	done 3>"$1"
}

# host_part NAME COMMAND...: tests that run on this machine. Status and results must
# agree, so that a program that cannot even start does not pass.
host_part()
{
	local log=$logs/host-$1 rc=0

	shift
	setpriv --pdeathsig=TERM "$@" 2>&1 </dev/null | stamp "$log/times" >"$log/output.all" || rc=$?
	[ "$rc" -eq 0 ] || { echo "$* ended with $rc"; tail -n 20 "$log/output.all"; } >"$log/unexplained"
}

# Names of $2.. that have no result in the output file $1.
unreported()
{
	local output=$1 name

	shift
	for name in "$@"; do
		grep -qaE "^(not )?ok [0-9]+ $name( |\$)" "$output" || printf '%s ' "$name"
	done
}

# vm_run LANE MODE NAMES LOG: one VM
vm_run()
{
	local again=()

	[ "$2" != warp ] || again=(--seed "$seed")
	setpriv --pdeathsig=TERM "$here/run.sh" --kernel "$1" --mode "$2" --tests "$3" --dir "$(tests_dir_of "$1")" \
		"${stress[@]}" "${again[@]}" --timeout "$bound" "${vm_options[@]}" --log "$4" 2>"$4.err"
}

# vm_part LANE LIST NAMES: runs one list of a lane, e.g. warp or warp-2. A test that
# takes the VM down is lost, and those after it go on in a new VM; three lost VMs are
# enough to know. A VM that is lost when all its tests have reported failed at its
# end: at the unload, or by what the module left behind.
vm_part()
{
	local lane=$1 mode=${2%-2} log=$logs/$1-$2 rest=$3 try=0 rc

	while [ -n "$rest" ] && [ "$try" -lt 3 ]; do
		try=$((try + 1))
		rc=0
		vm_run "$lane" "$mode" "$rest" "$log/$try" || rc=$?
		{ cat "$log/$try/output" || :; echo; } >>"$log/output.all"
		[ ! -s "$log/$try/complaints" ] || cat "$log/$try/complaints" >>"$log/wrong"
		case $rc in
		0)	rest= ;;
		1)	rest=
			{ echo "run.sh ended with $rc"; cat "$log/$try.err"; } >"$log/unexplained" ;;
		*)	cat "$log/$try.err"
			# shellcheck disable=SC2086 # one name a word
			rest=$(unreported "$log/$try/output" $rest)
			[ -n "$rest" ] ||
				echo "the VM was lost after its last result (run.sh ended with $rc), console in $log/$try" >>"$log/wrong"
			rest=${rest#* } ;;
		esac
	done
}

# program_part FOLDER NAME COMMAND...: a program whose results are one test's own. In a
# shell of its own: who calls it may count results too.
program_part()
(
	log=$logs/$1 rc=0

	ktap_number=0
	ktap_version >"$log/output.all"
	setpriv --pdeathsig=TERM "${@:3}" >"$log/output" 2>&1 || rc=$?
	sed 's/^/  /' "$log/output" >>"$log/output.all"
	ktap_result "$2" [ "$rc" -eq 0 ] >>"$log/output.all"
)
