/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_H
#define TCPLEDGER_FACTS_H

#include "verdict/env.h"
#include "verdict/fsm.h"
#include "verdict/log.h"
#include "verdict/segment.h"

/* How long segments of an ended connection may still be in the network: 2MSL. */
#define TCPLEDGER_LATE_NS	60000000000LL

/* How long a SYN may take from TPROXY to the hook, also through a queue. */
#define TCPLEDGER_TAKEN_NS	1000000000LL

/* An RST that goes with a change to CLOSE leaves in the same call. */
#define TCPLEDGER_RST_DUE_NS	1000000000LL

#define TCPLEDGER_TW_NOMINAL_NS	60000000000LL	/* TCP_TIMEWAIT_LEN */

/*
 * An ACK that leaves more than TCPLEDGER_ANSWER_UNITS of 134 ms later is no answer:
 * TCP answers at once, when a delayed ACK is due (200 ms), or when the program
 * releases the socket's lock.
 */
#define TCPLEDGER_ANSWER_SHIFT	27
#define TCPLEDGER_ANSWER_UNITS	4

/* The segment that ended a timewait socket has not passed the hook yet. */
#define TCPLEDGER_LOG_TO_COME	(TCPLEDGER_LOG_NONE - 1)

/* facts.bits */
#define IS_PARTIAL	BIT(0)	/* beginning not seen */
#define WAS_ESTABLISHED	BIT(1)	/* was ESTABLISHED, or a Fast Open child */
#define SEEN_SYN_OUT	BIT(2)	/* logged, without ACK */
#define SEEN_SYN_IN	BIT(3)
#define SEEN_SYNACK_OUT	BIT(4)
#define SEEN_SYNACK_IN	BIT(5)
#define KNOWN_LOCAL_ISN	BIT(6)	/* local_isn is known */
#define KNOWN_REMOTE_ISN	BIT(7)
#define SEEN_ACK_OF_SYN_OUT	BIT(8)	/* we acknowledged the peer's SYN */
#define SEEN_FIN_OUT	BIT(9)	/* local_fin is known */
#define TOOK_FIN	BIT(10)	/* TCP took the peer's FIN: remote_fin */
#define SEEN_FIN_IN	BIT(11)	/* some FIN that came is in the log */
#define SEEN_ACK_OF_FIN_OUT	BIT(12)	/* we acknowledged the peer's FIN */
#define TOOK_ACK_OF_FIN	BIT(13)	/* TCP took the ACK of our FIN */
#define SEEN_ACK_OF_FIN_IN BIT(14)	/* an ACK of our FIN is in the log */
#define FINS_IN_TURN	BIT(15)	/* first FIN acked before the second came */
#define FINS_CROSSED	BIT(16)	/* the FINs crossed */
#define SEEN_RST_OUT	BIT(17)	/* TCP sent an RST */
#define SEEN_RST_IN	BIT(18)	/* some RST that came is in the log */
#define TOOK_RST	BIT(19)	/* TCP acted on an RST: next CLOSE is by it */
#define RST_OUT_DUE	BIT(20)	/* ended; our RST is still to leave */
#define SEEN_ACK_OF_SYN_IN	BIT(21)	/* an ACK of our SYN is in the log */
#define ANSWER_DUE	BIT(22)	/* our next ACK answers something logged */
#define CHALLENGE_DUE	BIT(23)	/* ... which may challenge: a SYN, SYN/ACK or RST */
#define HELD_BY_REQUEST	BIT(24)	/* a request socket holds it */
#define HELD_BY_TIMEWAIT	BIT(25)	/* a timewait socket holds it */
#define WAS_TIME_WAIT	BIT(26)	/* was in TIME_WAIT */
#define TIME_WAIT_INEXACT	BIT(27)	/* the time in it is only a bound */
#define BY_COOKIE	BIT(28)
#define BY_FASTOPEN	BIT(29)
#define CLOSE_BEGAN	BIT(30)	/* a close began, so its first actor is known */
#define TOOK_LATE_DATA	BIT(31)	/* data came after close(): next CLOSE is by it */

/**
 * struct tcpledger_facts - what is known of one endpoint
 * @base: CLOCK_MONOTONIC of the first log entry; all other times too are
 *	CLOCK_MONOTONIC nanoseconds, 0 for never
 * @since: entry into the present state
 * @ended_at: end of the last state
 * @accepted_at: accept() returned it
 * @tw_restarted_at: last (re)start of the timer of the timewait socket
 * @local_isn: our initial sequence number
 * @remote_isn: the peer's, a candidate until TCP took the SYN
 * @local_fin: the number after our FIN
 * @remote_fin: the number after the peer's
 * @bits: IS_PARTIAL and those that follow it
 * @anomalies: bit mask by enum tcpledger_anomaly
 * @tw_restarts: of the 2MSL timer
 * @tw_fin_reacks: retransmitted FINs answered again
 * @tw_old_duplicates: other segments absorbed
 * @syn_retransmits: either direction, saturating like the next two
 * @synack_retransmits: either direction
 * @fin_retransmits: ours
 * @local: what our SYN offered
 * @remote: what the peer's SYN offered
 * @state: enum tcpledger_state
 * @role: enum tcpledger_role
 * @outcome: enum tcpledger_outcome
 * @kind: enum tcpledger_kind
 * @first: enum tcpledger_side
 * @reset_by: enum tcpledger_side
 * @drops_counted: how much of log.dropped the ledger has counted, modulo 256
 * @tw_exit: enum tcpledger_exit
 * @error: errno of the socket at its end, 0 for none
 * @rst_last: the last segment that came is an RST, logged or not
 * @syn_at: where the log was when our first SYN left
 * @fin_at: the same of our first FIN
 * @peer_fin_at: the same of the peer's first FIN
 * @late_at: 1 + index of the entry of the data that TOOK_LATE_DATA is about, or 0
 * @expected_at: when ANSWER_DUE was set, in TCPLEDGER_ANSWER_SHIFT units
 * @log: the log
 *
 * Plain data without pointers but log.more: copied whole by readers. All
 * functions on it are pure and expect the caller to hold the bucket lock.
 */
struct tcpledger_facts {
	s64	base;
	s64	since;
	s64	ended_at;
	s64	accepted_at;
	s64	tw_restarted_at;
	u32	local_isn;
	u32	remote_isn;
	u32	local_fin;
	u32	remote_fin;
	u32	bits;
	u32	anomalies;
	u32	tw_restarts;
	u32	tw_fin_reacks;
	u32	tw_old_duplicates;
	u16	syn_retransmits;
	u16	synack_retransmits;
	u16	fin_retransmits;
	u16	local_mss;
	u16	remote_mss;
	s8	local_wscale;
	s8	remote_wscale;
	u8	options;
	u8	state;
	u8	role;
	u8	outcome;
	u8	kind;
	u8	first : 4;
	u8	reset_by : 4;
	u8	drops_counted;
	u8	tw_exit;
	u8	error;
	bool	rst_last;
	u8	syn_at;
	u8	fin_at;
	u8	peer_fin_at;
	u8	late_at;
	u16	expected_at;
	struct tcpledger_log log;
};

/* facts.options: what either SYN offered, and whether it was seen */
#define OPT_LOCAL_SEEN		0x01
#define OPT_LOCAL_SACK		0x02
#define OPT_LOCAL_TS		0x04
#define OPT_LOCAL		0x07
#define OPT_REMOTE_SHIFT	3
#define OPT_REMOTE_SEEN		0x08
#define OPT_REMOTE_SACK		0x10
#define OPT_REMOTE_TS		0x20
#define OPT_REMOTE		0x38

/**
 * tcpledger_facts_time() - the time of an entry made now
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 *
 * Clocks of two CPUs may differ a little, but times in the log never go back.
 * Context: any, bucket lock held.
 * Return: nanoseconds since the record's base.
 */
static inline s64 tcpledger_facts_time(const struct tcpledger_facts *f,
				       s64 now)
{
	s64 t = now - f->base;

	return max_t(s64, t, tcpledger_log_latest(&f->log));
}

/* The handshake is complete. */
static inline void tcpledger_facts_established(struct tcpledger_facts *f)
{
	f->bits |= WAS_ESTABLISHED;
	f->bits &= ~(HELD_BY_REQUEST | SEEN_RST_OUT | SEEN_RST_IN);
	f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
}

/* TCP leaves a state after the handshake, which may not have been seen. */
static inline void tcpledger_facts_synchronized(struct tcpledger_facts *f,
						u8 from)
{
	if (!(f->bits & WAS_ESTABLISHED) && tcpledger_fsm_synchronized(from))
		tcpledger_facts_established(f);
}

/* From now on no ACK of ours is an answer. */
static inline void tcpledger_facts_expect_none(struct tcpledger_facts *f)
{
	f->bits &= ~(ANSWER_DUE | CHALLENGE_DUE);
}

/* It took too long: TCP threw away what was to be answered, and no probe told. */
static inline void tcpledger_facts_expire(struct tcpledger_facts *f, s64 now)
{
	u16 units;

	if (likely(!(f->bits & ANSWER_DUE)))
		return;
	units = (u16)(now >> TCPLEDGER_ANSWER_SHIFT) - f->expected_at;
	/* Clocks of two CPUs may differ a little: units may be -1. */
	if ((u16)(units + 1) > TCPLEDGER_ANSWER_UNITS + 1)
		tcpledger_facts_expect_none(f);
}

/* Our next ACK is the answer to the segment that comes now. */
static inline void tcpledger_facts_expect(struct tcpledger_facts *f, s64 now,
					  u32 expected)
{
	f->bits |= expected;
	f->expected_at = now >> TCPLEDGER_ANSWER_SHIFT;
}

/* Saturates, as a hostile peer can send any number of retransmissions. */
static inline void tcpledger_facts_count(u16 *counter)
{
	if (*counter < 0xffff)
		(*counter)++;
}

/* What a SYN or SYN/ACK offers, ours if @out. */
static inline void tcpledger_facts_offer(struct tcpledger_facts *f,
					 const struct tcpledger_options *opt,
					 bool out)
{
	const u8 offer = OPT_LOCAL_SEEN | (opt->sack ? OPT_LOCAL_SACK : 0) |
			 (opt->timestamps ? OPT_LOCAL_TS : 0);
	const u16 mss = max_t(s32, opt->mss, 0);

	if (out) {
		f->local_mss = mss;
		f->local_wscale = opt->wscale;
		f->options = (f->options & ~OPT_LOCAL) | offer;
	} else {
		f->remote_mss = mss;
		f->remote_wscale = opt->wscale;
		f->options = (f->options & ~OPT_REMOTE) |
			     offer << OPT_REMOTE_SHIFT;
	}
}

static inline bool tcpledger_facts_live(const struct tcpledger_facts *f)
{
	return !f->ended_at;
}

/**
 * tcpledger_facts_rst_due() - does an RST of ours belong to the end of this record?
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 *
 * The RST of an end may never leave, for want of memory or of a route. Then an RST
 * that answers the peer much later must not be taken for it.
 * Context: any, bucket lock held.
 */
static inline bool tcpledger_facts_rst_due(const struct tcpledger_facts *f,
					   s64 now)
{
	return f->bits & RST_OUT_DUE && now - f->ended_at < TCPLEDGER_RST_DUE_NS;
}

/**
 * tcpledger_facts_stay_seen() - was the beginning of the present state seen?
 * @f: the facts
 *
 * If not, as in the first state of an adopted or partial record, the duration of
 * the state is only a bound.
 * Context: any, bucket lock held.
 */
static inline bool tcpledger_facts_stay_seen(const struct tcpledger_facts *f)
{
	return !(f->bits & IS_PARTIAL) || f->since != f->base ||
	       (f->log.n && tcpledger_log_type(&f->log.first[0]) ==
			    TCPLEDGER_ENTRY_STATE);
}

static inline bool tcpledger_facts_embryonic(const struct tcpledger_facts *f)
{
	return !(f->bits & WAS_ESTABLISHED) && !f->ended_at &&
	       (f->role == TCPLEDGER_ROLE_PASSIVE || f->bits & HELD_BY_REQUEST);
}

/* Is @end the number after the FIN that TCP took? Yes if that is unknown. */
static inline bool tcpledger_facts_own_fin(const struct tcpledger_facts *f,
					   u32 end)
{
	return !(f->bits & TOOK_FIN) || f->remote_fin == end;
}

/*
 * Does a segment without SYN, FIN or RST, in or out, add nothing to the facts? That
 * is so if both SYNs are acknowledged, no FIN passed, nothing logged waits for an
 * answer, and the last segment that came is no RST.
 */
static inline bool tcpledger_facts_quiet(const struct tcpledger_facts *f)
{
	const u32 pending = SEEN_FIN_OUT | TOOK_FIN | SEEN_FIN_IN |
			    ANSWER_DUE | CHALLENGE_DUE | HELD_BY_REQUEST |
			    HELD_BY_TIMEWAIT | TOOK_LATE_DATA | TOOK_RST;

	return f->state == TCPLEDGER_STATE_ESTABLISHED && !f->ended_at &&
	       !(f->bits & pending) && !f->rst_last &&
	       (f->bits & (KNOWN_REMOTE_ISN | SEEN_ACK_OF_SYN_OUT)) != KNOWN_REMOTE_ISN;
}

#endif /* TCPLEDGER_FACTS_H */
