// SPDX-License-Identifier: GPL-2.0
#include "present/report/glance.h"

#include <stdbool.h>

#include "base/escape.h"
#include "base/text.h"
#include "base/language.h"
#include "present/explain/remedies.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "present/report/tally.h"

#define BAR_WIDTH	120

/* A figure: its name, its value, and what is to be known of it. */
static void begin_figure(struct text *page, const char *name, bool bad)
{
	text_string(page, bad ? "<div class=\"bad\"><dt>" : "<div><dt>");
	escape_markup(page, name);
	text_string(page, "</dt><dd>");
}

static void begin_remark(struct text *page)
{
	text_string(page, "<small>");
}

static void end_figure(struct text *page)
{
	text_string(page, "</small></dd></div>\n");
}

static void add_figure(struct text *page, const char *name, uint64_t count, bool bad,
		       const char *remark)
{
	begin_figure(page, name, bad && count);
	text_unsigned(page, count);
	begin_remark(page);
	escape_markup(page, remark);
	end_figure(page);
}

static void add_records(struct text *page, const struct tally *tally)
{
	begin_figure(page, _("Records"), false);
	text_unsigned(page, tally->records);
	begin_remark(page);
	escape_markup(page, _("live:"));
	text_char(page, ' ');
	text_unsigned(page, tally->live);
	text_string(page, " \xc2\xb7 ");
	escape_markup(page, _("ended:"));
	text_char(page, ' ');
	text_unsigned(page, tally->records - tally->live);
	end_figure(page);
}

static void add_spread(struct text *page, const char *name, const struct tally_spread *spread,
		       const char *none)
{
	begin_figure(page, name, false);
	format_duration(page, tally_count(spread) ? tally_quantile(spread, 50) : -1);
	begin_remark(page);
	if (tally_count(spread)) {
		escape_markup(page, _("median;"));
		text_char(page, ' ');
		format_duration(page, tally_quantile(spread, 0));
		text_string(page, " \xe2\x80\x93 ");
		format_duration(page, tally_quantile(spread, 100));
	} else {
		escape_markup(page, none);
	}
	end_figure(page);
}

static void add_figures(struct text *page, const struct tally *tally)
{
	text_string(page, "<dl class=\"figures\">\n");
	add_records(page, tally);
	add_figure(page, _("Established"), tally->outcomes[TCPLEDGER_OUTCOME_ESTABLISHED], false,
		   _("the handshake succeeded"));
	add_figure(page, _("Failed to open"), tally_failed(tally), true,
		   _("refused, timed out, ..."));
	add_figure(page, _("Aborted"), tally_aborted(tally), true,
		   _("by RST or timeout, not by FINs"));
	add_figure(page, _("Lost segments"), tally->lost, true,
		   tally->paired ? _("proved by the logs of both ends") :
				   _("not to be seen: no connection has both its ends here"));
	add_figure(page, _("Retransmissions"), tally->repeated, true, _("of SYN and FIN"));
	add_spread(page, _("Handshake"), &tally->handshakes, _("none was completed"));
	add_spread(page, _("TIME_WAIT, 2MSL"), &tally->waits,
		   _("none was measured from entry to expiry"));
	text_string(page, "</dl>\n");
}

static void add_bar(struct text *page, uint64_t count, uint64_t most)
{
	text_printf(page, "<td class=\"bar\"><svg viewBox=\"0 0 %d 10\" width=\"%d\" height=\"10\" "
		    "aria-hidden=\"true\"><rect width=\"%.1f\" height=\"10\" rx=\"2\"/></svg></td>",
		    BAR_WIDTH, BAR_WIDTH, (double)BAR_WIDTH * (double)count / (double)most);
}

/* A line of a table of counts; its word is a link, which filters where scripts run. */
static void add_row(struct text *page, const char *what, const char *word, uint64_t count,
		    uint64_t most, const char *classes)
{
	text_printf(page, "<tr%s><th scope=\"row\"><a href=\"#connections\" "
		    "data-filter=\"%s\" data-value=\"%s\">", classes, what, word);
	escape_markup(page, *word == '-' ? _("not closed") : word);
	text_printf(page, "</a></th><td class=\"n\">%llu</td>", (unsigned long long)count);
	add_bar(page, count, most);
}

static void begin_counts(struct text *page, const char *caption)
{
	text_string(page, "<table class=\"counts\"><caption>");
	escape_markup(page, caption);
	text_string(page, "</caption><tbody>\n");
}

static uint64_t largest(const uint64_t *counts)
{
	uint64_t most = 1;
	unsigned int i;

	for (i = 0; i < RECORD_VALUES; i++)
		if (counts[i] > most)
			most = counts[i];
	return most;
}

static void add_counts(struct text *page, const char *caption, const char *what,
		       const struct words *words, const uint64_t *counts, uint64_t good)
{
	unsigned int i;

	begin_counts(page, caption);
	for (i = 0; i < RECORD_VALUES; i++) {
		if (!counts[i])
			continue;
		add_row(page, what, words_get(words, i), counts[i], largest(counts),
			good >> i & 1 ? "" : " class=\"bad\"");
		text_string(page, "</tr>\n");
	}
	text_string(page, "</tbody></table>\n");
}

static void add_anomalies(struct text *page, const struct tally *tally)
{
	unsigned int tag, any = 0;

	text_string(page, "<table class=\"counts anomalies\"><caption>");
	escape_markup(page, _("Anomalies, and what they mean"));
	text_string(page, "</caption><tbody>\n");
	for (tag = 0; tag < RECORD_VALUES; tag++) {
		if (!tally->anomalies[tag])
			continue;
		any = 1;
		add_row(page, "anomaly", words_get(&words_anomalies, tag), tally->anomalies[tag],
			largest(tally->anomalies), "");
		text_string(page, "<td class=\"means\">");
		if (tag < TCPLEDGER_ANOMALY_MAX)
			escape_markup(page, _(remedies[tag].cause));
		text_string(page, "</td></tr>\n");
	}
	if (!any) {
		text_string(page, "<tr><td>");
		escape_markup(page, _("none"));
		text_string(page, "</td></tr>\n");
	}
	text_string(page, "</tbody></table>\n");
}

/**
 * glance_add - add the first part of a report
 * @page: to add to
 * @tally: sorted counts of at least one record
 */
void glance_add(struct text *page, const struct tally *tally)
{
	text_string(page, "<section id=\"glance\">\n<h2>");
	escape_markup(page, _("At a glance"));
	text_string(page, "</h2>\n");
	add_figures(page, tally);
	text_string(page, "<div class=\"sets\">\n");
	add_counts(page, _("Outcome of the opening"), "outcome", &words_outcomes, tally->outcomes,
		   1ULL << TCPLEDGER_OUTCOME_ESTABLISHED | 1ULL << TCPLEDGER_OUTCOME_IN_PROGRESS);
	add_counts(page, _("Kind of the closing"), "kind", &words_kinds, tally->kinds,
		   1ULL << TCPLEDGER_KIND_OPEN | 1ULL << TCPLEDGER_KIND_FOUR_SEGMENT |
		   1ULL << TCPLEDGER_KIND_THREE_SEGMENT | 1ULL << TCPLEDGER_KIND_SIMULTANEOUS);
	text_string(page, "</div>\n");
	add_anomalies(page, tally);
	text_string(page, "</section>\n");
}
