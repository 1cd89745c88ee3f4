// SPDX-License-Identifier: GPL-2.0
#include "diagram/text/rung.h"

#include <string.h>

#include "diagram/label.h"

static void add_pending(struct rung *rung, unsigned int line)
{
	struct text text = { 0 };
	unsigned int side;

	for (side = 0; side < PICTURE_SIDES; side++) {
		if (rung->pending[side] < 0)
			continue;
		text.len = 0;
		label_lasted(&text, &rung->picture->stays[rung->pending[side]]);
		canvas_text(&rung->canvas, line, side == PICTURE_LEFT ?
			    rung->column[side] - 1 - (int)text.len : rung->column[side] + 2,
			    text.bytes, text.len, CANVAS_DIM);
		rung->pending[side] = -1;
	}
	text_free(&text);
}

/**
 * rung_line - go down one line
 * @rung: sheet
 *
 * Return: the line, with both sides and what is on its way.
 */
unsigned int rung_line(struct rung *rung)
{
	unsigned int line = canvas_line(&rung->canvas), i;

	for (i = 0; i < PICTURE_SIDES; i++)
		if (rung->glyph[i])
			canvas_put(&rung->canvas, line, rung->column[i], rung->glyph[i],
				   rung->style[i]);
	for (i = 0; i < rung->flight_count; i++)
		canvas_put(&rung->canvas, line, rung->flights[i].column, CANVAS_FLIGHT,
			   rung->flights[i].style);
	add_pending(rung, line);
	return line;
}

/**
 * rung_free_span - where text can stand between the sides
 * @rung: sheet
 * @from: set to the first column
 * @to: set to the last
 */
void rung_free_span(const struct rung *rung, int *from, int *to)
{
	unsigned int i;

	*from = rung->column[PICTURE_LEFT] + 2;
	*to = rung->column[PICTURE_RIGHT] - 2;
	for (i = 0; i < rung->flight_count; i++) {
		const struct rung_flight *flight = &rung->flights[i];

		if (flight->right && flight->column - 2 < *to)
			*to = flight->column - 2;
		if (!flight->right && flight->column + 2 > *from)
			*from = flight->column + 2;
	}
}

/* How much of the words fits into so many columns: whole words, if there are any. */
static size_t fitting(const char *words, size_t len, size_t columns)
{
	size_t fits = columns;

	if (len <= columns)
		return len;
	while (fits && words[fits] != ' ')
		fits--;
	return fits ? fits : columns;
}

/**
 * rung_words - write between the sides, on lines of its own
 * @rung: sheet
 * @words: ASCII
 * @len: of which so many bytes
 * @align: where
 * @style: how
 */
void rung_words(struct rung *rung, const char *words, size_t len, enum rung_align align,
		enum canvas_style style)
{
	int from, to, column;
	unsigned int line;
	size_t part;

	rung_free_span(rung, &from, &to);
	if (to < from)
		return;
	while (len) {
		line = rung_line(rung);
		part = fitting(words, len, (size_t)(to - from + 1));
		column = align == RUNG_LEFT ? from : to + 1 - (int)part;
		if (align == RUNG_CENTRE)
			column = from + (to - from + 1 - (int)part) / 2;
		canvas_text(&rung->canvas, line, column, words, part, style);
		words += part;
		len -= part;
		for (; len && *words == ' '; len--)
			words++;
	}
}

static enum canvas_style arrow_style(const struct picture_arrow *arrow)
{
	if (arrow->fate == PICTURE_LOST || arrow->flags & TCPLEDGER_RST)
		return CANVAS_BAD;
	if (arrow->fate == PICTURE_REFUSED || arrow->again || arrow->alien || arrow->departs < 0)
		return CANVAS_WARN;
	return CANVAS_PLAIN;
}

static unsigned int arrow_glyph(const struct picture_arrow *arrow)
{
	if (arrow->again || arrow->alien)
		return CANVAS_DASH;
	return arrow->flags & TCPLEDGER_RST ? CANVAS_HEAVY : CANVAS_LINE;
}

/* Both ends included, in either direction. */
static void level(struct rung *rung, unsigned int line, int from, int to,
		  const struct picture_arrow *arrow)
{
	int step = from <= to ? 1 : -1, column;

	for (column = from; column != to + step; column += step)
		canvas_cross(&rung->canvas, line, column, arrow_glyph(arrow), arrow_style(arrow));
}

static bool lane_is_free(const struct rung *rung, int column)
{
	unsigned int i;

	for (i = 0; i < rung->flight_count; i++)
		if (rung->flights[i].column == column)
			return false;
	return true;
}

/* Where the line of a segment comes down: near where it will arrive. */
static int choose_lane(const struct rung *rung, bool right)
{
	int step = right ? -3 : 3, tries;
	int column = right ? rung->column[PICTURE_RIGHT] - 3 : rung->column[PICTURE_LEFT] + 3;

	for (tries = 0; tries < 3 && !lane_is_free(rung, column); tries++)
		column += step;
	return column;
}

/*
 * The label on the line between two columns, with what does not fit below it.
 */
static void add_label(struct rung *rung, const struct picture_arrow *arrow, unsigned int line,
		      int from, int to)
{
	struct text text = { 0 };
	int room = to - from + 1 - 4, column;
	enum canvas_style style = arrow_style(arrow);
	size_t flags, part, rest, remark;

	label_flags(&text, arrow->flags);
	flags = text.len;
	text.len = 0;
	label_arrow(&text, arrow, rung->terse);
	part = fitting(text.bytes, text.len, room > 0 ? (size_t)room : 1);
	remark = label_remark(arrow) ? strlen(label_remark(arrow)) + 2 : 0;
	if (part < text.len && part > text.len - remark)
		part = text.len - remark + 1;	/* the remark is not torn apart */
	rest = part;
	if (part < text.len && part && text.bytes[part - 1] == ',')
		part--;
	column = from + 1 + (to - from + 1 - 2 - (int)part) / 2;
	canvas_put(&rung->canvas, line, column - 1, ' ', CANVAS_PLAIN);
	canvas_put(&rung->canvas, line, column + (int)part, ' ', CANVAS_PLAIN);
	canvas_text(&rung->canvas, line, column, text.bytes, part, style);
	canvas_text(&rung->canvas, line, column, text.bytes, flags < part ? flags : part,
		    style == CANVAS_PLAIN ? CANVAS_BOLD : style);
	while (rest < text.len && text.bytes[rest] == ' ')
		rest++;
	rung_words(rung, text.bytes + rest, text.len - rest, RUNG_CENTRE, style);
	text_free(&text);
}

static void end_arrow(struct rung *rung, const struct picture_arrow *arrow, bool right,
		      unsigned int line, int column)
{
	unsigned int head = right ? CANVAS_HEAD_RIGHT : CANVAS_HEAD_LEFT;

	canvas_put(&rung->canvas, line, column,
		   arrow->fate == PICTURE_ARRIVED ? head : CANVAS_STRUCK, arrow_style(arrow));
}

static void take_off(struct rung *rung, int at, bool right, unsigned int line, int start)
{
	const struct picture_arrow *arrow = &rung->picture->arrows[at];
	int column = choose_lane(rung, right), from, to;

	level(rung, line, start, column, arrow);
	canvas_put(&rung->canvas, line, column, right ? CANVAS_DOWN_RIGHT : CANVAS_DOWN_LEFT,
		   arrow_style(arrow));
	if (rung->flight_count < RUNG_FLIGHTS)
		rung->flights[rung->flight_count++] = (struct rung_flight) {
			.arrow = at, .right = right, .column = column,
			.style = arrow_style(arrow),
		};
	rung_free_span(rung, &from, &to);
	add_label(rung, arrow, line, from, to);
}

static void land(struct rung *rung, int at, bool right, unsigned int line, int end)
{
	const struct picture_arrow *arrow = &rung->picture->arrows[at];
	int middle = (rung->column[PICTURE_LEFT] + rung->column[PICTURE_RIGHT]) / 2;
	unsigned int i;

	for (i = 0; i < rung->flight_count && rung->flights[i].arrow != at; i++)
		;
	if (i == rung->flight_count) {		/* too many at once */
		level(rung, line, middle, end, arrow);
	} else {
		int column = rung->flights[i].column;

		level(rung, line, column, end, arrow);
		canvas_put(&rung->canvas, line, column,
			   right ? CANVAS_ON_RIGHT : CANVAS_ON_LEFT, arrow_style(arrow));
		rung->flights[i] = rung->flights[--rung->flight_count];
	}
	end_arrow(rung, arrow, right, line, end);
}

static void whole(struct rung *rung, const struct picture_arrow *arrow, bool right,
		  unsigned int line, int start, int end)
{
	int from, to;

	if (arrow->fate == PICTURE_LOST)
		end = start + (end - start) * 5 / 6;
	level(rung, line, start, end, arrow);
	end_arrow(rung, arrow, right, line, end);
	rung_free_span(rung, &from, &to);
	if (arrow->fate == PICTURE_LOST && right && to > end - 2)
		to = end - 2;
	else if (arrow->fate == PICTURE_LOST && from < end + 2)
		from = end + 2;
	add_label(rung, arrow, line, from, to);
}

/* It came, and the other end does not say that it left. */
static void from_nowhere(struct rung *rung, const struct picture_arrow *arrow, bool right,
			 unsigned int line, int start, int end)
{
	int from, to;

	start += (end - start) / 10;
	level(rung, line, start, end, arrow);
	canvas_put(&rung->canvas, line, start, '?', arrow_style(arrow));
	end_arrow(rung, arrow, right, line, end);
	rung_free_span(rung, &from, &to);
	if (right && from < start + 2)
		from = start + 2;
	else if (!right && to > start - 2)
		to = start - 2;
	add_label(rung, arrow, line, from, to);
}

/**
 * rung_arrow - draw what a row has of an arrow
 * @rung: sheet
 * @at: the arrow
 * @row: the row
 * @line: the row's line; what does not fit goes below
 */
void rung_arrow(struct rung *rung, int at, unsigned int row, unsigned int line)
{
	const struct picture_arrow *arrow = &rung->picture->arrows[at];
	bool right = arrow->from == PICTURE_LEFT;
	int left_most = rung->column[PICTURE_LEFT] + 1;
	int right_most = rung->column[PICTURE_RIGHT] - 1;
	int start = right ? left_most : right_most, end = right ? right_most : left_most;

	if (arrow->departs < 0)
		from_nowhere(rung, arrow, right, line, start, end);
	else if (arrow->departs == arrow->arrives || arrow->arrives < 0)
		whole(rung, arrow, right, line, start, end);
	else if (arrow->departs == (int)row)
		take_off(rung, at, right, line, start);
	else
		land(rung, at, right, line, end);
}
