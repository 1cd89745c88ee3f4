// SPDX-License-Identifier: GPL-2.0
#include "present/explain/explanation_steps.h"

#include "base/language.h"
#include "present/explain/lessons.h"
#include "present/explain/phrase.h"
#include "present/explain/phrase_values.h"
#include "present/explain/prose.h"
#include "present/explain/rule.h"
#include "meaning/steps.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/moment.h"
#include "read/record.h"

/**
 * struct walk - the way through a log
 * @record: whose log
 * @wall: times of the wall clock
 * @prose: to add to
 * @since: when the present state began, or -1
 * @told: lessons already given in full
 * @last: kind of the step before
 */
struct walk {
	const struct record	*record;
	bool			wall;
	struct prose		*prose;
	int64_t			since;
	bool			told[STEP_COUNT];
	enum step_kind		last;
};

static void add_time(struct walk *walk, int64_t t_ns)
{
	int64_t moment;

	text_string(&walk->prose->bytes, "  ");
	if (!walk->wall)
		format_seconds(&walk->prose->bytes, t_ns, 9);
	else if (!moment_after(walk->record->fixed.opened_at, t_ns, &moment) ||
		 !format_wall(&walk->prose->bytes, moment))
		text_char(&walk->prose->bytes, '-');
	text_string(&walk->prose->bytes, "  ");
}

static void add_flags(struct text *prose, unsigned int flags)
{
	const char *comma = "";
	unsigned int bit;

	for (bit = 0; bit < 8; bit++)
		if (flags >> bit & 1) {
			text_printf(prose, "%s%s", comma, words_flag(bit));
			comma = ",";
		}
	if (!flags)
		text_char(prose, '-');
}

static void add_segment(struct walk *walk, const struct tcpledger_entry *e, bool again)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	struct text *prose = &walk->prose->bytes;

	text_string(prose, out ? "--> " : "<-- ");
	add_flags(prose, e->flags);
	text_string(prose, "  seq ");
	text_signed(prose, phrase_values_relative(walk->record, e->seq, out));
	if (e->flags & TCPLEDGER_ACK) {
		text_string(prose, " ack ");
		text_signed(prose, phrase_values_relative(walk->record, e->ack, !out));
	}
	if (e->len) {
		text_string(prose, " len ");
		text_unsigned(prose, e->len);
	}
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		text_printf(prose, "  (%s)", _("not accepted by TCP"));
	else if (again)
		text_printf(prose, "  (%s)", _("retransmission"));
}

/* What moved the state where no segment did. */
static const char *cause_words(const struct tcpledger_entry *e)
{
	static const char *const words[TCPLEDGER_CAUSE_MAX] = {
		[TCPLEDGER_CAUSE_UNKNOWN] = N_("cause unknown"),
		[TCPLEDGER_CAUSE_SEGMENT] = N_("a segment"),
		[TCPLEDGER_CAUSE_USER] = N_("a call of the program"),
		[TCPLEDGER_CAUSE_TIMER] = N_("a timer"),
		[TCPLEDGER_CAUSE_ERROR] = N_("an error"),
	};

	if (e->type != TCPLEDGER_ENTRY_STATE)
		return N_("an anomaly");
	return e->cause < TCPLEDGER_CAUSE_MAX ? words[e->cause] :
						words_get(&words_causes, e->cause);
}

/* The SYN/ACK of a simultaneous open repeats a number, but not a segment. */
static bool is_again(const struct tcpledger_entry *e, const struct step *step)
{
	bool synack = e->flags & TCPLEDGER_SYN && e->flags & TCPLEDGER_ACK;

	return e->bits & TCPLEDGER_SEG_RETRANSMIT && !(synack && step->about < 0);
}

static void add_head(struct walk *walk, const struct step *step)
{
	const struct tcpledger_entry *log = walk->record->log;
	unsigned int i;

	for (i = step->from; i < step->to; i++)
		text_printf(&walk->prose->bytes, "%s#%u", i == step->from ? "" : " ", i);
	add_time(walk, log[step->from].t_ns);
	if (step->segment >= 0)
		add_segment(walk, &log[step->segment], is_again(&log[step->segment], step));
	else
		text_string(&walk->prose->bytes, _(cause_words(&log[step->from])));
	prose_end(walk->prose, PROSE_STEP);
}

static int64_t time_in_state(const struct walk *walk, const struct tcpledger_entry *e)
{
	int64_t ns;

	if (walk->since < 0 || __builtin_sub_overflow(e->t_ns, walk->since, &ns))
		return -1;
	return ns;
}

static void add_change(struct walk *walk, const struct tcpledger_entry *e)
{
	int64_t stay = time_in_state(walk, e);
	unsigned int values = walk->prose->phrase.count;

	phrase_string(&walk->prose->phrase, "from", words_get(&words_states, e->from));
	phrase_string(&walk->prose->phrase, "to", words_get(&words_states, e->to));
	phrase_string(&walk->prose->phrase, "meaning", _(lessons_state(e->to)));
	if (stay >= 0 && e->from != TCPLEDGER_STATE_CLOSE && e->from != TCPLEDGER_STATE_LISTEN) {
		phrase_duration(&walk->prose->phrase, "stay", stay);
		prose_sentence(walk->prose, N_("State: {from} => {to} after {stay}: {meaning}."));
	} else {
		prose_sentence(walk->prose, N_("State: {from} => {to}: {meaning}."));
	}
	phrase_rewind(&walk->prose->phrase, values);
	walk->since = e->t_ns;
	prose_end(walk->prose, PROSE_CHANGE);
}

static void add_note(struct walk *walk, const struct tcpledger_entry *e)
{
	unsigned int values = walk->prose->phrase.count;

	phrase_string(&walk->prose->phrase, "tag", words_get(&words_anomalies, e->tag));
	phrase_number(&walk->prose->phrase, "n", e->segment);
	prose_sentence(walk->prose, e->segment < 0 ? N_("Anomaly: {tag}; see below.") :
			   N_("Anomaly at #{n}: {tag}; see below."));
	phrase_rewind(&walk->prose->phrase, values);
	prose_end(walk->prose, PROSE_NOTE);
}

/* The stay in the state that a step ends first. */
static int64_t step_stay(const struct walk *walk, const struct step *step)
{
	unsigned int i;

	for (i = step->from; i < step->to; i++)
		if (walk->record->log[i].type == TCPLEDGER_ENTRY_STATE)
			return time_in_state(walk, &walk->record->log[i]);
	return -1;
}

static bool follows_ack(const struct walk *walk, const struct step *step)
{
	const struct tcpledger_entry *before = walk->record->log + step->from - 1;

	return step->from && before->type == TCPLEDGER_ENTRY_OUT &&
	       (before->flags & (TCPLEDGER_ACK | TCPLEDGER_RST)) == TCPLEDGER_ACK;
}

static const char *what_happens(const struct walk *walk, const struct step *step)
{
	if (step->kind == STEP_BY_EARLIER && !follows_ack(walk, step))
		return N_("Segment {about} takes effect:");
	return lessons_get(step->kind)->what;
}

static void explain_step(struct walk *walk, const struct step *step)
{
	const struct lesson *lesson = lessons_get(step->kind);
	const struct tcpledger_entry *log = walk->record->log;
	unsigned int i, values = walk->prose->phrase.count;
	/* A flood: the same again, and nothing new to say of it. */
	bool more_of_it = step->kind == walk->last && step->about < 0 &&
			  step->to == step->from + 1;

	if (!more_of_it)
		walk->prose->apart = true;
	add_head(walk, step);
	phrase_values_of_step(&walk->prose->phrase, walk->record, step, step_stay(walk, step));
	if (!more_of_it)
		prose_sentence(walk->prose, what_happens(walk, step));
	prose_end(walk->prose, PROSE_WHAT);
	for (i = step->from; i < step->to; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE)
			add_change(walk, &log[i]);
		else if (log[i].type == TCPLEDGER_ENTRY_NOTE)
			add_note(walk, &log[i]);
	if (!walk->told[step->kind] && lesson->without)
		prose_labelled(walk->prose, PROSE_WITHOUT, N_("Without it: {text}"),
			       _(lesson->without));
	if (!walk->told[step->kind] && lesson->rule)
		rule_paragraph(walk->prose, lesson->rule);
	walk->told[step->kind] = true;
	walk->last = step->kind;
	phrase_rewind(&walk->prose->phrase, values);
}

/**
 * explanation_steps_add - explain each step of a connection
 * @prose: to add to, with the values of the record
 * @record: a checked record
 * @wall: times of the wall clock
 */
void explanation_steps_add(struct prose *prose, const struct record *record, bool wall)
{
	struct walk walk = {
		.record = record, .wall = wall, .prose = prose, .since = -1, .last = STEP_COUNT,
	};
	struct steps steps;
	struct step step;

	steps_begin(&steps, record);
	while (steps_next(&steps, &step)) {
		prose->step++;
		explain_step(&walk, &step);
	}
	prose->step = -1;
}

/**
 * explanation_step_add - explain one step of a connection, wherever it is
 * @prose: to add to, with the values of the record
 * @record: a checked record
 * @step: the step
 * @wall: times of the wall clock
 */
void explanation_step_add(struct prose *prose, const struct record *record,
			  const struct step *step, bool wall)
{
	struct walk walk = {
		.record = record, .wall = wall, .prose = prose, .last = STEP_COUNT,
		.since = record_state_since(record, step->from),
	};

	explain_step(&walk, step);
}
