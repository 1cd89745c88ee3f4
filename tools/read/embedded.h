/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records inside a report: one HTML file that has, beside what people see, the
 * bytes of a records file as base64 in an element that browsers do not show.
 */
#ifndef TCPLEDGER_EMBEDDED_H
#define TCPLEDGER_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <nettle/base64.h>

/* What stands before the letters, and what behind them. */
#define EMBEDDED_BEGIN	"<script type=\"application/octet-stream\" id=\"tcpledger-records\">"
#define EMBEDDED_END	"</script>"

#define EMBEDDED_ROOM	(256 * 1024)	/* bytes asked for at once */

/**
 * struct embedded - the way through a report
 * @fd: its descriptor
 * @buffer: bytes read and not yet used
 * @from: first of them
 * @to: end of them
 * @found: the element has begun
 * @over: it has ended
 * @base64: state of the decoding
 * @problem: what is wrong with the file, NULL if nothing is
 */
struct embedded {
	int		fd;
	unsigned char	buffer[EMBEDDED_ROOM];
	size_t		from;
	size_t		to;
	bool		found;
	bool		over;
	struct base64_decode_ctx base64;
	const char	*problem;
};

bool embedded_is_report(const void *bytes, size_t len);
struct embedded *embedded_open(int fd, const void *bytes, size_t len);
ssize_t embedded_read(struct embedded *embedded, void *bytes, size_t room);

#endif
