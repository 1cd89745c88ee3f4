/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A grid of cells to draw on with lines and ASCII text, written out as
 * Unicode or ASCII, with or without colour.
 */
#ifndef TCPLEDGER_CANVAS_H
#define TCPLEDGER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* GLYPH, as Unicode, as ASCII */
#define CANVAS_GLYPHS(X)			\
	X(LINE,		"\u2500", '-')		\
	X(DASH,		"\u254c", '.')		\
	X(HEAVY,	"\u2501", '=')		\
	X(FLIGHT,	"\u2502", '|')		\
	X(CROSSING,	"\u253c", '+')		\
	X(DOWN_RIGHT,	"\u256e", '.')		\
	X(ON_RIGHT,	"\u2570", '`')		\
	X(DOWN_LEFT,	"\u256d", '.')		\
	X(ON_LEFT,	"\u256f", '\'')		\
	X(HEAD_RIGHT,	"\u25ba", '>')		\
	X(HEAD_LEFT,	"\u25c4", '<')		\
	X(STRUCK,	"\u2573", 'X')		\
	X(BAR,		"\u2503", '|')		\
	X(BAR_INFERRED,	"\u2502", '|')		\
	X(BAR_NONE,	"\u250a", ':')		\
	X(BAR_WAIT,	"\u2588", '#')		\
	X(BAR_PAUSE,	"\u22ee", ':')		\
	X(FULL,		"\u2588", '#')		\
	X(EMPTY,	"\u2591", '.')		\
	X(RESTART,	"\u21ba", 'R')		\
	X(RULE,		"\u2504", '-')

#define CANVAS_ENUM(name, unicode, ascii)	CANVAS_##name,
enum canvas_glyph {
	CANVAS_ASCII_END = 0x7f,	/* below are characters as they are */
	CANVAS_GLYPHS(CANVAS_ENUM)
	CANVAS_COVERED,			/* by the wide character before it */
	CANVAS_CHARACTERS = 0x1000000,	/* and from here on, by their code points */
};

enum canvas_style {
	CANVAS_PLAIN,
	CANVAS_BOLD,
	CANVAS_DIM,
	CANVAS_PHASE,
	CANVAS_WARN,
	CANVAS_BAD,
	CANVAS_TIME_WAIT,
	CANVAS_STYLES
};

struct canvas_cell;

/**
 * struct canvas - a grid
 * @cells: line by line
 * @columns: of each line
 * @lines: how many are in use
 * @room: lines there is memory for
 */
struct canvas {
	struct canvas_cell	*cells;
	unsigned int		columns;
	unsigned int		lines;
	size_t			room;
};

void canvas_init(struct canvas *canvas, unsigned int columns);
unsigned int canvas_line(struct canvas *canvas);
void canvas_put(struct canvas *canvas, unsigned int line, int column, unsigned int glyph,
		enum canvas_style style);
void canvas_cross(struct canvas *canvas, unsigned int line, int column, unsigned int glyph,
		  enum canvas_style style);
void canvas_text(struct canvas *canvas, unsigned int line, int column, const char *string,
		 size_t len, enum canvas_style style);
void canvas_glyph(struct text *text, unsigned int glyph, bool ascii);
const char *canvas_begin(enum canvas_style style);
void canvas_write(struct canvas *canvas, struct text *text, bool ascii, bool colour);
void canvas_free(struct canvas *canvas);

#endif
