/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TIMEWAIT_H
#define TCPLEDGER_TIMEWAIT_H

#include <linux/types.h>

struct inet_timewait_sock;
struct tcpledger_conn;
struct tcpledger_flight;

void tcpledger_timewait_schedule(const struct inet_timewait_sock *tw,
				 bool rearm);
void tcpledger_timewait_abort(const struct inet_timewait_sock *tw);
void tcpledger_timewait_kill(const struct inet_timewait_sock *tw);
void tcpledger_timewait_missed(struct tcpledger_conn *c, s64 now, u8 how,
			       int segment);
void tcpledger_timewait_segment_done(struct tcpledger_conn *c, s64 now,
			     const struct tcpledger_flight *f);
bool tcpledger_timewait_taken_over(struct tcpledger_conn *c,
			      struct tcpledger_flight *syn);

#endif /* TCPLEDGER_TIMEWAIT_H */
