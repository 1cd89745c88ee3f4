// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reader sees. The first read takes the names of all records, in order. Each
 * record is copied when its turn comes, under the lock of its bucket. Reading changes
 * nothing, and takes memory for the names and one record.
 */
#include "proc/snapshot.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sort.h>

#include "ledger/net.h"
#include "ledger/table.h"

static int newer_first(const void *pa, const void *pb)
{
	const struct tcpledger_name *a = pa, *b = pb;

	if (a->live != b->live)
		return a->live ? -1 : 1;
	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return a->of.id > b->of.id ? -1 : 1;
}

static void name_bucket(struct tcpledger_snapshot *s, u32 index, u32 room,
			u64 last_id)
{
	struct tcpledger_bucket *b = &tcpledger_buckets[index];
	struct tcpledger_conn *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	hlist_for_each_entry(c, &b->head, node) {
		bool live = tcpledger_facts_live(&c->facts);

		if (c->tn != s->tn || c->id > last_id || s->n == room)
			continue;
		s->name[s->n++] = (struct tcpledger_name){
			.of = { .c = c, .id = c->id, .bucket = index },
			.order = live ? c->facts.base : c->facts.ended_at,
			.live = live,
		};
		s->v6 |= c->key.v6;
		s->foreign |= c->netns != s->tn->net->ns.inum;
		s->bound |= c->key.ifindex > 0;
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/* Sorting a million names takes long, so let others run. */
static int compare(const void *pa, const void *pb, const void *count)
{
	u32 *n = (u32 *)count;

	if (!(++*n & 0xfff))
		cond_resched();
	return newer_first(pa, pb);
}

/**
 * tcpledger_snapshot_take() - name the records that exist now
 * @s: with @tn set; an earlier snapshot in it is dropped
 *
 * The reader may be a container's root and keeps the memory until the file is
 * closed, so the memory is charged to the reader's cgroup.
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_snapshot_take(struct tcpledger_snapshot *s)
{
	u32 room, i, compared = 0;
	u64 last_id;

	room = tcpledger_lists_total(s->tn, &last_id);
	tcpledger_snapshot_forget(s);
	if (!s->view)
		s->view = kvmalloc(sizeof(*s->view), GFP_KERNEL_ACCOUNT);
	s->name = kvmalloc_array(max(room, 1U), sizeof(*s->name),
				 GFP_KERNEL_ACCOUNT);
	if (!s->view || !s->name) {
		/* Who has a view reads single records with it, also without a snapshot. */
		tcpledger_snapshot_forget(s);
		return -ENOMEM;
	}
	for (i = 0; i <= tcpledger_bucket_mask; i++) {
		if (!hlist_empty(&tcpledger_buckets[i].head))
			name_bucket(s, i, room, last_id);
		if (!(i & 0xfff))
			cond_resched();
	}
	sort_r(s->name, s->n, sizeof(*s->name), compare, NULL, &compared);
	return 0;
}

/**
 * tcpledger_snapshot_forget() - free the names
 * @s: the snapshot; @tn and @view stay
 *
 * Context: process.
 */
void tcpledger_snapshot_forget(struct tcpledger_snapshot *s)
{
	kvfree(s->name);
	s->name = NULL;
	s->n = 0;
	s->gone = 0;
	s->v6 = false;
	s->foreign = false;
	s->bound = false;
}

/**
 * tcpledger_snapshot_drop() - free it
 * @s: the snapshot; @tn stays
 *
 * Context: process.
 */
void tcpledger_snapshot_drop(struct tcpledger_snapshot *s)
{
	tcpledger_snapshot_forget(s);
	kvfree(s->view);
	s->view = NULL;
}

/**
 * tcpledger_snapshot_view() - read one record
 * @s: the snapshot
 * @i: index in it
 * @whole: also the log, the peer's id and the live socket's counters
 *
 * Context: process, in the reader's task.
 * Return: true with @s->view filled, false if the record is gone, which is
 * counted.
 */
bool tcpledger_snapshot_view(struct tcpledger_snapshot *s, u32 i, bool whole)
{
	if (tcpledger_view_read(s->view, s->tn, &s->name[i].of, whole))
		return true;
	s->gone++;
	return false;
}
