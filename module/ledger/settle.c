// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a record stands: the list that its facts put it in, and the bucket's note
 * of it. The move to a list of ended records counts its end.
 */
#include "ledger/settle.h"

#include <linux/bitops.h>
#include <linux/percpu.h>

#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/table.h"

struct tcpledger_expecting
tcpledger_expecting[1 << TCPLEDGER_EXPECTING_BITS] ____cacheline_aligned_in_smp;

const u32 tcpledger_conn_leaves[TCPLEDGER_PLACE_MAX] = {
	[TCPLEDGER_PLACE_LIVE]		= HELD_BY_TIMEWAIT,
	[TCPLEDGER_PLACE_FRESH]		= WAS_ESTABLISHED,
	[TCPLEDGER_PLACE_EMBRYONIC]	= ~0,	/* for request_expired_at */
};

static u8 list_of(const struct tcpledger_conn *c, u8 was)
{
	if (unlikely(c->facts.ended_at)) {
		if (c->inherited)
			return TCPLEDGER_PLACE_INHERITED;
		return c->facts.bits & WAS_ESTABLISHED ? TCPLEDGER_PLACE_HISTORY :
						       TCPLEDGER_PLACE_FAILED;
	}
	if (c->facts.bits & HELD_BY_TIMEWAIT)
		return TCPLEDGER_PLACE_TIMEWAIT;
	if (!tcpledger_facts_embryonic(&c->facts))
		return TCPLEDGER_PLACE_LIVE;
	return was == TCPLEDGER_PLACE_EMBRYONIC && !c->request_expired_at ?
		TCPLEDGER_PLACE_EMBRYONIC : TCPLEDGER_PLACE_FRESH;
}

/* Count anomalies, and entries without room, since the last event: never many. */
static void count_news(struct tcpledger_conn *c)
{
	struct tcpledger_stats __percpu *stats = c->tn->stats;
	struct tcpledger_facts *f = &c->facts;
	u32 left = f->log.news & ~(LOG_NEWS | LOG_UNTOLD);
	u8 drops = f->log.dropped - f->drops_counted;

	f->log.news &= LOG_UNTOLD;
	f->drops_counted += drops;
	this_cpu_add(stats->lost_log_entries, drops);
	for (; left; left &= left - 1)
		this_cpu_inc(stats->anomalies[__ffs(left)]);
}

static void count_end(const struct tcpledger_conn *c)
{
	struct tcpledger_stats __percpu *stats = c->tn->stats;
	const struct tcpledger_facts *f = &c->facts;

	this_cpu_inc(stats->opens[f->outcome]);
	this_cpu_inc(stats->closes[f->kind]);
	if (f->tw_exit)
		this_cpu_inc(stats->exits[f->tw_exit]);
}

/**
 * tcpledger_conn_relist() - put a record into the list it belongs to
 * @c: the record, in its bucket, which is locked
 *
 * Context and return value as tcpledger_conn_settle().
 */
bool tcpledger_conn_relist(struct tcpledger_conn *c)
{
	const u8 was = READ_ONCE(c->place);
	const u8 list = list_of(c, was);

	if (c->facts.log.news & ~LOG_UNTOLD)
		count_news(c);
	if (was == list)
		return false;
	if (was == TCPLEDGER_PLACE_NEW && list == TCPLEDGER_PLACE_LIVE) {
		c->place = list;
		return false;
	}
	/*
	 * A record that is being evicted was counted at its end, or never will
	 * be. A record that is being handed over settles again, see inherit().
	 */
	if (!tcpledger_lists_move(c, list) || !c->facts.ended_at)
		return false;
	c->sk = NULL;
	count_end(c);
	return true;
}

/**
 * tcpledger_conn_set_quiet() - a record becomes quiet, or ceases to be
 * @c: the record, its bucket locked
 * @quiet: it becomes quiet
 *
 * Context: any.
 */
void tcpledger_conn_set_quiet(struct tcpledger_conn *c, bool quiet)
{
	c->quiet = quiet;
	tcpledger_table_set_quiet(&c->key, quiet);
}
