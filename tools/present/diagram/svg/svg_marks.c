// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/svg/svg_marks.h"

#include "present/diagram/svg/svg_layout.h"
#include "meaning/step_groups.h"
#include "read/record.h"

static void add_groups(struct svg *svg, const struct diagram_arrow *arrow)
{
	int left = arrow->entry[DIAGRAM_LEFT], right = arrow->entry[DIAGRAM_RIGHT];

	if (left >= 0)
		step_groups_add_entry(svg->out, svg->groups, left);
	if (right >= 0 && svg->diagram->self) {
		text_char(svg->out, ' ');
		step_groups_add_entry(svg->out, svg->groups, right);
	} else if (right >= 0 && left < 0) {
		text_char(svg->out, 'r');
		text_signed(svg->out, right);
	}
}

/* The arrow that goes with a change of state on the right: its cause, or what it sent. */
static const struct diagram_arrow *find_arrow(const struct svg *svg,
					      const struct diagram_stay *stay)
{
	const struct diagram *diagram = svg->diagram;
	const struct tcpledger_entry *log = diagram->end[DIAGRAM_RIGHT].record->log;
	const struct diagram_row *row = &diagram->rows[stay->row];
	unsigned int i;
	int at;

	for (i = 0; i < diagram->arrow_count && log[stay->entry].segment >= 0; i++)
		if (diagram->arrows[i].entry[DIAGRAM_RIGHT] == log[stay->entry].segment)
			return &diagram->arrows[i];
	at = row->departs >= 0 ? row->departs : row->arrives;
	return at >= 0 && row->side == DIAGRAM_RIGHT ? &diagram->arrows[at] : NULL;
}

/**
 * svg_marks_arrow - begin what belongs to an arrow
 * @svg: the drawing
 * @arrow: the segment
 * @stops: the tabulator key stops at it
 */
void svg_marks_arrow(struct svg *svg, const struct diagram_arrow *arrow, bool stops)
{
	if (!svg->groups)
		return;
	text_printf(svg->out, "<g%s data-g=\"", stops ? " tabindex=\"0\"" : "");
	add_groups(svg, arrow);
	text_string(svg->out, "\">");
}

/**
 * svg_marks_stay - begin what belongs to a state
 * @svg: the drawing
 * @stay: the state
 */
void svg_marks_stay(struct svg *svg, const struct diagram_stay *stay)
{
	const struct diagram_arrow *arrow = NULL;

	if (!svg->groups)
		return;
	text_string(svg->out, "<g");
	if (stay->entry >= 0) {
		text_string(svg->out, " tabindex=\"0\" data-g=\"");
		if (stay->side == DIAGRAM_RIGHT && stay->measured)
			arrow = find_arrow(svg, stay);
		if (arrow)
			add_groups(svg, arrow);
		else if (stay->side == DIAGRAM_LEFT || !stay->measured)
			step_groups_add_entry(svg->out, svg->groups, stay->entry);
		else
			text_printf(svg->out, "r%d", stay->entry);
		text_char(svg->out, '"');
	}
	text_char(svg->out, '>');
}

/**
 * svg_marks_end - end what belongs together
 * @svg: the drawing
 */
void svg_marks_end(struct svg *svg)
{
	if (svg->groups)
		text_string(svg->out, "</g>\n");
}
