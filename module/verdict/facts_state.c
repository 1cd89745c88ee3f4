// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a state change adds to the facts. Pure.
 *
 * A state change is what TCP did, so here a segment that only looked like a cause
 * becomes one. Each change is joined to the log entry whose numbers satisfy it,
 * whether TCP processed that segment at once or later from the backlog.
 */
#include "verdict/facts_state.h"

#include "verdict/facts_segment.h"

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

static __always_inline void enter_into(struct tcpledger_facts *f, s64 now,
				       u32 from, u32 to, u32 cause,
				       int segment)
{
	const s64 t = tcpledger_facts_time(f, now);

	f->since = f->base + t;
	f->state = to;
	tcpledger_log_state(&f->log, t, from, to, cause, segment);
}

static noinline void enter_into_any(struct tcpledger_facts *f, s64 now,
				    u32 from, u32 to, u32 cause, int segment)
{
	enter_into(f, now, from, to, cause, segment);
}

/* Call this last (tail call), so the compiler need not save registers across it. */
static __always_inline void enter(struct tcpledger_facts *f, s64 now, u32 from,
				  u32 to, u32 cause, int segment)
{
	/* Why there are two, tcpledger_facts_log() tells. */
	if (unlikely(!f->log.n || !tcpledger_log_roomy(&f->log)))
		enter_into_any(f, now, from, to, cause, segment);
	else
		enter_into(f, now, from, to, cause, segment);
}

/**
 * tcpledger_facts_move() - enter a state change in the log
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @from: old enum tcpledger_state
 * @to: new enum tcpledger_state
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

	/* A refused segment can end FIN_WAIT2, see tcpledger_facts_tw_exit(). */
	if (e && !(tcpledger_log_bits(e) & TCPLEDGER_SEG_REFUSED))
		tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_ACCEPTED);
	enter(f, now, from, to, cause, segment);
}

/**
 * tcpledger_facts_seed() - set the facts that the present state implies
 * @f: the facts of a record whose beginning was not seen
 * @snd_end: the number after the last that was queued for sending
 * @rcv_nxt: next number expected from the peer
 *
 * Context: any; nobody else knows @f yet, or the bucket lock is held.
 */
void tcpledger_facts_seed(struct tcpledger_facts *f, u32 snd_end, u32 rcv_nxt)
{
	f->bits |= IS_PARTIAL;
	if (tcpledger_fsm_synchronized(f->state)) {
		f->bits |= WAS_ESTABLISHED;
		f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	}
	if (BIT(f->state) & TCPLEDGER_CLOSED_BY_US) {
		f->bits |= SEEN_FIN_OUT | CLOSE_BEGAN;
		f->local_fin = snd_end;
		f->first = TCPLEDGER_SIDE_LOCAL;
	}
	if (BIT(f->state) & TCPLEDGER_CLOSED_BY_PEER) {
		f->bits |= TOOK_FIN | SEEN_ACK_OF_FIN_OUT | CLOSE_BEGAN;
		f->remote_fin = rcv_nxt;
		f->first = TCPLEDGER_SIDE_REMOTE;
	}
	if (f->state == TCPLEDGER_STATE_FIN_WAIT2)
		f->bits |= TOOK_ACK_OF_FIN | FINS_IN_TURN;
	if (f->state == TCPLEDGER_STATE_LAST_ACK)
		f->bits |= FINS_IN_TURN;
	if (f->state == TCPLEDGER_STATE_CLOSING) {
		f->bits |= FINS_CROSSED;
		f->first = TCPLEDGER_SIDE_BOTH;
	}
}

static inline void accept_fin(struct tcpledger_facts *f, u32 end)
{
	f->bits |= TOOK_FIN;
	f->remote_fin = end;
	if (f->first == TCPLEDGER_SIDE_NOBODY)
		f->first = TCPLEDGER_SIDE_REMOTE;
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
		tcpledger_log_mark(&f->log, tcpledger_log_at(&f->log, segment),
				   TCPLEDGER_SEG_ACCEPTED);
	accept_fin(f, end);
}

/* Is it a segment that came and was not thrown away, with these flags? */
static inline bool stands(const struct tcpledger_log_entry *e, u8 flags,
			  u8 mask)
{
	const u8 refused = TCPLEDGER_SEG_REFUSED << 2;

	return ((u8)e->when & (refused | 3)) == TCPLEDGER_ENTRY_IN &&
	       (e->flags & mask) == flags;
}

/* How a segment is recognized. */
enum find_by { BY_END, BY_SEQ, BY_ACK, BY_ACK_OR_MORE, BY_FLAGS };

static inline bool fits(const struct tcpledger_log_entry *e, enum find_by by,
			u32 number)
{
	switch (by) {
	case BY_END:
		return tcpledger_log_end(e) == number;
	case BY_SEQ:
		return e->seq == number;
	case BY_ACK:
		return e->ack == number;
	case BY_ACK_OR_MORE:
		return tcpledger_seq_after_eq(e->ack, number);
	default:
		return true;
	}
}

/*
 * The first segment that came, was not thrown away, and fits. The search begins at
 * entry @from: the segment cannot be before it.
 */
static __always_inline int find(struct tcpledger_facts *f, u32 from, u8 flags,
				u8 mask, enum find_by by, u32 number)
{
	u32 i;

	for (i = from; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);

		if (stands(e, flags, mask) && fits(e, by, number))
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

static inline int find_synack(struct tcpledger_facts *f, u32 rcv_nxt)
{
	const u8 synack = TCPLEDGER_SYN | TCPLEDGER_ACK;

	return find(f, f->syn_at, synack, synack, BY_SEQ, rcv_nxt - 1);
}

static int find_syn(struct tcpledger_facts *f, u32 rcv_nxt)
{
	return find(f, 0, TCPLEDGER_SYN, TCPLEDGER_SYN | TCPLEDGER_ACK, BY_SEQ,
		    rcv_nxt - 1);
}

static inline int find_ack_of_syn(struct tcpledger_facts *f)
{
	if (!(f->bits & KNOWN_LOCAL_ISN))
		return TCPLEDGER_LOG_NONE;
	return find(f, f->syn_at, TCPLEDGER_ACK, TCPLEDGER_ACK | TCPLEDGER_RST,
		    BY_ACK_OR_MORE, f->local_isn + 1);
}

static inline int find_fin(struct tcpledger_facts *f, u32 end)
{
	if (!(f->bits & SEEN_FIN_IN))
		return TCPLEDGER_LOG_NONE;
	return find(f, f->peer_fin_at, TCPLEDGER_FIN, TCPLEDGER_FIN, BY_END,
		    end);
}

static inline int find_ack_of_fin(struct tcpledger_facts *f)
{
	if (!(f->bits & SEEN_FIN_OUT))
		return TCPLEDGER_LOG_NONE;
	return find(f, f->fin_at, TCPLEDGER_ACK, TCPLEDGER_ACK | TCPLEDGER_RST,
		    BY_ACK, f->local_fin);
}

/**
 * tcpledger_facts_find_fin() - the FIN that TCP took
 * @f: the facts
 * @end: the number after it
 *
 * Context: any, bucket lock held.
 * Return: its index, or TCPLEDGER_LOG_NONE if it was not logged.
 */
int tcpledger_facts_find_fin(struct tcpledger_facts *f, u32 end)
{
	return find_fin(f, end);
}

/**
 * tcpledger_facts_find_ack_of_fin() - the ACK of our FIN that TCP took
 * @f: the facts
 *
 * Context: any, bucket lock held.
 * Return: its index, or TCPLEDGER_LOG_NONE if it was not logged.
 */
int tcpledger_facts_find_ack_of_fin(struct tcpledger_facts *f)
{
	return find_ack_of_fin(f);
}

/* The last RST that came and was not thrown away. */
static int find_last_rst(struct tcpledger_facts *f)
{
	int i;

	for (i = f->log.n - 1; i >= 0; i--)
		if (stands(tcpledger_log_at(&f->log, i), TCPLEDGER_RST,
			   TCPLEDGER_RST))
			return i;
	return TCPLEDGER_LOG_NONE;
}

/**
 * tcpledger_facts_find_rst() - the RST that TCP acted on
 * @f: the facts
 * @rcv_nxt: the number it usually has
 * @any: take any RST, as TCP expects no number of the peer yet
 *
 * TCP takes an RST also at two other numbers (tcp_validate_incoming()): after the
 * peer's FIN at @rcv_nxt - 1, and at the end of what came out of order. The end is
 * not known here, so the last RST that TCP did not throw away is taken.
 * Context: any, bucket lock held.
 * Return: its index, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_find_rst(struct tcpledger_facts *f, u32 rcv_nxt, bool any)
{
	int i;

	if (any)
		return find(f, 0, TCPLEDGER_RST, TCPLEDGER_RST, BY_FLAGS, 0);
	i = find(f, 0, TCPLEDGER_RST, TCPLEDGER_RST, BY_SEQ, rcv_nxt);
	return i != TCPLEDGER_LOG_NONE ? i : find_last_rst(f);
}

/**
 * tcpledger_facts_find_in() - the entry of a segment that came
 * @f: the facts
 * @seg: the segment
 *
 * Context: any, bucket lock held.
 * Return: the index of the last entry like it, or TCPLEDGER_LOG_NONE.
 */
int tcpledger_facts_find_in(struct tcpledger_facts *f,
			    const struct tcpledger_segment *seg)
{
	int i;

	for (i = f->log.n - 1; i >= 0; i--) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_IN &&
		    e->seq == seg->seq && e->flags == seg->flags &&
		    e->len == seg->len)
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

/**
 * tcpledger_facts_graceful_kind() - the kind of a graceful close
 * @f: the facts, with both FINs acknowledged
 *
 * Context: any, bucket lock held.
 * Return: enum tcpledger_kind.
 */
u8 tcpledger_facts_graceful_kind(const struct tcpledger_facts *f)
{
	if (f->bits & FINS_CROSSED)
		return TCPLEDGER_KIND_SIMULTANEOUS;
	return f->bits & FINS_IN_TURN ? TCPLEDGER_KIND_FOUR_SEGMENT :
					 TCPLEDGER_KIND_THREE_SEGMENT;
}

static inline void fins_crossed(struct tcpledger_facts *f)
{
	f->bits |= FINS_CROSSED;
	f->first = TCPLEDGER_SIDE_BOTH;
}

/* A change that neither RFC 9293 nor Linux knows. */
static noinline void illegal(struct tcpledger_facts *f, s64 now, u32 from,
			     u32 to)
{
	tcpledger_facts_move(f, now, from, to, TCPLEDGER_CAUSE_USER,
			     TCPLEDGER_LOG_NONE);
	tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_ILLEGAL_TRANSITION,
			     TCPLEDGER_LOG_NONE);
	if (to == TCPLEDGER_STATE_ESTABLISHED)
		tcpledger_facts_established(f);
	else if (to == TCPLEDGER_STATE_FIN_WAIT2)
		f->bits |= TOOK_ACK_OF_FIN | FINS_IN_TURN;
	else if (to == TCPLEDGER_STATE_CLOSING)
		fins_crossed(f);
}

/*
 * A SYN that came caused the change. If the SYN crossed ours, TCP sets rcv_nxt after
 * the state (tcp_rcv_synsent_state_process()), so @rcv_nxt is of no use: take the
 * first SYN with the number remote_isn that TCP did not throw away.
 */
static noinline void by_syn(struct tcpledger_facts *f, s64 now, u32 from,
			    u32 to, u32 rcv_nxt)
{
	bool crossed = from == TCPLEDGER_STATE_SYN_SENT &&
		       f->bits & KNOWN_REMOTE_ISN;
	int segment = find_syn(f, crossed ? f->remote_isn + 1 : rcv_nxt);

	tcpledger_facts_move(f, now, from, to, TCPLEDGER_CAUSE_SEGMENT,
			     segment);
	if (from != TCPLEDGER_STATE_SYN_SENT)
		return;
	f->role = TCPLEDGER_ROLE_SIMULTANEOUS;
	tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_SIMULTANEOUS_OPEN,
			     segment);
}

static noinline void by_call(struct tcpledger_facts *f, s64 now, u32 from,
			     u32 to)
{
	if (to == TCPLEDGER_STATE_ESTABLISHED)
		tcpledger_facts_established(f);
	enter(f, now, from, to, TCPLEDGER_CAUSE_USER, TCPLEDGER_LOG_NONE);
}

/* By a segment that was found, so it was not refused. */
static __always_inline void by_segment(struct tcpledger_facts *f, s64 now,
				       u32 from, u32 to, int segment)
{
	if (segment != TCPLEDGER_LOG_NONE)
		tcpledger_log_mark(&f->log, tcpledger_log_at(&f->log, segment),
				   TCPLEDGER_SEG_ACCEPTED);
	enter(f, now, from, to, TCPLEDGER_CAUSE_SEGMENT, segment);
}

static noinline void by_synack(struct tcpledger_facts *f, s64 now, u32 from,
			       u32 to, u32 rcv_nxt)
{
	const int segment = find_synack(f, rcv_nxt);

	if (segment != TCPLEDGER_LOG_NONE) {
		f->remote_isn = rcv_nxt - 1;
		f->bits |= KNOWN_REMOTE_ISN;
	}
	tcpledger_facts_established(f);
	by_segment(f, now, from, to, segment);
}

static noinline void by_ack_of_syn(struct tcpledger_facts *f, s64 now,
				   u32 from, u32 to)
{
	tcpledger_facts_established(f);
	by_segment(f, now, from, to, find_ack_of_syn(f));
}

static noinline void by_fin(struct tcpledger_facts *f, s64 now, u32 from,
			    u32 to, u32 rcv_nxt)
{
	const int segment = find_fin(f, rcv_nxt);

	accept_fin(f, rcv_nxt);
	if (to == TCPLEDGER_STATE_CLOSING)
		fins_crossed(f);
	by_segment(f, now, from, to, segment);
}

static noinline void by_ack_of_fin(struct tcpledger_facts *f, s64 now,
				   u32 from, u32 to)
{
	const int segment = find_ack_of_fin(f);

	f->bits |= TOOK_ACK_OF_FIN;
	if (segment == TCPLEDGER_LOG_NONE ||
	    !(tcpledger_log_at(&f->log, segment)->flags & TCPLEDGER_FIN))
		f->bits |= FINS_IN_TURN;
	by_segment(f, now, from, to, segment);
}

/**
 * tcpledger_facts_state() - TCP moved this connection
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @from: old enum tcpledger_state
 * @to: another enum tcpledger_state; for CLOSE see tcpledger_facts_close()
 * @rcv_nxt: next number expected from the peer
 * @task: to ESTABLISHED only: a task did it in a system call, not a segment
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_state(struct tcpledger_facts *f, s64 now, u32 from,
			   u32 to, u32 rcv_nxt, bool task)
{
	tcpledger_facts_synchronized(f, from);
	switch (tcpledger_fsm_rule(from, to)) {
	case TCPLEDGER_RULE_USER:
		by_call(f, now, from, to);
		return;
	case TCPLEDGER_RULE_SYN:
		by_syn(f, now, from, to, rcv_nxt);
		return;
	case TCPLEDGER_RULE_SYNACK:
		if (!(f->bits & SEEN_SYN_OUT) && task)
			by_call(f, now, from, to);
		else
			by_synack(f, now, from, to, rcv_nxt);
		return;
	case TCPLEDGER_RULE_ACK_OF_SYN:
		by_ack_of_syn(f, now, from, to);
		return;
	case TCPLEDGER_RULE_FIN:
		by_fin(f, now, from, to, rcv_nxt);
		return;
	case TCPLEDGER_RULE_ACK_OF_FIN:
		by_ack_of_fin(f, now, from, to);
		return;
	default:	/* TCPLEDGER_RULE_DEATH does not come here */
		illegal(f, now, from, to);
	}
}
