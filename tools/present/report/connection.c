// SPDX-License-Identifier: GPL-2.0
#include "present/report/connection.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/escape.h"
#include "base/text.h"
#include "present/diagram/svg/svg.h"
#include "present/explain/explanation.h"
#include "base/language.h"
#include "present/explain/phrase.h"
#include "present/explain/prose.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/record.h"
#include "present/report/log_table.h"
#include "present/report/state_diagram.h"
#include "present/report/time_bar.h"
#include "present/report/words.h"

static void add_word(struct text *page, const char *classes, const char *word)
{
	text_printf(page, " <span class=\"%s\">%s</span>", classes, word);
}

static bool is_failure(const struct tcpledger_record *r)
{
	return r->outcome != TCPLEDGER_OUTCOME_IN_PROGRESS &&
	       r->outcome != TCPLEDGER_OUTCOME_ESTABLISHED;
}

/* One line that tells the connection from the others while its part is closed. */
static void add_summary(struct text *page, const struct connection *connection)
{
	const struct record *record = connection->record;
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	unsigned int tag;

	text_printf(page, "<summary><span class=\"id\">#%llu</span> <span class=\"mono\">",
		    (unsigned long long)r->id);
	format_endpoint(page, r->local, ipv6, r->lport);
	text_string(page, r->role == TCPLEDGER_ROLE_ACTIVE ? " \xe2\x86\x92 " :
		    r->role == TCPLEDGER_ROLE_PASSIVE ? " \xe2\x86\x90 " : " \xe2\x86\x94 ");
	format_endpoint(page, r->remote, ipv6, r->rport);
	text_string(page, "</span>");
	if (*record->comm) {
		text_string(page, " <b>");
		escape_xml(page, record->comm);
		text_string(page, "</b>");
	}
	add_word(page, is_failure(r) ? "tag bad" : "tag", words_get(&words_outcomes, r->outcome));
	if (r->kind == TCPLEDGER_KIND_OPEN)
		add_word(page, "tag", words_get(&words_states, r->state));
	else if (r->kind != TCPLEDGER_KIND_NONE)
		add_word(page, r->kind == TCPLEDGER_KIND_RESET ||
			 r->kind == TCPLEDGER_KIND_TIMED_OUT ? "tag bad" : "tag",
			 words_get(&words_kinds, r->kind));
	if (connection->marks.hosts) {
		text_string(page, " <span class=\"tag\">");
		escape_markup(page, _("host"));
		text_printf(page, " %u</span>", connection->host);
	}
	if (connection->marks.spaces)
		text_printf(page, " <span class=\"tag\">netns %u</span>", r->netns);
	for (tag = 0; tag < RECORD_VALUES; tag++)
		if (r->anomalies >> tag & 1)
			add_word(page, "tag warn", words_get(&words_anomalies, tag));
	text_string(page, "</summary>\n");
}

static void add_title(struct text *page, const char *title)
{
	text_string(page, "<h3>");
	escape_markup(page, title);
	text_string(page, "</h3>\n");
}

static void add_ladder(struct text *page, const struct diagram *diagram,
		       const struct prose *prose, const struct record *record, const char *name)
{
	text_string(page, "<div class=\"pair\">\n<div>\n");
	add_title(page, _("Segments and states"));
	text_string(page, "<div class=\"scroll\">");
	svg_draw_inline(diagram, name, page);
	text_string(page, "</div>\n</div>\n<div class=\"told\">\n");
	add_title(page, _("Step by step"));
	text_string(page, "<div class=\"words\">\n");
	words_add_steps(page, prose, record);
	text_string(page, "</div>\n</div>\n</div>\n");
}

static void add_anomalies(struct text *page, const struct prose *prose)
{
	add_title(page, _("Anomalies"));
	words_add_anomalies(page, prose);
}

/* What show tells in a note is a sentence here. Names in it have been escaped. */
static void add_topic(struct text *page, const char *topic, const struct text *words)
{
	struct phrase phrase = { 0 };
	struct text sentence = { 0 };

	if (!words->len)
		return;
	text_bytes(phrase_begin(&phrase, "words"), words->bytes, words->len);
	phrase_end(&phrase);
	phrase_add(&phrase, &sentence, _("{words}."));
	if (*sentence.bytes >= 'a' && *sentence.bytes <= 'z')
		*sentence.bytes = (char)(*sentence.bytes - 'a' + 'A');
	text_string(page, "<dt>");
	escape_markup(page, topic);
	text_string(page, "</dt>\n<dd>");
	escape_markup(page, text_terminated(&sentence));
	text_string(page, "</dd>\n");
	text_free(&sentence);
	phrase_free(&phrase);
}

static void add_verdict(struct text *page, const struct connection *connection,
			const struct prose *prose)
{
	struct text more = { 0 };

	add_topic(&more, _("Other end"), &connection->other_end);
	add_topic(&more, _("Clocks"), &connection->clocks);
	words_add_verdict(page, prose, &more);
	text_free(&more);
}

static void add_way(struct text *page, const struct record *record, const char *name)
{
	text_string(page, "<div class=\"way\">\n<div>\n");
	add_title(page, _("The way through the states"));
	text_string(page, "<div class=\"scroll\">");
	state_diagram_add(page, record, name);
	text_string(page, "</div>\n</div>\n");
	if (record->fixed.log_n) {
		text_string(page, "<div>\n");
		add_title(page, _("Log"));
		log_table_add(page, record);
		text_string(page, "</div>\n");
	}
	text_string(page, "</div>\n");
}

/**
 * connection_add - add the part of a record
 * @page: to add to
 * @connection: what is told of it
 * @diagram: its diagram
 */
void connection_add(struct text *page, const struct connection *connection,
		    const struct diagram *diagram)
{
	const struct record *record = connection->record;
	const char *name = connection->name;
	struct prose prose = { 0 };

	explanation_make(&prose, record, false);
	text_printf(page, "<details class=\"connection\" id=\"%s\">\n", name);
	add_summary(page, connection);
	text_string(page, "<div class=\"body\">\n");
	add_verdict(page, connection, &prose);
	time_bar_add(page, record, name);
	add_ladder(page, diagram, &prose, record, name);
	if (record->fixed.anomalies)
		add_anomalies(page, &prose);
	add_way(page, record, name);
	text_string(page, "</div>\n</details>\n");
	prose_free(&prose);
}
