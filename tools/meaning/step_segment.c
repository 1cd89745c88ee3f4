// SPDX-License-Identifier: GPL-2.0
/*
 * The names of steps that have a segment: by its flags, by the state it met,
 * by what it changed, and by what was logged before it.
 */
#include "meaning/step_segment.h"

#include <stddef.h>

#include "read/entry.h"
#include "read/record.h"

#define ST(x)	TCPLEDGER_STATE_##x
#define CONTROL	(TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)
#define SYNACK	(TCPLEDGER_SYN | TCPLEDGER_ACK)

/* RFC 9293 section 3.5.2: both sequence spaces are agreed on. */
static bool is_synchronized(unsigned int state)
{
	switch (state) {
	case ST(CLOSE):
	case ST(LISTEN):
	case ST(SYN_SENT):
	case ST(SYN_RECV):
		return false;
	default:
		return true;
	}
}

static const struct tcpledger_entry *at(const struct step_context *context, int segment)
{
	return &context->record->log[segment];
}

/*
 * The last segment before another that went the same way with the same SYN or
 * FIN: the one it repeats. Or -1.
 */
static int find_same(const struct step_context *context, int segment)
{
	const struct tcpledger_entry *e = at(context, segment);
	unsigned int mask = e->flags & TCPLEDGER_SYN ? SYNACK : CONTROL;
	int i = segment;

	while (i-- > 0) {
		const struct tcpledger_entry *old = at(context, i);

		if (old->type == e->type && !(old->bits & TCPLEDGER_SEG_OTHER) &&
		    (old->flags & mask) == (e->flags & mask) &&
		    (e->flags & TCPLEDGER_SYN ? old->seq == e->seq :
						entry_end(old) == entry_end(e)))
			return i;
	}
	return -1;
}

/* The last segment before an entry, or -1. */
static int find_before(const struct step_context *context, int entry)
{
	while (entry-- > 0)
		if (entry_is_segment(at(context, entry)))
			return entry;
	return -1;
}

/* The last segment of the peer before an entry, or -1. */
static int find_last_in(const struct step_context *context, int entry)
{
	while (entry-- > 0)
		if (at(context, entry)->type == TCPLEDGER_ENTRY_IN)
			return entry;
	return -1;
}

/* Whether we had acknowledged up to a number before an entry. */
static bool acked_before(const struct step_context *context, int entry, uint32_t ack)
{
	while (entry-- > 0) {
		const struct tcpledger_entry *e = at(context, entry);

		if (e->type == TCPLEDGER_ENTRY_OUT && e->flags & TCPLEDGER_ACK &&
		    !(e->flags & TCPLEDGER_RST) && e->ack == ack)
			return true;
	}
	return false;
}

static enum step_kind name_rst_in(const struct step_context *context,
				  const struct tcpledger_entry *e,
				  const struct tcpledger_entry *effect)
{
	if (effect) {
		switch (effect->from) {
		case ST(SYN_SENT):
			return context->record->fixed.outcome == TCPLEDGER_OUTCOME_RESET ?
			       STEP_RST_IN_HANDSHAKE : STEP_RST_IN_REFUSES;
		case ST(SYN_RECV):
			return STEP_RST_IN_HANDSHAKE;
		case ST(TIME_WAIT):
			return STEP_RST_IN_ASSASSINATES;
		default:
			return STEP_RST_IN_ABORTS;
		}
	}
	if (context->over)
		return STEP_LATE_IN;
	if (context->state == ST(TIME_WAIT))
		return STEP_RST_IN_TIME_WAIT;
	return e->bits & TCPLEDGER_SEG_ACCEPTED ? STEP_RST_IN_ABORTS : STEP_RST_IN_IGNORED;
}

static enum step_kind name_new_syn_in(const struct step_context *context)
{
	switch (context->record->fixed.outcome) {
	case TCPLEDGER_OUTCOME_REFUSED:
		return STEP_SYN_IN_CLOSED_PORT;
	default:
		return STEP_SYN_IN_UNANSWERED;
	}
}

static enum step_kind name_syn_in(const struct step_context *context, const struct step *step,
				  const struct tcpledger_entry *e,
				  const struct tcpledger_entry *effect)
{
	if (effect && effect->to == ST(CLOSE))
		return STEP_SYN_IN_REUSES;
	if (effect && effect->from == ST(SYN_SENT))
		return STEP_SYN_IN_CROSSES;
	if (effect)
		return e->len && context->record->fixed.flags & TCPLEDGER_REC_FASTOPEN ?
		       STEP_SYN_IN_DATA : STEP_SYN_IN;
	if (context->over)
		return STEP_LATE_IN;
	if (context->state == ST(TIME_WAIT))
		return STEP_SYN_IN_TIME_WAIT;
	if (is_synchronized(context->state))
		return STEP_SYN_IN_STALE;
	if (step->about >= 0)
		return STEP_SYN_IN_AGAIN;
	if (context->state == ST(SYN_SENT))
		return STEP_SYN_IN_CROSSES;
	return context->state == ST(SYN_RECV) ? STEP_SYN_IN_STALE : name_new_syn_in(context);
}

static enum step_kind name_synack_in(const struct step_context *context, const struct step *step,
				     const struct tcpledger_entry *effect)
{
	if (effect)
		return effect->from == ST(SYN_SENT) ? STEP_SYNACK_IN : STEP_SYNACK_IN_CROSSES;
	if (context->over)
		return STEP_LATE_IN;
	if (step->about >= 0)
		return STEP_SYNACK_IN_AGAIN;
	return context->state == ST(SYN_RECV) &&
	       context->record->fixed.role == TCPLEDGER_ROLE_SIMULTANEOUS ?
	       STEP_SYNACK_IN_CROSSES : STEP_SYNACK_IN_STALE;
}

/* An end that a segment caused and that is not the normal one. */
static enum step_kind name_sudden_end(const struct step_context *context, const struct step *step,
				      const struct tcpledger_entry *effect)
{
	if (!(context->record->fixed.anomalies >> TCPLEDGER_ANOMALY_TIME_WAIT_OVERFLOW & 1))
		return STEP_CLOSED_LATE_DATA;
	/* Where the end comes later, it is a step of its own. */
	return effect < at(context, (int)step->to) ? STEP_OVERFLOW : STEP_FIN_IN_SECOND;
}

static enum step_kind name_fin_effect(const struct step_context *context, const struct step *step,
				      const struct tcpledger_entry *effect)
{
	switch (effect->to) {
	case ST(CLOSE_WAIT):
		return STEP_FIN_IN;
	case ST(CLOSING):
		return STEP_FIN_IN_CROSSES;
	case ST(FIN_WAIT2):
		return STEP_ACK_IN_OF_FIN;
	case ST(TIME_WAIT):
		if (effect->from == ST(CLOSING))
			return STEP_ACK_IN_CLOSING;
		/* Both the ACK and the FIN of one segment may have moved the state. */
		return context->state == ST(FIN_WAIT1) ? STEP_FIN_IN_WITH_ACK : STEP_FIN_IN_SECOND;
	default:
		return effect->from == ST(LAST_ACK) ? STEP_ACK_IN_LAST :
						      name_sudden_end(context, step, effect);
	}
}

static enum step_kind name_fin_in(const struct step_context *context, const struct step *step,
				  const struct tcpledger_entry *e,
				  const struct tcpledger_entry *effect)
{
	if (effect)
		return name_fin_effect(context, step, effect);
	if (context->over)
		return STEP_LATE_IN;
	if (context->state == ST(TIME_WAIT))
		return step->about >= 0 ? STEP_FIN_IN_TIME_WAIT : STEP_OLD_DUPLICATE;
	if (step->about >= 0)
		return STEP_FIN_IN_AGAIN;
	return e->bits & TCPLEDGER_SEG_ACCEPTED ? STEP_FIN_IN : STEP_FIN_IN_HELD;
}

static enum step_kind name_ack_effect(const struct step_context *context, const struct step *step,
				      const struct tcpledger_entry *effect)
{
	switch (effect->to) {
	case ST(ESTABLISHED):
		return STEP_ACK_IN_THIRD;
	case ST(FIN_WAIT2):
		return STEP_ACK_IN_OF_FIN;
	case ST(TIME_WAIT):
		return STEP_ACK_IN_CLOSING;
	case ST(CLOSE):
		return effect->from == ST(LAST_ACK) ? STEP_ACK_IN_LAST :
						      name_sudden_end(context, step, effect);
	default:
		return STEP_OTHER_IN;
	}
}

static enum step_kind name_ack_in(const struct step_context *context, const struct step *step,
				  const struct tcpledger_entry *e,
				  const struct tcpledger_entry *effect)
{
	const struct tcpledger_record *r = &context->record->fixed;

	if (effect)
		return name_ack_effect(context, step, effect);
	if (context->over)
		return STEP_LATE_IN;
	if (context->state == ST(TIME_WAIT))
		return STEP_OLD_DUPLICATE;
	if (context->state == ST(SYN_SENT) ||
	    step_noted(context->record, step->segment, TCPLEDGER_ANOMALY_INVALID_ACK))
		return STEP_ACK_IN_INVALID;
	if (context->state == ST(SYN_RECV) && r->local_isn >= 0 && r->remote_isn >= 0 &&
	    e->ack == (uint32_t)r->local_isn + 1 && e->seq == (uint32_t)r->remote_isn + 1)
		return STEP_ACK_IN_NOT_TAKEN;
	return e->bits & TCPLEDGER_SEG_REFUSED ? STEP_OUT_OF_WINDOW : STEP_OTHER_IN;
}

/**
 * step_segment_in - what a segment of the peer was
 * @context: the way so far
 * @step: the step; about is set to the earlier segment that it repeats
 *
 * Return: its kind.
 */
enum step_kind step_segment_in(const struct step_context *context, struct step *step)
{
	const struct tcpledger_entry *e = at(context, step->segment);
	int change = step_effect(context->record, step->segment);
	const struct tcpledger_entry *effect = change < 0 ? NULL : at(context, change);

	if (e->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN) && !(e->flags & TCPLEDGER_RST))
		step->about = find_same(context, step->segment);
	if (step_noted(context->record, step->segment, TCPLEDGER_ANOMALY_BAD_CHECKSUM))
		return STEP_BAD_CHECKSUM;
	if (e->flags & TCPLEDGER_RST)
		return name_rst_in(context, e, effect);
	if ((e->flags & SYNACK) == SYNACK)
		return name_synack_in(context, step, effect);
	if (e->flags & TCPLEDGER_SYN)
		return name_syn_in(context, step, e, effect);
	if (e->flags & TCPLEDGER_FIN)
		return name_fin_in(context, step, e, effect);
	return name_ack_in(context, step, e, effect);
}

/* The change to CLOSE that stands in the same step as our RST, or NULL. */
static const struct tcpledger_entry *find_own_end(const struct step_context *context,
						  const struct step *step)
{
	unsigned int i;

	for (i = step->from; i < step->to; i++)
		if (at(context, (int)i)->type == TCPLEDGER_ENTRY_STATE)
			return at(context, (int)i);
	return NULL;
}

static enum step_kind name_rst_out(const struct step_context *context, struct step *step)
{
	const struct tcpledger_entry *end = find_own_end(context, step);
	bool answers = find_before(context, step->segment) == find_last_in(context, step->segment);

	step->about = find_last_in(context, step->segment);
	if (end && end->cause == TCPLEDGER_CAUSE_TIMER)
		return STEP_RST_OUT_TIMEOUT;
	if (end && end->cause == TCPLEDGER_CAUSE_SEGMENT)
		return STEP_RST_OUT_LATE_DATA;
	if (end)
		return STEP_RST_OUT_ABORT;
	if (step->about < 0)
		return STEP_RST_OUT_ABORT;
	if (context->over)
		return answers ? STEP_RST_OUT_ANSWER : STEP_RST_OUT_ABORT;
	switch (context->state) {
	case ST(CLOSE):
	case ST(LISTEN):
		return STEP_RST_OUT_CLOSED_PORT;
	case ST(SYN_SENT):
	case ST(SYN_RECV):
		return answers || step_noted(context->record, step->about,
					     TCPLEDGER_ANOMALY_STALE_SYNACK) ?
		       STEP_RST_OUT_STALE : STEP_RST_OUT_ABORT;
	default:
		return answers ? STEP_RST_OUT_ANSWER : STEP_RST_OUT_ABORT;
	}
}

static enum step_kind name_syn_out(const struct step_context *context, struct step *step,
				   const struct tcpledger_entry *e)
{
	step->about = find_same(context, step->segment);
	if (e->flags & TCPLEDGER_ACK) {
		if (step->about >= 0)
			return STEP_SYNACK_OUT_AGAIN;
		if (step_noted(context->record, step->segment, TCPLEDGER_ANOMALY_SYNCOOKIE) ||
		    context->record->fixed.flags & TCPLEDGER_REC_SYNCOOKIE)
			return STEP_SYNACK_OUT_COOKIE;
		return context->record->fixed.role == TCPLEDGER_ROLE_SIMULTANEOUS ?
		       STEP_SYNACK_OUT_CROSSES : STEP_SYNACK_OUT;
	}
	if (step->about >= 0)
		return STEP_SYN_OUT_AGAIN;
	return e->len ? STEP_SYN_OUT_DATA : STEP_SYN_OUT;
}

static enum step_kind name_fin_out(const struct step_context *context, struct step *step,
				   const struct tcpledger_entry *e)
{
	step->about = find_same(context, step->segment);
	if (step->about >= 0)
		return STEP_FIN_OUT_AGAIN;
	if (context->state != ST(LAST_ACK) && context->state != ST(CLOSE_WAIT))
		return STEP_FIN_OUT;
	return acked_before(context, step->segment, e->ack) ? STEP_FIN_OUT_SECOND :
							    STEP_FIN_OUT_WITH_ACK;
}

static enum step_kind name_ack_of_fin(const struct step_context *context, const struct step *step,
				      const struct tcpledger_entry *e)
{
	bool again = acked_before(context, step->segment, e->ack);

	if (again)
		return context->state == ST(TIME_WAIT) ? STEP_ACK_OUT_LAST_AGAIN :
						       STEP_ACK_OUT_ANSWER;
	return context->record->fixed.flags & TCPLEDGER_REC_TIME_WAIT &&
	       (context->state == ST(TIME_WAIT) || context->state == ST(FIN_WAIT2)) ?
	       STEP_ACK_OUT_LAST : STEP_ACK_OUT_OF_FIN;
}

static enum step_kind name_ack_out(const struct step_context *context, struct step *step,
				   const struct tcpledger_entry *e)
{
	const struct tcpledger_entry *last;

	step->about = find_last_in(context, step->segment);
	if (step_noted(context->record, step->segment, TCPLEDGER_ANOMALY_CHALLENGE_ACK))
		return STEP_ACK_OUT_CHALLENGE;
	if (step->about < 0)
		return STEP_OTHER_OUT;
	last = at(context, step->about);
	if ((last->flags & SYNACK) == SYNACK && e->ack == last->seq + 1 &&
	    !acked_before(context, step->segment, e->ack))
		return STEP_ACK_OUT_THIRD;
	if (last->flags & TCPLEDGER_FIN && e->ack == entry_end(last))
		return name_ack_of_fin(context, step, e);
	return STEP_ACK_OUT_ANSWER;
}

/**
 * step_segment_out - what a segment of ours was
 * @context: the way so far, in the state in which it was sent
 * @step: the step; about is set to what it repeats or answers
 *
 * Return: its kind.
 */
enum step_kind step_segment_out(const struct step_context *context, struct step *step)
{
	const struct tcpledger_entry *e = at(context, step->segment);

	if (e->bits & TCPLEDGER_SEG_OTHER)
		return STEP_NOT_TCP;
	if (e->flags & TCPLEDGER_RST)
		return name_rst_out(context, step);
	if (context->over)
		return STEP_LATE_OUT;
	if (e->flags & TCPLEDGER_SYN)
		return name_syn_out(context, step, e);
	if (e->flags & TCPLEDGER_FIN)
		return name_fin_out(context, step, e);
	return name_ack_out(context, step, e);
}
