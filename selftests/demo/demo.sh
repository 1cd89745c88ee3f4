#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The host's side of 'make demo': builds what is needed, boots Debian's 6.1 kernel in
# QEMU, in virtual time, where the minute of 2MSL takes no time, and lets guest.sh answer
# the five questions there.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}

"$here/../vm/fetch.sh" tools build vm
"$here/../vm/fetch.sh" kernel 6.1
release=$("$here/../vm/fetch.sh" release 6.1)
mkdir -p "$BUILD"
echo "demo: building the module for $release and the command"
make -s -j2 -C "$top" lane-6.1 tools >"$BUILD/demo.log" 2>&1 || {
	cat "$BUILD/demo.log"
	echo "demo: the build failed, see above" >&2
	exit 1
}
echo "demo: booting Debian's kernel $release in QEMU; nothing is loaded into this machine's own"
exec "$here/../vm/run.sh" --kernel 6.1 --mode warp --script "$here/guest.sh"
