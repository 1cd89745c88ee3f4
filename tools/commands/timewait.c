// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger timewait: how many endpoints are in TIME_WAIT, with whom, for how
 * long, what it protected them from, and how long it really lasted.
 */
#include "commands/timewait.h"

#include <string.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "base/output.h"
#include "commands/options.h"
#include "meaning/time_wait_stats.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "present/print/json_writer.h"
#include "present/print/table.h"
#include "read/reader.h"

#define TIMEWAIT_REMOTES	20	/* shown to people; JSON has all */
#define TIMEWAIT_BAR		40	/* columns of the longest bar */

static void add_duration(struct text *out, const char *label, int64_t ns)
{
	text_string(out, label);
	format_duration(out, ns);
}

static void add_count(struct text *out, const char *label, uint64_t count)
{
	text_string(out, label);
	text_unsigned(out, count);
}

static void print_now(const struct time_wait_stats *stats)
{
	const struct time_wait_sum *sum = &stats->sum;
	struct text *out = output_text();

	add_count(out, "in TIME_WAIT now: ", sum->now);
	if (sum->now) {
		add_duration(out, "; oldest ", sum->oldest_ns);
		add_duration(out, ", next to end in ", sum->next_ns);
	}
	add_duration(out, "; 2MSL of this kernel ", stats->nominal_ns);
	add_count(out, "\nabsorbed: FINs answered again ", sum->fin_reacks);
	add_count(out, ", other old segments ", sum->old_duplicates);
	add_count(out, "; timer restarts ", sum->restarts);
	text_char(out, '\n');
}

enum column_id {
	COLUMN_REMOTE, COLUMN_NOW, COLUMN_OLDEST, COLUMN_NEXT, COLUMN_ENDED,
	COLUMN_RESTARTS, COLUMN_REACKS, COLUMN_DUPLICATES, COLUMN_COUNT,
};

static const struct table_column columns[COLUMN_COUNT] = {
	[COLUMN_REMOTE]		= { "REMOTE", false, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_NOW]		= { "NOW", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_OLDEST]		= { "OLDEST", true, TABLE_CUT_NEVER, 0, 1 },
	[COLUMN_NEXT]		= { "NEXT-END", true, TABLE_CUT_NEVER, 0, 2 },
	[COLUMN_ENDED]		= { "ENDED", true, TABLE_CUT_NEVER, 0, 0 },
	[COLUMN_RESTARTS]	= { "RESTARTS", true, TABLE_CUT_NEVER, 0, 5 },
	[COLUMN_REACKS]		= { "FIN-REACKS", true, TABLE_CUT_NEVER, 0, 4 },
	[COLUMN_DUPLICATES]	= { "OLD-DUPS", true, TABLE_CUT_NEVER, 0, 3 },
};

static void fill_cell(struct table *table, unsigned int column,
		      const struct time_wait_remote *remote)
{
	const struct time_wait_sum *sum = &remote->sum;
	struct text *cell = table_cell(table);

	switch (column) {
	case COLUMN_REMOTE:
		format_address(cell, remote->address, remote->ipv6);
		break;
	case COLUMN_NOW:
		text_unsigned(cell, sum->now);
		break;
	case COLUMN_OLDEST:
		format_duration(cell, sum->oldest_ns);
		break;
	case COLUMN_NEXT:
		format_duration(cell, sum->next_ns);
		break;
	case COLUMN_ENDED:
		text_unsigned(cell, sum->ended);
		break;
	case COLUMN_RESTARTS:
		text_unsigned(cell, sum->restarts);
		break;
	case COLUMN_REACKS:
		text_unsigned(cell, sum->fin_reacks);
		break;
	case COLUMN_DUPLICATES:
		text_unsigned(cell, sum->old_duplicates);
		break;
	}
	table_cell_end(table, TABLE_PLAIN, -1);
}

static void print_remotes(const struct time_wait_stats *stats)
{
	struct table table = { 0 };
	size_t i;
	unsigned int column;

	if (!stats->remote_count)
		return;
	for (column = 0; column < COLUMN_COUNT; column++)
		table_add_column(&table, &columns[column]);
	for (i = 0; i < stats->remote_count && i < TIMEWAIT_REMOTES; i++) {
		struct sort_place place = { .high = i };

		table_row(&table, &place);
		for (column = 0; column < COLUMN_COUNT; column++)
			fill_cell(&table, column, &stats->remotes[i]);
	}
	text_char(output_text(), '\n');
	table_print(&table, output_width(), output_colour(), 0);
	if (i < stats->remote_count) {
		add_count(output_text(), "and ", stats->remote_count - i);
		text_string(output_text(), " more addresses (--json has all)\n");
	}
	table_free(&table);
}

static void print_bucket(unsigned int bucket, uint64_t count, uint64_t most)
{
	struct text *out = output_text(), range = { 0 };

	format_duration(&range, bucket ? time_wait_stats_bound(bucket - 1) : 0);
	text_string(&range, " to ");
	format_duration(&range, time_wait_stats_bound(bucket));
	text_printf(out, "  %-18s %8llu ", text_terminated(&range), (unsigned long long)count);
	text_repeat(out, '#', (size_t)((double)count / (double)most * TIMEWAIT_BAR + 0.999));
	text_char(out, '\n');
	text_free(&range);
}

static void print_buckets(const struct time_wait_stats *stats)
{
	unsigned int i, first = TIME_WAIT_BUCKETS, last = 0;
	uint64_t most = 1;

	for (i = 0; i < TIME_WAIT_BUCKETS; i++) {
		if (!stats->buckets[i])
			continue;
		if (first == TIME_WAIT_BUCKETS)
			first = i;
		last = i;
		if (stats->buckets[i] > most)
			most = stats->buckets[i];
	}
	for (i = first; i <= last; i++)
		print_bucket(i, stats->buckets[i], most);
}

static void print_residence(const struct time_wait_stats *stats)
{
	static const struct {
		const char	*label;
		unsigned int	percent;
	} quantiles[] = {
		{ "  least ", 0 }, { ", median ", 50 }, { ", 90% ", 90 },
		{ ", 99% ", 99 }, { ", most ", 100 },
	};
	struct text *out = output_text();
	unsigned int i;

	add_count(out, "measured residence of ", stats->residence_count);
	if (stats->bound)
		add_count(out, "; only a bound is known of ", stats->bound);
	text_char(out, '\n');
	if (!stats->residence_count)
		return;
	for (i = 0; i < ARRAY_SIZE(quantiles); i++) {
		text_string(out, quantiles[i].label);
		format_seconds(out, time_wait_stats_quantile(stats, quantiles[i].percent), 6);
	}
	text_string(out, " s\n");
	print_buckets(stats);
}

static void print_ended(const struct time_wait_stats *stats)
{
	struct text *out = output_text();
	unsigned int exit;
	const char *before = ": ";

	add_count(out, "\nended: ", stats->sum.ended);
	for (exit = TCPLEDGER_EXIT_LASTS + 1; exit < RECORD_VALUES; exit++) {
		if (!stats->exits[exit])
			continue;
		text_printf(out, "%s%s %llu", before, words_get(&words_exits, exit),
			    (unsigned long long)stats->exits[exit]);
		before = ", ";
	}
	text_char(out, '\n');
	if (stats->sum.ended)
		print_residence(stats);
}

static void add_sum(struct text *json, const struct time_wait_sum *sum)
{
	json_unsigned(json, "now", sum->now);
	json_known(json, "oldest_ns", sum->oldest_ns);
	json_known(json, "next_end_ns", sum->next_ns);
	json_unsigned(json, "ended", sum->ended);
	json_unsigned(json, "restarts", sum->restarts);
	json_unsigned(json, "fin_reacks", sum->fin_reacks);
	json_unsigned(json, "old_duplicates", sum->old_duplicates);
}

static void add_exits(struct text *json, const struct time_wait_stats *stats)
{
	unsigned int exit;

	json_object_begin(json, "exits");
	/* Those of a later release only where there are any. */
	for (exit = TCPLEDGER_EXIT_LASTS + 1; exit < RECORD_VALUES; exit++)
		if (exit < TCPLEDGER_EXIT_MAX || stats->exits[exit])
			json_unsigned(json, words_get(&words_exits, exit), stats->exits[exit]);
	json_object_end(json);
}

static void add_buckets(struct text *json, const struct time_wait_stats *stats)
{
	unsigned int i;

	json_array_begin(json, "buckets");
	for (i = 0; i < TIME_WAIT_BUCKETS; i++) {
		if (!stats->buckets[i])
			continue;
		json_object_begin(json, NULL);
		json_unsigned(json, "below_ns", (uint64_t)time_wait_stats_bound(i));
		json_unsigned(json, "count", stats->buckets[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_residence(struct text *json, const struct time_wait_stats *stats)
{
	json_object_begin(json, "residence");
	json_unsigned(json, "exact", stats->residence_count);
	json_unsigned(json, "bound", stats->bound);
	json_known(json, "min_ns", time_wait_stats_quantile(stats, 0));
	json_known(json, "median_ns", time_wait_stats_quantile(stats, 50));
	json_known(json, "p90_ns", time_wait_stats_quantile(stats, 90));
	json_known(json, "p99_ns", time_wait_stats_quantile(stats, 99));
	json_known(json, "max_ns", time_wait_stats_quantile(stats, 100));
	add_buckets(json, stats);
	json_object_end(json);
}

static void add_remotes(struct text *json, const struct time_wait_stats *stats)
{
	size_t i;

	json_array_begin(json, "remotes");
	for (i = 0; i < stats->remote_count; i++) {
		bool ipv6 = stats->remotes[i].ipv6;

		json_object_begin(json, NULL);
		json_word(json, "family", ipv6 ? "inet6" : "inet");
		json_address(json, "remote", stats->remotes[i].address, ipv6);
		add_sum(json, &stats->remotes[i].sum);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json(const struct time_wait_stats *stats)
{
	struct text *json = json_line_begin();

	add_sum(json, &stats->sum);
	json_known(json, "nominal_ns", stats->nominal_ns);
	add_exits(json, stats);
	add_residence(json, stats);
	add_remotes(json, stats);
	json_line_end(json);
}

/**
 * command_timewait - tcpledger timewait
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_timewait(const struct options *options)
{
	const struct record *record;
	struct reader reader;
	struct time_wait_stats stats;
	int status = reader_open(&reader, &options->source);

	time_wait_stats_init(&stats);
	while (!status && !(status = reader_next(&reader, &record)) && record)
		if (filter_match(&options->filter, record, &reader.header))
			time_wait_stats_add(&stats, record);
	if (!status) {
		time_wait_stats_finish(&stats);
		if (options->json) {
			print_json(&stats);
		} else {
			print_now(&stats);
			print_remotes(&stats);
			print_ended(&stats);
		}
	}
	time_wait_stats_free(&stats);
	reader_close(&reader);
	return status;
}
