// SPDX-License-Identifier: GPL-2.0
#include "present/report/time_bar.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "base/text.h"
#include "present/diagram/svg/svg_elements.h"
#include "base/language.h"
#include "meaning/step_groups.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/entry.h"
#include "read/record.h"

#define WIDTH		960
#define HEIGHT		104
#define MARGIN		24
#define BAR_TOP		44
#define BAR_HEIGHT	22
#define PIECE_LEAST	74	/* pixels, so that its name has room */
#define UNIT_NS		100	/* what is shorter hardly has a length */
#define SECOND_NS	1000000000LL

#define ST(name)	TCPLEDGER_STATE_##name

/**
 * struct piece - a state on the bar
 * @state: enum tcpledger_state
 * @from_ns: when it began
 * @to_ns: when it ended, or how far it has come
 * @lasts: it is not over
 * @entry: the change of state that brought it about, or -1
 * @x: where it begins
 * @width: its length
 */
struct piece {
	unsigned char	state;
	int64_t		from_ns, to_ns;
	bool		lasts;
	int		entry;
	double		x, width;
};

/**
 * struct time_bar - a bar in the making
 * @out: text to add to
 * @record: whose
 * @groups: what of its log belongs together
 * @pieces: the states
 * @count: how many
 */
struct time_bar {
	struct text		*out;
	const struct record	*record;
	struct step_groups	groups;
	struct piece		*pieces;
	unsigned int		count;
};

static void begin_piece(struct time_bar *bar, unsigned char state, int64_t from_ns, int entry)
{
	bar->pieces[bar->count++] = (struct piece) {
		.state = state, .from_ns = from_ns, .to_ns = from_ns, .entry = entry,
	};
}

static void end_piece(struct time_bar *bar, int64_t to_ns)
{
	struct piece *piece;

	if (!bar->count)
		return;
	piece = &bar->pieces[bar->count - 1];
	piece->to_ns = to_ns > piece->from_ns ? to_ns : piece->from_ns;
}

/* A moment before the log began is none, so that no difference is too large. */
static int64_t moment(const struct tcpledger_entry *e)
{
	return e->t_ns > 0 ? e->t_ns : 0;
}

static bool is_closed(unsigned char state)
{
	return state == ST(CLOSE) || state == ST(LISTEN);
}

/* What lasts has come as far as its age says, or to where it is known to have been. */
static void end_last_piece(struct time_bar *bar, int64_t latest_ns)
{
	const struct tcpledger_record *r = &bar->record->fixed;
	struct piece *piece = &bar->pieces[bar->count - 1];
	int64_t to_ns = latest_ns;

	if (r->flags & TCPLEDGER_REC_LIVE) {
		piece->lasts = true;
		if (r->state_age_ns < 0 ||
		    __builtin_add_overflow(piece->from_ns, r->state_age_ns, &to_ns))
			to_ns = latest_ns;
	} else if (r->duration_ns > latest_ns) {
		to_ns = r->duration_ns;
	}
	end_piece(bar, to_ns);
}

static void find_pieces(struct time_bar *bar)
{
	const struct record *record = bar->record;
	int64_t latest_ns = 0;
	bool any = false, open = false;
	unsigned int n;

	bar->pieces = memory_new(record->fixed.log_n + 2, sizeof(*bar->pieces));
	for (n = 0; n < record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &record->log[n];

		if (moment(e) > latest_ns)
			latest_ns = moment(e);
		if (e->type != TCPLEDGER_ENTRY_STATE)
			continue;
		if (!any && !is_closed(e->from))
			begin_piece(bar, e->from, 0, -1);
		if (open || !any)
			end_piece(bar, moment(e));
		any = true;
		open = !is_closed(e->to);
		if (open)
			begin_piece(bar, e->to, moment(e), (int)n);
	}
	if (!any && !is_closed(record->fixed.state)) {
		begin_piece(bar, record->fixed.state, 0, -1);
		open = true;
	}
	if (open)
		end_last_piece(bar, latest_ns);
}

static double length_of(int64_t ns)
{
	return log10(1 + (double)ns / UNIT_NS);
}

/* Each has a least length; what is left is shared out by the logarithm. */
static void place_pieces(struct time_bar *bar)
{
	double least = PIECE_LEAST, room = WIDTH - 2 * MARGIN, sum = 0, x = MARGIN;
	unsigned int i;

	if (least * bar->count > room)
		least = room / bar->count;
	for (i = 0; i < bar->count; i++)
		sum += length_of(bar->pieces[i].to_ns - bar->pieces[i].from_ns);
	room -= least * bar->count;
	for (i = 0; i < bar->count; i++) {
		struct piece *piece = &bar->pieces[i];

		piece->x = x;
		piece->width = least;
		if (sum > 0)
			piece->width += room * length_of(piece->to_ns - piece->from_ns) / sum;
		x += piece->width;
	}
}

/* Where on a piece a time since its beginning is. */
static double place_on(const struct piece *piece, int64_t ns)
{
	double whole = length_of(piece->to_ns - piece->from_ns);

	return piece->x + (whole > 0 ? piece->width * length_of(ns) / whole : 0);
}

static const char *fill(unsigned char state)
{
	switch (state) {
	case ST(SYN_SENT):
	case ST(SYN_RECV):
		return "opening";
	case ST(ESTABLISHED):
		return "open";
	case ST(TIME_WAIT):
		return "wait";
	default:
		return "closing";
	}
}

/* A line for each power of ten, and its name for some, where there is room. */
static void draw_scale(struct time_bar *bar, const struct piece *piece)
{
	int64_t last = piece->to_ns - piece->from_ns, ns;
	double free_from = piece->x + 2;

	for (ns = 1000; ns < last && ns <= 1000000 * SECOND_NS; ns *= 10) {
		double x = place_on(piece, ns);
		bool named = ns == 1000 || ns == 1000000 || ns == SECOND_NS;

		text_printf(bar->out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" "
			    "class=\"decade\"/>", x, named ? BAR_TOP : BAR_TOP + BAR_HEIGHT - 6, x,
			    BAR_TOP + BAR_HEIGHT);
		if (!named || x < free_from || x + 24 > piece->x + piece->width)
			continue;
		text_printf(bar->out, "<text x=\"%.1f\" y=\"%d\" class=\"decade\">%s</text>", x + 3,
			    BAR_TOP + 11, ns == 1000 ? "1us" : ns == 1000000 ? "1ms" : "1s");
		free_from = x + 26;
	}
}

static void draw_moment(struct time_bar *bar, double x, int64_t ns, const char *anchor)
{
	text_printf(bar->out, "<text x=\"%.1f\" y=\"%d\" class=\"time%s\">", x, HEIGHT - 8, anchor);
	format_seconds(bar->out, ns, 6);
	text_string(bar->out, "</text>\n");
}

static void draw_piece(struct time_bar *bar, const struct piece *piece)
{
	double middle = piece->x + piece->width / 2;

	text_string(bar->out, "<g");
	if (piece->entry >= 0) {
		text_string(bar->out, " tabindex=\"0\" data-g=\"");
		step_groups_add_entry(bar->out, &bar->groups, piece->entry);
		text_char(bar->out, '"');
	}
	text_char(bar->out, '>');
	text_printf(bar->out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" "
		    "class=\"%s%s\"/>", piece->x + 1, BAR_TOP, piece->width - 2, BAR_HEIGHT,
		    fill(piece->state), piece->lasts ? " lasts" : "");
	draw_scale(bar, piece);
	text_printf(bar->out, "<text x=\"%.1f\" y=\"14\" class=\"small b m\">%s</text>", middle,
		    piece->width >= PIECE_LEAST ? words_get(&words_states, piece->state) : "");
	text_printf(bar->out, "<text x=\"%.1f\" y=\"28\" class=\"small dim m\">", middle);
	format_duration(bar->out, piece->to_ns - piece->from_ns);
	text_string(bar->out, piece->lasts ? "...</text></g>\n" : "</text></g>\n");
}

static const char *mark_class(const struct tcpledger_entry *e)
{
	if (e->flags & TCPLEDGER_RST)
		return "head bad";
	return e->bits & (TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_REFUSED | TCPLEDGER_SEG_OTHER) ?
	       "head warn" : "head";
}

/* What was sent stands above the bar, what came below. */
static void draw_segment(struct time_bar *bar, const struct piece *piece, unsigned int n)
{
	const struct tcpledger_entry *e = &bar->record->log[n];
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	int64_t ns = moment(e) > piece->from_ns ? moment(e) - piece->from_ns : 0;
	double x = place_on(piece, ns);
	unsigned int bit;

	if (x > piece->x + piece->width)
		x = piece->x + piece->width;
	text_printf(bar->out, "<path d=\"M%.1f %dl-3.5 %dh7z\" class=\"%s\" data-g=\"", x,
		    out ? BAR_TOP - 1 : BAR_TOP + BAR_HEIGHT + 1, out ? -8 : 8, mark_class(e));
	step_groups_add_entry(bar->out, &bar->groups, (int)n);
	text_string(bar->out, "\"><title>");
	text_string(bar->out, out ? "\xe2\x86\x92" : "\xe2\x86\x90");
	for (bit = 0; bit < 8; bit++)
		if (e->flags >> bit & 1)
			text_printf(bar->out, " %s", words_flag(bit));
	text_string(bar->out, " ");
	format_seconds(bar->out, e->t_ns, 9);
	text_string(bar->out, "</title></path>\n");
}

static const struct piece *piece_at(const struct time_bar *bar, int64_t t_ns)
{
	unsigned int i = bar->count;

	while (i-- > 1)
		if (t_ns >= bar->pieces[i].from_ns)
			return &bar->pieces[i];
	return &bar->pieces[0];
}

static void draw(struct time_bar *bar, const char *name)
{
	const struct piece *last = &bar->pieces[bar->count - 1];
	unsigned int i;

	text_printf(bar->out, "<figure class=\"times\">\n<svg viewBox=\"0 0 %d %d\" width=\"%d\" "
		    "height=\"%d\" role=\"group\" class=\"timebar\" aria-labelledby=\"bar-%s\">\n",
		    WIDTH, HEIGHT, WIDTH, HEIGHT, name);
	for (i = 0; i < bar->count; i++)
		draw_piece(bar, &bar->pieces[i]);
	for (i = 0; i < bar->record->fixed.log_n; i++)
		if (entry_is_segment(&bar->record->log[i]))
			draw_segment(bar, piece_at(bar, moment(&bar->record->log[i])), i);
	for (i = 0; i < bar->count; i++)
		draw_moment(bar, bar->pieces[i].x, bar->pieces[i].from_ns, i ? " m" : "");
	draw_moment(bar, last->x + last->width, last->to_ns, " e");
	text_printf(bar->out, "</svg>\n<figcaption id=\"bar-%s\">", name);
	escape_markup(bar->out, _("Time, on a logarithmic scale that begins anew with each state: "
				  "a line is ten times as far from the state's beginning as the "
				  "line before. Marks above are segments sent, below segments "
				  "that came."));
	text_string(bar->out, "</figcaption>\n</figure>\n");
}

/**
 * time_bar_add - add the time bar of a record
 * @page: to add to
 * @record: a checked record
 * @name: of its part of the page
 *
 * Return: false, with nothing added, if it never was in a state that lasts.
 */
bool time_bar_add(struct text *page, const struct record *record, const char *name)
{
	struct time_bar bar = { .out = page, .record = record };
	bool any;

	step_groups_make(&bar.groups, record);
	find_pieces(&bar);
	place_pieces(&bar);
	any = bar.count;
	if (any)
		draw(&bar, name);
	step_groups_free(&bar.groups);
	free(bar.pieces);
	return any;
}
