/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SOCKET_H
#define TCPLEDGER_SOCKET_H

#include <net/ipv6.h>
#include <net/tcp.h>

#include "conn.h"

struct inet_timewait_sock;
struct net;
struct request_sock;
struct sock;

/**
 * struct tcpledger_counters - what TCP counts in a socket
 * @bytes_sent: payload, without retransmissions
 * @bytes_received: payload in order
 * @retransmits: segments
 * @srtt_us: smoothed round-trip time
 * @min_rtt_us: least round-trip time, -1 if none was measured
 */
struct tcpledger_counters {
	s64	bytes_sent;
	s64	bytes_received;
	s32	retransmits;
	s32	srtt_us;
	s32	min_rtt_us;
};

/**
 * tcpledger_key_socket() - the key of a full socket
 * @key: filled
 * @sk: a TCP socket with its addresses set
 *
 * A v4-mapped socket speaks IPv4 on the wire. The port is that of the
 * segments (inet_sport): sk_num is already 0 when CLOSE is traced.
 * Context: any.
 */
static inline void tcpledger_key_socket(struct tcpledger_key *key,
					const struct sock *sk)
{
	u32 ports = tcpledger_key_ports(inet_sk(sk)->inet_sport,
					sk->sk_dport);
	u64 net = sock_net(sk)->net_cookie;

	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		tcpledger_key_v6(key, net, &sk->sk_v6_rcv_saddr,
				 &sk->sk_v6_daddr, ports);
	else
		tcpledger_key_v4(key, net, sk->sk_rcv_saddr, sk->sk_daddr,
				 ports);
	key->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	key->ifindex2 = 0;
	key->unbound = true;
}

void tcpledger_key_timewait(struct tcpledger_key *key,
			    const struct inet_timewait_sock *tw);
void tcpledger_key_request(struct tcpledger_key *key,
			   const struct request_sock *req);
/**
 * tcpledger_socket_change() - a traced state change with its circumstances
 * @c: filled
 * @sk: the socket, its state not yet stored
 * @from: old state
 * @to: new state
 *
 * Context: the tracepoint inet_sock_set_state.
 */
static inline void tcpledger_socket_change(struct tcpledger_change *c,
					   const struct sock *sk, u8 from,
					   u8 to)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int error = READ_ONCE(sk->sk_err);

	c->from = from;
	c->to = to;
	c->error = error > 0 && error < 256 ? error : 0;
	c->rcv_nxt = tp->rcv_nxt;
	c->task = sock_owned_by_user_nocheck(sk) || in_task();
	if (to != TCPLEDGER_STATE_CLOSE)
		return;
	c->fin_acked = tp->snd_una == tp->write_seq;
	c->shut = sk->sk_shutdown == SHUTDOWN_MASK;
	c->orphan = sock_flag(sk, SOCK_DEAD);
	c->no_linger = READ_ONCE(tp->linger2) < 0;
	c->soft = error && error == sk->sk_err_soft;
}

void tcpledger_socket_counters(struct tcpledger_counters *n,
			       const struct sock *sk, bool fin_in);
bool tcpledger_socket_exists(struct net *net, const struct tcpledger_key *key);
struct sock *tcpledger_socket_hold(struct net *net,
				   const struct tcpledger_key *key);
struct sock *tcpledger_socket_listener(struct net *net,
				       const struct tcpledger_key *key);

#endif /* TCPLEDGER_SOCKET_H */
