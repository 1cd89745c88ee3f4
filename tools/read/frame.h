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
 * @monotonic_ns: RECORD, OPEN, END: when the record was copied
 * @record: RECORD, OPEN, END: the record with its log
 * @log_room: entries that its log can hold
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
	int64_t				monotonic_ns;
	struct record			record;
	size_t				log_room;
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
void frame_free(struct frame *frame);

static inline bool frame_is(const struct frame *frame, unsigned int mask)
{
	return frame->type < 32 && mask >> frame->type & 1;
}

#endif
