/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TIMEWAIT_H
#define TCPLEDGER_TIMEWAIT_H

#include <linux/types.h>

struct inet_timewait_sock;

void tcpledger_timewait_schedule(const struct inet_timewait_sock *tw,
				 bool rearm);
void tcpledger_timewait_kill(const struct inet_timewait_sock *tw);

#endif /* TCPLEDGER_TIMEWAIT_H */
