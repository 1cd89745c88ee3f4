// SPDX-License-Identifier: GPL-2.0
#include "present/report/state_diagram.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "present/diagram/svg/svg_elements.h"
#include "base/language.h"
#include "meaning/step_groups.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/record.h"
#include "present/report/state_arcs.h"

#define ST(name)	TCPLEDGER_STATE_##name
#define LINE		14	/* from one line of words to the next */

/**
 * struct state_diagram - the way of a connection being drawn
 * @out: text to add to
 * @record: whose
 * @groups: what of its log belongs together
 * @taken: changes of state drawn so far
 */
struct state_diagram {
	struct text		*out;
	const struct record	*record;
	struct step_groups	*groups;
	unsigned int		taken;
};

static void draw_words(struct text *out, int x, int y, char anchor, const char *classes,
		       const char *words)
{
	char all[64];

	snprintf(all, sizeof(all), "%s%s%s", classes, anchor == 's' ? "" : " ",
		 anchor == 's' ? "" : anchor == 'm' ? "m" : "e");
	svg_words(out, x, y, all, words);
}

static void draw_line(struct text *out, const short points[][2], unsigned int count,
		      const char *classes)
{
	const short *end = points[count - 1], *before = points[count - 2];
	char head[64];
	unsigned int i;

	text_string(out, "<path d=\"");
	for (i = 0; i < count; i++)
		text_printf(out, "%c%d %d", i ? 'L' : 'M', points[i][0], points[i][1]);
	text_printf(out, "\" class=\"arrow%s\"/>\n", classes);
	snprintf(head, sizeof(head), "head%s", classes);
	svg_arrowhead(out, end[0], end[1],
		      atan2(end[1] - before[1], end[0] - before[0]) * 180 / M_PI, head);
}

static unsigned int count_points(const struct state_arc *arc)
{
	unsigned int count = 0;

	while (count < STATE_ARC_POINTS && (arc->points[count][0] || arc->points[count][1]))
		count++;
	return count;
}

static void draw_arc(struct text *out, const struct state_arc *arc, const char *classes)
{
	draw_line(out, arc->points, count_points(arc), classes);
}

static void draw_box(struct text *out, const struct state_box *box, const char *classes)
{
	text_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
		    "class=\"%s\"/>\n", box->x - STATE_BOX_WIDTH / 2, box->y - STATE_BOX_HEIGHT / 2,
		    STATE_BOX_WIDTH, STATE_BOX_HEIGHT, classes);
}

/**
 * state_diagram_define - add what the diagrams of a page have in common
 * @page: to add to
 */
void state_diagram_define(struct text *page)
{
	unsigned int i;

	text_string(page, "<svg width=\"0\" height=\"0\" class=\"defined\" aria-hidden=\"true\">\n"
		    "<g id=\"rfc9293\">\n");
	for (i = 0; i < state_arc_count; i++) {
		const struct state_arc *arc = &state_arcs[i];

		if (!arc->figure)
			continue;
		draw_arc(page, arc, " faint");
		draw_words(page, arc->x, arc->y, arc->anchor, "tiny dim", _(arc->event));
		if (arc->action)
			draw_words(page, arc->x, arc->y + LINE, arc->anchor, "tiny dim",
				   _(arc->action));
	}
	for (i = 0; i < STATE_BOXES; i++) {
		draw_box(page, &state_boxes[i], "box");
		draw_words(page, state_boxes[i].x, state_boxes[i].y + 4, 'm', "small dim",
			   words_get(&words_states, state_boxes[i].state));
	}
	text_string(page, "</g>\n</svg>\n");
}

static const char *box_class(unsigned char state)
{
	switch (state) {
	case ST(CLOSE):
	case ST(LISTEN):
		return "box been";
	case ST(SYN_SENT):
	case ST(SYN_RECV):
		return "box been opening";
	case ST(ESTABLISHED):
		return "box been open";
	case ST(TIME_WAIT):
		return "box been wait";
	default:
		return "box been closing";
	}
}

static const struct state_box *find_box(unsigned char state, bool last)
{
	const struct state_box *found = NULL;
	unsigned int i;

	for (i = 0; i < STATE_BOXES; i++)
		if (state_boxes[i].state == state && (!found || state_boxes[i].last == last))
			found = &state_boxes[i];
	return found;
}

/* The box and how long the connection was there, in all. */
static void draw_been(struct state_diagram *diagram, const struct state_box *box)
{
	const struct tcpledger_record *r = &diagram->record->fixed;
	bool lasts = r->flags & TCPLEDGER_REC_LIVE && r->state == box->state;
	int64_t ns = box->state < TCPLEDGER_STATE_MAX ? r->residence_ns[box->state] : -1;

	if (lasts)
		ns = r->state_age_ns;
	if (box->state == ST(CLOSE) || box->state == ST(LISTEN))
		ns = -1;
	draw_box(diagram->out, box, "paper");
	draw_box(diagram->out, box, box_class(box->state));
	draw_words(diagram->out, box->x, box->y + (ns < 0 ? 4 : -2), 'm', "small b",
		   words_get(&words_states, box->state));
	if (ns < 0)
		return;
	text_printf(diagram->out, "<text x=\"%d\" y=\"%d\" class=\"small m\">", box->x,
		    box->y + 13);
	format_duration(diagram->out, ns);
	text_string(diagram->out, lasts ? "...</text>\n" : "</text>\n");
}

/* The ways into CLOSE end at the bottom, but for those of the figure's upper half. */
static bool ends_at_bottom(unsigned char from)
{
	return from != ST(SYN_SENT) && from != ST(LISTEN);
}

/* A change that the diagram has no way for: straight from box to box. */
static void draw_straight(struct state_diagram *diagram, const struct tcpledger_entry *e,
			  short *x, short *y)
{
	const struct state_box *from = find_box(e->from, false);
	const struct state_box *to = find_box(e->to, ends_at_bottom(e->from));
	short points[2][2];
	int sign;

	if (!from || !to)
		return;
	sign = to->y > from->y ? 1 : to->y < from->y ? -1 : 0;
	points[0][0] = from->x;
	points[0][1] = (short)(from->y + sign * STATE_BOX_HEIGHT / 2);
	points[1][0] = to->x;
	points[1][1] = (short)(to->y - sign * STATE_BOX_HEIGHT / 2);
	draw_line(diagram->out, points, 2, " taken rare");
	*x = (short)((points[0][0] + points[1][0]) / 2);
	*y = (short)((points[0][1] + points[1][1]) / 2);
}

/* Number and moment of a change, below the words of its way. */
static void draw_change(struct state_diagram *diagram, unsigned int n)
{
	const struct tcpledger_entry *e = &diagram->record->log[n];
	const struct state_arc *arc = state_arc_find(e->from, e->to);
	short x = arc ? arc->x : 0, y = arc ? arc->y : 0;
	struct text words = { 0 };
	char anchor = arc ? arc->anchor : 's';

	text_string(diagram->out, "<g tabindex=\"0\" data-g=\"");
	step_groups_add_entry(diagram->out, diagram->groups, (int)n);
	text_string(diagram->out, "\">");
	if (arc)
		draw_arc(diagram->out, arc, arc->figure ? " taken" : " taken rare");
	else
		draw_straight(diagram, e, &x, &y);
	if (arc && arc->figure)
		y = (short)(arc->y - LINE);
	text_printf(&words, "%u \xc2\xb7 ", ++diagram->taken);
	format_seconds(&words, e->t_ns, 6);
	if (x)
		draw_words(diagram->out, x, y, anchor, "small b when", text_terminated(&words));
	text_free(&words);
	text_string(diagram->out, "</g>\n");
}

static void draw_way(struct state_diagram *diagram)
{
	const struct record *record = diagram->record;
	unsigned int n;

	for (n = 0; n < record->fixed.log_n; n++)
		if (record->log[n].type == TCPLEDGER_ENTRY_STATE)
			draw_change(diagram, n);
}

/* Bits of the boxes that the connection was in. */
static unsigned int boxes_been(const struct record *record)
{
	const struct state_box *first = find_box(record->fixed.state, true), *box;
	unsigned int n, been = 0;

	for (n = 0; n < record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &record->log[n];

		if (e->type != TCPLEDGER_ENTRY_STATE)
			continue;
		box = find_box(e->from, false);
		if (box)
			been |= 1U << (box - state_boxes);
		box = find_box(e->to, ends_at_bottom(e->from));
		if (box)
			been |= 1U << (box - state_boxes);
	}
	if (!been && first)
		been = 1U << (first - state_boxes);
	return been;
}

/**
 * state_diagram_add - add the diagram of a record
 * @page: to add to, with what state_diagram_define() added
 * @record: a checked record
 * @name: of its part of the page
 */
void state_diagram_add(struct text *page, const struct record *record, const char *name)
{
	struct step_groups groups;
	struct state_diagram diagram = { .out = page, .record = record, .groups = &groups };
	unsigned int been = boxes_been(record), i;

	step_groups_make(&groups, record);
	text_string(page, "<figure class=\"states\">\n");
	text_printf(page, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"group\" "
		    "class=\"statediagram\" aria-labelledby=\"states-%s\">\n"
		    "<use href=\"#rfc9293\"/>\n", STATE_ARCS_WIDTH, STATE_ARCS_HEIGHT,
		    STATE_ARCS_WIDTH, STATE_ARCS_HEIGHT, name);
	for (i = 0; i < STATE_BOXES; i++)
		if (been >> i & 1)
			draw_been(&diagram, &state_boxes[i]);
	draw_way(&diagram);
	step_groups_free(&groups);
	text_printf(page, "</svg>\n<figcaption id=\"states-%s\">", name);
	escape_markup(page, _("The state diagram of RFC 9293 and the way of this end through it: "
			      "at each change of state its number and its time, in each state "
			      "how long it lasted."));
	text_string(page, "</figcaption>\n</figure>\n");
}
