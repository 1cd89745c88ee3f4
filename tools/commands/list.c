// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger list: the records as a table, or as JSON lines.
 */
#include "commands/list.h"

#include <limits.h>
#include <string.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/output.h"
#include "commands/options.h"
#include "meaning/words.h"
#include "print/format.h"
#include "print/json_record.h"
#include "print/table.h"
#include "read/reader.h"
#include "read/record_list.h"

/*
 * The columns in their order from the left. Rank tells which go first on a
 * narrow terminal: who, what and where stay longest.
 */
enum column_id {
	COLUMN_OPENED, COLUMN_ID, COLUMN_PID, COLUMN_COMM, COLUMN_LOCAL, COLUMN_REMOTE,
	COLUMN_STATE, COLUMN_AGE, COLUMN_HANDSHAKE, COLUMN_DURATION, COLUMN_END,
	COLUMN_UID, COLUMN_CGROUP, COLUMN_NETNS, COLUMN_ROLE, COLUMN_OUTCOME,
	COLUMN_FIRST, COLUMN_SENT, COLUMN_RECEIVED, COLUMN_RETRANSMITS,
	COLUMN_SRTT, COLUMN_ANOMALIES, COLUMN_COUNT,
};

static const struct table_column columns[COLUMN_COUNT] = {
	[COLUMN_OPENED]	= { "OPENED", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_ID]		= { "ID", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_PID]		= { "PID", true, TABLE_CUT_NEVER, 0, 3 },
	[COLUMN_COMM]		= { "COMM", false, TABLE_CUT_END, 6, 7 },
	[COLUMN_LOCAL]		= { "LOCAL", false, TABLE_CUT_PORT, 21, 0 },
	[COLUMN_REMOTE]		= { "REMOTE", false, TABLE_CUT_PORT, 21, 0 },
	[COLUMN_STATE]		= { "STATE", false, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_AGE]		= { "AGE", true, TABLE_CUT_NEVER, 0, 4 },
	[COLUMN_HANDSHAKE]	= { "HSHAKE", true, TABLE_CUT_NEVER, 0, 1 },
	[COLUMN_DURATION]	= { "DUR", true, TABLE_CUT_NEVER, 0, 2 },
	[COLUMN_END]		= { "END", false, TABLE_CUT_END, 6, 6 },
	[COLUMN_UID]		= { "UID", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_CGROUP]	= { "CGROUP", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_NETNS]		= { "NETNS", true, TABLE_CUT_NEVER, 0, 8 },
	[COLUMN_ROLE]		= { "ROLE", false, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_OUTCOME]	= { "OUTCOME", false, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_FIRST]		= { "FIRST", false, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_SENT]		= { "SENT", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_RECEIVED]	= { "RECEIVED", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_RETRANSMITS]	= { "RETRANS", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_SRTT]		= { "SRTT", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_ANOMALIES]	= { "ANOMALIES", false, TABLE_CUT_END, 9, 5 },
};

/* Ids are unique within a namespace: whose they are is told where it must be. */
static bool column_is_wanted(const struct options *options, unsigned int column)
{
	if (column == COLUMN_OPENED)
		return options->wide || options->clock != OPTIONS_CLOCK_DEFAULT;
	if (column >= COLUMN_UID && column < COLUMN_ANOMALIES && column != COLUMN_NETNS)
		return options->wide;
	return true;
}

static void add_number(struct text *cell, int64_t number)
{
	if (number < 0)
		text_char(cell, '-');
	else
		text_unsigned(cell, (uint64_t)number);
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

/*
 * The cells that stand in the table only with --wide.
 */
static void fill_wide(struct text *cell, unsigned int column, const struct tcpledger_record *r)
{
	switch (column) {
	case COLUMN_UID:
		add_number(cell, r->uid);
		break;
	case COLUMN_CGROUP:
		add_number(cell, r->cgroup);
		break;
	case COLUMN_NETNS:
		add_number(cell, r->netns);
		break;
	case COLUMN_ROLE:
		text_string(cell, words_get(&words_roles, r->role));
		break;
	case COLUMN_OUTCOME:
		text_string(cell, words_get(&words_outcomes, r->outcome));
		break;
	case COLUMN_FIRST:
		text_string(cell, words_get(&words_sides, r->first));
		break;
	case COLUMN_SENT:
		add_number(cell, r->bytes_sent);
		break;
	case COLUMN_RECEIVED:
		add_number(cell, r->bytes_received);
		break;
	case COLUMN_RETRANSMITS:
		add_number(cell, r->retransmits);
		break;
	case COLUMN_SRTT:
		format_duration(cell, r->srtt_us < 0 || r->srtt_us > INT64_MAX / 1000 ?
				-1 : r->srtt_us * 1000);
		break;
	}
}

static int fill_comm(struct text *cell, const struct record *record)
{
	if (record->comm[0])
		return (int)escape_terminal(cell, record->comm);
	text_char(cell, '-');
	return 1;
}

static void fill_cell(struct table *table, unsigned int column, const struct record *record,
		      const struct options *options, const struct tcpledger_header *header)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	enum table_colour colour = TABLE_PLAIN;
	struct text *cell = table_cell(table);
	int width = -1;

	switch (column) {
	case COLUMN_OPENED:
		add_opened(cell, options, r, header);
		break;
	case COLUMN_ID:
		text_unsigned(cell, r->id);
		break;
	case COLUMN_PID:
		add_number(cell, r->pid);
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
	case COLUMN_STATE:
		text_string(cell, words_get(&words_states, r->state));
		break;
	case COLUMN_AGE:
		format_duration(cell, r->state_age_ns);
		break;
	case COLUMN_HANDSHAKE:
		format_duration(cell, r->handshake_ns);
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
		fill_wide(cell, column, r);
		break;
	}
	table_cell_end(table, colour, width);
}

static enum sort_by order_of(const struct options *options)
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
	unsigned int i, ids[COLUMN_COUNT];
	bool foreign = options->wide;
	int status;

	for (i = 0; i < COLUMN_COUNT; i++) {
		if (!column_is_wanted(options, i))
			continue;
		ids[table.column_count] = i;
		table_add_column(&table, &columns[i]);
	}
	while (!(status = reader_next(reader, &record)) && record) {
		if (!filter_match(&options->filter, record, &reader->header))
			continue;
		sort_place(order_of(options), options->reverse, record, &place);
		table_row(&table, &place);
		foreign |= record->fixed.netns != reader->header.netns;
		for (i = 0; i < table.column_count; i++)
			fill_cell(&table, ids[i], record, options, &reader->header);
	}
	for (i = 0; i < table.column_count; i++)
		if (ids[i] == COLUMN_NETNS)
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
