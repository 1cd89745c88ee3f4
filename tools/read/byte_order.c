// SPDX-License-Identifier: GPL-2.0
#include "read/byte_order.h"

#include <stddef.h>

/**
 * struct run - members of one width that follow one another
 * @start: byte where they start; they end where the next run does
 * @width: of each number among them; 1 for bytes, which have no order
 */
struct run {
	size_t		start;
	unsigned int	width;
};

#define HEADER(member, width)	{ offsetof(struct tcpledger_header, member), width }
#define RECORD(member, width)	{ offsetof(struct tcpledger_record, member), width }
#define ENTRY(member, width)	{ offsetof(struct tcpledger_entry, member), width }
#define SHORT(member, width)	{ offsetof(struct tcpledger_short, member), width }
#define FRAME(member, width)	{ offsetof(struct tcpledger_frame, member), width }
#define START(member, width)	{ offsetof(struct tcpledger_frame_start, member), width }

static const struct run header_runs[] = {
	HEADER(magic, 8), HEADER(version, 4), HEADER(monotonic_ns, 8),
	{ sizeof(struct tcpledger_header), 0 },
};

static const struct run record_runs[] = {
	RECORD(size, 4), RECORD(id, 8), RECORD(netns, 4), RECORD(local, 1), RECORD(lport, 2),
	RECORD(state, 1), RECORD(error, 4), RECORD(opened_at, 8), RECORD(pid, 4),
	RECORD(comm, 1), RECORD(local_mss, 4), RECORD(local_isn, 8), RECORD(tw_restarts, 4),
	RECORD(residence_ns, 8),
	{ sizeof(struct tcpledger_record), 0 },
};

static const struct run entry_runs[] = {
	ENTRY(t_ns, 8), ENTRY(seq, 4), ENTRY(win, 2), ENTRY(type, 1), ENTRY(segment, 2),
	{ sizeof(struct tcpledger_entry), 0 },
};

static const struct run short_runs[] = {
	SHORT(of, 8), SHORT(seq, 4), SHORT(win, 2), SHORT(flags, 1),
	{ sizeof(struct tcpledger_short), 0 },
};

static const struct run frame_runs[] = {
	FRAME(type, 2), FRAME(size, 4), FRAME(seq, 8), { sizeof(struct tcpledger_frame), 0 },
};

/* Behind its frame. */
static const struct run start_runs[] = {
	START(version, 4), START(epoch, 8), START(load_id, 1),
	{ sizeof(struct tcpledger_frame_start), 0 },
};

static void turn_number(unsigned char *bytes, unsigned int width)
{
	unsigned int i;

	for (i = 0; i < width / 2; i++) {
		unsigned char byte = bytes[i];

		bytes[i] = bytes[width - 1 - i];
		bytes[width - 1 - i] = byte;
	}
}

static void turn(void *structure, const struct run *run)
{
	unsigned char *bytes = structure;
	size_t at;

	for (; run->width; run++)
		for (at = run->start; at < run[1].start; at += run->width)
			turn_number(bytes + at, run->width);
}

/**
 * byte_order_turn_header - give each number of a header this machine's order
 * @header: as it was read
 */
void byte_order_turn_header(struct tcpledger_header *header)
{
	turn(header, header_runs);
}

/**
 * byte_order_turn_record - give each number of a record this machine's order
 * @record: as it was read
 */
void byte_order_turn_record(struct tcpledger_record *record)
{
	turn(record, record_runs);
}

/**
 * byte_order_turn_entry - give each number of a log entry this machine's order
 * @entry: as it was read
 */
void byte_order_turn_entry(struct tcpledger_entry *entry)
{
	turn(entry, entry_runs);
}

/**
 * byte_order_turn_short - the same for one in the short form
 * @entry: as it was read
 */
void byte_order_turn_short(struct tcpledger_short *entry)
{
	turn(entry, short_runs);
}

/**
 * byte_order_turn_frame - give each number of the beginning of a frame this machine's order
 * @frame: as it was read
 */
void byte_order_turn_frame(struct tcpledger_frame *frame)
{
	turn(frame, frame_runs);
}

/**
 * byte_order_turn_start - the same for what a START frame has behind that
 * @start: as it was read
 */
void byte_order_turn_start(struct tcpledger_frame_start *start)
{
	turn(start, start_runs);
}
