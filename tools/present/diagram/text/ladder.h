/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A diagram drawn in text: time at the left, an end at each side, a line or
 * two a segment. Where both ends are recorded an arrow leaves on the line of
 * its departure and drops to the line of its arrival.
 */
#ifndef TCPLEDGER_LADDER_H
#define TCPLEDGER_LADDER_H

#include <stdbool.h>

struct diagram;
struct text;

#define LADDER_LEAST	40	/* columns it cannot do without */
#define LADDER_USUAL	80	/* columns where nobody says */
#define LADDER_MOST	140	/* more would only tear it apart */

/**
 * struct ladder_look - how it is drawn
 * @width: columns a line may take
 * @ascii: in ASCII
 * @colour: with colour
 * @wall: times of the wall clock
 */
struct ladder_look {
	unsigned int	width;
	bool		ascii;
	bool		colour;
	bool		wall;
};

void ladder_draw(const struct diagram *diagram, const struct ladder_look *look,
		 struct text *text);
void ladder_draw_rows(const struct diagram *diagram, const struct ladder_look *look,
		      struct text *text, unsigned int *lines);
void ladder_legend(const struct diagram *diagram, const struct ladder_look *look,
		   struct text *text);

#endif
