// SPDX-License-Identifier: GPL-2.0
#include "present/report/two_hosts.h"

#include <stdbool.h>
#include <stdlib.h>

#include <linux/tcpledger.h>

#include "base/memory.h"
#include "read/record.h"

/**
 * two_hosts_lag - what a clock is ahead of another if both wall clocks are right
 * @header: of one host's file
 * @other: of the other's, or all zero
 *
 * Return: nanoseconds of CLOCK_MONOTONIC, 0 if that is no number.
 */
int64_t two_hosts_lag(const struct tcpledger_header *header,
		      const struct tcpledger_header *other)
{
	int64_t boot, other_boot, lag;

	if (__builtin_sub_overflow(header->realtime_ns, header->monotonic_ns, &boot) ||
	    __builtin_sub_overflow(other->realtime_ns, other->monotonic_ns, &other_boot) ||
	    __builtin_sub_overflow(boot, other_boot, &lag))
		return 0;
	return lag;
}

/**
 * two_hosts_move - tell when a record began by another clock
 * @record: the record
 * @lag: what its own clock is ahead
 *
 * What only a damaged file has stays as it is.
 */
void two_hosts_move(struct record *record, int64_t lag)
{
	int64_t base;

	if (!__builtin_sub_overflow(record->fixed.base_ns, lag, &base))
		record->fixed.base_ns = base;
}

/* Both records of a connection by the clock of the first host, whose record @number is. */
static bool unite(const struct two_hosts *both, size_t number, struct tcpledger_entry *log)
{
	struct tie *tie = &both->ties[number];
	struct tie *other_tie = &both->ties[tie->peer];
	struct record record = both->records[number];
	struct record other = both->records[tie->peer];

	if (!clocks_compare(&tie->clocks, &record, &other) ||
	    !clocks_unite(&tie->clocks, &record, &other, log))
		return false;
	both->records[number] = record;
	both->records[tie->peer] = other;
	other_tie->clocks = tie->clocks;
	tie->compared = true;
	other_tie->compared = true;
	return true;
}

/* Nothing is surer than the narrowest bounds. */
static bool is_surer(const struct clocks *clocks, const struct clocks *than)
{
	return clocks->bound_ns >= 0 && (!than || clocks->bound_ns < than->bound_ns);
}

static size_t count_entries(const struct two_hosts *both)
{
	size_t i, entries = 0;

	for (i = 0; i < both->count; i++)
		entries += both->ties[i].host ? both->records[i].fixed.log_n : 0;
	return entries;
}

/* Returns the clocks of the connection that tells most of them, NULL if none does. */
static const struct clocks *unite_connections(const struct two_hosts *both,
					      struct tcpledger_entry *logs)
{
	const struct clocks *surest = NULL;
	size_t i;

	for (i = 0; i < both->count; i++) {
		const struct tie *tie = &both->ties[i];

		if (tie->host || tie->join == PEER_NONE || tie->peer < 0 || !unite(both, i, logs))
			continue;
		logs += both->records[tie->peer].fixed.log_n;
		if (is_surer(&tie->clocks, surest))
			surest = &tie->clocks;
	}
	return surest;
}

/* What the second host had to do with others than the first is moved with the rest. */
static void move_others(const struct two_hosts *both, const struct clocks *surest)
{
	size_t i;

	for (i = 0; i < both->count; i++) {
		struct record *record = &both->records[i];
		int64_t opened = record->fixed.opened_at;

		if (!both->ties[i].host || both->ties[i].compared)
			continue;
		two_hosts_move(record, surest ? surest->offset_ns : both->lag);
		if (surest && surest->wall_known && opened >= 0 &&
		    !__builtin_sub_overflow(opened, surest->wall_ns, &opened))
			record->fixed.opened_at = opened;
	}
}

static int compare_spaces(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The namespaces of one host, sorted; some may be there more than once. */
static uint32_t *list_spaces(const struct two_hosts *both, unsigned int host,
			     size_t *count)
{
	uint32_t *list = memory_new(both->count + 1, sizeof(*list));
	size_t i;

	*count = 0;
	list[(*count)++] = both->netns[host];
	for (i = 0; i < both->count; i++)
		if (both->ties[i].host == host)
			list[(*count)++] = both->records[i].fixed.netns;
	qsort(list, *count, sizeof(*list), compare_spaces);
	return list;
}

static bool is_among(const uint32_t *list, size_t count, uint32_t netns)
{
	return bsearch(&netns, list, count, sizeof(netns), compare_spaces);
}

/* One namespace of the second host gets another number. */
static void rename_space(const struct two_hosts *both, uint32_t netns, uint32_t name)
{
	size_t i;

	for (i = 0; i < both->count; i++)
		if (both->ties[i].host && both->records[i].fixed.netns == netns)
			both->records[i].fixed.netns = name;
	if (both->netns[1] == netns)
		both->netns[1] = name;
}

/*
 * Records are known by their namespace and their number there, and every host calls its
 * initial namespace the same. The kernel gives no namespace so small a number.
 */
static void tell_spaces_apart(const struct two_hosts *both)
{
	size_t first_count, second_count, i;
	uint32_t *first = list_spaces(both, 0, &first_count);
	uint32_t *second = list_spaces(both, 1, &second_count);
	uint32_t name = 2;

	for (i = 0; i < second_count; i++) {
		if ((i && second[i] == second[i - 1]) || !is_among(first, first_count, second[i]))
			continue;
		while (is_among(first, first_count, name) || is_among(second, second_count, name))
			name++;
		rename_space(both, second[i], name++);
	}
	free(first);
	free(second);
}

/**
 * two_hosts_unite - tell the records of two hosts by the clock of the first
 * @both: the records
 *
 * Those of a connection by what it says of the clocks; others by what the surest of these
 * says, or else by the wall clocks.
 *
 * Return: logs that the records have from now on, for free() after them.
 */
struct tcpledger_entry *two_hosts_unite(const struct two_hosts *both)
{
	struct tcpledger_entry *logs = memory_new(count_entries(both) + 1, sizeof(*logs));

	move_others(both, unite_connections(both, logs));
	tell_spaces_apart(both);
	return logs;
}
