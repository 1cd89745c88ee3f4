/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SOCKET_H
#define TCPLEDGER_SOCKET_H

#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "ledger/conn.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"

struct inet_timewait_sock;
struct net;
struct request_sock;
struct sock;

/*
 * The name of a socket is in struct sock_common, but for its own port: that is
 * inet_sport, as sk_num is already 0 when CLOSE is traced.
 */
static inline u32 tcpledger_socket_ports(const struct sock *sk)
{
	return tcpledger_key_ports(inet_sk(sk)->inet_sport, sk->sk_dport);
}

static inline u32 tcpledger_timewait_ports(const struct inet_timewait_sock *tw)
{
	return tcpledger_key_ports(tw->tw_sport, tw->tw_dport);
}

/* IPv4 on the wire? */
static inline bool tcpledger_common_v4(const struct sock_common *s)
{
	return likely(s->skc_family == AF_INET) ||
	       ipv6_addr_v4mapped(&s->skc_v6_daddr);
}

/**
 * tcpledger_common_hash() - the hash of a socket's key
 * @s: the socket, of any kind, its addresses set
 * @ports: its ports, as in struct tcpledger_key
 *
 * Context: any.
 */
static inline u32 tcpledger_common_hash(const struct sock_common *s, u32 ports)
{
	const u64 net = read_pnet(&s->skc_net)->net_cookie;

	if (!tcpledger_common_v4(s))
		return tcpledger_key_hash_v6(net,
					     s->skc_v6_rcv_saddr.s6_addr32,
					     s->skc_v6_daddr.s6_addr32, ports);
	return tcpledger_key_hash_v4(net, s->skc_rcv_saddr, s->skc_daddr,
				     ports);
}

bool tcpledger_device_fits(const struct net *net, u32 ifindex, u32 bound);

/**
 * tcpledger_common_tuple() - are these the addresses and ports of a socket?
 * @k: what a record names
 * @s: the socket, of any kind
 * @ports: its ports, as in struct tcpledger_key
 *
 * Compares no device. Context: any.
 */
static inline bool tcpledger_common_tuple(const struct tcpledger_key *k,
					  const struct sock_common *s,
					  u32 ports)
{
	if (k->ports != ports || k->v6 == tcpledger_common_v4(s) ||
	    k->net != read_pnet(&s->skc_net)->net_cookie)
		return false;
	if (!k->v6)
		return k->local[0] == s->skc_rcv_saddr &&
		       k->remote[0] == s->skc_daddr;
	return !memcmp(k->local, &s->skc_v6_rcv_saddr, sizeof(k->local)) &&
	       !memcmp(k->remote, &s->skc_v6_daddr, sizeof(k->remote));
}

/* Does a record name exactly the device that a socket is bound to? */
static inline bool tcpledger_common_same_device(const struct tcpledger_key *k,
						const struct sock_common *s)
{
	return likely(k->ifindex == READ_ONCE(s->skc_bound_dev_if));
}

/* May a record be of a socket that is bound to another device? */
static inline bool tcpledger_common_fits(const struct tcpledger_key *k,
					 const struct sock_common *s)
{
	return tcpledger_device_fits(read_pnet(&s->skc_net), k->ifindex,
				     READ_ONCE(s->skc_bound_dev_if));
}

/**
 * tcpledger_common_find() - the live record that has the name of a socket
 * @b: the bucket of the socket's key, locked
 * @s: the socket, of any kind
 * @ports: its ports, as in struct tcpledger_key
 * @bits: only a record that has these of its facts
 * @socketless: only a record that knows no socket yet
 *
 * A record that names the device which the socket is bound to goes before one that
 * names another device; of equals, the newest.
 * Context: any.
 * Return: the record, or NULL.
 */
static __always_inline struct tcpledger_conn *
tcpledger_common_find(struct tcpledger_bucket *b, const struct sock_common *s,
		      u32 ports, u32 bits, bool socketless)
{
	struct tcpledger_conn *c, *other = NULL;

	hlist_for_each_entry(c, &b->head, node) {
		if (!tcpledger_facts_live(&c->facts) ||
		    (socketless && c->sk) ||
		    !tcpledger_common_tuple(&c->key, s, ports) ||
		    (c->facts.bits & bits) != bits)
			continue;
		if (tcpledger_common_same_device(&c->key, s))
			return c;
		if (!other && tcpledger_common_fits(&c->key, s))
			other = c;
	}
	return other;
}

/* Lock the bucket of a full socket's record. */
static __always_inline struct tcpledger_bucket *
tcpledger_socket_lock(const struct sock *sk, unsigned long *flags)
{
	const u32 hash = tcpledger_common_hash(&sk->__sk_common,
					       tcpledger_socket_ports(sk));

	return tcpledger_table_lock_index(hash & tcpledger_bucket_mask, flags);
}

void tcpledger_key_socket(struct tcpledger_key *key, const struct sock *sk);
void tcpledger_key_timewait(struct tcpledger_key *key,
			    const struct inet_timewait_sock *tw);
void tcpledger_key_request(struct tcpledger_key *key,
			   const struct request_sock *req);

/**
 * tcpledger_socket_death() - a traced change to CLOSE with its circumstances
 * @d: filled, but for @task
 * @sk: the socket, its state not yet stored
 * @from: old state
 *
 * Context: the tracepoint inet_sock_set_state.
 */
static inline void tcpledger_socket_death(struct tcpledger_death *d,
					  const struct sock *sk, u8 from)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int error = READ_ONCE(sk->sk_err);

	d->from = from;
	d->error = error > 0 && error < 256 ? error : 0;
	d->rcv_nxt = tp->rcv_nxt;
	d->fin_acked = tp->snd_una == tp->write_seq;
	d->shut = sk->sk_shutdown == SHUTDOWN_MASK;
	d->orphan = sock_flag(sk, SOCK_DEAD);
	d->silent = tp->repair;
	d->no_linger = READ_ONCE(tp->linger2) < 0;
	d->soft = error && error == READ_ONCE(sk->sk_err_soft);
}

/* Is this a full TCP socket? Under RCU or a reference on @sk. */
static inline bool tcpledger_socket_is_full(const struct sock *sk)
{
	int state = READ_ONCE(sk->sk_state);

	return state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV &&
	       sk_is_tcp(sk);
}

void tcpledger_socket_counters(struct tcpledger_conn *c,
			       const struct sock *sk);
bool tcpledger_socket_exists(struct net *net, const struct tcpledger_key *key);
bool tcpledger_socket_lives(struct net *net, const struct tcpledger_key *key,
			    const void *self);
bool tcpledger_socket_begun(struct net *net, const struct tcpledger_key *key);
s64 tcpledger_socket_answered_at(struct net *net, const struct tcpledger_key *key);
struct sock *tcpledger_socket_hold(struct net *net,
				   const struct tcpledger_key *key);

/**
 * struct tcpledger_listeners - the sockets that listen for an endpoint
 * @any: one of them
 * @accept_full: all their accept queues are full
 * @requests_full: all their request queues are full
 */
struct tcpledger_listeners {
	struct sock	*any;
	bool		accept_full;
	bool		requests_full;
};

bool tcpledger_socket_listeners(struct net *net,
				const struct tcpledger_key *key,
				struct tcpledger_listeners *l);
bool tcpledger_socket_overflows(struct net *net,
				const struct tcpledger_key *key,
				const struct tcpledger_segment *ack);

#endif /* TCPLEDGER_SOCKET_H */
