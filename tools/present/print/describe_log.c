// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers stand twice: as on the wire, and counted from the sender's
 * ISN, so that one can see that an ACK is the number it covers plus one. A
 * state change tells how long the state lasted that it ended.
 */
#include "present/print/describe_log.h"

#include <stdio.h>
#include <string.h>

#include "base/output.h"
#include "base/text.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/entry.h"
#include "read/moment.h"
#include "read/record.h"

/**
 * struct lines - how the lines look
 * @record: whose log
 * @wall: times of the wall clock
 * @width: columns a line may take
 * @colour: colour may be used
 * @since: when the present state began, by state; -1 if not seen
 * @start: where the line being written begins
 */
struct lines {
	const struct record	*record;
	bool			wall;
	unsigned int		width;
	bool			colour;
	int64_t			since[RECORD_VALUES];
	size_t			start;
};

static void begin_line(struct lines *lines, unsigned int n, int64_t t_ns)
{
	struct text *out = output_text();
	size_t time;
	int64_t moment;

	lines->start = out->len;
	text_printf(out, "%3u ", n);
	time = out->len;
	if (!lines->wall)
		format_seconds(out, t_ns, 9);
	else if (!moment_after(lines->record->fixed.opened_at, t_ns, &moment) ||
		 !format_wall(out, moment))
		text_char(out, '-');
	time = out->len - time;
	if (time < 12)
		text_repeat(out, ' ', 12 - time);
	text_char(out, ' ');
}

static void add_flags(struct text *out, unsigned int flags)
{
	size_t start = out->len;
	unsigned int bit;

	for (bit = 0; bit < 8; bit++) {
		if (!(flags >> bit & 1))
			continue;
		if (out->len != start)
			text_char(out, ',');
		text_string(out, words_flag(bit));
	}
	if (out->len == start)
		text_char(out, '-');
	if (out->len - start < 7)
		text_repeat(out, ' ', 7 - (out->len - start));
}

/* A number as on the wire and, from the ISN of who counts it, relative. */
static void add_sequence(struct text *out, uint32_t number, int64_t isn, bool present)
{
	char relative[24] = "";

	if (present && isn >= 0)
		snprintf(relative, sizeof(relative), "%+d",
			 (int32_t)(number - (uint32_t)isn));
	if (present)
		text_printf(out, " %10u %-6s", number, relative);
	else
		text_printf(out, " %10s %-6s", "-", relative);
}

static const char *segment_remark(const struct tcpledger_entry *e)
{
	if (e->bits & TCPLEDGER_SEG_OTHER)
		return "not sent by TCP";
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		return e->bits & TCPLEDGER_SEG_RETRANSMIT ? "again, refused by TCP" :
							     "refused by TCP";
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		return "again";
	return NULL;
}

static void add_segment(struct lines *lines, const struct tcpledger_entry *e)
{
	const struct tcpledger_record *r = &lines->record->fixed;
	bool sent = e->type == TCPLEDGER_ENTRY_OUT;
	const char *remark = segment_remark(e);
	struct text *out = output_text();

	text_string(out, sent ? "--> " : "<-- ");
	add_flags(out, e->flags);
	add_sequence(out, e->seq, sent ? r->local_isn : r->remote_isn, true);
	add_sequence(out, e->ack, sent ? r->remote_isn : r->local_isn,
		     e->flags & TCPLEDGER_ACK);
	text_printf(out, " %5u %5u", e->win, e->len);
	if (!remark)
		return;
	if (out->len - lines->start + 2 + strlen(remark) > lines->width)
		text_printf(out, "\n%20s", "");
	text_printf(out, "  %s%s%s", lines->colour ? "\033[33m" : "", remark,
		    lines->colour ? "\033[0m" : "");
}

static void add_cause(struct text *out, const struct tcpledger_entry *e)
{
	if (e->segment >= 0)
		text_printf(out, ", by #%d", e->segment);
	else if (e->cause)
		text_printf(out, ", by %s", words_get(&words_causes, e->cause));
}

static void add_change(struct lines *lines, const struct tcpledger_entry *e)
{
	struct text *out = output_text();
	int64_t since = lines->since[e->from], lasted;

	text_string(out, lines->colour ? "    \033[1m" : "    ");
	text_printf(out, "%s => %s", words_get(&words_states, e->from),
		    words_get(&words_states, e->to));
	text_string(out, lines->colour ? "\033[0m" : "");
	add_cause(out, e);
	if (since >= 0 && e->t_ns >= since && e->from != TCPLEDGER_STATE_CLOSE &&
	    e->from != TCPLEDGER_STATE_LISTEN) {
		lasted = e->t_ns - since;
		text_printf(out, "; %s lasted ", words_get(&words_states, e->from));
		format_duration(out, lasted);
	}
	lines->since[e->from] = -1;
	lines->since[e->to] = e->t_ns;
}

static void add_note(struct lines *lines, const struct tcpledger_entry *e)
{
	struct text *out = output_text();

	text_printf(out, "    %s! %s%s", lines->colour ? "\033[33m" : "",
		    words_get(&words_anomalies, e->tag), lines->colour ? "\033[0m" : "");
	if (e->segment >= 0)
		text_printf(out, ", by #%d", e->segment);
}

static void add_titles(struct lines *lines)
{
	struct text *out = output_text();

	text_string(out, lines->colour ? "\033[1m" : "");
	text_printf(out, "%3s %-*s     %-7s %10s %-6s %10s %-6s %5s %5s", "#",
		    lines->wall ? 30 : 12, lines->wall ? "UTC" : "SECONDS",
		    "FLAGS", "SEQ", "+ISN", "ACK", "+ISN", "WIN", "LEN");
	text_string(out, lines->colour ? "\033[0m\n" : "\n");
}

/**
 * describe_log - print the log
 * @record: a checked record
 * @wall: times of the wall clock
 * @width: columns a line may take
 * @colour: colour may be used
 */
void describe_log(const struct record *record, bool wall, unsigned int width, bool colour)
{
	struct lines lines = {
		.record = record, .wall = wall, .width = width, .colour = colour,
	};
	unsigned int n;

	for (n = 0; n < RECORD_VALUES; n++)
		lines.since[n] = -1;
	add_titles(&lines);
	for (n = 0; n < record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &record->log[n];

		begin_line(&lines, n, e->t_ns);
		if (entry_is_segment(e))
			add_segment(&lines, e);
		else if (e->type == TCPLEDGER_ENTRY_STATE)
			add_change(&lines, e);
		else
			add_note(&lines, e);
		text_char(output_text(), '\n');
		output_line();
	}
}
