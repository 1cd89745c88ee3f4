# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What differs between the machines that the lanes are of: sourced by all that builds,
# fetches or boots for one. A lane ends with its machine's name, as in 6.1-arm64, or is
# of this one, amd64. Used: BUILD.

# machine_of LANE: Debian's name of its machine
machine_of()
{
	case $1 in
	*-arm64)	echo arm64 ;;
	*-s390x)	echo s390x ;;
	*)		echo amd64 ;;
	esac
}

# machine_suffix LANE: what names of things built for it end with, nothing for this one
machine_suffix()
{
	local machine

	machine=$(machine_of "$1")
	[ "$machine" = amd64 ] || echo "-$machine"
}

# set_machine LANE: sets machine; triplet, of libraries and of the compiler; kernel_arch,
# what kbuild calls it; cross, what the compiler's names begin with; root, where
# fetch_arch.sh unpacks the machine's own programs and libraries.
# shellcheck disable=SC2034 # they are used where this is sourced
set_machine()
{
	machine=$(machine_of "$1")
	case $machine in
	arm64)	triplet=aarch64-linux-gnu kernel_arch=arm64 ;;
	s390x)	triplet=s390x-linux-gnu kernel_arch=s390 ;;
	*)	triplet=x86_64-linux-gnu kernel_arch=x86_64 cross="" root=""
		return ;;
	esac
	cross=$triplet- root=$BUILD/machines/$machine/root
}

# kbuild_words LANE: what make of the module needs beside KDIR
kbuild_words()
{
	set_machine "$1"
	[ -z "$cross" ] || echo "ARCH=$kernel_arch CROSS_COMPILE=$cross"
}

# machine_compiler LANE: the compiler for programs of its machine
machine_compiler()
{
	set_machine "$1"
	echo "${cross}gcc${root:+ --sysroot=$root}"
}

# command_of LANE: the command, built for its machine; used: top
# shellcheck disable=SC2154 # it is set where this is sourced
command_of()
{
	set_machine "$1"
	if [ -n "$cross" ]; then
		echo "$BUILD/machines/$machine/tcpledger"
	else
		echo "$top/tools/tcpledger"
	fi
}

# console_of LANE: the kernel's name of its first serial line
console_of()
{
	case $(machine_of "$1") in
	arm64)	echo ttyAMA0 ;;
	s390x)	echo ttysclp0 ;;
	*)	echo ttyS0 ;;
	esac
}

# set_qemu_machine LANE CPU FILE LOG: sets the array qemu_machine: the emulator, its machine
# with a CPU where it is an amd64, where the guest says how it ended, into FILE, and where
# QEMU does, see finished(). An
# arm64 of a later version than 8.0 authenticates each return address, which TCG does
# slowly.
# shellcheck disable=SC2034 # it is used where this is sourced
set_qemu_machine()
{
	local bus=pci

	case $(machine_of "$1") in
	amd64)	qemu_machine=(qemu-system-x86_64 -M pc -cpu "$2"
			-device "isa-debug-exit,iobase=0xf4,iosize=4" -debugcon "file:$3")
		return ;;
	arm64)	qemu_machine=(qemu-system-aarch64 -M virt -cpu cortex-a72) ;;
	s390x)	qemu_machine=(qemu-system-s390x -M s390-ccw-virtio -cpu max)
		bus=ccw ;;
	esac
	qemu_machine+=(-trace "enable=qemu_system_shutdown_request,file=$4" -chardev "file,id=status,path=$3" -device "virtio-serial-$bus"
		-device "virtserialport,nr=1,name=output,chardev=out"
		-device "virtserialport,nr=2,name=status,chardev=status")
}

# finished LANE RC LOG: whether QEMU ended with RC because init said so, and not by a
# crash. An amd64's last act is a write to a device that ends QEMU with 33. Elsewhere QEMU
# ends with 0 whether the guest powers off, resets, as after a panic, or stops for good; in
# its LOG is which: 6 is SHUTDOWN_CAUSE_GUEST_SHUTDOWN, and a reset leaves no such line.
finished()
{
	if [ "$(machine_of "$1")" = amd64 ]; then
		[ "$2" -eq 33 ]
	else
		[ "$2" -eq 0 ] && grep -qx 'qemu_system_shutdown_request reason=6' "$3"
	fi
}
