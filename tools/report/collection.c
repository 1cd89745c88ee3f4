// SPDX-License-Identifier: GPL-2.0
/*
 * The other end of each record is looked for by a key that both ends have, so that a
 * report of many records is not made by comparing each with each.
 */
#define _GNU_SOURCE
#include "report/collection.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/memory.h"
#include "read/filter.h"
#include "read/peer.h"
#include "read/reader.h"
#include "read/record.h"
#include "read/source.h"

/**
 * struct candidate - a record that may be wanted
 * @record: it
 * @key: the same for both ends of a connection
 * @peer: number of the other end among the candidates, or -1
 * @wanted: it is wanted for itself
 * @place: number among those of the report, or -1
 */
struct candidate {
	struct record	record;
	uint64_t	key;
	long		peer;
	bool		wanted;
	long		place;
};

/**
 * struct candidates - all of them
 * @list: they, newest first
 * @count: how many
 * @by_key: their numbers, by key
 */
struct candidates {
	struct candidate	*list;
	size_t			count;
	size_t			*by_key;
};

static void keep(struct collection *collection, const struct record *record)
{
	struct sort_place place;

	sort_place(SORT_RECENT, false, record, &place);
	record_list_add(&collection->list, record, &place);
}

static int read_all(struct collection *collection, const struct source *source)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, source);

	while (!status && !(status = reader_next(&reader, &record)) && record)
		keep(collection, record);
	collection->header = reader.header;
	reader_close(&reader);
	return status;
}

/* Other ends may be in other namespaces of the file; a pipe can be read only once. */
static void read_other_spaces(struct collection *collection, const struct source *source)
{
	struct source whole = *source;
	const struct record *record;
	struct reader reader;
	struct stat st;

	if (!source->chosen || (source->file && (stat(source->file, &st) ||
						 !S_ISREG(st.st_mode))))
		return;
	whole.chosen = false;
	fail_quietly(true);
	if (!reader_open(&reader, &whole))
		while (!reader_next(&reader, &record) && record)
			if (record->fixed.netns != source->inode)
				keep(collection, record);
	reader_close(&reader);
	fail_quietly(false);
}

static uint64_t add_hash(const uint8_t *address, uint16_t port)
{
	uint64_t hash = 0xcbf29ce484222325ULL + port;
	unsigned int i;

	for (i = 0; i < 16; i++)
		hash = (hash ^ address[i]) * 0x100000001b3ULL;
	return hash;
}

static uint64_t key_of(const struct tcpledger_record *r)
{
	return add_hash(r->local, r->lport) + add_hash(r->remote, r->rport);
}

static int compare_keys(const void *a, const void *b, void *all)
{
	const struct candidate *list = ((const struct candidates *)all)->list;
	const struct candidate *x = &list[*(const size_t *)a], *y = &list[*(const size_t *)b];

	return x->key < y->key ? -1 : x->key > y->key;
}

static void make_candidates(struct candidates *all, struct collection *collection,
			    const struct source *source, const struct filter *filter)
{
	const struct record *record;
	size_t i;

	record_list_sort(&collection->list);
	all->list = memory_new(collection->list.count + 1, sizeof(*all->list));
	all->by_key = memory_new(collection->list.count + 1, sizeof(*all->by_key));
	while ((record = record_list_next(&collection->list)))
		all->list[all->count++] = (struct candidate) {
			.record = *record, .key = key_of(&record->fixed), .peer = -1, .place = -1,
			.wanted = (!source->chosen || record->fixed.netns == source->inode) &&
				  filter_match(filter, record, &collection->header),
		};
	for (i = 0; i < all->count; i++)
		all->by_key[i] = i;
	if (all->count)
		qsort_r(all->by_key, all->count, sizeof(*all->by_key), compare_keys, all);
}

static size_t first_of_key(const struct candidates *all, uint64_t key)
{
	size_t from = 0, to = all->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (all->list[all->by_key[middle]].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void find_peer(const struct candidates *all, struct candidate *candidate)
{
	uint64_t nearest = UINT64_MAX, distance;
	size_t i = first_of_key(all, candidate->key);

	if (record_is_self_connect(&candidate->record))
		return;
	for (; i < all->count && all->list[all->by_key[i]].key == candidate->key; i++) {
		const struct candidate *other = &all->list[all->by_key[i]];

		if (!peer_is(&candidate->record, &other->record) ||
		    !peer_distance(&candidate->record, &other->record, &distance) ||
		    distance >= nearest)
			continue;
		nearest = distance;
		candidate->peer = (long)all->by_key[i];
	}
}

static void take(struct collection *collection, struct candidates *all)
{
	size_t i;

	collection->records = memory_new(all->count + 1, sizeof(*collection->records));
	collection->peers = memory_new(all->count + 1, sizeof(*collection->peers));
	for (i = 0; i < all->count; i++)
		if (all->list[i].wanted) {
			collection->wanted++;
			find_peer(all, &all->list[i]);
			all->list[i].place = 0;
			if (all->list[i].peer >= 0)
				all->list[all->list[i].peer].place = 0;
		}
	for (i = 0; i < all->count; i++) {
		if (all->list[i].place < 0)
			continue;
		if (!all->list[i].wanted)
			find_peer(all, &all->list[i]);
		all->list[i].place = (long)collection->count;
		collection->records[collection->count++] = all->list[i].record;
	}
	for (i = 0; i < all->count; i++)
		if (all->list[i].place >= 0)
			collection->peers[all->list[i].place] = all->list[i].peer < 0 ? -1 :
				all->list[all->list[i].peer].place;
}

/**
 * collection_read - read the records of a report
 * @collection: all zero; set to them, for collection_free() in every case
 * @source: where to read
 * @filter: which are wanted
 *
 * Return: 0, or an exit status with the error reported; what could be read is
 * there all the same.
 */
int collection_read(struct collection *collection, const struct source *source,
		    const struct filter *filter)
{
	struct candidates all = { 0 };
	int status = read_all(collection, source);

	read_other_spaces(collection, source);
	make_candidates(&all, collection, source, filter);
	take(collection, &all);
	free(all.list);
	free(all.by_key);
	return status;
}

/**
 * collection_peer - the other end of a connection
 * @collection: the records
 * @number: which of them
 *
 * Return: the other end's record, NULL if there is none.
 */
const struct record *collection_peer(const struct collection *collection, size_t number)
{
	long peer = collection->peers[number];

	return peer < 0 ? NULL : &collection->records[peer];
}

/**
 * collection_free - forget all
 * @collection: the records
 */
void collection_free(struct collection *collection)
{
	record_list_free(&collection->list);
	free(collection->records);
	free(collection->peers);
	memset(collection, 0, sizeof(*collection));
}
