// SPDX-License-Identifier: GPL-2.0
#include "present/export/record/disk.h"

#include <sys/statvfs.h>

#include "base/fail.h"

/**
 * disk_check - whether there is room enough left
 * @path: a file on the file system
 * @least: bytes that others may need, 0 for none
 *
 * Return: 0, or an exit status with the error reported.
 */
int disk_check(const char *path, uint64_t least)
{
	struct statvfs fs;

	if (!least || statvfs(path, &fs) || (uint64_t)fs.f_bavail * fs.f_frsize >= least)
		return FAIL_NONE;
	return fail_work("make room, or give a smaller --free-space",
			 "recording ends: less than %llu bytes are free beside %s",
			 (unsigned long long)least, path);
}
