#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A Debian below .build to install packages in, with DKMS and what signs modules, and
# without git, kernels or headers. Made once; needs root. Prints its path.
#
#   debian_root.sh [SUITE]    default bookworm
#
# The packages come from where this machine's do.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
build=${BUILD:-$(realpath "$here/../..")/.build}
suite=${1:-bookworm}
root=$build/deb-root/$suite

die()
{
	echo "debian_root.sh: $*" >&2
	exit 1
}

# Debian's archives of this machine as lines of sources.list, with its suite's name
# replaced by the wanted one.
sources()
{
	local own

	# shellcheck source=/dev/null
	own=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # apt replaces these
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u | sed "s/ $own/ $suite/"
}

make_root()
{
	local lines site

	[ "$(id -u)" -eq 0 ] || die "debootstrap needs root: run it with sudo"
	lines=$(sources)
	site=$(awk -v suite="$suite" '$3 == suite { print $2; exit }' <<<"$lines")
	[ -n "$site" ] || die "this machine's apt sources have no Debian archive to take $suite from"
	echo "fetch: making a Debian ($suite) in .build/deb-root, to install packages in" >&2
	rm -rf "$root.new"
	mkdir -p "$root.new"
	debootstrap --variant=minbase --include=dkms,openssl "$suite" "$root.new" "$site" >"$root.log" 2>&1 || {
		tail -n 20 "$root.log" >&2
		die "debootstrap failed, see above and $root.log"
	}
	echo "$lines" >"$root.new/etc/apt/sources.list"
	rm -f "$root.new"/var/cache/apt/archives/*.deb
	mv "$root.new" "$root"
}

mkdir -p "$build/deb-root"
exec 9>"$build/deb-root/lock"
flock 9
[ -e "$root" ] || make_root
echo "$root"
