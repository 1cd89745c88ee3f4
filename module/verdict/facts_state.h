/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_STATE_H
#define TCPLEDGER_FACTS_STATE_H

#include "verdict/facts.h"

void tcpledger_facts_init(struct tcpledger_facts *f, s64 now, u8 state,
			  u8 role);
void tcpledger_facts_seed(struct tcpledger_facts *f, u32 snd_end, u32 rcv_nxt);
void tcpledger_facts_move(struct tcpledger_facts *f, s64 now, u8 from, u8 to,
			  u8 cause, int segment);
void tcpledger_facts_state(struct tcpledger_facts *f, s64 now, u32 from,
			   u32 to, u32 rcv_nxt, bool task);
int tcpledger_facts_find_fin(struct tcpledger_facts *f, u32 end);
int tcpledger_facts_find_ack_of_fin(struct tcpledger_facts *f);
int tcpledger_facts_find_in(struct tcpledger_facts *f,
			    const struct tcpledger_segment *seg);
int tcpledger_facts_find_rst(struct tcpledger_facts *f, u32 rcv_nxt, bool any);
void tcpledger_facts_accept_fin(struct tcpledger_facts *f, int segment,
				u32 end);
u8 tcpledger_facts_graceful_kind(const struct tcpledger_facts *f);

/* A close begins: false if one had begun before, so that its first actor is known. */
static inline bool tcpledger_facts_closing(struct tcpledger_facts *f)
{
	if (f->bits & CLOSE_BEGAN)
		return false;
	f->bits |= CLOSE_BEGAN;
	return true;
}

/* A request socket or a timewait socket (HELD_BY_REQUEST, HELD_BY_TIMEWAIT) holds it. */
static inline void tcpledger_facts_held_by(struct tcpledger_facts *f, u32 holder)
{
	f->bits |= holder;
}

/* accept() returned the connection. */
static inline void tcpledger_facts_accepted(struct tcpledger_facts *f, s64 now)
{
	f->accepted_at = now;
}

/* The request socket has survived, so an RST of ours did not end it. */
static inline void tcpledger_facts_request_lives(struct tcpledger_facts *f)
{
	f->bits &= ~SEEN_RST_OUT;
}

#endif /* TCPLEDGER_FACTS_STATE_H */
