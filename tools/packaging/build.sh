#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the packages tcpledger and tcpledger-dkms of this tree in a copy of it, for which
# nobody needs to be root; prints their paths.
#
#   build.sh DIR    a folder below which all is made, new each time
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
out=$1

# What the packages have of the tree is what version.sh looks at.
copy_tree()
{
	local tree=$1

	mkdir -p "$tree"
	cp -r "$top"/{.version,Kbuild,Makefile,COPYING,module,tools} "$tree"
	make -s -C "$tree/tools" clean TCPLEDGER_RELEASE=
	mv "$tree/tools/packaging/debian" "$tree/debian"
}

# The date of the commit, so that a state of the tree is one package, byte for byte.
write_changelog()
{
	cat <<-EOF
	tcpledger ($1) unstable; urgency=medium

	  * See the history of the source.

	 -- $(sed -n 's/^Maintainer: //p' "$here/debian/control")  $(date -u -R -d "@$2")
	EOF
}

# commit_time VERSION: in seconds, out of VERSION itself
commit_time()
{
	local pattern='\+git(....)(..)(..)\.(..)(..)(..)\.'

	if [[ $1 =~ $pattern ]]; then
		set -- "${BASH_REMATCH[@]:1}"
		date -u -d "$1-$2-$3 $4:$5:$6" +%s
	else
		stat -c %Y "$top/.version"
	fi
}

main()
{
	local version tree

	version=$("$here/version.sh")
	rm -rf "$out"
	tree=$out/tcpledger-$version
	copy_tree "$tree"
	echo "$version" >"$tree/.version"
	write_changelog "$version" "$(commit_time "$version")" >"$tree/debian/changelog"
	# Nothing that a make above exports: PREFIX and its like are not for a package.
	(cd "$tree" && env -i PATH="$PATH" LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS=noautodbgsym \
		dpkg-buildpackage -us -uc -b) >"$out/log" 2>&1 || {
		tail -n 30 "$out/log" >&2
		exit 1
	}
	ls "$out"/*.deb
}

main
