/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sheet of a ladder diagram: the two sides going down, segments on their
 * way between them, and text that keeps clear of both.
 */
#ifndef TCPLEDGER_RUNG_H
#define TCPLEDGER_RUNG_H

#include <stdbool.h>

#include "base/text.h"
#include "diagram/picture.h"
#include "diagram/text/canvas.h"

#define RUNG_FLIGHTS	12	/* segments on their way that have a line of their own */

/**
 * struct rung_flight - a segment that left and has not arrived
 * @arrow: which
 * @right: it goes to the right
 * @column: where its line comes down
 * @style: of its line
 */
struct rung_flight {
	int			arrow;
	bool			right;
	int			column;
	enum canvas_style	style;
};

/**
 * struct rung - the sheet and what goes down on it
 * @canvas: the sheet
 * @picture: what is drawn
 * @outside: states stand beside the sides, else between them
 * @terse: lengths of 0 are left out, to save room
 * @column: of each side
 * @glyph: how each side is drawn; 0 before it begins
 * @style: the same
 * @pending: a state whose length is to be told on the next line, or -1
 * @flights: segments on their way
 * @flight_count: how many
 */
struct rung {
	struct canvas		canvas;
	const struct picture	*picture;
	bool			outside;
	bool			terse;
	int			column[PICTURE_SIDES];
	unsigned int		glyph[PICTURE_SIDES];
	enum canvas_style	style[PICTURE_SIDES];
	int			pending[PICTURE_SIDES];
	struct rung_flight	flights[RUNG_FLIGHTS];
	unsigned int		flight_count;
};

enum rung_align { RUNG_LEFT, RUNG_RIGHT, RUNG_CENTRE };

unsigned int rung_line(struct rung *rung);
void rung_free_span(const struct rung *rung, int *from, int *to);
void rung_words(struct rung *rung, const char *words, size_t len, enum rung_align align,
		enum canvas_style style);
void rung_arrow(struct rung *rung, int at, unsigned int row, unsigned int line);

#endif
