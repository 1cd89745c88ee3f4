// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/text/ladder.h"

#include <string.h>

#include "base/language.h"
#include "base/text.h"
#include "present/diagram/diagram.h"
#include "present/diagram/label.h"
#include "present/diagram/text/canvas.h"
#include "present/diagram/text/sheet.h"
#include "meaning/words.h"
#include "present/print/fold.h"
#include "present/print/format.h"
#include "read/moment.h"
#include "read/record.h"

#define TIME_COLUMNS	10	/* of relative seconds */
#define WALL_COLUMNS	15	/* of 12:34:56.123456 */
#define STATE_COLUMNS	11	/* of the longest name */
#define ARROW_COLUMNS	14	/* of an arrow, beside its label */
#define INSIDE_LEAST	40	/* columns between the sides, if states stand beside them */

#define ST(name)	TCPLEDGER_STATE_##name

static unsigned int sheet_width(const struct ladder_look *look)
{
	if (look->width < LADDER_LEAST)
		return LADDER_LEAST;
	return look->width < LADDER_MOST ? look->width : LADDER_MOST;
}

static void set_columns(struct sheet *sheet, const struct ladder_look *look)
{
	unsigned int width = sheet_width(look);
	int time = (look->wall ? WALL_COLUMNS : TIME_COLUMNS) + 1;
	bool inferred = !sheet->diagram->end[DIAGRAM_RIGHT].record;
	int beside = STATE_COLUMNS + 1 + (inferred ? 2 : 0);

	sheet->outside = (int)width - time - STATE_COLUMNS - 1 - 2 - beside - 1 >= INSIDE_LEAST;
	sheet->column[DIAGRAM_LEFT] = time + (sheet->outside ? STATE_COLUMNS + 1 : 0);
	sheet->column[DIAGRAM_RIGHT] = (int)width - 1 - (sheet->outside ? beside + 1 : 0);
	sheet->terse = (int)label_longest(sheet->diagram) + ARROW_COLUMNS >
		      sheet->column[DIAGRAM_RIGHT] - sheet->column[DIAGRAM_LEFT];
}

/* How the side of an end in this state is drawn. */
static void set_side(struct sheet *sheet, const struct diagram_stay *stay)
{
	unsigned int glyph = stay->measured ? CANVAS_BAR : CANVAS_BAR_INFERRED;
	enum canvas_style style = stay->measured ? CANVAS_PLAIN : CANVAS_DIM;

	if (stay->state == ST(CLOSE)) {
		glyph = CANVAS_BAR_NONE;
		style = CANVAS_DIM;
	} else if (stay->state == ST(LISTEN)) {
		glyph = CANVAS_BAR_INFERRED;
	} else if (stay->state == ST(TIME_WAIT) && stay->measured) {
		glyph = CANVAS_BAR_WAIT;
		style = CANVAS_TIME_WAIT;
	}
	sheet->glyph[stay->side] = glyph;
	sheet->style[stay->side] = style;
	if (sheet->diagram->self) {
		sheet->glyph[DIAGRAM_RIGHT] = CANVAS_BAR_INFERRED;
		sheet->style[DIAGRAM_RIGHT] = CANVAS_DIM;
	}
}

static enum canvas_style stay_style(const struct diagram_stay *stay)
{
	if (!stay->measured)
		return CANVAS_DIM;
	return stay->state == ST(TIME_WAIT) ? CANVAS_TIME_WAIT : CANVAS_BOLD;
}

static void add_time(struct sheet *sheet, const struct ladder_look *look, unsigned int line,
		     int64_t t_ns)
{
	struct text text = { 0 };
	int64_t moment;
	size_t from = 0;

	if (look->wall && moment_after(sheet->diagram->opened_at, t_ns, &moment) &&
	    format_wall(&text, moment)) {
		from = 11;		/* after 2026-11-23T */
		text.len = from + WALL_COLUMNS;
	} else if (t_ns >= 0) {
		format_seconds(&text, t_ns, 6);
		if (text.len > TIME_COLUMNS)	/* of many seconds, fewer decimals */
			text.len = TIME_COLUMNS;
	}
	if (text.len)
		canvas_text(&sheet->canvas, line,
			    (look->wall ? WALL_COLUMNS : TIME_COLUMNS) - (int)(text.len - from),
			    text.bytes + from, text.len - from, CANVAS_DIM);
	text_free(&text);
}

/* Beside the side, on a line; how long it lasted comes below. */
static void add_outside(struct sheet *sheet, unsigned int line, int at)
{
	const struct diagram_stay *stay = &sheet->diagram->stays[at];
	struct text text = { 0 };
	int column = sheet->column[stay->side];

	label_state(&text, stay);
	canvas_text(&sheet->canvas, line,
		    stay->side == DIAGRAM_LEFT ? column - 1 - (int)text.len : column + 2,
		    text.bytes, text.len, stay_style(stay));
	sheet->pending[stay->side] = at;
	text_free(&text);
}

/* Between the sides, on a line of its own. */
static void add_inside(struct sheet *sheet, int at)
{
	const struct diagram_stay *stay = &sheet->diagram->stays[at];
	struct text text = { 0 };

	set_side(sheet, stay);
	label_state(&text, stay);
	if (stay->lasted_ns >= 0)
		text_char(&text, ' ');
	label_lasted(&text, stay);
	sheet_words(sheet, text.bytes, text.len,
		    stay->side == DIAGRAM_LEFT ? SHEET_LEFT : SHEET_RIGHT, stay_style(stay));
	text_free(&text);
}

/* Two states between the sides on one line: how it is before anything happens. */
static void add_both_inside(struct sheet *sheet, const struct diagram_row *row)
{
	const struct diagram_stay *right = &sheet->diagram->stays[row->stay[DIAGRAM_RIGHT]];
	struct text text = { 0 };

	set_side(sheet, right);
	add_inside(sheet, row->stay[DIAGRAM_LEFT]);
	label_state(&text, right);
	canvas_text(&sheet->canvas, sheet->canvas.lines - 1,
		    sheet->column[DIAGRAM_RIGHT] - 1 - (int)text.len, text.bytes, text.len,
		    stay_style(right));
	text_free(&text);
}

static int arrow_of(const struct diagram_row *row)
{
	return row->departs >= 0 ? row->departs : row->arrives;
}

static void draw_event_outside(struct sheet *sheet, const struct ladder_look *look,
			       unsigned int number, const struct diagram_row *row)
{
	unsigned int side, line;

	for (side = 0; side < DIAGRAM_SIDES; side++) {
		if (row->stay[side] < 0)
			continue;
		if (sheet->pending[side] >= 0 &&
		    sheet->diagram->stays[sheet->pending[side]].lasted_ns >= 0)
			sheet_line(sheet);
	}
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (row->stay[side] >= 0)
			set_side(sheet, &sheet->diagram->stays[row->stay[side]]);
	line = sheet_line(sheet);
	add_time(sheet, look, line, row->t_ns);
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (row->stay[side] >= 0)
			add_outside(sheet, line, row->stay[side]);
	if (arrow_of(row) >= 0)
		sheet_arrow(sheet, arrow_of(row), number, line);
}

/* A state stands before the segment that its end sends, after one that it gets. */
static bool stands_before(const struct diagram *diagram, const struct diagram_row *row,
			  unsigned int side)
{
	int at = arrow_of(row);

	return at < 0 || (diagram->arrows[at].from == side && row->departs >= 0);
}

static void draw_event_inside(struct sheet *sheet, const struct ladder_look *look,
			      unsigned int number, const struct diagram_row *row)
{
	unsigned int side, first = sheet->canvas.lines;

	if (arrow_of(row) < 0 && row->stay[DIAGRAM_LEFT] >= 0 && row->stay[DIAGRAM_RIGHT] >= 0) {
		add_both_inside(sheet, row);
		return;
	}
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (row->stay[side] >= 0 && stands_before(sheet->diagram, row, side))
			add_inside(sheet, row->stay[side]);
	if (arrow_of(row) >= 0) {
		first = sheet_line(sheet);
		sheet_arrow(sheet, arrow_of(row), number, first);
	}
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (row->stay[side] >= 0 && !stands_before(sheet->diagram, row, side))
			add_inside(sheet, row->stay[side]);
	if (sheet->canvas.lines > first)
		add_time(sheet, look, first, row->t_ns);
}

static void draw_event(struct sheet *sheet, const struct ladder_look *look, unsigned int number)
{
	const struct diagram_row *row = &sheet->diagram->rows[number];
	bool empty = arrow_of(row) < 0 && row->stay[0] < 0 && row->stay[1] < 0;

	if (empty && !sheet->outside)
		return;
	if (sheet->outside)
		draw_event_outside(sheet, look, number, row);
	else
		draw_event_inside(sheet, look, number, row);
}

static void draw_pause(struct sheet *sheet, const struct diagram_row *row)
{
	struct text text = { 0 };
	unsigned int first = sheet->canvas.lines, side;

	format_duration(&text, row->t_ns);
	if (row->words) {
		text_string(&text, label_comma());
		text_string(&text, row->words);
	}
	sheet_words(sheet, text.bytes, text.len, SHEET_CENTRE, CANVAS_DIM);
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (sheet->canvas.lines > first && sheet->glyph[side])
			canvas_put(&sheet->canvas, first, sheet->column[side], CANVAS_BAR_PAUSE,
				   sheet->style[side]);
	text_free(&text);
}

static void draw_phase(struct sheet *sheet, const struct diagram_row *row)
{
	size_t bytes = strlen(row->words);
	unsigned int line, len = fold_columns(row->words, bytes);
	int from, to, column;

	if (sheet->canvas.lines)
		sheet_line(sheet);
	line = sheet_line(sheet);
	sheet_free_span(sheet, &from, &to);
	for (column = from; column <= to; column++)
		canvas_put(&sheet->canvas, line, column, CANVAS_RULE, CANVAS_DIM);
	column = from + (to - from + 1 - (int)len) / 2;
	if (column < from + 1)
		column = from + 1;
	canvas_put(&sheet->canvas, line, column - 1, ' ', CANVAS_PLAIN);
	canvas_put(&sheet->canvas, line, column + (int)len, ' ', CANVAS_PLAIN);
	canvas_text(&sheet->canvas, line, column, row->words, bytes, CANVAS_PHASE);
}

static void draw_note(struct sheet *sheet, const struct diagram_row *row)
{
	struct text text = { 0 };

	text_string(&text, "! ");
	text_string(&text, words_get(&words_anomalies, row->tag));
	sheet_words(sheet, text.bytes, text.len,
		    row->side == DIAGRAM_LEFT ? SHEET_LEFT : SHEET_RIGHT, CANVAS_WARN);
	text_free(&text);
}

static int width_of(const struct text *text)
{
	return (int)fold_columns(text->bytes, text->len);
}

static void add_bytes(struct text *text, int64_t bytes)
{
	text_signed(text, bytes);
	text_string(text, bytes == 1 ? _(" byte") : _(" bytes"));
}

/* What of the payload goes on one line; a direction that has none, or another, is left out. */
static void draw_data_line(struct sheet *sheet, int64_t sent, int64_t received)
{
	struct text text = { 0 };
	int right = 0, left = 0, from, to, column, i;
	unsigned int line;

	text_string(&text, _("data: "));
	if (sent > 0) {
		add_bytes(&text, sent);
		text_string(&text, " -");
		right = width_of(&text);
		text_string(&text, ">");
	}
	if (received > 0) {
		text_string(&text, right ? "   " : "");
		left = width_of(&text);
		text_string(&text, "<- ");
		add_bytes(&text, received);
	}
	sheet_free_span(sheet, &from, &to);
	if (width_of(&text) > to - from + 1 && sent > 0 && received > 0) {
		draw_data_line(sheet, sent, 0);
		draw_data_line(sheet, 0, received);
		text_free(&text);
		return;
	}
	line = sheet_line(sheet);
	column = from + (to - from + 1 - width_of(&text)) / 2;
	canvas_text(&sheet->canvas, line, column, text.bytes, text.len, CANVAS_PLAIN);
	for (i = right ? right - 1 : 1; right && i <= right; i++)
		canvas_put(&sheet->canvas, line, column + i,
			   i < right ? CANVAS_LINE : CANVAS_HEAD_RIGHT, CANVAS_PLAIN);
	if (received > 0) {
		canvas_put(&sheet->canvas, line, column + left, CANVAS_HEAD_LEFT,
			   CANVAS_PLAIN);
		canvas_put(&sheet->canvas, line, column + left + 1, CANVAS_LINE, CANVAS_PLAIN);
	}
	text_free(&text);
}

static void draw_data(struct sheet *sheet)
{
	const struct tcpledger_record *r = &sheet->diagram->end[DIAGRAM_LEFT].record->fixed;

	draw_data_line(sheet, r->bytes_sent, r->bytes_received);
}

/* Where a moment of 2MSL is on the gauge. */
static int on_gauge(int64_t t_ns, int64_t whole, int columns)
{
	double at = (double)t_ns / (double)whole * columns;

	return at < 0 ? 0 : at > columns ? columns : (int)at;
}

static void draw_wait(struct sheet *sheet, const struct diagram_row *row)
{
	const struct diagram_end *end = &sheet->diagram->end[row->side];
	struct text text = { 0 };
	int64_t done, whole = label_wait_scale(end, &done);
	int from, to, columns, i, filled;
	unsigned int line, n;

	sheet_free_span(sheet, &from, &to);
	columns = to - from + 1;
	if (whole > 0 && columns > 0) {
		line = sheet_line(sheet);
		filled = on_gauge(done, whole, columns);
		for (i = 0; i < columns; i++)
			canvas_put(&sheet->canvas, line, from + i,
				   i < filled ? CANVAS_FULL : CANVAS_EMPTY, CANVAS_TIME_WAIT);
		for (n = 0; n < end->restarts; n++)
			canvas_put(&sheet->canvas, line,
				   from + on_gauge(end->restart_ns[n], whole, columns - 1),
				   CANVAS_RESTART, CANVAS_WARN);
	}
	label_wait(&text, sheet->diagram, row->side);
	sheet_words(sheet, text.bytes, text.len, SHEET_CENTRE, CANVAS_TIME_WAIT);
	text_free(&text);
}

static void draw_row(struct sheet *sheet, const struct ladder_look *look, unsigned int number)
{
	const struct diagram_row *row = &sheet->diagram->rows[number];

	switch (row->kind) {
	case DIAGRAM_EVENT:
		draw_event(sheet, look, number);
		break;
	case DIAGRAM_PAUSE:
		draw_pause(sheet, row);
		break;
	case DIAGRAM_PHASE:
		draw_phase(sheet, row);
		break;
	case DIAGRAM_NOTE:
		draw_note(sheet, row);
		break;
	case DIAGRAM_WAIT:
		draw_wait(sheet, row);
		break;
	case DIAGRAM_DATA:
		draw_data(sheet);
		break;
	}
}

/* Above a side and over it, as far as the sheet reaches. */
static int title_column(const struct sheet *sheet, enum diagram_side side, const struct text *text)
{
	int column = sheet->column[side] - width_of(text) / 2;
	int most = (int)sheet->canvas.columns - width_of(text);

	column = column < most ? column : most;
	return column > 0 ? column : 0;
}

/* Two texts above the sides, on two lines if one is too short. */
static void draw_title(struct sheet *sheet, const struct text *left, const struct text *right,
		       enum canvas_style style)
{
	unsigned int line = canvas_line(&sheet->canvas);
	int first = title_column(sheet, DIAGRAM_LEFT, left);
	int next = title_column(sheet, DIAGRAM_RIGHT, right);

	if (first + width_of(left) + 2 > next)
		first = 0;
	canvas_text(&sheet->canvas, line, first, left->bytes, left->len, style);
	if (first + width_of(left) + 2 > next)
		line = canvas_line(&sheet->canvas);
	canvas_text(&sheet->canvas, line, next, right->bytes, right->len, style);
}

static void draw_titles(struct sheet *sheet)
{
	struct text left = { 0 }, right = { 0 };
	const struct diagram *diagram = sheet->diagram;

	text_string(&left, _("local"));
	text_char(&left, ' ');
	label_endpoint(&left, diagram, DIAGRAM_LEFT);
	label_endpoint(&right, diagram, DIAGRAM_RIGHT);
	text_char(&right, ' ');
	text_string(&right, diagram->self ? _("itself") : _("remote"));
	draw_title(sheet, &left, &right, CANVAS_BOLD);
	left.len = 0;
	right.len = 0;
	label_isn(&left, &diagram->end[DIAGRAM_LEFT]);
	label_isn(&right, &diagram->end[DIAGRAM_RIGHT]);
	draw_title(sheet, &left, &right, CANVAS_DIM);
	text_free(&left);
	text_free(&right);
}

static void add_sample(struct text *text, unsigned int bit, bool ascii)
{
	static const unsigned int samples[][4] = {
		{ ' ', ' ', ' ', CANVAS_BAR_INFERRED },
		{ ' ', CANVAS_DASH, CANVAS_DASH, CANVAS_HEAD_RIGHT },
		{ ' ', CANVAS_LINE, CANVAS_LINE, CANVAS_STRUCK },
		{ ' ', CANVAS_LINE, CANVAS_STRUCK, CANVAS_BAR },
		{ ' ', CANVAS_DASH, CANVAS_DASH, CANVAS_HEAD_RIGHT },
		{ ' ', '?', CANVAS_LINE, CANVAS_HEAD_RIGHT },
		{ ' ', ' ', ' ', CANVAS_BAR_PAUSE },
		{ ' ', ' ', ' ', ' ' },
		{ ' ', ' ', ' ', ' ' },
	};
	const unsigned int *sample = samples[__builtin_ctz(bit)];
	unsigned int i;

	for (i = 0; i < 4; i++)
		canvas_glyph(text, sample[i], ascii);
}

/**
 * ladder_legend - explain the signs that a diagram has
 * @diagram: the diagram
 * @look: how it was drawn
 * @text: text to add to
 */
void ladder_legend(const struct diagram *diagram, const struct ladder_look *look,
		   struct text *text)
{
	struct sheet sheet = { .diagram = diagram };
	unsigned int used = label_used(diagram), bit;
	size_t start = text->len;

	set_columns(&sheet, look);
	used |= sheet.terse ? LABEL_TERSE : 0;
	for (bit = 1; bit < LABEL_END; bit <<= 1) {
		if (!(used & bit))
			continue;
		text_string(text, "  ");
		add_sample(text, bit, look->ascii);
		text_string(text, "  ");
		text_string(text, label_legend(bit));
		text_char(text, '\n');
	}
	fold_lines(text, start, look->width, 8);
}

/**
 * ladder_draw_rows - draw a diagram in text, and tell where its rows are
 * @diagram: the diagram
 * @look: how
 * @text: text to add to
 * @lines: set to the line that each row begins with; NULL if nobody asks
 */
void ladder_draw_rows(const struct diagram *diagram, const struct ladder_look *look,
		      struct text *text, unsigned int *lines)
{
	struct sheet sheet = { .diagram = diagram, .pending = { -1, -1 } };
	unsigned int i;

	canvas_init(&sheet.canvas, sheet_width(look));
	set_columns(&sheet, look);
	draw_titles(&sheet);
	for (i = 0; i < diagram->row_count; i++) {
		if (lines)
			lines[i] = sheet.canvas.lines;
		draw_row(&sheet, look, i);
	}
	canvas_write(&sheet.canvas, text, look->ascii, look->colour);
	canvas_free(&sheet.canvas);
}

/**
 * ladder_draw - draw a diagram in text
 * @diagram: the diagram
 * @look: how
 * @text: text to add to
 */
void ladder_draw(const struct diagram *diagram, const struct ladder_look *look,
		 struct text *text)
{
	ladder_draw_rows(diagram, look, text, NULL);
}
