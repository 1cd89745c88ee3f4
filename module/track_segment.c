// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a segment to its record: find it or make it, tell the facts, settle.
 */
#include "track.h"

#include <linux/tcp.h>
#include <linux/ktime.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "netns.h"
#include "pending.h"
#include "socket.h"
#include "table.h"
#include "timewait.h"

DEFINE_PER_CPU(struct tcpledger_flight, tcpledger_flight);

static bool is_syn(const struct tcpledger_segment *seg)
{
	return (seg->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK | TCPLEDGER_RST |
			      TCPLEDGER_FIN)) == TCPLEDGER_SYN;
}

static bool is_synack(const struct tcpledger_segment *seg)
{
	const u8 synack = TCPLEDGER_SYN | TCPLEDGER_ACK;

	return (seg->flags & synack) == synack;
}

static inline int tell(struct tcpledger_conn *c, s64 now,
		       const struct tcpledger_packet *p)
{
	bool syn = p->seg.flags & TCPLEDGER_SYN;

	tcpledger_conn_room(c);
	if (syn) {
		u8 list = READ_ONCE(c->list);

		c->active = now;
		/* The ager's lists are in order of activity. */
		if ((list == TCPLEDGER_LIST_FRESH ||
		     list == TCPLEDGER_LIST_EMBRYONIC) &&
		    /* Another lock's: at worst it is one place out of order. */
		    data_race(READ_ONCE(c->tn->lists[list].prev)) != &c->lru)
			tcpledger_conn_enlist(c, list);
	}
	return p->seg.out ?
		tcpledger_facts_out(&c->facts, now, &p->seg, &p->opt) :
		tcpledger_facts_in(&c->facts, now, &p->seg, &p->opt);
}

/* Bucket locked. From here until TCP frees it, @p is what TCP works on. */
static inline void take_off(struct tcpledger_conn *c, int index,
			    const struct tcpledger_packet *p)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	f->skb = p->skb;
	f->c = c;
	f->id = c->id;
	f->bucket = tcpledger_table_index(&c->key);
	f->index = index;
	f->task = in_task();
	f->timewait = c->facts.bits & F_TIMEWAIT;
	f->seg = p->seg;
	if (p->seg.flags & TCPLEDGER_SYN)
		f->opt = p->opt;
}

/*
 * A SYN/ACK, FIN or RST that still belongs to a connection that is over: logged
 * there. Bucket locked.
 */
static bool late(struct tcpledger_conn *c, const struct tcpledger_packet *p)
{
	s64 now;

	if (!c || tcpledger_facts_live(&c->facts) || is_syn(&p->seg) ||
	    !(p->seg.flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)))
		return false;
	now = ktime_get_mono_fast_ns();
	if (now - c->facts.ended > TCPLEDGER_LATE_NS)
		return false;
	tcpledger_conn_room(c);
	tcpledger_facts_late(&c->facts, now, &p->seg);
	return true;
}

static bool takes_segments(const struct tcpledger_conn *c)
{
	return c && tcpledger_facts_live(&c->facts);
}

/**
 * tcpledger_track_takeover() - a SYN took a tuple over from its old record
 * @tn: the namespace
 * @key: the endpoint
 * @f: the SYN, which is the last entry of the old record
 *
 * Context: a kprobe handler, preemption off, no lock of ours held.
 */
void tcpledger_track_takeover(struct tcpledger_net *tn,
			      const struct tcpledger_key *key,
			      const struct tcpledger_flight *f)
{
	struct tcpledger_packet p = {
		.skb = f->skb,
		.seg = f->seg,
		.opt = f->opt,
	};
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;

	c = tcpledger_conn_new(tn, key, now, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_PASSIVE, false);
	if (!c)
		return;
	b = tcpledger_table_lock(key, &flags);
	tcpledger_conn_insert(c);
	take_off(c, tell(c, now, &p), &p);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
}

/* The segment that TCP works on is of this record, and the log gave it up. */
static struct tcpledger_flight *given_up(const struct tcpledger_conn *c)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	return f->skb && f->c == c && f->id == c->id &&
	       f->index == TCPLEDGER_LOG_NONE ? f : NULL;
}

/* A FIN that TCP took, and after which it expects @rcv_nxt. */
static bool fin_fits(const struct tcpledger_facts *f,
		     const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	return seg->flags & TCPLEDGER_FIN && !(f->bits & F_FIN_IN) &&
	       tcpledger_segment_end(seg) == rcv_nxt;
}

static bool moves(const struct tcpledger_facts *f,
		  const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	if (seg->flags & TCPLEDGER_RST)
		return f->bits & F_RST_TAKEN &&
		       (seg->seq == rcv_nxt ||
			f->state == TCPLEDGER_STATE_SYN_SENT);
	return fin_fits(f, seg, rcv_nxt) ||
	       (seg->flags & TCPLEDGER_ACK && f->bits & F_FIN_OUT &&
		!(f->bits & F_FIN_ACKED_IN) && seg->ack == f->local_fin);
}

/**
 * tcpledger_track_look() - the slow half of tcpledger_track_taken()
 * @c: the record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @rcv_nxt: next number TCP expects from the peer
 *
 * Context: any, interrupts off.
 */
void tcpledger_track_look(struct tcpledger_conn *c, s64 now, u32 rcv_nxt)
{
	struct tcpledger_flight *f = given_up(c);

	if (f && moves(&c->facts, &f->seg, rcv_nxt))
		f->index = tcpledger_facts_taken(&c->facts, now, &f->seg);
}

/* The answer to a FIN leaves before TCP moves on, see out_covers_fin(). */
static noinline void out_taken(struct tcpledger_conn *c, s64 now,
			       const struct tcpledger_segment *answer)
{
	struct tcpledger_flight *f = given_up(c);

	if (f && answer->flags & TCPLEDGER_ACK &&
	    (c->facts.state == TCPLEDGER_STATE_FIN_WAIT1 ||
	     c->facts.state == TCPLEDGER_STATE_FIN_WAIT2) &&
	    fin_fits(&c->facts, &f->seg, answer->ack))
		f->index = tcpledger_facts_taken(&c->facts, now, &f->seg);
}

/* A SYN that came for a tuple with no live record. */
static void in_first_syn(struct tcpledger_net *tn, struct tcpledger_packet *p)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c, *other;
	unsigned long flags;

	c = tcpledger_conn_new(tn, &p->key, now, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_PASSIVE, true);
	if (!c)
		return;
	b = tcpledger_table_lock(&p->key, &flags);
	other = tcpledger_table_find(b, &p->key);
	if (unlikely(takes_segments(other))) {
		/* Another CPU was faster with a copy of this SYN. */
		take_off(other, tell(other, now, p), p);
		tcpledger_conn_settle(other);
		tcpledger_table_unlock(b, flags);
		tcpledger_conn_free(c);
		return;
	}
	tcpledger_conn_insert(c);
	take_off(c, tell(c, now, p), p);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_track_in() - a segment is about to reach TCP
 * @p: the packet
 *
 * Context: LOCAL_IN hook: softirq, or a task with BH on (NFQUEUE).
 */
void tcpledger_track_in(struct tcpledger_packet *p)
{
	struct tcpledger_net *tn = tcpledger_net(p->net);
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;
	bool known;

	b = tcpledger_table_lock(&p->key, &flags);
	c = tcpledger_table_find(b, &p->key);
	if (likely(takes_segments(c))) {
		take_off(c, tell(c, ktime_get_mono_fast_ns(), p), p);
		tcpledger_conn_settle(c);
		/* Quiet all the time: another has had the bucket's note. */
		if (c->quiet && !(p->seg.flags & (TCPLEDGER_SYN |
				  TCPLEDGER_FIN | TCPLEDGER_RST)))
			tcpledger_table_set_quiet(&c->key, true);
		tcpledger_table_unlock(b, flags);
		tcpledger_count(tn, segments_in);
		return;
	}
	this_cpu_ptr(&tcpledger_flight)->skb = NULL;
	known = late(c, p);
	tcpledger_table_unlock(b, flags);
	tcpledger_count(tn, segments_in);
	if (known)
		return;
	if (is_syn(&p->seg)) {
		p->key.ifindex = p->domain;
		in_first_syn(tn, p);
	} else {
		tcpledger_count(tn, stray_segments);
	}
}

/* The first SYN of a connect(), or one whose record was not kept. */
static void out_first_syn(struct tcpledger_net *tn,
			  struct tcpledger_packet *p)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_pending pending = { .when = now };
	struct tcpledger_conn *c, *old;
	struct tcpledger_bucket *b;
	unsigned long flags;
	bool known, ended = false;

	known = tcpledger_pending_take(p->sk, &pending);
	c = tcpledger_conn_new(tn, &p->key, pending.when,
			       TCPLEDGER_STATE_CLOSE, TCPLEDGER_ROLE_ACTIVE,
			       true);
	if (!c)
		return;
	c->sk = p->sk;
	if (known)
		c->owner = pending.owner;
	tcpledger_facts_state(&c->facts, pending.when, TCPLEDGER_STATE_CLOSE,
			      TCPLEDGER_STATE_SYN_SENT, 0, true);

	b = tcpledger_table_lock(&p->key, &flags);
	old = tcpledger_table_find(b, &p->key);
	if (unlikely(takes_segments(old))) {
		/* Its end was missed; TCP gave the tuple to this socket. */
		if (old->facts.bits & F_TIMEWAIT)
			tcpledger_timewait_missed(old, now,
						  TCPLEDGER_EXIT_REUSED,
						  TCPLEDGER_LOG_NONE);
		else
			tcpledger_facts_end(&old->facts, now,
					    TCPLEDGER_CAUSE_UNKNOWN,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_ABORTED);
		ended = tcpledger_conn_settle(old);
	}
	tcpledger_conn_insert(c);
	tell(c, now, p);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
	if (ended)
		tcpledger_conn_trim(tn);
}

/* What the socket that emits a segment tells about its record. */
static void note_socket(struct tcpledger_conn *c, struct tcpledger_packet *p)
{
	const struct sock *sk = p->sk;

	if (is_synack(&p->seg) && c->facts.role == TCPLEDGER_ROLE_PASSIVE) {
		c->request_timer = 0;
		if (sk)
			c->key.ifindex = p->key.ifindex;
	}
	if (!sk)
		return;
	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		if (!c->owner.cgroup && !c->owner.actor.tgid)
			tcpledger_owner_listener(&c->owner,
				inet_reqsk((struct sock *)sk)->rsk_listener);
	} else if (!c->sk) {
		c->sk = sk;
	}
}

/* Bucket locked. Return: what to log, or false if it is not the record's. */
static bool out_belongs(struct tcpledger_conn *c,
			const struct tcpledger_packet *p)
{
	if (!c)
		return false;
	if (tcpledger_facts_live(&c->facts))
		return !is_syn(&p->seg) || p->seg.other || c->sk == p->sk;
	/* An RST leaves after the change to CLOSE that it goes with. */
	return p->seg.flags & TCPLEDGER_RST && c->facts.bits & F_RST_DUE &&
	       !p->seg.other;
}

/* Our RST that answers a SYN to a closed port, or ends an embryo. */
static void out_ends(struct tcpledger_conn *c, s64 now,
		     const struct tcpledger_packet *p)
{
	if (!(p->seg.flags & TCPLEDGER_RST) || p->seg.other ||
	    c->facts.role != TCPLEDGER_ROLE_PASSIVE ||
	    !tcpledger_facts_live(&c->facts))
		return;
	if (c->facts.state == TCPLEDGER_STATE_CLOSE)
		tcpledger_facts_end(&c->facts, now, TCPLEDGER_CAUSE_SEGMENT,
				    TCPLEDGER_LOG_NONE,
				    TCPLEDGER_OUTCOME_REFUSED);
	else if (c->facts.bits & F_REQUEST)
		c->request_timer = now;	/* the ager looks what became of it */
}

/* A SYN/ACK leaves from the tuple of a timewait socket. */
static noinline struct tcpledger_conn *
out_synack(struct tcpledger_net *tn, const struct tcpledger_packet *p,
	   struct tcpledger_bucket *b, struct tcpledger_conn *c,
	   unsigned long *flags)
{
	struct tcpledger_key key = c->key;
	struct tcpledger_flight syn;

	if (!tcpledger_timewait_taken(c, &syn))
		return c;
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, *flags);
	tcpledger_track_takeover(tn, &key, &syn);
	tcpledger_conn_trim(tn);
	tcpledger_table_lock(&p->key, flags);
	return tcpledger_table_find(b, &p->key);
}

/*
 * The record that a segment leaves from, bucket locked. A SYN/ACK can show that
 * a SYN took the tuple over from a timewait socket: then it is a new one.
 */
static inline struct tcpledger_conn *
out_record(struct tcpledger_net *tn, const struct tcpledger_packet *p,
	   struct tcpledger_bucket *b, unsigned long *flags)
{
	struct tcpledger_conn *c = tcpledger_table_find(b, &p->key);

	if (likely(!c || !(c->facts.bits & F_TIMEWAIT)) ||
	    !is_synack(&p->seg) || p->seg.other)
		return c;
	return out_synack(tn, p, b, c, flags);
}

/* What leaves can show that the peer's FIN was taken, by a probe untold. */
static void out_told(struct tcpledger_conn *c, u8 was, s64 since)
{
	if (likely(was != TCPLEDGER_STATE_FIN_WAIT2 ||
		   c->facts.state != TCPLEDGER_STATE_TIME_WAIT))
		return;
	tcpledger_count(c->tn, missed_timewait);
	tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_FIN_WAIT2,
			     c->facts.since - since);
}

/**
 * tcpledger_track_out() - a segment leaves
 * @p: the packet
 *
 * Context: LOCAL_OUT hook: a task with BH on, a softirq or a timer.
 */
void tcpledger_track_out(struct tcpledger_packet *p)
{
	struct tcpledger_net *tn = tcpledger_net(p->net);
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;
	s64 now, since;
	bool ended;
	u8 was;

	tcpledger_count(tn, segments_out);
	b = tcpledger_table_lock(&p->key, &flags);
	c = out_record(tn, p, b, &flags);
	if (unlikely(!out_belongs(c, p))) {
		ended = late(c, p);
		tcpledger_table_unlock(b, flags);
		if (ended)
			return;
		if (is_syn(&p->seg) && p->sk && !p->seg.other)
			out_first_syn(tn, p);
		else
			tcpledger_count(tn, stray_segments);
		return;
	}
	now = ktime_get_mono_fast_ns();
	if (!p->seg.other)
		note_socket(c, p);
	if (unlikely(c->facts.log.dropped))
		out_taken(c, now, &p->seg);
	was = c->facts.state;
	since = c->facts.since;
	tell(c, now, p);
	out_told(c, was, since);
	out_ends(c, now, p);
	ended = tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
	if (unlikely(ended))
		tcpledger_conn_trim(tn);
}

/* An ACK of our SYN/ACK came, and no child was made of it. */
static void third_ack_refused(struct tcpledger_conn *c, struct net *net,
			      s64 now, int index)
{
	struct sock *lsk;

	if (!(c->facts.bits & F_ACK_LOGGED))
		return;
	rcu_read_lock();
	lsk = tcpledger_socket_listener(net, &c->key);
	if (lsk && sk_acceptq_is_full(lsk))
		tcpledger_facts_note(&c->facts, now,
				     TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL,
				     index);
	rcu_read_unlock();
}

/*
 * TCP is done with a segment to a request socket. An RST or a SYN in the
 * window kills it without a trace (tcp_check_req()), so look.
 */
static void request_done(struct tcpledger_conn *c, s64 now,
			 const struct tcpledger_flight *f)
{
	struct tcpledger_facts *facts = &c->facts;
	struct net *net = c->tn->net;

	if (f->seg.flags & (TCPLEDGER_RST | TCPLEDGER_SYN) &&
	    !tcpledger_socket_exists(net, &c->key)) {
		if (f->seg.flags & TCPLEDGER_RST) {
			facts->bits |= F_RST_TAKEN;
			if (!(facts->bits & F_ACK_LOGGED))
				tcpledger_facts_note(facts, now,
					TCPLEDGER_ANOMALY_STALE_SYN, f->index);
		}
		tcpledger_facts_end(facts, now, TCPLEDGER_CAUSE_SEGMENT,
				    f->index, TCPLEDGER_OUTCOME_RESET);
		return;
	}
	if (f->index == TCPLEDGER_LOG_NONE)
		return;
	tcpledger_facts_refused(facts, now, f->index, false);
	third_ack_refused(c, net, now, f->index);
}

/**
 * tcpledger_track_freed() - TCP is done with a packet
 * @skb: the packet
 * @refused: it gave a reason for throwing it away
 * @checksum: the reason is the checksum
 *
 * Context: the tracepoint kfree_skb, preemption off.
 */
void tcpledger_track_freed(const struct sk_buff *skb, bool refused,
			   bool checksum)
{
	struct tcpledger_flight f, *own = this_cpu_ptr(&tcpledger_flight);
	struct tcpledger_net *tn = NULL;
	struct tcpledger_bucket *b;
	unsigned long flags;
	s64 now;

	/* In a task a softirq may put another segment in flight meanwhile. */
	local_irq_save(flags);
	f = *own;
	if (f.skb == skb)
		own->skb = NULL;
	local_irq_restore(flags);
	if (f.skb != skb)
		return;
	b = tcpledger_table_lock_index(f.bucket, &flags);
	/* Another namespace's record can have its place, bucket and id. */
	if (!tcpledger_table_has(b, f.c, f.id) ||
	    f.index >= f.c->facts.log.n) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	now = ktime_get_mono_fast_ns();
	tcpledger_conn_room(f.c);
	if (refused || (f.seg.flags & TCPLEDGER_RST &&
			!(f.c->facts.bits & (F_REQUEST | F_TIMEWAIT)))) {
		if (f.index != TCPLEDGER_LOG_NONE)
			tcpledger_facts_refused(&f.c->facts, now, f.index,
						checksum);
	} else if (f.c->facts.bits & F_TIMEWAIT) {
		tcpledger_timewait_done(f.c, now, &f);
	} else if (f.c->facts.bits & F_REQUEST) {
		request_done(f.c, now, &f);
	}
	/* A challenge ACK leaves before this, if it leaves at all. */
	if (f.seg.flags & (TCPLEDGER_RST | TCPLEDGER_SYN))
		f.c->facts.bits &= ~(F_EXPECT_OUT | F_CHALLENGED);
	if (tcpledger_conn_settle(f.c))
		tn = f.c->tn;
	tcpledger_table_unlock(b, flags);
	if (tn)
		tcpledger_conn_trim(tn);
}
