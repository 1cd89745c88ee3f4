#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packs the parts of the VM's root file system. The kernel unpacks archives that
# follow one another, so run.sh boots with three of them joined:
#
#   mkinitramfs.sh programs LANE OUT         init and programs, same for every kernel of a machine
#   mkinitramfs.sh modules LANE OUT          modules of one unpacked kernel
#   mkinitramfs.sh payload LANE OUT WORD...  what this run is about, always new: HOST:GUEST
#                                            for a file or folder, or the name of a program
#
# Programs are those of this host or, for a lane of another machine, those that
# fetch_arch.sh has unpacked.
#
# The first two are made once, and again when a list or any file that was copied is
# another one: OUT.key has each with its inode, size and times. Going by what is newer
# than OUT would miss an upgrade, since a package's files have the times of its making.
# Nothing is compressed: under TCG unpacking costs more than reading.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export BUILD=${BUILD:-$(realpath "$here/../..")/.build}
build=$BUILD
PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=arch.sh
. "$here/arch.sh"

die()
{
	echo "mkinitramfs.sh: $*" >&2
	exit 1
}

words()
{
	sed 's/#.*//' "$1"
}

# Where a program is, of this host or of the lane's machine.
program_path()
{
	local path=$PATH

	[ -z "$root" ] || path=$root/usr/bin:$root/usr/sbin
	PATH=$path type -P "$1" || die "$1 is not installed: add its package to packages.list, run selftests/vm/fetch.sh tools vm"
}

# Paths of everything in host_programs.list, and of busybox.
program_paths()
{
	local word path

	for word in busybox $(words "$here/host_programs.list"); do
		if [[ $word != /* ]]; then
			program_path "$word" || exit
			continue
		fi
		# shellcheck disable=SC2086 # the patterns in the list are meant to expand
		for path in $root${word/TRIPLET/$triplet}; do
			[ -e "$path" ] || die "$path does not exist: run selftests/vm/fetch.sh tools vm"
			echo "$path"
		done
	done
}

# Shared libraries of the given files, with the loader.
library_paths()
{
	if [ -n "$root" ]; then
		machine_library_paths "$@"
	else
		# It fails for a static program.
		{ ldd "$@" 2>/dev/null || :; } | grep -o '/[^ )]*\.so[^ )]*' | grep -v ':$' | sort -u
	fi
}

# The same where the loader cannot be asked: by the names that each file needs.
machine_library_paths()
{
	local name names path wanted=("$@") more
	local -A seen

	while [ ${#wanted[@]} -gt 0 ]; do
		more=()
		names=$(readelf -dlW "${wanted[@]}" 2>/dev/null |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p; s/.*program interpreter: \(.*\)\]$/\1/p' | sort -u)
		for name in $names; do
			[ -z "${seen[$name]:-}" ] || continue
			seen[$name]=1
			path=$root$name
			[[ $name == /* ]] || path=$root/usr/lib/$triplet/$name
			[ -e "$path" ] || die "no $name in $root"
			echo "$path"
			more+=("$path")
		done
		wanted=("${more[@]}")
	done
}

# The guest sees /bin and /lib as links into /usr, as Debian does.
guest_path()
{
	local path=${1#"$root"}

	case $path in
	/bin/*|/sbin/*|/lib/*|/lib64/*)	echo "/usr$path" ;;
	*)				echo "$path" ;;
	esac
}

put()
{
	local dest

	dest=$stage$(guest_path "$2")
	mkdir -p "$(dirname "$dest")"
	cp -L "$1" "$dest"
	echo "$1" >>"$copied"
}

# What these files are, as far as can be told without reading them.
identity()
{
	stat -L -c '%n %d %i %s %Y %Z' "$@" 2>&1 | sort -u
}

pack()
{
	(cd "$stage" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$1.new"
	mv "$1.new" "$1"
}

skeleton()
{
	local dir

	mkdir -p "$stage"/{dev,proc,sys,tmp,run,root,etc,mnt,var/run,usr/bin,usr/sbin,usr/lib,usr/lib64}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$stage/$dir"
	done
	printf '%s\n' root:x:0:0::/root:/bin/bash tcpdump:x:100:100::/:/bin/false \
		user:x:1000:1000::/tmp:/bin/bash nobody:x:65534:65534::/:/bin/false >"$stage/etc/passwd"
	printf '%s\n' root:x:0: tcpdump:x:100: user:x:1000: nogroup:x:65534: >"$stage/etc/group"
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$stage/etc/hosts"
	printf '%s\n' 'passwd: files' 'group: files' 'hosts: files' >"$stage/etc/nsswitch.conf"
	printf '%s\n' 'ip 0 IP' 'icmp 1 ICMP' 'tcp 6 TCP' 'udp 17 UDP' 'ipv6-icmp 58 IPv6-ICMP' >"$stage/etc/protocols"
}

busybox_links()
{
	local applet

	for applet in $(busybox --list); do
		[ -e "$stage/usr/bin/$applet" ] || [ -e "$stage/usr/sbin/$applet" ] ||
			ln -s busybox "$stage/usr/bin/$applet"
	done
}

xtables_links()
{
	local flavour family tool

	for flavour in nft legacy; do
		for family in iptables ip6tables; do
			for tool in "" -save -restore; do
				ln -s xtables-$flavour-multi "$stage/usr/sbin/$family-$flavour$tool"
			done
		done
	done
	for family in iptables ip6tables; do
		for tool in "" -save -restore; do
			ln -s xtables-nft-multi "$stage/usr/sbin/$family$tool"
		done
	done
}

# The devices of its machine by which init tells how the VM ended.
port()
{
	if [ "$machine" = amd64 ]; then
		echo "$here/port_isa.c"
	else
		echo "$here/port_virtio.c"
	fi
}

make_programs()
{
	local path paths libraries

	skeleton
	# shellcheck disable=SC2046 # the compiler and its option
	$(machine_compiler "$lane") -O2 -Wall -Wextra -static -o "$stage/init" "$here/init.c" "$(port)"
	paths=$(program_paths) || exit
	paths+=" $(echo "$root/usr/lib/$triplet"/lib{pcap,json-c}.so.?*)"
	# shellcheck disable=SC2086 # one path a word
	libraries=$(library_paths $paths)
	for path in $paths $libraries; do
		put "$path" "$path"
	done
	# What is a letter in UTF-8: the command draws in Unicode only where it is known.
	put "$root/usr/lib/locale/C.utf8/LC_CTYPE" /usr/lib/locale/C.utf8/LC_CTYPE
	# The same language; jq compiles its own library at each start, for 300 million instructions.
	ln -s gojq "$stage/usr/bin/jq"
	busybox_links
	xtables_links
	pack "$1"
}

# Paths of the wanted modules of kernel $2 unpacked in $1, dependencies first. A
# kernel of kernel.sh has those that its configuration says.
module_paths()
{
	local kernel=$1 release=$2 name lines

	for name in $(words "$here/modules.list") ${cross:+virtio_pci? virtio_console}; do
		lines=$(modprobe -d "$kernel" -S "$release" --show-depends "${name%\?}" 2>/dev/null) ||
			[[ $name == *\? || -e $kernel/build ]] || die "kernel $release has no module $name: mark it '?' in modules.list"
		sed -n 's/^insmod //p' <<<"$lines"
	done | awk '{ print $1 }' | sort -u
}

make_modules()
{
	local kernel=$build/kernels/$lane out=$1 release path dest paths

	release=$(cat "$kernel/release")
	paths=$(module_paths "$kernel" "$release")
	dest=$stage/lib/modules/$release
	mkdir -p "$dest"
	for path in $paths; do
		mkdir -p "$dest/$(dirname "${path#*/lib/modules/"$release"/}")"
		cp "$path" "$dest/${path#*/lib/modules/"$release"/}"
	done
	find "$dest" -name '*.xz' -exec xz -d {} +
	# Without its signature, which strip leaves away: to check one takes as long as some tests.
	find "$dest" -name '*.ko' -exec "${cross}strip" --strip-debug {} +
	cp "$kernel/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$dest"
	depmod -b "$stage" "$release"
	mkdir -p "$stage/usr"
	mv "$stage/lib" "$stage/usr/lib"
	pack "$out"
}

# A word without a colon is a host program, which needs its libraries too.
make_payload()
{
	local out=$1 pair path

	shift
	for pair in "$@"; do
		if [[ $pair != *:* ]]; then
			path=$(program_path "$pair") || exit
			for path in "$path" $(library_paths "$path"); do
				put "$path" "$path"
			done
			continue
		fi
		mkdir -p "$stage$(dirname "$(guest_path "${pair#*:}")")"
		cp -rL "${pair%%:*}" "$stage$(guest_path "${pair#*:}")"
	done
	pack "$out"
}

# up_to_date OUT FILE...: whether OUT was made of these files, and of those that were
# copied for them, as all of them are now
up_to_date()
{
	local out=$1 files

	shift
	[ -e "$out" ] && [ -e "$out.key" ] || return 1
	mapfile -t files < <({ printf '%s\n' "$@"; sed 's/\( [^ ]*\)\{5\}$//' "$out.key"; } | sort -u)
	identity "${files[@]}" | cmp -s - "$out.key"
}

# made OUT FILE...: note that it was made of these and of what was copied
made()
{
	local out=$1 files

	shift
	mapfile -t files < <({ printf '%s\n' "$@"; cat "$copied"; } | sort -u)
	identity "${files[@]}" >"$out.key"
}

# make_once COMMAND... -- OUT FILE...: unless it is up to date
make_once()
{
	local command=()

	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	! up_to_date "$@" || return 0
	rm -f "$1.key"
	"${command[@]}"
	made "$@"
}

main()
{
	local what=$1 kernel

	[ $# -ge 3 ] || die "usage: mkinitramfs.sh programs LANE OUT | modules LANE OUT | payload LANE OUT HOST:GUEST|PROGRAM..."
	lane=$2
	set_machine "$lane"
	shift 2
	stage=$(mktemp -d "${TMPDIR:-/tmp}/initramfs.XXXXXX")
	copied=$(mktemp "${TMPDIR:-/tmp}/initramfs.XXXXXX")
	trap 'rm -rf "$stage" "$copied"' EXIT
	case $what in
	programs)
		# shellcheck disable=SC2046 # one path a word
		make_once make_programs "$1" -- "$1" "$here/init.c" "$(port)" "$here/port.h" "$here/arch.sh" \
			"$here/host_programs.list" "$here/mkinitramfs.sh" $(program_paths) ;;
	modules)
		kernel=$build/kernels/$lane
		make_once make_modules "$1" -- "$1" "$here/modules.list" "$here/mkinitramfs.sh" "$kernel/release" \
			"$kernel/boot/kernel" ;;
	payload)
		make_payload "$@" ;;
	*)
		die "unknown part '$what': programs, modules or payload" ;;
	esac
}

main "$@"
