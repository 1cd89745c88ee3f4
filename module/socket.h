/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SOCKET_H
#define TCPLEDGER_SOCKET_H

#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "conn.h"

struct inet_timewait_sock;
struct net;
struct request_sock;
struct sock;

/*
 * A key that is made only to look up stays in registers, and half of it is
 * never made, if it is made where it is used.
 */

/* Does a socket of this family speak IPv4 on the wire? */
static inline bool tcpledger_socket_v4(const struct sock *sk)
{
	return likely(sk->sk_family == AF_INET) ||
	       ipv6_addr_v4mapped(&sk->sk_v6_daddr);
}

/* The port is that of the segments: sk_num is already 0 when CLOSE is traced. */
static inline u32 tcpledger_socket_ports(const struct sock *sk)
{
	return tcpledger_key_ports(inet_sk(sk)->inet_sport, sk->sk_dport);
}

/**
 * tcpledger_socket_hash() - the hash of a full socket's key
 * @sk: a TCP socket with its addresses set
 *
 * Context: any.
 */
static inline u32 tcpledger_socket_hash(const struct sock *sk)
{
	u64 net = sock_net(sk)->net_cookie;
	u32 ports = tcpledger_socket_ports(sk);

	if (!tcpledger_socket_v4(sk))
		return tcpledger_key_hash_v6(net,
					     sk->sk_v6_rcv_saddr.s6_addr32,
					     sk->sk_v6_daddr.s6_addr32, ports);
	return tcpledger_key_hash_v4(net, sk->sk_rcv_saddr, sk->sk_daddr,
				     ports);
}

/**
 * tcpledger_key_socket() - the key of a full socket
 * @key: filled
 * @sk: a TCP socket with its addresses set
 *
 * Context: any.
 */
static __always_inline void
tcpledger_key_socket(struct tcpledger_key *key, const struct sock *sk)
{
	u32 ports = tcpledger_socket_ports(sk);
	u64 net = sock_net(sk)->net_cookie;

	if (!tcpledger_socket_v4(sk))
		tcpledger_key_v6(key, net, &sk->sk_v6_rcv_saddr,
				 &sk->sk_v6_daddr, ports);
	else
		tcpledger_key_v4(key, net, sk->sk_rcv_saddr, sk->sk_daddr,
				 ports);
	key->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	key->ifindex2 = 0;
	key->unbound = true;
}

/**
 * tcpledger_key_timewait() - the key of a timewait socket
 * @key: filled
 * @tw: the timewait socket
 *
 * Context: any.
 */
static __always_inline void
tcpledger_key_timewait(struct tcpledger_key *key,
		       const struct inet_timewait_sock *tw)
{
	u32 ports = tcpledger_key_ports(tw->tw_sport, tw->tw_dport);
	u64 net = twsk_net(tw)->net_cookie;

	if (tw->tw_family == AF_INET6 && !ipv6_addr_v4mapped(&tw->tw_v6_daddr))
		tcpledger_key_v6(key, net, &tw->tw_v6_rcv_saddr,
				 &tw->tw_v6_daddr, ports);
	else
		tcpledger_key_v4(key, net, tw->tw_rcv_saddr, tw->tw_daddr,
				 ports);
	key->ifindex = tw->tw_bound_dev_if;
	key->ifindex2 = 0;
	key->unbound = true;
}

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
	d->no_linger = READ_ONCE(tp->linger2) < 0;
	d->soft = error && error == sk->sk_err_soft;
}

void tcpledger_socket_counters(struct tcpledger_conn *c,
			       const struct sock *sk);
bool tcpledger_socket_exists(struct net *net, const struct tcpledger_key *key);
struct sock *tcpledger_socket_hold(struct net *net,
				   const struct tcpledger_key *key);
struct sock *tcpledger_socket_listener(struct net *net,
				       const struct tcpledger_key *key);

#endif /* TCPLEDGER_SOCKET_H */
