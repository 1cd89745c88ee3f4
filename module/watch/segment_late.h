/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SEGMENT_LATE_H
#define TCPLEDGER_SEGMENT_LATE_H

#include <linux/types.h>

struct sk_buff;
struct sock;
struct tcpledger_conn;
struct tcpledger_segment;

bool tcpledger_segment_late(struct tcpledger_conn *c,
			    const struct tcpledger_segment *seg);
void tcpledger_segment_late_data(const struct sock *sk,
				 const struct sk_buff *skb);

#endif /* TCPLEDGER_SEGMENT_LATE_H */
