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
rm -f "$BUILD/demo.base64"
# What guest.sh encloses so are the records, for the report; all else is to be read.
"$here/../vm/run.sh" --kernel 6.1 --mode warp --script "$here/guest.sh" |
	awk -v records="$BUILD/demo.base64" '
		$0 == "records-begin" { enclosed = 1; next }
		$0 == "records-end" { enclosed = 0; next }
		enclosed { print >records; next }
		{ print; fflush() }'
base64 -d "$BUILD/demo.base64" >"$BUILD/demo.records"
"$top/tools/tcpledger" report "$BUILD/demo.html" --file "$BUILD/demo.records"
echo "demo: a page of all these connections, for a browser: $BUILD/demo.html"
