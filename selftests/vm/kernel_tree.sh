#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the programs as a part of the kernel: kernel_tree.sh FOLDER makes there a tree of
# what kselftest needs out of linux-source-6.1, with ../programs in it as
# tools/testing/selftests/tcpledger and its header as 'make headers' would leave it.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
build=${BUILD:-$top/.build}
tree=$1

"$here/fetch.sh" source
mkdir -p "$tree/usr/include/linux"
cp -r "$build/linux-source-6.1"/{scripts,tools} "$tree"
cp "$top/module/uapi/linux/tcpledger.h" "$tree/usr/include/linux"
cp -r "$here/../programs" "$tree/tools/testing/selftests/tcpledger"
# Where it is called by a make of ours, that one's variables would be its own too.
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -j2 -C "$tree/tools/testing/selftests" TARGETS=tcpledger \
	FORCE_TARGETS=1 USERCFLAGS=-O0 KHDR_INCLUDES="-isystem $tree/usr/include"
