// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ends without an event.
 *
 * No tracepoint tells that a SYN got no answer, that a SYN cookie was never
 * confirmed, or that TCP gave a request socket up. So once a second a worker looks
 * at the passive records that are not established:
 * - of a fresh one, why its SYN got no answer, while the listener's queues still
 *   show it;
 * - of one whose request timer ran or whose request is old, whether the kernel
 *   still has the request.
 * The worker also looks for timewait sockets that should be gone by now: a kprobe
 * can be disarmed behind our back, and a record whose end was missed would stay for
 * ever. It sleeps while all records are ended ones, see ageing.c.
 */
#include "reconcile/expire.h"

#include <linux/ktime.h>
#include <linux/workqueue.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "ledger/ageing.h"
#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "reconcile/lost.h"
#include "verdict/facts_end.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"
#include "watch/methods.h"
#include "watch/timewait.h"

#define PERIOD		HZ
#define BATCH		64
#define SYN_LIFE_NS	(60LL * NSEC_PER_SEC)	/* unanswered */
#define COOKIE_LIFE_NS	(120LL * NSEC_PER_SEC)	/* not confirmed */
#define TIMEWAIT_LIFE_NS (TCPLEDGER_TW_NOMINAL_NS + 5LL * NSEC_PER_SEC)
#define SETTLE_NS	(100LL * NSEC_PER_MSEC)	/* how long an answer may take */

/* Does the kprobe of request timers work? As of this run of the worker. */
static bool timers_seen;

/* Note which queue of the listeners is full right now. */
static void look_at_queues(struct tcpledger_conn *c, struct net *net, s64 now)
{
	struct tcpledger_facts *f = &c->facts;
	struct tcpledger_listeners l;

	rcu_read_lock();
	if (tcpledger_socket_listeners(net, &c->key, &l)) {
		if (!c->owner.cgroup && !c->owner.actor.tgid)
			tcpledger_owner_listener(&c->owner, l.any);
		if (l.accept_full)
			tcpledger_facts_note(f, now,
				TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL,
				TCPLEDGER_LOG_NONE);
		else if (l.requests_full)
			tcpledger_facts_note(f, now,
				TCPLEDGER_ANOMALY_SYN_QUEUE_FULL,
				TCPLEDGER_LOG_NONE);
	}
	rcu_read_unlock();
}

/* The request is gone: its timer, its listener or an RST ended it. */
static void request_gone(struct tcpledger_conn *c, s64 now)
{
	struct tcpledger_facts *f = &c->facts;
	s64 when = c->request_expired_at ? c->request_expired_at : now;

	if (f->bits & SEEN_RST_OUT)
		tcpledger_facts_end(f, when, TCPLEDGER_CAUSE_USER,
				    TCPLEDGER_LOG_NONE,
				    TCPLEDGER_OUTCOME_RESET);
	else
		tcpledger_facts_end(f, when, TCPLEDGER_CAUSE_TIMER,
				    TCPLEDGER_LOG_NONE,
				    f->bits & SEEN_ACK_OF_SYN_IN ?
				    TCPLEDGER_OUTCOME_DROPPED :
				    TCPLEDGER_OUTCOME_TIMED_OUT);
}

/* Bucket locked. */
static void look_at_half_open(struct tcpledger_conn *c, struct net *net, s64 now)
{
	struct tcpledger_facts *f = &c->facts;
	s64 idle = now - c->last_syn_at;

	if (!tcpledger_facts_embryonic(f))
		return;
	tcpledger_conn_room(c);
	if (f->state == TCPLEDGER_STATE_CLOSE) {
		if (!c->queues_checked && idle >= SETTLE_NS) {
			c->queues_checked = true;
			tcpledger_facts_note(f, now,
					     TCPLEDGER_ANOMALY_SYN_DROPPED,
					     TCPLEDGER_LOG_NONE);
			look_at_queues(c, net, now);
		}
		if (idle >= SYN_LIFE_NS)
			tcpledger_facts_end(f, now, TCPLEDGER_CAUSE_TIMER,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_DROPPED);
	} else if (f->bits & BY_COOKIE) {
		if (idle >= COOKIE_LIFE_NS)
			tcpledger_facts_end(f, now, TCPLEDGER_CAUSE_TIMER,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_TIMED_OUT);
	} else if (c->request_expired_at || idle >= SYN_LIFE_NS || !timers_seen) {
		if (!tcpledger_socket_exists(net, &c->key))
			request_gone(c, now);
		else if (f->bits & SEEN_ACK_OF_SYN_IN &&
			 tcpledger_socket_overflows(net, &c->key, NULL))
			tcpledger_facts_note(f, now,
				TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL,
				TCPLEDGER_LOG_NONE);
		c->request_expired_at = 0;
		tcpledger_facts_request_lives(f);
	}
}

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
	look_at_half_open(a->c, tn->net, now);
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
	look_through(tn, TCPLEDGER_PLACE_EMBRYONIC, SYN_LIFE_NS);
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

static void expire(struct work_struct *work);
/* Deferrable: an idle CPU is not woken for it. */
static DECLARE_DEFERRABLE_WORK(expire_work, expire);

static void expire(struct work_struct *work)
{
	timers_seen = tcpledger_methods_request_timer();
	tcpledger_lost_check();
	tcpledger_net_each(look_at_net, NULL);
	if (!tcpledger_ageing_sleep(nothing_to_age))
		schedule_delayed_work(&expire_work, PERIOD);
}

static void wake(void)
{
	schedule_delayed_work(&expire_work, PERIOD);
}

/**
 * tcpledger_expire_init() - start the worker
 *
 * Context: process, at load.
 */
void __init tcpledger_expire_init(void)
{
	tcpledger_ageing_init(wake);
	schedule_delayed_work(&expire_work, PERIOD);
}

/**
 * tcpledger_expire_exit() - stop the worker and wait for its end
 *
 * Context: process.
 */
void tcpledger_expire_exit(void)
{
	cancel_delayed_work_sync(&expire_work);
	tcpledger_ageing_exit();
	/* Something may have woken it between the two. */
	cancel_delayed_work_sync(&expire_work);
}
