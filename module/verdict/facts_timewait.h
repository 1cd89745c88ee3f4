/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_TIMEWAIT_H
#define TCPLEDGER_FACTS_TIMEWAIT_H

#include "verdict/facts.h"

void tcpledger_facts_tw_enter(struct tcpledger_facts *f, s64 now,
			      u8 substate, u32 rcv_nxt);
void tcpledger_facts_tw_restart(struct tcpledger_facts *f, s64 now,
				u8 substate, u32 rcv_nxt, int segment);
void tcpledger_facts_tw_absorbed(struct tcpledger_facts *f, s64 now,
				 const struct tcpledger_segment *seg,
				 int segment);
void tcpledger_facts_tw_exit(struct tcpledger_facts *f, s64 now, u8 how,
			     int segment);
void tcpledger_facts_time_wait(struct tcpledger_facts *f, s64 now,
			       u32 rcv_nxt);

/* The end of the state was not seen, so the time in it is only a bound. */
static inline void tcpledger_facts_tw_inexact(struct tcpledger_facts *f)
{
	f->bits |= TIME_WAIT_INEXACT;
}

/* At load it was in TIME_WAIT, with @left nanoseconds until the timer ends. */
static inline void tcpledger_facts_tw_adopt(struct tcpledger_facts *f, s64 left)
{
	f->bits |= WAS_TIME_WAIT | TIME_WAIT_INEXACT;
	f->tw_restarted_at = f->base + left - TCPLEDGER_TW_NOMINAL_NS;
}

#endif /* TCPLEDGER_FACTS_TIMEWAIT_H */
