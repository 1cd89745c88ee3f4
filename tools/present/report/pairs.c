// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a connection have its tuple and an initial sequence number in common, or
 * name each other (read/peer.h); where addresses are translated between two hosts, only
 * the numbers. The other end of each record is looked for by a key made of these, so that
 * many records, also of one tuple, need not be compared each with each.
 */
#include "present/report/pairs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/**
 * struct clue - a record, by one of its keys
 * @key: what the other end may have too
 * @number: the record's
 */
struct clue {
	uint64_t	key;
	size_t		number;
};

#define CLUES_MOST	5	/* of a record */

/* An initial sequence number of more records than this tells none of them from the others. */
#define SHARED_MOST	256

/**
 * struct pairs - all records
 * @list: they, newest first
 * @count: how many
 * @two_hosts: they are of two hosts
 * @clues: their keys, sorted
 * @clue_count: how many
 */
struct pairs {
	struct pairs_record	*list;
	size_t			count;
	bool			two_hosts;
	struct clue		*clues;
	size_t			clue_count;
};

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

/* The same where addresses are translated. */
static unsigned int isn_keys_of(const struct record *record, uint64_t keys[CLUES_MOST])
{
	int64_t own = record_isn(record, TCPLEDGER_ENTRY_OUT);
	int64_t other = record_isn(record, TCPLEDGER_ENTRY_IN);
	unsigned int count = 0;

	if (own >= 0)
		keys[count++] = mix((uint64_t)own, 3);
	if (other >= 0 && other != own)
		keys[count++] = mix((uint64_t)other, 3);
	return count;
}

static int compare_clues(const void *a, const void *b)
{
	const struct clue *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void gather_clues(struct pairs *all)
{
	uint64_t keys[CLUES_MOST];
	size_t i;

	all->clues = memory_new(all->count + 1, CLUES_MOST * sizeof(*all->clues));
	for (i = 0; i < all->count; i++) {
		unsigned int n = keys_of(&all->list[i].record, keys);

		if (all->two_hosts)
			n += isn_keys_of(&all->list[i].record, keys + n);
		while (n--)
			all->clues[all->clue_count++] = (struct clue) { keys[n], i };
	}
	qsort(all->clues, all->clue_count, sizeof(*all->clues), compare_clues);
}

static size_t first_of_key(const struct pairs *all, uint64_t key)
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
static void find_on_same_host(const struct pairs *all, struct pairs_record *r)
{
	uint64_t nearest = UINT64_MAX, distance, keys[CLUES_MOST];
	unsigned int n = keys_of(&r->record, keys);
	size_t i;

	while (n--)
		for (i = first_of_key(all, keys[n]);
		     i < all->clue_count && all->clues[i].key == keys[n]; i++) {
			const struct pairs_record *other = &all->list[all->clues[i].number];

			if (other->host != r->host || !peer_is(&r->record, &other->record) ||
			    !peer_distance(&r->record, &other->record, &distance) ||
			    distance >= nearest)
				continue;
			nearest = distance;
			r->peer = (long)all->clues[i].number;
		}
}

static void try_key(const struct pairs *all, struct pairs_record *r, uint64_t key, size_t most)
{
	size_t first = first_of_key(all, key), i;

	for (i = first; i < all->clue_count && all->clues[i].key == key; i++) {
		long number = (long)all->clues[i].number;
		const struct pairs_record *other = &all->list[number];

		if (i - first == most)
			return;
		/* Both numbers of one record may lead to it. */
		if (other->host != r->host && number != r->peer &&
		    peer_join_with(&r->record, &other->record, &r->join))
			r->peer = number;
	}
}

static void find_on_other_host(const struct pairs *all, struct pairs_record *r)
{
	uint64_t keys[CLUES_MOST];
	unsigned int n = keys_of(&r->record, keys);

	while (n--)
		try_key(all, r, keys[n], SIZE_MAX);
	n = r->join == PEER_BY_ADDRESSES ? 0 : isn_keys_of(&r->record, keys);
	while (n--)
		try_key(all, r, keys[n], SHARED_MOST);
	if (r->join == PEER_DOUBTFUL)
		r->peer = -1;
}

/* Another record may be nearer to whom this one found. */
static void check_mutual(struct pairs *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		struct pairs_record *r = &all->list[i];

		if (r->peer >= 0 && r->join != PEER_NONE &&
		    all->list[r->peer].peer != (long)i)
			r->join = PEER_DOUBTFUL;
	}
	for (i = 0; i < all->count; i++)
		if (all->list[i].join == PEER_DOUBTFUL)
			all->list[i].peer = -1;
}

/**
 * pairs_find - find the other ends
 * @list: the records, newest first; their @peer and @join are set
 * @count: how many
 * @two_hosts: they are of two hosts: what is not on one host may be on the other
 */
void pairs_find(struct pairs_record *list, size_t count, bool two_hosts)
{
	struct pairs all = { .list = list, .count = count, .two_hosts = two_hosts };
	size_t i;

	gather_clues(&all);
	for (i = 0; i < count; i++) {
		list[i].peer = -1;
		list[i].join = PEER_NONE;
		if (record_is_self_connect(&list[i].record))
			continue;
		find_on_same_host(&all, &list[i]);
		if (list[i].peer < 0 && two_hosts)
			find_on_other_host(&all, &list[i]);
	}
	check_mutual(&all);
	free(all.clues);
}
