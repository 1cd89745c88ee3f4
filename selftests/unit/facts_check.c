// SPDX-License-Identifier: GPL-2.0
/*
 * The promises that every record keeps at every moment, read out of the
 * interface's description alone.
 */
#include "facts_check.h"

#include <stdio.h>

#include "verdict/record.h"

static bool is_state(u8 state)
{
	return state >= TCPLEDGER_STATE_ESTABLISHED && state <= TCPLEDGER_STATE_CLOSING;
}

static bool is_segment(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_IN || e->type == TCPLEDGER_ENTRY_OUT;
}

/* The one change that is entered with an earlier time. */
static bool is_backdated(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_STATE && e->from == TCPLEDGER_STATE_LISTEN;
}

static const char *check_segment(const struct tcpledger_entry *e)
{
	const u8 judged = TCPLEDGER_SEG_ACCEPTED | TCPLEDGER_SEG_REFUSED;

	if (e->type == TCPLEDGER_ENTRY_OUT && e->bits & judged)
		return "a segment that left is said to be accepted or refused";
	if (e->type == TCPLEDGER_ENTRY_IN && e->bits & TCPLEDGER_SEG_OTHER)
		return "a segment that came is said to be emitted by another";
	if ((e->bits & judged) == judged)
		return "a segment is both accepted and refused";
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT && !(e->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN)))
		return "a segment without SYN and FIN is said to be a retransmission";
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT && e->flags & TCPLEDGER_RST)
		return "an RST is said to be a retransmission";
	return NULL;
}

static const char *check_change(const struct tcpledger_entry *log, int i)
{
	const struct tcpledger_entry *e = &log[i], *cause;

	if (!is_state(e->from) || !is_state(e->to) || e->from == e->to)
		return "a state change names no two states";
	if (e->cause >= TCPLEDGER_CAUSE_MAX)
		return "a cause is out of range";
	if (e->segment == TCPLEDGER_LOG_NONE)
		return NULL;
	if (e->cause != TCPLEDGER_CAUSE_SEGMENT)
		return "a change that no segment caused names one";
	if (e->segment < 0 || e->segment >= i)
		return "a cause is no earlier entry";
	cause = &log[e->segment];
	if (cause->type != TCPLEDGER_ENTRY_IN)
		return "a cause is no segment that came";
	/* Data for a program that is gone: the RST that refuses it ends the connection. */
	if (cause->bits & TCPLEDGER_SEG_REFUSED)
		return tcpledger_fsm_synchronized(e->from) && e->to == TCPLEDGER_STATE_CLOSE &&
		       e->from != TCPLEDGER_STATE_ESTABLISHED &&
		       !(cause->flags & TCPLEDGER_RST) ? NULL :
			"a cause is a segment that TCP refused";
	if (!(cause->bits & TCPLEDGER_SEG_ACCEPTED))
		return "a cause is not said to be accepted";
	return NULL;
}

static const char *check_note(const struct tcpledger_facts *f, const struct tcpledger_entry *log,
			      int i)
{
	const struct tcpledger_entry *e = &log[i];

	if (e->tag >= TCPLEDGER_ANOMALY_MAX)
		return "a note's tag is out of range";
	if (!(f->anomalies & BIT(e->tag)))
		return "a note's anomaly is not in the mask";
	if (e->segment != TCPLEDGER_LOG_NONE &&
	    (e->segment < 0 || e->segment >= i || !is_segment(&log[e->segment])))
		return "a note is about no segment";
	return NULL;
}

static const char *check_log(const struct tcpledger_facts *f, struct tcpledger_entry *log)
{
	const char *wrong = NULL;
	s64 last = 0;
	int i;

	for (i = 0; i < f->log.n && !wrong; i++) {
		struct tcpledger_entry *e = &log[i];

		tcpledger_log_export(tcpledger_log_at((struct tcpledger_log *)&f->log, i), e);
		if (e->t_ns < 0)
			return "a time is before the first entry";
		if (!is_backdated(e) && e->t_ns < last)
			return "time goes back along the log";
		if (!is_backdated(e))
			last = e->t_ns;
		if (is_segment(e))
			wrong = check_segment(e);
		else if (e->type == TCPLEDGER_ENTRY_STATE)
			wrong = check_change(log, i);
		else
			wrong = check_note(f, log, i);
	}
	return wrong;
}

/* Each change goes on where the one before it ended; the last is the state. */
static const char *check_path(const struct tcpledger_facts *f, const struct tcpledger_entry *log)
{
	u8 state = 0;
	int i;

	for (i = 0; i < f->log.n; i++) {
		if (log[i].type != TCPLEDGER_ENTRY_STATE)
			continue;
		if (state && log[i].from != state)
			return "a state change is missing";
		state = log[i].to;
	}
	if (state && state != f->state)
		return "the last state change is missing";
	return NULL;
}

static const char *check_enums(const struct tcpledger_facts *f, const struct tcpledger_record *r)
{
	bool live = r->flags & TCPLEDGER_REC_LIVE;

	if (!is_state(r->state) || r->role >= TCPLEDGER_ROLE_MAX ||
	    r->outcome >= TCPLEDGER_OUTCOME_MAX || r->kind >= TCPLEDGER_KIND_MAX ||
	    r->first >= TCPLEDGER_SIDE_MAX || r->reset_by >= TCPLEDGER_SIDE_MAX ||
	    r->tw_exit >= TCPLEDGER_EXIT_MAX || r->reset_by == TCPLEDGER_SIDE_BOTH)
		return "a word is out of range";
	if (r->anomalies >> TCPLEDGER_ANOMALY_MAX)
		return "an anomaly is out of range";
	if (r->error != -1 && (r->error <= 0 || r->error > 255))
		return "an error is no errno";
	if (!live && r->state != TCPLEDGER_STATE_CLOSE)
		return "an ended record is not in CLOSE";
	if (!live && r->outcome == TCPLEDGER_OUTCOME_IN_PROGRESS)
		return "an ended record's opening is in progress";
	if (!live && r->kind == TCPLEDGER_KIND_OPEN)
		return "an ended record has no kind of close";
	if (live && r->kind != TCPLEDGER_KIND_OPEN && r->state != TCPLEDGER_STATE_TIME_WAIT)
		return "an open record has a kind of close";
	if (r->kind == TCPLEDGER_KIND_NONE && r->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		return "an established record closed as never established";
	if (r->tw_exit && (live || !(r->flags & TCPLEDGER_REC_TIME_WAIT)))
		return "TIME_WAIT ended that never was or still lasts";
	return f->log.n == r->log_n ? NULL : "the number of entries is wrong";
}

static const char *check_moments(const struct tcpledger_record *r, s64 last)
{
	const s64 moments[] = {
		r->syn_ns, r->synack_ns, r->ack_ns, r->local_fin_ns, r->remote_fin_ns,
		r->tw_entered_ns, r->ended_ns,
	};
	const s64 spans[] = {
		r->duration_ns, r->handshake_ns, r->half_close_ns, r->state_age_ns,
		r->tw_residence_ns, r->tw_remaining_ns,
	};
	bool live = r->flags & TCPLEDGER_REC_LIVE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(moments); i++)
		if (moments[i] < -1)
			return "a moment is before the first entry";
	for (i = 0; i < ARRAY_SIZE(spans); i++)
		if (spans[i] < -1)
			return "a duration is negative";
	for (i = 0; i < TCPLEDGER_STATE_MAX; i++)
		if (r->residence_ns[i] < -1)
			return "a residence is negative";
	if (live ? r->ended_ns != -1 : r->ended_ns < 0 || r->duration_ns != r->ended_ns)
		return "an end is told of a live record, or none of an ended one";
	if (!live && r->ended_ns < last)
		return "the end is before the last state change";
	if (r->tw_remaining_ns > TCPLEDGER_TW_NOMINAL_NS)
		return "more is left of 2MSL than there was";
	if (!live && r->flags & TCPLEDGER_REC_TIME_WAIT && r->tw_residence_ns < 0)
		return "TIME_WAIT is over and its residence is unknown";
	return NULL;
}

static s64 last_change(const struct tcpledger_entry *log, int n)
{
	while (n-- > 0)
		if (log[n].type == TCPLEDGER_ENTRY_STATE)
			return log[n].t_ns;
	return 0;
}

/**
 * facts_check - does everything hold that always must?
 * @facts: the facts
 * @now: the time of a reader
 *
 * Return: what does not hold, or NULL.
 */
const char *facts_check(const struct tcpledger_facts *facts, s64 now)
{
	struct tcpledger_entry log[TCPLEDGER_LOG_MAX];
	struct tcpledger_facts f = *facts;
	struct tcpledger_record r = { 0 };
	bool memory_short = !f.log.more && f.log.dropped;
	const char *wrong;

	if (f.log.n > (f.log.more ? TCPLEDGER_LOG_MAX : TCPLEDGER_LOG_FIRST))
		return "more entries than there is room";
	wrong = check_log(&f, log);
	/* Without a second block state changes too may find no room. */
	if (!wrong && !memory_short)
		wrong = check_path(&f, log);
	if (wrong)
		return wrong;
	tcpledger_record_fill(&r, &f, now);
	wrong = check_enums(&f, &r);
	return wrong ? wrong : check_moments(&r, last_change(log, f.log.n));
}
