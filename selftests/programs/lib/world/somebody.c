// SPDX-License-Identifier: GPL-2.0
/* A user who is not root, and who can be root of a user namespace. */
#include "lib/world/somebody.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/base/util.h"

/**
 * somebody_become - go on as a user who is not root
 */
void somebody_become(void)
{
	if (setresgid(SOMEBODY, SOMEBODY, SOMEBODY) || setresuid(SOMEBODY, SOMEBODY, SOMEBODY))
		die("setresuid");
}

/**
 * somebody_become_root - go on as that user, root of a user namespace of its own
 *
 * The network namespace is still that of the other root.
 */
void somebody_become_root(void)
{
	somebody_become();
	/* Else the files of a process that was root are root's, its uid_map too. */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER))
		die("user namespace");
	if (!write_text("/proc/self/setgroups", "deny") ||
	    !write_text("/proc/self/uid_map", "0 1000 1") ||
	    !write_text("/proc/self/gid_map", "0 1000 1"))
		die("uid map");
}
