// SPDX-License-Identifier: GPL-2.0
#include "diagram/picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/**
 * picture_add_row - add a row below the others
 * @picture: to add to
 * @kind: what it tells
 * @side: where it happens
 * @t_ns: when, as in struct picture_row
 *
 * Return: the row, good until the next is added.
 */
struct picture_row *picture_add_row(struct picture *picture, enum picture_kind kind,
				    enum picture_side side, int64_t t_ns)
{
	struct picture_row *row;

	picture->rows = memory_grow(picture->rows, picture->row_count, &picture->row_room,
				    sizeof(*picture->rows));
	row = &picture->rows[picture->row_count++];
	*row = (struct picture_row) {
		.kind = kind, .side = side, .t_ns = t_ns, .departs = -1, .arrives = -1,
		.stay = { -1, -1 },
	};
	return row;
}

/**
 * picture_free - give the memory back
 * @picture: what picture_make() set up
 */
void picture_free(struct picture *picture)
{
	free(picture->rows);
	free(picture->arrows);
	free(picture->stays);
	memset(picture, 0, sizeof(*picture));
}
