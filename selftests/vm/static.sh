#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What programs find that read the source: the kernel's Coccinelle scripts over the
# module, gcc -fanalyzer over the command and the part of the module that knows
# nothing of the kernel, cppcheck over all C. Silent where all is well; status 1 and
# the findings where not. sparse, W=1, checkpatch and shellcheck are in style.sh.
# Exceptions and their reasons are in static.suppress. smatch is not in Debian 12.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
bad=0

# Not the kernel's 'make coccicheck': it ends at the first script that fails, and
# two of them need an OCaml compiler. Those are about one driver and comparisons of
# pointers with 0, which sparse finds too.
check_coccinelle()
{
	local tree=$BUILD/kernels/source-6.12 count script options out rc=0

	count=$(find "$tree/scripts/coccinelle" -name '*.cocci' | wc -l)
	echo "static: Coccinelle, $count scripts of linux-source-6.12"
	[ "$count" -gt 0 ] || return 1
	while read -r script; do
		! grep -q 'script:ocaml' "$script" || continue
		options=$(sed -n 's/.*Options://p' "$script")
		# shellcheck disable=SC2086 # a list of options
		out=$(spatch -D report --no-show-diff --very-quiet --cocci-file "$script" $options --dir module \
			2>"$BUILD/coccinelle.err") || {
			cat "$BUILD/coccinelle.err"
			rc=1
		}
		[ -z "$out" ] || { echo "$out"; rc=1; }
	done < <(find "$tree/scripts/coccinelle" -name '*.cocci' | sort)
	return "$rc"
}

# The files without the kernel, as selftests/unit knows them.
pure_files()
{
	sed -e ':a' -e '/\\$/N; s/\\\n//; ta' selftests/unit/Makefile | sed -n 's/^PURE *:= *//p' |
		tr -s ' \t' '\n' | sed 's|.*|module/verdict/&.c|'
}

check_analyzer()
{
	local file out rc=0

	echo 'static: gcc -fanalyzer'
	[ "$(pure_files | wc -l)" -gt 1 ] || rc=1
	for file in $(pure_files) tools/*/*.c tools/*/*/*.c tools/*/*/*/*.c; do
		out=$(gcc -fanalyzer -O1 -std=gnu11 -DTCPLEDGER_RELEASE='"static"' -I tools -I module -isystem module/uapi \
			-c -o /dev/null "$file" 2>&1) || rc=1
		[ -z "$out" ] || { echo "$out"; rc=1; }
	done
	return "$rc"
}

run_cppcheck()
{
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability,style --std=c11 \
		--platform=unix64 --suppressions-list="$here/static.suppress" -I module/uapi \
		--template='{file}:{line}: {severity}: {message} [{id}]' "$@"
}

check_cppcheck()
{
	local rc=0

	echo 'static: cppcheck'
	run_cppcheck -D__KERNEL__ -I module --include=selftests/vm/cppcheck.h module || rc=1
	run_cppcheck -I tools tools || rc=1
	run_cppcheck -I tools -I module -I selftests/programs -I selftests/unit \
		-I "$BUILD/linux-source-6.1/tools/testing/selftests" selftests || rc=1
	return "$rc"
}

cd "$top"
"$here/fetch.sh" tools build static
"$here/fetch.sh" source
"$here/fetch.sh" source-tree 6.12
check_coccinelle || bad=1
check_analyzer || bad=1
check_cppcheck || bad=1
[ "$bad" -eq 0 ] && echo 'static: clean'
exit "$bad"
