// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a state change adds to the facts. Pure.
 *
 * A state change is what TCP did, so here the segments that only looked like
 * something become facts: each change is joined to the entry of the log whose
 * numbers satisfied it, whenever TCP processed that segment (at once, or later
 * from the backlog of a locked socket).
 */
#include "facts.h"

/**
 * tcpledger_facts_init() - a new record
 * @f: the facts; their log stays as it is, only its counts are reset
 * @now: CLOCK_MONOTONIC
 * @state: enum tcpledger_state to begin in
 * @role: enum tcpledger_role
 *
 * Context: any; nobody else knows @f yet.
 */
void tcpledger_facts_init(struct tcpledger_facts *f, s64 now, u8 state,
			  u8 role)
{
	memset(f, 0, offsetof(struct tcpledger_facts, log.first));
	f->base = now;
	f->since = now;
	f->state = state;
	f->role = role;
	f->local_wscale = -1;
	f->remote_wscale = -1;
}

/**
 * tcpledger_facts_move() - enter a state change in the log
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @from: old enum tcpledger_state
 * @to: new one
 * @cause: enum tcpledger_cause
 * @segment: index of the segment that caused it, or TCPLEDGER_LOG_NONE
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_move(struct tcpledger_facts *f, s64 now, u8 from,
			  u8 to, u8 cause, int segment)
{
	struct tcpledger_log_entry *e = segment < 0 ? NULL :
		tcpledger_log_at(&f->log, segment);
	s64 t = tcpledger_facts_time(f, now);

	/* What ends FIN_WAIT2 does so by being refused, see tw_exit(). */
	if (e && !(tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED))
		tcpledger_log_mark(e, TCPLEDGER_SEG_ACCEPTED);
	tcpledger_log_state(&f->log, t, from, to, cause, segment);
	f->since = f->base + t;
	f->state = to;
}

/**
 * tcpledger_facts_seed() - what the state itself tells of what went before
 * @f: the facts of a record whose beginning was not seen
 * @snd_end: the number after the last that was queued for sending
 * @rcv_nxt: next number expected from the peer
 *
 * Context: any; nobody else knows @f yet, or the bucket lock is held.
 */
void tcpledger_facts_seed(struct tcpledger_facts *f, u32 snd_end, u32 rcv_nxt)
{
	f->bits |= F_PARTIAL;
	if (tcpledger_fsm_synchronized(f->state)) {
		f->bits |= F_ESTABLISHED;
		f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	}
	if (BIT(f->state) & TCPLEDGER_CLOSED_BY_US) {
		f->bits |= F_FIN_OUT | F_CLOSING;
		f->local_fin = snd_end;
		f->first = TCPLEDGER_SIDE_LOCAL;
	}
	if (BIT(f->state) & TCPLEDGER_CLOSED_BY_PEER) {
		f->bits |= F_FIN_IN | F_FIN_ACKED_OUT | F_CLOSING;
		f->remote_fin = rcv_nxt;
		f->first = TCPLEDGER_SIDE_REMOTE;
	}
	if (f->state == TCPLEDGER_STATE_FIN_WAIT2)
		f->bits |= F_FIN_ACKED_IN | F_ACKED_EARLY;
	if (f->state == TCPLEDGER_STATE_LAST_ACK)
		f->bits |= F_ACKED_EARLY;
	if (f->state == TCPLEDGER_STATE_CLOSING) {
		f->bits |= F_CROSSED;
		f->first = TCPLEDGER_SIDE_BOTH;
	}
}

/**
 * tcpledger_facts_accept_fin() - TCP took a FIN of the peer
 * @f: the facts
 * @segment: its index, or TCPLEDGER_LOG_NONE if it was not logged
 * @end: the number after it
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_accept_fin(struct tcpledger_facts *f, int segment,
				u32 end)
{
	if (segment != TCPLEDGER_LOG_NONE)
		tcpledger_log_mark(tcpledger_log_at(&f->log, segment),
				   TCPLEDGER_SEG_ACCEPTED);
	f->bits |= F_FIN_IN;
	f->remote_fin = end;
	if (f->first == TCPLEDGER_SIDE_NOBODY)
		f->first = TCPLEDGER_SIDE_REMOTE;
}

/*
 * The first ACK that covers our SYN or FIN and was not thrown away; from where
 * the log was when that left.
 */
static int find_ack(struct tcpledger_facts *f, u32 ack, bool exact, int from)
{
	int i;

	for (i = from; i < f->log.n; i++) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_IN &&
		    e->flags & TCPLEDGER_ACK && !(e->flags & TCPLEDGER_RST) &&
		    !(tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED) &&
		    (exact ? e->ack == ack :
			     tcpledger_seq_after_eq(e->ack, ack)))
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

/* By what a segment is recognized: the number after it, its own, or neither. */
enum find_by { BY_END, BY_SEQ, BY_FLAGS };

/* The first segment that came, was not thrown away, and fits. */
static int find_in(struct tcpledger_facts *f, u8 flags, u8 mask,
		   enum find_by by, u32 number, int from)
{
	int i;

	for (i = from; i < f->log.n; i++) {
		struct tcpledger_log_entry *e = tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) != TCPLEDGER_ENTRY_IN ||
		    (e->flags & mask) != flags ||
		    tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED)
			continue;
		if (by == BY_FLAGS ||
		    number == (by == BY_END ? tcpledger_log_end(e) : e->seq))
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

/**
 * tcpledger_facts_cause() - the segment that satisfied a state change
 * @f: the facts
 * @rule: what kind of segment it must have been
 * @rcv_nxt: next number expected from the peer, after the segment
 *
 * Context: any, bucket lock held.
 * Return: its index, or TCPLEDGER_LOG_NONE if it was not logged.
 */
int tcpledger_facts_cause(struct tcpledger_facts *f, enum tcpledger_rule rule,
			  u32 rcv_nxt)
{
	const u8 synack = TCPLEDGER_SYN | TCPLEDGER_ACK;

	switch (rule) {
	case TCPLEDGER_RULE_SYN:
		return find_in(f, TCPLEDGER_SYN, synack, BY_SEQ, rcv_nxt - 1,
			       0);
	case TCPLEDGER_RULE_SYNACK:
		return find_in(f, synack, synack, BY_SEQ, rcv_nxt - 1, 0);
	case TCPLEDGER_RULE_ACK_OF_SYN:
		return f->bits & F_LOCAL_ISN ?
			find_ack(f, f->local_isn + 1, false, f->syn_at) :
			TCPLEDGER_LOG_NONE;
	case TCPLEDGER_RULE_FIN:
		return f->bits & F_FIN_LOGGED ?
			find_in(f, TCPLEDGER_FIN, TCPLEDGER_FIN, BY_END,
				rcv_nxt, f->peer_fin_at) : TCPLEDGER_LOG_NONE;
	case TCPLEDGER_RULE_ACK_OF_FIN:
		return f->bits & F_FIN_OUT ?
			find_ack(f, f->local_fin, true, f->fin_at) :
			TCPLEDGER_LOG_NONE;
	default:
		return TCPLEDGER_LOG_NONE;
	}
}

/**
 * tcpledger_facts_find_rst() - the RST that TCP acted on
 * @f: the facts
 * @rcv_nxt: the number it must have
 * @any: before there is a number to expect, any will do
 *
 * Context: any, bucket lock held.
 * Return: its index, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_find_rst(struct tcpledger_facts *f, u32 rcv_nxt, bool any)
{
	return find_in(f, TCPLEDGER_RST, TCPLEDGER_RST,
		       any ? BY_FLAGS : BY_SEQ, rcv_nxt, 0);
}

static void set_established(struct tcpledger_facts *f)
{
	f->bits |= F_ESTABLISHED;
	f->bits &= ~(F_REQUEST | F_RST_OUT | F_RST_LOGGED);
	f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
}

/**
 * tcpledger_facts_graceful_kind() - how an orderly close went
 * @f: the facts, with both FINs acknowledged
 *
 * Context: any, bucket lock held.
 * Return: enum tcpledger_kind.
 */
u8 tcpledger_facts_graceful_kind(const struct tcpledger_facts *f)
{
	if (f->bits & F_CROSSED)
		return TCPLEDGER_KIND_SIMULTANEOUS;
	return f->bits & F_ACKED_EARLY ? TCPLEDGER_KIND_FOUR_SEGMENT :
					 TCPLEDGER_KIND_THREE_SEGMENT;
}

static void moved(struct tcpledger_facts *f, s64 now, u8 from, u8 to,
		  int segment)
{
	const struct tcpledger_log_entry *e = segment < 0 ? NULL :
		tcpledger_log_at(&f->log, segment);

	switch (to) {
	case TCPLEDGER_STATE_ESTABLISHED:
		if (from == TCPLEDGER_STATE_SYN_SENT && e) {
			f->remote_isn = e->seq;
			f->bits |= F_REMOTE_ISN;
		}
		set_established(f);
		break;
	case TCPLEDGER_STATE_SYN_RECV:
		if (from == TCPLEDGER_STATE_SYN_SENT) {
			f->role = TCPLEDGER_ROLE_SIMULTANEOUS;
			tcpledger_facts_note(f, now,
				TCPLEDGER_ANOMALY_SIMULTANEOUS_OPEN, segment);
		}
		break;
	case TCPLEDGER_STATE_FIN_WAIT2:
		f->bits |= F_FIN_ACKED_IN;
		if (!e || !(e->flags & TCPLEDGER_FIN))
			f->bits |= F_ACKED_EARLY;
		break;
	case TCPLEDGER_STATE_CLOSING:
		f->bits |= F_CROSSED;
		f->first = TCPLEDGER_SIDE_BOTH;
		break;
	}
}

/**
 * tcpledger_facts_state() - TCP moved this connection
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @c: the change, as traced
 *
 * The caller has left out what means nothing in RFC 9293: X to X, CLOSE to
 * CLOSE, and the CLOSE of a socket whose timewait socket took over.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_state(struct tcpledger_facts *f, s64 now,
			   const struct tcpledger_change *c)
{
	enum tcpledger_rule rule = tcpledger_fsm_rule(c->from, c->to);
	int segment = TCPLEDGER_LOG_NONE;
	u8 cause = TCPLEDGER_CAUSE_SEGMENT;

	if (tcpledger_fsm_synchronized(c->from) &&
	    !(f->bits & F_ESTABLISHED))
		set_established(f);	/* its change to it was not seen */
	if (rule == TCPLEDGER_RULE_DEATH) {
		tcpledger_facts_die(f, now, c);
		return;
	}
	if (rule == TCPLEDGER_RULE_USER || rule == TCPLEDGER_RULE_ILLEGAL ||
	    (rule == TCPLEDGER_RULE_SYNACK && !(f->bits & F_SYN_OUT) &&
	     c->task))
		cause = TCPLEDGER_CAUSE_USER;
	else
		segment = tcpledger_facts_cause(f, rule, c->rcv_nxt);
	if (rule == TCPLEDGER_RULE_FIN)
		tcpledger_facts_accept_fin(f, segment, c->rcv_nxt);
	tcpledger_facts_move(f, now, c->from, c->to, cause, segment);
	if (rule == TCPLEDGER_RULE_ILLEGAL)
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_ILLEGAL_TRANSITION,
				     TCPLEDGER_LOG_NONE);
	moved(f, now, c->from, c->to, segment);
}
