/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SETTLE_H
#define TCPLEDGER_SETTLE_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jiffies.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/stream.h"

#define TCPLEDGER_EXPECTING_BITS	13	/* 64 KB */

/**
 * struct tcpledger_expecting - records that wait for an ACK of an open connection
 * @n: how many, of those whose ports have one hash
 * @until: the last 32 bits of the jiffies after which it does not come any more
 *
 * It is to be logged when it leaves. While there is such a record, the LOCAL_OUT hook does
 * not let a segment that may be that ACK pass because of what its socket is; but not longer
 * than an answer can take, since a peer can send what TCP never answers.
 *
 * Each data segment that leaves reads this, and each FIN that comes writes it. So it is
 * kept by ports: hardly ever has a segment to read a line that a FIN of another
 * connection wrote on another CPU.
 */
struct tcpledger_expecting {
	atomic_t	n;
	u32		until;
};

extern struct tcpledger_expecting tcpledger_expecting[1 << TCPLEDGER_EXPECTING_BITS];

/* More than TCPLEDGER_ANSWER_UNITS. */
#define TCPLEDGER_EXPECT_JIFFIES	HZ

/* By the ports of an endpoint, as in struct tcpledger_key. */
static inline struct tcpledger_expecting *tcpledger_expecting_of(u32 ports)
{
	return &tcpledger_expecting[hash_32(ports, TCPLEDGER_EXPECTING_BITS)];
}

/* How many jiffies from now, in 32 bits; what is over lies far ahead. */
static inline u32 tcpledger_conn_ahead(const struct tcpledger_expecting *e)
{
	return READ_ONCE(e->until) - (u32)jiffies;
}

/*
 * May an ACK that leaves now from these ports have to be logged? The time is over once it
 * lies further ahead than it is ever set, and one jiffy that another CPU saw first: so what
 * is over stays so for almost all of the 2^32 jiffies until it comes round.
 */
static inline bool tcpledger_conn_expected(u32 ports)
{
	const struct tcpledger_expecting *e = tcpledger_expecting_of(ports);

	return unlikely(atomic_read(&e->n)) &&
	       tcpledger_conn_ahead(e) <= TCPLEDGER_EXPECT_JIFFIES + 1;
}

bool tcpledger_conn_relist(struct tcpledger_conn *c);
void tcpledger_conn_set_quiet(struct tcpledger_conn *c, bool quiet);

/* By place: the bits of the facts that take a record out of it, beside its end. */
extern const u32 tcpledger_conn_leaves[TCPLEDGER_PLACE_MAX];

/* Keep tcpledger_expecting: is the next ACK out of this record to be logged? */
static inline void tcpledger_conn_expect(struct tcpledger_conn *c, bool wanted)
{
	struct tcpledger_expecting *e;

	if (likely(!wanted && !c->expecting))
		return;
	e = tcpledger_expecting_of(c->key.ports);
	if (wanted)
		WRITE_ONCE(e->until, (u32)jiffies + TCPLEDGER_EXPECT_JIFFIES);
	if (c->expecting == wanted)
		return;
	c->expecting = wanted;
	atomic_add(wanted ? 1 : -1, &e->n);
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
