// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/diagram_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "present/diagram/diagram.h"
#include "present/diagram/loss.h"
#include "present/diagram/phase.h"
#include "present/diagram/timeline.h"
#include "meaning/inferred_states.h"
#include "read/record.h"

#define MS		1000000LL
#define JOIN_NS		MS		/* a state and its segment on one row */
#define PAUSE_LEAST_NS	MS		/* shorter ones are not worth a row */
#define PAUSE_SURE_NS	(500 * MS)	/* longer ones always are */
#define PAUSE_TIMES	20		/* so many usual gaps are a pause */
#define OFFSET_MOST	(INT64_MAX / 4)

#define ST(name)	TCPLEDGER_STATE_##name

/**
 * struct build - a diagram in the making
 * @diagram: it
 * @timeline: what is to be told
 * @inferred: states of an end that is not recorded, by entry of the left log
 * @arrow_of: arrow of a departure, by side and entry
 * @stay: the state a side is in, or -1
 * @since_ns: since when, in its own log; -1 if unknown
 * @latest_ns: moment of the event before, -1 if unknown
 * @flying: arrows that left and are to arrive
 * @pause_ns: from this on, a gap is a pause
 * @phase: what has been told of
 */
struct build {
	struct diagram		*diagram;
	struct timeline		timeline;
	unsigned char		*inferred;
	int			*arrow_of[DIAGRAM_SIDES];
	int			stay[DIAGRAM_SIDES];
	int64_t			since_ns[DIAGRAM_SIDES];
	int64_t			latest_ns;
	unsigned int		flying;
	int64_t			pause_ns;
	struct phase		phase;
};

static void add_words(struct build *build, enum diagram_kind kind, int64_t t_ns,
		      const char *words)
{
	diagram_add_row(build->diagram, kind, DIAGRAM_LEFT, t_ns)->words = words;
}

/* Rows that stand before an event: what ends, how long nothing was, what begins. */
static void add_between(struct build *build, const struct timeline_event *event)
{
	struct diagram *diagram = build->diagram;
	bool arrives = diagram->end[event->side].record->log[event->n].type ==
		       TCPLEDGER_ENTRY_IN && event->other >= 0;
	struct phase_step step;
	int64_t gap = -1;

	if (build->latest_ns >= 0 && event->t_ns >= build->latest_ns)
		gap = event->t_ns - build->latest_ns;
	if (gap < build->pause_ns && !(gap >= PAUSE_SURE_NS && !build->flying))
		gap = -1;
	if (arrives && build->flying)	/* that was the way, no pause */
		gap = -1;
	phase_before(&build->phase, diagram, event, &step);
	if (step.data)
		diagram_add_row(diagram, DIAGRAM_DATA, DIAGRAM_LEFT, -1);
	if (gap >= 0)
		add_words(build, DIAGRAM_PAUSE, gap, step.pause);
	if (step.wait_over)
		diagram_add_row(diagram, DIAGRAM_WAIT, event->side, -1);
	if (step.begins)
		add_words(build, DIAGRAM_PHASE, -1, step.begins);
}

/*
 * The row of an event: the last, where it tells of the same doing of the same
 * end, else a new one.
 */
static struct diagram_row *place(struct build *build, const struct timeline_event *event,
				 bool joins)
{
	struct diagram *diagram = build->diagram;
	struct diagram_row *last = &diagram->rows[diagram->row_count - 1];

	if (joins && last->kind == DIAGRAM_EVENT && last->side == event->side &&
	    last->t_ns >= 0 && event->t_ns >= last->t_ns && event->t_ns - last->t_ns < JOIN_NS)
		return last;
	add_between(build, event);
	return diagram_add_row(diagram, DIAGRAM_EVENT, event->side, event->t_ns);
}

static unsigned int row_number(const struct build *build, const struct diagram_row *row)
{
	return (unsigned int)(row - build->diagram->rows);
}

static int begin_stay(struct build *build, struct diagram_row *row, enum diagram_side side,
		      unsigned char state, int entry, bool measured)
{
	struct diagram *diagram = build->diagram;
	int at = (int)diagram->stay_count++;

	diagram->stays[at] = (struct diagram_stay) {
		.side = side, .state = state, .row = row_number(build, row),
		.entry = entry, .measured = measured, .lasted_ns = -1,
	};
	row->stay[side] = at;
	build->stay[side] = at;
	return at;
}

/* Counted from an initial sequence number; what lies before it is negative. */
static int64_t relative(const struct build *build, uint32_t number, enum diagram_side side)
{
	int64_t isn = build->diagram->end[side].isn;

	if (build->diagram->absolute || isn < 0)
		return number;
	return phase_is_long(build->diagram, side) ? (int64_t)(number - (uint32_t)isn) :
						     (int32_t)(number - (uint32_t)isn);
}

static int new_arrow(struct build *build, enum diagram_side from, const struct tcpledger_entry *e)
{
	enum diagram_side to = from == DIAGRAM_LEFT ? DIAGRAM_RIGHT : DIAGRAM_LEFT;
	struct diagram *diagram = build->diagram;

	if (diagram->self)
		to = from;
	diagram->arrows[diagram->arrow_count] = (struct diagram_arrow) {
		.from = from, .departs = -1, .arrives = -1, .entry = { -1, -1 },
		.flags = e->flags,
		.seq = relative(build, e->seq, from),
		.ack = e->flags & TCPLEDGER_ACK ? relative(build, e->ack, to) : -1,
		.len = e->len, .win = e->win, .retransmitted = e->bits & TCPLEDGER_SEG_RETRANSMIT,
		.not_tcp = e->bits & TCPLEDGER_SEG_OTHER,
	};
	return (int)diagram->arrow_count++;
}

/* Returns the number of its row, as those below do. */
static unsigned int add_departure(struct build *build, const struct timeline_event *event,
				  const struct tcpledger_entry *e)
{
	struct diagram *diagram = build->diagram;
	const struct diagram_end *to = &diagram->end[!event->side];
	const struct diagram_row *last = &diagram->rows[diagram->row_count - 1];
	struct diagram_row *row = place(build, event, last->departs < 0 && last->arrives < 0);
	int at = new_arrow(build, event->side, e);
	struct diagram_arrow *arrow = &diagram->arrows[at];

	row->t_ns = event->t_ns;
	row->departs = at;
	arrow->departs = (int)row_number(build, row);
	arrow->entry[event->side] = (int)event->n;
	build->arrow_of[event->side][event->n] = at;
	if (event->other >= 0) {
		build->flying++;
	} else if (to->record && loss_is_proven(&diagram->end[event->side], to, e,
							 event->t_ns)) {
		arrow->delivery = DIAGRAM_LOST;
	} else {
		arrow->arrives = arrow->departs;
		if (!diagram->self)
			row->arrives = at;
	}
	return row_number(build, row);
}

static unsigned int add_arrival(struct build *build, const struct timeline_event *event,
				const struct tcpledger_entry *e)
{
	struct diagram *diagram = build->diagram;
	enum diagram_side from = diagram->self ? DIAGRAM_LEFT :
				 event->side == DIAGRAM_LEFT ? DIAGRAM_RIGHT : DIAGRAM_LEFT;
	struct diagram_row *row = place(build, event, false);
	int at;

	if (event->other >= 0) {
		at = build->arrow_of[from][event->other];
		build->flying--;
	} else {
		at = new_arrow(build, from, e);
		if (!diagram->end[from].record) {
			diagram->arrows[at].departs = (int)row_number(build, row);
			row->departs = at;
		}
	}
	row->arrives = at;
	diagram->arrows[at].arrives = (int)row_number(build, row);
	diagram->arrows[at].entry[diagram->self ? DIAGRAM_RIGHT : event->side] = (int)event->n;
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		diagram->arrows[at].retransmitted = true;
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		diagram->arrows[at].delivery = DIAGRAM_REFUSED;
	return row_number(build, row);
}

/*
 * The row that a change of state belongs to: that of the segment which caused
 * it or of its answer, or of the RST that went with it. The other end may have
 * been busy in between. NULL if it has to have its own.
 */
static struct diagram_row *causing_row(const struct build *build,
				       const struct timeline_event *event,
				       const struct tcpledger_entry *e)
{
	struct diagram *diagram = build->diagram;
	unsigned int i = diagram->row_count;
	struct diagram_row *row;
	int at;

	while (i-- && (diagram->rows[i].kind != DIAGRAM_EVENT ||
		       diagram->rows[i].side != event->side))
		if (diagram->rows[i].kind != DIAGRAM_EVENT)
			return NULL;
	row = &diagram->rows[i];
	at = row->departs >= 0 ? row->departs : row->arrives;
	if (at < 0 || row->stay[event->side] >= 0 || event->t_ns < row->t_ns ||
	    event->t_ns - row->t_ns >= JOIN_NS)
		return NULL;
	if (diagram->arrows[at].from == row->side && diagram->arrows[at].flags & TCPLEDGER_RST)
		return row;
	return e->cause == TCPLEDGER_CAUSE_SEGMENT ? row : NULL;
}

static unsigned int add_change(struct build *build, const struct timeline_event *event,
			       const struct tcpledger_entry *e)
{
	struct diagram *diagram = build->diagram;
	struct diagram_row *row = causing_row(build, event, e);
	enum diagram_side side = event->side;
	int64_t since = build->since_ns[side];

	if (!row)
		row = place(build, event, false);
	if (build->stay[side] >= 0 && since >= 0 && e->t_ns >= since)
		diagram->stays[build->stay[side]].lasted_ns = e->t_ns - since;
	begin_stay(build, row, side, e->to, (int)event->n, true);
	build->since_ns[side] = e->t_ns;
	return row_number(build, row);
}

/* What the arrow itself tells needs no note. */
static bool is_drawn(unsigned int tag)
{
	return tag == TCPLEDGER_ANOMALY_SYN_RETRANSMIT ||
	       tag == TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT ||
	       tag == TCPLEDGER_ANOMALY_FIN_RETRANSMIT;
}

static unsigned int add_note(struct build *build, const struct timeline_event *event,
			     const struct tcpledger_entry *e)
{
	struct diagram_end *end = &build->diagram->end[event->side];
	struct diagram_row *row;

	if (e->tag == TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED &&
	    end->restarts < DIAGRAM_RESTARTS && end->record->fixed.tw_entered_ns >= 0 &&
	    e->t_ns >= end->record->fixed.tw_entered_ns)
		end->restart_ns[end->restarts++] = e->t_ns - end->record->fixed.tw_entered_ns;
	if (is_drawn(e->tag))
		return build->diagram->row_count - 1;
	row = diagram_add_row(build->diagram, DIAGRAM_NOTE, event->side, event->t_ns);
	row->tag = e->tag;
	return row_number(build, row);
}

static void add_inferred(struct build *build, const struct timeline_event *event)
{
	struct diagram *diagram = build->diagram;
	struct diagram_row *row = &diagram->rows[diagram->row_count - 1];
	unsigned char state = build->inferred[event->n];

	if (!state || event->side != DIAGRAM_LEFT)
		return;
	/* A listener was there before the SYN; it is on the first row already. */
	if (build->stay[DIAGRAM_RIGHT] >= 0 &&
	    diagram->stays[build->stay[DIAGRAM_RIGHT]].state == state)
		return;
	begin_stay(build, row, DIAGRAM_RIGHT, state, (int)event->n, false);
}

static void add_event(struct build *build, const struct timeline_event *event)
{
	const struct tcpledger_entry *e =
		&build->diagram->end[event->side].record->log[event->n];
	unsigned int row;

	if (e->type == TCPLEDGER_ENTRY_STATE) {
		row = add_change(build, event, e);
	} else if (e->type == TCPLEDGER_ENTRY_NOTE) {
		row = add_note(build, event, e);
	} else {
		row = e->type == TCPLEDGER_ENTRY_OUT ? add_departure(build, event, e) :
						       add_arrival(build, event, e);
		if (build->inferred)
			add_inferred(build, event);
	}
	build->diagram->end[event->side].entry_row[event->n] = row;
	phase_take(&build->phase, build->diagram, event);
	build->latest_ns = event->t_ns;
}

static unsigned char first_state(const struct record *record)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE)
			return record->log[i].from;
	return record->fixed.state;
}

/* The states before anything happened. */
static void add_first_row(struct build *build)
{
	struct diagram *diagram = build->diagram;
	struct diagram_row *row = diagram_add_row(diagram, DIAGRAM_EVENT, DIAGRAM_LEFT, -1);
	const struct record *left = diagram->end[DIAGRAM_LEFT].record;
	const struct record *right = diagram->end[DIAGRAM_RIGHT].record;
	unsigned char state = 0;
	unsigned int i;

	begin_stay(build, row, DIAGRAM_LEFT, first_state(left), -1, true);
	if (right)
		begin_stay(build, row, DIAGRAM_RIGHT, first_state(right), -1, true);
	for (i = 0; !right && build->inferred && !state && i < left->fixed.log_n; i++)
		state = build->inferred[i];
	if (state == ST(LISTEN) || state == ST(CLOSE) ||
	    (state == ST(ESTABLISHED) && left->fixed.role == TCPLEDGER_ROLE_ADOPTED))
		begin_stay(build, row, DIAGRAM_RIGHT, state, -1, false);
	else if (state == ST(SYN_SENT))
		begin_stay(build, row, DIAGRAM_RIGHT, ST(CLOSE), -1, false);
}

static void add_last_rows(struct build *build)
{
	struct diagram *diagram = build->diagram;
	struct phase_step step;
	unsigned int side;

	phase_end(&build->phase, diagram, &step);
	if (step.data)
		diagram_add_row(diagram, DIAGRAM_DATA, DIAGRAM_LEFT, -1);
	for (side = 0; side < DIAGRAM_SIDES; side++) {
		const struct record *record = diagram->end[side].record;

		if (!record || !(record->fixed.flags & TCPLEDGER_REC_LIVE))
			continue;
		if (build->stay[side] >= 0) {
			diagram->stays[build->stay[side]].lasts = true;
			diagram->stays[build->stay[side]].lasted_ns = record->fixed.state_age_ns;
		}
		if (record->fixed.state == ST(TIME_WAIT))
			diagram_add_row(diagram, DIAGRAM_WAIT, (enum diagram_side)side, -1);
	}
	if (step.begins)
		add_words(build, DIAGRAM_PHASE, -1, step.begins);
	/* The last states need a row to stand on. */
	diagram_add_row(diagram, DIAGRAM_EVENT, DIAGRAM_LEFT, -1);
}

/* Many times the usual gap between two events is a pause. */
static int64_t find_pause(const struct timeline *timeline)
{
	int64_t usual = timeline_usual_gap(timeline);

	if (usual <= PAUSE_LEAST_NS / PAUSE_TIMES)
		return PAUSE_LEAST_NS;
	return usual < INT64_MAX / PAUSE_TIMES ? usual * PAUSE_TIMES : INT64_MAX;
}

static void set_end(struct diagram_end *end, const struct record *record)
{
	end->record = record;
	end->isn = record_isn(record, TCPLEDGER_ENTRY_OUT);
	end->waits = record->fixed.flags & TCPLEDGER_REC_TIME_WAIT;
}

/* The diagram begins where the earlier of the records does. */
static void set_ends(struct diagram *diagram, const struct record *record,
		     const struct record *peer)
{
	struct diagram_end *left = &diagram->end[DIAGRAM_LEFT];
	struct diagram_end *right = &diagram->end[DIAGRAM_RIGHT];
	int64_t lag;

	set_end(left, record);
	right->isn = record_isn(record, TCPLEDGER_ENTRY_IN);
	diagram->opened_at = record->fixed.opened_at;
	diagram->self = record_is_self_connect(record);
	/* By the clock of another host a record may have begun before zero. */
	if (diagram->self || !peer || record->fixed.base_ns == -1 || peer->fixed.base_ns == -1)
		return;
	if (__builtin_sub_overflow(peer->fixed.base_ns, record->fixed.base_ns, &lag) ||
	    lag > OFFSET_MOST || lag < -OFFSET_MOST)
		return;
	set_end(right, peer);
	if (lag >= 0) {
		right->offset_ns = lag;
	} else {
		left->offset_ns = -lag;
		diagram->opened_at = peer->fixed.opened_at;
	}
	if (left->isn < 0)
		left->isn = peer->fixed.remote_isn;
	if (right->isn < 0)
		right->isn = record_isn(record, TCPLEDGER_ENTRY_IN);
}

/**
 * diagram_make - make a diagram of a connection
 * @diagram: set up, for diagram_free()
 * @record: a checked record, the left side; must outlive the diagram
 * @peer: record of the other end, NULL if there is none; must outlive it too
 * @absolute: sequence numbers as on the wire, not from the initial ones
 */
void diagram_make(struct diagram *diagram, const struct record *record,
		  const struct record *peer, bool absolute)
{
	struct build build = {
		.diagram = diagram, .stay = { -1, -1 }, .since_ns = { -1, -1 },
		.latest_ns = -1,
	};
	unsigned int i, side;

	memset(diagram, 0, sizeof(*diagram));
	diagram->absolute = absolute;
	set_ends(diagram, record, peer);
	timeline_make(&build.timeline, diagram);
	diagram->arrows = memory_new(build.timeline.count, sizeof(*diagram->arrows));
	diagram->stays = memory_new(2 * build.timeline.count + DIAGRAM_SIDES,
				    sizeof(*diagram->stays));
	if (!diagram->end[DIAGRAM_RIGHT].record && !diagram->self) {
		build.inferred = memory_new(record->fixed.log_n, 1);
		inferred_states_of_remote(record, build.inferred);
	}
	for (side = 0; side < DIAGRAM_SIDES; side++) {
		struct diagram_end *end = &diagram->end[side];

		if (!end->record)
			continue;
		build.arrow_of[side] = memory_new(end->record->fixed.log_n, sizeof(int));
		end->entry_row = memory_new(end->record->fixed.log_n, sizeof(*end->entry_row));
	}
	build.pause_ns = find_pause(&build.timeline);
	add_words(&build, DIAGRAM_PHASE, -1, phase_opening(diagram));
	add_first_row(&build);
	for (i = 0; i < build.timeline.count; i++)
		add_event(&build, &build.timeline.events[i]);
	add_last_rows(&build);
	timeline_free(&build.timeline);
	free(build.inferred);
	for (side = 0; side < DIAGRAM_SIDES; side++)
		free(build.arrow_of[side]);
}
