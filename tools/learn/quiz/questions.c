// SPDX-License-Identifier: GPL-2.0
#include "learn/quiz/questions.h"

#include <stdlib.h>
#include <string.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "present/diagram/diagram.h"
#include "present/diagram/diagram_cut.h"
#include "meaning/steps.h"
#include "learn/quiz/answers.h"
#include "learn/quiz/chance.h"
#include "read/record.h"

#define ST(name)	TCPLEDGER_STATE_##name
#define SYNACK		(TCPLEDGER_SYN | TCPLEDGER_ACK)
#define FINACK		(TCPLEDGER_FIN | TCPLEDGER_ACK)

/**
 * struct ask - a step that may be asked about
 * @record: of the connection
 * @diagram: of it
 * @step: the step
 * @chance: decides what is not decided otherwise
 */
struct ask {
	const struct record	*record;
	const struct diagram	*diagram;
	const struct step	*step;
	struct chance		*chance;
};

static unsigned int row_of(const struct ask *ask, unsigned int entry)
{
	return ask->diagram->end[DIAGRAM_LEFT].entry_row[entry];
}

/* The arrow of the step's segment. */
static const struct diagram_arrow *arrow_of(const struct ask *ask)
{
	unsigned int segment = (unsigned int)ask->step->segment;
	const struct diagram_row *row = &ask->diagram->rows[row_of(ask, segment)];
	bool out = ask->record->log[segment].type == TCPLEDGER_ENTRY_OUT;

	return &ask->diagram->arrows[out ? row->departs : row->arrives];
}

/*
 * See all before the step's segment leaves. False where that cannot be: the
 * record's own end was busy while the segment was on its way.
 */
static bool see_before_segment(const struct ask *ask, struct question *question)
{
	int departs = arrow_of(ask)->departs;
	unsigned int i, row = row_of(ask, ask->step->from);

	if (departs >= 0 && (unsigned int)departs < row)
		row = (unsigned int)departs;
	for (i = 0; i < ask->step->from; i++)
		if (row_of(ask, i) >= row)
			return false;
	question->rows = diagram_cut_before(ask->diagram, row);
	return true;
}

/* See all before the step, which no segment is about. */
static void see_before_change(const struct ask *ask, struct question *question)
{
	question->rows = diagram_cut_before(ask->diagram, row_of(ask, ask->step->from));
}

/* The only change of state of the step, or -1. */
static int only_change(const struct ask *ask)
{
	const struct tcpledger_entry *log = ask->record->log;
	int found = -1;
	unsigned int i;

	for (i = ask->step->from; i < ask->step->to; i++) {
		if (log[i].type != TCPLEDGER_ENTRY_STATE)
			continue;
		if (found >= 0)
			return -1;
		found = (int)i;
	}
	return found;
}

static bool ask_state(const struct ask *ask, struct question *question)
{
	/* States that follow in the state diagram, so that each may seem right. */
	static const unsigned char follow[TCPLEDGER_STATE_MAX][3] = {
		[ST(CLOSE)] = { ST(SYN_SENT), ST(LISTEN), ST(SYN_RECV) },
		[ST(LISTEN)] = { ST(SYN_RECV), ST(SYN_SENT), ST(ESTABLISHED) },
		[ST(SYN_SENT)] = { ST(ESTABLISHED), ST(SYN_RECV), ST(CLOSE) },
		[ST(SYN_RECV)] = { ST(ESTABLISHED), ST(SYN_SENT), ST(FIN_WAIT1) },
		[ST(ESTABLISHED)] = { ST(FIN_WAIT1), ST(CLOSE_WAIT), ST(FIN_WAIT2) },
		[ST(FIN_WAIT1)] = { ST(FIN_WAIT2), ST(CLOSING), ST(TIME_WAIT) },
		[ST(FIN_WAIT2)] = { ST(TIME_WAIT), ST(CLOSING), ST(CLOSE) },
		[ST(CLOSING)] = { ST(TIME_WAIT), ST(LAST_ACK), ST(CLOSE) },
		[ST(TIME_WAIT)] = { ST(CLOSE), ST(LISTEN), ST(FIN_WAIT2) },
		[ST(CLOSE_WAIT)] = { ST(LAST_ACK), ST(CLOSING), ST(FIN_WAIT1) },
		[ST(LAST_ACK)] = { ST(CLOSE), ST(TIME_WAIT), ST(CLOSE_WAIT) },
	};
	const struct tcpledger_entry *e;
	int64_t near[4];
	int change = only_change(ask);
	unsigned int i, row;

	/* With the FIN's ACK in the FIN, FIN_WAIT2 lasts no time: it is no fair question. */
	if (change < 0 || ask->step->kind == STEP_FIN_IN_WITH_ACK ||
	    ask->step->kind == STEP_ILLEGAL || ask->step->kind == STEP_REPAIR ||
	    ask->step->kind == STEP_CHANGE || ask->step->kind == STEP_BY_UNLOGGED)
		return false;
	e = &ask->record->log[change];
	if (e->from >= TCPLEDGER_STATE_MAX || !follow[e->from][0])
		return false;		/* of a later release */
	row = row_of(ask, (unsigned int)change);
	for (i = ask->step->to; i < ask->record->fixed.log_n; i++)
		if (row_of(ask, i) <= row)
			return false;
	question->rows = row + 1;
	question->hides_state = true;
	near[0] = e->from;
	for (i = 0; i < ARRAY_SIZE(follow[0]); i++)
		near[i + 1] = follow[e->from][i];
	answers_make(question, e->to, near, ARRAY_SIZE(near), ask->chance);
	return true;
}

static bool ask_next(const struct ask *ask, struct question *question)
{
	const struct tcpledger_entry *e;
	bool out;

	switch (ask->step->kind) {
	case STEP_ACK_OUT_THIRD: case STEP_ACK_IN_THIRD:
		/* Where both act at once, either may come first. */
		if (ask->record->fixed.role == TCPLEDGER_ROLE_SIMULTANEOUS)
			return false;
		break;
	case STEP_ACK_OUT_OF_FIN: case STEP_ACK_IN_OF_FIN:
		if (ask->record->fixed.kind == TCPLEDGER_KIND_SIMULTANEOUS)
			return false;
		break;
	case STEP_SYNACK_OUT: case STEP_SYNACK_OUT_COOKIE: case STEP_SYNACK_IN:
	case STEP_ACK_OUT_LAST: case STEP_ACK_OUT_LAST_AGAIN: case STEP_ACK_OUT_CHALLENGE:
	case STEP_ACK_IN_LAST:
		break;
	case STEP_EXPIRED:
		see_before_change(ask, question);
		answers_make(question, QUESTION_NO_SEGMENT, (const int64_t []){
			     question_segment(true, TCPLEDGER_ACK),
			     question_segment(false, TCPLEDGER_ACK),
			     question_segment(true, FINACK) }, 3, ask->chance);
		return true;
	default:
		return false;
	}
	if (!see_before_segment(ask, question))
		return false;
	e = &ask->record->log[ask->step->segment];
	out = e->type == TCPLEDGER_ENTRY_OUT;
	if (e->flags & TCPLEDGER_SYN)
		answers_make(question, question_segment(out, e->flags), (const int64_t []){
			     question_segment(!out, e->flags), question_segment(out, TCPLEDGER_ACK),
			     question_segment(!out, TCPLEDGER_ACK) }, 3, ask->chance);
	else if (ask->step->kind == STEP_ACK_OUT_THIRD || ask->step->kind == STEP_ACK_IN_THIRD)
		answers_make(question, question_segment(out, e->flags), (const int64_t []){
			     question_segment(!out, e->flags), question_segment(out, SYNACK),
			     question_segment(!out, SYNACK) }, 3, ask->chance);
	else	/* no FIN of the side that acknowledges: it may come first */
		answers_make(question, question_segment(out, e->flags), (const int64_t []){
			     question_segment(!out, e->flags), question_segment(!out, FINACK),
			     question_segment(out, TCPLEDGER_RST) }, 3, ask->chance);
	return true;
}

/* Whether numbers of a side are shown from its initial one. */
static bool counts_from_isn(const struct ask *ask, enum diagram_side side)
{
	return ask->diagram->end[side].isn >= 0 && !ask->diagram->absolute;
}

static enum diagram_side other_side(enum diagram_side side)
{
	return side == DIAGRAM_LEFT ? DIAGRAM_RIGHT : DIAGRAM_LEFT;
}

/* Neighbours of a number, none below 0. */
static void make_numbers(const struct ask *ask, struct question *question, int64_t right,
			 int64_t seems)
{
	int64_t near[4];
	unsigned int count = 0;

	if (right > 0)
		near[count++] = right - 1;
	near[count++] = right + 1;
	if (seems >= 0)
		near[count++] = seems;
	near[count++] = right + 2;
	answers_make(question, right, near, count, ask->chance);
}

static bool ask_ack(const struct ask *ask, struct question *question)
{
	const struct diagram_arrow *arrow;

	switch (ask->step->kind) {
	case STEP_SYNACK_OUT: case STEP_SYNACK_OUT_COOKIE: case STEP_SYNACK_OUT_CROSSES:
	case STEP_SYNACK_IN: case STEP_SYNACK_IN_CROSSES:
	case STEP_ACK_OUT_THIRD: case STEP_ACK_IN_THIRD:
	case STEP_ACK_OUT_OF_FIN: case STEP_ACK_OUT_LAST: case STEP_ACK_OUT_LAST_AGAIN:
	case STEP_ACK_IN_OF_FIN: case STEP_ACK_IN_CLOSING: case STEP_ACK_IN_LAST:
	case STEP_FIN_OUT_WITH_ACK: case STEP_FIN_IN_WITH_ACK:
	case STEP_RST_OUT_CLOSED_PORT: case STEP_RST_IN_REFUSES:
		break;
	default:
		return false;
	}
	arrow = arrow_of(ask);
	if (!(arrow->flags & TCPLEDGER_ACK) || arrow->ack < 0 ||
	    !counts_from_isn(ask, other_side(arrow->from)) || !see_before_segment(ask, question))
		return false;
	make_numbers(ask, question, arrow->ack, arrow->seq);
	return true;
}

/* Only where the bytes that were sent tell the number: 1 behind the SYN, and all of them. */
static bool ask_fin(const struct ask *ask, struct question *question)
{
	const struct tcpledger_record *r = &ask->record->fixed;
	const struct diagram_arrow *arrow;
	int64_t bytes;

	switch (ask->step->kind) {
	case STEP_FIN_OUT: case STEP_FIN_OUT_SECOND: case STEP_FIN_OUT_WITH_ACK:
	case STEP_FIN_IN: case STEP_FIN_IN_SECOND: case STEP_FIN_IN_WITH_ACK:
	case STEP_FIN_IN_CROSSES:
		break;
	default:
		return false;
	}
	arrow = arrow_of(ask);
	bytes = arrow->from == DIAGRAM_LEFT ? r->bytes_sent : r->bytes_received;
	if (bytes < 0 || arrow->seq + arrow->len != bytes + 1 ||
	    !counts_from_isn(ask, arrow->from) || !see_before_segment(ask, question))
		return false;
	make_numbers(ask, question, bytes + 1, bytes > 1 ? 1 : -1);
	return true;
}

static void make_durations(const struct ask *ask, struct question *question, int64_t right)
{
	answers_make(question, right, (const int64_t []){ right * 2, right / 2, right * 4 }, 3,
		     ask->chance);
}

/* So that four times as long can be told too. */
static bool can_be_told(int64_t ns)
{
	return ns > 1 && ns < INT64_MAX / 4;
}

static bool ask_again(const struct ask *ask, struct question *question)
{
	const struct tcpledger_entry *log = ask->record->log;
	int64_t wait;

	switch (ask->step->kind) {
	case STEP_SYN_OUT_AGAIN: case STEP_SYNACK_OUT_AGAIN: case STEP_FIN_OUT_AGAIN:
		break;
	default:
		return false;
	}
	if (ask->step->about < 0 ||
	    __builtin_sub_overflow(log[ask->step->segment].t_ns, log[ask->step->about].t_ns,
				   &wait) ||
	    !can_be_told(wait) || !see_before_segment(ask, question))
		return false;
	make_durations(ask, question, wait);
	return true;
}

static bool ask_2msl(const struct ask *ask, struct question *question)
{
	const struct tcpledger_record *r = &ask->record->fixed;

	if (ask->step->kind != STEP_EXPIRED || r->tw_restarts || !can_be_told(r->tw_nominal_ns))
		return false;
	see_before_change(ask, question);
	make_durations(ask, question, r->tw_nominal_ns);
	return true;
}

static bool ask_give_up(const struct ask *ask, struct question *question)
{
	int64_t since = record_state_since(ask->record, ask->step->from), stay;

	switch (ask->step->kind) {
	case STEP_TIMEOUT_SYN: case STEP_TIMEOUT_SYNACK: case STEP_TIMEOUT_FIN:
	case STEP_TIMEOUT_FIN_WAIT2:
		break;
	default:
		return false;
	}
	if (since < 0 ||
	    __builtin_sub_overflow(ask->record->log[ask->step->from].t_ns, since, &stay) ||
	    !can_be_told(stay))
		return false;
	see_before_change(ask, question);
	make_durations(ask, question, stay);
	return true;
}

static bool ask_who_waits(const struct ask *ask, struct question *question)
{
	static const int64_t sides[] = {
		TCPLEDGER_SIDE_LOCAL, TCPLEDGER_SIDE_REMOTE, TCPLEDGER_SIDE_BOTH,
		TCPLEDGER_SIDE_NOBODY,
	};
	const struct tcpledger_record *r = &ask->record->fixed;
	unsigned int i;

	switch (ask->step->kind) {
	case STEP_FIN_OUT: case STEP_FIN_IN:
		if (r->kind != TCPLEDGER_KIND_FOUR_SEGMENT &&
		    r->kind != TCPLEDGER_KIND_THREE_SEGMENT)
			return false;
		break;
	case STEP_FIN_IN_CROSSES:
		if (r->kind != TCPLEDGER_KIND_SIMULTANEOUS)
			return false;
		break;
	default:
		return false;
	}
	if (r->first == TCPLEDGER_SIDE_NOBODY || (r->first != TCPLEDGER_SIDE_REMOTE &&
						  !(r->flags & TCPLEDGER_REC_TIME_WAIT)))
		return false;
	question->rows = row_of(ask, (unsigned int)ask->step->segment) + 1;
	question->answer_count = ARRAY_SIZE(sides);
	for (i = 0; i < ARRAY_SIZE(sides); i++) {
		question->answers[i] = sides[i];
		if (sides[i] == r->first)
			question->right = i;
	}
	return true;
}

/* One of the questions that a step allows, by chance. */
static bool ask_about(const struct ask *ask, struct question *question)
{
	static bool (*const kinds[QUESTION_KINDS])(const struct ask *, struct question *) = {
		[QUESTION_STATE] = ask_state, [QUESTION_NEXT] = ask_next,
		[QUESTION_ACK] = ask_ack, [QUESTION_FIN] = ask_fin,
		[QUESTION_AGAIN] = ask_again, [QUESTION_2MSL] = ask_2msl,
		[QUESTION_GIVE_UP] = ask_give_up, [QUESTION_WHO_WAITS] = ask_who_waits,
	};
	unsigned int kind, count = 0;

	/* Both ends of a socket that connects to itself are the local one. */
	for (kind = 0; kind < (ask->diagram->self ? QUESTION_STATE + 1U : QUESTION_KINDS); kind++) {
		struct question candidate = {
			.kind = (enum question_kind)kind, .step = *ask->step,
		};

		if (kinds[kind](ask, &candidate) && !chance_below(ask->chance, ++count))
			*question = candidate;
	}
	return count;
}

static void drop(struct questions *questions, unsigned int which)
{
	questions->count--;
	memmove(&questions->list[which], &questions->list[which + 1],
		(questions->count - which) * sizeof(*questions->list));
}

/**
 * questions_find - choose questions about a connection
 * @questions: all zero; set up, for questions_free()
 * @record: the left end of the diagram
 * @diagram: of it, whole
 * @chance: decides which
 */
void questions_find(struct questions *questions, const struct record *record,
		    const struct diagram *diagram, struct chance *chance)
{
	struct ask ask = { .record = record, .diagram = diagram, .chance = chance };
	struct question question;
	struct steps steps;
	struct step step;

	ask.step = &step;
	steps_begin(&steps, record);
	while (steps_next(&steps, &step)) {
		if (!ask_about(&ask, &question))
			continue;
		questions->list = memory_grow(questions->list, questions->count, &questions->room,
					      sizeof(*questions->list));
		questions->list[questions->count++] = question;
	}
	while (questions->count > QUESTIONS_MOST)
		drop(questions, chance_below(chance, questions->count));
}

/**
 * questions_free - give the memory back
 * @questions: what questions_find() set up
 */
void questions_free(struct questions *questions)
{
	free(questions->list);
	memset(questions, 0, sizeof(*questions));
}
