// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/diagram_cut.h"

#include "base/language.h"
#include "present/diagram/diagram.h"

/**
 * diagram_cut_before - where to cut so that nothing announces a row
 * @diagram: the diagram
 * @row: the row
 *
 * A pause, a wait and a phase stand before the event that ended them, and tell of it.
 *
 * Return: how many rows may be seen.
 */
unsigned int diagram_cut_before(const struct diagram *diagram, unsigned int row)
{
	while (row && (diagram->rows[row - 1].kind == DIAGRAM_PAUSE ||
		       diagram->rows[row - 1].kind == DIAGRAM_WAIT ||
		       diagram->rows[row - 1].kind == DIAGRAM_PHASE))
		row--;
	return row;
}

/* How it will end is not known while it lasts: a phase has no other name than this. */
static void forget_phases(struct diagram *diagram)
{
	const char *words = _("opening");
	unsigned int i;

	for (i = 0; i < diagram->row_count; i++)
		if (diagram->rows[i].kind == DIAGRAM_PHASE) {
			diagram->rows[i].words = words;
			words = _("closing");
		}
}

/* What is not over at the cut has no length yet. */
static void forget_lengths(struct diagram *diagram)
{
	struct diagram_stay *last[DIAGRAM_SIDES] = { 0 };
	unsigned int i, side;
	int at;

	for (i = 0; i < diagram->row_count; i++)
		for (side = 0; side < DIAGRAM_SIDES; side++) {
			at = diagram->rows[i].stay[side];
			if (at >= 0)
				last[side] = &diagram->stays[at];
		}
	for (side = 0; side < DIAGRAM_SIDES; side++)
		if (last[side]) {
			last[side]->lasts = false;
			last[side]->lasted_ns = -1;
		}
}

/**
 * diagram_cut - leave out what comes later
 * @diagram: the diagram
 * @rows: how many rows stay
 * @hide_state: the state that the left end enters on the last of them is left out too
 */
void diagram_cut(struct diagram *diagram, unsigned int rows, bool hide_state)
{
	if (rows < diagram->row_count)
		diagram->row_count = rows;
	if (hide_state && diagram->row_count)
		diagram->rows[diagram->row_count - 1].stay[DIAGRAM_LEFT] = -1;
	forget_phases(diagram);
	forget_lengths(diagram);
}
