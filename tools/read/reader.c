// SPDX-License-Identifier: GPL-2.0
#include "read/reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "read/byte_order.h"
#include "read/check.h"
#include "read/source.h"

#define COPY_AGAIN	"copy it again"

static struct input *input_of(struct reader *reader)
{
	return &reader->events.stream.input;
}

/*
 * Whether it is a records file, as far as its beginning goes: a recorded file is
 * called by its name only from the eighth byte on.
 */
static bool is_records(struct reader *reader)
{
	static const uint64_t orders[] = {
		TCPLEDGER_MAGIC, __builtin_bswap64(TCPLEDGER_MAGIC)
	};
	const struct input *input = input_of(reader);
	size_t have = input_have(input);
	size_t size = have < sizeof(orders[0]) ? have : sizeof(orders[0]);

	if (!memcmp(input_bytes(input), &orders[0], size))
		return true;
	reader->layout.foreign = !memcmp(input_bytes(input), &orders[1], size);
	return reader->layout.foreign;
}

static int check_header(struct reader *reader)
{
	struct tcpledger_header *header = &reader->header;
	struct input *input = input_of(reader);
	size_t have = input_have(input);

	if (!have)
		return fail_read(reader->path, COPY_AGAIN,
				 "it is empty, not a tcpledger records file");
	if (have < sizeof(*header))
		return fail_read(reader->path, COPY_AGAIN,
				 "it is truncated: %zu bytes, the header alone has %zu",
				 have, sizeof(*header));
	memcpy(header, input_bytes(input), sizeof(*header));
	if (reader->layout.foreign)
		byte_order_turn_header(header);
	if (header->version != TCPLEDGER_VERSION)
		return fail_read(reader->path, "use module and command of one release",
				 "version mismatch: it has format version %u, this command reads version %u",
				 header->version, TCPLEDGER_VERSION);
	if (!check_size(header->header_size, sizeof(*header)) ||
	    !layout_set(&reader->layout, header->record_size, header->entry_size))
		return fail_read(reader->path, COPY_AGAIN,
				 "it is damaged: sizes %u, %u, %u in the header are impossible",
				 header->header_size, header->record_size, header->entry_size);
	return FAIL_NONE;
}

static int skip_header(struct reader *reader)
{
	size_t size = reader->header.header_size;

	switch (input_fill(input_of(reader), size)) {
	case INPUT_READY:
		input_use(input_of(reader), size);
		return FAIL_NONE;
	case INPUT_FAILED:
		return FAIL_WORK;
	default:
		return fail_read(reader->path, COPY_AGAIN,
				 "it is truncated within its header of %zu bytes", size);
	}
}

static int open_stream(struct reader *reader)
{
	reader->streamed = true;
	reader->recording.replay.keep_gone = reader->source->evicted;
	if (stream_begin(&reader->events.stream))
		return FAIL_WORK;
	reader->status = recording_read(&reader->recording, &reader->events);
	replay_header(&reader->recording.replay, &reader->header);
	return FAIL_NONE;
}

static int open_source(struct reader *reader)
{
	const struct source *source = reader->source;
	int fd;

	if (!source->file)
		return source_open(source, "records", reader->path);
	fd = events_find(&reader->events, source);
	if (reader->events.set.count)
		snprintf(reader->path, sizeof(reader->path), "%s",
			 reader->events.set.items[0].path);
	return fd;
}

/**
 * reader_open - open the records file and check its header, or read a stream
 * @reader: set up; reader_close() is due also after a failure
 * @source: where to read
 *
 * Return: 0, or an exit status with the error reported.
 */
int reader_open(struct reader *reader, const struct source *source)
{
	int fd;

	memset(reader, 0, sizeof(*reader));
	events_init(&reader->events);
	reader->source = source;
	fd = open_source(reader);
	if (fd < 0)
		return FAIL_WORK;
	input_open(input_of(reader), fd, reader->path);
	if (input_fill(input_of(reader), sizeof(reader->header)) == INPUT_FAILED)
		return FAIL_WORK;
	if (!is_records(reader))
		return open_stream(reader);
	if (reader->events.set.count > 1)
		return fail_read(reader->path, "give it alone",
				 "it is a records file, and only recorded ones are read together");
	return check_header(reader) ? FAIL_WORK : skip_header(reader);
}

static int fail_damaged(struct reader *reader, const char *what, uint64_t value)
{
	return fail_read(reader->path, "copy it again, or use its module's command",
			 "record %llu at byte %llu is damaged: %s is %llu",
			 (unsigned long long)reader->count + 1,
			 (unsigned long long)input_of(reader)->offset, what,
			 (unsigned long long)value);
}

static int fail_truncated(struct reader *reader)
{
	return fail_read(reader->path, COPY_AGAIN,
			 "it is truncated within record %llu at byte %llu",
			 (unsigned long long)reader->count + 1,
			 (unsigned long long)input_of(reader)->offset);
}

/* Returns 0 if so many bytes of a record are there, else an exit status. */
static int need(struct reader *reader, size_t bytes)
{
	switch (input_fill(input_of(reader), bytes)) {
	case INPUT_READY:
		return FAIL_NONE;
	case INPUT_FAILED:
		return FAIL_WORK;
	default:
		return fail_truncated(reader);
	}
}

/* The next record of any namespace. */
static int read_record(struct reader *reader, const struct record **record)
{
	struct input *input = input_of(reader);
	const char *wrong;
	uint64_t value;
	uint32_t size;

	*record = NULL;
	if (input_fill(input, sizeof(size)) == INPUT_ENDED && !input_have(input))
		return FAIL_NONE;
	if (need(reader, sizeof(size)))
		return FAIL_WORK;
	memcpy(&size, input_bytes(input), sizeof(size));
	if (reader->layout.foreign)
		size = __builtin_bswap32(size);
	if (size < reader->layout.record_size || size > LAYOUT_RECORD_MOST)
		return fail_damaged(reader, "size", size);
	if (need(reader, size))
		return FAIL_WORK;
	wrong = layout_record(&reader->layout, input_bytes(input), size, &reader->record,
			      &reader->log_room, &value);
	if (wrong)
		return fail_damaged(reader, wrong, value);
	input_use(input, size);
	reader->count++;
	*record = &reader->record;
	return FAIL_NONE;
}

/* The next record of a stream; what was wrong with it counts once all are read. */
static int take_record(struct reader *reader, const struct record **record)
{
	*record = recording_next(&reader->recording);
	return *record ? FAIL_NONE : reader->status;
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
		status = reader->streamed ? take_record(reader, record) :
					    read_record(reader, record);
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
	events_close(&reader->events);
	recording_free(&reader->recording);
	free(reader->record.log);
	memset(reader, 0, sizeof(*reader));
	events_init(&reader->events);
}
