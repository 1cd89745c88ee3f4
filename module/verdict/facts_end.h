/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_END_H
#define TCPLEDGER_FACTS_END_H

#include "verdict/facts.h"

/**
 * struct tcpledger_death - a change to CLOSE as the kernel traced it
 * @from: old enum tcpledger_state
 * @error: the socket's error, positive errno or 0
 * @task: a task did it in a system call, not a segment or a timer
 * @fin_acked: everything we sent is acknowledged, our FIN too
 * @rcv_nxt: next number expected from the peer
 * @shut: the program had given up both directions (close() called)
 * @orphan: no program holds the socket any more
 * @no_linger: the program asked not to wait in FIN_WAIT2 (TCP_LINGER2)
 * @silent: the socket was in TCP_REPAIR, in which it ends without a segment
 * @soft: @error repeats an earlier ICMP message, so a timer raised it now
 */
struct tcpledger_death {
	u8	from;
	u8	error;
	bool	task;
	bool	fin_acked;
	u32	rcv_nxt;
	bool	shut;
	bool	orphan;
	bool	no_linger;
	bool	silent;
	bool	soft;
};

void tcpledger_facts_reset(struct tcpledger_facts *f);
int tcpledger_facts_log_late_data(struct tcpledger_facts *f, s64 now,
			      const struct tcpledger_segment *seg, int index,
			      u32 rcv_nxt);
void tcpledger_facts_close(struct tcpledger_facts *f, s64 now,
			 const struct tcpledger_death *d);
void tcpledger_facts_end(struct tcpledger_facts *f, s64 now, u8 cause,
			 int segment, u8 outcome);

/* An RST killed the request socket; TCP traces nothing of that. */
static inline void tcpledger_facts_request_reset(struct tcpledger_facts *f)
{
	f->bits |= TOOK_RST;
}

#endif /* TCPLEDGER_FACTS_END_H */
