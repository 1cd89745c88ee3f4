#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make with the compiler that a lane's headers are for: kbuild.sh LANE MAKE-ARGUMENT...
# KDIR is set to the headers of the lane, which fetch.sh has unpacked.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export BUILD=${BUILD:-$(realpath "$here/../..")/.build}
# shellcheck source=arch.sh
. "$here/arch.sh"
lane=$1
shift

kdir=$BUILD/kernels/$lane/usr/src/linux-headers-$("$here/fetch.sh" release "$lane")
case $lane in
13|13-*)
	# What a make of ours has in its environment says how that one runs.
	exec "$here/next.sh" run make -s -j2 BUILD="$BUILD" KDIR="$kdir" "$@" ;;
*)
	# shellcheck disable=SC2046 # one setting a word
	exec make --no-print-directory BUILD="$BUILD" KDIR="$kdir" $(kbuild_words "$lane") "$@" ;;
esac
