/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TABLE_H
#define TCPLEDGER_TABLE_H

#include <linux/list.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>

#include "ledger/conn.h"

#define TCPLEDGER_TUPLE_MAX	64	/* ended records of a tuple, on all devices */

/**
 * struct tcpledger_bucket - records whose keys have one hash
 * @head: newest first, so that an ended record never hides its successor
 * @lock: covers the chain and everything in its records; raw, since probes
 *	take it with preemption off, and taken with interrupts off, since a
 *	softirq may want it
 * @seq: makes the members below readable without @lock
 * @net: cookie of the namespace of the quiet endpoint, 0 if none is noted
 * @ports: of the quiet endpoint, as in its key
 * @local: its own address
 * @remote: the peer's
 * @v6: IPv6 on the wire
 *
 * The quiet endpoint is that of a record in the bucket to which a segment without
 * SYN, FIN or RST adds nothing (tcpledger_facts_quiet()). The hooks let such a
 * segment pass after a look here.
 *
 * The note is a copy of the endpoint's name and not a pointer, so it needs no
 * lifetime. The event that ends the quiet, be it a segment in a hook or a state
 * change, removes the note under @lock before TCP acts on that event. Meanwhile a
 * hook on another CPU may still read the note and let its segment pass. No log entry
 * is lost by that: such a segment cannot acknowledge a SYN or FIN that has not passed
 * a hook yet, so it counts as having come before the event.
 *
 * The note names no device, and only endpoints that are bound to none are noted. A
 * bound endpoint with the same tuple can only be older, since TCP refuses to bind
 * one where an unbound one is. TCP too gives the segments of both to the unbound,
 * newer one; not so in a VRF, but there the hooks do not look here.
 *
 * The bucket is one cache line.
 */
struct tcpledger_bucket {
	struct hlist_head	head;
	raw_spinlock_t		lock;
	seqcount_t		seq;
	u64			net;
	u32			ports;
	__be32			local[4];
	__be32			remote[4];
	u32			v6;
};

extern struct tcpledger_bucket *tcpledger_buckets;
extern u32 tcpledger_bucket_mask;

int tcpledger_table_init(void);
void tcpledger_table_exit(void);
u64 tcpledger_table_bytes(void);
void tcpledger_table_insert(struct tcpledger_conn *c);
void tcpledger_table_set_quiet(const struct tcpledger_key *key, bool quiet);
struct tcpledger_conn *tcpledger_table_surplus(const struct tcpledger_conn *c);
void tcpledger_table_step_back(struct tcpledger_conn *c);
bool tcpledger_table_has(const struct tcpledger_bucket *b,
			 const struct tcpledger_conn *c, u64 id);

static inline u32 tcpledger_table_index(const struct tcpledger_key *key)
{
	return key->hash & tcpledger_bucket_mask;
}

static inline struct tcpledger_bucket *
tcpledger_table_lock_index(u32 index, unsigned long *flags)
{
	struct tcpledger_bucket *b = &tcpledger_buckets[index];

	raw_spin_lock_irqsave(&b->lock, *flags);
	return b;
}

static inline struct tcpledger_bucket *
tcpledger_table_lock(const struct tcpledger_key *key, unsigned long *flags)
{
	return tcpledger_table_lock_index(tcpledger_table_index(key), flags);
}

static inline void tcpledger_table_unlock(struct tcpledger_bucket *b,
					  unsigned long flags)
{
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * tcpledger_table_find() - the newest record of a key
 * @b: the key's bucket, locked
 * @key: the key
 *
 * Context: any.
 * Return: the record, or NULL.
 */
static __always_inline struct tcpledger_conn *
tcpledger_table_find(struct tcpledger_bucket *b,
		     const struct tcpledger_key *key)
{
	struct tcpledger_conn *c;

	hlist_for_each_entry(c, &b->head, node)
		if (tcpledger_key_fits(&c->key, key))
			return c;
	return NULL;
}

/**
 * tcpledger_table_of_socket() - the live record that knows a socket
 * @b: the bucket of the socket's key, locked
 * @sk: the socket
 * @ports: its ports, as in struct tcpledger_key
 *
 * Keys need not be compared: a record knows its socket only until the socket's
 * change to CLOSE, and until then the socket has the key that put the record in
 * this bucket. The ports are compared for the case that the socket's end was missed
 * (reconcile/lost.c) and another connection has its memory now.
 * Context: any.
 * Return: the record, or NULL; a record that knows no socket yet may be the
 * socket's too, see tcpledger_table_find_socket().
 */
static inline struct tcpledger_conn *
tcpledger_table_of_socket(const struct tcpledger_bucket *b, const void *sk,
			  u32 ports)
{
	struct tcpledger_conn *c;

	hlist_for_each_entry(c, &b->head, node)
		if (c->sk == sk && c->key.ports == ports && !c->facts.ended_at)
			return c;
	return NULL;
}

/**
 * tcpledger_table_find_socket() - the live record of a socket
 * @b: the key's bucket, locked
 * @key: the socket's key
 * @sk: the socket
 *
 * A record that knows no socket yet fits any socket. A record of another socket
 * never fits: two sockets can have one tuple for a moment (two children race, a
 * connect() reuses a tuple).
 * Context: any.
 * Return: the record, or NULL.
 */
static inline struct tcpledger_conn *
tcpledger_table_find_socket(struct tcpledger_bucket *b,
			    const struct tcpledger_key *key, const void *sk)
{
	struct tcpledger_conn *c, *anonymous = NULL;

	hlist_for_each_entry(c, &b->head, node) {
		if (c->facts.ended_at || !tcpledger_key_fits(&c->key, key))
			continue;
		if (c->sk == sk)
			return c;
		if (!c->sk && !anonymous)
			anonymous = c;
	}
	return anonymous;
}

/* Does the bucket, locked, note that this endpoint is quiet? */
static inline bool tcpledger_table_notes(const struct tcpledger_bucket *b,
					 const struct tcpledger_key *key)
{
	return b->ports == key->ports && b->net == key->net &&
	       b->local[0] == key->local[0] && b->remote[0] == key->remote[0] &&
	       b->v6 == key->v6 &&
	       (!b->v6 || (!memcmp(b->local + 1, key->local + 1, 12) &&
			   !memcmp(b->remote + 1, key->remote + 1, 12)));
}

/**
 * tcpledger_table_quiet_v4() - is this IPv4 endpoint noted as quiet?
 * @net: cookie of its namespace
 * @local: own address
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * Context: any, no lock needed.
 * Return: false also if it is quiet but its bucket notes another.
 */
static inline bool tcpledger_table_quiet_v4(u64 net, __be32 local,
					    __be32 remote, u32 ports)
{
	u32 hash = tcpledger_key_hash_v4(net, local, remote, ports);
	const struct tcpledger_bucket *b =
		&tcpledger_buckets[hash & tcpledger_bucket_mask];
	unsigned int seq = raw_read_seqcount(&b->seq);
	bool same = b->ports == ports && b->local[0] == local &&
		    b->remote[0] == remote && b->net == net && !b->v6;

	/* Evaluated always, or KCSAN extends the read section to what follows. */
	return !read_seqcount_retry(&b->seq, seq) && same && !(seq & 1);
}

/**
 * tcpledger_table_quiet_v6() - is this IPv6 endpoint noted as quiet?
 * @net: cookie of its namespace
 * @local: own address
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * Context and return value as tcpledger_table_quiet_v4().
 */
static inline bool tcpledger_table_quiet_v6(u64 net,
					    const struct in6_addr *local,
					    const struct in6_addr *remote,
					    u32 ports)
{
	u32 hash = tcpledger_key_hash_v6(net, local->s6_addr32,
					 remote->s6_addr32, ports);
	const struct tcpledger_bucket *b =
		&tcpledger_buckets[hash & tcpledger_bucket_mask];
	unsigned int seq = raw_read_seqcount(&b->seq);
	bool same = b->ports == ports && b->net == net && b->v6 &&
		    ipv6_addr_equal((const struct in6_addr *)b->local, local) &&
		    ipv6_addr_equal((const struct in6_addr *)b->remote, remote);

	return !read_seqcount_retry(&b->seq, seq) && same && !(seq & 1);
}

#endif /* TCPLEDGER_TABLE_H */
