/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole records kept for later: for an order other than the file's, or for
 * the best of several.
 */
#ifndef TCPLEDGER_KEEP_H
#define TCPLEDGER_KEEP_H

#include <stddef.h>

#include "base/text.h"
#include "read/reader.h"
#include "read/sort.h"

/**
 * struct keep - records, all zero when empty
 * @bytes: them and their logs
 * @items: where they are and how they sort
 * @count: how many
 * @room: how many fit
 * @next: the one to hand out next
 * @record: the one handed out last
 */
struct keep {
	struct text		bytes;
	struct keep_item	*items;
	size_t			count;
	size_t			room;
	size_t			next;
	struct record		record;
};

void keep_record(struct keep *keep, const struct record *record,
		 const struct sort_place *place);
void keep_sort(struct keep *keep);
const struct record *keep_next(struct keep *keep);
void keep_free(struct keep *keep);

#endif
