// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a segment that leaves adds to the facts. Pure.
 *
 * A segment that TCP emitted is a fact at once: TCP chose its numbers.
 */
#include "verdict/facts_out.h"

#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"
#include "verdict/facts_timewait.h"

static __always_inline int log_out(struct tcpledger_facts *f, s64 now,
				   const struct tcpledger_segment *seg, u8 bits,
				   bool key)
{
	return tcpledger_facts_log(f, now, seg, TCPLEDGER_ENTRY_OUT, bits,
				   key ? TCPLEDGER_LOG_KEY :
					 TCPLEDGER_LOG_MINOR);
}

/* A segment that TCP did not emit is logged, and changes nothing. */
static noinline int out_other(struct tcpledger_facts *f, s64 now,
			      const struct tcpledger_segment *seg)
{
	if (!(seg->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)))
		return TCPLEDGER_LOG_NONE;
	return log_out(f, now, seg, TCPLEDGER_SEG_OTHER, false);
}

/* Is it the first of ours that acknowledges the peer's FIN? Note that it is. */
static bool covers_fin(struct tcpledger_facts *f,
		       const struct tcpledger_segment *seg)
{
	if ((f->bits & (TOOK_FIN | SEEN_ACK_OF_FIN_OUT)) != TOOK_FIN ||
	    seg->ack != f->remote_fin || !(seg->flags & TCPLEDGER_ACK))
		return false;
	f->bits |= SEEN_ACK_OF_FIN_OUT;
	return true;
}

/* The SYN that a SYN/ACK of ours acknowledges, with its data or without. */
static int find_syn(const struct tcpledger_facts *f, u32 ack)
{
	int i;

	for (i = f->log.n - 1; i >= 0; i--) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_look(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_IN &&
		    (e->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK |
				 TCPLEDGER_RST)) == TCPLEDGER_SYN &&
		    !(tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED) &&
		    (e->seq + 1 == ack || tcpledger_log_end(e) == ack))
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

/*
 * The SYN/ACK shows that TCP took the SYN. The kernel then has a request socket and
 * traces no change to SYN_RECV, so the change is entered here, at the time of the
 * SYN; @now is the time of the SYN/ACK.
 */
static void syn_answered(struct tcpledger_facts *f, s64 now,
			 const struct tcpledger_segment *seg, int syn)
{
	s64 t;

	if (likely(syn != TCPLEDGER_LOG_NONE)) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, syn);

		t = tcpledger_log_time(e);
		tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_ACCEPTED);
	} else {
		t = now - f->base;
	}
	tcpledger_log_state(&f->log, t, TCPLEDGER_STATE_LISTEN,
			    TCPLEDGER_STATE_SYN_RECV, TCPLEDGER_CAUSE_SEGMENT,
			    syn);
	f->state = TCPLEDGER_STATE_SYN_RECV;
	f->since = f->base + t;
	if (seg->request)
		f->bits |= HELD_BY_REQUEST;
	if (unlikely(seg->fastopen)) {
		f->bits |= BY_FASTOPEN | WAS_ESTABLISHED;
		f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FASTOPEN, syn);
	}
}

/* A SYN/ACK that is repeated, or has a SYN cookie. */
static noinline int odd_synack(struct tcpledger_facts *f, s64 now,
			       const struct tcpledger_segment *seg, u8 repeats,
			       bool first)
{
	int i = log_out(f, now, seg, repeats, first);

	if (!first && repeats) {
		tcpledger_facts_count(&f->synack_retransmits);
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT, i);
	}
	if (seg->cookie) {
		f->bits |= BY_COOKIE;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SYNCOOKIE, i);
	}
	return i;
}

static noinline int out_synack(struct tcpledger_facts *f, s64 now,
			       const struct tcpledger_segment *seg,
			       const struct tcpledger_options *opt)
{
	/* In a simultaneous open it repeats the number of our SYN. */
	bool same = f->bits & KNOWN_LOCAL_ISN && f->local_isn == seg->seq;
	u8 repeats = same ? TCPLEDGER_SEG_RETRANSMIT : 0;
	bool first = !(f->bits & SEEN_SYNACK_OUT);
	int syn = find_syn(f, seg->ack);

	/* One time for all, as the entries made before it change the latest. */
	now = f->base + tcpledger_facts_time(f, now);
	if (f->role == TCPLEDGER_ROLE_PASSIVE &&
	    f->state == TCPLEDGER_STATE_CLOSE)
		syn_answered(f, now, seg, syn);
	if (!(f->bits & KNOWN_LOCAL_ISN))
		f->syn_at = f->log.n;
	f->local_isn = seg->seq;
	/* If several SYNs came, TCP took the one that is acknowledged. */
	if (likely(syn != TCPLEDGER_LOG_NONE))
		f->remote_isn = tcpledger_log_at(&f->log, syn)->seq;
	f->bits |= SEEN_SYNACK_OUT | KNOWN_LOCAL_ISN | SEEN_ACK_OF_SYN_OUT;
	tcpledger_facts_expect_none(f);
	if (first || !same)
		tcpledger_facts_offer(f, opt, true);
	if (unlikely(!first || seg->cookie))
		return odd_synack(f, now, seg, repeats, first);
	return log_out(f, now, seg, repeats, true);
}

/* A SYN that is repeated, or carries data. */
static noinline int odd_syn(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, u8 repeats,
			    bool first)
{
	int i = log_out(f, now, seg, repeats, first);

	if (!first && repeats) {
		tcpledger_facts_count(&f->syn_retransmits);
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SYN_RETRANSMIT,
				     i);
	}
	if (seg->len) {
		f->bits |= BY_FASTOPEN;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FASTOPEN, i);
	}
	return i;
}

static noinline int out_syn(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg,
			    const struct tcpledger_options *opt)
{
	bool same = f->bits & KNOWN_LOCAL_ISN && f->local_isn == seg->seq;
	u8 repeats = same ? TCPLEDGER_SEG_RETRANSMIT : 0;
	bool first = !(f->bits & SEEN_SYN_OUT);

	if (!(f->bits & KNOWN_LOCAL_ISN))
		f->syn_at = f->log.n;
	f->local_isn = seg->seq;
	f->bits |= SEEN_SYN_OUT | KNOWN_LOCAL_ISN;
	if (first || !same)
		tcpledger_facts_offer(f, opt, true);
	if (unlikely(!first || seg->len))
		return odd_syn(f, now, seg, repeats, first);
	return log_out(f, now, seg, repeats, true);
}

/* A FIN after another. */
static noinline int odd_fin(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, u32 end)
{
	bool again = f->local_fin == end &&
		     tcpledger_log_find(&f->log, TCPLEDGER_ENTRY_OUT,
					TCPLEDGER_FIN, TCPLEDGER_FIN, end,
					false) != TCPLEDGER_LOG_NONE;
	int i = log_out(f, now, seg, again ? TCPLEDGER_SEG_RETRANSMIT : 0,
			false);

	f->local_fin = end;
	if (again) {
		tcpledger_facts_count(&f->fin_retransmits);
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FIN_RETRANSMIT,
				     i);
	}
	return i;
}

static noinline int out_fin(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg)
{
	u32 end = seg->seq + seg->len + 1;	/* a FIN without SYN */
	u32 was = f->bits;

	covers_fin(f, seg);
	tcpledger_facts_expect_none(f);
	if (unlikely(was & SEEN_FIN_OUT))
		return odd_fin(f, now, seg, end);
	f->bits |= SEEN_FIN_OUT;
	if ((was & (TOOK_FIN | SEEN_ACK_OF_FIN_OUT)) ==
	    (TOOK_FIN | SEEN_ACK_OF_FIN_OUT))
		f->bits |= FINS_IN_TURN;
	if (f->first == TCPLEDGER_SIDE_NOBODY)
		f->first = TCPLEDGER_SIDE_LOCAL;
	f->fin_at = f->log.n;
	f->local_fin = end;
	return log_out(f, now, seg, 0, true);
}

static noinline int out_rst(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg)
{
	bool first = !(f->bits & SEEN_RST_OUT);

	if (f->bits & RST_OUT_DUE) {
		f->reset_by = TCPLEDGER_SIDE_LOCAL;
		if (f->first == TCPLEDGER_SIDE_NOBODY)
			f->first = f->reset_by;
	}
	f->bits |= SEEN_RST_OUT;
	f->bits &= ~(ANSWER_DUE | CHALLENGE_DUE | RST_OUT_DUE);
	return log_out(f, now, seg, 0, first);
}

/* A challenge ACK, or one of a timewait socket. */
static noinline int odd_ack(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, bool syn,
			    bool fin)
{
	int i = log_out(f, now, seg, 0, syn || fin);

	if (f->bits & ANSWER_DUE) {
		if (f->bits & CHALLENGE_DUE)
			tcpledger_facts_note(f, now,
					     TCPLEDGER_ANOMALY_CHALLENGE_ACK,
					     i);
		if (!fin && f->state == TCPLEDGER_STATE_TIME_WAIT)
			f->tw_fin_reacks++;
	}
	if (fin && f->bits & HELD_BY_TIMEWAIT &&
	    f->state == TCPLEDGER_STATE_FIN_WAIT2) {
		/* The timer was restarted before this ACK, and no probe told. */
		f->bits |= TIME_WAIT_INEXACT;
		tcpledger_facts_time_wait(f, now, seg->ack);
	}
	tcpledger_facts_expect_none(f);
	return i;
}

static noinline int out_ack(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg)
{
	bool syn = (f->bits & (KNOWN_REMOTE_ISN | SEEN_ACK_OF_SYN_OUT)) ==
		   KNOWN_REMOTE_ISN &&
		   tcpledger_seq_after_eq(seg->ack, f->remote_isn + 1);
	bool fin = covers_fin(f, seg);

	tcpledger_facts_expire(f, now);
	if (!syn && !fin &&
	    !(f->bits & (ANSWER_DUE | HELD_BY_REQUEST | HELD_BY_TIMEWAIT)))
		return TCPLEDGER_LOG_NONE;
	if (syn)
		f->bits |= SEEN_ACK_OF_SYN_OUT;
	if (unlikely(f->bits & (CHALLENGE_DUE | HELD_BY_TIMEWAIT)))
		return odd_ack(f, now, seg, syn, fin);
	f->bits &= ~ANSWER_DUE;
	return log_out(f, now, seg, 0, syn || fin);
}

/*
 * A FIN came, and it is not known yet whether TCP took it. In FIN_WAIT1 and
 * FIN_WAIT2 TCP answers a FIN before it changes the state (tcp_fin()). So there, and
 * only there, our ACK proves that TCP took the FIN which the ACK covers.
 */
static noinline int out_after_fin(struct tcpledger_facts *f, s64 now,
				  const struct tcpledger_segment *seg)
{
	if (seg->flags & TCPLEDGER_ACK && !(f->bits & SEEN_ACK_OF_FIN_OUT) &&
	    (f->state == TCPLEDGER_STATE_FIN_WAIT1 ||
	     f->state == TCPLEDGER_STATE_FIN_WAIT2)) {
		int fin = tcpledger_facts_find_fin(f, seg->ack);

		if (fin != TCPLEDGER_LOG_NONE)
			tcpledger_facts_accept_fin(f, fin, seg->ack);
	}
	return seg->flags & TCPLEDGER_FIN ? out_fin(f, now, seg) :
					    out_ack(f, now, seg);
}

/**
 * tcpledger_facts_out() - a segment leaves
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @opt: its options, read only if it is a SYN
 *
 * Context: any, bucket lock held.
 * Return: as tcpledger_facts_in().
 */
int tcpledger_facts_out(struct tcpledger_facts *f, s64 now,
			const struct tcpledger_segment *seg,
			const struct tcpledger_options *opt)
{
	u8 flags = seg->flags;

	if (unlikely(seg->other))
		return out_other(f, now, seg);
	if (unlikely(flags & TCPLEDGER_RST))
		return out_rst(f, now, seg);
	if (flags & TCPLEDGER_SYN)
		return flags & TCPLEDGER_ACK ? out_synack(f, now, seg, opt) :
					       out_syn(f, now, seg, opt);
	if ((f->bits & (TOOK_FIN | SEEN_FIN_IN)) == SEEN_FIN_IN)
		return out_after_fin(f, now, seg);
	return flags & TCPLEDGER_FIN ? out_fin(f, now, seg) :
				       out_ack(f, now, seg);
}
