// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the kernel is short of memory, give back history: of each namespace the oldest
 * ended records, and the blocks that are at hand for new ones.
 */
#include "reconcile/pressure.h"

#include "compat.h"
#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/pool.h"

static struct shrinker *shrinker;

static void count_net(struct tcpledger_net *tn, void *sum)
{
	/* The race is harmless: the number tells only whether to ask for some. */
	*(unsigned long *)sum += data_race(tcpledger_lists_ended(&tn->lists));
}

static unsigned long count(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long sum = 0;

	tcpledger_net_each(count_net, &sum);
	sum += tcpledger_pool_spare();
	return sum ? sum : SHRINK_EMPTY;
}

/**
 * struct scan - how much to give back, from each namespace in proportion
 * @wanted: records that all namespaces together are to give
 * @ended: records that they have
 * @evicted: records that they gave
 */
struct scan {
	u32	wanted;
	u32	ended;
	u32	evicted;
};

static void scan_net(struct tcpledger_net *tn, void *data)
{
	struct scan *scan = data;
	/* The race is harmless: the number tells only how many to ask for. */
	u64 own = data_race(tcpledger_lists_ended(&tn->lists));
	u32 n = div_u64(own * scan->wanted + scan->ended - 1, scan->ended);

	while (n-- && scan->evicted < scan->wanted &&
	       tcpledger_conn_evict_ended(tn)) {
		tcpledger_count(tn, evicted_pressure);
		scan->evicted++;
	}
}

/* First what is at hand and unused, then history. */
static unsigned long scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long given = tcpledger_pool_give(sc->nr_to_scan), ended = 0;
	struct scan scan = { .wanted = sc->nr_to_scan - given };

	if (!scan.wanted)
		return given;
	tcpledger_net_each(count_net, &ended);
	scan.ended = ended;
	if (ended)
		tcpledger_net_each(scan_net, &scan);
	return given + tcpledger_pool_give(scan.evicted);
}

/**
 * tcpledger_pressure_init() - be asked from now on
 *
 * Context: process, at load.
 * Return: 0 or -ENOMEM.
 */
int __init tcpledger_pressure_init(void)
{
	shrinker = tcpledger_shrinker_new(count, scan);
	return shrinker ? 0 : -ENOMEM;
}

/**
 * tcpledger_pressure_exit() - be asked no more
 *
 * Context: process; waits for a call that is going on.
 */
void tcpledger_pressure_exit(void)
{
	tcpledger_shrinker_free(shrinker);
}
