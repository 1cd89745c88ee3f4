// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/svg/svg.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/language.h"
#include "base/memory.h"
#include "base/text.h"
#include "present/diagram/diagram.h"
#include "present/diagram/label.h"
#include "present/diagram/svg/svg_arrow.h"
#include "present/diagram/svg/svg_elements.h"
#include "present/diagram/svg/svg_layout.h"
#include "present/diagram/svg/svg_marks.h"
#include "meaning/step_groups.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/moment.h"
#include "read/record.h"

#define ST(name)	TCPLEDGER_STATE_##name

static int row_height(const struct diagram *diagram, const struct diagram_row *row)
{
	switch (row->kind) {
	case DIAGRAM_PHASE:
		return 40;
	case DIAGRAM_NOTE:
		return 22;
	case DIAGRAM_WAIT:
		return 50;
	case DIAGRAM_EVENT:
		if (row->stay[0] < 0 && row->stay[1] < 0 && row->departs < 0 && row->arrives < 0)
			return 16;
		/* A level arrow has its label above. */
		return row->departs >= 0 && row->departs == row->arrives ? 36 :
		       diagram->end[DIAGRAM_RIGHT].record ? 32 : 34;
	default:
		return 34;
	}
}

static void place_rows(struct svg *svg)
{
	const struct diagram *diagram = svg->diagram;
	unsigned int i;
	int y = SVG_TOP;

	svg->y = memory_new(diagram->row_count, sizeof(*svg->y));
	for (i = 0; i < diagram->row_count; i++) {
		int height = row_height(diagram, &diagram->rows[i]);

		svg->y[i] = y + height / 2;
		y += height;
	}
	svg->bottom = y;
}

static const char *bar_class(const struct diagram_stay *stay)
{
	switch (stay->state) {
	case ST(CLOSE):
	case ST(LISTEN):
		return stay->measured ? "none" : "none inferred";
	case ST(SYN_SENT):
	case ST(SYN_RECV):
		return stay->measured ? "opening" : "opening inferred";
	case ST(ESTABLISHED):
		return stay->measured ? "open" : "open inferred";
	case ST(TIME_WAIT):
		return stay->measured ? "wait" : "wait inferred";
	default:
		return stay->measured ? "closing" : "closing inferred";
	}
}

static void draw_stay(struct svg *svg, unsigned int at)
{
	const struct diagram_stay *stay = &svg->diagram->stays[at];
	int x = svg_side_x(stay->side), y = svg->y[stay->row], end = svg->bottom, width = SVG_BAR;
	bool left = stay->side == DIAGRAM_LEFT;
	unsigned int i;

	for (i = at + 1; i < svg->diagram->stay_count; i++)
		if (svg->diagram->stays[i].side == stay->side) {
			end = svg->y[svg->diagram->stays[i].row];
			break;
		}
	if (stay->state == ST(CLOSE) || stay->state == ST(LISTEN))
		width = 2;
	else if (stay->state == ST(TIME_WAIT))
		width = 10;
	svg_marks_stay(svg, stay);
	svg_rect(svg->out, x - width / 2, y, width, end - y, bar_class(stay));
	svg->scratch.len = 0;
	label_state(&svg->scratch, stay);
	svg_words(svg->out, left ? x - 14 : x + 14, y + 4, stay->measured ?
		  (left ? "b e" : "b") : left ? "inferred dim e" : "inferred dim",
		  svg_scratch(svg));
	svg->scratch.len = 0;
	label_lasted(&svg->scratch, stay);
	if (svg->scratch.len)
		svg_words(svg->out, left ? x - 14 : x + 14, y + 18,
			  left ? "small dim e" : "small dim", svg_scratch(svg));
	svg_marks_end(svg);
}

static void draw_time(struct svg *svg, const struct diagram_row *row, int y)
{
	struct text *text = &svg->scratch;
	int64_t moment;

	if (row->t_ns < 0)
		return;
	text->len = 0;
	if (svg->wall && moment_after(svg->diagram->opened_at, row->t_ns, &moment) &&
	    format_wall(text, moment)) {
		text->bytes[26] = '\0';		/* 2026-11-23T12:34:56.123456 */
		svg_words(svg->out, SVG_TIME_RIGHT, y + 4, "time e", text->bytes + 11);
		return;
	}
	format_seconds(text, row->t_ns, 6);
	svg_words(svg->out, SVG_TIME_RIGHT, y + 4, "time e", svg_scratch(svg));
}

static void draw_pause(struct svg *svg, const struct diagram_row *row, int y)
{
	unsigned int side;
	int dot;

	for (side = 0; side < DIAGRAM_SIDES; side++) {
		svg_rect(svg->out, svg_side_x(side) - 7, y - 12, 14, 24, "paper");
		for (dot = -7; dot <= 7; dot += 7)
			svg_circle(svg->out, svg_side_x(side), y + dot, 2, "none");
	}
	svg->scratch.len = 0;
	format_duration(&svg->scratch, row->t_ns);
	if (row->words) {
		text_string(&svg->scratch, label_comma());
		text_string(&svg->scratch, row->words);
	}
	svg_words(svg->out, (SVG_LEFT + SVG_RIGHT) / 2, y + 4, "dim m", svg_scratch(svg));
}

/*
 * The middle of a row's words. A segment that is on its way has its label where
 * it left: the words make room on the other side.
 */
static int words_x(const struct svg *svg, int number)
{
	const struct diagram *diagram = svg->diagram;
	bool on_way[DIAGRAM_SIDES] = { false };
	unsigned int i;

	for (i = 0; i < diagram->arrow_count; i++) {
		const struct diagram_arrow *arrow = &diagram->arrows[i];

		if (arrow->departs >= 0 && arrow->departs < number && number < arrow->arrives)
			on_way[arrow->from] = true;
	}
	if (on_way[DIAGRAM_LEFT] == on_way[DIAGRAM_RIGHT])
		return (SVG_LEFT + SVG_RIGHT) / 2;
	return on_way[DIAGRAM_LEFT] ? (SVG_LEFT + 2 * SVG_RIGHT) / 3 :
				      (2 * SVG_LEFT + SVG_RIGHT) / 3;
}

static void draw_phase(struct svg *svg, const struct diagram_row *row, int x, int y)
{
	svg_line(svg->out, SVG_LEFT + 12, y - 8, SVG_RIGHT - 12, y - 8, "rule");
	svg_words(svg->out, x, y + 8, "phase m", row->words);
}

static void draw_note(struct svg *svg, const struct diagram_row *row, int y)
{
	svg->scratch.len = 0;
	text_string(&svg->scratch, "! ");
	text_string(&svg->scratch, words_get(&words_anomalies, row->tag));
	svg_words(svg->out, row->side == DIAGRAM_LEFT ? SVG_LEFT + 14 : SVG_RIGHT - 14, y + 4,
		  row->side == DIAGRAM_LEFT ? "warn" : "warn e", svg_scratch(svg));
}

static void draw_data(struct svg *svg, int x, int y)
{
	const struct tcpledger_record *r = &svg->diagram->end[DIAGRAM_LEFT].record->fixed;
	struct text *text = &svg->scratch;

	text->len = 0;
	if (r->bytes_sent > 0)
		text_printf(text, _("%lld bytes sent"), (long long)r->bytes_sent);
	text_string(text, r->bytes_sent > 0 ? " \xe2\x86\x92" : "");
	if (r->bytes_received > 0)
		text_string(text, text->len ? " \xc2\xb7 \xe2\x86\x90 " : "\xe2\x86\x90 ");
	if (r->bytes_received > 0)
		text_printf(text, _("%lld bytes received"), (long long)r->bytes_received);
	svg_words(svg->out, x, y + 4, "m", svg_scratch(svg));
}

static void draw_wait(struct svg *svg, const struct diagram_row *row, int y)
{
	const struct diagram_end *end = &svg->diagram->end[row->side];
	int64_t done, whole = label_wait_scale(end, &done);
	int from = SVG_LEFT + 24, width = SVG_RIGHT - SVG_LEFT - 48;
	unsigned int i;

	if (whole > 0) {
		svg_rect(svg->out, from, y - 14, width, 12, "track");
		svg_rect(svg->out, from, y - 14, (int)((double)done / (double)whole * width), 12,
			 "wait");
		for (i = 0; i < end->restarts; i++) {
			int x = from + (int)((double)end->restart_ns[i] / (double)whole * width);

			svg_line(svg->out, x, y - 17, x, y + 1, "arrow warn");
		}
	}
	svg->scratch.len = 0;
	label_wait(&svg->scratch, svg->diagram, row->side);
	svg_words(svg->out, (SVG_LEFT + SVG_RIGHT) / 2, y + 14, "m", svg_scratch(svg));
}

static void draw_row(struct svg *svg, unsigned int number)
{
	const struct diagram_row *row = &svg->diagram->rows[number];
	int x = words_x(svg, (int)number), y = svg->y[number];

	switch (row->kind) {
	case DIAGRAM_EVENT:
		draw_time(svg, row, y);
		break;
	case DIAGRAM_PAUSE:
		draw_pause(svg, row, y);
		break;
	case DIAGRAM_PHASE:
		draw_phase(svg, row, x, y);
		break;
	case DIAGRAM_NOTE:
		draw_note(svg, row, y);
		break;
	case DIAGRAM_WAIT:
		draw_wait(svg, row, y);
		break;
	case DIAGRAM_DATA:
		draw_data(svg, x, y);
		break;
	}
}

static void add_name(struct svg *svg, const struct diagram_end *end)
{
	if (!end->record || !end->record->comm[0])
		return;
	text_string(&svg->scratch, label_comma());
	text_string(&svg->scratch, end->record->comm);
}

static void draw_heads(struct svg *svg)
{
	const struct diagram *diagram = svg->diagram;
	unsigned int side;

	for (side = 0; side < DIAGRAM_SIDES; side++) {
		const struct diagram_end *end = &diagram->end[side];
		bool left = side == DIAGRAM_LEFT;
		int x = left ? SVG_LEFT - 3 : SVG_RIGHT + 3;

		if (diagram->end[DIAGRAM_LEFT].record->fixed.flags & TCPLEDGER_REC_IPV6)
			x = left ? SVG_MARGIN : SVG_WIDTH - SVG_MARGIN;
		svg->scratch.len = 0;
		text_string(&svg->scratch, left ? _("local") :
			    diagram->self ? _("itself") : _("remote"));
		add_name(svg, end);
		svg_words(svg->out, x, SVG_TOP - 44, left ? "dim" : "dim e", svg_scratch(svg));
		svg->scratch.len = 0;
		label_endpoint(&svg->scratch, diagram, (enum diagram_side)side);
		svg_words(svg->out, x, SVG_TOP - 26, left ? "end" : "end e", svg_scratch(svg));
		svg->scratch.len = 0;
		label_isn(&svg->scratch, end);
		svg_words(svg->out, x, SVG_TOP - 10, left ? "small dim" : "small dim e",
			  svg_scratch(svg));
	}
}

/* What a diagram is for those who do not see it. */
static void add_title(struct svg *svg, const char *id)
{
	struct text *text = &svg->scratch;

	text->len = 0;
	text_string(text, _("TCP connection from "));
	label_endpoint(text, svg->diagram, DIAGRAM_LEFT);
	text_string(text, _(" to "));
	label_endpoint(text, svg->diagram, DIAGRAM_RIGHT);
	text_printf(svg->out, "<title id=\"%s\">%s</title>\n", id, svg_scratch(svg));
}

static void add_description(struct svg *svg)
{
	const struct tcpledger_record *r = &svg->diagram->end[DIAGRAM_LEFT].record->fixed;

	text_printf(svg->out, "<desc id=\"desc\">Ladder diagram of %u segments. Opening: %s. "
		    "Close: %s. State: %s.</desc>\n", svg->diagram->arrow_count,
		    words_get(&words_outcomes, r->outcome), words_get(&words_kinds, r->kind),
		    words_get(&words_states, r->state));
}

static void draw_title(struct svg *svg)
{
	const struct tcpledger_record *r = &svg->diagram->end[DIAGRAM_LEFT].record->fixed;
	struct text *text = &svg->scratch;

	text->len = 0;
	text_printf(text, _("connection %llu: %s, %s"), (unsigned long long)r->id,
		    words_get(&words_roles, r->role), words_get(&words_outcomes, r->outcome));
	if (r->kind != TCPLEDGER_KIND_OPEN)
		text_printf(text, _(", close %s"), words_get(&words_kinds, r->kind));
	svg_words(svg->out, SVG_MARGIN, 34, "title", svg_scratch(svg));
	text->len = 0;
	if (format_wall(text, svg->diagram->opened_at))
		svg_words(svg->out, SVG_WIDTH - SVG_MARGIN, 34, "small dim e", svg_scratch(svg));
}

static void draw_sample(struct svg *svg, unsigned int bit, int y)
{
	int from = SVG_LEFT + 4, to = SVG_LEFT + 48;

	switch (bit) {
	case LABEL_INFERRED:
		svg_rect(svg->out, (from + to - SVG_BAR) / 2, y - 6, SVG_BAR, 12,
			 "open inferred");
		return;
	case LABEL_PAUSE:
		for (from = y - 5; from <= y + 5; from += 5)
			svg_circle(svg->out, SVG_LEFT + 26, from, 1, "none");
		return;
	case LABEL_RELATIVE:
		return;
	case LABEL_LOST:
		svg_line(svg->out, from, y, to - 12, y, "arrow bad");
		svg_cross(svg->out, to - 12, y, "arrow bad");
		return;
	case LABEL_UNSEEN:
		svg_words(svg->out, from + 4, y + 4, "m warn", "?");
		from += 12;
		break;
	default:
		break;
	}
	svg_line(svg->out, from, y, to, y, bit == LABEL_RETRANSMITTED || bit == LABEL_NOT_TCP ?
		 "arrow warn again" : "arrow warn");
	svg_arrowhead(svg->out, to, y, 0, "head warn");
	if (bit == LABEL_REFUSED)
		svg_cross(svg->out, to - 20, y, "arrow warn");
}

static int draw_legend(struct svg *svg, bool measure)
{
	unsigned int used = label_used(svg->diagram), bit;
	int y = svg->bottom + 26;

	for (bit = 1; bit < LABEL_END; bit <<= 1) {
		if (!(used & bit))
			continue;
		if (!measure) {
			draw_sample(svg, bit, y - 4);
			svg_words(svg->out, SVG_LEFT + 60, y, "small dim", label_legend(bit));
		}
		y += 18;
	}
	return y;
}

static void draw_sheet(struct svg *svg, int height)
{
	const struct diagram *diagram = svg->diagram;
	unsigned int i;

	svg_rect(svg->out, 0, 0, SVG_WIDTH, height, "paper");
	draw_title(svg);
	draw_heads(svg);
	if (diagram->self)
		svg_rect(svg->out, SVG_RIGHT - 1, svg->y[0], 2, svg->bottom - svg->y[0], "none");
	for (i = 0; i < diagram->stay_count; i++)
		draw_stay(svg, i);
	for (i = 0; i < diagram->arrow_count; i++)
		svg_arrow_line(svg, &diagram->arrows[i]);
	for (i = 0; i < diagram->row_count; i++)
		draw_row(svg, i);
	for (i = 0; i < diagram->arrow_count; i++)
		svg_arrow_label(svg, &diagram->arrows[i]);
	draw_legend(svg, false);
	svg_end(svg->out);
	text_free(&svg->scratch);
	free(svg->y);
}

/**
 * svg_draw - draw a diagram as SVG
 * @diagram: the diagram
 * @wall: times of the wall clock
 * @text: text to add to, in UTF-8
 */
void svg_draw(const struct diagram *diagram, bool wall, struct text *text)
{
	struct svg svg = { .diagram = diagram, .out = text, .wall = wall };
	int height;

	place_rows(&svg);
	height = draw_legend(&svg, true) + 8;
	svg_begin(text, SVG_WIDTH, height);
	add_title(&svg, "title");
	add_description(&svg);
	draw_sheet(&svg, height);
}

/**
 * svg_draw_inline - draw a diagram as an element of a page
 * @diagram: the diagram
 * @name: of this drawing in the page
 * @text: text to add to, in UTF-8
 *
 * The page has the style sheet, svg_style(). What belongs together is told as
 * diagram/svg/svg_marks.h says.
 */
void svg_draw_inline(const struct diagram *diagram, const char *name, struct text *text)
{
	struct step_groups groups;
	struct svg svg = { .diagram = diagram, .out = text, .groups = &groups };
	char id[64];
	int height;

	snprintf(id, sizeof(id), "title-%s", name);
	step_groups_make(&groups, diagram->end[DIAGRAM_LEFT].record);
	place_rows(&svg);
	height = draw_legend(&svg, true) + 8;
	svg_begin_inline(text, SVG_WIDTH, height, name, "ladder");
	add_title(&svg, id);
	draw_sheet(&svg, height);
	step_groups_free(&groups);
}
