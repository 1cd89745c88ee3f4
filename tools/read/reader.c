// SPDX-License-Identifier: GPL-2.0
#include "read/reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "read/byte_order.h"
#include "read/embedded.h"
#include "read/source.h"

#define READER_ROOM		EMBEDDED_ROOM	/* bytes asked for at once */
#define READER_RECORD_MOST	(64 * 1024)	/* no record is longer */
#define READER_STRUCT_MOST	4096		/* no structure is longer */

#define COPY_AGAIN	"copy it again"

static ssize_t read_some(struct reader *reader, void *bytes, size_t room)
{
	return reader->embedded ? embedded_read(reader->embedded, bytes, room) :
				  read(reader->fd, bytes, room);
}

static int fail_fill(const struct reader *reader)
{
	if (reader->embedded && reader->embedded->problem)
		return fail_read(reader->path, COPY_AGAIN, "%s", reader->embedded->problem);
	return fail_read(reader->path, "give a tcpledger records file", "%s, at byte %llu",
			 strerror(errno), (unsigned long long)reader->offset + reader->to);
}

/*
 * Read until at least @need unused bytes are there or the file ends. A records
 * file hands out whole records, so there must always be room for one.
 * Returns 0, or an exit status.
 */
static int fill(struct reader *reader, size_t need)
{
	if (reader->to - reader->from >= need)
		return FAIL_NONE;
	memmove(reader->buffer, reader->buffer + reader->from,
		reader->to - reader->from);
	reader->to -= reader->from;
	reader->from = 0;
	while (reader->to < need) {
		ssize_t n = read_some(reader, reader->buffer + reader->to,
				      reader->room - reader->to);

		if (n > 0)
			reader->to += (size_t)n;
		else if (!n)
			break;
		else if (errno != EINTR)
			return fail_fill(reader);
	}
	return FAIL_NONE;
}

/*
 * @have bytes of the header are there; what is of the magic must be right, and it
 * tells the byte order.
 */
static int check_magic(struct reader *reader, size_t have)
{
	static const uint64_t orders[] = {
		TCPLEDGER_MAGIC, __builtin_bswap64(TCPLEDGER_MAGIC)
	};
	size_t size = have < sizeof(orders[0]) ? have : sizeof(orders[0]);

	if (!memcmp(&reader->header.magic, &orders[0], size))
		return FAIL_NONE;
	reader->foreign = !memcmp(&reader->header.magic, &orders[1], size);
	if (reader->foreign)
		return FAIL_NONE;
	return fail_read(reader->path, "give one copied from /proc/net/tcpledger/records",
			 "it is not a tcpledger records file");
}

static bool size_is_sane(uint32_t size, size_t least)
{
	return size >= least && size <= READER_STRUCT_MOST && size % 8 == 0;
}

static int check_header(struct reader *reader)
{
	struct tcpledger_header *header = &reader->header;
	size_t have = reader->to - reader->from;

	memcpy(header, reader->buffer + reader->from,
	       have < sizeof(*header) ? have : sizeof(*header));
	if (check_magic(reader, have))
		return FAIL_WORK;
	if (!have)
		return fail_read(reader->path, COPY_AGAIN,
				 "it is empty, not a tcpledger records file");
	if (have < sizeof(*header))
		return fail_read(reader->path, COPY_AGAIN,
				 "it is truncated: %zu bytes, the header alone has %zu",
				 have, sizeof(*header));
	if (reader->foreign)
		byte_order_turn_header(header);
	if (header->version != TCPLEDGER_VERSION)
		return fail_read(reader->path, "use module and command of one release",
				 "version mismatch: it has format version %u, this command reads version %u",
				 header->version, TCPLEDGER_VERSION);
	if (!size_is_sane(header->header_size, sizeof(*header)) ||
	    !size_is_sane(header->record_size, sizeof(struct tcpledger_record)) ||
	    !size_is_sane(header->entry_size, sizeof(struct tcpledger_entry)))
		return fail_read(reader->path, COPY_AGAIN,
				 "it is damaged: sizes %u, %u, %u in the header are impossible",
				 header->header_size, header->record_size, header->entry_size);
	return FAIL_NONE;
}

static void use(struct reader *reader, size_t bytes)
{
	reader->from += bytes;
	reader->offset += bytes;
}

static int skip_header(struct reader *reader)
{
	size_t size = reader->header.header_size;

	if (fill(reader, size))
		return FAIL_WORK;
	if (reader->to - reader->from < size)
		return fail_read(reader->path, COPY_AGAIN,
				 "it is truncated within its header of %zu bytes", size);
	use(reader, size);
	return FAIL_NONE;
}

/* Of a report, what is read from here on are the records that are inside. */
static int look_inside(struct reader *reader)
{
	if (!embedded_is_report(reader->buffer, reader->to))
		return FAIL_NONE;
	reader->embedded = embedded_open(reader->fd, reader->buffer, reader->to);
	reader->to = 0;
	return fill(reader, sizeof(reader->header));
}

/**
 * reader_open - open the records file, or a report, and check its header
 * @reader: set up; reader_close() is due also after a failure
 * @source: where to read
 *
 * Return: 0, or an exit status with the error reported.
 */
int reader_open(struct reader *reader, const struct source *source)
{
	memset(reader, 0, sizeof(*reader));
	reader->source = source;
	reader->fd = source_open(source, "records", reader->path);
	if (reader->fd < 0)
		return FAIL_WORK;
	reader->room = READER_ROOM;
	reader->buffer = memory_new(1, reader->room);
	if (fill(reader, sizeof(reader->header)) || look_inside(reader) || check_header(reader))
		return FAIL_WORK;
	return skip_header(reader);
}

static int fail_damaged(const struct reader *reader, const char *what, uint64_t value)
{
	return fail_read(reader->path, "copy it again, or use its module's command",
			 "record %llu at byte %llu is damaged: %s is %llu",
			 (unsigned long long)reader->count + 1,
			 (unsigned long long)reader->offset, what, (unsigned long long)value);
}

static int fail_truncated(const struct reader *reader)
{
	return fail_read(reader->path, COPY_AGAIN,
			 "it is truncated within record %llu at byte %llu",
			 (unsigned long long)reader->count + 1,
			 (unsigned long long)reader->offset);
}

/* Every record and every change has a state: 0 is none. */
static bool is_state(unsigned int state)
{
	return state > 0 && state < RECORD_VALUES;
}

static int check_record(const struct reader *reader, const struct tcpledger_record *r)
{
	if (!is_state(r->state))
		return fail_damaged(reader, "state", r->state);
	if (r->role >= RECORD_VALUES)
		return fail_damaged(reader, "role", r->role);
	if (r->outcome >= RECORD_VALUES)
		return fail_damaged(reader, "outcome", r->outcome);
	if (r->kind >= RECORD_VALUES)
		return fail_damaged(reader, "kind", r->kind);
	if (r->first >= RECORD_VALUES)
		return fail_damaged(reader, "first", r->first);
	if (r->reset_by >= RECORD_VALUES)
		return fail_damaged(reader, "reset_by", r->reset_by);
	if (r->tw_exit >= RECORD_VALUES)
		return fail_damaged(reader, "tw_exit", r->tw_exit);
	return FAIL_NONE;
}

static int check_entry(const struct reader *reader, const struct tcpledger_entry *e,
		       unsigned int log_n)
{
	bool refers = e->type == TCPLEDGER_ENTRY_STATE || e->type == TCPLEDGER_ENTRY_NOTE;

	if (e->type > TCPLEDGER_ENTRY_NOTE)
		return fail_damaged(reader, "type of an entry", e->type);
	if (e->type == TCPLEDGER_ENTRY_STATE && (!is_state(e->from) || !is_state(e->to)))
		return fail_damaged(reader, "state of an entry",
			       is_state(e->from) ? e->to : e->from);
	if (e->type == TCPLEDGER_ENTRY_STATE && e->cause >= RECORD_VALUES)
		return fail_damaged(reader, "cause of an entry", e->cause);
	if (e->type == TCPLEDGER_ENTRY_NOTE && e->tag >= RECORD_VALUES)
		return fail_damaged(reader, "tag of an entry", e->tag);
	if (refers && (e->segment < -1 || e->segment >= (int)log_n))
		return fail_damaged(reader, "segment of an entry", (uint16_t)e->segment);
	return FAIL_NONE;
}

static int take_log(struct reader *reader, const unsigned char *bytes)
{
	struct record *record = &reader->record;
	unsigned int log_n = record->fixed.log_n;
	size_t step = reader->header.entry_size;
	unsigned int i;

	if (log_n > reader->log_room) {
		free(record->log);
		record->log = memory_new(log_n, sizeof(*record->log));
		reader->log_room = log_n;
	}
	for (i = 0; i < log_n; i++) {
		memcpy(&record->log[i], bytes + i * step, sizeof(*record->log));
		if (reader->foreign)
			byte_order_turn_entry(&record->log[i]);
		if (check_entry(reader, &record->log[i], log_n))
			return FAIL_WORK;
	}
	return FAIL_NONE;
}

/*
 * Take the record of @size bytes that lies complete in the buffer.
 */
static int take_record(struct reader *reader, size_t size)
{
	const unsigned char *bytes = reader->buffer + reader->from;
	size_t head = reader->header.record_size;
	struct record *record = &reader->record;

	memcpy(&record->fixed, bytes, sizeof(record->fixed));
	if (reader->foreign)
		byte_order_turn_record(&record->fixed);
	if (record->fixed.log_n > (size - head) / reader->header.entry_size)
		return fail_damaged(reader, "length of the log", record->fixed.log_n);
	if (check_record(reader, &record->fixed))
		return FAIL_WORK;
	memcpy(record->comm, record->fixed.comm, TCPLEDGER_COMM_LEN);
	memcpy(record->closer_comm, record->fixed.closer_comm, TCPLEDGER_COMM_LEN);
	return take_log(reader, bytes + head);
}

/* The next record of any namespace. */
static int read_record(struct reader *reader, const struct record **record)
{
	uint32_t size;

	*record = NULL;
	if (fill(reader, sizeof(size)))
		return FAIL_WORK;
	if (reader->to == reader->from)
		return FAIL_NONE;
	if (reader->to - reader->from < sizeof(size))
		return fail_truncated(reader);
	memcpy(&size, reader->buffer + reader->from, sizeof(size));
	if (reader->foreign)
		size = __builtin_bswap32(size);
	if (size < reader->header.record_size || size > READER_RECORD_MOST)
		return fail_damaged(reader, "size", size);
	if (fill(reader, size))
		return FAIL_WORK;
	if (reader->to - reader->from < size)
		return fail_truncated(reader);
	if (take_record(reader, size))
		return FAIL_WORK;
	use(reader, size);
	reader->count++;
	*record = &reader->record;
	return FAIL_NONE;
}

/*
 * An empty ledger of the namespace itself is no error: there was no connection.
 */
static int end_of_netns(const struct reader *reader)
{
	const char *advice = "'tcpledger list --wide' shows of which there are";

	if (reader->any || reader->header.netns == reader->source->inode)
		return FAIL_NONE;
	if (source_is_live(reader->source))
		advice = "give its name in 'ip netns' if it lives; "
			 "'tcpledger list --wide' shows which left records here";
	return fail_read(reader->path, advice, "it has no record of network namespace %u",
			 reader->source->inode);
}

/**
 * reader_next - the next record, of the namespace that is wanted
 * @reader: an open file
 * @record: set to the record, good until the next call, or to NULL at the end
 *
 * Return: 0, or an exit status with the error reported; a namespace of which
 * there is no record is an error too.
 */
int reader_next(struct reader *reader, const struct record **record)
{
	const struct source *source = reader->source;
	int status;

	do {
		status = read_record(reader, record);
	} while (*record && source->chosen && (*record)->fixed.netns != source->inode);
	if (*record)
		reader->any = true;
	else if (!status && source->chosen)
		status = end_of_netns(reader);
	return status;
}

/**
 * reader_close - close the file and give all memory back
 * @reader: what reader_open() set up
 */
void reader_close(struct reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->buffer);
	free(reader->record.log);
	free(reader->embedded);
	memset(reader, 0, sizeof(*reader));
	reader->fd = -1;
}
