// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of a recording's files. They go on where the last run ended, whatever
 * became of its files, so that none is written over.
 */
#include "present/export/record/numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "base/fail.h"
#include "read/file_set.h"

/**
 * numbers_next - the name of the next file
 * @prefix: name before the number
 * @number: that of the last file, 0 if there was none in this run; set to the next
 * @path: set to the name
 * @room: bytes there
 *
 * Return: 0, or an exit status with the error reported.
 */
int numbers_next(const char *prefix, unsigned long *number, char *path, size_t room)
{
	struct file_set set = { 0 };

	if (!*number) {
		file_set_add_numbered(&set, prefix);
		if (set.count)
			*number = set.items[set.count - 1].number;
		file_set_free(&set);
	}
	++*number;
	if (file_set_name(path, room, prefix, *number))
		return FAIL_NONE;
	return fail_work("give a shorter FILE", "cannot write %s: %s", prefix,
			 strerror(ENAMETOOLONG));
}

/* Others give their files numbers and dates too. */
static bool is_recording(const char *path)
{
	const uint64_t wanted = TCPLEDGER_FILE_MAGIC;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t magic = 0;
	bool is;

	if (fd < 0)
		return false;
	is = read(fd, &magic, sizeof(magic)) == (ssize_t)sizeof(magic) && magic == wanted;
	close(fd);
	return is;
}

/**
 * numbers_drop - remove the oldest files
 * @prefix: name before the number
 * @number: that of the newest
 * @keep: how many stay with it
 */
void numbers_drop(const char *prefix, unsigned long number, unsigned long keep)
{
	struct file_set set = { 0 };
	size_t i;

	file_set_add_numbered(&set, prefix);
	for (i = 0; i < set.count; i++)
		if (set.items[i].number + keep <= number && is_recording(set.items[i].path) &&
		    unlink(set.items[i].path))
			fail_work("remove it", "cannot remove %s: %s", set.items[i].path,
				  strerror(errno));
	file_set_free(&set);
}
