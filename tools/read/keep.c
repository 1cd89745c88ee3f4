// SPDX-License-Identifier: GPL-2.0
#include "read/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"


struct keep_item {
	struct sort_place	place;
	size_t			offset;
};

/**
 * keep_record - keep a copy
 * @keep: where
 * @record: what, with its log
 * @place: how it sorts
 */
void keep_record(struct keep *keep, const struct record *record,
		 const struct sort_place *place)
{
	keep->items = memory_grow(keep->items, keep->count, &keep->room, sizeof(*keep->items));
	keep->items[keep->count].place = *place;
	keep->items[keep->count++].offset = keep->bytes.len;
	text_bytes(&keep->bytes, record, sizeof(*record));
	text_bytes(&keep->bytes, record->log, record->fixed.log_n * sizeof(*record->log));
}

static int compare_items(const void *a, const void *b)
{
	const struct keep_item *x = a, *y = b;

	return sort_compare(&x->place, &y->place);
}

/**
 * keep_sort - put what is kept in order
 * @keep: what is kept
 */
void keep_sort(struct keep *keep)
{
	if (keep->count)
		qsort(keep->items, keep->count, sizeof(*keep->items), compare_items);
}

/**
 * keep_next - hand out one after the other
 * @keep: what is kept
 *
 * Return: the next, good until the keep changes; NULL at the end.
 */
const struct record *keep_next(struct keep *keep)
{
	char *bytes;

	if (keep->next == keep->count)
		return NULL;
	bytes = keep->bytes.bytes + keep->items[keep->next++].offset;
	memcpy(&keep->record, bytes, sizeof(keep->record));
	keep->record.log = (void *)(bytes + sizeof(keep->record));
	return &keep->record;
}

/**
 * keep_free - forget all
 * @keep: what was kept
 */
void keep_free(struct keep *keep)
{
	text_free(&keep->bytes);
	free(keep->items);
	memset(keep, 0, sizeof(*keep));
}
