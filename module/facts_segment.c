// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a segment adds to the facts. Pure.
 *
 * A segment that TCP emitted is believed: TCP chose its numbers. One that
 * came is only logged, with what it looks like; it becomes a fact when TCP
 * shows that it took it (a state change, an ACK of ours that covers it), see
 * facts_state.c. So a forged segment can fill log room, never move a record.
 */
#include "facts.h"

static void count(u16 *counter)
{
	if (*counter < 0xffff)
		(*counter)++;
}

/**
 * tcpledger_facts_note() - an anomaly was noticed
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @tag: enum tcpledger_anomaly
 * @segment: index of the segment it was seen at, or TCPLEDGER_LOG_NONE
 *
 * The log tells the first of each kind, and every restart of 2MSL.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_note(struct tcpledger_facts *f, s64 now, u8 tag,
			  int segment)
{
	if (f->anomalies & BIT(tag) &&
	    tag != TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED)
		return;
	f->anomalies |= BIT(tag);
	tcpledger_log_note(&f->log, tcpledger_facts_time(f, now), tag, segment);
}

static int log_segment(struct tcpledger_facts *f, s64 now,
		       const struct tcpledger_segment *seg, u8 bits, bool key)
{
	if (seg->other)
		bits |= TCPLEDGER_SEG_OTHER;
	return tcpledger_log_segment(&f->log, tcpledger_facts_time(f, now), seg, bits,
				     key ? TCPLEDGER_LOG_KEY :
					   TCPLEDGER_LOG_MINOR);
}

static void keep_options(struct tcpledger_facts *f,
			 const struct tcpledger_options *opt, bool out)
{
	u16 mss = opt->mss < 0 ? 0 : opt->mss;

	if (out) {
		f->local_mss = mss;
		f->local_wscale = opt->wscale;
		f->options &= ~(OPT_LOCAL_SACK | OPT_LOCAL_TS);
		f->options |= OPT_LOCAL_SEEN |
			      (opt->sack ? OPT_LOCAL_SACK : 0) |
			      (opt->timestamps ? OPT_LOCAL_TS : 0);
	} else {
		f->remote_mss = mss;
		f->remote_wscale = opt->wscale;
		f->options &= ~(OPT_REMOTE_SACK | OPT_REMOTE_TS);
		f->options |= OPT_REMOTE_SEEN |
			      (opt->sack ? OPT_REMOTE_SACK : 0) |
			      (opt->timestamps ? OPT_REMOTE_TS : 0);
	}
}

/*
 * An ACK of ours proves that TCP took the FIN it covers, even before the
 * state moves: FIN_WAIT1 and FIN_WAIT2 answer first (tcp_fin()).
 */
static bool out_covers_fin(struct tcpledger_facts *f,
			   const struct tcpledger_segment *seg)
{
	int fin;

	if (!(seg->flags & TCPLEDGER_ACK) || f->bits & F_FIN_ACKED_OUT)
		return false;
	if (!(f->bits & F_FIN_IN) && f->bits & F_FIN_LOGGED &&
	    (f->state == TCPLEDGER_STATE_FIN_WAIT1 ||
	     f->state == TCPLEDGER_STATE_FIN_WAIT2)) {
		fin = tcpledger_facts_find_fin(f, seg->ack);
		if (fin != TCPLEDGER_LOG_NONE)
			tcpledger_facts_accept_fin(f, fin, seg->ack);
	}
	if (!(f->bits & F_FIN_IN) || seg->ack != f->remote_fin)
		return false;
	f->bits |= F_FIN_ACKED_OUT;
	return true;
}

/* The SYN that a SYN/ACK of ours acknowledges, with its data or without. */
static int find_syn(struct tcpledger_facts *f, u32 ack)
{
	int i;

	for (i = f->log.n - 1; i >= 0; i--) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);

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
 * The SYN/ACK shows that TCP took the SYN. The kernel keeps what follows in a
 * request socket and traces nothing, so the change is entered here.
 */
static void syn_answered(struct tcpledger_facts *f, s64 now,
			 const struct tcpledger_segment *seg, int syn)
{
	s64 t = tcpledger_facts_time(f, now);

	if (syn != TCPLEDGER_LOG_NONE) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, syn);

		t = tcpledger_log_time(e);
		tcpledger_log_mark(e, TCPLEDGER_SEG_ACCEPTED);
	}
	tcpledger_log_state(&f->log, t, TCPLEDGER_STATE_LISTEN,
			    TCPLEDGER_STATE_SYN_RECV, TCPLEDGER_CAUSE_SEGMENT,
			    syn);
	f->state = TCPLEDGER_STATE_SYN_RECV;
	f->since = f->base + t;
	if (seg->request)
		f->bits |= F_REQUEST;
	if (seg->fastopen) {
		f->bits |= F_FASTOPEN | F_ESTABLISHED;
		f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FASTOPEN, syn);
	}
}

static int out_syn(struct tcpledger_facts *f, s64 now,
		   const struct tcpledger_segment *seg,
		   const struct tcpledger_options *opt)
{
	bool synack = seg->flags & TCPLEDGER_ACK;
	u32 bit = synack ? F_SYNACK_OUT : F_SYN_OUT;
	bool same = f->bits & F_LOCAL_ISN && f->local_isn == seg->seq;
	bool again = same && f->bits & bit;
	bool first = !(f->bits & bit);
	int syn = synack ? find_syn(f, seg->ack) : TCPLEDGER_LOG_NONE;
	int i;

	if (synack && f->role == TCPLEDGER_ROLE_PASSIVE &&
	    f->state == TCPLEDGER_STATE_CLOSE)
		syn_answered(f, now, seg, syn);
	if (!(f->bits & F_LOCAL_ISN))
		f->syn_at = f->log.n;
	f->local_isn = seg->seq;
	f->bits |= bit | F_LOCAL_ISN;
	if (synack) {
		/* Of several SYNs this is the one that TCP took. */
		if (syn != TCPLEDGER_LOG_NONE)
			f->remote_isn = tcpledger_log_at(&f->log, syn)->seq;
		f->bits |= F_SYN_ACKED_OUT;
		f->bits &= ~(F_EXPECT_OUT | F_CHALLENGED);
	}
	if (opt && !again)
		keep_options(f, opt, true);
	/* The SYN/ACK of a simultaneous open repeats the number of the SYN. */
	i = log_segment(f, now, seg, same ? TCPLEDGER_SEG_RETRANSMIT : 0,
			first);
	if (again) {
		count(synack ? &f->synack_retransmits : &f->syn_retransmits);
		tcpledger_facts_note(f, now, synack ?
				     TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT :
				     TCPLEDGER_ANOMALY_SYN_RETRANSMIT, i);
	}
	if (seg->cookie) {
		f->bits |= F_COOKIE;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SYNCOOKIE, i);
	}
	if (!synack && seg->len) {
		f->bits |= F_FASTOPEN;
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FASTOPEN, i);
	}
	return i;
}

static int out_fin(struct tcpledger_facts *f, s64 now,
		   const struct tcpledger_segment *seg)
{
	u32 end = tcpledger_segment_end(seg);
	bool first = !(f->bits & F_FIN_OUT);
	bool again = !first && f->local_fin == end &&
		     tcpledger_log_find(&f->log, TCPLEDGER_ENTRY_OUT,
					TCPLEDGER_FIN, TCPLEDGER_FIN, end,
					false) != TCPLEDGER_LOG_NONE;
	int i;

	if (first) {
		f->fin_at = f->log.n;
		if (f->bits & F_FIN_IN && f->bits & F_FIN_ACKED_OUT)
			f->bits |= F_ACKED_EARLY;
		if (f->first == TCPLEDGER_SIDE_NOBODY)
			f->first = TCPLEDGER_SIDE_LOCAL;
	}
	out_covers_fin(f, seg);
	f->bits |= F_FIN_OUT;
	f->bits &= ~(F_EXPECT_OUT | F_CHALLENGED);
	f->local_fin = end;
	i = log_segment(f, now, seg, again ? TCPLEDGER_SEG_RETRANSMIT : 0,
			first);
	if (again) {
		count(&f->fin_retransmits);
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_FIN_RETRANSMIT,
				     i);
	}
	return i;
}

static int out_rst(struct tcpledger_facts *f, s64 now,
		   const struct tcpledger_segment *seg)
{
	int i = log_segment(f, now, seg, 0, !(f->bits & F_RST_OUT));

	f->bits |= F_RST_OUT;
	f->bits &= ~(F_EXPECT_OUT | F_CHALLENGED | F_RST_DUE);
	return i;
}

static int out_ack(struct tcpledger_facts *f, s64 now,
		   const struct tcpledger_segment *seg)
{
	bool covers_syn = f->bits & F_REMOTE_ISN &&
			  !(f->bits & F_SYN_ACKED_OUT) &&
			  tcpledger_seq_after_eq(seg->ack, f->remote_isn + 1);
	bool covers_fin = out_covers_fin(f, seg);
	bool answer = f->bits & F_EXPECT_OUT;
	int i;

	if (!covers_syn && !covers_fin && !answer &&
	    !(f->bits & (F_REQUEST | F_TIMEWAIT)))
		return TCPLEDGER_LOG_NONE;
	if (covers_syn)
		f->bits |= F_SYN_ACKED_OUT;
	i = log_segment(f, now, seg, 0, covers_syn || covers_fin);
	if (answer && f->bits & F_CHALLENGED)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_CHALLENGE_ACK,
				     i);
	if (answer && !covers_fin && f->state == TCPLEDGER_STATE_TIME_WAIT)
		f->tw_fin_reacks++;
	if (unlikely(covers_fin && f->bits & F_TIMEWAIT &&
		     f->state == TCPLEDGER_STATE_FIN_WAIT2)) {
		/* The restart before this ACK was not seen. */
		f->bits |= F_TW_INEXACT;
		tcpledger_facts_time_wait(f, now, seg->ack);
	}
	f->bits &= ~(F_EXPECT_OUT | F_CHALLENGED);
	return i;
}

/* Is a SYN, or with ACK a SYN/ACK, of the peer in the log already? */
static bool has_syn(struct tcpledger_facts *f, u8 kind)
{
	return tcpledger_log_find(&f->log, TCPLEDGER_ENTRY_IN, kind,
				  TCPLEDGER_SYN | TCPLEDGER_ACK, 0, true) !=
	       TCPLEDGER_LOG_NONE;
}

/* Was this number of a SYN logged before, with or without ACK? */
static bool syn_repeats(struct tcpledger_facts *f,
			const struct tcpledger_segment *seg)
{
	int i;

	for (i = 0; i < f->log.n; i++) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_IN &&
		    e->flags & TCPLEDGER_SYN && e->seq == seg->seq)
			return true;
	}
	return false;
}

static int in_syn(struct tcpledger_facts *f, s64 now,
		  const struct tcpledger_segment *seg,
		  const struct tcpledger_options *opt)
{
	bool same = f->bits & F_REMOTE_ISN && f->remote_isn == seg->seq;
	bool again = same && f->bits & F_SYN_IN;
	bool first = !(f->bits & (F_SYN_IN | F_SYNACK_IN)) &&
		     !tcpledger_fsm_synchronized(f->state);
	/* Nothing in the kernel remembers an unanswered or a cookie's SYN. */
	bool fresh = first || (!again &&
			       (f->state == TCPLEDGER_STATE_CLOSE ||
				(f->bits & F_COOKIE &&
				 f->state == TCPLEDGER_STATE_SYN_RECV)));
	int i = log_segment(f, now, seg, syn_repeats(f, seg) ?
			    TCPLEDGER_SEG_RETRANSMIT : 0,
			    first && !has_syn(f, TCPLEDGER_SYN));

	if (fresh) {
		f->remote_isn = seg->seq;
		f->bits |= F_SYN_IN | F_REMOTE_ISN;
		if (opt)
			keep_options(f, opt, false);
	} else if (again) {
		count(&f->syn_retransmits);
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SYN_RETRANSMIT,
				     i);
	} else if (!(f->bits & F_TIMEWAIT)) {
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_STALE_SYN, i);
	}
	if (i != TCPLEDGER_LOG_NONE && tcpledger_fsm_synchronized(f->state) &&
	    !(f->bits & F_TIMEWAIT))
		f->bits |= F_EXPECT_OUT | F_CHALLENGED;
	else if (f->state == TCPLEDGER_STATE_SYN_RECV && !again)
		f->bits |= F_EXPECT_OUT;
	return i;
}

/* The number after our SYN and what it carried. */
static u32 syn_end(struct tcpledger_facts *f)
{
	int i;

	for (i = 0; i < f->log.n; i++) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_OUT &&
		    e->flags & TCPLEDGER_SYN && e->seq == f->local_isn)
			return tcpledger_log_end(e);
	}
	return f->local_isn + 1;
}

static int in_synack(struct tcpledger_facts *f, s64 now,
		     const struct tcpledger_segment *seg,
		     const struct tcpledger_options *opt)
{
	bool same = f->bits & F_REMOTE_ISN && f->remote_isn == seg->seq;
	bool again = same && f->bits & F_SYNACK_IN;
	bool fits = f->bits & F_LOCAL_ISN &&
		    tcpledger_seq_after_eq(seg->ack, f->local_isn + 1) &&
		    tcpledger_seq_after_eq(syn_end(f), seg->ack);
	bool wanted = fits && !(f->bits & F_SYNACK_IN) &&
		      (f->state == TCPLEDGER_STATE_SYN_SENT ||
		       f->state == TCPLEDGER_STATE_SYN_RECV);
	int i = log_segment(f, now, seg, syn_repeats(f, seg) ?
			    TCPLEDGER_SEG_RETRANSMIT : 0,
			    wanted && !has_syn(f, TCPLEDGER_SYN |
						  TCPLEDGER_ACK));

	if (wanted) {
		f->remote_isn = seg->seq;
		f->bits |= F_SYNACK_IN | F_REMOTE_ISN;
		if (opt)
			keep_options(f, opt, false);
	} else if (again) {
		count(&f->synack_retransmits);
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT, i);
	} else if (f->bits & F_LOCAL_ISN) {
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_STALE_SYNACK, i);
	}
	if (tcpledger_fsm_synchronized(f->state) && !(f->bits & F_TIMEWAIT)) {
		f->bits |= F_EXPECT_OUT;
		if (!again)
			f->bits |= F_CHALLENGED;
	}
	return i;
}

static int in_fin(struct tcpledger_facts *f, s64 now,
		  const struct tcpledger_segment *seg)
{
	u32 end = tcpledger_segment_end(seg);
	bool tw = f->state == TCPLEDGER_STATE_TIME_WAIT;
	bool again = f->bits & F_FIN_LOGGED &&
		     tcpledger_log_find(&f->log, TCPLEDGER_ENTRY_IN,
					TCPLEDGER_FIN, TCPLEDGER_FIN, end,
					false) != TCPLEDGER_LOG_NONE;
	int i;

	if (!(f->bits & F_FIN_LOGGED))
		f->peer_fin_at = f->log.n;
	i = log_segment(f, now, seg, again ? TCPLEDGER_SEG_RETRANSMIT : 0,
			!(f->bits & F_FIN_LOGGED));
	f->bits |= F_FIN_LOGGED;
	if (tw ? again && tcpledger_facts_own_fin(f, end) :
		 again || i != TCPLEDGER_LOG_NONE)
		f->bits |= F_EXPECT_OUT;
	if (f->bits & F_FIN_OUT && seg->flags & TCPLEDGER_ACK &&
	    seg->ack == f->local_fin)
		f->bits |= F_FIN_ACK_LOGGED;
	return i;
}

static int in_rst(struct tcpledger_facts *f, s64 now,
		  const struct tcpledger_segment *seg)
{
	int i = log_segment(f, now, seg, 0, !(f->bits & F_RST_LOGGED));

	f->bits |= F_RST_LOGGED;
	f->rst_last = true;
	if (tcpledger_fsm_synchronized(f->state) && !(f->bits & F_TIMEWAIT) &&
	    i != TCPLEDGER_LOG_NONE)
		f->bits |= F_EXPECT_OUT | F_CHALLENGED;
	return i;
}

static int in_ack(struct tcpledger_facts *f, s64 now,
		  const struct tcpledger_segment *seg)
{
	bool ack = seg->flags & TCPLEDGER_ACK;
	bool of_fin = ack && f->bits & F_FIN_OUT &&
		      !(f->bits & F_FIN_ACKED_IN) && seg->ack == f->local_fin;
	bool opening = f->state == TCPLEDGER_STATE_SYN_SENT ||
		       f->state == TCPLEDGER_STATE_SYN_RECV;
	bool fits = opening && ack && f->bits & F_LOCAL_ISN &&
		    tcpledger_seq_after_eq(seg->ack, f->local_isn + 1) &&
		    seg->ack - f->local_isn < 0x40000000;
	bool key = (of_fin && !(f->bits & F_FIN_ACK_LOGGED)) ||
		   (fits && !(f->bits & F_ACK_LOGGED));
	int i;

	if (!of_fin && !opening && !(f->bits & (F_REQUEST | F_TIMEWAIT)))
		return TCPLEDGER_LOG_NONE;
	i = log_segment(f, now, seg, 0, key);
	if (of_fin)
		f->bits |= F_FIN_ACK_LOGGED;
	if (fits)
		f->bits |= F_ACK_LOGGED;
	if (opening && !fits && f->bits & F_LOCAL_ISN)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_INVALID_ACK, i);
	return i;
}

/**
 * tcpledger_facts_segment() - a segment passed one of the hooks
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @opt: its options, for a SYN; else NULL
 *
 * Context: any, bucket lock held.
 * Return: the index of its log entry, TCPLEDGER_LOG_NONE if it is none of
 * those that are logged (or the log is full, which is counted).
 */
int tcpledger_facts_segment(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg,
			    const struct tcpledger_options *opt)
{
	u8 flags = seg->flags;

	if (!seg->out)
		f->rst_last = false;
	if (seg->out && seg->other) {
		if (!(flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)))
			return TCPLEDGER_LOG_NONE;
		return log_segment(f, now, seg, 0, false);
	}
	if (flags & TCPLEDGER_RST)
		return seg->out ? out_rst(f, now, seg) : in_rst(f, now, seg);
	if (flags & TCPLEDGER_SYN) {
		if (seg->out)
			return out_syn(f, now, seg, opt);
		return flags & TCPLEDGER_ACK ? in_synack(f, now, seg, opt) :
					       in_syn(f, now, seg, opt);
	}
	if (flags & TCPLEDGER_FIN)
		return seg->out ? out_fin(f, now, seg) : in_fin(f, now, seg);
	return seg->out ? out_ack(f, now, seg) : in_ack(f, now, seg);
}

/**
 * tcpledger_facts_taken() - TCP acts on a segment that the log had no room for
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment, which came
 *
 * Others of its kind, which only looked like it, had filled the log. The one
 * that counts has room reserved.
 * Context: any, bucket lock held.
 * Return: the index of its log entry, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_taken(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg)
{
	if (seg->flags & TCPLEDGER_FIN && !(f->bits & F_FIN_LOGGED)) {
		f->peer_fin_at = f->log.n;
		f->bits |= F_FIN_LOGGED;
	}
	return log_segment(f, now, seg, 0, true);
}

/* Did another SYN with this number come, which TCP did not throw away? */
static bool syn_stands(struct tcpledger_facts *f, u32 seq)
{
	int i;

	for (i = 0; i < f->log.n; i++) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_IN &&
		    e->flags & TCPLEDGER_SYN && e->seq == seq &&
		    !(tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED))
			return true;
	}
	return false;
}

/* What a SYN or SYN/ACK taught while it was only a candidate. */
static void forget(struct tcpledger_facts *f,
		   const struct tcpledger_log_entry *e)
{
	bool synack = e->flags & TCPLEDGER_ACK;

	if (!(e->flags & TCPLEDGER_SYN) || f->remote_isn != e->seq ||
	    f->bits & F_SYN_ACKED_OUT || tcpledger_fsm_synchronized(f->state) ||
	    syn_stands(f, e->seq))
		return;
	f->bits &= ~(F_REMOTE_ISN | (synack ? F_SYNACK_IN : F_SYN_IN));
	f->options &= ~(OPT_REMOTE_SEEN | OPT_REMOTE_SACK | OPT_REMOTE_TS);
}

/**
 * tcpledger_facts_late() - a control segment of a connection that is over
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: a SYN/ACK, FIN or RST
 *
 * It is logged, as what came after, and changes nothing.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_late(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg)
{
	u8 bits = seg->out ? 0 : TCPLEDGER_SEG_REFUSED;
	u8 flag = seg->flags & (TCPLEDGER_FIN | TCPLEDGER_SYN);
	u8 type = seg->out ? TCPLEDGER_ENTRY_OUT : TCPLEDGER_ENTRY_IN;

	if (flag && !(seg->flags & TCPLEDGER_RST) &&
	    tcpledger_log_find(&f->log, type, flag, flag,
				       tcpledger_segment_end(seg), false) !=
	    TCPLEDGER_LOG_NONE)
		bits |= TCPLEDGER_SEG_RETRANSMIT;
	log_segment(f, now, seg, bits, false);
}

/*
 * A FIN was believed for the answer it got, and TCP throws it away in the state
 * that a FIN ends: PAWS answers like that (tcp_validate_incoming()).
 */
static bool fin_disproved(const struct tcpledger_facts *f,
			  const struct tcpledger_log_entry *e)
{
	return e->flags & TCPLEDGER_FIN && f->bits & F_FIN_IN && !f->ended &&
	       f->remote_fin == tcpledger_log_end(e) &&
	       (f->state == TCPLEDGER_STATE_FIN_WAIT1 ||
		f->state == TCPLEDGER_STATE_FIN_WAIT2);
}

/**
 * tcpledger_facts_refused() - TCP threw a logged segment away
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @segment: its index
 * @checksum: because its checksum was wrong
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_refused(struct tcpledger_facts *f, s64 now, int segment,
			     bool checksum)
{
	struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, segment);

	if (tcpledger_log_bits(e) & TCPLEDGER_SEG_ACCEPTED) {
		if (!fin_disproved(f, e))
			return;
		tcpledger_log_unmark(e, TCPLEDGER_SEG_ACCEPTED);
		f->bits &= ~(F_FIN_IN | F_FIN_ACKED_OUT);
	}
	tcpledger_log_mark(e, TCPLEDGER_SEG_REFUSED);
	/* TCP answers before it is done, but for a repeated FIN. */
	if (f->bits & F_CHALLENGED || (e->flags & TCPLEDGER_FIN &&
	    !(tcpledger_log_bits(e) & TCPLEDGER_SEG_RETRANSMIT)))
		f->bits &= ~(F_EXPECT_OUT | F_CHALLENGED);
	forget(f, e);
	if (checksum)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_BAD_CHECKSUM,
				     segment);
	else if (e->flags & TCPLEDGER_RST && !f->ended)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_BLIND_RESET,
				     segment);
}
