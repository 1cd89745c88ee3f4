// SPDX-License-Identifier: GPL-2.0
#include "read/record_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct record_list_item {
	struct sort_place	place;
	size_t			offset;
};

/**
 * record_list_add - keep a copy
 * @list: where
 * @record: what, with its log
 * @place: how it sorts
 */
void record_list_add(struct record_list *list, const struct record *record,
		     const struct sort_place *place)
{
	list->items = memory_grow(list->items, list->count, &list->room, sizeof(*list->items));
	list->items[list->count].place = *place;
	list->items[list->count++].offset = list->bytes.len;
	text_bytes(&list->bytes, record, sizeof(*record));
	text_bytes(&list->bytes, record->log, record->fixed.log_n * sizeof(*record->log));
}

static int compare_items(const void *a, const void *b)
{
	const struct record_list_item *x = a, *y = b;

	return sort_compare(&x->place, &y->place);
}

/**
 * record_list_sort - put what is kept in order
 * @list: what is kept
 */
void record_list_sort(struct record_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_items);
}

/**
 * record_list_next - hand out one after the other
 * @list: what is kept
 *
 * Return: the next, good until the list changes; NULL at the end.
 */
const struct record *record_list_next(struct record_list *list)
{
	char *bytes;

	if (list->next == list->count)
		return NULL;
	bytes = list->bytes.bytes + list->items[list->next++].offset;
	memcpy(&list->record, bytes, sizeof(list->record));
	list->record.log = (void *)(bytes + sizeof(list->record));
	return &list->record;
}

/**
 * record_list_free - forget all
 * @list: what was kept
 */
void record_list_free(struct record_list *list)
{
	text_free(&list->bytes);
	free(list->items);
	memset(list, 0, sizeof(*list));
}
