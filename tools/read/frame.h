/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame of the live stream or of a recorded file, from its bytes. The header
 * <linux/tcpledger.h> describes them in prose. Pure.
 */
#ifndef TCPLEDGER_FRAME_H
#define TCPLEDGER_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "read/layout.h"
#include "read/record.h"

#define FRAME_MOST	LAYOUT_RECORD_MOST	/* no frame is longer */

/* What only those frames tell that name it. */
#define FRAME_MASK(type)	(1U << TCPLEDGER_FRAME_##type)
#define FRAME_OF_RECORD		(FRAME_MASK(RECORD) | FRAME_MASK(OPEN) | FRAME_MASK(END))
#define FRAME_OF_ENTRY		(FRAME_MASK(ENTRY) | FRAME_MASK(AMEND))
#define FRAME_OF_EVENT		(FRAME_OF_RECORD | FRAME_OF_ENTRY | FRAME_MASK(GONE))
#define FRAME_OF_COUNT		(FRAME_MASK(LOST) | FRAME_MASK(FILTERED))

/**
 * struct frame - a frame that was read and checked
 * @type: enum tcpledger_frame_type, or a later one
 * @flags: TCPLEDGER_FRAME_*
 * @seq: its number, or that of the next event
 * @bytes: it as it lies in the file; NULL of a frame that was made up
 * @size: how many
 * @id: RECORD, OPEN, END, ENTRY, AMEND, GONE: of the record
 * @netns: the same: of which namespace the id is
 * @n: ENTRY, AMEND: index in the log
 * @entry: ENTRY, AMEND: the entry
 * @in_short: ENTRY, AMEND: one of many in the short form; @bytes are its alone
 * @monotonic_ns: RECORD, OPEN, END: when the record was copied
 * @record: RECORD, OPEN, END: the record with its log
 * @log_room: entries that its log can hold
 * @record_size: bytes of the record that are there, if not all
 * @without_log: OPEN, END: its log is not here, as it is told in ENTRIES
 * @log_n: then, how many entries the log had
 * @first: LOST, FILTERED: number of the first event that is not here
 * @count: LOST, FILTERED: how many
 * @start: START: its numbers, in this machine's order; the host name is terminated
 * @header: SYNC: the same of the file's header
 */
struct frame {
	unsigned int			type;
	unsigned int			flags;
	uint64_t			seq;
	const unsigned char		*bytes;
	size_t				size;
	uint64_t			id;
	uint32_t			netns;
	uint32_t			n;
	struct tcpledger_entry		entry;
	bool				in_short;
	int64_t				monotonic_ns;
	struct record			record;
	size_t				log_room;
	size_t				record_size;
	bool				without_log;
	uint32_t			log_n;
	uint64_t			first;
	uint64_t			count;
	struct tcpledger_frame_start	start;
	struct tcpledger_header		header;
};

/* What these return if the frame is sound, but of a later release. */
extern const char *const frame_later_type;
extern const char *const frame_later_version;

const char *frame_begin(struct frame *frame, const unsigned char *bytes, bool foreign,
			uint64_t *value);
const char *frame_read(struct frame *frame, struct layout *layout, uint64_t *value);
const char *frame_read_short(struct frame *frame, const struct layout *layout,
			     const unsigned char *bytes, uint64_t *value);
void frame_free(struct frame *frame);

/* How many entries an ENTRIES frame of that size has; 0 if it is no such size. */
static inline size_t frame_entries(size_t size)
{
	const size_t all = size - sizeof(struct tcpledger_frame);

	return all % sizeof(struct tcpledger_short) ? 0 : all / sizeof(struct tcpledger_short);
}

static inline bool frame_is(const struct frame *frame, unsigned int mask)
{
	return frame->type < 32 && mask >> frame->type & 1;
}

#endif
