/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table that aligns and fits its terminal. Cells are kept as text, some
 * hundred bytes a row, and printed once the width of every column is known.
 *
 * Where a line is too long, columns that can shrink do so, from the right;
 * then whole columns go in the order of their rank. What is then left over is
 * given back.
 */
#ifndef TCPLEDGER_TABLE_H
#define TCPLEDGER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "read/sort.h"

/* How a cell too long for its column is cut. */
enum table_cut {
	TABLE_CUT_NEVER,
	TABLE_CUT_END,		/* the end goes */
	TABLE_CUT_PORT,		/* the end of the address, not the port */
};

enum table_colour {
	TABLE_PLAIN,
	TABLE_BOLD,
	TABLE_YELLOW,
	TABLE_RED,
};

/**
 * struct table_column - one column
 * @title: its heading
 * @right: numbers stand at the right
 * @cut: how it shrinks
 * @least: columns it needs at least, where it can shrink
 * @rank: 0 never goes; else the order of going, 1 first
 */
struct table_column {
	const char	*title;
	bool		right;
	enum table_cut	cut;
	unsigned int	least;
	unsigned int	rank;
};

#define TABLE_COLUMNS_MAX	32

/**
 * struct table - a table in the making, all zero but for its columns
 * @columns: its columns
 * @column_count: how many
 * @cells: all cells, one after the other
 * @rows: place and first cell of every row
 * @row_count: how many rows
 * @row_room: how many fit
 * @widths: columns that the widest cell takes
 * @cell_start: where the cell being written began
 * @cell_column: its column
 * @shown: columns that are printed
 */
struct table {
	const struct table_column	*columns[TABLE_COLUMNS_MAX];
	unsigned int			column_count;
	struct text			cells;
	struct table_row		*rows;
	size_t				row_count;
	size_t				row_room;
	unsigned int			widths[TABLE_COLUMNS_MAX];
	size_t				cell_start;
	unsigned int			cell_column;
	bool				shown[TABLE_COLUMNS_MAX];
};

void table_add_column(struct table *table, const struct table_column *column);
void table_row(struct table *table, const struct sort_place *place);
struct text *table_cell(struct table *table);
void table_cell_end(struct table *table, enum table_colour colour, int columns);
void table_print(struct table *table, unsigned int width, bool colour, size_t limit);
void table_free(struct table *table);

#endif
