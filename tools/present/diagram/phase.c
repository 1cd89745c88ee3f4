// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/phase.h"

#include <string.h>

#include "base/language.h"
#include "present/diagram/timeline.h"
#include "read/record.h"

#define ST(name)	TCPLEDGER_STATE_##name

static const char *established(const struct tcpledger_record *r)
{
	if (r->role == TCPLEDGER_ROLE_ADOPTED)
		return _("open before the module was loaded");
	if (r->role == TCPLEDGER_ROLE_SIMULTANEOUS)
		return _("simultaneous open: the SYNs cross");
	if (r->flags & TCPLEDGER_REC_FASTOPEN)
		return _("Fast Open: the SYN may carry data");
	if (r->flags & TCPLEDGER_REC_SYNCOOKIE)
		return _("three-way handshake with a SYN cookie");
	return _("three-way handshake");
}

/**
 * phase_opening - how it opens
 * @diagram: whose ends are set
 *
 * Return: words.
 */
const char *phase_opening(const struct diagram *diagram)
{
	const struct tcpledger_record *r = &diagram->end[DIAGRAM_LEFT].record->fixed;

	if (diagram->self)
		return _("a socket connects to itself");
	switch (r->outcome) {
	case TCPLEDGER_OUTCOME_ESTABLISHED:
		return established(r);
	case TCPLEDGER_OUTCOME_REFUSED:
		return r->role == TCPLEDGER_ROLE_PASSIVE ? _("refused: nobody listens here") :
							   _("refused: nobody listens there");
	case TCPLEDGER_OUTCOME_RESET:
		return _("reset within the handshake");
	case TCPLEDGER_OUTCOME_TIMED_OUT:
		return _("no answer: timed out");
	case TCPLEDGER_OUTCOME_UNREACHABLE:
		return _("unreachable: an ICMP error came");
	case TCPLEDGER_OUTCOME_ABORTED:
		return _("given up by the local program");
	case TCPLEDGER_OUTCOME_DROPPED:
		return _("dropped: the listener did not take it");
	default:
		return _("opening");
	}
}

static bool is_orderly(const struct tcpledger_entry *e)
{
	if (e->type == TCPLEDGER_ENTRY_STATE)
		return e->to != ST(CLOSE);
	return !(e->flags & TCPLEDGER_RST);
}

/* The words for the end that begins with this, from what the left end saw of it. */
static const char *words_of_end(const struct tcpledger_record *r, const struct tcpledger_entry *e)
{
	switch (r->kind) {
	case TCPLEDGER_KIND_FOUR_SEGMENT:
		return _("close in four segments");
	case TCPLEDGER_KIND_THREE_SEGMENT:
		return _("close in three segments");
	case TCPLEDGER_KIND_SIMULTANEOUS:
		return _("simultaneous close: the FINs cross");
	case TCPLEDGER_KIND_RESET:
		return is_orderly(e) ? _("closing") : _("reset: it ends at once");
	case TCPLEDGER_KIND_TIMED_OUT:
		return is_orderly(e) ? _("closing, but the rest never came") :
				       _("timed out: no answer any more");
	case TCPLEDGER_KIND_OPEN:
		return _("closing");
	default:
		return NULL;
	}
}

/* A close that began in order and is cut off. */
static bool cuts_off(const struct phase *phase, const struct tcpledger_record *r,
		     const struct tcpledger_entry *e)
{
	return phase->closing && !phase->reset && r->kind == TCPLEDGER_KIND_RESET &&
	       e->type != TCPLEDGER_ENTRY_NOTE && !is_orderly(e) &&
	       !(e->bits & (TCPLEDGER_SEG_REFUSED | TCPLEDGER_SEG_OTHER));
}

static bool is_open(unsigned char state)
{
	return state == ST(ESTABLISHED) || state == ST(CLOSE_WAIT) || state == ST(FIN_WAIT2);
}

static const char *half_closed(const struct phase *phase)
{
	return phase->fin[DIAGRAM_LEFT] ? _("half-closed: remote may send") :
					  _("half-closed: local may send");
}

static const char *pause_words(const struct phase *phase, const struct diagram *diagram,
			       const struct timeline_event *event,
			       const struct tcpledger_entry *e)
{
	unsigned int side;

	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (diagram->end[side].record && phase->state[side] == ST(TIME_WAIT))
			return "2MSL";
	if (e->type == TCPLEDGER_ENTRY_OUT && (e->bits & TCPLEDGER_SEG_RETRANSMIT))
		return _("no answer, so once more");
	if (e->type == TCPLEDGER_ENTRY_STATE && e->cause == TCPLEDGER_CAUSE_TIMER)
		return e->from == ST(FIN_WAIT2) ? _("no FIN came") : _("no answer: given up");
	if (phase->fin[DIAGRAM_LEFT] != phase->fin[DIAGRAM_RIGHT] &&
	    is_open(phase->state[event->side]))
		return half_closed(phase);
	if (phase->state[DIAGRAM_LEFT] == ST(ESTABLISHED) && !phase->closing)
		return _("open");
	return NULL;
}

static bool ends_it(const struct phase *phase, const struct timeline_event *event,
		    const struct tcpledger_entry *e)
{
	unsigned char state = phase->state[event->side];

	if (state != ST(ESTABLISHED) && state != ST(SYN_RECV))
		return false;
	if (e->type == TCPLEDGER_ENTRY_STATE)
		return state == ST(ESTABLISHED) && e->to != ST(ESTABLISHED);
	return e->type != TCPLEDGER_ENTRY_NOTE && !(e->bits & TCPLEDGER_SEG_REFUSED) &&
	       (e->flags & (TCPLEDGER_FIN | TCPLEDGER_RST)) &&
	       !(e->bits & TCPLEDGER_SEG_OTHER);
}

static bool has_data(const struct diagram *diagram)
{
	const struct tcpledger_record *r = &diagram->end[DIAGRAM_LEFT].record->fixed;

	return r->bytes_sent > 0 || r->bytes_received > 0;
}

/* Whether an entry ends TIME_WAIT, or is the segment that does. */
static bool ends_wait(const struct record *record, unsigned int n)
{
	const struct tcpledger_entry *e = &record->log[n];
	unsigned int i;

	if (e->type == TCPLEDGER_ENTRY_STATE)
		return e->from == ST(TIME_WAIT);
	if (e->type == TCPLEDGER_ENTRY_NOTE)
		return false;
	for (i = n + 1; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE &&
		    record->log[i].from == ST(TIME_WAIT) && record->log[i].segment == (int)n)
			return true;
	return false;
}

/**
 * phase_before - tell what stands before an event
 * @phase: how far the story is
 * @diagram: whose ends are set
 * @event: the event
 * @step: set
 */
void phase_before(struct phase *phase, const struct diagram *diagram,
		  const struct timeline_event *event, struct phase_step *step)
{
	const struct record *record = diagram->end[event->side].record;
	const struct tcpledger_entry *e = &record->log[event->n];

	memset(step, 0, sizeof(*step));
	step->pause = pause_words(phase, diagram, event, e);
	if (cuts_off(phase, &diagram->end[DIAGRAM_LEFT].record->fixed, e)) {
		step->begins = _("reset: it ends at once");
		phase->reset = true;
	}
	if (!phase->closing && ends_it(phase, event, e)) {
		step->begins = words_of_end(&diagram->end[DIAGRAM_LEFT].record->fixed, e);
		step->data = has_data(diagram) && !phase->data;
		phase->closing = true;
		phase->reset = !is_orderly(e);
		phase->data = true;
	}
	step->wait_over = ends_wait(record, event->n) && !phase->waited[event->side];
	phase->waited[event->side] |= step->wait_over;
}

/**
 * phase_take - take an event
 * @phase: how far the story is
 * @diagram: whose ends are set
 * @event: the event
 */
void phase_take(struct phase *phase, const struct diagram *diagram,
		const struct timeline_event *event)
{
	const struct tcpledger_entry *e = &diagram->end[event->side].record->log[event->n];

	if (e->type == TCPLEDGER_ENTRY_STATE)
		phase->state[event->side] = e->to;
	else if (e->type != TCPLEDGER_ENTRY_NOTE && (e->flags & TCPLEDGER_FIN))
		phase->fin[e->type == TCPLEDGER_ENTRY_OUT ? event->side : !event->side] = true;
}

/**
 * phase_end - tell what stands below the last event
 * @phase: how far the story is
 * @diagram: the diagram
 * @step: set
 */
void phase_end(const struct phase *phase, const struct diagram *diagram,
	       struct phase_step *step)
{
	memset(step, 0, sizeof(*step));
	step->data = has_data(diagram) && !phase->data;
	if ((diagram->end[DIAGRAM_LEFT].record->fixed.flags & TCPLEDGER_REC_LIVE) &&
	    phase->fin[DIAGRAM_LEFT] != phase->fin[DIAGRAM_RIGHT] &&
	    is_open(phase->state[DIAGRAM_LEFT]))
		step->begins = half_closed(phase);
}

/**
 * phase_is_long - whether one side sent so much that half the numbers are used
 * @diagram: whose ends are set
 * @side: which
 *
 * Return: true if a number may be more than 2^31 beyond the initial one.
 */
bool phase_is_long(const struct diagram *diagram, enum diagram_side side)
{
	const struct tcpledger_record *r = &diagram->end[DIAGRAM_LEFT].record->fixed;

	return (side == DIAGRAM_LEFT ? r->bytes_sent : r->bytes_received) > INT32_MAX;
}
