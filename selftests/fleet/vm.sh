#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
#   vm.sh DIR: boots Debian's 6.1 kernel in QEMU, in virtual time, lets guest.sh make and
#   follow connections there, and puts their rows and what they were into DIR.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
dir=$1

"$here/../vm/fetch.sh" tools build vm
"$here/../vm/fetch.sh" kernel 6.1
make -s -C "$top" lane-6.1 tools
rm -rf "$dir"
mkdir -p "$dir"
gcc -O2 -Wall -Wextra -D_GNU_SOURCE -static -o "$dir/load" "$here/load.c"
"$here/../vm/run.sh" --kernel 6.1 --mode warp --timeout 600 --script "$here/guest.sh" --add "$dir/load:/bin/load" |
	awk -v dir="$dir" '
		$1 == "fleet-begin" { out = dir "/" $2 ".base64"; next }
		$1 == "fleet-end" { out = ""; next }
		out { print >out; next }
		{ print; fflush() }'
for file in "$dir"/*.base64; do
	base64 -d "$file" | gunzip >"${file%.base64}"
	rm "$file"
done
