// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "read/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

#define SOURCE_PROC	"/proc/net/tcpledger"
#define SOURCE_ENTERED	"/proc/thread-self/net/tcpledger"
#define SOURCE_NETNS	"/run/netns"

#define LIST_NETNS	"'ip netns list' shows the names"

static const char *directory(void)
{
	const char *dir = getenv("TCPLEDGER_PROC");

	return dir && *dir ? dir : NULL;
}

/**
 * source_is_live - whether the kernel is read, not a copy
 * @source: where to read
 *
 * Return: 1 if the ledger of the running kernel is meant.
 */
int source_is_live(const struct source *source)
{
	return !source->file && !directory();
}

static bool name_is_plain(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

static int fail_netns(const char *path, const char *name)
{
	const char *advice = "give a namespace made by 'ip netns add'";

	if (errno == ENOENT)
		return fail_work(LIST_NETNS, "cannot enter network namespace %s: %s does not exist",
				 name, path);
	if (errno == EACCES || errno == EPERM)
		advice = "run it as root";
	return fail_work(advice, "cannot enter network namespace %s at %s: %s",
			 name, path, strerror(errno));
}

/*
 * The descriptor of /run/netns/NAME, or -1 with the error reported.
 */
static int open_netns(const char *name, char path[PATH_MAX])
{
	int fd;

	if (!name_is_plain(name)) {
		fail_work(LIST_NETNS,
			  "cannot enter network namespace '%s': a name of /run/netns is wanted",
			  name);
		return -1;
	}
	snprintf(path, PATH_MAX, SOURCE_NETNS "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_netns(path, name);
	return fd;
}

/*
 * The inode number that @name is. Whoever calls a namespace by a number means
 * that namespace.
 */
static bool is_inode(const char *name, unsigned int *inode)
{
	char path[PATH_MAX];
	unsigned long number;

	if (!*name || strspn(name, "0123456789") != strlen(name))
		return false;
	errno = 0;
	number = strtoul(name, NULL, 10);
	if (errno || number > UINT_MAX)
		return false;
	*inode = (unsigned int)number;
	snprintf(path, sizeof(path), SOURCE_NETNS "/%s", name);
	return access(path, F_OK) != 0;
}

static int inode_of_name(const char *name, unsigned int *inode)
{
	char path[PATH_MAX];
	struct stat st;
	int fd = open_netns(name, path);

	if (fd < 0)
		return FAIL_WORK;
	if (fstat(fd, &st)) {
		close(fd);
		return fail_netns(path, name);
	}
	close(fd);
	*inode = (unsigned int)st.st_ino;
	return FAIL_NONE;
}

/**
 * source_choose_netns - one network namespace alone is wanted
 * @source: where to read, its file settled; set to what it takes
 * @name: name in /run/netns, or else the inode number itself
 *
 * A namespace of the running kernel is entered by its name. By its number, or
 * in a copy, its records are chosen from what is read.
 *
 * Return: 0, or an exit status with the error reported.
 */
int source_choose_netns(struct source *source, const char *name)
{
	bool number = is_inode(name, &source->inode);

	source->chosen = number || !source_is_live(source);
	if (!source->chosen)
		source->netns = name;
	return number || source->netns ? FAIL_NONE : inode_of_name(name, &source->inode);
}

static int enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd = open_netns(name, path);

	if (fd < 0)
		return FAIL_WORK;
	if (setns(fd, CLONE_NEWNET)) {
		close(fd);
		return fail_netns(path, name);
	}
	close(fd);
	return FAIL_NONE;
}

static void fail_open(const char *path, const char *live)
{
	struct stat st;
	int error = errno;

	if (live && error == ENOENT && stat(live, &st))
		fail_read(path, "load it with 'modprobe tcpledger' or 'insmod tcpledger.ko'",
			  "module tcpledger is not loaded");
	else if (error == EACCES || error == EPERM)
		fail_read(path, "run it as root of this network namespace, with CAP_NET_ADMIN",
			  "%s", strerror(error));
	else
		fail_read(path, "check the path", "%s", strerror(error));
}

static int open_file(const struct source *source, const char *name, int flags,
		     char path[PATH_MAX])
{
	const char *live = NULL;
	int fd;

	if (source->chosen && strcmp(name, "records")) {
		fail_work("give the name of one that lives ('ip netns list')",
			  "cannot choose network namespace %u: %s is of a single one",
			  source->inode, name);
		return -1;
	}
	if (source->file) {
		snprintf(path, PATH_MAX, "%s", source->file);
	} else if (directory()) {
		snprintf(path, PATH_MAX, "%s/%s", directory(), name);
	} else {
		live = SOURCE_PROC;
		if (source->netns) {
			if (enter_netns(source->netns))
				return -1;
			live = SOURCE_ENTERED;
		}
		snprintf(path, PATH_MAX, "%s/%s", live, name);
	}
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		fail_open(path, live);
	return fd;
}

/**
 * source_open - open one file of the ledger to read it
 * @source: where it is
 * @name: name of the file in /proc/net/tcpledger
 * @path: set to the path opened, for messages
 *
 * Return: descriptor, or -1 with the error reported.
 */
int source_open(const struct source *source, const char *name, char path[PATH_MAX])
{
	return open_file(source, name, O_RDONLY, path);
}

/**
 * source_open_path - open a file that was kept
 * @path: its name
 *
 * Return: descriptor, or -1 with the error reported.
 */
int source_open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail_open(path, NULL);
	return fd;
}

/**
 * source_open_to_write - open one file of the ledger to write it
 * @source: where it is
 * @name: name of the file in /proc/net/tcpledger
 * @path: set to the path opened, for messages
 *
 * Return: descriptor, or -1 with the error reported.
 */
int source_open_to_write(const struct source *source, const char *name, char path[PATH_MAX])
{
	return open_file(source, name, O_WRONLY, path);
}
