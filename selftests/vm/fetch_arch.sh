# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What fetch.sh unpacks for another machine: a kernel of Debian's as it does for this one,
# and the machine's own programs and libraries, out of which commands and tests are built
# across and the VM's root file system is made. Sourced by fetch.sh. Apt asks for that
# machine by options of each call, with lists and a status of its own below .build, so
# that this host stays one of amd64 alone.
#
# Used: here, build and the functions of fetch.sh.
# shellcheck disable=SC2154 # they are set where this is sourced

# shellcheck source=arch.sh
. "$here/arch.sh"

# set_apt LANE: sets the arrays apt_get and apt_cache, which ask for the lane's machine
set_apt()
{
	local dir options

	set_machine "$1"
	dir=$build/machines/$machine/apt
	mkdir -p "$dir"/{lists,archives}/partial
	: >"$dir/status"
	options=(-o "APT::Architecture=$machine" -o "APT::Architectures=$machine"
		-o "APT::Sandbox::User=$(id -un)" -o "Dir::Cache=$dir"
		-o "Dir::State::lists=$dir/lists" -o "Dir::State::status=$dir/status")
	apt_get=(apt-get -qq "${options[@]}")
	apt_cache=(apt-cache "${options[@]}")
}

# These lists are ours, and need no root.
update_machine_lists()
{
	say "updating the package lists of $machine"
	"${apt_get[@]}" update >&2 || say "apt-get update failed, see above: going by the lists as they are"
}

machine_depends()
{
	"${apt_cache[@]}" depends "$1" 2>/dev/null | sed -n 's/^[ |]*Depends: //p'
}

machine_release()
{
	machine_depends "linux-image-$machine" | sed -n 's/^linux-image-\(6\.1\..*\)/\1/p' | head -n 1
}

# The tools of its headers run on this machine: kbuild's are of this one, of the same
# version where Debian has it.
download_kbuild()
{
	local dir=$1 version

	version=$("${apt_cache[@]}" policy "linux-headers-$2" | sed -n 's/^ *Candidate: //p')
	download "$dir" "linux-kbuild-6.1=$version" 2>/dev/null || download "$dir" linux-kbuild-6.1
}

# A whole image is several hundred MB, most of it drivers that QEMU has no device for.
unpack_machine_kernel()
{
	local dir=$1 deb

	for deb in "$dir"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --no-same-owner --wildcards \
			--exclude './usr/share' --exclude './lib/modules/*/kernel/sound' \
			--exclude './lib/modules/*/kernel/drivers/[!bcnv]*'
		rm "$deb"
	done
}

# fetch_machine_kernel LANE [newest]
fetch_machine_kernel()
{
	local lane=$1 dest=$build/kernels/$1 have wanted headers packages

	set_apt "$lane"
	have=$(cat "$dest/release" 2>/dev/null) || have=
	[ -z "$have" ] || [ "${2:-}" = newest ] || return 0
	require_debian
	[ -n "$have" ] || update_machine_lists
	wanted=$(machine_release)
	[ -n "$wanted" ] || [ -n "$have" ] || die "apt knows no linux-image-$machine of series 6.1"
	[ -n "$wanted" ] && [ "$have" != "$wanted" ] || return 0
	headers=linux-headers-$wanted
	packages="linux-image-$wanted $headers $(machine_depends "$headers" | grep '^linux-headers-' | paste -sd' ')"
	say "unpacking kernel $wanted into .build: image and headers for the $lane tests"
	rm -rf "$dest.new"
	mkdir -p "$dest.new"
	update_lists
	# shellcheck disable=SC2086 # a list of package names
	(cd "$dest.new" && "${apt_get[@]}" download $packages) >&2 || die "cannot download $packages, see above"
	download_kbuild "$dest.new" "$wanted" || die "cannot download linux-kbuild-6.1, see above"
	unpack_machine_kernel "$dest.new"
	finish_kernel "$dest.new" "$wanted"
	rm -rf "$dest"
	mv "$dest.new" "$dest"
}

# The packages of the group 'guest', with all they depend on: an empty status makes apt
# resolve them as for a machine that has nothing.
fetch_machine_root()
{
	local dest names deb

	set_apt "$1"
	dest=$root
	[ ! -e "$dest/etc" ] || return 0
	require_debian
	update_machine_lists
	names=$(awk '$1 == "guest" { print $2 }' "$here/packages.list" | paste -sd' ')
	say "unpacking into .build, for the VM of $machine and to build for it: $names"
	# shellcheck disable=SC2086 # a list of package names
	"${apt_get[@]}" --no-install-recommends -y --download-only install $names >"$build/apt.log" 2>&1 ||
		{ cat "$build/apt.log" >&2; die "cannot download these packages of $machine, see above"; }
	rm -rf "$dest.new"
	mkdir -p "$dest.new"/usr/{bin,sbin,lib,lib64}
	for deb in bin sbin lib lib64; do
		ln -s "usr/$deb" "$dest.new/$deb"
	done
	for deb in "$build/machines/$machine"/apt/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dest.new" --no-same-owner --keep-directory-symlink \
			--wildcards --exclude './usr/share/[!p]*' --exclude './usr/share/perl*'
		rm "$deb"
	done
	relative_links "$dest.new"
	rm -rf "$dest"
	mv "$dest.new" "$dest"
}

# A link of a root file system to /bin/kmod would here be one to this host's.
relative_links()
{
	local link

	find "$1" -type l -lname '/*' | while read -r link; do
		ln -sfnr "$1$(readlink "$link")" "$link"
	done
}
