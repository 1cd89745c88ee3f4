/* SPDX-License-Identifier: GPL-2.0 */
/* A set of ids of records, some bytes each. */
#ifndef TCPLEDGER_ID_SET_H
#define TCPLEDGER_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct id_set - ids, in a table with open addressing; all zero is the empty set
 * @ids: the table, 0 where none is
 * @room: its size, a power of two
 * @count: how many there are
 */
struct id_set {
	uint64_t	*ids;
	size_t		room;
	size_t		count;
};

bool id_set_has(const struct id_set *set, uint64_t id);
void id_set_add(struct id_set *set, uint64_t id);
void id_set_free(struct id_set *set);

#endif
