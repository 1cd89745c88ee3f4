#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fetches from Debian's packages what this machine lacks, and says so.
#
#   fetch.sh tools GROUP...   install the packages of packages.list in these groups
#   fetch.sh kernel LANE...   unpack image and headers of 6.1, 6.12, 6.1-rt or 6.12-rt;
#                             of 13 or 13-backports, Debian 13's, with or without -rt, see
#                             next.sh; of another machine, as 6.1-arm64, see
#                             fetch_arch.sh; build a kernel with more checks, see kernel.sh
#   fetch.sh root LANE        unpack the programs and libraries of a lane's machine
#   fetch.sh newest LANE...   the same; and where this machine's package lists know a
#                             newer release than the one unpacked, unpack that instead
#   fetch.sh services         unpack the services of packages.list, which no host should run
#   fetch.sh source           unpack the kernel's kselftest framework and checkpatch
#   fetch.sh source-tree 6.12 unpack the kernel's source to build it, see kernel.sh
#   fetch.sh prometheus       unpack Debian's prometheus, promtool and node_exporter
#   fetch.sh clickhouse       unpack Debian's clickhouse-server and -client
#   fetch.sh release LANE     print the kernel release of an unpacked lane
#
# Kernels, their source and services are only unpacked below .build, never
# installed: the 6.12 headers depend on the 6.12 image, whose installation would make a
# host boot it, and a server would start here. Each piece is complete or absent, so a run
# that finds all of them asks neither apt nor the network; 'newest' asks the lists, as old
# as they are.
#
# KERNEL_RELEASE="6.1.0-55-amd64 ..." asks for these very releases of their lanes, and
# for as long as it is set; those of other lanes are as without it.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export BUILD=${BUILD:-$(realpath "$here/../..")/.build}
build=$BUILD
lists_updated=""
# shellcheck source=fetch_arch.sh
. "$here/fetch_arch.sh"

die()
{
	echo "fetch.sh: $*" >&2
	exit 1
}

say()
{
	echo "fetch: $*" >&2
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo --preserve-env=APT_CONFIG "$@"
	fi
}

can_be_root()
{
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null
}

all_packages()
{
	awk '!/^#/ && NF { sub(/\|.*/, "", $2); print $2 }' "$here/packages.list" | paste -sd' '
}

require_debian()
{
	local id

	# shellcheck source=/dev/null
	id=$(. /etc/os-release 2>/dev/null && echo "${ID:-}-${VERSION_ID:-}-$(uname -m)") || id=
	[ "$id" = debian-12-x86_64 ] ||
		die "this needs Debian 12 on amd64, not ${id:-an unknown system}: it takes the kernels 6.1 and 6.12" \
		    "(image, headers, source) and these packages from there: $(all_packages)"
}

# Before the first of a run's downloads: old lists name files that are gone and
# kernels that are not the newest.
update_lists()
{
	[ -z "$lists_updated" ] || return 0
	lists_updated=1
	if ! can_be_root; then
		say "no root and no sudo: going by the package lists as they are"
		return
	fi
	say "updating the package lists"
	as_root apt-get -qq update >&2 || say "apt-get update failed, see above: going by the lists as they are"
}

installed()
{
	dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^.i'
}

# Prints the first of a|b for every line of the given groups of which neither is there.
missing_packages()
{
	local group names why

	while read -r group names why; do
		[[ " $* " == *" $group "* ]] || continue
		if ! installed "${names%%|*}" && ! installed "${names##*|}"; then
			echo "${names%%|*} $why"
		fi
	done < <(grep -v '^#' "$here/packages.list")
}

apt_install()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 install "$@" >"$build/apt.log" 2>&1
}

fetch_tools()
{
	local missing names name why

	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	# Packages are made of this tree on later Debians and other machines too.
	[ "$*" = deb ] || require_debian
	names=$(awk '{ print $1 }' <<<"$missing" | paste -sd' ')
	can_be_root || die "these packages are missing and there is no sudo; run as root: apt-get install $names"
	update_lists
	while read -r name why; do
		say "installing $name: $why"
	done <<<"$missing"
	# shellcheck disable=SC2086 # a list of package names
	apt_install $names ||
		{ cat "$build/apt.log" >&2; die "apt-get install $names failed, see above"; }
}

meta_package()
{
	case $1 in
	6.1)		echo linux-image-amd64 ;;
	6.1-rt)		echo linux-image-rt-amd64 ;;
	6.12)		echo linux-image-6.12-amd64 ;;
	6.12-rt)	echo linux-image-6.12-rt-amd64 ;;
	13|13-backports)	echo linux-image-amd64 ;;
	13-rt|13-backports-rt)	echo linux-image-rt-amd64 ;;
	*)		die "unknown kernel '$1': one of 6.1, 6.12, 13, 13-backports, these with -rt," \
				"6.1 and 6.12 with -debug, -kcsan or -bare, or 6.1 with -arm64 or -s390x" ;;
	esac
}

# What the releases of a lane begin with: those of Debian 13 go on to the next series.
series()
{
	[[ $1 == 13* ]] || echo "${1%-rt}"
}

depends()
{
	apt-cache depends "$1" 2>/dev/null | sed -n 's/^[ |]*Depends: //p'
}

# The ABI that Debian's meta package of this series points to today.
resolve_release()
{
	{ depends "$1" || :; } | sed -n "s/^linux-image-\\(${2//./\\.}[.0-9].*\\)/\\1/p" | head -n 1
}

# download DIR PACKAGE...
download()
{
	local dir=$1

	shift
	# _apt cannot write into the build folder; as root the sandbox is off anyway.
	(cd "$dir" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$@") >&2
}

unpack_all()
{
	local dir=$1 deb

	for deb in "$dir"/*.deb; do
		# What a VM of ours can use: a whole image is 400 MB, most of it drivers.
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --no-same-owner --wildcards \
			--exclude './usr/share' --exclude '*/lib/modules/*/kernel/sound' \
			--exclude '*/lib/modules/*/kernel/drivers/[!bnv]*'
		rm "$deb"
	done
	# Since Debian 13.
	[ ! -d "$dir/usr/lib/modules" ] || ln -s usr/lib "$dir/lib"
}

# The lane of a release of Debian's, e.g. 6.12.107+deb12-rt-amd64.
lane_of()
{
	case $1 in
	6.12.*+deb13*-rt-amd64)	echo 13-rt ;;
	6.12.*+deb13*-amd64)	echo 13 ;;
	*+deb13*-rt-amd64)	echo 13-backports-rt ;;
	*+deb13*-amd64)		echo 13-backports ;;
	6.1.*-rt-amd64)		echo 6.1-rt ;;
	6.12.*-rt-amd64)	echo 6.12-rt ;;
	6.1.*-amd64)		echo 6.1 ;;
	6.12.*-amd64)		echo 6.12 ;;
	*)			die "KERNEL_RELEASE: '$1' is no release of a kernel of Debian 12 or 13 for amd64" ;;
	esac
}

# The release that KERNEL_RELEASE names for this lane, or nothing.
pinned()
{
	local release lane

	for release in ${KERNEL_RELEASE:-}; do
		lane=$(lane_of "$release") || exit
		[ "$lane" != "$1" ] || echo "$release"
	done
}

known_to_apt()
{
	[ -n "$(apt-cache --no-all-versions show "linux-image-$1" 2>/dev/null)" ]
}

# Releases of a lane that the package lists have.
releases_of()
{
	local name

	apt-cache pkgnames "linux-image-$(series "$1")" | while read -r name; do
		[[ $name == *-cloud-* || $name != *-amd64 ]] || [ "$(lane_of "${name#linux-image-}")" != "$1" ] ||
			echo "${name#linux-image-}"
	done | sort -V | paste -sd' '
}

# newer LANE HAVE: whether the lists, as they are, know a release that is newer
newer()
{
	local release

	release=$(resolve_release "$(meta_package "$1")" "$(series "$1")")
	[ -n "$release" ] && dpkg --compare-versions "$release" gt "$2"
}

# unpack_kernel LANE RELEASE: complete, or status 1 and as it was
unpack_kernel()
{
	local lane=$1 release=$2 dest=$build/kernels/$1 headers packages

	headers=linux-headers-$release
	# Since 7.0 the image package is empty, and depends on those with what was in it.
	packages="linux-image-$release $headers $({ depends "$headers"; depends "linux-image-$release"; } |
		grep -E '^linux-((headers|kbuild)-|(base|binary|modules)-[0-9])' | sort -u | paste -sd' ')"
	say "unpacking kernel $release into .build: image and headers for the $lane tests"
	rm -rf "$dest.new"
	mkdir -p "$dest.new"
	# shellcheck disable=SC2086 # a list of package names
	download "$dest.new" $packages || {
		say "cannot download $packages, see above"
		rm -rf "$dest.new"
		return 1
	}
	unpack_all "$dest.new"
	finish_kernel "$dest.new" "$release"
	rm -rf "$dest"
	mv "$dest.new" "$dest"
}

# fetch_kernel LANE [newest]
fetch_kernel()
{
	local lane=$1 meta have wanted

	meta=$(meta_package "$lane")
	have=$(cat "$build/kernels/$lane/release" 2>/dev/null) || have=
	wanted=$(pinned "$lane")
	[ -z "$have" ] || [ "$have" != "$wanted" ] || return 0
	if [ -z "$wanted" ] && [ -n "$have" ]; then
		[ "${2:-}" = newest ] && newer "$lane" "$have" || return 0
	fi
	require_debian
	if [ -z "$wanted" ]; then
		update_lists
		wanted=$(resolve_release "$meta" "$(series "$lane")")
		[ -n "$wanted" ] ||
			die "apt knows no $meta for $lane:" \
			    "add bookworm and bookworm-security to the apt sources"
	elif ! known_to_apt "$wanted"; then
		update_lists
		known_to_apt "$wanted" ||
			die "KERNEL_RELEASE: Debian's package lists have no $wanted; of $lane they have: $(releases_of "$lane")"
	fi
	[ "$have" != "$wanted" ] || return 0
	unpack_kernel "$lane" "$wanted" && return
	if [ -z "$have" ] || [ -n "$(pinned "$lane")" ]; then
		die "there is no kernel for $lane, see above"
	fi
	say "going on with $have"
}

# A kernel of Debian 13, asking the lists of Debian 13: fetch_next LANE kernel|newest
fetch_next()
(
	fetch_tools next
	"$here/next.sh" root
	APT_CONFIG=$("$here/next.sh" apt-config "$1")
	export APT_CONFIG
	fetch_kernel "$@"
)

# A kernel of our own takes long, and asks us for what it needs: kernel.sh has its
# own lock. fetch_kernels kernel|newest LANE...
fetch_kernels()
{
	local how=$1 lane

	shift
	for lane in "$@"; do
		case $lane in
		*-debug|*-kcsan|*-bare)
			flock -u 9
			"$here/kernel.sh" "$lane" 9>&-
			flock 9 ;;
		13|13-*)
			fetch_next "$lane" "$how" ;;
		*-arm64|*-s390x)
			fetch_machine_kernel "$lane" "$how" ;;
		*)
			fetch_kernel "$lane" "$how" ;;
		esac
	done
}

# number FILE OFFSET SIZE: a little endian field of a file's header
number()
{
	od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# Under TCG the kernel's own unpacking of an xz image takes 4 s of every boot, so
# we do it once; QEMU enters the ELF file inside as it is. The offsets are those of
# the kernel's Documentation/x86/boot.rst.
unpack_image()
{
	local image=$1 out=$2 start size

	start=$((($(number "$image" 497 1) + 1) * 512 + $(number "$image" 584 4)))
	size=$(number "$image" 588 4)
	head -c $((start + size)) "$image" | tail -c "$size" >"$out.xz"
	if ! xz -dc --single-stream "$out.xz" >"$out" 2>/dev/null; then
		# zstd, as in 6.12, unpacks quickly enough in the VM
		ln -sf "$(basename "$image")" "$out"
	fi
	rm "$out.xz"
}

# An unpacked kernel lacks what its installation would have made.
finish_kernel()
{
	local root=$1 release=$2 image=$1/boot/vmlinuz-$2

	sed -i -e "s|^include /usr/src/|include \$(dir \$(lastword \$(MAKEFILE_LIST)))../|" \
		-e "s|^KBUILD_OUTPUT=.*|KBUILD_OUTPUT := \$(patsubst %/,%,\$(dir \$(abspath \$(lastword \$(MAKEFILE_LIST)))))|" \
		"$root/usr/src/linux-headers-$release/Makefile"
	if [ ! -e "$image" ]; then
		mkdir -p "$root/boot"
		mv "$root/lib/modules/$release/vmlinuz" "$image"
	fi
	case $release in
	*-arm64|*-s390x)	ln -s "vmlinuz-$release" "$root/boot/kernel" ;;
	*)			unpack_image "$image" "$root/boot/kernel" ;;
	esac
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$root" "$release"
	rm -f "$root/lib/modules/$release"/{build,source}
	echo "$release" >"$root/release"
}

# source_tarball DIR SERIES: writes the tar archive, using DIR for the package
source_tarball()
{
	local dir=$1 name=linux-source-$2

	if [ -r "/usr/src/$name.tar.xz" ]; then
		xz -T0 -dc "/usr/src/$name.tar.xz"
		return
	fi
	update_lists
	download "$dir" "$name" ||
		die "cannot download $name, see above"
	dpkg-deb --fsys-tarfile "$dir"/linux-source-*.deb | tar -xO "./usr/src/$name.tar.xz" | xz -T0 -dc
	rm "$dir"/linux-source-*.deb
}

# What is used of the kernel's source where it is not built: kselftest, checkpatch, and the
# script that tells clang's tools how it was compiled.
source_parts=(scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch
	scripts/subarch.include scripts/clang-tools/gen_compile_commands.py
	tools/testing/selftests/Makefile tools/testing/selftests/lib.mk
	tools/testing/selftests/kselftest.h tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest_module.h tools/testing/selftests/kselftest)

fetch_source()
{
	local dest=$build/linux-source-6.1 whole=$build/kernels/source-6.1

	[ ! -e "$dest/tools/testing/selftests/Makefile" ] || return 0
	rm -rf "$dest.new"
	mkdir -p "$dest.new"
	if [ -e "$whole/Makefile" ]; then
		tar -c -C "$whole" "${source_parts[@]}" | tar -x -C "$dest.new"
	else
		require_debian
		say "unpacking part of linux-source-6.1 into .build: kselftest and checkpatch"
		source_tarball "$dest.new" 6.1 | tar -x -C "$dest.new" --no-same-owner --strip-components=1 \
			--wildcards --no-wildcards-match-slash "${source_parts[@]/#/*/}"
	fi
	rm -rf "$dest"
	mv "$dest.new" "$dest"
}

# unpack GROUP DIR: packages of a group and what they depend on and this machine lacks, below DIR.
# Programs that come with a service are not installed, which would start and enable it.
unpack()
{
	local group=$1 dir=$2 names packages path

	require_debian
	names=$(awk -v group="$group" '$1 == group { print $2 }' "$here/packages.list" | paste -sd' ')
	update_lists
	# shellcheck disable=SC2086 # a list of package names
	packages=$(apt-get -s --no-install-recommends install $names | awk '/^Inst/ { print $2 }' | paste -sd' ')
	say "unpacking into .build, to be run from there: $packages"
	# shellcheck disable=SC2086 # a list of package names
	[ -z "$packages" ] || download "$dir" $packages ||
		die "cannot download $packages, see above"
	for path in "$dir"/*.deb; do
		[ -e "$path" ] || continue
		dpkg-deb -x "$path" "$dir"
		rm "$path"
	done
}

# found DIR NAME: a program that was unpacked below DIR, or that this machine has
found()
{
	PATH=$1/usr/bin:$1/usr/sbin:$PATH:/usr/sbin type -P "$2" || die "no $2 in its package"
}

# They and their libraries go below .build, and from there into a VM.
fetch_services()
{
	local dest=$build/services program path

	[ ! -e "$dest/lib" ] || return 0
	rm -rf "$dest" "$dest.new"
	mkdir -p "$dest.new"/{bin,tree}
	unpack service "$dest.new/tree"
	for program in nginx wrk ab redis-server redis-cli redis-benchmark iperf3 sshd ssh ssh-keygen; do
		path=$(found "$dest.new/tree" "$program")
		cp -L "$path" "$dest.new/bin"
	done
	service_libraries "$dest.new"
	rm -rf "$dest.new/tree"
	mv "$dest.new" "$dest"
}

# fetch_programs GROUP NAME PROGRAM...: below .build/NAME, for this machine
fetch_programs()
{
	local group=$1 dest=$build/$2 program path

	shift 2
	[ ! -e "$dest" ] || return 0
	rm -rf "$dest.new"
	mkdir -p "$dest.new"
	unpack "$group" "$dest.new"
	mkdir -p "$dest.new/usr/bin"
	for program; do
		path=$(found "$dest.new" "$program")
		[[ $path == "$dest.new"/usr/bin/* ]] || ln -s "${path/#"$dest.new/usr"/..}" "$dest.new/usr/bin/$program"
	done
	mv "$dest.new" "$dest"
}

# pthread_cancel() and its like load one library that ldd does not name.
service_libraries()
{
	local path

	mkdir "$1/lib.new"
	for path in $(LD_LIBRARY_PATH=$1/tree/usr/lib/x86_64-linux-gnu ldd "$1"/bin/* |
			grep -o '/[^ )]*\.so[^ )]*' | grep -v ':$' | sort -u) \
			"$(ldconfig -p | awk '/x86-64.*libgcc_s.so.1/ { print $NF; exit }')"; do
		cp -L "$path" "$1/lib.new"
	done
	mv "$1/lib.new" "$1/lib"
}

# All that kbuild and coccicheck read, which is not the manual nor most drivers.
fetch_source_tree()
{
	local series=$1 dest=$build/kernels/source-$1

	[ ! -e "$dest/Makefile" ] || return 0
	require_debian
	say "unpacking linux-source-$series into .build: source of the kernels that are built here"
	rm -rf "$dest.new"
	mkdir -p "$dest.new"
	source_tarball "$dest.new" "$series" | tar -x -C "$dest.new" --no-same-owner --strip-components=1 \
		--wildcards --exclude '*/Documentation/*/*' --exclude '*/drivers/gpu/*.[ch]' \
		--exclude '*/drivers/net/ethernet/*.[ch]' --exclude '*/drivers/net/wireless/*.[ch]'
	rm -rf "$dest"
	mv "$dest.new" "$dest"
}

main()
{
	local what=${1:-}

	[ $# -gt 0 ] && shift
	mkdir -p "$build"
	case $what in
	tools|kernel|newest|root|services|source|source-tree|prometheus|clickhouse)
		# Two makes at once must not unpack into the same folder.
		exec 9>"$build/fetch.lock"
		flock 9 ;;&
	tools)		fetch_tools "$@" ;;
	kernel|newest)	fetch_kernels "$what" "$@" ;;
	root)		fetch_machine_root "$1" ;;
	services)	fetch_services ;;
	source)		fetch_source ;;
	source-tree)	fetch_source_tree "$1" ;;
	prometheus)	fetch_programs monitor prometheus prometheus promtool prometheus-node-exporter ;;
	clickhouse)	fetch_programs database clickhouse clickhouse-server clickhouse-client ;;
	release)	cat "$build/kernels/$1/release" ;;
	*)		die "usage: fetch.sh tools GROUP... | kernel LANE... | newest LANE... | root LANE | services | source | source-tree SERIES | prometheus | clickhouse | release LANE" ;;
	esac
}

main "$@"
