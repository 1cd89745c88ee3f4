// SPDX-License-Identifier: GPL-2.0
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

#define LINKS_MOST	40	/* one after the other, as many as Linux follows */

static int fail_write(struct file *file, const char *why)
{
	return fail_work("make room or give another FILE", "cannot write %s: %s", file->path, why);
}

/*
 * What is there and is no plain file (a pipe, a device) is written in place,
 * all else under another name in the same folder until it is complete.
 */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

static bool may_be_link(const char *path, enum file_links links)
{
	return links == FILE_LINKS_FOLLOW || !strncmp(path, "/dev/", 5);
}

static int open_special(struct file *file, enum file_links links)
{
	int flags = may_be_link(file->path, links) ? 0 : O_NOFOLLOW;

	file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags);
	return file->fd < 0 ? fail_write(file, strerror(errno)) : FAIL_NONE;
}

/*
 * Put what a link names in its place; a name that is relative begins in the
 * folder of the link. Returns false if it is too long.
 */
static bool follow_link(char target[PATH_MAX], const char *link)
{
	char *slash = *link == '/' ? NULL : strrchr(target, '/');
	size_t start = slash ? (size_t)(slash - target) + 1 : 0;

	if (start + strlen(link) >= PATH_MAX)
		return false;
	strcpy(target + start, link);
	return true;
}

static int take_path(struct file *file)
{
	if (strlen(file->path) >= PATH_MAX)
		return fail_write(file, strerror(ENAMETOOLONG));
	strcpy(file->target, file->path);
	return FAIL_NONE;
}

/*
 * A link stays, and what it names is made: as open() would, also where nothing
 * is there yet.
 */
static int find_target(struct file *file)
{
	unsigned int links;

	if (take_path(file))
		return FAIL_WORK;
	for (links = 0; links <= LINKS_MOST; links++) {
		char link[PATH_MAX];
		ssize_t len = readlink(file->target, link, sizeof(link) - 1);

		if (len < 0)
			return FAIL_NONE;	/* no link */
		link[len] = '\0';
		if (!follow_link(file->target, link))
			return fail_write(file, strerror(ENAMETOOLONG));
	}
	return fail_write(file, strerror(ELOOP));
}

/*
 * Whoever can write to the folder could have put a link there. rename() puts the
 * file in the place of one that comes later. Links of /dev are the system's.
 */
static int refuse_link(struct file *file)
{
	char link[PATH_MAX];
	ssize_t len = readlink(file->path, link, sizeof(link) - 1);

	if (len < 0)
		return FAIL_NONE;
	link[len] = '\0';
	return fail_work("give the name of what it links to, or remove the link",
			 "cannot write %s: it is a symbolic link to %s", file->path, link);
}

static int open_plain(struct file *file, enum file_links links)
{
	mode_t mask = umask(0);

	umask(mask);
	if (links == FILE_LINKS_FOLLOW ? find_target(file) : take_path(file))
		return FAIL_WORK;
	if (snprintf(file->made, sizeof(file->made), "%s.XXXXXX", file->target) >=
	    (int)sizeof(file->made)) {
		file->made[0] = '\0';
		return fail_write(file, strerror(ENAMETOOLONG));
	}
	file->fd = mkstemp(file->made);
	if (file->fd < 0) {
		file->made[0] = '\0';
		return fail_write(file, strerror(errno));
	}
	/* As open() would have made it. */
	return fchmod(file->fd, 0666 & ~mask) ? fail_write(file, strerror(errno)) : FAIL_NONE;
}

/**
 * file_create - begin to make a file
 * @file: set up; file_finish() is due also after a failure
 * @path: its name; "-" is standard output
 * @links: what to do where that is a symbolic link
 *
 * Return: 0, or an exit status with the error reported.
 */
int file_create(struct file *file, const char *path, enum file_links links)
{
	memset(file, 0, sizeof(*file));
	file->path = path;
	file->fd = -1;
	/* Where the latter is a link to a plain file, others write to that too. */
	if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout")) {
		file->path = "standard output";
		file->fd = STDOUT_FILENO;
		return FAIL_NONE;
	}
	if (!may_be_link(path, links) && refuse_link(file))
		return FAIL_WORK;
	return is_special(path) ? open_special(file, links) : open_plain(file, links);
}

/**
 * file_flush - write what has been gathered
 * @file: an open file
 * @most: only if it is more than this
 *
 * A reader of a pipe that has gone is the end, not a failure.
 *
 * Return: 0, or an exit status with the error reported.
 */
int file_flush(struct file *file, size_t most)
{
	size_t done = 0;

	if (file->text.len <= most)
		return FAIL_NONE;
	while (done < file->text.len) {
		ssize_t n = write(file->fd, file->text.bytes + done, file->text.len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EPIPE)
			exit(FAIL_NONE);
		else if (errno != EINTR)
			return fail_write(file, strerror(errno));
	}
	file->text.len = 0;
	return FAIL_NONE;
}

/*
 * A file system may notice only here that it is full.
 */
static int close_file(struct file *file)
{
	int fd = file->fd;

	file->fd = -1;
	if (fd < 0 || fd == STDOUT_FILENO)
		return FAIL_NONE;
	if (file->made[0] && fsync(fd)) {
		close(fd);
		return fail_write(file, strerror(errno));
	}
	return close(fd) ? fail_write(file, strerror(errno)) : FAIL_NONE;
}

/**
 * file_finish - complete the file, or leave nothing of it
 * @file: what file_create() set up
 * @status: exit status so far; the file stays only if it is 0
 *
 * Return: @status, or an exit status with the error reported.
 */
int file_finish(struct file *file, int status)
{
	int closed;

	if (!status)
		status = file_flush(file, 0);
	closed = close_file(file);
	if (!status)
		status = closed;
	if (file->made[0] && !status && rename(file->made, file->target))
		status = fail_write(file, strerror(errno));
	if (file->made[0] && status)
		unlink(file->made);
	text_free(&file->text);
	return status;
}
