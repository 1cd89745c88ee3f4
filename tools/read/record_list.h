/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole records kept for later: for an order other than the file's, or for
 * the best of several.
 */
#ifndef TCPLEDGER_RECORD_LIST_H
#define TCPLEDGER_RECORD_LIST_H

#include <stddef.h>

#include "base/text.h"
#include "read/record.h"
#include "read/sort.h"

/**
 * struct record_list - records, all zero when empty
 * @bytes: them and their logs
 * @items: where they are and how they sort
 * @count: how many
 * @room: how many fit
 * @next: the one to hand out next
 * @record: the one handed out last
 */
struct record_list {
	struct text		bytes;
	struct record_list_item	*items;
	size_t			count;
	size_t			room;
	size_t			next;
	struct record		record;
};

void record_list_add(struct record_list *list, const struct record *record,
		     const struct sort_place *place);
void record_list_sort(struct record_list *list);
const struct record *record_list_next(struct record_list *list);
void record_list_free(struct record_list *list);

#endif
