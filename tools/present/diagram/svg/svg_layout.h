/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of an SVG drawing, which its parts share: where things are on it.
 */
#ifndef TCPLEDGER_SVG_LAYOUT_H
#define TCPLEDGER_SVG_LAYOUT_H

#include <stdbool.h>

#include "base/text.h"
#include "present/diagram/diagram.h"

struct step_groups;

#define SVG_WIDTH	960
#define SVG_MARGIN	24
#define SVG_LEFT	268	/* x of the sides */
#define SVG_RIGHT	(SVG_WIDTH - 158)
#define SVG_TIME_RIGHT	100	/* where moments end */
#define SVG_TOP		112	/* y of the first row */
#define SVG_BAR		6	/* width of a side */
#define SVG_CHARACTER	7.3	/* width of one of a label, about */

/**
 * struct svg - a drawing in the making
 * @diagram: what is drawn
 * @out: text to add to
 * @y: of each row
 * @bottom: below the last
 * @wall: times of the wall clock
 * @scratch: words being put together
 * @groups: of an inline drawing: what of the left log belongs together; else NULL
 */
struct svg {
	const struct diagram	*diagram;
	struct text		*out;
	int			*y;
	int			bottom;
	bool			wall;
	struct text		scratch;
	struct step_groups	*groups;
};

static inline int svg_side_x(unsigned int side)
{
	return side == DIAGRAM_LEFT ? SVG_LEFT : SVG_RIGHT;
}

static inline const char *svg_scratch(struct svg *svg)
{
	return text_terminated(&svg->scratch);
}

#endif
