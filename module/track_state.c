// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what TCP did with a socket to its record.
 */
#include "track.h"

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/uidgid.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "netns.h"
#include "pending.h"
#include "socket.h"
#include "table.h"
#include "timewait.h"

/* The program that closed first, if it was a program here. */
static void note_closer(struct tcpledger_conn *c,
			const struct tcpledger_change *change)
{
	bool closing = change->to == TCPLEDGER_STATE_FIN_WAIT1 ||
		       change->to == TCPLEDGER_STATE_CLOSE;

	if (c->facts.bits & F_CLOSING)
		return;
	if (change->to == TCPLEDGER_STATE_CLOSE_WAIT) {
		c->facts.bits |= F_CLOSING;
		return;
	}
	if (!closing)
		return;
	c->facts.bits |= F_CLOSING;
	if (change->task &&
	    (!change->error || change->error == ECONNABORTED) &&
	    !(c->facts.bits & F_RST_TAKEN))
		tcpledger_actor_current(&c->closer);
}

static void keep_counters(struct tcpledger_conn *c, const struct sock *sk)
{
	struct tcpledger_counters n;

	tcpledger_socket_counters(&n, sk, c->facts.bits & F_FIN_IN);
	c->bytes_sent = n.bytes_sent;
	c->bytes_received = n.bytes_received;
	c->retransmits = n.retransmits;
	c->srtt_us = n.srtt_us;
	c->min_rtt_us = n.min_rtt_us;
}

/* A record that was not known: the state it comes from is all there is. */
static struct tcpledger_conn *partial(struct tcpledger_net *tn,
				      const struct tcpledger_key *key,
				      const struct sock *sk, s64 now, u8 from)
{
	struct tcpledger_conn *c;

	c = tcpledger_conn_new(tn, key, now, from, TCPLEDGER_ROLE_UNKNOWN,
			       false);
	if (!c)
		return NULL;
	tcpledger_facts_seed(&c->facts, tcp_sk(sk)->write_seq,
			     tcp_sk(sk)->rcv_nxt);
	tcpledger_count(tn, partial_records);
	return c;
}

/* A connect() that ends before its SYN left, so there is no record yet. */
static struct tcpledger_conn *unsent(struct tcpledger_net *tn,
				     const struct tcpledger_key *key,
				     const struct sock *sk)
{
	struct tcpledger_change opening = {
		.from = TCPLEDGER_STATE_CLOSE,
		.to = TCPLEDGER_STATE_SYN_SENT,
		.task = true,
	};
	struct tcpledger_pending pending;
	struct tcpledger_conn *c;

	if (!tcpledger_pending_take(sk, &pending))
		return NULL;
	c = tcpledger_conn_new(tn, key, pending.when, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_ACTIVE, false);
	if (!c)
		return NULL;
	c->owner = pending.owner;
	tcpledger_facts_state(&c->facts, pending.when, &opening);
	return c;
}

static noinline struct tcpledger_conn *
unknown(struct tcpledger_net *tn, const struct tcpledger_key *key,
	const struct sock *sk, s64 now, u8 from, u8 to)
{
	if (from == TCPLEDGER_STATE_SYN_SENT) {
		struct tcpledger_conn *c = unsent(tn, key, sk);

		if (c)
			return c;
	}
	/* A child that lost the race for its tuple never was a connection. */
	if (from == TCPLEDGER_STATE_SYN_RECV && to == TCPLEDGER_STATE_CLOSE)
		return NULL;
	return partial(tn, key, sk, now, from);
}

/*
 * A segment can reach TCP in a task as well. Nobody owns the socket then, and
 * the segment is the last that came.
 */
static bool by_segment(const struct tcpledger_conn *c, const struct sock *sk)
{
	const struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	return !sock_owned_by_user_nocheck(sk) && f->skb && f->task &&
	       f->c == c && f->id == c->id;
}

/* From the first SYN on: what readers get as handshake_ns. */
static s64 since_syn(struct tcpledger_facts *f, s64 now)
{
	int i;

	for (i = 0; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);

		if (e->flags & TCPLEDGER_SYN)
			return now - f->base - tcpledger_log_time(e);
	}
	return now - f->base;
}

/* How long a state lasted that the statistics are about. */
static inline void count_stay(struct tcpledger_conn *c, s64 now,
		       const struct tcpledger_change *change)
{
	struct tcpledger_facts *f = &c->facts;

	if (!tcpledger_facts_stay_seen(f))
		return;
	if (change->to == TCPLEDGER_STATE_ESTABLISHED &&
	    !(f->bits & F_PARTIAL))
		tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_HANDSHAKE,
				     since_syn(f, now));
	else if (change->from == TCPLEDGER_STATE_CLOSE_WAIT)
		tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_CLOSE_WAIT,
				     now - f->since);
	else if (change->from == TCPLEDGER_STATE_FIN_WAIT2)
		tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_FIN_WAIT2,
				     now - f->since);
}

/*
 * A change to CLOSE from here is the end, or a timewait socket took over and
 * the probe that tells so missed it (disarmed kprobes): look, once.
 */
static void check_timewait(struct tcpledger_conn *c, const struct sock *sk,
			   s64 now, const struct tcpledger_change *change)
{
	struct tcpledger_facts *f = &c->facts;
	bool fin = f->bits & F_FIN_IN || change->from ==
		   TCPLEDGER_STATE_CLOSING;

	if (f->bits & (F_TIMEWAIT | F_RST_TAKEN) ||
	    (change->from != TCPLEDGER_STATE_FIN_WAIT2 &&
	     change->from != TCPLEDGER_STATE_CLOSING) ||
	    !tcpledger_socket_exists(sock_net(sk), &c->key))
		return;
	tcpledger_count(c->tn, missed_timewait);
	if (fin) {
		count_stay(c, now, change);
		f->bits |= F_TW_INEXACT;
	}
	tcpledger_facts_tw_enter(f, now, fin ? TCPLEDGER_STATE_TIME_WAIT :
				 TCPLEDGER_STATE_FIN_WAIT2, change->rcv_nxt);
}

/* Bucket locked. */
static void apply(struct tcpledger_conn *c, const struct sock *sk, s64 now,
		  struct tcpledger_change *change)
{
	struct tcpledger_facts *f = &c->facts;

	tcpledger_conn_room(c);
	if (change->task && by_segment(c, sk))
		change->task = false;
	tcpledger_track_taken(c, now, change->rcv_nxt);
	if (change->to == TCPLEDGER_STATE_CLOSE) {
		if (tcpledger_fsm_synchronized(change->from))
			keep_counters(c, sk);
		check_timewait(c, sk, now, change);
		if (f->bits & F_TIMEWAIT) {
			/* The timewait socket goes on with it. */
			c->sk = NULL;
			return;
		}
		if (change->from == TCPLEDGER_STATE_SYN_RECV && !c->sk)
			return;	/* a lost child; the request lives on */
	} else {
		c->sk = sk;
	}
	note_closer(c, change);
	count_stay(c, now, change);
	tcpledger_facts_state(f, now, change);
}

/* A socket that is connecting never is one of which the socket is unknown. */
static inline struct tcpledger_conn *
find_record(struct tcpledger_bucket *b, const struct tcpledger_key *key,
	    const struct sock *sk, s64 now, u8 from)
{
	struct tcpledger_conn *c = tcpledger_table_find_socket(b, key, sk);

	if (c && from == TCPLEDGER_STATE_SYN_RECV &&
	    c->facts.bits & F_TIMEWAIT) {
		/* The tuple has a new owner, and nobody told. */
		tcpledger_timewait_missed(c, now, TCPLEDGER_EXIT_REUSED,
					  TCPLEDGER_LOG_NONE);
		tcpledger_conn_settle(c);
		return NULL;
	}
	if (c && from == TCPLEDGER_STATE_SYN_SENT && c->sk != sk)
		return NULL;
	return c;
}

/**
 * tcpledger_track_state() - TCP is about to move a socket
 * @sk: a full TCP socket, its state not yet stored
 * @from: old state
 * @to: new state, another
 *
 * Context: the tracepoint inet_sock_set_state: any, preemption off.
 */
void tcpledger_track_state(const struct sock *sk, u8 from, u8 to)
{
	struct tcpledger_net *tn = tcpledger_net(sock_net(sk));
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c, *fresh = NULL;
	struct tcpledger_change change __tcpledger_unset;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;
	bool ended;

	tcpledger_count(tn, state_changes);
	if (from == TCPLEDGER_STATE_CLOSE) {
		if (to == TCPLEDGER_STATE_SYN_SENT &&
		    !tcpledger_pending_add(sk, now))
			tcpledger_count(tn, lost_pending);
		return;
	}
	tcpledger_key_socket(&key, sk);
	tcpledger_socket_change(&change, sk, from, to);
	b = tcpledger_table_lock(&key, &flags);
	c = find_record(b, &key, sk, now, from);
	if (unlikely(!c)) {
		tcpledger_table_unlock(b, flags);
		fresh = unknown(tn, &key, sk, now, from, to);
		if (!fresh)
			return;
		fresh->sk = sk;
		b = tcpledger_table_lock(&key, &flags);
		c = find_record(b, &key, sk, now, from);
		if (!c) {
			c = fresh;
			tcpledger_conn_insert(c);
		}
	}
	apply(c, sk, now, &change);
	ended = tcpledger_conn_settle(c);
	if (unlikely(fresh == c && ended))
		tcpledger_table_step_back(c);
	tcpledger_table_unlock(b, flags);
	if (unlikely(fresh && fresh != c))
		tcpledger_conn_free(fresh);
	if (unlikely(ended))
		tcpledger_conn_trim(tn);
}

/**
 * tcpledger_track_reset() - TCP acts on an RST
 * @sk: the socket; its change to CLOSE follows
 *
 * Context: the tracepoint tcp_receive_reset, preemption off.
 */
void tcpledger_track_reset(const struct sock *sk)
{
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;

	tcpledger_key_socket(&key, sk);
	b = tcpledger_table_lock(&key, &flags);
	c = tcpledger_table_find_socket(b, &key, sk);
	if (c)
		tcpledger_facts_reset(&c->facts);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_track_accept() - accept() returns a connection
 * @sk: the connection's socket, locked, not yet joined to a file
 * @inode: of the file it will be joined to
 *
 * Context: process; a kprobe handler, preemption off.
 */
void tcpledger_track_accept(const struct sock *sk, const struct inode *inode)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;

	tcpledger_key_socket(&key, sk);
	b = tcpledger_table_lock(&key, &flags);
	c = tcpledger_table_find_socket(b, &key, sk);
	if (c) {
		c->facts.accepted = now;
		tcpledger_owner_socket(&c->owner, sk);
		/* The socket still has those of the listener. */
		c->owner.inode = inode->i_ino;
		c->owner.uid = __kuid_val(inode->i_uid);
	}
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_track_request_timer() - the timer of a request socket ran out
 * @req: the request socket
 *
 * Either a SYN/ACK follows, or it is given up, which nothing traces: age.c
 * looks, and takes this time for the end.
 * Context: timer softirq; a kprobe handler, preemption off.
 */
void tcpledger_track_request_timer(const struct request_sock *req)
{
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;

	tcpledger_key_request(&key, req);
	b = tcpledger_table_lock(&key, &flags);
	c = tcpledger_table_find(b, &key);
	if (c && c->facts.bits & F_REQUEST) {
		c->request_timer = ktime_get_mono_fast_ns();
		tcpledger_conn_settle(c);
	}
	tcpledger_table_unlock(b, flags);
}
