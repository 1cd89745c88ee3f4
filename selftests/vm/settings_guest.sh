#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs in a VM of settings_test.sh, which names the setting: is it in force, does the module say
# what it lacks there, and are connections recorded as everywhere? The textbook cases of
# lab.sh are held against captures, and none of them needs a probe of the kernel for that.
set -u
cd /selftests || exit 1
# shellcheck source=../programs/lib/ktap.sh
. lib/ktap.sh

setting=$1

# All that a VM may load: under lockdown it may load nothing any more.
load_all_modules()
{
	find /lib/modules -name '*.ko*' | sed 's,.*/,,; s/\.ko.*//' | xargs -n 1 modprobe 2>/dev/null || :
}

lock_down()
{
	mount -t securityfs none /sys/kernel/security &&
		echo confidentiality >/sys/kernel/security/lockdown &&
		grep -q '\[confidentiality\]' /sys/kernel/security/lockdown
}

# A bare kernel says in /proc what it has been built without.
in_force()
{
	case $setting in
	no_ipv6)	[ ! -e /proc/net/if_inet6 ] ;;
	cleared)	dmesg | grep -q 'mem auto-init:.*heap alloc:on, heap free:on' ;;
	lockdown)	load_all_modules && lock_down ;;
	bare)		! grep -qE ' (register_kprobe|inet6_bind)$' /proc/kallsyms ;;
	esac
}

# What the module says at load, and in stats at any moment: of a probe that is not there no
# more than that, and of one that is there no less.
says_what_it_lacks()
{
	local lacking

	lacking=$(awk '/^method_/ && $2 != "kprobe"' /proc/net/tcpledger/stats)
	case $setting in
	bare)	! grep -q '^method_.* kprobe$' /proc/net/tcpledger/stats && [ -n "$lacking" ] &&
			dmesg | grep -q 'tcpledger: .*kprobes.*less exact' ;;
	*)	[ -z "$lacking" ] && ! dmesg | grep -q 'tcpledger: .*less exact' ;;
	esac
}

# Debian's key did not sign it, so under lockdown a kernel takes it no more.
unsigned_is_refused()
{
	! insmod /payload/tcpledger.ko 2>/dev/null &&
		dmesg | tail -n 3 | grep -q 'Lockdown: insmod: unsigned module loading is restricted'
}

# Results that cannot be had: without kprobes nobody tells when TIME_WAIT begins anew and when
# it ends, and the comparison of that case then has nothing to be spoiled.
expected_failures()
{
	[ "$setting" = bare ] || return 0
	printf '%s\n' lost-last-ack "each comparison sees a planted mistake" \
		"the five questions are answered, with 2MSL measured"
}

connections_are_recorded()
{
	local output=/tmp/output failed

	./run_selftests.sh lab.sh >$output
	sed 's/^/  /' $output
	failed=$(sed -nE 's/^ +not ok [0-9]+ //p' $output)
	[ "$(grep -cE '^ +(not )?ok ' $output)" -ge 39 ] && [ "$failed" = "$(expected_failures)" ]
}

ktap_version
if [ "$setting" = lockdown ]; then
	ktap_count 4
else
	ktap_count 3
fi
ktap_result in_force in_force
ktap_result says_what_it_lacks says_what_it_lacks
ktap_result connections_are_recorded connections_are_recorded
if [ "$setting" = lockdown ]; then
	rmmod tcpledger
	ktap_result unsigned_is_refused unsigned_is_refused
fi
ktap_end
