// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of a namespace: which records it holds, and which of them goes
 * first when there is no room.
 *
 * What is kept is bounded here. When a limit is reached the oldest ended
 * record goes first, then the oldest half-open one; an established record is
 * never evicted, and a namespace evicts only its own. A record that is taken off
 * its list here belongs to the caller, who next takes it out of its bucket, see
 * conn.c.
 */
#include "ledger/lists.h"

#include <linux/compiler.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/table.h"

/* So many records of SYNs that came to nothing may give way to others in a second. */
#define RECYCLED_MOST	1000

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

static u32 embryonic(const struct tcpledger_lists *l)
{
	return l->counts[TCPLEDGER_PLACE_FRESH] +
	       l->counts[TCPLEDGER_PLACE_EMBRYONIC];
}

/* From now on the record is the caller's alone. */
static void take_off_list(struct tcpledger_lists *l, struct tcpledger_conn *c)
{
	lockdep_assert_held(&l->lock);
	list_del_init(&c->lru);
	l->counts[c->place]--;
	WRITE_ONCE(c->place, TCPLEDGER_PLACE_GONE);
}

static struct tcpledger_conn *take_oldest(struct tcpledger_lists *l, u8 list)
{
	struct tcpledger_conn *c;

	c = list_first_entry_or_null(&l->heads[list], struct tcpledger_conn,
				     lru);
	if (c)
		take_off_list(l, c);
	return c;
}

/*
 * The record of a SYN from outside that came to nothing gives way to another. If more
 * do in a second than anybody could look at, this is a flood: for the rest of that
 * second its SYNs get no records, see shed.c.
 */
static void note_recycled(struct tcpledger_lists *l)
{
	if (time_after_eq(jiffies, l->recycled_since + HZ)) {
		l->recycled_since = jiffies;
		l->recycled = 0;
	}
	if (++l->recycled >= RECYCLED_MOST)
		WRITE_ONCE(l->shed_until, l->recycled_since + HZ);
}

static struct tcpledger_conn *evict_oldest(struct tcpledger_net *tn, u8 list)
{
	struct tcpledger_conn *c = take_oldest(&tn->lists, list);

	if (!c)
		return NULL;
	/* The bucket's lock covers the role, but it does not change after the SYN. */
	if (list != TCPLEDGER_PLACE_HISTORY && list != TCPLEDGER_PLACE_INHERITED &&
	    data_race(c->facts.role) == TCPLEDGER_ROLE_PASSIVE)
		note_recycled(&tn->lists);
	if (list == TCPLEDGER_PLACE_HISTORY)
		tcpledger_count(tn, evicted_history);
	else if (list == TCPLEDGER_PLACE_FAILED)
		tcpledger_count(tn, evicted_failed);
	else if (list == TCPLEDGER_PLACE_INHERITED)
		tcpledger_count(tn, evicted_inherited);
	else
		tcpledger_count(tn, evicted_embryonic);
	return c;
}

/* Records of dead namespaces go before any of @tn's own. */
static struct tcpledger_conn *oldest_ended(struct tcpledger_net *tn)
{
	struct tcpledger_lists *l = &tn->lists;
	struct tcpledger_conn *failed, *other;

	if (l->counts[TCPLEDGER_PLACE_INHERITED])
		return evict_oldest(tn, TCPLEDGER_PLACE_INHERITED);
	failed = list_first_entry_or_null(&l->heads[TCPLEDGER_PLACE_FAILED],
					  struct tcpledger_conn, lru);
	other = list_first_entry_or_null(&l->heads[TCPLEDGER_PLACE_HISTORY],
					 struct tcpledger_conn, lru);
	if (failed && (!other || failed->facts.ended_at < other->facts.ended_at))
		return evict_oldest(tn, TCPLEDGER_PLACE_FAILED);
	return other ? evict_oldest(tn, TCPLEDGER_PLACE_HISTORY) : NULL;
}

static struct tcpledger_conn *oldest_embryonic(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c =
		evict_oldest(tn, TCPLEDGER_PLACE_EMBRYONIC);

	return c ? c : evict_oldest(tn, TCPLEDGER_PLACE_FRESH);
}

/**
 * tcpledger_lists_admit() - count one more record in, and give it its id
 * @tn: the namespace
 * @is_embryonic: the record begins half-open
 * @crowded: all namespaces together have no room left for @tn
 * @id: filled: the record's id, if it is admitted
 * @victims: filled: up to two records off their lists, for the caller to evict
 *
 * Context: any.
 * Return: false if there is no room and nothing may be evicted for it.
 */
bool tcpledger_lists_admit(struct tcpledger_net *tn, bool is_embryonic,
			   bool crowded, u64 *id,
			   struct tcpledger_conn *victims[2])
{
	const struct tcpledger_limits *limits = &tcpledger_limits;
	struct tcpledger_lists *l = &tn->lists;
	unsigned long flags;
	bool ok = true;

	raw_spin_lock_irqsave(&l->lock, flags);
	if (is_embryonic && embryonic(l) >= limits->max_embryonic)
		victims[0] = oldest_embryonic(tn);
	if (l->total - !!victims[0] >= limits->max_connections ||
	    (crowded && !victims[0])) {
		victims[1] = oldest_ended(tn);
		if (!victims[1] && !victims[0])
			victims[1] = oldest_embryonic(tn);
		ok = victims[1] || victims[0];
	}
	if (ok) {
		l->total++;
		*id = ++l->next_id;
	}
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return ok;
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
	tn->lists.total--;
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
 * tcpledger_lists_take_ended() - take the ended record that is evicted first
 * @tn: the namespace
 *
 * Context: any.
 * Return: the record, counted as evicted, or NULL.
 */
struct tcpledger_conn *tcpledger_lists_take_ended(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	c = oldest_ended(tn);
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
	return c;
}

static struct tcpledger_conn *surplus(struct tcpledger_net *tn)
{
	const u32 most = tcpledger_limits.history;
	const u32 quarter = tcpledger_lists_quarter();

	if (tn->lists.counts[TCPLEDGER_PLACE_FAILED] > quarter)
		return evict_oldest(tn, TCPLEDGER_PLACE_FAILED);
	if (tn->lists.counts[TCPLEDGER_PLACE_INHERITED] > quarter)
		return evict_oldest(tn, TCPLEDGER_PLACE_INHERITED);
	return tcpledger_lists_ended(&tn->lists) > most ? oldest_ended(tn) : NULL;
}

/**
 * tcpledger_lists_take_surplus() - take one record too many in the history
 * @tn: the namespace
 *
 * Records that were never established may hold a quarter of the history, so that a
 * port scan does not push out the rest. Records of dead namespaces may hold another
 * quarter, and go first when there is no room: making and dropping namespaces must
 * not push out what the initial namespace keeps of itself.
 * Context: any.
 * Return: the record, counted as evicted, or NULL if there is none too many.
 */
struct tcpledger_conn *tcpledger_lists_take_surplus(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	c = surplus(tn);
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
	return c;
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
		c = take_oldest(&tn->lists, list);
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
	from->lists.total--;
	c->place = TCPLEDGER_PLACE_NEW;
	c->tn = to;
	c->inherited = true;
	raw_spin_unlock(&from->lists.lock);
	raw_spin_lock(&to->lists.lock);
	to->lists.total++;
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
