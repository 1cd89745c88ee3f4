// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger list: the records as a table, or as JSON lines.
 */
#include "commands/list.h"

#include <limits.h>
#include <string.h>

#include "base/compiler.h"
#include "base/escape.h"
#include "base/fail.h"
#include "base/output.h"
#include "commands/options.h"
#include "meaning/words.h"
#include "present/print/field_text.h"
#include "present/print/format.h"
#include "present/print/json_record.h"
#include "present/print/table.h"
#include "read/field.h"
#include "read/reader.h"
#include "read/record_list.h"

#define TITLE_NETNS	"NETNS"		/* that column is there only where it is needed */

enum column_id {
	COLUMN_FIELD,		/* the field that has this title */
	COLUMN_FIELDS,		/* all fields with a title that no column here has */
	COLUMN_OPENED, COLUMN_COMM, COLUMN_LOCAL, COLUMN_REMOTE, COLUMN_DURATION, COLUMN_END,
	COLUMN_ANOMALIES,
};

/*
 * The columns in their order from the left. Rank tells which go first on a narrow
 * terminal: who, what and where stay longest. Where a field stands on the right or
 * the left, and how it is cut, is settled by what it is.
 */
static const struct column_place {
	struct table_column	look;
	enum column_id		id;
	bool			wide;		/* only with --wide */
} layout[] = {
	{ { "OPENED", true, TABLE_CUT_NEVER, 0, 0 }, COLUMN_OPENED, true },
	{ { "ID", .rank = 0 }, COLUMN_FIELD, false },
	{ { "PID", .rank = 3 }, COLUMN_FIELD, false },
	{ { "COMM", false, TABLE_CUT_END, 6, 7 }, COLUMN_COMM, false },
	{ { "LOCAL", false, TABLE_CUT_PORT, 21, 0 }, COLUMN_LOCAL, false },
	{ { "REMOTE", false, TABLE_CUT_PORT, 21, 0 }, COLUMN_REMOTE, false },
	{ { "STATE", .rank = 0 }, COLUMN_FIELD, false },
	{ { "AGE", .rank = 4 }, COLUMN_FIELD, false },
	{ { "HSHAKE", .rank = 1 }, COLUMN_FIELD, false },
	{ { "DUR", true, TABLE_CUT_NEVER, 0, 2 }, COLUMN_DURATION, false },
	{ { "END", false, TABLE_CUT_END, 6, 6 }, COLUMN_END, false },
	{ { "UID", .rank = 0 }, COLUMN_FIELD, true },
	{ { "CGROUP", .rank = 0 }, COLUMN_FIELD, true },
	{ { TITLE_NETNS, .rank = 8 }, COLUMN_FIELD, false },
	{ { NULL, .rank = 0 }, COLUMN_FIELDS, true },
	{ { "ANOMALIES", false, TABLE_CUT_END, 9, 5 }, COLUMN_ANOMALIES, false },
};

/**
 * struct column - a column of this list
 * @look: how it looks
 * @id: what is in it
 * @field: of COLUMN_FIELD
 */
struct column {
	struct table_column	look;
	enum column_id		id;
	const struct field	*field;
};

/**
 * struct columns - the columns of this list, from the left
 * @list: they
 * @count: how many
 */
struct columns {
	struct column	list[TABLE_COLUMNS_MAX];
	unsigned int	count;
};

static void add_column(struct columns *columns, const struct column_place *place,
		       const struct field *field)
{
	struct column *column = &columns->list[columns->count];

	if (columns->count == TABLE_COLUMNS_MAX)
		return;
	columns->count++;
	column->look = place->look;
	column->id = field ? COLUMN_FIELD : place->id;
	column->field = field;
	if (!field)
		return;
	column->look.title = field->title;
	column->look.right = !field_text_words(field);
}

static bool has_place(const char *title)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(layout); i++)
		if (layout[i].look.title && !strcmp(layout[i].look.title, title))
			return true;
	return false;
}

static void add_fields(struct columns *columns, const struct column_place *place)
{
	const char *title = place->look.title;
	unsigned int i;

	for (i = 0; i < field_count; i++) {
		if (!fields[i].title)
			continue;
		if (title ? !strcmp(fields[i].title, title) : !has_place(fields[i].title))
			add_column(columns, place, &fields[i]);
	}
}

/* Ids are unique within a namespace: whose they are is told where it must be. */
static void choose_columns(struct columns *columns, const struct options *options)
{
	bool clock = options->clock != OPTIONS_CLOCK_DEFAULT;
	unsigned int i;

	columns->count = 0;
	for (i = 0; i < ARRAY_SIZE(layout); i++) {
		const struct column_place *place = &layout[i];

		if (place->wide && !options->wide && !(clock && place->id == COLUMN_OPENED))
			continue;
		if (place->id == COLUMN_FIELD || place->id == COLUMN_FIELDS)
			add_fields(columns, place);
		else
			add_column(columns, place, NULL);
	}
}

/* Seconds from its opening to the reading, as a moment in the past. */
static void add_opened(struct text *cell, const struct options *options,
		       const struct tcpledger_record *r, const struct tcpledger_header *header)
{
	int64_t ago;

	if (options->clock == OPTIONS_CLOCK_RELATIVE) {
		if (r->opened_at < 0 ||
		    __builtin_sub_overflow(header->realtime_ns, r->opened_at, &ago) || ago < 0) {
			text_char(cell, '-');
			return;
		}
		text_char(cell, '-');
		format_seconds(cell, ago, 6);
	} else if (!format_wall(cell, r->opened_at)) {
		text_char(cell, '-');
	}
}

/*
 * How it ended, or why it never began: one word for both.
 */
static const char *end_word(const struct tcpledger_record *r, enum table_colour *colour)
{
	bool failed = r->outcome != TCPLEDGER_OUTCOME_IN_PROGRESS &&
		      r->outcome != TCPLEDGER_OUTCOME_ESTABLISHED;

	if (failed || r->kind == TCPLEDGER_KIND_RESET || r->kind == TCPLEDGER_KIND_TIMED_OUT)
		*colour = TABLE_RED;
	if (failed)
		return words_get(&words_outcomes, r->outcome);
	return words_get(&words_kinds, r->kind);
}

static void add_anomalies(struct text *cell, uint64_t anomalies, enum table_colour *colour)
{
	unsigned int bit;

	if (!anomalies) {
		text_char(cell, '-');
		return;
	}
	*colour = TABLE_YELLOW;
	for (bit = 0; anomalies; bit++, anomalies >>= 1) {
		if (!(anomalies & 1))
			continue;
		text_string(cell, words_get(&words_anomalies, bit));
		if (anomalies > 1)
			text_char(cell, ',');
	}
}

static int fill_comm(struct text *cell, const struct record *record)
{
	if (record->comm[0])
		return (int)escape_terminal(cell, record->comm);
	text_char(cell, '-');
	return 1;
}

static void fill_cell(struct table *table, const struct column *column,
		      const struct record *record, const struct options *options,
		      const struct tcpledger_header *header)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	enum table_colour colour = TABLE_PLAIN;
	struct text *cell = table_cell(table);
	int width = -1;

	switch (column->id) {
	case COLUMN_OPENED:
		add_opened(cell, options, r, header);
		break;
	case COLUMN_COMM:
		width = fill_comm(cell, record);
		break;
	case COLUMN_LOCAL:
		format_endpoint(cell, r->local, ipv6, r->lport);
		break;
	case COLUMN_REMOTE:
		format_endpoint(cell, r->remote, ipv6, r->rport);
		break;
	case COLUMN_DURATION:
		format_duration(cell, r->flags & TCPLEDGER_REC_LIVE ? -1 : r->duration_ns);
		break;
	case COLUMN_END:
		text_string(cell, end_word(r, &colour));
		break;
	case COLUMN_ANOMALIES:
		add_anomalies(cell, r->anomalies, &colour);
		break;
	default:
		field_text_duration(cell, column->field, r);
		break;
	}
	table_cell_end(table, colour, width);
}

static unsigned int order_of(const struct options *options)
{
	/* Who asks for a state or an age looks for what hangs there. */
	if (!options->sorted && (options->filter.states || options->filter.older_ns >= 0))
		return SORT_AGE;
	return options->sort;
}

static int print_table(const struct options *options, struct reader *reader)
{
	const struct record *record;
	struct table table = { 0 };
	struct sort_place place;
	struct columns columns;
	unsigned int i;
	bool foreign = options->wide;
	int status;

	choose_columns(&columns, options);
	for (i = 0; i < columns.count; i++)
		table_add_column(&table, &columns.list[i].look);
	while (!(status = reader_next(reader, &record)) && record) {
		if (!filter_match(&options->filter, record, &reader->header))
			continue;
		sort_place(order_of(options), options->reverse, record, &place);
		table_row(&table, &place);
		foreign |= record->fixed.netns != reader->header.netns;
		for (i = 0; i < table.column_count; i++)
			fill_cell(&table, &columns.list[i], record, options, &reader->header);
	}
	for (i = 0; i < table.column_count; i++)
		if (!strcmp(columns.list[i].look.title, TITLE_NETNS))
			table.shown[i] = foreign;
	/* Titles over nothing are an answer: only where nothing went wrong. */
	if (!status || table.row_count)
		table_print(&table, options->wide ? UINT_MAX : output_width(), output_colour(),
			    options->limit);
	table_free(&table);
	return status;
}

/*
 * In the order of the file, each as soon as it is read; where an order is asked
 * for, as a condition or a limit asks for the table's, all are kept first.
 */
static int print_json(const struct options *options, struct reader *reader)
{
	bool in_order = options->sorted || options->reverse || options->limit ||
			order_of(options) != options->sort;
	const struct record *record;
	struct record_list sorted = { 0 };
	unsigned long n = 0;
	int status;

	while (!(status = reader_next(reader, &record)) && record) {
		if (!filter_match(&options->filter, record, &reader->header))
			continue;
		if (in_order) {
			struct sort_place place;

			sort_place(order_of(options), options->reverse, record, &place);
			record_list_add(&sorted, record, &place);
			continue;
		}
		json_record(record);
	}
	record_list_sort(&sorted);
	while ((record = record_list_next(&sorted)) && (!options->limit || n++ < options->limit))
		json_record(record);
	record_list_free(&sorted);
	return status;
}

/**
 * command_list - tcpledger list
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_list(const struct options *options)
{
	struct reader reader;
	int status = reader_open(&reader, &options->source);

	if (!status)
		status = options->json ? print_json(options, &reader) :
					 print_table(options, &reader);
	reader_close(&reader);
	return status;
}
