// SPDX-License-Identifier: GPL-2.0
#include "read/id_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROOM_FIRST	64

/* Where the id is, or the empty place where it would be. */
static uint64_t *find(const struct id_set *set, uint64_t id)
{
	size_t at = (size_t)(id * 0x9e3779b97f4a7c15ULL >> 32);

	while (set->ids[at & (set->room - 1)] && set->ids[at & (set->room - 1)] != id)
		at++;
	return &set->ids[at & (set->room - 1)];
}

/**
 * id_set_has - whether an id is in it
 * @set: a set
 * @id: an id, not 0
 *
 * Return: true if it is.
 */
bool id_set_has(const struct id_set *set, uint64_t id)
{
	return set->room && *find(set, id);
}

/* At most three quarters of the table are used, so each search ends soon. */
static void make_room(struct id_set *set)
{
	struct id_set old = *set;
	size_t i;

	if (old.count < old.room / 4 * 3)
		return;
	set->room = old.room ? 2 * old.room : ROOM_FIRST;
	set->ids = memory_new(set->room, sizeof(*set->ids));
	for (i = 0; i < old.room; i++)
		if (old.ids[i])
			*find(set, old.ids[i]) = old.ids[i];
	free(old.ids);
}

/**
 * id_set_add - put an id into it, if it is not there
 * @set: a set
 * @id: an id; 0, which no record has, is left out
 */
void id_set_add(struct id_set *set, uint64_t id)
{
	uint64_t *place;

	if (!id)
		return;
	make_room(set);
	place = find(set, id);
	set->count += !*place;
	*place = id;
}

/**
 * id_set_free - make it empty
 * @set: a set
 */
void id_set_free(struct id_set *set)
{
	free(set->ids);
	memset(set, 0, sizeof(*set));
}
