// SPDX-License-Identifier: GPL-2.0
#include "meaning/time_wait_stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/record.h"

static const struct time_wait_sum nothing = { .oldest_ns = -1, .next_ns = -1 };

/**
 * time_wait_stats_init - nothing added yet
 * @stats: set up
 */
void time_wait_stats_init(struct time_wait_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->sum = nothing;
	stats->nominal_ns = -1;
}

static void sum_up(struct time_wait_sum *into, const struct time_wait_sum *more)
{
	into->now += more->now;
	into->ended += more->ended;
	into->restarts += more->restarts;
	into->fin_reacks += more->fin_reacks;
	into->old_duplicates += more->old_duplicates;
	if (more->oldest_ns > into->oldest_ns)
		into->oldest_ns = more->oldest_ns;
	if (more->next_ns >= 0 && (into->next_ns < 0 || more->next_ns < into->next_ns))
		into->next_ns = more->next_ns;
}

/**
 * time_wait_stats_bound - what the residences of a bucket are below
 * @bucket: the bucket, below TIME_WAIT_BUCKETS
 *
 * Return: nanoseconds.
 */
int64_t time_wait_stats_bound(unsigned int bucket)
{
	if (bucket >= TIME_WAIT_CUT && bucket < TIME_WAIT_CUT + TIME_WAIT_SECONDS)
		return (int64_t)(TIME_WAIT_SECOND + bucket - TIME_WAIT_CUT) * 1000000000;
	if (bucket >= TIME_WAIT_CUT)
		bucket -= TIME_WAIT_SECONDS;
	return bucket < 63 ? (int64_t)1 << bucket : INT64_MAX;
}

static void add_residence(struct time_wait_stats *stats, const struct tcpledger_record *r)
{
	unsigned int bucket = 0;

	if (!(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT) || r->tw_residence_ns < 0) {
		stats->bound++;
		return;
	}
	while (bucket < TIME_WAIT_BUCKETS - 1 &&
	       r->tw_residence_ns >= time_wait_stats_bound(bucket))
		bucket++;
	stats->buckets[bucket]++;
	stats->residences = memory_grow(stats->residences, stats->residence_count,
					&stats->residence_room, sizeof(*stats->residences));
	stats->residences[stats->residence_count++] = r->tw_residence_ns;
}

/**
 * time_wait_stats_add - add a record, if it has to do with TIME_WAIT
 * @stats: sums
 * @record: a checked record
 */
void time_wait_stats_add(struct time_wait_stats *stats, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	bool now = r->tw_exit == TCPLEDGER_EXIT_LASTS;
	struct time_wait_remote *remote;
	struct time_wait_sum sum = nothing;

	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT))
		return;
	sum.now = now;
	sum.ended = !now;
	sum.restarts = r->tw_restarts;
	sum.fin_reacks = r->tw_fin_reacks;
	sum.old_duplicates = r->tw_old_duplicates;
	if (now) {
		sum.oldest_ns = r->state_age_ns;
		sum.next_ns = r->tw_remaining_ns;
	} else {
		stats->exits[r->tw_exit]++;
		add_residence(stats, r);
	}
	if (r->tw_nominal_ns >= 0)
		stats->nominal_ns = r->tw_nominal_ns;
	sum_up(&stats->sum, &sum);

	stats->remotes = memory_grow(stats->remotes, stats->remote_count, &stats->remote_room,
				     sizeof(*stats->remotes));
	remote = &stats->remotes[stats->remote_count++];
	remote->ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	memcpy(remote->address, r->remote, sizeof(remote->address));
	remote->sum = sum;
}

static int compare_address(const struct time_wait_remote *a, const struct time_wait_remote *b)
{
	if (a->ipv6 != b->ipv6)
		return a->ipv6 ? 1 : -1;
	return memcmp(a->address, b->address, sizeof(a->address));
}

static int by_address(const void *a, const void *b)
{
	return compare_address(a, b);
}

static int by_number(const void *a, const void *b)
{
	const struct time_wait_remote *x = a, *y = b;

	if (x->sum.now != y->sum.now)
		return x->sum.now > y->sum.now ? -1 : 1;
	if (x->sum.ended != y->sum.ended)
		return x->sum.ended > y->sum.ended ? -1 : 1;
	return compare_address(x, y);
}

static int by_length(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/**
 * time_wait_stats_finish - all have been added: join and order them
 * @stats: sums
 */
void time_wait_stats_finish(struct time_wait_stats *stats)
{
	size_t i, n = 0;

	if (stats->residence_count)
		qsort(stats->residences, stats->residence_count,
		      sizeof(*stats->residences), by_length);
	if (!stats->remote_count)
		return;
	qsort(stats->remotes, stats->remote_count, sizeof(*stats->remotes), by_address);
	for (i = 1; i < stats->remote_count; i++) {
		if (!compare_address(&stats->remotes[n], &stats->remotes[i]))
			sum_up(&stats->remotes[n].sum, &stats->remotes[i].sum);
		else
			stats->remotes[++n] = stats->remotes[i];
	}
	stats->remote_count = n + 1;
	qsort(stats->remotes, stats->remote_count, sizeof(*stats->remotes), by_number);
}

/**
 * time_wait_stats_quantile - a residence that so many percent do not exceed
 * @stats: finished sums
 * @percent: 0 for the least, 100 for the most
 *
 * Return: nanoseconds, -1 if none was measured.
 */
int64_t time_wait_stats_quantile(const struct time_wait_stats *stats, unsigned int percent)
{
	size_t n = stats->residence_count, rank;

	if (!n)
		return -1;
	rank = (n * percent + 99) / 100;	/* nearest rank, from 1 */
	return stats->residences[rank ? rank - 1 : 0];
}

/**
 * time_wait_stats_free - give the memory back
 * @stats: sums
 */
void time_wait_stats_free(struct time_wait_stats *stats)
{
	free(stats->residences);
	free(stats->remotes);
	memset(stats, 0, sizeof(*stats));
}
