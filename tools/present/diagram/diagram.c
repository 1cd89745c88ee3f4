// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/diagram.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/**
 * diagram_add_row - add a row below the others
 * @diagram: to add to
 * @kind: what it tells
 * @side: where it happens
 * @t_ns: when, as in struct diagram_row
 *
 * Return: the row, good until the next is added.
 */
struct diagram_row *diagram_add_row(struct diagram *diagram, enum diagram_kind kind,
				    enum diagram_side side, int64_t t_ns)
{
	struct diagram_row *row;

	diagram->rows = memory_grow(diagram->rows, diagram->row_count, &diagram->row_room,
				    sizeof(*diagram->rows));
	row = &diagram->rows[diagram->row_count++];
	*row = (struct diagram_row) {
		.kind = kind, .side = side, .t_ns = t_ns, .departs = -1, .arrives = -1,
		.stay = { -1, -1 },
	};
	return row;
}

/**
 * diagram_free - give the memory back
 * @diagram: what diagram_make() set up
 */
void diagram_free(struct diagram *diagram)
{
	unsigned int side;

	for (side = 0; side < DIAGRAM_SIDES; side++)
		free(diagram->end[side].entry_row);
	free(diagram->rows);
	free(diagram->arrows);
	free(diagram->stays);
	memset(diagram, 0, sizeof(*diagram));
}
