/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What TIME_WAIT did in all the records that were added, as a whole and per
 * remote address. Pure: records in, sums out.
 */
#ifndef TCPLEDGER_TIME_WAIT_STATS_H
#define TCPLEDGER_TIME_WAIT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/record.h"

struct record;

/*
 * Buckets are powers of two in nanoseconds. All of 2MSL would be in one of them,
 * between 2^35 and 2^36, so that bucket is cut at whole seconds from 56 to 67.
 */
#define TIME_WAIT_CUT		36
#define TIME_WAIT_SECOND	56
#define TIME_WAIT_SECONDS	12
#define TIME_WAIT_BUCKETS	(64 + TIME_WAIT_SECONDS)

/**
 * struct time_wait_sum - some endpoints
 * @now: in TIME_WAIT now
 * @oldest_ns: longest in it, -1 if none
 * @next_ns: shortest time left, -1 if none
 * @ended: were in it
 * @restarts: timer restarts of all
 * @fin_reacks: retransmitted FINs answered again
 * @old_duplicates: other segments absorbed
 */
struct time_wait_sum {
	uint64_t	now;
	int64_t		oldest_ns;
	int64_t		next_ns;
	uint64_t	ended;
	uint64_t	restarts;
	uint64_t	fin_reacks;
	uint64_t	old_duplicates;
};

/**
 * struct time_wait_remote - the endpoints with one remote address
 * @ipv6: its family
 * @address: the address
 * @sum: they
 */
struct time_wait_remote {
	bool			ipv6;
	uint8_t			address[16];
	struct time_wait_sum	sum;
};

/**
 * struct time_wait_stats - all endpoints
 * @sum: they
 * @nominal_ns: 2MSL of the kernel, -1 if not seen
 * @exits: why it ended, by enum tcpledger_exit
 * @bound: ended, but of its residence only a bound is known
 * @residences: measured residences; in order after time_wait_stats_finish()
 * @residence_count: how many
 * @residence_room: how many fit
 * @buckets: the same, counted below each time_wait_stats_bound() and not below the one before
 * @remotes: by remote address; most first after time_wait_stats_finish()
 * @remote_count: how many
 * @remote_room: how many fit
 */
struct time_wait_stats {
	struct time_wait_sum	sum;
	int64_t			nominal_ns;
	uint64_t		exits[RECORD_VALUES];
	uint64_t		bound;
	int64_t			*residences;
	size_t			residence_count;
	size_t			residence_room;
	uint64_t		buckets[TIME_WAIT_BUCKETS];
	struct time_wait_remote	*remotes;
	size_t			remote_count;
	size_t			remote_room;
};

void time_wait_stats_init(struct time_wait_stats *stats);
void time_wait_stats_add(struct time_wait_stats *stats, const struct record *record);
int64_t time_wait_stats_bound(unsigned int bucket);
void time_wait_stats_finish(struct time_wait_stats *stats);
int64_t time_wait_stats_quantile(const struct time_wait_stats *stats, unsigned int percent);
void time_wait_stats_free(struct time_wait_stats *stats);

#endif
