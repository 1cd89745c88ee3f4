// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's sockets tell: their names, what they counted, and whether one
 * still exists. Nothing here takes a socket's lock; a member that may change is
 * read once.
 */
#include "ledger/socket.h"

#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"

#define LISTENERS_MAX	64	/* looked at, of one bucket */

/* The VRF that a device is or is in, or 0. */
static u32 vrf_of(const struct net *net, u32 ifindex)
{
	return l3mdev_master_ifindex_by_index((struct net *)net, ifindex);
}

/**
 * tcpledger_device_fits() - may a record be of a socket bound to another device?
 * @net: their namespace
 * @ifindex: the device that the record names, or 0
 * @bound: the device that the socket is bound to, or 0
 *
 * A record whose SYN came names its VRF or no device until the SYN/ACK leaves. For a
 * socket in a VRF a record without a device is one of the default table, where the
 * same numbers are another connection's (inet_sk_bound_dev_eq()).
 * Context: any.
 */
bool tcpledger_device_fits(const struct net *net, u32 ifindex, u32 bound)
{
	u32 vrf;

	if (!bound)
		return !ifindex;
	vrf = vrf_of(net, bound);
	return ifindex ? ifindex == bound || ifindex == vrf :
			 !vrf || tcpledger_l3mdev_accept(net);
}

static void key_common(struct tcpledger_key *key, const struct sock_common *s,
		       u32 ports)
{
	const struct net *net = read_pnet(&s->skc_net);

	if (tcpledger_common_v4(s))
		tcpledger_key_v4(key, net->net_cookie, s->skc_rcv_saddr,
				 s->skc_daddr, ports);
	else
		tcpledger_key_v6(key, net->net_cookie, &s->skc_v6_rcv_saddr,
				 &s->skc_v6_daddr, ports);
	key->ifindex = READ_ONCE(s->skc_bound_dev_if);
	key->ifindex2 = 0;
	key->unbound = true;
	if (unlikely(key->ifindex)) {
		key->ifindex2 = vrf_of(net, key->ifindex);
		key->unbound = tcpledger_device_fits(net, 0, key->ifindex);
	}
}

/**
 * tcpledger_key_socket() - the key of a full socket
 * @key: filled
 * @sk: a TCP socket with its addresses set
 *
 * Context: any.
 */
void tcpledger_key_socket(struct tcpledger_key *key, const struct sock *sk)
{
	key_common(key, &sk->__sk_common, tcpledger_socket_ports(sk));
}

/**
 * tcpledger_key_timewait() - the key of a timewait socket
 * @key: filled
 * @tw: the timewait socket
 *
 * Context: any.
 */
void tcpledger_key_timewait(struct tcpledger_key *key,
			    const struct inet_timewait_sock *tw)
{
	key_common(key, &tw->__tw_common, tcpledger_timewait_ports(tw));
}

/**
 * tcpledger_key_request() - the key of a request socket
 * @key: filled
 * @req: the request socket
 *
 * Context: any.
 */
void tcpledger_key_request(struct tcpledger_key *key,
			   const struct request_sock *req)
{
	const struct sock_common *s = &req->__req_common;

	key_common(key, s, tcpledger_key_ports(htons(s->skc_num),
					       s->skc_dport));
}

/**
 * tcpledger_socket_counters() - what TCP counted in a socket
 * @c: the record, or a copy of it: its counters are filled
 * @sk: the socket
 *
 * Context: any.
 */
void tcpledger_socket_counters(struct tcpledger_conn *c, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 received = READ_ONCE(tp->bytes_received);
	u32 srtt = READ_ONCE(tp->srtt_us) >> 3;

	/* TCP counts the peer's FIN as a byte. */
	if (c->facts.bits & TOOK_FIN && received)
		received--;
	c->bytes_sent = READ_ONCE(tp->bytes_sent) -
			READ_ONCE(tp->bytes_retrans);
	c->bytes_received = received;
	c->retransmits = READ_ONCE(tp->total_retrans);
	c->srtt_us = srtt ? (s32)srtt : -1;
	/* tcp_min_rtt(): ~0 if there is none */
	c->min_rtt_us = (s32)READ_ONCE(tp->rtt_min.s[0].v);
}

static bool same_socket(struct net *net, const struct sock *sk,
			const struct tcpledger_key *key, int vrf)
{
	const __portpair ports = INET_COMBINED_PORTS(key->rport,
						     ntohs(key->lport));

	if (key->v6)
		return inet6_match(net, sk,
				   (const struct in6_addr *)key->remote,
				   (const struct in6_addr *)key->local,
				   ports, key->ifindex, vrf);
	{
		INET_ADDR_COOKIE(cookie, key->remote[0], key->local[0]);

		return inet_match(net, sk, cookie, ports, key->ifindex, vrf);
	}
}

/*
 * The full, request or timewait socket of an endpoint, as
 * __inet_lookup_established() finds it, or @self, which may be bound to another
 * device now. Takes no reference, as on PREEMPT_RT a probe could not drop it. So the
 * result may have become another socket, but in the caller's RCU read section its
 * memory remains a socket.
 */
static struct sock *find(struct net *net, const struct tcpledger_key *key,
			 const void *self)
{
	struct inet_hashinfo *table = net->ipv4.tcp_death_row.hashinfo;
	const int vrf = vrf_of(net, key->ifindex);
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 hash, slot;

	if (key->v6)
		hash = inet6_ehashfn(net, (const struct in6_addr *)key->local,
				     ntohs(key->lport),
				     (const struct in6_addr *)key->remote,
				     key->rport);
	else
		hash = inet_ehashfn(net, key->local[0], ntohs(key->lport),
				    key->remote[0], key->rport);
	slot = hash & table->ehash_mask;

begin:
	sk_nulls_for_each_rcu(sk, node, &table->ehash[slot].chain)
		/*
		 * A socket whose memory is being reused can match as the old one,
		 * or not at all: as if this had looked a moment earlier or later.
		 */
		if (data_race(sk->sk_hash == hash &&
			      ((self && sk == self) ||
			       same_socket(net, sk, key, vrf))))
			return sk;
	if (get_nulls_value(node) != slot)
		goto begin;
	return NULL;
}

/**
 * tcpledger_socket_lives() - does TCP still know this endpoint, or its socket?
 * @net: its namespace
 * @key: its key
 * @self: the socket, as an identity, which may be bound to another device now;
 *	or NULL
 *
 * Context: any.
 */
bool tcpledger_socket_lives(struct net *net, const struct tcpledger_key *key,
			    const void *self)
{
	bool found;

	rcu_read_lock();
	found = find(net, key, self);
	rcu_read_unlock();
	return found;
}

/**
 * tcpledger_socket_exists() - does TCP still know this endpoint?
 * @net: its namespace
 * @key: its key
 *
 * Context: any.
 */
bool tcpledger_socket_exists(struct net *net, const struct tcpledger_key *key)
{
	return tcpledger_socket_lives(net, key, NULL);
}

/**
 * tcpledger_socket_begun() - has a connection begun before the SYN that came now?
 * @net: its namespace
 * @key: its key, with the device that the SYN came by
 *
 * Context: any.
 * Return: whether TCP has a request or a socket for it. A timewait socket is what is
 * left of an earlier connection.
 */
bool tcpledger_socket_begun(struct net *net, const struct tcpledger_key *key)
{
	const struct sock *sk;
	bool begun;

	rcu_read_lock();
	sk = find(net, key, NULL);
	begun = sk && READ_ONCE(sk->sk_state) != TCP_TIME_WAIT;
	rcu_read_unlock();
	return begun;
}

/**
 * tcpledger_socket_answered_at() - when did the request answer its first SYN?
 * @net: its namespace
 * @key: its key
 *
 * Context: any.
 * Return: CLOCK_MONOTONIC, rounded down to microseconds; 0 without a request, as after
 * a SYN cookie.
 */
s64 tcpledger_socket_answered_at(struct net *net, const struct tcpledger_key *key)
{
	const struct sock *sk;
	s64 when = 0;

	rcu_read_lock();
	sk = find(net, key, NULL);
	if (sk && READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV)
		when = READ_ONCE(tcp_rsk(inet_reqsk((struct sock *)sk))->snt_synack) *
		       NSEC_PER_USEC;
	rcu_read_unlock();
	return when;
}

/**
 * tcpledger_socket_hold() - find the socket of an endpoint
 * @net: its namespace
 * @key: its key
 *
 * Context: process.
 * Return: a full, request or timewait socket with a reference for
 * sock_gen_put(), or NULL.
 */
struct sock *tcpledger_socket_hold(struct net *net,
				   const struct tcpledger_key *key)
{
	const int vrf = vrf_of(net, key->ifindex);
	struct sock *sk;

	rcu_read_lock();
	if (key->v6)
		sk = tcpledger_lookup_v6(net,
				(const struct in6_addr *)key->remote,
				key->rport,
				(const struct in6_addr *)key->local,
				ntohs(key->lport), key->ifindex, vrf);
	else
		sk = tcpledger_lookup_v4(net, key->remote[0], key->rport,
					 key->local[0], ntohs(key->lport),
					 key->ifindex, vrf);
	rcu_read_unlock();
	return sk;
}

static bool is_listener_of(const struct sock *sk, struct net *net,
			   const struct tcpledger_key *key, int vrf)
{
	const struct in6_addr *local = (const struct in6_addr *)key->local;

	if (!net_eq(sock_net(sk), net) ||
	    READ_ONCE(sk->sk_num) != ntohs(key->lport) ||
	    !inet_sk_bound_dev_eq(net, READ_ONCE(sk->sk_bound_dev_if),
				  key->ifindex, vrf) ||
	    READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return false;
	if (!key->v6)
		return !ipv6_only_sock(sk) &&
		       (!sk->sk_rcv_saddr ||
			sk->sk_rcv_saddr == key->local[0]);
	return sk->sk_family == AF_INET6 &&
	       (ipv6_addr_any(&sk->sk_v6_rcv_saddr) ||
		ipv6_addr_equal(&sk->sk_v6_rcv_saddr, local));
}

/*
 * Describe the listeners of one bucket. A program may have thousands on one port and
 * interrupts are off, so only LISTENERS_MAX sockets are looked at; if there are more,
 * no queue is called full. Return: whether there is a listener.
 */
static bool listeners_in(struct inet_hashinfo *table, u32 hash, struct net *net,
			 const struct tcpledger_key *key,
			 struct tcpledger_listeners *l)
{
	struct inet_listen_hashbucket *b = inet_lhash2_bucket(table, hash);
	const int vrf = vrf_of(net, key->ifindex);
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 seen = 0;

	*l = (struct tcpledger_listeners){ .accept_full = true,
					   .requests_full = true };
	sk_nulls_for_each_rcu(sk, node, &b->nulls_head) {
		if (++seen > LISTENERS_MAX) {
			l->accept_full = false;
			l->requests_full = false;
			break;
		}
		if (!is_listener_of(sk, net, key, vrf))
			continue;
		if (!l->any)
			l->any = sk;
		l->accept_full &= sk_acceptq_is_full(sk);
		l->requests_full &= inet_csk_reqsk_queue_is_full(sk) > 0;
	}
	return l->any;
}

/**
 * tcpledger_socket_listeners() - the sockets that listen for an endpoint
 * @net: the namespace
 * @key: the key of the endpoint a SYN opens
 * @l: filled if there are any
 *
 * The kernel's own lookup would run BPF programs of users for a SYN that never
 * came. So if several listeners share a port, it is unknown which of them the SYN
 * was for.
 * Context: any, in an RCU read section; @l->any is valid inside it only.
 * Return: whether there are any.
 */
bool tcpledger_socket_listeners(struct net *net,
				const struct tcpledger_key *key,
				struct tcpledger_listeners *l)
{
	struct inet_hashinfo *table = net->ipv4.tcp_death_row.hashinfo;
	const unsigned int port = ntohs(key->lport);
	const struct in6_addr *local = (const struct in6_addr *)key->local;

	if (key->v6)
		return listeners_in(table, ipv6_portaddr_hash(net, local, port),
				    net, key, l) ||
		       listeners_in(table, ipv6_portaddr_hash(net, &in6addr_any,
							      port),
				    net, key, l);
	return listeners_in(table, ipv4_portaddr_hash(net, key->local[0], port),
			    net, key, l) ||
	       listeners_in(table, ipv4_portaddr_hash(net, htonl(INADDR_ANY),
						      port), net, key, l) ||
	       /* A dual-stack listener on the unspecified address. */
	       listeners_in(table, ipv6_portaddr_hash(net, &in6addr_any, port),
			    net, key, l);
}

/**
 * tcpledger_socket_overflows() - does a request wait for a full accept queue?
 * @net: its namespace
 * @key: its key
 * @ack: the third ACK of which TCP made no connection, NULL if that ACK came
 *	some time ago
 *
 * While accept is deferred (TCP_DEFER_ACCEPT) TCP drops a bare ACK for that, before
 * it looks at the queue (tcp_check_req()).
 * Context: any.
 * Return: true if the accept queue of the request's own listener is full, and
 * deferring does not explain the drop.
 */
bool tcpledger_socket_overflows(struct net *net,
				const struct tcpledger_key *key,
				const struct tcpledger_segment *ack)
{
	const struct request_sock *req;
	const struct sock *lsk;
	bool full = false;
	struct sock *sk;
	u8 deferred;

	rcu_read_lock();
	sk = find(net, key, NULL);
	if (!sk || READ_ONCE(sk->sk_state) != TCP_NEW_SYN_RECV)
		goto out;
	req = inet_reqsk(sk);
	/* A listener is freed after a grace period (SOCK_RCU_FREE). */
	lsk = READ_ONCE(req->rsk_listener);
	if (!lsk || READ_ONCE(lsk->sk_state) != TCP_LISTEN)
		goto out;
	deferred = READ_ONCE(inet_csk(lsk)->icsk_accept_queue.rskq_defer_accept);
	/* The timer may increment num_timeout now: use either value. */
	if (ack ? data_race((u8)req->num_timeout) < deferred &&
		  tcpledger_segment_end(ack) == tcp_rsk(req)->rcv_isn + 1 :
		  deferred)
		goto out;
	full = sk_acceptq_is_full(lsk);
out:
	rcu_read_unlock();
	return full;
}
