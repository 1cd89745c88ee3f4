// SPDX-License-Identifier: GPL-2.0
/*
 * Where one step ends and the next begins, and the names of those without a
 * segment. Which changes a segment caused stands in the log; what TCP sent for
 * a call of the program follows that change at once.
 */
#include "meaning/steps.h"

#include <stddef.h>

#include "meaning/step_segment.h"
#include "read/entry.h"
#include "read/record.h"

#define ST(x)	TCPLEDGER_STATE_##x

/* A change to CLOSE that only time, the program or an error can have caused. */
static enum step_kind name_time_wait_end(const struct record *record,
					 const struct tcpledger_entry *e)
{
	switch (record->fixed.tw_exit) {
	case TCPLEDGER_EXIT_REUSED:
		return STEP_REUSED_BY_CONNECT;
	case TCPLEDGER_EXIT_KILLED:
		return STEP_KILLED;
	case TCPLEDGER_EXIT_NETNS:
		return STEP_NAMESPACE_GONE;
	case TCPLEDGER_EXIT_EXPIRED:
		return STEP_EXPIRED;
	default:
		return e->cause == TCPLEDGER_CAUSE_TIMER ? STEP_EXPIRED : STEP_CHANGE;
	}
}

static enum step_kind name_timeout(unsigned int from)
{
	switch (from) {
	case ST(SYN_SENT):
		return STEP_TIMEOUT_SYN;
	case ST(SYN_RECV):
		return STEP_TIMEOUT_SYNACK;
	case ST(FIN_WAIT2):
		return STEP_TIMEOUT_FIN_WAIT2;
	case ST(FIN_WAIT1):
	case ST(CLOSING):
	case ST(LAST_ACK):
		return STEP_TIMEOUT_FIN;
	default:
		return STEP_TIMEOUT_DATA;
	}
}

static bool overflowed(const struct record *record, const struct tcpledger_entry *e)
{
	if (e->cause != TCPLEDGER_CAUSE_SEGMENT && e->cause != TCPLEDGER_CAUSE_ERROR)
		return false;
	if (!(record->fixed.anomalies >> TCPLEDGER_ANOMALY_TIME_WAIT_OVERFLOW & 1))
		return false;
	return e->from == ST(FIN_WAIT1) || e->from == ST(FIN_WAIT2) || e->from == ST(CLOSING);
}

static enum step_kind name_end(const struct record *record, const struct tcpledger_entry *e)
{
	bool opening = e->from == ST(SYN_SENT) || e->from == ST(SYN_RECV);

	if (e->from == ST(TIME_WAIT))
		return name_time_wait_end(record, e);
	switch (e->cause) {
	case TCPLEDGER_CAUSE_TIMER:
		return name_timeout(e->from);
	case TCPLEDGER_CAUSE_ERROR:
		return record->fixed.outcome == TCPLEDGER_OUTCOME_UNREACHABLE ?
		       STEP_UNREACHABLE : STEP_ERROR;
	case TCPLEDGER_CAUSE_USER:
		return opening ? STEP_GIVEN_UP : STEP_ABORTED;
	case TCPLEDGER_CAUSE_SEGMENT:
		return e->from == ST(LAST_ACK) || e->from == ST(CLOSING) || opening ||
		       record->fixed.reset_by == TCPLEDGER_SIDE_REMOTE ?
		       STEP_BY_UNLOGGED : STEP_CLOSED_LATE_DATA;
	default:
		return STEP_CHANGE;
	}
}

static enum step_kind name_change(const struct record *record, struct step *step)
{
	const struct tcpledger_entry *e = &record->log[step->from];

	if (step->to > step->from + 1 &&
	    record->log[step->from + 1].tag == TCPLEDGER_ANOMALY_ILLEGAL_TRANSITION)
		return STEP_ILLEGAL;
	if (e->to == ST(CLOSE) && overflowed(record, e))
		return STEP_OVERFLOW;
	if (e->segment >= 0 && entry_is_segment(&record->log[e->segment])) {
		step->about = e->segment;
		return STEP_BY_EARLIER;
	}
	if (e->to == ST(CLOSE))
		return name_end(record, e);
	if (e->cause == TCPLEDGER_CAUSE_SEGMENT)
		return STEP_BY_UNLOGGED;
	if (e->to == ST(SYN_SENT))
		return STEP_CONNECT;
	if (e->to == ST(FIN_WAIT1) || e->to == ST(LAST_ACK))
		return STEP_CLOSE_CALL;
	if (e->cause == TCPLEDGER_CAUSE_USER)
		return STEP_REPAIR;
	return STEP_CHANGE;
}

/* Whether TCP sent the segment for the change that stands before it. */
static bool belongs(const struct tcpledger_entry *change, const struct tcpledger_entry *e)
{
	if (e->type != TCPLEDGER_ENTRY_OUT || e->bits & TCPLEDGER_SEG_OTHER)
		return false;
	switch (change->to) {
	case ST(SYN_SENT):
		return e->flags & TCPLEDGER_SYN;
	case ST(FIN_WAIT1):
	case ST(LAST_ACK):
		return e->flags & TCPLEDGER_FIN;
	case ST(CLOSE):
		return e->flags & TCPLEDGER_RST && change->from != ST(TIME_WAIT);
	default:
		return false;
	}
}

/* Whether the entry after a step belongs to it. */
static bool goes_on(const struct step *step, const struct tcpledger_entry *log)
{
	const struct tcpledger_entry *e = &log[step->to];
	const struct tcpledger_entry *segment = step->segment < 0 ? NULL : &log[step->segment];

	if (e->type == TCPLEDGER_ENTRY_NOTE)
		return true;
	if (e->type != TCPLEDGER_ENTRY_STATE || !segment)
		return false;
	if (e->segment >= 0)
		return e->segment == step->segment;
	/* An abort whose RST leaves before the state moves. */
	return segment->type == TCPLEDGER_ENTRY_OUT && segment->flags & TCPLEDGER_RST &&
	       !(segment->bits & TCPLEDGER_SEG_OTHER) &&
	       step->segment == (int)step->to - 1 && e->to == ST(CLOSE) &&
	       e->cause != TCPLEDGER_CAUSE_SEGMENT;
}

static void find_extent(const struct record *record, struct step *step)
{
	const struct tcpledger_entry *head = &record->log[step->from];
	unsigned int n = record->fixed.log_n;

	step->to = step->from + 1;
	step->segment = entry_is_segment(head) ? (int)step->from : -1;
	if (head->type == TCPLEDGER_ENTRY_STATE && head->segment < 0 && step->to < n &&
	    belongs(head, &record->log[step->to]))
		step->segment = (int)step->to++;
	while (step->to < n && goes_on(step, record->log))
		step->to++;
}

static void follow_states(struct steps *steps, unsigned int from, unsigned int to)
{
	const struct tcpledger_entry *log = steps->at.record->log;

	for (; from < to; from++)
		if (log[from].type == TCPLEDGER_ENTRY_STATE) {
			steps->at.state = log[from].to;
			steps->at.over = log[from].to == ST(CLOSE);
		}
}

/**
 * steps_begin - go to the start of a log
 * @steps: set up
 * @record: whose log
 */
void steps_begin(struct steps *steps, const struct record *record)
{
	unsigned int i;

	*steps = (struct steps){ .at = { .record = record, .state = record->fixed.state } };
	for (i = record->fixed.log_n; i-- > 0; )
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE)
			steps->at.state = record->log[i].from;
}

/**
 * steps_next - the next step
 * @steps: where we are
 * @step: set to it
 *
 * Return: false at the end of the log.
 */
bool steps_next(struct steps *steps, struct step *step)
{
	const struct record *record = steps->at.record;
	const struct tcpledger_entry *head = &record->log[steps->next];

	if (steps->next >= record->fixed.log_n)
		return false;
	*step = (struct step){ .from = steps->next, .about = -1 };
	find_extent(record, step);
	if (step->segment > (int)step->from)	/* it is sent in the new state */
		follow_states(steps, step->from, (unsigned int)step->segment);
	if (step->segment < 0)
		step->kind = head->type == TCPLEDGER_ENTRY_NOTE ? STEP_NOTE :
								  name_change(record, step);
	else if (record->log[step->segment].type == TCPLEDGER_ENTRY_OUT)
		step->kind = step_segment_out(&steps->at, step);
	else
		step->kind = step_segment_in(&steps->at, step);
	follow_states(steps, step->from, step->to);
	steps->next = step->to;
	return true;
}
