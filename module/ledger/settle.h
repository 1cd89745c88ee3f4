/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SETTLE_H
#define TCPLEDGER_SETTLE_H

#include <linux/atomic.h>
#include <linux/jiffies.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/stream.h"

/*
 * How many records wait for an ACK that is to be logged when it leaves, although
 * the connection is open. While there is one, the LOCAL_OUT hook lets no segment
 * pass for its socket alone; but not longer than an answer can take, since a peer can
 * send what TCP never answers.
 */
extern struct tcpledger_expecting {
	atomic_t	n;
	unsigned long	until;	/* jiffies */
} tcpledger_expecting;

/* More than TCPLEDGER_ANSWER_UNITS. */
#define TCPLEDGER_EXPECT_JIFFIES	HZ

/* May an ACK that leaves now have to be logged? */
static inline bool tcpledger_conn_expected(void)
{
	return unlikely(atomic_read(&tcpledger_expecting.n)) &&
	       time_before_eq(jiffies, READ_ONCE(tcpledger_expecting.until));
}

bool tcpledger_conn_relist(struct tcpledger_conn *c);
void tcpledger_conn_set_quiet(struct tcpledger_conn *c, bool quiet);

/* By place: the bits of the facts that take a record out of it, beside its end. */
extern const u32 tcpledger_conn_leaves[TCPLEDGER_PLACE_MAX];

/* Keep tcpledger_expecting: is the next ACK out of this record to be logged? */
static inline void tcpledger_conn_expect(struct tcpledger_conn *c, bool wanted)
{
	if (likely(!wanted && !c->expecting))
		return;
	if (wanted)
		WRITE_ONCE(tcpledger_expecting.until,
			   jiffies + TCPLEDGER_EXPECT_JIFFIES);
	if (c->expecting == wanted)
		return;
	c->expecting = wanted;
	atomic_add(wanted ? 1 : -1, &tcpledger_expecting.n);
}

/**
 * tcpledger_conn_prepare() - before the facts are told of a segment
 * @c: the record, its bucket locked
 * @now: CLOCK_MONOTONIC
 * @flags: the segment's
 *
 * Context: any.
 */
static inline void tcpledger_conn_prepare(struct tcpledger_conn *c, s64 now,
					   u8 flags)
{
	u8 list;

	tcpledger_conn_room(c);
	if (!(flags & TCPLEDGER_SYN))
		return;
	c->last_syn_at = now;
	list = READ_ONCE(c->place);
	/* These lists are in order of activity. */
	if ((list == TCPLEDGER_PLACE_FRESH ||
	     list == TCPLEDGER_PLACE_EMBRYONIC) &&
	    /* Without its lock: at worst the record is one place out of order. */
	    data_race(READ_ONCE(c->tn->lists.heads[list].prev)) != &c->lru)
		tcpledger_lists_move(c, list);
}

/**
 * tcpledger_conn_settle() - put a record where its facts say it belongs
 * @c: the record, in its bucket, which is locked, and in a list
 *
 * Call this after each event, before the bucket is unlocked: it also counts what
 * the event added, and tells the live stream.
 * Context: any.
 * Return: true if the record just ended: call tcpledger_conn_trim() once the
 * bucket is unlocked.
 */
static __always_inline bool tcpledger_conn_settle(struct tcpledger_conn *c)
{
	const bool quiet = tcpledger_facts_quiet(&c->facts) && !c->key.ifindex;
	bool ended = false;

	/* An open socket alone can hide an answer, see is_quiet_socket(). */
	tcpledger_conn_expect(c, c->facts.bits & ANSWER_DUE &&
				 c->facts.state == TCPLEDGER_STATE_ESTABLISHED);
	if (unlikely(c->quiet != quiet))
		tcpledger_conn_set_quiet(c, quiet);
	if (unlikely(c->facts.log.news & ~LOG_UNTOLD ||
		     c->facts.bits & tcpledger_conn_leaves[READ_ONCE(c->place)]))
		ended = tcpledger_conn_relist(c);
	tcpledger_stream_note(c);
	return ended;
}

#endif /* TCPLEDGER_SETTLE_H */
