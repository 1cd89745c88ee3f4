// SPDX-License-Identifier: GPL-2.0
#include "present/report/connection_table.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/language.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/record.h"
#include "present/report/table_head.h"
#include "present/report/tally.h"

static const struct heading {
	const char	*title;
	bool		number;		/* its largest comes first */
	bool		translated;
} headings[] = {
	{ "#", true, false },
	{ N_("Host"), true, true },
	{ "NETNS", true, false },
	{ N_("Local"), false, true },
	{ N_("Remote"), false, true },
	{ N_("Program"), false, true },
	{ N_("Opened (UTC)"), true, true },
	{ N_("State"), false, true },
	{ N_("Outcome"), false, true },
	{ N_("Close"), false, true },
	{ N_("Handshake"), true, true },
	{ N_("Duration"), true, true },
	{ "2MSL", true, false },
	{ N_("Anomalies"), false, true },
};

static void add_choices(struct text *page, const char *what, const char *label,
			const struct words *words, const uint64_t *counts)
{
	unsigned int i;

	text_string(page, "<label>");
	escape_markup(page, label);
	text_printf(page, " <select data-filter=\"%s\"><option value=\"\">", what);
	escape_markup(page, _("any"));
	text_string(page, "</option>");
	for (i = 0; i < RECORD_VALUES; i++)
		if (counts[i]) {
			text_printf(page, "<option value=\"%s\">", words_get(words, i));
			escape_markup(page, i || words != &words_kinds ? words_get(words, i) :
				      _("not closed"));
			text_string(page, "</option>");
		}
	text_string(page, "</select></label>\n");
}

/* What only a script can use is hidden until one runs. */
static void add_form(struct text *page, const struct tally *tally)
{
	text_string(page, "<form id=\"filter\" role=\"search\" hidden=\"\">\n<label>");
	escape_markup(page, _("Search"));
	text_string(page, " <input type=\"search\" id=\"q\" autocomplete=\"off\" "
		    "spellcheck=\"false\"/></label>\n");
	add_choices(page, "outcome", _("Outcome"), &words_outcomes, tally->outcomes);
	add_choices(page, "kind", _("Close"), &words_kinds, tally->kinds);
	add_choices(page, "anomaly", _("Anomaly"), &words_anomalies, tally->anomalies);
	text_string(page, "<button type=\"reset\">");
	escape_markup(page, _("Show all"));
	text_string(page, "</button>\n<output id=\"shown\" data-text=\"");
	escape_markup(page, _("{shown} of {all} shown"));
	text_string(page, "\"></output>\n</form>\n");
}

/**
 * connection_table_begin - begin the table
 * @page: to add to
 * @tally: the counts of the records
 * @marks: what tells them apart besides their numbers
 */
void connection_table_begin(struct text *page, const struct tally *tally, struct marks marks)
{
	unsigned int i;

	text_string(page, "<section id=\"connections\">\n<h2>");
	escape_markup(page, _("Connections"));
	text_string(page, "</h2>\n");
	add_form(page, tally);
	text_string(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
	escape_markup(page, _("Connections"));
	text_string(page, "\"><table id=\"list\">\n" TABLE_HEAD_BEGIN);
	for (i = 0; i < ARRAY_SIZE(headings); i++) {
		if ((i == 1 && !marks.hosts) || (i == 2 && !marks.spaces))
			continue;
		text_string(page, headings[i].number ? "<th scope=\"col\" class=\"n\">" :
						       "<th scope=\"col\">");
		escape_markup(page, headings[i].translated ? _(headings[i].title) :
							     headings[i].title);
		text_string(page, "</th>");
	}
	text_string(page, TABLE_HEAD_END "<tbody>\n");
}

static void begin_number(struct text *page, int64_t number)
{
	text_string(page, "<td class=\"n\" data-v=\"");
	if (number >= 0)
		text_signed(page, number);
	text_string(page, "\">");
}

static void add_duration(struct text *page, int64_t ns)
{
	begin_number(page, ns);
	format_duration(page, ns);
	text_string(page, "</td>");
}

/* The bytes of address and port, so that sorting needs to know nothing of them. */
static void add_endpoint(struct text *page, const uint8_t *address, bool ipv6, uint16_t port)
{
	unsigned int i;

	text_string(page, "<td class=\"mono\" data-v=\"");
	text_char(page, ipv6 ? '6' : '4');
	for (i = 0; i < (ipv6 ? 16 : 4); i++)
		text_printf(page, "%02x", address[i]);
	text_printf(page, "%04x\">", port);
	format_endpoint(page, address, ipv6, port);
	text_string(page, "</td>");
}

static void add_opened(struct text *page, int64_t opened_at)
{
	struct text wall = { 0 };

	begin_number(page, opened_at);
	if (format_wall(&wall, opened_at)) {
		/* 2026-11-23T12:34:56.123456789Z: the page says which year, milliseconds do */
		text_string(page, "<time datetime=\"");
		text_bytes(page, wall.bytes, wall.len);
		text_string(page, "\">");
		text_bytes(page, wall.bytes + 5, 5);
		text_char(page, ' ');
		text_bytes(page, wall.bytes + 11, 12);
		text_string(page, "</time>");
	} else {
		text_char(page, '-');
	}
	text_string(page, "</td>");
	text_free(&wall);
}

static void add_tags(struct text *page, uint64_t anomalies, const char *between)
{
	const char *before = "";
	unsigned int tag;

	for (tag = 0; tag < RECORD_VALUES; tag++)
		if (anomalies >> tag & 1) {
			text_printf(page, "%s%s", before, words_get(&words_anomalies, tag));
			before = between;
		}
}

static bool is_bad_outcome(const struct tcpledger_record *r)
{
	return r->outcome != TCPLEDGER_OUTCOME_IN_PROGRESS &&
	       r->outcome != TCPLEDGER_OUTCOME_ESTABLISHED;
}

static bool is_bad_kind(const struct tcpledger_record *r)
{
	return r->kind == TCPLEDGER_KIND_RESET || r->kind == TCPLEDGER_KIND_TIMED_OUT;
}

static void add_word(struct text *page, const char *word, bool bad)
{
	text_printf(page, bad ? "<td class=\"bad\">%s</td>" : "<td>%s</td>", word);
}

/**
 * connection_table_row - add a record
 * @page: to add to
 * @connection: what is told of it
 */
void connection_table_row(struct text *page, const struct connection *connection)
{
	const struct record *record = connection->record;
	const struct tcpledger_record *r = &record->fixed;
	const char *outcome = words_get(&words_outcomes, r->outcome);
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	text_printf(page, "<tr data-outcome=\"%s\"", outcome);
	text_printf(page, " data-kind=\"%s\" data-anomaly=\"", words_get(&words_kinds, r->kind));
	add_tags(page, r->anomalies, " ");
	text_string(page, "\">");
	begin_number(page, (int64_t)r->id);
	text_printf(page, "<a href=\"#%s\">%llu</a></td>", connection->name,
		    (unsigned long long)r->id);
	if (connection->marks.hosts) {
		begin_number(page, connection->host);
		text_printf(page, "%u</td>", connection->host);
	}
	if (connection->marks.spaces) {
		begin_number(page, r->netns);
		text_printf(page, "%u</td>", r->netns);
	}
	add_endpoint(page, r->local, ipv6, r->lport);
	add_endpoint(page, r->remote, ipv6, r->rport);
	text_string(page, *record->comm ? "<td>" : "<td data-v=\"\">-");
	escape_xml(page, record->comm);
	text_string(page, "</td>");
	add_opened(page, r->opened_at);
	add_word(page, words_get(&words_states, r->state), false);
	add_word(page, words_get(&words_outcomes, r->outcome), is_bad_outcome(r));
	add_word(page, words_get(&words_kinds, r->kind), is_bad_kind(r));
	add_duration(page, r->handshake_ns);
	add_duration(page, r->flags & TCPLEDGER_REC_LIVE ? -1 : r->duration_ns);
	add_duration(page, r->tw_residence_ns);
	text_string(page, r->anomalies ? "<td class=\"warn\">" : "<td data-v=\"\">");
	add_tags(page, r->anomalies, " ");
	text_string(page, "</td></tr>\n");
}

/**
 * connection_table_end - end the table
 * @page: to add to
 */
void connection_table_end(struct text *page)
{
	text_string(page, "</tbody></table></div>\n</section>\n");
}
