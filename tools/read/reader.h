/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reader of records, out of a records file or of a recorded stream. What it
 * hands out has been checked: lengths fit, every enumeration is in range, every
 * segment index is in the log, the names are terminated.
 */
#ifndef TCPLEDGER_READER_H
#define TCPLEDGER_READER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

#include "read/events.h"
#include "read/layout.h"
#include "read/record.h"
#include "read/recording.h"

struct source;

/**
 * struct reader - an open records file
 * @header: its header
 * @path: what was opened, for messages
 * @events: its bytes, or the stream
 * @streamed: it is a stream
 * @recording: the records that a stream told of
 * @status: what reading it came to
 * @layout: how its records lie
 * @count: records read
 * @source: where it was read, and of which namespace
 * @any: one of that namespace was there
 * @record: the record handed out last
 * @log_room: entries that record.log can hold
 */
struct reader {
	struct tcpledger_header	header;
	char			path[PATH_MAX];
	struct events		events;
	bool			streamed;
	struct recording	recording;
	int			status;
	struct layout		layout;
	uint64_t		count;
	const struct source	*source;
	bool			any;
	struct record		record;
	size_t			log_room;
};

int reader_open(struct reader *reader, const struct source *source);
int reader_next(struct reader *reader, const struct record **record);
void reader_close(struct reader *reader);

#endif
