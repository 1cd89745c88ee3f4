// SPDX-License-Identifier: GPL-2.0
#include "commands/side_by_side.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/output.h"
#include "commands/ends.h"
#include "commands/find.h"
#include "commands/look.h"
#include "commands/options.h"
#include "present/diagram/diagram.h"
#include "present/diagram/diagram_cut.h"
#include "present/diagram/diagram_make.h"
#include "present/diagram/label.h"
#include "present/diagram/text/ladder.h"
#include "meaning/difference.h"
#include "meaning/words.h"
#include "present/print/columns.h"
#include "present/print/describe.h"
#include "present/print/fold.h"
#include "present/print/json_ends.h"

#define BETWEEN_COLUMNS	3	/* of what stands between two connections */

/**
 * struct side - one of two connections
 * @found: where its record came from
 * @ends: its ends
 * @diagram: of it
 * @above: the picture above the mark, or all of it
 * @below: the picture below the mark
 * @free_line: where empty lines can be added in it, below the titles
 * @mark: line that the mark stands before
 */
struct side {
	struct record_list	found;
	struct ends		ends;
	struct diagram		diagram;
	struct text		above;
	struct text		below;
	unsigned int		free_line;
	unsigned int		mark;
};

static int find_side(struct side *side, const struct options *options, const char *arg)
{
	const struct record *record;
	int status = find_record(options, arg, &side->found, &record);

	if (!record)
		return status;
	status |= ends_find(&side->ends, &options->source, NULL, record);
	diagram_make(&side->diagram, &side->ends.record,
		     side->ends.has_peer ? &side->ends.peer : NULL, options->absolute);
	return status;
}

static void free_side(struct side *side)
{
	diagram_free(&side->diagram);
	ends_free(&side->ends);
	record_list_free(&side->found);
	text_free(&side->above);
	text_free(&side->below);
}

/*
 * The row at which an entry begins to be seen: of a segment that comes, that of its
 * departure, unless entries before it stand between.
 */
static unsigned int row_of(const struct diagram *diagram, int entry)
{
	const unsigned int *rows = diagram->end[DIAGRAM_LEFT].entry_row;
	unsigned int row = rows[entry], first = entry ? rows[entry - 1] + 1 : 0;
	int arrow = diagram->rows[row].arrives;

	if (arrow < 0 || diagram->arrows[arrow].entry[DIAGRAM_LEFT] != entry ||
	    diagram->arrows[arrow].departs < 0 || diagram->arrows[arrow].departs >= (int)row)
		return row;
	if (diagram->arrows[arrow].departs > (int)first)
		return (unsigned int)diagram->arrows[arrow].departs;
	return first < row ? first : row;
}

/* The row that the mark stands before: that of the entry, or behind the last. */
static unsigned int mark_row(const struct side *side, int entry)
{
	const struct diagram *diagram = &side->diagram;

	if (entry >= (int)side->ends.record.fixed.log_n)
		return diagram_cut_before(diagram, diagram->row_count - 1);
	return diagram_cut_before(diagram, row_of(diagram, entry));
}

/* Where a line begins in a text. */
static size_t offset_of(const struct text *text, unsigned int line)
{
	size_t at = 0;

	for (; line && at < text->len; at++)
		line -= text->bytes[at] == '\n';
	return at;
}

static void draw_side(struct side *side, const struct ladder_look *look, int entry)
{
	unsigned int *lines = memory_new(side->diagram.row_count, sizeof(*lines));
	size_t at;

	ladder_draw_rows(&side->diagram, look, &side->above, lines);
	side->free_line = lines[0];
	if (entry >= 0) {
		side->mark = lines[mark_row(side, entry)];
		at = offset_of(&side->above, side->mark);
		text_bytes(&side->below, side->above.bytes + at, side->above.len - at);
		side->above.len = at;
	}
	free(lines);
}

/* Empty lines below the titles, so that both pictures come to the mark at once. */
static void level(struct side *side, unsigned int lines)
{
	size_t at = offset_of(&side->above, side->free_line);
	struct text rest = { 0 };

	text_bytes(&rest, side->above.bytes + at, side->above.len - at);
	side->above.len = at;
	text_repeat(&side->above, '\n', lines);
	text_bytes(&side->above, rest.bytes, rest.len);
	text_free(&rest);
}

static void add_entry(struct text *text, const struct record *record, int entry)
{
	const struct tcpledger_entry *e = &record->log[entry];

	if (entry >= (int)record->fixed.log_n) {
		text_string(text, "nothing more");
	} else if (e->type == TCPLEDGER_ENTRY_STATE) {
		text_printf(text, "%s => ", words_get(&words_states, e->from));
		text_string(text, words_get(&words_states, e->to));
	} else if (e->type == TCPLEDGER_ENTRY_NOTE) {
		text_string(text, words_get(&words_anomalies, e->tag));
	} else {
		text_string(text, e->type == TCPLEDGER_ENTRY_OUT ? "--> " : "<-- ");
		label_flags(text, e->flags);
		text_string(text, e->bits & TCPLEDGER_SEG_RETRANSMIT ? ", again" : "");
		text_string(text, e->bits & TCPLEDGER_SEG_REFUSED ? ", refused" : "");
	}
}

/* What is different, in one line, or that nothing is. */
static void tell_difference(const struct side *sides, int entry, unsigned int width, bool colour)
{
	struct text *out = output_text();
	size_t start = out->len;

	text_string(out, colour ? "\033[1m" : "");
	if (entry < 0) {
		text_string(out, "no difference in segments, states and anomalies");
	} else {
		text_printf(out, "first difference at entry %d: ", entry);
		add_entry(out, &sides[0].ends.record, entry);
		text_string(out, " | ");
		add_entry(out, &sides[1].ends.record, entry);
	}
	text_string(out, colour ? "\033[0m\n" : "\n");
	fold_lines(out, start, width, 2);
}

static void add_mark(unsigned int width, const struct ladder_look *look)
{
	static const char words[] = " first difference ";
	const char *dash = look->ascii ? "=" : "\u2550";
	unsigned int len = sizeof(words) - 1, before = width > len ? (width - len) / 2 : 0, i;
	struct text *out = output_text();

	text_string(out, look->colour ? "\033[1m" : "");
	for (i = 0; i < before; i++)
		text_string(out, dash);
	text_string(out, words);
	for (i = before + len; i < width; i++)
		text_string(out, dash);
	text_string(out, look->colour ? "\033[0m\n" : "\n");
}

/* What a function writes to the output, taken from there. */
static void take_output(struct text *text, size_t start)
{
	struct text *out = output_text();

	text_bytes(text, out->bytes + start, out->len - start);
	out->len = start;
}

static void add_columns(const struct text *left, const struct text *right,
			const struct ladder_look *look)
{
	columns_add(output_text(), left, right, look->width, look->ascii ? " | " : " \u2502 ");
}

/* Head or verdict of both, beside each other. */
static void add_described(const struct side *sides, const struct ladder_look *look,
			  void (*describe)(const struct record *, unsigned int, bool))
{
	struct text texts[2] = { 0 };
	unsigned int i;
	size_t start;

	output_finish();	/* what is taken back must not have been written */
	for (i = 0; i < 2; i++) {
		start = output_text()->len;
		describe(&sides[i].ends.record, look->width, look->colour);
		take_output(&texts[i], start);
	}
	add_columns(&texts[0], &texts[1], look);
	text_free(&texts[0]);
	text_free(&texts[1]);
}

static void add_legends(const struct side *sides, const struct ladder_look *look)
{
	struct text texts[2] = { 0 };
	unsigned int i;

	for (i = 0; i < 2; i++)
		ladder_legend(&sides[i].diagram, look, &texts[i]);
	add_columns(&texts[0], &texts[1], look);
	text_free(&texts[0]);
	text_free(&texts[1]);
}

static void print_beside(struct side *sides, const struct ladder_look *look, int entry)
{
	unsigned int less = sides[0].mark < sides[1].mark ? 0 : 1;

	if (entry >= 0)
		level(&sides[less], sides[!less].mark - sides[less].mark);
	add_described(sides, look, describe_head);
	text_char(output_text(), '\n');
	add_columns(&sides[0].above, &sides[1].above, look);
	if (entry >= 0) {
		add_mark(2 * look->width + BETWEEN_COLUMNS, look);
		add_columns(&sides[0].below, &sides[1].below, look);
	}
	text_char(output_text(), '\n');
	add_legends(sides, look);
	text_char(output_text(), '\n');
	add_described(sides, look, describe_verdict);
}

static void print_below(const struct side *sides, const struct ladder_look *look, int entry)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct record *record = &sides[i].ends.record;
		unsigned int width = look->width < LADDER_MOST ? look->width : LADDER_MOST;

		text_string(output_text(), i ? "\n" : "");
		describe_head(record, look->width, look->colour);
		text_char(output_text(), '\n');
		text_bytes(output_text(), sides[i].above.bytes, sides[i].above.len);
		if (entry >= 0)
			add_mark(width, look);
		text_bytes(output_text(), sides[i].below.bytes, sides[i].below.len);
		text_char(output_text(), '\n');
		ladder_legend(&sides[i].diagram, look, output_text());
		text_char(output_text(), '\n');
		describe_verdict(record, look->width, look->colour);
	}
}

static void print_sides(const struct options *options, struct side *sides)
{
	struct ladder_look look = look_of(options);
	unsigned int width = look.width;
	int entry = difference_first(&sides[0].ends.record, &sides[1].ends.record);
	bool beside = width >= 2 * LADDER_LEAST + BETWEEN_COLUMNS;

	if (beside)
		look.width = (width - BETWEEN_COLUMNS) / 2;
	if (beside && look.width > LADDER_MOST)
		look.width = LADDER_MOST;
	draw_side(&sides[0], &look, entry);
	draw_side(&sides[1], &look, entry);
	tell_difference(sides, entry, width, look.colour);
	text_char(output_text(), '\n');
	if (beside)
		print_beside(sides, &look, entry);
	else
		print_below(sides, &look, entry);
}

/**
 * side_by_side - draw two connections side by side, or tell them as JSON
 * @options: what is asked for; the second one is read from the second file, if there is
 *	one
 *
 * Return: exit status.
 */
int side_by_side(const struct options *options)
{
	struct options second = *options;
	struct side sides[2] = { 0 };
	int status;

	if (options->other_file) {
		second.source.file = options->other_file;
		second.source.file_count = 0;
	}
	status = find_side(&sides[0], options, options->args[0]);
	if (sides[0].diagram.rows)
		status |= find_side(&sides[1], &second, options->args[1]);
	if (sides[1].diagram.rows && options->json)
		json_connections(&sides[0].ends.record, &sides[1].ends.record,
				 difference_first(&sides[0].ends.record, &sides[1].ends.record));
	else if (sides[1].diagram.rows)
		print_sides(options, sides);
	free_side(&sides[0]);
	free_side(&sides[1]);
	return status;
}
