// SPDX-License-Identifier: GPL-2.0
#include "present/report/log_table.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/language.h"
#include "meaning/step_groups.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/entry.h"
#include "read/record.h"
#include "present/report/table_head.h"

static const struct heading {
	const char	*title;
	const char	*abbreviates;	/* where the title is not translated */
	bool		number;
} headings[] = {
	{ "#", NULL, true },
	{ N_("Seconds"), NULL, true },
	{ N_("What"), NULL, false },
	{ "SEQ", N_("sequence number as on the wire"), true },
	{ "+ISN", N_("from the sender's initial sequence number"), true },
	{ "ACK", N_("acknowledgment number as on the wire"), true },
	{ "+ISN", N_("from the initial sequence number of the other side"), true },
	{ "WIN", N_("window as on the wire"), true },
	{ "LEN", N_("bytes of payload"), true },
	{ N_("Remark"), NULL, false },
};

static void add_headings(struct text *page)
{
	unsigned int i;

	text_string(page, TABLE_HEAD_BEGIN);
	for (i = 0; i < ARRAY_SIZE(headings); i++) {
		const struct heading *heading = &headings[i];

		text_string(page, heading->number ? "<th scope=\"col\" class=\"n\">" :
						    "<th scope=\"col\">");
		if (heading->abbreviates) {
			text_string(page, "<abbr title=\"");
			escape_markup(page, _(heading->abbreviates));
			text_printf(page, "\">%s</abbr></th>", heading->title);
			continue;
		}
		escape_markup(page, *heading->title == '#' ? "#" : _(heading->title));
		text_string(page, "</th>");
	}
	text_string(page, TABLE_HEAD_END "<tbody>\n");
}

static void add_flags(struct text *page, unsigned int flags)
{
	const char *comma = "";
	unsigned int bit;

	for (bit = 0; bit < 8; bit++)
		if (flags >> bit & 1) {
			text_printf(page, "%s%s", comma, words_flag(bit));
			comma = ",";
		}
	text_string(page, flags ? "" : "-");
}

static void add_sequence(struct text *page, uint32_t number, int64_t isn, bool present)
{
	text_string(page, "<td class=\"n\">");
	if (present)
		text_unsigned(page, number);
	text_string(page, "</td><td class=\"n\">");
	if (present && isn >= 0)
		text_printf(page, "%+d", (int32_t)(number - (uint32_t)isn));
	text_string(page, "</td>");
}

static const char *remark(const struct tcpledger_entry *e)
{
	if (e->bits & TCPLEDGER_SEG_OTHER)
		return _("not sent by TCP");
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		return _("not accepted by TCP");
	return e->bits & TCPLEDGER_SEG_RETRANSMIT ? _("retransmission") : "";
}

static void add_segment(struct text *page, const struct tcpledger_record *r,
			const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;

	text_string(page, "<td class=\"mono\">");
	text_string(page, out ? "\xe2\x86\x92 " : "\xe2\x86\x90 ");
	add_flags(page, e->flags);
	text_string(page, "</td>");
	add_sequence(page, e->seq, out ? r->local_isn : r->remote_isn, true);
	add_sequence(page, e->ack, out ? r->remote_isn : r->local_isn, e->flags & TCPLEDGER_ACK);
	text_printf(page, "<td class=\"n\">%u</td><td class=\"n\">%u</td><td>", e->win, e->len);
	escape_markup(page, remark(e));
	text_string(page, "</td>");
}

/* A change or a note takes the columns of the numbers too. */
static void add_other(struct text *page, const struct tcpledger_entry *e)
{
	if (e->type == TCPLEDGER_ENTRY_STATE) {
		text_printf(page, "<td colspan=\"7\"><b>%s \xe2\x86\x92 ",
			    words_get(&words_states, e->from));
		text_printf(page, "%s</b></td><td>", words_get(&words_states, e->to));
	} else {
		text_printf(page, "<td colspan=\"7\" class=\"warn\">%s</td><td>",
			    words_get(&words_anomalies, e->tag));
	}
	if (e->segment >= 0)
		text_printf(page, "#%d", e->segment);
	else if (e->type == TCPLEDGER_ENTRY_STATE && e->cause)
		text_string(page, words_get(&words_causes, e->cause));
	text_string(page, "</td>");
}

/**
 * log_table_add - add the log of a record
 * @page: to add to
 * @record: a checked record with a log
 */
void log_table_add(struct text *page, const struct record *record)
{
	struct step_groups groups;
	unsigned int n;

	text_string(page, "<div class=\"scroll\"><table class=\"log\">\n");
	add_headings(page);
	step_groups_make(&groups, record);
	for (n = 0; n < record->fixed.log_n; n++) {
		text_string(page, "<tr data-g=\"");
		step_groups_add_entry(page, &groups, (int)n);
		text_printf(page, "\"><td class=\"n\">%u</td><td class=\"n\">", n);
		format_seconds(page, record->log[n].t_ns, 9);
		text_string(page, "</td>");
		if (entry_is_segment(&record->log[n]))
			add_segment(page, &record->fixed, &record->log[n]);
		else
			add_other(page, &record->log[n]);
		text_string(page, "</tr>\n");
	}
	step_groups_free(&groups);
	text_string(page, "</tbody></table></div>\n");
}
