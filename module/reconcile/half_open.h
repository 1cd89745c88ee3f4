/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_HALF_OPEN_H
#define TCPLEDGER_HALF_OPEN_H

#include <linux/time64.h>
#include <linux/types.h>

struct net;
struct tcpledger_conn;

#define TCPLEDGER_SYN_LIFE_NS	(60LL * NSEC_PER_SEC)	/* unanswered */

void tcpledger_half_open_look(struct tcpledger_conn *c, struct net *net, s64 now,
			      bool timers_seen);

#endif /* TCPLEDGER_HALF_OPEN_H */
