#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a reviewer's tools say: checkpatch --strict over all C, W=1 and sparse over
# the module on both kernels, the order of the rooms of tools/, shellcheck over the
# scripts. Silent where all is well; status 1 and the complaints where not. Exceptions
# and their reasons are in .checkpatch.conf.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
bad=0

check_c()
{
	echo 'style: checkpatch --strict'
	git ls-files -co --exclude-standard '*.c' '*.h' |
		xargs perl "$BUILD/linux-source-6.1/scripts/checkpatch.pl" -f
}

# A warning does not make these fail, so any output that names our files does. The
# objects are apart: other flags would make the next 'make' start anew.
check_module()
{
	local lane=$1 release out log=$BUILD/style-$1.log

	echo "style: W=1 and sparse, $lane"
	release=$("$here/fetch.sh" release "$lane")
	out=$BUILD/style/$release
	mkdir -p "$out"
	make -s modules W=1 C=2 OUT="$out" \
		KDIR="$BUILD/kernels/$lane/usr/src/linux-headers-$release" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	! grep -E '(warning|error):' "$log"
}

# Includes of tools/ go down the rooms as its README has them, and in no circle. Calls
# go with them, as a header declares what its own file defines.
check_rooms()
{
	local includes rooms

	echo 'style: the rooms of tools/'
	includes=$(cd tools && grep -roE '^#include "[a-z_/]+' --include='*.[ch]' -- * |
		sed -E 's/\.[ch]:#include "/ /' | awk '$1 != $2' | sort -u)
	rooms=$(grep -m1 '^commands → ' tools/README.md)
	tsort <<<"$includes" >/dev/null &&
		awk -v rooms="$rooms" '
		# learn/ and present/ are no rooms but floors of several.
		function room(file,	part)
		{
			split(file, part, "/")
			return part[1] == "learn" || part[1] == "present" ? part[2] : part[1]
		}
		BEGIN {
			count = split(rooms, floors, " → ")
			for (i = 1; i <= count; i++) {
				split(floors[i], names, ", ")
				for (n in names)
					floor[names[n]] = i
			}
		}
		{
			from = room($1)
			to = room($2)
			if (from != to && floor[from] >= floor[to]) {
				print "tools: " $1 " includes " $2 ", which is not below it"
				bad = 1
			}
		}
		END { exit bad }' <<<"$includes"
}

check_scripts()
{
	echo 'style: shellcheck'
	git ls-files -co --exclude-standard '*.sh' .ci/run | xargs shellcheck -x -P SCRIPTDIR
}

cd "$top"
"$here/fetch.sh" tools build style
"$here/fetch.sh" kernel 6.1 6.12
"$here/fetch.sh" source
check_c || bad=1
check_module 6.1 || bad=1
check_module 6.12 || bad=1
check_rooms || bad=1
check_scripts || bad=1
[ "$bad" -eq 0 ] && echo 'style: clean'
exit "$bad"
