#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Debian 13 below .build, for its kernels on this Debian 12: their headers come with
# programs that need its libc, and are to be used with its compiler.
#
#   next.sh root             make the tree of Debian 13, unless it is there
#   next.sh apt-config LANE  print the path of an APT_CONFIG with which apt tells and
#                            downloads what Debian 13 has: 13 and 13-rt its own kernels,
#                            13-backports and 13-backports-rt the newest of its backports
#   next.sh run COMMAND...   run it there, in our own folder, as this user
#
# Nothing of it reaches the machine's own system: no service starts there, and what is
# mounted for a command is seen by that command alone.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
build=${BUILD:-$top/.build}
root=$build/kernels/debian-13

# What make and gcc need to build a module there; 'pahole' writes its type information.
packages=gcc-14,gcc,make,libc6-dev,libelf1t64,libssl3t64,pahole,kmod,xz-utils

die()
{
	echo "next.sh: $*" >&2
	exit 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# site SUITE: where this machine's apt has that suite of Debian 12 from; 13 is there too.
site()
{
	local found

	# shellcheck disable=SC2016 # apt expands it
	found=$(apt-get indextargets --format '$(SITE) $(RELEASE)' |
		awk -v release="$1" '$2 == release && !n++ { print $1 }')
	[ -n "$found" ] || die "apt has no source for $1: add it to the apt sources"
	echo "$found"
}

sources()
{
	local suite debian security

	debian=$(site bookworm) && security=$(site bookworm-security) || exit
	for suite in trixie trixie-updates trixie-backports; do
		echo "deb $debian $suite main"
	done
	echo "deb $security trixie-security main"
}

make_root()
{
	local log=$build/debian-13.log debian

	[ ! -e "$root/etc/debian_version" ] || return 0
	echo "fetch: unpacking Debian 13 into .build: compiler and libc for its kernels' headers" >&2
	mkdir -p "$build/kernels"
	debian=$(site bookworm) || exit
	as_root rm -rf "$root" "$root.new"
	as_root env PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase --include="$packages" \
		trixie "$root.new" "$debian" >"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "debootstrap of Debian 13 failed, see above and $log"; }
	sources | as_root tee "$root.new/etc/apt/sources.list" >/dev/null
	as_root mkdir -p "$root.new$top" "$root.new$build"
	# So that 'make distclean' can take it away, and apt write its lists.
	as_root chown -R "$(id -u):$(id -g)" "$root.new"
	mv "$root.new" "$root"
}

# Only what apt reads is of Debian 13: apt itself is this machine's.
apt_config()
{
	local config=$root/apt-$1.conf release=

	# Without one, security updates count as much as the release itself.
	[[ $1 != 13-backports* ]] || release=trixie-backports
	printf '%s\n' "Dir \"$root\";" "APT::Default-Release \"$release\";" \
		"APT::Sandbox::User \"$(id -un)\";" "Acquire::Languages \"none\";" >"$config"
	echo "$config"
}

# The tree read-only but for .build, at their own places, so that messages and links
# say the same here and there.
run()
{
	[ -e "$root/etc/debian_version" ] || die "there is no Debian 13 in .build: selftests/vm/fetch.sh kernel 13"
	# shellcheck disable=SC2016 # the inner shell expands it
	as_root unshare --mount sh -c '
		set -e
		root=$1 top=$2 build=$3 user=$4
		shift 4
		mount --bind "$top" "$root$top"
		mount -o remount,bind,ro "$root$top"
		mount --bind "$build" "$root$build"
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		exec chroot --userspec="$user" "$root" env -i PATH=/usr/sbin:/usr/bin HOME=/ LC_ALL=C \
			sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$top" "$@"' \
		sh "$root" "$top" "$build" "$(id -u):$(id -g)" "$@"
}

main()
{
	local what=${1:-}

	[ $# -gt 1 ] || [ "$what" = root ] || die "usage: next.sh root | apt-config LANE | run COMMAND..."
	shift
	case $what in
	root)		make_root ;;
	apt-config)	apt_config "$1" ;;
	run)		run "$@" ;;
	*)		die "usage: next.sh root | apt-config LANE | run COMMAND..." ;;
	esac
}

main "$@"
