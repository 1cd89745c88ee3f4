#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the command and the tests for another machine, out of what fetch_arch.sh has
# unpacked of it, into .build/machines.
#
#   cross.sh LANE     e.g. 6.1-arm64; called by 'make programs-LANE'
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=arch.sh
. "$here/arch.sh"
set_machine "$1"
out=$BUILD/machines/$machine
compiler=$(machine_compiler "$1")
export PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root

${MAKE:-make} -s -C "$top/tools" CC="$compiler" OBJDIR="$out/tools" PROGRAM="$out/tcpledger" "$out/tcpledger"
${MAKE:-make} -s -C "$top" selftests CC="$compiler" AR="${cross}ar" SELFTESTS="$out/selftests"
