// SPDX-License-Identifier: GPL-2.0
/*
 * The figures are those of all records. What is told of each follows, newest first, as
 * long as the size allows; the rest is counted and left out, also of the records inside.
 */
#include "present/report/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "present/diagram/diagram.h"
#include "present/diagram/diagram_make.h"
#include "present/explain/other_end.h"
#include "present/report/collection.h"
#include "present/report/connection.h"
#include "present/report/connection_table.h"
#include "present/report/glance.h"
#include "present/report/page.h"
#include "present/report/records_block.h"
#include "present/report/tally.h"
#include "read/record.h"

/**
 * struct parts - what a page is put together from
 * @rows: of the table
 * @connections: what is told of each
 * @data: bytes of the records inside
 * @frame: bytes of all else
 * @marks: what tells the records' namespaces and hosts apart
 */
struct parts {
	struct text	rows, connections;
	size_t		data;
	uint64_t	frame;
	struct marks	marks;
};

static struct marks marks_of(const struct collection *collection)
{
	struct marks marks = { .hosts = collection->two_hosts };
	size_t i;

	for (i = 0; i < collection->count; i++)
		if (collection->records[i].fixed.netns !=
		    collection->netns[collection->ties[i].host])
			marks.spaces = true;
	return marks;
}

static void count(const struct report *report, struct tally *tally)
{
	const struct collection *collection = report->collection;
	size_t i;

	tally_begin(tally);
	for (i = 0; i < collection->count; i++) {
		struct diagram diagram;

		diagram_make(&diagram, &collection->records[i], collection_peer(collection, i),
			     false);
		tally_add(tally, &collection->records[i], &diagram);
		diagram_free(&diagram);
	}
	tally_sort(tally);
}

/* Where the other end was found on the other host, if it is not on the same. */
static void tell_other_end(const struct report *report, size_t number,
			   struct connection *connection)
{
	const struct collection *collection = report->collection;
	const struct tie *tie = &collection->ties[number];
	const char *file = tie->host ? report->source : report->other_source;
	const struct record *record = &collection->records[number];

	if (!collection->two_hosts || (tie->peer >= 0 && tie->join == PEER_NONE) ||
	    record_is_self_connect(record))
		return;
	if (tie->peer < 0) {
		other_end_not_found(&connection->other_end,
				    tie->join == PEER_DOUBTFUL ? NULL : file,
				    tie->join == PEER_DOUBTFUL);
		return;
	}
	other_end_found(&connection->other_end, file, record, &collection->records[tie->peer]);
	other_end_clocks(&connection->clocks, tie->compared ? &tie->clocks : NULL, tie->host);
}

static void add_record(const struct report *report, struct parts *parts, size_t number)
{
	const struct record *record = &report->collection->records[number];
	struct connection connection = {
		.record = record, .marks = parts->marks,
		.host = report->collection->ties[number].host + 1,
	};
	struct diagram diagram;

	snprintf(connection.name, sizeof(connection.name), "c%zu", number + 1);
	tell_other_end(report, number, &connection);
	diagram_make(&diagram, record, collection_peer(report->collection, number), false);
	connection_table_row(&parts->rows, &connection);
	connection_add(&parts->connections, &connection, &diagram);
	parts->data += records_block_record_size(record);
	text_free(&connection.other_end);
	text_free(&connection.clocks);
	diagram_free(&diagram);
}

/* Add one, and take it back if that is too much. */
static int fits(const struct report *report, struct parts *parts, size_t number)
{
	size_t rows = parts->rows.len, connections = parts->connections.len, data = parts->data;

	add_record(report, parts, number);
	if (parts->frame + parts->rows.len + parts->connections.len +
	    records_block_size(parts->data) <= report->most)
		return 1;
	parts->rows.len = rows;
	parts->connections.len = connections;
	parts->data = data;
	return 0;
}

static uint64_t count_joined(const struct collection *collection)
{
	uint64_t joined = 0;
	size_t i;

	for (i = 0; i < collection->count; i++)
		joined += !collection->ties[i].host && collection->ties[i].peer >= 0 &&
			  collection->ties[i].join != PEER_NONE;
	return joined;
}

/* What stands before the rows, and between them and the connections. */
static void add_frame(const struct report *report, const struct tally *tally,
		      struct marks marks, struct text *before, struct text *between)
{
	const struct page_facts facts = {
		.source = report->source, .other_source = report->other_source,
		.two_hosts = report->collection->two_hosts,
		.joined = count_joined(report->collection),
		.read_at = report->collection->header.realtime_ns,
		.redacted = report->redacted, .count = report->collection->count,
		.wanted = report->collection->wanted, .told = report->told, .most = report->most,
	};

	page_begin(before, &facts, tally);
	if (tally->records)
		glance_add(before, tally);
	connection_table_begin(before, tally, marks);
	connection_table_end(between);
	page_begin_connections(between);
}

static int put(struct file *file, const struct text *text)
{
	text_bytes(&file->text, text->bytes, text->len);
	return file_flush(file, FILE_PIECE);
}

/**
 * struct placed - a record and its place as it was read
 * @record: it
 * @read: its place
 */
struct placed {
	const struct record	*record;
	size_t			read;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->read > y->read) - (x->read < y->read);
}

/* The records inside stand as they were read, so that whoever reads them sees no other order. */
static void add_records(const struct report *report, struct text *page)
{
	struct placed *placed = memory_new((size_t)report->told + 1, sizeof(*placed));
	const struct collection *collection = report->collection;
	struct text bytes = { 0 };
	size_t i;

	for (i = 0; i < report->told; i++)
		placed[i] = (struct placed) { &collection->records[i], collection->ties[i].read };
	qsort(placed, (size_t)report->told, sizeof(*placed), compare_placed);
	records_block_add_header(&bytes, &collection->header);
	for (i = 0; i < report->told; i++)
		records_block_add_record(&bytes, placed[i].record);
	records_block_write(page, &bytes);
	text_free(&bytes);
	free(placed);
}

/* The frame is made twice, as it tells how many records had room. */
static int write_parts(const struct report *report, const struct tally *tally,
		       const struct parts *parts, struct file *file)
{
	struct text before = { 0 }, between = { 0 };
	int status;

	add_frame(report, tally, parts->marks, &before, &between);
	status = put(file, &before) || put(file, &parts->rows) || put(file, &between) ||
		 put(file, &parts->connections);
	text_free(&before);
	text_free(&between);
	if (status)
		return FAIL_WORK;
	page_end_connections(&file->text);
	add_records(report, &file->text);
	page_end(&file->text);
	return FAIL_NONE;
}

static uint64_t measure_frame(const struct report *report, const struct tally *tally,
			      struct marks marks)
{
	struct text before = { 0 }, after = { 0 };
	uint64_t size;

	add_frame(report, tally, marks, &before, &after);
	page_end_connections(&after);
	page_end(&after);
	size = before.len + after.len;
	text_free(&before);
	text_free(&after);
	return size;
}

/**
 * report_write - make a report
 * @report: what it is made from; its told is set
 * @file: to write to
 *
 * Return: 0, or an exit status with the error reported.
 */
int report_write(struct report *report, struct file *file)
{
	struct parts parts = {
		.data = sizeof(report->collection->header),
		.marks = marks_of(report->collection),
	};
	struct tally tally;
	int status;

	count(report, &tally);
	/* The longest note on what is left out is in it. */
	report->told = 0;
	parts.frame = measure_frame(report, &tally, parts.marks) + 64;
	while (report->told < report->collection->count &&
	       fits(report, &parts, (size_t)report->told))
		report->told++;
	status = write_parts(report, &tally, &parts, file);
	tally_free(&tally);
	text_free(&parts.rows);
	text_free(&parts.connections);
	return status;
}
