// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which record goes when there is no room for another.
 *
 * What is kept is bounded here. When a limit is reached the oldest ended record goes
 * first, then the oldest half-open one; an established record is never evicted, and a
 * namespace evicts only its own.
 */
#include "ledger/eviction.h"

#include <linux/compiler.h>
#include <linux/preempt.h>

#include "ledger/conn.h"
#include "ledger/parameters.h"
#include "ledger/net.h"
#include "ledger/share.h"

/* So many records of SYNs that came to nothing may give way to others in a second. */
#define RECYCLED_MOST	1000

static u32 embryonic(const struct tcpledger_lists *l)
{
	return l->counts[TCPLEDGER_PLACE_FRESH] +
	       l->counts[TCPLEDGER_PLACE_EMBRYONIC];
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
	struct tcpledger_conn *c = tcpledger_lists_take_oldest(&tn->lists, list);

	if (!c)
		return NULL;
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

/* Count a record that is not kept, and undo that it was counted in. */
static void refuse(struct tcpledger_net *tn, bool crowded)
{
	WRITE_ONCE(tn->lists.total, tn->lists.total - 1);
	tcpledger_share_give(tn);
	if (crowded)
		tcpledger_count(tn, not_kept_total);
	else
		tcpledger_count(tn, not_kept_full);
}

/**
 * tcpledger_eviction_admit() - count one more record in, and give it its id
 * @tn: the namespace
 * @is_embryonic: the record begins half-open
 * @id: filled: the record's id, if it is admitted
 * @victims: filled: up to two records off their lists, for the caller to evict
 *
 * Context: any.
 * Return: false if there is no room and nothing may be evicted for it, which is counted.
 */
bool tcpledger_eviction_admit(struct tcpledger_net *tn, bool is_embryonic,
			   u64 *id, struct tcpledger_conn *victims[2])
{
	const struct tcpledger_parameters *limits = &tcpledger_parameters;
	struct tcpledger_lists *l = &tn->lists;
	unsigned long flags;
	bool ok = true, crowded;

	raw_spin_lock_irqsave(&l->lock, flags);
	WRITE_ONCE(l->total, l->total + 1);
	crowded = tcpledger_share_take(tn);
	if (is_embryonic && embryonic(l) >= limits->max_embryonic)
		victims[0] = oldest_embryonic(tn);
	if (l->total - !!victims[0] > limits->max_connections ||
	    (crowded && !victims[0])) {
		victims[1] = oldest_ended(tn);
		if (!victims[1] && !victims[0])
			victims[0] = oldest_embryonic(tn);
		ok = victims[1] || victims[0];
	}
	if (is_embryonic && victims[0])
		note_recycled(l);
	if (likely(ok))
		*id = ++l->next_id;
	else
		refuse(tn, crowded);
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return ok;
}

/**
 * tcpledger_eviction_take_ended() - take the ended record that is evicted first
 * @tn: the namespace
 *
 * Context: any.
 * Return: the record, counted as evicted, or NULL.
 */
struct tcpledger_conn *tcpledger_eviction_take_ended(struct tcpledger_net *tn)
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
	const u32 most = tcpledger_parameters.history;
	const u32 quarter = tcpledger_eviction_quarter();
	struct tcpledger_conn *c;

	if (tn->lists.counts[TCPLEDGER_PLACE_FAILED] > quarter) {
		c = evict_oldest(tn, TCPLEDGER_PLACE_FAILED);
		/*
		 * A flood at a closed port ends records where segments come, with BH
		 * off; the worker has BH on.
		 */
		if (!c || !in_softirq())
			return c;
		/* The bucket's lock covers the role, which does not change any more. */
		if (data_race(c->facts.role) == TCPLEDGER_ROLE_PASSIVE)
			note_recycled(&tn->lists);
		return c;
	}
	if (tn->lists.counts[TCPLEDGER_PLACE_INHERITED] > quarter)
		return evict_oldest(tn, TCPLEDGER_PLACE_INHERITED);
	return tcpledger_lists_ended(&tn->lists) > most ? oldest_ended(tn) : NULL;
}

/**
 * tcpledger_eviction_take_surplus() - take one record too many in the history
 * @tn: the namespace
 *
 * Records that were never established may hold a quarter of the history, so that a
 * port scan does not push out the rest. Records of dead namespaces may hold another
 * quarter, and go first when there is no room: making and dropping namespaces must
 * not push out what the initial namespace keeps of itself.
 * Context: any.
 * Return: the record, counted as evicted, or NULL if there is none too many.
 */
struct tcpledger_conn *tcpledger_eviction_take_surplus(struct tcpledger_net *tn)
{
	struct tcpledger_conn *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&tn->lists.lock, flags);
	c = surplus(tn);
	raw_spin_unlock_irqrestore(&tn->lists.lock, flags);
	return c;
}
