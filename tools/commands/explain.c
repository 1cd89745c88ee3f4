// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger explain: one connection, each step in words. Data flows one way:
 * record, steps (meaning/steps.c), sentences (lessons.c, summary.c and remedies.c
 * of explain/) with their values (explain/phrase_values.c), paragraphs
 * (explain/page.c), lines (print/wrap.c).
 */
#include "commands/explain.h"

#include "base/fail.h"
#include "base/output.h"
#include "commands/find.h"
#include "commands/options.h"
#include "explain/glossary.h"
#include "explain/language.h"
#include "explain/page.h"
#include "explain/page_step.h"
#include "explain/remedies.h"
#include "explain/summary.h"
#include "meaning/steps.h"
#include "meaning/words.h"
#include "print/format.h"
#include "read/record.h"

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
	page_bold(page);
	page_add(page, N_("Connection {id}: {local} {arrow} {remote}"));
	page_end(page, 0);
	page_plain(page);
	if (!*page->record->comm)
		page_add(page, N_("\"We\" are {local}; our program is not known. \"The peer\" "
				  "is {remote}."));
	else if (r->pid < 0)
		page_add(page, N_("\"We\" are {local}, the program {who}. \"The peer\" is "
				  "{remote}."));
	else
		page_add(page, N_("\"We\" are {local}, the program {who} (pid {pid}). \"The "
				  "peer\" is {remote}."));
	page_end(page, 0);
}

static void sum_up_topic(struct page *page, const char *title, const char *const *topic)
{
	if (!*topic)
		return;
	page_bold(page);
	page_add(page, title);
	page_end(page, 2);
	page_plain(page);
	for (; *topic; topic++)
		page_add(page, *topic);
	page_end(page, 4);
}

static void sum_up(struct page *page)
{
	struct summary summary;

	summary_reach(page->record, &summary);
	page_title(page, N_("VERDICT"));
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
		page_add(page, N_("Sequence numbers (seq, ack) are counted from the initial "
				  "sequence number (ISN) of the side that sends the bytes: "
				  "ours is {lisn}, the peer's {risn}. A SYN and a FIN take one "
				  "number each, like a byte, so that they can be acknowledged. "
				  "An ACK names the number expected next."));
	else if (r->local_isn >= 0)
		page_add(page, N_("Our sequence numbers are counted from our initial sequence "
				  "number (ISN), {lisn}. The peer's ISN is not known, so its "
				  "numbers are shown as on the wire. A SYN takes one number, "
				  "like a byte, so that it can be acknowledged."));
	else if (r->remote_isn >= 0)
		page_add(page, N_("The peer's sequence numbers are counted from its initial "
				  "sequence number (ISN), {risn}. Our ISN is not known, so our "
				  "numbers are shown as on the wire. A SYN takes one number, "
				  "like a byte, so that it can be acknowledged."));
	else
		page_add(page, N_("The initial sequence numbers are not known, so sequence "
				  "numbers (seq, ack) are shown as on the wire."));
	page_end(page, 2);
}

static void explain_steps(struct page *page)
{
	struct steps steps;
	struct step step;

	if (!page->record->fixed.log_n)
		return;
	page_title(page, N_("STEP BY STEP"));
	explain_numbers(page);
	steps_begin(&steps, page->record);
	while (steps_next(&steps, &step))
		page_step(page, &step);
}

static void explain_anomaly(struct page *page, unsigned int tag)
{
	const struct record *record = page->record;
	unsigned int i;

	text_string(&page->prose, words_get(&words_anomalies, tag));
	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_NOTE && record->log[i].tag == tag)
			text_printf(&page->prose, " #%u", i);
	page_bold(page);
	page_end(page, 2);
	page_plain(page);
	if (tag >= TCPLEDGER_ANOMALY_MAX)
		return;		/* of a later release */
	page_add(page, remedies[tag].cause);
	page_end(page, 4);
	page_say(page, 4, N_("What to do: {text}"), _(remedies[tag].cure));
}

static void explain_anomalies(struct page *page)
{
	uint64_t anomalies = page->record->fixed.anomalies;
	unsigned int tag;

	if (!anomalies)
		return;
	page_title(page, N_("ANOMALIES"));
	for (tag = 0; tag < 64; tag++)
		if (anomalies >> tag & 1)
			explain_anomaly(page, tag);
}

static void explain(const struct options *options, const struct record *record)
{
	struct page page;

	page_begin(&page, record, options->clock == OPTIONS_CLOCK_WALL);
	introduce(&page);
	sum_up(&page);
	explain_steps(&page);
	explain_anomalies(&page);
	page_free(&page);
}

static void print_glossary(void)
{
	const struct glossary_term *term;
	struct page page;
	size_t number;

	page_begin(&page, NULL, false);
	for (number = 0; (term = glossary_get(number)); number++) {
		page_bold(&page);
		page_add(&page, term->term);
		page_end(&page, 0);
		page_plain(&page);
		page_add(&page, term->meaning);
		if (term->rule)
			page_add_rule(&page, term->rule);
		page_end(&page, 4);
	}
	page_free(&page);
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
	int status;

	if (options->glossary && options->arg_count)
		return fail_usage("--glossary takes no record");
	if (options->glossary) {
		print_glossary();
		return FAIL_NONE;
	}
	if (!options->arg_count)
		return fail_usage("explain wants ID|LADDR:LPORT-RADDR:RPORT or --glossary");
	status = find_record(options, options->args[0], &found, &record);

	if (record)
		explain(options, record);
	record_list_free(&found);
	return status;
}
