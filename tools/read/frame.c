// SPDX-License-Identifier: GPL-2.0
#include "read/frame.h"

#include <stdlib.h>
#include <string.h>

#include "read/byte_order.h"
#include "read/check.h"

const char *const frame_later_type = "type";
const char *const frame_later_version = "format version";

/* The least that a frame of each type has; those of later types have a beginning. */
static const uint16_t least[TCPLEDGER_FRAME_TYPE_MAX] = {
	[TCPLEDGER_FRAME_START] = sizeof(struct tcpledger_frame_start),
	[TCPLEDGER_FRAME_RECORD] = sizeof(struct tcpledger_frame_record),
	[TCPLEDGER_FRAME_OPEN] = offsetof(struct tcpledger_frame_record, record) +
				 LAYOUT_OPEN_SIZE,
	[TCPLEDGER_FRAME_ENTRY] = sizeof(struct tcpledger_frame_entry),
	[TCPLEDGER_FRAME_AMEND] = sizeof(struct tcpledger_frame_entry),
	[TCPLEDGER_FRAME_END] = sizeof(struct tcpledger_frame_record),
	[TCPLEDGER_FRAME_GONE] = sizeof(struct tcpledger_frame_gone),
	[TCPLEDGER_FRAME_LOST] = sizeof(struct tcpledger_frame_count),
	[TCPLEDGER_FRAME_FILTERED] = sizeof(struct tcpledger_frame_count),
	[TCPLEDGER_FRAME_SYNC] = sizeof(struct tcpledger_frame_sync),
	[TCPLEDGER_FRAME_ENTRIES] = sizeof(struct tcpledger_frame_entries) +
				    sizeof(struct tcpledger_short),
};

static uint64_t number64(const unsigned char *bytes, bool foreign)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return foreign ? __builtin_bswap64(number) : number;
}

static uint32_t number32(const unsigned char *bytes, bool foreign)
{
	uint32_t number;

	memcpy(&number, bytes, sizeof(number));
	return foreign ? __builtin_bswap32(number) : number;
}

/**
 * frame_begin - read the beginning of a frame
 * @frame: its type, flags, number and size are set
 * @bytes: sizeof(struct tcpledger_frame) bytes; the frame itself later
 * @foreign: they have the other byte order
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *frame_begin(struct frame *frame, const unsigned char *bytes, bool foreign,
			uint64_t *value)
{
	struct tcpledger_frame head;

	memcpy(&head, bytes, sizeof(head));
	if (foreign)
		byte_order_turn_frame(&head);
	frame->type = head.type;
	frame->flags = head.flags;
	frame->seq = head.seq;
	frame->size = head.size;
	frame->bytes = bytes;
	frame->in_short = false;
	*value = head.size;
	if (head.size < sizeof(head) || head.size > FRAME_MOST || head.size % 8)
		return "size";
	*value = head.type;
	if (head.type >= TCPLEDGER_FRAME_TYPE_MAX)
		return head.flags & TCPLEDGER_FRAME_MUST_UNDERSTAND ? frame_later_type : NULL;
	*value = head.size;
	return head.size < least[head.type] ? "size" : NULL;
}

static const char *read_start(struct frame *frame, struct layout *layout, uint64_t *value)
{
	struct tcpledger_frame_start *start = &frame->start;

	memcpy(start, frame->bytes, sizeof(*start));
	if (layout->foreign) {
		byte_order_turn_frame(&start->frame);
		byte_order_turn_start(start);
	}
	start->host[sizeof(start->host) - 1] = '\0';
	*value = start->version;
	if (start->version != TCPLEDGER_VERSION)
		return frame_later_version;
	*value = start->record_size;
	return layout_set(layout, start->record_size, start->entry_size) ? NULL :
	       "size of a record";
}

static const char *read_sync(struct frame *frame, struct layout *layout, uint64_t *value)
{
	const size_t at = offsetof(struct tcpledger_frame_sync, word);
	struct tcpledger_header *header = &frame->header;

	memcpy(header, frame->bytes + offsetof(struct tcpledger_frame_sync, header),
	       sizeof(*header));
	if (layout->foreign)
		byte_order_turn_header(header);
	*value = number64(frame->bytes + at, layout->foreign);
	if (*value != TCPLEDGER_SYNC_WORD)
		return "sync word";
	*value = header->version;
	if (header->version != TCPLEDGER_VERSION)
		return frame_later_version;
	*value = header->record_size;
	return layout_set(layout, header->record_size, header->entry_size) ? NULL :
	       "size of a record";
}

/* Whether the log of a record may be told elsewhere, and is not here. */
static bool is_brief(const struct frame *frame, const struct layout *layout, size_t size)
{
	if (frame->type == TCPLEDGER_FRAME_OPEN)
		return size < layout->record_size;
	return frame->type == TCPLEDGER_FRAME_END && size == layout->record_size;
}

static const char *read_record(struct frame *frame, const struct layout *layout,
			       uint64_t *value)
{
	const size_t at = offsetof(struct tcpledger_frame_record, record);
	const unsigned char *bytes = frame->bytes + at;
	size_t size = number32(bytes, layout->foreign);
	const char *wrong;

	frame->monotonic_ns = (int64_t)number64(frame->bytes + sizeof(struct tcpledger_frame),
						layout->foreign);
	*value = size;
	frame->without_log = is_brief(frame, layout, size);
	frame->record_size = size;
	if (size > frame->size - at ||
	    size < (frame->without_log ? LAYOUT_OPEN_SIZE : layout->record_size))
		return "size of its record";
	if (frame->without_log)
		wrong = layout_brief(layout, bytes, size, &frame->record, &frame->log_n, value);
	else
		wrong = layout_record(layout, bytes, size, &frame->record, &frame->log_room,
				      value);
	frame->id = frame->record.fixed.id;
	frame->netns = frame->start.netns;
	return wrong;
}

static const char *read_entry(struct frame *frame, const struct layout *layout, uint64_t *value)
{
	const size_t at = offsetof(struct tcpledger_frame_entry, entry);

	*value = frame->size;
	if (frame->size - at < layout->entry_size)
		return "size";
	frame->id = number64(frame->bytes + offsetof(struct tcpledger_frame_entry, id),
			     layout->foreign);
	frame->netns = frame->start.netns;
	frame->n = number32(frame->bytes + offsetof(struct tcpledger_frame_entry, n),
			    layout->foreign);
	*value = frame->n;
	if (frame->n >= FRAME_MOST / sizeof(struct tcpledger_entry))
		return "index of an entry";
	layout_entry(layout, frame->bytes + at, &frame->entry);
	return check_entry(&frame->entry, INT16_MAX, value);
}

/**
 * frame_read_short - read one entry of ENTRIES, as a frame of its own
 * @frame: of which the number is set; it becomes ENTRY or AMEND
 * @layout: how it lies
 * @bytes: its bytes
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *frame_read_short(struct frame *frame, const struct layout *layout,
			     const unsigned char *bytes, uint64_t *value)
{
	struct tcpledger_short e;

	memcpy(&e, bytes, sizeof(e));
	layout_short(layout, &e, &frame->entry);
	frame->type = (uint8_t)e.of;
	frame->bytes = bytes;
	frame->size = sizeof(e);
	frame->in_short = true;
	frame->id = e.of >> 16;
	frame->n = (uint8_t)(e.of >> 8);
	frame->netns = frame->start.netns;
	*value = frame->type;
	if (!frame_is(frame, FRAME_OF_ENTRY))
		return "event of an entry";
	return check_entry(&frame->entry, INT16_MAX, value);
}

static void read_gone(struct frame *frame, bool foreign)
{
	frame->id = number64(frame->bytes + offsetof(struct tcpledger_frame_gone, id), foreign);
	frame->netns = frame->start.netns;
}

static const char *read_count(struct frame *frame, bool foreign, uint64_t *value)
{
	uint64_t end;

	frame->first = number64(frame->bytes + offsetof(struct tcpledger_frame_count, first),
				foreign);
	frame->count = number64(frame->bytes + offsetof(struct tcpledger_frame_count, n), foreign);
	*value = frame->count;
	return __builtin_add_overflow(frame->first, frame->count, &end) ? "count" : NULL;
}

/**
 * frame_read - read what is behind the beginning
 * @frame: with its beginning, and all @size bytes at @bytes
 * @layout: how records lie in it; a START or SYNC frame sets it
 * @value: set to the value that is wrong
 *
 * Before the first START or SYNC a record has no size, and is refused.
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *frame_read(struct frame *frame, struct layout *layout, uint64_t *value)
{
	*value = frame->type;
	if (!layout->record_size && frame_is(frame, FRAME_OF_RECORD | FRAME_OF_ENTRY))
		return "type before any start";
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		return read_start(frame, layout, value);
	case TCPLEDGER_FRAME_SYNC:
		return read_sync(frame, layout, value);
	case TCPLEDGER_FRAME_RECORD:
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		return read_record(frame, layout, value);
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		return read_entry(frame, layout, value);
	case TCPLEDGER_FRAME_GONE:
		read_gone(frame, layout->foreign);
		return NULL;
	case TCPLEDGER_FRAME_LOST:
	case TCPLEDGER_FRAME_FILTERED:
		return read_count(frame, layout->foreign, value);
	default:
		return NULL;
	}
}

/**
 * frame_free - give its memory back
 * @frame: a frame, all zero afterwards
 */
void frame_free(struct frame *frame)
{
	free(frame->record.log);
	memset(frame, 0, sizeof(*frame));
}
