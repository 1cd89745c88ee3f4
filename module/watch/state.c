// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what TCP did with a socket to its record.
 */
#include "watch/state.h"

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/uidgid.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "ledger/eviction.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"
#include "verdict/facts_state.h"
#include "verdict/facts_timewait.h"
#include "watch/flight.h"
#include "watch/pending.h"
#include "watch/timewait.h"

/*
 * Is this a segment that waited in the backlog while close() owned the socket?
 * Such segments count in sk_backlog.len until all of them are done
 * (__release_sock()). After that close() holds the orphan's spinlock, which keeps
 * others from adding, so the length is 0. "ss -K" of an orphan can find another
 * length, but sets the error first.
 */
static bool from_backlog(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) && READ_ONCE(sk->sk_backlog.len) &&
	       !READ_ONCE(sk->sk_err);
}

/*
 * Did a task do this in a system call, rather than a segment or a timer? A segment
 * can also reach TCP in a task: from the backlog, or while nobody owns the socket,
 * and then it is the segment in flight. A timer that waited for the owner
 * (tcp_release_cb()) counts as a task too: tcp_write_err() sets an error that tells
 * it apart, and tcp_out_of_resources(), which sets none, becomes
 * TCPLEDGER_CAUSE_ERROR.
 */
static inline bool by_task(const struct tcpledger_conn *c,
			   const struct sock *sk)
{
	const struct tcpledger_flight *f;

	if (sock_owned_by_user_nocheck(sk))
		return !from_backlog(sk);
	if (likely(!in_task()))
		return false;
	f = tcpledger_flight_of(c);
	return !f || !f->task;
}

/* A close begins: remember the program, if it is the first and a program did it. */
static inline void note_closer(struct tcpledger_conn *c, bool task, int error)
{
	struct tcpledger_facts *f = &c->facts;

	if (!tcpledger_facts_closing(f))
		return;
	if (task && (!error || error == ECONNABORTED) &&
	    !(f->bits & TOOK_RST))
		tcpledger_actor_current(&c->closer);
}

/* A record of a socket that had none: of its past only the state is known. */
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

/* A record of a connect() that ends before its SYN left. */
static struct tcpledger_conn *unsent(struct tcpledger_net *tn,
				     const struct tcpledger_key *key,
				     const struct tcpledger_pending *pending)
{
	struct tcpledger_conn *c;

	if (!tcpledger_scope_has_tuple(tn, key, TCPLEDGER_SYN_LEFT, true))
		return NULL;
	c = tcpledger_conn_new(tn, key, pending->when, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_ACTIVE, false);
	if (!c)
		return NULL;
	c->owner = pending->owner;
	tcpledger_facts_state(&c->facts, pending->when, TCPLEDGER_STATE_CLOSE,
			      TCPLEDGER_STATE_SYN_SENT, 0, true);
	return c;
}

/*
 * Which way the first SYN of a socket went that leaves this state. In SYN_RECV a child
 * that nobody has accepted has no file. A socket with a file is a child of Fast Open, or
 * sent a SYN that crossed the peer's.
 */
static u32 ways_of(const struct sock *sk, u8 from)
{
	switch (from) {
	case TCPLEDGER_STATE_SYN_SENT:
		return TCPLEDGER_SYN_LEFT;
	case TCPLEDGER_STATE_SYN_RECV:
		return !READ_ONCE(sk->sk_socket) ||
		       rcu_access_pointer(tcp_sk(sk)->fastopen_rsk) ?
			TCPLEDGER_SYN_CAME : TCPLEDGER_SYN_CAME | TCPLEDGER_SYN_LEFT;
	default:
		return TCPLEDGER_SYN_CAME | TCPLEDGER_SYN_LEFT;
	}
}

static noinline struct tcpledger_conn *
new_record(struct tcpledger_net *tn, const struct tcpledger_key *key,
	const struct sock *sk, u8 from, u8 to)
{
	struct tcpledger_pending pending;

	if (from == TCPLEDGER_STATE_SYN_SENT &&
	    tcpledger_pending_take(sk, &pending))
		return unsent(tn, key, &pending);
	/* A child that lost the race for its tuple never was a connection. */
	if (from == TCPLEDGER_STATE_SYN_RECV && to == TCPLEDGER_STATE_CLOSE)
		return NULL;
	/*
	 * Where a filter decides, it has decided about this connection's SYN, unless
	 * that came and was shed. It may have read more of the SYN than is known now.
	 */
	if (tcpledger_scope_filters(&tn->scope) &&
	    (from == TCPLEDGER_STATE_SYN_SENT ||
	     !tcpledger_eviction_shed_lately(&tn->lists)))
		return NULL;
	if (!tcpledger_scope_has_tuple(tn, key, ways_of(sk, from), false))
		return NULL;
	return partial(tn, key, sk, ktime_get_mono_fast_ns(), from);
}

/* Count how long the state lasted that is left now, if its beginning was seen. */
static inline void count_stay(struct tcpledger_conn *c, s64 now,
			      enum tcpledger_histogram h)
{
	if (likely(tcpledger_facts_stay_seen(&c->facts)))
		tcpledger_stats_time(c->tn->stats, h, now - c->facts.since);
}

/* Measured from the first SYN, as handshake_ns. */
static inline void count_handshake(struct tcpledger_conn *c, s64 now)
{
	const struct tcpledger_facts *f = &c->facts;
	s64 syn = 0;
	int i;

	if (unlikely(f->bits & IS_PARTIAL))
		return;
	for (i = 0; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_look(&f->log, i);

		if (e->flags & TCPLEDGER_SYN) {
			syn = tcpledger_log_time(e);
			break;
		}
	}
	tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_HANDSHAKE,
			     now - f->base - syn);
}

/*
 * A change from FIN_WAIT2 or CLOSING to CLOSE is the end, unless a timewait socket
 * took over and no kprobe told it (disarmed kprobes): look in TCP's own table.
 */
static void check_timewait(struct tcpledger_conn *c, const struct sock *sk,
			   s64 now, const struct tcpledger_death *d)
{
	struct tcpledger_facts *f = &c->facts;
	bool fin = f->bits & TOOK_FIN || d->from == TCPLEDGER_STATE_CLOSING;

	if (f->bits & TOOK_RST ||
	    (d->from != TCPLEDGER_STATE_FIN_WAIT2 &&
	     d->from != TCPLEDGER_STATE_CLOSING) ||
	    !tcpledger_socket_exists(sock_net(sk), &c->key))
		return;
	tcpledger_count(c->tn, missed_timewait);
	if (fin) {
		if (d->from == TCPLEDGER_STATE_FIN_WAIT2)
			count_stay(c, now, TCPLEDGER_HIST_FIN_WAIT2);
		tcpledger_facts_tw_inexact(f);
	}
	tcpledger_facts_tw_enter(f, now, fin ? TCPLEDGER_STATE_TIME_WAIT :
				 TCPLEDGER_STATE_FIN_WAIT2, d->rcv_nxt);
}

/* A socket goes to CLOSE. Bucket locked. */
static noinline void go_to_close(struct tcpledger_conn *c, const struct sock *sk,
			 u8 from)
{
	struct tcpledger_death d __tcpledger_unset;
	struct tcpledger_facts *f = &c->facts;
	s64 now;

	/* A Fast Open child has data in SYN_RECV. */
	if (tcpledger_fsm_synchronized(from) || f->bits & WAS_ESTABLISHED)
		tcpledger_socket_counters(c, sk);
	if (!(f->bits & HELD_BY_TIMEWAIT)) {
		d.task = by_task(c, sk);
		tcpledger_socket_death(&d, sk, from);
		/* In LAST_ACK only a segment acknowledges our FIN. */
		now = from == TCPLEDGER_STATE_LAST_ACK && d.fin_acked ?
			tcpledger_flight_time(tcpledger_flight_of(c)) :
			ktime_get_mono_fast_ns();
		tcpledger_flight_acted_on(c, now, d.rcv_nxt);
		check_timewait(c, sk, now, &d);
	}
	if (f->bits & HELD_BY_TIMEWAIT) {
		/* The record lives on with the timewait socket. */
		c->sk = NULL;
		return;
	}
	if (from == TCPLEDGER_STATE_SYN_RECV && !c->sk)
		return;	/* the child lost its race, the request lives on */
	note_closer(c, d.task, d.error);
	if (from == TCPLEDGER_STATE_CLOSE_WAIT)
		count_stay(c, now, TCPLEDGER_HIST_CLOSE_WAIT);
	else if (from == TCPLEDGER_STATE_FIN_WAIT2)
		count_stay(c, now, TCPLEDGER_HIST_FIN_WAIT2);
	tcpledger_facts_close(f, now, &d);
}

/* Bucket locked. */
static inline void change_state(struct tcpledger_conn *c, const struct sock *sk,
			 u8 from, u8 to)
{
	bool task = false;
	u32 rcv_nxt;
	s64 now;

	tcpledger_conn_room(c);
	if (to == TCPLEDGER_STATE_CLOSE) {
		go_to_close(c, sk, from);
		return;
	}
	/* To these two TCP goes when a program closes, to the others by a segment. */
	now = to == TCPLEDGER_STATE_FIN_WAIT1 || to == TCPLEDGER_STATE_LAST_ACK ?
		ktime_get_mono_fast_ns() : tcpledger_flight_time(tcpledger_flight_of(c));
	rcv_nxt = tcp_sk(sk)->rcv_nxt;
	tcpledger_flight_acted_on(c, now, rcv_nxt);
	switch (to) {
	case TCPLEDGER_STATE_ESTABLISHED:
		task = from == TCPLEDGER_STATE_SYN_SENT && by_task(c, sk);
		count_handshake(c, now);
		break;
	case TCPLEDGER_STATE_FIN_WAIT1:
		note_closer(c, by_task(c, sk), READ_ONCE(sk->sk_err));
		break;
	case TCPLEDGER_STATE_CLOSE_WAIT:
		tcpledger_facts_closing(&c->facts);
		break;
	case TCPLEDGER_STATE_LAST_ACK:
		count_stay(c, now, TCPLEDGER_HIST_CLOSE_WAIT);
		break;
	}
	tcpledger_facts_state(&c->facts, now, from, to, rcv_nxt, task);
}

/*
 * The live record that has this socket's tuple and knows no socket yet: the record
 * of a child was made for its request. Bucket locked.
 */
static inline struct tcpledger_conn *find_socketless(struct tcpledger_bucket *b,
						 const struct sock *sk, u8 from)
{
	struct tcpledger_conn *c;

	/* The record of a connect() knows its socket from the start. */
	if (from == TCPLEDGER_STATE_SYN_SENT)
		return NULL;
	c = tcpledger_common_find(b, &sk->__sk_common,
				  tcpledger_socket_ports(sk), 0, true);
	if (c && from == TCPLEDGER_STATE_SYN_RECV &&
	    unlikely(c->facts.bits & HELD_BY_TIMEWAIT)) {
		/* A child has the tuple, so the timewait socket's end was missed. */
		tcpledger_timewait_missed(c, ktime_get_mono_fast_ns(),
					  TCPLEDGER_EXIT_REUSED,
					  TCPLEDGER_LOG_NONE);
		tcpledger_conn_settle(c);
		return NULL;
	}
	return c;
}

/* Make a record of a socket that has none. Bucket locked, unlocked meanwhile. */
static noinline struct tcpledger_conn *make_record(struct tcpledger_bucket *b,
						   const struct sock *sk,
						   u8 from, u8 to)
	__must_hold(&b->lock)
{
	struct tcpledger_key key __tcpledger_unset;
	struct tcpledger_net *tn = tcpledger_net(sock_net(sk));
	struct tcpledger_conn *c, *fresh;

	if (tcpledger_net_dying(sock_net(sk)))
		return NULL;
	tcpledger_key_socket(&key, sk);
	raw_spin_unlock(&b->lock);
	tcpledger_conn_trim(tn);	/* find_socketless() may have ended one */
	fresh = new_record(tn, &key, sk, from, to);
	raw_spin_lock(&b->lock);
	if (!fresh)
		return NULL;
	c = tcpledger_table_of_socket(b, sk, key.ports);
	if (!c)
		c = find_socketless(b, sk, from);
	if (c) {
		tcpledger_conn_free(fresh);
		return c;
	}
	fresh->sk = sk;
	tcpledger_conn_insert(fresh);
	/* It ends in a moment, and must not hide a live record then. */
	if (to == TCPLEDGER_STATE_CLOSE)
		tcpledger_table_step_back(fresh);
	return fresh;
}

/* Find or make the record of a TCP socket that no record knows yet. */
static noinline struct tcpledger_conn *introduce(struct tcpledger_bucket *b,
						 const struct sock *sk,
						 u8 from, u8 to)
{
	struct tcpledger_conn *c;

	if (!sk_is_tcp(sk))
		return NULL;
	c = find_socketless(b, sk, from);
	if (unlikely(!c))
		c = make_record(b, sk, from, to);
	if (c && to != TCPLEDGER_STATE_CLOSE)
		c->sk = sk;
	return c;
}

/* A socket leaves CLOSE without a tuple for a record yet: pending.c keeps it. */
static noinline void connecting(const struct sock *sk, u8 to)
{
	struct tcpledger_net *tn;

	if (!sk_is_tcp(sk) || tcpledger_net_dying(sock_net(sk)))
		return;
	tn = tcpledger_net(sock_net(sk));
	tcpledger_count(tn, state_changes);
	if (to == TCPLEDGER_STATE_SYN_SENT &&
	    !tcpledger_pending_add(sk, ktime_get_mono_fast_ns()))
		tcpledger_count(tn, lost_pending);
}

/**
 * tcpledger_state_change() - TCP is about to move a socket
 * @sk: a full socket, its state not yet stored; if it is not TCP's (the
 *	tracepoint is also MPTCP's, SCTP's, DCCP's) then no record knows it
 * @from: old state
 * @to: new state, another
 *
 * Context: the tracepoint inet_sock_set_state: any, preemption off.
 */
void tcpledger_state_change(const struct sock *sk, u8 from, u8 to)
{
	struct tcpledger_net *tn = NULL;
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;

	if (unlikely(from == TCPLEDGER_STATE_CLOSE)) {
		connecting(sk, to);
		return;
	}
	b = tcpledger_socket_lock(sk, &flags);
	c = tcpledger_table_of_socket(b, sk, tcpledger_socket_ports(sk));
	if (unlikely(!c))
		c = introduce(b, sk, from, to);
	if (likely(c)) {
		tcpledger_count(c->tn, state_changes);
		change_state(c, sk, from, to);
		if (unlikely(tcpledger_conn_settle(c)))
			tn = c->tn;
	}
	tcpledger_table_unlock(b, flags);
	if (unlikely(tn))
		tcpledger_conn_trim(tn);
}

/**
 * tcpledger_state_reset() - TCP acts on an RST, or on data that came too late
 * @sk: the socket; its change to CLOSE follows
 *
 * Context: the tracepoint tcp_receive_reset, preemption off.
 */
void tcpledger_state_reset(const struct sock *sk)
{
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;

	tcpledger_key_socket(&key, sk);
	b = tcpledger_table_lock(&key, &flags);
	/* By the socket first: it may be bound to another device since. */
	c = tcpledger_table_of_socket(b, sk, key.ports);
	if (unlikely(!c))
		c = tcpledger_table_find_socket(b, &key, sk);
	if (c)
		tcpledger_facts_reset(&c->facts);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_state_accept() - accept() returns a connection
 * @sk: the connection's socket, locked, not yet joined to a file
 * @inode: of the file it will be joined to
 *
 * Context: process; a kprobe handler, preemption off.
 */
void tcpledger_state_accept(const struct sock *sk, const struct inode *inode)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	unsigned long flags;

	b = tcpledger_socket_lock(sk, &flags);
	c = tcpledger_table_of_socket(b, sk, tcpledger_socket_ports(sk));
	if (c) {
		tcpledger_facts_accepted(&c->facts, now);
		tcpledger_owner_socket(&c->owner, sk);
		/* The socket has no file yet, and the uid of the listener. */
		c->owner.inode = inode->i_ino;
		c->owner.uid = __kuid_val(inode->i_uid);
	}
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_state_request_timer() - the timer of a request socket ran out
 * @req: the request socket
 *
 * Either a SYN/ACK follows, or TCP gives the request up, which nothing traces:
 * reconcile/half_open.c looks for the request, and if it is gone takes this time for
 * the end.
 * Context: timer softirq; a kprobe handler, preemption off.
 */
void tcpledger_state_request_timer(const struct request_sock *req)
{
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	struct tcpledger_key key __tcpledger_unset;
	unsigned long flags;

	tcpledger_key_request(&key, req);
	b = tcpledger_table_lock(&key, &flags);
	c = tcpledger_table_find(b, &key);
	if (c && c->facts.bits & HELD_BY_REQUEST) {
		c->request_expired_at = ktime_get_mono_fast_ns();
		tcpledger_conn_settle(c);
	}
	tcpledger_table_unlock(b, flags);
}
