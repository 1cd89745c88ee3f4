// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live records whose socket is gone.
 *
 * A socket's change to CLOSE ends its record, unless the two no longer have the same
 * tuple: with the sysctl ip_dynaddr the kernel gives a socket in SYN_SENT another
 * address. Nothing would ever end such a record, and live records are not evicted.
 * So a worker goes through the table, a slice each second, and looks for the socket
 * of each live record. TCP takes a socket out of its own table a moment before the
 * change to CLOSE is traced. So a record is lost only if its socket is not found
 * twice, one turn of the table apart.
 */
#include "reconcile/lost.h"

#include <linux/ktime.h>
#include <linux/sched.h>

#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"

#define TURN	128	/* seconds for the whole table */

static u32 next;	/* the bucket to go on with; only the worker uses it */

/* Bucket locked. */
static void look_for_socket(struct tcpledger_conn *c, s64 now)
{
	const bool lost = !tcpledger_socket_lives(c->tn->net, &c->key, c->sk);

	if (likely(!lost || !c->lost)) {
		c->lost = lost;
		return;
	}
	tcpledger_count(c->tn, missed_ends);
	tcpledger_conn_room(c);
	tcpledger_facts_end(&c->facts, now, TCPLEDGER_CAUSE_UNKNOWN,
			    TCPLEDGER_LOG_NONE, TCPLEDGER_OUTCOME_ABORTED);
	tcpledger_conn_settle(c);
}

static void look_at_bucket(u32 index, s64 now)
{
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;

	b = tcpledger_table_lock_index(index, &flags);
	hlist_for_each_entry(c, &b->head, node)
		if (READ_ONCE(c->place) == TCPLEDGER_PLACE_LIVE &&
		    !(c->facts.bits & HELD_BY_TIMEWAIT) &&
		    tcpledger_facts_live(&c->facts))
			look_for_socket(c, now);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_lost_check() - look at the next slice of the table
 *
 * Records that end here can make a history too long: the caller trims it.
 * Context: process, the worker of worker.c, once a second.
 */
void tcpledger_lost_check(void)
{
	u32 left = (tcpledger_bucket_mask + 1) / TURN;
	s64 now = ktime_get_mono_fast_ns();

	for (; left; left--, next = (next + 1) & tcpledger_bucket_mask) {
		if (!(next & 0xff))
			cond_resched();
		if (!hlist_empty(&tcpledger_buckets[next].head))
			look_at_bucket(next, now);
	}
}
