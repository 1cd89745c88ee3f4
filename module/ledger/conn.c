// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record's life: made, findable, evicted, inherited. eviction.c decides which record
 * goes when there is no room.
 */
#include "ledger/conn.h"

#include <linux/cache.h>
#include <linux/ktime.h>

#include "ledger/ageing.h"
#include "ledger/eviction.h"
#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/pool.h"
#include "ledger/settle.h"
#include "ledger/share.h"
#include "ledger/stream.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"
#include "verdict/facts_state.h"

bool tcpledger_allowed __read_mostly;	/* the probes run, so new records are complete */

/**
 * tcpledger_conn_allow() - from now on segments make records
 *
 * The hooks of all namespaces are in place before the first probe is, and a record
 * made in between would miss its state changes.
 * Context: process, at load.
 */
void __init tcpledger_conn_allow(void)
{
	WRITE_ONCE(tcpledger_allowed, true);
}

/* Of the initial namespace and not inherited; constant while the record lives. */
static bool is_initial(const struct tcpledger_conn *c)
{
	return net_eq(c->tn->net, &init_net) && !c->inherited;
}

/* Undo what admit() counted. */
static void count_out(struct tcpledger_net *tn)
{
	tcpledger_lists_leave(tn);
	tcpledger_share_give(tn);
}

/**
 * tcpledger_conn_free() - a record that nothing can reach any more
 * @c: in no bucket and no list
 *
 * Lifetime proof: the record left its list under tn->lists.lock and its bucket
 * under the bucket's lock, so no other context has it.
 * - Hooks and probes find records only in buckets and use them only under the lock.
 * - Evictors take a record off its list first, so only one of them gets it.
 * - The segment in flight, reconcile/worker.c and readers keep a pointer only as a
 *   name, and look for it in the bucket before they follow it.
 *
 * Context: any.
 */
void tcpledger_conn_free(struct tcpledger_conn *c)
{
	if (c->facts.log.more) {
		tcpledger_pool_put(c->facts.log.more);
		tcpledger_share_give_second(is_initial(c));
	}
	count_out(c->tn);
	tcpledger_pool_put(c);
}

/**
 * tcpledger_conn_more() - give the log of a record its second half
 * @c: the record, its bucket locked
 *
 * If no block is left, or none for its namespace, the log goes on with less room.
 * Context: any.
 */
void tcpledger_conn_more(struct tcpledger_conn *c)
{
	const bool initial = is_initial(c);

	if (!tcpledger_share_take_second(initial))
		return;
	c->facts.log.more = tcpledger_pool_get(false);
	if (!c->facts.log.more)
		tcpledger_share_give_second(initial);
}

/* Bucket locked. */
static void take_out(struct tcpledger_conn *c)
{
	tcpledger_stream_gone(c);
	hlist_del_init(&c->node);
	tcpledger_conn_expect(c, false);
	if (c->quiet)
		tcpledger_table_set_quiet(&c->key, false);
}

/* Free a record that was taken off its list. */
static void conn_evict(struct tcpledger_conn *c)
{
	struct tcpledger_bucket *b;
	unsigned long flags;

	b = tcpledger_table_lock(&c->key, &flags);
	take_out(c);
	tcpledger_table_unlock(b, flags);
	tcpledger_conn_free(c);
}

/**
 * tcpledger_conn_insert() - make a record findable, and put it into its list
 * @c: the record, in no bucket; its bucket locked
 *
 * Counts as created only now: a record whose maker found another context to be
 * faster is never inserted.
 *
 * All records of a tuple share a bucket, which is walked with interrupts off. A
 * peer that connects from one port again and again, or on one device after the
 * other, would make it long. So of the ended records of a tuple, on all devices
 * together, only the newest TCPLEDGER_TUPLE_MAX are kept.
 * Context: any.
 */
void tcpledger_conn_insert(struct tcpledger_conn *c)
{
	struct tcpledger_conn *old = tcpledger_table_surplus(c);
	struct tcpledger_net *tn = c->tn;

	tcpledger_table_insert(c);
	tcpledger_conn_relist(c);
	tcpledger_count(tn, records_created);
	tcpledger_ageing_begin();
	if (likely(!old) || !tcpledger_lists_take(tn, old))
		return;
	tcpledger_count(tn, evicted_tuple);
	take_out(old);
	tcpledger_conn_free(old);
}

/* Count one more record in and evict others for it; false if there is no room. */
static bool admit(struct tcpledger_net *tn, bool is_embryonic, u64 *id)
{
	struct tcpledger_conn *victims[2] = {};
	bool ok = tcpledger_eviction_admit(tn, is_embryonic, id, victims);

	if (victims[0])
		conn_evict(victims[0]);
	if (victims[1])
		conn_evict(victims[1]);
	return ok;
}

/**
 * tcpledger_conn_evict_ended() - free the ended record that is evicted first
 * @tn: the namespace
 *
 * Context: any, no lock of ours held.
 * Return: false if there is none.
 */
bool tcpledger_conn_evict_ended(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c = tcpledger_eviction_take_ended(tn);

	if (c)
		conn_evict(c);
	return c;
}

/**
 * tcpledger_conn_new() - a record for a new endpoint
 * @tn: the namespace
 * @key: the endpoint
 * @now: CLOCK_MONOTONIC of its first entry
 * @state: enum tcpledger_state it begins in
 * @role: enum tcpledger_role
 * @may_allocate: the caller is in a hook and holds no lock of ours
 *
 * Context: any, no lock of ours held.
 * Return: a record in no bucket and no list, or NULL, which is counted.
 */
struct tcpledger_conn *tcpledger_conn_new(struct tcpledger_net *tn,
					  const struct tcpledger_key *key,
					  s64 now, u8 state, u8 role,
					  bool may_allocate)
{
	struct tcpledger_conn *c;
	u64 id;

	if (!admit(tn, role == TCPLEDGER_ROLE_PASSIVE, &id))
		return NULL;
	c = tcpledger_pool_get(may_allocate);
	/* Rather lose the oldest ended record than the new one. */
	if (unlikely(!c) && tcpledger_conn_evict_ended(tn))
		c = tcpledger_pool_get(false);
	if (unlikely(!c)) {
		count_out(tn);
		tcpledger_count(tn, not_kept_memory);
		return NULL;
	}
	c->tn = tn;
	c->id = id;
	c->sk = NULL;
	c->wall = ktime_mono_to_real(now);
	c->last_syn_at = now;
	c->request_expired_at = 0;
	c->bytes_sent = -1;
	c->bytes_received = -1;
	c->retransmits = -1;
	c->srtt_us = -1;
	c->min_rtt_us = -1;
	c->netns = tn->net->ns.inum;
	c->place = TCPLEDGER_PLACE_NEW;
	c->quiet = false;
	c->told_in = 0;
	c->expecting = false;
	c->inherited = false;
	c->queues_checked = false;
	c->lost = false;
	c->aborted = false;
	c->taken = false;
	c->followed = false;
	c->key = *key;
	c->key.ifindex2 = 0;
	c->key.unbound = false;
	memset(&c->closer, 0, sizeof(c->closer));
	memset(&c->owner.actor, 0, sizeof(c->owner.actor));
	c->owner.uid = -1;
	c->owner.inode = 0;
	c->owner.cgroup = 0;
	c->owner.cookie = 0;
	tcpledger_facts_init(&c->facts, now, state, role);
	return c;
}

/**
 * tcpledger_conn_trim() - evict the oldest of too much history
 * @tn: the namespace, in which a record has just ended
 *
 * The check without tn->lists.lock misses nothing: each caller has counted its
 * record under that lock, so the last one sees what all others counted.
 * Context: any, no lock of ours held.
 */
void tcpledger_conn_trim(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c;

	/* The race is harmless, see above. */
	if (likely(!data_race(tcpledger_eviction_too_long(&tn->lists))))
		return;
	while ((c = tcpledger_eviction_take_surplus(tn)))
		conn_evict(c);
}

/* Take a live record, which is on no list; search from bucket *@index on. */
static struct tcpledger_conn *take_live(const struct tcpledger_net *tn,
					u32 *index)
{
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;

	for (; *index <= tcpledger_bucket_mask; (*index)++) {
		if (!(*index & 0xfff))
			cond_resched();
		if (hlist_empty(&tcpledger_buckets[*index].head))
			continue;
		b = tcpledger_table_lock_index(*index, &flags);
		hlist_for_each_entry(c, &b->head, node)
			if (c->tn == tn &&
			    READ_ONCE(c->place) == TCPLEDGER_PLACE_LIVE) {
				c->place = TCPLEDGER_PLACE_GONE;
				break;
			}
		tcpledger_table_unlock(b, flags);
		if (c)
			return c;
	}
	return NULL;
}

/*
 * Take any record of a namespace in which no hook runs any more. Nearly always all
 * are on lists then: a live connection holds its namespace, unless its socket is
 * the kernel's own. *@index is 0 before the first call; *@was becomes the place of
 * the record.
 */
static struct tcpledger_conn *take_any(struct tcpledger_net *tn, u32 *index,
				       u8 *was)
{
	struct tcpledger_conn *c = tcpledger_lists_take_any(tn, was);

	/* At worst a record that is being freed right now costs a search. */
	if (!c && data_race(READ_ONCE(tn->lists.total))) {
		*was = TCPLEDGER_PLACE_LIVE;
		c = take_live(tn, index);
		/* A live record may have moved to a list meanwhile. */
		if (!c)
			c = tcpledger_lists_take_any(tn, was);
	}
	return c;
}

/*
 * Hand one record over. From now on it counts against the heir, even beyond the
 * heir's limit: the timewait sockets of a dying namespace end right after, and
 * trimming brings the heir below its limit again. A record from a list of ended
 * ones has its end counted already, in the old namespace. A record with a socket
 * lives on: the socket is the kernel's own and will be closed.
 */
static void inherit(struct tcpledger_conn *c, u8 was,
		    struct tcpledger_net *to, s64 now)
{
	struct tcpledger_bucket *b;
	unsigned long flags;

	b = tcpledger_table_lock(&c->key, &flags);
	tcpledger_lists_hand_over(c, to);
	tcpledger_share_inherit();
	if (tcpledger_facts_live(&c->facts) &&
	    !(c->facts.bits & HELD_BY_TIMEWAIT) && !c->sk)
		tcpledger_facts_end(&c->facts, now, TCPLEDGER_CAUSE_ERROR,
				    TCPLEDGER_LOG_NONE,
				    TCPLEDGER_OUTCOME_ABORTED);
	if (was >= TCPLEDGER_PLACE_INHERITED) {
		tcpledger_lists_move(c, TCPLEDGER_PLACE_INHERITED);
		tcpledger_stream_note(c);
	} else {
		tcpledger_conn_relist(c);
		tcpledger_conn_settle(c);
	}
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_conn_inherit() - a namespace dies: its records move on
 * @from: the namespace; none of its hooks runs any more
 * @to: the initial namespace
 *
 * Context: process.
 */
void tcpledger_conn_inherit(struct tcpledger_net *from,
			    struct tcpledger_net *to)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c;
	u32 index = 0;
	u8 was;

	while ((c = take_any(from, &index, &was))) {
		inherit(c, was, to, now);
		tcpledger_conn_trim(to);
		cond_resched();
	}
	/* On their way they were in neither namespace's count. */
	preempt_disable();
	tcpledger_ageing_begin();
	preempt_enable();
}

/**
 * tcpledger_conn_flush() - free all records of a namespace
 * @tn: the namespace; neither hooks nor probes run any more
 *
 * Context: process.
 */
void tcpledger_conn_flush(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c;
	u32 index = 0;
	u8 was;

	while ((c = take_any(tn, &index, &was))) {
		conn_evict(c);
		cond_resched();
	}
}
