// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/svg/svg_arrow.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "present/diagram/label.h"
#include "present/diagram/svg/svg_elements.h"
#include "present/diagram/svg/svg_layout.h"
#include "present/diagram/svg/svg_marks.h"
#include "present/print/fold.h"

/* The ends of an arrow on the paper. */
struct stroke {
	int	x1, y1, x2, y2;
};

static struct stroke arrow_stroke(const struct svg *svg, const struct diagram_arrow *arrow)
{
	int gap = SVG_BAR / 2 + 2, sign = arrow->from == DIAGRAM_LEFT ? 1 : -1;
	int from = svg_side_x(arrow->from) + sign * gap;
	int to = svg_side_x(!arrow->from) - sign * gap;
	struct stroke stroke = { .x1 = from, .x2 = to };

	stroke.y1 = svg->y[arrow->departs >= 0 ? arrow->departs : arrow->arrives];
	stroke.y2 = svg->y[arrow->arrives >= 0 ? arrow->arrives : arrow->departs];
	if (arrow->departs < 0)
		stroke.x1 = from + (to - from) / 8;
	if (arrow->delivery == DIAGRAM_LOST) {
		stroke.x2 = from + (to - from) * 3 / 4;
		stroke.y2 = stroke.y1 + 10;
	}
	return stroke;
}

static const char *arrow_colour(const struct diagram_arrow *arrow)
{
	if (arrow->delivery == DIAGRAM_LOST || arrow->flags & TCPLEDGER_RST)
		return " bad";
	if (arrow->delivery == DIAGRAM_REFUSED || arrow->retransmitted || arrow->not_tcp ||
	    arrow->departs < 0)
		return " warn";
	return "";
}

static double slope(const struct stroke *at)
{
	return atan2(at->y2 - at->y1, at->x2 - at->x1) * 180 / M_PI;
}

/* Whether there is more than the arrow between its departure and its arrival. */
static bool is_crossed(const struct diagram *diagram, const struct diagram_arrow *arrow)
{
	unsigned int i;

	if (arrow->departs >= 0 && arrow->arrives > arrow->departs + 1)
		return true;
	for (i = 0; i < diagram->arrow_count; i++) {
		const struct diagram_arrow *other = &diagram->arrows[i];

		if (other->from != arrow->from && other->departs < arrow->arrives &&
		    arrow->departs < other->arrives && other->departs >= 0 &&
		    arrow->departs >= 0)
			return true;
	}
	return false;
}

static void draw_line(struct svg *svg, const struct diagram_arrow *arrow)
{
	struct stroke at = arrow_stroke(svg, arrow);
	const char *colour = arrow_colour(arrow);
	char classes[64];

	/* A line is thin: what is near it counts as pointing at it. */
	if (svg->groups)
		svg_line(svg->out, at.x1, at.y1, at.x2, at.y2, "near");
	snprintf(classes, sizeof(classes), "arrow%s%s%s", colour,
		 arrow->retransmitted || arrow->not_tcp ? " again" : "",
		 arrow->flags & TCPLEDGER_RST ? " thick" : "");
	svg_line(svg->out, at.x1, at.y1, at.x2, at.y2, classes);
	if (arrow->delivery == DIAGRAM_LOST) {
		svg_cross(svg->out, at.x2, at.y2, "arrow bad");
		return;
	}
	snprintf(classes, sizeof(classes), "head%s", colour);
	svg_arrowhead(svg->out, at.x2, at.y2, slope(&at), classes);
	if (arrow->delivery == DIAGRAM_REFUSED)
		svg_cross(svg->out, at.x2 + (at.x2 > at.x1 ? -20 : 20), at.y2,
			  strcmp(colour, " bad") ? "arrow warn" : "arrow bad");
	if (arrow->departs < 0)
		svg_words(svg->out, at.x1 + (at.x2 > at.x1 ? -8 : 8), at.y1 + 4, "m warn", "?");
}

/**
 * svg_arrow_line - draw an arrow without its words
 * @svg: the drawing
 * @arrow: the segment
 */
void svg_arrow_line(struct svg *svg, const struct diagram_arrow *arrow)
{
	svg_marks_arrow(svg, arrow, false);
	draw_line(svg, arrow);
	svg_marks_end(svg);
}

/* Where on its line a label of so many characters has its middle, from 0 to 1. */
static double label_place(const struct svg *svg, const struct diagram_arrow *arrow,
			  const struct stroke *at, size_t characters)
{
	double half = (double)characters * SVG_CHARACTER / 2 + 10;
	double least = half / hypot(at->x2 - at->x1, at->y2 - at->y1);

	return least < 0.5 && is_crossed(svg->diagram, arrow) ? least : 0.5;
}

/**
 * svg_arrow_label - write what a segment is along its arrow
 * @svg: the drawing
 * @arrow: the segment
 */
void svg_arrow_label(struct svg *svg, const struct diagram_arrow *arrow)
{
	struct stroke at = arrow_stroke(svg, arrow);
	const char *remark = label_remark(arrow);
	double angle = slope(&at), place;
	struct text flags = { 0 };
	char classes[64];

	label_flags(&flags, arrow->flags);
	svg->scratch.len = 0;
	label_numbers(&svg->scratch, arrow, false);
	text_string(&svg->scratch, remark ? label_comma() : "");
	text_string(&svg->scratch, remark ? remark : "");
	place = label_place(svg, arrow, &at,
			    flags.len + 1 + fold_columns(svg->scratch.bytes, svg->scratch.len));
	snprintf(classes, sizeof(classes), "label m%s", arrow_colour(arrow));
	svg_marks_arrow(svg, arrow, true);
	svg_words_along(svg->out, at.x1 + (int)((at.x2 - at.x1) * place),
			at.y1 + (int)((at.y2 - at.y1) * place) - 5,
			angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle,
			classes, text_terminated(&flags), svg_scratch(svg));
	svg_marks_end(svg);
	text_free(&flags);
}
