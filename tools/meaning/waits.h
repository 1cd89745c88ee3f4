/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What TIME_WAIT did in all the records that were added, as a whole and per
 * remote address. Pure: records in, sums out.
 */
#ifndef TCPLEDGER_WAITS_H
#define TCPLEDGER_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/record.h"

struct record;

/*
 * Buckets are powers of two in nanoseconds. All of 2MSL would be in one of them,
 * between 2^35 and 2^36, so that bucket is cut at whole seconds from 56 to 67.
 */
#define WAITS_CUT	36
#define WAITS_SECOND	56
#define WAITS_SECONDS	12
#define WAITS_BUCKETS	(64 + WAITS_SECONDS)

/**
 * struct waits_sum - some endpoints
 * @now: in TIME_WAIT now
 * @oldest_ns: longest in it, -1 if none
 * @next_ns: shortest time left, -1 if none
 * @ended: were in it
 * @restarts: timer restarts of all
 * @fin_reacks: retransmitted FINs answered again
 * @old_duplicates: other segments absorbed
 */
struct waits_sum {
	uint64_t	now;
	int64_t		oldest_ns;
	int64_t		next_ns;
	uint64_t	ended;
	uint64_t	restarts;
	uint64_t	fin_reacks;
	uint64_t	old_duplicates;
};

/**
 * struct waits_remote - the endpoints with one remote address
 * @ipv6: its family
 * @address: the address
 * @sum: they
 */
struct waits_remote {
	bool			ipv6;
	uint8_t			address[16];
	struct waits_sum	sum;
};

/**
 * struct waits - all endpoints
 * @sum: they
 * @nominal_ns: 2MSL of the kernel, -1 if not seen
 * @exits: why it ended, by enum tcpledger_exit
 * @bound: ended, but of its residence only a bound is known
 * @residences: measured residences; in order after waits_finish()
 * @residence_count: how many
 * @residence_room: how many fit
 * @buckets: the same, counted below each waits_bound() and not below the one before
 * @remotes: by remote address; most first after waits_finish()
 * @remote_count: how many
 * @remote_room: how many fit
 */
struct waits {
	struct waits_sum	sum;
	int64_t			nominal_ns;
	uint64_t		exits[RECORD_VALUES];
	uint64_t		bound;
	int64_t			*residences;
	size_t			residence_count;
	size_t			residence_room;
	uint64_t		buckets[WAITS_BUCKETS];
	struct waits_remote	*remotes;
	size_t			remote_count;
	size_t			remote_room;
};

void waits_init(struct waits *waits);
void waits_add(struct waits *waits, const struct record *record);
int64_t waits_bound(unsigned int bucket);
void waits_finish(struct waits *waits);
int64_t waits_quantile(const struct waits *waits, unsigned int percent);
void waits_free(struct waits *waits);

#endif
