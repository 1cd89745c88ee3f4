// SPDX-License-Identifier: GPL-2.0
#include "meaning/waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/record.h"

static const struct waits_sum nothing = { .oldest_ns = -1, .next_ns = -1 };

/**
 * waits_init - nothing added yet
 * @waits: set up
 */
void waits_init(struct waits *waits)
{
	memset(waits, 0, sizeof(*waits));
	waits->sum = nothing;
	waits->nominal_ns = -1;
}

static void sum_up(struct waits_sum *into, const struct waits_sum *more)
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
 * waits_bound - what the residences of a bucket are below
 * @bucket: the bucket, below WAITS_BUCKETS
 *
 * Return: nanoseconds.
 */
int64_t waits_bound(unsigned int bucket)
{
	if (bucket >= WAITS_CUT && bucket < WAITS_CUT + WAITS_SECONDS)
		return (int64_t)(WAITS_SECOND + bucket - WAITS_CUT) * 1000000000;
	if (bucket >= WAITS_CUT)
		bucket -= WAITS_SECONDS;
	return bucket < 63 ? (int64_t)1 << bucket : INT64_MAX;
}

static void add_residence(struct waits *waits, const struct tcpledger_record *r)
{
	unsigned int bucket = 0;

	if (!(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT) || r->tw_residence_ns < 0) {
		waits->bound++;
		return;
	}
	while (bucket < WAITS_BUCKETS - 1 && r->tw_residence_ns >= waits_bound(bucket))
		bucket++;
	waits->buckets[bucket]++;
	waits->residences = memory_grow(waits->residences, waits->residence_count,
					&waits->residence_room, sizeof(*waits->residences));
	waits->residences[waits->residence_count++] = r->tw_residence_ns;
}

/**
 * waits_add - add a record, if it has to do with TIME_WAIT
 * @waits: sums
 * @record: a checked record
 */
void waits_add(struct waits *waits, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	bool now = r->tw_exit == TCPLEDGER_EXIT_LASTS;
	struct waits_remote *remote;
	struct waits_sum sum = nothing;

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
		waits->exits[r->tw_exit]++;
		add_residence(waits, r);
	}
	if (r->tw_nominal_ns >= 0)
		waits->nominal_ns = r->tw_nominal_ns;
	sum_up(&waits->sum, &sum);

	waits->remotes = memory_grow(waits->remotes, waits->remote_count, &waits->remote_room,
				     sizeof(*waits->remotes));
	remote = &waits->remotes[waits->remote_count++];
	remote->ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	memcpy(remote->address, r->remote, sizeof(remote->address));
	remote->sum = sum;
}

static int compare_address(const struct waits_remote *a, const struct waits_remote *b)
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
	const struct waits_remote *x = a, *y = b;

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
 * waits_finish - all have been added: join and order them
 * @waits: sums
 */
void waits_finish(struct waits *waits)
{
	size_t i, n = 0;

	if (waits->residence_count)
		qsort(waits->residences, waits->residence_count,
		      sizeof(*waits->residences), by_length);
	if (!waits->remote_count)
		return;
	qsort(waits->remotes, waits->remote_count, sizeof(*waits->remotes), by_address);
	for (i = 1; i < waits->remote_count; i++) {
		if (!compare_address(&waits->remotes[n], &waits->remotes[i]))
			sum_up(&waits->remotes[n].sum, &waits->remotes[i].sum);
		else
			waits->remotes[++n] = waits->remotes[i];
	}
	waits->remote_count = n + 1;
	qsort(waits->remotes, waits->remote_count, sizeof(*waits->remotes), by_number);
}

/**
 * waits_quantile - a residence that so many percent do not exceed
 * @waits: finished sums
 * @percent: 0 for the least, 100 for the most
 *
 * Return: nanoseconds, -1 if none was measured.
 */
int64_t waits_quantile(const struct waits *waits, unsigned int percent)
{
	size_t n = waits->residence_count, rank;

	if (!n)
		return -1;
	rank = (n * percent + 99) / 100;	/* nearest rank, from 1 */
	return waits->residences[rank ? rank - 1 : 0];
}

/**
 * waits_free - give the memory back
 * @waits: sums
 */
void waits_free(struct waits *waits)
{
	free(waits->residences);
	free(waits->remotes);
	memset(waits, 0, sizeof(*waits));
}
