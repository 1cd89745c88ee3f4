// SPDX-License-Identifier: GPL-2.0
#include "diagram/text/ladder.h"

#include <string.h>

#include "base/text.h"
#include "diagram/label.h"
#include "diagram/picture.h"
#include "diagram/text/canvas.h"
#include "diagram/text/rung.h"
#include "meaning/words.h"
#include "print/fold.h"
#include "print/format.h"
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

static void set_columns(struct rung *rung, const struct ladder_look *look)
{
	unsigned int width = sheet_width(look);
	int time = (look->wall ? WALL_COLUMNS : TIME_COLUMNS) + 1;
	bool inferred = !rung->picture->end[PICTURE_RIGHT].record;
	int beside = STATE_COLUMNS + 1 + (inferred ? 2 : 0);

	rung->outside = (int)width - time - STATE_COLUMNS - 1 - 2 - beside - 1 >= INSIDE_LEAST;
	rung->column[PICTURE_LEFT] = time + (rung->outside ? STATE_COLUMNS + 1 : 0);
	rung->column[PICTURE_RIGHT] = (int)width - 1 - (rung->outside ? beside + 1 : 0);
	rung->terse = (int)label_longest(rung->picture) + ARROW_COLUMNS >
		      rung->column[PICTURE_RIGHT] - rung->column[PICTURE_LEFT];
}

/* How the side of an end in this state is drawn. */
static void set_side(struct rung *rung, const struct picture_stay *stay)
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
	rung->glyph[stay->side] = glyph;
	rung->style[stay->side] = style;
	if (rung->picture->self) {
		rung->glyph[PICTURE_RIGHT] = CANVAS_BAR_INFERRED;
		rung->style[PICTURE_RIGHT] = CANVAS_DIM;
	}
}

static enum canvas_style stay_style(const struct picture_stay *stay)
{
	if (!stay->measured)
		return CANVAS_DIM;
	return stay->state == ST(TIME_WAIT) ? CANVAS_TIME_WAIT : CANVAS_BOLD;
}

static void add_time(struct rung *rung, const struct ladder_look *look, unsigned int line,
		     int64_t t_ns)
{
	struct text text = { 0 };
	int64_t moment;
	size_t from = 0;

	if (look->wall && moment_after(rung->picture->opened_at, t_ns, &moment) &&
	    format_wall(&text, moment)) {
		from = 11;		/* after 2026-11-23T */
		text.len = from + WALL_COLUMNS;
	} else if (t_ns >= 0) {
		format_seconds(&text, t_ns, 6);
	}
	if (text.len)
		canvas_text(&rung->canvas, line,
			    (look->wall ? WALL_COLUMNS : TIME_COLUMNS) - (int)(text.len - from),
			    text.bytes + from, text.len - from, CANVAS_DIM);
	text_free(&text);
}

/* Beside the side, on a line; how long it lasted comes below. */
static void add_outside(struct rung *rung, unsigned int line, int at)
{
	const struct picture_stay *stay = &rung->picture->stays[at];
	struct text text = { 0 };
	int column = rung->column[stay->side];

	label_state(&text, stay);
	canvas_text(&rung->canvas, line,
		    stay->side == PICTURE_LEFT ? column - 1 - (int)text.len : column + 2,
		    text.bytes, text.len, stay_style(stay));
	rung->pending[stay->side] = at;
	text_free(&text);
}

/* Between the sides, on a line of its own. */
static void add_inside(struct rung *rung, int at)
{
	const struct picture_stay *stay = &rung->picture->stays[at];
	struct text text = { 0 };

	set_side(rung, stay);
	label_state(&text, stay);
	if (stay->lasted_ns >= 0)
		text_char(&text, ' ');
	label_lasted(&text, stay);
	rung_words(rung, text.bytes, text.len,
		   stay->side == PICTURE_LEFT ? RUNG_LEFT : RUNG_RIGHT, stay_style(stay));
	text_free(&text);
}

/* Two states between the sides on one line: how it is before anything happens. */
static void add_both_inside(struct rung *rung, const struct picture_row *row)
{
	const struct picture_stay *right = &rung->picture->stays[row->stay[PICTURE_RIGHT]];
	struct text text = { 0 };

	set_side(rung, right);
	add_inside(rung, row->stay[PICTURE_LEFT]);
	label_state(&text, right);
	canvas_text(&rung->canvas, rung->canvas.lines - 1,
		    rung->column[PICTURE_RIGHT] - 1 - (int)text.len, text.bytes, text.len,
		    stay_style(right));
	text_free(&text);
}

static int arrow_of(const struct picture_row *row)
{
	return row->departs >= 0 ? row->departs : row->arrives;
}

static void draw_event_outside(struct rung *rung, const struct ladder_look *look,
			       unsigned int number, const struct picture_row *row)
{
	unsigned int side, line;

	for (side = 0; side < PICTURE_SIDES; side++) {
		if (row->stay[side] < 0)
			continue;
		if (rung->pending[side] >= 0 &&
		    rung->picture->stays[rung->pending[side]].lasted_ns >= 0)
			rung_line(rung);
	}
	for (side = 0; side < PICTURE_SIDES; side++)
		if (row->stay[side] >= 0)
			set_side(rung, &rung->picture->stays[row->stay[side]]);
	line = rung_line(rung);
	add_time(rung, look, line, row->t_ns);
	for (side = 0; side < PICTURE_SIDES; side++)
		if (row->stay[side] >= 0)
			add_outside(rung, line, row->stay[side]);
	if (arrow_of(row) >= 0)
		rung_arrow(rung, arrow_of(row), number, line);
}

/* A state stands before the segment that its end sends, after one that it gets. */
static bool stands_before(const struct picture *picture, const struct picture_row *row,
			  unsigned int side)
{
	int at = arrow_of(row);

	return at < 0 || (picture->arrows[at].from == side && row->departs >= 0);
}

static void draw_event_inside(struct rung *rung, const struct ladder_look *look,
			      unsigned int number, const struct picture_row *row)
{
	unsigned int side, first = rung->canvas.lines;

	if (arrow_of(row) < 0 && row->stay[PICTURE_LEFT] >= 0 && row->stay[PICTURE_RIGHT] >= 0) {
		add_both_inside(rung, row);
		return;
	}
	for (side = 0; side < PICTURE_SIDES; side++)
		if (row->stay[side] >= 0 && stands_before(rung->picture, row, side))
			add_inside(rung, row->stay[side]);
	if (arrow_of(row) >= 0) {
		first = rung_line(rung);
		rung_arrow(rung, arrow_of(row), number, first);
	}
	for (side = 0; side < PICTURE_SIDES; side++)
		if (row->stay[side] >= 0 && !stands_before(rung->picture, row, side))
			add_inside(rung, row->stay[side]);
	if (rung->canvas.lines > first)
		add_time(rung, look, first, row->t_ns);
}

static void draw_event(struct rung *rung, const struct ladder_look *look, unsigned int number)
{
	const struct picture_row *row = &rung->picture->rows[number];
	bool empty = arrow_of(row) < 0 && row->stay[0] < 0 && row->stay[1] < 0;

	if (empty && !rung->outside)
		return;
	if (rung->outside)
		draw_event_outside(rung, look, number, row);
	else
		draw_event_inside(rung, look, number, row);
}

static void draw_pause(struct rung *rung, const struct picture_row *row)
{
	struct text text = { 0 };
	unsigned int first = rung->canvas.lines, side;

	format_duration(&text, row->t_ns);
	if (row->words) {
		text_string(&text, ", ");
		text_string(&text, row->words);
	}
	rung_words(rung, text.bytes, text.len, RUNG_CENTRE, CANVAS_DIM);
	for (side = 0; side < PICTURE_SIDES; side++)
		if (rung->canvas.lines > first && rung->glyph[side])
			canvas_put(&rung->canvas, first, rung->column[side], CANVAS_BAR_PAUSE,
				   rung->style[side]);
	text_free(&text);
}

static void draw_phase(struct rung *rung, const struct picture_row *row)
{
	unsigned int line, len = (unsigned int)strlen(row->words);
	int from, to, column;

	if (rung->canvas.lines)
		rung_line(rung);
	line = rung_line(rung);
	rung_free_span(rung, &from, &to);
	for (column = from; column <= to; column++)
		canvas_put(&rung->canvas, line, column, CANVAS_RULE, CANVAS_DIM);
	column = from + (to - from + 1 - (int)len) / 2;
	if (column < from + 1)
		column = from + 1;
	canvas_put(&rung->canvas, line, column - 1, ' ', CANVAS_PLAIN);
	canvas_put(&rung->canvas, line, column + (int)len, ' ', CANVAS_PLAIN);
	canvas_text(&rung->canvas, line, column, row->words, len, CANVAS_PHASE);
}

static void draw_note(struct rung *rung, const struct picture_row *row)
{
	struct text text = { 0 };

	text_string(&text, "! ");
	text_string(&text, words_get(&words_anomalies, row->tag));
	rung_words(rung, text.bytes, text.len,
		   row->side == PICTURE_LEFT ? RUNG_LEFT : RUNG_RIGHT, CANVAS_WARN);
	text_free(&text);
}

static void add_bytes(struct text *text, int64_t bytes)
{
	text_signed(text, bytes);
	text_string(text, bytes == 1 ? " byte" : " bytes");
}

static void draw_data(struct rung *rung)
{
	const struct tcpledger_record *r = &rung->picture->end[PICTURE_LEFT].record->fixed;
	struct text text = { 0 };
	size_t right = 0, left = 0, i;
	int from, to, column;
	unsigned int line;

	text_string(&text, "data: ");
	if (r->bytes_sent > 0) {
		add_bytes(&text, r->bytes_sent);
		text_string(&text, " -");
		right = text.len;
		text_string(&text, ">");
	}
	if (r->bytes_received > 0) {
		text_string(&text, right ? "   " : "");
		left = text.len;
		text_string(&text, "<- ");
		add_bytes(&text, r->bytes_received);
	}
	rung_free_span(rung, &from, &to);
	line = rung_line(rung);
	column = from + (to - from + 1 - (int)text.len) / 2;
	canvas_text(&rung->canvas, line, column, text.bytes, text.len, CANVAS_PLAIN);
	for (i = right ? right - 1 : 1; right && i <= right; i++)
		canvas_put(&rung->canvas, line, column + (int)i,
			   i < right ? CANVAS_LINE : CANVAS_HEAD_RIGHT, CANVAS_PLAIN);
	if (r->bytes_received > 0) {
		canvas_put(&rung->canvas, line, column + (int)left, CANVAS_HEAD_LEFT, CANVAS_PLAIN);
		canvas_put(&rung->canvas, line, column + (int)left + 1, CANVAS_LINE, CANVAS_PLAIN);
	}
	text_free(&text);
}

/* Where a moment of 2MSL is on the gauge. */
static int on_gauge(int64_t t_ns, int64_t whole, int columns)
{
	double at = (double)t_ns / (double)whole * columns;

	return at < 0 ? 0 : at > columns ? columns : (int)at;
}

static void draw_wait(struct rung *rung, const struct picture_row *row)
{
	const struct picture_end *end = &rung->picture->end[row->side];
	struct text text = { 0 };
	int64_t done, whole = label_wait_scale(end, &done);
	int from, to, columns, i, filled;
	unsigned int line, n;

	rung_free_span(rung, &from, &to);
	columns = to - from + 1;
	if (whole > 0 && columns > 0) {
		line = rung_line(rung);
		filled = on_gauge(done, whole, columns);
		for (i = 0; i < columns; i++)
			canvas_put(&rung->canvas, line, from + i,
				   i < filled ? CANVAS_FULL : CANVAS_EMPTY, CANVAS_TIME_WAIT);
		for (n = 0; n < end->restarts; n++)
			canvas_put(&rung->canvas, line,
				   from + on_gauge(end->restart_ns[n], whole, columns - 1),
				   CANVAS_RESTART, CANVAS_WARN);
	}
	label_wait(&text, rung->picture, row->side);
	rung_words(rung, text.bytes, text.len, RUNG_CENTRE, CANVAS_TIME_WAIT);
	text_free(&text);
}

static void draw_row(struct rung *rung, const struct ladder_look *look, unsigned int number)
{
	const struct picture_row *row = &rung->picture->rows[number];

	switch (row->kind) {
	case PICTURE_EVENT:
		draw_event(rung, look, number);
		break;
	case PICTURE_PAUSE:
		draw_pause(rung, row);
		break;
	case PICTURE_PHASE:
		draw_phase(rung, row);
		break;
	case PICTURE_NOTE:
		draw_note(rung, row);
		break;
	case PICTURE_WAIT:
		draw_wait(rung, row);
		break;
	case PICTURE_DATA:
		draw_data(rung);
		break;
	}
}

/* Above a side and over it, as far as the sheet reaches. */
static int title_column(const struct rung *rung, enum picture_side side, const struct text *text)
{
	int column = rung->column[side] - (int)text->len / 2;
	int most = (int)rung->canvas.columns - (int)text->len;

	column = column < most ? column : most;
	return column > 0 ? column : 0;
}

/* Two texts above the sides, on two lines if one is too short. */
static void draw_title(struct rung *rung, const struct text *left, const struct text *right,
		       enum canvas_style style)
{
	unsigned int line = canvas_line(&rung->canvas);
	int first = title_column(rung, PICTURE_LEFT, left);
	int next = title_column(rung, PICTURE_RIGHT, right);

	if (first + (int)left->len + 2 > next)
		first = 0;
	canvas_text(&rung->canvas, line, first, left->bytes, left->len, style);
	if (first + (int)left->len + 2 > next)
		line = canvas_line(&rung->canvas);
	canvas_text(&rung->canvas, line, next, right->bytes, right->len, style);
}

static void draw_titles(struct rung *rung)
{
	struct text left = { 0 }, right = { 0 };
	const struct picture *picture = rung->picture;

	text_string(&left, "local ");
	label_endpoint(&left, picture, PICTURE_LEFT);
	label_endpoint(&right, picture, PICTURE_RIGHT);
	text_string(&right, picture->self ? " itself" : " remote");
	draw_title(rung, &left, &right, CANVAS_BOLD);
	left.len = 0;
	right.len = 0;
	label_isn(&left, &picture->end[PICTURE_LEFT]);
	label_isn(&right, &picture->end[PICTURE_RIGHT]);
	draw_title(rung, &left, &right, CANVAS_DIM);
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
 * ladder_legend - explain the signs that a picture has
 * @picture: the picture
 * @look: how it was drawn
 * @text: text to add to
 */
void ladder_legend(const struct picture *picture, const struct ladder_look *look,
		   struct text *text)
{
	struct rung rung = { .picture = picture };
	unsigned int used = label_used(picture), bit;
	size_t start = text->len;

	set_columns(&rung, look);
	used |= rung.terse ? LABEL_TERSE : 0;
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
 * ladder_draw - draw a picture in text
 * @picture: the picture
 * @look: how
 * @text: text to add to
 */
void ladder_draw(const struct picture *picture, const struct ladder_look *look,
		 struct text *text)
{
	struct rung rung = { .picture = picture, .pending = { -1, -1 } };
	unsigned int i;

	canvas_init(&rung.canvas, sheet_width(look));
	set_columns(&rung, look);
	draw_titles(&rung);
	for (i = 0; i < picture->row_count; i++)
		draw_row(&rung, look, i);
	canvas_write(&rung.canvas, text, look->ascii, look->colour);
	canvas_free(&rung.canvas);
}
