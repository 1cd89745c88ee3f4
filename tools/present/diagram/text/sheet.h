/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sheet of a ladder diagram: the two sides going down, segments on their
 * way between them, and text that keeps clear of both.
 */
#ifndef TCPLEDGER_SHEET_H
#define TCPLEDGER_SHEET_H

#include <stdbool.h>

#include "base/text.h"
#include "present/diagram/diagram.h"
#include "present/diagram/text/canvas.h"

#define SHEET_FLIGHTS	12	/* segments on their way that have a line of their own */

/**
 * struct sheet_flight - a segment that left and has not arrived
 * @arrow: which
 * @right: it goes to the right
 * @column: where its line comes down
 * @style: of its line
 */
struct sheet_flight {
	int			arrow;
	bool			right;
	int			column;
	enum canvas_style	style;
};

/**
 * struct sheet - the sheet and what goes down on it
 * @canvas: the sheet
 * @diagram: what is drawn
 * @outside: states stand beside the sides, else between them
 * @terse: lengths of 0 are left out, to save room
 * @column: of each side
 * @glyph: how each side is drawn; 0 before it begins
 * @style: the same
 * @pending: a state whose length is to be told on the next line, or -1
 * @flights: segments on their way
 * @flight_count: how many
 */
struct sheet {
	struct canvas		canvas;
	const struct diagram	*diagram;
	bool			outside;
	bool			terse;
	int			column[DIAGRAM_SIDES];
	unsigned int		glyph[DIAGRAM_SIDES];
	enum canvas_style	style[DIAGRAM_SIDES];
	int			pending[DIAGRAM_SIDES];
	struct sheet_flight	flights[SHEET_FLIGHTS];
	unsigned int		flight_count;
};

enum sheet_align { SHEET_LEFT, SHEET_RIGHT, SHEET_CENTRE };

unsigned int sheet_line(struct sheet *sheet);
void sheet_free_span(const struct sheet *sheet, int *from, int *to);
void sheet_words(struct sheet *sheet, const char *words, size_t len, enum sheet_align align,
		 enum canvas_style style);
void sheet_arrow(struct sheet *sheet, int at, unsigned int row, unsigned int line);

#endif
