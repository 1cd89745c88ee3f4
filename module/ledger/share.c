// SPDX-License-Identifier: GPL-2.0-only
/*
 * How max_total is shared among namespaces.
 *
 * An unprivileged user can create network namespaces, and could fill max_total from
 * them. Part of max_total is therefore reserved for the initial namespace:
 * max_connections records, the most that it may hold, but not more than half of
 * max_total.
 *
 * The second blocks of long logs are limited separately, to one for every eight
 * records, so that they cannot use up the memory that records need. Half of them is
 * reserved for the initial namespace's own records. A record that the initial
 * namespace inherited from a dead one gets its block from the other half.
 */
#include "ledger/share.h"

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/minmax.h>

#include "ledger/parameters.h"
#include "ledger/net.h"

#define SECONDS_LEAST	64U	/* also where max_total is small */

/*
 * Records of all namespaces but the initial. Each new record of the initial one reads
 * this, so it has a line of its own, which long logs do not write.
 */
static struct {
	atomic_t	records_of_others;
} ____cacheline_aligned_in_smp held;

/* Second halves of logs. */
static struct {
	atomic_t	all;
	atomic_t	of_others;
} ____cacheline_aligned_in_smp seconds;

static int most_of_others __ro_after_init;

/* What the initial namespace holds is counted in its lists, under their lock. */
static int records_of_initial(void)
{
	const struct tcpledger_net *tn = net_generic(&init_net, tcpledger_net_id);

	return READ_ONCE(tn->lists.total);
}

/**
 * tcpledger_share_take() - one more record is to be held
 * @tn: the namespace it counts against, whose lists count it already
 *
 * The record is counted whatever is returned; tcpledger_share_give() undoes that. Of
 * two that count at a time, in the initial namespace and another, at least one sees what
 * the other counted: so there are never more than max_total.
 * Context: any, @tn->lists.lock held.
 * Return: true if max_total has no room left for @tn.
 */
bool tcpledger_share_take(const struct tcpledger_net *tn)
{
	const int most = tcpledger_parameters.max_total;
	const int own = tn->lists.total;
	int others;

	lockdep_assert_held(&tn->lists.lock);
	if (likely(net_eq(tn->net, &init_net))) {
		/* Pairs with atomic_inc_return() below: there too the look comes second. */
		smp_mb();
		/* Do not charge init_net for what others hold beyond their share. */
		return unlikely(own + atomic_read(&held.records_of_others) > most) &&
		       own > most - most_of_others;
	}
	others = atomic_inc_return(&held.records_of_others);
	return others > most_of_others || others + records_of_initial() > most;
}

/**
 * tcpledger_share_give() - one record less is held
 * @tn: the namespace it counted against
 *
 * Context: any.
 */
void tcpledger_share_give(const struct tcpledger_net *tn)
{
	if (unlikely(!net_eq(tn->net, &init_net)))
		atomic_dec(&held.records_of_others);
}

/**
 * tcpledger_share_seconds() - how many logs may have a second half
 *
 * Context: any.
 * Return: one in eight records.
 */
u32 tcpledger_share_seconds(void)
{
	return max(tcpledger_parameters.max_total / 8, SECONDS_LEAST);
}

/**
 * tcpledger_share_take_second() - a log is to get its second half
 * @initial: its record is the initial namespace's own
 *
 * Context: any.
 * Return: false, with nothing counted, if there is no block left for it.
 */
bool tcpledger_share_take_second(bool initial)
{
	const int most = tcpledger_share_seconds();

	if (atomic_inc_return(&seconds.all) <= most) {
		if (initial ||
		    atomic_inc_return(&seconds.of_others) <= most / 2)
			return true;
		atomic_dec(&seconds.of_others);
	}
	atomic_dec(&seconds.all);
	return false;
}

/**
 * tcpledger_share_give_second() - a log has its second half no more
 * @initial: as of tcpledger_share_take_second()
 *
 * Context: any.
 */
void tcpledger_share_give_second(bool initial)
{
	atomic_dec(&seconds.all);
	if (!initial)
		atomic_dec(&seconds.of_others);
}

/**
 * tcpledger_share_inherit() - a record of a dying namespace counts against
 * the initial one from now on
 *
 * Context: any.
 */
void tcpledger_share_inherit(void)
{
	atomic_dec(&held.records_of_others);
}

/**
 * tcpledger_share_init() - divide max_total
 *
 * Context: process, at load, once the limits are known.
 */
void __init tcpledger_share_init(void)
{
	const struct tcpledger_parameters *l = &tcpledger_parameters;

	most_of_others = l->max_total -
			 min(l->max_connections, l->max_total / 2);
}
