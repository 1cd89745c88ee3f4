// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "present/print/table.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"

struct table_row {
	struct sort_place	place;
	size_t			cells;	/* offset of the first */
};

/* Stands before the bytes of each cell. */
struct cell {
	uint16_t	len;		/* bytes */
	uint16_t	width;		/* columns */
	uint16_t	colour;
};

/**
 * table_add_column - add a column at the right
 * @table: table without rows
 * @column: the column
 */
void table_add_column(struct table *table, const struct table_column *column)
{
	unsigned int n = table->column_count++;

	table->columns[n] = column;
	table->widths[n] = (unsigned int)strlen(column->title);
	table->shown[n] = true;
}

/**
 * table_row - begin a row
 * @table: table
 * @place: where it will stand
 */
void table_row(struct table *table, const struct sort_place *place)
{
	table->rows = memory_grow(table->rows, table->row_count, &table->row_room,
				  sizeof(*table->rows));
	table->rows[table->row_count].place = *place;
	table->rows[table->row_count++].cells = table->cells.len;
	table->cell_column = 0;
}

/**
 * table_cell - begin the next cell of the row
 * @table: table
 *
 * Return: text to add the cell's text to, before table_cell_end().
 */
struct text *table_cell(struct table *table)
{
	static const struct cell none;

	table->cell_start = table->cells.len;
	text_bytes(&table->cells, &none, sizeof(none));
	return &table->cells;
}

/**
 * table_cell_end - the cell is complete
 * @table: table
 * @colour: its colour
 * @columns: columns it takes, or -1 if it is plain ASCII
 */
void table_cell_end(struct table *table, enum table_colour colour, int columns)
{
	size_t len = table->cells.len - table->cell_start - sizeof(struct cell);
	struct cell cell = { .colour = (uint16_t)colour };
	unsigned int *width = &table->widths[table->cell_column++];

	cell.len = (uint16_t)len;
	cell.width = columns < 0 ? cell.len : (uint16_t)columns;
	memcpy(table->cells.bytes + table->cell_start, &cell, sizeof(cell));
	if (cell.width > *width)
		*width = cell.width;
}

static unsigned int total_width(const struct table *table)
{
	unsigned int i, total = 0, shown = 0;

	for (i = 0; i < table->column_count; i++) {
		if (table->shown[i]) {
			total += table->widths[i];
			shown++;
		}
	}
	return total + (shown ? shown - 1 : 0);
}

/*
 * Take from a column what the line is too long by.
 */
static void shrink(struct table *table, unsigned int column, unsigned int width)
{
	const struct table_column *c = table->columns[column];
	unsigned int total = total_width(table);
	unsigned int *has = &table->widths[column];
	unsigned int least = c->least;

	if (least < strlen(c->title))
		least = (unsigned int)strlen(c->title);
	if (total <= width || c->cut == TABLE_CUT_NEVER || *has <= least)
		return;
	*has = *has - least > total - width ? *has - (total - width) : least;
}

static void fit(struct table *table, unsigned int width)
{
	unsigned int rank, i;

	for (i = table->column_count; i-- > 0; )
		shrink(table, i, width);
	for (rank = 1; rank <= table->column_count; rank++) {
		if (total_width(table) <= width)
			return;
		for (i = 0; i < table->column_count; i++)
			if (table->columns[i]->rank == rank)
				table->shown[i] = false;
	}
}

/*
 * A column that went may have left more room than was missing: give it back,
 * from the left.
 */
static void grow(struct table *table, const unsigned int *natural, unsigned int width)
{
	unsigned int i;

	for (i = 0; i < table->column_count; i++) {
		unsigned int total = total_width(table), want;

		if (!table->shown[i] || total >= width)
			continue;
		want = natural[i] - table->widths[i];
		table->widths[i] += want < width - total ? want : width - total;
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct table_row *x = a, *y = b;

	return sort_compare(&x->place, &y->place);
}

static const char *colour_code(enum table_colour colour)
{
	switch (colour) {
	case TABLE_BOLD:
		return "\033[1m";
	case TABLE_YELLOW:
		return "\033[33m";
	case TABLE_RED:
		return "\033[31m";
	default:
		return NULL;
	}
}

/*
 * Cut a cell to @width columns, with a '+' where something is missing. What
 * is longer in bytes than in columns holds sequences of several bytes: it is
 * cut between them.
 */
static void add_cut(struct text *out, const char *bytes, const struct cell *cell,
		    unsigned int width, enum table_cut cut)
{
	const char *port = NULL;
	unsigned int keep = width - 1, tail = 0;

	if (cut == TABLE_CUT_PORT) {
		port = memrchr(bytes, ':', cell->len);
		tail = port ? (unsigned int)(cell->len - (port - bytes)) : 0;
		if (tail >= width)
			tail = 0;
		keep -= tail;
	}
	if (cell->len != cell->width)
		while (keep && ((unsigned char)bytes[keep] & 0xc0) == 0x80)
			keep--;
	text_bytes(out, bytes, keep);
	text_char(out, '+');
	text_bytes(out, bytes + cell->len - tail, tail);
	if (keep + 1 + tail < width)
		text_repeat(out, ' ', width - keep - 1 - tail);
}

static void add_cell(struct text *out, const char *bytes, const struct cell *cell,
		     const struct table_column *column, unsigned int width, bool last)
{
	unsigned int pad = width > cell->width ? width - cell->width : 0;

	if (cell->width > width) {
		add_cut(out, bytes, cell, width, column->cut);
		return;
	}
	if (column->right)
		text_repeat(out, ' ', pad);
	text_bytes(out, bytes, cell->len);
	if (!column->right && !last)
		text_repeat(out, ' ', pad);
}

static void print_cell(const struct table *table, unsigned int i, const char *bytes,
		       const struct cell *cell, bool last, bool colour)
{
	struct text *out = output_text();
	const char *code = colour ? colour_code((enum table_colour)cell->colour) : NULL;

	if (code)
		text_string(out, code);
	add_cell(out, bytes, cell, table->columns[i], table->widths[i], last);
	if (code)
		text_string(out, "\033[0m");
	text_char(out, last ? '\n' : ' ');
}

static unsigned int last_shown(const struct table *table)
{
	unsigned int i = table->column_count;

	while (i-- > 0)
		if (table->shown[i])
			return i;
	return 0;
}

static void print_titles(const struct table *table, bool colour)
{
	unsigned int i, last = last_shown(table);

	for (i = 0; i < table->column_count; i++) {
		struct cell cell = { .colour = TABLE_BOLD };

		cell.len = (uint16_t)strlen(table->columns[i]->title);
		cell.width = cell.len;
		if (table->shown[i])
			print_cell(table, i, table->columns[i]->title, &cell, i == last, colour);
	}
}

static void print_row(const struct table *table, const struct table_row *row,
		      unsigned int last, bool colour)
{
	const char *bytes = table->cells.bytes + row->cells;
	unsigned int i;
	struct cell cell;

	for (i = 0; i < table->column_count; i++) {
		memcpy(&cell, bytes, sizeof(cell));
		bytes += sizeof(cell);
		if (table->shown[i])
			print_cell(table, i, bytes, &cell, i == last, colour);
		bytes += cell.len;
	}
	output_line();
}

/**
 * table_print - print the rows in order under their titles
 * @table: table
 * @width: columns a line may take, UINT_MAX for any
 * @colour: colour may be used
 * @limit: rows at most, 0 for all
 */
void table_print(struct table *table, unsigned int width, bool colour, size_t limit)
{
	unsigned int natural[TABLE_COLUMNS_MAX];
	unsigned int last;
	size_t i;

	memcpy(natural, table->widths, sizeof(natural));
	if (table->row_count)
		qsort(table->rows, table->row_count, sizeof(*table->rows), compare_rows);
	fit(table, width);
	grow(table, natural, width);
	print_titles(table, colour);
	last = last_shown(table);
	for (i = 0; i < table->row_count && (!limit || i < limit); i++)
		print_row(table, &table->rows[i], last, colour);
}

/**
 * table_free - give the memory back
 * @table: table
 */
void table_free(struct table *table)
{
	text_free(&table->cells);
	free(table->rows);
	memset(table, 0, sizeof(*table));
}
