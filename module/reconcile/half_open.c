// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handshakes that came to nothing. No tracepoint tells that a SYN got no answer, that
 * a SYN cookie was never confirmed, or that TCP gave a request socket up:
 * - of a fresh record, look why its SYN got no answer, while the listener's queues
 *   still show it;
 * - of one whose request timer ran or whose request is old, look whether the kernel
 *   still has the request.
 */
#include "reconcile/half_open.h"

#include <linux/time64.h>
#include <net/sock.h>

#include "ledger/settle.h"
#include "ledger/socket.h"
#include "verdict/facts_end.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"

#define COOKIE_LIFE_NS	(120LL * NSEC_PER_SEC)	/* not confirmed */
#define SETTLE_NS	(100LL * NSEC_PER_MSEC)	/* how long an answer may take */

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

/**
 * tcpledger_half_open_look() - why does a handshake take so long, and is it over?
 * @c: a record, its bucket locked; nothing happens if it is not half-open
 * @net: its namespace
 * @now: CLOCK_MONOTONIC
 * @timers_seen: the kprobe of request timers works, so that a request whose timer did
 *	not run need not be looked for before it is old
 *
 * Context: process, the worker of worker.c.
 */
void tcpledger_half_open_look(struct tcpledger_conn *c, struct net *net, s64 now,
			      bool timers_seen)
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
		if (idle >= TCPLEDGER_SYN_LIFE_NS)
			tcpledger_facts_end(f, now, TCPLEDGER_CAUSE_TIMER,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_DROPPED);
	} else if (f->bits & BY_COOKIE) {
		if (idle >= COOKIE_LIFE_NS)
			tcpledger_facts_end(f, now, TCPLEDGER_CAUSE_TIMER,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_TIMED_OUT);
	} else if (c->request_expired_at || idle >= TCPLEDGER_SYN_LIFE_NS || !timers_seen) {
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
