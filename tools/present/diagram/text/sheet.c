// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/text/sheet.h"

#include <string.h>

#include "present/diagram/label.h"
#include "present/print/fold.h"

static void add_pending(struct sheet *sheet, unsigned int line)
{
	struct text text = { 0 };
	unsigned int side;

	for (side = 0; side < DIAGRAM_SIDES; side++) {
		if (sheet->pending[side] < 0)
			continue;
		text.len = 0;
		label_lasted(&text, &sheet->diagram->stays[sheet->pending[side]]);
		canvas_text(&sheet->canvas, line, side == DIAGRAM_LEFT ?
			    sheet->column[side] - 1 - (int)text.len : sheet->column[side] + 2,
			    text.bytes, text.len, CANVAS_DIM);
		sheet->pending[side] = -1;
	}
	text_free(&text);
}

/**
 * sheet_line - go down one line
 * @sheet: sheet
 *
 * Return: the line, with both sides and what is on its way.
 */
unsigned int sheet_line(struct sheet *sheet)
{
	unsigned int line = canvas_line(&sheet->canvas), i;

	for (i = 0; i < DIAGRAM_SIDES; i++)
		if (sheet->glyph[i])
			canvas_put(&sheet->canvas, line, sheet->column[i], sheet->glyph[i],
				   sheet->style[i]);
	for (i = 0; i < sheet->flight_count; i++)
		canvas_put(&sheet->canvas, line, sheet->flights[i].column, CANVAS_FLIGHT,
			   sheet->flights[i].style);
	add_pending(sheet, line);
	return line;
}

/**
 * sheet_free_span - where text can stand between the sides
 * @sheet: sheet
 * @from: set to the first column
 * @to: set to the last
 */
void sheet_free_span(const struct sheet *sheet, int *from, int *to)
{
	unsigned int i;

	*from = sheet->column[DIAGRAM_LEFT] + 2;
	*to = sheet->column[DIAGRAM_RIGHT] - 2;
	for (i = 0; i < sheet->flight_count; i++) {
		const struct sheet_flight *flight = &sheet->flights[i];

		if (flight->right && flight->column - 2 < *to)
			*to = flight->column - 2;
		if (!flight->right && flight->column + 2 > *from)
			*from = flight->column + 2;
	}
}

/* How much of the words fits into so many columns: whole words, if there are any. */
static size_t fitting(const char *words, size_t len, size_t columns)
{
	size_t at = 0, fits = 0, used = 0, bytes;
	unsigned int wide;

	while (at < len) {
		bytes = fold_step(words + at, len - at, &wide);
		if (used + wide > columns)
			break;
		at += bytes;
		used += wide;
		/* A line may end before a space, and behind a wide character. */
		if (at < len && (words[at] == ' ' || wide > 1))
			fits = at;
	}
	if (at == len)
		return len;
	if (!fits && !at)	/* not even one: it is cut off at the sheet's end */
		return fold_step(words, len, &wide);
	return fits ? fits : at;
}

/**
 * sheet_words - write between the sides, on lines of its own
 * @sheet: sheet
 * @words: the words
 * @len: of which so many bytes
 * @align: where
 * @style: how
 */
void sheet_words(struct sheet *sheet, const char *words, size_t len, enum sheet_align align,
		 enum canvas_style style)
{
	int from, to, column, width;
	unsigned int line;
	size_t part;

	sheet_free_span(sheet, &from, &to);
	if (to < from)
		return;
	while (len) {
		line = sheet_line(sheet);
		part = fitting(words, len, (size_t)(to - from + 1));
		width = (int)fold_columns(words, part);
		column = align == SHEET_LEFT ? from : to + 1 - width;
		if (align == SHEET_CENTRE)
			column = from + (to - from + 1 - width) / 2;
		canvas_text(&sheet->canvas, line, column, words, part, style);
		words += part;
		len -= part;
		for (; len && *words == ' '; len--)
			words++;
	}
}

static enum canvas_style arrow_style(const struct diagram_arrow *arrow)
{
	if (arrow->delivery == DIAGRAM_LOST || arrow->flags & TCPLEDGER_RST)
		return CANVAS_BAD;
	if (arrow->delivery == DIAGRAM_REFUSED || arrow->retransmitted || arrow->not_tcp ||
	    arrow->departs < 0)
		return CANVAS_WARN;
	return CANVAS_PLAIN;
}

static unsigned int arrow_glyph(const struct diagram_arrow *arrow)
{
	if (arrow->retransmitted || arrow->not_tcp)
		return CANVAS_DASH;
	return arrow->flags & TCPLEDGER_RST ? CANVAS_HEAVY : CANVAS_LINE;
}

/* Both ends included, in either direction. */
static void level(struct sheet *sheet, unsigned int line, int from, int to,
		  const struct diagram_arrow *arrow)
{
	int step = from <= to ? 1 : -1, column;

	for (column = from; column != to + step; column += step)
		canvas_cross(&sheet->canvas, line, column, arrow_glyph(arrow), arrow_style(arrow));
}

static bool lane_is_free(const struct sheet *sheet, int column)
{
	unsigned int i;

	for (i = 0; i < sheet->flight_count; i++)
		if (sheet->flights[i].column == column)
			return false;
	return true;
}

/* Where the line of a segment comes down: near where it will arrive. */
static int choose_lane(const struct sheet *sheet, bool right)
{
	int step = right ? -3 : 3, tries;
	int column = right ? sheet->column[DIAGRAM_RIGHT] - 3 : sheet->column[DIAGRAM_LEFT] + 3;

	for (tries = 0; tries < 3 && !lane_is_free(sheet, column); tries++)
		column += step;
	return column;
}

/*
 * The label on the line between two columns, with what does not fit below it.
 */
static void add_label(struct sheet *sheet, const struct diagram_arrow *arrow, unsigned int line,
		      int from, int to)
{
	struct text text = { 0 };
	int room = to - from + 1 - 4, column, width;
	enum canvas_style style = arrow_style(arrow);
	size_t flags, part, rest, remark;

	label_flags(&text, arrow->flags);
	flags = text.len;
	text.len = 0;
	label_arrow(&text, arrow, sheet->terse);
	part = fitting(text.bytes, text.len, room > 0 ? (size_t)room : 1);
	remark = label_remark(arrow) ? strlen(label_comma()) + strlen(label_remark(arrow)) : 0;
	if (part < text.len && part > text.len - remark)
		part = text.len - remark + strcspn(label_comma(), " ");	/* it is not torn apart */
	rest = part;
	if (part < text.len && part && text.bytes[part - 1] == ',')
		part--;
	width = (int)fold_columns(text.bytes, part);
	column = from + 1 + (to - from + 1 - 2 - width) / 2;
	canvas_put(&sheet->canvas, line, column - 1, ' ', CANVAS_PLAIN);
	canvas_put(&sheet->canvas, line, column + width, ' ', CANVAS_PLAIN);
	canvas_text(&sheet->canvas, line, column, text.bytes, part, style);
	canvas_text(&sheet->canvas, line, column, text.bytes, flags < part ? flags : part,
		    style == CANVAS_PLAIN ? CANVAS_BOLD : style);
	while (rest < text.len && text.bytes[rest] == ' ')
		rest++;
	sheet_words(sheet, text.bytes + rest, text.len - rest, SHEET_CENTRE, style);
	text_free(&text);
}

static void end_arrow(struct sheet *sheet, const struct diagram_arrow *arrow, bool right,
		      unsigned int line, int column)
{
	unsigned int head = right ? CANVAS_HEAD_RIGHT : CANVAS_HEAD_LEFT;

	canvas_put(&sheet->canvas, line, column,
		   arrow->delivery == DIAGRAM_ARRIVED ? head : CANVAS_STRUCK, arrow_style(arrow));
}

static void take_off(struct sheet *sheet, int at, bool right, unsigned int line, int start)
{
	const struct diagram_arrow *arrow = &sheet->diagram->arrows[at];
	int column = choose_lane(sheet, right), from, to;

	level(sheet, line, start, column, arrow);
	canvas_put(&sheet->canvas, line, column, right ? CANVAS_DOWN_RIGHT : CANVAS_DOWN_LEFT,
		   arrow_style(arrow));
	if (sheet->flight_count < SHEET_FLIGHTS)
		sheet->flights[sheet->flight_count++] = (struct sheet_flight) {
			.arrow = at, .right = right, .column = column,
			.style = arrow_style(arrow),
		};
	sheet_free_span(sheet, &from, &to);
	add_label(sheet, arrow, line, from, to);
}

static void land(struct sheet *sheet, int at, bool right, unsigned int line, int end)
{
	const struct diagram_arrow *arrow = &sheet->diagram->arrows[at];
	int middle = (sheet->column[DIAGRAM_LEFT] + sheet->column[DIAGRAM_RIGHT]) / 2;
	unsigned int i;

	for (i = 0; i < sheet->flight_count && sheet->flights[i].arrow != at; i++)
		;
	if (i == sheet->flight_count) {		/* too many at once */
		level(sheet, line, middle, end, arrow);
	} else {
		int column = sheet->flights[i].column;

		level(sheet, line, column, end, arrow);
		canvas_put(&sheet->canvas, line, column,
			   right ? CANVAS_ON_RIGHT : CANVAS_ON_LEFT, arrow_style(arrow));
		sheet->flights[i] = sheet->flights[--sheet->flight_count];
	}
	end_arrow(sheet, arrow, right, line, end);
}

static void whole(struct sheet *sheet, const struct diagram_arrow *arrow, bool right,
		  unsigned int line, int start, int end)
{
	int from, to;

	if (arrow->delivery == DIAGRAM_LOST)
		end = start + (end - start) * 5 / 6;
	level(sheet, line, start, end, arrow);
	end_arrow(sheet, arrow, right, line, end);
	sheet_free_span(sheet, &from, &to);
	if (arrow->delivery == DIAGRAM_LOST && right && to > end - 2)
		to = end - 2;
	else if (arrow->delivery == DIAGRAM_LOST && from < end + 2)
		from = end + 2;
	add_label(sheet, arrow, line, from, to);
}

/* It came, and the other end does not say that it left. */
static void from_nowhere(struct sheet *sheet, const struct diagram_arrow *arrow, bool right,
			 unsigned int line, int start, int end)
{
	int from, to;

	start += (end - start) / 10;
	level(sheet, line, start, end, arrow);
	canvas_put(&sheet->canvas, line, start, '?', arrow_style(arrow));
	end_arrow(sheet, arrow, right, line, end);
	sheet_free_span(sheet, &from, &to);
	if (right && from < start + 2)
		from = start + 2;
	else if (!right && to > start - 2)
		to = start - 2;
	add_label(sheet, arrow, line, from, to);
}

/**
 * sheet_arrow - draw what a row has of an arrow
 * @sheet: sheet
 * @at: the arrow
 * @row: the row
 * @line: the row's line; what does not fit goes below
 */
void sheet_arrow(struct sheet *sheet, int at, unsigned int row, unsigned int line)
{
	const struct diagram_arrow *arrow = &sheet->diagram->arrows[at];
	bool right = arrow->from == DIAGRAM_LEFT;
	int left_most = sheet->column[DIAGRAM_LEFT] + 1;
	int right_most = sheet->column[DIAGRAM_RIGHT] - 1;
	int start = right ? left_most : right_most, end = right ? right_most : left_most;

	if (arrow->departs < 0)
		from_nowhere(sheet, arrow, right, line, start, end);
	else if (arrow->departs == arrow->arrives || arrow->arrives < 0)
		whole(sheet, arrow, right, line, start, end);
	else if (arrow->departs == (int)row)
		take_off(sheet, at, right, line, start);
	else
		land(sheet, at, right, line, end);
}
