/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reader of the records file. It alone knows how the bytes lie; what it
 * hands out has been checked: lengths fit, every enumeration is in range,
 * every segment index is in the log, the names are terminated.
 */
#ifndef TCPLEDGER_READER_H
#define TCPLEDGER_READER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

#include "read/record.h"

struct embedded;
struct source;

/**
 * struct reader - an open records file
 * @header: its header
 * @path: what was opened, for messages
 * @fd: descriptor
 * @buffer: bytes read and not yet used
 * @room: size of the buffer
 * @from: first byte not yet used
 * @to: end of the bytes read
 * @offset: place of @from in the file
 * @count: records read
 * @embedded: where the file is a report: the way to the records inside; else NULL
 * @foreign: it has the other byte order than this machine
 * @source: where it was read, and of which namespace
 * @any: one of that namespace was there
 * @record: the record handed out last
 * @log_room: entries that record.log can hold
 */
struct reader {
	struct tcpledger_header	header;
	char			path[PATH_MAX];
	int			fd;
	unsigned char		*buffer;
	size_t			room;
	size_t			from;
	size_t			to;
	uint64_t		offset;
	uint64_t		count;
	struct embedded		*embedded;
	bool			foreign;
	const struct source	*source;
	bool			any;
	struct record		record;
	size_t			log_room;
};

int reader_open(struct reader *reader, const struct source *source);
int reader_next(struct reader *reader, const struct record **record);
void reader_close(struct reader *reader);

#endif
