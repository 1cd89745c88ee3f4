// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timewait socket's life, which no tracepoint shows.
 *
 * Two functions of the kernel see all of it, and neither is ever inlined:
 * __inet_twsk_schedule() starts the timer (rearm false: a timewait socket took
 * over; true: the timer begins anew, or FIN_WAIT2 became TIME_WAIT) and
 * inet_twsk_kill() ends it, whatever the reason. The reason follows from the
 * circumstances of that moment, see exit_reason().
 *
 * Kprobes can be disarmed. Then what TCP does with segments shows what became of a
 * timewait socket, or reconcile/worker.c does, and the record is marked
 * TIME_WAIT_INEXACT.
 */
#include "watch/timewait.h"

#include <linux/jiffies.h>
#include <linux/tcp.h>
#include <linux/ktime.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_timewait.h"
#include "watch/flight.h"
#include "watch/kprobes.h"

static bool is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_dr == &twsk_net(tw)->ipv4.tcp_death_row;
}

/* The segment that this timewait socket is processing on this CPU, or NULL. */
static struct tcpledger_flight *in_flight(const struct tcpledger_conn *c)
{
	struct tcpledger_flight *f = tcpledger_flight_of(c);

	return f && f->timewait ? f : NULL;
}

static inline struct tcpledger_bucket *
lock_bucket(const struct inet_timewait_sock *tw, u32 *ports,
	    unsigned long *flags)
{
	u32 hash;

	*ports = tcpledger_timewait_ports(tw);
	hash = tcpledger_common_hash(&tw->__tw_common, *ports);
	return tcpledger_table_lock_index(hash & tcpledger_bucket_mask, flags);
}

/*
 * The live record of a timewait socket; bucket locked. After a connect() that reused
 * the tuple the newest record may be the new connection's. The timewait socket's
 * record has HELD_BY_TIMEWAIT, but not yet at @entry.
 */
static inline struct tcpledger_conn *
find(struct tcpledger_bucket *b, const struct inet_timewait_sock *tw, u32 ports,
	bool entry)
{
	return tcpledger_common_find(b, &tw->__tw_common, ports,
				     entry ? 0 : HELD_BY_TIMEWAIT, false);
}

/**
 * tcpledger_timewait_schedule() - the timer of a timewait socket is set
 * @tw: the timewait socket, its addresses and substate set
 * @rearm: the timer ran before
 *
 * Context: softirq or a task with BH off; a kprobe handler.
 */
void tcpledger_timewait_schedule(const struct inet_timewait_sock *tw,
				 bool rearm)
{
	struct tcpledger_flight *f;
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	unsigned long flags;
	u32 rcv_nxt, ports;
	s64 now;

	if (!is_tcp(tw))
		return;
	rcv_nxt = READ_ONCE(tcp_twsk((struct sock *)tw)->tw_rcv_nxt);
	b = lock_bucket(tw, &ports, &flags);
	c = find(b, tw, ports, !rearm);
	if (c) {
		/* TCP has answered the segment in flight, so it has become later. */
		now = ktime_get_mono_fast_ns();
		tcpledger_conn_room(c);
		if (c->facts.state == TCPLEDGER_STATE_FIN_WAIT2 &&
		    READ_ONCE(tw->tw_substate) == TCP_TIME_WAIT &&
		    tcpledger_facts_stay_seen(&c->facts))
			tcpledger_stats_time(c->tn->stats,
					     TCPLEDGER_HIST_FIN_WAIT2,
					     now - c->facts.since);
		tcpledger_flight_acted_on(c, now, rcv_nxt);
		if (rearm) {
			f = in_flight(c);
			tcpledger_facts_tw_restart(&c->facts, now,
				READ_ONCE(tw->tw_substate), rcv_nxt,
				f ? f->index : TCPLEDGER_LOG_NONE);
		} else {
			tcpledger_facts_tw_enter(&c->facts, now,
				READ_ONCE(tw->tw_substate), rcv_nxt);
		}
		tcpledger_conn_settle(c);
		if (rearm)	/* the list is in order of tw_restarted_at */
			tcpledger_lists_move(c, TCPLEDGER_PLACE_TIMEWAIT);
		tcpledger_count(c->tn, timewait_events);
	}
	tcpledger_table_unlock(b, flags);
}

/*
 * Why a timewait socket ends now, in the order of the checks:
 * - its namespace dies, and has no references left;
 * - a connect() took the tuple: it has put its own socket into the hash table
 *   first, so the timewait socket is unhashed already;
 * - a segment of the peer, still in flight on this CPU: an RST, a SYN that opens
 *   anew, or data that came after the program was gone;
 * - the timer, in its softirq;
 * - "ss -K", which the kprobe of tcp_abort() has noted. Without that kprobe an end
 *   outside of softirqs is taken for "ss -K";
 * - netfilter's TPROXY, before the SYN comes to our hook, in a softirq or a task.
 */
static u8 exit_reason(const struct inet_timewait_sock *tw,
		      const struct tcpledger_conn *c,
		      const struct tcpledger_flight *f)
{
	if (!check_net(twsk_net(tw)))
		return TCPLEDGER_EXIT_NETNS;
	if (hlist_nulls_unhashed_lockless(&tw->tw_node))
		return TCPLEDGER_EXIT_REUSED;
	if (f && f->seg.flags & TCPLEDGER_RST)
		return TCPLEDGER_EXIT_RESET;
	if (f && f->seg.flags & TCPLEDGER_SYN &&
	    READ_ONCE(tw->tw_substate) == TCP_TIME_WAIT)
		return TCPLEDGER_EXIT_REUSED;
	if (f)
		return TCPLEDGER_EXIT_RESET;
	if (in_serving_softirq() &&
	    time_after_eq(jiffies, READ_ONCE(tw->tw_timer.expires)))
		return TCPLEDGER_EXIT_EXPIRED;
	if (c->aborted || !(tcpledger_kprobes_abort() || in_serving_softirq()))
		return TCPLEDGER_EXIT_KILLED;
	return TCPLEDGER_EXIT_REUSED;
}

/**
 * tcpledger_timewait_abort() - "ss -K" ends a timewait socket in a moment
 * @tw: the timewait socket
 *
 * Context: a task; a kprobe handler.
 */
void tcpledger_timewait_abort(const struct inet_timewait_sock *tw)
{
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	unsigned long flags;
	u32 ports;

	if (!is_tcp(tw))
		return;
	b = lock_bucket(tw, &ports, &flags);
	c = find(b, tw, ports, false);
	if (c)
		c->aborted = true;
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_timewait_kill() - a timewait socket ends
 * @tw: the timewait socket, still whole
 *
 * Context: softirq or a task with BH off; a kprobe handler.
 */
void tcpledger_timewait_kill(const struct inet_timewait_sock *tw)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_flight flight __tcpledger_unset, *f;
	struct tcpledger_net *tn = NULL;
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;
	u32 ports;
	u8 how;

	if (!is_tcp(tw))
		return;
	b = lock_bucket(tw, &ports, &flags);
	c = find(b, tw, ports, false);
	if (!c) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	tcpledger_conn_room(c);
	flight.skb = NULL;
	f = in_flight(c);
	how = exit_reason(tw, c, f);
	if (how == TCPLEDGER_EXIT_REUSED && f &&
	    f->seg.flags & TCPLEDGER_SYN)
		flight = *f;
	if (how != TCPLEDGER_EXIT_RESET && !flight.skb)
		f = NULL;
	if (f && unlikely(f->index == TCPLEDGER_LOG_NONE))
		f->index = tcpledger_facts_log_acted_on(&c->facts, now, &f->seg);
	tn = c->tn;
	/* A stay that is only known as a bound is not counted. */
	if (!(c->facts.bits & TIME_WAIT_INEXACT) &&
	    tcpledger_facts_stay_seen(&c->facts)) {
		if (c->facts.state == TCPLEDGER_STATE_TIME_WAIT)
			tcpledger_stats_time_wait(tn->stats,
						  now - c->facts.since);
		else
			tcpledger_stats_time(tn->stats,
					     TCPLEDGER_HIST_FIN_WAIT2,
					     now - c->facts.since);
	}
	c->taken = how == TCPLEDGER_EXIT_REUSED && !f &&
		   !hlist_nulls_unhashed_lockless(&tw->tw_node);
	tcpledger_facts_tw_exit(&c->facts, now, how, f ? f->index :
				c->taken ? TCPLEDGER_LOG_TO_COME :
					   TCPLEDGER_LOG_NONE);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
	tcpledger_count(tn, timewait_events);
	if (flight.skb) {
		tcpledger_key_timewait(&key, tw);
		tcpledger_flight_takeover(tn, &key, &flight);
	}
	tcpledger_conn_trim(tn);
}

/**
 * tcpledger_timewait_missed() - a timewait socket ended, and no probe told
 * @c: its record, bucket locked
 * @now: when it was found to be gone
 * @how: enum tcpledger_exit
 * @segment: index of the segment that ended it, or TCPLEDGER_LOG_NONE
 *
 * Context: any.
 */
void tcpledger_timewait_missed(struct tcpledger_conn *c, s64 now, u8 how,
			       int segment)
{
	tcpledger_conn_room(c);
	tcpledger_count(c->tn, missed_timewait);
	tcpledger_facts_tw_inexact(&c->facts);
	tcpledger_facts_tw_exit(&c->facts, now, how, segment);
}

/**
 * tcpledger_timewait_segment_done() - TCP is done with a segment to a timewait socket
 * @c: its record, bucket locked, still with HELD_BY_TIMEWAIT
 * @now: CLOCK_MONOTONIC
 * @f: the segment
 *
 * If the segment may have killed the socket, look whether the probe missed that.
 * Context: the tracepoint kfree_skb, preemption off.
 */
void tcpledger_timewait_segment_done(struct tcpledger_conn *c, s64 now,
			     const struct tcpledger_flight *f)
{
	bool deadly = f->seg.flags & TCPLEDGER_RST;

	/* What tcp_timewait_state_process() answers with TCP_TW_RST. */
	if (c->facts.state == TCPLEDGER_STATE_FIN_WAIT2)
		deadly |= f->seg.len || f->seg.flags & TCPLEDGER_SYN;
	if (deadly && !tcpledger_socket_exists(c->tn->net, &c->key))
		tcpledger_timewait_missed(c, now, TCPLEDGER_EXIT_RESET,
					  f->index);
	else
		tcpledger_facts_tw_absorbed(&c->facts, now, &f->seg,
					    f->index);
}

/**
 * tcpledger_timewait_taken_over() - a SYN/ACK leaves from a timewait socket's tuple
 * @c: its record, bucket locked, still with HELD_BY_TIMEWAIT
 * @syn: filled: the SYN that is answered, for tcpledger_flight_takeover()
 *
 * A timewait socket sends no SYN/ACK, so the SYN has ended it and no probe told.
 * Context: LOCAL_OUT hook.
 * Return: false if no such SYN is in flight here.
 */
bool tcpledger_timewait_taken_over(struct tcpledger_conn *c,
			      struct tcpledger_flight *syn)
{
	const struct tcpledger_flight *f = in_flight(c);

	if (!f || !(f->seg.flags & TCPLEDGER_SYN))
		return false;
	*syn = *f;
	tcpledger_timewait_missed(c, ktime_get_mono_fast_ns(),
				  TCPLEDGER_EXIT_REUSED, f->index);
	return true;
}
