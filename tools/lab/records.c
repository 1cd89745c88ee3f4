// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "lab/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "base/fail.h"
#include "base/text.h"

#define HERE	"/proc/thread-self/net/tcpledger/records"
#define PIECE	65536	/* more than the longest record, which a read must have room for */

/* Those of the host that this process is in. */
const struct source records_here = { .file = HERE };

static bool read_all(int fd, struct text *bytes)
{
	ssize_t n;

	do {
		char *end = text_room(bytes, PIECE);

		n = read(fd, end, PIECE);
		if (n > 0)
			text_end(bytes, end + n);
	} while (n > 0);
	return !n && bytes->len >= sizeof(struct tcpledger_header);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	return write(fd, bytes, len) == (ssize_t)len;
}

/* All of a host's file, or all behind its header: one file has one. */
static void add_host(struct world *world, enum world_host host, int to)
{
	size_t skipped = host == WORLD_CLIENT ? 0 : sizeof(struct tcpledger_header);
	struct text bytes = { 0 };
	int from;

	if (!world_enter(world, host))
		return;
	from = open(HERE, O_RDONLY | O_CLOEXEC);
	if (from < 0 || !read_all(from, &bytes) ||
	    !write_all(to, bytes.bytes + skipped, bytes.len - skipped))
		world->status = fail_read(HERE, "run it as root, and again", "%s",
					  strerror(errno));
	if (from >= 0)
		close(from);
	text_free(&bytes);
}

/**
 * records_keep - keep the records of both hosts, before they go
 * @world: the hosts
 *
 * Return: descriptor of a records file in memory, its header the client's; -1 after
 * a failure.
 */
int records_keep(struct world *world)
{
	int fd;

	if (world->status)
		return -1;
	fd = memfd_create("records", MFD_CLOEXEC);
	if (fd < 0)
		world->status = fail_work("try again when the machine has room",
					  "cannot keep the records: %s", strerror(errno));
	add_host(world, WORLD_CLIENT, fd);
	add_host(world, WORLD_SERVER, fd);
	if (world->status && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}
