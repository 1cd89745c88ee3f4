// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a connection have its tuple and an initial sequence number in common, or
 * name each other (read/peer.h). The other end of each record is looked for by a key made
 * of these, so that many records, also of one tuple, need not be compared each with each.
 */
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
 * @peer: number of the other end among the candidates, or -1
 * @wanted: it is wanted for itself
 * @place: number among those of the report, or -1
 */
struct candidate {
	struct record	record;
	long		peer;
	bool		wanted;
	long		place;
};

/**
 * struct clue - a candidate, by one of its keys
 * @key: what the other end may have too
 * @number: the candidate's
 */
struct clue {
	uint64_t	key;
	size_t		number;
};

#define CLUES_MOST	3	/* of a candidate */

/**
 * struct candidates - all of them
 * @list: they, newest first
 * @count: how many
 * @clues: their keys, sorted
 * @clue_count: how many
 */
struct candidates {
	struct candidate	*list;
	size_t			count;
	struct clue		*clues;
	size_t			clue_count;
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

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

static uint64_t hash_endpoint(const uint8_t *address, uint16_t port)
{
	uint64_t words[2];

	memcpy(words, address, sizeof(words));
	return mix(mix(mix(port, words[0]), words[1]), 1);
}

/* What a record may have in common with that of the other end. Returns how many. */
static unsigned int keys_of(const struct record *record, uint64_t keys[CLUES_MOST])
{
	const struct tcpledger_record *r = &record->fixed;
	uint64_t tuple = hash_endpoint(r->local, r->lport) + hash_endpoint(r->remote, r->rport);
	int64_t own = record_isn(record, TCPLEDGER_ENTRY_OUT);
	int64_t other = record_isn(record, TCPLEDGER_ENTRY_IN);
	unsigned int count = 0;

	if (own >= 0)
		keys[count++] = mix(tuple, (uint64_t)own);
	if (other >= 0 && other != own)
		keys[count++] = mix(tuple, (uint64_t)other);
	if (r->peer_id)
		keys[count++] = mix(mix(r->netns, r->id) + mix(r->netns, r->peer_id), 2);
	return count;
}

static int compare_clues(const void *a, const void *b)
{
	const struct clue *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void gather_clues(struct candidates *all)
{
	uint64_t keys[CLUES_MOST];
	size_t i;

	all->clues = memory_new(all->count + 1, CLUES_MOST * sizeof(*all->clues));
	for (i = 0; i < all->count; i++) {
		unsigned int n = keys_of(&all->list[i].record, keys);

		while (n--)
			all->clues[all->clue_count++] = (struct clue) { keys[n], i };
	}
	qsort(all->clues, all->clue_count, sizeof(*all->clues), compare_clues);
}

static void make_candidates(struct candidates *all, struct collection *collection,
			    const struct source *source, const struct filter *filter)
{
	const struct record *record;

	record_list_sort(&collection->list);
	all->list = memory_new(collection->list.count + 1, sizeof(*all->list));
	while ((record = record_list_next(&collection->list)))
		all->list[all->count++] = (struct candidate) {
			.record = *record, .peer = -1, .place = -1,
			.wanted = (!source->chosen || record->fixed.netns == source->inode) &&
				  filter_match(filter, record, &collection->header),
		};
	gather_clues(all);
}

static size_t first_of_key(const struct candidates *all, uint64_t key)
{
	size_t from = 0, to = all->clue_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (all->clues[middle].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Of several, the one that began nearest. */
static void find_peer(const struct candidates *all, struct candidate *candidate)
{
	uint64_t nearest = UINT64_MAX, distance, keys[CLUES_MOST];
	unsigned int n = keys_of(&candidate->record, keys);
	size_t i;

	if (record_is_self_connect(&candidate->record))
		return;
	while (n--)
		for (i = first_of_key(all, keys[n]); i < all->clue_count &&
		     all->clues[i].key == keys[n]; i++) {
			const struct candidate *other = &all->list[all->clues[i].number];

			if (!peer_is(&candidate->record, &other->record) ||
			    !peer_distance(&candidate->record, &other->record, &distance) ||
			    distance >= nearest)
				continue;
			nearest = distance;
			candidate->peer = (long)all->clues[i].number;
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
	free(all.clues);
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
