// SPDX-License-Identifier: GPL-2.0
#include "read/derive.h"

#include "read/entry.h"
#include "read/record.h"

/* The difference of two moments that may be unknown, -1 if it is no duration. */
static int64_t between(int64_t from, int64_t to)
{
	int64_t ns;

	if (from < 0 || to < from || __builtin_sub_overflow(to, from, &ns))
		return -1;
	return ns;
}

static void see_first(__s64 *moment, int64_t t_ns)
{
	if (*moment < 0)
		*moment = t_ns;
}

static void derive_fin(struct tcpledger_record *r, const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;

	if (e->bits & TCPLEDGER_SEG_RETRANSMIT) {
		r->fin_retransmits += out;
		return;
	}
	see_first(out ? &r->local_fin_ns : &r->remote_fin_ns, e->t_ns);
	if (!r->first)
		r->first = out ? TCPLEDGER_SIDE_LOCAL : TCPLEDGER_SIDE_REMOTE;
	if (r->half_close_ns < 0 && r->local_fin_ns >= 0 && r->remote_fin_ns >= 0)
		r->half_close_ns = r->local_fin_ns < r->remote_fin_ns ?
				   between(r->local_fin_ns, r->remote_fin_ns) :
				   between(r->remote_fin_ns, r->local_fin_ns);
}

static void derive_syn(struct tcpledger_record *r, const struct tcpledger_entry *e)
{
	bool synack = e->flags & TCPLEDGER_ACK;

	if (e->bits & TCPLEDGER_SEG_RETRANSMIT) {
		r->syn_retransmits += !synack;
		r->synack_retransmits += synack;
		return;
	}
	see_first(synack ? &r->synack_ns : &r->syn_ns, e->t_ns);
	see_first(e->type == TCPLEDGER_ENTRY_OUT ? &r->local_isn : &r->remote_isn, e->seq);
}

static void derive_segment(struct tcpledger_record *r, const struct tcpledger_entry *e)
{
	/* What TCP did not send or did not take decides nothing. */
	if (e->bits & (TCPLEDGER_SEG_OTHER | TCPLEDGER_SEG_REFUSED))
		return;
	if (e->flags & TCPLEDGER_SYN)
		derive_syn(r, e);
	if (e->flags & TCPLEDGER_FIN)
		derive_fin(r, e);
}

/* When the present state began, or -1. */
static int64_t state_began(const struct record *record, unsigned int state)
{
	unsigned int i = record->fixed.log_n;

	while (record->log && i--)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE)
			return record->log[i].to == state ? record->log[i].t_ns : -1;
	return -1;
}

static void end_state(struct record *record, const struct tcpledger_entry *e)
{
	struct tcpledger_record *r = &record->fixed;
	int64_t stayed;

	if (e->from == TCPLEDGER_STATE_CLOSE || e->from == TCPLEDGER_STATE_LISTEN ||
	    e->from >= TCPLEDGER_STATE_MAX)
		return;
	stayed = between(state_began(record, e->from), e->t_ns);
	if (stayed < 0)
		return;
	if (r->residence_ns[e->from] < 0)
		r->residence_ns[e->from] = stayed;
	else if (__builtin_add_overflow(r->residence_ns[e->from], stayed,
					&r->residence_ns[e->from]))
		r->residence_ns[e->from] = -1;
}

static void derive_change(struct record *record, const struct tcpledger_entry *e)
{
	struct tcpledger_record *r = &record->fixed;

	end_state(record, e);
	r->state = e->to;
	r->state_age_ns = 0;
	switch (e->to) {
	case TCPLEDGER_STATE_ESTABLISHED:
		if (r->outcome == TCPLEDGER_OUTCOME_IN_PROGRESS)
			r->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
		if (r->handshake_ns < 0)
			r->handshake_ns = between(r->syn_ns, e->t_ns);
		break;
	case TCPLEDGER_STATE_TIME_WAIT:
		r->flags |= TCPLEDGER_REC_TIME_WAIT;
		see_first(&r->tw_entered_ns, e->t_ns);
		break;
	case TCPLEDGER_STATE_CLOSE:
		r->flags &= ~TCPLEDGER_REC_LIVE;
		r->ended_ns = e->t_ns;
		r->duration_ns = e->t_ns;
		r->state_age_ns = -1;
		break;
	}
}

/**
 * derive_record - bring a record up to date by an entry, before its log has that
 * @record: a checked record; without a log the time in states stays as it is
 * @e: a checked entry
 */
void derive_record(struct record *record, const struct tcpledger_entry *e)
{
	if (e->type == TCPLEDGER_ENTRY_STATE)
		derive_change(record, e);
	else if (e->type == TCPLEDGER_ENTRY_NOTE)
		record->fixed.anomalies |= 1ULL << e->tag;
	else
		derive_segment(&record->fixed, e);
}

/**
 * derive_age - bring what grows by itself up to a moment
 * @record: a checked record
 * @image_ns: CLOCK_MONOTONIC of its image
 * @moment_ns: of the moment
 */
void derive_age(struct record *record, int64_t image_ns, int64_t moment_ns)
{
	struct tcpledger_record *r = &record->fixed;
	int64_t began = state_began(record, r->state), passed = between(image_ns, moment_ns);

	if (!(r->flags & TCPLEDGER_REC_LIVE))
		return;
	if (began >= 0 && r->base_ns >= 0 && !__builtin_add_overflow(began, r->base_ns, &began))
		r->state_age_ns = between(began, moment_ns);
	else if (passed >= 0 && r->state_age_ns >= 0 &&
		 __builtin_add_overflow(r->state_age_ns, passed, &r->state_age_ns))
		r->state_age_ns = -1;
	if (r->tw_remaining_ns >= 0 && passed >= 0)
		r->tw_remaining_ns = r->tw_remaining_ns > passed ? r->tw_remaining_ns - passed : 0;
}
