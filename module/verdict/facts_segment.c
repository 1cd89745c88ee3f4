// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to segments after they were logged, such as an anomaly or a refusal
 * by TCP, and the logging of those that come or leave too late. Pure.
 */
#include "verdict/facts_segment.h"

/**
 * tcpledger_facts_note() - an anomaly was noticed
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @tag: enum tcpledger_anomaly
 * @segment: index of the segment it was seen at, or TCPLEDGER_LOG_NONE
 *
 * The log has the first anomaly of each kind, and every restart of 2MSL.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_note(struct tcpledger_facts *f, s64 now, u8 tag,
			  int segment)
{
	if (f->anomalies & BIT(tag) &&
	    tag != TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED)
		return;
	if (!(f->anomalies & BIT(tag)))
		f->log.news |= BIT(tag);
	f->anomalies |= BIT(tag);
	tcpledger_log_note(&f->log, tcpledger_facts_time(f, now), tag, segment);
}

/**
 * tcpledger_facts_log_any() - tcpledger_facts_log(), not inlined
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @type: TCPLEDGER_ENTRY_IN or TCPLEDGER_ENTRY_OUT
 * @bits: TCPLEDGER_SEG_*
 * @class: whether it may use reserved room
 *
 * tcpledger_facts_log() calls this if the log is empty or fills. Other callers are rare.
 * Context and return value as tcpledger_facts_log().
 */
int tcpledger_facts_log_any(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, u8 type,
			    u8 bits, enum tcpledger_log_class class)
{
	return tcpledger_log_segment(&f->log, tcpledger_facts_time(f, now), seg,
				     type, bits, class);
}

/**
 * tcpledger_facts_log_acted_on() - TCP acts on a segment that the log had no room for
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment, which came
 *
 * Forged segments had filled the log when this one came. TCP accepted this one, so it
 * is now logged as TCPLEDGER_LOG_KEY, for which the log reserves room.
 * Context: any, bucket lock held.
 * Return: the index of its log entry, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_log_acted_on(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg)
{
	if (seg->flags & TCPLEDGER_FIN && !(f->bits & SEEN_FIN_IN)) {
		f->peer_fin_at = f->log.n;
		f->bits |= SEEN_FIN_IN;
	}
	return tcpledger_facts_log_any(f, now, seg, TCPLEDGER_ENTRY_IN, 0,
				       TCPLEDGER_LOG_KEY);
}

/* Is there another SYN with this number that TCP did not throw away? */
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

/* Undo what a SYN or SYN/ACK added while TCP had not taken it yet. */
static void forget(struct tcpledger_facts *f,
		   const struct tcpledger_log_entry *e)
{
	bool synack = e->flags & TCPLEDGER_ACK;

	if (!(e->flags & TCPLEDGER_SYN) || f->remote_isn != e->seq ||
	    f->bits & SEEN_ACK_OF_SYN_OUT || tcpledger_fsm_synchronized(f->state) ||
	    syn_stands(f, e->seq))
		return;
	f->bits &= ~(KNOWN_REMOTE_ISN | (synack ? SEEN_SYNACK_IN : SEEN_SYN_IN));
	f->options &= ~OPT_REMOTE;
}

/**
 * tcpledger_facts_log_late() - a control segment of a connection that is over
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: a SYN/ACK, FIN or RST
 *
 * The segment is logged after the end, and changes no other fact.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_log_late(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg)
{
	u8 bits = !seg->out ? TCPLEDGER_SEG_REFUSED :
		  seg->other ? TCPLEDGER_SEG_OTHER : 0;
	u8 flag = seg->flags & (TCPLEDGER_FIN | TCPLEDGER_SYN);
	u8 type = seg->out ? TCPLEDGER_ENTRY_OUT : TCPLEDGER_ENTRY_IN;

	if (flag && !(seg->flags & TCPLEDGER_RST) &&
	    tcpledger_log_find(&f->log, type, flag, flag,
			       tcpledger_segment_end(seg), false) !=
	    TCPLEDGER_LOG_NONE)
		bits |= TCPLEDGER_SEG_RETRANSMIT;
	tcpledger_facts_log_any(f, now, seg, type, bits, TCPLEDGER_LOG_MINOR);
}

/**
 * tcpledger_facts_log_takeover() - log the SYN for which TPROXY ended TIME_WAIT
 * @f: the facts of the connection that the SYN ended
 * @now: CLOCK_MONOTONIC
 * @syn: the SYN, which begins another connection
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_log_takeover(struct tcpledger_facts *f, s64 now,
				const struct tcpledger_segment *syn)
{
	tcpledger_facts_log_any(f, now, syn, TCPLEDGER_ENTRY_IN, 0,
				TCPLEDGER_LOG_KEY);
}

/*
 * A FIN was taken for accepted since an ACK that covers it left, but TCP throws it
 * away in a state that it would have ended: PAWS answers like that
 * (tcp_validate_incoming()).
 */
static bool fin_disproved(const struct tcpledger_facts *f,
			  const struct tcpledger_log_entry *e)
{
	return e->flags & TCPLEDGER_FIN && f->bits & TOOK_FIN && !f->ended_at &&
	       f->remote_fin == tcpledger_log_end(e) &&
	       (f->state == TCPLEDGER_STATE_FIN_WAIT1 ||
		f->state == TCPLEDGER_STATE_FIN_WAIT2);
}

/**
 * tcpledger_facts_segment_done() - TCP is done with a segment, logged or not
 * @f: the facts
 * @flags: the segment's
 * @ack_follows: TCP has its data already or no room for it, and answers after this
 *
 * All other answers have left before this, or never leave: a segment with a wrong
 * checksum gets none.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_segment_done(struct tcpledger_facts *f, u8 flags, bool ack_follows)
{
	if (flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST) &&
	    !ack_follows)
		tcpledger_facts_expect_none(f);
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
		tcpledger_log_unmark(&f->log, e, TCPLEDGER_SEG_ACCEPTED);
		f->bits &= ~(TOOK_FIN | SEEN_ACK_OF_FIN_OUT);
	}
	tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_REFUSED);
	forget(f, e);
	if (checksum)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_BAD_CHECKSUM,
				     segment);
	else if (e->flags & TCPLEDGER_RST && !f->ended_at)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_BLIND_RESET,
				     segment);
}
