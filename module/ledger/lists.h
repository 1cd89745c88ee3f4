/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_LISTS_H
#define TCPLEDGER_LISTS_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct tcpledger_conn;
struct tcpledger_net;

/**
 * enum tcpledger_place - where a record stands in its namespace
 * @TCPLEDGER_PLACE_NEW: nowhere yet
 * @TCPLEDGER_PLACE_GONE: nowhere any more: being evicted
 * @TCPLEDGER_PLACE_LIVE: established, or opened by this host. Not on any list:
 *	live records are never evicted by age. All places below are lists
 * @TCPLEDGER_PLACE_FRESH: passive, not established, to be looked at by the
 *	next tick of worker.c
 * @TCPLEDGER_PLACE_EMBRYONIC: passive, not established, looked at
 * @TCPLEDGER_PLACE_TIMEWAIT: held by a timewait socket, in order of its timer
 * @TCPLEDGER_PLACE_INHERITED: over, of a namespace that died
 * @TCPLEDGER_PLACE_FAILED: over, never established
 * @TCPLEDGER_PLACE_HISTORY: over, was established
 */
enum tcpledger_place {
	TCPLEDGER_PLACE_NEW,
	TCPLEDGER_PLACE_GONE,
	TCPLEDGER_PLACE_LIVE,
	TCPLEDGER_PLACE_FRESH,
	TCPLEDGER_PLACE_EMBRYONIC,
	TCPLEDGER_PLACE_TIMEWAIT,
	TCPLEDGER_PLACE_INHERITED,
	TCPLEDGER_PLACE_FAILED,
	TCPLEDGER_PLACE_HISTORY,
	TCPLEDGER_PLACE_MAX
};

/**
 * struct tcpledger_lists - the records of a namespace
 * @lock: covers the members below, and lru and place of the records; may be taken
 *	inside a bucket's lock, but no bucket's lock inside this one
 * @heads: its records, oldest first, by enum tcpledger_place
 * @counts: their lengths
 * @total: records admitted, also those in no list; read without the lock in share.c
 * @next_id: the next record's
 * @recycled_since: when @recycled began to count, in jiffies
 * @recycled: records of SYNs from outside that gave way to others since
 * @shed_until: until then, in jiffies, SYNs from outside get no record
 *
 * Written in lists.c and eviction.c only.
 */
struct tcpledger_lists {
	raw_spinlock_t		lock;
	struct list_head	heads[TCPLEDGER_PLACE_MAX];
	u32			counts[TCPLEDGER_PLACE_MAX];
	u32			total;
	u64			next_id;
	unsigned long		recycled_since;
	u32			recycled;
	unsigned long		shed_until;
};

/* After so long no handshake is finished any more. */
#define TCPLEDGER_HANDSHAKE_JIFFIES	(60 * HZ)

/**
 * struct tcpledger_candidate - a record to look at, as a name
 * @c: its address, not to be followed before tcpledger_table_has()
 * @id: its id
 * @bucket: its bucket
 */
struct tcpledger_candidate {
	struct tcpledger_conn	*c;
	u64			id;
	u32			bucket;
};

void tcpledger_lists_init(struct tcpledger_lists *l);
bool tcpledger_lists_move(struct tcpledger_conn *c, u8 list);
void tcpledger_lists_leave(struct tcpledger_net *tn);
bool tcpledger_lists_take(struct tcpledger_net *tn, struct tcpledger_conn *c);
struct tcpledger_conn *tcpledger_lists_take_oldest(struct tcpledger_lists *l,
						   u8 list);
struct tcpledger_conn *tcpledger_lists_take_any(struct tcpledger_net *tn,
						u8 *was);
void tcpledger_lists_hand_over(struct tcpledger_conn *c,
			       struct tcpledger_net *to);
u32 tcpledger_lists_idle(struct tcpledger_net *tn, u8 list, s64 idle, s64 now,
			 u32 most, struct tcpledger_candidate *out);
u32 tcpledger_lists_total(struct tcpledger_net *tn, u64 *last_id);
u32 tcpledger_lists_counts(struct tcpledger_net *tn,
			   u32 counts[TCPLEDGER_PLACE_MAX]);

static inline u32 tcpledger_lists_ended(const struct tcpledger_lists *l)
{
	return READ_ONCE(l->counts[TCPLEDGER_PLACE_INHERITED]) +
	       READ_ONCE(l->counts[TCPLEDGER_PLACE_FAILED]) +
	       READ_ONCE(l->counts[TCPLEDGER_PLACE_HISTORY]);
}

#endif /* TCPLEDGER_LISTS_H */
