// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hash table of all records, of all namespaces.
 *
 * Its size is fixed at load, so nothing is allocated or moved later. The hash is
 * keyed, so a peer cannot choose the bucket of its segments, see key.h.
 * Lock order: bucket, then the lock of a namespace's lists or of its ring of events,
 * then the stock of blocks. Never two buckets.
 */
#include "ledger/table.h"

#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "ledger/parameters.h"

#define BUCKETS_MIN	1024U
#define BUCKETS_MAX	1048576U

struct tcpledger_bucket *tcpledger_buckets __ro_after_init;
u32 tcpledger_bucket_mask __ro_after_init;

/**
 * tcpledger_table_insert() - make a record findable
 * @c: the record, in no bucket; its bucket locked by the caller
 *
 * Context: any.
 */
void tcpledger_table_insert(struct tcpledger_conn *c)
{
	struct tcpledger_bucket *b =
		&tcpledger_buckets[tcpledger_table_index(&c->key)];

	hlist_add_head(&c->node, &b->head);
	/* A note of this tuple was of an older record. */
	if (unlikely(tcpledger_table_notes(b, &c->key)))
		tcpledger_table_set_quiet(&c->key, false);
}

/**
 * tcpledger_table_set_quiet() - note that an endpoint is quiet, or is not
 * @key: the endpoint; its bucket locked
 * @quiet: note it, in place of another if need be; else remove the note
 *
 * Context: any.
 */
void tcpledger_table_set_quiet(const struct tcpledger_key *key, bool quiet)
{
	struct tcpledger_bucket *b =
		&tcpledger_buckets[tcpledger_table_index(key)];

	if (tcpledger_table_notes(b, key) == quiet)
		return;
	raw_write_seqcount_begin(&b->seq);
	if (quiet) {
		b->net = key->net;
		b->ports = key->ports;
		b->v6 = key->v6;
		memcpy(b->local, key->local, sizeof(b->local));
		memcpy(b->remote, key->remote, sizeof(b->remote));
	} else {
		b->net = 0;
	}
	raw_write_seqcount_end(&b->seq);
}

/**
 * tcpledger_table_surplus() - the ended record that its tuple has too many
 * @c: a record that is about to be inserted; its bucket locked
 *
 * Compares hashes: a tuple has the same hash on each device, and another tuple
 * hardly ever has that hash.
 * Context: any.
 * Return: the record number TCPLEDGER_TUPLE_MAX of the ended ones, counted from the
 * newest, or NULL if there are fewer.
 */
struct tcpledger_conn *tcpledger_table_surplus(const struct tcpledger_conn *c)
{
	u32 index = tcpledger_table_index(&c->key);
	struct tcpledger_conn *other;
	u32 n = 0;

	hlist_for_each_entry(other, &tcpledger_buckets[index].head, node)
		if (other->facts.ended_at && other->key.hash == c->key.hash &&
		    ++n == TCPLEDGER_TUPLE_MAX)
			return other;
	return NULL;
}

/**
 * tcpledger_table_step_back() - an ended record must not hide a live one
 * @c: a record that ends as it begins; its bucket locked
 *
 * A connect() to the tuple of a live connection fails and leaves an ended record
 * that is newer than the live one.
 * Context: any.
 */
void tcpledger_table_step_back(struct tcpledger_conn *c)
{
	struct tcpledger_conn *other;

	hlist_for_each_entry(other, &tcpledger_buckets[tcpledger_table_index(&c->key)].head, node)
		/* On any device, as a segment that comes may fit both. */
		if (other != c && tcpledger_facts_live(&other->facts) &&
		    other->key.hash == c->key.hash &&
		    other->key.ports == c->key.ports) {
			hlist_del(&c->node);
			hlist_add_behind(&c->node, &other->node);
			return;
		}
}

/**
 * tcpledger_table_has() - is a record still there?
 * @b: the bucket it was in, locked
 * @c: its address; not followed before it is found again
 * @id: its id then
 *
 * Context: any.
 */
bool tcpledger_table_has(const struct tcpledger_bucket *b,
			 const struct tcpledger_conn *c, u64 id)
{
	const struct tcpledger_conn *found;

	hlist_for_each_entry(found, &b->head, node)
		if (found == c)
			return found->id == id;
	return false;
}

/**
 * tcpledger_table_bytes() - memory of the table itself
 *
 * Context: any.
 */
u64 tcpledger_table_bytes(void)
{
	return ((u64)tcpledger_bucket_mask + 1) *
	       sizeof(struct tcpledger_bucket);
}

/**
 * tcpledger_table_init() - make the table
 *
 * Context: process, at load.
 * Return: 0 or -ENOMEM.
 */
int __init tcpledger_table_init(void)
{
	u32 n = roundup_pow_of_two(clamp(tcpledger_parameters.max_connections,
					 BUCKETS_MIN, BUCKETS_MAX));
	u32 i;

	tcpledger_buckets = kvcalloc(n, sizeof(*tcpledger_buckets),
				     GFP_KERNEL);
	if (!tcpledger_buckets)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		raw_spin_lock_init(&tcpledger_buckets[i].lock);
		seqcount_init(&tcpledger_buckets[i].seq);
	}
	tcpledger_bucket_mask = n - 1;
	return 0;
}

/**
 * tcpledger_table_exit() - free the table
 *
 * Context: process, at unload, when it is empty.
 */
void tcpledger_table_exit(void)
{
	kvfree(tcpledger_buckets);
}
