#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds a kernel with the checks that Debian's have not, out of Debian's source
# package, into .build/kernels/LANE, where it is used like one of Debian's.
#
#   kernel.sh 6.1-debug|6.12-debug   KASAN, lockdep, kmemleak, debug objects, UBSAN,
#                                    fault injection
#   kernel.sh 6.1-kcsan|6.12-kcsan   KCSAN
#   kernel.sh 6.1-bare|6.12-bare     1000 ticks a second, IPv6 as a module, no kprobes
#
# The configuration is allnoconfig and, on top of it, ../programs/config (what the tests
# need), vm.config (what the VM needs), the fragment after the dash, e.g. debug.config,
# and the lane's own where there is one, e.g. 6.12-debug.config. What was built is kept
# until one of these, the source or the compiler changes. It takes about 20 minutes on
# two cores.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export BUILD=${BUILD:-$(realpath "$here/../..")/.build}
# The release is part of each module; kbuild would add the state of our own git.
export LOCALVERSION=

die()
{
	echo "kernel.sh: $*" >&2
	exit 1
}

say()
{
	echo "kernel: $*" >&2
}

fragments()
{
	echo "$here/../programs/config" "$here/vm.config" "$here/${1#*-}.config"
	[ ! -e "$here/$1.config" ] || echo "$here/$1.config"
}

# What QEMU enters, and memcmp() that it calls, run before KASAN has its shadow. 6.12's
# Makefiles say so, 6.1's do not, and that kernel would die before its first line.
settings()
{
	[ "$1" != 6.1-debug ] || echo KASAN_SANITIZE_enlighten.o=n KASAN_SANITIZE_string.o=n
}

# What is wished for, without what is said about it; the last wish for an option counts.
wanted()
{
	# shellcheck disable=SC2046 # one path a word
	grep -hE '^(# )?CONFIG_' $(fragments "$1") | tac | awk '
		{ match($0, /CONFIG_[A-Za-z0-9_]+/); name = substr($0, RSTART, RLENGTH) }
		!seen[name]++' | tac
}

# What would make a kept kernel another one.
identity()
{
	{
		wanted "$1"
		head -n 6 "$source/Makefile"
		settings "$1"
		gcc --version | head -n 1
	} | sha256sum | cut -d' ' -f1
}

# Of the wishes on stdin those that FILE does not fulfil: what is not wished for may also
# be left out without a word.
not_there()
{
	local line name

	while read -r line; do
		name=${line#'# '}
		[[ $line != '# '* ]] || grep -q "^${name%% *}=" "$1" || continue
		echo "$line"
	done
}

# Kconfig drops a wish whose dependencies are off without a word. A kernel that
# lacks a check would pass every test.
configure()
{
	local build=$1 wanted=$1/wanted.config lost

	wanted "$2" >"$wanted"
	make -s -C "$source" O="$build" KCONFIG_ALLCONFIG="$wanted" allnoconfig >&2
	# Where every wish is fulfilled grep finds nothing and says so by its status.
	lost=$({ grep -vxF -f "$build/.config" "$wanted" || :; } | not_there "$build/.config")
	[ -z "$lost" ] || die "Kconfig did not take these lines of selftests/programs/config or selftests/vm/*.config:" \
		"$(paste -sd' ' <<<"$lost")"
}

# The image without symbols, which QEMU enters at its PVH note, the modules, and the
# build itself in the place of headers.
assemble()
{
	local root=$1 build=$1/build release=$2

	mkdir -p "$root/boot" "$root/usr/src"
	objcopy -R .comment -S "$build/vmlinux" "$root/boot/kernel"
	make -s -C "$build" INSTALL_MOD_PATH="$root" modules_install >&2
	rm -f "$root/lib/modules/$release"/{build,source}
	ln -sfn ../../build "$root/usr/src/linux-headers-$release"
}

build()
{
	local lane=$1 root=$BUILD/kernels/$1 id log release

	id=$(identity "$lane")
	[ "$(cat "$root/identity" 2>/dev/null)" != "$id" ] || return 0
	log=$BUILD/kernel-$lane.log
	say "building $lane from linux-source-${lane%%-*}, about 20 minutes; log in $log"
	mkdir -p "$root/build"
	(cd "$root" && rm -rf boot lib usr release identity)
	configure "$root/build" "$lane"
	# shellcheck disable=SC2046 # one variable a word
	make -C "$root/build" -j"$(nproc)" $(settings "$lane") vmlinux modules >"$log" 2>&1 ||
		{ tail -n 40 "$log" >&2; die "the build of $lane failed, see above and $log"; }
	release=$(cat "$root/build/include/config/kernel.release")
	assemble "$root" "$release"
	echo "$release" >"$root/release"
	echo "$id" >"$root/identity"
}

main()
{
	local lane=${1:-}

	case $lane in
	6.1-debug|6.12-debug|6.1-kcsan|6.12-kcsan|6.1-bare|6.12-bare) ;;
	*)	die "unknown kernel '$lane': 6.1 or 6.12 with -debug, -kcsan or -bare" ;;
	esac
	source=$BUILD/kernels/source-${lane%%-*}
	"$here/fetch.sh" tools build kernel
	"$here/fetch.sh" source-tree "${lane%%-*}"
	exec 8>"$BUILD/kernels/$lane.lock"
	flock 8
	build "$lane"
}

main "$@"
