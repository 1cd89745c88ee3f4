// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/text/canvas.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "base/text.h"
#include "present/print/fold.h"

struct canvas_cell {
	uint32_t	glyph;
	uint32_t	style;
};

static const struct {
	const char	*unicode;
	char		ascii;
} glyphs[] = {
#define GLYPH(name, unicode, ascii)	{ unicode, ascii },
	CANVAS_GLYPHS(GLYPH)
};

static const char *const styles[CANVAS_STYLES] = {
	[CANVAS_PLAIN] = "",
	[CANVAS_BOLD] = "\033[1m",
	[CANVAS_DIM] = "\033[2m",
	[CANVAS_PHASE] = "\033[36m",
	[CANVAS_WARN] = "\033[33m",
	[CANVAS_BAD] = "\033[31m",
	[CANVAS_TIME_WAIT] = "\033[35m",
};

/**
 * canvas_init - an empty canvas
 * @canvas: set up
 * @columns: of each line
 */
void canvas_init(struct canvas *canvas, unsigned int columns)
{
	memset(canvas, 0, sizeof(*canvas));
	canvas->columns = columns;
}

/**
 * canvas_line - add an empty line at the bottom
 * @canvas: the canvas
 *
 * Return: its number.
 */
unsigned int canvas_line(struct canvas *canvas)
{
	unsigned int i;

	canvas->cells = memory_grow(canvas->cells, canvas->lines, &canvas->room,
				    canvas->columns * sizeof(*canvas->cells));
	for (i = 0; i < canvas->columns; i++)
		canvas->cells[canvas->lines * canvas->columns + i] =
			(struct canvas_cell) { .glyph = ' ' };
	return canvas->lines++;
}

/**
 * canvas_put - set a cell
 * @canvas: the canvas
 * @line: of which line
 * @column: which; what is beside the canvas is not drawn
 * @glyph: enum canvas_glyph or an ASCII character
 * @style: how
 */
void canvas_put(struct canvas *canvas, unsigned int line, int column, unsigned int glyph,
		enum canvas_style style)
{
	struct canvas_cell *cell;

	if (column < 0 || (unsigned int)column >= canvas->columns)
		return;
	cell = &canvas->cells[line * canvas->columns + (unsigned int)column];
	/* Of a wide character no half can stay. */
	if (cell->glyph == CANVAS_COVERED && column && glyph != CANVAS_COVERED)
		cell[-1].glyph = ' ';
	if ((unsigned int)column + 1 < canvas->columns && cell[1].glyph == CANVAS_COVERED)
		cell[1].glyph = ' ';
	*cell = (struct canvas_cell) {
		.glyph = glyph, .style = style,
	};
}

/**
 * canvas_cross - set a cell of a level line, which crosses what comes down there
 * @canvas: the canvas
 * @line: of which line
 * @column: which
 * @glyph: the line
 * @style: how
 */
void canvas_cross(struct canvas *canvas, unsigned int line, int column, unsigned int glyph,
		  enum canvas_style style)
{
	if (column < 0 || (unsigned int)column >= canvas->columns)
		return;
	if (canvas->cells[line * canvas->columns + (unsigned int)column].glyph == CANVAS_FLIGHT)
		glyph = CANVAS_CROSSING;
	canvas_put(canvas, line, column, glyph, style);
}

/* What stands for a character that is not ASCII. */
static unsigned int character(const char *bytes, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t point;

	if (mbrtowc(&point, bytes, len, &state) != len)
		return '?';
	return CANVAS_CHARACTERS + (unsigned int)point;
}

/**
 * canvas_text - write
 * @canvas: the canvas
 * @line: in which line
 * @column: from which column
 * @string: ASCII
 * @len: of which so many bytes
 * @style: how
 */
void canvas_text(struct canvas *canvas, unsigned int line, int column, const char *string,
		 size_t len, enum canvas_style style)
{
	size_t at = 0;

	while (at < len) {
		unsigned int columns, glyph = (unsigned char)string[at];
		size_t bytes = fold_step(string + at, len - at, &columns);

		if (glyph > CANVAS_ASCII_END)
			glyph = character(string + at, bytes);
		at += bytes;
		if (!columns)
			continue;
		if (column + (int)columns > (int)canvas->columns)
			break;
		canvas_put(canvas, line, column, glyph, style);
		if (columns > 1)
			canvas_put(canvas, line, column + 1, CANVAS_COVERED, style);
		column += (int)columns;
	}
}

/**
 * canvas_glyph - add a glyph
 * @text: text to add to
 * @glyph: enum canvas_glyph or an ASCII character
 * @ascii: in ASCII
 */
void canvas_glyph(struct text *text, unsigned int glyph, bool ascii)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = { 0 };
	size_t len;

	if (glyph == CANVAS_COVERED)
		return;
	if (glyph >= CANVAS_CHARACTERS) {
		len = wcrtomb(bytes, (wchar_t)(glyph - CANVAS_CHARACTERS), &state);
		text_bytes(text, bytes, len == (size_t)-1 ? 0 : len);
		return;
	}
	if (glyph <= CANVAS_ASCII_END)
		text_char(text, (char)glyph);
	else if (ascii)
		text_char(text, glyphs[glyph - CANVAS_LINE].ascii);
	else
		text_string(text, glyphs[glyph - CANVAS_LINE].unicode);
}

/**
 * canvas_begin - how a style begins on a terminal
 * @style: the style
 *
 * Return: escape sequence; "\033[0m" ends it.
 */
const char *canvas_begin(enum canvas_style style)
{
	return styles[style];
}

static void write_line(const struct canvas_cell *cells, unsigned int columns, struct text *text,
		       bool ascii, bool colour)
{
	unsigned int i, style = CANVAS_PLAIN;

	while (columns && cells[columns - 1].glyph == ' ')
		columns--;
	for (i = 0; i < columns; i++) {
		if (colour && cells[i].glyph != ' ' && cells[i].style != style) {
			text_string(text, style ? "\033[0m" : "");
			text_string(text, styles[cells[i].style]);
			style = cells[i].style;
		}
		canvas_glyph(text, cells[i].glyph, ascii);
	}
	text_string(text, style ? "\033[0m\n" : "\n");
}

/**
 * canvas_write - write the canvas out
 * @canvas: the canvas
 * @text: text to add to
 * @ascii: in ASCII
 * @colour: with colour
 */
void canvas_write(struct canvas *canvas, struct text *text, bool ascii, bool colour)
{
	unsigned int line;

	for (line = 0; line < canvas->lines; line++)
		write_line(canvas->cells + line * canvas->columns, canvas->columns, text, ascii,
			   colour);
}

/**
 * canvas_free - give the memory back
 * @canvas: the canvas
 */
void canvas_free(struct canvas *canvas)
{
	free(canvas->cells);
	memset(canvas, 0, sizeof(*canvas));
}
