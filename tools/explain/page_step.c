// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "explain/page_step.h"

#include <string.h>

#include "base/output.h"
#include "explain/language.h"
#include "explain/lessons.h"
#include "explain/page.h"
#include "explain/phrase_values.h"
#include "meaning/words.h"
#include "print/format.h"
#include "read/moment.h"
#include "read/record.h"

static void add_time(struct page *page, int64_t t_ns)
{
	int64_t moment;

	text_string(&page->prose, "  ");
	if (!page->wall)
		format_seconds(&page->prose, t_ns, 9);
	else if (!moment_after(page->record->fixed.opened_at, t_ns, &moment) ||
		 !format_wall(&page->prose, moment))
		text_char(&page->prose, '-');
	text_string(&page->prose, "  ");
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

static void add_segment(struct page *page, const struct tcpledger_entry *e, bool again)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	struct text *prose = &page->prose;

	text_string(prose, out ? "--> " : "<-- ");
	add_flags(prose, e->flags);
	text_string(prose, "  seq ");
	text_signed(prose, phrase_values_relative(page->record, e->seq, out));
	if (e->flags & TCPLEDGER_ACK) {
		text_string(prose, " ack ");
		text_signed(prose, phrase_values_relative(page->record, e->ack, !out));
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

static void add_head(struct page *page, const struct step *step)
{
	const struct tcpledger_entry *log = page->record->log;
	unsigned int i;

	for (i = step->from; i < step->to; i++)
		text_printf(&page->prose, "%s#%u", i == step->from ? "" : " ", i);
	add_time(page, log[step->from].t_ns);
	if (step->segment >= 0)
		add_segment(page, &log[step->segment], is_again(&log[step->segment], step));
	else
		text_string(&page->prose, _(cause_words(&log[step->from])));
	page_bold(page);
	page_end(page, 2);
	page_plain(page);
}

static int64_t time_in_state(const struct page *page, const struct tcpledger_entry *e)
{
	int64_t ns;

	if (page->since < 0 || __builtin_sub_overflow(e->t_ns, page->since, &ns))
		return -1;
	return ns;
}

static void add_change(struct page *page, const struct tcpledger_entry *e)
{
	int64_t stay = time_in_state(page, e);
	unsigned int values = page->phrase.count;

	phrase_string(&page->phrase, "from", words_get(&words_states, e->from));
	phrase_string(&page->phrase, "to", words_get(&words_states, e->to));
	phrase_string(&page->phrase, "meaning", _(lessons_state(e->to)));
	if (stay >= 0 && e->from != TCPLEDGER_STATE_CLOSE && e->from != TCPLEDGER_STATE_LISTEN) {
		phrase_duration(&page->phrase, "stay", stay);
		page_add(page, N_("State: {from} => {to} after {stay}: {meaning}."));
	} else {
		page_add(page, N_("State: {from} => {to}: {meaning}."));
	}
	phrase_rewind(&page->phrase, values);
	page->since = e->t_ns;
	page_end(page, 4);
}

static void add_note(struct page *page, const struct tcpledger_entry *e)
{
	unsigned int values = page->phrase.count;

	phrase_string(&page->phrase, "tag", words_get(&words_anomalies, e->tag));
	phrase_number(&page->phrase, "n", e->segment);
	page_add(page, e->segment < 0 ? N_("Anomaly: {tag}; see below.") :
		       N_("Anomaly at #{n}: {tag}; see below."));
	phrase_rewind(&page->phrase, values);
	page_end(page, 4);
}

/* The stay in the state that a step ends first. */
static int64_t step_stay(const struct page *page, const struct step *step)
{
	unsigned int i;

	for (i = step->from; i < step->to; i++)
		if (page->record->log[i].type == TCPLEDGER_ENTRY_STATE)
			return time_in_state(page, &page->record->log[i]);
	return -1;
}

static void add_sections(struct text *text, const char *sections, size_t len)
{
	const char *comma;

	while ((comma = memmem(sections, len, ", ", 2))) {
		text_bytes(text, sections, (size_t)(comma - sections));
		text_string(text, _(", "));
		len -= (size_t)(comma - sections) + 2;
		sections = comma + 2;
	}
	text_bytes(text, sections, len);
}

/**
 * page_add_rule - add who says so to the paragraph
 * @page: the page
 * @rule: "RFC 9293 3.5, 3.10.1; RFC 7413 3": a document and its sections, or all of it
 */
void page_add_rule(struct page *page, const char *rule)
{
	unsigned int values = page->phrase.count;
	struct text *text = &page->prose;

	while (*rule) {
		size_t number = strcspn(rule += strlen("RFC "), " ;");
		size_t sections = strcspn(rule + number, ";");

		text_bytes(phrase_begin(&page->phrase, "number"), rule, number);
		phrase_end(&page->phrase);
		rule += number;
		if (sections) {
			add_sections(phrase_begin(&page->phrase, "sections"), rule + 1,
				     sections - 1);
			phrase_end(&page->phrase);
		}
		page_add(page, sections ? N_("RFC {number} section {sections}") :
					  N_("RFC {number}"));
		rule += sections;
		text_string(text, *rule ? _(";") : "");
		rule += strspn(rule, "; ");
		phrase_rewind(&page->phrase, values);
	}
}

/**
 * page_rule - write who says so
 * @page: the page
 * @rule: as for page_add_rule()
 */
void page_rule(struct page *page, const char *rule)
{
	text_string(&page->prose, _("Rule:"));
	page_add_rule(page, rule);
	page_end(page, 4);
}

static bool follows_ack(const struct page *page, const struct step *step)
{
	const struct tcpledger_entry *before = page->record->log + step->from - 1;

	return step->from && before->type == TCPLEDGER_ENTRY_OUT &&
	       (before->flags & (TCPLEDGER_ACK | TCPLEDGER_RST)) == TCPLEDGER_ACK;
}

static const char *what_happens(const struct page *page, const struct step *step)
{
	if (step->kind == STEP_BY_EARLIER && !follows_ack(page, step))
		return N_("Segment {about} takes effect:");
	return lessons_get(step->kind)->what;
}

/**
 * page_step - write a step: its head, what happened and why, what changed, the rule
 * @page: the page
 * @step: the step
 */
void page_step(struct page *page, const struct step *step)
{
	const struct lesson *lesson = lessons_get(step->kind);
	const struct tcpledger_entry *log = page->record->log;
	unsigned int i, values = page->phrase.count;
	/* A flood: the same again, and nothing new to say of it. */
	bool more_of_it = step->kind == page->last && step->about < 0 &&
			  step->to == step->from + 1;

	if (!more_of_it)
		text_char(output_text(), '\n');
	add_head(page, step);
	phrase_values_of_step(&page->phrase, page->record, step, step_stay(page, step));
	if (!more_of_it)
		page_add(page, what_happens(page, step));
	page_end(page, 4);
	for (i = step->from; i < step->to; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE)
			add_change(page, &log[i]);
		else if (log[i].type == TCPLEDGER_ENTRY_NOTE)
			add_note(page, &log[i]);
	if (!page->told[step->kind] && lesson->without)
		page_say(page, 4, N_("Without it: {text}"), _(lesson->without));
	if (!page->told[step->kind] && lesson->rule)
		page_rule(page, lesson->rule);
	page->told[step->kind] = true;
	page->last = step->kind;
	phrase_rewind(&page->phrase, values);
}
