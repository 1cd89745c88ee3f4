// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the timewait socket adds to the facts. Pure.
 *
 * Linux keeps the second half of FIN_WAIT2 and all of TIME_WAIT in a small socket of
 * its own, whose changes no tracepoint shows. watch/timewait.c observes it and calls
 * these functions.
 */
#include "verdict/facts_timewait.h"

#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"

/**
 * tcpledger_facts_time_wait() - the endpoint enters TIME_WAIT
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @rcv_nxt: next number expected from the peer
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_time_wait(struct tcpledger_facts *f, s64 now, u32 rcv_nxt)
{
	int segment;

	if (f->state == TCPLEDGER_STATE_CLOSING) {
		segment = tcpledger_facts_find_ack_of_fin(f);
		f->bits |= TOOK_ACK_OF_FIN;
	} else {
		segment = tcpledger_facts_find_fin(f, rcv_nxt);
		tcpledger_facts_accept_fin(f, segment, rcv_nxt);
	}
	tcpledger_facts_move(f, now, f->state, TCPLEDGER_STATE_TIME_WAIT,
			     TCPLEDGER_CAUSE_SEGMENT, segment);
	f->bits |= WAS_TIME_WAIT;
	f->kind = tcpledger_facts_graceful_kind(f);
	f->tw_restarted_at = now;
}

/**
 * tcpledger_facts_tw_enter() - a timewait socket takes over
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @substate: TCPLEDGER_STATE_FIN_WAIT2 or TCPLEDGER_STATE_TIME_WAIT
 * @rcv_nxt: next number it expects from the peer
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_tw_enter(struct tcpledger_facts *f, s64 now, u8 substate,
			      u32 rcv_nxt)
{
	f->bits |= HELD_BY_TIMEWAIT | WAS_ESTABLISHED;
	f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	f->tw_restarted_at = now;
	if (substate == TCPLEDGER_STATE_TIME_WAIT)
		tcpledger_facts_time_wait(f, now, rcv_nxt);
}

/**
 * tcpledger_facts_tw_restart() - the timer of a timewait socket was set anew
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @substate: its substate
 * @rcv_nxt: next number it expects from the peer
 * @segment: index of the segment it answers, or TCPLEDGER_LOG_NONE
 *
 * If the record is in FIN_WAIT2 this is the entry into TIME_WAIT, not a restart.
 * Context: any, bucket lock held.
 */
void tcpledger_facts_tw_restart(struct tcpledger_facts *f, s64 now,
				u8 substate, u32 rcv_nxt, int segment)
{
	if (substate != TCPLEDGER_STATE_TIME_WAIT)
		return;
	if (f->state == TCPLEDGER_STATE_FIN_WAIT2) {
		tcpledger_facts_time_wait(f, now, rcv_nxt);
		return;
	}
	f->tw_restarts++;
	f->tw_restarted_at = now;
	tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED,
			     segment);
}

/**
 * tcpledger_facts_tw_absorbed() - a timewait socket is done with a segment
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @segment: its index, or TCPLEDGER_LOG_NONE
 *
 * Retransmitted FINs are counted when their ACK leaves, see out_ack().
 * Context: any, bucket lock held.
 */
void tcpledger_facts_tw_absorbed(struct tcpledger_facts *f, s64 now,
				 const struct tcpledger_segment *seg,
				 int segment)
{
	struct tcpledger_log_entry *e = segment < 0 ? NULL :
		tcpledger_log_at(&f->log, segment);
	u8 bits = e ? tcpledger_log_bits(e) : 0;
	u8 flags = seg->flags;

	if (f->state != TCPLEDGER_STATE_TIME_WAIT ||
	    bits & TCPLEDGER_SEG_ACCEPTED)
		return;
	if (flags & TCPLEDGER_RST) {
		if (e)
			tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_REFUSED);
		return;
	}
	if (flags & TCPLEDGER_FIN &&
	    (!e || bits & TCPLEDGER_SEG_RETRANSMIT) &&
	    tcpledger_facts_own_fin(f, tcpledger_segment_end(seg)))
		return;
	f->tw_old_duplicates++;
	if ((flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_STALE_SYN,
				     segment);
}

static u8 exit_cause(u8 how, int segment)
{
	switch (how) {
	case TCPLEDGER_EXIT_EXPIRED:
		return TCPLEDGER_CAUSE_TIMER;
	case TCPLEDGER_EXIT_RESET:
		return TCPLEDGER_CAUSE_SEGMENT;
	case TCPLEDGER_EXIT_REUSED:
		return segment == TCPLEDGER_LOG_NONE ? TCPLEDGER_CAUSE_USER :
						       TCPLEDGER_CAUSE_SEGMENT;
	case TCPLEDGER_EXIT_NETNS:
		return TCPLEDGER_CAUSE_ERROR;
	default:
		return TCPLEDGER_CAUSE_USER;
	}
}

/* The timewait socket ended in FIN_WAIT2: TCP took no FIN of the peer. */
static void fin_wait2_over(struct tcpledger_facts *f, u8 how, bool rst_in)
{
	if (how == TCPLEDGER_EXIT_EXPIRED) {
		f->kind = TCPLEDGER_KIND_TIMED_OUT;
		return;
	}
	f->kind = TCPLEDGER_KIND_RESET;
	if (rst_in)
		f->reset_by = TCPLEDGER_SIDE_REMOTE;
	else if (f->bits & SEEN_RST_OUT)
		f->reset_by = TCPLEDGER_SIDE_LOCAL;
	else if (how == TCPLEDGER_EXIT_RESET)
		f->bits |= RST_OUT_DUE;
}

/**
 * tcpledger_facts_tw_exit() - the timewait socket is gone
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @how: enum tcpledger_exit, not TCPLEDGER_EXIT_LASTS
 * @segment: index of the segment that ended it, or TCPLEDGER_LOG_NONE, or
 *	TCPLEDGER_LOG_TO_COME
 *
 * Context: any, bucket lock held.
 */
void tcpledger_facts_tw_exit(struct tcpledger_facts *f, s64 now, u8 how,
			     int segment)
{
	struct tcpledger_log_entry *e = segment < 0 ? NULL :
		tcpledger_log_at(&f->log, segment);
	bool rst_in = e && e->flags & TCPLEDGER_RST;
	u8 cause = exit_cause(how, segment);
	u8 from = f->state;

	segment = max_t(int, segment, TCPLEDGER_LOG_NONE);
	/*
	 * In FIN_WAIT2 TCP answers data, a FIN with data, and a SYN with an RST
	 * (tcp_timewait_state_process()).
	 */
	if (e && !rst_in && from != TCPLEDGER_STATE_TIME_WAIT &&
	    !(tcpledger_log_bits(e) & TCPLEDGER_SEG_ACCEPTED))
		tcpledger_log_mark(&f->log, e, TCPLEDGER_SEG_REFUSED);
	tcpledger_facts_move(f, now, from, TCPLEDGER_STATE_CLOSE, cause,
			     segment);
	f->ended_at = f->base + tcpledger_facts_time(f, now);
	f->log.news |= LOG_NEWS | LOG_ENDED;
	f->bits &= ~HELD_BY_TIMEWAIT;
	tcpledger_facts_expect_none(f);
	if (from != TCPLEDGER_STATE_TIME_WAIT) {
		fin_wait2_over(f, how, rst_in);
		return;
	}
	f->tw_exit = how;
	if (how == TCPLEDGER_EXIT_REUSED)
		tcpledger_facts_note(f, now, TCPLEDGER_ANOMALY_TIME_WAIT_REUSED,
				     segment);
	else if (how == TCPLEDGER_EXIT_RESET)
		tcpledger_facts_note(f, now,
				     TCPLEDGER_ANOMALY_TIME_WAIT_ASSASSINATED,
				     segment);
}
