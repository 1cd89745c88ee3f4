// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a connection ended, and what ended it. Pure.
 *
 * The kernel traces that a socket goes to CLOSE, but not why: an RST of the peer, a
 * program, a timer, an error, or data that came when no program was left to read
 * it. The log and the circumstances of the change tell which.
 */
#include "verdict/facts_end.h"

#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"

/**
 * tcpledger_facts_reset() - TCP acts on an RST; the change to CLOSE follows
 * @f: the facts
 *
 * From the tracepoint tcp_receive_reset, which fires in tcp_reset() before the state
 * changes. TCP calls tcp_reset() also when data comes for a program that has closed:
 * then there is no RST of the peer, and one of ours follows.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_reset(struct tcpledger_facts *f)
{
	if (f->ended_at || f->bits & TOOK_LATE_DATA)
		return;
	if (f->rst_last || tcpledger_facts_find_rst(f, 0, true) !=
	    TCPLEDGER_LOG_NONE)
		f->bits |= TOOK_RST;
	else
		f->bits |= TOOK_LATE_DATA;
}

/*
 * Does a segment show that there is data beyond @rcv_nxt? tcp_rcv_state_process()
 * asks the same.
 */
static bool brings_data(const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	return (seg->len || seg->flags & TCPLEDGER_FIN) &&
	       !(seg->flags & (TCPLEDGER_SYN | TCPLEDGER_RST)) &&
	       tcpledger_seq_before(rcv_nxt, seg->seq + seg->len);
}

/**
 * tcpledger_facts_log_late_data() - data came for a program that has closed
 * @f: the facts; the change to CLOSE follows
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @index: its log entry, or TCPLEDGER_LOG_NONE
 * @rcv_nxt: next number TCP expects from the peer
 *
 * Data is not logged, but this segment ends the connection, so it gets an entry
 * now. TCP refuses the data and answers with an RST (RFC 1122 section 4.2.2.13).
 * Context: any, bucket lock held.
 * Return: the index of its log entry, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_log_late_data(struct tcpledger_facts *f, s64 now,
			      const struct tcpledger_segment *seg, int index,
			      u32 rcv_nxt)
{
	struct tcpledger_log_entry *e;

	if (!brings_data(seg, rcv_nxt))
		return index;
	f->bits |= TOOK_LATE_DATA;
	if (index == TCPLEDGER_LOG_NONE)
		index = tcpledger_facts_log_acted_on(f, now, seg);
	if (index == TCPLEDGER_LOG_NONE)
		return index;
	e = tcpledger_log_at(&f->log, index);
	/* If its ACK moved the connection, TCP refused nothing but the data. */
	if (!(tcpledger_log_bits(e) & TCPLEDGER_SEG_ACCEPTED))
		tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_REFUSED);
	f->late_at = index + 1;
	return index;
}

/* The outcome of a handshake that never completed. */
static u8 failed_outcome(const struct tcpledger_facts *f, u8 cause, u8 error)
{
	bool synack = f->bits & (SEEN_SYNACK_IN | SEEN_SYNACK_OUT);

	if (f->bits & TOOK_RST)
		return synack ? TCPLEDGER_OUTCOME_RESET :
				TCPLEDGER_OUTCOME_REFUSED;
	switch (cause) {
	case TCPLEDGER_CAUSE_TIMER:
		return f->bits & SEEN_ACK_OF_SYN_IN &&
		       f->role == TCPLEDGER_ROLE_PASSIVE ?
			TCPLEDGER_OUTCOME_DROPPED : TCPLEDGER_OUTCOME_TIMED_OUT;
	case TCPLEDGER_CAUSE_ERROR:
		return error ? TCPLEDGER_OUTCOME_UNREACHABLE :
			       TCPLEDGER_OUTCOME_ABORTED;
	default:
		return TCPLEDGER_OUTCOME_ABORTED;
	}
}

static void end_closing(struct tcpledger_facts *f, u8 cause, bool silent)
{
	const u32 both = TOOK_FIN | SEEN_FIN_OUT | TOOK_ACK_OF_FIN |
			 SEEN_ACK_OF_FIN_OUT;

	if (f->bits & TOOK_RST) {
		f->kind = TCPLEDGER_KIND_RESET;
		f->reset_by = TCPLEDGER_SIDE_REMOTE;
	} else if (cause == TCPLEDGER_CAUSE_TIMER ||
		   (f->anomalies & BIT(TCPLEDGER_ANOMALY_TIME_WAIT_OVERFLOW) &&
		    (f->bits & both) != both)) {
		f->kind = TCPLEDGER_KIND_TIMED_OUT;
		if (f->bits & SEEN_RST_OUT)
			f->reset_by = TCPLEDGER_SIDE_LOCAL;
	} else if ((f->bits & both) == both) {
		f->kind = tcpledger_facts_graceful_kind(f);
	} else {
		/*
		 * This side gave up. Our RST has left or leaves now, unless there
		 * is none: TCP_REPAIR moves a connection elsewhere, ICMP ends a
		 * Fast Open child that was not accepted yet (tcp_v4_err()), and
		 * "ss -K" and a dying namespace send none to a peer that has
		 * sent its FIN and got ours.
		 */
		f->kind = TCPLEDGER_KIND_RESET;
		if (f->bits & SEEN_RST_OUT)
			f->reset_by = TCPLEDGER_SIDE_LOCAL;
		else if (!silent)
			f->bits |= RST_OUT_DUE;
	}
	if (f->first == TCPLEDGER_SIDE_NOBODY)
		f->first = f->reset_by;
}

static void end(struct tcpledger_facts *f, s64 now, u8 cause, u8 error,
		bool silent)
{
	f->ended_at = f->base + tcpledger_facts_time(f, now);
	f->log.news |= LOG_NEWS | LOG_ENDED;
	f->error = error;
	f->bits &= ~(ANSWER_DUE | HELD_BY_REQUEST);
	if (f->bits & WAS_ESTABLISHED) {
		if (f->kind == TCPLEDGER_KIND_OPEN)
			end_closing(f, cause, silent || (error &&
				    cause == TCPLEDGER_CAUSE_ERROR));
		return;
	}
	if (f->outcome == TCPLEDGER_OUTCOME_IN_PROGRESS)
		f->outcome = failed_outcome(f, cause, error);
	f->kind = TCPLEDGER_KIND_NONE;
	if (f->bits & TOOK_RST)
		f->reset_by = TCPLEDGER_SIDE_REMOTE;
	else if (f->outcome == TCPLEDGER_OUTCOME_REFUSED ||
		 f->outcome == TCPLEDGER_OUTCOME_RESET)
		f->reset_by = TCPLEDGER_SIDE_LOCAL;
	f->first = f->reset_by;
}

static bool timer_ended(const struct tcpledger_facts *f,
			const struct tcpledger_death *d)
{
	if (d->error == ETIMEDOUT)
		return true;
	if (!tcpledger_fsm_synchronized(d->from))
		return d->soft;
	/*
	 * ICMP does not end a synchronized connection (RFC 5461), so an error
	 * is a timer's. The RST of an orphan leaves before the change if a timer
	 * ends it, and after the change if late data does.
	 */
	return d->error || f->bits & SEEN_RST_OUT;
}

/*
 * The ACK of our FIN, if it came with data, or with a FIN after data still to come.
 * No program is left to read that, so it ends an orphan with our RST
 * (tcp_rcv_state_process()).
 */
static int late_with_ack(struct tcpledger_facts *f,
			 const struct tcpledger_death *d)
{
	const struct tcpledger_log_entry *e;
	u8 fin;
	int i;

	if (d->from != TCPLEDGER_STATE_FIN_WAIT2 || !d->orphan)
		return TCPLEDGER_LOG_NONE;
	i = tcpledger_facts_find_ack_of_fin(f);
	/* With TCP_LINGER2 below 0 the ACK of our FIN alone ends an orphan. */
	if (i == TCPLEDGER_LOG_NONE || d->no_linger)
		return i;
	e = tcpledger_log_at(&f->log, i);
	fin = e->flags & TCPLEDGER_FIN;
	if (!e->len && !fin)
		return TCPLEDGER_LOG_NONE;
	return tcpledger_seq_before(d->rcv_nxt, tcpledger_log_end(e) - !!fin) ?
		i : TCPLEDGER_LOG_NONE;
}

/*
 * Was there no room for a timewait socket (tcp_time_wait())? In FIN_WAIT2 one should
 * take over from an orphan, unless the program asked not to linger.
 */
static bool overflowed(struct tcpledger_facts *f,
		       const struct tcpledger_death *d)
{
	return d->from == TCPLEDGER_STATE_FIN_WAIT2 && d->orphan &&
	       !d->no_linger && !d->error &&
	       !(f->bits & (SEEN_RST_OUT | TOOK_RST | TOOK_LATE_DATA)) &&
	       late_with_ack(f, d) == TCPLEDGER_LOG_NONE;
}

/* Why a connection went to CLOSE, and the segment that did it. */
static u8 death_cause(struct tcpledger_facts *f,
		      const struct tcpledger_death *d, int *segment)
{
	*segment = TCPLEDGER_LOG_NONE;
	if (f->bits & TOOK_RST) {
		*segment = tcpledger_facts_find_rst(f, d->rcv_nxt,
			d->from == TCPLEDGER_STATE_SYN_SENT);
		return TCPLEDGER_CAUSE_SEGMENT;
	}
	if (f->bits & TOOK_LATE_DATA) {
		*segment = (int)f->late_at - 1;
		return TCPLEDGER_CAUSE_SEGMENT;
	}
	if (d->fin_acked && (d->from == TCPLEDGER_STATE_LAST_ACK ||
			     d->from == TCPLEDGER_STATE_CLOSING)) {
		*segment = tcpledger_facts_find_ack_of_fin(f);
		f->bits |= TOOK_ACK_OF_FIN;
		return TCPLEDGER_CAUSE_SEGMENT;
	}
	if (d->from == TCPLEDGER_STATE_FIN_WAIT2 && f->bits & TOOK_FIN) {
		*segment = tcpledger_facts_find_fin(f, d->rcv_nxt);
		return TCPLEDGER_CAUSE_SEGMENT;
	}
	if (d->from == TCPLEDGER_STATE_FIN_WAIT2 && overflowed(f, d))
		return TCPLEDGER_CAUSE_ERROR;
	if (d->task && (!d->error || d->error == ECONNABORTED)) {
		/* connect() failed by itself, before it sent anything. */
		if (d->from == TCPLEDGER_STATE_SYN_SENT && !d->shut &&
		    !d->error && !(f->bits & SEEN_SYN_OUT))
			return TCPLEDGER_CAUSE_ERROR;
		/*
		 * close() itself, which sets no error: there are too many orphans,
		 * or the namespace is dead. "ss -K" sets an error (tcp_abort()).
		 */
		if (d->orphan && !d->error &&
		    d->from != TCPLEDGER_STATE_FIN_WAIT2)
			return TCPLEDGER_CAUSE_ERROR;
		return TCPLEDGER_CAUSE_USER;
	}
	if (timer_ended(f, d))
		return TCPLEDGER_CAUSE_TIMER;
	if (d->error)
		return TCPLEDGER_CAUSE_ERROR;
	if (d->orphan && f->bits & SEEN_FIN_OUT) {
		/* With TCP_LINGER2 below 0 the ACK of our FIN is enough. */
		*segment = d->no_linger &&
			   d->from == TCPLEDGER_STATE_FIN_WAIT2 ?
				tcpledger_facts_find_ack_of_fin(f) :
				late_with_ack(f, d);
		return TCPLEDGER_CAUSE_SEGMENT;
	}
	return TCPLEDGER_CAUSE_ERROR;
}

/**
 * tcpledger_facts_close() - TCP moved this connection to CLOSE
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @d: the change, as traced
 *
 * The caller leaves out what is no change in RFC 9293: CLOSE to CLOSE, and the CLOSE
 * of a socket from which a timewait socket took over.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_close(struct tcpledger_facts *f, s64 now,
			 const struct tcpledger_death *d)
{
	bool overflow;
	int segment;
	u8 cause;

	tcpledger_facts_synchronized(f, d->from);
	overflow = overflowed(f, d);
	cause = death_cause(f, d, &segment);

	if (f->bits & TOOK_RST && f->anomalies &
	    BIT(TCPLEDGER_ANOMALY_STALE_SYN) &&
	    f->anomalies & BIT(TCPLEDGER_ANOMALY_CHALLENGE_ACK))
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_HALF_OPEN,
				     segment);
	tcpledger_facts_move(f, now, d->from, TCPLEDGER_STATE_CLOSE, cause,
			     segment);
	if (d->orphan && cause == TCPLEDGER_CAUSE_TIMER)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_ORPHAN_TIMEOUT,
				     TCPLEDGER_LOG_NONE);
	if (((d->from == TCPLEDGER_STATE_FIN_WAIT2 && f->bits & TOOK_FIN) ||
	     (d->from == TCPLEDGER_STATE_CLOSING && d->fin_acked)) &&
	    cause == TCPLEDGER_CAUSE_SEGMENT && !(f->bits & TOOK_RST))
		overflow = true;
	if (overflow)
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_TIME_WAIT_OVERFLOW,
				     segment);
	end(f, now, cause, d->error, d->silent && d->task);
}

/**
 * tcpledger_facts_end() - a record without a full socket is over
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @cause: enum tcpledger_cause
 * @segment: index of the segment that ended it, or TCPLEDGER_LOG_NONE
 * @outcome: enum tcpledger_outcome
 *
 * For a request socket that was given up, a SYN that nobody answered, a closed
 * port, and a socket whose end was missed. Context: any, bucket lock held.
 */
void tcpledger_facts_end(struct tcpledger_facts *f, s64 now, u8 cause,
			 int segment, u8 outcome)
{
	if (f->state != TCPLEDGER_STATE_CLOSE)
		tcpledger_facts_move(f, now, f->state, TCPLEDGER_STATE_CLOSE,
				     cause, segment);
	else if (segment != TCPLEDGER_LOG_NONE)
		tcpledger_log_mark(&f->log, tcpledger_log_at(&f->log, segment),
				   TCPLEDGER_SEG_ACCEPTED);
	if (!(f->bits & WAS_ESTABLISHED))
		f->outcome = outcome;
	end(f, now, cause, 0, false);
}
