// SPDX-License-Identifier: GPL-2.0
#include "diagram/picture_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "diagram/fate.h"
#include "diagram/phase.h"
#include "diagram/picture.h"
#include "diagram/timeline.h"
#include "meaning/infer.h"
#include "read/record.h"

#define MS		1000000LL
#define JOIN_NS		MS		/* a state and its segment on one row */
#define PAUSE_LEAST_NS	MS		/* shorter ones are not worth a row */
#define PAUSE_SURE_NS	(500 * MS)	/* longer ones always are */
#define PAUSE_TIMES	20		/* so many usual gaps are a pause */
#define OFFSET_MOST	(INT64_MAX / 4)

#define ST(name)	TCPLEDGER_STATE_##name

/**
 * struct build - a picture in the making
 * @picture: it
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
	struct picture		*picture;
	struct timeline		timeline;
	unsigned char		*inferred;
	int			*arrow_of[PICTURE_SIDES];
	int			stay[PICTURE_SIDES];
	int64_t			since_ns[PICTURE_SIDES];
	int64_t			latest_ns;
	unsigned int		flying;
	int64_t			pause_ns;
	struct phase		phase;
};

static void add_words(struct build *build, enum picture_kind kind, int64_t t_ns,
		      const char *words)
{
	picture_add_row(build->picture, kind, PICTURE_LEFT, t_ns)->words = words;
}

/* Rows that stand before an event: what ends, how long nothing was, what begins. */
static void add_between(struct build *build, const struct timeline_event *event)
{
	struct picture *picture = build->picture;
	bool arrives = picture->end[event->side].record->log[event->n].type ==
		       TCPLEDGER_ENTRY_IN && event->other >= 0;
	struct phase_step step;
	int64_t gap = -1;

	if (build->latest_ns >= 0 && event->t_ns >= build->latest_ns)
		gap = event->t_ns - build->latest_ns;
	if (gap < build->pause_ns && !(gap >= PAUSE_SURE_NS && !build->flying))
		gap = -1;
	if (arrives && build->flying)	/* that was the way, no pause */
		gap = -1;
	phase_before(&build->phase, picture, event, &step);
	if (step.data)
		picture_add_row(picture, PICTURE_DATA, PICTURE_LEFT, -1);
	if (gap >= 0)
		add_words(build, PICTURE_PAUSE, gap, step.pause);
	if (step.wait_over)
		picture_add_row(picture, PICTURE_WAIT, event->side, -1);
	if (step.begins)
		add_words(build, PICTURE_PHASE, -1, step.begins);
}

/*
 * The row of an event: the last, where it tells of the same doing of the same
 * end, else a new one.
 */
static struct picture_row *place(struct build *build, const struct timeline_event *event,
				 bool joins)
{
	struct picture *picture = build->picture;
	struct picture_row *last = &picture->rows[picture->row_count - 1];

	if (joins && last->kind == PICTURE_EVENT && last->side == event->side &&
	    last->t_ns >= 0 && event->t_ns >= last->t_ns && event->t_ns - last->t_ns < JOIN_NS)
		return last;
	add_between(build, event);
	return picture_add_row(picture, PICTURE_EVENT, event->side, event->t_ns);
}

static unsigned int row_number(const struct build *build, const struct picture_row *row)
{
	return (unsigned int)(row - build->picture->rows);
}

static int begin_stay(struct build *build, struct picture_row *row, enum picture_side side,
		      unsigned char state, bool measured)
{
	struct picture *picture = build->picture;
	int at = (int)picture->stay_count++;

	picture->stays[at] = (struct picture_stay) {
		.side = side, .state = state, .row = row_number(build, row),
		.measured = measured, .lasted_ns = -1,
	};
	row->stay[side] = at;
	build->stay[side] = at;
	return at;
}

/* Counted from an initial sequence number; what lies before it is negative. */
static int64_t relative(const struct build *build, uint32_t number, enum picture_side side)
{
	int64_t isn = build->picture->end[side].isn;

	if (build->picture->absolute || isn < 0)
		return number;
	return phase_is_long(build->picture, side) ? (int64_t)(number - (uint32_t)isn) :
						     (int32_t)(number - (uint32_t)isn);
}

static int new_arrow(struct build *build, enum picture_side from, const struct tcpledger_entry *e)
{
	enum picture_side to = from == PICTURE_LEFT ? PICTURE_RIGHT : PICTURE_LEFT;
	struct picture *picture = build->picture;

	if (picture->self)
		to = from;
	picture->arrows[picture->arrow_count] = (struct picture_arrow) {
		.from = from, .departs = -1, .arrives = -1, .flags = e->flags,
		.seq = relative(build, e->seq, from),
		.ack = e->flags & TCPLEDGER_ACK ? relative(build, e->ack, to) : -1,
		.len = e->len, .win = e->win, .again = e->bits & TCPLEDGER_SEG_RETRANSMIT,
		.alien = e->bits & TCPLEDGER_SEG_OTHER,
	};
	return (int)picture->arrow_count++;
}

static void add_departure(struct build *build, const struct timeline_event *event,
			  const struct tcpledger_entry *e)
{
	struct picture *picture = build->picture;
	const struct picture_end *to = &picture->end[!event->side];
	const struct picture_row *last = &picture->rows[picture->row_count - 1];
	struct picture_row *row = place(build, event, last->departs < 0 && last->arrives < 0);
	int at = new_arrow(build, event->side, e);
	struct picture_arrow *arrow = &picture->arrows[at];

	row->t_ns = event->t_ns;
	row->departs = at;
	arrow->departs = (int)row_number(build, row);
	build->arrow_of[event->side][event->n] = at;
	if (event->other >= 0) {
		build->flying++;
	} else if (to->record && fate_is_lost(to, e, event->t_ns)) {
		arrow->fate = PICTURE_LOST;
	} else {
		arrow->arrives = arrow->departs;
		if (!picture->self)
			row->arrives = at;
	}
}

static void add_arrival(struct build *build, const struct timeline_event *event,
			const struct tcpledger_entry *e)
{
	struct picture *picture = build->picture;
	enum picture_side from = picture->self ? PICTURE_LEFT :
				 event->side == PICTURE_LEFT ? PICTURE_RIGHT : PICTURE_LEFT;
	struct picture_row *row = place(build, event, false);
	int at;

	if (event->other >= 0) {
		at = build->arrow_of[from][event->other];
		build->flying--;
	} else {
		at = new_arrow(build, from, e);
		if (!picture->end[from].record) {
			picture->arrows[at].departs = (int)row_number(build, row);
			row->departs = at;
		}
	}
	row->arrives = at;
	picture->arrows[at].arrives = (int)row_number(build, row);
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		picture->arrows[at].again = true;
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		picture->arrows[at].fate = PICTURE_REFUSED;
}

/*
 * The row that a change of state belongs to: that of the segment which caused
 * it or of its answer, or of the RST that went with it. The other end may have
 * been busy in between. NULL if it has to have its own.
 */
static struct picture_row *causing_row(const struct build *build,
				       const struct timeline_event *event,
				       const struct tcpledger_entry *e)
{
	struct picture *picture = build->picture;
	unsigned int i = picture->row_count;
	struct picture_row *row;
	int at;

	while (i-- && (picture->rows[i].kind != PICTURE_EVENT ||
		       picture->rows[i].side != event->side))
		if (picture->rows[i].kind != PICTURE_EVENT)
			return NULL;
	row = &picture->rows[i];
	at = row->departs >= 0 ? row->departs : row->arrives;
	if (at < 0 || row->stay[event->side] >= 0 || event->t_ns < row->t_ns ||
	    event->t_ns - row->t_ns >= JOIN_NS)
		return NULL;
	if (picture->arrows[at].from == row->side && picture->arrows[at].flags & TCPLEDGER_RST)
		return row;
	return e->cause == TCPLEDGER_CAUSE_SEGMENT ? row : NULL;
}

static void add_change(struct build *build, const struct timeline_event *event,
		       const struct tcpledger_entry *e)
{
	struct picture *picture = build->picture;
	struct picture_row *row = causing_row(build, event, e);
	enum picture_side side = event->side;
	int64_t since = build->since_ns[side];

	if (!row)
		row = place(build, event, false);
	if (build->stay[side] >= 0 && since >= 0 && e->t_ns >= since)
		picture->stays[build->stay[side]].lasted_ns = e->t_ns - since;
	begin_stay(build, row, side, e->to, true);
	build->since_ns[side] = e->t_ns;
}

/* What the arrow itself tells needs no note. */
static bool is_drawn(unsigned int tag)
{
	return tag == TCPLEDGER_ANOMALY_SYN_RETRANSMIT ||
	       tag == TCPLEDGER_ANOMALY_SYNACK_RETRANSMIT ||
	       tag == TCPLEDGER_ANOMALY_FIN_RETRANSMIT;
}

static void add_note(struct build *build, const struct timeline_event *event,
		     const struct tcpledger_entry *e)
{
	struct picture_end *end = &build->picture->end[event->side];
	struct picture_row *row;

	if (e->tag == TCPLEDGER_ANOMALY_TIME_WAIT_RESTARTED &&
	    end->restarts < PICTURE_RESTARTS && end->record->fixed.tw_entered_ns >= 0 &&
	    e->t_ns >= end->record->fixed.tw_entered_ns)
		end->restart_ns[end->restarts++] = e->t_ns - end->record->fixed.tw_entered_ns;
	if (is_drawn(e->tag))
		return;
	row = picture_add_row(build->picture, PICTURE_NOTE, event->side, event->t_ns);
	row->tag = e->tag;
}

static void add_inferred(struct build *build, const struct timeline_event *event)
{
	struct picture *picture = build->picture;
	struct picture_row *row = &picture->rows[picture->row_count - 1];
	unsigned char state = build->inferred[event->n];

	if (!state || event->side != PICTURE_LEFT)
		return;
	/* A listener was there before the SYN; it is on the first row already. */
	if (build->stay[PICTURE_RIGHT] >= 0 &&
	    picture->stays[build->stay[PICTURE_RIGHT]].state == state)
		return;
	begin_stay(build, row, PICTURE_RIGHT, state, false);
}

static void add_event(struct build *build, const struct timeline_event *event)
{
	const struct tcpledger_entry *e =
		&build->picture->end[event->side].record->log[event->n];

	if (e->type == TCPLEDGER_ENTRY_STATE) {
		add_change(build, event, e);
	} else if (e->type == TCPLEDGER_ENTRY_NOTE) {
		add_note(build, event, e);
	} else {
		if (e->type == TCPLEDGER_ENTRY_OUT)
			add_departure(build, event, e);
		else
			add_arrival(build, event, e);
		if (build->inferred)
			add_inferred(build, event);
	}
	phase_take(&build->phase, build->picture, event);
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
	struct picture *picture = build->picture;
	struct picture_row *row = picture_add_row(picture, PICTURE_EVENT, PICTURE_LEFT, -1);
	const struct record *left = picture->end[PICTURE_LEFT].record;
	const struct record *right = picture->end[PICTURE_RIGHT].record;
	unsigned char state = 0;
	unsigned int i;

	begin_stay(build, row, PICTURE_LEFT, first_state(left), true);
	if (right)
		begin_stay(build, row, PICTURE_RIGHT, first_state(right), true);
	for (i = 0; !right && build->inferred && !state && i < left->fixed.log_n; i++)
		state = build->inferred[i];
	if (state == ST(LISTEN) || state == ST(CLOSE) ||
	    (state == ST(ESTABLISHED) && left->fixed.role == TCPLEDGER_ROLE_ADOPTED))
		begin_stay(build, row, PICTURE_RIGHT, state, false);
	else if (state == ST(SYN_SENT))
		begin_stay(build, row, PICTURE_RIGHT, ST(CLOSE), false);
}

static void add_last_rows(struct build *build)
{
	struct picture *picture = build->picture;
	struct phase_step step;
	unsigned int side;

	phase_end(&build->phase, picture, &step);
	if (step.data)
		picture_add_row(picture, PICTURE_DATA, PICTURE_LEFT, -1);
	for (side = 0; side < PICTURE_SIDES; side++) {
		const struct record *record = picture->end[side].record;

		if (!record || !(record->fixed.flags & TCPLEDGER_REC_LIVE))
			continue;
		if (build->stay[side] >= 0) {
			picture->stays[build->stay[side]].lasts = true;
			picture->stays[build->stay[side]].lasted_ns = record->fixed.state_age_ns;
		}
		if (record->fixed.state == ST(TIME_WAIT))
			picture_add_row(picture, PICTURE_WAIT, (enum picture_side)side, -1);
	}
	if (step.begins)
		add_words(build, PICTURE_PHASE, -1, step.begins);
	/* The last states need a row to stand on. */
	picture_add_row(picture, PICTURE_EVENT, PICTURE_LEFT, -1);
}

/* Many times the usual gap between two events is a pause. */
static int64_t find_pause(const struct timeline *timeline)
{
	int64_t usual = timeline_usual_gap(timeline);

	if (usual <= PAUSE_LEAST_NS / PAUSE_TIMES)
		return PAUSE_LEAST_NS;
	return usual < INT64_MAX / PAUSE_TIMES ? usual * PAUSE_TIMES : INT64_MAX;
}

static void set_end(struct picture_end *end, const struct record *record)
{
	end->record = record;
	end->isn = record_isn(record, TCPLEDGER_ENTRY_OUT);
	end->waits = record->fixed.flags & TCPLEDGER_REC_TIME_WAIT;
}

/* The picture begins where the earlier of the records does. */
static void set_ends(struct picture *picture, const struct record *record,
		     const struct record *peer)
{
	struct picture_end *left = &picture->end[PICTURE_LEFT];
	struct picture_end *right = &picture->end[PICTURE_RIGHT];
	int64_t lag;

	set_end(left, record);
	right->isn = record_isn(record, TCPLEDGER_ENTRY_IN);
	picture->opened_at = record->fixed.opened_at;
	picture->self = record_is_self_connect(record);
	if (picture->self || !peer || record->fixed.base_ns < 0 || peer->fixed.base_ns < 0)
		return;
	lag = peer->fixed.base_ns - record->fixed.base_ns;
	if (lag > OFFSET_MOST || lag < -OFFSET_MOST)
		return;
	set_end(right, peer);
	if (lag >= 0) {
		right->offset_ns = lag;
	} else {
		left->offset_ns = -lag;
		picture->opened_at = peer->fixed.opened_at;
	}
	if (left->isn < 0)
		left->isn = peer->fixed.remote_isn;
	if (right->isn < 0)
		right->isn = record_isn(record, TCPLEDGER_ENTRY_IN);
}

/**
 * picture_make - make a picture of a connection
 * @picture: set up, for picture_free()
 * @record: a checked record, the left side; must outlive the picture
 * @peer: record of the other end, NULL if there is none; must outlive it too
 * @absolute: sequence numbers as on the wire, not from the initial ones
 */
void picture_make(struct picture *picture, const struct record *record,
		  const struct record *peer, bool absolute)
{
	struct build build = {
		.picture = picture, .stay = { -1, -1 }, .since_ns = { -1, -1 },
		.latest_ns = -1,
	};
	unsigned int i, side;

	memset(picture, 0, sizeof(*picture));
	picture->absolute = absolute;
	set_ends(picture, record, peer);
	timeline_make(&build.timeline, picture);
	picture->arrows = memory_new(build.timeline.count, sizeof(*picture->arrows));
	picture->stays = memory_new(2 * build.timeline.count + PICTURE_SIDES,
				    sizeof(*picture->stays));
	if (!picture->end[PICTURE_RIGHT].record && !picture->self) {
		build.inferred = memory_new(record->fixed.log_n, 1);
		infer_remote(record, build.inferred);
	}
	for (side = 0; side < PICTURE_SIDES; side++)
		if (picture->end[side].record)
			build.arrow_of[side] = memory_new(picture->end[side].record->fixed.log_n,
							  sizeof(int));
	build.pause_ns = find_pause(&build.timeline);
	add_words(&build, PICTURE_PHASE, -1, phase_opening(picture));
	add_first_row(&build);
	for (i = 0; i < build.timeline.count; i++)
		add_event(&build, &build.timeline.events[i]);
	add_last_rows(&build);
	timeline_free(&build.timeline);
	free(build.inferred);
	for (side = 0; side < PICTURE_SIDES; side++)
		free(build.arrow_of[side]);
}
