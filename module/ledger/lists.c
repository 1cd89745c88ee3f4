// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of a namespace: which records it holds, and in which order they came.
 *
 * A record that is taken off its list here belongs to the caller, who next takes it
 * out of its bucket, see conn.c. Which record has to go when there is no room is
 * decided in eviction.c.
 */
#include "ledger/lists.h"

#include <linux/compiler.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/table.h"

/**
 * tcpledger_lists_init() - lists with nothing in them
 * @l: the lists
 *
 * Context: any.
 */
void tcpledger_lists_init(struct tcpledger_lists *l)
{
	int i;

	raw_spin_lock_init(&l->lock);
	l->recycled_since = jiffies;
	l->shed_until = jiffies - 2 * TCPLEDGER_HANDSHAKE_JIFFIES;
	for (i = 0; i < TCPLEDGER_PLACE_MAX; i++)
		INIT_LIST_HEAD(&l->heads[i]);
}

/**
 * tcpledger_lists_move() - put a record at the end of a list of its namespace
 * @c: the record, its bucket locked
 * @list: enum tcpledger_place, also if the record is there already
 *
 * Context: any.
 * Return: false, with nothing done, if the record is being evicted.
 */
bool tcpledger_lists_move(struct tcpledger_conn *c, u8 list)
{
	struct tcpledger_lists *l = &c->tn->lists;

	raw_spin_lock(&l->lock);
	if (unlikely(c->place == TCPLEDGER_PLACE_GONE)) {
		raw_spin_unlock(&l->lock);
		return false;
	}
	if (c->place > TCPLEDGER_PLACE_LIVE) {
		list_del(&c->lru);
		l->counts[c->place]--;
	}
	if (list > TCPLEDGER_PLACE_LIVE) {
		list_add_tail(&c->lru, &l->heads[list]);
		l->counts[list]++;
	}
	c->place = list;
	raw_spin_unlock(&l->lock);
	return true;
}

/* From now on the record is the caller's alone. */
static void take_off_list(struct tcpledger_lists *l, struct tcpledger_conn *c)
{
	lockdep_assert_held(&l->lock);
	list_del_init(&c->lru);
	l->counts[c->place]--;
	WRITE_ONCE(c->place, TCPLEDGER_PLACE_GONE);
}

/**
 * tcpledger_lists_take_oldest() - take the first record off a list
 * @l: the lists, locked
 * @list: enum tcpledger_place
 *
 * Context: any, interrupts off.
 * Return: the record, the caller's alone from now on, or NULL.
 */
struct tcpledger_conn *tcpledger_lists_take_oldest(struct tcpledger_lists *l,
						   u8 list)
{
	struct tcpledger_conn *c;

	c = list_first_entry_or_null(&l->heads[list], struct tcpledger_conn,
				     lru);
	if (c)
		take_off_list(l, c);
	return c;
}

/**
 * tcpledger_lists_leave() - a record that was admitted is no more
 * @tn: its namespace
 *
 * Context: any.
 */
void tcpledger_lists_leave(struct tcpledger_net *tn)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	WRITE_ONCE(tn->lists.total, tn->lists.total - 1);
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
}

/**
 * tcpledger_lists_take() - take one certain record off its list
 * @tn: the namespace of the record, as last known
 * @c: the record, its bucket locked
 *
 * Context: any, interrupts off.
 * Return: false if another context has taken the record, or it was handed over.
 */
bool tcpledger_lists_take(struct tcpledger_net *tn, struct tcpledger_conn *c)
{
	bool mine = false;

	raw_spin_lock(&tn->lists.lock);
	/* c->tn changes when a namespace dies, see tcpledger_conn_inherit(). */
	if (c->tn == tn && c->place != TCPLEDGER_PLACE_GONE) {
		take_off_list(&tn->lists, c);
		mine = true;
	}
	raw_spin_unlock(&tn->lists.lock);
	return mine;
}

/**
 * tcpledger_lists_take_any() - take a record of a namespace that ends
 * @tn: the namespace
 * @was: filled: the list that the record was in
 *
 * Context: any.
 * Return: the record, or NULL if none is in a list.
 */
struct tcpledger_conn *tcpledger_lists_take_any(struct tcpledger_net *tn,
						u8 *was)
{
	struct tcpledger_conn *c = NULL;
	unsigned long flags;
	u8 list;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	for (list = TCPLEDGER_PLACE_LIVE + 1; list < TCPLEDGER_PLACE_MAX && !c;
	     list++) {
		c = tcpledger_lists_take_oldest(&tn->lists, list);
		*was = list;
	}
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
	return c;
}

/**
 * tcpledger_lists_hand_over() - a record counts against another namespace
 * @c: the record, in no list, its bucket locked
 * @to: the namespace; it gives the record a new id
 *
 * Context: any, interrupts off.
 */
void tcpledger_lists_hand_over(struct tcpledger_conn *c,
			       struct tcpledger_net *to)
{
	struct tcpledger_net *from = c->tn;

	raw_spin_lock(&from->lists.lock);
	WRITE_ONCE(from->lists.total, from->lists.total - 1);
	c->place = TCPLEDGER_PLACE_NEW;
	c->tn = to;
	c->inherited = true;
	c->told_in = 0;
	raw_spin_unlock(&from->lists.lock);
	raw_spin_lock(&to->lists.lock);
	WRITE_ONCE(to->lists.total, to->lists.total + 1);
	c->id = ++to->lists.next_id;
	raw_spin_unlock(&to->lists.lock);
}

static s64 last_active(const struct tcpledger_conn *c, u8 list)
{
	/*
	 * The bucket's lock covers these and is not held. The value only tells
	 * whether to look closer under that lock, and the next run looks again.
	 */
	return data_race(READ_ONCE(*(list == TCPLEDGER_PLACE_TIMEWAIT ?
				     &c->facts.tw_restarted_at : &c->last_syn_at)));
}

/**
 * tcpledger_lists_idle() - the first records of a list that are idle for long
 * @tn: the namespace
 * @list: enum tcpledger_place
 * @idle: for how many nanoseconds at least
 * @now: CLOCK_MONOTONIC
 * @most: how many at most
 * @out: filled
 *
 * Moves the records it returns to the end of the list, so that the next call finds
 * others. But for these the list stays in order of activity.
 * Context: any.
 * Return: how many.
 */
u32 tcpledger_lists_idle(struct tcpledger_net *tn, u8 list, s64 idle, s64 now,
			 u32 most, struct tcpledger_candidate *out)
{
	struct tcpledger_lists *l = &tn->lists;
	struct tcpledger_conn *c;
	unsigned long flags;
	u32 n = 0;

	raw_spin_lock_irqsave(&l->lock, flags);
	while (n < most) {
		c = list_first_entry_or_null(&l->heads[list],
					     struct tcpledger_conn, lru);
		if (!c || now - last_active(c, list) < idle)
			break;
		list_move_tail(&c->lru, &l->heads[list]);
		out[n++] = (struct tcpledger_candidate){
			c, c->id, tcpledger_table_index(&c->key)
		};
	}
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return n;
}

/**
 * tcpledger_lists_total() - how many records a namespace holds
 * @tn: the namespace
 * @last_id: filled: the id of the newest
 *
 * Context: process.
 */
u32 tcpledger_lists_total(struct tcpledger_net *tn, u64 *last_id)
{
	u32 total;

	raw_spin_lock_irq(&tn->lists.lock);
	*last_id = tn->lists.next_id;
	total = tn->lists.total;
	raw_spin_unlock_irq(&tn->lists.lock);
	return total;
}

/**
 * tcpledger_lists_counts() - how long the lists of a namespace are
 * @tn: the namespace
 * @counts: filled, all of one moment
 *
 * Context: any.
 * Return: how many records it holds, also those in no list.
 */
u32 tcpledger_lists_counts(struct tcpledger_net *tn,
			   u32 counts[TCPLEDGER_PLACE_MAX])
{
	unsigned long flags;
	u32 total;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	memcpy(counts, tn->lists.counts, sizeof(tn->lists.counts));
	total = tn->lists.total;
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
	return total;
}
