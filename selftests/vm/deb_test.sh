#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests the packages of 'make deb' in a Debian 12 of their own (debian_root.sh): install,
# modules that DKMS builds, kernels that come and go, purge. What is not yet there is
# written to a layer that each run makes anew. The modules it built are then loaded in
# VMs of the same kernels. KTAP out.
#
#   deb_test.sh    needs root; .build/deb-test has the logs of apt, DKMS and the VMs
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export BUILD=${BUILD:-$top/.build}
# shellcheck source=../programs/lib/ktap.sh
. "$here/../programs/lib/ktap.sh"

debs=$BUILD/deb work=$BUILD/deb-test
root=$work/root log=$work/log
lanes=(6.1 6.12)

# Mounts go when this process does.
if [ -z "${DEB_TEST_MOUNTS:-}" ]; then
	[ "$(id -u)" -eq 0 ] || ktap_skip_all "needs root, for mounts and chroot"
	exec env DEB_TEST_MOUNTS=1 unshare -m --propagation private "$0" "$@"
fi

# in_root COMMAND...: as in a shell of root's own. An initramfs is not what is tested
# here, and takes a minute for each kernel.
in_root()
{
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 INITRD=No \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# apt WHAT...: what it prints goes to the log
apt()
{
	echo "== apt-get $*" >>"$log"
	in_root apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1
}

mount_root()
{
	local base

	base=$("$here/debian_root.sh" bookworm)
	rm -rf "${work:?}"
	mkdir -p "$work"/{upper,overlay,root} "$BUILD/deb-root/archives/partial"
	mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/overlay" "$root"
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	# Kernels are big: downloaded once for all runs.
	mount --bind "$BUILD/deb-root/archives" "$root/var/cache/apt/archives"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
}

# The release before the one of lane 6.1 that Debian still has.
older_release()
{
	in_root apt-cache pkgnames linux-headers-6.1.0- | sed -n 's/^linux-headers-\(6\.1\.0-[0-9]*-amd64\)$/\1/p' |
		sort -V | grep -B 1 -x "$("$here/fetch.sh" release 6.1)" | head -n 1
}

install_kernel()
{
	apt install "linux-image-$1" "linux-headers-$1"
}

module_of()
{
	echo "$root/lib/modules/$1/updates/dkms/tcpledger.ko"
}

# modinfo_of RELEASE FIELD: of the module that modprobe would take for this kernel
modinfo_of()
{
	in_root modinfo -k "$1" -F "$2" tcpledger
}

# built RELEASE: DKMS says that it is installed, and modprobe finds one for this kernel
built()
{
	in_root dkms status -m tcpledger -v "$version" -k "$1" 2>>"$log" | grep -q ': installed$' &&
		[ "$(modinfo_of "$1" vermagic | cut -d ' ' -f 1)" = "$1" ] &&
		[ "$(modinfo_of "$1" version)" = "$version" ]
}

same_version()
{
	local deb

	for deb in "$debs"/*.deb; do
		[ "$(dpkg-deb -f "$deb" Version)" = "$version" ] || return 1
	done
	[ "$(in_root tcpledger --version)" = "tcpledger $version" ]
}

# Kbuild alone builds it: neither Makefile, nor tests, nor git's history are there.
only_kbuild()
{
	[ "$(cd "$root/usr/src/tcpledger-$version" && find . -maxdepth 1 | LC_ALL=C sort | paste -sd ' ')" = \
		". ./.version ./Kbuild ./dkms.conf ./module" ] && ! in_root which git >>"$log" 2>&1
}

# Each has a description in which stands of what it is a number, and its default.
parameters_told()
{
	modinfo_of "$1" parm >"$work/parm"
	[ -s "$work/parm" ] && ! grep -vE '^[a-z_]+:.*(records|events).*default.*\((u?int|bool|charp)\)$' "$work/parm"
}

signed()
{
	[ "$(modinfo_of "$1" signer)" = "DKMS module signing key" ] && [ -s "$root/var/lib/dkms/mok.pub" ]
}

gone()
{
	[ ! -e "$root/lib/modules/$1" ] && ! in_root dkms status -m tcpledger 2>>"$log" | grep -qF "$1"
}

files()
{
	(cd "$root" && find . -xdev \( -path ./tmp -o -path ./run -o -path ./var/log -o -path ./root \) -prune -o -print |
		LC_ALL=C sort)
}

# What is there after the purge and was not before, no package has, and is no index that
# depmod or dpkg keeps of a kernel: nothing. DKMS keeps its key.
left_over()
{
	files >"$work/files.after"
	# Packages name /lib what lies in /usr/lib.
	cat "$root"/var/lib/dpkg/info/*.list | sed 's|^/lib/|/usr/lib/|; s/^/./' |
		LC_ALL=C sort - "$work/files.before" | LC_ALL=C comm -13 - "$work/files.after" |
		grep -vE "^\./(usr/lib/modules/[^/]*/modules\.[a-z.]*|var/lib/dkms/mok\.(key|pub))\$" |
		grep -vE '^\./(var/lib/dpkg/.*|(vmlinuz|initrd\.img)(\.old)?)$'
}

purged()
{
	local left

	left=$(left_over) || :
	[ -z "$left" ] || { echo "# left: ${left//$'\n'/$'\n# left: '}"; return 1; }
	! grep tcpledger "$work/files.after" && ! in_root dkms status 2>>"$log" | grep -q . &&
		! grep -q tcpledger "$root"/lib/modules/*/modules.dep
}

lintian_content()
{
	lintian --allow-root --fail-on error "$debs"/*.changes >"$work/lintian" 2>&1 && return
	sed 's/^/# /' "$work/lintian"
	return 1
}

# The same state of the tree makes the same packages, in another folder too.
same_packages()
{
	"$top/tools/packaging/build.sh" "$work/again" >>"$log" &&
		(cd "$debs" && sha256sum ./*.deb) >"$work/sums" &&
		(cd "$work/again" && sha256sum --quiet -c "$work/sums") >>"$log" 2>&1
}

# boot LANE RELEASE: what the packages and DKMS put there, in a VM of this kernel
boot()
{
	local lane=$1 release=$2 file adds=() rc=0

	for file in "$root/lib/modules/$release"/modules.{dep,alias,symbols}{,.bin} "$(module_of "$release")"* \
			"$root/usr/bin/tcpledger" "$root/usr/share/doc/tcpledger-dkms/examples/tcpledger.conf"; do
		adds+=(--add "$file:${file#"$root"}")
	done
	"$here/run.sh" --kernel "$lane" --mode warp --no-module --log "$work/vm-$lane" "${adds[@]}" \
		--script "$here/deb_guest.sh" >"$work/said-$lane" 2>"$work/vm-$lane.err" || rc=$?
	[ "$rc" -eq 0 ] || sed 's/^/# /' "$work/said-$lane" "$work/vm-$lane.err"
	return "$rc"
}

# said LANE LINE: the VM's side printed it
said()
{
	grep -qxF -- "$2" "$work/said-$1"
}

# listed LANE: the list has a connection to the VM's server
listed()
{
	grep -qE '^list .* 127\.0\.0\.1:[0-9]+ +127\.0\.0\.1:8080 ' "$work/said-$1"
}

vm_results()
{
	local lane=$1

	ktap_result "$lane VM: ends well, with the module unloaded" boot "$lane" "$2"
	ktap_result "$lane VM: modprobe loads the version that the packages have" said "$lane" "module $version"
	ktap_result "$lane VM: the command tells the same version" said "$lane" "command tcpledger $version"
	ktap_result "$lane VM: the example for modules-load.d names it" said "$lane" "example_loads tcpledger"
	ktap_result "$lane VM: tcpledger list shows a connection" listed "$lane"
	ktap_result "$lane VM: its record is right" said "$lane" "record 127.0.0.1:8080 established curl"
}

# What takes time and is the same for all results.
prepare()
{
	local lane

	"$here/fetch.sh" tools build vm deb debtest >&2 || ktap_bail "a tool is missing, see above"
	for lane in "${lanes[@]}"; do
		"$here/fetch.sh" kernel "$lane" >&2 || ktap_bail "there is no kernel for $lane, see above"
	done
	"$top/tools/packaging/build.sh" "$debs" >&2 || ktap_bail "make deb failed, see above"
	mount_root
	apt update || ktap_bail "apt-get update failed, see $log"
	old=$(older_release)
	install_kernel "$old" || ktap_bail "cannot install kernel $old, see $log"
	version=$("$top/tools/packaging/version.sh")
	mkdir "$root/root/debs"
	cp "$debs"/*.deb "$root/root/debs"
	files >"$work/files.before"
}

main()
{
	local lane release old version

	ktap_version
	prepare
	ktap_count $((12 + 7 * ${#lanes[@]}))
	ktap_result "lintian finds no error" lintian_content
	ktap_result "the same tree makes the same packages" same_packages
	ktap_result "both packages install" apt install "/root/debs/tcpledger_${version}_amd64.deb" \
		"/root/debs/tcpledger-dkms_${version}_all.deb"
	ktap_result "the packages and the command have the version of the tree" same_version
	ktap_result "DKMS has what Kbuild needs, and no more" only_kbuild
	ktap_result "the module is built for $old, with that version" built "$old"
	ktap_result "modinfo tells what each parameter counts" parameters_told "$old"
	ktap_result "the module is signed with the key of DKMS" signed "$old"
	for lane in "${lanes[@]}"; do
		release=$("$here/fetch.sh" release "$lane")
		install_kernel "$release" || ktap_say "apt-get failed, see $log"
		ktap_result "an upgrade to $release builds the module for it" built "$release"
		vm_results "$lane" "$release"
	done
	ktap_result "the module for $old is still there" built "$old"
	apt purge "linux-image-$old" "linux-headers-$old" || ktap_say "apt-get failed, see $log"
	ktap_result "a kernel that goes takes its module along" gone "$old"
	ktap_result "both packages can be purged" apt purge tcpledger tcpledger-dkms
	ktap_result "the purge leaves nothing" purged
	ktap_end
}

main
