// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "read/embedded.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define DOCTYPE	"<!DOCTYPE html>"

/**
 * embedded_is_report - whether a file is HTML, so that records may be inside
 * @bytes: how it begins
 * @len: how many bytes of it are there
 *
 * Return: true if it is.
 */
bool embedded_is_report(const void *bytes, size_t len)
{
	return len >= strlen(DOCTYPE) && !memcmp(bytes, DOCTYPE, strlen(DOCTYPE));
}

/**
 * embedded_open - begin to look for records in a report
 * @fd: descriptor of the file; it stays the caller's
 * @bytes: what was read of it already
 * @len: how many, EMBEDDED_ROOM at most
 *
 * Return: what embedded_read() takes, for free().
 */
struct embedded *embedded_open(int fd, const void *bytes, size_t len)
{
	struct embedded *embedded = memory_new(1, sizeof(*embedded));

	embedded->fd = fd;
	base64_decode_init(&embedded->base64);
	memcpy(embedded->buffer, bytes, len);
	embedded->to = len;
	return embedded;
}

/* Read more. Returns 1, 0 at the end of the file, or -1 with errno. */
static ssize_t refill(struct embedded *embedded)
{
	size_t have = embedded->to - embedded->from;
	ssize_t n;

	memmove(embedded->buffer, embedded->buffer + embedded->from, have);
	embedded->from = 0;
	embedded->to = have;
	do {
		n = read(embedded->fd, embedded->buffer + have, sizeof(embedded->buffer) - have);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n;
	embedded->to += (size_t)n;
	return 1;
}

static ssize_t fail(struct embedded *embedded, const char *problem)
{
	embedded->problem = problem;
	errno = EBADMSG;
	return -1;
}

/* Returns 1 with the letters next, or -1. */
static ssize_t find_begin(struct embedded *embedded)
{
	const size_t len = strlen(EMBEDDED_BEGIN);
	ssize_t more = 1;

	while (more > 0) {
		const unsigned char *at = embedded->buffer + embedded->from;
		size_t have = embedded->to - embedded->from;
		const unsigned char *begin = memmem(at, have, EMBEDDED_BEGIN, len);

		if (begin) {
			embedded->from += (size_t)(begin - at) + len;
			embedded->found = true;
			return 1;
		}
		if (have >= len)	/* its beginning may be among the last bytes */
			embedded->from += have - len + 1;
		more = refill(embedded);
	}
	return more < 0 ? -1 : fail(embedded, "it is an HTML file without records of tcpledger, "
						"or one cut off before them");
}

/**
 * embedded_read - read bytes of the records, as read() does
 * @embedded: the report
 * @bytes: set to them
 * @room: how many fit
 *
 * Return: how many, 0 at the end of the records, or -1 with errno set and, where
 * the report itself is at fault, its problem.
 */
ssize_t embedded_read(struct embedded *embedded, void *bytes, size_t room)
{
	unsigned char *out = bytes;
	size_t done = 0;

	if (!embedded->found && find_begin(embedded) < 0)
		return -1;
	while (done < room && !embedded->over) {
		int made;

		if (embedded->from == embedded->to) {
			ssize_t more = refill(embedded);

			if (more < 0)
				return -1;
			if (!more && !done)
				return fail(embedded, "it is cut off within its records");
			if (!more)
				break;
		}
		if (embedded->buffer[embedded->from] == '<') {
			embedded->over = true;
			break;
		}
		made = base64_decode_single(&embedded->base64, out + done,
					    (char)embedded->buffer[embedded->from]);
		if (made < 0 && done)
			break;
		if (made < 0)
			return fail(embedded, "it is damaged: what should be its records is no "
					      "base64");
		embedded->from++;
		done += (size_t)made;
	}
	return (ssize_t)done;
}
