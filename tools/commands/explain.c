// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger explain: one connection, each step in words. Data flows one way:
 * record, steps (meaning/steps.c), sentences (lessons.c, summary.c and remedies.c
 * of explain/) with their values (explain/phrase_values.c), lines (print/wrap.c).
 */
#define _GNU_SOURCE
#include "commands/explain.h"

#include <ctype.h>
#include <string.h>

#include "base/output.h"
#include "commands/find.h"
#include "commands/options.h"
#include "explain/language.h"
#include "explain/lessons.h"
#include "explain/phrase.h"
#include "explain/phrase_values.h"
#include "explain/remedies.h"
#include "explain/summary.h"
#include "meaning/steps.h"
#include "meaning/words.h"
#include "print/format.h"
#include "print/wrap.h"
#include "read/moment.h"
#include "read/record.h"

#define WIDTH_DEFAULT	80	/* where no terminal has one */
#define WIDTH_MOST	100	/* longer lines are hard to read */

/**
 * struct page - an explanation being written
 * @record: what is explained
 * @clock: how moments look
 * @width: columns a line may take
 * @colour: colour may be used
 * @phrase: the values of the sentences
 * @prose: the paragraph being put together
 * @since: when the present state began, or -1
 * @told: lessons already given in full
 * @last: kind of the step before
 */
struct page {
	const struct record	*record;
	enum options_clock	clock;
	unsigned int		width;
	bool			colour;
	struct phrase		phrase;
	struct text		prose;
	int64_t			since;
	bool			told[STEP_COUNT];
	enum step_kind		last;
};

/* Write the paragraph that was put together. */
static void end_paragraph(struct page *page, unsigned int indent)
{
	struct text *out = output_text();
	size_t at = out->len;

	wrap_add(out, text_terminated(&page->prose), indent, page->width);
	for (; at < out->len; at++)
		if (out->bytes[at] == PHRASE_NO_BREAK)
			out->bytes[at] = ' ';
	page->prose.len = 0;
	output_line();
}

/* Add a sentence. After one that ends in an East Asian mark no space is due. */
static void add_sentence(struct page *page, const char *sentence)
{
	struct text *prose = &page->prose;
	size_t start;

	if (prose->len && (unsigned char)prose->bytes[prose->len - 1] < 0x80)
		text_char(prose, ' ');
	start = prose->len;
	phrase_add(&page->phrase, prose, _(sentence));
	/* A program whose name is not known begins a sentence with a capital. */
	if (sentence[0] == '{' && !strncmp(text_terminated(prose) + start, _("the program"),
					   strlen(_("the program"))))
		prose->bytes[start] = (char)toupper((unsigned char)prose->bytes[start]);
}

/* A paragraph of one labelled sentence. */
static void say(struct page *page, unsigned int indent, const char *label,
		const char *sentence)
{
	unsigned int values = page->phrase.count;

	phrase_string(&page->phrase, "text", sentence);
	add_sentence(page, label);
	phrase_rewind(&page->phrase, values);
	end_paragraph(page, indent);
}

static void begin_bold(const struct page *page)
{
	text_string(output_text(), page->colour ? "\033[1m" : "");
}

static void end_bold(const struct page *page)
{
	text_string(output_text(), page->colour ? "\033[0m" : "");
}

static void add_title(struct page *page, const char *title)
{
	text_char(output_text(), '\n');
	begin_bold(page);
	add_sentence(page, title);
	end_paragraph(page, 0);
	end_bold(page);
}

static void introduce(struct page *page)
{
	const struct tcpledger_record *r = &page->record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct text *text;

	phrase_number(&page->phrase, "id", (int64_t)r->id);
	text = phrase_begin(&page->phrase, "local");
	format_endpoint(text, r->local, ipv6, r->lport);
	phrase_end(&page->phrase);
	text = phrase_begin(&page->phrase, "remote");
	format_endpoint(text, r->remote, ipv6, r->rport);
	phrase_end(&page->phrase);
	phrase_number(&page->phrase, "pid", r->pid);
	phrase_string(&page->phrase, "arrow", r->role == TCPLEDGER_ROLE_ACTIVE ? "-->" :
		      r->role == TCPLEDGER_ROLE_PASSIVE ? "<--" : "<->");
	begin_bold(page);
	add_sentence(page, N_("Connection {id}: {local} {arrow} {remote}"));
	end_paragraph(page, 0);
	end_bold(page);
	if (!*page->record->comm)
		add_sentence(page, N_("\"We\" are {local}; our program is not known. \"The peer\" "
				      "is {remote}."));
	else if (r->pid < 0)
		add_sentence(page, N_("\"We\" are {local}, the program {who}. \"The peer\" is "
				      "{remote}."));
	else
		add_sentence(page, N_("\"We\" are {local}, the program {who} (pid {pid}). \"The "
				      "peer\" is {remote}."));
	end_paragraph(page, 0);
}

static void sum_up_topic(struct page *page, const char *title, const char *const *topic)
{
	if (!*topic)
		return;
	begin_bold(page);
	add_sentence(page, title);
	end_paragraph(page, 2);
	end_bold(page);
	for (; *topic; topic++)
		add_sentence(page, *topic);
	end_paragraph(page, 4);
}

static void sum_up(struct page *page)
{
	struct summary summary;

	summary_reach(page->record, &summary);
	add_title(page, N_("VERDICT"));
	sum_up_topic(page, N_("Opening"), summary.opening);
	sum_up_topic(page, N_("Closing"), summary.closing);
	sum_up_topic(page, "TIME_WAIT", summary.time_wait);
	sum_up_topic(page, N_("Also"), summary.more);
}

static void explain_numbers(struct page *page)
{
	const struct tcpledger_record *r = &page->record->fixed;

	phrase_number(&page->phrase, "lisn", r->local_isn);
	phrase_number(&page->phrase, "risn", r->remote_isn);
	if (r->local_isn >= 0 && r->remote_isn >= 0)
		add_sentence(page, N_("Sequence numbers (seq, ack) are counted from the initial "
				      "sequence number (ISN) of the side that sends the bytes: "
				      "ours is {lisn}, the peer's {risn}. A SYN and a FIN take one "
				      "number each, like a byte, so that they can be acknowledged. "
				      "An ACK names the number expected next."));
	else if (r->local_isn >= 0)
		add_sentence(page, N_("Our sequence numbers are counted from our initial sequence "
				      "number (ISN), {lisn}. The peer's ISN is not known, so its "
				      "numbers are shown as on the wire. A SYN takes one number, "
				      "like a byte, so that it can be acknowledged."));
	else if (r->remote_isn >= 0)
		add_sentence(page, N_("The peer's sequence numbers are counted from its initial "
				      "sequence number (ISN), {risn}. Our ISN is not known, so our "
				      "numbers are shown as on the wire. A SYN takes one number, "
				      "like a byte, so that it can be acknowledged."));
	else
		add_sentence(page, N_("The initial sequence numbers are not known, so sequence "
				      "numbers (seq, ack) are shown as on the wire."));
	end_paragraph(page, 2);
}

static void add_time(struct page *page, int64_t t_ns)
{
	int64_t moment;

	text_string(&page->prose, "  ");
	if (page->clock != OPTIONS_CLOCK_WALL)
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
	begin_bold(page);
	end_paragraph(page, 2);
	end_bold(page);
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
		add_sentence(page, N_("State: {from} => {to} after {stay}: {meaning}."));
	} else {
		add_sentence(page, N_("State: {from} => {to}: {meaning}."));
	}
	phrase_rewind(&page->phrase, values);
	page->since = e->t_ns;
	end_paragraph(page, 4);
}

static void add_note(struct page *page, const struct tcpledger_entry *e)
{
	unsigned int values = page->phrase.count;

	phrase_string(&page->phrase, "tag", words_get(&words_anomalies, e->tag));
	phrase_number(&page->phrase, "n", e->segment);
	add_sentence(page, e->segment < 0 ? N_("Anomaly: {tag}; see below.") :
			   N_("Anomaly at #{n}: {tag}; see below."));
	phrase_rewind(&page->phrase, values);
	end_paragraph(page, 4);
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

/* "RFC 9293 3.5, 3.10.1; RFC 7413 3": a document and its sections, or all of it. */
static void add_rule(struct page *page, const char *rule)
{
	unsigned int values = page->phrase.count;
	struct text *text = &page->prose;

	text_string(text, _("Rule:"));
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
		add_sentence(page, sections ? N_("RFC {number} section {sections}") :
					      N_("RFC {number}"));
		rule += sections;
		text_string(text, *rule ? _(";") : "");
		rule += strspn(rule, "; ");
		phrase_rewind(&page->phrase, values);
	}
	end_paragraph(page, 4);
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

static void explain_step(struct page *page, const struct step *step)
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
		add_sentence(page, what_happens(page, step));
	end_paragraph(page, 4);
	for (i = step->from; i < step->to; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE)
			add_change(page, &log[i]);
		else if (log[i].type == TCPLEDGER_ENTRY_NOTE)
			add_note(page, &log[i]);
	if (!page->told[step->kind] && lesson->without)
		say(page, 4, N_("Without it: {text}"), _(lesson->without));
	if (!page->told[step->kind] && lesson->rule)
		add_rule(page, lesson->rule);
	page->told[step->kind] = true;
	page->last = step->kind;
	phrase_rewind(&page->phrase, values);
}

static void explain_steps(struct page *page)
{
	struct steps steps;
	struct step step;

	if (!page->record->fixed.log_n)
		return;
	add_title(page, N_("STEP BY STEP"));
	explain_numbers(page);
	steps_begin(&steps, page->record);
	while (steps_next(&steps, &step))
		explain_step(page, &step);
}

static void explain_anomaly(struct page *page, unsigned int tag)
{
	const struct record *record = page->record;
	unsigned int i;

	text_string(&page->prose, words_get(&words_anomalies, tag));
	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_NOTE && record->log[i].tag == tag)
			text_printf(&page->prose, " #%u", i);
	begin_bold(page);
	end_paragraph(page, 2);
	end_bold(page);
	if (tag >= TCPLEDGER_ANOMALY_MAX)
		return;		/* of a later release */
	add_sentence(page, remedies[tag].cause);
	end_paragraph(page, 4);
	say(page, 4, N_("What to do: {text}"), _(remedies[tag].cure));
}

static void explain_anomalies(struct page *page)
{
	uint64_t anomalies = page->record->fixed.anomalies;
	unsigned int tag;

	if (!anomalies)
		return;
	add_title(page, N_("ANOMALIES"));
	for (tag = 0; tag < 64; tag++)
		if (anomalies >> tag & 1)
			explain_anomaly(page, tag);
}

static void begin_page(struct page *page, const struct options *options,
		       const struct record *record)
{
	*page = (struct page) {
		.record = record, .clock = options->clock, .width = explain_width(),
		.colour = output_colour(), .since = -1, .last = STEP_COUNT,
	};
	phrase_values_of_record(&page->phrase, record);
}

static void end_page(struct page *page)
{
	phrase_free(&page->phrase);
	text_free(&page->prose);
}

static void explain(const struct options *options, const struct record *record)
{
	struct page page;

	begin_page(&page, options, record);
	introduce(&page);
	sum_up(&page);
	explain_steps(&page);
	explain_anomalies(&page);
	end_page(&page);
}

/**
 * explain_width - how wide prose is
 *
 * Return: columns.
 */
unsigned int explain_width(void)
{
	unsigned int width = output_width();

	if (width == UINT_MAX)
		return WIDTH_DEFAULT;
	return width < WIDTH_MOST ? width : WIDTH_MOST;
}

/**
 * explain_verdict - of an explanation the verdict alone
 * @options: how it is to look
 * @record: a checked record
 */
void explain_verdict(const struct options *options, const struct record *record)
{
	struct page page;

	begin_page(&page, options, record);
	sum_up(&page);
	end_page(&page);
}

/**
 * explain_time_wait - of a verdict what it says of TIME_WAIT
 * @options: how it is to look
 * @record: a checked record
 */
void explain_time_wait(const struct options *options, const struct record *record)
{
	struct summary summary;
	struct page page;

	begin_page(&page, options, record);
	summary_reach(record, &summary);
	sum_up_topic(&page, "TIME_WAIT", summary.time_wait);
	end_page(&page);
}

/**
 * command_explain - tcpledger explain
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_explain(const struct options *options)
{
	struct record_list found = { 0 };
	const struct record *record;
	int status = find_record(options, options->args[0], &found, &record);

	if (record)
		explain(options, record);
	record_list_free(&found);
	return status;
}
