// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that are older than the module, or than the moment when their namespace
 * was switched on: each gets a record of its present state.
 */
#include "reconcile/adopt.h"

#include <linux/tcp.h>
#include <linux/ktime.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_state.h"
#include "verdict/facts_timewait.h"

#define BATCH	32

/**
 * struct foundling - a socket, as it was found
 * @net: its namespace, with a reference
 * @key: the endpoint
 * @state: TCP_*; TCP_SYN_RECV for a request, the substate of a timewait socket
 * @bits: HELD_BY_REQUEST, HELD_BY_TIMEWAIT, or 0 for a full socket
 * @sk: a full socket, as an identity
 * @snd_end: the number after the last that was queued for sending
 * @rcv_nxt: next number expected from the peer
 * @expires: of a timewait socket: when its timer ends, in jiffies
 */
struct foundling {
	struct net		*net;
	struct tcpledger_key	key;
	u8			state;
	u32			bits;
	const struct sock	*sk;
	u32			snd_end;
	u32			rcv_nxt;
	unsigned long		expires;
};

/*
 * Note a socket; false if it needs no record. The spinlock of its chain in the
 * kernel's table is held, so its kind and namespace cannot change, but its state and
 * numbers can.
 */
static bool describe(struct foundling *f, struct sock *sk)
{
	*f = (struct foundling){ .state = READ_ONCE(sk->sk_state) };

	switch (f->state) {
	case TCP_TIME_WAIT: {
		const struct inet_timewait_sock *tw = inet_twsk(sk);

		tcpledger_key_timewait(&f->key, tw);
		f->state = READ_ONCE(tw->tw_substate);
		f->bits = HELD_BY_TIMEWAIT;
		f->snd_end = READ_ONCE(tcp_twsk(sk)->tw_snd_nxt);
		f->rcv_nxt = READ_ONCE(tcp_twsk(sk)->tw_rcv_nxt);
		f->expires = READ_ONCE(tw->tw_timer.expires);
		return true;
	}
	case TCP_NEW_SYN_RECV:
		tcpledger_key_request(&f->key, inet_reqsk(sk));
		f->state = TCP_SYN_RECV;
		f->bits = HELD_BY_REQUEST;
		return true;
	case TCP_CLOSE:
	case TCP_LISTEN:
		return false;
	default:
		if (!sk_is_tcp(sk))
			return false;
		tcpledger_key_socket(&f->key, sk);
		f->sk = sk;
		f->snd_end = READ_ONCE(tcp_sk(sk)->write_seq);
		f->rcv_nxt = READ_ONCE(tcp_sk(sk)->rcv_nxt);
		return true;
	}
}

static s64 time_left(unsigned long expires)
{
	return (s64)jiffies_to_nsecs(max_t(long, expires - jiffies, 0));
}

/* Which way did the first SYN go? It came if somebody listens for such now. */
static u32 ways_of(struct tcpledger_net *tn, const struct foundling *f)
{
	struct tcpledger_listeners l;

	if (!tcpledger_scope_filters(&tn->scope) ||
	    f->state == TCPLEDGER_STATE_SYN_SENT)
		return TCPLEDGER_SYN_LEFT;
	return f->bits & HELD_BY_REQUEST ||
	       tcpledger_socket_listeners(tn->net, &f->key, &l) ?
		TCPLEDGER_SYN_CAME : TCPLEDGER_SYN_LEFT;
}

/* Does its namespace record this connection? If not, @count that. */
static bool wanted(struct tcpledger_net *tn, const struct foundling *f, bool count)
{
	bool wanted;

	rcu_read_lock();
	wanted = tcpledger_scope_has_tuple(tn, &f->key, ways_of(tn, f), count);
	rcu_read_unlock();
	return wanted;
}

static void adopt_one(const struct foundling *f, bool count)
{
	struct tcpledger_net *tn = net_generic(f->net, tcpledger_net_id);
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c, *known;
	unsigned long flags;

	if (!wanted(tn, f, count))
		return;
	c = tcpledger_conn_new(tn, &f->key, now, f->state,
			       TCPLEDGER_ROLE_ADOPTED, true);
	if (!c)
		return;
	c->sk = f->sk;
	tcpledger_facts_held_by(&c->facts, f->bits);
	tcpledger_facts_seed(&c->facts, f->snd_end, f->rcv_nxt);
	if (f->state == TCPLEDGER_STATE_TIME_WAIT)
		tcpledger_facts_tw_adopt(&c->facts, time_left(f->expires));

	b = tcpledger_table_lock(&f->key, &flags);
	known = tcpledger_table_find(b, &f->key);
	if ((known && tcpledger_facts_live(&known->facts)) ||
	    !tcpledger_socket_exists(tn->net, &f->key)) {
		/* A hook has made the record already, or the socket is gone. */
		tcpledger_table_unlock(b, flags);
		tcpledger_conn_free(c);
		return;
	}
	tcpledger_conn_insert(c);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
	tcpledger_count(tn, adopted_records);
}

/*
 * Note up to BATCH sockets of a chain, after the first @skip that need a record: those
 * of one namespace, or of all.
 *
 * If sockets come or go between two calls, others can be missed or met twice. The
 * hooks see what comes, and adopt_one() leaves endpoints with a record alone.
 */
static u32 gather(struct inet_hashinfo *table, u32 slot,
		  const struct net *only, u32 skip, struct foundling *out)
{
	spinlock_t *lock = inet_ehash_lockp(table, slot);
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 n = 0;

	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &table->ehash[slot].chain) {
		if (n == BATCH)
			break;
		if ((only && !net_eq(sock_net(sk), only)) ||
		    !describe(&out[n], sk))
			continue;
		if (skip) {
			skip--;
			continue;
		}
		/* A namespace that is dying takes its connections along. */
		out[n].net = maybe_get_net(sock_net(sk));
		if (out[n].net)
			n++;
	}
	spin_unlock_bh(lock);
	return n;
}

/*
 * The kernel's own table is walked once, however many namespaces there are. What is not
 * recorded is counted at load only: since then the hooks count it when it begins.
 */
static void adopt(struct inet_hashinfo *table, const struct net *only, bool at_load)
{
	struct foundling *batch;
	u32 slot, skip, n, i;

	batch = kmalloc_array(BATCH, sizeof(*batch), GFP_KERNEL);
	if (!batch) {
		tcpledger_count((struct tcpledger_net *)
				net_generic(only ? only : &init_net, tcpledger_net_id),
				not_kept_memory);
		return;
	}
	for (slot = 0; slot <= table->ehash_mask; slot++) {
		if (!(slot & 0xfff))
			cond_resched();
		if (hlist_nulls_empty(&table->ehash[slot].chain))
			continue;
		for (skip = 0;; skip += n) {
			n = gather(table, slot, only, skip, batch);
			for (i = 0; i < n; i++) {
				adopt_one(&batch[i], at_load);
				put_net(batch[i].net);
			}
			if (n < BATCH)
				break;
		}
		cond_resched();
	}
	kfree(batch);
}

/**
 * tcpledger_adopt() - make records of a namespace's present connections
 * @tn: the namespace
 *
 * Context: process, hooks and probes running, a reference on the namespace held.
 */
void tcpledger_adopt(struct tcpledger_net *tn)
{
	adopt(tn->net->ipv4.tcp_death_row.hashinfo, tn->net, false);
}

/* A namespace may have a table of its own: net.ipv4.tcp_child_ehash_entries. */
static void adopt_own(struct tcpledger_net *tn, void *unused)
{
	struct inet_hashinfo *table = tn->net->ipv4.tcp_death_row.hashinfo;

	if (table != init_net.ipv4.tcp_death_row.hashinfo)
		adopt(table, tn->net, true);
}

/**
 * tcpledger_adopt_all() - make records of the present connections of all namespaces
 *
 * Context: process, at load, hooks and probes already running.
 */
void __init tcpledger_adopt_all(void)
{
	adopt(init_net.ipv4.tcp_death_row.hashinfo, NULL, true);
	tcpledger_net_each(adopt_own, NULL);
}
