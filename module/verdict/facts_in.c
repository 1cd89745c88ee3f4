// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a segment that came adds to the facts. Pure.
 *
 * The segment is only logged as what it looks like. It becomes a fact when TCP shows
 * that it took the segment, by a state change or an ACK of ours that covers it, see
 * facts_state.c. So a forged segment can use up log room, but never move a record.
 */
#include "verdict/facts_in.h"

#include "verdict/facts_segment.h"

static __always_inline int log_in(struct tcpledger_facts *f, s64 now,
				  const struct tcpledger_segment *seg, u8 bits,
				  bool key)
{
	return tcpledger_facts_log(f, now, seg, TCPLEDGER_ENTRY_IN, bits,
				   key ? TCPLEDGER_LOG_KEY :
					 TCPLEDGER_LOG_MINOR);
}

#define SEEN_NUMBER	BIT(0)	/* one with its number, SYN or SYN/ACK */
#define SEEN_KIND	BIT(1)	/* one of its kind, with any number */

/* What is in the log already that is like a SYN or SYN/ACK that came. */
static u8 syn_seen(const struct tcpledger_facts *f,
		   const struct tcpledger_segment *seg)
{
	const u8 kind = TCPLEDGER_SYN | TCPLEDGER_ACK;
	u8 seen = 0;
	int i;

	for (i = 0; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_look(&f->log, i);

		if (tcpledger_log_type(e) != TCPLEDGER_ENTRY_IN)
			continue;
		if (e->flags & TCPLEDGER_SYN && e->seq == seg->seq)
			seen |= SEEN_NUMBER;
		if (!((e->flags ^ seg->flags) & kind))
			seen |= SEEN_KIND;
	}
	return seen;
}

/* A segment may make TCP send a challenge ACK: that ACK is its answer. */
static void may_challenge(struct tcpledger_facts *f, s64 now, u32 expected)
{
	if (tcpledger_fsm_synchronized(f->state) && !(f->bits & HELD_BY_TIMEWAIT))
		tcpledger_facts_expect(f, now, expected);
}

/* A SYN that is repeated, or of another connection. */
static noinline int odd_syn(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, u8 repeats,
			    bool again)
{
	int i = log_in(f, now, seg, repeats, false);

	if (again) {
		tcpledger_facts_count(&f->syn_retransmits);
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SYN_RETRANSMIT,
				     i);
	} else if (!(f->bits & HELD_BY_TIMEWAIT)) {
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_STALE_SYN, i);
	}
	if (f->state == TCPLEDGER_STATE_SYN_RECV && !again)
		tcpledger_facts_expect(f, now, ANSWER_DUE);
	else if (i != TCPLEDGER_LOG_NONE)
		may_challenge(f, now, ANSWER_DUE | CHALLENGE_DUE);
	return i;
}

static noinline int in_syn(struct tcpledger_facts *f, s64 now,
			   const struct tcpledger_segment *seg,
			   const struct tcpledger_options *opt)
{
	const u8 seen = syn_seen(f, seg);
	u8 repeats = seen & SEEN_NUMBER ? TCPLEDGER_SEG_RETRANSMIT : 0;
	bool same = f->bits & KNOWN_REMOTE_ISN && f->remote_isn == seg->seq;
	bool again = same && f->bits & SEEN_SYN_IN;
	bool first = !(f->bits & (SEEN_SYN_IN | SEEN_SYNACK_IN)) &&
		     !tcpledger_fsm_synchronized(f->state);
	/* TCP keeps nothing of a SYN unanswered, or answered with a cookie. */
	bool fresh = first || (!again &&
			       (f->state == TCPLEDGER_STATE_CLOSE ||
				(f->bits & BY_COOKIE &&
				 f->state == TCPLEDGER_STATE_SYN_RECV)));

	if (unlikely(!fresh))
		return odd_syn(f, now, seg, repeats, again);
	f->remote_isn = seg->seq;
	f->bits |= SEEN_SYN_IN | KNOWN_REMOTE_ISN;
	if (f->state == TCPLEDGER_STATE_SYN_RECV && !again)
		tcpledger_facts_expect(f, now, ANSWER_DUE);
	tcpledger_facts_offer(f, opt, false);
	return log_in(f, now, seg, repeats, first && !(seen & SEEN_KIND));
}

/* The number after our SYN and its data. */
static u32 syn_end(const struct tcpledger_facts *f)
{
	int i;

	for (i = f->syn_at; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_look(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_OUT &&
		    e->flags & TCPLEDGER_SYN && e->seq == f->local_isn)
			return tcpledger_log_end(e);
	}
	return f->local_isn + 1;
}

/* Does it acknowledge our SYN, and no more than the SYN's data? */
static bool acks_syn(const struct tcpledger_facts *f, u32 ack)
{
	if (!(f->bits & KNOWN_LOCAL_ISN))
		return false;
	return likely(ack == f->local_isn + 1) ||
	       (tcpledger_seq_after_eq(ack, f->local_isn + 1) &&
		tcpledger_seq_after_eq(syn_end(f), ack));
}

/* A SYN/ACK that is repeated, or of another connection. */
static noinline int odd_synack(struct tcpledger_facts *f, s64 now,
			       const struct tcpledger_segment *seg, u8 repeats)
{
	bool same = f->bits & KNOWN_REMOTE_ISN && f->remote_isn == seg->seq;
	bool again = same && f->bits & SEEN_SYNACK_IN;
	int i = log_in(f, now, seg, repeats, false);

	if (again) {
		tcpledger_facts_count(&f->synack_retransmits);
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT, i);
	} else if (f->bits & KNOWN_LOCAL_ISN) {
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_STALE_SYNACK, i);
	}
	may_challenge(f, now,
		      again ? ANSWER_DUE : ANSWER_DUE | CHALLENGE_DUE);
	return i;
}

static noinline int in_synack(struct tcpledger_facts *f, s64 now,
			      const struct tcpledger_segment *seg,
			      const struct tcpledger_options *opt)
{
	const u8 seen = syn_seen(f, seg);
	u8 repeats = seen & SEEN_NUMBER ? TCPLEDGER_SEG_RETRANSMIT : 0;
	bool wanted = acks_syn(f, seg->ack) && !(f->bits & SEEN_SYNACK_IN) &&
		      (f->state == TCPLEDGER_STATE_SYN_SENT ||
		       f->state == TCPLEDGER_STATE_SYN_RECV);

	if (unlikely(!wanted))
		return odd_synack(f, now, seg, repeats);
	/* The SYNs crossed: TCP has the peer's already and acknowledges it again. */
	if (unlikely(f->state == TCPLEDGER_STATE_SYN_RECV))
		tcpledger_facts_expect(f, now, ANSWER_DUE);
	f->remote_isn = seg->seq;
	f->bits |= SEEN_SYNACK_IN | KNOWN_REMOTE_ISN;
	tcpledger_facts_offer(f, opt, false);
	return log_in(f, now, seg, repeats, !(seen & SEEN_KIND));
}

static noinline int in_fin(struct tcpledger_facts *f, s64 now,
		  const struct tcpledger_segment *seg)
{
	bool first = !(f->bits & SEEN_FIN_IN);
	bool again = !first &&
		     tcpledger_log_find(&f->log, TCPLEDGER_ENTRY_IN,
					TCPLEDGER_FIN, TCPLEDGER_FIN,
					tcpledger_segment_end(seg), false) !=
		     TCPLEDGER_LOG_NONE;
	int i;

	if (likely(first))
		f->peer_fin_at = f->log.n;
	f->bits |= SEEN_FIN_IN;
	if (f->bits & SEEN_FIN_OUT && seg->flags & TCPLEDGER_ACK &&
	    seg->ack == f->local_fin)
		f->bits |= SEEN_ACK_OF_FIN_IN;
	i = log_in(f, now, seg, again ? TCPLEDGER_SEG_RETRANSMIT : 0, first);
	if (f->state == TCPLEDGER_STATE_TIME_WAIT ?
	    again && tcpledger_facts_own_fin(f, tcpledger_segment_end(seg)) :
	    again || i != TCPLEDGER_LOG_NONE)
		tcpledger_facts_expect(f, now, ANSWER_DUE);
	return i;
}

static noinline int in_rst(struct tcpledger_facts *f, s64 now,
			   const struct tcpledger_segment *seg)
{
	int i = log_in(f, now, seg, 0, !(f->bits & SEEN_RST_IN));

	f->bits |= SEEN_RST_IN;
	f->rst_last = true;
	if (i != TCPLEDGER_LOG_NONE)
		may_challenge(f, now, ANSWER_DUE | CHALLENGE_DUE);
	return i;
}

/* An ACK during the handshake that acknowledges what we did not send. */
static noinline int invalid_ack(struct tcpledger_facts *f, s64 now,
				const struct tcpledger_segment *seg, bool key)
{
	int i = log_in(f, now, seg, 0, key);

	tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_INVALID_ACK, i);
	return i;
}

static noinline int in_ack(struct tcpledger_facts *f, s64 now,
			   const struct tcpledger_segment *seg)
{
	const u32 was = f->bits;
	bool ack = seg->flags & TCPLEDGER_ACK;
	bool of_fin = ack && seg->ack == f->local_fin &&
		      (was & (SEEN_FIN_OUT | TOOK_ACK_OF_FIN)) == SEEN_FIN_OUT;
	bool opening = f->state == TCPLEDGER_STATE_SYN_SENT ||
		       f->state == TCPLEDGER_STATE_SYN_RECV;
	bool of_syn = opening && ack && was & KNOWN_LOCAL_ISN &&
		      seg->ack - (f->local_isn + 1) < 0x3fffffff;
	u32 is = was | (of_fin ? SEEN_ACK_OF_FIN_IN : 0) |
		 (of_syn ? SEEN_ACK_OF_SYN_IN : 0);

	if (!of_fin && !opening && !(was & (HELD_BY_REQUEST | HELD_BY_TIMEWAIT)))
		return TCPLEDGER_LOG_NONE;
	f->bits = is;
	if (unlikely(opening && !of_syn && was & KNOWN_LOCAL_ISN))
		return invalid_ack(f, now, seg, is != was);
	return log_in(f, now, seg, 0, is != was);
}

/**
 * tcpledger_facts_in() - a segment is about to reach TCP
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @opt: its options, read only if it is a SYN
 *
 * Context: any, bucket lock held.
 * Return: the index of its log entry, or TCPLEDGER_LOG_NONE if such a segment is
 * not logged, or the log is full, which is counted.
 */
int tcpledger_facts_in(struct tcpledger_facts *f, s64 now,
		       const struct tcpledger_segment *seg,
		       const struct tcpledger_options *opt)
{
	u8 flags = seg->flags;

	f->rst_last = false;
	tcpledger_facts_expire(f, now);
	if (unlikely(flags & TCPLEDGER_RST))
		return in_rst(f, now, seg);
	if (flags & TCPLEDGER_SYN)
		return flags & TCPLEDGER_ACK ? in_synack(f, now, seg, opt) :
					       in_syn(f, now, seg, opt);
	return flags & TCPLEDGER_FIN ? in_fin(f, now, seg) :
				       in_ack(f, now, seg);
}
