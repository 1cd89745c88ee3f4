// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker that looks, once a second, for what ends without an event: handshakes
 * that came to nothing (half_open.c), live records whose socket is gone (lost.c), and
 * timewait sockets that should be gone by now, as a kprobe can be disarmed behind our
 * back and a record whose end was missed would stay for ever. The worker sleeps while
 * all records are ended ones, see ageing.c.
 */
#include "reconcile/worker.h"

#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "ledger/ageing.h"
#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "reconcile/half_open.h"
#include "reconcile/lost.h"
#include "verdict/facts_state.h"
#include "watch/kprobes.h"
#include "watch/timewait.h"

#define PERIOD		HZ
#define BATCH		16	/* taken from a list with interrupts off */
#define TIMEWAIT_LIFE_NS (TCPLEDGER_TW_NOMINAL_NS + 5LL * NSEC_PER_SEC)

/* Does the kprobe of request timers work? As of this run of the worker. */
static bool timers_seen;

/* If its timewait socket is gone, the kprobe missed that. */
static void look_at_timewait(struct tcpledger_conn *c, struct net *net,
			     s64 now)
{
	if (!(c->facts.bits & HELD_BY_TIMEWAIT) ||
	    tcpledger_socket_exists(net, &c->key))
		return;
	tcpledger_timewait_missed(c, now, TCPLEDGER_EXIT_EXPIRED,
				  TCPLEDGER_LOG_NONE);
}

static void visit(struct tcpledger_net *tn, const struct tcpledger_candidate *a, s64 now)
{
	struct tcpledger_bucket *b;
	unsigned long flags;

	b = tcpledger_table_lock_index(a->bucket, &flags);
	/* Ids are per namespace, and memory is reused: it may be another record. */
	if (!tcpledger_table_has(b, a->c, a->id) || a->c->tn != tn) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	tcpledger_half_open_look(a->c, tn->net, now, timers_seen);
	look_at_timewait(a->c, tn->net, now);
	tcpledger_conn_settle(a->c);
	/* It stays fresh only as long as its SYN may still be answered. */
	if (READ_ONCE(a->c->place) == TCPLEDGER_PLACE_FRESH &&
	    (a->c->queues_checked || a->c->facts.state != TCPLEDGER_STATE_CLOSE))
		tcpledger_lists_move(a->c, TCPLEDGER_PLACE_EMBRYONIC);
	tcpledger_table_unlock(b, flags);
}

static void look_through(struct tcpledger_net *tn, u8 list, s64 idle)
{
	s64 now = ktime_get_mono_fast_ns();
	/* A bound for this run: records that come meanwhile wait for the next. */
	u32 left = data_race(READ_ONCE(tn->lists.counts[list]));
	struct tcpledger_candidate batch[BATCH];
	u32 n, i;

	while (left) {
		n = tcpledger_lists_idle(tn, list, idle, now,
					 min_t(u32, left, BATCH), batch);
		if (!n)
			break;
		for (i = 0; i < n; i++)
			visit(tn, &batch[i], now);
		left -= n;
		cond_resched();
	}
}

static void look_at_net(struct tcpledger_net *tn, void *unused)
{
	look_through(tn, TCPLEDGER_PLACE_FRESH, 0);
	look_through(tn, TCPLEDGER_PLACE_EMBRYONIC, TCPLEDGER_SYN_LIFE_NS);
	look_through(tn, TCPLEDGER_PLACE_TIMEWAIT, TIMEWAIT_LIFE_NS);
	/* For records that ended here or in tcpledger_lost_check(). */
	tcpledger_conn_trim(tn);
}

static void count_unended(struct tcpledger_net *tn, void *sum)
{
	u32 counts[TCPLEDGER_PLACE_MAX];
	u32 total = tcpledger_lists_counts(tn, counts);

	*(u64 *)sum += total - counts[TCPLEDGER_PLACE_INHERITED] -
		       counts[TCPLEDGER_PLACE_FAILED] -
		       counts[TCPLEDGER_PLACE_HISTORY];
}

static bool nothing_to_age(void)
{
	u64 sum = 0;

	tcpledger_net_each(count_unended, &sum);
	return !sum;
}

static void look_at_all(struct work_struct *work);
/* Deferrable: an idle CPU is not woken for it. */
static DECLARE_DEFERRABLE_WORK(periodic_work, look_at_all);

static void look_at_all(struct work_struct *work)
{
	timers_seen = tcpledger_kprobes_request_timer();
	tcpledger_lost_check();
	tcpledger_net_each(look_at_net, NULL);
	if (!tcpledger_ageing_sleep(nothing_to_age))
		schedule_delayed_work(&periodic_work, PERIOD);
}

static void wake(void)
{
	schedule_delayed_work(&periodic_work, PERIOD);
}

/**
 * tcpledger_worker_init() - start the worker
 *
 * Context: process, at load.
 */
void __init tcpledger_worker_init(void)
{
	tcpledger_ageing_init(wake);
	schedule_delayed_work(&periodic_work, PERIOD);
}

/**
 * tcpledger_worker_exit() - stop the worker and wait for its end
 *
 * Context: process.
 */
void tcpledger_worker_exit(void)
{
	tcpledger_ageing_exit();
	cancel_delayed_work_sync(&periodic_work);
}
