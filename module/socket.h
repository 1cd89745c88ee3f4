/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SOCKET_H
#define TCPLEDGER_SOCKET_H

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

void tcpledger_key_socket(struct tcpledger_key *key, const struct sock *sk);
void tcpledger_key_timewait(struct tcpledger_key *key,
			    const struct inet_timewait_sock *tw);
void tcpledger_key_request(struct tcpledger_key *key,
			   const struct request_sock *req);
void tcpledger_socket_change(struct tcpledger_change *c,
			     const struct sock *sk, u8 from, u8 to);
void tcpledger_socket_counters(struct tcpledger_counters *n,
			       const struct sock *sk, bool fin_in);
bool tcpledger_socket_exists(struct net *net, const struct tcpledger_key *key);
struct sock *tcpledger_socket_hold(struct net *net,
				   const struct tcpledger_key *key);
struct sock *tcpledger_socket_listener(struct net *net,
				       const struct tcpledger_key *key);

#endif /* TCPLEDGER_SOCKET_H */
